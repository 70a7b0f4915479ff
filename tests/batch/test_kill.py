"""A process killed at any stage: the next one goes on, every job is created once, every request billed once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import pytest

from mistral_async.testing import FakeMistral, Stall

PROGRAM = """
import json, sys, time
import anyio
from mistral_async import Mistral, calls
from mistral_async.batch import BatchLimits, Poll

url, path, backend, slow = sys.argv[1:]

def todo():
    for number in range(30):
        if slow == "slow" and number == 20:
            print("reading", flush=True)
            time.sleep(60)
        text = f"What is {number} * 2? just the number"
        yield f"n{number}", calls.chat.complete(
            model="mistral-small-latest", messages=[{"role": "user", "content": text}]
        )

async def main():
    options = {"poll": Poll(initial=0.05, maximum=0.1), "limits": BatchLimits(requests=10, inline_requests=0)}
    async with Mistral("test-key", server_url=url) as client:
        async with client.batch.run(todo(), checkpoint=path, concurrency=1, **options) as results:
            got = {result.id: result.unwrap().choices[0].message.content async for result in results}
    print(json.dumps(got))

anyio.run(main, backend=backend)
"""

STAGES = {
    "reading": (None, None, None),
    "uploading": (Stall(where="request"), "files.upload", 1),
    "uploaded, not answered": (Stall(where="head"), "files.upload", 1),
    "created, not answered": (Stall(where="head"), "batch.jobs.create", 1),
    "polling": (Stall(where="head"), "batch.jobs.get", 3),
    "downloading": (Stall(after_bytes=2000), "files.download", 1),
}


def begin(server, path, backend, slow="quick"):
    arguments = [sys.executable, "-c", PROGRAM, server.url, str(path), backend, slow]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def wait_for(condition):
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until, "the stage was not reached"
        time.sleep(0.02)


@pytest.mark.parametrize("backend", ["asyncio", pytest.param("trio", marks=pytest.mark.slow)])
@pytest.mark.parametrize("stage", STAGES)
def test_killed_and_run_again(tmp_path, stage, backend):
    # Rules 2 and 5 of batch_run.
    fault, operation, after = STAGES[stage]
    path = tmp_path / "run.json"
    with FakeMistral(queue_seconds=0.05) as server:
        if fault is not None:
            server.fault(fault, operation=operation, after=after)
        first = begin(server, path, backend, "slow" if fault is None else "quick")
        if fault is None:
            assert first.stdout.readline() == "reading\n"
        else:
            wait_for(lambda: not server.scripts.unused())
            time.sleep(0.1)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        assert first.returncode == -signal.SIGKILL
        second = begin(server, path, backend)
        output, errors = second.communicate(timeout=60)
        assert second.returncode == 0, errors
        assert json.loads(output) == {f"n{number}": str(2 * number) for number in range(30)}
        assert server.effects["batch.jobs.create"] == 3
        assert server.effects["files.upload"] == 3
        assert server.effects["batch:chat.complete"] == 30
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]


def test_killed_after_the_start_and_attached_by_the_handle(tmp_path):
    start = PROGRAM.replace(
        "async with client.batch.run(todo(), checkpoint=path, concurrency=1, **options) as results:",
        "if True:\n            job = await client.batch.start(todo(), **options)\n"
        "            print(job.to_json(), flush=True)\n            await anyio.sleep(60)",
    ).replace("got = {", "results = job.results(); got = {")
    attach = PROGRAM.replace(
        "async with client.batch.run(todo(), checkpoint=path, concurrency=1, **options) as results:",
        "async with client.batch.attach(path, poll=options['poll']).results() as results:",
    )
    with FakeMistral() as server:
        command = [sys.executable, "-c", start, server.url, "", "asyncio", ""]
        first = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        handle = first.stdout.readline().strip()
        first.send_signal(signal.SIGKILL)
        first.communicate()
        command = [sys.executable, "-c", attach, server.url, handle, "trio", ""]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
        assert json.loads(output) == {f"n{number}": str(2 * number) for number in range(30)}
        assert server.effects["batch.jobs.create"] == 3
        assert server.effects["batch:chat.complete"] == 30
