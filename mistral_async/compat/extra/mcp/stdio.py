"""MCP servers that are programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mistral_async.compat._official import names
from mistral_async.compat.extra.mcp.base import MCPClientBase


class MCPClientSTDIO(MCPClientBase):
    """An MCP server that is a program, over its stdin and stdout."""

    def __init__(self, stdio_params: Any, name: str | None = None) -> None:
        super().__init__(name)
        self._params = stdio_params

    def _address(self) -> Any:
        return self._params


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
