"""Every module and name that the official SDK ever had, by one finder and one table.

`mistral_async.compat.models.usermessage` and the like are no files: the finder makes them when they are imported. The
table, `_official.txt`, has the names of versions 0 to 3; `tools/official_names.py` writes it from their wheels.
"""

from __future__ import annotations

import functools
import importlib
import re
import sys
import typing
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from itertools import chain
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

import msgspec
import typing_extensions
from typing_extensions import is_typeddict

from mistral_async._codec.open_union import constant as constant_field
from mistral_async._codec.secret_fields import secret_names
from mistral_async.compat._distribution import GENERATOR, VERSION

if TYPE_CHECKING:
    from importlib.metadata import Distribution, DistributionFinder

# Rule 1: `mistral_async.compat` stands for `mistralai` and for `mistralai.client`: the same module is found by each of
# its names (`compat.client.models`), and `install` has it found as `mistralai` too.
# Rule 2: A file wins. A module without one has the names that the table gives it, and a module with one gets from the
# table what it does not define (`names`).
# Rule 3: A name is what this package has under it (`models.usermessage.UserMessage` is `compat.models.UserMessage`), or
# is made of its kind in the table: a model of its fields, `str` of strings, `Any` of other types, else a placeholder.
# The official modules re-export one another's names, so what any of them defines here, all that list the name have.
# Rule 4: A placeholder is imported, annotated with and compared like the class that it stands for, and `except` catches
# nothing by it; whoever calls or subclasses it, or reads an attribute, is told that it is not here.
# Rule 5: What only version 0 had raises an `ImportError` that tells the way out. What no version had is missing.
# Rule 6: In the table, a line is a module (`-` is the top, `0` begins one of version 0) and its names; `models.` with
# `UserMessage` first is `models.usermessage`, `&` joins modules with the same names, and `~` in a name is that of the
# operation that the module is named for. A `+` says that there is one with `TypedDict` behind it. `(a,b:c,d=e)` are a
# model's fields: `b` is sent as `c`, and `d` is always `e`. `=X` is another model, `'` are strings, `|` is another
# type, `@x.y` the class of `client.x.y`, and `.` any other class, a function or a constant.
# Rule 7: Other distributions are below `mistralai`, too (`mistralai.workflows` is of mistralai-workflows): `install`
# leaves those to their own files.
# Rule 8: What an official module imports can be imported from it, and editors have put `from mistralai import Optional`
# into programs: names of `typing`, httpx and the like, and of the SDK's other modules. The top has those of `sdk` only.

HERE = __package__ or "mistral_async.compat"
OFFICIAL = "mistralai"
_TOPS = {OFFICIAL: "", "mistralai_azure": "azure", "mistralai_gcp": "gcp"}
_CLOUDS = ("azure", "gcp")
_HOMES = ("", "types", "utils", "httpclient", "errors", "_configuration")
_IMPORTED_BY_SDK = ("sdkconfiguration", "utils", "basesdk")
_LIBRARIES = ("httpx", "importlib", "sys", "weakref")
_OF_LIBRARIES = {"Field": "pydantic", "dataclass": "dataclasses", "datetime": "datetime"}
_VERSIONS = {"__version__": VERSION, "__openapi_doc_version__": "1.0.0", "__gen_version__": GENERATOR}
_OTHERS = {"evaluations", "observability", "search", "vibe", "vibe_agents", "workflows"}
_GUIDE = "the migration guide lists what it leaves to the official SDK"
CLIENTS_OF_VERSION_0 = frozenset({"MistralClient", "MistralAsyncClient"})
_CAPITALS = frozenset({"api", "fim", "id", "ocr", "v1", "v2"})
_NAME = re.compile(r"(\w+)([^ +]*)(\+?)")
_VERSION_0 = (
    "{} is of version 0 of mistralai, which version 1 replaced: `Mistral().chat.complete(...)` with "
    "`models.UserMessage` is the way now: "
    "see https://github.com/mistralai/client-python/blob/main/MIGRATION.md, then docs/migration.md"
)


class AliasFinder(MetaPathFinder):
    """Finds a module by its other names (rule 1)."""

    installed = False
    """Whether `mistralai` is found, too."""

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        """Return the module of another name, or None."""
        top, _, below = name.partition(".")
        if name.startswith(f"{HERE}."):
            official = name.removeprefix(f"{HERE}.")
        elif self.installed and top in _TOPS:
            if is_of_others(name):
                folders = [f"{each or '.'}/{OFFICIAL}" for each in sys.path]
                return None if "." in below else PathFinder.find_spec(name, folders)
            official = _below(_TOPS[top], below)
        else:
            return None
        own = _below(HERE, _own_name(official))
        return None if own == name else ModuleSpec(name, _Alias(own), is_package=True)

    def find_distributions(self, context: DistributionFinder.Context) -> Iterator[Distribution]:
        """Yield the distribution `mistralai` where it is asked for by its name, and is found as a package."""
        if self.installed and context.name == OFFICIAL:
            from mistral_async.compat._distribution import OfficialDistribution

            yield OfficialDistribution()


class TableFinder(MetaPathFinder):
    """Finds the modules that have no file here; it is the last to be asked (rules 2 and 5)."""

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: object = None) -> ModuleSpec | None:
        """Return a module that the official SDK has, or None; raises `ModuleNotFoundError` for one of version 0."""
        if not name.startswith(f"{HERE}."):
            return None
        official = name.removeprefix(f"{HERE}.")
        if official in table():
            return ModuleSpec(name, _Made(official), is_package=True)
        if f"0{official}" in table():
            raise ModuleNotFoundError(_VERSION_0.format(f"{OFFICIAL}.{official}"), name=name)
        return None


class _Alias(Loader):
    """Loads a module under another of its names."""

    def __init__(self, name: str) -> None:
        self._name = name

    def create_module(self, spec: ModuleSpec) -> None:
        """Have the import system make a module, which is not used."""

    def exec_module(self, module: ModuleType) -> None:
        """Put the module itself in the place of what was made."""
        sys.modules[module.__name__] = importlib.import_module(self._name)


class _Made(Loader):
    """Makes a module of what the table says about it."""

    def __init__(self, module: str) -> None:
        self._module = module

    def create_module(self, spec: ModuleSpec) -> None:
        """Have the import system make a module."""

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its names, which are made when they are used."""
        vars(module)["__doc__"] = f"`{OFFICIAL}.{self._module}` of the official SDK."
        vars(module)["__getattr__"] = names(module.__name__)
        vars(module)["__all__"] = list(listed(self._module))


def names(module: str) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module: what the official SDK has there and the module does not define."""
    own = module.removeprefix(HERE).removeprefix(".")

    def __getattr__(name: str) -> Any:  # noqa: N807 - it becomes the module's own
        if name == "__all__":  # `import *` asks for it
            return [*vars(sys.modules[module]).get("_OWN", ()), *(listed(own).keys() - CLIENTS_OF_VERSION_0)]
        if name.startswith("__") and not (name in _VERSIONS and own.rpartition(".")[2] == "_version"):
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        value = find(own, name)
        setattr(sys.modules[module], name, value)
        return value

    return __getattr__


def find(module: str, name: str) -> Any:
    """Return what the official SDK's module has under a name; raises `AttributeError` (rules 3 and 5)."""
    below = _below(module, name)
    if module == "" and (own := _own("models", name)) is not None:
        return own  # the names of all models need not be read
    if name in listed(module) and name not in CLIENTS_OF_VERSION_0:
        return _value(module, name, listed(module)[name])
    if name == "client" and module in {"", *_CLOUDS}:
        return sys.modules[_below(HERE, module)]
    if below in table():
        return importlib.import_module(f"{HERE}.{below}")
    if module.startswith("models.") and name in listed("models"):  # they import one another's names
        return _value(module, name, listed("models")[name])
    if f"0{below}" in table() or name in _names_of_version_0():
        raise ImportError(_VERSION_0.format(f"{OFFICIAL}.{below}"))
    if (value := _imported(module, name)) is not None:
        return value
    raise AttributeError(f"module {_below(HERE, module)!r} has no attribute {name!r}")


def _imported(module: str, name: str) -> Any:
    """Return what an official module imports from elsewhere, or None (rule 8)."""
    for types in (typing, typing_extensions):
        if name in types.__all__:
            return getattr(types, name)
    if name in _LIBRARIES:
        return importlib.import_module(name)
    if name in _OF_LIBRARIES:
        return getattr(importlib.import_module(_OF_LIBRARIES[name]), name)
    is_top = module in {"", *_CLOUDS}
    if name in _VERSIONS:
        return _VERSIONS[name]
    if name in {"VERSION", "errors", "models", "types", "utils"}:
        return _own("", name)
    homes = _IMPORTED_BY_SDK if is_top else _that_list(name)
    home = next((each for each in homes if name in listed(each)), None)
    return None if home is None else _value(home, name, listed(home)[name])


@functools.cache
def _names_of_version_0() -> frozenset[str]:
    return frozenset(name for module in table() if module.startswith("0") for name in listed(module))


def _below(module: str, name: str) -> str:
    """Join a module's name and what is below it; either may be empty."""
    return f"{module}.{name}" if module and name else module or name


def is_of_others(dotted: str) -> bool:
    """Return whether a name below `mistralai` is another distribution's (rule 7)."""
    top, *below = dotted.split(".")
    return top == OFFICIAL and below[:1] != [] and below[0] in _OTHERS


def _own_name(module: str) -> str:
    """Return a module's name without `client`, which versions 2 and 3 have behind `mistralai` and the clouds."""
    first, *rest = module.split(".")
    if first == "client":
        return ".".join(rest)
    return ".".join([first, *rest[1:]]) if first in _CLOUDS and rest[:1] == ["client"] else module


@functools.cache
def table() -> dict[str, str]:
    """Return the names of each module, as they are written."""
    from importlib.resources import files

    lines = files(HERE).joinpath("_official.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, str] = {}
    for modules, _, written in (line.partition(" ") for line in lines):
        for module in modules.split("&"):
            full = module + (_NAME.match(written) or [""])[1].lower() if module.endswith(".") else module.strip("-")
            found[full] = written.replace("~", operation_name(full)) if "~" in written else written
    return found


def operation_name(module: str) -> str:
    """Return the name of an operation by its module: `agents_api_v1_agents_getop` is `AgentsAPIV1AgentsGet`."""
    parts = module.rpartition(".")[2].removesuffix("op").split("_")
    return "".join(part.upper() if part in _CAPITALS else part.capitalize() for part in parts)


def _kinds(module: str) -> Iterator[tuple[str, str]]:
    for name, kind, typed in _NAME.findall(table().get(module, "")):
        yield name, kind
        if typed:
            yield f"{name}TypedDict", "|" if kind == "|" else "{"


@functools.cache
def listed(module: str) -> dict[str, str]:
    """Return the names of a module; the top has those of `sdk` and `models`, and these what their modules have."""
    found = dict(_kinds(module))
    if module in {"", *_CLOUDS}:
        found |= listed(_below(module, "sdk")) | listed(_below(module, "models"))
    if module.rpartition(".")[2] == "models":
        for each in table():
            if each.startswith(f"{module}."):
                found.update(_kinds(each))
    return found


def _value(module: str, name: str, kind: str) -> Any:
    """Return a name's value (rule 3); groups of clouds are those of their names elsewhere."""
    cloud, _, below = module.partition(".")
    if cloud in _CLOUDS and listed(below).get(name, "").startswith("@"):
        kind = listed(below)[name]
    match kind[:1]:
        case "=":
            return getattr(importlib.import_module(f"{HERE}.models"), kind[1:])
        case "@":
            return _groups[0](kind[1:]) or placeholder(module, name)
        case "." if "models" not in module.split("."):
            homes: Iterator[str] = chain(_parents(module), _HOMES, _that_list(name))
        case _:
            homes = iter(("models",))
    for home in homes:
        own = _own(home, name)
        if own is not None and not (kind.startswith("(") and is_typeddict(own)):  # a model has attributes
            return own
    return made(module, name, kind)


def _own(home: str, name: str) -> Any:
    """Return what a module of this package defines, or None; some define names when they are used (`find_own`).

    Only the top has modules under their names: elsewhere they are there once somebody has imported them.
    """
    if not home and name in table():
        return importlib.import_module(_below(HERE, name))
    module = vars(importlib.import_module(_below(HERE, home)))
    value = module.get(name)
    if value is None and "find_own" in module:
        value = module["find_own"](name)
    return None if isinstance(value, Placeholder) or (home and isinstance(value, ModuleType)) else value


def _parents(module: str) -> Iterator[str]:
    while module := module.rpartition(".")[0]:
        yield module


def _that_list(name: str) -> Iterator[str]:
    """Yield the modules that have a name in the table, except those of version 0."""
    return (module for module in table() if not module.startswith("0") and name in listed(module))


@functools.cache
def made(module: str, name: str, kind: str) -> Any:
    """Make a model, or the type of an annotation, from its kind."""
    match kind[:1]:
        case "(":
            return _model(name, kind[1:-1])
        case "'":
            return str
        case "|":
            return Any
        case "{":
            return dict[str, Any]
        case _ if name.startswith("Unknown"):
            from mistral_async import Unknown

            return Unknown
        case _:
            return placeholder(module, name)


def _model(name: str, fields: str) -> type[msgspec.Struct]:
    """Make a model of its fields: each may be anything, what is not set is not sent, and other names are ignored."""
    from mistral_async.models._model import Answer, Model, SecretModel

    declared = dict(_field(each) for each in fields.split(",") if each)
    has_secret = any(secret_names({field: field for field in declared}))
    body = {
        **declared,
        "__annotations__": dict.fromkeys(declared, Any),
        "__doc__": f"`{name}` of the official SDK; its values are not checked.",
        "__module__": f"{HERE}.models",
        "stands_for_dict": True,
    }
    bases = (SecretModel if has_secret else Model,)
    return cast("Any", Answer)(name, bases, body, kw_only=True)  # type: ignore[no-any-return]  # a class


def _field(written: str) -> tuple[str, Any]:
    name, _, constant = written.partition("=")
    name, _, wire = name.partition(":")
    if not constant:
        return name, msgspec.field(default=None, name=wire or None)
    return name, constant_field({"True": True, "False": False}.get(constant, constant))


class Placeholder(type):
    """The type of names that are not here (rule 4)."""

    __module__: str

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> Placeholder:
        """Refuse to derive a class from a placeholder."""
        for base in bases:
            if isinstance(base, Placeholder):
                raise NotImplementedError(_missing(base))
        return super().__new__(cls, name, bases, namespace)

    def __call__(cls, *_args: object, **_options: object) -> Any:
        """Refuse the call."""
        raise NotImplementedError(_missing(cls))

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(_missing(cls))

    def __getitem__(cls, _item: object) -> Placeholder:
        return cls

    def __iter__(cls) -> Iterator[Any]:
        raise NotImplementedError(_missing(cls))

    def __repr__(cls) -> str:
        return f"<{OFFICIAL}{cls.__module__.removeprefix(HERE)}.{cls.__name__}, which is not here>"


def _missing(name: type) -> str:
    return f"{name!r}: mistral_async.compat does not have it ({_GUIDE})"


@functools.cache
def placeholder(module: str, name: str) -> Placeholder:
    """Return what stands for a name that is not here."""
    return Placeholder(name, (BaseException,), {"__module__": _below(HERE, module)})


_ALIASES = AliasFinder()
_groups: list[Callable[[str], type | None]] = []


def start(group_class: Callable[[str], type | None]) -> None:
    """Have the modules found, once; a function gives the class of a group of endpoints, by its path."""
    _groups[:] = [group_class]
    if _ALIASES not in sys.meta_path:
        sys.meta_path[:] = [_ALIASES, *sys.meta_path, TableFinder()]


def install() -> None:
    """Have `import mistralai` import this package, in programs and libraries that are not to be edited.

    Call it before anything imports `mistralai`, which need not be installed, and is not found from then on if it is.
    Raises `RuntimeError` if it was imported before.
    """
    for top, cloud in _TOPS.items():
        if top in sys.modules and sys.modules[top] is not sys.modules.get(_below(HERE, cloud)):
            raise RuntimeError(f"{top} is already imported: call `install()` before anything imports it")
    _ALIASES.installed = True
