"""Answers of other kinds than expected, in bulk work: a result or one of our errors for each item, nothing made up."""

from __future__ import annotations

import copy
import json
import random

import mutations
import pytest

from mistral_async.bulk import Err, Ok
from mistral_async.errors import MistralError, OutputError, ResponseValidationError

TEXTS = ["a", "b"]
USAGE = {"prompt_tokens": 2, "total_tokens": 2, "completion_tokens": 1}
VECTORS = [{"object": "embedding", "index": index, "embedding": [0.5, 1.0]} for index in range(2)]
JUDGED = {"categories": {"pii": True}, "category_scores": {"pii": 0.9}}
MESSAGE = {"index": 0, "message": {"role": "assistant", "content": '{"a": 1}'}, "finish_reason": "stop"}
HI = [{"role": "user", "content": "hi"}]

WORK = {
    "embeddings.create": ({"data": VECTORS, "usage": USAGE}, lambda c: c.bulk.embed(TEXTS, model="m").collect()),
    "classifiers.moderate": (
        {"results": [JUDGED] * 2, "usage": USAGE},
        lambda c: c.bulk.moderate(TEXTS, model="m").collect(),
    ),
    "classifiers.classify": (
        {"results": [{"language": {"scores": {"en": 1.0}}}] * 2, "usage": USAGE},
        lambda c: c.bulk.classify(TEXTS, model="m").collect(),
    ),
    "chat.complete": (
        {"choices": [MESSAGE], "usage": USAGE},
        lambda c: c.chat.parse(response_format=dict[str, int], model="m", messages=HI),
    ),
}


@pytest.mark.parametrize("operation", WORK)
async def test_no_kind_of_answer_gives_a_foreign_error(client, server, operation):
    await meet_strange_answers(client, server, operation, 60)


@pytest.mark.slow
@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # the answers would be the same on the others
@pytest.mark.parametrize("operation", WORK)
async def test_none_of_many_answers_gives_a_foreign_error(client, server, operation):
    await meet_strange_answers(client, server, operation, 2000)


async def meet_strange_answers(client, server, operation, count):
    answer, perform = WORK[operation]
    dice = random.Random(count)
    for _ in range(count):
        body = copy.deepcopy(answer)
        spot, value = dice.choice(list(mutations.spots(body))), dice.choice(mutations.STRANGE)
        assert mutations.mutate(body, spot, "change", value)
        server.reply(operation, body=json.dumps(body).encode(), headers={"content-type": "application/json"})
        try:
            results = await perform(client)
        except OutputError:
            continue
        if isinstance(results, list):
            assert [type(each) in (Ok, Err) for each in results] == [True, True]
            assert all(isinstance(each.error, MistralError) for each in results if isinstance(each, Err))


@pytest.mark.parametrize(
    "usage", [{"prompt_tokens": ""}, {"total_tokens": [1]}, {"completion_tokens": 10**400}, {"total_tokens": -1}, []]
)
async def test_a_strange_usage_costs_no_result(client, server, usage):
    server.reply("embeddings.create", body=json.dumps({"data": VECTORS, "usage": usage}).encode())
    results = await client.bulk.embed(TEXTS, model="m").collect()
    assert [each.value.tolist() for each in results] == [[0.5, 1.0]] * 2


@pytest.mark.parametrize("vector", [[], None, {}, "x", ["one"], [[0.5]], [1e300]])
async def test_what_is_no_vector_is_an_error_of_its_item_alone(client, server, vector):
    server.reply("embeddings.create", json={"data": [VECTORS[0], {**VECTORS[1], "embedding": vector}]})
    good, bad = await client.bulk.embed(TEXTS, model="m").collect()
    assert good.value.tolist() == [0.5, 1.0]
    assert isinstance(bad.error, ResponseValidationError)


@pytest.mark.parametrize("judged", ["", None, [], {}, {"categories": []}, {"category_scores": {"pii": 0.9}}])
async def test_what_is_no_judgement_is_not_an_acquittal(client, server, judged):
    server.reply("classifiers.moderate", json={"results": [JUDGED, judged]})
    good, bad = await client.bulk.moderate(TEXTS, model="m").collect()
    assert good.value.flagged == ["pii"]
    assert isinstance(bad.error, ResponseValidationError)
