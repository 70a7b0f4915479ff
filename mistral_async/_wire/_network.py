"""A client's way to its server: one wire for each event loop, found without cost, dropped after a fork."""

from __future__ import annotations

import os
import sys
import threading
import warnings
import weakref
from typing import Any

from mistral_async._wire._origin import Origin, Setup, Verify
from mistral_async._wire._pooled import PooledWire
from mistral_async._wire._protocol import Wire


class Network:
    """The wires of one client: `current()` is the one of the running event loop."""

    def __init__(
        self,
        origin: Origin | tuple[str, str, int],
        *,
        verify: Verify = True,
        max_connections: int = 100,
        keepalive_expiry: float = 60.0,
        max_answer: int = 512 * 1024 * 1024,
    ) -> None:
        self._setup = Setup(
            origin=Origin(*origin),
            verify=verify,
            max_connections=max_connections,
            keepalive_expiry=keepalive_expiry,
            max_answer=max_answer,
        )
        self._start()
        _NETWORKS.add(self)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._wires: dict[Any, PooledWire[Any]] = {}
        self._last: tuple[Any, PooledWire[Any] | None] = (None, None)

    def current(self) -> Wire:
        """The wire of the running event loop."""
        loop = _current_loop()
        last, wire = self._last
        if loop is last and wire is not None and not wire.pool.closed and self._pid == os.getpid():
            return wire
        return self._find(loop)

    def _find(self, loop: Any) -> Wire:
        if self._pid != os.getpid():
            self.drop_inherited()
        with self._lock:
            wire = self._wires.get(loop)
            if wire is None or wire.pool.closed:
                self._sweep()
                wire = self._wires[loop] = _make_wire(self._setup, loop)
            self._last = (loop, wire)
        return wire

    def _sweep(self) -> None:
        for loop, wire in list(self._wires.items()):
            if wire.pool.closed or not wire.alive():
                wire.forget()
                del self._wires[loop]

    def drop_inherited(self) -> None:
        """After a fork the connections are the parent's: nothing may be sent on them."""
        wires = self._wires
        self._start()
        for wire in wires.values():
            wire.forget(forked=True)

    async def aclose(self) -> None:
        """Close the connections of this event loop, and tell those of others to close theirs."""
        here = _current_loop()
        if self._pid != os.getpid():
            self.drop_inherited()
        with self._lock:
            wires, self._wires, self._last = self._wires, {}, (None, None)
        for loop, wire in wires.items():
            if loop is not here:
                wire.abort_from_outside()
        if here in wires:
            await wires[here].aclose()

    def __del__(self) -> None:
        wires = getattr(self, "_wires", None)
        if not wires or self._pid != os.getpid():
            return
        alive = [wire for wire in wires.values() if not wire.pool.closed and wire.alive()]
        try:
            if any(wire.pool.connections for wire in alive):
                warnings.warn(
                    f"unclosed client of {self._setup.origin.authority}", ResourceWarning, source=self, stacklevel=2
                )
        finally:
            for wire in wires.values():
                wire.abort_from_outside()


_NETWORKS: weakref.WeakSet[Network] = weakref.WeakSet()


def _after_fork() -> None:
    for network in list(_NETWORKS):
        network.drop_inherited()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _current_loop() -> Any:
    """The running asyncio loop, or trio's token: trio first, since in guest mode both run."""
    trio = sys.modules.get("trio")
    if trio is not None and trio.lowlevel.in_trio_task():
        return trio.lowlevel.current_trio_token()
    import asyncio

    return asyncio.get_running_loop()


def _make_wire(setup: Setup, loop: Any) -> PooledWire[Any]:
    """A driver is imported when the first loop of its kind asks."""
    if not hasattr(loop, "create_connection"):
        from mistral_async._wire._trio import TrioWire

        return TrioWire(setup, loop)
    from mistral_async._wire._asyncio import AsyncioWire

    return AsyncioWire(setup, loop)
