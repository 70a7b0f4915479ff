"""Nothing grows: short forms of the benchmark, in a process of their own; they name what there is too much of."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "bench_memory.py"
ALONE = {name: value for name, value in os.environ.items() if not name.startswith("COV")}  # who measures, allocates


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
    for _ in range(3):  # what grows, grows each time
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=ALONE)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads(kept.read_text())["results"]
    assert [(result["what"], result["count"]) for result in results] == [
        ("calls", calls),
        ("closed", clients),
        ("forgotten", clients),
    ]


@pytest.mark.parametrize("loop", ["asyncio", "uvloop", "trio", "blocking"])
def test_a_body_in_chunks_of_two_bytes_costs_less_than_three_times_itself(loop, tools, start):
    """In a process of its own, where nothing else allocates; the sockets' and the parser's buffers are a megabyte."""
    if loop == "uvloop":
        pytest.importorskip("uvloop")
    program = """
        import anyio, sys, tracemalloc
        from mistral_async import Mistral, SyncMistral

        loop, url = sys.argv[1:]

        def measured():
            tracemalloc.reset_peak()
            return tracemalloc.get_traced_memory()[0]

        async def main():
            async with Mistral("k", server_url=url) as client:
                await client.models.list()
                tracemalloc.start()
                before = measured()
                body = await client.files.download("f")
                print(len(body), tracemalloc.get_traced_memory()[1] - before)

        if loop == "blocking":
            with SyncMistral("k", server_url=url) as client:
                client.models.list()
                tracemalloc.start()
                before = measured()
                body = client.files.download("f").read()
                print(len(body), tracemalloc.get_traced_memory()[1] - before)
        else:
            options = {"use_uvloop": True} if loop == "uvloop" else {}
            anyio.run(main, backend="trio" if loop == "trio" else "asyncio", backend_options=options)
    """

    def fault(peer, request):
        if not request.target.endswith("content"):
            peer.send(tools.answer(request))
            return True
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(50):
            peer.send(b"2\r\nab\r\n" * 10_000)
        peer.send(b"0\r\n\r\n")
        return True

    command = [sys.executable, "-c", textwrap.dedent(program), loop, start(fault).url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=ALONE)
    size, peak = map(int, done.stdout.split())
    assert size == 1_000_000, done.stderr
    assert peak < 3 * size, f"{peak / size:.1f} times the body"
