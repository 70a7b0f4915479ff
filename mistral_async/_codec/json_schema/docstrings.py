"""Docstrings as descriptions: the styles of Google, NumPy and Sphinx, and the strings that stand under fields."""

from __future__ import annotations

import ast
import functools
import inspect
import itertools
import re
import textwrap
from collections.abc import Iterator
from typing import Any, get_origin

import msgspec
from typing_extensions import is_typeddict

_SECTION = re.compile(
    r"^(args|arguments|params|parameters|other parameters|attributes|fields|keyword args|keyword arguments"
    r"|returns?|yields?|raises|examples?|notes?|warnings?|warns|see also|references|todo):?\s*$",
    re.IGNORECASE,
)
_NAMING = {"args", "arguments", "params", "parameters", "attributes", "fields", "keyword args", "keyword arguments"}
_NAMING.add("other parameters")
_ROLE = re.compile(r"^:(param|parameter|arg|argument|key|keyword|ivar|cvar|var)\s+([^:]*?)\*{0,2}(\w+)\s*:\s*(.*)$")
_OTHER_ROLE = re.compile(r"^:[\w ]+:")
_GOOGLE = re.compile(r"^\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")
_NUMPY = re.compile(r"^\*{0,2}(\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")


class Docstring(msgspec.Struct, frozen=True):
    """A docstring in its parts: the text, the description of each parameter or attribute, and of what is returned."""

    text: str = ""
    names: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    returns: str = ""


def parse_docstring(docstring: str | None) -> Docstring:
    """Read a docstring of any of the three styles."""
    text: list[str] = []
    names: dict[str, str] = {}
    returns = ""
    for title, lines in _sections(inspect.cleandoc(docstring or "")):
        if title is None:
            names |= _roles(lines, text)
        elif title in _NAMING:
            names |= _parameters(lines)
        elif title in {"return", "returns"}:
            returns = " ".join("\n".join(lines).split())
    return Docstring("\n".join(text).strip(), {name: doc for name, doc in names.items() if doc}, returns)


def _sections(docstring: str) -> Iterator[tuple[str | None, list[str]]]:
    """Yield the sections by their titles; the first has none. NumPy underlines titles, Google puts a colon."""
    lines = docstring.splitlines()
    title, body, skip = None, list[str](), False
    for number, line in enumerate(lines):
        following = lines[number + 1] if number + 1 < len(lines) else ""
        underlined = bool(following.strip()) and set(following.strip()) <= {"-", "="}
        found = _SECTION.match(line)
        if skip:
            skip = False
        elif found and (underlined or line.rstrip().endswith(":")):
            yield title, body
            title, body, skip = found[1].lower(), [], underlined
        else:
            body.append(line)
    yield title, body


def _parameters(lines: list[str]) -> dict[str, str]:
    """Read `name: text` (Google), or `name : type` above indented text (NumPy), with their continuation lines."""
    names: dict[str, str] = {}
    current: list[str] = []
    block = textwrap.dedent("\n".join(lines)).splitlines()
    numpy = any(lines) and not lines[0].startswith((" ", "\t"))
    for line in block:
        found = None if line[:1].isspace() else (_NUMPY if numpy else _GOOGLE).match(line)
        if found is None:
            names |= {name: f"{names[name]} {line.strip()}".strip() for name in current}
            continue
        current = [name.strip(" *") for name in found[1].split(",")]
        names |= dict.fromkeys(current, "" if numpy else found[2].strip())
    return names


def _roles(lines: list[str], text: list[str]) -> dict[str, str]:
    """Read `:param name: text` (Sphinx); lines that belong to no role are added to `text`."""
    names: dict[str, str] = {}
    current: str | None = None
    inside = False
    for line in lines:
        found = _ROLE.match(line)
        if found:
            inside, current = True, str(found[3])
            names[current] = found[4].strip()
        elif _OTHER_ROLE.match(line):
            inside, current = True, None
        elif not (inside and line[:1].isspace()):
            inside, current = False, None
            text.append(line)
        elif current is not None:
            names[current] = f"{names[current]} {line.strip()}".strip()
    return names


@functools.cache
def doc_of(cls: type[Any]) -> Docstring:
    """Return the documentation of a class and its fields: its docstring, and the strings under its fields.

    A docstring that `dataclass` generated is none.
    """
    own = cls.__dict__.get("__doc__")
    generated = not isinstance(own, str) or own.startswith(f"{cls.__name__}(")
    parsed = parse_docstring(None if generated else own)
    names: dict[str, str] = {}
    for base in _lineage(cls):
        if base.__module__ not in {"builtins", "typing", "msgspec"}:
            names |= _field_strings(base)
    return Docstring(parsed.text, {**names, **parsed.names})


def _lineage(cls: Any) -> Iterator[Any]:
    """Yield a class after its bases. A TypedDict has none in its `__mro__`, and one of `typing` before 3.12 nowhere."""
    if not is_typeddict(cls):
        yield from reversed(cls.__mro__)
        return
    for base in getattr(cls, "__orig_bases__", ()):
        if is_typeddict(origin := get_origin(base) or base):
            yield from _lineage(origin)
    yield cls


@functools.cache
def _field_strings(cls: type[Any]) -> dict[str, str]:
    """Read the strings under the fields from the source; empty where there is no source."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):
        return {}
    found: dict[str, str] = {}
    body = tree.body[0].body if tree.body and isinstance(tree.body[0], ast.ClassDef) else []
    for field, text in itertools.pairwise(body):
        match field, text:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str() as doc)):
                found[name] = inspect.cleandoc(doc)
            case _:
                pass
    return found
