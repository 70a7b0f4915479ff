"""The pages of the reference: every method with its options, and every model with its fields, in tables.

`python tests/derived.py` writes them, as all that repeats what the code says. Methods are told by the code that tells
`help` (`_binding/documentation.py`); models are read from their source.
"""

from __future__ import annotations

import ast
import functools
import inspect
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from derived import PACKAGE, groups, models, modules, page

from mistral_async import Mistral
from mistral_async._binding.documentation import answers, parameters
from mistral_async._binding.resource import Method, Resource, _Endpoint
from mistral_async._codec.json_schema.docstrings import parse_docstring

BULK = "mistral_async.bulk._bulk"
RESOURCES = "mistral_async.resources."
ANSWERS = "reference/results.md"
OTHERS = {  # what methods give and take beside the models: the page, and the anchor there
    "AsyncStream": (ANSWERS, "mistral_async._results.stream.AsyncStream"),
    "SyncStream": (ANSWERS, "mistral_async._binding.sync_executor.SyncStream"),
    "AsyncPages": (ANSWERS, "mistral_async._results.pages.AsyncPages"),
    "SyncPages": (ANSWERS, "mistral_async._binding.sync_executor.SyncPages"),
    "AsyncDownload": (ANSWERS, "mistral_async._results.download.AsyncDownload"),
    "SyncDownload": (ANSWERS, "mistral_async._binding.sync_executor.SyncDownload"),
    "SyncEvents": (ANSWERS, "mistral_async._binding.events.SyncEvents"),
    "AsyncResults": ("reference/bulk.md", "mistral_async.bulk.AsyncResults"),
    "SyncResults": ("reference/bulk.md", "mistral_async.bulk._sync_results.SyncResults"),
    "BatchHandle": ("reference/batch.md", "mistral_async.batch.BatchHandle"),
    "BatchResults": ("reference/batch.md", "mistral_async.batch.BatchResults"),
    "BatchLimits": ("reference/batch.md", "mistral_async.batch.BatchLimits"),
    "Poll": ("reference/batch.md", "mistral_async.batch.Poll"),
    "SyncBatchResults": ("reference/batch.md", "mistral_async.batch.SyncBatchResults"),
    "MCP": ("reference/tools.md", "mistral_async.tools.MCP"),
    "Run": ("reference/tools.md", "mistral_async.tools.Run"),
    "RunEvent": ("reference/tools.md", "mistral_async.tools.RunEvent"),
    "RunResult": ("reference/tools.md", "mistral_async.tools.RunResult"),
    "Deferred": ("reference/tools.md", "mistral_async.tools.Deferred"),
    "Parsed": ("reference/structured.md", "mistral_async.structured.Parsed"),
    "ParsedDocument": ("reference/structured.md", "mistral_async.structured.ParsedDocument"),
    "ParsedStream": ("reference/structured.md", "mistral_async.structured.ParsedStream"),
    "Snapshot": ("reference/structured.md", "mistral_async.structured.Snapshot"),
}
WORD = re.compile(r"[A-Za-z_]\w*")


class Told(NamedTuple):
    """A method, and the paths by which it is called: the longest first."""

    function: Callable[..., Any]
    paths: list[str]


# Methods.


def group_page(group: str) -> str:
    """Write the page of a group: its methods, then the models of the same name."""
    module = RESOURCES + group
    about = (ast.get_docstring(ast.parse(modules(PACKAGE / "resources")[module].read_text("utf-8"))) or "").strip()
    here, called = page(group), groups()[group]
    told = "\n".join(_method(each, here) for each in methods().get(module, []))
    own = f"mistral_async.models.{group}"
    return (
        f"# {called}\n\n{about}\n\n"
        f"`client.{called}` of `Mistral` and of `SyncMistral`. The same methods are at\n"
        f"`client.with_response.{called}` with all that the API said, and at `calls.{called}`, which sends nothing.\n"
        "An option that is `None` is not sent: the API's own default holds. Time-outs, retries and headers are\n"
        f"[settings]({_relative('guide/settings.md', here)}#settings-of-one-call).\n\n{told}"
        + (f"\n## Models\n\n{_classes(own, here)}" if own in models() else "")
    )


def bulk_page() -> str:
    """Write the page of the methods of bulk work."""
    told = "\n".join(_method(each, "reference/endpoints/bulk.md") for each in methods()[BULK])
    return f"# bulk\n\nMany calls at once ([the guide](../../bulk.md)).\n\n{told}"


def errors_page() -> str:
    """Write the page of the errors: their tree, as it is drawn in the source, and every class."""
    tree = ast.parse((PACKAGE / "errors.py").read_text("utf-8"))
    about, _, drawn = (ast.get_docstring(tree) or "").partition("\n\n")
    names = [each.name for each in tree.body if isinstance(each, ast.ClassDef) and not each.name.startswith("_")]
    classes = "".join(f"::: mistral_async.errors.{name}\n" for name in names)
    told = "What each says, and what to do: [errors](../guide/errors.md#what-errors-say)."
    return f"# Errors\n\n{about}\n{told}\n\n```text\n{drawn}\n```\n\n{classes}"


@functools.cache
def methods() -> dict[str, list[Told]]:
    """Return every method of a client, by the module that defines it, in the order of the source."""
    found: dict[Callable[..., Any], list[str]] = {}
    for path, function in _walk(Mistral("key"), ""):
        found.setdefault(function, []).append(path)
    by_module: dict[str, list[Told]] = {}
    for function, paths in sorted(found.items(), key=lambda item: item[0].__code__.co_firstlineno):
        longest_first = sorted(paths, key=lambda path: (-path.count("."), path))
        by_module.setdefault(function.__module__, []).append(Told(function, longest_first))
    return by_module


def _walk(resource: Any, path: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in dir(type(resource)):
        static = inspect.getattr_static(type(resource), name)
        if name.startswith("_") or name == "with_response":
            continue
        if isinstance(static, _Endpoint | Method):
            yield path + name, inspect.unwrap(static.function)
        elif inspect.isfunction(static) and path:
            yield path + name, static
        elif isinstance(value := getattr(resource, name), Resource):
            yield from _walk(value, f"{path}{name}.")


def _method(told: Told, here: str) -> str:
    """Tell one method: what it does, what both clients give, and what it takes."""
    path, *others = told.paths
    asynchronous, blocking = answers(told.function)
    waits, given = ("await ", asynchronous[6:]) if asynchronous.startswith("await ") else ("", asynchronous)
    doc = parse_docstring(told.function.__doc__)
    rows = [
        f"| `{each.name}` | {_linked(each.type.removesuffix(' | None'), here)} | {_default(each.default)} "
        f"| {_cell(each.meaning)} |\n"
        for each in parameters(told.function)
    ]
    table = "\n| Parameter | Type | Default | Meaning |\n|---|---|---|---|\n" + "".join(rows) if rows else ""
    also = f"Also {', '.join(f'`{each}`' for each in others)}.\n\n" if others else ""
    return (
        f"## {path}\n\n{doc.text}\n\n{also}"
        f"| Client | Call | Gives |\n|---|---|---|\n"
        f"| `Mistral` | `{waits}client.{path}(…)` | {_linked(given, here)} |\n"
        f"| `SyncMistral` | `client.{path}(…)` | {_linked(blocking, here)} |\n{table}"
        + (f"\n{doc.returns}\n" if doc.returns else "")
    )


def _default(written: str) -> str:
    return f"`{written}`" if written else "required"


# Models.


def shared() -> list[str]:
    """Return the modules of the models that have no group of their own."""
    own = {f"mistral_async.models.{group}" for group in groups()}
    return [module for module in models() if module not in own]


def models_page(module: str) -> str:
    """Write the page of a module of models."""
    about = ast.get_docstring(_tree(module)) or ""
    return (
        f"# {title(module)}\n\n{about}\n\nImport from `mistral_async.models`.\n\n{_classes(module, _page_of(module))}"
    )


def title(module: str) -> str:
    """Return what a module of models is called on the site."""
    words = module.removeprefix("mistral_async.models.").replace("_", " ").replace(".", ", ")
    return words.upper() if words == "mcp" else words.capitalize()


def _page_of(module: str) -> str:
    group = module.removeprefix("mistral_async.models.")
    return page(group) if group in groups() else f"reference/models/{group.replace('.', '/')}.md"


@functools.cache
def _places() -> dict[str, tuple[str, str]]:
    """Return where each name is told: the page, and the anchor there."""
    return OTHERS | {name: (_page_of(module), name.lower()) for module, names in models().items() for name in names}


@functools.cache
def _tree(module: str) -> ast.Module:
    return ast.parse(modules(PACKAGE / "models")[module].read_text("utf-8"))


def _classes(module: str, here: str) -> str:
    body, public = _tree(module).body, models()[module]
    parts: list[str] = []
    for node, following in zip(body, [*body[1:], None], strict=True):
        match node:
            case ast.ClassDef(name=name) if name in public:
                parts.append(_class(node, here))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if name in public:
                parts.append(_alias(name, value, following, here))
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in public:
                parts.append(_alias(name, value, following, here))
            case _:
                pass
    return "\n".join(parts)


def _alias(name: str, value: ast.expr, following: ast.stmt | None, here: str) -> str:
    doc = _string(following)
    return f"### {name}\n\n{doc + chr(10) + chr(10) if doc else ''}{_linked(ast.unparse(value), here)}\n"


def _class(node: ast.ClassDef, here: str) -> str:
    """Tell one model: what it is, what it extends, its fields and properties, and its methods."""
    doc = ast.get_docstring(node) or ""
    bases = [ast.unparse(base) for base in node.bases]
    extends = [_linked(base, here) for base in bases if base in _places()]
    rows = "".join(f"| `{name}` | {kind} | {default} | {text} |\n" for name, kind, default, text in _fields(node, here))
    called = [f"- `{each.name}()`: {_cell(ast.get_docstring(each) or '')}\n" for each in _functions(node)]
    return (
        f"### {node.name}\n\n{doc}\n"
        + (f"\nExtends {', '.join(extends)}.\n" if extends else "")
        + (f"\n| Field | Type | Default | Meaning |\n|---|---|---|---|\n{rows}" if rows else "")
        + ("\n" + "".join(called) if called else "")
    )


def _fields(node: ast.ClassDef, here: str) -> Iterator[tuple[str, str, str, str]]:
    body = [each for part in node.body for each in (part.body if isinstance(part, ast.If) else [part])]
    for each, following in zip(body, [*body[1:], None], strict=True):
        match each:
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                kind = ast.unparse(each.annotation)
                if "ClassVar" in kind and "Moment" not in kind:
                    continue
                kind = "datetime | None" if "Moment" in kind else kind
                text = _string(following) or ("The same, as a `datetime`." if "datetime" in kind else "")
                yield name, _linked(kind, here), _written(each.value), _cell(text)
            case ast.FunctionDef(name=name) if not name.startswith("_") and _is_property(each):
                kind = ast.unparse(each.returns) if each.returns else ""
                yield name, _linked(kind, here), "property", _cell(ast.get_docstring(each) or "")
            case _:
                pass


def _functions(node: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    for each in node.body:
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_") and not _is_property(each):
            yield each


def _is_property(node: ast.FunctionDef) -> bool:
    return any("property" in ast.unparse(each) for each in node.decorator_list)


def _written(value: ast.expr | None) -> str:
    """Return a default as it is: of a constant its value, of a factory what it makes."""
    match value:
        case None:
            return "required"
        case ast.Call(func=ast.Name(id="constant"), args=[ast.Constant() as given, *_]):
            return f"`{ast.unparse(given)}`"
        case ast.Call(func=func, keywords=keywords) if ast.unparse(func).endswith("field"):
            given = {each.arg: each.value for each in keywords}
            if "default_factory" in given:
                made = ast.unparse(given["default_factory"])
                return "`[]`" if made.startswith("list") else "`{}`" if made.startswith("dict") else f"`{made}()`"
            return f"`{ast.unparse(given['default'])}`" if "default" in given else "required"
        case _:
            return f"`{ast.unparse(value)}`"


def _string(node: ast.stmt | None) -> str:
    match node:
        case ast.Expr(value=ast.Constant(value=str() as text)):
            return inspect.cleandoc(text)
        case _:
            return ""


# Cells.


def _linked(kind: str, here: str) -> str:
    """Return a type as text in which every model leads to its page. Tables have no bars in their cells."""
    plain = re.sub(r"([\[\]*])", r"\\\1", kind.replace("'", '"').replace(" | ", " or "))
    return WORD.sub(lambda found: _link(found[0], here), plain)


def _link(word: str, here: str) -> str:
    if word not in _places():
        return word
    target, anchor = _places()[word]
    return f"[{word}]({'' if target == here else _relative(target, here)}#{anchor})"


def _relative(target: str, here: str) -> str:
    return os.path.relpath(target, Path(here).parent)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
