"""Modules load when they are first used: what that can fail with is said in errors of this package."""

from __future__ import annotations

import errno
import functools
import os
import sys
from collections.abc import Callable, Coroutine, Generator
from contextlib import contextmanager
from types import CoroutineType
from typing import TYPE_CHECKING, Any, Final, NoReturn, ParamSpec, TypeVar

from mistral_async.errors import APIConnectError

# Rule 1: A process without file descriptors imports nothing. That passes, and nothing was sent.
#
# An error of the system that comes out of an import is told from one of a user's file by where it was raised.
#
# Rule 2: Once the modules are torn down (a `__del__` at the very end of the process) nothing is imported any more.

P = ParamSpec("P")
T = TypeVar("T")

_NO_DESCRIPTORS: Final = (errno.EMFILE, errno.ENFILE)


@contextmanager
def first_use() -> Generator[None]:
    """Raise errors of this package for modules that can not be loaded now."""
    try:
        yield
    except OSError as error:
        raise _not_loaded(error) from error
    except ImportError:
        if sys.meta_path is not None:
            raise
        raise RuntimeError("the interpreter has ended and loads no module any more: use the client earlier") from None


def raise_unloaded(error: OSError | ImportError) -> NoReturn:
    """Raise the error of a method: one of ours where what it needs can not be loaded (rule 1), else as it is."""
    if _is_of_import(error):
        raise _not_loaded(error) from error
    raise error


def loading(function: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, CoroutineType[Any, Any, T]]:
    """Have a coroutine function that loads what it needs raise errors of this package for that (rule 1)."""

    @functools.wraps(function)
    async def load_and_call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await function(*args, **kwargs)
        except (OSError, ImportError) as error:
            raise_unloaded(error)

    made: Any = load_and_call
    return made  # type: ignore[no-any-return]  # pyright knows the type of what `async def` makes, mypy a wider one


def _is_of_import(error: OSError | ImportError) -> bool:
    """Return whether an import failed because the process has no descriptors."""
    if isinstance(error, ImportError):  # of a module in C
        return any(os.strerror(each) in str(error) for each in _NO_DESCRIPTORS)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return error.errno in _NO_DESCRIPTORS and frame is not None and "importlib" in frame.tb_frame.f_code.co_filename


def _not_loaded(error: Exception) -> APIConnectError:
    failure = APIConnectError(f"could not load what the call needs: {error}")
    failure.phase = "connect"
    return failure


if TYPE_CHECKING:
    group = functools.cached_property
else:

    class group(functools.cached_property):  # noqa: N801 - a decorator
        """A group of endpoints, whose module loads when it is first used."""

        def __get__(self, instance: Any, owner: Any = None) -> Any:
            if instance is None:
                return self
            with first_use():
                return super().__get__(instance, owner)
