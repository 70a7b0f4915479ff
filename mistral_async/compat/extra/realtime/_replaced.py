"""A `connect` of the package websockets that stands in the place of ours: tests put one there, and are asked by it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import anyio

from mistral_async.compat._hooks.service_account_auth import authorization
from mistral_async.errors import MistralError, from_event
from mistral_async.realtime._messages import Types, read_event

_CLOSE_SECONDS: Final = 1.0


async def open_replaced(
    connect: Callable[..., Any],
    read_token: Callable[[], str | None],
    owner: Any,
    route: str,
    model: str,
    types: Types,
    *,
    server_url: str | None,
    timeout_ms: float | None,
    http_headers: Mapping[str, str] | None,
) -> tuple[Any, Any, list[Any]]:
    """Open a connection by that function; returns it, its session and the events so far. Raises `MistralError`."""
    config = owner if hasattr(owner, "get_server_details") else owner.sdk_configuration
    headers = dict(http_headers or {})
    if not any(name.lower() == "authorization" for name in headers):
        key = authorization(config.security, read_token)
        if (value := await key if inspect.isawaitable(key) else key) is not None:
            headers["Authorization"] = value
    base = (server_url or config.get_server_details()[0]).rstrip("/").replace("http", "ws", 1)
    limit = config.timeout_ms if timeout_ms is None else timeout_ms
    seconds = None if limit is None else limit / 1000
    url, socket = f"{base}{route}?{urlencode({'model': model})}", None
    try:
        with anyio.fail_after(seconds):
            socket = await connect(
                url, additional_headers=headers, open_timeout=seconds, user_agent_header=config.user_agent
            )
            return socket, *await _session(socket, route, types)
    except BaseException as failure:
        if socket is not None:
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True):
                await socket.close()
        if isinstance(failure, MistralError) or not isinstance(failure, Exception):
            raise
        raise MistralError(str(failure)) from failure


async def _session(socket: Any, route: str, types: Types) -> tuple[Any, list[Any]]:
    """Read up to the session; an error in its place is raised."""
    events: list[Any] = []
    while True:
        message = await socket.recv()
        data = message.encode() if isinstance(message, str) else bytes(message)
        event = read_event(data, types)
        events.append(event)
        if isinstance(event, types["session.created"]):
            return events[-1].session, events
        if isinstance(event, types["error"]):
            raise from_event(data, route=f"GET {route}", request_id=None)
