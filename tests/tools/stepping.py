"""Counts the suspensions of every task, so that a test can cancel a run at each of them."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Callable, Coroutine
from typing import Any

import sniffio


@types.coroutine
def counted(coroutine: Coroutine[Any, Any, Any], step: Callable[[], None]) -> Any:
    """Run a coroutine as it is, and call `step` each time it is about to wait."""
    value, error = None, None
    while True:
        try:
            waits_for = coroutine.send(value) if error is None else coroutine.throw(error)
        except StopIteration as stop:
            return stop.value
        step()
        value, error = None, None
        try:
            value = yield waits_for
        except BaseException as thrown:  # noqa: BLE001 - handed to the coroutine, whatever it is
            error = thrown


class Stepping:
    """While its block is open, `step` is called at each suspension of every task that starts in it."""

    def __init__(self, step: Callable[[], None]) -> None:
        self._step = step
        self._undo: Callable[[], None] = lambda: None

    def __enter__(self) -> None:
        if sniffio.current_async_library() == "trio":
            import trio

            step = self._step

            class Counting(trio.abc.Instrument):
                def after_task_step(self, task: Any) -> None:
                    step()

            instrument = Counting()
            trio.lowlevel.add_instrument(instrument)
            self._undo = lambda: trio.lowlevel.remove_instrument(instrument)
        else:
            loop = asyncio.get_running_loop()
            before = loop.get_task_factory()

            async def stepped(coroutine: Any) -> Any:
                return await counted(coroutine, self._step)

            def make(loop: Any, coroutine: Any, **options: Any) -> Any:
                return asyncio.Task(stepped(coroutine), loop=loop, **options)

            loop.set_task_factory(make)
            self._undo = lambda: loop.set_task_factory(before)

    def __exit__(self, *_: object) -> None:
        self._undo()
