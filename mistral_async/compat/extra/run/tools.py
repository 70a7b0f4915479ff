"""The official SDK's description of a function as a tool."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mistral_async._codec.json_schema.docstrings import parse_docstring
from mistral_async.compat._official import names
from mistral_async.models import Function, FunctionCallEntry, FunctionTool
from mistral_async.tools import Tool

__all__ = ["create_tool_call", "get_function_calls"]


def create_tool_call(func: Callable[..., Any]) -> FunctionTool:
    """Describe a function by its annotations and its docstring, whose words win."""
    found = Tool.from_function(func).function
    for name, text in parse_docstring(func.__doc__).names.items():
        if name in found.parameters.get("properties", {}):
            found.parameters["properties"][name]["description"] = text
    return FunctionTool(Function(found.name, found.parameters, found.description, strict=True))


def get_function_calls(output_entries: Sequence[Any]) -> list[FunctionCallEntry]:
    """Return the function calls among the entries of a conversation."""
    return [each for each in output_entries if isinstance(each, FunctionCallEntry)]


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
