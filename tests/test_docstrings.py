"""Docstrings of functions begin with a verb, those of classes with a noun (PEP 257)."""

from __future__ import annotations

import ast
from pathlib import Path

import mistral_async

PACKAGE = Path(mistral_async.__file__).parent
NEITHER = {"What", "Whether", "How", "Where", "When", "Why", "It", "So"}


def test_no_docstring_begins_with_a_question_or_a_pronoun():
    wrong = [
        f"{path.relative_to(PACKAGE.parent)}:{node.lineno} {node.name}: {first}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and (first := (ast.get_docstring(node) or "-").split(maxsplit=1)[0]) in NEITHER
    ]
    assert not wrong, f"say `Return …`, `True if …`, or name the thing: {wrong}"
