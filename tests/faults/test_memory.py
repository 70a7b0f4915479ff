"""Nothing grows: short forms of the benchmark, in a process of their own; they name what there is too much of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "bench_memory.py"


@pytest.mark.skipif(not BENCHMARK.exists(), reason="the benchmarks are not part of this archive")
@pytest.mark.parametrize(
    ("loop", "calls", "clients"),
    [
        pytest.param("asyncio", 150, 50, id="asyncio-few"),
        *(pytest.param(loop, 500, 50, id=loop, marks=pytest.mark.slow) for loop in ("asyncio", "trio", "blocking")),
    ],
)
def test_calls_and_clients_leave_nothing_behind(loop, calls, clients, tmp_path):
    pytest.importorskip("uvloop")
    kept = tmp_path / "memory.json"
    counts = ["--calls", str(calls), "--clients", str(clients)]
    command = [sys.executable, BENCHMARK, *counts, "--loops", loop, "--json", kept]
    alone = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # who measures, allocates
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=alone)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(kept.read_text())["results"]
    assert [(result["what"], result["count"]) for result in results] == [
        ("calls", calls),
        ("closed", clients),
        ("forgotten", clients),
    ]
