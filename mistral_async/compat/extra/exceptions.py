"""The official SDK's exceptions of runs."""

from __future__ import annotations

from mistral_async.errors import ToolRunError


class RunException(ToolRunError):  # noqa: N818 - its name over there
    """A run did not come to its end."""


class MCPException(ToolRunError):  # noqa: N818 - the same
    """An MCP server can not be reached, or broke."""
