"""Where the spans of a client go."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mistral_async import Hooks


class SpanDestination:
    """The provider that spans go to. One that was made for a client is shut down with it, or once it is replaced."""

    def __init__(self) -> None:
        self.tracer_provider: Any = None
        """Where spans go; None: nowhere, or to the global provider."""
        self.on_change: Callable[[], None] | None = None
        """Called when spans go elsewhere."""
        self._auto_telemetry_provider: Any = None
        self._telemetry_auto_disabled = False
        self._telemetry_use_global_provider = False
        self._telemetry_finalizer: weakref.finalize[..., Any] | None = None

    @property
    def traces(self) -> bool:
        """True if there are spans."""
        return self.tracer_provider is not None or self._telemetry_use_global_provider

    def attach(self, provider: Any, *, owner: object = None) -> None:
        """Have spans go to a provider, which is shut down with its owner if it has one."""
        self._release()
        self.tracer_provider = provider
        if owner is not None:
            self._auto_telemetry_provider = provider
            self._telemetry_finalizer = weakref.finalize(owner, provider.shutdown)
        self._set(uses_global=False, disabled=False)

    def use_global_provider(self) -> None:
        """Have spans go to the global provider."""
        self._release()
        self.tracer_provider = None
        self._set(uses_global=True, disabled=True)

    def disable(self) -> None:
        """Make no spans, unless they go to a provider that was attached without an owner."""
        self._release()
        self._set(uses_global=False, disabled=True)

    def hooks(self) -> Hooks | None:
        """Return what makes the spans of calls, None where there are none."""
        if not self.traces:
            return None
        from mistral_async.compat.extra.observability._call_spans import CallSpans

        return CallSpans(tracer_provider=self.tracer_provider, capture_content=True, propagate=True)

    def _release(self) -> None:
        """Shut down the provider that was made for a client."""
        if self._telemetry_finalizer is not None:
            self._telemetry_finalizer.detach()
            self._telemetry_finalizer = None
        if (provider := self._auto_telemetry_provider) is not None:
            provider.shutdown()
            self._auto_telemetry_provider = self.tracer_provider = None

    def _set(self, *, uses_global: bool, disabled: bool) -> None:
        self._telemetry_use_global_provider, self._telemetry_auto_disabled = uses_global, disabled
        if self.on_change is not None:
            self.on_change()
