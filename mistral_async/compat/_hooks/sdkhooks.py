"""The official SDK's hooks: `client.sdk_configuration.get_hooks().register_before_request_hook(hook)`.

They may change what they see; `mistral_async.Hooks` only listen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from mistral_async.compat._hooks.types import (
    AfterErrorContext,
    AfterErrorHook,
    AfterSuccessContext,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
    Hooks,
    Outcome,
    SDKInitHook,
)
from mistral_async.compat._official import names

if TYPE_CHECKING:
    import httpx

H = TypeVar("H")


class SDKHooks(Hooks):
    """The hooks of a client, called in the order in which they were registered.

    The first says where its spans go, and is not called: what makes the spans of calls costs less than a hook.
    """

    def __init__(self) -> None:
        from mistral_async.compat._hooks.tracing import TracingHook

        self.tracing: TracingHook = TracingHook()
        self.sdk_init_hooks: list[SDKInitHook] = []
        self.before_request_hooks: list[BeforeRequestHook] = [self.tracing]
        self.after_success_hooks: list[AfterSuccessHook] = [self.tracing]
        self.after_error_hooks: list[AfterErrorHook] = [self.tracing]

    def __bool__(self) -> bool:
        """Return whether calls have anything to tell."""
        hooks = (self.before_request_hooks, self.after_success_hooks, self.after_error_hooks)
        return any(hook is not self.tracing for each in hooks for hook in each)

    def _called(self, hooks: Sequence[H]) -> Iterator[H]:
        return (hook for hook in hooks if hook is not self.tracing)

    def register_sdk_init_hook(self, hook: SDKInitHook) -> None:
        """Register a hook of the making of a client, which `sdk_init` calls."""
        self.sdk_init_hooks.append(hook)

    def register_before_request_hook(self, hook: BeforeRequestHook) -> None:
        """Register a hook of every request, from the next call on."""
        self.before_request_hooks.append(hook)

    def register_after_success_hook(self, hook: AfterSuccessHook) -> None:
        """Register a hook of every answer, from the next call on."""
        self.after_success_hooks.append(hook)

    def register_after_error_hook(self, hook: AfterErrorHook) -> None:
        """Register a hook of every failure, from the next call on."""
        self.after_error_hooks.append(hook)

    def sdk_init(self, base_url: str, client: Any) -> tuple[str, Any]:
        """Return the address of the server and the HTTP client, as the hooks want them."""
        for hook in self.sdk_init_hooks:
            base_url, client = hook.sdk_init(base_url, client)
        return base_url, client

    def before_request(self, hook_ctx: BeforeRequestContext, request: httpx.Request) -> httpx.Request:
        """Return the request to send."""
        for hook in self._called(self.before_request_hooks):
            request = _unless_raised(hook.before_request(hook_ctx, request))
        return request

    def after_success(self, hook_ctx: AfterSuccessContext, response: httpx.Response) -> httpx.Response:
        """Return the response to read."""
        for hook in self._called(self.after_success_hooks):
            response = _unless_raised(hook.after_success(hook_ctx, response))
        return response

    def after_error(
        self, hook_ctx: AfterErrorContext, response: httpx.Response | None, error: Exception | None
    ) -> Outcome:
        """Return the response and the error to go on with."""
        for hook in self._called(self.after_error_hooks):
            response, error = _unless_raised(hook.after_error(hook_ctx, response, error))
        return response, error


def _unless_raised(found: Any) -> Any:
    """Return what a hook gave; an exception that it returned is raised."""
    if isinstance(found, Exception):
        raise found
    return found


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
