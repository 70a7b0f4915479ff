"""Public names and the parameters of endpoints are pinned: what is in `public.txt` stays, what is new is listed."""

from __future__ import annotations

import importlib
import inspect
import pydoc

import pytest
from derived import COMMAND, PINNED, PUBLIC, public, public_names
from typing_extensions import is_typeddict

LAZY = ["mistral_async", "mistral_async.models", "mistral_async.testing"]


def test_what_was_public_stays_and_what_is_new_is_listed():
    pinned, found = PINNED.read_text(encoding="utf-8").splitlines(), public().splitlines()
    assert sorted(set(pinned) - set(found)) == [], f"users may rely on it; if it is meant, `{COMMAND}`"
    assert pinned == found, f"`{COMMAND}` lists what is new"


@pytest.mark.parametrize("package", PUBLIC)
def test_every_public_name_loads(package):
    module = importlib.import_module(package)
    for name in public_names(module):
        assert getattr(module, name) is not None, name


@pytest.mark.parametrize("package", PUBLIC)
def test_help_and_signatures_work_for_every_public_name(package):
    module = importlib.import_module(package)
    for name in public_names(module):
        found = getattr(module, name)
        if not inspect.isclass(found) or is_typeddict(found):
            continue
        assert pydoc.render_doc(found), name
        if not issubclass(found, (Exception, dict)):  # without an `__init__`, Python itself knows no signature
            assert inspect.signature(found) is not None, name
        methods = (each for each in vars(found) if not each.startswith("_") and callable(getattr(found, each)))
        for method in methods:
            assert inspect.signature(getattr(found, method)) is not None, f"{name}.{method}"


@pytest.mark.parametrize("package", LAZY)
def test_a_name_that_is_not_public_does_not_load(package):
    with pytest.raises(AttributeError, match="no attribute"):
        _ = importlib.import_module(package).surely_not_there


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
