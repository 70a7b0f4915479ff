"""What programs hold, on the wire: in headers, options, paths and queries, or refused before anything is sent."""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections import UserString

import numpy as np
import pytest

from mistral_async import Mistral, RateLimits, RetryConfig, calls
from mistral_async._engine.request import encode_query
from mistral_async.models import UserMessage

MODEL = "mistral-small-latest"


class Text(str):
    __slots__ = ()

    def __str__(self):
        return "not this"


class Model(str, enum.Enum):  # noqa: UP042 - as programs have them, whose str() is "Model.SMALL"
    SMALL = MODEL


HI = [{"role": "user", "content": "hi"}]


def test_numbers_of_settings_may_be_numpys():
    limits = RateLimits(requests_per_second=np.float32(5), burst=np.int64(3), concurrency=np.uint8(2))
    assert limits == RateLimits(requests_per_second=5.0, burst=3, concurrency=2)
    assert {type(limits.requests_per_second), type(limits.burst), type(limits.concurrency)} == {float, int}
    made = RetryConfig(backoff={"initial_interval": np.int64(5), "max_interval": np.float32(10)})
    assert made.backoff == RetryConfig(backoff={"initial_interval": 5, "max_interval": 10}).backoff
    for statuses in ([np.int64(429), 503], np.array([429, 503])):
        assert RetryConfig(statuses=statuses).statuses == {429, 503}
    client = Mistral(["key", "other"], http2=np.bool_(0), retry_config=made)
    assert client.with_options(key=np.int64(2), background=np.bool_(1)).usage.requests == 0


@pytest.mark.parametrize("retries", [np.int64(1), {"retries": 1}, RetryConfig(retries=1)])
async def test_retries_of_a_view_are_any_whole_number(client, server, retries):
    server.fail(503)
    assert (await client.with_options(retries=retries).chat.complete(model=MODEL, messages=HI)).choices


@pytest.mark.parametrize("retries", ["3", 1.5, [1]])
def test_retries_that_are_no_number_are_refused(client, retries):
    with pytest.raises(TypeError, match="retries are a whole number, a RetryConfig or a dict, not"):
        client.with_options(retries=retries)


async def test_bulk_work_takes_any_whole_number(client):
    async with client.bulk.embed(np.array(["a", "b"]), concurrency=np.int64(2), max_in_flight=np.int64(4)) as results:
        assert len([each.value async for each in results]) == 2


@pytest.mark.parametrize("texts", [UserString("ab"), [UserString("ab")], (np.str_("ab"), UserString("c"))])
def test_texts_of_any_class_are_moderated_as_texts(texts):
    asked = calls.classifiers.moderate(texts)
    assert asked.path == "/v1/moderations"
    assert all(isinstance(each, str) for each in asked.json["input"])


async def test_an_array_of_bytes_is_uploaded(client):
    made = await client.files.upload(file=np.frombuffer(b"%PDF-1.7", np.uint8), purpose="ocr")
    assert made.size_bytes == 8


async def test_every_part_of_a_request_holds_what_it_was_given(client, server):
    view = client.with_options(
        headers={Text("x-team"): Text("red"), "x-model": Model.SMALL},
        extra_query={Text("q"): Text("one"), "m": [Model.SMALL, np.int64(2)], "day": dt.date(2031, 1, 2)},
        extra_body={Text("safe_prompt"): np.bool_(1)},
    )
    await view.chat.complete(model=Model.SMALL, messages=(UserMessage(Text(each)) for each in ["hi"]))
    request = server.requests[-1]
    assert request.json() == {"model": MODEL, "messages": HI, "safe_prompt": True}
    assert (request.headers["x-team"], request.headers["x-model"]) == ("red", MODEL)
    assert request.query_string == f"q=one&m={MODEL}&m=2&day=2031-01-02"
    assert calls.files.retrieve(Text("a b")).target == calls.files.retrieve("a b").target
    assert calls.chat.complete(model=Model.SMALL, messages=HI).model == MODEL


def test_blocking_calls_hold_it_too(sync_client):
    assert sync_client.chat.complete(model=Text(MODEL), messages=[UserMessage(np.str_("hi"))]).text


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"messages": [{"role": "user", "content": math.nan}]}, r"messages\[0\].content is nan"),
        ({"messages": [UserMessage("half \ud83d")]}, r"messages\[0\].content has a lone surrogate"),
        ({"messages": HI, "temperature": math.inf}, "temperature is inf"),
        ({"messages": HI, "temperature": np.float32("nan")}, "temperature is nan"),
        ({"messages": HI, "metadata": {"scores": [1.0, {"x": math.nan}]}}, r"metadata.scores\[1\].x is nan"),
        ({"messages": HI, "metadata": {"score": np.array([math.nan])}}, r"metadata.score\[0\] is nan"),
        ({"messages": HI, "stop": ["\udc00"]}, r"stop\[0\] has a lone surrogate"),
        ({"messages": [*HI, {"role": "user", "content": "x" * 70_000}], "top_p": math.nan}, "top_p is nan"),
    ],
)
async def test_what_can_not_be_sent_is_refused_before_anything_is(client, server, options, place):
    with pytest.raises(ValueError, match=rf"the body of Call\(POST /v1/chat/completions\) .*: {place}"):
        await client.chat.complete(model=MODEL, **options)
    assert not server.requests


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        ({"a": math.nan}, ValueError, "the query parameter 'a' is nan"),
        ({"a": "\ud83d"}, ValueError, "the query parameter 'a' has a lone surrogate"),
        ({"a": object()}, TypeError, "the query parameter 'a' can not be object"),
        ({"a": {"b": 1}}, TypeError, "the query parameter 'a' can not be dict"),
        ({"\ud83d": 1}, ValueError, "the name of a query parameter has a lone surrogate"),
    ],
)
def test_a_query_is_text_and_numbers(query, error, message):
    with pytest.raises(error, match=message):
        encode_query(query)


def test_an_id_is_text_that_can_be_sent():
    with pytest.raises(ValueError, match="an id has a lone surrogate"):
        calls.files.retrieve("\ud83d")
    assert calls.files.retrieve(Text("..x")).ids == ("..x",)
