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
from mistral_async.models import FunctionCallEntry, FunctionResultEntry
from mistral_async.tools import DeferredCall, RunEvent, Tool
from mistral_async.tools._content import as_text
from mistral_async.tools._deferred import ToolResult
from mistral_async.tools._runner import OnToolError, RequestedCall, ToolRunner
from mistral_async.tools._toolbox import Toolbox

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
        self._confirmed: set[str] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    def requires_confirmation(self, tool_name: str) -> bool:
        """Return whether a run stops before it calls this function."""
        return tool_name in self._confirmed

    def register_func(self, func: F, requires_confirmation: bool = False) -> F:  # noqa: FBT001, FBT002 - positional in the official SDK
        """Register a function for the model to call; a run stops before a call that requires a confirmation."""
        made = Tool.from_function(func, strict=True)
        self.tools[made.name] = made
        if requires_confirmation:
            self._confirmed.add(made.name)
        return func

    async def register_mcp_client(
        self, mcp_client: MCPClientBase, tool_configuration: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Connect to an MCP server until the block ends; the configuration names its tools."""
        configuration = tool_configuration or {}
        server = mcp_client.server(configuration.get("include") or None, configuration.get("exclude", ()))
        with mcp_client.failures("can not be reached"):
            tools = await self._stack.enter_async_context(server.session())
        for tool in tools:
            self.tools[tool.name] = tool
        self._confirmed |= {*configuration.get("requires_confirmation", ())} & self.tools.keys()

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

    async def execute_function_calls(self, function_calls: Sequence[FunctionCallEntry]) -> list[FunctionResultEntry]:
        """Call the functions, all at once; none if one of them is not registered."""
        if not function_calls or any(each.name not in self.tools for each in function_calls):
            return []
        tell: OnToolError = _error_text if self.continue_on_fn_error else "raise"
        runner = ToolRunner(
            Toolbox(self.get_tools()), context=None, confirm=None, on_tool_error=tell, emit=_ignore_event
        )
        requested = [RequestedCall(each.tool_call_id, each.name, each.arguments) for each in function_calls]
        try:
            outcomes = await runner.run(requested, self.request_count)
        except Exception as error:
            called = ", ".join(each.name for each in function_calls)
            raise RunException(f"Failed to execute tool {called}: {type(error).__name__}: {error}") from error
        return [
            FunctionResultEntry(each.id, as_text(each.content)) for each in outcomes if isinstance(each, ToolResult)
        ]


def _error_text(error: Exception, call: DeferredCall) -> str:
    return f"Error while executing {call.name}: {error}"


async def _ignore_event(event: RunEvent) -> None:
    """Ignore an event of a tool call."""


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
