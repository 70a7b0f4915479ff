"""The engine of a job: the client's own, or one that asks methods of the client that are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from mistral_async._binding.async_executor import AsyncExecutor
from mistral_async._binding.replaced import Register, any_replaced
from mistral_async._engine.engine import Engine
from mistral_async._engine.request import Download, Pages, Request

if TYPE_CHECKING:
    from mistral_async._binding.executor import Executor


def job_engine(executor: Executor, request: Request | None = None) -> Engine:
    """Return the engine for a job, or for one request: whether anything is replaced is looked up here, once."""
    public = cast("Register", executor).public
    if not any_replaced(public, None if request is None else request.described_by):
        return executor.engine
    from mistral_async._binding.asking_engine import AskingEngine

    return AskingEngine(executor.engine.state, executor.engine.options, public)


def sent(executor: Any, request: Request) -> Any:
    """Give the form that `send` has of a request with many answers, or of what replaces its method."""
    public = cast("Register", executor).public
    if any_replaced(public, request.described_by):
        from mistral_async._binding.asked import arguments_of

        found = next(filter(None, map(public.find_any, request.described_by)), None)
        if found is not None:
            return public.ask_instead(found, request, *arguments_of(found, request))
    return executor.over(executor.engine, responses=True).perform(request)


def performed(engine: Engine, request: Pages[Any, Any] | Download) -> Any:
    """Give the asynchronous form of a list or of bytes in a job."""
    asked = getattr(engine, "asked", None)
    made = None if asked is None else asked(request)
    return AsyncExecutor(engine).perform(request) if made is None else made
