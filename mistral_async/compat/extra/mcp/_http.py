"""MCP clients at a URL: how they tell that the server refuses an authorization."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import httpx

from mistral_async._codec.redact import secrets_in
from mistral_async.compat.extra.exceptions import MCPAuthException
from mistral_async.compat.extra.mcp.base import MCPClientBase
from mistral_async.models._model import Model

if TYPE_CHECKING:
    import httpx2


class ServerParams(Model):
    """The address of a server; no repr shows what is in its headers."""

    url: str
    headers: dict[str, Any] | None = None

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return what a repr shows."""
        fields: dict[str, Any] = {name: getattr(self, name, None) for name in self.__struct_fields__}
        hidden = {"url": without_secrets(self.url), "headers": dict.fromkeys(self.headers or (), "***")}
        return list((fields | hidden).items())


class MCPClientHTTP(MCPClientBase):
    """An MCP server at a URL."""

    def __init__(self, url: str, name: str | None) -> None:
        super().__init__(name)
        self._url = url
        self._is_refused = False

    @property
    def title(self) -> str:
        """The address in messages, without the secrets in it."""
        return without_secrets(self._url)

    @abstractmethod
    def _format_headers(self) -> dict[str, str]:
        """Return the headers of requests."""

    def _secrets(self) -> list[str]:
        try:
            url = httpx.URL(self._url)
        except httpx.InvalidURL:
            return []
        headers = ((name, str(value)) for name, value in self._format_headers().items())
        return [url.username, url.password, *url.params.values(), *secrets_in(headers)]

    def _refusal(self) -> str:
        """Return the message for a server that answers 401."""
        return "Authentication required but no auth params provided."

    async def _see(self, response: httpx2.Response) -> None:
        """Keep whether the server refused the authorization: a session tells its caller less."""
        self._is_refused = response.status_code == httpx.codes.UNAUTHORIZED

    def _error(self, what: str, problem: BaseException) -> Exception:
        return MCPAuthException(self._refusal()) if self._is_refused else super()._error(what, problem)


def without_secrets(url: str) -> str:
    """Return an address without its query, user and password."""
    try:
        return str(httpx.URL(url).copy_with(query=None, fragment=None, username="", password=""))
    except httpx.InvalidURL:
        return "an address that is not valid"
