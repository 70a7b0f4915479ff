"""Answers that were cut and go on: text, reasoning, tool calls, usage, failures, and what is sent for it."""

from __future__ import annotations

import dataclasses

import anyio
import pytest

from mistral_async import Mistral, SyncMistral, Timeout, compat
from mistral_async.errors import (
    APIStatusError,
    IncompleteStreamError,
    StreamError,
    StreamEventError,
    StreamInterruptedError,
    TruncatedOutputError,
)
from mistral_async.models import (
    AssistantMessage,
    ChatCompletionResponse,
    SystemMessage,
    TextChunk,
    ThinkChunk,
    UserMessage,
)
from mistral_async.testing import Cut, FakeMistral, Reset, Stall

TALE = "Tell me of the river that flows through Paris, slowly, and of the bridges in its fog"
ASKED = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": TALE}]}
WHOLE = f"You said: {TALE}"
one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])  # what is scripted is the same on all
USAGE = {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}


@dataclasses.dataclass
class River:
    name: str
    banks: list[str]


def delta(content=None, reason=None, calls=None, usage=None):
    made = {"content": content} | ({"tool_calls": calls} if calls else {})
    return {"id": "1", "model": "m", "choices": [{"index": 0, "delta": made, "finish_reason": reason}], "usage": usage}


def call(name, arguments, number=0):
    return {"id": f"call0000{number}", "index": number, "function": {"name": name, "arguments": arguments}}


def thought(text):
    return [{"type": "thinking", "thinking": [{"type": "text", "text": text}]}]


async def soon(condition):
    for _ in range(2500):
        if condition():
            return True
        await anyio.sleep(0.002)
    return condition()


def sent_last(server):
    """Return the last message of the last request."""
    return server.requests[-1].json()["messages"][-1]


def names_and_arguments(answer):
    return [(each.function.name, each.function.arguments) for each in answer.choices[0].message.tool_calls or []]


# Until it is whole.


async def test_an_answer_of_many_parts_is_the_whole_one(client, server):
    # Rules 2 to 4: the fake server repeats the prefix at the beginning of its answers, as the API does.
    reading = client.chat.until_done(**ASKED, max_tokens=5, max_continues=20)
    answer = await reading
    assert answer.text == WHOLE
    assert answer.choices[0].finish_reason == "stop"
    assert reading.requests == len(server.requests) > 2
    assert answer.usage.completion_tokens == (await client.chat.complete(**ASKED)).usage.completion_tokens
    assert answer.usage.prompt_tokens > 100
    assert all(request.json()["max_tokens"] == 5 and request.json()["stream"] for request in server.requests[:-1])


@one_loop
async def test_what_is_still_cut_after_the_last_request_says_so(client, server):
    answer = await client.chat.until_done(**ASKED, max_tokens=3, max_continues=1)
    assert answer.choices[0].finish_reason == "length"
    assert WHOLE.startswith(answer.text)
    assert len(server.requests) == 2
    rest = await client.chat.continue_(answer, **ASKED)
    assert (rest.text, rest.choices[0].finish_reason) == (WHOLE, "stop")
    assert rest.usage.total_tokens > answer.usage.total_tokens


@one_loop
async def test_an_answer_that_is_whole_is_asked_for_once(client, server):
    assert (await client.chat.until_done(**ASKED)).text == WHOLE
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", [Cut(after_events=7), Reset(after_events=7)])
async def test_a_stream_that_breaks_goes_on(client, server, fault):
    # Rules 1 and 2.
    server.fault(fault, times=2)
    reading = client.chat.until_done(**ASKED)
    assert (await reading).text == WHOLE
    assert reading.requests == 3
    assert sent_last(server)["prefix"] is True


async def test_a_stream_that_falls_silent_goes_on(client, server):
    server.fault(Stall(after_events=7))
    brief = client.with_options(timeout=Timeout(idle=0.05))
    assert (await brief.chat.until_done(**ASKED)).text == WHOLE


async def test_the_chunks_are_those_of_one_stream(client, server):
    # Rule 4.
    server.fault(Cut(after_events=7))
    async with client.chat.until_done(**ASKED, max_tokens=9) as chunks:
        found = [chunk async for chunk in chunks]
        assert chunks.partial.text == WHOLE
    assert "".join(chunk.text for chunk in found) == WHOLE
    assert [chunk.choices[0].finish_reason for chunk in found] == [None] * (len(found) - 1) + ["stop"]
    assert [chunk.usage is not None for chunk in found] == [False] * (len(found) - 1) + [True]
    assert len(server.requests) > 2


@one_loop
async def test_a_part_that_brings_nothing_is_the_last(client, server):
    # Rule 2.
    server.reply(sse=[delta("Be"), delta("gun", "length", usage=USAGE)])
    server.reply(sse=[delta("Be", "length", usage=USAGE)])  # cut within the echo
    answer = await client.chat.until_done(**ASKED)
    assert (answer.text, answer.choices[0].finish_reason) == ("Begun", "length")
    assert answer.usage.total_tokens == 14
    assert len(server.requests) == 2


@one_loop
async def test_other_reasons_end_it(client, server):
    server.reply(sse=[delta("Begun", "model_length")])
    assert (await client.chat.until_done(**ASKED)).choices[0].finish_reason == "model_length"
    server.assert_done()
    assert len(server.requests) == 1


# From what there is.


@one_loop
async def test_forms_of_an_answer(client, server):
    cut = await client.chat.complete(**ASKED, max_tokens=6)
    server.fault(Cut(after_events=7))
    with pytest.raises(StreamError) as failed:
        async with client.chat.stream(**ASKED) as stream:
            [chunk async for chunk in stream]
    respond = client.with_response.chat
    forms = [
        cut,
        await respond.complete(**ASKED, max_tokens=6),
        cut.choices[0].message,
        cut.text,
        {"role": "assistant", "content": cut.text},
        cut.to_dict(),
        failed.value,
        failed.value.partial,
        stream,
    ]
    for form in forms:
        assert (await client.chat.continue_(form, **ASKED)).text == WHOLE
        assert WHOLE.startswith(sent_last(server)["content"])


@one_loop
async def test_the_answer_of_an_error_of_parse(client):
    with pytest.raises(TruncatedOutputError) as failed:
        await client.chat.parse(**ASKED, max_tokens=3, response_format=River)
    answer = await client.chat.continue_(failed.value, **ASKED)
    assert answer.text.startswith(failed.value.text)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (
            ChatCompletionResponse.model_validate({"choices": [{"finish_reason": "stop"}]}),
            "is whole: it ended with 'stop'",
        ),
        (ChatCompletionResponse.model_validate({"choices": [{"finish_reason": "tool_calls"}]}), "is whole"),
        (ChatCompletionResponse.model_validate({"choices": [{"finish_reason": "model_length"}]}), "fills the context"),
        (ChatCompletionResponse.model_validate({"choices": [{}, {"index": 1}]}), "several choices"),
    ],
)
def test_what_can_not_go_on(answer, problem):
    with pytest.raises(ValueError, match=problem):
        Mistral("key").chat.continue_(answer, **ASKED)


@one_loop
async def test_arguments_that_are_wrong(client, server):
    for wrong in (5, LookupError("a")):
        with pytest.raises(TypeError, match="no answer of a chat"):
            client.chat.continue_(wrong, **ASKED)
    with pytest.raises(ValueError, match="n must be 1"):
        client.chat.until_done(**ASKED, n=2)
    with pytest.raises(ValueError, match="max_continues must be at least 0"):
        client.chat.until_done(**ASKED, max_continues=-1)
    with pytest.raises(ValueError, match="max_continues must be at least 1"):
        client.chat.continue_("a", **ASKED, max_continues=0)
    assert not server.requests


@one_loop
@pytest.mark.parametrize("echoes", [True, False])
@pytest.mark.parametrize(
    "last", [{"role": "assistant", "content": "Once ", "prefix": True}, AssistantMessage("Once ", prefix=True)]
)
async def test_a_prefix_of_the_request_itself_is_a_part_of_what_is_sent(client, server, last, echoes):
    begun = "Once upon" if echoes else "upon"
    server.reply(sse=[delta(begun, "length")])
    server.reply(sse=[delta("Once upon a time" if echoes else " a time", "stop")])
    answer = await client.chat.until_done(model="m", messages=[*ASKED["messages"], last])
    assert answer.text == f"{begun} a time"
    assert [each["role"] for each in server.requests[-1].json()["messages"]] == ["user", "assistant"]
    assert sent_last(server)["content"] == "Once upon"


@one_loop
async def test_nothing_is_doubled_where_a_server_does_not_repeat_the_prefix(client, server):
    server.reply(sse=[delta("ha "), delta("ho ", "length")])
    server.reply(sse=[delta("ha"), delta("nd", "stop")])
    assert (await client.chat.until_done(**ASKED)).text == "ha ho hand"
    assert sent_last(server)["content"] == "ha ho "


@one_loop
async def test_messages_are_as_they_were_given(client):
    messages = [SystemMessage("Be brief."), UserMessage(TALE)]
    answer = await client.chat.until_done(model="mistral-small-latest", messages=messages, max_tokens=8)
    assert answer.text
    assert len(messages) == 2


# Reasoning and tool calls.


@one_loop
async def test_reasoning_before_text_is_kept_and_not_repeated(client, server):
    # Rule 2 of what is kept.
    server.reply(
        sse=[delta(thought("Hm. ")), delta(thought("So.")), delta([{"type": "text", "text": "It is "}], "length")]
    )
    server.reply(sse=[delta([*thought("Hm. So."), {"type": "text", "text": "It is "}]), delta("so.", "stop")])
    answer = await client.chat.until_done(**ASKED)
    assert (answer.text, answer.choices[0].message.thinking) == ("It is so.", "Hm. So.")
    assert [type(chunk) for chunk in answer.choices[0].message.content] == [ThinkChunk, TextChunk]
    assert [chunk["type"] for chunk in sent_last(server)["content"]] == ["thinking", "text"]


@one_loop
async def test_a_thought_that_was_cut_is_thought_anew(client, server):
    server.reply(sse=[delta(thought("Half a th"))], done=False)
    server.reply(sse=[delta(thought("A thought.")), delta("Done.", "stop")])
    answer = await client.chat.until_done(**ASKED)
    assert (answer.text, answer.choices[0].message.thinking) == ("Done.", "A thought.")
    assert sent_last(server) == ASKED["messages"][-1]


@one_loop
async def test_reasoning_alone_that_fills_the_answer_is_the_end(client, server):
    server.reply(sse=[delta(thought("On and on"), "length")])
    answer = await client.chat.until_done(**ASKED)
    assert (answer.choices[0].message.thinking, answer.choices[0].finish_reason) == ("On and on", "length")


@one_loop
@pytest.mark.parametrize("broken", ["length", None])
async def test_whole_tool_calls_are_kept_and_end_the_answer(client, server, broken):
    # Rule 3 of what is kept.
    calls = [call("look", '{"at": "a"}'), call("look", '{"at": ', 1)]
    server.reply(sse=[delta("I look. "), delta("", broken, calls)], done=broken is not None)
    answer = await client.chat.until_done(**ASKED)
    assert names_and_arguments(answer) == [("look", '{"at": "a"}')]
    assert (answer.text, answer.choices[0].finish_reason) == ("I look. ", "tool_calls")
    assert len(server.requests) == 1


@one_loop
async def test_a_tool_call_that_was_cut_is_asked_for_anew(client, server):
    server.reply(sse=[delta("I look. "), delta("", None, [call("look", '{"at": ')])], done=False)
    server.reply(sse=[delta("I look. "), delta("", "tool_calls", [call("look", '{"at": "b"}')])])
    async with client.chat.until_done(**ASKED) as chunks:
        shown = [chunk async for chunk in chunks]
        answer = await chunks.result()
    assert names_and_arguments(answer) == [("look", '{"at": "b"}')]
    assert sent_last(server)["content"] == "I look. "
    assert sent_last(server).get("tool_calls") is None
    assert [len(chunk.choices[0].delta.tool_calls or []) for chunk in shown] == [0, 1]


@one_loop
@pytest.mark.parametrize(("arguments", "requests"), [("{}", 1), ('{"at": "a"}', 0), ("[1]", 1), ({"at": 1}, 0)])
async def test_calls_of_a_message_that_was_cut(client, server, arguments, requests):
    message = AssistantMessage.model_validate({"content": "", "tool_calls": [call("look", arguments)]})
    answer = await client.chat.continue_(message, **ASKED)
    assert len(server.requests) == requests
    assert answer.choices[0].finish_reason == ("stop" if requests else "tool_calls")
    assert names_and_arguments(answer) == ([] if requests else [("look", arguments)])


# Failures.


async def test_a_failure_has_all_that_came(client, server):
    # Rule 5.
    server.fault(Cut(after_events=7), times=3)
    with pytest.raises(StreamInterruptedError) as failed:
        await client.chat.until_done(**ASKED, max_continues=2)
    begun = failed.value.partial.text
    assert WHOLE.startswith(begun)
    assert len(begun) > len(WHOLE) // 3
    assert (await client.chat.continue_(failed.value, **ASKED)).text == WHOLE


@one_loop
async def test_what_does_not_pass_is_not_asked_again(client, server):
    refused = {"object": "error", "message": "no", "type": "invalid_request_error", "code": "3000", "status": 400}
    server.reply(sse=[delta("a"), refused], done=False)
    with pytest.raises(StreamEventError) as failed:
        await client.chat.until_done(**ASKED)
    assert failed.value.partial.text == "a"
    assert len(server.requests) == 1


@one_loop
async def test_a_request_for_the_rest_that_is_refused_keeps_what_came(client, server):
    server.reply(sse=[delta("Begun", "length")])
    server.reply(status=403, json={"message": "no"})
    with pytest.raises(APIStatusError) as failed:
        await client.chat.until_done(**ASKED)
    assert failed.value.partial.text == "Begun"


@one_loop
async def test_a_failure_has_the_usage_of_the_parts_before_it(client, server):
    # Rule 4: what goes on from it counts them too.
    server.reply(sse=[delta("Begun", "length", usage=USAGE)])
    server.reply(sse=[delta(" and"), *[delta(" broken")] * 3], done=False)
    with pytest.raises(IncompleteStreamError) as failed:
        await client.chat.until_done(**ASKED, max_continues=1)
    assert failed.value.partial.usage.total_tokens == 7
    server.reply(sse=[delta(", whole", "stop", usage=USAGE)])
    assert (await client.chat.continue_(failed.value, **ASKED)).usage.total_tokens == 14


async def test_a_block_that_is_left_closes_the_connection(client, server):
    server.fault(Stall(after_events=3))
    async with client.chat.until_done(**ASKED) as chunks:
        async for _ in chunks:
            break
    assert await soon(lambda: server.connections.open == 0)
    with pytest.raises(RuntimeError, match="was left"):
        await chunks.receive()
    with pytest.raises(RuntimeError, match="read once"):
        async with chunks:
            pass


async def test_it_can_be_cancelled_between_parts(client, server):
    server.fault(Cut(after_events=7))
    server.fault(Stall(where="head"))
    with anyio.move_on_after(0.2) as scope:
        await client.chat.until_done(**ASKED)
    assert scope.cancelled_caught
    assert await soon(lambda: server.connections.open == 0)


async def test_who_is_cancelled_between_parts_may_read_on(client, server):
    server.fault(Cut(after_events=7))
    server.fault(Stall(where="head"))
    async with client.chat.until_done(**ASKED) as chunks:
        with anyio.move_on_after(0.2) as scope:
            await chunks.result()
        assert scope.cancelled_caught
        assert (await chunks.result()).text == WHOLE


def test_blocking(sync_client, threaded_server):
    threaded_server.fault(Cut(after_events=7))
    assert sync_client.chat.until_done(**ASKED).result().text == WHOLE
    cut = sync_client.chat.complete(**ASKED, max_tokens=4)
    with sync_client.chat.continue_(cut, **ASKED) as chunks:
        rest = "".join(chunk.text for chunk in chunks)
    assert cut.text + rest == WHOLE


def test_in_compat():
    with FakeMistral() as server, compat.Mistral(server.api_key, server_url=server.url) as client:
        cut = client.chat.complete(**ASKED, max_tokens=4)
        assert client.chat.continue_(cut, **ASKED).result().choices[0].message.content == WHOLE


def test_blocking_code_gets_the_error_of_the_last_stream():
    with FakeMistral() as server:
        client = SyncMistral(server.api_key, server_url=server.url)
        server.reply(sse=[delta("a")], done=False)
        with pytest.raises(IncompleteStreamError):
            client.chat.until_done(**ASKED, max_continues=0).result()
        client.close()
