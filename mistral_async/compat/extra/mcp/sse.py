"""MCP servers over HTTP with server-sent events, and the authorization that they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import anyio
import httpx

from mistral_async._codec.redact import as_secret
from mistral_async.compat._official import names
from mistral_async.compat.extra.exceptions import MCPAuthException
from mistral_async.compat.extra.mcp import auth
from mistral_async.compat.extra.mcp._http import MCPClientHTTP, ServerParams
from mistral_async.compat.extra.mcp.auth import OAuthParams

if TYPE_CHECKING:
    import httpx2


class SSEServerParams(ServerParams, kw_only=True):
    """The address of a server, and its timeouts in seconds."""

    timeout: float = 5
    sse_read_timeout: float = 300


class MCPClientSSE(MCPClientHTTP):
    """An MCP server at a URL, and its authorization by OAuth 2 (extra `oauth`).

    `get_auth_url_and_state` gives the address that a user is sent to; of the address that they come back to,
    `get_token_from_auth_response` makes a token, and `set_auth_token` has it sent. It is refreshed when
    `refresh_auth_token` is called, not by itself. Any other authorization goes into the `headers` of the parameters.
    """

    def __init__(
        self,
        sse_params: SSEServerParams,
        name: str | None = None,
        oauth_params: OAuthParams | None = None,
        auth_token: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sse_params.url, name)
        self._sse_params = sse_params
        self._oauth_params = oauth_params
        self._auth_token = auth_token
        self._tokens = 0  # that were set: nobody refreshes a token that another has replaced
        self._refreshing = anyio.Lock()

    @property
    def base_url(self) -> str:
        """The address without `/sse` at its end."""
        return self._sse_params.url.rstrip("/").removesuffix("/sse").rstrip("/")

    def set_oauth_params(self, oauth_params: OAuthParams) -> None:
        """Take what authorizations are asked for with, in place of what was given before."""
        self._oauth_params = oauth_params

    def set_auth_token(self, token: Mapping[str, Any]) -> None:
        """Send a token from the next connection on."""
        self._auth_token = token
        self._tokens += 1

    async def requires_auth(self) -> bool:
        """Return whether the server asks for another authorization than it is sent."""
        import httpx2

        given, self._is_refused = self._sse_params, False
        with self.failures("can not be reached"):
            async with (
                httpx2.AsyncClient(headers=self._format_headers(), timeout=given.timeout) as client,
                client.stream("GET", given.url) as response,
            ):
                return response.status_code == httpx.codes.UNAUTHORIZED

    async def get_auth_url_and_state(self, redirect_url: str) -> tuple[str, str]:
        """Return the address to send a user to, and the state to keep for when they come back to `redirect_url`."""
        return auth.authorization_url(self._needed_params(), redirect_url)

    async def get_token_from_auth_response(self, authorization_response: str, redirect_url: str, state: str) -> Any:
        """Return the token for the address that a user came back to; it is not sent before `set_auth_token`.

        Raises `MCPAuthException` where the user refused, the state is another one, or the server gives no token.
        """
        return await auth.exchange_code(self._needed_params(), authorization_response, redirect_url, state)

    async def refresh_auth_token(self) -> None:
        """Replace the token by a new one, by its refresh token; raises `MCPAuthException` where there is none.

        Of several that ask at once, the first has it refreshed for all: a refresh token may be good for one use.
        """
        params, tokens = self._needed_params(), self._tokens
        async with self._refreshing:
            if tokens == self._tokens:
                refresh_token = as_secret((self._auth_token or {}).get("refresh_token"))
                self.set_auth_token(await auth.refresh(params, refresh_token))

    def _needed_params(self) -> OAuthParams:
        if self._oauth_params is None:
            raise MCPAuthException("there are no OAuth parameters: pass oauth_params=, or call set_oauth_params")
        return self._oauth_params

    def _format_headers(self) -> dict[str, str]:
        headers = dict(self._sse_params.headers or {})
        if access_token := (self._auth_token or {}).get("access_token"):
            headers["Authorization"] = f"Bearer {access_token}"
        return headers

    def _refusal(self) -> str:
        return super()._refusal() if self._oauth_params is None else "Authentication required."

    async def _get_transport(self, exit_stack: AsyncExitStack) -> Any:
        from mcp.client.sse import sse_client

        given, self._is_refused = self._sse_params, False
        return await exit_stack.enter_async_context(
            sse_client(given.url, self._format_headers(), given.timeout, given.sse_read_timeout, self._http_client)
        )

    def _http_client(self, *args: Any, **options: Any) -> httpx2.AsyncClient:
        from mcp.shared._httpx_utils import create_mcp_http_client

        client = create_mcp_http_client(*args, **options)
        client.event_hooks["response"].append(self._see)
        return client


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
