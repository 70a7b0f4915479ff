"""Clients of what is behind the gateway of connectors, of httpx2 (of httpx where that is not installed) and `mcp`."""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from mistral_async._codec.headers import Headers
from mistral_async.compat._hooks.service_account_auth import authorization
from mistral_async.compat._official import names
from mistral_async.errors import gateway_failure

if TYPE_CHECKING:
    import httpx2 as httpx
    import mcp

    from mistral_async.compat._configuration import SDKConfiguration
else:
    httpx = import_module("httpx2" if find_spec("httpx2") else "httpx")

__all__ = [
    "ConnectorsGatewayError",
    "http_client",
    "mcp_client",
    "raise_connectors_gateway_error",
    "single_connectors_gateway_error",
]

_SECONDS: Final = 300.0
_DOTS: Final = {".", ".."}


class ConnectorsGatewayError(httpx.HTTPStatusError):
    """The gateway failed; the errors of the service behind it are answers."""

    def __init__(
        self,
        *,
        response: httpx.Response,
        proxy_status: str,
        proxy_error: str,
        proxy_status_code: int | None,
        details: str | None,
    ) -> None:
        message = f"Connectors Gateway request failed with status {response.status_code}: {details or proxy_error}"
        super().__init__(message, request=response.request, response=response)
        self.proxy_status = proxy_status
        self.proxy_error = proxy_error
        self.proxy_status_code = proxy_status_code
        self.details = details


async def raise_connectors_gateway_error(response: httpx.Response) -> None:
    """Raise for an answer that the gateway made itself."""
    if response.is_error and (found := gateway_failure(Headers(response.headers.raw))) is not None:
        await response.aread()
        raise ConnectorsGatewayError(
            response=response,
            proxy_status=found.text,
            proxy_error=found.parameters["error"],
            proxy_status_code=found.status_code,
            details=found.parameters.get("details"),
        )


def single_connectors_gateway_error(error: BaseException) -> ConnectorsGatewayError | None:
    """Return the error of the gateway that is alone in a group, or in a group of it."""
    inner: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    if len(inner) == 1:
        return single_connectors_gateway_error(inner[0])
    return error if isinstance(error, ConnectorsGatewayError) else None


def http_client(
    sdk_configuration: SDKConfiguration, *, connector_id_or_name: str, credentials_name: str | None = None
) -> httpx.AsyncClient:
    """Return a client of a connector's HTTP API: it sends the key, and refuses addresses outside of that API."""
    base = _address(sdk_configuration, connector_id_or_name, "http")

    async def check(request: httpx.Request) -> None:
        _check_below(request.url, base)

    return _client(sdk_configuration, credentials_name, _seconds(sdk_configuration), check, base_url=f"{base}/")


@asynccontextmanager
async def mcp_client(
    sdk_configuration: SDKConfiguration, *, connector_id_or_name: str, credentials_name: str | None = None
) -> AsyncGenerator[mcp.ClientSession]:
    """Open a session of a connector's MCP server. Needs the extra `mcp`."""
    from mcp import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    timeout = httpx.Timeout(_seconds(sdk_configuration), read=_SECONDS)
    client = _client(sdk_configuration, credentials_name, timeout)
    url = str(_address(sdk_configuration, connector_id_or_name, "mcp"))
    problem: Exception | None = None
    try:
        async with (
            client,
            streamable_http_client(url, http_client=client) as (read, write),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            try:
                yield session
            except Exception as error:  # noqa: BLE001 - raised outside, where no task group wraps it
                problem = error
    except Exception as error:
        if (own := single_connectors_gateway_error(error)) is not None:
            raise own from None
        raise
    if problem is not None:
        raise problem


def _new_httpx_client(**options: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(**options)


def _client(
    config: SDKConfiguration, credentials_name: str | None, timeout: Any, *checks: Callable[..., Any], **options: Any
) -> httpx.AsyncClient:
    async def add_key(request: httpx.Request) -> None:
        key = authorization(config.security)
        if (value := await key if inspect.isawaitable(key) else key) is not None:
            request.headers.setdefault("authorization", value)

    headers = {"user-agent": config.user_agent}
    if credentials_name is not None:
        headers["x-credentials-name"] = credentials_name
    hooks = {"request": [*checks, add_key], "response": [raise_connectors_gateway_error]}
    return _new_httpx_client(headers=headers, timeout=timeout, follow_redirects=False, event_hooks=hooks, **options)


def _address(config: SDKConfiguration, connector: str, kind: str) -> httpx.URL:
    server = config.get_server_details()[0].rstrip("/")
    return httpx.URL(f"{server}/v1/connectors-gateway/{quote(connector, safe='')}/{kind}")


def _seconds(config: SDKConfiguration) -> float:
    return _SECONDS if config.timeout_ms is None else config.timeout_ms / 1000


def _check_below(url: httpx.URL, base: httpx.URL) -> None:
    """Refuse what is not the address of the connector, or below it."""
    path, own = (each.raw_path.partition(b"?")[0].decode() for each in (url, base))
    same = (url.scheme, url.host, url.port) == (base.scheme, base.host, base.port)
    below = f"{path}/".startswith(f"{own}/") and _DOTS.isdisjoint(unquote(path[len(own) :]).split("/"))
    if not (same and below):
        raise ValueError(f"requests of this client must target the configured connector: {base}")


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
