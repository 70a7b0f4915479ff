"""Public names are pinned: what is here stays, what is added is added here too."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

import mistral_async

NAMES = [
    "BackoffStrategy",
    "Call",
    "Calls",
    "Download",
    "Err",
    "LimitStore",
    "Mistral",
    "MistralError",
    "Ok",
    "Pages",
    "RateLimit",
    "RateLimitStatus",
    "RateLimits",
    "RedisStore",
    "Response",
    "RetryConfig",
    "SQLiteStore",
    "Stream",
    "SyncMistral",
    "Timeout",
    "Transport",
    "Unknown",
    "calls",
]

PACKAGES = ["mistral_async", "mistral_async.models", "mistral_async.testing"]


def test_public_names_are_pinned():
    assert sorted(mistral_async.__all__) == sorted(NAMES)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_loads(package):
    module = importlib.import_module(package)
    for name in module.__all__:
        assert getattr(module, name) is not None, name
    with pytest.raises(AttributeError, match="no attribute"):
        _ = module.surely_not_there


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
