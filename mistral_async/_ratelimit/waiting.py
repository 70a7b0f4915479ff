"""How a task waits for its turn: asleep until the time it was told, or until another thread, loop or task wakes it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import cast

import anyio
import anyio.lowlevel

from mistral_async._ratelimit.reservation import Reservation


async def wait_turn(call: Reservation, clock: Callable[[], float] = time.monotonic) -> None:
    """Wait until a call may go. If the wait is cancelled or fails, everything is given back."""
    try:
        if call.delay(clock()):
            await _sleep_until_turn(call, clock)
        if not call.passed:
            desk = call.limiter.desk
            if desk is not None and call.no_quota is None:
                await desk.clear(call, clock, anyio.sleep)
            call.limiter.passed(call, clock())
    except BaseException:
        call.cancel(clock())
        raise


async def _sleep_until_turn(call: Reservation, clock: Callable[[], float]) -> None:
    alarm = Alarm()
    call.on_ready(alarm.ring)
    try:
        while True:
            alarm.event = anyio.Event()  # before the question: a turn that comes after it is not missed
            pause = call.delay(clock())
            if not pause:
                return
            with anyio.move_on_after(pause):
                await alarm.event.wait()
    finally:
        call.on_ready(None)


def scheduler() -> Callable[[Callable[[], None]], object]:
    """Return what runs a function soon in the current event loop, to be called from any thread; it never blocks."""
    native = anyio.lowlevel.current_token().native_token
    soon = getattr(native, "call_soon_threadsafe", None) or getattr(native, "run_sync_soon", None)
    if soon is None:
        raise RuntimeError(f"cannot wake a task in {native!r}")
    return cast("Callable[[Callable[[], None]], object]", soon)


class Alarm:
    """An event that any thread can set."""

    def __init__(self) -> None:
        self._soon = scheduler()
        self._thread = threading.get_ident()
        self.event = anyio.Event()

    def ring(self) -> None:
        """Set the event that is current when the loop comes to it."""
        with suppress(RuntimeError):  # the loop has ended, and the task with it
            if threading.get_ident() == self._thread:
                self._set()
            else:
                self._soon(self._set)

    def _set(self) -> None:
        self.event.set()
