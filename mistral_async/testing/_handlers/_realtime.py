"""What the two realtime WebSockets have in common: their events are checked as bodies are, and each has a handler."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar, cast

from mistral_async.testing._errors import FakeAPIError
from mistral_async.testing._handlers.models import resolve_model
from mistral_async.testing._json import JSONObject
from mistral_async.testing._session import Message
from mistral_async.testing._state import ServerState
from mistral_async.testing._validation import validate
from mistral_async.testing._websocket_log import Close, WebSocketLog

# Rule 1: The first event is `session.created`, or an error about the model and the end.
# Rule 2: `session.update` comes before all input. What is wrong with an event is an `error` event, and the session
# goes on.
# Rule 3: The last event is followed by a close frame; what comes after it is not heard.

INVALID_MODEL = 1500
INVALID_EVENT = 3051
INVALID_AUDIO = 3291
POLICY_VIOLATION = 1008


class RealtimeError(Exception):
    """An event that is wrong."""

    def __init__(self, message: str | JSONObject, code: int = INVALID_EVENT) -> None:
        super().__init__(message)
        self.event: JSONObject = {"type": "error", "error": {"message": message, "code": code}}


Handler = Callable[[Any], Iterable[Message]]


class RealtimeSession(ABC):
    """One session: the model, the log, and a handler and a shape for each event of the client."""

    ability = ""
    shapes: ClassVar[Mapping[str, str]] = {}
    """The shapes of events by their types, without `type`."""
    defaults: ClassVar[JSONObject] = {}
    """The options of a session that was not updated."""

    def __init__(self, state: ServerState, model: str) -> None:
        self.state = state
        self.model = model
        self.log: WebSocketLog = WebSocketLog()
        self.options: JSONObject = dict(self.defaults)
        self._request_id = state.ids.uuid7()
        self.started = False
        """Whether input has come."""
        self.finished = False
        """Whether the input has ended."""

    def begin(self, log: WebSocketLog) -> Iterator[Message]:
        """Return `session.created`."""
        self.log = log
        try:
            resolve_model(self.state, self.model, self.ability)
        except FakeAPIError:
            yield RealtimeError(f"Invalid model: {self.model}", INVALID_MODEL).event
            yield Close(POLICY_VIOLATION, "Invalid model")
        else:
            yield {"type": "session.created", "session": self.session()}

    def receive(self, message: Any) -> Iterator[Message]:
        """Return what is sent in response to an event."""
        try:
            yield from self._handler_of(message)(message)
        except RealtimeError as error:
            yield error.event

    def end(self) -> None:
        """Charge for the session, unless it was charged when its input ended, or had none."""
        if self.started and not self.finished:
            self.finished = True
            self.charge()

    def session(self) -> JSONObject:
        """Return the session as `session.created` and `session.updated` show it."""
        return {"request_id": self._request_id, "model": self.model, **self.options}

    def _handler_of(self, message: Any) -> Handler:
        if not isinstance(message, dict):
            raise RealtimeError({"detail": "Messages are JSON objects."})
        event = cast("JSONObject", message)
        kind = str(event.get("type"))
        if kind not in self.shapes:
            raise RealtimeError({"detail": f"Unknown message type: {kind}"})
        body = {name: value for name, value in event.items() if name != "type"}
        if problems := validate(self.shapes[kind], body):
            text = "; ".join(f"{'.'.join(map(str, each.loc[1:]))}: {each.msg}" for each in problems)
            raise RealtimeError({"detail": text})
        if kind == "session.update":
            if self.started:
                raise RealtimeError({"detail": "The session cannot be updated once input has been sent."})
            return lambda event: self.update(event["session"])
        self.started = True
        return self.handlers()[kind]

    # What the kinds of session say

    @abstractmethod
    def update(self, changes: JSONObject) -> Iterator[Message]:
        """Change the session."""

    @abstractmethod
    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers of input by the types of its events."""

    @abstractmethod
    def charge(self) -> None:
        """Record what the session cost."""
