"""The interfaces of the official SDK's hooks, and what these are told."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from mistral_async.compat._official import names


class HookContext:
    """A call, as its hooks see it."""

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
        self.config = config
        self.base_url = base_url
        self.operation_id = operation_id
        self.oauth2_scopes = oauth2_scopes
        self.security_source = security_source
        self.tags = tags
        self.extensions = extensions


class _Copy(HookContext):
    def __init__(self, hook_ctx: HookContext) -> None:
        super().__init__(**vars(hook_ctx))


class BeforeRequestContext(_Copy):
    """A call that is about to be sent."""


class AfterSuccessContext(_Copy):
    """A call with an answer."""


class AfterErrorContext(_Copy):
    """A call that failed."""


class BeforeRequestHook(ABC):
    """A hook that sees requests."""

    @abstractmethod
    def before_request(self, hook_ctx: BeforeRequestContext, request: Any) -> Any:
        """Return the request to send, or an exception to raise."""


class AfterSuccessHook(ABC):
    """A hook that sees answers."""

    @abstractmethod
    def after_success(self, hook_ctx: AfterSuccessContext, response: Any) -> Any:
        """Return the answer to read, or an exception to raise."""


class AfterErrorHook(ABC):
    """A hook that sees failures."""

    @abstractmethod
    def after_error(self, hook_ctx: AfterErrorContext, response: Any, error: Exception | None) -> Any:
        """Return the answer and the error that take their places, or an exception to raise."""


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
