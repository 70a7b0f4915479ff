"""Ids of tool calls: sent as the API takes them, seen as they came."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async.models import AssistantMessage, FunctionCall, ToolCall, ToolMessage, UserMessage
from mistral_async.tools import Deferred, ToolStarted, tool
from mistral_async.tools._sendable_calls import distinct_ids, with_sendable_calls

MODEL = "mistral-small-latest"
FOREIGN = ["call_PTLP8xhu3uwZk4l3nlnrrJha", "ee61e87d-25d8-4bad-8e47-02939eb234c5", "turn1_0", "abc", "héllo wör"]


@tool
def look(what: str) -> str:
    """Look something up."""
    return f"seen {what}"


@tool(requires_confirmation=True)
def take(what: str) -> str:
    """Take something away."""
    return f"took {what}"


def call(identity, what, name="look"):
    return {"id": identity, "type": "function", "function": {"name": name, "arguments": json.dumps({"what": what})}}


def answer(*calls, content=""):
    message = {"role": "assistant", "content": content, "tool_calls": list(calls) or None}
    choice = {"index": 0, "finish_reason": "tool_calls" if calls else "stop", "message": message}
    return {"id": "1", "object": "chat.completion", "model": MODEL, "created": 1, "choices": [choice]}


def pairs(messages):
    """Return for each call what it asks for and what its result says, as the API would match them."""
    results = {each["tool_call_id"]: each["content"] for each in messages if each["role"] == "tool"}
    calls = [each for message in messages for each in message.get("tool_calls") or []]
    assert len(results) == len(calls) == len({each["id"] for each in calls})
    assert all(re.fullmatch("[a-zA-Z0-9]{9}", each["id"]) for each in calls)
    return [(json.loads(each["function"]["arguments"])["what"], results[each["id"]]) for each in calls]


@pytest.mark.parametrize("identity", [*FOREIGN, "", None, "null"])
@pytest.mark.parametrize("streaming", [False, True])
async def test_foreign_ids_are_sent_as_the_api_takes_them_and_seen_as_they_came(client, server, identity, streaming):
    # Rules 1 and 2 of sendable_calls.
    given, seen = answer(call(identity, "a"), call("abcdefghi", "b")), []
    if streaming:
        choice = given["choices"][0]
        choice["delta"] = choice.pop("message")
        choice["delta"]["tool_calls"] = [{**each, "index": n} for n, each in enumerate(choice["delta"]["tool_calls"])]
        server.reply("chat.stream", sse=[{**given, "object": "chat.completion.chunk"}])
        async with client.chat.run("?", model=MODEL, tools=[look]) as run:
            seen = [event.id async for event in run if isinstance(event, ToolStarted)]
            result = await run.result()
    else:
        server.reply("chat.complete", json=given)
        result = await client.chat.run("?", model=MODEL, tools=[look])
    sent = server.requests[-1].json()["messages"]
    assert pairs(sent) == [("a", "seen a"), ("b", "seen b")]
    assert sent[1]["tool_calls"][1]["id"] == "abcdefghi"
    shown = result.messages[1].tool_calls[0].id
    assert result.messages[2].tool_call_id == shown
    assert shown == identity or not identity or identity == "null"
    assert sorted(seen) == (sorted([shown, "abcdefghi"]) if streaming else [])


async def test_a_history_of_another_provider_is_sent_with_ids_that_the_api_takes(client, server):
    history = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "tool_calls": [call("toolu_01A09q90qw90lq917835lq9", "a"), call("toolu_02", "b")]},
        {"role": "tool", "tool_call_id": "toolu_02", "content": "seen b"},
        {"role": "tool", "tool_call_id": "toolu_01A09q90qw90lq917835lq9", "content": "seen a"},
        AssistantMessage(tool_calls=[ToolCall(FunctionCall("look", '{"what": "c"}'), "toolu_02")]),
        ToolMessage("seen c", "toolu_02"),
        UserMessage("and?"),
    ]
    result = await client.chat.run(history, model=MODEL)
    expected = [("a", "seen a"), ("b", "seen b"), ("c", "seen c")]
    assert pairs(server.requests[-1].json()["messages"]) == expected
    assert result.messages[:7] == history
    await client.chat.run([*result.messages, UserMessage("more?")], model=MODEL)
    first, second = (each.json()["messages"] for each in server.requests)
    assert pairs(second) == expected
    assert second[:7] == first  # rule 3


async def test_a_deferred_run_keeps_the_ids_and_goes_on_with_the_same(client, server):
    # Rule 3 of sendable_calls.
    server.reply("chat.complete", json=answer(call("call_a", "a", "take"), call("call_b", "b")))
    first = await client.chat.run("?", model=MODEL, tools=[look, take])
    state = Deferred.from_json(first.deferred.to_json()).allow("call_a")
    result = await client.chat.run(state, model=MODEL, tools=[look, take])
    assert pairs(server.requests[-1].json()["messages"]) == [("a", "took a"), ("b", "seen b")]
    assert [each.tool_call_id for each in result.messages if isinstance(each, ToolMessage)] == ["call_a", "call_b"]


@pytest.mark.parametrize("identity", ["call_1", "", "abcdefghi"])
@pytest.mark.parametrize("store", [True, False])
async def test_a_decision_on_one_call_is_not_one_on_another_of_the_same_id(client, server, identity, store):
    # Rule 6 of sendable_calls.
    calls = [
        {"type": "function.call", "id": f"fc_{what}", "tool_call_id": identity, "name": "take",
         "arguments": json.dumps({"what": what})}
        for what in ("a", "b")
    ]  # fmt: skip
    response = {"object": "conversation.response", "conversation_id": "conv_1", "outputs": calls, "usage": {}}
    server.reply("beta.conversations.start", json=response)
    done = {**response, "outputs": [{"type": "message.output", "content": "done"}]}
    server.reply("beta.conversations.append" if store else "beta.conversations.start", json=done)
    first = await client.beta.conversations.run(inputs="?", model=MODEL, tools=[take], store=store)
    one, other = first.deferred.calls
    assert one.id != other.id
    state = Deferred.from_json(first.deferred.to_json())
    state.allow(one.id).deny(other.id, "no")
    assert state.calls[1].decision == "deny"
    await client.beta.conversations.run(inputs=state, model=MODEL, tools=[take], store=store)
    entries = server.requests[-1].json()["inputs"]
    results = [each for each in entries if each["type"] == "function.result"]
    assert [each["result"] for each in results] == ["took a", "no"]
    if store:  # the server knows its calls by its own ids
        assert {each["tool_call_id"] for each in results} == {identity}
    else:
        made = [each["tool_call_id"] for each in entries if each["type"] == "function.call"]
        assert made == [each["tool_call_id"] for each in results]
        assert len(set(made)) == 2


async def test_a_conversation_that_is_kept_by_the_server_is_answered_with_its_ids(client, server):
    calls = [
        {"type": "function.call", "tool_call_id": "call_a", "id": "x", "name": "look", "arguments": '{"what": "a"}'}
    ]
    server.reply(
        "beta.conversations.start",
        json={"object": "conversation.response", "conversation_id": "conv_1", "outputs": calls, "usage": {}},
    )
    done = [{"type": "message.output", "content": "done"}]
    server.reply(
        "beta.conversations.append",
        json={"object": "conversation.response", "conversation_id": "conv_1", "outputs": done, "usage": {}},
    )
    await client.beta.conversations.run(inputs="?", model=MODEL, tools=[look])
    assert server.requests[-1].json()["inputs"][0]["tool_call_id"] == "call_a"


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ('{"what": "a", }', '{"what":"a"}'),
        ('{"what": "a\nb"}', '{"what":"a\\nb"}'),
        (json.dumps('{"what": "a"}'), '{"what":"a"}'),
        ("", "{}"),
        ([], "{}"),
        ('{"what": ', '{"INVALID_JSON":"{\\"what\\": "}'),
        ('{ "what": "a" }', '{ "what": "a" }'),
        ({"what": "a"}, {"what": "a"}),
    ],
)
async def test_arguments_that_no_server_can_read_do_not_end_the_run(client, server, written, sent):
    # Rule 7 of sendable_calls.
    asked = call("abcdefghi", "")
    asked["function"]["arguments"] = written
    server.reply("chat.complete", json=answer(asked))
    result = await client.chat.run("?", model=MODEL, tools=[look])
    messages = server.requests[-1].json()["messages"]
    assert messages[1]["tool_calls"][0]["function"]["arguments"] == sent
    assert messages[2]["tool_call_id"] == "abcdefghi"
    assert result.messages[1].tool_calls[0].function.arguments == written


@pytest.mark.parametrize(("name", "sent"), [("web.search", "web_search"), ("", "_"), ("x" * 80, "x" * 64)])
async def test_a_name_that_no_function_can_have_does_not_end_the_run(client, server, name, sent):
    # Rule 8 of sendable_calls.
    server.reply("chat.complete", json=answer(call("abcdefghi", "a", name)))
    await client.chat.run("?", model=MODEL, tools=[look])
    messages = server.requests[-1].json()["messages"]
    assert messages[1]["tool_calls"][0]["function"]["name"] == sent
    assert "there is no tool" in messages[2]["content"]


@pytest.mark.parametrize("odd", [{"id": "x"}, {"id": "x", "function": None}, {"id": "x", "function": "f"}, "x", None])
async def test_what_is_no_call_is_left_to_the_api_to_refuse(client, server, odd):
    messages = [
        {"role": "user", "content": "?"},
        {"role": "assistant", "tool_calls": [call("call_1", "a"), odd]},
        {"role": "tool", "tool_call_id": "call_1", "content": "b"},
    ]
    server.reply("chat.complete", json=answer(content="done"))
    await client.chat.run(messages, model=MODEL, tools=[look])
    sent = server.requests[-1].json()["messages"][1]["tool_calls"][1]
    assert sent == ({**odd, "id": sent["id"]} if isinstance(odd, dict) else odd)


IDS = st.one_of(
    st.none(), st.sampled_from(["", "null", "call_1", "abcdefghi", "123456789"]), st.text(max_size=12), st.integers()
)


@given(st.lists(st.lists(IDS, min_size=1, max_size=4), max_size=4))
def test_whatever_the_ids_are_each_result_finds_its_call(answers):
    # Rules 1, 4 and 5 of sendable_calls.
    messages: list[Any] = []
    for place, ids in enumerate(answers):
        names = [f"{place}.{number}" for number in range(len(ids))]
        messages.append(
            {"role": "assistant", "tool_calls": [call(each, name) for each, name in zip(ids, names, strict=True)]}
        )
        messages += [
            {"role": "tool", "tool_call_id": each, "content": name} for each, name in zip(ids, names, strict=True)
        ]
    before = json.dumps(messages)
    sent = with_sendable_calls(messages)
    assert json.dumps(messages) == before
    if any(not each or each in {"null", "None"} for ids in answers for each in ids):
        return  # results without an id are matched by their order alone
    assert all(asked == told for asked, told in pairs(sent))


@given(st.lists(IDS, max_size=200))
def test_no_two_calls_of_an_answer_have_one_id(ids):
    # Rule 6 of sendable_calls.
    made = distinct_ids(ids, 3)
    assert len(set(made)) == len(made) == len(ids)
    assert "" not in made


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("nothing", ["", None, {}, [], {"function": {}}])
async def test_what_says_nothing_is_no_call(client, server, nothing, streaming):
    for reply in (answer(nothing, call("abcdefghi", "a")), answer(nothing, content="done")):
        if streaming:
            reply["choices"][0]["delta"] = reply["choices"][0].pop("message")
            server.reply("chat.stream", sse=[{**reply, "object": "chat.completion.chunk"}])
        else:
            server.reply("chat.complete", json=reply)
    run = client.chat.run("?", model=MODEL, tools=[look])
    if streaming:
        async with run:
            result = await run.result()
    else:
        result = await run
    assert result.text == "done"
    assert [each.role for each in result.messages] == ["user", "assistant", "tool", "assistant"]
    assert len(server.requests) == 2
    assert pairs(server.requests[-1].json()["messages"]) == [("a", "seen a")]


def test_the_ids_of_a_regular_chat_are_left_alone():
    message = AssistantMessage(tool_calls=[ToolCall(FunctionCall("look", "{}"), "abcdefghi")])
    assert with_sendable_calls([message])[0] is message
