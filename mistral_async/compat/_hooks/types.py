"""The interfaces of the official SDK's hooks, and what these are told: requests and responses are those of httpx."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, TypeAlias

from mistral_async.compat._official import names

if TYPE_CHECKING:
    import httpx

Outcome: TypeAlias = "tuple[httpx.Response | None, Exception | None]"
"""What became of a request: its response, or what was raised."""


class HookContext:
    """A call, as hooks see it."""

    def __init__(
        self,
        config: Any,
        base_url: str,
        operation_id: str,
        oauth2_scopes: list[str] | None = None,
        security_source: Any = None,
        tags: list[str] | None = None,
        extensions: dict[str, Any] | None = None,
    ) -> None:
        self.config: Any = config
        """`client.sdk_configuration`."""
        self.base_url: str = base_url
        self.operation_id: str = operation_id
        """The path of the method: `chat.complete`."""
        self.oauth2_scopes: list[str] | None = oauth2_scopes
        self.security_source: Any = security_source
        self.tags: list[str] | None = tags
        self.extensions: dict[str, Any] | None = extensions


class _OneHookContext(HookContext):
    def __init__(self, hook_ctx: HookContext) -> None:
        super().__init__(**vars(hook_ctx))


class BeforeRequestContext(_OneHookContext):
    """A call whose request is about to be sent."""


class AfterSuccessContext(_OneHookContext):
    """A call with an answer."""


class AfterErrorContext(_OneHookContext):
    """A call whose request failed, or was refused."""


class SDKInitHook(ABC):
    """A hook of the making of a client. Those that are registered later are not called."""

    @abstractmethod
    def sdk_init(self, base_url: str, client: Any) -> tuple[str, Any]:
        """Return the address of the server and the HTTP client."""


class BeforeRequestHook(ABC):
    """A hook of every request."""

    @abstractmethod
    def before_request(self, hook_ctx: BeforeRequestContext, request: httpx.Request) -> httpx.Request | Exception:
        """Return the request to send, or what the call raises."""


class AfterSuccessHook(ABC):
    """A hook of every answer."""

    @abstractmethod
    def after_success(self, hook_ctx: AfterSuccessContext, response: httpx.Response) -> httpx.Response | Exception:
        """Return the response to read, or what the call raises."""


class AfterErrorHook(ABC):
    """A hook of every failure."""

    @abstractmethod
    def after_error(
        self, hook_ctx: AfterErrorContext, response: httpx.Response | None, error: Exception | None
    ) -> Outcome | Exception:
        """Return the response and the error to go on with, or what the call raises."""


class Hooks(ABC):
    """Anything that hooks are registered with."""

    @abstractmethod
    def register_sdk_init_hook(self, hook: SDKInitHook) -> None:
        """Register a hook of the making of a client."""

    @abstractmethod
    def register_before_request_hook(self, hook: BeforeRequestHook) -> None:
        """Register a hook of every request."""

    @abstractmethod
    def register_after_success_hook(self, hook: AfterSuccessHook) -> None:
        """Register a hook of every answer."""

    @abstractmethod
    def register_after_error_hook(self, hook: AfterErrorHook) -> None:
        """Register a hook of every failure."""


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
