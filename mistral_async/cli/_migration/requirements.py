"""Lines that require `mistralai`: of requirements, of projects' files, of `pip install` in notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from mistral_async.cli._migration.names import DISTRIBUTION
from mistral_async.cli._migration.note import Note

# A name of a distribution, alone: not langchain-mistralai, nor mistralai-workflows, nor a part of a path.
_REQUIREMENT: Final = re.compile(
    r"""
    (?<![\w./@-]) (?P<name> mistralai ([_-](azure|gcp))? ) (?P<extras> \[[\w\s,-]*\] )?
    \s* (?: [<>=~!^;,"'@\#)] | $ | \s-- )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_EXTRAS: Final = {"agents": "mcp"}  # those that have another name here
_FILES: Final = {"environment.yaml", "environment.yml", "pipfile", "pyproject.toml", "setup.cfg"}
_LISTS: Final = ("requirements", "constraints")  # a part of the names of text files


def names_requirements(file: str) -> bool:
    """Return whether a file of this name lists requirements."""
    name = file.lower()
    return name in _FILES or (name.endswith((".txt", ".in")) and any(part in name for part in _LISTS))


def requirement_notes(lines: Iterable[str]) -> Iterator[Note]:
    """Yield what to do with the lines that require `mistralai`."""
    for number, line in enumerate(lines, 1):
        if not line.lstrip().startswith("#") and (found := _REQUIREMENT.search(line)):
            yield Note(number, f"{found['name']} is {_our_requirement(found['extras'])} here", needs_change=False)


def _our_requirement(extras: str | None) -> str:
    names = [name.strip() for name in (extras or "").strip("[]").split(",") if name.strip()]
    ours = ",".join(_EXTRAS.get(name, name) for name in names)
    return f"{DISTRIBUTION}[{ours}]" if ours else DISTRIBUTION
