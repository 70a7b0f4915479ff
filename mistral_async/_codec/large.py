"""Large answers, decoded piece by piece, so that no other task waits long: only lists of numbers take that long.

A first pass finds the items of the answer's `data` (0.5 ms a MB), a second decodes some of them at a time.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, Protocol, get_args, get_origin, get_type_hints

import msgspec

from mistral_async._codec.open_union import decoder
from mistral_async._codec.turns import pause

# Rule 1: Only Structs with a list named `data` are decoded in pieces; all else is decoded at once by the caller.
# Rule 2: The value is the one that decoding it at once gives. What needs the lenient pass, or is not JSON, is therefore
#   left to the caller too, who finds out the same and what to do about it.
# Rule 3: Every other task gets a turn before the first pass, after it, and after each piece of `_PIECE` bytes.

LARGE: Final = 1536 * 1024  # bytes; what is smaller takes less than 10 ms
_PIECE: Final = 256 * 1024  # bytes; about 1 ms


class _Outer(Protocol):
    """An answer whose items are not decoded yet."""

    data: list[msgspec.Raw]


async def decode_in_pieces(data: bytes | memoryview, type_: Any) -> Any:
    """Decode an answer in turns with other tasks; None where that is not possible (rules 1 and 2)."""
    decoders = _decoders(type_)
    if decoders is None:
        return None
    outer_decoder, decode_item = decoders
    await pause()  # putting the body together took its time
    try:
        outer = outer_decoder.decode(data)
        await pause()
        items: list[object] = []
        size = 0
        for raw in outer.data:
            items.append(decode_item(raw))
            size += len(memoryview(raw))
            if size >= _PIECE:
                size = 0
                await pause()
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return type_(**{name: getattr(outer, name) for name in type_.__struct_fields__ if name != "data"}, data=items)


@functools.cache
def _decoders(type_: object) -> tuple[msgspec.json.Decoder[_Outer], Callable[[msgspec.Raw], object]] | None:
    """Return the decoder of an answer without its items, and that of an item; None where rule 1 says so."""
    if not (isinstance(type_, type) and issubclass(type_, msgspec.Struct)):
        return None
    listed = get_type_hints(type_).get("data")
    if get_origin(listed) is not list:
        return None
    outer = msgspec.defstruct("Outer", [("data", list[msgspec.Raw])], bases=(type_,))
    return decoder(outer), decoder(get_args(listed)[0]).decode
