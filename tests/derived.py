"""The files that repeat what the code says: `python tests/derived.py` writes all of them, `test_derived.py` compares.

They are the tables of names that load on first use, the types of `compat`, the pin of what is public, and the pages of
the reference.
"""

from __future__ import annotations

import ast
import collections
import functools
import importlib
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "mistral_async"
DOCS = ROOT / "docs"
SITE = ROOT / "mkdocs.yml"
PINNED = ROOT / "tests" / "public.txt"
COMMAND = "python tests/derived.py"
LOCAL = {("mistral_async.models.ocr", "Document")}  # the older name of OCRDocument: elsewhere it is a library's
PUBLIC = [
    "mistral_async",
    "mistral_async.batch",
    "mistral_async.bulk",
    "mistral_async.compat",
    "mistral_async.errors",
    "mistral_async.integrations",
    "mistral_async.models",
    "mistral_async.payloads",
    "mistral_async.realtime",
    "mistral_async.structured",
    "mistral_async.continuation",
    "mistral_async.testing",
    "mistral_async.tools",
]

Key = tuple[str, str, bool]


# Names that load on first use. A model's name is written where the model is defined; a name of another package, in the
# imports of that package's `TYPE_CHECKING` block. Nothing is imported here: what is written may be out of date.


@functools.cache
def modules(folder: Path) -> dict[str, Path]:
    """Return the public modules of a folder and of the folders in it, by name."""
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.py")):
        *parts, stem = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts if stem == "__init__" else [*parts, stem])
        if path.parent != folder or stem != "__init__":
            found[name] = path
    return {name: path for name, path in sorted(found.items()) if "._" not in name}


def defined(path: Path) -> Iterator[str]:
    """Find the public names that a module defines: classes, and aliases of types, written like classes."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign([ast.Name(id=name)]):
                if name[0].isupper() and not name.isupper():
                    yield name


@functools.cache
def models() -> dict[str, list[str]]:
    """Return the names of the models, by module."""
    found = {name: sorted(set(defined(path))) for name, path in modules(PACKAGE / "models").items()}
    return {
        module: public
        for module, names in found.items()
        if (public := [name for name in names if (module, name) not in LOCAL])
    }


def models_source() -> str:
    """Write the package of models: type checkers see the imports, Python the table."""
    imports: list[str] = []
    for module, names in models().items():
        imports += [f"    from {module} import (", *(f"        {name} as {name}," for name in names), "    )"]
    return with_table(_MODELS.replace("    ...", "\n".join(imports)))


_MODELS = f'''"""The objects of the API, one module a domain. A module loads when one of its names is first used.

`{COMMAND}` writes this file from what the modules define.
"""

# ruff: noqa: I001 - a name a line, a module once

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    ...
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {{}},
    )
'''


def lazy_packages() -> dict[Path, Callable[[], str]]:
    """Return the files of the packages whose names load on first use, and what writes each."""
    found: dict[Path, Callable[[], str]] = {
        path: lambda path=path: with_table(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("__init__.py"))
        if "= lazy(" in path.read_text(encoding="utf-8")
    }
    return found | {PACKAGE / "models" / "__init__.py": models_source}


def with_table(source: str) -> str:
    """Put the imports that type checkers see into the table that `lazy` takes."""
    tree = ast.parse(source)
    imported = [
        (alias.asname, node.module)
        for block in tree.body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname is not None
    ]
    twice = [name for name, count in collections.Counter(name for name, _ in imported).items() if count > 1]
    assert not twice, f"defined in more than one module: {twice}"
    table = next(
        node.args[1] for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "lazy"
    )
    indent = " " * table.col_offset
    names = collections.defaultdict(list)
    for name, module in sorted(imported):
        names[module].append(name)
    rows = "".join(_row(f"{indent}    ", module, names[module]) for module in sorted(names))
    lines = source.splitlines(keepends=True)
    lines[table.lineno - 1 : table.end_lineno] = [f"{indent}{{\n{rows}{indent}}},\n"]
    return "".join(lines)


def _row(indent: str, module: str, names: list[str]) -> str:
    """Write a module and its names: in one line, or in several that are 120 characters wide."""
    if len(line := f'{indent}"{module}": "{" ".join(names)}",') <= 120:
        return f"{line}\n"
    lines = textwrap.wrap(" ".join(names), 120, initial_indent=f"{indent}    ", subsequent_indent=f"{indent}    ")
    return "\n".join([f'{indent}"{module}": """', *lines, f'{indent}""",', ""])


# What is public: the names of each package, the methods of the clients, and a parameter a line.


def public_names(module: Any) -> list[str]:
    """Return what a module exports; without a list of it, what it defines."""
    if (listed := vars(module).get("_OWN", getattr(module, "__all__", None))) is not None:
        return sorted(listed)
    own = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return sorted(name for name, value in own.items() if getattr(value, "__module__", "") == module.__name__)


def parameters(path: str, function: Any) -> Iterator[str]:
    """Show a function and each parameter: by position `f(0 id)`, by name alone `f(name)`, optional `f(name=)`."""
    yield f"{path}()"
    for index, each in enumerate(inspect.signature(function).parameters.values()):
        name = each.name if each.default is each.empty else f"{each.name}="
        match each.kind:
            case each.POSITIONAL_ONLY:
                yield f"{path}({index} {name} /)"
            case each.POSITIONAL_OR_KEYWORD:
                yield f"{path}({index} {name})"
            case each.KEYWORD_ONLY:
                yield f"{path}({name})"
            case _:
                yield f"{path}(*{name})"


def methods(path: str, found: Any) -> Iterator[str]:
    """Show each method below a client or a group of endpoints, with its parameters."""
    from mistral_async._binding.resource import Resource

    for name in sorted(name for name in dir(type(found)) if not name.startswith("_")):
        value = getattr(found, name)
        here = f"{path}.{name}" if path else name
        if inspect.isroutine(value):
            yield from parameters(here, value)
        elif isinstance(value, Resource) and name != "with_response":  # which has all of them again
            yield from methods(here, value)
        else:
            yield here


def public() -> str:
    """List what is public, a name or a parameter a line; the name of a client stands before what it has alone."""
    from mistral_async import Mistral, SyncMistral

    lines = {f"{module}.{name}" for module in PUBLIC for name in public_names(importlib.import_module(module))}
    for client in (Mistral, SyncMistral):
        lines |= set(parameters(client.__name__, client))
    there, here = set(methods("", Mistral("key"))), set(methods("", SyncMistral("key")))
    lines |= there & here
    lines |= {f"Mistral.{each}" for each in there - here} | {f"SyncMistral.{each}" for each in here - there}
    return "".join(f"{each}\n" for each in sorted(lines))


# The pages of the documentation.


@functools.cache
def implemented() -> dict[Key, list[str]]:
    """Return the endpoints of each operation: method, path with its parameters erased, whether it streams."""
    from endpoint_values import ALL, needed

    from mistral_async import Stream

    found: dict[Key, list[str]] = {}
    for name, method in ALL.items():
        request = method(**needed(name))
        found.setdefault((request.method, request.route, isinstance(request, Stream)), []).append(name)
    return found


def compat_models() -> str:
    """Write what type checkers see of the models of `compat`."""
    from compat_models import stub

    return stub()


def compat_types() -> str:
    """Write what type checkers see of the methods of `compat.Mistral`."""
    from compat_types import stub

    return stub()


def operations_page() -> str:
    """Write the tables of all operations, one for each group of methods."""
    from endpoint_values import ALL

    rows: dict[str, list[str]] = {}
    for (method, route, streams), names in sorted(implemented().items(), key=lambda item: item[0][1:] + item[0][:1]):
        operation = f"`{method} {route.replace('{}', '{id}')}`{' (stream)' if streams else ''}"
        itself = max(names, key=lambda name: name.count("."))  # others are shortcuts to it
        methods = ", ".join(f"`{name}`" for name in names)
        about = (ALL[itself].__doc__ or "").strip().splitlines()[0]
        rows.setdefault(itself.rpartition(".")[0], []).append(f"| {operation} | {methods} | {about} |")
    total = sum(map(len, rows.values()))
    pages = {called: page(group) for group, called in groups().items()}
    about = f"The {total} operations of the API that the client covers, by group, and the methods that perform them."
    sections = (_operations_of(group, pages.get(group), rows[group]) for group in sorted(rows))
    return f"# Operations\n\n{about}\nA group's name leads to its methods and models.\n\n" + "\n".join(sections)


def _operations_of(group: str, page: str | None, rows: list[str]) -> str:
    heading = f"## [{group}]({page})" if page else f"## {group}"
    return f"{heading}\n\n| Operation | Methods | What it does |\n|---|---|---|\n" + "".join(f"{row}\n" for row in rows)


@functools.cache
def groups() -> dict[str, str]:
    """Return the groups of endpoints, one a module of `resources/`, and how most of its methods are called."""
    from endpoint_values import ALL

    called: dict[str, list[str]] = {}
    for name, method in ALL.items():
        module = method.__wrapped__.__module__.removeprefix("mistral_async.resources.")
        called.setdefault(module, []).append(name.rpartition(".")[0])
    usual = {group: min(names, key=lambda name: (-names.count(name), len(name))) for group, names in called.items()}
    return dict(sorted(usual.items(), key=lambda item: item[1]))


def page(group: str) -> str:
    """Return where the page of a group is; modules in folders have pages in folders."""
    return f"reference/endpoints/{group.replace('.', '/')}.md"


def navigation() -> str:
    """Write the lists of the pages of groups and of models into the settings of the site."""
    from reference import shared, title

    source = SITE.read_text(encoding="utf-8")
    endpoints = sorted([*((called, page(group)) for group, called in groups().items()), ("bulk", page("bulk"))])
    objects = sorted((title(module), f"reference/models/{_path(module)}.md") for module in shared())
    for heading, rows in (("Endpoints", endpoints), ("Models", objects)):
        written = "".join(f"          - {called}: {path}\n" for called, path in rows)
        block = re.compile(rf"(^      - {heading}:.*\n)(?: {{10}}- .*\n)*", re.MULTILINE)
        source = block.sub(lambda found, written=written: f"{found[1]}{written}", source)
    return source


def reference() -> dict[Path, Callable[[], str]]:
    """Return the pages of the reference, and what writes each."""
    from reference import bulk_page, errors_page, group_page, models_page, shared

    return {
        DOCS / "reference" / "errors.md": errors_page,
        DOCS / page("bulk"): bulk_page,
        **{DOCS / page(group): partial(group_page, group) for group in groups()},
        **{DOCS / "reference" / "models" / f"{_path(module)}.md": partial(models_page, module) for module in shared()},
    }


def _path(module: str) -> str:
    return module.removeprefix("mistral_async.models.").replace(".", "/")


def files() -> Mapping[Path, Callable[[], str]]:
    """Return every file that is written, and what writes it."""
    return {
        **lazy_packages(),
        PINNED: public,
        PACKAGE / "compat" / "_methods.pyi": compat_types,
        PACKAGE / "compat" / "_models.pyi": compat_models,
        DOCS / "operations.md": operations_page,
        SITE: navigation,
        **reference(),
    }


def strays() -> list[Path]:
    """Return the pages of groups and models that are no more."""
    pages = {path for folder in ("endpoints", "models") for path in (DOCS / "reference" / folder).rglob("*.md")}
    return sorted(pages - files().keys())


def main() -> None:
    """Write what is out of date, and say what it was; say what is public no more."""
    for found in (lazy_packages, files):  # the names first, because the rest imports them
        for path, write in found().items():
            _update(path, write())
    for path in strays():
        path.unlink()


def _update(path: Path, new: str) -> None:
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if old == new:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(new, encoding="utf-8")
    sys.stdout.write(f"{path.relative_to(ROOT)}\n")
    if path == PINNED:
        gone = sorted(set(old.splitlines()) - set(new.splitlines()))
        sys.stdout.writelines(f"  gone: {each}\n" for each in gone)


if __name__ == "__main__":
    main()
