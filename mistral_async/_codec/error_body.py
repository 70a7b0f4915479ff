"""The bodies of errors, in all the shapes that the API, its gateway and its inference servers give them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, cast

import msgspec

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_types import JSON, JSONObject, is_array, is_object

# Rule 1: No body is an error here: one that is not JSON, JSON of an unknown shape, or too large has an empty message.
# Rule 2: The fields stand at the top, or inside "error", which wins, however deep. A body that is a string is the
#   message. A list of one body is that body. Capital letters in names do not matter (AWS writes "Message").
# Rule 3: The message is "message" if it is text; else that of the details: "detail", or what stands in "message", or
#   "errors"; else "title" (RFC 9457). Details are text, an object with a message, or the list of a 422, whose entries
#   are joined as `path: message`.
# Rule 4: A code is text, whichever type it has. It stands beside the message ("code", or "reason" where that is a word)
#   or in the details ("error_code"). A code or "status" from 400 to 599 is the HTTP status that the error would have
#   had; some codes of the API stand for one.
# Rule 5: Under a status of success a body is an error if it says so (`"object": "error"`, or "error" has a message,
#   or anything at all where the answer's type is known), or if it has a message, or details, and none of the fields
#   that only the answer has (where there are none, such as in `{"message": "deleted"}`: and one that the answer has
#   not). The "error" of the first choice is that of the body. An answer whose first choice has finished well is not
#   asked.

_LARGEST: Final = 64 * 1024  # bytes of an error under a status of success
_LARGEST_ERROR: Final = 1024 * 1024  # bytes of a body that is read for its message
_STATUS_DIGITS: Final = 3
_SHARED: Final = frozenset({"code", "created", "detail", "id", "message", "msg", "object", "param", "status", "type"})
"""Fields that errors have, too, whatever they are in an answer."""


FAILED: Final = ("error", "", None)
"""Finish reasons of a choice that may have an error in place of an answer."""
_SUBSTANCE: Final = ("choices", "data", "results", "pages", "outputs")
_STATUS_OF_CODE: Final = {"1300": 429, "3505": 503, "3810": 503}
"""The statuses that the API sends its own codes under."""


class ErrorInfo(msgspec.Struct):
    """The information in the body of an error; what the body does not have is empty."""

    message: str = ""
    type: str | None = None
    code: str | None = None
    param: str | None = None
    detail: JSON = None
    request_id: str | None = None
    status: int | None = None
    """The HTTP status that it names."""


def parse_error(body: bytes) -> ErrorInfo:
    """Read the body of an error; raises nothing."""
    if len(body) >= _LARGEST_ERROR:  # then it is cut
        return ErrorInfo()
    try:
        fields: object = decode_json(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ErrorInfo()
    return _read_error(fields)


def find_error(body: bytes | memoryview, own: Collection[str] | None) -> ErrorInfo | None:
    """Return the error that a body under a status of success is (rule 5); None for an answer.

    `own` are the fields of the answer; None where its fields are not known: then only a body that says so is an error.
    """
    if len(body) > _LARGEST:
        return None
    try:
        fields: object = decode_json(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if is_array(fields) and len(fields) == 1:
        fields = fields[0]
    if not is_object(fields):
        return None
    info = _read_error(fields)
    has_error = fields.get("error") or _error_of_choice(fields)
    if fields.get("object") == "error" or (has_error and (info.message or own is not None)):
        return info
    return None if own is None or not info.message or _is_own(fields, set(own)) else info


def _is_own(fields: JSONObject, own: set[str]) -> bool:
    """Return whether an object with a message is an answer of these fields, and no error."""
    only_own = own - _SHARED
    return bool(fields.keys() & only_own) if only_own else fields.keys() <= own


def is_answer(value: object) -> bool:
    """Return whether a decoded answer has what no error has: the choices, items or pages of its type, or else an id."""
    for name in _SUBSTANCE:
        if (found := getattr(value, name, None)) is not None:
            return bool(found) and not (name == "choices" and _may_have_failed(found))
    return bool(getattr(value, "id", None))


def _may_have_failed(choices: object) -> bool:
    return isinstance(choices, list) and getattr(cast("list[object]", choices)[0], "finish_reason", "stop") in FAILED


def _error_of_choice(fields: JSONObject) -> JSON:
    choices = fields.get("choices")
    first = choices[0] if is_array(choices) and choices else None
    return first.get("error") if is_object(first) else None


def _read_error(fields: object) -> ErrorInfo:
    if is_array(fields) and len(fields) == 1:
        fields = fields[0]
    if not is_object(fields):
        return ErrorInfo(message=fields if isinstance(fields, str) else "")
    fields = _lowered(fields)
    inner = fields.get("error") or _error_of_choice(fields)
    while is_object(inner):
        fields |= (within := _lowered(inner))
        inner = within.get("error")
    detail = fields.get("detail")
    message = fields.get("message")
    if not isinstance(message, str):
        nested = message.get("detail") if is_object(message) else message
        detail = next((each for each in (detail, nested, fields.get("errors")) if each is not None), None)
        message = _detail_text(detail) or _text(fields.get("msg")) or (inner if isinstance(inner, str) else "")
        message = message or _text(fields.get("title")) or ""
    return ErrorInfo(
        message=message,
        type=_text(fields.get("type")),
        code=_code_in(fields, detail),
        param=_text(fields.get("param")),
        detail=detail,
        request_id=_text(fields.get("request_id")),
        status=_status_in(fields),
    )


def _code_in(fields: JSONObject, detail: JSON) -> str | None:
    """Return the code of an error (rule 4)."""
    reason = fields.get("reason")
    word = reason if isinstance(reason, str) and reason.isidentifier() else None
    return _text(fields.get("code")) or (_text(detail.get("error_code")) if is_object(detail) else None) or word


def _lowered(fields: JSONObject) -> JSONObject:
    return {name.lower(): value for name, value in fields.items()}


def _detail_text(detail: JSON) -> str:
    if is_object(detail):
        return str(detail.get("message") or detail.get("msg") or "")
    if is_array(detail):
        return "; ".join(filter(None, map(_item_text, detail)))
    return detail if isinstance(detail, str) else ""


def _item_text(item: JSON) -> str:
    if not is_object(item):
        return str(item)
    path = ".".join(map(str, item["loc"])) if is_array(item.get("loc")) else ""
    message = str(item.get("msg") or item.get("message") or "")
    return f"{path}: {message}" if path else message


def _status_in(fields: JSONObject) -> int | None:
    """Return the HTTP status that an error names (rule 4)."""
    named = (_status(fields.get(name)) for name in ("status", "status_code", "code"))
    return next(filter(None, named), None) or _STATUS_OF_CODE.get(str(fields.get("code")))


def _status(value: object) -> int | None:
    """Return the HTTP status that a value names, if it is that of an error."""
    text = str(value) if isinstance(value, (int, str)) else ""
    return int(text) if len(text) == _STATUS_DIGITS and text.isdecimal() and "4" <= text[0] <= "5" else None


def _text(value: object) -> str | None:
    return None if value is None or isinstance(value, (dict, list)) else str(value)
