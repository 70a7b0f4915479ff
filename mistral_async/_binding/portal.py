"""The portal: the thread whose event loop blocking calls run in, one for each backend and process."""

from __future__ import annotations

import atexit
import functools
import os
import sys
import threading
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import CancelledError
from contextlib import suppress
from contextvars import Context, copy_context
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from mistral_async._binding.exits import ENDS_PROCESS
from mistral_async._binding.outcome import Outcome
from mistral_async._engine.first_use import first_use
from mistral_async._http.loops import (
    OF_THREAD,
    Loop,
    call_soon,
    current_loop,
    hold_task,
    interpreter_ends,
    is_asyncio,
    spawn_task,
)
from mistral_async._http.threads import is_refused_at_end

# Rule 1: The first blocking call starts the thread, and nothing else does. It has an empty context: what the first
# caller had set does not leak into the calls of others.
# Rule 2: A caller waits for its call alone. What interrupts the wait (Ctrl-C, a time-out of a test runner) cancels
# the call over there, so that nothing goes on unseen. An interrupt may come while the call is being sent there: so
# what cancels it is made before. It never ends the loop, nor passes for its end (Rule 2 of `outcome`): an interrupted
# `Thread.is_alive` of Python 3.11 and 3.12 takes a thread for dead that is not.
# Rule 3: What ends a process (`SystemExit`, `KeyboardInterrupt`), raised by a function of the user inside the loop,
# would end the loop for everybody: it is carried to the caller whose call it was, and raised there. Where that can not
# be done (in a task group), the loop has ended before anybody is told: the next call starts another.
# Rule 4: A forked child has no thread. It starts a portal of its own, keeps the parent's objects so that no finalizer
# touches them, and refuses what was opened before the fork.
# Rule 5: When the interpreter ends, the loops are stopped and waited for half a second. A daemon thread that still
# makes calls then is parked: it dies with the interpreter, and has nothing to say about it. A first call then starts
# the thread if that can still be; once it can not, a call says so, and closing does nothing: all is closed.
# Rule 6: A call is a task of the loop's own kind, cancelled in the loop's own way: a scope of anyio costs 10 µs in each
# new task of asyncio, a third of the way there and back. Who waits for the task holds it.
# Rule 7: To wake the loop takes a system call, and a turn of the interpreter's lock. So it is woken once for all calls
# that come before it looks. Turns are counted: a caller wakes it unless one is to come that was asked for, and notes
# that it asked only when it has. Whoever is interrupted in between, or late, leaves others with one wake too many.

if TYPE_CHECKING:
    import asyncio

    import trio

T = TypeVar("T")

_JOIN_TIMEOUT: Final = 0.5  # seconds that the end of the interpreter may be held up
_TOO_LATE: Final = (
    "the interpreter is ending and can start no thread for blocking calls: make a call earlier, or use `asyncio.run` "
    "and a `Mistral` in this `atexit` function"
)


class Portal:
    """The event loop in a thread that blocking calls run in; started by the first of them, again after a fork."""

    _shared: dict[str, Portal] = {}  # noqa: RUF012 - one a backend and process, on purpose
    _abandoned: list[Portal] = []  # noqa: RUF012 - kept, so that nothing of the parent's loop is finalized
    _lock = threading.Lock()
    _ending = False

    def __init__(self, backend: str) -> None:
        if sys.is_finalizing():  # a thread would never run, and whoever starts it wait for ever
            raise RuntimeError(_TOO_LATE)
        self._waited: set[_Work[Any]] = set()
        self._ended = False
        self._loop: Loop
        self._inbox: _Inbox
        self._end: Callable[[], object]
        started: Outcome[None] = Outcome()
        work = (self._serve, backend, started)
        self._thread = threading.Thread(target=Context().run, args=work, name="mistral_async", daemon=True)
        try:
            self._start()
            with first_use():  # without file descriptors there is no event loop either
                started.wait()
        except BaseException:  # interrupted: nobody will use it
            if not started.cancel():
                self.stop()
            raise

    def _start(self) -> None:
        try:
            self._thread.start()
        except RuntimeError as error:
            late = is_refused_at_end(error)
            raise RuntimeError(_TOO_LATE if late else f"blocking calls need a thread: {error}") from error

    @property
    def is_here(self) -> bool:
        """True in the portal's own thread, which cannot wait for itself."""
        return threading.get_ident() == self._thread.ident

    @property
    def is_alive(self) -> bool:
        """True while its thread runs: not in a forked process, nor once the loop was ended."""
        return not self._ended

    @classmethod
    def of(cls, backend: str) -> Portal:
        """Return the portal of a backend, started if need be."""
        portal = cls._shared.get(backend)
        if portal is None or not portal.is_alive:
            with cls._lock:
                portal = cls._shared.get(backend)
                if portal is None or not portal.is_alive:
                    cls._park_daemon_at_exit()
                    portal = cls._shared[backend] = cls(backend)
        return portal

    @classmethod
    def detach(cls) -> None:
        """Forget the threads of the parent after a fork (Rule 4)."""
        for portal in cls._shared.values():
            portal._ended = True  # noqa: SLF001 - its own
        cls._abandoned.extend(cls._shared.values())
        cls._shared.clear()
        cls._lock = threading.Lock()

    @classmethod
    def stop_all(cls) -> None:
        """End the threads, so that the interpreter can exit."""
        cls._ending = True
        while cls._shared:
            _, portal = cls._shared.popitem()
            portal.stop()

    @classmethod
    def _park_daemon_at_exit(cls) -> None:
        """Stop a daemon thread for good while the interpreter ends (Rule 5)."""
        if cls._ending and not sys.is_finalizing() and threading.current_thread().daemon:
            threading.Event().wait()

    @classmethod
    def close_in(cls, backend: str, aclose: Callable[[], Awaitable[None]]) -> None:
        """Close something in the portal of a backend, unless the end of the interpreter has stopped it (Rule 5)."""
        portal = cls._shared.get(backend)
        if not interpreter_ends() or (portal is not None and portal.is_alive):
            cls.of(backend).run(aclose)

    def stop(self) -> None:
        """Cancel what still runs there, and end the thread; one that is held up by others is left to its end."""
        if not self._ended:
            call_soon(self._loop, self._end)
        self._thread.join(_JOIN_TIMEOUT)

    def run(self, function: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Run a coroutine function there and wait; an interrupted wait cancels it."""
        if not self.is_alive:
            self._park_daemon_at_exit()
            raise RuntimeError(
                "the event loop of this has ended, or is that of the parent process: make the call again"
            )
        work = _Work(self._loop, function, args)
        outcome = work.outcome
        try:
            self._waited.add(work)
            self._inbox.put(work)
            if self._ended:  # since we looked: nobody else will say so
                self._tell_end(outcome, "another call")
            return outcome.wait()
        except _ExitError as carried:
            raise carried.reason from None
        except BaseException as error:
            self._park_daemon_at_exit()
            if not work.cancel() and outcome.failure is error:
                self._see_end(error)
            raise
        finally:
            self._waited.discard(work)
            del work, outcome  # an exception holds this frame, which is not to hold the exception

    def close(self, aclose: Callable[[], Awaitable[None]]) -> None:
        """Close what was opened there, if it is still there; in its own thread, where nobody can wait for it, soon."""
        if self.is_here:  # the garbage collector may find an unfinished loop over a stream anywhere
            spawn_task(self._loop, functools.partial(_quietly, aclose))
        elif self.is_alive:
            self.run(aclose)

    def _see_end(self, failure: BaseException) -> None:
        """Wait a moment for the thread to end, where that is what a failure may come from (Rule 3)."""
        if isinstance(failure, CancelledError) or not isinstance(failure, Exception):
            self._thread.join(_JOIN_TIMEOUT)

    def _serve(self, backend: str, started: Outcome[None]) -> None:
        """Run the event loop until it is stopped; the body of the thread."""

        async def main() -> None:
            self._loop, ended = current_loop(), anyio.Event()
            OF_THREAD.serves_blocking_calls = True
            self._inbox = _Inbox(self._loop)
            self._end = ended.set
            if started.set(None):
                await ended.wait()

        reason = "the end of the process"
        try:
            import anyio

            anyio.run(main, backend=backend)
        except BaseException as error:  # noqa: BLE001 - told to all who wait
            reason = repr(error)
            self._ended = True  # before anybody is woken, who may stop it
            started.fail(error)
        self._ended = True
        for work in list(self._waited):
            self._tell_end(work.outcome, reason)

    def _tell_end(self, outcome: Outcome[Any], reason: str) -> None:
        outcome.fail(RuntimeError(f"the event loop was ended by {reason}: make the call again"))


class _ExitError(Exception):
    """Carries an exit or interrupt, which would end the loop for everybody, to the thread whose call it ends."""

    def __init__(self, reason: BaseException) -> None:
        self.reason = reason


def _context_for(loop: Loop) -> Context:
    """Return a copy of the caller's context, which may say that another event loop runs, for this one."""
    context = copy_context()
    if (sniffio := sys.modules.get("sniffio")) is not None:
        context.run(sniffio.current_async_library_cvar.set, "asyncio" if is_asyncio(loop) else "trio")
    return context


async def _quietly(aclose: Callable[[], Awaitable[None]]) -> None:
    """Close what nobody holds any more, and who would be told of a failure."""
    with suppress(Exception):
        await aclose()


class _Work(Generic[T]):
    """A call on its way to the loop, and there; `cancel` ends it at any time (Rule 2)."""

    def __init__(self, loop: Loop, function: Callable[..., Awaitable[T]], args: tuple[Any, ...]) -> None:
        self.outcome: Outcome[T] = Outcome()
        self._loop = loop
        self._function = function
        self._args = args
        self._context = _context_for(loop)
        self._task: asyncio.Task[None] | None = None
        self._scope: trio.CancelScope | None = None

    def cancel(self) -> bool:
        """Give it up and cancel it over there; return False if it has ended."""
        cancelled = self.outcome.cancel()
        if cancelled:
            call_soon(self._loop, self._cancel_there)
        return cancelled

    def begin(self) -> None:
        """Start the task, in the loop, in a copy of the caller's context."""
        if is_asyncio(self._loop):
            self._task = self._loop.create_task(self._perform(), context=self._context)
        else:
            sys.modules["trio"].lowlevel.spawn_system_task(self._perform_in_scope, context=self._context)

    def _cancel_there(self) -> None:
        if self._task is not None:
            hold_task(self._task)  # nobody waits for it any more
            self._task.cancel()
        elif self._scope is not None:
            self._scope.cancel()

    async def _perform_in_scope(self) -> None:
        with sys.modules["trio"].CancelScope() as self._scope:
            await self._perform()

    async def _perform(self) -> None:
        """Run the function; its end is the outcome, and no exception ends the loop."""
        outcome = self.outcome
        if outcome.done:  # it was given up meanwhile
            return
        try:
            outcome.set(await self._function(*self._args))
        except ENDS_PROCESS as reason:  # raised by a function of the user
            outcome.fail(_ExitError(reason))
        except BaseException as error:
            import anyio

            if isinstance(error, anyio.get_cancelled_exc_class()):
                outcome.cancel()
                raise
            outcome.fail(error)  # raised where it is waited for


class _Inbox:
    """The calls that are on their way to a loop (Rule 7)."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._works: deque[_Work[Any]] = deque()
        self._asked = 0  # the last turn that the loop was woken for
        self._taken = 0  # the last turn that it has taken

    def put(self, work: _Work[Any]) -> None:
        """Have the loop begin a call, from any thread."""
        self._works.append(work)
        if self._asked <= self._taken:
            turn = self._taken + 1
            call_soon(self._loop, functools.partial(self._begin_all, turn))
            self._asked = turn

    def _begin_all(self, turn: int) -> None:
        self._taken = max(self._taken, turn)  # before it looks: what comes from now on wakes it again
        while self._works:
            work = self._works.popleft()
            try:
                work.begin()
            except Exception as error:  # noqa: BLE001 - no memory, perhaps: raised where it is waited for
                work.outcome.fail(error)


atexit.register(Portal.stop_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=Portal.detach)
