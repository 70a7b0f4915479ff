"""The steps over bytes: what goes in comes out, and what is damaged is an error that shows nothing."""

from __future__ import annotations

import base64
import json
import sys

import msgspec
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from obstore.store import MemoryStore

from mistral_async.errors import MissingExtraError, PayloadCompressionError, PayloadEncryptionError, PayloadError
from mistral_async.payloads import (
    ObjectStore,
    PayloadCompression,
    PayloadEncryption,
    PayloadOffloading,
    WorkflowEncoding,
    _compression,
)

KEY = "0f" * 32
MARKED = {"field_type": "__encrypted_str__", "data": "é"}


@pytest.fixture
def anyio_backend():
    return "asyncio"  # nothing here depends on the loop


def run(work):
    """Run a coroutine that waits for nothing: small payloads are encoded without a thread."""
    with pytest.raises(StopIteration) as stopped:
        work.send(None)
    return stopped.value.value


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4) | st.just(MARKED),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(
    value=values.filter(lambda value: "\\ud" not in json.dumps(value)),
    mode=st.sampled_from([None, "full", "partial"]),
    compressed=st.booleans(),
)
def test_what_goes_in_comes_out(value, mode, compressed):
    encoding = WorkflowEncoding(
        encryption=None if mode is None else PayloadEncryption(mode=mode, main_key=KEY),
        compression=PayloadCompression(min_size_bytes=0) if compressed else None,
    )
    encoded = run(encoding.encode(value))
    assert run(encoding.decode(encoded)) == value


async def test_large_payloads_are_encoded_in_threads(anyio_backend):
    encoding = WorkflowEncoding(
        encryption=PayloadEncryption(mode="partial", main_key=KEY),
        compression=PayloadCompression(),
        offloading=PayloadOffloading(store=ObjectStore(MemoryStore()), min_size_bytes=1),
        namespace="n",
    )
    value = {"text": "é" * 1_000_000, "token": MARKED}
    encoded = await encoding.encode(value, execution_id="e")
    assert encoded["encoding_options"] == ["encrypted-partial", "compressed", "offloaded"]
    assert await encoding.decode(encoded) == value


def in_envelope(payload, algorithm="zstd", level=3):
    data = msgspec.msgpack.encode({"compression": {"algorithm": algorithm, "level": level}, "payload": payload})
    return {"b64payload": base64.b64encode(data).decode(), "encoding_options": ["compressed"]}


PLAIN = b'{"a": "' + b"x" * 500 + b'"}'
FRAME = zstandard.ZstdCompressor().compress(PLAIN)
NO_UTF_8 = base64.b64decode(in_envelope(FRAME)["b64payload"]).replace(b"zstd", b"\xff" * 4)


@pytest.mark.parametrize(
    "payload",
    [
        FRAME,
        zstandard.ZstdCompressor(write_content_size=False).compress(PLAIN),
        zstandard.ZstdCompressor().compress(PLAIN[:9]) + zstandard.ZstdCompressor().compress(PLAIN[9:]),
    ],
    ids=["size", "no size", "two frames"],
)
def test_frames_of_any_encoder_are_read(payload):
    assert run(WorkflowEncoding().decode(in_envelope(payload))) == json.loads(PLAIN)


@pytest.mark.parametrize(
    "payload",
    [
        in_envelope(FRAME[:-3]),
        in_envelope(FRAME + b"more"),
        in_envelope(b"no frame"),
        in_envelope(FRAME, algorithm="lz4"),
        in_envelope("text"),
        {"b64payload": base64.b64encode(NO_UTF_8).decode(), "encoding_options": ["compressed"]},
        {"b64payload": "AAAA", "encoding_options": ["compressed"]},
    ],
    ids=["cut", "more", "none", "lz4", "text", "no UTF-8", "no envelope"],
)
def test_what_is_damaged_is_an_error(payload):
    with pytest.raises(PayloadCompressionError):
        run(WorkflowEncoding().decode(payload))


def test_a_payload_that_unfolds_to_too_much_is_an_error(monkeypatch):
    monkeypatch.setattr(_compression, "LARGEST", len(PLAIN) - 1)
    with pytest.raises(PayloadCompressionError, match="unfolds to more than"):
        run(WorkflowEncoding().decode(in_envelope(FRAME)))


@pytest.mark.parametrize(
    "payload",
    [
        {"b64payload": "%%%", "encoding_options": ["encrypted"]},
        {"b64payload": "", "encoding_options": ["encrypted"]},
        {"b64payload": base64.b64encode(b"x" * 11).decode(), "encoding_options": ["encrypted"]},
        {"b64payload": "AAAA", "encoding_options": ["offloaded"]},
        {"b64payload": base64.b64encode(b"no json").decode(), "encoding_options": ["encrypted-partial"]},
        {
            "b64payload": base64.b64encode(json.dumps({**MARKED, "data": "%"}).encode()).decode(),
            "encoding_options": ["encrypted-partial"],
        },
        {
            "b64payload": base64.b64encode(json.dumps(MARKED, ensure_ascii=False).encode()).decode(),
            "encoding_options": ["encrypted-partial"],
        },
        {"b64payload": base64.b64encode(b"1" * 5000).decode(), "encoding_options": ["encrypted-partial"]},
        {"type": "json", "value": {"a": 1}, "encoding_options": ["encrypted"]},
    ],
    ids=lambda payload: payload["encoding_options"][0],
)
def test_what_can_not_be_decoded_is_an_error(payload):
    store = PayloadOffloading(store=ObjectStore(MemoryStore()))
    encoding = WorkflowEncoding(encryption=PayloadEncryption(mode="full", main_key=KEY), offloading=store)
    with pytest.raises(PayloadError):
        run(encoding.decode(payload))


@pytest.mark.parametrize("text", ["é", "%", "/w=="])
def test_a_marked_text_that_is_no_base64_of_text_is_an_error(text):
    encoding = WorkflowEncoding(encryption=PayloadEncryption(mode="partial", main_key=KEY))
    data = base64.b64encode(json.dumps({**MARKED, "data": text}, ensure_ascii=False).encode()).decode()
    event = {"type": "json", "value": data, "encoding_options": ["encrypted-partial"]}
    with pytest.raises(PayloadEncryptionError):
        run(encoding.decode(event))
    keeping = WorkflowEncoding(encryption=PayloadEncryption(mode="partial", main_key=KEY), keep_undecodable=True)
    assert run(keeping.decode(event)) == event


def test_what_was_decoded_is_not_decoded_again():
    encoding = WorkflowEncoding(encryption=PayloadEncryption(mode="full", main_key=KEY))
    value = {"type": "json", "value": "abc", "encoding_options": ["encrypted"]}
    assert run(encoding.decode(run(encoding.encode(value)))) == value


@pytest.fixture
def no_extra(monkeypatch):
    for name in ("cryptography.hazmat.primitives.ciphers.aead", "backports.zstd", "compression.zstd", "obstore"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delattr("backports.zstd", raising=False)


@pytest.mark.parametrize(
    "make",
    [
        lambda: WorkflowEncoding(encryption=PayloadEncryption(mode="full", main_key=KEY)),
        lambda: WorkflowEncoding(compression=PayloadCompression()),
        lambda: ObjectStore(MemoryStore()),
    ],
    ids=["encryption", "compression", "store"],
)
def test_a_missing_extra_is_told_with_what_to_install(no_extra, make):
    with pytest.raises(MissingExtraError, match=r"pip install mistral-async\[workflows\]"):
        make()


def test_an_answer_that_needs_a_missing_extra_is_an_error_of_the_payload(no_extra):
    with pytest.raises(PayloadCompressionError, match=r"pip install mistral-async\[workflows\]"):
        run(WorkflowEncoding().decode(in_envelope(FRAME)))
