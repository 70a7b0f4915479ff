"""Requests and responses on their way past the hooks of a client (`compat._hooks`): the official SDK's, not ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Final, TypeAlias, TypeVar

import anyio
import httpx

from mistral_async import Transport
from mistral_async._http.threads import NoThreadError, run_in_own_thread
from mistral_async.compat._hooks._messages import other_headers
from mistral_async.compat._hooks.sdkhooks import SDKHooks
from mistral_async.compat._hooks.types import (
    AfterErrorContext,
    AfterSuccessContext,
    BeforeRequestContext,
    HookContext,
)
from mistral_async.compat.errors import HookFailure, NoResponseError

# Rule 1: Each attempt of a call passes the hooks, in a thread: they may block. A call that ends waits for none.
# Rule 2: What a hook raises or returns as an exception ends the call as it is, and is not tried again: on its way it is
#   a `HookFailure`, as an error of httpx would be taken for one of the connection. What is raised before there is a
#   response is shown to `after_error` first, which may take it away; then there is no response.
# Rule 3: An answer in JSON has been read when hooks see it, as over there; a stream or a download has not.
# Rule 4: A response that hooks do not let through is closed.

OPERATION: Final[ContextVar[str]] = ContextVar("operation")
"""The path of the method whose requests are sent (`chat.complete`)."""

T = TypeVar("T")
Send: TypeAlias = Callable[[httpx.Request], Awaitable[httpx.Response]]
_CLOSE_SECONDS: Final = 1.0
_FIRST_ERROR: Final = 400


class HookedRequests:
    """The way of requests past hooks."""

    def __init__(self, hooks: SDKHooks, config: Any) -> None:
        self._hooks = hooks
        self._config = config

    async def pass_by(self, request: httpx.Request, send: Send) -> httpx.Response:
        """Send a request as the hooks want it, and return the response that they let through."""
        hooks, context = self._hooks, self._context(request)
        try:
            changed = await _in_thread(hooks.before_request, BeforeRequestContext(context), request)
            changed.extensions = {**request.extensions, **changed.extensions}
            response = await send(changed)
            response.request = changed
            response = await _read_if_json(response)
        except Exception as error:
            raised = error.raised if isinstance(error, HookFailure) else error
            _, left = await _in_thread(hooks.after_error, AfterErrorContext(context), None, raised)
            if left is None:
                raise NoResponseError("No response received") from raised
            if left is raised:
                raise
            raise HookFailure(left) from raised
        try:
            return await self._let_through(context, response)
        except BaseException:
            with anyio.move_on_after(_CLOSE_SECONDS, shield=True), suppress(Exception):
                await response.aclose()
            raise

    async def _let_through(self, context: HookContext, response: httpx.Response) -> httpx.Response:
        hooks = self._hooks
        if response.status_code < _FIRST_ERROR:
            return await _in_thread(hooks.after_success, AfterSuccessContext(context), response)
        found, left = await _in_thread(hooks.after_error, AfterErrorContext(context), response, None)
        if left is not None:
            raise HookFailure(left)
        return response if found is None else found

    def _context(self, request: httpx.Request) -> HookContext:
        url = request.url
        base = f"{url.scheme}://{url.netloc.decode('ascii')}"
        config = self._config
        return HookContext(config, base, OPERATION.get(""), security_source=config.security)


class HookedTransport(httpx.AsyncBaseTransport):
    """The connections of this package, behind hooks."""

    def __init__(self, requests: HookedRequests) -> None:
        self._requests = requests
        self._connections = Transport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request past the hooks."""
        return await self._requests.pass_by(request, self._connections.handle_async_request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connections.aclose()


class HookedClient:
    """A client of the user's, behind hooks; it stays its owner's."""

    def __init__(self, requests: HookedRequests, client: Any) -> None:
        self._requests = requests
        self._client = client

    @property
    def headers(self) -> Any:
        """The headers that the client adds to its requests."""
        return getattr(self._client, "headers", {})

    def build_request(self, method: str, url: str, **options: Any) -> httpx.Request:
        """Build a request, which hooks have not seen yet."""
        request: httpx.Request = self._client.build_request(method, url, **options)
        return request

    async def send(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        """Send a request past the hooks."""

        async def send(changed: httpx.Request) -> httpx.Response:
            response: httpx.Response = await self._client.send(changed, stream=stream)
            return response

        return await self._requests.pass_by(request, send)


async def _in_thread(hook: Callable[..., T], *given: Any) -> T:
    """Return what hooks say (rule 1); what they raise, but for a failure that they were shown, is theirs (rule 2)."""
    try:
        return await run_in_own_thread(hook, *given, abandon_on_cancel=True)
    except NoThreadError:
        raise
    except Exception as error:
        if any(error is each for each in given):
            raise
        raise HookFailure(error) from error


async def _read_if_json(response: httpx.Response) -> httpx.Response:
    """Read an answer in JSON (rule 3), and return it as it is without a content coding."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not (kind == "application/json" or kind.endswith("+json")) or response.is_stream_consumed:
        return response
    try:
        content = await response.aread()
    finally:
        await response.aclose()
    extensions = {name: value for name, value in response.extensions.items() if name == "http_version"}
    return httpx.Response(
        response.status_code,
        headers=other_headers(response),
        content=content,
        request=response.request,
        extensions=extensions,
    )
