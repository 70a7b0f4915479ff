"""The official SDK's protocols of HTTP clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import httpx

from mistral_async.compat._official import names


class HttpClient(Protocol):
    """A client for `Mistral(client=...)`: an `httpx.Client`, or a wrapper of one."""

    def send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        """Send a request."""
        ...

    def build_request(self, method: str, url: str, **options: Any) -> httpx.Request:
        """Build a request."""
        ...


class AsyncHttpClient(Protocol):
    """A client for `Mistral(async_client=...)`: an `httpx.AsyncClient`, or a wrapper of one."""

    async def send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        """Send a request."""
        ...

    def build_request(self, method: str, url: str, **options: Any) -> httpx.Request:
        """Build a request."""
        ...


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
