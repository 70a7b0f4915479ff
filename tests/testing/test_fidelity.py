"""The fake answers recorded requests with the fields and headers that the real API answered with."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from mistral_async.testing import FakeMistral

RECORDING = Path(__file__).parents[3] / "shared" / "recorded" / "traffic.jsonl"
INFERENCE = {"/v1/chat/completions", "/v1/embeddings", "/v1/ocr", "/v1/agents", "/v1/conversations", "/v1/audio/speech"}
# What depends on the words of the answer, not on the request: calls made, and what a tool found.
DEPENDS = (".tool_calls[]", ".images[]", ".hyperlinks[]", ".tables[]", ".blocks[]")


def exchanges():
    if not RECORDING.exists():
        return []
    found = map(json.loads, RECORDING.read_text().splitlines())
    return [
        exchange
        for exchange in found
        if exchange["method"] == "POST"
        and exchange["path"] in INFERENCE
        and exchange["status"] == 200
        # Older recordings show older fields, and the sources of some leave headers out.
        and "mistral-correlation-id" in exchange["response_headers"]
        and exchange["source"] != "symfony-ai"
    ]


def fields(value, path=""):
    match value:
        case dict():
            return {f"{path}.{key}" for key in value}.union(*(fields(v, f"{path}.{k}") for k, v in value.items()))
        case list():
            return set().union(*(fields(each, f"{path}[]") for each in value))
        case _:
            return set()


def fields_of(body, *, sse):
    if not sse:
        return fields(json.loads(body) if isinstance(body, str) else body)
    frames = [line.removeprefix("data: ") for line in body.split("\n") if line.startswith("data: {")]
    return set().union(*(fields(json.loads(frame)) for frame in frames))


def shared(names):
    return {name for name in names if not any(part in name for part in DEPENDS)}


async def test_fields_and_headers(anyio_backend_name):
    if not (recorded := exchanges()):
        pytest.skip("the recorded traffic is not at hand")
    async with (
        FakeMistral(api_key=None, any_model=True) as server,
        httpx.AsyncClient(base_url=server.url, timeout=30) as http,
    ):
        for exchange in recorded:
            answer = await http.post(exchange["path"], json=exchange["request_body"])
            mine = shared(fields_of(answer.text, sse=exchange["is_sse"]))
            real = shared(fields_of(exchange["response_body"], sse=exchange["is_sse"]))
            assert mine - {".usage.service_tier"} == real - {".usage.service_tier"}, exchange["request_body"]
            real_headers = {name.lower() for name in exchange["response_headers"] if "code-interpreter" not in name}
            missing = real_headers - set(answer.headers) - {"connection", "content-length", "transfer-encoding"}
            assert missing - {"content-encoding"} == set()
    assert len(recorded) > 40


async def test_framing_of_recorded_streams(anyio_backend_name):
    if not (recorded := [exchange for exchange in exchanges() if exchange["is_sse"]]):
        pytest.skip("the recorded traffic is not at hand")
    async with FakeMistral(api_key=None) as server, httpx.AsyncClient(base_url=server.url) as http:
        for exchange in recorded:
            answer = await http.post(exchange["path"], json=exchange["request_body"])
            real, mine = (text.removesuffix("\n\n").split("\n\n") for text in (exchange["response_body"], answer.text))
            assert [len(frame.split("\n")) for frame in mine[:2]] == [len(frame.split("\n")) for frame in real[:2]]
            assert (mine[-1] == "data: [DONE]") is (real[-1] == "data: [DONE]")
            assert list(json.loads(mine[0].split("data: ")[1])) == list(json.loads(real[0].split("data: ")[1]))
            assert answer.headers["content-type"] == exchange["response_headers"]["content-type"]
