"""JSON as servers write it: what the standard allows (https://www.rfc-editor.org/rfc/rfc8259), and what is readable.

Answers of the API, bodies of errors and lines of batch files are all read by it.
"""

from __future__ import annotations

import functools
from contextlib import suppress
from typing import TYPE_CHECKING, Final, cast

import msgspec

from mistral_async._codec.json_faults import text_fault
from mistral_async._codec.json_types import JSON, JSONObject
from mistral_async._lazy import lazy_pattern

if TYPE_CHECKING:
    from json import JSONDecoder

# Rule 1: Msgspec reads what is regular. What it refuses, Python's own reader reads, which is slower.
# Rule 2: That one takes `NaN`, `Infinity` and `-Infinity`, which Python servers write; control characters in strings; a
#   byte order mark, UTF-16 and UTF-32. Half a surrogate pair, and bytes that are not UTF-8, become U+FFFD, so that what
#   is read can be printed, stored and sent.
# Rule 3: A number that no float can hold is infinite. An integer may be of any length; one of more digits than Python
#   converts (`sys.get_int_max_str_digits()`, 4300) is a float, and so is infinite.
# Rule 4: What is no JSON by these rules either is the error that msgspec raised.
# Rule 5: Neither reader lets other threads run. For what is large, Python's calls functions for numbers and objects,
#   between which they do.


_STEP: Final = 1024 * 1024  # characters of a text after which other threads may go on

_HALF: Final = lazy_pattern("[\ud800-\udfff]")


def decode_json(data: bytes | bytearray | memoryview) -> JSON:
    """Decode JSON; raises `msgspec.DecodeError`, `UnicodeDecodeError` or (nested too deeply) `RecursionError`."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode(data)
    with suppress(ValueError):
        text = _text(bytes(data))
        value = _decoder().decode(text)
        return _whole(value) if _may_have_halves(text) else value
    return msgspec.json.decode(data)  # raises (rule 4), with no context that holds the body


def decode_json_in_thread(data: bytes | bytearray | memoryview) -> JSON:
    """Decode JSON as `decode_json` does, but so that other threads go on (rule 5)."""
    with suppress(ValueError):
        text = _text(bytes(data))
        value = _yielding_decoder().decode(text)
        return _whole(value) if _may_have_halves(text) else value
    msgspec.json.decode(data, type=msgspec.Raw)  # raises where it can, for it takes less time
    return msgspec.json.decode(data)  # raises (rule 4)


def encode_json(value: JSON) -> bytes:
    """Encode what was decoded, so that it is decoded to the same again: what is no JSON by the standard, as it came."""
    from json import dumps

    return dumps(value).encode()


@functools.cache
def _decoder() -> JSONDecoder:
    from json import JSONDecoder

    return JSONDecoder(strict=False, parse_int=_integer)


@functools.cache
def _yielding_decoder() -> JSONDecoder:
    from json import JSONDecoder

    return JSONDecoder(strict=False, parse_int=_integer, parse_float=_float, object_hook=_same)


def _float(digits: str) -> float:
    return float(digits)


def _same(value: JSONObject) -> JSONObject:
    return value


def _may_have_halves(text: str) -> bool:
    return r"\ud" in text or r"\uD" in text or text_fault(text) is not None


def _text(data: bytes) -> str:
    from json import detect_encoding

    try:
        return data.decode(detect_encoding(data), "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _whole(value: JSON) -> JSON:
    """Return the value with U+FFFD for each half of a surrogate pair."""
    match value:
        case str():
            return "".join([_HALF.sub("\ufffd", value[at : at + _STEP]) for at in range(0, len(value), _STEP)])
        case list():
            return [_whole(each) for each in cast("list[JSON]", value)]
        case dict():
            return {_HALF.sub("\ufffd", key): _whole(each) for key, each in cast("JSONObject", value).items()}
        case _:
            return value


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # too many digits
        return float(digits)
