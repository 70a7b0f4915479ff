"""`mistral-async migrate`: programs written for `mistralai`, changed to `mistral_async.compat`."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from mistral_async.cli._codes import SOME_FAILED, Tally, print_error
from mistral_async.cli._parameters import Flag
from mistral_async.cli._text import readable

if TYPE_CHECKING:
    from mistral_async.cli._migration.files import Change


def migrate(*paths: Path, write: Flag = False, check: Flag = False) -> int:
    """Show what changes in a program that imports mistralai, as a diff, and tell what else there is to do.

    Parameters
    ----------
    paths
        Source, notebooks and lists of requirements, or folders of them.
    write
        Write the changes.
    check
        Exit with 1 if anything is left to change.
    """
    if not paths:
        raise ValueError("no files: name files or folders (`.` is this one)")
    if write and check:
        raise ValueError("give --write or --check: with --check nothing is written")
    files = _import_files()
    tally, changed, told = Tally(), 0, 0
    for path in files.find_files(paths):
        try:
            change = files.migrate_file(path)
            _show(change)
            if write:
                change.write()
        except (OSError, ValueError) as error:
            tally.fail(readable(str(path)), error)
        else:
            tally.good += 1
            changed += change.is_one
            told += sum(note.needs_change for note in change.notes)
    print_error(_summary(changed, told, write=write))
    return tally.code or (SOME_FAILED if check and (changed or told) else 0)


def _import_files() -> ModuleType:
    try:
        from mistral_async.cli._migration import files
    except ModuleNotFoundError as missing:
        if missing.name != "libcst":
            raise
        raise ImportError("libcst is not installed: pip install 'mistral-async[cli]'") from None
    return files


def _show(change: Change) -> None:
    sys.stdout.writelines(change.diff())
    for note in change.notes:
        print_error(f"{readable(str(change.path))}:{note}")


def _summary(changed: int, told: int, *, write: bool) -> str:
    files = "1 file" if changed == 1 else f"{changed} files"
    done = f"{files} changed" if write else f"{files} to change" + (" (--write does it)" if changed else "")
    return f"{done}; {told} {'line is' if told == 1 else 'lines are'} yours to change"
