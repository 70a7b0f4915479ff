"""The tools of one run: those that run here, those that run elsewhere, and the servers whose sessions the run owns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeAlias, cast

from mistral_async._codec.json_types import is_object
from mistral_async.models.tools import AnyTool, FunctionTool
from mistral_async.tools._mcp import MCP
from mistral_async.tools._tool import Tool

ToolLike: TypeAlias = Tool[..., Any] | Callable[..., Any] | AnyTool | Mapping[str, Any] | MCP
"""A function, a `Tool`, an MCP server, or a tool that the API knows or that runs elsewhere."""


class Toolbox:
    """What the model may ask for."""

    def __init__(self, tools: Sequence[ToolLike]) -> None:
        self.definitions: list[Any] = []
        """What the API is told."""
        self.here: dict[str, Tool[..., Any]] = {}
        """What runs here."""
        self.elsewhere: set[str] = set()
        """What is asked of others: a call of it waits for them."""
        self._servers = [each for each in tools if isinstance(each, MCP)]
        for each in tools:
            if not isinstance(each, MCP):
                self._add(each)

    def _add(self, given: Any) -> None:
        match given:
            case Tool():
                self._take(given.name)
                self.here[given.name] = given
            case FunctionTool():
                self._take(given.function.name)
                self.elsewhere.add(given.function.name)
            case Mapping():
                self._add_dict(cast("Mapping[str, Any]", given))
            case _ if hasattr(given, "__struct_fields__"):
                pass  # a tool that the server runs
            case _ if callable(given):
                self._add(Tool.from_function(given))
                return
            case _:
                raise TypeError(f"a tool is a function, a Tool, an MCP or a definition, not {type(given).__name__}")
        self.definitions.append(given)

    def _add_dict(self, given: Mapping[str, Any]) -> None:
        function = given.get("function")
        if is_object(function):
            self._take(str(function.get("name")))
            self.elsewhere.add(str(function.get("name")))

    def _take(self, name: str) -> None:
        if name in self.here or name in self.elsewhere:
            raise ValueError(f"two tools are called {name!r}: give one another name (name=, or prefix= of MCP)")

    async def open(self, stack: AsyncExitStack) -> None:
        """Connect to the servers, for as long as the stack is open, and add their tools."""
        for server in self._servers:
            for each in await stack.enter_async_context(server.session()):
                self._add(each)

    @property
    def names(self) -> list[str]:
        """Everything that can be called."""
        return sorted({*self.here, *self.elsewhere})
