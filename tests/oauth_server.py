"""An MCP server that asks for an authorization, and the OAuth server that gives it: `mcp`'s own, on a real socket."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from mcp.server import MCPServer
from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    OAuthAuthorizationServerProvider,
    ProviderTokenVerifier,
    RefreshToken,
    construct_redirect_uri,
)
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from mcp.types import ImageContent
from starlette.applications import Starlette


class Provider(OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]):
    """Lets everybody in, and keeps what was asked."""

    def __init__(self) -> None:
        self.clients: dict[str, OAuthClientInformationFull] = {}
        self.codes: dict[str, AuthorizationCode] = {}
        self.access: dict[str, AccessToken] = {}
        self.refreshes: dict[str, RefreshToken] = {}

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        self.clients[client_info.client_id] = client_info

    async def authorize(self, client: OAuthClientInformationFull, params: AuthorizationParams) -> str:
        code = AuthorizationCode(
            code=secrets.token_hex(),
            scopes=params.scopes or [],
            expires_at=time.time() + 60,
            client_id=client.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
        )
        self.codes[code.code] = code
        return construct_redirect_uri(str(params.redirect_uri), code=code.code, state=params.state)

    async def load_authorization_code(self, client, authorization_code: str) -> AuthorizationCode | None:
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(self, client, authorization_code: AuthorizationCode) -> OAuthToken:
        del self.codes[authorization_code.code]
        return self._token(client.client_id, authorization_code.scopes)

    async def load_refresh_token(self, client, refresh_token: str) -> RefreshToken | None:
        return self.refreshes.get(refresh_token)

    async def exchange_refresh_token(self, client, refresh_token: RefreshToken, scopes: list[str]) -> OAuthToken:
        del self.refreshes[refresh_token.token]
        return self._token(client.client_id, scopes)

    async def load_access_token(self, token: str) -> AccessToken | None:
        return self.access.get(token)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        self.access.pop(token.token, None)

    def expire(self) -> None:
        """Let the time of all access tokens pass."""
        for token in self.access.values():
            token.expires_at = int(time.time()) - 1

    def _token(self, client_id: str, scopes: list[str]) -> OAuthToken:
        access, refresh = secrets.token_hex(), secrets.token_hex()
        expiry = int(time.time()) + 3600
        self.access[access] = AccessToken(token=access, client_id=client_id, scopes=scopes, expires_at=expiry)
        self.refreshes[refresh] = RefreshToken(token=refresh, client_id=client_id, scopes=scopes)
        return OAuthToken(access_token=access, refresh_token=refresh, expires_in=3600, scope=" ".join(scopes))


@contextmanager
def serve(provider: Provider, issuer: str = "") -> Iterator[str]:
    """Serve over SSE and streamable HTTP; yield the address. Without an issuer, it gives the tokens too."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    app = make_app(url, provider, issuer)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield url
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def make_app(url: str, provider: Provider, issuer: str) -> Starlette:
    auth = AuthSettings(
        issuer_url=issuer or url,
        resource_server_url=f"{url}/mcp",
        validate_token_resource=False,
        required_scopes=["user"],
        client_registration_options=ClientRegistrationOptions(enabled=True, valid_scopes=["user"]),
    )
    gives = {"token_verifier": ProviderTokenVerifier(provider)} if issuer else {"auth_server_provider": provider}
    server = MCPServer("tests", log_level="CRITICAL", auth=auth, **gives)

    @server.tool()
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    @server.tool(structured_output=False)
    def picture() -> list:
        """Show a picture."""
        return [ImageContent(data="AA==", mime_type="image/png")]

    @server.prompt()
    def greeting(name: str) -> str:
        """Greet somebody."""
        return f"Greet {name}."

    app = server.streamable_http_app()
    app.router.routes += server.sse_app().routes
    return app
