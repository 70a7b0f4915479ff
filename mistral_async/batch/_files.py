"""Calls from the files of batches: JSON Lines as the API takes them."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import Any

import msgspec

from mistral_async._engine.request import Call, RetrySafety
from mistral_async._uploads.jsonl import JSONLError, LineChecker
from mistral_async.batch._decoders import response_type


class _Request(msgspec.Struct):
    body: dict[str, Any]
    custom_id: str | None = None


def read_calls(
    path: str | os.PathLike[str],
    endpoint: str = "/v1/chat/completions",
    *,
    model: str | None = None,
    typed: bool = True,
) -> Iterator[Call[Any] | tuple[str, Call[Any]]]:
    """Yield the calls in a file of `{"custom_id", "body"}` lines, one at a time. A wrong line is a `JSONLError`.

    `model` is for bodies that name none. Without `typed`, answers stay plain JSON, as the API sends them.
    """
    checker, returns = LineChecker("batch"), response_type(endpoint) if typed else Any
    with open(path, "rb") as file:  # noqa: PTH123 - any path, and "-" is not one
        if file.read(len(BOM_UTF8)) != BOM_UTF8:
            file.seek(0)
        for number, line in enumerate(file, 1):
            checker.feed(line if line.endswith(b"\n") else line + b"\n")
            if not line.strip():
                continue
            request = _decode(line, number)
            if model is not None:
                request.body.setdefault("model", model)
            call: Call[Any] = Call("POST", endpoint, json=request.body, safety=RetrySafety.BILLED, returns=returns)
            yield call if request.custom_id is None else (request.custom_id, call)


def _decode(line: bytes, number: int) -> _Request:
    try:
        return msgspec.json.decode(line, type=_Request)
    except msgspec.ValidationError as problem:
        error = JSONLError(f"line {number} cannot be sent as 'batch': it is not a request ({problem})")
        error.line = number
        raise error from None
