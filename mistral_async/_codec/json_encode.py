"""Python values as JSON: the one place that decides what a value that msgspec does not know is in JSON.

Request bodies, checkpoints, batch files, saved conversations, results of tools and the command line all write by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import msgspec

# Rule 1: msgspec writes what it knows by itself: Structs, dataclasses, attrs classes, enums, dates, UUIDs, bytes and
#   Python's own containers. The hook is only called for the rest, so that the common case costs nothing.
# Rule 2: A class that says what it is in JSON is that: a mapping is an object; `model_dump` (pydantic) and `tolist`
#   (NumPy, pandas, torch, `array`) give the value to write.
# Rule 3: Any other collection with a length is an array. Tables are not: iterating one gives its column names.
# Rule 4: All else is a TypeError, before anything is sent. Nothing is written as its `repr`.


def enc_hook(value: object) -> Any:
    """Return what stands for a value that msgspec does not encode itself; raises `TypeError` where nothing does."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    if isinstance(value, type):
        raise TypeError(f"the class {value.__name__} has no form in JSON")
    found: Any = value
    if callable(getattr(found, "model_dump", None)):
        return found.model_dump(mode="json")
    if callable(getattr(found, "tolist", None)):
        return found.tolist()
    if hasattr(found, "__iter__") and hasattr(found, "__len__") and not hasattr(found, "columns"):
        return list(found)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_encoder = msgspec.json.Encoder(enc_hook=enc_hook)
_sorting_encoder = msgspec.json.Encoder(enc_hook=enc_hook, order="sorted")

encode = _encoder.encode
"""Encode a value; raises `TypeError` where it has no form in JSON, `ValueError` for text that is not Unicode."""

encode_sorted = _sorting_encoder.encode
"""Encode a value with its keys in order, so that equal values give equal bytes."""


def to_builtins(value: object) -> Any:
    """Convert a value to what its JSON would be decoded to: dicts, lists and scalars."""
    return msgspec.to_builtins(value, enc_hook=enc_hook)
