"""The encoding of workflow payloads, as a view of a client has it: requests before they leave, answers as they come."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from mistral_async._codec.json_encode import encode, to_builtins
from mistral_async._codec.json_types import JSON, JSONObject, is_mapping, is_object
from mistral_async._engine.encode import encode_json_of
from mistral_async._engine.encoding import Caller, ChangeBody
from mistral_async._engine.request import Request
from mistral_async.errors import PayloadError
from mistral_async.models.workflows.workflows import NetworkEncodedInput
from mistral_async.payloads._cipher import compact, loads
from mistral_async.payloads._codec import PayloadCodec, Place
from mistral_async.payloads._namespaces import Namespaces
from mistral_async.payloads._operations import Answered, Sent, operation_of, two_part_id
from mistral_async.payloads._parts import Change, Decoding, changed
from mistral_async.payloads._settings import PayloadCompression, PayloadEncryption, PayloadOffloading

# Rule 1: The inputs of executions, signals, queries, updates and schedules are encoded; None, and a
#   `NetworkEncodedInput`, which is encoded already, are sent as they are. No input that is to be encoded is sent
#   otherwise: what fails is raised before anything is sent. A repeated request is the same, encrypted anew: it has the
#   execution, the hash and the blob in the store of the first one.
# Rule 2: Results of executions, queries and updates, inputs of schedules and data of events are decoded before the
#   answer is read, so that all forms of it show them: values, `Response.json()`, hooks.
# Rule 3: The namespace is asked of the API (`_namespaces`) only for what is offloaded. Inputs of schedules, which
#   outlive an execution, are never offloaded.
# Rule 4: A new schedule has a hash of its input, by which the API tells whether it is another one: keyed, where there
#   is encryption, so that nobody can guess the input by it.

R = TypeVar("R", bound=Request)

_PATHS: Final[Mapping[Answered, tuple[str, ...]]] = {
    "result": ("result",),
    "schedule": ("input",),
    "schedules": ("schedules", "*", "input"),
    "events": ("events", "*", "attributes", "*"),
    "event": ("data", "attributes", "*"),
}
_SENT_PATHS: Final[Mapping[Sent, tuple[str, ...]]] = {
    "execution": ("encoded_input",),
    "message": ("input",),
    "schedule": ("schedule", "input"),
    "change": ("schedule", "input"),
}
_HASH_LABEL: Final = b"schedule-input-hash"


class WorkflowEncoding:
    """The steps for payloads of workflows: `client.with_options(workflow_encoding=WorkflowEncoding(...))`.

    Without settings inputs are only put into the form of encoded ones. `namespace` is that of the workspace, which is
    asked of the API where it is needed and not given. With `keep_undecodable` data of events that can not be decoded,
    such as that of others, is left as it is, with its `encoding_options`; else it is a `PayloadError`.
    """

    def __init__(
        self,
        *,
        encryption: PayloadEncryption | None = None,
        compression: PayloadCompression | None = None,
        offloading: PayloadOffloading | None = None,
        namespace: str | None = None,
        keep_undecodable: bool = False,
    ) -> None:
        self.codec: Final = PayloadCodec(encryption=encryption, compression=compression, offloading=offloading)
        self._decoding = Decoding(self.codec, keep_undecodable=keep_undecodable)
        self._settings: dict[str, Any] = {
            "encryption": encryption,
            "compression": compression,
            "offloading": offloading,
            "namespace": namespace,
            "keep_undecodable": keep_undecodable,
        }
        self.namespace: Final = namespace
        """The namespace of the workspace, if it was given."""
        self._namespaces = Namespaces()

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self._settings.items() if value)
        return f"WorkflowEncoding({given})"

    def __deepcopy__(self, memo: object) -> WorkflowEncoding:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the settings; keys of encryption refuse that."""
        return _made_again, (self._settings,)

    async def encode(self, value: object, *, execution_id: str | None = None) -> JSONObject:
        """Encode an input as it is sent. It is offloaded only with an execution, and with a `namespace`."""
        place = None if execution_id is None or self.namespace is None else _fixed(self.namespace, execution_id)
        return await self._encoded(encode(value), place)

    async def decode(self, value: object) -> JSON:
        """Decode a result, an input or data of an event as it comes; what is not encoded is returned.

        Raises `PayloadError`.
        """
        raw = msgspec.Raw(encode(value))
        decoded = await self._decoding.result(raw)
        return msgspec.json.decode(await self._decoding.data(raw) if decoded is raw else decoded)

    # what the engine asks

    async def encode_request(self, request: R, caller: Caller) -> R:
        """Return a request with its input encoded, or the same one (rule 1)."""
        found = operation_of(request)
        if found is None or not found[0].sent:
            return request
        operation, name = found
        body = _plain(request.json)
        is_schedule = operation.sent in {"schedule", "change"}
        holder = _plain(body.get("schedule")) if is_schedule else body
        given, source = holder.get("input"), _member(request.json, "schedule") if is_schedule else request.json
        if given is None or isinstance(_member(source, "input"), NetworkEncodedInput):
            return request
        data, place = encode_json_of(request, given), None
        if not is_schedule:
            execution_id = str(body.get("execution_id") or "")
            if operation.sent == "execution":
                execution_id = body["execution_id"] = execution_id or two_part_id(name)
            place = self._place(caller, execution_id or name)
        encoded = await self._encoded(data, place)
        if operation.sent == "schedule":
            encoded["input_hash"] = self._hash(data)
        if operation.sent == "execution":
            body |= {"input": None, "encoded_input": encoded}
        else:
            holder["input"] = encoded
        if is_schedule:
            body["schedule"] = holder
        return msgspec.structs.replace(request, json=body)

    def reencoder(self, request: Request) -> ChangeBody | None:
        """Return what encrypts the body of an encoded request anew (rule 1); None where nothing is encrypted."""
        found = operation_of(request)
        if found is None or not found[0].sent or self.codec.cipher is None:
            return None
        return _changing(_SENT_PATHS[found[0].sent], self._reencoded)

    def decoder(self, request: Request) -> ChangeBody | None:
        """Return what decodes the answer of a request, or each of its events; None where nothing is encoded."""
        found = operation_of(request)
        if found is None or not found[0].answered:
            return None
        answered = found[0].answered
        decoding = self._decoding
        change = decoding.result if answered == "result" else decoding.data
        if answered in {"schedule", "schedules"}:
            change = decoding.input
        return _changing(_PATHS[answered], change)

    async def _encoded(self, data: bytes, place: Place | None) -> JSONObject:
        return _written(*await self.codec.encode(data, place))

    async def _reencoded(self, raw: msgspec.Raw) -> msgspec.Raw:
        encoded: JSONObject = msgspec.json.decode(raw)
        made = await self.codec.reencode(base64.b64decode(encoded["b64payload"]), encoded["encoding_options"])
        return msgspec.Raw(msgspec.json.encode(encoded | _written(*made)))

    def _hash(self, data: bytes) -> str:
        """Return the hash of an input (rule 4): equal inputs have equal ones, however they are written."""
        canonical = compact(loads(data), sort_keys=True)
        if self.codec.cipher is None:
            return hashlib.sha256(canonical).hexdigest()
        return self.codec.cipher.authenticate(_HASH_LABEL, canonical)

    def _place(self, caller: Caller, execution_id: str) -> Place:
        async def place() -> tuple[str, str]:
            return self.namespace or await self._namespaces.of(caller), execution_id

        return place


def _changing(path: Sequence[str], change: Change) -> ChangeBody:
    async def change_body(body: bytes) -> bytes:
        made = await changed(body, path, change)
        return body if made is None else bytes(made)

    return change_body


def _written(payload: bytes, steps: Sequence[str]) -> JSONObject:
    return {"b64payload": base64.b64encode(payload).decode(), "encoding_options": steps, "empty": False}


def _fixed(namespace: str, execution_id: str) -> Place:
    async def place() -> tuple[str, str]:
        return namespace, execution_id

    return place


def _plain(value: object) -> JSONObject:
    """Return an object that may be changed; raises `PayloadError` for what is none."""
    made = {**value} if is_object(value) else to_builtins(value)
    if is_object(made):
        return made
    raise PayloadError("a request with a payload must be an object: nothing was sent")


def _member(value: object, name: str) -> object:
    """Return a member as it was given: the copy of an object does not tell that its input is encoded already."""
    return value.get(name) if is_mapping(value) else getattr(value, name, None)


def _made_again(settings: dict[str, Any]) -> WorkflowEncoding:
    return WorkflowEncoding(**settings)
