"""Calls that wait for a decision, and all that is needed to go on when it is made."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from mistral_async._codec.json_encode import encode
from mistral_async.tools._content import as_text, content_of


class ToolResult(msgspec.Struct):
    """What a call came to."""

    id: str
    name: str
    content: str | list[Any]


class DeferredCall(msgspec.Struct):
    """A call that waits."""

    id: str
    name: str
    arguments: dict[str, Any]
    reason: Literal["confirmation", "external", "server"]
    """It needs a yes; its tool is not here; or the server waits for a yes to run it."""
    decision: Literal["allow", "deny", "result"] | None = None
    note: str = ""
    """Why not, or the result."""


class Deferred(msgspec.Struct, kw_only=True):
    """A run that waits for decisions. As JSON it can wait anywhere, and be resumed by any process.

    Decide on every call (`allow`, `deny`, `resolve`), then pass this where the run's messages or inputs were.
    """

    kind: Literal["chat", "conversation"]
    calls: list[DeferredCall]
    done: list[ToolResult] = msgspec.field(default_factory=list[ToolResult])
    """The calls of the same answer that have run."""
    order: list[str] = msgspec.field(default_factory=list[str])
    """All calls of the answer, in its order."""
    messages: list[Any] = msgspec.field(default_factory=list[Any])
    conversation_id: str | None = None
    outputs: list[Any] = msgspec.field(default_factory=list[Any])
    steps: int = 0
    """How many answers the model has given."""
    usage: dict[str, Any] | None = None
    version: int = 1

    def allow(self, call_id: str | None = None, *, arguments: dict[str, Any] | None = None) -> Deferred:
        """Let a call run (all that wait, without an id), with other arguments if you give them."""
        for call in self._waiting(call_id, but="external"):
            if arguments is not None and call.reason == "server":
                raise ValueError(f"{call.name} runs on the server: its arguments can not be changed")
            call.decision, call.arguments = "allow", call.arguments if arguments is None else arguments
        return self

    def deny(self, call_id: str | None = None, note: str = "The user denied this call.") -> Deferred:
        """Do not let a call run (all that wait, without an id); the model gets the note."""
        for call in self._waiting(call_id):
            call.decision, call.note = "deny", note
        return self

    def resolve(self, call_id: str, result: Any) -> Deferred:
        """Give the result of a call that you carried out yourself."""
        for call in self._waiting(call_id, but="server"):
            call.decision, call.note = "result", as_text(content_of(result))
        return self

    def _waiting(self, call_id: str | None, but: str = "") -> list[DeferredCall]:
        found = [call for call in self.calls if call_id is None or call.id == call_id]
        if not found:
            raise ValueError(f"no call {call_id!r} waits; those that do: {', '.join(call.id for call in self.calls)}")
        for call in found:
            if call.reason == but:
                advice = "resolve() or deny() it" if but == "external" else "allow() or deny() it"
                raise ValueError(f"the call {call.id} of {call.name} can not be decided so: {advice}")
        return found

    def to_json(self) -> bytes:
        """All of it, as JSON."""
        return encode(self)

    @classmethod
    def from_json(cls, data: bytes | str) -> Deferred:
        """Read it again; raises `ValueError` for what is none."""
        found = msgspec.json.decode(data, type=cls)
        if found.version != 1:
            raise ValueError(f"this deferred run is of version {found.version}, made by a newer release")
        return found
