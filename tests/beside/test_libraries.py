"""Each program of the page on other libraries, in a process of its own, where its library is installed."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "libraries.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^### (.*?)\n.*?^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def imported(code):
    """The packages that a program imports."""
    nodes = ast.walk(ast.parse(code))
    return {node.module.partition(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)} | {
        alias.name for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import) for alias in node.names
    }


@pytest.mark.parametrize(("title", "code"), PROGRAMS, ids=[title for title, _ in PROGRAMS])
def test_the_program_runs(title, code, tmp_path):
    if missing := [name for name in imported(code) if find_spec(name) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": paths, "HOME": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


def test_every_program_of_the_page_is_found():
    assert len(PROGRAMS) == PAGE.count("```python") >= 10
