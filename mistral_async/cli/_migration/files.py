"""The files of a program: found in folders, changed, and written whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Final

from mistral_async._files.whole_file import WholeFile
from mistral_async.cli._migration.names import OFFICIAL
from mistral_async.cli._migration.note import Note
from mistral_async.cli._migration.notebook import migrate_notebook
from mistral_async.cli._migration.requirements import names_requirements, requirement_notes
from mistral_async.cli._migration.source import migrate_source
from mistral_async.cli._text import readable

# Rule 1: Folders are searched for source, notebooks and lists of requirements, but not those that hold what others
# wrote: hidden ones, environments, installed packages. A file that is named is read whatever its suffix.
# Rule 2: A file that does not name `mistralai` is not parsed.

_OF_OTHERS: Final = {"__pycache__", "node_modules", "site-packages", "venv"}
_SOURCE: Final = {".py", ".pyi", ".pyw"}
_NOTEBOOK: Final = ".ipynb"


@dataclass(frozen=True)
class Change:
    """A file before and after, with notes on its lines."""

    path: Path
    before: bytes
    after: bytes
    notes: list[Note]

    def diff(self) -> Iterator[str]:
        """Yield the lines of the unified diff."""
        name = readable(str(self.path))
        lines = (_lines(self.before), _lines(self.after))
        for line in unified_diff(*lines, f"a/{name}", f"b/{name}"):
            yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"

    @property
    def is_one(self) -> bool:
        """Return whether anything is changed."""
        return self.after != self.before

    def write(self) -> None:
        """Write the file, in one step, if anything is changed."""
        if not self.is_one:
            return
        with WholeFile(self.path) as whole:
            whole.file.write(self.after)
            whole.finish()


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files at paths, each once (rule 1); one that is not there raises an `OSError`."""
    yield from dict.fromkeys(found for path in paths for found in (_in_folder(path) if path.is_dir() else [path]))


def migrate_file(path: Path) -> Change:
    """Return the change of a file; one that can not be read raises an `OSError` or a `ValueError`."""
    before = path.read_bytes()
    after, notes = before, list[Note]()
    if OFFICIAL.encode() not in before:  # rule 2
        return Change(path, before, after, notes)
    if path.suffix == _NOTEBOOK:
        after, notes = migrate_notebook(before)
    elif not names_requirements(path.name):
        after, notes = migrate_source(before)
    if names_requirements(path.name) or path.name == "setup.py":
        notes += requirement_notes(before.decode("utf-8", "replace").splitlines())
    return Change(path, before, after, notes)


def _in_folder(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_of_others(Path(root, name)))
        for name in sorted(files):
            if Path(name).suffix in {*_SOURCE, _NOTEBOOK} or names_requirements(name):
                yield Path(root, name)


def _is_of_others(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name in _OF_OTHERS or (folder / "pyvenv.cfg").exists()


def _lines(source: bytes) -> list[str]:
    """Return the lines of a file as a diff has them: only LF ends one."""
    *whole, last = source.decode("utf-8", "backslashreplace").split("\n")
    return [*(f"{line}\n" for line in whole), *([last] if last else [])]
