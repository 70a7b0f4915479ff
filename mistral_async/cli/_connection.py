"""What every command can be told about the connection, and the client made of it."""

from __future__ import annotations

import os
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Annotated, Any, TypeAlias

from cyclopts import Group, Parameter

from mistral_async._client import Mistral
from mistral_async._limits import RateLimits

_GROUP = Group("Connection", sort_key=9)


@dataclass
class _Settings:
    fake: Annotated[bool, Parameter(negative=(), group=_GROUP)] = False
    """Use the embedded server: no key, no network."""
    server_url: Annotated[str | None, Parameter(group=_GROUP)] = None
    """Another server than https://api.mistral.ai."""
    timeout: Annotated[float | None, Parameter(group=_GROUP)] = None
    """Seconds for one call in all."""
    rps: Annotated[float | None, Parameter(group=_GROUP)] = None
    """Requests a second that the account allows; learned when not given."""
    tpm: Annotated[float | None, Parameter(group=_GROUP)] = None
    """Tokens a minute that the account allows."""
    _stack: Annotated[AsyncExitStack | None, Parameter(parse=False)] = field(default=None, repr=False)

    async def __aenter__(self) -> Mistral:
        self._stack = AsyncExitStack()
        settings: dict[str, Any] = {"server_url": self.server_url}
        if self.fake:
            from mistral_async.testing import FakeMistral

            server = await self._stack.enter_async_context(FakeMistral())
            settings |= {"server_url": server.url, "api_key": server.api_key}
        if self.rps or self.tpm:
            settings["rate_limits"] = RateLimits(requests_per_second=self.rps, tokens_per_minute=self.tpm)
        if self.timeout:
            settings["timeout_ms"] = self.timeout * 1000
        return await self._stack.enter_async_context(Mistral(**settings))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._stack is not None:
            await self._stack.__aexit__(kind, error, traceback)


Connection: TypeAlias = Annotated[_Settings | None, Parameter(name="*")]


def connected(connection: _Settings | None) -> _Settings:
    """The settings, also when none were given."""
    return connection or _Settings()


def on_terminal() -> bool:
    """Whether someone watches: progress is shown on stderr, and only then."""
    return sys.stderr.isatty() and "NO_PROGRESS" not in os.environ
