"""What cassettes record: never the key, in whatever form a server repeats it."""

from __future__ import annotations

import base64
import gzip
import json
import stat

import httpx
import pytest

from mistral_async import Mistral
from mistral_async.testing import CassetteError, record, replay

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
    "escaped, after much else": [
        ANSWER % (b"a\\n" * 100_000 + "".join(f"\\u{ord(each):04x}" for each in KEY).encode())
    ],
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


async def test_a_cassette_that_is_gone_or_can_not_be_written_says_so(anyio_backend, tmp_path):
    # Rule 1 of the cassette.
    path = tmp_path / "folder" / "a.jsonl"
    async with Mistral(KEY, transport=record(path, answering(PLAIN))) as client:
        path.unlink()
        await client.chat.complete(**HI)
        assert (stat.S_IMODE(path.stat().st_mode), path.read_bytes().count(b"\n")) == (0o600, 1)
        path.unlink()
        path.mkdir()
        with pytest.raises(CassetteError, match="can not be written"):
            await client.chat.complete(**HI)


@pytest.mark.parametrize("line", [b"{", b"[]", b"\xff", b"[" * 100_000, b'{"request": 1}'])
def test_what_is_no_cassette_is_one_clear_error(tmp_path, line):
    (tmp_path / "a.jsonl").write_bytes(b"\n" + line + b"\n")
    with pytest.raises(CassetteError, match=r"a\.jsonl, line 2, is no recorded exchange"):
        replay(tmp_path / "a.jsonl")


@pytest.mark.parametrize("secret", ["\u00e9\u20ac".encode(), b"\xe9\xff caf\xe9"])
async def test_a_secret_of_any_bytes_is_not_recorded(anyio_backend, tmp_path, secret):
    # Rule 1 of the cassette.
    path = tmp_path / "a.jsonl"
    transport = record(path, answering(b'{"a": "%b"}' % secret))
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get("http://localhost/", headers=[(b"cookie", secret), (b"x-api-key", b"abcd")])
    assert json.loads(path.read_bytes())["body"] == ['{"a": "[key]"}']
