"""Texts in bulk as programs have them: one that can not be sent fails alone, and a table is no list of texts."""

from __future__ import annotations

import collections

import numpy as np
import pytest

from mistral_async import calls
from mistral_async.bulk import Err

MODEL = "mistral-small-latest"
MODERATION = "mistral-moderation-2603"
HALF = "bad \ud83d"


class Text(str):
    __slots__ = ()


class Frame:
    """A table: iterated, it gives the names of its columns."""

    columns = ("text",)

    def __iter__(self):
        return iter(self.columns)


TEXTS = ["good", HALF, Text("fine"), np.str_("fine"), "käse", Text(HALF)]
OK = [True, False, True, True, True, False]


def run(client, work, texts, **options):
    match work:
        case "embed":
            return client.bulk.embed(texts, **options)
        case "moderate":
            return client.bulk.moderate(texts, **options)
        case "classify":
            return client.bulk.classify(texts, model=MODERATION, **options)
        case _:
            return client.bulk.chat(texts, model=MODEL, **options)


@pytest.mark.parametrize("work", ["embed", "moderate", "classify", "chat"])
async def test_a_text_with_a_lone_surrogate_fails_alone(client, server, work, tmp_path):
    for options in ({}, {"checkpoint": tmp_path / "kept"}, {"checkpoint": tmp_path / "kept"}):
        results = await run(client, work, TEXTS, **options)
        assert [result.ok for result in results] == OK
        assert [result.index for result in results if isinstance(result, Err)] == [1, 5]
        assert all("lone surrogate ('\\ud83d' at 4)" in str(result.error) for result in results if not result.ok)
    asked = len(server.requests)
    await run(client, work, TEXTS, checkpoint=tmp_path / "kept")
    assert len(server.requests) == asked


@pytest.mark.parametrize("work", ["embed", "moderate", "classify"])
async def test_of_equal_texts_one_is_sent_whatever_their_class(client, server, work):
    results = await run(client, work, [*TEXTS, HALF, "good"], dedupe=True)
    assert [result.ok for result in results] == [*OK, False, True]
    sent = [request.json() for request in server.requests]
    assert sorted(text for body in sent for text in body["input"]) == ["fine", "good", "käse"]


def test_a_text_with_a_lone_surrogate_fails_alone_where_calls_block(sync_client):
    assert [result.ok for result in sync_client.bulk.embed(TEXTS).collect()] == OK


@pytest.mark.parametrize("items", [{"a": "text"}, Frame(), "text", collections.UserString("text")])
def test_what_is_no_list_of_items_is_refused_at_once(client, items):
    with pytest.raises(TypeError, match="the items are an iterable"):
        client.bulk.embed(items)


async def test_options_that_can_be_read_once_go_with_every_item(client, server):
    stops = (each for each in ["x", "y"])
    results = await client.bulk.chat(["a", "b"], model=MODEL, stop=stops)
    assert [result.ok for result in results] == [True, True]
    assert [request.json()["stop"] for request in server.requests] == [["x", "y"]] * 2


async def test_a_call_that_can_not_be_written_fails_alone(client):
    def ask(content):
        return calls.chat.complete(model=MODEL, messages=[{"role": "user", "content": content}])

    results = await client.bulk.map([ask("a"), ask(HALF), ask(float("nan")), ask(Frame()), ask(Text("b"))])
    assert [result.ok for result in results] == [True, False, False, False, True]
    assert "messages[0].content" in str(results[2].error)
