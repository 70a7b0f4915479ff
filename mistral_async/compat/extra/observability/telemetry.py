"""The official SDK's `configure_telemetry`: spans of a client go to the API, to the global provider, or to one given.

They are those of `mistral_async.integrations.otel` (extra `otel`), with prompts and answers in them, as the official
SDK's have. A client that was not configured makes none.
"""

from __future__ import annotations

import importlib
import logging
import os
import weakref
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from mistral_async.compat._official import names
from mistral_async.compat._security import key_of
from mistral_async.compat.extra.observability.redaction import (
    RedactingSpanExporter,
    RedactionPolicy,
    RedactionPolicyLike,
)
from mistral_async.integrations.redaction import policy_of_setting

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer, TracerProvider

    from mistral_async.compat._client import Mistral

__all__ = [
    "MISTRAL_OTLP_TRACES_ENDPOINT_ENV",
    "MISTRAL_SDK_OTEL_TRACER_NAME",
    "MISTRAL_TELEMETRY_ENDPOINT",
    "OTEL_SERVICE_NAME",
    "TELEMETRY_PROVIDER_DEDICATED",
    "TELEMETRY_PROVIDER_GLOBAL",
    "TelemetryConfigurationError",
    "TelemetryProviderMode",
    "configure_telemetry",
    "get_telemetry_tracer",
    "set_tracer_provider",
    "trace",
]

# Rule 1: The provider that is made here (`"dedicated"`) belongs to its client: it is shut down when that is gone, or is
#   configured otherwise. A provider that was given is its giver's.
# Rule 2: What leaves by the provider that is made here is redacted. Of the others somebody else has the exporters:
#   then a redaction that was asked for, or the default, is told of in the log.

MISTRAL_TELEMETRY_ENDPOINT: Final = "https://api.mistral.ai/telemetry/v1/traces"
MISTRAL_OTLP_TRACES_ENDPOINT_ENV: Final = "MISTRAL_OTLP_TRACES_ENDPOINT"
MISTRAL_SDK_OTEL_TRACER_NAME: Final = "mistral_async"
OTEL_SERVICE_NAME: Final = "mistral_async"
TELEMETRY_PROVIDER_DEDICATED: Final = "dedicated"
TELEMETRY_PROVIDER_GLOBAL: Final = "global"
TelemetryProviderMode: TypeAlias = Literal["dedicated", "global"]

_EXPORTERS: Final = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
_log = logging.getLogger("mistral_async")
_providers: weakref.WeakKeyDictionary[Any, _Attached] = weakref.WeakKeyDictionary()


class TelemetryConfigurationError(RuntimeError):
    """Telemetry can not be configured as it was asked for."""


class _Attached:
    """The provider that the spans of a client go to; None: the global one."""

    def __init__(self, provider: Any, *, is_own: bool = False) -> None:
        self.provider = provider
        self._is_own = is_own

    def close(self) -> None:
        """Shut the provider down, if it was made here (rule 1)."""
        if self._is_own:
            self.provider.shutdown()


def configure_telemetry(
    client: Mistral,
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
    policy = policy_of_setting(redaction)
    if provider == TELEMETRY_PROVIDER_DEDICATED:
        _attach(client, _Attached(_own_provider(client, policy), is_own=True))
        return True
    if policy is not None:
        _log.warning(
            "redaction is for dedicated telemetry alone: wrap the exporters of other providers in RedactingSpanExporter"
        )
    if isinstance(provider, str) and provider.strip().lower() == TELEMETRY_PROVIDER_GLOBAL:
        _attach(client, _Attached(None))
    elif hasattr(provider, "get_tracer"):
        _attach(client, _Attached(provider))
    else:
        raise TelemetryConfigurationError(
            f"a telemetry provider is 'dedicated', 'global' or a TracerProvider, not {provider!r}"
        )
    return True


def set_tracer_provider(client: Mistral, provider: TracerProvider) -> None:
    """Have a client make spans of its calls, which go to a provider."""
    configure_telemetry(client, provider=provider, redaction=False)


def get_telemetry_tracer(client: Mistral, name: str | None = None) -> Tracer:
    """Return a tracer whose spans go where those of a client do; raises `TelemetryConfigurationError` without one."""
    from opentelemetry import trace as otel

    attached = _providers.get(client)
    if attached is None:
        raise TelemetryConfigurationError("the client makes no spans: call configure_telemetry(client) first")
    return otel.get_tracer(name or MISTRAL_SDK_OTEL_TRACER_NAME, tracer_provider=attached.provider)


def trace(name: str, **options: Any) -> Any:
    """Return a block with a span of its own, of the global provider, that is current in it."""
    from opentelemetry import trace as otel

    return otel.get_tracer(MISTRAL_SDK_OTEL_TRACER_NAME).start_as_current_span(name, **options)


def _attach(client: Mistral, attached: _Attached) -> None:
    from mistral_async.integrations.otel import OpenTelemetryHooks

    if (before := _providers.pop(client, None)) is not None:
        before.close()
    _providers[client] = attached
    weakref.finalize(client, attached.close)
    client._clients.trace(OpenTelemetryHooks(tracer_provider=attached.provider, capture_content=True))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - of this package


def _own_provider(client: Mistral, policy: RedactionPolicy | None) -> Any:
    """Make a provider that sends spans to the API."""
    try:
        exporters: Any = importlib.import_module(_EXPORTERS)
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        needed = "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
        raise TelemetryConfigurationError(f"dedicated telemetry needs two packages: {needed}") from missing
    endpoint = os.environ.get(MISTRAL_OTLP_TRACES_ENDPOINT_ENV, "").strip() or MISTRAL_TELEMETRY_ENDPOINT
    exporter = exporters.OTLPSpanExporter(endpoint=endpoint, headers={"Authorization": f"Bearer {_key_of(client)}"})
    provider = TracerProvider(resource=Resource.create({"service.name": OTEL_SERVICE_NAME}))
    provider.add_span_processor(
        BatchSpanProcessor(exporter if policy is None else RedactingSpanExporter(exporter, policy))
    )
    return provider


def _key_of(client: Mistral) -> str:
    key: Any = key_of(client.sdk_configuration.security)
    if callable(key):
        key = key()
    if isinstance(key := key or os.environ.get("MISTRAL_API_KEY"), str):
        return key.removeprefix("Bearer ")
    raise TelemetryConfigurationError("dedicated telemetry needs an API key: pass api_key=, or set MISTRAL_API_KEY")


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
