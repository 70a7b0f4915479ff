"""Things that an asynchronous method makes and that a blocking client hands out in another form.

The asynchronous class names its blocking form, so that one descriptor (`method`) serves both clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from mistral_async._binding.executor import BlockingExecutor

S_co = TypeVar("S_co", covariant=True)
T_co = TypeVar("T_co", covariant=True)


class Blockable(Generic[S_co]):
    """An asynchronous object with a blocking form, `S_co`."""

    def blocking(self, executor: BlockingExecutor) -> S_co:
        """Return the form for code that blocks; called in the thread of the blocking caller."""
        raise NotImplementedError


class Startable(Blockable[S_co], Generic[T_co, S_co]):
    """A description of work: an asynchronous client gives the coroutine `start()` for it, of a `T_co`."""

    async def start(self) -> T_co:
        """Do the work."""
        raise NotImplementedError
