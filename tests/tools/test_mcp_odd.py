"""MCP servers that misbehave: lists without an end, silence, odd names, schemas and results. No run is hung by one."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import anyio
import pytest

pytest.importorskip("mcp")

from mcp import types
from mcp.server.lowlevel import Server

from mistral_async.errors import ToolServerError
from mistral_async.tools import MCP

pytestmark = pytest.mark.slow  # each process loads the SDK, which takes seconds

MODEL = "mistral-small-latest"
SCHEMA = {"type": "object", "properties": {}}


def described(name, schema=SCHEMA):
    return types.Tool(name=name, description="A tool.", input_schema=schema)


def server_of(*tools, pages=None, result=None) -> Server[Any]:
    """Make a server with tools; `pages` makes the answer for the number of a page, `result` that of a call."""
    asked = 0

    async def list_tools(_context: Any, _params: Any) -> types.ListToolsResult:
        nonlocal asked
        asked += 1
        if pages is None:
            return types.ListToolsResult(tools=list(tools))
        return await pages(asked)

    async def call_tool(_context: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
        if result is not None:
            return result
        return types.CallToolResult(content=[types.TextContent(text=f"{params.name} {json.dumps(params.arguments)}")])

    return Server("odd", on_list_tools=list_tools, on_call_tool=call_tool)


def page(names, cursor):
    return types.ListToolsResult(tools=[described(each) for each in names], next_cursor=cursor)


def asking(name, arguments="{}"):
    call = {"id": "abcdefghi", "type": "function", "function": {"name": name, "arguments": arguments}}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "tool_calls": [call]}}
    return {"id": "1", "model": MODEL, "created": 1, "choices": [choice]}


def named(server):
    return [each["function"]["name"] for each in server.requests[-1].json().get("tools", [])]


@pytest.mark.parametrize(
    ("pages", "names"),
    [
        (lambda n: page(["a"], "again"), ["a"]),
        (lambda n: page(["a"], f"page {n}"), ["a"]),
        (lambda n: page([], "again"), []),
        (lambda n: page([f"t{n}"], f"page {n % 3}"), ["t1", "t2", "t3", "t4"]),
        (lambda n: page([[], ["a"], ["a", "b"]][n - 1], None if n == 3 else f"page {n}"), ["a", "b"]),
    ],
)
async def test_a_list_of_tools_ends(client, server, pages, names):
    # Rule 5 of mcp.
    async def answer(number):
        return pages(number)

    await client.chat.run("?", model=MODEL, tools=[MCP(server_of(pages=answer))])
    assert named(server) == names


@pytest.mark.parametrize("names", [lambda n: [], lambda n: [f"t{n}"]])
async def test_a_list_without_an_end_is_an_error(client, names):
    # Rule 5 of mcp.
    async def answer(number):
        return page(names(number), f"page {number}")

    with pytest.raises(ToolServerError, match="does not end: 1,000 pages"):
        await client.chat.run("?", model=MODEL, tools=[MCP(server_of(pages=answer))])


async def test_a_server_that_does_not_list_its_tools_is_given_up(client):
    # Rule 5 of mcp.
    async def answer(_number):
        await anyio.sleep_forever()

    started = time.monotonic()
    with pytest.raises(ToolServerError, match=r"connect_timeout, 0\.2 s"):
        await client.chat.run("?", model=MODEL, tools=[MCP(server_of(pages=answer), connect_timeout=0.2)])
    assert time.monotonic() - started < 5


async def test_a_program_that_says_nothing_is_given_up(client):
    # Rule 5 of mcp.
    silent = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with pytest.raises(ToolServerError, match=r"connect_timeout, 0\.3 s"):
        await client.chat.run("?", model=MODEL, tools=[MCP(silent, connect_timeout=0.3)])


async def test_cancelling_ends_a_session_that_is_being_opened(client):
    async def answer(_number):
        await anyio.sleep_forever()

    with anyio.move_on_after(0.2) as scope:
        await client.chat.run("?", model=MODEL, tools=[MCP(server_of(pages=answer))])
    assert scope.cancelled_caught


async def test_a_session_outlives_the_time_for_opening_it(client, server):
    server.reply("chat.complete", json=asking("wait"))

    async def handle(_context, _params):
        await anyio.sleep(0.6)
        return types.CallToolResult(content=[types.TextContent(text="waited")])

    waiting = Server("waiting", on_list_tools=_one_tool, on_call_tool=handle)
    result = await client.chat.run("?", model=MODEL, tools=[MCP(waiting, connect_timeout=0.5)])
    assert result.messages[2].content == "waited"


async def _one_tool(_context, _params):
    return types.ListToolsResult(tools=[described("wait")])


async def test_names_are_made_fit_and_stay_apart(client, server):
    # Rule 4 of mcp.
    names = ["a.b", "a_b", "a/b", "ünï", "x" * 80, "x" * 90]
    odd = server_of(*map(described, names))
    server.reply("chat.complete", json=asking("a_b_2"))
    result = await client.chat.run("?", model=MODEL, tools=[MCP(odd)])
    assert named(server) == ["a_b", "a_b_2", "a_b_3", "_n_", "x" * 64, "x" * 62 + "_2"]
    assert result.messages[2].content == "a_b {}"


@pytest.mark.parametrize(
    "schema",
    [
        {
            "type": "object",
            "$ref": "#/$defs/A",
            "$defs": {"A": {"type": "object", "properties": {"b": {"type": "integer"}}}},
        },
        {"type": "object", "anyOf": [{"type": "object", "properties": {"a": {"type": "integer"}}}, {"type": "object"}]},
        SCHEMA,
    ],
)
async def test_a_schema_is_that_of_an_object(client, server, schema):
    await client.chat.run("?", model=MODEL, tools=[MCP(server_of(described("f", schema)))])
    sent = server.requests[-1].json()["tools"][0]["function"]["parameters"]
    assert sent == {"properties": {}, **schema}


RESULTS = [
    ({"content": []}, ""),
    ({"content": [], "structured_content": {"a": 1}}, '{"a":1}'),
    ({"content": [types.TextContent(text="a\ufffd")]}, "a\ufffd"),
    ({"content": [types.TextContent(text="x" * 3_000_000)]}, "x" * 3_000_000),
    ({"content": [types.TextContent(text="bad")], "is_error": True}, "bad"),
    ({"content": [], "is_error": True}, "the tool failed"),
    ({"content": [], "is_error": True, "structured_content": {"why": "bad"}}, '{"why":"bad"}'),
    (
        {"content": [types.EmbeddedResource(resource=types.BlobResourceContents(
            uri="file:///a.png", blob="AA==", mime_type="image/png"))]},
        [{"type": "image_url", "image_url": "data:image/png;base64,AA=="}],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("result", "content"), RESULTS)
async def test_odd_results_are_told(client, server, result, content):
    odd = server_of(described("f"), result=types.CallToolResult(**result))
    server.reply("chat.complete", json=asking("f"))
    await client.chat.run("?", model=MODEL, tools=[MCP(odd)])
    assert server.requests[-1].json()["messages"][-1]["content"] == content


@pytest.mark.parametrize("names", ["delete", ["delete"], ["web_delete"], {"delete"}])
async def test_a_tool_is_confirmed_by_either_of_its_names(client, server, names):
    # Rule 6 of mcp.
    server.reply("chat.complete", json=asking("web_delete", '{"n": "1"}'))
    odd = server_of(described("delete"), described("let"))
    result = await client.chat.run("?", model=MODEL, tools=[MCP(odd, prefix="web_", requires_confirmation=names)])
    assert [(call.name, call.arguments) for call in result.deferred.calls] == [("web_delete", {"n": "1"})]


async def test_a_misspelled_name_does_not_let_calls_pass(client):
    # Rule 6 of mcp.
    odd = server_of(described("delete"))
    with pytest.raises(ToolServerError, match="has no tool 'delete-file', for which requires_confirmation is"):
        await client.chat.run("?", model=MODEL, tools=[MCP(odd, requires_confirmation=["delete-file"])])


async def test_one_name_need_not_be_in_a_list(client, server):
    odd = server_of(described("search"), described("other"))
    await client.chat.run("?", model=MODEL, tools=[MCP(odd, include="search")])
    assert named(server) == ["search"]
