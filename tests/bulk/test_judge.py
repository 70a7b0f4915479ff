"""Moderation, classification and chats in bulk: texts and conversations, each with its own result."""

from __future__ import annotations

import random

import anyio
import pytest

from mistral_async._codec.open_union import decode
from mistral_async.bulk import Err
from mistral_async.models import InstructRequest, ModerationObject, UserMessage

MODEL = "mistral-small-latest"
MODERATION = "mistral-moderation-2603"
VIOLENT = [{"role": "user", "content": "I will kill"}]


async def test_moderation_of_texts_and_conversations_together(server, client):
    inputs = ["hello", VIOLENT, "kill", [UserMessage("hello")], InstructRequest([UserMessage("kill")]), VIOLENT[0]]
    results = await client.bulk.moderate(inputs)
    assert [result.value.flagged for result in results] == [
        [],
        ["violence_and_threats"],
        ["violence_and_threats"],
        [],
        ["violence_and_threats"],
        ["violence_and_threats"],
    ]
    assert all(isinstance(result.value, ModerationObject) for result in results)
    assert sorted(request.path for request in server.requests) == ["/v1/chat/moderations", "/v1/moderations"]


async def test_usage_adds_up_hidden_tokens_included(server, client):
    results = await client.bulk.moderate([f"text {n}" for n in range(100)], max_inputs_per_request=30)
    billed = len(server.requests) * 61 + server.effects.total_tokens
    assert sum(result.usage.total_tokens for result in results) == billed
    assert sum(result.usage.prompt_tokens for result in results) == server.effects.total_tokens


async def test_classification(server, client):
    chats = [{"messages": VIOLENT}, "a text", VIOLENT]
    results = await client.bulk.classify(chats, model=MODERATION)
    assert [result.index for result in results] == [0, 1, 2]
    assert all(result.value["moderation"].scores["violence_and_threats"] >= 0 for result in results)
    assert results[0].value == results[2].value


async def test_what_is_neither_fails_alone(client):
    results = await client.bulk.moderate(["a", 3, b"bytes", "b"])
    assert [result.ok for result in results] == [True, False, False, True]
    assert isinstance(results[1].error, TypeError)


@pytest.mark.parametrize("max_in_flight", [1, 2, 5, 40])
async def test_kinds_that_alternate_in_a_small_window(client, max_in_flight):
    # Rule 8 of pipeline.
    dice = random.Random(6)
    inputs = [VIOLENT if dice.random() < 0.9 else "text" for _ in range(100)]
    with anyio.fail_after(10):
        results = await client.bulk.moderate(["first", *inputs], max_in_flight=max_in_flight)
    assert [result.index for result in results] == list(range(101))


async def test_the_first_of_a_rare_kind_is_not_held_back_for_ever(client):
    # Rule 8 of pipeline.
    async def source():
        yield "the only text"
        for _ in range(100):
            yield VIOLENT

    with anyio.fail_after(10):
        results = await client.bulk.moderate(source(), max_in_flight=20)
    assert len(results) == 101


async def test_an_answer_without_all_results(server, client):
    server.reply("classifiers.moderate", json={"results": [{"categories": {}}], "usage": None})
    results = await client.bulk.moderate(["a", "b"])
    assert all(isinstance(result, Err) for result in results)


async def test_chats_of_prompts_and_messages(server, client):
    prompts = ["one", [{"role": "user", "content": "two"}], UserMessage("three")]
    results = await client.bulk.chat(prompts, model=MODEL, temperature=0.1, max_tokens=50)
    assert [result.value.text for result in results] == ["You said: one", "You said: two", "You said: three"]
    assert {(body["temperature"], body["max_tokens"]) for body in (r.json() for r in server.requests)} == {(0.1, 50)}
    assert all(result.usage.total_tokens > 0 for result in results)


async def test_a_chat_that_can_not_be_sent_fails_alone(server, client):
    results = await client.bulk.chat(["one", 2, "three"], model=MODEL)
    assert [result.ok for result in results] == [True, False, True]
    assert isinstance(results[1].error, TypeError)
    assert len(server.requests) == 2


def test_a_category_whose_value_is_no_bool_applies():
    given = b'{"categories": {"a": "true", "b": 1, "c": false, "d": null, "e": 0}}'
    assert decode(given, ModerationObject).flagged == ["a", "b"]
