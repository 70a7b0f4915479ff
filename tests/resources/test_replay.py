"""Recorded exchanges, replayed through the client from a socket: what is sent is what was recorded, nothing is lost.

They lie beside the project and are not part of it; where they are absent there is nothing to replay.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from mistral_async import Mistral
from mistral_async.errors import APIStatusError
from mistral_async.testing import FakeMistral

RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded" / "traffic.jsonl"
ROWS = [json.loads(line) for line in RECORDED.read_text().splitlines()] if RECORDED.exists() else []
HOP = {"transfer-encoding", "content-length", "content-encoding", "connection", "keep-alive"}

METHODS = {
    "/v1/chat/completions": ("chat.complete", "chat.stream"),
    "/v1/fim/completions": ("fim.complete", "fim.stream"),
    "/v1/agents/completions": ("agents.complete", "agents.stream"),
    "/v1/embeddings": ("embeddings.create", None),
    "/v1/ocr": ("ocr.process", None),
    "/v1/audio/speech": ("audio.speech.complete", "audio.speech.stream"),
    "/v1/audio/transcriptions": ("audio.transcriptions.complete", "audio.transcriptions.stream"),
    "/v1/files": ("files.upload", None),
    "/v1/agents": ("beta.agents.create", None),
    "/v1/batch/jobs": ("batch.jobs.create", None),
    "/v1/conversations": ("beta.conversations.start", "beta.conversations.start_stream"),
}
FORMS = {
    "/v1/audio/transcriptions": {"model": "voxtral-mini-latest", "file": ("a.mp3", b"ID3")},
    "/v1/files": {"file": ("a.pdf", b"%PDF"), "purpose": "ocr"},
}


def call_of(client: Mistral, row: dict[str, Any]) -> Any:
    """The call that a user would have made."""
    path, body = urlsplit(row["path"]).path, dict(row["request_body"] or FORMS.get(urlsplit(row["path"]).path, {}))
    body.pop("stream", None)
    parts = path.split("/")
    if parts[2:4] == ["batch", "jobs"] and len(parts) == 5:
        query = parse_qs(urlsplit(row["path"]).query)
        return client.batch.jobs.get(parts[4], inline=True if query else None)
    if parts[2] == "conversations" and len(parts) == 4:
        return client.beta.conversations.append(parts[3], **body)
    if parts[2] == "conversations" and len(parts) == 5:
        return client.beta.conversations.restart(parts[3], **body)
    name = METHODS[path][1 if row["is_sse"] else 0]
    method: Any = client
    for part in str(name).split("."):
        method = getattr(method, part)
    return method(**body)


def missing(body: Any, read: Any, path: str = "$") -> list[str]:
    """The values of a body that can not be read on the object it became."""
    if isinstance(body, dict):
        found = []
        for key, value in body.items():
            if isinstance(read, dict):
                inner = read.get(key, "missing")
            else:
                field = next((f for f, e in _fields(read) if e == key), key)
                inner = getattr(read, field, "missing")
            found += missing(value, inner, f"{path}.{key}")
        return found
    if isinstance(body, list) and hasattr(read, "__len__") and not isinstance(read, str):
        if len(body) != len(read):
            return [path]
        return [each for index, item in enumerate(body) for each in missing(item, read[index], f"{path}[{index}]")]
    if isinstance(body, float):
        return [] if read == pytest.approx(body, rel=1e-6) else [path]
    return [] if read == body or (body is None and not read) else [path]


def _fields(struct: Any) -> list[tuple[str, str]]:
    cls = type(struct)
    return list(zip(getattr(cls, "__struct_fields__", ()), getattr(cls, "__struct_encode_fields__", ()), strict=True))


def events(text: str) -> list[Any]:
    data = [line.removeprefix("data: ") for line in text.split("\n") if line.startswith("data: ")]
    return [json.loads(each) for each in data if each != "[DONE]"]


@pytest.mark.skipif(not ROWS, reason="no recordings beside this checkout")
@pytest.mark.parametrize("row", ROWS, ids=[f"{index}-{row['path'][:24]}" for index, row in enumerate(ROWS)])
async def test_recorded_exchange_replays(row):
    headers = {key: value for key, value in row["response_headers"].items() if key.lower() not in HOP}
    async with (
        FakeMistral() as server,
        Mistral(server.api_key, server_url=server.url, retry_config={"retries": 0}) as client,
    ):
        server.reply(status=row["status"], body=row["response_body"].encode(), headers=headers)
        if row["status"] >= 400:
            with pytest.raises(APIStatusError) as caught:
                await call_of(client, row)
            assert caught.value.status == row["status"]
            assert caught.value.body == row["response_body"].encode()
            assert caught.value.message
        elif row["is_sse"]:
            async with call_of(client, row) as stream:
                seen = [event async for event in stream]
            wanted = events(row["response_body"])
            assert len(seen) == len(wanted)
            assert [lost for body, event in zip(wanted, seen, strict=True) for lost in missing(body, event)] == []
        else:
            answer = await call_of(client, row)
            assert missing(json.loads(row["response_body"]), answer) == []
        sent = server.requests[-1]
        assert (sent.method, sent.path) == (row["method"], urlsplit(row["path"]).path)
        if row["request_body"] is not None:
            recorded = {key: value for key, value in row["request_body"].items() if (key, value) != ("stream", False)}
            assert sent.json() == recorded
