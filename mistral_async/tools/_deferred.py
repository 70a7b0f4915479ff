"""Calls that wait for a decision, and the state to go on from when it is made."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any, Literal, cast

import msgspec

from mistral_async._codec.json_encode import encode, encode_sorted, to_builtins
from mistral_async._codec.json_types import JSONObject
from mistral_async._codec.shown import Shown
from mistral_async.tools._content import as_text, plain_text, tool_content

# A run that waits
#
# Rule 1: A deferred run is plain data. As JSON it can be kept anywhere and resumed by any process; a field that is
#   added has a default, so that what an older release wrote is read; what a newer version wrote is refused.
# Rule 2: Every call must be decided before the run goes on. A call that needs a yes takes any decision; a function
#   that others run takes a result or a no; a call that the server runs takes a yes or a no, with its arguments as
#   they are.
# Rule 3: Going on carries out the decisions with the tools of the new run, which checks the arguments again. A tool
#   that is gone is told to the model.
# Rule 4: As JSON it can be signed with HMAC-SHA256, over all of it (calls, decisions, messages), in sorted and
#   compact form. With a key only what that key has signed is read, and what is read is what was verified: no second
#   parser sees the bytes. A signature does not say that it was not used before.
# Rule 5: Calls of the same answer that have run (`done`) are not run again; results are added in the answer's
#   `order`.


class ToolResult(Shown, msgspec.Struct):
    """The result of a call, as the model gets it."""

    id: str
    name: str
    content: str | list[Any]


class DeferredCall(Shown, msgspec.Struct):
    """A call that waits, or was decided."""

    id: str
    name: str
    arguments: JSONObject
    reason: Literal["confirmation", "external", "server"]
    """`confirmation`: it needs a yes; `external`: others run it; `server`: the server waits for a yes to run it."""
    decision: Literal["allow", "deny", "result"] | None = None
    note: str = ""
    """The reason of a no, or the result."""


class Deferred(Shown, msgspec.Struct, kw_only=True):
    """A run that waits for decisions.

    Decide on every call (`allow`, `deny`, `resolve`), then pass this where the run's messages or inputs were.
    """

    kind: Literal["chat", "conversation"]
    calls: list[DeferredCall]
    done: list[ToolResult] = msgspec.field(default_factory=list[ToolResult])
    """The results of the other calls of the same answer."""
    order: list[str] = msgspec.field(default_factory=list[str])
    """The ids of all calls of the answer, in its order."""
    messages: list[Any] = msgspec.field(default_factory=list[Any])
    conversation_id: str | None = None
    outputs: list[Any] = msgspec.field(default_factory=list[Any])
    steps: int = 0
    """The number of answers that the model has given."""
    usage: JSONObject | None = None
    version: int = 1
    server_ids: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """The ids that the server knows calls by, where the program knows them by others."""

    def allow(self, call_id: str | None = None, *, arguments: JSONObject | None = None) -> Deferred:
        """Let a call run (all that wait, without an id), with other arguments if you give them."""
        for call in self._find(call_id, refused="external"):
            if arguments is not None and call.reason == "server":
                raise ValueError(f"{call.name} runs on the server: its arguments can not be changed")
            call.decision, call.arguments = "allow", call.arguments if arguments is None else arguments
        return self

    def deny(self, call_id: str | None = None, note: str = "The user denied this call.") -> Deferred:
        """Keep a call from running (all that wait, without an id); the model gets the note."""
        for call in self._find(call_id):
            call.decision, call.note = "deny", plain_text(note)
        return self

    def resolve(self, call_id: str, result: Any) -> Deferred:
        """Give the result of a call that you carried out yourself."""
        for call in self._find(call_id, refused="server"):
            call.decision, call.note = "result", as_text(tool_content(result))
        return self

    def _find(self, call_id: str | None, *, refused: str = "") -> list[DeferredCall]:
        """Return the calls to decide on; raises `ValueError` for those that wait for another decision."""
        found = [call for call in self.calls if call_id is None or call.id == call_id]
        if not found:
            raise ValueError(f"no call {call_id!r} waits; those that do: {', '.join(call.id for call in self.calls)}")
        for call in found:
            if call.reason == refused:
                advice = "resolve() or deny() it" if refused == "external" else "allow() or deny() it"
                raise ValueError(f"the call {call.id} of {call.name} can not be decided so: {advice}")
        return found

    def to_json(self, *, key: bytes | str | None = None) -> bytes:
        """Encode it as JSON, signed with the key if you give one: a secret of yours, at best 32 random bytes."""
        if key is None:
            return encode(self)
        fields = cast("JSONObject", to_builtins(self))
        return encode({**fields, _SIGNATURE: _signature(fields, key)})

    @classmethod
    def from_json(cls, data: bytes | str, *, key: bytes | str | None = None) -> Deferred:
        """Read it again; raises `ValueError` for other data and for a newer version.

        With a key it must be signed with that key: it raises `ValueError` if it is not, or was changed since.
        """
        try:
            fields = msgspec.json.decode(data, type=JSONObject)
            signature = fields.pop(_SIGNATURE, None)
            if key is not None:
                _verify(fields, signature, key)
            found = msgspec.convert(fields, cls)
        except (msgspec.MsgspecError, RecursionError) as problem:
            raise ValueError(f"this is no deferred run: {problem}") from None
        if found.version != 1:
            raise ValueError(f"this deferred run is of version {found.version}, made by a newer release")
        return found


_SIGNATURE = "signature"


def _signature(fields: JSONObject, key: bytes | str) -> str:
    """Return the signature of a deferred run's fields (rule 4)."""
    secret = key.encode() if isinstance(key, str) else key
    if not secret:
        raise ValueError("the key is empty: anyone could sign with it")
    return f"hmac-sha256:{hmac.new(secret, encode_sorted(fields), hashlib.sha256).hexdigest()}"


def _verify(fields: JSONObject, signature: object, key: bytes | str) -> None:
    if signature is None:
        raise ValueError("this deferred run is not signed: it must come from to_json(key=...)")
    if not hmac.compare_digest(str(signature).encode(), _signature(fields, key).encode()):
        raise ValueError("the signature of this deferred run is wrong: it was changed, or signed with another key")
