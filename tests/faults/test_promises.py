"""What the documentation promises has its tests: each row names some, and they are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
TEXT = PAGE.read_text() if PAGE.exists() else "## Promises\n"
ROWS = re.findall(r"^\| (?!promise )([^|-][^|]*) \| ([^|]*) \|$", TEXT[TEXT.index("## Promises") :], re.MULTILINE)
NAME = re.compile(r"`(tests/[\w/]+\.py)::([\w:]+)`")


@cache
def named_in(file):
    """The tests of a file, those of its classes with the class before them."""
    tree = ast.parse((ROOT / file).read_text())
    functions = ast.FunctionDef | ast.AsyncFunctionDef
    names = {each.name for each in tree.body if isinstance(each, functions)}
    for group in tree.body:
        if isinstance(group, ast.ClassDef):
            names |= {f"{group.name}::{each.name}" for each in group.body if isinstance(each, functions)}
    return names


@pytest.mark.skipif(not PAGE.exists(), reason="the documentation is not part of this archive")
def test_there_are_promises():
    assert len(ROWS) > 50


@pytest.mark.parametrize(("promise", "tests"), ROWS, ids=[promise[:40] for promise, _ in ROWS])
def test_a_promise_has_tests(promise, tests):
    named = NAME.findall(tests)
    assert named
    assert NAME.sub("", tests).strip(" ,") == ""
    for file, name in named:
        assert name.rpartition("::")[2].startswith("test_")
        assert name in named_in(file), f"{file} has no {name}"
