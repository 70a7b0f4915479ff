"""Public names and the parameters of endpoints are pinned: what is in `public.txt` stays, what is added is added there.

`python tests/test_public.py` writes it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from pathlib import Path

import pytest

import mistral_async
from mistral_async import Mistral, SyncMistral
from mistral_async._binding.resource import Resource

PINNED = Path(__file__).with_name("public.txt")
LAZY = ["mistral_async", "mistral_async.models", "mistral_async.testing"]
MODULES = [
    "mistral_async",
    "mistral_async.batch",
    "mistral_async.bulk",
    "mistral_async.compat",
    "mistral_async.errors",
    "mistral_async.integrations",
    "mistral_async.models",
    "mistral_async.structured",
    "mistral_async.testing",
    "mistral_async.tools",
]


def public_names(module):
    """What a module exports; without a list of it, what it defines."""
    if (listed := getattr(module, "__all__", None)) is not None:
        return sorted(listed)
    own = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return sorted(name for name, value in own.items() if getattr(value, "__module__", "") == module.__name__)


def parameters(function):
    """The names of a signature as they are passed: `id, /, other, *, option=`."""
    shown = inspect.signature(function).replace(return_annotation=inspect.Signature.empty)
    plain = [
        each.replace(annotation=inspect.Parameter.empty, default=each.empty if each.default is each.empty else ...)
        for each in shown.parameters.values()
    ]
    return str(shown.replace(parameters=plain)).replace("=Ellipsis", "=")


def methods(path, found):
    """Each method below a client or a group of endpoints, with its parameters."""
    for name in sorted(name for name in dir(type(found)) if not name.startswith("_")):
        value = getattr(found, name)
        here = f"{path}.{name}" if path else name
        if inspect.isroutine(value):
            yield here + parameters(value)
        elif isinstance(value, Resource) and name != "with_response":  # which has all of them again
            yield from methods(here, value)
        else:
            yield here


def public():
    """The text of what is public: the names of each module, then the methods of both clients, and of one alone."""
    lines = [f"{module}: {' '.join(public_names(importlib.import_module(module)))}" for module in MODULES]
    lines += [f"{client.__name__}{parameters(client)}" for client in (Mistral, SyncMistral)]
    there, here = set(methods("", Mistral("key"))), set(methods("", SyncMistral("key")))
    lines += sorted(there & here)
    lines += [f"Mistral: {each}" for each in sorted(there - here)]
    lines += [f"SyncMistral: {each}" for each in sorted(here - there)]
    return "".join(f"{textwrap.fill(each, 120, subsequent_indent='    ', break_on_hyphens=False)}\n" for each in lines)


def test_what_is_public_is_pinned():
    assert public().splitlines() == PINNED.read_text(encoding="utf-8").splitlines(), (
        "if it is meant, `python tests/test_public.py` writes what is public now"
    )


@pytest.mark.parametrize("package", MODULES)
def test_every_public_name_loads(package):
    module = importlib.import_module(package)
    for name in public_names(module):
        assert getattr(module, name) is not None, name


@pytest.mark.parametrize("package", LAZY)
def test_a_name_that_is_not_public_does_not_load(package):
    with pytest.raises(AttributeError, match="no attribute"):
        _ = importlib.import_module(package).surely_not_there


def test_type_checkers_see_the_names_that_load():
    source = Path(mistral_async.__file__).read_text()
    imported = {
        alias.asname or alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert set(mistral_async.__all__) <= imported


def test_the_error_tree_is_the_one_drawn():
    errors = importlib.import_module("mistral_async.errors")
    drawn = {word for word in (errors.__doc__ or "").replace("(", " ").split() if word.endswith("Error")}
    real = {
        name
        for name, found in vars(errors).items()
        if inspect.isclass(found) and issubclass(found, errors.MistralError) and name == found.__name__
    }
    assert real <= drawn
    for name in drawn - real:
        assert name in {"ValueError", "TimeoutError", "HTTPValidationError"}, name


if __name__ == "__main__":
    PINNED.write_text(public(), encoding="utf-8")
