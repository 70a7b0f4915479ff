"""What cassettes record: never the key, in whatever form a server repeats it."""

from __future__ import annotations

import base64
import gzip
import json

import httpx
import pytest

from mistral_async import Mistral
from mistral_async.testing import record, replay

KEY = "sk-0123456789-this-is-the-key"
HI = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


class Pieces(httpx.AsyncByteStream):
    def __init__(self, pieces):
        self.pieces = pieces

    async def __aiter__(self):
        for piece in self.pieces:
            yield piece


def answering(*pieces, **headers):
    def answer(request):
        return httpx.Response(200, headers=headers, stream=Pieces(pieces))

    return httpx.MockTransport(answer)


ANSWER = b'{"id": "1", "choices": [{"message": {"content": "%b"}}]}'
PLAIN = ANSWER % KEY.encode()
BODIES = {
    "in one piece": [PLAIN],
    "across two pieces": [PLAIN[:60], PLAIN[60:]],
    "byte by byte": [PLAIN[at : at + 1] for at in range(len(PLAIN))],
    "beside bytes that are no text": [PLAIN[:-5] + b"\xff", PLAIN[-5:]],
    "escaped": [ANSWER % "".join(f"\\u{ord(each):04x}" for each in KEY).encode()],
    "in base64": [ANSWER % base64.b64encode(KEY.encode())],
}


def bytes_in(value):
    """What stands in base64 in a line of a cassette, joined."""
    if isinstance(value, dict):
        return base64.b64decode(value["base64"]) if "base64" in value else bytes_in(list(value.values()))
    return b"".join(map(bytes_in, value)) if isinstance(value, list) else b""


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("body", BODIES)
async def test_no_writing_of_the_key_is_recorded(anyio_backend, tmp_path, body, compressed):
    # Rule 1 of the cassette.
    path, pieces, headers = tmp_path / "a.jsonl", BODIES[body], {"x-echo": f"Bearer {KEY}"}
    if compressed:
        pieces, headers = [gzip.compress(b"".join(pieces))], {**headers, "content-encoding": "gzip"}
    async with Mistral(KEY, transport=record(path, answering(*pieces, **headers))) as client:
        sent = await client.with_options(extra_body={"user": KEY}).chat.complete(**HI)
    text = path.read_bytes()
    found = b"".join(bytes_in(json.loads(line)) for line in text.splitlines())
    for form in (KEY.encode(), base64.b64encode(KEY.encode())[:-4], b"\\u0073\\u006b"):
        assert form not in text + found
    assert b"[key]" in text
    async with Mistral("another", transport=replay(path)) as client:
        again = await client.with_options(extra_body={"user": "[key]"}).chat.complete(**HI)
    assert again.text == sent.text.replace(KEY, "[key]") or body in {"in base64", "beside bytes that are no text"}
