"""The official SDK's exporter that redacts spans, which is ours: `mistral_async.integrations.redaction`."""

from __future__ import annotations

from mistral_async.integrations.redaction import (
    AttributeMaskCallback,
    CallbackRedactionPolicy,
    RedactingSpanExporter,
    RedactionPolicy,
    RedactionPolicyLike,
    default_redaction_policy,
    policy_of,
    policy_of_setting,
    redact_span,
)

__all__ = [
    "AttributeMaskCallback",
    "CallbackRedactionPolicy",
    "RedactingSpanExporter",
    "RedactionPolicy",
    "RedactionPolicyLike",
    "default_redaction_policy",
]

_redact_span = redact_span
_resolve_policy = policy_of
_resolve_redaction = policy_of_setting
