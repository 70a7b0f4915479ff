"""A quarter of a million requests in three jobs: complete, right, and in constant memory."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVER = """
import sys
import anyio
from mistral_async.testing import FakeMistral

async def main():
    options = {"batch_per_second": 1e6, "batch_failures": 0.01, "shuffle_batch": True}
    async with FakeMistral(keep_requests=10, **options) as server:
        print(server.url, flush=True)
        await anyio.to_thread.run_sync(sys.stdin.read)

anyio.run(main)
"""

CLIENT = """
import json, re, sys
from pathlib import Path
import anyio
from mistral_async import Mistral, calls
from mistral_async.batch import Poll

url, count, ordered, backend = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "ordered", sys.argv[4]

async def main():
    seen, good, wrong, last, sorted_ = bytearray(count), 0, 0, -1, True
    todo = (calls.classifiers.moderate(f"text {number}") for number in range(count))
    async with Mistral("test-key", server_url=url) as client:
        async with client.batch.run(todo, poll=Poll(initial=0.5, maximum=2), ordered=ordered) as results:
            async for result in results:
                seen[result.index] += 1
                good += result.ok
                wrong += result.ok and len(result.unwrap().results) != 1
                sorted_, last = sorted_ and result.index > last, result.index
            jobs = len(results.job.job_ids)
    print(json.dumps({
        "once": seen == b"\\1" * count, "good": good, "wrong": wrong, "sorted": sorted_, "jobs": jobs,
        "memory": int(re.search(r"VmHWM:\\s+([0-9]+)", Path("/proc/self/status").read_text())[1]) / 1024,
    }))

anyio.run(main, backend=backend)
"""


@contextmanager
def serving():
    command = [sys.executable, "-c", SERVER]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate("", timeout=60)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="`getrusage` begins with the memory of the parent")
@pytest.mark.parametrize(
    ("order", "backend", "count", "jobs"),
    [("as they come", "asyncio", 110_000, 2), ("ordered", "trio", 250_000, 3)],  # who sorts keeps more of them
    ids=["as they come", "ordered"],
)
def test_a_quarter_of_a_million(order, backend, count, jobs):
    with serving() as url:
        command = [sys.executable, "-c", CLIENT, url, str(count), order, backend]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=900).stdout
    found = json.loads(output)
    assert found["once"]
    assert found["jobs"] == jobs
    assert found["wrong"] == 0
    assert 0.98 < found["good"] / count < 0.995
    assert found["sorted"] is (order == "ordered")
    assert found["memory"] < 100
