"""The official SDK's functions as tools: their description, and their calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from mistral_async._codec.json_schema.docstrings import parse_docstring
from mistral_async.compat._official import names
from mistral_async.compat.extra.exceptions import RunException
from mistral_async.compat.extra.mcp.base import MCPClientBase
from mistral_async.compat.extra.observability._tool_span import tool_span
from mistral_async.models import Function, FunctionCallEntry, FunctionResultEntry, FunctionTool
from mistral_async.tools import Tool

__all__ = [
    "RunCoroutine",
    "RunFunction",
    "RunMCPTool",
    "RunTool",
    "create_function_result",
    "create_tool_call",
    "get_function_calls",
]


@dataclass
class RunFunction:
    """A function, as a tool."""

    name: str
    callable: Callable[..., Any]
    tool: FunctionTool


@dataclass
class RunCoroutine:
    """A coroutine function, as a tool."""

    name: str
    awaitable: Callable[..., Any]
    tool: FunctionTool


@dataclass
class RunMCPTool:
    """A tool of an MCP server."""

    name: str
    tool: FunctionTool
    mcp_client: MCPClientBase


RunTool: TypeAlias = RunFunction | RunCoroutine | RunMCPTool


def create_tool_call(func: Callable[..., Any]) -> FunctionTool:
    """Describe a function by its annotations and its docstring, whose words win."""
    found = Tool.from_function(func).function
    for name, text in parse_docstring(func.__doc__).names.items():
        if name in found.parameters.get("properties", {}):
            found.parameters["properties"][name]["description"] = text
    return FunctionTool(Function(found.name, found.parameters, found.description, strict=True))


async def create_function_result(
    function_call: FunctionCallEntry,
    run_tool: RunTool,
    continue_on_fn_error: bool = False,  # noqa: FBT001, FBT002 - positional in the official SDK
) -> FunctionResultEntry:
    """Call a tool, in a span of OpenTelemetry's global provider if there is one.

    Raises `RunException` where the tool fails, or returns the error for the model with `continue_on_fn_error`.
    """
    try:
        with tool_span(function_call) as record:
            result = await _call(run_tool, function_call)
            record(result)
    except Exception as error:
        if not continue_on_fn_error:
            what = f"{function_call.name}: {type(error).__name__}: {error}"
            raise RunException(f"Failed to execute tool {what}") from error
        result = f"Error while executing {function_call.name}: {error}"
    return FunctionResultEntry(function_call.tool_call_id, result)


async def _call(tool: RunTool, call: FunctionCallEntry) -> str:
    arguments: Any = json.loads(call.arguments) if isinstance(call.arguments, str) else call.arguments
    match tool:
        case RunFunction():
            result: Any = tool.callable(**arguments)
        case RunCoroutine():
            result = await tool.awaitable(**arguments)
        case RunMCPTool():
            result = await tool.mcp_client.execute_tool(call.name, arguments)
    return result if isinstance(result, str) else json.dumps(result)


def get_function_calls(output_entries: Sequence[Any]) -> list[FunctionCallEntry]:
    """Return the function calls among the entries of a conversation."""
    return [each for each in output_entries if isinstance(each, FunctionCallEntry)]


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
