"""An answer that is open while its block is: opened, given back or closed, and cancelled from any task."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from mistral_async._engine.response import Response
from mistral_async._http.protocol import WireError, WireStream
from mistral_async.errors import APIConnectionError, APITimeoutError, MistralError, StreamInterruptedError

if TYPE_CHECKING:
    from anyio import CancelScope

    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.engine import Engine

R = TypeVar("R")
E = TypeVar("E", bound=MistralError)


class OpenResponse:
    """An answer that is open while its block is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._call: CallState | None = None
        self._streaming: WireStream | None = None
        self._finished = False
        self._settled = False
        self._failure: MistralError | None = None  # kept until the events before it are taken
        self._scope: CancelScope | None = None

    async def _open(self, request: Any, accept: str) -> None:
        import mistral_async._ratelimit.waiting  # noqa: F401 - now: a finalizer must not be the first to import it

        if self._call is not None:
            raise RuntimeError("a stream is read once: make the call again")
        opened = await self._unless_cancelled(self._engine.open(request, accept=accept))
        if opened is not None:
            self._call, self._streaming = opened
        if self._finished:
            await self.aclose()

    async def _unless_cancelled(self, work: Coroutine[Any, Any, R]) -> R | None:
        """Do what `cancel` may interrupt; None if it did."""
        import anyio

        with anyio.CancelScope() as scope:
            self._scope = scope
            if self._finished:
                scope.cancel()
            return await work
        return None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._settle(error)
        await self.aclose()

    def __del__(self) -> None:
        """What nobody closed is under way no more."""
        if self._call is not None and not self._settled:
            _run_outside_finalizer(self._settle)

    async def aclose(self) -> None:
        """Close the connection, or give it back if everything was read."""
        self._finished = True
        self._settle()
        if self._streaming is not None:
            await self._streaming.aclose()

    def cancel(self) -> None:
        """End it from any task: whoever reads it sees its end."""
        self._finished = True
        self._settle()
        if self._streaming is not None:
            self._streaming.abort()
        if self._scope is not None:
            self._scope.cancel()

    def _settle(self, error: BaseException | None = None) -> None:
        """The call is under way no more."""
        if self._call is not None and self._streaming is not None:
            self._settled = True
            self._call.settle(self._streaming.headers, self._tokens())
            if (trace := self._call.trace) is not None:
                trace.call.answer = self._partial()
                trace.leave(self._failure or error)

    def _tokens(self) -> float | None:
        """What the answer says that it drew from the limits."""
        return None

    def _partial(self) -> Any:
        """What has arrived, as hooks see it."""
        return None

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings: there before the first event."""
        if self._call is None or self._streaming is None:
            raise RuntimeError("the stream is not open yet: use `async with`")
        return self._engine.response(self._call, self._streaming, None)

    def _deadline(self) -> float | None:
        """When the wait for the next bytes is over; None leaves that to the connection."""
        call, read = cast("CallState", self._call), self._engine.options.timeout.read
        if call.deadline is None or read is None:
            return call.deadline
        return min(call.deadline, time.monotonic() + read)

    def _interrupted(self, failure: WireError, phase: str | None = None) -> APIConnectionError:
        call = cast("CallState", self._call)
        phase = phase or failure.phase.value
        if failure.timeout:
            error: APIConnectionError = APITimeoutError(f"{call.request!r}: {failure}")
            error.phase = call.limit(phase)
        else:
            error = StreamInterruptedError(f"{call.request!r}: {failure}")
            error.phase = phase
        return self._blamed(error)

    def _blamed(self, error: E) -> E:
        """Give an error the circumstances of the call."""
        if self._call is None or self._streaming is None:
            return error
        return self._call.answered(self._streaming, error)


def _run_outside_finalizer(function: Callable[[], None]) -> None:
    """Run what a finalizer must not: it may have interrupted a holder of the very lock that `function` takes."""
    try:
        from mistral_async._ratelimit.waiting import scheduler

        scheduler()(function)
    except Exception:  # noqa: BLE001 - no event loop runs in this thread
        with suppress(RuntimeError):  # the interpreter ends, and nobody is left to be told
            threading.Thread(target=function, daemon=True).start()
