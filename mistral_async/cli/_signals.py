"""Signals that end a command. SIGTERM, which `timeout`, containers and service managers send, ends it as Ctrl-C does.

A process that a signal ends says so to its shell, whose loops and scripts then end too:
https://www.cons.org/cracauer/sigint.html
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress


@contextmanager
def orderly_termination() -> Generator[None]:
    """Let SIGTERM interrupt the block, so that nothing half written is left, and then end the process as it would."""
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        and signal.getsignal(signal.SIGINT) not in {signal.SIG_IGN, signal.SIG_DFL}  # Ctrl-C has to work
    )
    if not ours:
        yield
        return
    terminated = False

    def interrupt(*_: object) -> None:
        nonlocal terminated
        terminated = True
        signal.raise_signal(signal.SIGINT)

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if terminated:
            with suppress(OSError):
                sys.stdout.flush()
            signal.raise_signal(signal.SIGTERM)


def end_by_interrupt() -> None:
    """End this process by SIGINT, as if nothing had handled it; return where that is not to be had."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        sys.stdout.flush()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.raise_signal(signal.SIGINT)
