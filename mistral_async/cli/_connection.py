"""The connection options of every command, and the client that they make."""

from __future__ import annotations

import os
import sys
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import Group, Parameter

from mistral_async import CallContext, Hooks, Mistral, RateLimits, SyncMistral
from mistral_async.cli._codes import print_error
from mistral_async.errors import ConfigurationError

if TYPE_CHECKING:
    from mistral_async.testing import FakeMistral

_KEY_VARIABLES = ("MISTRAL_API_KEY", "MISTRAL_SA_TOKEN_PATH")
_GROUP = Group("Connection", sort_key=9)


@dataclass
class ConnectionOptions:
    """The connection options, which every command has."""

    fake: Annotated[bool, Parameter(negative=(), group=_GROUP)] = False
    """Use the embedded server: no key, no network."""
    server_url: Annotated[str | None, Parameter(group=_GROUP)] = None
    """Another server than https://api.mistral.ai. Default: MISTRAL_SERVER_URL."""
    timeout: Annotated[float | None, Parameter(group=_GROUP)] = None
    """Seconds for one call in all."""
    rps: Annotated[float | None, Parameter(group=_GROUP)] = None
    """Requests a second that the account allows; learned when not given."""
    tpm: Annotated[int | None, Parameter(group=_GROUP)] = None
    """Tokens a minute that the account allows; learned when not given."""


class _Notices(Hooks):
    """Prints a line for what the user should know and no command asks for."""

    def model_deprecated(self, call: CallContext, date: str) -> None:
        print_error(f"mistral-async: the model {call.request.model} is deprecated, and ends on {date}")


Connection: TypeAlias = Annotated[ConnectionOptions | None, Parameter(name="*")]


class ClientContext:
    """A client as a context manager: `async with` opens a `Mistral`, `with` a `SyncMistral`."""

    def __init__(self, connection: ConnectionOptions | None) -> None:
        self._given = connection or ConnectionOptions()
        self._server: FakeMistral | None = None
        if self._given.fake:
            from mistral_async.testing import FakeMistral

            self._server = FakeMistral()
        elif not any(map(os.environ.get, _KEY_VARIABLES)):
            raise ConfigurationError(
                "no API key: set MISTRAL_API_KEY (a key is made at https://console.mistral.ai), or try it with --fake"
            )

    async def __aenter__(self) -> Mistral:
        async with AsyncExitStack() as stack:
            if self._server is not None:
                await stack.enter_async_context(self._server)
            client = await stack.enter_async_context(Mistral(**self._settings()))
            self._open = stack.pop_all()
        return client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._open.__aexit__(kind, error, traceback)

    def __enter__(self) -> SyncMistral:
        with ExitStack() as stack:
            if self._server is not None:
                stack.enter_context(self._server)
            client = stack.enter_context(SyncMistral(**self._settings()))
            self._stack = stack.pop_all()
        return client

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def _settings(self) -> dict[str, Any]:
        given = self._given
        settings: dict[str, Any] = {"server_url": given.server_url}
        if self._server is not None:
            settings = {"server_url": self._server.url, "api_key": self._server.api_key}
        settings["hooks"] = _Notices()
        if given.rps is not None or given.tpm is not None:
            settings["rate_limits"] = RateLimits(requests_per_second=given.rps, tokens_per_minute=given.tpm)
        if given.timeout is not None:
            settings["timeout_ms"] = given.timeout * 1000
        return settings


def shows_progress() -> bool:
    """Return whether progress is shown: only if stderr is a terminal."""
    return sys.stderr.isatty() and "NO_PROGRESS" not in os.environ
