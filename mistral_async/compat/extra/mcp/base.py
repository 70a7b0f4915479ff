"""The base of the official SDK's MCP clients."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mistral_async.compat._official import names
from mistral_async.tools import MCP


class MCPClientBase(ABC):
    """An MCP server; a `RunContext` connects to it and takes its tools."""

    def __init__(self, name: str | None = None) -> None:
        self._name = name or type(self).__name__

    @abstractmethod
    def _address(self) -> Any:
        """Return the address, command or transport for `MCP`."""

    def server(self, include: Sequence[str] | None, exclude: Sequence[str]) -> MCP:
        """Return the server with the included tools."""
        return MCP(self._address(), include=include, exclude=exclude)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self._name!r}>"


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
