"""The test-suite on every Python, with the oldest and the newest dependencies: `nox`, or `nox -k oldest`."""

from __future__ import annotations

import re
from pathlib import Path

import nox

PYTHONS = ["3.11", "3.12", "3.13"]
LOWER_BOUND = re.compile(r"([\w.-]+)(?:\[.*\])?.*?>=([\w.]+)")

nox.options.error_on_missing_interpreters = False
nox.options.error_on_external_run = True


@nox.session(python=PYTHONS)
@nox.parametrize("dependencies", ["newest", "oldest"])
def tests(session: nox.Session, dependencies: str) -> None:
    """Run the tests."""
    pins = [] if dependencies == "newest" else ["--constraint", oldest(Path(session.create_tmp()) / "oldest.txt")]
    session.install("-e", ".[test]", *pins)
    session.run("python", "-m", "pytest", *(session.posargs or ["-n", "2"]))


def oldest(path: Path) -> str:
    """Write the lower bounds of the run-time dependencies as pins."""
    bounds = (LOWER_BOUND.match(each) for each in nox.project.load_toml("pyproject.toml")["project"]["dependencies"])
    path.write_text("\n".join(f"{bound[1]}=={bound[2]}" for bound in bounds if bound), encoding="utf-8")
    return str(path)
