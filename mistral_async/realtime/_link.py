"""One WebSocket of a realtime connection: opened as any call of the client is, and accounted for until its end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

import anyio
import msgspec

from mistral_async._binding.background import BackgroundTask
from mistral_async._codec.redact import redact_text
from mistral_async._engine.call_state import CallState, cause_of
from mistral_async._engine.engine import Engine
from mistral_async._engine.first_use import first_use
from mistral_async._engine.headers import add_headers
from mistral_async._engine.options import Options, Timeout
from mistral_async._engine.request import Request
from mistral_async._http.protocol import Phase, Sent, WireError
from mistral_async.errors import ConfigurationError, ConnectionClosedError, MissingExtraError, MistralError, from_event
from mistral_async.models.realtime import (
    RealtimeConnectOptions,
    RealtimeSpeechError,
    RealtimeSpeechSessionCreated,
    RealtimeTranscriptionError,
    RealtimeTranscriptionSessionCreated,
)
from mistral_async.realtime._messages import Types, read_event

if TYPE_CHECKING:
    from mistral_async._http.websocket.connection import SocketOptions, WebSocket
    from mistral_async._http.websocket.frames import ClosedError
    from mistral_async._http.websocket.network import Upgrade

# Rule 1: The handshake is a call like any other: paced, with the client's headers, hooks and key, repeated as its retry
#         policy says, with a new key after a 401. It is one of the calls under way, for the limits too, until it ends.
# Rule 2: The time limits of the client hold until `session.created`, and not for what is said then.
# Rule 3: What comes before `session.created` is kept, and given out first. An `error` there is raised.

F = TypeVar("F", bound=MistralError)

ERRORS = (RealtimeTranscriptionError, RealtimeSpeechError)
CREATED = (RealtimeTranscriptionSessionCreated, RealtimeSpeechSessionCreated)
_OWN = "sec-websocket-"
_MISSING = 'realtime needs websockets: pip install "mistral_async[realtime]"'


class Handshake(Request):
    """The request that opens a WebSocket; its model has the limits."""

    @property
    def model(self) -> str | None:
        """The model that is asked, which has limits of its own."""
        model: object = (self.query or {}).get("model")
        return model if isinstance(model, str) else None


def handshake(route: str, model: str, options: RealtimeConnectOptions) -> Handshake:
    """Describe the opening of a connection."""
    path, query = options.get("path"), dict(options.get("query") or {})
    headers = dict(add_headers((), options.get("http_headers") or {}))
    if own := next((name for name in headers if name.startswith(_OWN)), None):
        raise ConfigurationError(f"the header {own!r} is written by the client itself: leave it out")
    target = route if path is None else "/" + path.lstrip("/").replace("{", "%7B").replace("}", "%7D")
    return Handshake("GET", target, query={"model": model, **query}, headers=headers or None)


def engine_for(engine: Engine, options: RealtimeConnectOptions) -> Engine:
    """Return an engine that opens WebSockets, with the client's settings and those of one connection.

    Raises `ConfigurationError` where the client has no sockets of its own, `MissingExtraError` without websockets.
    """
    state = engine.account
    if state.settings.get("transport") is not None or state.settings.get("async_client") is not None:
        raise ConfigurationError(
            "realtime needs sockets of its own, which a client with transport= or async_client= does not open: make a"
            " client without them (it takes proxy= and verify=)"
        )
    try:
        with first_use():
            from mistral_async._http.websocket.network import WebSocketNetwork
    except ImportError as error:
        raise MissingExtraError(_MISSING) from error
    if (url := options.get("server_url")) is not None:
        scheme, separator, rest = url.strip().partition("://")
        scheme = {"wss": "https", "ws": "http"}.get(scheme.lower(), scheme)
        other = state.rebuild(None, {**state.settings, "server_url": f"{scheme}{separator}{rest}"})
        other.key = state.key
        state = other
    config = msgspec.structs.replace(cast("Any", state.network).config, http2=False)
    return Engine(state.over(WebSocketNetwork(config, _limits(options))), _options(engine.options, options))


def _options(options: Options, given: RealtimeConnectOptions) -> Options:
    options = msgspec.structs.replace(options, key=None)  # it has been chosen
    if (limit := given.get("timeout_ms")) is None:
        return options
    total = Timeout.of(limit / 1000).total
    return msgspec.structs.replace(options, timeout=msgspec.structs.replace(options.timeout, total=total))


def _limits(given: RealtimeConnectOptions) -> SocketOptions:
    from mistral_async._http.websocket.connection import SocketOptions

    names = {"max_message_size": "max_size"}
    numbers = ("ping_interval", "ping_timeout", "close_timeout", "max_message_size")
    fields: dict[str, Any] = {names.get(name, name): given.get(name) for name in numbers if given.get(name) is not None}
    for name, value in fields.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise ConfigurationError(f"{name} must be a number of 0 or more, not {value!r}")
    if fields.get("ping_interval") == 0:
        fields["ping_interval"] = None
    return SocketOptions(**fields)


class Link:
    """One WebSocket, from its handshake to its end."""

    def __init__(self, engine: Engine, request: Handshake, types: Types) -> None:
        self._engine = engine
        self._request = request
        self._types = types
        self._call: CallState
        self._upgrade: Upgrade
        self._socket: WebSocket | None = None
        self._task: BackgroundTask | None = None
        self._settled = False
        self._end: ConnectionClosedError | None = None
        self.session: Any = None
        self.failure: BaseException | None = None
        """The error that ended it, which hooks are told."""

    async def open(self) -> list[Any]:
        """Shake hands; return the events up to `session.created` (rule 3)."""
        call, stream = await self._engine.open(self._request, accept="application/json")
        self._call, self._upgrade = call, cast("Any", stream)
        try:
            self._socket = socket = self._upgrade.socket or await self._refuse()
            self._task = BackgroundTask(socket.run)
            return await self._read_to_session()
        except BaseException as error:
            await self.close(error=error)
            raise

    async def _refuse(self) -> NoReturn:
        """Raise the error of an answer that is no WebSocket."""
        body = self._call.redact(await self._upgrade.receive())
        problem = ValueError("a WebSocket was asked for: are server_url and path right?")
        raise self._call.unreadable(self._upgrade, body, problem)

    async def _read_to_session(self) -> list[Any]:
        call, events = self._call, list[Any]()
        read = self._engine.options.timeout.read
        ends = [end for end in (call.deadline, None if read is None else time.monotonic() + read) if end is not None]
        with anyio.move_on_after(min(ends) - time.monotonic() if ends else None):
            while True:
                for message in await self.receive_messages():
                    events.append(event := read_event(message, self._types))
                    if self.session is None and isinstance(event, CREATED):
                        self.session = event.session
                    if self.session is None and isinstance(event, ERRORS):
                        raise self.error_of(message)
                if self.session is not None:
                    return events
        late = WireError("no session was created in time", phase=Phase.READ, sent=Sent.MAYBE, timeout=True)
        raise self.answered(call.timed_out(late, "read"))

    def error_of(self, message: bytes) -> MistralError:
        """Make the error that an event is."""
        call = self._call
        route = f"{call.request.method} {call.request.path}"
        return self.answered(from_event(call.redact(message), route=route, request_id=self.request_id))

    @property
    def request_id(self) -> str | None:
        """The API's id of the session, or of the handshake."""
        return getattr(self.session, "request_id", "") or self._call.headers_of(self._upgrade).request_id

    @property
    def is_open(self) -> bool:
        """True while messages can be sent."""
        return self._socket is not None and self._socket.is_open

    @property
    def response(self) -> Any:
        """Status, headers, request id, attempts and timings of the handshake."""
        return self._engine.response(self._call, self._upgrade, None)

    async def receive_messages(self) -> list[bytes]:
        """Return the messages that have come, at least one; raises `ConnectionClosedError` at the end."""
        from mistral_async._http.websocket.frames import ClosedError

        socket = cast("WebSocket", self._socket)
        try:
            return await socket.receive()
        except ClosedError as failure:
            problem = failure
        raise self._closed(problem)

    async def receive(self) -> list[Any]:
        """Return the events that have come, at least one; raises `ConnectionClosedError` at the end."""
        return [read_event(message, self._types) for message in await self.receive_messages()]

    async def send(self, message: bytes) -> None:
        """Send a message; raises `ConnectionClosedError` on a closed connection."""
        from mistral_async._http.websocket.frames import ClosedError

        socket = cast("WebSocket", self._socket)
        try:
            await socket.send(message)
        except ClosedError as failure:
            problem = failure
        else:
            return
        raise self._closed(problem)

    def _closed(self, failure: ClosedError) -> ConnectionClosedError:
        """Return the error of a connection that has ended: the same for whoever reads and sends."""
        told = self._end
        if told is not None and (told.close_code, told.by_server) == (failure.code, failure.by_server):
            return told.with_traceback(None)  # which would grow with each, and hold what was sent
        self._call.conceal(failure)
        error = ConnectionClosedError(f"{self._request!r}: {failure}")
        error.close_code, error.by_server = failure.code, failure.by_server
        error.reason = redact_text(failure.reason, self._call.secrets())
        error.request_id = self.request_id
        error.__cause__ = cause_of(failure)
        self._end = self.answered(error)
        return error

    def answered(self, error: F) -> F:
        """Give an error the circumstances of the call; returns the error."""
        return self._call.answered(self._upgrade, error)

    def abort(self) -> None:
        """Close the connection now: whoever reads or sends is told."""
        if self._socket is not None:
            self._socket.abort()

    async def close(self, code: int = 1000, reason: str = "", *, error: BaseException | None = None) -> None:
        """Close the connection, and settle its call; idempotent."""
        try:
            if self._socket is not None and error is None:
                await self._socket.aclose(code, reason)
            else:
                self.abort()
        finally:
            try:
                if self._task is not None:
                    await self._task.stop()
            finally:
                self._settle(error or self.failure)

    def _settle(self, error: BaseException | None) -> None:
        if self._settled or not hasattr(self, "_call"):
            return
        self._settled = True
        self._call.settle(self._upgrade.headers)
        if (trace := self._call.trace) is not None:
            trace.leave(error)
