"""Waiting for a turn: the task sleeps until its next poll, or until another thread, loop or task wakes it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

import anyio
import anyio.lowlevel

from mistral_async._ratelimit.limiter import Limiter
from mistral_async._ratelimit.reservation import Reservation


async def wait_turn(limiter: Limiter, call: Reservation, clock: Callable[[], float] = time.monotonic) -> None:
    """Wait until a call may start (`call.may_start`). If the wait is cancelled or fails, everything is given back."""
    try:
        if limiter.poll(call, clock()):
            await wait_first([(limiter, call)], clock)
        if not call.may_start:
            shared = limiter.shared
            if shared is not None and call.no_quota is None:
                await shared.acquire(call, book_locally=limiter.book_locally, clock=clock, sleep=anyio.sleep)
            limiter.finish_acquire(call, clock())
    except BaseException:
        limiter.cancel(call, clock())
        raise


async def wait_first(places: Sequence[tuple[Limiter, Reservation]], clock: Callable[[], float] = time.monotonic) -> int:
    """Wait until one of several limiters grants its reservation; return its place in the sequence.

    Whoever waits gives the others back, and all of them if the wait is cancelled or fails.
    """
    event = ThreadEvent()
    for _, call in places:
        call.wake = event.set
    try:
        while True:
            event.clear()  # before polling: a turn that comes after it is not missed
            pause = math.inf
            for place, (limiter, call) in enumerate(places):
                until = limiter.poll(call, clock())
                if not until:
                    return place
                pause = min(pause, until)
            with anyio.move_on_after(pause):
                await event.wait()
    finally:
        for _, call in places:
            call.wake = None


def scheduler() -> Callable[[Callable[[], None]], object]:
    """Return what schedules a function in the current event loop; it may be called from any thread and never blocks."""
    native = anyio.lowlevel.current_token().native_token
    soon = getattr(native, "call_soon_threadsafe", None) or getattr(native, "run_sync_soon", None)
    if soon is None:
        raise RuntimeError(f"cannot wake a task in {native!r}")
    return cast("Callable[[Callable[[], None]], object]", soon)


class ThreadEvent:
    """An event that any thread can set, for one task of the loop that it was made in."""

    def __init__(self) -> None:
        self._soon = scheduler()
        self._thread = threading.get_ident()
        self._event = anyio.Event()

    def clear(self) -> None:
        """Begin anew: only what is set from now on ends a wait."""
        self._event = anyio.Event()

    async def wait(self) -> None:
        """Wait until it is set."""
        await self._event.wait()

    def set(self) -> None:
        """Set the event, or the one that is current when its loop gets to it."""
        with suppress(RuntimeError):  # the loop has ended, and the task with it
            if threading.get_ident() == self._thread:
                self._set()
            else:
                self._soon(self._set)

    def _set(self) -> None:
        self._event.set()
