"""What programs hold, on the wire: in headers, options, paths and queries, or refused before anything is sent."""

from __future__ import annotations

import datetime as dt
import enum
import math

import numpy as np
import pytest

from mistral_async import calls
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
