"""Builds the wheel into a folder, and says what is wrong with it: its size, what it lacks, what does not belong."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

LARGEST = 1_620_000  # bytes: a little more than it has, so that what does not belong is seen
NEEDED = {"mistral_async/py.typed", "mistral_async/_ratelimit/redis.lua"}
ROOT = Path(__file__).parents[1]


def build(folder: Path) -> Path:
    """Build it as an installation from the source tree would."""
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    subprocess.run(command, check=True)
    return next(folder.glob("mistral_async-*.whl"))


def faults(path: Path) -> list[str]:
    """What is wrong with a wheel."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
    needed = NEEDED | {str(each.relative_to(ROOT)) for each in _source()}
    found = [f"{missing} is not in it" for missing in sorted(needed - names)]
    found += [f"{name} is in it" for name in sorted(names) if not _belongs(name)]
    if path.stat().st_size >= LARGEST:
        found.append(f"it has {path.stat().st_size:,} bytes")
    return found


def _source() -> Iterator[Path]:
    return (each for each in (ROOT / "mistral_async").rglob("*") if each.is_file() and each.suffix != ".pyc")


def _belongs(name: str) -> bool:
    top, *below = name.split("/")
    return top.endswith(".dist-info") or (top == "mistral_async" and not {"tests", "__pycache__"} & set(below))


def main(folder: str) -> int:
    """Build and judge."""
    path = build(Path(folder))
    found = faults(path)
    print(f"{path.name}: {path.stat().st_size:,} bytes", *found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
