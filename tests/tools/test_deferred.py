"""Calls of a chat that wait: for a yes, for a result from elsewhere, in another process."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import threading

import anyio
import anyio.lowlevel
import pytest

from mistral_async.models import Function, FunctionTool
from mistral_async.tools import Deferred, DeferredCall, Tool, ToolFinished, tool

MODEL = "mistral-small-latest"
ran: list[str] = []


@tool(requires_confirmation=True)
def delete_file(path: str) -> str:
    """Delete a file."""
    ran.append(path)
    return f"deleted {path}"


@tool
def list_files() -> list:
    """List files."""
    return ["a", "b"]


@pytest.fixture(autouse=True)
def _nothing_ran():
    ran.clear()


def answer(*calls, content=""):
    made = [
        {"id": f"id{number:07d}", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for number, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": content, "tool_calls": made or None}
    choice = {"index": 0, "finish_reason": "tool_calls" if made else "stop", "message": message}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    return {"id": "1", "object": "chat.completion", "model": MODEL, "created": 1, "usage": usage, "choices": [choice]}


BOTH = (("delete_file", {"path": "x"}), ("list_files", {}))


@pytest.mark.parametrize(
    ("word", "told"), [(True, "deleted x"), (False, "The user denied this call."), ("Ask Ada.", "Ask Ada.")]
)
@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_hook_decides(client, server, word, told, in_thread):
    # Rule 3 of runner.
    server.reply("chat.complete", json=answer(*BOTH))
    server.reply("chat.complete", json=answer(content="done"))
    asked = []

    def confirm(call):
        asked.append((call.name, call.arguments, call.reason, threading.current_thread() is threading.main_thread()))
        return word

    async def confirm_async(call):
        await anyio.lowlevel.checkpoint()
        return confirm(call)

    result = await client.chat.run(
        "?", model=MODEL, tools=[delete_file, list_files], confirm=confirm if in_thread else confirm_async
    )
    assert asked == [("delete_file", {"path": "x"}, "confirmation", not in_thread)]
    assert [each.content for each in result.messages[2:4]] == [told, '["a","b"]']
    assert ran == (["x"] if word is True else [])


async def test_questions_are_asked_one_at_a_time(client, server):
    # Rule 3 of runner.
    asking = 0

    async def confirm(call):
        nonlocal asking
        asking += 1
        assert asking == 1
        await anyio.sleep(0.01)
        asking -= 1
        return True

    server.reply("chat.complete", json=answer(BOTH[0], BOTH[0], BOTH[0]))
    result = await client.chat.run("?", model=MODEL, tools=[delete_file], confirm=confirm)
    assert ran == ["x"] * 3
    assert result.deferred is None


async def test_a_denied_call_is_told_as_such(client, server):
    chunk = answer(BOTH[0])
    chunk["choices"][0]["delta"] = chunk["choices"][0].pop("message")
    server.reply("chat.stream", sse=[{**chunk, "object": "chat.completion.chunk"}])
    async with client.chat.run("?", model=MODEL, tools=[delete_file], confirm=lambda call: False) as run:
        events = [event async for event in run]
    assert "tool_started" not in [event.type for event in events]
    finished = next(event for event in events if isinstance(event, ToolFinished))
    assert isinstance(finished.error, PermissionError)


async def test_whether_a_call_waits_may_depend_on_its_arguments(client, server):
    careful = Tool.from_function(
        delete_file.inner, requires_confirmation=lambda arguments: arguments["path"].startswith("/")
    )
    server.reply("chat.complete", json=answer(("delete_file", {"path": "a"}), ("delete_file", {"path": "/"})))
    result = await client.chat.run("?", model=MODEL, tools=[careful])
    assert ran == ["a"]
    assert [call.arguments for call in result.deferred.calls] == [{"path": "/"}]


async def test_wrong_arguments_are_told_before_anyone_is_asked(client, server):
    # Rule 2 of runner.
    server.reply("chat.complete", json=answer(("delete_file", {"file": "x"})))
    result = await client.chat.run("?", model=MODEL, tools=[delete_file])
    assert "no parameter `file`" in result.messages[2].content
    assert result.deferred is None


@pytest.mark.parametrize(
    ("decide", "told", "deleted"),
    [
        (lambda state: state.allow(), "deleted x", ["x"]),
        (lambda state: state.allow("id0000000", arguments={"path": "y"}), "deleted y", ["y"]),
        (lambda state: state.allow(arguments={"file": "y"}), "Error: the call was not made", []),
        (lambda state: state.deny(note="Never."), "Never.", []),
        (lambda state: state.resolve("id0000000", {"moved": True}), '{"moved":true}', []),
    ],
)
async def test_a_run_goes_on_when_it_is_decided(client, server, decide, told, deleted):
    # Rules 4 and 5 of loop; rules 2 and 4 of deferred.
    server.reply("chat.complete", json=answer(*BOTH))
    server.reply("chat.complete", json=answer(content="done"))
    tools = [delete_file, list_files]
    first = await client.chat.run("?", model=MODEL, tools=tools, max_steps=1)
    assert not ran
    state = Deferred.from_json(first.deferred.to_json())
    result = await client.chat.run(decide(state), model=MODEL, tools=tools)
    assert result.text == "done"
    messages = server.requests[-1].json()["messages"]
    assert [each["role"] for each in messages] == ["user", "assistant", "tool", "tool"]
    assert [each["tool_call_id"] for each in messages[2:]] == ["id0000000", "id0000001"]
    assert messages[2]["content"].startswith(told)
    assert ran == deleted
    assert result.usage.total_tokens == 30
    assert result.steps[0].step == 2


async def test_a_tool_that_runs_elsewhere_waits_for_its_result(client, server):
    # Rule 4 of runner; rule 2 of deferred.
    elsewhere = FunctionTool(Function("ask_human", {"type": "object", "properties": {}}))
    as_dict = {"type": "function", "function": {"name": "ask_robot", "parameters": {"type": "object"}}}
    server.reply("chat.complete", json=answer(("ask_human", {"q": 1}), ("list_files", {}), ("ask_robot", {})))
    server.reply("chat.complete", json=answer(content="done"))
    tools = [elsewhere, as_dict, list_files]
    first = await client.chat.run("?", model=MODEL, tools=tools)
    assert [(call.name, call.reason) for call in first.deferred.calls] == [
        ("ask_human", "external"), ("ask_robot", "external"),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no call 'x' waits"):
        first.deferred.allow("x")
    with pytest.raises(ValueError, match=r"resolve\(\) or deny\(\) it"):
        first.deferred.allow("id0000000")
    first.deferred.resolve("id0000000", "yes").deny("id0000002")
    result = await client.chat.run(first.deferred, model=MODEL, tools=tools)
    assert [each.content for each in result.messages[2:5]] == ["yes", '["a","b"]', "The user denied this call."]


async def test_a_tool_that_is_gone_is_told(client, server):
    # Rule 3 of deferred.
    server.reply("chat.complete", json=answer(BOTH[0]))
    first = await client.chat.run("?", model=MODEL, tools=[delete_file])
    result = await client.chat.run(first.deferred.allow(), model=MODEL, tools=[list_files])
    assert (
        "no tool 'delete_file' any more" in result.messages[2]["content"]
        if isinstance(result.messages[2], dict)
        else "no tool 'delete_file' any more" in result.messages[2].content
    )


OTHER_PROCESS = """
import sys
from mistral_async import SyncMistral
from mistral_async.tools import Deferred, tool

@tool(requires_confirmation=True)
def delete_file(path: str) -> str:
    return f"deleted {path} elsewhere"

url, state = sys.argv[1:]
with SyncMistral("test-key", server_url=url) as client:
    state = Deferred.from_json(state).allow()
    print(client.chat.run(state, model="mistral-small-latest", tools=[delete_file]).result().text)
"""


async def test_another_process_can_go_on(client, server):
    # Rule 1 of deferred.
    first = await client.chat.run("delete file please", model=MODEL, tools=[delete_file])
    state = first.deferred.to_json().decode()
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(OTHER_PROCESS), server.url, state]
    done = await anyio.run_process(command, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert "elsewhere" in done.stdout.decode()
    assert not ran


def test_a_state_of_the_future_is_refused():
    # Rule 1 of deferred.
    state = Deferred(kind="chat", calls=[], version=2).to_json()
    with pytest.raises(ValueError, match="newer release"):
        Deferred.from_json(state)
    with pytest.raises(ValueError, match="kind"):
        Deferred.from_json(b'{"calls": []}')


KEY = bytes(range(32))


async def test_a_signed_run_goes_on_as_it_was(client, server):
    # Rule 4 of deferred.
    server.reply("chat.complete", json=answer(("delete_file", {"path": "é\u2028 😀"}), ("list_files", {})))
    first = await client.chat.run("?", model=MODEL, tools=[delete_file, list_files])
    state = first.deferred.to_json(key=KEY)
    for data in (state, state.decode(), json.dumps(json.loads(state), indent=2, sort_keys=True)):
        assert Deferred.from_json(data, key=KEY) == first.deferred
        assert Deferred.from_json(data) == first.deferred
    await client.chat.run(Deferred.from_json(state, key=KEY).allow(), model=MODEL, tools=[delete_file, list_files])
    assert ran == ["é\u2028 😀"]


def changed_in_every_place(value):
    """Yield the JSON with one value changed or one key added, in every place."""
    match value:
        case dict():
            yield {**value, "more": 1}
            for key, each in value.items():
                yield from ({**value, key: other} for other in changed_in_every_place(each))
        case list():
            yield [*value, 1]
            for place, each in enumerate(value):
                yield from ([*value[:place], other, *value[place + 1 :]] for other in changed_in_every_place(each))
        case str():
            yield value + "x"
        case _:
            yield 17


async def test_a_signed_run_that_was_changed_is_refused(client, server):
    # Rule 4 of deferred.
    server.reply("chat.complete", json=answer(*BOTH))
    first = await client.chat.run("?", model=MODEL, tools=[delete_file, list_files])
    state = first.deferred.to_json(key=KEY)
    changes = list(changed_in_every_place(json.loads(state)))
    assert len(changes) > 40
    for changed in changes:
        with pytest.raises(ValueError, match="signature of this deferred run is wrong"):
            Deferred.from_json(json.dumps(changed), key=KEY)
    twice = state[:-1] + b',"calls":[]}'  # of two readers each sees another value
    with pytest.raises(ValueError, match="is wrong"):
        Deferred.from_json(twice, key=KEY)
    with pytest.raises(ValueError, match="another key"):
        Deferred.from_json(state, key="another")
    with pytest.raises(ValueError, match="not signed"):
        Deferred.from_json(first.deferred.to_json(), key=KEY)


def test_a_key_is_text_or_bytes_and_not_empty():
    state = Deferred(kind="chat", calls=[])
    assert Deferred.from_json(state.to_json(key="secret"), key=b"secret") == state
    for use in (lambda: state.to_json(key=b""), lambda: Deferred.from_json(state.to_json(key=KEY), key="")):
        with pytest.raises(ValueError, match="the key is empty"):
            use()


@pytest.mark.parametrize("arguments", [{1: "a", 10: "b", 9: "c"}, {1: "a", "1": "b"}, {True: {None: 1.5}}])
def test_a_run_whose_arguments_have_keys_of_other_types_can_be_signed(arguments):
    # Rule 4 of deferred: what is signed is what its JSON says.
    state = Deferred(kind="chat", calls=[DeferredCall("a", "pay", arguments, "confirmation")])
    assert Deferred.from_json(state.to_json(key=KEY), key=KEY) == Deferred.from_json(state.to_json())


@pytest.mark.parametrize("data", [b"", b"[]", b"3", b"{", b'{"kind": 1}', b"\xff", "[" * 100_000, b'{"a":NaN}'])
def test_what_is_no_deferred_run_is_one_clear_error(data):
    with pytest.raises(ValueError, match="this is no deferred run"):
        Deferred.from_json(data)


async def test_a_note_of_any_text_can_be_kept(client, server):
    server.reply("chat.complete", json=answer(BOTH[0]))
    first = await client.chat.run("?", model=MODEL, tools=[delete_file])
    state = first.deferred.deny(note="half \ud83d").to_json(key=KEY)
    assert Deferred.from_json(state, key=KEY).calls[0].note == "half \ufffd"
