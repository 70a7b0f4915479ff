"""MCP servers that are programs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from mistral_async.compat._official import names
from mistral_async.compat.extra.mcp.base import MCPClientBase
from mistral_async.tools import MCP


class MCPClientSTDIO(MCPClientBase):
    """An MCP server that is a program, over its stdin and stdout."""

    def __init__(self, stdio_params: Any, name: str | None = None) -> None:
        super().__init__(name)
        self._stdio_params = stdio_params

    def server(self, include: Sequence[str] | None, exclude: Sequence[str]) -> MCP:
        """Return the server with the included tools."""
        return MCP(self._stdio_params, include=include, exclude=exclude)

    async def _get_transport(self, exit_stack: AsyncExitStack) -> Any:
        from mcp import stdio_client

        return await exit_stack.enter_async_context(stdio_client(self._stdio_params))


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
