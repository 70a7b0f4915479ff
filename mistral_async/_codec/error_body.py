"""What the body of an error says, whichever of its many shapes it has. No body is an error here."""

from __future__ import annotations

from typing import Any

import msgspec

from mistral_async._codec.json_types import is_array, is_object


class ErrorInfo(msgspec.Struct):
    """What an error body says, whichever of its many shapes it has."""

    message: str = ""
    type: str | None = None
    code: str | None = None
    param: str | None = None
    detail: Any = None
    request_id: str | None = None


def parse_error(body: bytes) -> ErrorInfo:
    """Read an error body of any shape; what is not JSON has no facts."""
    try:
        found: object = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ErrorInfo()
    if not is_object(found):
        return ErrorInfo(message=found if isinstance(found, str) else "")
    inner = found.get("error")
    if is_object(inner):
        found = {**found, **inner}
    detail = found.get("detail")
    message = found.get("message")
    if not isinstance(message, str):
        nested = message.get("detail") if is_object(message) else message
        detail = detail if detail is not None else nested
        message = _detail_text(detail) or (inner if isinstance(inner, str) else "")
    return ErrorInfo(
        message=message,
        type=_text(found.get("type")),
        code=_text(found.get("code")) or (_text(detail.get("error_code")) if is_object(detail) else None),
        param=_text(found.get("param")),
        detail=detail,
        request_id=_text(found.get("request_id")),
    )


def _detail_text(detail: Any) -> str:
    if is_object(detail):
        return str(detail.get("message") or detail.get("msg") or "")
    if is_array(detail):
        return "; ".join(filter(None, map(_item_text, detail)))
    return detail if isinstance(detail, str) else ""


def _item_text(item: Any) -> str:
    if not is_object(item):
        return str(item)
    where = ".".join(map(str, item["loc"])) if is_array(item.get("loc")) else ""
    return f"{where}: {item.get('msg', '')}" if where else str(item.get("msg", ""))


def _text(value: Any) -> str | None:
    return None if value is None or isinstance(value, (dict, list)) else str(value)
