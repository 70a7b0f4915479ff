"""The JSON schema of a type, as the server's strict mode wants it: every property required, no others allowed."""

from __future__ import annotations

from typing import Any

from mistral_async.structured._target import target_of


def schema_of(kind: object) -> dict[str, Any]:
    """The strict schema of a class or any other type; what is no object stands in one, under `value`."""
    return target_of(kind).schema
