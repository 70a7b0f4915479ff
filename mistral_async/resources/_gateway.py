"""The gateway of connectors: requests and MCP sessions go through it to the connector's service."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote

from mistral_async._binding.executor import Executor
from mistral_async._binding.replaced import Register, Replacement
from mistral_async._engine.encode import bearer
from mistral_async._engine.engine import Engine
from mistral_async._engine.headers import checked_header
from mistral_async._engine.request import Request, checked_ids

# Rule 1: Nothing leaves the connector: the address is made of the client's own, the connector and a path below it.
# Rule 2: A path has no segment that is `.` or `..` once it is decoded, whatever is a slash to the one who decodes it.
# Rule 3: The key is asked for each request, and once more where it is refused.

PATH: Final = "/v1/connectors-gateway/{}"
_CREDENTIALS: Final = "x-credentials-name"
_SLASH: Final = re.compile(r"[/\\]")


class Behind(Register):
    """An executor whose requests go to a connector's HTTP API."""

    def __init__(self, executor: Executor, connector: str, credentials_name: str | None) -> None:
        super().__init__(None)
        self._executor = executor
        self._connector = checked_ids((connector,))
        self._headers = _credentials(credentials_name)

    @property
    def engine(self) -> Engine:  # type: ignore[override]  # pyright: ignore[reportIncompatibleVariableOverride] - the client's own, which `calls` has not
        """The engine that performs the requests."""
        return self._executor.engine

    def perform(self, request: Request) -> Any:
        """Give the mode's form of a request (rule 1)."""
        _check_path(request.path)
        request.route = f"{PATH}/http{request.route}"
        request.ids = (*self._connector, *request.ids)
        request.headers = {**self._headers, **(request.headers or {})}
        return self._executor.perform(request)

    def ask(self, found: Replacement, request: Any) -> Any:
        """Ask what replaces a method: it is behind nothing."""
        return self._executor.ask(found, request)

    def run(self, function: Callable[..., Any], resource: Any, args: Any, kwargs: Any) -> Any:
        """Give the mode's form of a method of several requests."""
        return self._executor.run(function, resource, args, kwargs)


class GatewayHeaders:
    """The headers of one request to the gateway, with the key as it is then (rule 3)."""

    def __init__(self, engine: Engine, credentials_name: str | None) -> None:
        self._state = engine.account
        if self._state.gateway is not None:  # which refuses what it does not have
            self._state.gateway.rewrite(Request("POST", f"{PATH}/mcp"))
        self._headers = {"user-agent": self._state.agent, **_credentials(credentials_name)}
        self._added = dict(engine.options.headers)

    @property
    def server_url(self) -> str:
        """The address of the API."""
        origin = self._state.network.origin
        return f"{origin.scheme}://{origin.authority}{self._state.prefix}"

    async def __call__(self) -> dict[str, str]:
        """Ask for the key, and return the headers."""
        if "authorization" in self._added:
            return {**self._headers, **self._added}
        key = self._state.key.current or await self._state.key.fetch()
        sent = {} if key is None else {"authorization": bearer(key)}
        return {**self._headers, **sent, **self._added}


def _credentials(name: str | None) -> dict[str, str]:
    return {} if name is None else dict([checked_header(_CREDENTIALS, name)])


def _check_path(path: str) -> None:
    """Raise `ValueError` for a path that leads out of the connector's (rule 2)."""
    if {".", ".."} & {*_SLASH.split(unquote(path))}:
        raise ValueError(f"a path of a connector has no segments `.` and `..`: {path!r}")
