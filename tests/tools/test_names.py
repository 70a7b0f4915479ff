"""The public names of the two packages load, and type checkers see the same ones."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest


@pytest.mark.parametrize("package", ["mistral_async.structured", "mistral_async.tools"])
def test_public_names_load_and_are_seen(package):
    module = importlib.import_module(package)
    assert all(getattr(module, name) is not None for name in module.__all__)
    block = next(node for node in ast.parse(Path(module.__file__).read_text()).body if isinstance(node, ast.If))
    assert sorted(alias.asname for node in block.body for alias in node.names) == module.__all__
    with pytest.raises(AttributeError, match="no attribute"):
        _ = module.surely_not_there
