"""JSON as servers write it: what the standard allows (https://www.rfc-editor.org/rfc/rfc8259), and what is readable.

Answers of the API, bodies of errors and lines of batch files are all read by it.
"""

from __future__ import annotations

import functools
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from mistral_async._codec.json_types import JSON

if TYPE_CHECKING:
    from json import JSONDecoder

# Rule 1: Msgspec reads what is regular. What it refuses, Python's own reader reads, which is slower.
# Rule 2: That one takes `NaN`, `Infinity` and `-Infinity`, which Python servers write; halves of surrogate pairs, which
#   stay in the text; control characters in strings; a byte order mark, UTF-16 and UTF-32. Bytes that are not UTF-8
#   become U+FFFD.
# Rule 3: A number that no float can hold is infinite. An integer may be of any length; one of more digits than Python
#   converts (`sys.get_int_max_str_digits()`, 4300) is a float, and so is infinite.
# Rule 4: What is no JSON by these rules either is the error that msgspec raised.


def decode_json(data: bytes | bytearray | memoryview) -> JSON:
    """Decode JSON; raises `msgspec.DecodeError`, `UnicodeDecodeError` or (nested too deeply) `RecursionError`."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode(data)
    with suppress(ValueError):
        return _decoder().decode(_text(bytes(data)))
    return msgspec.json.decode(data)  # raises (rule 4), with no context that holds the body


def encode_json(value: JSON) -> bytes:
    """Encode what was decoded, so that it is decoded to the same again: what is no JSON by the standard, as it came."""
    from json import dumps

    return dumps(value).encode()


@functools.cache
def _decoder() -> JSONDecoder:
    from json import JSONDecoder

    return JSONDecoder(strict=False, parse_int=_integer)


def _text(data: bytes) -> str:
    from json import detect_encoding

    try:
        return data.decode(detect_encoding(data), "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _integer(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # too many digits
        return float(digits)
