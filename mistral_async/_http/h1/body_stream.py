"""The body of a response that is still arriving, on any driver's connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mistral_async._http.h1.response_reader import ResponseReader
from mistral_async._http.protocol import Phase, Sent, Timings, WireError


class BodyConnection(Protocol):
    """The connection that a body arrives on."""

    async def wait(self, reader: ResponseReader, deadline: float | None) -> None:
        """Wait until more has arrived, or the reader has ended or failed; closes the connection at the deadline."""

    def abort(self, error: WireError | None = None) -> None:
        """Close it; what is under way fails with that error."""


class BodyStream:
    """A `WireStream` of our own HTTP/1.1. The connection gives itself back when the last byte has arrived."""

    __slots__ = ("_connection", "_reader", "_waiting", "headers", "http_version", "status", "timings")

    def __init__(self, connection: BodyConnection, reader: ResponseReader) -> None:
        self.status: int = reader.status
        self.headers: Sequence[tuple[bytes, bytes]] = reader.headers
        self.timings: Timings = reader.timings
        self.http_version: str = reader.version
        self._connection = connection
        self._reader = reader
        self._waiting = False

    async def receive(self, deadline: float | None = None) -> bytes:
        """Return what has arrived since the last call, at least one byte; b"" at the body's proper end.

        What has arrived before an error is returned before the error is raised; it is raised again by later calls.
        """
        reader = self._reader
        while not (data := self._take()):
            if reader.error is not None:
                raise reader.error
            if reader.complete:
                break
            if self._waiting:
                raise RuntimeError("another task is already receiving this answer")
            self._waiting = True
            try:
                await self._connection.wait(reader, deadline)
            finally:
                self._waiting = False
        return data

    async def aclose(self) -> None:
        """Close the connection unless the body is at its end: then it has been given back already."""
        self.abort()

    def abort(self) -> None:
        """Close the connection now, without awaiting anything."""
        reader = self._reader
        reader.pieces.clear()
        if not reader.complete and reader.error is None:
            reader.error = WireError("the answer was closed", phase=Phase.READ, sent=Sent.MAYBE)
            self._connection.abort(reader.error)

    def _take(self) -> bytes:
        reader = self._reader
        try:
            data = reader.take()
            if not data and reader.complete and reader.error is None:
                reader.finish()
        except WireError as error:
            reader.error = error
            if not reader.complete:
                self._connection.abort(error)
            return b""
        return data
