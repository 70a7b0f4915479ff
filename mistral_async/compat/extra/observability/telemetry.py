"""The official SDK's `configure_telemetry`: spans of a client go to the API, to the global provider, or to one given.

They are those of `mistral_async.integrations.otel` (extra `otel`), with prompts and answers in them, as the official
SDK's have. A client makes none that was not configured, here or by `MISTRAL_SDK_TELEMETRY` in the environment.
"""

from __future__ import annotations

import importlib
import logging
import os
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

from mistral_async.compat._official import names
from mistral_async.compat._security import key_of
from mistral_async.compat.extra.observability._destination import SpanDestination
from mistral_async.compat.extra.observability.redaction import (
    RedactingSpanExporter,
    RedactionPolicyLike,
)
from mistral_async.integrations.redaction import policy_of_setting

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer, TracerProvider


__all__ = [
    "MISTRAL_OTLP_TRACES_ENDPOINT_ENV",
    "MISTRAL_SDK_OTEL_TRACER_NAME",
    "MISTRAL_SDK_TELEMETRY_ENV",
    "MISTRAL_TELEMETRY_ENDPOINT",
    "OTEL_SERVICE_NAME",
    "TELEMETRY_PROVIDER_DEDICATED",
    "TELEMETRY_PROVIDER_GLOBAL",
    "TelemetryConfigurationError",
    "TelemetryProviderMode",
    "TelemetrySetting",
    "configure_telemetry",
    "configure_telemetry_for_hook",
    "get_telemetry_tracer",
    "set_tracer_provider",
    "trace",
]

# Rule 1: The `TracingHook` of a client says where its spans go. A provider that is made here (`"dedicated"`) belongs to
#   its client; one that was given is its giver's.
# Rule 2: What leaves by a provider that is made here is redacted. Of the others somebody else has the exporters: then a
#   redaction that was asked for, or the default, is told of in the log.
# Rule 3: The environment, or the setting `telemetry`, is asked once, before the first call. It takes nothing away that
#   was configured; "dedicated" in the environment gives way to a global provider that the program has.

MISTRAL_TELEMETRY_ENDPOINT: Final = "https://api.mistral.ai/telemetry/v1/traces"
MISTRAL_OTLP_TRACES_ENDPOINT_ENV: Final = "MISTRAL_OTLP_TRACES_ENDPOINT"
MISTRAL_SDK_TELEMETRY_ENV: Final = "MISTRAL_SDK_TELEMETRY"
MISTRAL_SDK_OTEL_TRACER_NAME: Final = "mistral_async"
OTEL_SERVICE_NAME: Final = "mistral_async"
TELEMETRY_PROVIDER_DEDICATED: Final = "dedicated"
TELEMETRY_PROVIDER_GLOBAL: Final = "global"
TelemetryProviderMode: TypeAlias = Literal["dedicated", "global"]
TelemetrySetting: TypeAlias = bool | str | None

_DISABLED: Final = "false"
_EXPORTERS: Final = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_log = logging.getLogger("mistralai.extra.observability.telemetry")


class TelemetryConfigurationError(RuntimeError):
    """Telemetry can not be configured as it was asked for."""


def configure_telemetry(
    client: Any,
    provider: str | TracerProvider = TELEMETRY_PROVIDER_DEDICATED,
    redaction: RedactionPolicyLike | Literal[True, False] = True,  # noqa: FBT002 - as theirs
) -> bool:
    """Have a client make spans of its calls from now on; returns True.

    Args:
        client: The client, of `mistral_async.compat`.
        provider: `"dedicated"` sends them to the API (needs `opentelemetry-exporter-otlp-proto-http`) by a provider of
            the client's own, `"global"` gives them to OpenTelemetry's global provider; or the provider itself.
        redaction: What is redacted of dedicated spans: the default policy, none with False, a policy or a function.

    Raises:
        TelemetryConfigurationError: The provider is none of these, there is no API key, or a package is missing.
    """
    hook = _tracing_hook(client)
    if isinstance(provider, str) and _mode(provider, "telemetry provider") == TELEMETRY_PROVIDER_DEDICATED:
        return configure_telemetry_for_hook(
            hook,
            client.sdk_configuration,
            TELEMETRY_PROVIDER_DEDICATED,
            finalizer_owner=client,
            replace_existing=True,
            redaction=redaction,
        )
    if not (isinstance(provider, str) or hasattr(provider, "get_tracer")):
        raise _unknown(provider, "telemetry provider")
    if policy_of_setting(redaction) is not None:
        _log.warning(
            "Telemetry redaction is only applied in 'dedicated' mode: wrap the exporters of other providers in"
            " RedactingSpanExporter"
        )
    if isinstance(provider, str):
        hook.use_global_provider()
    else:
        hook.attach(provider)
    return True


def configure_telemetry_for_hook(
    hook: SpanDestination,
    sdk_config: Any,
    telemetry: TelemetrySetting = None,
    finalizer_owner: object = None,
    respect_global_provider: bool = False,  # noqa: FBT001, FBT002 - as theirs
    replace_existing: bool = False,  # noqa: FBT001, FBT002 - the same
    redaction: RedactionPolicyLike | Literal[True, False] = True,  # noqa: FBT002 - the same
) -> bool:
    """Set where the spans of a client go, by what is given here, its setting `telemetry` or the environment (rule 3).

    Returns whether there are any. Raises `TelemetryConfigurationError` as `configure_telemetry` does.
    """
    own, uses_global = hook._auto_telemetry_provider, hook._telemetry_use_global_provider  # noqa: SLF001 - as theirs
    if telemetry is None and (own is not None or uses_global or hook._telemetry_auto_disabled):  # noqa: SLF001 - the same
        return own is not None or uses_global
    mode, by_environment = _asked_for(telemetry, sdk_config)
    is_given = hook.tracer_provider is not None and own is None
    if mode is None:
        hook.disable()
        return False
    if is_given and not replace_existing and (by_environment or mode == TELEMETRY_PROVIDER_DEDICATED):
        return False
    if mode == TELEMETRY_PROVIDER_GLOBAL:
        hook.use_global_provider()
    elif respect_global_provider and by_environment and _has_real_global_tracer_provider():
        _log.debug("there is a global OpenTelemetry provider: the environment's 'dedicated' telemetry is left out")
        hook.disable()
        return False
    elif own is None or replace_existing:
        provider = _create_telemetry_tracer_provider(api_key=_key_of(sdk_config), redaction=redaction)
        hook.attach(provider, owner=finalizer_owner or sdk_config)
    return True


def set_tracer_provider(client: Any, provider: TracerProvider) -> None:
    """Have a client make spans of its calls, which go to a provider."""
    configure_telemetry(client, provider=provider, redaction=False)


def get_telemetry_tracer(client: Any, name: str | None = None) -> Tracer:
    """Return a tracer whose spans go where those of a client do; raises `TelemetryConfigurationError` without one."""
    from opentelemetry import trace as otel

    hook, name = _tracing_hook(client), name or MISTRAL_SDK_OTEL_TRACER_NAME
    if not hook.traces:
        configure_telemetry_for_hook(
            hook, client.sdk_configuration, finalizer_owner=client, respect_global_provider=True
        )
    if not hook.traces:
        raise TelemetryConfigurationError(
            "Telemetry is not configured for this client: call configure_telemetry(client) first"
        )
    return otel.get_tracer(name) if hook.tracer_provider is None else hook.tracer_provider.get_tracer(name)


def trace(name: str, **options: Any) -> Any:
    """Return a block with a span of its own, of the global provider, that is current in it."""
    from opentelemetry import trace as otel

    return otel.get_tracer(MISTRAL_SDK_OTEL_TRACER_NAME).start_as_current_span(name, **options)


def _tracing_hook(client: Any) -> SpanDestination:
    hook: SpanDestination = client.sdk_configuration.__dict__["_hooks"].tracing
    return hook


def _asked_for(telemetry: TelemetrySetting, sdk_config: Any) -> tuple[TelemetryProviderMode | None, bool]:
    """Return where spans are to go, and whether the environment alone says so."""
    setting: object = getattr(sdk_config, "telemetry", None) if telemetry is None else telemetry
    if isinstance(setting, bool):
        return (TELEMETRY_PROVIDER_DEDICATED if setting else None), False
    if isinstance(setting, str):
        return _mode(setting, "telemetry setting", _DISABLED), False
    given = os.environ.get(MISTRAL_SDK_TELEMETRY_ENV) or _DISABLED
    return _mode(given, MISTRAL_SDK_TELEMETRY_ENV, _DISABLED), True


def _mode(value: str, what: str, *others: str) -> TelemetryProviderMode | None:
    """Return a mode; None for one of the others."""
    wanted = value.strip().lower()
    if wanted in {TELEMETRY_PROVIDER_DEDICATED, TELEMETRY_PROVIDER_GLOBAL}:
        return cast("TelemetryProviderMode", wanted)
    if wanted in others:
        return None
    raise _unknown(value, what, *others)


def _unknown(value: object, what: str, *others: str) -> TelemetryConfigurationError:
    known = ", ".join(map(repr, (TELEMETRY_PROVIDER_DEDICATED, TELEMETRY_PROVIDER_GLOBAL, *others)))
    return TelemetryConfigurationError(f"{what} is {known} or a TracerProvider, not {value!r}")


def _has_real_global_tracer_provider() -> bool:
    from opentelemetry import trace as otel

    return not isinstance(otel.get_tracer_provider(), otel.ProxyTracerProvider)


def _create_telemetry_tracer_provider(*, api_key: str, redaction: Any = True) -> Any:
    """Make a provider that sends spans to the API."""
    policy = policy_of_setting(redaction)
    span_processor, span_exporter, resource, tracer_provider = _load_otel_sdk()
    endpoint = os.environ.get(MISTRAL_OTLP_TRACES_ENDPOINT_ENV, "").strip() or MISTRAL_TELEMETRY_ENDPOINT
    exporter = span_exporter(endpoint=endpoint, headers={"Authorization": f"Bearer {api_key}"})
    provider = tracer_provider(resource=resource.create({"service.name": OTEL_SERVICE_NAME}))
    provider.add_span_processor(span_processor(exporter if policy is None else RedactingSpanExporter(exporter, policy)))
    return provider


def _load_otel_sdk() -> tuple[Any, Any, Any, Any]:
    try:
        exporters: Any = importlib.import_module(_EXPORTERS)
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        needed = "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
        raise TelemetryConfigurationError(f"dedicated telemetry needs two packages: {needed}") from missing
    return BatchSpanProcessor, exporters.OTLPSpanExporter, Resource, TracerProvider


def _key_of(sdk_config: Any) -> str:
    key: Any = key_of(sdk_config.security)
    if callable(key):
        key = key()
    if isinstance(key := key or os.environ.get("MISTRAL_API_KEY"), str):
        return key.removeprefix("Bearer ")
    raise TelemetryConfigurationError("Mistral telemetry requires an API key: pass api_key=, or set MISTRAL_API_KEY")


_listed = names(__name__)


def __getattr__(name: str) -> Any:
    if name == "otel_trace":  # what the official SDK imports here
        return importlib.import_module("opentelemetry.trace")
    return _listed(name)
