"""Python values as JSON: the one place that decides what a value that msgspec does not know is in JSON.

Request bodies, checkpoints, batch files, saved conversations, results of tools and the command line all write by it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from mistral_async._codec.json_faults import fault, number_fault
from mistral_async._codec.json_types import JSON
from mistral_async._codec.plain import plain

# Rule 1: Msgspec writes what it knows by itself: Structs, dataclasses, attrs classes, enums, dates, UUIDs, bytes and
#   Python's own containers. The hook is only called for the rest, so that the common case costs nothing.
# Rule 2: All else is written as the plain value that it stands for (the rules of `plain`), a key None, True or False
#   as `json.dumps` writes it, or it is a TypeError, before anything is sent. Nothing is written as its `repr`.
# Rule 3: NaN, an infinity and a lone surrogate are a ValueError. Msgspec writes such a number as null, or where it is a
#   Decimal as text: the JSON is searched for these, and where they are found, or it is long, the value is looked
#   through. Both are quick for what is common: the search for short JSON, the other for few long texts.
# Rule 4: An error names the place: `messages[0].content`.

_I, _N = b"IN"
_LONG: Final = 65_536  # bytes that take longer to search than their value to look through


def enc_hook(value: object) -> object:
    """Return what to encode in place of a value that msgspec does not know; raises `TypeError` for all else."""
    if value is None or isinstance(value, bool):  # only keys come here
        return "null" if value is None else "true" if value else "false"
    return plain(value)


def _checked(write: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    def encode(value: Any) -> bytes:
        try:
            data = write(value)
        except (TypeError, ValueError) as error:
            raise fault(value) or error from None
        # A byte by its number, and `partition`, are the cheapest searches: `in` and `find` of bytes take twice as long.
        if (
            len(data) > _LONG
            or data.partition(b"null")[1]
            or (_N in data and data.partition(b'NaN"')[1])
            or (_I in data and data.partition(b'Infinity"')[1])
        ) and (wrong := number_fault(value)) is not None:
            raise wrong
        return data

    return encode


encode_any = msgspec.json.Encoder(enc_hook=enc_hook).encode
"""Encode what is kept or shown, and not sent: numbers that JSON does not have are null."""

encode = _checked(encode_any)
"""Encode what is sent; raises `TypeError` for what has no form in JSON, `ValueError` for NaN and lone surrogates."""

_write_sorted: Final = msgspec.json.Encoder(enc_hook=enc_hook, order="sorted").encode


def _sorted_json(value: Any) -> bytes:
    try:
        return _write_sorted(value)
    except TypeError:  # msgspec sorts only keys that are text, as all are in JSON
        return _write_sorted(msgspec.json.decode(encode_any(value)))


encode_sorted = _checked(_sorted_json)
"""Encode a value with its keys in order, so that equal values give equal bytes."""


def to_builtins(value: object) -> JSON:
    """Convert a value to what its JSON would be decoded to: dicts, lists and scalars."""
    return msgspec.to_builtins(value, enc_hook=enc_hook)
