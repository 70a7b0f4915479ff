"""A connection with the methods that the official ones for transcription and for speech have in common."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Protocol, Self, TypeVar, cast

from mistral_async import Mistral
from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import is_object
from mistral_async.compat._configuration import SDKConfiguration
from mistral_async.compat._security import OptionalKey, key_of
from mistral_async.compat.extra.realtime._replaced import open_replaced
from mistral_async.compat.extra.realtime._socket import LinkSocket, Socket
from mistral_async.errors import MistralError, StreamEventError
from mistral_async.models.realtime import RealtimeConnectOptions, UnknownRealtimeEvent
from mistral_async.realtime._link import Link, engine_for, handshake
from mistral_async.realtime._messages import Types, read_event, update_session

if TYPE_CHECKING:
    from mistral_async.compat._calls import ClientOwner

E = TypeVar("E")
S = TypeVar("S")

# Fields without which the official SDK takes an event for one that it does not know.
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "session.created": ("session",),
    "session.updated": ("session",),
    "error": ("error",),
    "transcription.language": ("audio_language",),
    "transcription.segment": ("text", "start", "end"),
    "transcription.text.delta": ("text",),
    "transcription.done": ("model", "text", "usage", "language"),
    "turn.start": ("time_s",),
    "turn.eager_end": ("time_s",),
    "turn.resume": ("time_s",),
    "turn.end": ("time_s", "end_reason"),
    "speech.audio.delta": ("audio_data",),
    "speech.audio.done": ("usage",),
}


def parse_event(payload: Any, types: Types) -> Any:
    """Return the event that a message is, decoded or as it came; `UnknownRealtimeEvent` for any other."""
    data = payload if isinstance(payload, bytes) else encode(payload)
    event = read_event(data, types)
    if isinstance(payload, bytes) or not is_object(payload) or isinstance(event, UnknownRealtimeEvent):
        return event
    missing = [name for name in _NEEDED.get(str(payload["type"]), ()) if name not in payload]
    if not missing:
        return event
    return UnknownRealtimeEvent(
        type=str(payload["type"]), content=payload, error=f"missing fields: {', '.join(missing)}"
    )


class Connection(Generic[E, S]):
    """A connection: events come by `async for`, and leaving its block closes it."""

    _types: ClassVar[Types]

    def __init__(self, websocket: Socket, session: S, *, initial_events: Iterable[E] | None = None) -> None:
        self._websocket = websocket
        self._session = session
        self._closed = False
        self._messages: AsyncIterator[str | bytes] | None = None
        self._initial_events: deque[E] = deque(initial_events or ())

    @property
    def request_id(self) -> str:
        """The API's id of the session."""
        session: Any = self._session
        return str(session.request_id)

    @property
    def session(self) -> S:
        """The settings, as the server has them."""
        return self._session

    @property
    def is_closed(self) -> bool:
        """True once it was closed here, or its events have ended."""
        return self._closed

    async def _send(self, message: bytes) -> None:
        if self._closed:
            raise RuntimeError("Connection is closed")
        await self._websocket.send(message.decode())

    async def _update(self, fields: Mapping[str, Any]) -> None:
        if self._closed:
            raise RuntimeError("Connection is closed")
        if not fields:
            raise ValueError("At least one session field must be provided")
        await self._send(update_session(fields))

    async def close(self, *, code: int = 1000, reason: str = "") -> None:
        """Close it; idempotent."""
        if not self._closed:
            self._closed = True
            await self._websocket.close(code=code, reason=reason)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    def __aiter__(self) -> Self:
        return self

    def events(self) -> AsyncIterator[E]:
        """Return the iterator over the events, those before the session first; at their end the connection closes."""
        return self

    async def __anext__(self) -> E:
        if self._initial_events:
            return self._noted(self._initial_events.popleft())
        if self._messages is None:
            self._messages = aiter(self._websocket)
        try:
            message = await anext(self._messages)
        except BaseException:
            await self.close()
            raise
        event: E = read_event(message.encode() if isinstance(message, str) else bytes(message), self._types)
        return self._noted(event)

    def _noted(self, event: E) -> E:
        if type(event) in {self._types["session.created"], self._types["session.updated"]}:
            self._session = cast("Any", event).session
        return event


class Configurable(Protocol):
    """A connection whose settings can be changed."""

    @property
    def update_session(self) -> Callable[..., Awaitable[None]]:
        """Change settings."""
        ...

    async def close(self) -> None:
        """Close it."""


def client_of(owner: ClientOwner | SDKConfiguration, server_url: str | None) -> Mistral:
    """Return the client for a server: that of the group's client, or one with the same settings."""
    if not isinstance(owner, SDKConfiguration):
        return owner.client(server_url)
    server: Any = owner.server
    url = server_url or owner.server_url
    key: Any = OptionalKey(key_of(owner.security))
    return Mistral(key, server=server, server_url=url, timeout_ms=owner.timeout_ms)


async def opened(
    connect_with: Callable[..., Awaitable[Any]],
    read_token: Callable[[], str | None],
    owner: ClientOwner | SDKConfiguration,
    route: str,
    model: str,
    types: Types,
    *,
    server_url: str | None,
    timeout_ms: float | None,
    http_headers: Mapping[str, str] | None,
) -> tuple[Socket, Any, list[Any]]:
    """Open a connection by `connect`, or by the `websockets.connect` that a test has put in its place.

    Returns it, its session and the events so far.
    """
    if connect_with is connect:
        client = client_of(owner, server_url)
        return await connect(client, route, model, types, timeout_ms=timeout_ms, http_headers=http_headers)
    return await open_replaced(
        connect_with,
        read_token,
        owner,
        route,
        model,
        types,
        server_url=server_url,
        timeout_ms=timeout_ms,
        http_headers=http_headers,
    )


async def connect(
    client: Mistral,
    route: str,
    model: str,
    types: Types,
    *,
    timeout_ms: float | None,
    http_headers: Mapping[str, str] | None,
) -> tuple[Socket, Any, list[Any]]:
    """Open a connection; returns it, its session and the events so far."""
    options: RealtimeConnectOptions = {"timeout_ms": timeout_ms, "http_headers": http_headers}
    link = Link(engine_for(client.models._executor.engine, options), handshake(route, model, options), types)  # noqa: SLF001 - one design
    events = await link.open()
    return LinkSocket(link), link.session, events


async def configure(connection: Configurable, settings: Mapping[str, Any], failed: Callable[[str], Exception]) -> None:
    """Send the settings that were given, if any; a connection that cannot be updated is closed, and `failed` raised."""
    if all(value is None for value in settings.values()):
        return
    try:
        await connection.update_session(**settings)
    except Exception as failure:
        await connection.close()
        raise failed(f"Failed to connect: {failure}") from failure
    except BaseException:
        await connection.close()
        raise


def reason_of(failure: MistralError, types: Types, fallback: str) -> tuple[str, Any, Any]:
    """Return an error's message, as the official SDK says it, its event, and that as it came."""
    if not isinstance(failure, StreamEventError):
        return f"Failed to connect: {failure}", None, None
    event = read_event(failure.body, types)
    raw = event.to_dict() if hasattr(event, "to_dict") else None
    return getattr(getattr(event, "error", None), "text", "") or fallback, event, raw
