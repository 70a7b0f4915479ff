"""MCP servers over streamable HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from mistral_async.compat.extra.mcp.base import MCPClientBase
from mistral_async.tools import MCP


class StreamableHTTPServerParams(msgspec.Struct, kw_only=True):
    """Where the server is."""

    url: str
    headers: dict[str, Any] | None = None


class MCPClientStreamableHTTP(MCPClientBase):
    """A server at an address; an authorization goes into the `headers` of its parameters."""

    def __init__(self, params: StreamableHTTPServerParams, name: str | None = None) -> None:
        super().__init__(name)
        self._params = params

    def _address(self) -> Any:
        return self._params.url

    def server(self, include: Sequence[str] | None, exclude: Sequence[str]) -> MCP:
        """The server, with those of its tools that are wanted."""
        return MCP(self._params.url, headers=self._params.headers, include=include, exclude=exclude)
