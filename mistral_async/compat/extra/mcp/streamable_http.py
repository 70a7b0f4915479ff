"""MCP servers over streamable HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from mistral_async.compat._official import names
from mistral_async.compat.extra.mcp.base import MCPClientBase
from mistral_async.tools import MCP


class StreamableHTTPServerParams(msgspec.Struct, kw_only=True):
    """The address of a server."""

    url: str
    headers: dict[str, Any] | None = None


class MCPClientStreamableHTTP(MCPClientBase):
    """An MCP server at a URL; an authorization goes into the `headers` of its parameters."""

    def __init__(self, params: StreamableHTTPServerParams, name: str | None = None) -> None:
        super().__init__(name)
        self._params = params

    def _address(self) -> Any:
        return self._params.url

    def server(self, include: Sequence[str] | None, exclude: Sequence[str]) -> MCP:
        """Return the server with the included tools."""
        return MCP(self._params.url, headers=self._params.headers, include=include, exclude=exclude)


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
