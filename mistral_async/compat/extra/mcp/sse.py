"""MCP servers over HTTP with server-sent events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from mistral_async.compat._official import names
from mistral_async.compat.extra.mcp.base import MCPClientBase


class SSEServerParams(msgspec.Struct, kw_only=True):
    """The address of a server, and its timeouts in seconds."""

    url: str
    headers: dict[str, Any] | None = None
    timeout: float = 5
    sse_read_timeout: float = 300


class MCPClientSSE(MCPClientBase):
    """An MCP server at a URL; an authorization goes into the `headers` of its parameters."""

    def __init__(self, sse_params: SSEServerParams, name: str | None = None) -> None:
        super().__init__(name)
        self._params = sse_params

    def _address(self) -> Any:
        from mcp.client.sse import sse_client

        given = self._params
        return sse_client(given.url, given.headers, given.timeout, given.sse_read_timeout)


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
