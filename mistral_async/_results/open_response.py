"""An answer that is open while its block is: its life from opening to closing, which streams and downloads share."""

from __future__ import annotations

import importlib
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from mistral_async._engine.first_use import first_use
from mistral_async._engine.response import Response
from mistral_async._http.protocol import WireError, WireStream
from mistral_async.errors import APIConnectionError, MistralError, StreamInterruptedError

if TYPE_CHECKING:
    from anyio import CancelScope

    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.engine import Engine

R = TypeVar("R")
E = TypeVar("E", bound=MistralError)

# Rule 1: An answer is opened by entering its block, and once. It is closed when the block is left, for whatever reason:
#   a connection whose body was read to its end is given back, any other is closed at once, without waiting.
# Rule 2: The call is settled once: its reservations under rate limits and budgets end, and hooks are told. That happens
#   as soon as the answer is read, closed, cancelled or garbage-collected, whichever comes first; what comes later
#   changes nothing.
# Rule 3: `cancel` may be called from any task. Whoever reads then, or waits for the answer to open, sees its end and no
#   cancellation: the scope that is cancelled is the answer's own.
# Rule 4: A finalizer may run between any two instructions, even in a thread that holds the limiter's lock. So it takes
#   no lock and imports nothing: another thread settles the call. While the interpreter ends nobody does: no thread can
#   be started then, and nobody is left to count.
# Rule 5: After its block an answer gives what has arrived, and then an error, never an end that could pass for its own.
#   So it does for a task that reads while another leaves the block. One task reads at a time: the
#   connection says so to a second one.


class OpenResponse:
    """An answer whose body is still arriving."""

    _kept = ""  # says in an error where to find what had arrived
    _call: CallState | None = None  # also for the finalizer of one that was not made, since a copy failed

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._streaming: WireStream | None = None
        self._finished = False
        self._settled = False
        self._failure: MistralError | None = None  # kept until the events before it are taken
        self._scope: CancelScope | None = None
        self._entered = False
        self._left = False
        self._cancelled = False

    async def _open(self, request: Any, accept: str) -> None:
        if "mistral_async._ratelimit.waiting" not in sys.modules:  # rule 4: a finalizer must not be the first
            with first_use():
                importlib.import_module("mistral_async._ratelimit.waiting")

        if self._entered:
            raise RuntimeError("a stream is read once: make the call again")
        self._entered = True
        try:
            opened = await self._unless_cancelled(self._engine.open(request, accept=accept))
        except BaseException:
            self._entered = False
            raise
        if opened is not None:
            self._call, self._streaming = opened
        if self._finished:
            await self.aclose()

    async def _unless_cancelled(self, work: Coroutine[Any, Any, R]) -> R | None:
        """Return what the work returns, or None if `cancel` interrupted it."""
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
        self._left = True
        self._settle(error)
        await self.aclose()

    def _state(self) -> str:
        """Return in words how far it is, for its repr."""
        if not self._entered:
            return "not opened"
        if self._cancelled:
            return "cancelled"
        if self._left:
            return "closed"
        return "at its end" if self._finished else "open"

    async def leave(self) -> None:
        """Leave the block, as its end does."""
        await self.__aexit__(None, None, None)

    def __getstate__(self) -> object:
        if self._entered:
            raise TypeError(f"an open {type(self).__name__} is not copied or pickled: make the call again")
        return super().__getstate__()

    def __del__(self) -> None:
        """Settle a call that nobody closed (rule 4)."""
        if self._call is not None and not self._settled:
            _run_outside_finalizer(self._settle)

    async def aclose(self) -> None:
        """Close the connection, or give it back if everything was read."""
        self._finished = True
        self._settle()
        if self._streaming is not None:
            await self._streaming.aclose()

    def cancel(self) -> None:
        """End it, from any task: whoever reads it sees its end (rule 3)."""
        self._finished = self._cancelled = True
        self._settle()
        if self._streaming is not None:
            self._streaming.abort()
        if self._scope is not None:
            self._scope.cancel()

    def _settle(self, error: BaseException | None = None) -> None:
        """Settle the call, with the error that ended the block, if any; idempotent (rule 2)."""
        call = self._call
        if call is not None and self._streaming is not None:
            self._settled = True
            if call.has_turn:
                call.settle(self._streaming.headers, self._tokens())
            if call.uncounted:
                call.count(self._usage())
            if (trace := call.trace) is not None:
                trace.call.answer = self._partial()
                trace.leave(self._failure or error)

    def _tokens(self) -> float | None:
        """Return the tokens that the answer says it cost; None where it does not say."""
        return None

    def _usage(self) -> object:
        """Return the usage that the whole answer names; None where it names none, or is not whole."""
        return None

    def _partial(self) -> object:
        """Return what has arrived so far, for hooks."""
        return None

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings: there before the first event."""
        if self._call is None or self._streaming is None:
            raise RuntimeError("the stream is not open yet: use `async with`")
        return self._engine.response(self._call, self._streaming, None)

    def _deadline(self) -> float | None:
        """Return when the wait for the next bytes ends (`time.monotonic()`); None leaves that to the connection."""
        call, read = cast("CallState", self._call), self._engine.options.timeout.read
        if call.deadline is None or read is None:
            return call.deadline
        return min(call.deadline, time.monotonic() + read)

    def _interrupted(self, failure: WireError, phase: str | None = None) -> APIConnectionError:
        """Return the error of a body that broke or came too late."""
        call = cast("CallState", self._call)
        phase = phase or failure.phase.value
        call.conceal(failure)
        if failure.timeout:
            error: APIConnectionError = call.timed_out(failure, phase)
        else:
            error = StreamInterruptedError(f"{call.request!r}: {failure}{self._kept}")
            error.phase = phase
        return self._with_context(error)

    def _with_context(self, error: E) -> E:
        """Return the error with the request id, the headers and the attempts of the call."""
        if self._call is None or self._streaming is None:
            return error
        return self._call.answered(self._streaming, error)


def _run_outside_finalizer(function: Callable[[], None]) -> None:
    """Run a function in another thread, as a finalizer has to (rule 4)."""
    if sys.is_finalizing():
        return
    try:
        from mistral_async._ratelimit.waiting import scheduler

        scheduler()(function)
    except Exception:  # noqa: BLE001 - no event loop runs in this thread
        with suppress(RuntimeError):  # the interpreter ends, and nobody is left to tell
            threading.Thread(target=function, daemon=True).start()
