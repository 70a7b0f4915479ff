"""What a call in another thread's event loop comes to: one thread waits for it, and may give it up."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from typing import Generic, TypeVar, cast

T = TypeVar("T")

# Rule 1: The first end counts: a value, a failure, a cancellation. Whoever comes later is told that it came too late.
# Rule 2: A signal handler may raise at any bytecode of the thread that waits. So that thread takes no lock that the
#   event loop needs: a Condition, and so `concurrent.futures.Future`, stays locked if it is interrupted while it is
#   being locked, and stops the loop for good. Here it waits for a bare lock, which is released once and never again.


class Outcome(Generic[T]):
    """The end of one call, which comes once."""

    def __init__(self) -> None:
        self._end: dict[str, tuple[T | None, BaseException | None]] = {}  # `setdefault` is one step
        self._lock = threading.Lock()
        self._lock.acquire()

    @property
    def done(self) -> bool:
        """True once it has ended, in whichever way."""
        return bool(self._end)

    @property
    def failure(self) -> BaseException | None:
        """The exception that it has ended with, if any; `CancelledError` where it was given up."""
        return self._end["end"][1] if self._end else None

    def set(self, value: T) -> bool:
        """End it with a value; return False if it has ended before."""
        return self._set((value, None))

    def fail(self, failure: BaseException) -> bool:
        """End it with an exception; return False if it has ended before."""
        return self._set((None, failure))

    def cancel(self) -> bool:
        """Give it up; return False if it has ended before."""
        return self.fail(CancelledError())

    def wait(self) -> T:
        """Wait for its end, in one thread alone; return the value or raise the exception."""
        self._lock.acquire()
        value, failure = self._end["end"]
        if failure is None:
            return cast("T", value)
        try:
            raise failure
        finally:
            del self, failure  # the exception holds this frame, which is not to hold the exception

    def _set(self, end: tuple[T | None, BaseException | None]) -> bool:
        if self._end.setdefault("end", end) is not end:
            return False
        self._lock.release()
        return True
