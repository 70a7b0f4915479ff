"""The official SDK's `RunContext`: the model or agent of a run, its functions and its MCP servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from mistral_async.compat._official import names
from mistral_async.compat.extra.exceptions import RunException
from mistral_async.compat.extra.mcp.base import MCPClientBase
from mistral_async.tools import Tool

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class RunContext:
    """The model or agent, functions and MCP servers of a run; used with `async with`."""

    conversation_id: str | None = None
    model: str | None = None
    agent_id: str | None = None
    output_format: type[Any] | None = None
    request_count: int = 0
    continue_on_fn_error: bool = False
    """Send a function's exception to the model; otherwise it ends the run."""
    tools: dict[str, Tool[..., Any]] = field(init=False, default_factory=dict[str, Tool[..., Any]])

    def __post_init__(self) -> None:
        """Reject a context with both a model and an agent."""
        if self.model and self.agent_id:
            raise RunException("Only one for model or agent_id should be set")
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def register_func(self, func: F, requires_confirmation: bool = False) -> F:  # noqa: FBT001, FBT002 - positional in the official SDK
        """Register a function for the model to call."""
        _reject_confirmation(requires_confirmation)
        made = Tool.from_function(func, strict=True)
        self.tools[made.name] = made
        return func

    async def register_mcp_client(
        self, mcp_client: MCPClientBase, tool_configuration: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Connect to an MCP server until the block ends; `include` and `exclude` select its tools."""
        configuration = tool_configuration or {}
        _reject_confirmation(configuration.get("requires_confirmation"))
        server = mcp_client.server(configuration.get("include") or None, configuration.get("exclude", ()))
        for tool in await self._stack.enter_async_context(server.session()):
            self.tools[tool.name] = tool

    async def register_mcp_clients(
        self,
        mcp_clients: Sequence[MCPClientBase],
        tool_configurations: Sequence[Mapping[str, Sequence[str]] | None] | None = None,
    ) -> None:
        """Connect to several MCP servers."""
        for place, each in enumerate(mcp_clients):
            await self.register_mcp_client(each, tool_configurations[place] if tool_configurations else None)

    def get_tools(self) -> list[Tool[..., Any]]:
        """Return the functions as the API takes them."""
        return list(self.tools.values())


def _reject_confirmation(asked: object) -> None:
    if asked:
        raise RunException(
            "calls that wait for a confirmation: mistral_async.Mistral().beta.conversations.run(confirm=...)"
        )


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
