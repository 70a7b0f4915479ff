"""Protocols of the executors: an executor gives the form that its mode has of a request or of a method of several."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mistral_async._binding.portal import Portal
    from mistral_async._binding.replaced import Replacement
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

    @property
    def awaits(self) -> bool:
        """True if its methods give coroutines."""
        ...

    @property
    def adapts(self) -> bool:
        """True if its groups have other forms of what is replaced."""
        ...

    def adapt(self, group: Any) -> None:
        """Give a group the forms of what is replaced."""
        ...

    @property
    def replaced(self) -> Mapping[str, Any]:
        """Methods of the client that were replaced; empty where none is."""
        ...

    def note(self, name: str, group: Any, attribute: str) -> None:
        """Take note of a method that is replaced on its group."""
        ...

    def forget(self, name: str) -> None:
        """Take note of a method that is no longer replaced."""
        ...

    def find(self, name: str, group: Any = None) -> Replacement | None:
        """Return what replaces a method on another group than this one."""
        ...

    def perform_as(self, described_by: tuple[str, ...], group: Any, request: Request, args: Any, options: Any) -> Any:
        """Give the mode's form of a request, where methods of the client are replaced: maybe this one."""
        ...

    def ask(self, found: Replacement, request: Any) -> Any:
        """Give the mode's form of a call whose answer comes from what replaces another method."""
        ...

    def ask_instead(self, found: Replacement, request: Request | None, args: Any, options: Any) -> Any:
        """Give the mode's form of what replaces a method on another group of the client."""
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
