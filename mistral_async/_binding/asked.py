"""Asking what replaces a method, and reading its answer: the rules are those of `replaced.py`."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from mistral_async._binding.replaced import WRITTEN, Question, Replacement, asking
from mistral_async._binding.replaced_results import response_of
from mistral_async._engine.request import Call, Request
from mistral_async._engine.response import Response
from mistral_async._http.threads import run_in_own_thread
from mistral_async.errors import OutputError

if TYPE_CHECKING:
    from mistral_async._engine.engine import Engine


async def called(found: Replacement, engine: Engine, args: Any, options: Any, *, wants_response: bool = False) -> Any:
    """Return what a replacement gives (rules 3 to 6)."""
    with asking(found, engine, wants_response) as question:
        if found.is_blocking:
            return _answer(question, _blocking(found, await run_in_own_thread(partial(found.ask, *args, **options))))
        answer = found.ask(*args, **options)
        if inspect.isawaitable(answer):
            return _answer(question, await answer)
    raise TypeError(
        f"`{found.name}` is replaced by {type(found.ask).__name__}, which gives {type(answer).__name__} where a "
        "coroutine is awaited: replace it with an `AsyncMock`, or a coroutine function"
    )


def called_here(found: Replacement, engine: Engine, args: Any, options: Any, *, wants_response: bool = False) -> Any:
    """Return what a replacement gives that does not wait (rules 4 and 6)."""
    with asking(found, engine, wants_response):
        return found.ask(*args, **options)


def answered_here(found: Replacement, engine: Engine, args: Any, options: Any, *, wants_response: bool = False) -> Any:
    """Return the answer that a blocking replacement gives (rules 4 to 6)."""
    with asking(found, engine, wants_response) as question:
        return _answer(question, _blocking(found, found.ask(*args, **options)))


def _answer(question: Question, given: Any) -> Any:
    """Return what a replacement gives, as a `Response` where that is wanted (rule 6)."""
    return response_of(given, question.response) if question.wants_response else given


def _blocking(found: Replacement, answer: Any) -> Any:
    if not inspect.iscoroutine(answer):
        return answer
    answer.close()
    raise TypeError(
        f"`{found.name}` is replaced by {type(found.ask).__name__}, which gives a coroutine to code that blocks: "
        "replace it with a `Mock`, or a function"
    )


async def ask_async(found: Replacement, engine: Engine, request: Call[Any], *, wants_response: bool = False) -> Any:
    """Return what a request gives whose answers come from a replacement (rule 2)."""
    while True:
        answer = await called(found, engine, *arguments_of(found, request), wants_response=wants_response)
        try:
            return _transformed(request, answer)
        except OutputError as error:
            request = request.repair_or_raise(error)


def ask_blocking(found: Replacement, engine: Engine, request: Call[Any], *, wants_response: bool = False) -> Any:
    """Return what a request gives whose answers come from a blocking replacement (rule 2)."""
    while True:
        answer = answered_here(found, engine, *arguments_of(found, request), wants_response=wants_response)
        try:
            return _transformed(request, answer)
        except OutputError as error:
            request = request.repair_or_raise(error)


def _transformed(request: Call[Any], answer: Any) -> Any:
    """Return an answer as the caller of its request wants it, in its `Response` where it has one."""
    if request.transform is None:
        return answer
    if not isinstance(answer, Response):
        return request.transform(answer)
    response = copy.copy(cast("Response[Any]", answer))  # a mock gives the same one again
    response.data = request.transform(response.data)
    return response


def arguments_of(found: Replacement, request: Request) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Return the arguments that a request was described with, or that describe it: its ids, and options by name."""
    if request.described_with is not None and request.described_by[0] == found.name:
        return request.described_with
    fields = {**(request.query or {}), **request.fields}
    if request.fallback is not None:
        fields["fallback"] = request.fallback
    names = inspect.signature(WRITTEN[found.name][0].descriptor.function).parameters
    wire = {name.replace("_", "").lower(): name for name in names}  # `pageSize` is `page_size`, `input` is `inputs`
    wire |= {name.removesuffix("s"): each for name, each in wire.items() if name.endswith("s")}
    options = {wire.get(key.replace("_", "").lower()): value for key, value in fields.items()}
    return request.ids, {name: value for name, value in options.items() if name is not None}
