"""The official SDK's exceptions of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.errors import ToolRunError


class RunException(ToolRunError):  # noqa: N818 - its name in the official SDK
    """A run that failed."""


class MCPException(ToolRunError):  # noqa: N818 - the same
    """An MCP server that cannot be reached, or failed."""


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
