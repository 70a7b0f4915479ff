"""The connections of one client to its server: one wire for each event loop, found cheaply, dropped after a fork."""

from __future__ import annotations

import os
import sys
import threading
import warnings
import weakref
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from mistral_async._http.certificates import Verify
from mistral_async._http.loops import OF_THREAD, Loop, current_loop, is_alive, is_asyncio
from mistral_async._http.origin import Origin, PoolConfig
from mistral_async._http.protocol import Limits, Phase, Sent, SettingError, Wire, WireError

if TYPE_CHECKING:
    import httpx

    from mistral_async._http.httpx_wire.mocked import Mocked
    from mistral_async._http.pool import Pool
    from mistral_async._http.proxy import ProxySetting
    from mistral_async._http.statistics import ConnectionStatistics


class LoopWire(Wire, Protocol):
    """A wire of one event loop."""

    @property
    def loop(self) -> Loop:
        """Return the event loop."""
        ...

    @property
    def pool(self) -> Pool[Any] | None:
        """Return its connections; None where they are not ours."""
        ...

    @property
    def closed(self) -> bool:
        """Return whether it can not be used any more."""
        ...

    @property
    def in_use(self) -> bool:
        """Return whether there is anything to close."""
        ...

    def abort_threadsafe(self) -> None:
        """Have the loop close every connection, from any thread."""

    def detach(self, *, forked: bool) -> None:
        """Let go of the connections of a loop that has ended, or of the process that we were forked from."""


class Network:
    """The wires of one client: `current()` is the one of the running event loop.

    With a transport or client of httpx that the user gave, there is one wire for all. A proxy that speaks HTTP, given
    or of the environment, HTTP/2, and an asyncio loop that may not know buffered protocols take httpx's own transport.
    Nothing is opened or read before the first request. In a test that mocks httpx all is sent by httpx's clients: there
    each request looks (`mocked.py`).
    """

    _pid: int
    _lock: threading.Lock
    _wires: dict[Loop | tuple[Loop, Mocked], LoopWire]
    _last: tuple[Loop | None, LoopWire | None]

    def __init__(
        self,
        origin: Origin | tuple[str, str, int],
        *,
        verify: Verify = True,
        max_connections: int = 100,
        keepalive_expiry: float = 30.0,
        max_answer_size: int = 512 * 1024 * 1024,
        max_compression_ratio: float = 200.0,
        http2: bool = False,
        proxy: str | httpx.URL | httpx.Proxy | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        async_client: httpx.AsyncClient | None = None,
        raw: bool = False,
    ) -> None:
        if transport is not None and async_client is not None:
            raise SettingError("either a transport or an async_client, not both")
        self._config = PoolConfig(
            origin=origin if isinstance(origin, Origin) else Origin(*origin),
            verify=verify,
            max_connections=max_connections,
            keepalive_expiry=keepalive_expiry,
            limits=Limits(max_answer_size, max_compression_ratio),
            http2=http2,
            proxy=_given_proxy(proxy) if proxy else None,
            raw=raw,
        )
        self._given = (transport, async_client)
        self._shared_wire: Wire | None = None
        self._start()
        _NETWORKS.add(self)

    @property
    def config(self) -> PoolConfig:
        """The settings that the wires are made with."""
        return self._config

    @property
    def origin(self) -> Origin:
        """The address of the server."""
        return self._config.origin

    def current(self) -> Wire:
        """Return the wire of the running event loop."""
        if self._shared_wire is not None:
            return self._shared_wire
        loop = current_loop()
        last, wire = self._last
        if loop is last and wire is not None and not wire.closed and self._pid == os.getpid():  # see `_after_fork`
            return wire
        return self._find_or_make(loop)

    def statistics(self) -> ConnectionStatistics | None:
        """Return the connections of all event loops; None where they are httpx's."""
        from mistral_async._http.statistics import ConnectionStatistics  # who never asks does not load it

        with self._lock:
            wires = list(self._wires.values())
        pools = [wire.pool for wire in wires if wire.pool is not None]
        if self._given != (None, None) or self._config.http2 or len(pools) < len(wires):
            return None
        opened, idle = sum(len(pool.connections) for pool in pools), sum(pool.idle for pool in pools)
        return ConnectionStatistics(
            open=opened,
            idle=idle,
            in_use=max(0, opened - idle),  # another thread may have opened one in between
            waiting=sum(pool.waiting for pool in pools),
            opened=self._config.counts.opened,
            reused=self._config.counts.reused,
        )

    async def aclose(self) -> None:
        """Close the connections of this event loop, and have those of others closed by theirs."""
        if self._pid != os.getpid():
            self.drop_inherited()
        here = current_loop()
        with self._lock:
            wires, self._wires, self._last = self._wires, {}, (None, None)
        for wire in wires.values():
            if wire.loop is here:
                await wire.aclose()
            else:
                wire.abort_threadsafe()
        if self._shared_wire is not None:
            await self._shared_wire.aclose()

    def drop_inherited(self) -> None:
        """Let go of all wires after a fork: the connections are the parent's, nothing may be sent on them."""
        wires = self._wires
        self._start()
        for wire in wires.values():
            wire.detach(forked=True)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._wires = {}
        self._last = (None, None)

    def _find_or_make(self, loop: Loop) -> Wire:
        if self._pid != os.getpid():
            self.drop_inherited()
        with self._lock:
            if self._given != (None, None):
                self._shared_wire = _make_shared_wire(self._config, *self._given)
                return self._shared_wire
            tested = is_tested() and not self._config.raw
            mocked = _find_mocked(self._config.origin) if tested else None
            place = loop if mocked is None else (loop, mocked)
            wire = self._wires.get(place)
            if wire is None or wire.closed:
                self._drop_dead()
                try:
                    wire = self._wires[place] = _make_loop_wire(self._config, loop, mocked)
                except OSError as error:  # an import, for want of descriptors
                    message = f"could not load what connects: {error}"
                    raise WireError(message, phase=Phase.CONNECT, sent=Sent.NOTHING) from error
            if not tested:
                self._last = (loop, wire)
        return wire

    def _drop_dead(self) -> None:
        """Detach the wires of loops that have ended, those that nobody was told of too."""
        for place, wire in list(self._wires.items()):
            if wire.closed or not is_alive(wire.loop):
                wire.detach(forked=False)
                del self._wires[place]

    def __del__(self) -> None:
        wires: list[LoopWire] = [*getattr(self, "_wires", {}).values()]
        if not wires or self._pid != os.getpid():
            return
        try:
            if any(wire.in_use and not wire.closed and is_alive(wire.loop) for wire in wires):
                message = f"unclosed client of {self._config.origin.authority}"
                warnings.warn(message, ResourceWarning, stacklevel=2, source=self)
        finally:
            for wire in wires:
                wire.abort_threadsafe()


_BUFFERING_LOOPS = frozenset({"uvloop", "winloop"})
_NETWORKS: weakref.WeakSet[Network] = weakref.WeakSet()  # for `_after_fork`


def _after_fork() -> None:
    """Start over; servers that fork in C (uWSGI) do not call this, hence the process id of each network."""
    for network in list(_NETWORKS):
        network.drop_inherited()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


# Drivers are imported when the first loop of their kind asks, and what finds a proxy with the first of them.


def _given_proxy(proxy: str | httpx.URL | httpx.Proxy) -> ProxySetting | None:
    from mistral_async._http.proxy import given_proxy

    return given_proxy(proxy)


def _make_shared_wire(config: PoolConfig, transport: Any, client: Any) -> Wire:
    from mistral_async._http.httpx_wire.adapter import HttpxWire

    return HttpxWire(config.origin, transport=transport, client=client, limits=config.limits)


def is_tested() -> bool:
    """Return whether this process may mock httpx: it has what runs tests, or makes mocks."""
    return "pytest" in sys.modules or "unittest.mock" in sys.modules


def _find_mocked(origin: Origin) -> Mocked | None:
    from mistral_async._http.httpx_wire.mocked import find_mocked

    return find_mocked((origin.host, origin.port), blocking=OF_THREAD.serves_blocking_calls)


def _supports_buffered_protocols(loop: Loop) -> bool:
    """Return whether the loop is known to read into the buffer of an `asyncio.BufferedProtocol`."""
    import asyncio

    return isinstance(loop, asyncio.BaseEventLoop) or type(loop).__module__.partition(".")[0] in _BUFFERING_LOOPS


def _make_loop_wire(config: PoolConfig, loop: Loop, mocked: Mocked | None) -> LoopWire:
    from mistral_async._http.proxy import environment_proxy

    proxy = config.proxy or environment_proxy(config.origin)
    if mocked is not None:
        from mistral_async._http.httpx_wire.loop import MockedWire

        return MockedWire(config, loop, proxy, mocked)
    own = not config.http2 and (not is_asyncio(loop) or _supports_buffered_protocols(loop))
    if not own or (proxy is not None and not proxy.is_socks):
        from mistral_async._http.httpx_wire.loop import HttpxLoopWire

        return HttpxLoopWire(config, loop, proxy)
    config = msgspec.structs.replace(config, proxy=proxy)
    if is_asyncio(loop):
        from mistral_async._http.asyncio_wire.wire import AsyncioWire

        return AsyncioWire(config, loop)
    from mistral_async._http.trio_wire.wire import TrioWire

    return TrioWire(config, loop)
