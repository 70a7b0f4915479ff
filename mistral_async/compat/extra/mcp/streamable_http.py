"""MCP servers over streamable HTTP."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING, Any

from mistral_async.compat._official import names
from mistral_async.compat.extra.mcp._http import MCPClientHTTP, ServerParams


class StreamableHTTPServerParams(ServerParams, kw_only=True):
    """The address of a server, and its timeouts in seconds."""

    timeout: float = 30
    sse_read_timeout: float = 300
    trust_env: bool = True
    """Use the proxies and certificates that the environment names."""
    follow_redirects: bool = False


class MCPClientStreamableHTTP(MCPClientHTTP):
    """An MCP server at a URL; an authorization goes into the `headers` of its parameters."""

    def __init__(self, params: StreamableHTTPServerParams, name: str | None = None) -> None:
        super().__init__(params.url, name)
        self._params = params

    def _format_headers(self) -> dict[str, str]:
        return self._params.headers or {}

    async def _get_transport(self, exit_stack: AsyncExitStack) -> Any:
        import httpx2

        given, self._is_refused = self._params, False
        client = httpx2.AsyncClient(
            headers=given.headers,
            timeout=httpx2.Timeout(given.timeout, read=given.sse_read_timeout),
            follow_redirects=given.follow_redirects,
            trust_env=given.trust_env,
            event_hooks={"response": [self._see]},
        )
        http_client = await exit_stack.enter_async_context(client)
        return await exit_stack.enter_async_context(streamable_http_client(url=given.url, http_client=http_client))


def streamable_http_client(url: str, http_client: Any) -> AbstractAsyncContextManager[Any]:
    """Connect by a client of `httpx2`: `mcp`'s own, under the name by which the official SDK has it here."""
    from mcp.client.streamable_http import streamable_http_client as connect

    return connect(url, http_client=http_client)


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
