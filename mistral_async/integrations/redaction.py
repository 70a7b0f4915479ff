"""Redaction of OpenTelemetry spans before they are exported: what is private never leaves the process.

    provider.add_span_processor(BatchSpanProcessor(RedactingSpanExporter(OTLPSpanExporter())))

It works for the spans of any library, and for any exporter. Names and results are those of the official SDK's
`mistralai.extra.observability`. Needs `opentelemetry-sdk`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
else:
    SpanExporter = object  # nothing of OpenTelemetry is loaded for policies

# Rule 1: A policy sees the attributes of a span, of its events, links and resource, its name, and the description of
#   its status. Ids, times, kinds and codes stay.
# Rule 2: Attributes are changed in a copy: other exporters of the same span get what was recorded.
# Rule 3: The patterns take linear time, whatever the text: each begins where no match can have begun before.

AttributeMaskCallback: TypeAlias = Callable[[str, Any], Any]
"""Takes the key and the value of an attribute; returns the value to export, or None to leave the attribute out."""

DEFAULT_REDACTED_VALUE: Final = "[REDACTED]"

DEFAULT_SENSITIVE_ATTRIBUTE_KEYS: Final = frozenset(
    {
        *("client.address", "server.address", "url.full", "url.path", "url.query", "http.target", "http.url"),
        *("db.query.text", "db.statement", "exception.message", "exception.stacktrace"),
        *("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions"),
        *("gen_ai.tool.call.arguments", "gen_ai.tool.call.result"),
        *("http.request.body", "http.request.header.authorization", "http.request.header.cookie"),
        *("http.response.body", "http.response.header.set-cookie"),
    }
)
"""Keys whose whole value `AttributeRedactionPolicy` redacts."""
DEFAULT_SENSITIVE_ATTRIBUTE_FRAGMENTS: Final = frozenset(
    {
        *("api_key", "authorization", "cookie", "set_cookie", "password", "secret", "token"),
        *("argument", "arguments", "body", "completion", "content", "input", "message", "messages"),
        *("output", "payload", "prompt"),
    }
)
"""Words in a key for which its whole value is redacted."""
DEFAULT_SAFE_ATTRIBUTE_KEYS: Final = frozenset(
    {
        *("agent.trace.public", "client.port", "server.port", "url.scheme", "error.type", "exception.type"),
        *("gen_ai.agent.name", "gen_ai.conversation.id", "gen_ai.operation.name", "gen_ai.provider.name"),
        *("gen_ai.request.model", "gen_ai.response.finish_reasons", "gen_ai.response.id", "gen_ai.response.model"),
        *("gen_ai.tool.call.id", "gen_ai.tool.name", "gen_ai.tool.type"),
        *("http.request.method", "http.response.status_code", "network.protocol.name", "network.protocol.version"),
    }
)
"""Keys whose value is kept, but for tokens in it."""
_SAFE_PREFIX: Final = "gen_ai.usage."

DEFAULT_TOKEN_PATTERNS: Final[tuple[re.Pattern[str], ...]] = tuple(
    map(
        re.compile,
        (
            r"(?i:bearer)\s++[A-Za-z0-9._\-]++",
            r"-----BEGIN (?:[A-Z]{1,20} ){0,4}?PRIVATE KEY-----(?:(?:[^-]|-(?!----))*+-----END [A-Z ]{0,80}-----)?+",
            r"(?<![A-Za-z0-9_\-])eyJ[A-Za-z0-9_\-]++\.[A-Za-z0-9_\-]++\.[A-Za-z0-9_\-]++",  # a JWT
            # Providers of models.
            r"\bmstrl_[0-9A-Za-z]{32}_[0-9A-Za-z]{6}\b",
            r"\bsk-(?:ant-|proj-)?[A-Za-z0-9\-_]{20,}+",
            r"\bAIza[0-9A-Za-z_\-]{35}",
            r"\bhf_[A-Za-z0-9]{30,}+",
            # Code, packages, infrastructure.
            r"\bgh[oprsu]_[A-Za-z0-9_]{20,}+",
            r"\bgithub_pat_[A-Za-z0-9_]{22,}+",
            r"\bglpat-[A-Za-z0-9\-=_]{20,}+",
            r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9\-_]{50,}+",
            r"\brubygems_[a-f0-9]{48}\b",
            r"\bAKIA[0-9A-Z]{16}\b",
            r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9]{60,}+",
            r"\blin_api_[0-9A-Za-z]{40}\b",
            r"\bPMAK-[A-Za-z0-9]{24,}+(?:-[A-Za-z0-9]++)?+",
            r"\bphc_[A-Za-z0-9_]{43}\b",
            r"\bsecret_[A-Za-z0-9]{43}\b",
            # Payments and shops.
            r"\b[rs]k_(?:live|test)_[0-9A-Za-z]{10,}+",
            r"\bpk_(?:live|test)_[0-9A-Za-z]{24,}+",
            r"\bsq0(?:atp|csp|idp)-[0-9A-Za-z\-_]{22,43}",
            r"\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}\b",
            # Messages; of a webhook the whole address is the secret.
            r"\bxox[abprs]-[A-Za-z0-9-]{10,}+",
            r"\bSG\.[A-Za-z0-9_\-]{22}\.[A-Za-z0-9_\-]{43}",
            r"https://hooks\.slack\.com/services/[A-Za-z0-9/+]{40,}+",
            r"https://discord(?:app)?\.com/api/webhooks/[0-9]{17,}+/[A-Za-z0-9\-_]{60,}+",
            r"https://hooks\.zapier\.com/hooks/catch/[A-Za-z0-9/]{16,}+",
        ),
    )
)
"""Keys and tokens of well-known services, by their own forms."""
DEFAULT_PII_SECRET_PATTERNS: Final[tuple[re.Pattern[str], ...]] = (
    *DEFAULT_TOKEN_PATTERNS,
    # An address of mail; its local part is looked at from its beginning alone (rule 3).
    re.compile(r"(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}+@(?:[A-Za-z0-9\-]{1,63}+\.)+[A-Za-z]{2,63}\b"),
    # 13 to 16 digits, as on a card, with spaces or dashes between them.
    re.compile(r"(?<![0-9])[0-9](?:[ \-]?[0-9]){12,15}(?![0-9])"),
    # An address of IPv4.
    re.compile(r"\b(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\b"),
)
"""Tokens, and what tells of people: addresses of mail and of machines, numbers of cards."""

_METADATA: Final = (".redacted_count", ".redacted_length", ".redacted_matches", ".redacted_type")


class RedactionPolicy(ABC):
    """A rule of what of a span is exported. A subclass overrides what it changes (rule 1)."""

    @abstractmethod
    def redact_attributes(self, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the attributes to export, as a new dict."""

    def redact_span_name(self, name: str) -> str:
        """Return the name to export. Default: unchanged."""
        return name

    def redact_status_description(self, description: str | None) -> str | None:
        """Return the description of the status to export. Default: unchanged."""
        return description


class RegexRedactionPolicy(RedactionPolicy):
    """Redacts what patterns find in texts, and keeps all else. This is the default.

    Args:
        patterns: What to redact. Default: `DEFAULT_PII_SECRET_PATTERNS`.
        redacted_value: What stands in its place.
    """

    def __init__(
        self,
        patterns: Sequence[re.Pattern[str]] = DEFAULT_PII_SECRET_PATTERNS,
        *,
        redacted_value: str = DEFAULT_REDACTED_VALUE,
    ) -> None:
        self._redact = _Substitution(patterns, redacted_value)

    def redact_attributes(self, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the attributes with what was found redacted."""
        return {key: self._redact(value)[0] for key, value in (attributes or {}).items()}

    def redact_span_name(self, name: str) -> str:
        """Return the name with what was found redacted."""
        return self._redact.in_text(name)[0]

    def redact_status_description(self, description: str | None) -> str | None:
        """Return the description with what was found redacted."""
        return None if description is None else self._redact.in_text(description)[0]


class AttributeRedactionPolicy(RedactionPolicy):
    """Redacts whole values by their keys, and tokens in the values that it keeps; the description of a status too.

    Prompts and answers are gone with it. A value is kept if its key is one of `safe_keys`, or counts tokens
    (`gen_ai.usage.…`); else it is redacted if its key is one of `sensitive_keys`, has one of `sensitive_fragments`, or
    if it is no text, number or bool.

    Args:
        sensitive_keys: Keys, in small letters.
        safe_keys: Keys, in small letters.
        sensitive_fragments: Words, in small letters; those of a key are divided by `.`, `_` and `-`.
        token_patterns: What to redact in values that are kept.
        redact_non_primitive: False keeps lists and the like.
        redacted_value: What stands in the place of a value.
        emit_redaction_metadata: Adds, for each key, `.redacted_length` of a text, `.redacted_count` of a list,
            `.redacted_type` of anything else, and `.redacted_matches` where tokens were redacted.
    """

    def __init__(
        self,
        *,
        sensitive_keys: frozenset[str] = DEFAULT_SENSITIVE_ATTRIBUTE_KEYS,
        safe_keys: frozenset[str] = DEFAULT_SAFE_ATTRIBUTE_KEYS,
        sensitive_fragments: frozenset[str] = DEFAULT_SENSITIVE_ATTRIBUTE_FRAGMENTS,
        token_patterns: Sequence[re.Pattern[str]] = DEFAULT_TOKEN_PATTERNS,
        redact_non_primitive: bool = True,
        redacted_value: str = DEFAULT_REDACTED_VALUE,
        emit_redaction_metadata: bool = False,
    ) -> None:
        self._sensitive_keys = sensitive_keys
        self._safe_keys = safe_keys
        self._fragments = sensitive_fragments
        self._redact_tokens = _Substitution(token_patterns, redacted_value)
        self._redacts_others = redact_non_primitive
        self._redacted_value = redacted_value
        self._tells = emit_redaction_metadata

    def redact_attributes(self, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the attributes, whole values redacted by their keys, tokens in the others."""
        redacted: dict[str, Any] = {}
        for key, value in (attributes or {}).items():
            if self._tells and key.lower().endswith(_METADATA):
                redacted[key] = value  # of an earlier redaction
            elif self._is_sensitive(key.lower(), value):
                redacted[key] = self._redacted_value
                redacted |= _size_of(key, value) if self._tells else {}
            else:
                redacted[key], count = self._redact_tokens(value)
                redacted |= {f"{key}.redacted_matches": count} if self._tells and count else {}
        return redacted

    def redact_status_description(self, description: str | None) -> str | None:
        """Return the mark for any description: errors quote what was sent."""
        return None if description is None else self._redacted_value

    def _is_sensitive(self, key: str, value: object) -> bool:
        if key in self._safe_keys or key.startswith(_SAFE_PREFIX):
            return False
        words = key.replace("-", "_").replace(".", "_")
        if key in self._sensitive_keys or any(fragment in words for fragment in self._fragments):
            return True
        return self._redacts_others and not isinstance(value, (str, bool, int, float))


class CallbackRedactionPolicy(RedactionPolicy):
    """Redacts attributes as a function says: it takes key and value, and returns what to export, None for nothing."""

    def __init__(self, mask_function: AttributeMaskCallback) -> None:
        self._mask = mask_function

    def redact_attributes(self, attributes: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what the function leaves of the attributes."""
        masked = ((key, self._mask(key, value)) for key, value in (attributes or {}).items())
        return {key: value for key, value in masked if value is not None}


RedactionPolicyLike: TypeAlias = RedactionPolicy | AttributeMaskCallback
"""A policy, or the function of a `CallbackRedactionPolicy`."""


class RedactingSpanExporter(SpanExporter):
    """An exporter that gives redacted copies of spans to another one.

    Args:
        exporter: The exporter that sends them.
        policy: What is redacted. Default: `RegexRedactionPolicy()`.

    Raises:
        TypeError: The policy is none.
    """

    def __init__(self, exporter: SpanExporter, policy: RedactionPolicyLike | None = None) -> None:
        self._exporter = exporter
        self._policy = policy_of(policy)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export copies of the spans."""
        return self._exporter.export([redact_span(span, self._policy) for span in spans])

    def shutdown(self) -> None:
        """Shut the other exporter down."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Have the other exporter send what it holds."""
        return self._exporter.force_flush(timeout_millis)


def default_redaction_policy() -> RedactionPolicy:
    """Return the policy that is used where none is given."""
    return RegexRedactionPolicy()


def policy_of(given: RedactionPolicyLike | None) -> RedactionPolicy:
    """Return a policy as it is, the one of a function, the default for None; raises `TypeError` for anything else."""
    if given is None:
        return default_redaction_policy()
    if isinstance(given, RedactionPolicy):
        return given
    if callable(given):
        return CallbackRedactionPolicy(given)
    raise TypeError(
        f"a redaction policy is a RedactionPolicy or a function of key and value, not {type(given).__name__}"
    )


def policy_of_setting(given: RedactionPolicyLike | Literal[True, False]) -> RedactionPolicy | None:
    """Return the default policy for True, none for False, else what `policy_of` does."""
    return None if given is False else policy_of(None if given is True else given)


def redact_span(span: ReadableSpan, policy: RedactionPolicy) -> ReadableSpan:
    """Return a redacted copy of a span (rules 1 and 2)."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.trace import Link, Status

    redact = policy.redact_attributes
    return ReadableSpan(
        name=policy.redact_span_name(span.name),
        context=span.context,
        parent=span.parent,
        resource=Resource(redact(span.resource.attributes), span.resource.schema_url),
        attributes=redact(span.attributes),
        events=[Event(each.name, redact(each.attributes), each.timestamp) for each in span.events],
        links=[Link(each.context, redact(each.attributes)) for each in span.links],
        kind=span.kind,
        status=Status(span.status.status_code, policy.redact_status_description(span.status.description)),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


class _Substitution:
    """Puts a mark in the place of all matches in a text, or in the texts of a list; returns it, and how many."""

    def __init__(self, patterns: Sequence[re.Pattern[str]], mark: str) -> None:
        self._patterns = tuple(patterns)
        self._mark = mark

    def __call__(self, value: Any) -> tuple[Any, int]:
        if isinstance(value, str):
            return self.in_text(value)
        if not isinstance(value, (list, tuple)):
            return value, 0
        found = [self(each) if isinstance(each, str) else (each, 0) for each in cast("Sequence[Any]", value)]
        kept = [each for each, _ in found]
        return tuple(kept) if isinstance(value, tuple) else kept, sum(count for _, count in found)

    def in_text(self, text: str) -> tuple[str, int]:
        """Redact a text."""
        total = 0
        for pattern in self._patterns:
            text, count = pattern.subn(lambda _: self._mark, text)
            total += count
        return text, total


def _size_of(key: str, value: Any) -> dict[str, Any]:
    """Return the attribute that says how much was redacted."""
    if isinstance(value, (str, bytes, bytearray)):
        return {f"{key}.redacted_length": len(value)}
    if isinstance(value, (Mapping, Sequence)):
        return {f"{key}.redacted_count": len(cast("Sequence[Any]", value))}
    return {f"{key}.redacted_type": type(value).__name__}
