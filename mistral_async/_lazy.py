"""Names that load their module on first use, so that `import mistral_async` costs next to nothing."""

from __future__ import annotations

import importlib
import sys

TYPE_CHECKING = False  # as type checkers know it; nothing is imported that every Python has not loaded anyway
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def lazy(
    package: str, homes: Mapping[str, str], *, elsewhere: Sequence[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]], list[str]]:
    """Make a package's `__getattr__`, `__dir__` and `__all__` from a table of names and the modules that define them.

    The table repeats the imports of the package's `TYPE_CHECKING` block: `python tests/derived.py` writes it. A name
    that one of the modules `elsewhere` has is an `ImportError` that says where it is.
    """

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

    names = list(homes)
    return __getattr__, names.copy, names
