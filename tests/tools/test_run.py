"""Runs over chats: the loop, its events, its errors, and recorded exchanges replayed through it."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
import threading
from pathlib import Path
from types import MappingProxyType

import anyio
import anyio.lowlevel
import msgspec
import pydantic
import pytest

from mistral_async.errors import (
    APIStatusError,
    InvalidOutputError,
    StepLimitError,
    TruncatedOutputError,
)
from mistral_async.models import ImageURLChunk, TextChunk, ToolMessage, UserMessage
from mistral_async.tools import Context, RunFinished, Tool, ToolError, ToolFinished, ToolStarted, tool

MODEL = "mistral-small-latest"
RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded" / "traffic.jsonl"


class Report(msgspec.Struct):
    city: str
    sky: str


@tool
async def get_weather(city: str, days: int = 1) -> dict:
    """Say the weather."""
    await anyio.lowlevel.checkpoint()
    return {"city": city, "sky": "blue", "days": days}


def get_time(zone: str, context: Context[str]) -> str:
    """Say the time."""
    return f"12:00 {zone} {context.data} {context.name} {context.step}"


def answer(content="", calls=(), reason=None, total=15):
    """A scripted answer: text, or calls as `(name, arguments)` or whole dicts."""
    made = [
        each
        if isinstance(each, dict)
        else {
            "id": f"id{number:07d}",
            "type": "function",
            "index": number,
            "function": {"name": each[0], "arguments": each[1]},
        }
        for number, each in enumerate(calls)
    ]
    message = {"role": "assistant", "content": content, "tool_calls": made or None}
    usage = {"prompt_tokens": 10, "completion_tokens": total - 10, "total_tokens": total}
    choice = {"index": 0, "finish_reason": reason or ("tool_calls" if made else "stop"), "message": message}
    return {"id": "1", "object": "chat.completion", "model": MODEL, "created": 1, "usage": usage, "choices": [choice]}


def script(server, *answers):
    for each in answers:
        server.reply("chat.complete", json=each)


async def test_a_run_calls_tools_until_the_model_is_done(client, server):
    # Rules 1 and 3 of loop.
    result = await client.chat.run(
        "What is the weather in Paris, and get time", model=MODEL, tools=[get_weather, get_time], context="x", top_p=0.5
    )
    assert result.value == result.text
    assert "blue" in result.text
    assert "12:00 Paris x get_time 1" in result.text
    assert [each.role for each in result.messages] == ["user", "assistant", "tool", "tool", "assistant"]
    calls = result.messages[1].tool_calls
    assert [each.tool_call_id for each in result.messages[2:4]] == [call.id for call in calls]
    assert [each.name for each in result.messages[2:4]] == ["get_weather", "get_time"]
    assert [(step.step, step.calls, step.finish_reason) for step in result.steps] == [
        (1, 2, "tool_calls"), (2, 0, "stop"),
    ]  # fmt: skip
    assert result.usage.total_tokens == sum(step.usage.total_tokens for step in result.steps)
    assert result.deferred is None
    assert [request.json()["top_p"] for request in server.requests] == [0.5, 0.5]
    assert [each["function"]["name"] for each in server.requests[0].json()["tools"]] == ["get_weather", "get_time"]


async def test_a_run_in_a_block_tells_what_happens(client, server):
    async with client.chat.run(
        "What is the weather in Paris?", model="magistral-small-latest", tools=[get_weather]
    ) as run:
        seen = [event async for event in run]
        result = await run.result()
    kinds = [event.type for event in seen]
    assert kinds.index("thinking") < kinds.index("tool_started") < kinds.index("tool_finished")
    assert kinds[-2:] == ["step_finished", "run_finished"]
    assert "".join(event.text for event in seen if event.type == "text") == result.text
    started = next(event for event in seen if isinstance(event, ToolStarted))
    assert (started.name, started.arguments, started.step) == ("get_weather", {"city": "Paris", "days": 1}, 1)
    finished = next(event for event in seen if isinstance(event, ToolFinished))
    assert (finished.id, finished.error) == (started.id, None)
    assert json.loads(finished.content)["sky"] == "blue"
    assert isinstance(seen[-1], RunFinished)
    assert seen[-1].result is result
    assert seen[-1].usage == result.usage
    assert all(request.json()["stream"] for request in server.requests)


async def test_the_answer_can_be_a_type(client, server):
    result = await client.chat.run("The weather in Paris?", model=MODEL, tools=[get_weather], response_format=Report)
    assert isinstance(result.value, Report)
    assert server.requests[0].json()["response_format"]["json_schema"]["name"] == "Report"


async def test_a_wrong_final_answer_is_corrected_if_asked(client, server):
    # Rule 6 of loop.
    script(server, answer("{}"), answer('{"city": "Paris", "sky": "blue"}'))
    result = await client.chat.run("Paris?", model=MODEL, response_format=Report, repair=1)
    assert result.value == Report("Paris", "blue")
    assert "`city`" in server.requests[-1].json()["messages"][-1]["content"]
    script(server, answer("{}"))
    with pytest.raises(InvalidOutputError) as caught:
        await client.chat.run("Paris?", model=MODEL, response_format=Report)
    assert caught.value.text == "{}"


async def test_a_run_goes_on_with_the_messages_of_another(client):
    first = await client.chat.run("The weather in Paris?", model=MODEL, tools=[get_weather])
    second = await client.chat.run([*first.messages, UserMessage("Thanks!")], model=MODEL, tools=[get_weather])
    assert len(second.messages) > len(first.messages)
    assert second.messages[: len(first.messages)] == first.messages


# calls as models make them


async def test_two_calls_stay_two_whatever_their_ids(client, server):
    def call(**more):
        return {"function": {"name": "get_weather", "arguments": '{"city": "A"}'}, **more}

    for calls in ([call(), call()], [call(id="null"), call(id="null")], [call(id="abcdefghi"), call(id="abcdefghi")]):
        script(server, answer(calls=calls), answer("done"))
        result = await client.chat.run("?", model=MODEL, tools=[get_weather])
        ids = [each.tool_call_id for each in result.messages[2:4]]
        assert len(set(ids)) == 2
        assert all(len(each) == 9 and each.isalnum() for each in ids)
        assert [each.id for each in result.messages[1].tool_calls] == ids


async def test_calls_in_fragments_are_put_together(client, server):
    def event(delta, reason=None):
        return {"id": "1", "object": "chat.completion.chunk", "model": "zai-glm-5-2",
                "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}  # fmt: skip

    def fragment(index=None, identity=None, name="", arguments=""):
        made = {"function": {"name": name, "arguments": arguments}}
        return made | ({} if index is None else {"index": index}) | ({} if identity is None else {"id": identity})

    glm = [
        event({"role": "assistant", "content": ""}),
        event({"tool_calls": [fragment(0, "chatcmpl-tool-0123456789abcdef", "get_weather", "")]}),
        event({"content": "", "index": 0, "tool_calls": [fragment(0, None, "", '{"city": ')]}),
        event({"tool_calls": [fragment(1, "chatcmpl-tool-fedcba9876543210", "get_weather", '{"city": "B"}')]}),
        event({"tool_calls": [fragment(0, None, "", '"A"}')]}),
        event({}, "tool_calls"),
    ]
    bare = [
        event({"tool_calls": [fragment(None, "aaaaaaaaa", "get_weather", '{"ci')]}),
        event({"tool_calls": [fragment(None, None, "", 'ty": "A"}')]}),
        event({"tool_calls": [fragment(None, "bbbbbbbbb", "get_weather", '{"city": "B"}')]}),
        event({}, "tool_calls"),
    ]
    for events in (glm, bare):
        server.reply("chat.stream", sse=events)
        server.reply("chat.stream", sse=[event({"content": "done"}, "stop")])
        async with client.chat.run("?", model="mistral-small-latest", tools=[get_weather]) as run:
            finished = [event async for event in run if isinstance(event, ToolFinished)]
            assert (await run.result()).text == "done"
        assert sorted(json.loads(each.content)["city"] for each in finished) == ["A", "B"]


@pytest.mark.parametrize("reason", ["length", "model_length"])
@pytest.mark.parametrize("arguments", ["", '{"city": "Par', '{"city": "Paris"}'])
async def test_a_cut_answer_runs_no_tool(client, server, arguments, reason):
    # Rule 2 of loop.
    called = []
    script(server, answer("Let me see", [("look", arguments)], reason))
    with pytest.raises(TruncatedOutputError) as caught:
        await client.chat.run("?", model=MODEL, tools=[Tool.from_function(lambda: called.append(1), name="look")])
    assert not called
    assert caught.value.text == "Let me see"
    assert len(caught.value.partial.messages) == 2
    assert len(server.requests) == 1


async def test_cut_text_is_a_result_that_says_so(client, server):
    # Rule 2 of loop.
    script(server, answer("It is", reason="length"))
    result = await client.chat.run("?", model=MODEL)
    assert (result.text, result.finish_reason) == ("It is", "length")


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("get_wether", "{}", "there is no tool 'get_wether'; the tools are: get_weather"),
        ("get_weather", '{"city": "Par', "not whole JSON"),
        ("get_weather", '{"town": "Paris"}', "no parameter `town`"),
        ("get_weather", '{"city": 3}', "Expected `str`, got `int` at $.city"),
    ],
)
async def test_the_model_is_told_what_is_wrong_with_a_call(client, server, name, arguments, told):
    # Rule 2 of runner.
    script(server, answer(calls=[(name, arguments)]), answer("sorry"))
    result = await client.chat.run("?", model=MODEL, tools=[get_weather], on_tool_error="raise")
    assert told in result.messages[2].content
    assert result.messages[2].content.startswith("Error: the call was not made")


async def test_arguments_may_be_an_object(client, server):
    script(server, answer(calls=[("get_weather", {"city": "Paris"})]), answer("done"))
    result = await client.chat.run("?", model=MODEL, tools=[get_weather])
    assert json.loads(result.messages[2].content)["city"] == "Paris"


# tools


async def test_tools_run_at_once_and_their_results_keep_their_order(client, server):
    # Rule 1 of runner; rule 3 of loop.
    arrived = anyio.Event()

    @tool
    async def first() -> str:
        await arrived.wait()
        return "first"

    @tool
    async def second() -> str:
        arrived.set()
        return "second"

    script(server, answer(calls=[("first", "{}"), ("second", "{}")]), answer("done"))
    with anyio.fail_after(5):
        result = await client.chat.run("?", model=MODEL, tools=[first, second])
    assert [each.content for each in result.messages[2:4]] == ["first", "second"]


async def test_functions_that_block_run_in_threads(client, server):
    barrier = threading.Barrier(2, timeout=5)

    def meet(name: str) -> str:
        barrier.wait()
        return f"{name} {threading.current_thread() is threading.main_thread()}"

    script(server, answer(calls=[("meet", '{"name": "a"}'), ("meet", '{"name": "b"}')]), answer("done"))
    result = await client.chat.run("?", model=MODEL, tools=[meet])
    assert [each.content for each in result.messages[2:4]] == ["a False", "b False"]


def test_functions_that_block_take_none_of_the_threads_that_calls_need(sync_client, threaded_server):
    """An event loop shares forty, and a function may wait for a call of the same client, such as an upload."""
    barrier = threading.Barrier(41, timeout=5)

    def meet() -> str:
        barrier.wait()
        return "met"

    script(threaded_server, answer(calls=[("meet", "{}")] * 41), answer("done"))
    result = sync_client.chat.run("?", model=MODEL, tools=[meet]).result()
    assert {each.content for each in result.messages[2:43]} == {"met"}


def fail(kind: str) -> str:
    if kind == "tool":
        raise ToolError("There is no such city: use its English name.")
    raise LookupError(kind)


async def test_an_exception_is_told_or_raised_as_asked(client, server):
    # Rule 5 of runner.
    def script_failure(kind):
        script(server, answer(calls=[("fail", json.dumps({"kind": kind}))]), answer("sorry"))

    script_failure("x")
    result = await client.chat.run("?", model=MODEL, tools=[fail])
    assert result.messages[2].content == "Error: LookupError: x"

    script_failure("x")
    result = await client.chat.run(
        "?", model=MODEL, tools=[fail], on_tool_error=lambda error, call: f"{call.name} {call.arguments} {error!r}"
    )
    assert result.messages[2].content == "fail {'kind': 'x'} LookupError('x')"

    server.reply("chat.complete", json=answer(calls=[("fail", '{"kind": "x"}')]))
    with pytest.raises(LookupError, match="x"):
        await client.chat.run("?", model=MODEL, tools=[fail], on_tool_error="raise")

    script_failure("tool")
    result = await client.chat.run("?", model=MODEL, tools=[fail], on_tool_error="raise")
    assert result.messages[2].content == "There is no such city: use its English name."


async def test_one_failure_ends_the_other_calls_and_comes_alone(client, server):
    # Rule 5 of runner.
    ended = []

    @tool
    async def forever() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    calls = [("forever", "{}"), ("fail", '{"kind": "x"}'), ("forever", "{}")]
    server.reply("chat.complete", json=answer(calls=calls))
    server.reply("chat.stream", sse=[streamed(answer(calls=calls))])

    async def watch(run):
        async with run:
            return [event async for event in run]

    for use in (lambda run: run.result(), watch):
        with anyio.fail_after(5), pytest.raises(LookupError, match="x"):
            await use(client.chat.run("?", model=MODEL, tools=[forever, fail], on_tool_error="raise"))
    assert ended == [True] * 4


def streamed(whole):
    """A whole answer as one event of a stream."""
    choice = whole["choices"][0]
    delta = {
        "role": "assistant",
        "content": choice["message"]["content"],
        "tool_calls": choice["message"]["tool_calls"],
    }
    choices = [{"index": 0, "delta": delta, "finish_reason": choice["finish_reason"]}]
    return {**whole, "object": "chat.completion.chunk", "choices": choices}


async def test_a_tool_that_takes_too_long_is_ended_and_told(client, server):
    @tool(timeout=0.01)
    async def slow() -> None:
        await anyio.sleep_forever()

    script(server, answer(calls=[("slow", "{}")]), answer("sorry"))
    result = await client.chat.run("?", model=MODEL, tools=[slow])
    assert result.messages[2].content == "Error: TimeoutError: slow took longer than 0.01 s"


class Both(msgspec.Struct):
    a: int


class Model(pydantic.BaseModel):
    day: dt.date


class Strange:
    def __str__(self):
        return "strange"


@pytest.mark.parametrize(
    ("value", "content"),
    [
        ("text", "text"),
        (None, "null"),
        ({"a": [1]}, '{"a":[1]}'),
        (Both(1), '{"a":1}'),
        ([Model(day=dt.date(2026, 1, 31))], '[{"day":"2026-01-31"}]'),
        (MappingProxyType({"a": range(2)}), '{"a":[0,1]}'),
        ([LookupError("gone"), Strange()], '["gone","strange"]'),
        (TextChunk("chunk"), [{"type": "text", "text": "chunk"}]),
        (
            [TextChunk("see"), ImageURLChunk("data:image/png;base64,AA==")],
            [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": "data:image/png;base64,AA=="}],
        ),
    ],
)
async def test_what_a_tool_returns_is_what_the_model_gets(client, server, value, content):
    script(server, answer(calls=[("give", "{}")]), answer("done"))
    await client.chat.run("?", model=MODEL, tools=[Tool.from_function(lambda: value, name="give")])
    assert server.requests[-1].json()["messages"][-1]["content"] == content


async def test_messages_of_tools_on_the_server_stay_in_the_chat(client, server):
    whole = answer("It is blue.")
    searching = {"name": "web_search", "arguments": "{}"}
    said = [
        {"role": "assistant", "content": "", "tool_calls": [{"id": "abcdefghi", "function": searching}]},
        {"role": "tool", "content": "blue", "tool_call_id": "abcdefghi"},
        {"role": "assistant", "content": "It is blue."},
    ]  # fmt: skip
    whole["choices"][0]["messages"] = said
    del whole["choices"][0]["message"]
    script(server, whole)
    result = await client.chat.run("?", model=MODEL)
    assert result.text == "It is blue."
    assert [each.role for each in result.messages] == ["user", "assistant", "tool", "assistant"]


# ends


async def test_a_run_that_does_not_end_is_an_error_with_the_run_so_far(client, server):
    # Rules 1 and 8 of loop.
    script(server, *[answer(calls=[("get_weather", '{"city": "A"}')])] * 3)
    with pytest.raises(StepLimitError) as caught:
        await client.chat.run("?", model=MODEL, tools=[get_weather], max_steps=3)
    partial = caught.value.partial
    assert len(partial.messages) == 7
    assert partial.usage.total_tokens == 45
    result = await client.chat.run(partial.messages, model=MODEL, tools=[get_weather])
    assert result.finish_reason == "stop"


async def test_an_error_of_the_api_comes_as_it_is_with_the_run_so_far(client, server):
    # Rule 8 of loop.
    script(server, answer(calls=[("get_weather", '{"city": "A"}')]))
    server.fail(400)
    with pytest.raises(APIStatusError) as caught:
        await client.chat.run("?", model=MODEL, tools=[get_weather])
    assert caught.value.status == 400
    assert [each.role for each in caught.value.partial.messages] == ["user", "assistant", "tool"]


async def test_a_forced_choice_forces_the_first_call_only(client, server):
    result = await client.chat.run("Hi", model=MODEL, tools=[get_weather], tool_choice="any")
    assert result.steps[0].calls == 1
    assert [request.json()["tool_choice"] for request in server.requests] == ["any", "auto"]


async def test_what_can_not_be_run_is_refused_at_once(client):
    run = client.chat.run
    with pytest.raises(TypeError, match="temperature"):
        run("?", model=MODEL, temprature=1)
    with pytest.raises(ValueError, match="max_steps"):
        run("?", model=MODEL, max_steps=0)
    with pytest.raises(ValueError, match="repair"):
        run("?", model=MODEL, repair=-1)
    with pytest.raises(ValueError, match="on_tool_error"):
        run("?", model=MODEL, on_tool_error="ignore")
    with pytest.raises(ValueError, match="two tools are called 'get_weather'"):
        await run("?", model=MODEL, tools=[get_weather, get_weather])
    with pytest.raises(TypeError, match="a tool is a function"):
        await run("?", model=MODEL, tools=[3])
    with pytest.raises(TypeError, match="JSON can hold"):
        run("?", model=MODEL, response_format=object.__init__)


async def test_a_run_is_made_once_and_iterated_in_its_block(client):
    # Rule 5 of run.
    run = client.chat.run("Hi", model=MODEL)
    with pytest.raises(TypeError, match="block"):
        aiter(run)
    await run
    with pytest.raises(RuntimeError, match="once"):
        await run


async def test_a_run_can_be_ended_by_another_task(client, server):
    # Rule 3 of run.
    @tool
    async def stop() -> None:
        run.cancel()
        await anyio.sleep_forever()

    server.reply("chat.stream", sse=[streamed(answer(calls=[("stop", "{}")]))])
    with anyio.fail_after(5):
        async with client.chat.run("?", model=MODEL, tools=[stop]) as run:
            kinds = [event.type async for event in run]
            with pytest.raises(RuntimeError, match="ended before"):
                await run.result()
    assert kinds == ["tool_started"]


async def test_an_error_in_the_block_is_not_wrapped(client):
    # Rule 4 of run.
    async def use():
        async with client.chat.run("The weather in Paris?", model=MODEL, tools=[get_weather]) as run:
            async for _ in run:
                raise KeyError("mine")

    with pytest.raises(KeyError):
        await use()


async def test_a_reader_that_is_slow_stops_the_run(client, server):
    # Rule 2 of run.
    events = [streamed(answer("x")) for _ in range(300)]
    for event in events[:-1]:
        event["choices"][0]["finish_reason"] = None
    server.reply("chat.stream", sse=events)
    async with client.chat.run("?", model=MODEL) as run:
        first = await anext(run)
        await anyio.sleep(0.05)
        assert run._receive.statistics().current_buffer_used <= 64
        rest = [event async for event in run]
    assert first.type == "text"
    assert sum(event.type == "text" for event in rest) == 299


def test_blocking_code_runs_the_same(sync_client):
    result = sync_client.chat.run("The weather in Paris?", model=MODEL, tools=[get_weather]).result()
    with sync_client.chat.run("The weather in Paris?", model=MODEL, tools=[get_weather]) as run:
        kinds = [event.type for event in run]
        assert run.result().text == result.text
    assert kinds.count("tool_finished") == 1
    seen = [event.type for event in sync_client.chat.run("The weather in Paris?", model=MODEL, tools=[get_weather])]
    assert seen == kinds


def test_an_error_in_a_blocking_block_comes_as_it_is(sync_client):
    # Rule 4 of run.
    def use():
        with sync_client.chat.run("?", model=MODEL) as run:
            next(iter(run))
            raise LookupError

    with pytest.raises(LookupError):
        use()


# recorded exchanges


def recorded():
    """Chains of answers in which each follows from the results of the calls before it, as the real API gave them."""
    rows = [json.loads(line) for line in RECORDED.read_text().splitlines()] if RECORDED.exists() else []
    chats = [row for row in rows if row["path"] == "/v1/chat/completions" and row["request_body"].get("tools")]
    chains = [chats[:1]]
    for before, after in itertools.pairwise(chats):
        start = before["request_body"]["messages"]
        added = [each["role"] for each in after["request_body"]["messages"][len(start) :]]
        follows = after["request_body"]["messages"][: len(start)] == start and added[:1] == ["assistant"]
        if follows and added[1:] and set(added[1:]) == {"tool"} and before["is_sse"] == after["is_sse"]:
            chains[-1].append(after)
        else:
            chains.append([after])
    names = ("whole", "streamed")
    return [pytest.param(each, id=f"{len(each)}-{names[each[0]['is_sse']]}") for each in chains if len(each) > 1]


@pytest.mark.skipif(not RECORDED.exists(), reason="the recordings lie beside the project and are not part of it")
@pytest.mark.parametrize("chain", recorded())
async def test_recorded_exchanges_replay(client, server, chain):
    expected = chain[-1]["request_body"]["messages"]
    body = {name: value for name, value in chain[0]["request_body"].items() if name not in {"stream", "tools"}}
    messages = body.pop("messages")
    told = iter(_contents(expected[len(messages) :]))
    given = []

    def make(definition):
        def call(**arguments: object) -> str:
            given.append((definition["name"], arguments))
            return next(told)

        return Tool.from_function(call, name=definition["name"], limit=1)  # the results are told in their order

    for row in chain:
        headers = {"content-type": row["response_headers"]["content-type"]}
        server.reply("chat", body=row["response_body"].encode(), headers=headers)
    tools = [make(each["function"]) for each in chain[0]["request_body"]["tools"]]
    run = client.chat.run(messages, tools=tools, max_steps=len(chain), **body)
    try:
        if chain[0]["is_sse"]:
            async with run:
                result = await run.result()
        else:
            result = await run
    except StepLimitError as error:  # the recording ends before the model did
        result = error.partial
    sent = server.requests[len(chain) - 1].json()["messages"]
    assert [each["role"] for each in sent] == [each["role"] for each in expected]
    assert [each.get("tool_call_id") for each in sent] == [each.get("tool_call_id") for each in expected]
    assert sorted(_contents(sent)) == sorted(_contents(expected))
    wanted = [call["function"] for each in expected[len(messages) :] for call in each.get("tool_calls") or []]
    made = sorted(given[: len(wanted)], key=str)
    assert made == sorted(((each["name"], json.loads(each["arguments"])) for each in wanted), key=str)
    costs = [int(re.search(r'"total_tokens":(\d+)', row["response_body"])[1]) for row in chain]
    assert result.usage.total_tokens == sum(costs)


def _contents(messages):
    return [str(each["content"]) for each in messages if each["role"] == "tool"]


def test_a_message_of_a_tool_is_one():
    assert ToolMessage("a", "b", "c").role == "tool"
