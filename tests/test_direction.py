"""Imports go one way: at the top of a file, inside a function and for type checkers alike. No file imports itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import mistral_async

PACKAGE = Path(mistral_async.__file__).parent
ROOMS = """
    _lazy _version
    _codec _files
    errors
    models _http _ratelimit
    _spending _uploads
    _engine
    _results
    _binding
    structured
    continuation
    tools
    bulk
    batch
    realtime
    payloads
    resources
    _client
    __init__
    integrations
    compat
    testing
    demo
    cli
    __main__
    _moved
"""  # a room knows itself and the lines above its own; rooms of one line do not know each other
FLOORS = {room: floor for floor, line in enumerate(ROOMS.strip().splitlines()) for room in line.split()}
FILES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
ADVICE = "what it needs belongs into a room above both, or is handed to it as an argument (docs/architecture.md)"


def module_of(dotted: str) -> str | None:
    """Return the module of the package that `mistral_async.…` names, if it names one."""
    name = dotted.removeprefix("mistral_async").lstrip(".")
    return next((each for each in (name, f"{name}.__init__".lstrip(".")) if each in FILES), None)


def imports(module: str) -> Iterator[tuple[str, int]]:
    """Yield the modules of the package that a module imports, with the lines where it does."""
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                found = [name.name for name in names]
            case ast.ImportFrom(level=level) if level:
                raise AssertionError(f"{FILES[module]}:{node.lineno}: write the whole name, mistral_async.…")
            case ast.ImportFrom(module=str(origin), names=names):
                found = [f"{origin}.{name.name}" if module_of(f"{origin}.{name.name}") else origin for name in names]
            case ast.Call(func=ast.Attribute(attr="import_module"), args=[ast.Constant(value=str(dotted)), *_]):
                found = [dotted]
            case _:
                continue
        for dotted in found:
            if dotted.partition(".")[0] == "mistral_async" and (target := module_of(dotted)) and target != module:
                yield target, node.lineno


@pytest.fixture(scope="module")
def graph() -> dict[str, list[tuple[str, int]]]:
    return {module: list(imports(module)) for module in FILES}


def room_of(module: str) -> str:
    return module.partition(".")[0]


def test_every_file_has_a_room():
    strange = {room_of(module) for module in FILES} - FLOORS.keys()
    assert not strange, "a file belongs into a room, and a new room has a line of its own in ROOMS"
    flat = [module for module in FILES if "." not in module]
    assert len(flat) <= 8, f"a file belongs into a room: {flat}"


def test_a_room_imports_only_rooms_above_it(graph):
    wrong = {
        f"mistral_async/{module.replace('.', '/')}.py:{line} imports {target}: {ADVICE}"
        for module, targets in graph.items()
        for target, line in targets
        if room_of(target) != room_of(module) and FLOORS[room_of(target)] >= FLOORS[room_of(module)]
    }
    assert not wrong, "\n".join(["", *sorted(wrong)])


def test_no_files_import_each_other(graph):
    try:
        TopologicalSorter({module: {target for target, _ in targets} for module, targets in graph.items()}).prepare()
    except CycleError as circle:
        pytest.fail(f"{' imports '.join(reversed(circle.args[1]))}: {ADVICE}")


FIRST = """
import sys
for name in sys.argv[1:]:
    for loaded in [each for each in sys.modules if each.partition(".")[0] == "mistral_async"]:
        del sys.modules[loaded]
    try:
        __import__(name)
    except Exception as error:
        raise SystemExit(f"import {name}, before anything else of the package: {error!r}") from error
"""


def test_every_module_can_be_the_first_that_is_imported():
    names = [f"mistral_async.{module}".removesuffix(".__init__") for module in FILES]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FIRST, *names], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
