"""The outcome of one item: `Ok` or `Err`, never an exception that takes the other items with it."""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Literal, TypeAlias, TypeVar

import msgspec

from mistral_async._codec.shown import Shown

T = TypeVar("T")


class Ok(Shown, msgspec.Struct, Generic[T], frozen=True):
    """An item that succeeded."""

    value: T
    index: int
    """Its place in the source, from 0."""
    usage: Any = None
    """Tokens used, None where the API does not say. Items that shared a request share its tokens, by their length."""
    id: str | None = None
    """The name that was given to it, where names were given (`client.batch`)."""
    model: str | None = None
    """The model that answered where a fallback did; None where the call's own did, or the checkpoint had the result."""
    ok: ClassVar[Literal[True]] = True

    def unwrap(self) -> T:
        """Return the value."""
        return self.value


class Err(Shown, msgspec.Struct, frozen=True):
    """An item that failed."""

    error: Exception
    index: int
    """Its place in the source, from 0."""
    id: str | None = None
    """The name that was given to it, where names were given (`client.batch`)."""
    ok: ClassVar[Literal[False]] = False

    def unwrap(self) -> Any:
        """Raise the error, with a note that names the item."""
        raise self.located()

    def located(self) -> Exception:
        """Return the error with a note that names the item, which tracebacks show."""
        note = f"item {self.index} of the work" if self.id is None else f"item {self.index} of the work ({self.id!r})"
        if note not in getattr(self.error, "__notes__", ()):
            self.error.add_note(note)
        return self.error


Result: TypeAlias = Ok[T] | Err

OnError: TypeAlias = Literal["return", "raise"]
