"""What type checkers see of `compat.models`: a stub with what differs from `mistral_async.models`.

`python tests/derived.py` writes it. A class is written again where a field has another type over there, or is of a
class that is: timestamps are `datetime`, and what the API's documents promise in every answer is not None.
"""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
from msgspec import structs

from mistral_async import models
from mistral_async.compat import _official, _pages, _values
from mistral_async.compat import models as compat

HEAD = '''"""The models of `compat`, for type checkers: `python tests/derived.py` writes this file."""
# mypy: disable-error-code="assignment, misc, override"
# pyright: reportIncompatibleVariableOverride=false, reportGeneralTypeIssues=false'''
MADE = """_Dict: TypeAlias = dict[str, Any]
class _Made(PydanticMethods):
    def __init__(self, **fields: Any) -> None: ...
    def __getattr__(self, name: str) -> Any: ..."""
IMPORTS = {
    "Any": "typing",
    "TypeAlias": "typing",
    "PydanticMethods": "mistral_async.models._pydantic",
    "Page": "mistral_async.compat._pages",
    "PageAsync": "mistral_async.compat._pages",
    "datetime": "datetime",
    "OpenUnion": "mistral_async._codec.open_union",
}
KINDS = {"{": "_Dict", "'": "str"}
"""What stands for a TypedDict, and for names of strings; any other type is `Any`."""

RETYPED = {"BatchJob": {"outputs": "list[dict[str, Any]] | None"}}
"""The fields that have another type over there for another reason."""

_OPERATION = re.compile(r"models\.\w+op")
REQUIRED = Path(__file__).with_name("compat_required.txt")
"""The fields that are never null over there and may be None here, by class: those that its models require."""


def stub() -> str:
    """Write the stub."""
    changed, others = changes(), dict(_others())
    lines = [HEAD, *_imports(changed, others), *map(ast.unparse, changed.values()), MADE, *others.values()]
    return "\n".join(lines) + "\n"


def changes() -> Mapping[str, ast.stmt]:
    """Return the classes and unions that differ, as they are to be written."""
    homes = _homes()
    found = {name: _definitions(module)[name] for name, module in homes.items() if name in _definitions(module)}
    fields = {name: dict(_fields(getattr(models, name))) for name in found if _is_struct(name)}
    new = {name: {each: _retyped(name, field) for each, field in own.items()} for name, own in fields.items()}
    differing = {name for name, own in fields.items() if any(new[name][each] is not own[each] for each in own)}
    while more := {
        name
        for name, node in found.items()
        if name not in differing
        and _names(fields[name].values() if name in fields else [node]) & differing
        and (name in fields or isinstance(node, ast.AnnAssign))
    }:
        differing |= more
    written: dict[str, ast.stmt] = {}
    for name in sorted(differing):
        node = found[name]
        if isinstance(node, ast.ClassDef):
            own = [
                new[name][each]
                for each, field in fields[name].items()
                if new[name][each] is not field or _names([field]) & differing
            ]
            node = ast.ClassDef(name, [ast.parse(f"m.{name}", mode="eval").body], _keywords(name), list(own), [])
        written[name] = node
    for name in sorted(compat._EVENTS.keys() & found.keys()):  # there a name of events, here of what they hold
        written.pop(name, None)
        written[f"{name}Data"] = ast.AnnAssign(ast.Name(f"{name}Data"), ast.Name("TypeAlias"), found[name].value, 1)
    return written


def _is_struct(name: str) -> bool:
    """Return whether a name is a class of its own, and not another name of one."""
    own = _definitions(_homes()[name]).get(name)
    return isinstance(getattr(models, name), msgspec.StructMeta) and isinstance(own, ast.ClassDef)


def _keywords(name: str) -> list[ast.keyword]:
    only = getattr(models, name).__struct_config__ is not None and _is_keyword_only(name)
    return [ast.keyword("kw_only", ast.Constant(value=True))] if only else []


def _is_keyword_only(name: str) -> bool:
    own = _definitions(_homes()[name])[name]
    return any(each.arg == "kw_only" for each in getattr(own, "keywords", []))


def _retyped(name: str, field: ast.AnnAssign) -> ast.AnnAssign:
    """Return a field with its type over there; the same object where that is ours."""
    assert isinstance(field.target, ast.Name)
    own, wanted = getattr(models, name), field.target.id
    parts = _members(field.annotation)
    if wanted in RETYPED.get(name, ()):
        parts = [RETYPED[name][wanted]]
    if any(each.name == wanted and _values.is_moment(own, each) for each in structs.fields(own)):
        parts = ["datetime", *(each for each in parts if each == "None")]
    if any(wanted in required().get(each.__name__, ()) for each in own.__mro__):
        parts = [each for each in parts if each != "None"]
    if parts == _members(field.annotation):
        return field
    return ast.AnnAssign(field.target, ast.parse(" | ".join(parts), mode="eval").body, ast.Constant(...), 1)


def _members(annotation: ast.expr) -> list[str]:
    if isinstance(annotation, ast.BinOp):
        return [*_members(annotation.left), *_members(annotation.right)]
    return [ast.unparse(annotation)]


def _fields(cls: type) -> Iterator[tuple[str, ast.AnnAssign]]:
    """Yield the fields of a Struct as type checkers read them, those of its bases too."""
    for each in reversed(cls.__mro__):
        if not isinstance(each, msgspec.StructMeta) or each is msgspec.Struct:
            continue
        definition = _definitions(each.__module__)[each.__name__]
        for node in _statements(definition):
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=kind, value=default):
                    if "ClassVar" not in ast.unparse(kind):
                        yield name, ast.AnnAssign(node.target, kind, default and ast.Constant(...), 1)
                case _:
                    pass


def _statements(definition: ast.stmt) -> Iterator[ast.stmt]:
    for node in getattr(definition, "body", []):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from node.body
        else:
            yield node


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names in the types of fields, in unions and in types."""
    found: set[str] = set()
    for node in nodes:
        kind: ast.AST | None = node
        if isinstance(node, ast.AnnAssign):
            kind = node.value if ast.unparse(node.annotation) == "TypeAlias" else node.annotation
        found |= {each.id for each in ast.walk(kind or node) if isinstance(each, ast.Name)}
    return found


@functools.cache
def _homes() -> Mapping[str, str]:
    """Return the module of each model."""
    tree = ast.parse(Path(models.__file__).read_text(encoding="utf-8"))
    found = (each for each in ast.walk(tree) if isinstance(each, ast.ImportFrom))
    rows = ((str(each.module), each.names) for each in found if str(each.module).startswith("mistral_async.models."))
    return {alias.name: module for module, names in rows for alias in names}


@functools.cache
def _tree(module: str) -> ast.Module:
    return ast.parse(Path(importlib.import_module(module).__file__ or "").read_text(encoding="utf-8"))


@functools.cache
def _definitions(module: str) -> Mapping[str, ast.stmt]:
    """Return the classes and the type aliases of a module."""
    found: dict[str, ast.stmt] = {}
    for node in _tree(module).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found[node.target.id] = node
    return found


def _imports(changed: Mapping[str, ast.stmt], others: Mapping[str, str]) -> Iterator[str]:
    """Write the imports of what is the same, and of what the types name."""
    same = _homes().keys() - changed.keys() - others.keys() - compat._EVENTS.keys()
    yield "from mistral_async import models as m"
    yield "from mistral_async import Unknown as Unknown"
    for module, exported in (
        ("mistral_async.compat._events", set(compat._EVENTS.values())),
        ("mistral_async.compat.errors", compat._ERRORS),
        ("mistral_async.models", same),
    ):
        yield f"from {module} import {', '.join(f'{each} as {each}' for each in sorted(exported))}"
    used = dict(IMPORTS)
    for name, node in changed.items():
        own = name if name in _homes() else name.removesuffix("Data")
        classes = getattr(models, own).__mro__ if _is_struct(own) else ()
        modules = [_homes()[own], *(each.__module__ for each in classes)]
        for each in _names(getattr(node, "body", [node])) - _homes().keys() - vars(builtins).keys() - {"m"}:
            used[each] = next(filter(None, (_origin(module, each) for module in modules)))
    yield from (f"from {module} import {name}" for name, module in sorted(used.items()))


def _origin(module: str, name: str) -> str:
    if not module.startswith("mistral_async."):
        return ""
    if name in _definitions(module):
        return module
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom) and any((each.asname or each.name) == name for each in node.names):
            return node.module or ""
    return ""


@functools.cache
def required() -> Mapping[str, frozenset[str]]:
    """Return the fields that are never null over there, by class."""
    rows = (line.split() for line in REQUIRED.read_text(encoding="utf-8").splitlines())
    return {name: frozenset(fields) for name, *fields in rows}


def _others() -> Iterator[tuple[str, str]]:
    """Write the names that only the official SDK has. A model there that is a dict here is one for type checkers."""
    operations = set(_of_operations())
    for name, kind in sorted(_official.listed("models").items()):
        own = getattr(models, name, None)
        if name in compat._EVENTS:
            if compat._EVENTS[name] != name:
                yield name, f"{name} = {compat._EVENTS[name]}"
        elif name in _pages.CLASSES:
            yield name, f"{name} = Page[Any] | PageAsync[Any]"
        elif name in compat._ERRORS or name.removesuffix("Data") in compat._EVENTS or name in operations:
            continue
        elif own is None:
            yield name, _other(name, kind)


def _of_operations() -> Iterator[str]:
    """Yield the names of whole requests and answers, which programs hardly ever write."""
    for module in filter(_OPERATION.fullmatch, _official.table()):
        for name in _official.listed(module):
            if name.startswith(_official.operation_name(module)):
                yield name


def _other(name: str, kind: str) -> str:
    """Write a name that is another one's, or made of its kind (rule 3 of `_official`)."""
    if name in compat._ANNOTATIONS or kind.startswith("="):
        return f"{name} = {compat._ANNOTATIONS.get(name) or kind[1:]}"
    if name.startswith("Unknown"):
        return f"{name} = Unknown"
    if kind.startswith("("):
        return f"class {name}(_Made): ..."
    return f"{name} = {KINDS.get(kind[:1], 'Any')}"
