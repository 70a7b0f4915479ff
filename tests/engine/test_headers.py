"""Headers that users add: one of a kind is sent, and what would break a request is refused in words."""

from __future__ import annotations

import pytest

from mistral_async import Hooks, Mistral
from mistral_async.errors import ConfigurationError
from mistral_async.testing import FakeMistral

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
FRAMING = ["Content-Length", "transfer-encoding", "Connection", "Keep-Alive", "TE", "Trailer", "Upgrade", "Expect"]


def sent(server, name):
    return [value for key, value in server.requests[-1].raw_headers if key == name]


@pytest.fixture(params=["own", "http2"])
async def any_client(server, request):
    """A client with our own connections, and one with httpx's."""
    async with Mistral(server.api_key, server_url=server.url, http2=request.param == "http2") as client:
        yield client


async def test_rule_1_ours_are_replaced(any_client, server):
    view = any_client.with_options(
        headers={"Host": "mistral.internal", b"ACCEPT-ENCODING": b"identity", "User-Agent": "app/1", "accept": "*/*"}
    )
    await view.chat.complete(**HI)
    assert sent(server, "host") == ["mistral.internal"]
    assert sent(server, "accept-encoding") == ["identity"]
    assert sent(server, "user-agent") == ["app/1"]
    assert sent(server, "accept") == ["*/*"]
    async with view.chat.stream(**HI) as stream:
        assert [event async for event in stream]
    assert sent(server, "host") == ["mistral.internal"]


async def test_rule_1_the_host_goes_first(client, server):
    await client.with_options(headers={"x-a": "1", "host": "mistral.internal"}).chat.complete(**HI)
    assert server.requests[-1].raw_headers[0] == ("host", "mistral.internal")


async def test_rule_1_one_of_a_kind(client, server):
    view = client.with_options(headers={"X-Team": "a", "x-team": "b"}).with_options(headers={"X-TEAM": "c"})
    await view.chat.complete(**HI)
    assert sent(server, "x-team") == ["c"]


async def test_rule_1_a_form_keeps_its_boundary(client, server):
    view = client.with_options(headers={"Content-Type": "application/json"})
    uploaded = await view.files.upload(("a.txt", b"text"), "ocr")
    assert uploaded.size_bytes == len(b"text")
    (kind,) = sent(server, "content-type")
    assert kind.startswith("multipart/form-data; boundary=")


@pytest.mark.parametrize("name", FRAMING)
def test_rule_2_framing_is_refused(name):
    with pytest.raises(ConfigurationError, match=f"{name.lower()!r} is written by the client"):
        Mistral("key").with_options(headers={name: "3"})


async def test_rule_2_framing_of_a_hook_is_logged_and_left_out(server, caplog):
    class Adds(Hooks):
        def before_call(self, call):
            call.headers |= {"Content-Length": "3", "X-Trace": b"1", "Host": "h", "x-none": None}

    async with Mistral(server.api_key, server_url=server.url, hooks=Adds()) as client:
        await client.chat.complete(**HI)
    assert (sent(server, "x-trace"), sent(server, "host"), sent(server, "x-none")) == (["1"], ["h"], [])
    assert len(sent(server, "content-length")) == 1
    assert "a hook gave a header that can not be sent" in caplog.text


async def test_rule_3_text_bytes_numbers_and_none(client, server):
    view = client.with_options(headers={"x-a": "é", "x-b": b"\xff", "x-c": 5, "x-f": 0.5, "x-d": None, "x-e": "1"})
    await view.with_options(headers={"X-E": None}).chat.complete(**HI)
    assert [sent(server, f"x-{letter}") for letter in "abcdef"] == [["é"], ["\xff"], ["5"], [], [], ["0.5"]]


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        ({"x-a": "€"}, "beyond latin-1"),
        ({"x-a": "b\n"}, "line break"),
        ({"x-a": b"b\r\nc: d"}, "line break"),
        ({"x-a": "\x00"}, "control code"),
        ({"x-a": ["1"]}, "not list"),
        ({"x-a": True}, "not bool"),
        ({None: "1"}, "not NoneType"),
        ({5: "1"}, "not int"),
        ({"x a": "1"}, "not the name"),
        ([("x-a", "1")], "not list"),
    ],
)
def test_rule_4_what_is_no_header_is_refused(headers, problem):
    with pytest.raises(ConfigurationError, match=problem):
        Mistral("key").with_options(headers=headers)


def test_a_blocking_client_does_the_same():
    from mistral_async import SyncMistral

    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url) as client:
        client.with_options(headers={"Host": "mistral.internal"}).chat.complete(**HI)
        assert sent(server, "host") == ["mistral.internal"]
