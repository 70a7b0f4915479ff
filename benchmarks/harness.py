"""What the benchmarks share: the server on its core, a process for each measurement on another, turns, medians, tables.

Repetitions of all cases take turns, so that a busy neighbour slows all of them. CPU time of the client's process is
recorded beside wall time: on a machine that others use too, it is the number to trust.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

HERE = Path(__file__).parent
Case = dict[str, Any]


def cores() -> tuple[int, int]:
    """The client's core and the server's."""
    allowed = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
    return allowed[0], allowed[-1]


def pin(core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


@contextmanager
def server(certificate: str | None = None) -> Iterator[str]:
    """The server of canned answers; yields its address."""
    process = subprocess.Popen(
        [sys.executable, HERE / "answer_server.py", str(cores()[1]), *([certificate] if certificate else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(process.stdout.readline())
        yield f"{'https' if certificate else 'http'}://{'localhost' if certificate else '127.0.0.1'}:{port}"
    finally:
        process.communicate("", timeout=30)


@contextmanager
def certificate() -> Iterator[tuple[str, str]]:
    """A certificate for localhost: the server's file and the authority's."""
    import trustme

    authority = trustme.CA()
    with tempfile.TemporaryDirectory() as folder:
        own, root = Path(folder, "server.pem"), Path(folder, "root.pem")
        authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(own))
        authority.cert_pem.write_to_path(str(root))
        yield str(own), str(root)


def measure(script: str, case: Case) -> dict[str, float]:
    """Measure one case once, in a process of its own."""
    command = [sys.executable, script, "--child", json.dumps(case)]
    environment = {**os.environ, **({"SSL_CERT_FILE": case["root"]} if case.get("root") else {})}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # users have the bytecode of what they start
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=300)
    if done.returncode:
        raise SystemExit(f"{case}:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def median_of(runs: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def run_cases(script: str, cases: list[Case], repetitions: int) -> list[Case]:
    """All cases in turn, as often as that; each with the medians of what its runs gave."""
    runs: list[list[dict[str, float]]] = [[] for _ in cases]
    for _ in range(repetitions):
        for case, results in zip(cases, runs, strict=True):
            results.append(measure(script, case))
    private = {"url", "root"}
    return [
        {**{k: v for k, v in case.items() if k not in private}, **median_of(results)}
        for case, results in zip(cases, runs, strict=True)
    ]


class Clock:
    """Wall and CPU time between two moments."""

    def __enter__(self) -> Self:
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu

    def per(self, count: int) -> dict[str, float]:
        """Microseconds of CPU for each, and how many a second of wall time and of CPU time."""
        return {
            "cpu_us": self.cpu / count * 1e6,
            "per_second": count / self.wall,
            "per_core_second": count / self.cpu,
        }


def show(title: str, rows: list[list[Any]], header: list[str]) -> None:
    """Print a table in Markdown."""
    cells = [header, *[[_text(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    print(f"\n{title}\n")
    for index, row in enumerate(cells):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
        if index == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


def _text(cell: Any) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def main(
    script: str, child: Callable[[Case], dict[str, float]], parent: Callable[[int], list[Case]], *, repetitions: int
) -> None:
    """The command line of a benchmark: itself, or (in a process of its own) one measurement."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--runs", type=int, default=repetitions, help="repetitions of every case")
    parser.add_argument("--json", type=Path, help="where the numbers are written")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        pin(cores()[0])
        print(json.dumps(child(json.loads(options.child))))
        return
    load = os.getloadavg()[0]
    results = parent(options.runs)
    print(f"\nLoad average {load:.1f} before, {os.getloadavg()[0]:.1f} after; {options.runs} runs, medians.")
    if options.json:
        name = Path(script).stem
        options.json.write_text(json.dumps({"benchmark": name, "load": load, "results": results}, indent=1) + "\n")
