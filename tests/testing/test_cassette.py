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
        self.pieces = iter(pieces)

    def __aiter__(self):
        return self

    async def __anext__(self):
        for piece in self.pieces:
            return piece
        raise StopAsyncIteration


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


async def exchange(path, asked, answer, *, target="/", read=9):
    """Send JSON through a recording, and read of its answer; returns the line of the cassette."""
    body = json.dumps(asked, ensure_ascii=False).encode()
    request = httpx.Request("POST", f"http://localhost{target}", content=body)
    async with record(path, answering(*answer)) as transport:
        response = await transport.handle_async_request(request)
        pieces = aiter(response.stream)
        for _ in range(read):
            await anext(pieces, None)
        await response.aclose()
        await pieces.aclose()
    async with replay(path) as transport:
        assert (await transport.handle_async_request(request)).status_code == 200
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("secret", ["schl\u00fcssel-geheim", "geheim\u20acgeheim", "-----BEGIN\nMII0123456789\n-----"])
async def test_a_secret_of_any_text_is_not_recorded(anyio_backend, tmp_path, secret):
    # Rule 1 of the cassette.
    asked = {"client_secret": secret, "note": f"<{secret}>"}
    echo = [json.dumps([secret]).encode(), json.dumps([secret], ensure_ascii=False).encode()]
    line = json.loads(await exchange(tmp_path / "a.jsonl", asked, echo))
    assert line["request"]["json"] == {"client_secret": "[key]", "note": "<[key]>"}
    assert line["body"] == ['["[key]"]'] * 2


@pytest.mark.parametrize(
    ("answer", "recorded"),
    [
        ([b'{"api_key":"hunter2hunter2","more":', b"1}"], ['{"api_key":"[key]","more":']),
        ([b'{"api_key":"hunter2hun', b'ter2"}'], ['{"api_key":"[key]']),
    ],
)
async def test_a_secret_in_an_answer_that_is_closed_early_is_not_recorded(anyio_backend, tmp_path, answer, recorded):
    # Rule 1 of the cassette.
    line = json.loads(await exchange(tmp_path / "a.jsonl", {}, answer, read=1))
    assert (line["body"], line["cut"]) == (recorded, True)


async def test_a_secret_in_an_event_is_not_recorded(anyio_backend, tmp_path):
    # Rule 1 of the cassette.
    events = [b'data: {"api_key":"hunter2hunter2"}\n\n', b'data: {"n": "hunter2hunter2"}\n\ndata: [DONE]\n\n']
    line = json.loads(await exchange(tmp_path / "a.jsonl", {}, events))
    assert line["body"] == ['data: {"api_key":"[key]"}\n\n', 'data: {"n": "[key]"}\n\ndata: [DONE]\n\n']


@pytest.mark.parametrize(
    ("asked", "recorded"),
    [
        ({"secret": "target"}, {"secret": "[key]"}),
        ({"secret": "1234", "n": 1234}, {"secret": "[key]", "n": 1234}),
        ({"secret": '","a":"', "b": ["", {"a": ""}]}, {"secret": "[key]", "b": ["", {"a": ""}]}),
        ({"secret": "hunter", "api_key": "hunter2-xyz"}, {"secret": "[key]", "api_key": "[key]"}),
        ({"secret": "sessions-0123", "a": "sessions"}, {"secret": "[key]", "a": "sessions"}),
    ],
)
async def test_a_request_stays_one_without_its_secrets(anyio_backend, tmp_path, asked, recorded):
    # Rule 1 of the cassette.
    secret = asked["secret"] if asked["secret"].isalnum() else "sessions"
    line = json.loads(await exchange(tmp_path / "a.jsonl", asked, [b"{}"], target=f"/v1/{secret}?a=sessions"))
    assert line["request"]["json"] == recorded
    assert line["request"]["target"] == f"/v1/{'[key]' if secret == asked['secret'] else secret}?a=sessions"
