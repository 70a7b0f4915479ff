"""Scripted replies: used in order, for the requests they are meant for, and missed when unused."""

from __future__ import annotations

import httpx
import msgspec
import pytest

from mistral_async.testing import Delay, FakeMistral

CHAT = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
URL = "/v1/chat/completions"


async def test_a_failure_and_then_the_real_answer(http, server):
    server.fail(429)
    refused, answer = [await http.post(URL, json=CHAT) for _ in range(2)]
    assert (refused.status_code, refused.json()["code"], answer.status_code) == (429, "1300", 200)
    assert server.effects["chat.complete"] == 1
    server.assert_done()


@pytest.mark.parametrize(
    ("status", "fragment", "media"),
    [
        (400, '"code":"3051"', "application/json"),
        (401, '{"detail":"Invalid API Key"}\n', "application/json"),
        (403, '"code":"1910"', "application/json"),
        (404, "was not found", "application/json"),
        (422, '"type":"missing"', "application/json"),
        (
            500,
            '"message":"Service unavailable.","type":"internal_server_error","param":null,"code":"1000"',
            "application/json",
        ),
        (502, "Bad Gateway", "text/html; charset=UTF-8"),
        (503, '"code":"3800"', "application/json"),
        (520, "<h1>", "text/html; charset=UTF-8"),
    ],
)
async def test_failures_have_the_bodies_of_the_api(http, server, status, fragment, media):
    server.fail(status, headers={"retry-after": "3"})
    answer = await http.get("/v1/models")
    assert answer.status_code == status
    assert fragment in answer.text
    assert answer.headers["content-type"] == media
    assert answer.headers["retry-after"] == "3"


async def test_replies_are_used_in_order_each_its_number_of_times(http, server):
    """Scripts, rule 1."""
    server.reply("models.list", json=1, times=2)
    server.reply("models.list", json=2)
    server.reply("models.list", json=3, times=None)
    assert [(await http.get("/v1/models")).json() for _ in range(5)] == [1, 1, 2, 3, 3]
    server.assert_done()


async def test_after_lets_some_pass(http, server):
    """Scripts, rule 2."""
    server.fail(500, after=2, operation="models")
    assert [(await http.get("/v1/models")).status_code for _ in range(4)] == [200, 200, 500, 200]


@pytest.mark.parametrize(
    "pattern",
    ["chat.complete", "chat", URL, f"POST {URL}", None],
)
async def test_patterns_that_match(http, server, pattern):
    server.reply(pattern, json="scripted")
    assert (await http.post(URL, json=CHAT)).json() == "scripted"


@pytest.mark.parametrize("pattern", ["chat.stream", "models", "/v1/models", f"GET {URL}"])
async def test_patterns_that_do_not(http, server, pattern):
    server.reply(pattern, json="scripted")
    assert (await http.post(URL, json=CHAT)).json() != "scripted"
    with pytest.raises(AssertionError, match="not used: reply for"):
        server.assert_done()


def test_what_does_not_exist_is_not_scripted():
    server = FakeMistral()
    for pattern, advice in (("chat.completion", r"did you mean 'chat.complete'\?"), ("zzz", "the client's method")):
        for script in (
            server.reply,
            lambda name: server.fail(operation=name),
            lambda name: server.fault(Delay(1), operation=name),
        ):
            with pytest.raises(ValueError, match=f"no operation '{pattern}': .*{advice}"):
                script(pattern)
    for status in (99, 299, 600):
        with pytest.raises(ValueError, match=f"400 to 599, not {status}"):
            server.fail(status)
    with pytest.raises(ValueError, match="200 to 599, not 101"):
        server.reply(status=101)
    server.assert_done()


async def test_templates_and_paths_that_the_server_does_not_know(http, server):
    server.reply("/v1/models/{}", json=1)
    server.reply("/v9/new", status=202, body=b"raw", headers={"content-type": "text/plain"})
    assert (await http.get("/v1/models/x")).json() == 1
    answer = await http.put("/v9/new")
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (202, "raw", "text/plain")


class Struct(msgspec.Struct):
    id: str


async def test_structs_are_replies_too(http, server):
    server.reply(json=Struct("a"))
    assert (await http.get("/v1/models")).json() == {"id": "a"}


async def test_scripted_events(http, server):
    stream = {**CHAT, "stream": True}
    server.reply("chat.stream", sse=[{"id": "1"}, "text", b": comment\n\n"])
    server.reply("chat.stream", sse=[{"id": "1"}], done=False)
    server.reply(sse=[{"type": "a.b", "x": 1}, ("named", {"y": 2})])
    first, second, third = [(await http.post(URL, json=stream)).text for _ in range(3)]
    assert first == 'data: {"id":"1"}\n\ndata: text\n\n: comment\n\n'
    assert second == 'data: {"id":"1"}\n\n'
    assert third == 'event: a.b\ndata: {"type":"a.b","x":1}\n\nevent: named\ndata: {"y":2}\n\n'


async def test_plain_events_end_with_the_mark(http, server):
    server.reply("chat", sse=[{"id": "1"}])
    answer = await http.post(URL, json={**CHAT, "stream": True})
    assert answer.text == 'data: {"id":"1"}\n\ndata: [DONE]\n\n'
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"


async def test_scripted_usage_is_billed(http, server):
    server.reply("chat", json={"usage": {"total_tokens": 12}})
    await http.post(URL, json=CHAT)
    assert server.effects.tokens == {"chat.complete": 12}


async def test_unused_faults_are_missed_too(server):
    """Scripts, rule 3."""
    server.fault(Delay(1), operation="models", times=2)
    with pytest.raises(AssertionError, match=r"not used: Delay.* for models \(2 left"):
        server.assert_done()


async def test_a_strict_server_refuses_what_was_not_scripted():
    async with FakeMistral(strict=True, api_key=None) as server, httpx.AsyncClient(base_url=server.url) as http:
        server.reply("models", json=1)
        assert (await http.get("/v1/models")).json() == 1
        assert (await http.get("/v1/models")).status_code == 501
        with pytest.raises(AssertionError, match="not expected: <Request GET /v1/models"):
            server.assert_done()
