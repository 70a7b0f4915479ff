"""HTTP as the real gateway speaks it: headers, keys, unknown paths, connections that are used again."""

from __future__ import annotations

import re

import anyio
import httpx
import pytest

from mistral_async.testing import FakeMistral, VirtualClock

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
CHAT = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}


async def raw(server, data, *, until=b""):
    async with await anyio.connect_tcp(server.host, server.port) as stream:
        await stream.send(data)
        received = b""
        with anyio.fail_after(5):
            while not until or until not in received:
                try:
                    received += await stream.receive()
                except anyio.EndOfStream:
                    break
        return received


async def test_headers_of_every_answer(http):
    answers = [
        await http.get("/v1/models"),
        await http.get("/nowhere"),
        await http.post("/v1/chat/completions", json=CHAT),
    ]
    ids = [answer.headers["mistral-correlation-id"] for answer in answers]
    assert len(set(ids)) == 3
    assert all(UUID7.fullmatch(one) for one in ids)
    assert [answer.headers["x-kong-request-id"] for answer in answers] == ids
    assert "x-envoy-upstream-service-time" in answers[0].headers
    assert "x-kong-response-latency" in answers[1].headers
    assert answers[2].headers["x-max-retry-attempts-reached"] == "false"


async def test_an_unknown_path(http):
    answer = await http.get("/v1/nothing")
    request_id = answer.headers["mistral-correlation-id"]
    assert answer.status_code == 404
    assert answer.json() == {"message": "no Route matched with those values", "request_id": request_id}


async def test_keys(server):
    async with httpx.AsyncClient(base_url=server.url) as http:
        missing = await http.get("/v1/models")
        wrong = await http.get("/v1/models", headers={"authorization": "Bearer wrong"})
    assert (missing.status_code, wrong.status_code) == (401, 401)
    assert missing.json() == {"message": "Unauthorized", "request_id": missing.headers["mistral-correlation-id"]}
    assert missing.headers["www-authenticate"] == "Key"
    assert wrong.text == '{"detail":"Invalid API Key"}\n'
    assert server.effects.total == 0


async def test_any_key_is_accepted_when_none_is_set():
    async with FakeMistral(api_key=None) as server, httpx.AsyncClient(base_url=server.url) as http:
        assert (await http.get("/v1/models")).is_success


async def test_an_encoded_slash_does_not_divide_a_path(http, server):
    answer = await http.get("/v1/models/..%2Fa%20b%3Fc%25d%C3%A9")
    assert answer.json() == {"message": "Model ../a b?c%dé was not found."}
    assert server.requests[-1].params == ("../a b?c%dé",)
    assert server.requests[-1].template == "/v1/models/{}"


async def test_the_log(http, server):
    await http.post("/v1/chat/completions?a=1&a=2", json=CHAT, headers={"x-mine": "1"})
    (request,) = server.requests
    assert (request.method, request.path, request.query) == ("POST", "/v1/chat/completions", {"a": ["1", "2"]})
    assert (request.operation, request.status, request.connection) == ("chat.complete", 200, 1)
    assert request.headers["x-mine"] == "1"
    assert request.json() == CHAT
    assert "test-key" not in repr(request)


async def test_the_log_forgets_the_oldest():
    async with FakeMistral(keep_requests=3, api_key=None) as server, httpx.AsyncClient(base_url=server.url) as http:
        for number in range(5):
            await http.get(f"/v1/models/{number}")
    assert [request.params for request in server.requests] == [("2",), ("3",), ("4",)]


async def test_one_connection_serves_many_requests(http, server):
    for _ in range(20):
        await http.get("/v1/models/mistral-embed")
    assert (server.connections.opened, server.connections.open) == (1, 1)


async def test_connections_are_counted_as_they_close(server, eventually):
    async with httpx.AsyncClient(base_url=server.url) as http:
        await http.get("/")
    await eventually(lambda: not server.connections.open)
    assert server.connections.opened == 1


@pytest.mark.parametrize("pieces", [1, 7])
async def test_pipelined_requests_in_any_pieces(server, pieces):
    one = b"GET /v1/models/a HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer test-key\r\n\r\n"
    two = one.replace(b"/a ", b"/b ").replace(b"Host", b"Connection: close\r\nHost")
    data = one + two
    async with await anyio.connect_tcp(server.host, server.port) as stream:
        step = -(-len(data) // pieces)
        for start in range(0, len(data), step):
            await stream.send(data[start : start + step])
            await anyio.sleep(0.01)
        received = b""
        with anyio.fail_after(5):
            while b"Model b" not in received:
                received += await stream.receive()
    assert received.index(b"Model a") < received.index(b"Model b")


async def test_a_client_that_asks_first_is_told_to_go_on(server):
    head = b"POST /v1/embeddings HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    async with await anyio.connect_tcp(server.host, server.port) as stream:
        await stream.send(head)
        assert await stream.receive() == b"HTTP/1.1 100 Continue\r\n\r\n"
        await stream.send(b"{}")
        assert (await stream.receive()).startswith(b"HTTP/1.1 401 ")


async def test_what_is_not_http_is_refused(server):
    answer = await raw(server, b"\x16\x03\x01 nonsense\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


async def test_old_clients_are_closed_after_one_answer(server):
    answer = await raw(server, b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")
    assert b"connection: close" in answer


async def test_head_requests_have_no_body(server):
    data = b"HEAD /v1/models HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await raw(server, data)
    assert answer.count(b"HTTP/1.1 ") == 2
    assert answer.split(b"\r\n\r\n")[1].startswith(b"HTTP/1.1 401")


async def test_json_that_is_not_json(http):
    answer = await http.post("/v1/embeddings", content=b'{"model": ', headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["type"] == "json_invalid"


async def test_compressed_only_for_those_who_accept_it():
    async with FakeMistral(compress=True) as server:
        headers = {"authorization": "Bearer test-key"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as http:
            packed = await http.get("/v1/models")
            plain = await http.get("/v1/models", headers={"accept-encoding": "identity"})
            stream = await http.post("/v1/chat/completions", json={**CHAT, "stream": True})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in stream.headers
    assert packed.json()["data"][0]["id"] == plain.json()["data"][0]["id"]


async def test_deprecated_models_say_so(http):
    answer = await http.post("/v1/chat/completions", json={**CHAT, "model": "open-mistral-7b"})
    assert answer.headers["x-model-deprecation-timestamp"] == "2026-12-31T12:00:00+00:00"


async def test_latency_and_chunk_delay():
    async with FakeMistral(latency=0.05, chunk_delay=0.02) as server:
        headers = {"authorization": "Bearer test-key"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as http:
            start = anyio.current_time()
            await http.get("/v1/models")
            assert anyio.current_time() - start >= 0.05
            async with http.stream("POST", "/v1/chat/completions", json={**CHAT, "stream": True}) as answer:
                times = [anyio.current_time() async for _ in answer.aiter_raw()]
    assert len(times) >= 4
    assert times[-1] - times[0] >= 0.02 * (len(times) - 2)


async def test_answers_are_the_same_for_the_same_seed():
    async def answers(seed):
        async with (
            FakeMistral(seed=seed, clock=VirtualClock(), api_key=None) as server,
            httpx.AsyncClient(base_url=server.url) as http,
        ):
            chat = (await http.post("/v1/chat/completions", json=CHAT)).json()
            vector = (await http.post("/v1/embeddings", json={"model": "mistral-embed", "input": "a"})).json()
        return chat["id"], vector["data"][0]["embedding"]

    assert await answers(1) == await answers(1)
    assert await answers(1) != await answers(2)
