"""The official SDK's `mistralai.extra.observability`: where spans of a client go, and what is redacted of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.compat.extra.observability.redaction import RedactingSpanExporter
from mistral_async.compat.extra.observability.redaction_policies import (
    DEFAULT_PII_SECRET_PATTERNS,
    DEFAULT_REDACTED_VALUE,
    DEFAULT_SAFE_ATTRIBUTE_KEYS,
    DEFAULT_SENSITIVE_ATTRIBUTE_FRAGMENTS,
    DEFAULT_SENSITIVE_ATTRIBUTE_KEYS,
    DEFAULT_TOKEN_PATTERNS,
    AttributeRedactionPolicy,
    CallbackRedactionPolicy,
    RedactionPolicy,
    RegexRedactionPolicy,
    default_redaction_policy,
)
from mistral_async.compat.extra.observability.telemetry import (
    TelemetryConfigurationError,
    configure_telemetry,
    get_telemetry_tracer,
    set_tracer_provider,
    trace,
)

__all__ = [
    "DEFAULT_PII_SECRET_PATTERNS",
    "DEFAULT_REDACTED_VALUE",
    "DEFAULT_SAFE_ATTRIBUTE_KEYS",
    "DEFAULT_SENSITIVE_ATTRIBUTE_FRAGMENTS",
    "DEFAULT_SENSITIVE_ATTRIBUTE_KEYS",
    "DEFAULT_TOKEN_PATTERNS",
    "AttributeRedactionPolicy",
    "CallbackRedactionPolicy",
    "RedactingSpanExporter",
    "RedactionPolicy",
    "RegexRedactionPolicy",
    "TelemetryConfigurationError",
    "configure_telemetry",
    "default_redaction_policy",
    "get_telemetry_tracer",
    "set_tracer_provider",
    "trace",
]

if not TYPE_CHECKING:
    __getattr__ = names(__name__)
