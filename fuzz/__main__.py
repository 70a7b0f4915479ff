"""Fuzz the parsers: `python fuzz` runs every target for a while, `python fuzz NAME [libFuzzer's options]` explores one.

Needs atheris (`pip install -e ".[fuzz]"`). A crash keeps its input in a file: `python fuzz NAME FILE` runs it again.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from targets import TARGETS

SECONDS = 20  # for each target when all run
CHILD = Path(__file__).with_name("_child.py")


def fuzz(name: str, options: list[str]) -> int:
    """Run one target, from its seeds unless the options name a file or a corpus."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(TARGETS[name][1]):
            Path(corpus, str(number)).write_bytes(seed)
        start = [] if any(not option.startswith("-") for option in options) else [corpus]
        return subprocess.run([sys.executable, str(CHILD), name, *options, *start], check=False).returncode


def fuzz_all(seconds: int) -> int:
    """Run every target, the same way each time: what fails is due to a change. How many failed."""
    failed: list[str] = []
    for name in TARGETS:
        print(f"-- {name}, {seconds} s", flush=True)
        if fuzz(name, ["-seed=1", f"-max_total_time={seconds}", "-print_final_stats=1"]):
            failed.append(name)
    print(f"failed: {', '.join(failed)}" if failed else f"{len(TARGETS)} targets passed")
    return len(failed)


match sys.argv[1:]:
    case []:
        sys.exit(fuzz_all(SECONDS))
    case [seconds] if seconds.isdigit():
        sys.exit(fuzz_all(int(seconds)))
    case [name, *options] if name in TARGETS:
        sys.exit(fuzz(name, options))
    case _:
        sys.exit(f"{__doc__}\nTargets: {', '.join(TARGETS)}")
