"""Published programs that import `mistralai`, run as they are and with the import changed: do they end the same way?

    python tests/beside/run_programs.py [NAME ...]

Each file in `programs/` names a program's distributions, and uses it as its users do. It is run twice, each time in an
environment and against a fake server of its own: with the official SDK that the program asks for, and with this
package in its place, after `mistral-async migrate --write` on all that is installed there. What is printed, which files
are made, and what is asked of the server is compared. Exits with 1 if a program ends otherwise.

Libraries are not changed: with `tool.beside.install = true` their script runs after `mistral_async.compat.install()`.
`tool.beside.newer` names keys of answers that the program's SDK is too old to know, and does not dump: they are not
compared.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mistral_async.cli._migration.source import migrate_source
from mistral_async.testing import FakeMistral

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HEADER = re.compile(r"^# /// script\n((?:#.*\n)+?)# ///$", re.MULTILINE)
RUN_SECONDS = 120
# What differs from one run to the next: ids, times, addresses; and the log of httpx, which this package does without.
VOLATILE = [
    (re.compile(r".*HTTP Request: .*\n"), ""),
    (re.compile(r"\b\d+\.\d+ ?(s|ms|secondes|seconds)\b|(?<=seconds\": )\d+\.\d+"), "SECONDS"),
    (re.compile(r"\d{4}-?\d\d-?\d\d[T _]\d\d:?\d\d:?\d\d([.,]\d+)?(Z|[+-]\d\d:?\d\d)?"), "TIME"),
    (re.compile(r"\b1[789]\d{8}(\.\d+)?\b"), "TIME"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27,}|(?<![0-9A-Za-z])[0-9a-f]{8,}(?![0-9A-Za-z])"), "ID"),
    (re.compile(r"127\.0\.0\.1:\d+"), "SERVER"),
]


@dataclass(frozen=True)
class Ending:
    """How a program ended."""

    code: int
    printed: str
    files: str
    asked: str
    complaint: str

    def difference(self, other: Ending, newer: Collection[str] = ()) -> str:
        """Say in what another ending is different, save for keys that are newer; empty where it is not."""
        if self.code != other.code:
            return f"exits with {other.code}, not {self.code}: {other.complaint}"
        for name in ("printed", "files", "asked"):
            lines = (without(getattr(each, name), newer).splitlines() for each in (self, other))
            for old, new in zip_longest(*lines):
                if old != new:
                    return f"{name}: {new}, not {old}"
        return ""


def main() -> int:
    """Run the programs that are named, or all; print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="files in programs/, without the .py")
    parser.add_argument("--environments", type=Path, help="a folder that keeps them for the next time")
    given = parser.parse_args()
    found = sorted((HERE / "programs").glob("*.py"))
    wanted = [path for path in found if not given.names or path.stem in given.names]
    with TemporaryDirectory() as scratch:
        counts = {"same": 0, "otherwise": 0, "no control": 0}
        for path in wanted:
            try:
                kind, text = outcome(path, given.environments or Path(scratch))
            except subprocess.CalledProcessError as error:  # of the installer, which has said why
                kind, text = "no control", f"its environment can not be made: {error}"
            counts[kind] += 1
            print(f"{path.stem}: {kind}{': ' * bool(text)}{text}", flush=True)
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    return 0 if counts["same"] == len(wanted) else 1


def outcome(path: Path, environments: Path) -> tuple[str, str]:
    """Run a program both ways; return what came of it, and the difference."""
    needed = header(path)
    official = environments / path.stem / "official"
    ours = environments / path.stem / "ours"
    make(official, needed)
    control = run(path, official)
    if control.code:
        return "no control", control.complaint
    installs = needed.get("tool", {}).get("beside", {}).get("install", False)
    if make(ours, needed):
        exchange(ours, migrate=not installs)
    newer = needed.get("tool", {}).get("beside", {}).get("newer", ())
    difference = control.difference(run(path if installs else migrated(path, ours), ours, installs=installs), newer)
    return ("otherwise" if difference else "same"), difference


def header(path: Path) -> dict[str, Any]:
    """Return a script's metadata: https://packaging.python.org/en/latest/specifications/inline-script-metadata/."""
    found = HEADER.search(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{path} has no metadata")
    return tomllib.loads(
        "".join(line.removeprefix("#").removeprefix(" ") for line in found[1].splitlines(keepends=True))
    )


def make(environment: Path, needed: dict[str, Any]) -> bool:
    """Make an environment with what a script needs; False if it is there."""
    if (environment / "made").exists():
        return False
    uv("venv", "--clear", "--python", needed.get("requires-python", sys.executable), str(environment))
    uv("pip", "install", "--python", str(environment), *needed["dependencies"])
    (environment / "made").touch()
    return True


def exchange(environment: Path, *, migrate: bool) -> None:
    """Put this package in the place of the official SDK, and change the imports of all who use that."""
    uv("pip", "uninstall", "--python", str(environment), "mistralai")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    uv("pip", "install", "--python", str(environment), *project["dependencies"])
    if not migrate:
        return
    [packages] = (environment / "lib").glob("python*/site-packages")
    users = [str(path) for path in packages.rglob("*.py") if b"mistralai" in path.read_bytes()]
    command = [sys.executable, "-m", "mistral_async", "migrate", "--write", *users]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)


def uv(*arguments: str) -> None:
    """Run uv, the installer."""
    subprocess.run(["uv", "--quiet", *arguments], check=True)


def migrated(script: Path, folder: Path) -> Path:
    """Return a script with the import changed, in a folder."""
    changed = folder / script.name
    changed.write_bytes(migrate_source(script.read_bytes())[0])
    return changed


def run(script: Path, environment: Path, *, installs: bool = False) -> Ending:
    """Run a script in an environment, against a server of its own, in an empty folder."""
    with FakeMistral() as server, TemporaryDirectory() as folder:
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "MISTRAL_API_KEY": server.api_key,
            "STAGE_URL": server.url,
            "PYTHONPATH": os.pathsep.join([str(HERE), str(ROOT)]),
            "STAGE_INSTALL": "1" if installs else "",
            "PYTHONWARNINGS": "ignore",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        command = [str(environment / "bin" / "python"), "-P", str(script)]
        try:
            ran = subprocess.run(
                command, env=variables, cwd=folder, capture_output=True, text=True, timeout=RUN_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return Ending(-1, "", "", "", f"does not end in {RUN_SECONDS} s")
        complaint = (ran.stderr.strip().splitlines() or [""])[-1]
        asked = "\n".join(f"{each.method} {each.path}" for each in server.requests)
        shown = (stable(text, folder) for text in (ran.stdout, written(Path(folder)), asked))
        return Ending(ran.returncode, *shown, complaint)


def written(folder: Path) -> str:
    """Return the files in a folder, and what is in them."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            found.append(f"{name}: {readable(path.read_bytes())}")
    return "\n".join(found)


def readable(content: bytes) -> str:
    """Return the content of a file as text: JSON in one form, whatever the order of its keys."""
    text = content.decode("utf-8", "backslashreplace")
    with suppress(ValueError):
        return json.dumps(json.loads(text), indent=1, sort_keys=True)
    return text


def without(text: str, keys: Collection[str]) -> str:
    """Return a text without the keys of objects that are written in it as JSON, and their values."""
    for key in keys:
        shown = re.compile(rf'(,\s*)?"{re.escape(key)}":\s*')
        while found := shown.search(text):
            _, end = json.JSONDecoder().raw_decode(text, found.end())
            if not found[1]:  # the first key of its object
                end += len(re.match(r",?\s*", text[end:])[0])  # type: ignore[index]  # it matches everything
            text = text[: found.start()] + text[end:]
    return text


def stable(text: str, folder: str) -> str:
    """Replace what differs from one run to the next."""
    text = text.replace(os.path.realpath(folder), "FOLDER").replace(folder, "FOLDER")
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text


if __name__ == "__main__":
    sys.exit(main())
