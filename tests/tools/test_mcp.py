"""Tools of real MCP servers: over stdio, over streamable HTTP, in this process; closed with their run."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import anyio
import anyio.abc
import pytest

pytest.importorskip("mcp")

from mcp import Client

from mistral_async.errors import MissingExtraError, ToolServerError
from mistral_async.tools import MCP, tool

sys.path.insert(0, str(Path(__file__).parent))
from mcp_server import make_server

pytestmark = pytest.mark.slow  # each process loads the SDK, which takes seconds

MODEL = "mistral-small-latest"
SCRIPT = str(Path(__file__).parent / "mcp_server.py")
STDIO = [sys.executable, SCRIPT]


@pytest.fixture(scope="session")
def http_url():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([*STDIO, str(port)], stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        process.wait()


@pytest.fixture(params=["stdio", "http", "in_memory"])
def place(request):
    match request.param:
        case "stdio":
            return STDIO
        case "http":
            return request.getfixturevalue("http_url")
        case _:
            return make_server()


@pytest.fixture(params=["stdio", "http"])
def remote(request):
    return STDIO if request.param == "stdio" else request.getfixturevalue("http_url")


def answer(*calls, content=""):
    made = [
        {"id": f"id{number:07d}", "function": {"name": name, "arguments": json.dumps(arguments)}}
        for number, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": content, "tool_calls": made or None}
    choice = {"index": 0, "finish_reason": "tool_calls" if made else "stop", "message": message}
    return {"id": "1", "object": "chat.completion", "model": MODEL, "created": 1, "choices": [choice]}


@tool
async def double(number: int) -> int:
    """Double it."""
    return 2 * number


async def test_tools_of_a_server_join_the_run(client, server, place):
    # Rules 1 and 3 of mcp; rule 7 of loop.
    calls = [("add", {"a": 1, "b": 2}), ("double", {"number": 4}), ("fail", {"why": "because"}), ("picture", {})]
    server.reply("chat.complete", json=answer(*calls))
    server.reply("chat.complete", json=answer(content="done"))
    with anyio.fail_after(30):
        result = await client.chat.run("?", model=MODEL, tools=[double, MCP(place)], on_tool_error="raise")
    sent = server.requests[0].json()["tools"]
    names = [each["function"]["name"] for each in sent]
    assert names == ["double", "add", "fail", "pid", "forever", "die_now", "mixed", "picture"]
    add = sent[1]["function"]
    assert add["description"] == "Add two numbers."
    assert add["parameters"]["properties"]["a"]["type"] == "integer"
    told = server.requests[1].json()["messages"][2:]
    assert [each["content"] for each in told[:2]] == ["3", "8"]
    assert "because" in told[2]["content"]
    assert told[3]["content"] == [
        {"type": "text", "text": "see"},
        {"type": "image_url", "image_url": "data:image/png;base64,AA=="},
    ]
    assert result.text == "done"


async def test_a_conversation_has_them_too(client, remote):
    with anyio.fail_after(30):
        result = await client.beta.conversations.run(
            inputs="add 1 and 2", model=MODEL, tools=[MCP(remote, include=["add"])]
        )
    assert "add returned" in result.text


async def test_which_tools_are_taken_and_how_they_are_called(client, server):
    # Rule 4 of mcp.
    place = make_server()
    server.reply("chat.complete", json=answer(content="done"))
    tools = [MCP(place, include=["add", "fail"], prefix="a_"), MCP(place, exclude=["fail", "die.now"], prefix="b.")]
    await client.chat.run("?", model=MODEL, tools=tools)
    names = [each["function"]["name"] for each in server.requests[0].json()["tools"]]
    assert names == ["a_add", "a_fail", "b_add", "b_pid", "b_forever", "b_mixed", "b_picture"]
    with pytest.raises(ValueError, match="two tools are called 'add'"):
        await client.chat.run("?", model=MODEL, tools=[MCP(place), MCP(place)])


async def test_some_of_them_wait_for_a_yes(client, server):
    # Rule 3 of mcp.
    server.reply("chat.complete", json=answer(("add", {"a": 1, "b": 2}), ("pid", {})))
    server.reply("chat.complete", json=answer(content="done"))
    tools = [MCP(make_server(), requires_confirmation=["add"])]
    first = await client.chat.run("?", model=MODEL, tools=tools)
    assert [call.name for call in first.deferred.calls] == ["add"]
    assert first.deferred.done[0].content == str(os.getpid())
    result = await client.chat.run(first.deferred.allow(), model=MODEL, tools=tools)
    assert "3" in [each.content for each in result.messages[2:4]]


async def test_all_kinds_of_content_are_told(client, server):
    server.reply("chat.complete", json=answer(("mixed", {})))
    result = await client.chat.run("?", model=MODEL, tools=[MCP(make_server())])
    audio, text, link = result.messages[2].content
    assert (audio.type, audio.input_audio, text.text) == ("input_audio", "AA==", "inside")
    assert json.loads(link.text)["uri"] == "file:///b.txt"


async def test_a_session_that_you_opened_stays_yours(client, server):
    # Rule 1 of mcp.
    async with Client(make_server()) as session:
        for _ in range(2):
            server.reply("chat.complete", json=answer(("add", {"a": 1, "b": 2})))
            await client.chat.run("?", model=MODEL, tools=[MCP(session)], max_steps=2)
        assert (await session.call_tool("add", {"a": 2, "b": 3})).content[0].text == "5"


async def test_a_time_limit_ends_a_call_and_the_session_goes_on(client, server, remote):
    # Rule 3 of mcp.
    server.reply("chat.complete", json=answer(("forever", {})))
    server.reply("chat.complete", json=answer(("add", {"a": 1, "b": 2})))
    server.reply("chat.complete", json=answer(content="done"))
    with anyio.fail_after(30):
        result = await client.chat.run("?", model=MODEL, tools=[MCP(remote, timeout=0.5)])
    assert [each.content for each in result.messages if each.role == "tool"] == [
        "Error: TimeoutError: forever took longer than 0.5 s", "3",
    ]  # fmt: skip


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def ends_within(seconds, pid):
    deadline = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    return not is_alive(pid)


@pytest.mark.parametrize("how", ["done", "cancelled", "left", "failed"])
async def test_the_process_ends_with_the_run(client, server, how):
    # Rule 1 of mcp; rule 7 of loop.
    server.reply("chat", json=answer(("pid", {})))
    chunk = answer(("pid", {}), ("forever", {}))
    chunk["choices"][0]["delta"] = chunk["choices"][0].pop("message")
    run_options = {"model": MODEL, "tools": [MCP(STDIO)]}
    pid = 0
    with anyio.fail_after(60):
        if how == "done":
            server.reply("chat.complete", json=answer(content="done"))
            result = await client.chat.run("?", **run_options)
            pid = int(result.messages[2].content)
        elif how == "failed":
            server.fail(400)
            with pytest.raises(Exception, match="400") as caught:
                await client.chat.run("?", **run_options)
            assert not isinstance(caught.value, BaseExceptionGroup)
            pid = int(caught.value.partial.messages[2].content)
        else:
            server.scripts._replies.clear()
            server.reply("chat.stream", sse=[{**chunk, "object": "chat.completion.chunk"}])
            with anyio.CancelScope() as scope:
                async with client.chat.run("?", **run_options) as run:
                    async for event in run:
                        if event.type == "tool_finished":
                            pid = int(event.content)
                            break
                    if how == "cancelled":
                        scope.cancel()
                        await anyio.sleep_forever()
    assert pid
    assert ends_within(5, pid)


async def test_a_server_that_dies_is_told_or_raised_never_wrapped(client, server):
    # Rule 2 of mcp; rule 7 of loop.
    server.reply("chat.complete", json=answer(("die_now", {})))
    server.reply("chat.complete", json=answer(("add", {"a": 1, "b": 2})))
    server.reply("chat.complete", json=answer(content="done"))
    with anyio.fail_after(60):
        try:
            result = await client.chat.run("?", model=MODEL, tools=[MCP(STDIO)])
        except ToolServerError:
            return
    told = [each.content for each in result.messages if each.role == "tool"]
    assert all(each.startswith("Error:") for each in told)


@pytest.mark.parametrize(
    "place", [["/nowhere/at/all"], "http://127.0.0.1:9/mcp", [sys.executable, "-c", "import sys; sys.exit(1)"]]
)
async def test_a_server_that_is_not_there_is_one_error(client, place):
    # Rule 2 of mcp.
    with anyio.fail_after(60), pytest.raises(ToolServerError, match="can not be reached") as caught:
        await client.chat.run("?", model=MODEL, tools=[MCP(place)])
    assert not isinstance(caught.value.__cause__, BaseExceptionGroup)


async def test_the_extra_is_named_where_it_is_missing(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "mcp", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'mistral-async\[mcp\]'"):
        await client.chat.run("?", model=MODEL, tools=[MCP(["server"])])


async def test_headers_are_sent_and_not_shown(client, server, http_url):
    # Rule 4 of mcp.
    server.reply("chat.complete", json=answer(("add", {"a": 1, "b": 2})))
    made = MCP(http_url, headers={"authorization": "Bearer secret"}, include=["add"])
    assert "secret" not in repr(made)
    assert repr(MCP("http://user:secret@example.com/mcp?token=secret")) == "<MCP http://example.com/mcp>"
    result = await client.chat.run("?", model=MODEL, tools=[made])
    assert result.messages[2].content == "3"


async def test_headers_do_not_follow_a_redirect_to_another_server(client, server, http_url):
    # Rule 7 of mcp.
    arrived: list[bytes] = []
    led: list[bytes] = []

    async def redirect(stream):
        async with stream:
            arrived.append(await stream.receive())
            await stream.send(f"HTTP/1.1 307 x\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n".encode())

    async def other(stream):
        async with stream:
            led.append(await stream.receive())
            await stream.send(b"HTTP/1.1 400 x\r\ncontent-length: 0\r\n\r\n")

    async with (
        await anyio.create_tcp_listener(local_host="127.0.0.1") as first,
        await anyio.create_tcp_listener(local_host="127.0.0.1") as second,
        anyio.create_task_group() as tasks,
    ):
        ports = [each.listeners[0].extra(anyio.abc.SocketAttribute.local_port) for each in (first, second)]
        asked, elsewhere = (f"http://127.0.0.1:{port}/mcp" for port in ports)
        tasks.start_soon(first.serve, redirect)
        tasks.start_soon(second.serve, other)
        with anyio.fail_after(30), pytest.raises(ToolServerError):
            await client.chat.run("?", model=MODEL, tools=[MCP(asked, headers={"X-API-Key": "secret"})])
        tasks.cancel_scope.cancel()
    assert arrived
    assert not any(b"secret" in each for each in led)


def test_blocking_code_uses_them_too(sync_client, threaded_server):
    threaded_server.reply("chat.complete", json=answer(("add", {"a": 1, "b": 2})))
    result = sync_client.chat.run("?", model=MODEL, tools=[MCP(make_server())]).result()
    assert result.messages[2].content == "3"
