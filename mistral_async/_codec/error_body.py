"""The bodies of errors, in all the shapes that the API, its gateway and its inference servers give them."""

from __future__ import annotations

import msgspec

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_types import JSON, is_array, is_object

# Rule 1: No body is an error here: one that is not JSON, or JSON of an unknown shape, has an empty message.
# Rule 2: The fields stand at the top, or inside "error", which wins. A body that is a string is the message.
# Rule 3: The message is "message" if it is text; else that of the details: "detail", or what stands in "message".
#   Details are text, an object with a message, or the list of a 422, whose entries are joined as `path: message`.
# Rule 4: A code is text, whichever type it has. It stands beside the message or in the details ("error_code").


class ErrorInfo(msgspec.Struct):
    """The information in the body of an error; what the body does not have is empty."""

    message: str = ""
    type: str | None = None
    code: str | None = None
    param: str | None = None
    detail: JSON = None
    request_id: str | None = None


def parse_error(body: bytes) -> ErrorInfo:
    """Read the body of an error; raises nothing."""
    try:
        fields: object = decode_json(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ErrorInfo()
    if not is_object(fields):
        return ErrorInfo(message=fields if isinstance(fields, str) else "")
    inner = fields.get("error")
    if is_object(inner):
        fields = {**fields, **inner}
    detail = fields.get("detail")
    message = fields.get("message")
    if not isinstance(message, str):
        nested = message.get("detail") if is_object(message) else message
        detail = detail if detail is not None else nested
        message = _detail_text(detail) or (inner if isinstance(inner, str) else "")
    return ErrorInfo(
        message=message,
        type=_text(fields.get("type")),
        code=_text(fields.get("code")) or (_text(detail.get("error_code")) if is_object(detail) else None),
        param=_text(fields.get("param")),
        detail=detail,
        request_id=_text(fields.get("request_id")),
    )


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
    return f"{path}: {item.get('msg', '')}" if path else str(item.get("msg", ""))


def _text(value: object) -> str | None:
    return None if value is None or isinstance(value, (dict, list)) else str(value)
