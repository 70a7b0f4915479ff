"""Modules load when they are first used: what that can fail with is said in errors of this package."""

from __future__ import annotations

import functools
import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mistral_async.errors import APIConnectError

# Rule 1: A process without file descriptors imports nothing. That passes, and nothing was sent.
#
# Rule 2: Once the modules are torn down (a `__del__` at the very end of the process) nothing is imported any more.


@contextmanager
def first_use() -> Generator[None]:
    """Raise errors of this package for modules that can not be loaded now."""
    try:
        yield
    except OSError as error:
        failure = APIConnectError(f"could not load what the call needs: {error}")
        failure.phase = "connect"
        raise failure from error
    except ImportError:
        if sys.meta_path is not None:
            raise
        raise RuntimeError("the interpreter has ended and loads no module any more: use the client earlier") from None


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
