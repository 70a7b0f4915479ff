"""The official SDK's own tests (`mistralai/extra/tests` in its wheel), run as they are on `mistral_async.compat`.

    python tests/beside/official_tests.py [PYTEST OPTION ...]

Every test has to pass, except those in `official_tests.toml`, each of which (or whose file) stands under the reason why
it does not; one of these that passes has to be taken from there. `nox -s official` installs what they need.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import distribution
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from mistral_async import compat

TABLE = Path(__file__).with_suffix(".toml")
TESTS = "mistralai/extra/tests"


class Outcomes:
    """A plugin of pytest that keeps which tests passed and which failed; a file that can not be imported is one."""

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the outcome of a test."""
        self._keep(report.nodeid, failed=report.failed, passed=report.passed and report.when == "call")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep that a file can not be imported."""
        self._keep(report.nodeid, failed=report.failed, passed=False)

    def _keep(self, test: str, *, failed: bool, passed: bool) -> None:
        name = test.partition(f"{TESTS}/")[2]
        if failed:
            self.failed.add(name)
        if passed:
            self.passed.add(name)


def main(options: list[str]) -> int:
    """Run the tests and compare with the table; return 1 where they differ."""
    listed = {test: reason for reason, tests in tomllib.loads(TABLE.read_text("utf-8")).items() for test in tests}
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / TESTS
        shutil.copytree(str(distribution("mistralai").locate_file(TESTS)), folder)
        for package in (folder.parent, folder.parents[1]):
            (package / "__init__.py").touch()
        outcomes = run(folder, options)
    differences = [f"FAILS: {test}" for test in sorted(outcomes.failed) if covering({test}).isdisjoint(listed)]
    mended = covering(outcomes.passed) - covering(outcomes.failed)
    differences += [f"PASSES, but is listed: {test} ({listed[test]})" for test in sorted(listed.keys() & mended)]
    for line in differences:
        print(line)
    print(f"{len(outcomes.passed - outcomes.failed)} pass, {len(outcomes.failed)} do not")
    return 1 if differences else 0


def run(folder: Path, options: list[str]) -> Outcomes:
    """Run the tests in a folder as the modules that they are in the official SDK, on this package."""
    compat.install()
    importlib.import_module("mistralai.extra").__path__.append(str(folder.parent))
    outcomes = Outcomes()
    settings = ["-c", os.devnull, f"--rootdir={folder.parents[2]}", "-o", "asyncio_mode=auto", "-p", "no:cacheprovider"]
    shown = options or ["-q", "--tb=no", "--no-summary", "-W", "ignore"]
    pytest.main([*settings, "--continue-on-collection-errors", *shown, str(folder)], plugins=[outcomes])
    return outcomes


def covering(tests: Iterable[str]) -> set[str]:
    """Return the entries that cover tests: themselves, their functions and their files."""
    return {entry for test in tests for entry in (test, test.partition("[")[0], test.partition("::")[0])}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
