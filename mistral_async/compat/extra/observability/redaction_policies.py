"""The official SDK's redaction policies, which are ours: `mistral_async.integrations.redaction`."""

from __future__ import annotations

from mistral_async.integrations.redaction import (
    DEFAULT_PII_SECRET_PATTERNS,
    DEFAULT_REDACTED_VALUE,
    DEFAULT_SAFE_ATTRIBUTE_KEYS,
    DEFAULT_SENSITIVE_ATTRIBUTE_FRAGMENTS,
    DEFAULT_SENSITIVE_ATTRIBUTE_KEYS,
    DEFAULT_TOKEN_PATTERNS,
    AttributeMaskCallback,
    AttributeRedactionPolicy,
    CallbackRedactionPolicy,
    RedactionPolicy,
    RegexRedactionPolicy,
    default_redaction_policy,
)

__all__ = [
    "DEFAULT_PII_SECRET_PATTERNS",
    "DEFAULT_REDACTED_VALUE",
    "DEFAULT_SAFE_ATTRIBUTE_KEYS",
    "DEFAULT_SENSITIVE_ATTRIBUTE_FRAGMENTS",
    "DEFAULT_SENSITIVE_ATTRIBUTE_KEYS",
    "DEFAULT_TOKEN_PATTERNS",
    "AttributeMaskCallback",
    "AttributeRedactionPolicy",
    "CallbackRedactionPolicy",
    "RedactionPolicy",
    "RegexRedactionPolicy",
    "default_redaction_policy",
]
