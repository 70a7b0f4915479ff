"""The inside of the official SDK that programs and tests import: what this package has under those names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._hooks.sdkhooks import SDKHooks
from mistral_async.compat._hooks.types import (
    AfterErrorContext,
    AfterErrorHook,
    AfterSuccessContext,
    AfterSuccessHook,
    BeforeRequestContext,
    BeforeRequestHook,
    HookContext,
    Hooks,
    SDKInitHook,
)
from mistral_async.compat._official import names

__all__ = [
    "AfterErrorContext",
    "AfterErrorHook",
    "AfterSuccessContext",
    "AfterSuccessHook",
    "BeforeRequestContext",
    "BeforeRequestHook",
    "HookContext",
    "Hooks",
    "SDKHooks",
    "SDKInitHook",
]

if not TYPE_CHECKING:
    __getattr__ = names(__name__)
