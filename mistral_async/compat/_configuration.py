"""The settings of a client under the official SDK's names: `client.sdk_configuration`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from mistral_async._client.settings import SERVERS
from mistral_async._engine.retry import InsistentRetryConfig, RetryConfig
from mistral_async._version import __version__
from mistral_async.compat._hooks.sdkhooks import SDKHooks
from mistral_async.compat.types import UNSET

if TYPE_CHECKING:
    from mistral_async.compat import utils
    from mistral_async.payloads import WorkflowEncoding

AnyRetryConfig: TypeAlias = "utils.RetryConfig | RetryConfig"
"""Retry settings, of the official SDK's class or of this package's."""


def retries_of(given: Any) -> Any:
    """Return settings of the official SDK's class as what it does by them; all else is returned as it is."""
    if isinstance(given, RetryConfig) or not hasattr(given, "retry_connection_errors"):
        return given
    fields = msgspec.structs.asdict(RetryConfig.of(given))
    del fields["max_retry_after"]
    if not getattr(given, "status_codes_override", None):
        del fields["statuses"]
    if (jitter := getattr(given.backoff, "jitter_ms", None)) is not None:
        fields["jitter"] = jitter
    return InsistentRetryConfig(**fields)


SERVER_GLOBAL = "global"
SERVER_EU = "eu"
SERVER_US = "us"


@dataclass
class SDKConfiguration:
    """The settings of a client: those of its constructor. One that is assigned holds for the calls that follow."""

    client: Any = None
    async_client: Any = None
    security: Any = field(default=None, repr=False)
    """None, `models.Security` with the API key, or a function that gives it; a bare key may be assigned, too."""
    server: str | None = None
    server_url: str | None = None
    retry_config: Any = UNSET
    timeout_ms: int | None = None
    debug_logger: Any = None
    client_supplied: bool = False
    async_client_supplied: bool = False
    language: str = "python"
    openapi_doc_version: str = "1.0.0"
    sdk_version: str = __version__
    gen_version: str = ""
    user_agent: str = f"mistral-async/{__version__}"
    on_change: Callable[[str, Any], None] | None = field(default=None, repr=False, compare=False)
    """Told of the name and the value of a setting that is assigned."""

    def __post_init__(self) -> None:
        """Have hooks, where programs look for them."""
        vars(self)["_hooks"] = SDKHooks()

    @property
    def owner(self) -> Any:
        """The object with the clients of these settings, which groups of endpoints ask for them."""
        return getattr(self.on_change, "__self__", None)

    def get_hooks(self) -> SDKHooks:
        """Return the hooks: those that are registered here are called from the next call on."""
        hooks: SDKHooks = vars(self)["_hooks"]
        return hooks

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if (told := vars(self).get("on_change")) is not None and name != "on_change":
            told(name, value)

    def encode_workflows(self, encoding: WorkflowEncoding) -> None:
        """Encode the payloads of workflows from now on."""
        if self.on_change is not None:
            self.on_change("workflow_encoding", encoding)

    def get_server_details(self) -> tuple[str, dict[str, str]]:
        """Return the address of the server, and the values of the variables in it: none."""
        return (self.server_url or SERVERS[self.server or SERVER_GLOBAL]).rstrip("/"), {}
