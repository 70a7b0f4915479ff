"""Answers that no standard and no schema allows, and that servers and gateways send: what can be read is read."""

from __future__ import annotations

import json
import math

import pytest

from mistral_async.errors import APIStatusError
from mistral_async.models import ThinkChunk

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
CONTENT = '"content": "hi"'
USAGE = '"usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}'
FINISH = '"finish_reason": "stop"'
ANSWER = f'{{"id": "a", "model": "m", "choices": [{{"index": 0, "message": {{{CONTENT}}}, {FINISH}}}], {USAGE}}}'
EVENT = ANSWER.replace('"message"', '"delta"')


def logprob(text):
    tops = f'"logprob": {text}, "top_logprobs": [{{"token": "ho", "logprob": {text}}}]'
    return f'{FINISH}, "logprobs": {{"content": [{{"token": "hi", {tops}}}]}}'


HM = '{"type": "thinking", "thinking": "hm"}'
CHANGES = {
    "half an emoji": (CONTENT, r'"content": "hi\ud83d"'),
    "the other half": (CONTENT, r'"content": "\ude00hi"'),
    "half an emoji in a key": (FINISH, r'"finish_reason": "stop", "\ud83d": 1'),
    "a raw newline": (CONTENT, '"content": "hi\n"'),
    "no UTF-8": (CONTENT, '"content": "hi\udcff"'),
    "NaN": (FINISH, logprob("NaN")),
    "infinity": (FINISH, logprob("-Infinity")),
    "a number too large": (FINISH, logprob("-1e999")),
    "a long integer": (FINISH, logprob("9" * 400)),
    "a longer integer": (FINISH, logprob("9" * 10_000)),
    "an endless usage": (USAGE, '"usage": {"total_tokens": 1e999, "prompt_tokens": ' + "9" * 10_000 + "}"),
    "a list of usage": (USAGE, '"usage": []'),
    "a usage in words": (USAGE, '"usage": "five"'),
    "an object of calls": (CONTENT, '"content": "hi", "tool_calls": {}'),
    "calls in words": (CONTENT, '"content": "hi", "tool_calls": ["call"]'),
    "logprobs as a list": (FINISH, '"finish_reason": "stop", "logprobs": []'),
    "logprobs in a list": (FINISH, '"finish_reason": "stop", "logprobs": {"content": {"token": "hi"}}'),
    "a list of words": (CONTENT, '"content": ["h", {"type": "text", "text": "i"}]'),
    "a list for the model": ('"model": "m"', '"model": ["m"]'),
    "an object for a reason": (FINISH, '"finish_reason": {"reason": "stop"}'),
    "an object for the index": ('"index": 0', '"index": {}'),
    "reasoning as text": (
        CONTENT,
        '"content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "hi"}]',
    ),
}


def changed(text, old, new):
    assert old in text
    return text.replace(old, new).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(("old", "new"), CHANGES.values(), ids=CHANGES)
async def test_an_answer_is_read(client, server, old, new):
    server.reply(body=changed(ANSWER, old, new), headers={"content-type": "application/json"})
    response = await client.with_response.chat.complete(**HI)
    assert "hi" in response.data.text
    assert response.json()["id"] == "a"


LINES = {name: change for name, change in CHANGES.items() if "\n" not in change[1]}  # an event ends with its line


@pytest.mark.parametrize(("old", "new"), LINES.values(), ids=LINES)
async def test_an_event_is_read(client, server, old, new):
    data = changed(EVENT, old, new)
    server.reply(body=b"data: " + data + b"\n\ndata: [DONE]\n\n", headers={"content-type": "text/event-stream"})
    async with client.chat.stream(**HI) as stream:
        events = [event async for event in stream]
    assert ["hi" in event.text for event in events] == [True]
    assert "hi" in stream.partial.response().text


@pytest.mark.parametrize("name", ["half an emoji", "infinity", "a list of usage", "reasoning as text"])
def test_a_blocking_client_reads_them_too(sync_client, threaded_server, name):
    threaded_server.reply(body=changed(ANSWER, *CHANGES[name]), headers={"content-type": "application/json"})
    assert "hi" in sync_client.chat.complete(**HI).text


async def test_numbers_are_what_they_say(client, server):
    for text, value in [
        ("-Infinity", -math.inf),
        ("1e999", math.inf),
        ("9" * 5000, math.inf),
        ("9" * 400, 10**400 - 1),
    ]:
        body = changed(ANSWER, FINISH, logprob(text))
        server.reply(body=body, headers={"content-type": "application/json"})
        answer = await client.chat.complete(**HI)
        assert answer.choices[0].logprobs.content[0].logprob == value
        assert answer.choices[0].logprobs.content[0].top_logprobs[0].logprob == value


async def test_reasoning_as_text_is_a_list_as_any_other(client, server):
    server.reply(body=changed(ANSWER, *CHANGES["reasoning as text"]), headers={"content-type": "application/json"})
    message = (await client.chat.complete(**HI)).choices[0].message
    assert message.content[0] == ThinkChunk("hm")
    assert message.thinking == "hm"
    assert json.loads(message.to_json())["content"][0]["thinking"] == [{"type": "text", "text": "hm"}]


@pytest.mark.parametrize(
    "body", [rb'{"message": "no \ud83d"}', b'{"message": "no", "score": NaN}', b'{"message": "no\n"}']
)
async def test_an_error_says_its_message(client, server, body):
    server.reply(status=400, body=body, headers={"content-type": "application/json"})
    with pytest.raises(APIStatusError) as caught:
        await client.chat.complete(**HI)
    assert ": no" in caught.value.message
    assert caught.value.message.encode()
