"""What is made on first use: names that load their module, so that `import mistral_async` costs next to nothing."""

from __future__ import annotations

import importlib
import sys

TYPE_CHECKING = False  # as type checkers know it; nothing is imported that every Python has not loaded anyway
if TYPE_CHECKING:
    import logging
    import re
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, AnyStr


def lazy(
    package: str, modules: Mapping[str, str], *, elsewhere: Sequence[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Make a package's `__getattr__`, `__dir__` and `__all__` from a table of modules and the names they define.

    The table repeats the imports of the package's `TYPE_CHECKING` block: `python tests/derived.py` writes it. A name
    that one of the modules `elsewhere` has is an `ImportError` that says where it is.
    """
    homes = {name: module for module, names in modules.items() for name in names.split()}

    def __getattr__(name: str) -> object:  # noqa: N807 - it becomes the package's own
        module = homes.get(name)
        if module is None:
            for each in elsewhere if name[:1].isupper() else ():
                if hasattr(importlib.import_module(each), name):
                    raise ImportError(f"{name} is in {each}: `from {each} import {name}`")
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(module), name)
        setattr(sys.modules[package], name, value)
        return value

    public = sorted(homes)
    return __getattr__, public.copy, public


def log() -> logging.Logger:
    """Return the logger of the package; `logging` loads when there is something to log."""
    import logging

    return logging.getLogger("mistral_async")


def lazy_pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Make a regular expression that is compiled when it is first used: one that most programs never use."""
    later: Any = _LazyPattern(source, flags)
    made: re.Pattern[AnyStr] = later
    return made


class _LazyPattern:
    """Compiles when an attribute is first read, and keeps what it read: later uses are as quick as a pattern's own."""

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._arguments: tuple[Any, int] = source, flags

    def __reduce__(self) -> tuple[Any, ...]:
        return _LazyPattern, self._arguments  # without what it keeps

    def __getattr__(self, name: str) -> object:
        if name == "_arguments":  # of one that is half made
            raise AttributeError(name)
        import re

        value = getattr(re.compile(*self._arguments), name)
        setattr(self, name, value)
        return value
