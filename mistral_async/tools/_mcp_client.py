"""The HTTP client of an MCP session: its headers are asked for, and the errors of a connectors gateway are told."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any

import httpx2

from mistral_async._codec.headers import Headers
from mistral_async._codec.redact import redact, redact_headers, secrets_in
from mistral_async._http.threads import run_in_daemon
from mistral_async.errors import from_response, gateway_failure

Ask = Callable[[], Mapping[str, str] | Awaitable[Mapping[str, str]]]

_TIMEOUT = httpx2.Timeout(30.0, read=300.0)  # as mcp's own client
_FAILED = 400  # the first status of a failure
_UNAUTHORIZED = 401


def make_http_client(headers: Mapping[str, str] | Ask) -> httpx2.AsyncClient:
    """Return a client that sends headers, or those that a function gives for each request."""
    hooks = {"response": [_raise_gateway_error]}
    if callable(headers):
        return httpx2.AsyncClient(auth=_Asked(headers), timeout=_TIMEOUT, event_hooks=hooks)
    return httpx2.AsyncClient(headers=dict(headers), timeout=_TIMEOUT, event_hooks=hooks)


class _Asked(httpx2.Auth):
    """Headers that are asked for each request, and again where they are refused: other ones are tried once."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Send the request, at most twice."""
        first = await self._headers()
        request.headers.update(first)
        response = yield request
        if response.status_code == _UNAUTHORIZED and (second := await self._headers()) != first:
            request.headers.update(second)
            yield request

    async def _headers(self) -> dict[str, str]:
        ask: Any = self._ask
        waits = inspect.iscoroutinefunction(ask) or inspect.iscoroutinefunction(getattr(ask, "__call__", None))  # noqa: B004 - an object's own
        given = ask() if waits else await run_in_daemon(ask)
        return dict(await given if inspect.isawaitable(given) else given)


async def _raise_gateway_error(response: httpx2.Response) -> None:
    """Raise the error of an answer that the gateway made itself; others are for the session to read."""
    if response.status_code >= _FAILED and gateway_failure(Headers(response.headers.raw)) is not None:
        request, secrets = response.request, tuple(secrets_in(response.request.headers.items()))
        headers = Headers(redact_headers(response.headers.raw, secrets))
        body = redact(await response.aread(), secrets)
        raise from_response(response.status_code, headers, body, route=f"{request.method} {request.url.path}")
