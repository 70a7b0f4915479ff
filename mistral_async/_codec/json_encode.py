"""Python values as JSON: the one place that decides what a value that msgspec does not know is in JSON.

Request bodies, checkpoints, batch files, saved conversations, results of tools and the command line all write by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from mistral_async._codec.json_types import JSON

# Rule 1: Msgspec writes what it knows by itself: Structs, dataclasses, attrs classes, enums, dates, UUIDs, bytes and
#   Python's own containers. The hook is only called for the rest, so that the common case costs nothing.
# Rule 2: A class that says what it is in JSON is that: a mapping is an object; `model_dump` (pydantic) and `tolist`
#   (NumPy, pandas, torch, `array`) give the value to write.
# Rule 3: Any other collection with a length is an array. Tables are not: iterating one gives its column names.
# Rule 4: All else is a TypeError, before anything is sent. Nothing is written as its `repr`.


def enc_hook(value: object) -> object:
    """Return what to encode in place of a value that msgspec does not know; raises `TypeError` for all else."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    if isinstance(value, type):
        raise TypeError(f"the class {value.__name__} has no form in JSON")
    duck: Any = value
    if callable(getattr(duck, "model_dump", None)):
        return cast("object", duck.model_dump(mode="json"))
    if callable(getattr(duck, "tolist", None)):
        return cast("object", duck.tolist())
    if hasattr(duck, "__iter__") and hasattr(duck, "__len__") and not hasattr(duck, "columns"):
        return list(duck)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_encoder = msgspec.json.Encoder(enc_hook=enc_hook)
_sorting_encoder = msgspec.json.Encoder(enc_hook=enc_hook, order="sorted")

encode = _encoder.encode
"""Encode a value; raises `TypeError` where it has no form in JSON, `ValueError` for text that is not Unicode."""

encode_sorted = _sorting_encoder.encode
"""Encode a value with its keys in order, so that equal values give equal bytes."""


def to_builtins(value: object) -> JSON:
    """Convert a value to what its JSON would be decoded to: dicts, lists and scalars."""
    return msgspec.to_builtins(value, enc_hook=enc_hook)
