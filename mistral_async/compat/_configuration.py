"""The settings of a client under the official SDK's names: `client.sdk_configuration`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mistral_async._client.settings import SERVERS
from mistral_async._version import __version__

_DEFAULT = "global"


@dataclass(frozen=True)
class SDKConfiguration:
    """The settings of a client. They are those of its constructor, and are read only."""

    client: Any
    async_client: Any
    security: Any = field(repr=False)
    """The API key, or the function that gives it."""
    server: str | None
    server_url: str | None
    retry_config: Any
    timeout_ms: int | None
    debug_logger: Any
    language: str = "python"
    sdk_version: str = __version__
    user_agent: str = f"mistral-async/{__version__}"

    def get_server_details(self) -> tuple[str, dict[str, str]]:
        """Return the address of the server, and the values of the variables in it: none."""
        return (self.server_url or SERVERS[self.server or _DEFAULT]).rstrip("/"), {}
