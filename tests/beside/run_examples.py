"""The official SDK's examples and the snippets of its documentation, run on both: do they end the same way?

    python tests/beside/run_examples.py FOLDER [NAME ...]

`FOLDER` is a checkout of https://github.com/mistralai/client-python. Each file of its `examples`, and each page of its
`docs/sdks`, whose snippets run one after the other, is run with the installed `mistralai` and, after
`mistral-async migrate`, with this package, each time in a process and against a fake server of its own. What each
prints, how it ends and what it asks of the server is compared. Exits with 1 if one ends otherwise. What was migrated
can not import `mistralai`.

An answer that is an error (the server knows none of the ids in snippets) has to be one here. What fails in the control
for another reason (a microphone, a library or the network is missing) is undecided.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from run_programs import HERE, ROOT, stable, without

from mistral_async.cli._migration.source import migrate_source

RUN_SECONDS = 60
NEWER = ("function", "p", "source")  # keys of answers that the official SDK does not know
KNOWN = {
    "examples/mistral/chat/reasoning_response_shape.py": "it prints keys in the order of the SDK's fields",
    "docs/classifiers/00.py": "the SDK does not know the usage of moderations",
    "docs/classifiers/02.py": "the same",
    **dict.fromkeys(
        (f"docs/{page}/{number}.py" for page in ("conversations", "transcriptions") for number in ("00", "01", "08")),
        "what every server refuses is a ValueError before it is sent",
    ),
}
"""What ends otherwise, and why."""
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Ending:
    """How an example ended: with which error, if any, what it printed, and what it asked of the server."""

    error: str
    text: str
    printed: str
    asked: str

    def difference(self, other: Ending) -> str:
        """Say in what another ending is different; empty where it is not, or where this one says nothing."""
        old, new = self.error.split(), other.error.split()
        if self.decides and (bool(old) != bool(new) or not set(old[:1]) <= set(new)):
            return f"ends with {other.error or 'no error'}, not {self.error or 'none'}: {other.text or self.text}"
        for name in ("asked", "printed"):
            here, there = (without(getattr(each, name), NEWER) for each in (other, self))
            if self.decides and here != there:
                return f"{name}: {excerpt(here, there)}, not {excerpt(there, here)}"
        return ""

    @property
    def decides(self) -> bool:
        """Return whether it is no failure, or one of the API: another is of this machine, where there is no network."""
        return not self.error or self.error.endswith(" MistralError")


def excerpt(text: str, other: str) -> str:
    """Return what of a text is around the first difference to another."""
    place = next(
        (n for n, (old, new) in enumerate(zip(text, other, strict=False)) if old != new), min(len(text), len(other))
    )
    return repr(text[max(0, place - 40) : place + 40])


def main() -> int:
    """Run what is named, or all; print a line for each that ends otherwise, and how many do not."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a checkout of https://github.com/mistralai/client-python")
    parser.add_argument("names", nargs="*", help="parts of the paths of those to run")
    given = parser.parse_args()
    counts = {"same": 0, "known": 0, "undecided": 0, "otherwise": 0}
    with TemporaryDirectory() as scratch:
        official, ours = (lay_out(given.folder, Path(scratch, side)) for side in ("official", "ours"))
        for path in ours.rglob("*.py"):
            path.write_bytes(migrate_source(path.read_bytes())[0])
        for files in programs(official):
            if given.names and not any(name in str(files[0]) for name in given.names):
                continue
            for path, control, ending in zip(
                files, play(official, files), play(ours, files, "--without=mistralai"), strict=True
            ):
                difference = control.difference(ending)
                known = KNOWN.get(str(path), "") if difference else ""
                kind = "known" if known else "otherwise" if difference else "same" if control.decides else "undecided"
                counts[kind] += 1
                if difference:
                    print(f"{path}: {known or difference}", flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 0 if counts["same"] and not counts["otherwise"] else 1


def lay_out(checkout: Path, folder: Path) -> Path:
    """Copy the examples to a folder, and write each snippet of the documentation into a file of its own there."""
    shutil.copytree(checkout / "examples", folder / "examples")
    for page in (checkout / "docs" / "sdks").glob("*/README.md"):
        place = folder / "docs" / page.parent.name
        place.mkdir(parents=True)
        for number, code in enumerate(SNIPPET.findall(page.read_text(encoding="utf-8"))):
            (place / f"{number:02}.py").write_text(code, encoding="utf-8")
    return folder


def programs(folder: Path) -> Iterator[list[Path]]:
    """Yield what runs in one process: an example, or the snippets of a page."""
    for path in sorted((folder / "examples").rglob("*.py")):
        if path.parent.name != "mcp_servers":  # those are run by others
            yield [path.relative_to(folder)]
    for page in sorted((folder / "docs").iterdir()):
        yield sorted(path.relative_to(folder) for path in page.iterdir())


def play(folder: Path, files: list[Path], *options: str) -> list[Ending]:
    """Run files of a folder in a process; return how each ended."""
    paths = [str(folder / path) for path in files]
    command = [sys.executable, "-P", str(HERE / "play_examples.py"), *options, *paths]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    try:
        ran = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=RUN_SECONDS, check=False)
        written = ran.stdout
    except subprocess.TimeoutExpired as late:
        written = (late.stdout or b"").decode()
    ended = [
        Ending(**{name: stable(text, str(folder)) for name, text in json.loads(line).items()})
        for line in written.splitlines()
    ]
    return ended + [Ending("no end", "", "", "")] * (len(files) - len(ended))


if __name__ == "__main__":
    sys.exit(main())
