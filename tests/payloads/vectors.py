"""Vectors for the encoding of workflow payloads, made by the official SDK: `python tests/payloads/vectors.py`.

Needs `mistralai[workflow-payload-encryption,workflow-payload-compression]` of 3.7 or later. Each case is a call of the
official client against a transport in memory: what it sent, what it kept in its store, and what it read of an answer.
The nonces are fixed, and written down, so that `tests/payloads/test_vectors.py` can compare byte for byte.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self
from unittest import mock

TARGET = Path(__file__).with_suffix(".json")
KEYS = {name: hashlib.sha256(name.encode()).hexdigest() for name in ("main", "older")} | {"short": "ab" * 16}
NONCE = 12  # bytes
NAMESPACE, EXECUTION = "team a/é", "execution 1:2"


def secret(text: str) -> dict[str, str]:
    return {"field_type": "__encrypted_str__", "data": text}


INPUTS: dict[str, Any] = {
    "plain": {"name": "Zoé ✓", "count": 3, "ratio": 0.5, "none": None, "list": [1, "two", {"three": []}], "yes": True},
    "marked": {"user": "ada", "token": secret("s3cr3t é"), "deep": [{"more": [secret("two")]}, secret("")]},
    "nested mark": {"outer": {**secret("outer"), "extra": secret("inner")}},
    "numbers": {"f": [0.1, -1.25, 1e-05, 1.5e-06, 1e-07, 123456.789], "i": [0, -7, 2**53 - 1], "t": secret("x")},
    "escapes": {"text": '\u2028 \n\t"\\/', "t": secret("\x00")},
    "large": {"data": "x" * 300, "secret": secret("value")},
}
SETTINGS: dict[str, dict[str, Any]] = {
    "none": {},
    "full": {"mode": "full", "main_key": "main"},
    "full, 128 bits": {"mode": "full", "main_key": "short"},
    "partial": {"mode": "partial", "main_key": "main"},
    "rotated": {"mode": "full", "main_key": "main", "secondary_key": "older"},
    "older": {"mode": "full", "main_key": "older"},
    "older, partial": {"mode": "partial", "main_key": "older"},
    "offloading": {"offloading": 100},
    "offloading, full": {"mode": "full", "main_key": "main", "offloading": 100, "prefix": "team"},
    "offloading, partial": {"mode": "partial", "main_key": "main", "offloading": 1},
    "compression": {"compression": 1},
    "all, full": {"mode": "full", "main_key": "main", "compression": 1, "offloading": 1},
    "all, partial": {"mode": "partial", "main_key": "main", "compression": 1, "offloading": 1},
}
MESSAGE = {"execution_id": "e-1", "name": "n"}
STATE = {"workflow_name": "w", "execution_id": EXECUTION, "root_execution_id": EXECUTION, "status": "RUNNING"}
STATE |= {"start_time": "2026-01-01T00:00:00Z", "end_time": None, "result": None}
PAYLOADS = ("execution_id", "input", "encoded_input", "schedule")
STATUSES = {"workflows.schedules.schedule_workflow": 201, "workflows.executions.signal_workflow_execution": 202}
ANSWERS = {"query_name": "n", "update_name": "n", "message": "ok", "schedule_id": "s", **STATE}
EXECUTE = {"workflow_identifier": "w", "execution_id": EXECUTION}
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "execute": ("workflows.execute_workflow", EXECUTE),
    "registration": (
        "workflows.execute_workflow_registration",
        {"workflow_registration_id": "r", "execution_id": EXECUTION},
    ),
    "signal": ("workflows.executions.signal_workflow_execution", MESSAGE),
    "query": ("workflows.executions.query_workflow_execution", MESSAGE),
    "update": ("workflows.executions.update_workflow_execution", MESSAGE),
    "schedule": ("workflows.schedules.schedule_workflow", {"workflow_identifier": "w"}),
    "reschedule": ("workflows.schedules.update_schedule", {"schedule_id": "s"}),
}
SENT = [
    *(("execute", settings, "plain") for settings in ("none", "full", "full, 128 bits", "partial", "rotated")),
    *(("execute", "partial", name) for name in INPUTS if name != "plain"),
    *((call, settings, "marked") for call in CALLS for settings in ("none", "full", "partial")),
    *(("execute", settings, "large") for settings in SETTINGS if settings.startswith("offloading")),
    *(("schedule", "offloading, full", name) for name in ("large", "numbers")),
    ("signal", "offloading", "large"),
]
READ = [
    *((settings, settings, "large") for settings in SETTINGS),
    *((older, "rotated", "marked") for older in ("older", "older, partial")),
]


class Store:
    """A store in memory, in place of the cloud's."""

    def __init__(self, prefix: str) -> None:
        self.prefix, self.blobs = prefix, dict[str, bytes]()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    def key(self, key: str) -> str:
        return key if key.startswith(self.prefix) else f"{self.prefix}/{key}"

    async def get_blob_properties(self, key: str) -> object:
        return {} if self.key(key) in self.blobs else None

    async def upload_blob(self, key: str, content: bytes) -> str:
        self.blobs[self.key(key)] = content
        return key

    async def get_blob(self, key: str) -> bytes:
        return self.blobs[self.key(key)]


def config(settings: dict[str, Any]) -> Any:
    from mistralai.extra import workflows
    from pydantic import SecretStr

    keys = {name: SecretStr(KEYS[settings[name]]) for name in ("main_key", "secondary_key") if name in settings}
    storage = workflows.BlobStorageConfig(bucket_name="b", prefix=settings.get("prefix"))
    return workflows.WorkflowEncodingConfig(
        payload_encryption=workflows.PayloadEncryptionConfig(mode=settings["mode"], **keys) if keys else None,
        payload_compression=workflows.PayloadCompressionConfig(min_size_bytes=settings["compression"])
        if "compression" in settings
        else None,
        payload_offloading=workflows.PayloadOffloadingConfig(
            storage_config=storage, min_size_bytes=settings["offloading"]
        )
        if "offloading" in settings
        else None,
    )


@contextmanager
def fixed(case: str, store: Store) -> Iterator[list[str]]:
    """Fix the nonces of a case, and give it a store."""
    from mistralai.extra.workflows.encoding import payload_encoder

    nonces: list[str] = []
    urandom = payload_encoder.os.urandom

    def next_nonce(size: int) -> bytes:
        if size != NONCE:
            return urandom(size)
        nonces.append(hashlib.sha256(f"{case} {len(nonces)}".encode()).hexdigest()[: 2 * size])
        return bytes.fromhex(nonces[-1])

    with (
        mock.patch.object(payload_encoder.os, "urandom", next_nonce),
        mock.patch.object(payload_encoder, "get_blob_storage", return_value=store),
    ):
        yield nonces


def perform(settings: str, call: str, options: dict[str, Any], answer: Any) -> tuple[Any, Any]:
    """Make a call with the official client; returns the body it sent, and what it returned."""
    import httpx2
    from mistralai.client import Mistral
    from mistralai.extra.workflows import configure_workflow_encoding

    requests: list[Any] = []

    def handle(request: Any) -> Any:
        requests.append(request)
        return httpx2.Response(STATUSES.get(call, 200), json=answer)

    with httpx2.Client(transport=httpx2.MockTransport(handle)) as transport:
        client = Mistral(api_key="k", client=transport)
        asyncio.run(configure_workflow_encoding(config(SETTINGS[settings]), client=client, namespace=NAMESPACE))
        method: Any = client
        for name in call.split("."):
            method = getattr(method, name)
        returned = method(**options)
    sent = json.loads(requests[0].content) if requests[0].content else None
    return sent, returned


def sent_case(name: str, settings: str, given: str) -> dict[str, Any]:
    call, options = CALLS[name]
    is_schedule = "schedules" in call
    options = {**options, **({"schedule": {"input": INPUTS[given]}} if is_schedule else {"input": INPUTS[given]})}
    store = Store(SETTINGS[settings].get("prefix") or "")
    with fixed(f"{name}, {settings}, {given}", store) as nonces:
        sent, _ = perform(settings, call, options, ANSWERS)
    sent = {name: value for name, value in sent.items() if name in PAYLOADS}
    blobs = {key: base64.b64encode(content).decode() for key, content in store.blobs.items()}
    known = {"call": call, "options": options, "settings": settings, "nonces": nonces}
    return {**known, "sent": sent, "blobs": blobs}


def read_case(writer: str, reader: str, given: str) -> dict[str, Any]:
    """Encode a result as a worker does, and read it with the official client."""
    from mistralai.extra.workflows.encoding import PayloadEncoder
    from mistralai.extra.workflows.encoding.models import WorkflowContext

    store = Store(SETTINGS[writer].get("prefix") or "")
    with fixed(f"{writer} to {reader}", store):
        encoder = PayloadEncoder(config(SETTINGS[writer]))
        context = WorkflowContext(namespace=NAMESPACE, execution_id=EXECUTION)
        result = asyncio.run(encoder.encode_network_input(INPUTS[given], context)).model_dump(mode="json")
        call = "workflows.executions.get_workflow_execution"
        _, returned = perform(reader, call, {"execution_id": EXECUTION}, {**STATE, "result": result})
    blobs = {key: base64.b64encode(content).decode() for key, content in store.blobs.items()}
    return {"settings": reader, "result": result, "blobs": blobs, "read": returned.result}


def event_cases() -> list[dict[str, Any]]:
    """Encode the data of events as a worker does, and read them with the official encoder."""
    from mistralai.extra.workflows.encoding import PayloadEncoder

    cases: list[dict[str, Any]] = []
    for settings in ("full", "partial", "compression"):
        encoder = PayloadEncoder(config(SETTINGS[settings]))
        with fixed(f"event, {settings}", Store("")):
            content, steps = asyncio.run(
                encoder.encode_event_payload_content(json.dumps(INPUTS["large"], separators=(",", ":")))
            )
            text = base64.b64encode(content).decode()
            data: list[Any] = [
                {"type": "json", "value": text, "encoding_options": [step.value for step in steps]},
                {"type": "json", "value": {"a": 1}, "encoding_options": []},
            ]
            if settings == "partial":
                wrapped = {"type": "__encrypted__", "value": base64.b64encode(encoder._encrypt(b'"a"')).decode()}
                patches = [
                    {"op": "append", "path": "/t", "value": wrapped},
                    {"op": "replace", "path": "/n", "value": 1},
                ]
                data.append({"type": "json_patch", "value": patches, "encoding_options": ["encrypted-partial"]})
        for each in data:
            read = asyncio.run(encoder.decode_event_payload(json.loads(json.dumps(each))))
            cases.append({"settings": settings, "data": each, "read": read})
    return cases


def lines(vectors: dict[str, Any]) -> str:
    """Write JSON with a line for each case."""
    parts: list[str] = []
    for name, value in vectors.items():
        cases = [json.dumps(each, ensure_ascii=False) for each in value] if isinstance(value, list) else None
        text = json.dumps(value, ensure_ascii=False) if cases is None else "[\n" + ",\n".join(cases) + "\n]"
        parts.append(f"{json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}"


def main() -> None:
    vectors = {
        "made_by": f"mistralai {version('mistralai')}, run by tests/payloads/vectors.py: do not edit",
        "keys": KEYS,
        "settings": SETTINGS,
        "namespace": NAMESPACE,
        "sent": [sent_case(*case) for case in SENT],
        "read": [read_case(*case) for case in READ],
        "events": event_cases(),
    }
    TARGET.write_text(lines(vectors) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
