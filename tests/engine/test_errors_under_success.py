"""Errors that gateways and inference servers send under status 200: of calls, lists, bulk and batch work."""

from __future__ import annotations

import pytest

from mistral_async import BackoffStrategy, Hooks, Mistral, RetryConfig
from mistral_async.errors import (
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    CapacityError,
    RateLimitError,
    ResponseValidationError,
    ServerError,
)

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
FAST = RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=1))
NONE = RetryConfig(strategy="none")

ERRORS = [
    ({"object": "error", "message": "no luck", "type": "service_unavailable", "code": "3505"}, CapacityError, 503),
    ({"object": "error", "message": "no luck", "type": "rate_limited", "code": "1300"}, RateLimitError, 429),
    ({"object": "error", "message": "no luck", "type": "BadRequestError", "code": 400}, BadRequestError, 400),
    ({"error": {"message": "no luck", "code": 502}}, ServerError, 502),
    ({"error": {"message": "no luck", "code": "401"}, "user_id": "u"}, AuthenticationError, 401),
    ({"error": {"message": "no luck", "type": "x"}, "id": "gen-1"}, APIStatusError, 200),
    ({"error": "no luck"}, APIStatusError, 200),
    ({"detail": "no luck"}, APIStatusError, 200),
    ({"message": "no luck", "type": "x", "code": "1"}, APIStatusError, 200),
    ({"code": 500, "msg": "no luck"}, ServerError, 500),
    ([{"error": {"message": "no luck", "code": 429}}], RateLimitError, 429),
    ({"success": False, "errors": [{"code": 1, "message": "no luck"}]}, APIStatusError, 200),
    ({"error": {"code": "no luck"}}, APIStatusError, 200),
    ({"error": {"message": "", "type": "no luck", "code": None}}, APIStatusError, 200),
    ({"error": {"error": {"message": "no luck", "code": 429}}}, RateLimitError, 429),
    ({"Message": "no luck"}, APIStatusError, 200),
    ({"type": "about:blank", "title": "no luck", "status": 503}, ServerError, 503),
    ({"choices": [{"index": 0, "error": {"message": "no luck", "code": 502}}]}, ServerError, 502),
    (
        {
            "object": "chat.completion",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "error",
                    "message": {"role": "assistant", "content": "half"},
                    "error": {"message": "no luck", "code": 502},
                }
            ],
        },
        ServerError,
        502,
    ),
]
CALLS = {
    "chat": lambda client: client.chat.complete(**HI),
    "embeddings": lambda client: client.embeddings.create(model="m", inputs=["x"]),
    "fim": lambda client: client.fim.complete(model="m", prompt="x"),
    "ocr": lambda client: client.ocr.process(
        model="m", document={"type": "document_url", "document_url": "https://a.example/b"}
    ),
    "moderation": lambda client: client.classifiers.moderate(model="m", inputs=["x"]),
    "models": lambda client: client.models.list(),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("body", "kind", "status"), ERRORS)
async def test_an_error_under_status_200_is_that_error(server, call, body, kind, status):
    # Rule 4 of the engine, rule 5 of error_body.
    server.reply(json=body)
    async with Mistral(server.api_key, server_url=server.url, retry_config=NONE) as client:
        with pytest.raises(APIStatusError, match="no luck") as caught:
            await CALLS[call](client)
        assert (type(caught.value), caught.value.status) == (kind, status)
        assert caught.value.request_id
        assert len(caught.value.attempts) == 1


async def test_it_is_repeated_as_under_its_own_status(server):
    # Rule 4 of the engine.
    server.reply(json={"error": {"message": "x", "code": 503}}, times=2)
    async with Mistral(server.api_key, server_url=server.url, retry_config=FAST) as client:
        answer = await client.with_response.chat.complete(**HI)
        assert [attempt.status for attempt in answer.attempts] == [503, 503, 200]
        server.reply(json={"error": {"message": "x", "code": 503}}, times=None)
        with pytest.raises(ServerError) as caught:
            await client.beta.libraries.create(name="x")  # it may have been done
        assert len(caught.value.attempts) == 1


@pytest.mark.parametrize("call", ["chat", "models"])
async def test_hooks_are_told_of_the_attempt_as_it_ended(server, call):
    # Rule 4 of the engine.
    told = []

    class Told(Hooks):
        def after_attempt(self, call, attempt):
            told.append((attempt.status, attempt.error))

    server.reply(json={"error": {"message": "x", "code": 503}}, times=1)
    async with Mistral(server.api_key, server_url=server.url, retry_config=FAST, hooks=Told()) as client:
        await CALLS[call](client)
    assert told == [(503, "ServerError"), (200, None)]


async def test_a_deletion_that_failed_has_failed(server):
    # Rule 4 of the engine.
    server.reply(json={"error": {"message": "no luck", "code": 403}})
    async with Mistral(server.api_key, server_url=server.url, retry_config=NONE) as client:
        with pytest.raises(APIStatusError, match="no luck"):
            await client.beta.libraries.delete("x")


async def test_a_message_is_an_answer_where_nothing_else_is_answered(server):
    # Rule 5 of error_body.
    async with Mistral(server.api_key, server_url=server.url, retry_config=NONE) as client:
        server.reply(json={"message": "deleted"})
        assert (await client.beta.admin.users.delete("x")).message == "deleted"
        server.reply(json={"message": "no luck", "code": "403"})
        with pytest.raises(APIStatusError, match="no luck"):
            await client.beta.admin.users.delete("x")


ANSWERS = [
    {"id": "1", "choices": [], "usage": {}},
    {"id": "1", "choices": [], "error": None},
    {"id": "1", "choices": [], "error": {}},
    {"choices": [], "message": "this is no error"},
    {},
]


@pytest.mark.parametrize("body", ANSWERS)
async def test_an_answer_that_is_empty_is_no_error(server, body):
    # Rule 5 of error_body.
    server.reply(json=body)
    async with Mistral(server.api_key, server_url=server.url) as client:
        assert (await client.chat.complete(**HI)).choices == []


async def test_bulk_counts_it_as_the_failure_of_one_item(server):
    server.reply("chat.complete", json={"object": "error", "message": "no luck", "code": "1"}, times=1)
    async with Mistral(server.api_key, server_url=server.url, retry_config=NONE) as client:
        results = await client.bulk.chat(["a", "b", "c"], model="mistral-small-latest", concurrency=1).collect()
    assert sorted(result.ok for result in results) == [False, True, True]
    assert next(str(result.error) for result in results if not result.ok).endswith("no luck")


async def test_what_is_no_error_stays_unreadable(server):
    server.reply(body=b"<html>", headers={"content-type": "text/html"})
    async with Mistral(server.api_key, server_url=server.url) as client:
        with pytest.raises(ResponseValidationError):
            await client.chat.complete(**HI)
