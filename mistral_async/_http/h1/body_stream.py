"""The body of an answer that is still arriving, on any driver's connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mistral_async._http.h1.exchange import Exchange
from mistral_async._http.protocol import Phase, Sent, Timings, WireError


class Source(Protocol):
    """The connection that the body arrives on."""

    async def wait(self, exchange: Exchange, deadline: float | None) -> None:
        """Wait until more has arrived, or the exchange has ended or failed; closes the connection at the deadline."""

    async def settle(self) -> None:
        """After an abort: close what that could not. Does not wait long."""

    def abort(self, error: WireError | None = None) -> None:
        """Close it; what is under way fails with that error."""


class BodyStream:
    """A `Streaming` of our own HTTP/1.1. The connection gives itself back when the last byte has arrived."""

    __slots__ = ("_connection", "_exchange", "_waiting", "headers", "http_version", "status", "timings")

    def __init__(self, connection: Source, exchange: Exchange) -> None:
        self.status: int = exchange.status
        self.headers: Sequence[tuple[bytes, bytes]] = exchange.headers
        self.timings: Timings = exchange.timings
        self.http_version: str = exchange.version
        self._connection = connection
        self._exchange = exchange
        self._waiting = False

    async def receive(self, deadline: float | None = None) -> bytes:
        """Whatever has arrived since the last call, at least one byte; b"" at the body's proper end."""
        exchange = self._exchange
        while not (data := self._take()):
            if exchange.error is not None:
                raise exchange.error
            if exchange.complete:
                break
            if self._waiting:
                raise RuntimeError("another task is already receiving this answer")
            self._waiting = True
            try:
                await self._connection.wait(exchange, deadline)
            finally:
                self._waiting = False
        return data

    async def aclose(self) -> None:
        """Close the connection unless the body is at its end: then it has been given back already."""
        self.abort()
        await self._connection.settle()

    def abort(self) -> None:
        """Close the connection now, without awaiting anything."""
        exchange = self._exchange
        exchange.pieces.clear()
        if not exchange.complete and exchange.error is None:
            exchange.error = WireError("the answer was closed", phase=Phase.READ, sent=Sent.MAYBE)
            self._connection.abort(exchange.error)

    def _take(self) -> bytes:
        exchange = self._exchange
        try:
            data = exchange.take()
            if not data and exchange.complete and exchange.error is None:
                exchange.finish()
        except WireError as error:
            exchange.error = error
            if not exchange.complete:
                self._connection.abort(error)
            return b""
        return data
