"""Large answers and events, decoded piece by piece, so that no other task waits long.

Msgspec lets no other thread run while it decodes, so the text is cut into pieces, which it decodes one at a time.
"""

from __future__ import annotations

import functools
import re
import types
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect

from mistral_async._codec.json_split import end_of_item, split, split_object
from mistral_async._codec.open_union import (
    LenientDecodeError,
    Unknown,
    decode,
    decode_in_thread,
    decoder,
    read_leniently,
)
from mistral_async._codec.turns import pause
from mistral_async._lazy import lazy_pattern

K = TypeVar("K")

# Rule 1: A Struct is taken apart into its fields, a list and a dict into some of their items, a text into pieces, until
#   each has at most `_PIECE` bytes. What has another type is decoded at once.
# Rule 2: The value is the one that decoding at once gives. What msgspec refuses is read leniently, in a worker thread:
#   that is Python code, during which the others go on. JSON that is none by the standard is read there, too.
# Rule 3: Every other task gets a turn after each piece, and each pass in which msgspec finds the fields of a Struct.
#   Where that pass would take long, `json_split` finds them, in pieces.
# Rule 4: A list or an object is cut where one of its items seems to end. The guess was right if the piece, closed by a
#   bracket, is JSON: no text that can be closed so ends inside an item or a string. After `_TRIES` wrong guesses the
#   brackets and strings are gone through up to a comma that stands in none. So the time is linear, whatever the items
#   are.
# Rule 5: A text is cut between two of its characters, never inside an escape or a surrogate pair.

LARGE: Final = 1536 * 1024  # bytes; what is smaller takes less than 10 ms
_PIECE: Final = 256 * 1024  # bytes; about 1 ms
_FAR: Final = 4 * _PIECE  # bytes after which no end of an item is looked for
_TRIES: Final = 8

_BLANK: Final = lazy_pattern(rb"[ \t\r\n]++")
_GAP: Final = lazy_pattern(rb"[ \t\r\n,]*+")  # between two items of a list that has been read as JSON
_BETWEEN: Final = rb"[ \t\r\n]{0,64}+(),[ \t\r\n]{0,64}+"
_START: Final = lazy_pattern(rb'\[[ \t\r\n]{0,64}+(\{[ \t\r\n]{0,64}+"[^"\\]{1,64}+"|[\["{])')
_CLOSING: Final = {b"{": rb"\}", b"[": rb"\]", b'"': b'"'}
_SCALAR_END: Final = lazy_pattern(rb"[0-9a-z]" + _BETWEEN + rb"(?=[-0-9a-z])")
_ENTRY_END: Final = lazy_pattern(rb'["\]}0-9a-z]' + _BETWEEN + rb'(?=")')
_CHARACTERS: Final = lazy_pattern(
    rb'(?:[^\\"]++|\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u(?![dD][89a-fA-F])....|\\[^u])*+', re.DOTALL
)
_OPENING: Final = b'"[{'
_COMMA: Final = ord(",")
_CONTINUES: Final = range(0x80, 0xC0)  # bytes of a character in UTF-8 after its first

_REFUSED: Final = (msgspec.DecodeError, LenientDecodeError, RecursionError, UnicodeDecodeError)
_FAILED: Final = (msgspec.DecodeError, RecursionError, UnicodeDecodeError, TypeError, ValueError)


async def decode_large(data: bytes | memoryview, type_: Any) -> Callable[..., Any]:
    """Decode JSON in turns with other tasks; return a function that returns the value, or raises as `decode` does."""
    await pause()  # putting the data together took its time
    try:
        value = await _value(memoryview(data), type_)
    except _FAILED:
        pass  # an error of the lenient pass is not to have this one as its context
    else:
        return lambda *_: value
    from anyio import to_thread

    read: Callable[..., Any] = decode_in_thread
    with suppress(*_FAILED):
        data, read = await _value(memoryview(data), Any), read_leniently
    try:
        value = await to_thread.run_sync(read, data, type_, abandon_on_cancel=True)
    except _REFUSED as error:
        return functools.partial(_fail, error)
    except RuntimeError:  # no thread can be started
        return decode
    return lambda *_: value


def _fail(error: Exception, *_: object) -> Any:
    raise error


async def _value(data: memoryview, type_: Any) -> Any:
    """Decode one JSON value (rule 1)."""
    if len(data) > _PIECE and (space := _BLANK.match(data)):
        data = data[space.end() :]
    if len(data) <= _PIECE:
        return decoder(type_).decode(data)
    kind: Any = _narrow(type_, chr(data[0]))
    if kind is str:
        return await _text(data)
    if get_origin(kind) in (list, dict):
        return await _Container(data, kind).read()
    if isinstance(kind, msgspec.StructMeta):
        return await _struct(data, kind)
    if kind is not None:
        return await _variant(data, kind)
    await pause()
    if data[0] not in _OPENING:
        raise msgspec.DecodeError("a number of too many digits")
    return decoder(type_).decode(data)


@functools.cache
def _narrow(type_: Any, first: str) -> Any:
    """Return the one member of a union that begins with this character, as an object of msgspec's; None for none."""
    is_union = isinstance(type_, types.UnionType) or get_origin(type_) is Union
    found = [each for member in (get_args(type_) if is_union else (type_,)) for each in _begun(member, first)]
    return found[0] if len(found) == 1 else None


def _begun(type_: Any, first: str) -> list[Any]:
    """Return the type, as one that is taken apart, if its values begin with this character."""
    anything = type_ in (Any, object)
    origin = get_origin(type_) or type_
    match first:
        case '"':
            return [str] if anything or type_ is str else []
        case "[":
            return [type_ if get_args(type_) else list[Any]] if anything or origin is list else []
        case "{" if anything or origin is dict:
            return [type_ if get_args(type_) else dict[str, Any]]
        case "{" if isinstance(type_, msgspec.StructMeta) or hasattr(type_, "variants"):
            return [type_]
        case _:
            return []


_make: Final[Callable[..., Any]] = msgspec.StructMeta.__call__
"""Makes a Struct as decoding does: constructors of answers look through lists for dicts, which takes as long."""


async def _struct(data: memoryview, type_: Any) -> Any:
    if (fields := await split_object(data)) is not None:
        return await _split_struct(fields, type_)
    outer = decoder(_outer(type_)).decode(data)
    await pause()
    raws = {
        name: raw for name, raw in msgspec.structs.asdict(outer).items() if memoryview(raw)
    }  # the others are absent
    return _make(type_, **await _values(raws, _hints(type_).__getitem__))


async def _split_struct(fields: dict[str, memoryview], type_: Any) -> Any:
    """Decode a Struct from its fields; what it does not know has to be JSON."""
    names, hints = _names(type_), _hints(type_)
    values = await _values(fields, lambda key: hints[names[key]] if key in names else Any)
    return _make(type_, **{names[key]: value for key, value in values.items() if key in names})


@functools.cache
def _names(type_: Any) -> dict[str, str]:
    """Return the fields of a Struct by their names in JSON."""
    return {field.encode_name: field.name for field in cast("inspect.StructType", inspect.type_info(type_)).fields}


async def _values(raws: Mapping[K, msgspec.Raw | memoryview], type_of: Callable[[K], Any]) -> dict[K, Any]:
    """Decode the fields of a Struct, the values of an object, or the items of a list by their index."""
    values: dict[K, Any] = {}
    done = 0
    for name, raw in raws.items():
        values[name] = await _value(memoryview(raw), type_of(name))
        done += len(memoryview(raw))
        if done > _PIECE:
            done = 0
            await pause()
    return values


@functools.cache
def _hints(type_: Any) -> dict[str, Any]:
    return get_type_hints(type_)


@functools.cache
def _outer(type_: Any) -> Any:
    """Return a Struct of the same fields, whose values are not decoded."""
    fields: list[Any] = []
    for field in cast("inspect.StructType", inspect.type_info(type_)).fields:
        default = msgspec.NODEFAULT if field.required else msgspec.Raw()
        fields.append((field.name, msgspec.Raw, msgspec.field(name=field.encode_name, default=default)))
    return msgspec.defstruct("Outer", fields, kw_only=True)


async def _variant(data: memoryview, type_: Any) -> Any:
    """Decode the member of an open union that the tag names; at once where none is."""
    variants = type_.variants
    if variants.key is None:
        return decoder(type_).decode(data)
    fields = await split_object(data)
    if fields is None:
        tag = getattr(decoder(_tagged(variants.key)).decode(data), variants.key)
        await pause()
    else:
        tag = await _value(fields.get(variants.key, memoryview(b"null")), Any)
    if not isinstance(tag, str):
        return decoder(type_).decode(data)
    if tag not in variants.by_tag:
        return Unknown(await _value(data, dict[str, Any]))
    kind = variants.by_tag[tag]
    return await (_struct(data, kind) if fields is None else _split_struct(fields, kind))


@functools.cache
def _tagged(key: str) -> Any:
    """Return a Struct of the tag alone."""
    return msgspec.defstruct("Tagged", [(key, Any, None)])


class _Container:
    """A list or an object, of which some items are decoded at a time (rule 4)."""

    def __init__(self, data: memoryview, type_: Any) -> None:
        self._data = data
        self._place = 1
        self._decode = decoder(type_).decode
        self._item = get_args(type_)[-1]
        self._is_list = get_origin(type_) is list
        self._ends = _item_end(data) if self._is_list else _ENTRY_END
        self._closing = b"]" if self._is_list else b"}"
        self._is_regular = True  # so far the guesses were right

    async def read(self) -> Any:
        whole: Any = [] if self._is_list else {}
        add = whole.extend if self._is_list else whole.update
        while len(self._data) - self._place > _PIECE:
            items = await self._guess() if self._is_regular else None
            self._is_regular = items is not None
            add(await self._next_items() if items is None else items)
            await pause()
        if self._place < len(self._data):
            items = self._decode(self._piece(len(self._data)))
            if not items and self._place > 1:
                raise msgspec.DecodeError("a comma before the closing bracket")
            add(items)
        return whole

    def _piece(self, end: int, closing: bytes = b"") -> bytes | memoryview:
        """Return the items from here to the end as a list or an object of their own."""
        if self._place == 1 and not closing:
            return self._data
        return b"".join((self._data[:1], self._data[self._place : end], closing))

    async def _guess(self) -> Any:
        """Return the items up to a place where one seems to end; None where no guess was right."""
        near = self._place + _PIECE
        for found in islice(self._ends.finditer(self._data, near, near + _FAR), _TRIES):
            try:
                items = self._decode(self._piece(found.start(1), self._closing))
            except msgspec.DecodeError:
                await pause()
            else:
                self._place = found.end()
                return items
        return None

    async def _next_items(self) -> Any:
        """Return the items up to the end of one, which the brackets and strings tell."""
        end = await end_of_item(self._data, self._place, self._place + _PIECE)
        is_last = self._data[end] != _COMMA
        piece = self._piece(len(self._data)) if is_last else self._piece(end, self._closing)
        self._place = len(self._data) if is_last else end + 1
        if len(piece) <= 2 * _PIECE:
            return self._decode(piece)
        if not self._is_list:
            fields: dict[str, Any] = await split_object(piece) or decoder(dict[str, msgspec.Raw]).decode(piece)
            return await _values(fields, lambda _: self._item)
        items: list[Any] = await split(piece) or decoder(list[msgspec.Raw]).decode(piece)
        return list((await _values(dict(enumerate(items)), lambda _: self._item)).values())


def _item_end(data: memoryview) -> re.Pattern[bytes]:
    """Return what the end of an item looks like: nearly always the next one begins as the first, with the same key."""
    start = _START.match(data)
    if start is None:
        return _SCALAR_END
    return re.compile(_CLOSING[start[1][:1]] + _BETWEEN + rb"(?=%b)" % re.escape(start[1]))


async def _text(data: memoryview) -> str:
    """Decode a text (rule 5)."""
    parts: list[str] = []
    place, end = 1, len(data) - 1
    if data[end] != ord('"'):
        raise msgspec.DecodeError("no end of a text")
    while place < end:
        stop = min(place + _PIECE, end)
        found = _CHARACTERS.match(data, place, stop)
        cut = found.end() if found else place
        while cut < end and cut > place and data[cut] in _CONTINUES:
            cut -= 1
        if cut == place:
            raise msgspec.DecodeError("half a surrogate pair")
        parts.append(msgspec.json.decode(b"".join((b'"', data[place:cut], b'"')), type=str))
        place = cut
        await pause()
    return "".join(parts)
