"""Protocols of the executors: an executor gives the form that its mode has of a request or of a method of several."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mistral_async._binding.portal import Portal
    from mistral_async._engine.engine import Engine
    from mistral_async._engine.request import Request


class Executor(Protocol):
    """Performs the requests of one mode."""

    @property
    def engine(self) -> Engine:
        """The engine that performs the requests."""
        ...

    def perform(self, request: Request) -> Any:
        """Give the mode's form of a request."""
        ...

    def ask(self, replacement: Callable[..., Any], request: Any) -> Any:
        """Give the mode's form of a call whose answer comes from what replaces a method."""
        ...

    def run(self, function: Callable[..., Any], resource: Any, args: Any, kwargs: Any) -> Any:
        """Give the mode's form of a method of several requests."""
        ...


class BlockingExecutor(Executor, Protocol):
    """Performs requests for code that blocks."""

    @property
    def portal(self) -> Portal:
        """The thread whose event loop performs."""
        ...
