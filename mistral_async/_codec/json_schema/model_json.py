"""JSON as models write it: what is meant beyond doubt is read, of all else the error says exactly what is wrong."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any

from mistral_async._codec.json_schema.type_codec import MalformedJSONError, MismatchError, ReadMode
from mistral_async._codec.json_types import JSONObject, is_array

# Reading a model's JSON
#
# Rule 1: Line breaks, tabs and other control characters may stand in strings as they are.
# Rule 2: A Markdown fence around it, a byte order mark, and a comma before a closing bracket are ignored.
# Rule 3: A key that stands twice in one object is an error: of two readers each might see another value.
# Rule 4: NaN, infinities and numbers beyond a float are errors: comparisons with them hold for nothing.
# Rule 5: Half a surrogate pair, which no text can hold, becomes U+FFFD.

_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|,(?=\s*+[}\]])', re.DOTALL)
"""A string, whole or cut, so that each character is looked at once; or a comma before a closing bracket."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_EXCERPT = 20  # characters


def read_json(text: str) -> Any:
    """Read the JSON in a model's text; raises `MismatchError`."""
    try:
        return _decode(text)
    except json.JSONDecodeError as problem:
        first = problem
    try:
        return _decode(_STRING_OR_COMMA.sub(_without_comma, strip_fence(text.strip("\ufeff"))))
    except json.JSONDecodeError:
        raise MismatchError(_explanation(first)) from None


def in_text(value: object, brackets: tuple[str, ...], mode: ReadMode) -> object:
    """Return the JSON that stands in text where a list or an object is meant; any other value as it is."""
    if mode.lax and isinstance(value, str) and value.lstrip().startswith((*brackets, "```")):
        try:
            return read_json(value)
        except MismatchError as problem:
            raise MalformedJSONError(problem.problem) from None
    return value


def _decode(text: str) -> Any:
    try:
        return _whole_strings(_decoder.decode(text))
    except RecursionError:
        raise MismatchError("the JSON is nested too deep") from None
    except (MismatchError, json.JSONDecodeError):
        raise
    except ValueError:  # the interpreter's limit of digits
        raise MismatchError("a number has too many digits") from None


def _object(pairs: list[tuple[str, Any]]) -> JSONObject:
    """Make an object of its keys and values (rule 3)."""
    found = {whole_text(key): _whole_strings(value) for key, value in pairs}
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(whole_text(key) for key, _ in pairs).most_common(1)
        raise MismatchError(f"the key `{twice[:100]}` stands twice in one object")
    return found


def _whole_strings(value: object) -> object:
    """Return text as whole text, also in lists; objects are whole already (rule 5)."""
    if isinstance(value, str):
        return whole_text(value)
    return [_whole_strings(each) for each in value] if is_array(value) else value


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise MismatchError(f"the number {digits[:_EXCERPT]} is out of range")
    return value


def _constant(name: str) -> float:
    raise MismatchError(f"{name} is no value of JSON: give a number, or null")


_decoder = json.JSONDecoder(strict=False, object_pairs_hook=_object, parse_float=_float, parse_constant=_constant)


def _without_comma(found: re.Match[str]) -> str:
    return "" if found[0] == "," else found[0]


def _explanation(problem: json.JSONDecodeError) -> str:
    """Return what is wrong with the text, and where."""
    text, place = problem.doc, problem.pos
    if place >= len(text.rstrip()) or problem.msg.startswith("Unterminated"):
        return f"the text is not whole JSON: it ends at character {len(text)}, in the middle of a value"
    return f"the text is not JSON: {problem.msg} at character {place}, before {text[place : place + _EXCERPT]!r}"


def strip_fence(text: str) -> str:
    """Return the text without the Markdown fence that some models put around JSON."""
    text = text.strip()
    if not (text.startswith("```") and text.endswith("```") and "\n" in text):
        return text
    return text.partition("\n")[2].removesuffix("```").strip()


def whole_text(text: str) -> str:
    """Return the text with U+FFFD for each half of a surrogate pair, which UTF-8 can not hold (rule 5)."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)
