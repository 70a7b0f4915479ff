"""The option of calls that may ask other models: it is about the call, and not sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from typing_extensions import TypedDict

Models: TypeAlias = str | Sequence[str] | Mapping[str, str | Sequence[str]]
"""A model, several in order, or these by the model that is asked."""


class FallbackOptions(TypedDict, total=False):
    """Options of a call that other models may answer."""

    fallback: str | Sequence[str] | Mapping[str, str | Sequence[str]] | None
    """Models that are asked when the call's own does not answer, as in `with_options`; `[]` for none."""
