"""The tools of one run: local ones, external ones, and the MCP servers whose sessions the run owns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any, TypeAlias, cast

from mistral_async._codec.json_schema.type_codec import MismatchError
from mistral_async._codec.json_types import JSONMapping, is_object
from mistral_async.models.tools import AnyTool, FunctionTool
from mistral_async.tools._mcp import MCP
from mistral_async.tools._tool import LocalTool, Tool

ToolLike: TypeAlias = LocalTool | Callable[..., Any] | AnyTool | JSONMapping | MCP
"""A function, a `Tool`, an MCP server, or the definition of a tool that the server or somebody else runs."""


class Toolbox:
    """The tools that the model may ask for; raises `ValueError` for two of one name."""

    def __init__(self, tools: Sequence[ToolLike]) -> None:
        self.definitions: list[Any] = []
        """The tools as the API gets them."""
        self.local: dict[str, LocalTool] = {}
        """The tools that run here, by name."""
        self.external: set[str] = set()
        """The names of functions that others run: a call waits for its result."""
        self._servers = [each for each in tools if isinstance(each, MCP)]
        for each in tools:
            if not isinstance(each, MCP):
                self._add(each)

    def _add(self, given: Any) -> None:
        match given:
            case Tool():
                self._claim_name(given.name)
                self.local[given.name] = given
            case FunctionTool():
                self._add_external(given.function.name)
            case Mapping():
                function = cast("JSONMapping", given).get("function")
                if is_object(function):
                    self._add_external(str(function.get("name")))
            case _ if hasattr(given, "__struct_fields__"):
                pass  # a tool that the server runs
            case _ if callable(given):
                self._add(Tool.from_function(given))
                return
            case _:
                raise TypeError(f"a tool is a function, a Tool, an MCP or a definition, not {type(given).__name__}")
        self.definitions.append(given)

    def _add_external(self, name: str) -> None:
        self._claim_name(name)
        self.external.add(name)

    def _claim_name(self, name: str) -> None:
        if name in self.local or name in self.external:
            raise ValueError(f"two tools are called {name!r}: give one another name (name=, or prefix= of MCP)")

    async def open(self, stack: AsyncExitStack) -> None:
        """Connect to the MCP servers, for as long as the stack is open, and add their tools."""
        for server in self._servers:
            for each in await stack.enter_async_context(server.session()):
                self._add(each)

    def find(self, name: str, *, known_before: bool = False) -> LocalTool:
        """Return the local tool of a name; raises `MismatchError` if there is none."""
        if name in self.local:
            return self.local[name]
        if known_before:
            raise MismatchError(f"there is no tool {name!r} any more")
        raise MismatchError(f"there is no tool {name!r}; the tools are: {', '.join(self.names)}")

    @property
    def names(self) -> list[str]:
        """The names that can be called, in order."""
        return sorted({*self.local, *self.external})
