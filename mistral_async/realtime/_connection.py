"""A realtime connection as its user has it: events come while something is sent, and leaving its block closes it."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Generator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from mistral_async._binding.blockable import Blockable
from mistral_async._binding.iteration import SyncIterator
from mistral_async._codec.shown import described, described_blocking, safe_repr
from mistral_async._engine.engine import Engine
from mistral_async._engine.response import Response
from mistral_async.errors import ConnectionClosedError, StreamError
from mistral_async.models.realtime import RealtimeConnectOptions
from mistral_async.realtime._link import Handshake, Link, engine_for
from mistral_async.realtime._messages import Types, update_session

if TYPE_CHECKING:
    from mistral_async._binding.portal import Portal

E = TypeVar("E")
S = TypeVar("S")

# Rule 1: Entering the block opens the connection, and leaving it closes it. `await` opens it too; then somebody has to
#         close it.
# Rule 2: Events come in the order in which the server sent them, `session.created` first. They end with the last one
#         (done) once the input was ended, when it is closed here, and when the server closes after done or `error`,
#         where nothing else was said since, by either side. A connection that is lost (1006) after a done was not
#         closed by the server, unless the input was ended.
# Rule 3: Any other end is raised, as a `ConnectionClosedError` with what had come in `partial`.
# Rule 4: An `error` event is given out like any other: its reader decides.
# Rule 5: Once it was closed or aborted here no link is opened, and one that was being opened is closed.

_NORMAL = 1000
_ABNORMAL = 1006  # it ended without a close frame
_MAY_BE_SENT = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015), *range(3000, 5000)})  # RFC 6455 §7.4
_LONGEST_REASON = 123  # bytes


class Connection(Blockable[S], Generic[E, S]):
    """A connection to a realtime endpoint."""

    _types: ClassVar[Types]
    _done: ClassVar[type]
    _errors: ClassVar[tuple[type, ...]]

    def __init__(
        self, engine: Engine, request: Handshake, options: RealtimeConnectOptions, settings: Mapping[str, Any]
    ) -> None:
        self._given = engine
        self._engine: Engine
        self._request = request
        self._options = options
        self._settings = dict(settings)
        self._link: Link | None = None
        self._ready: deque[E] = deque()
        self._used = False
        self._closed = False
        self._ended = False  # by this side: closed or aborted
        self._input_ended = False
        self._last: Any = None  # done, or an error, where nothing was said since
        self._finished = False

    # the block

    async def open(self) -> Self:
        """Open the connection (rule 1)."""
        if self._used:
            if self._link is None or self._closed:
                raise RuntimeError("a realtime connection is used once: connect again")
            return self
        self._used = True
        self._engine = engine_for(self._given, self._options)
        try:
            await self._open_link()
        except BaseException:
            self._closed = True
            raise
        return self

    async def _open_link(self) -> None:
        link = Link(self._engine, self._request, self._types)
        events = await link.open()
        if self._ended:  # rule 5
            error = self._ended_here()
            await link.close(error=error)
            raise error
        self._link = link
        try:
            if self._settings:
                await link.send(update_session(self._settings))
        except BaseException as error:
            await link.close(error=error)
            raise
        for event in events:
            self._take(event)

    @safe_repr
    def __repr__(self) -> str:
        state = "not opened" if self._link is None else "closed" if self.is_closed else "open"
        return described(self, self._request, state, "async with connection: async for event in connection")

    async def __aenter__(self) -> Self:
        return await self.open()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def __await__(self) -> Generator[Any, None, Self]:
        return self.open().__await__()

    async def close(self, *, code: int = _NORMAL, reason: str = "") -> None:
        """Close it; the server has `close_timeout` seconds to agree. Idempotent.

        Raises `ValueError` for a code that must not be sent, or a reason of more than 123 bytes.
        """
        if code not in _MAY_BE_SENT or len(reason.encode()) > _LONGEST_REASON:
            raise ValueError(
                "close() takes a code of 1000 or of 3000 to 4999 (or another that RFC 6455 §7.4 lets be sent), "
                "and a reason of at most 123 bytes"
            )
        self._closed = self._finished = True
        self._end()
        if self._link is not None:
            await self._link.close(code, reason)

    def abort(self) -> None:
        """Close it now, from any task of its event loop: whoever reads sees its end."""
        self._end()
        if self._link is not None:
            self._link.abort()

    def _end(self) -> None:
        """Take note that this side ends it (rule 5)."""
        self._ended = True

    def _ended_here(self) -> ConnectionClosedError:
        return ConnectionClosedError(f"{self._request!r}: the connection was closed here")

    # its state

    def _open_now(self) -> Link:
        if self._link is None:
            raise TypeError(
                "a realtime connection is used in a block: `async with client.….connect(...) as connection:`"
            )
        return self._link

    @property
    def is_closed(self) -> bool:
        """True once it was closed, by either side."""
        return self._closed or (self._link is not None and not self._link.is_open)

    @property
    def request_id(self) -> str:
        """The API's id of the session: give it to support."""
        return self._open_now().request_id or ""

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings of the handshake."""
        response: Response[None] = self._open_now().response
        return response

    @property
    @abstractmethod
    def partial(self) -> Any:
        """The part that has come so far."""

    # what is sent

    async def _send(self, message: bytes) -> None:
        if self._closed:
            raise self._failed(self._ended_here())
        if not self._input_ended:
            self._last = None
        try:
            await self._open_now().send(message)
        except ConnectionClosedError as error:
            raise self._failed(error) from error.__cause__

    async def _update(self, fields: Mapping[str, Any]) -> None:
        if not fields:
            raise ValueError("update_session() needs at least one setting")
        await self._send(update_session(fields))
        self._settings.update(fields)

    # what comes

    def events(self) -> Self:
        """Return the iterator over the events: the connection itself."""
        return self

    def __aiter__(self) -> Self:
        self._open_now()
        return self

    async def __anext__(self) -> E:
        if not self._ready:
            self._ready.extend(await self.receive())
            if not self._ready:
                raise StopAsyncIteration
        return self._ready.popleft()

    async def receive(self) -> list[E]:
        """Return the events that have come since the last call, at least one; an empty list at the end (rule 2)."""
        while not self._ready and not self._finished:
            link = self._open_now()
            try:
                found = await link.receive()
            except ConnectionClosedError as error:
                if self._closed or self._is_end(error):
                    self._finish(error)
                    break
                await self._recover(error)
                continue
            for event in found:
                self._take(event)
        events = list(self._ready)
        self._ready.clear()
        return events

    def _take(self, event: Any) -> None:
        """Take note of an event, and keep it for whoever reads."""
        self._last = event if isinstance(event, (self._done, *self._errors)) else None
        if self._input_ended and isinstance(event, self._done):
            self._finished = True
        self._ready.append(self._noted(event))

    def _is_end(self, error: ConnectionClosedError) -> bool:
        """Return whether the events end where the connection does (rule 2)."""
        said = self._input_ended or isinstance(self._last, self._errors) or error.close_code != _ABNORMAL
        return self._last is not None and said

    def _finish(self, error: ConnectionClosedError) -> None:  # noqa: ARG002 (for a connection that is opened again)
        """Take note that the events have ended with the connection."""
        self._finished = True

    def _noted(self, event: Any) -> Any:
        """Take note of an event; return it as it is given out."""
        if self._link is not None and hasattr(event, "session"):
            self._link.session = event.session
        return event

    async def _recover(self, error: ConnectionClosedError) -> None:
        """Go on after a connection was lost, or raise (rule 3)."""
        raise self._failed(error) from error.__cause__

    def _failed(self, error: Any) -> Any:
        """Put what has come on an error; returns the error."""
        if isinstance(error, StreamError):
            error.partial = self.partial
        if self._link is not None:
            self._link.failure = error
        return error


C = TypeVar("C", bound=Connection[Any, Any])


class SyncConnection(SyncIterator[E], Generic[E, C]):
    """A connection to a realtime endpoint. One thread may send while another reads."""

    def __init__(self, portal: Portal, connection: C) -> None:
        super().__init__()
        self._portal = portal
        self._connection = connection

    @safe_repr
    def __repr__(self) -> str:
        return described_blocking(self, self._connection)

    def _open(self) -> None:
        self._portal.run(self._connection.open)

    def _close(self, error: BaseException | None) -> None:  # noqa: ARG002 - as every block
        self._portal.close(self._connection.close)

    def receive(self) -> list[E]:
        """Return the events that have come since the last call, at least one; an empty list at the end."""
        return self._portal.run(self._connection.receive)

    def events(self) -> Self:
        """Return the iterator over the events: the connection itself."""
        return self

    def close(self, *, code: int = 1000, reason: str = "") -> None:
        """Close it; the server has `close_timeout` seconds to agree. Idempotent. Raises as the async one does."""
        self._portal.run(lambda: self._connection.close(code=code, reason=reason))

    @property
    def is_closed(self) -> bool:
        """True once it was closed, by either side."""
        return self._connection.is_closed

    @property
    def request_id(self) -> str:
        """The API's id of the session: give it to support."""
        return self._connection.request_id

    @property
    def response(self) -> Response[None]:
        """Status, headers, request id, attempts and timings of the handshake."""
        return self._connection.response
