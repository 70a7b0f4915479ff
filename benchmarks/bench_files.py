"""What do large files cost? 512 MB up and down: seconds, memory beyond that of a small file, stalls of the event loop.

    python benchmarks/bench_files.py                      # ours, on asyncio, uvloop and trio
    python benchmarks/bench_files.py --peers --size 128   # beside mistralai and openai

Each client is a process of its own, and the server is another. A stall is the longest time for which the event loop did
not run a task that wanted to run, by the clock on the wall (`stall`), and by the loop's own use of the processor
(`busy`), which other programs on the machine do not lengthen. `idle` is a loop that does nothing while another process
uploads: the stalls that the machine makes by itself.
"""

# ruff: noqa: ASYNC240 - a benchmark may touch the disk where nothing is measured

from __future__ import annotations

import argparse
import contextlib
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLIENTS = ("asyncio", "uvloop", "trio")
PEERS = ("mistralai", "openai")
LINE = b'{"custom_id": "%010d", "body": {"model": "mistral-small-latest", "messages": [%s]}}\n'
FILLER = b'{"role": "user", "content": "' + b"x" * 4000 + b'"}'


def make_file(path: Path, size: int) -> None:
    """A valid file of requests."""
    with path.open("wb") as file:
        number = 0
        while file.tell() < size - 5000:
            file.write(LINE % (number, FILLER))
            number += 1
        rest = size - file.tell() - len(LINE % (number, b""))
        file.write(LINE % (number, b" " * rest))


class Watch:
    """The loop's longest stall, from inside."""

    def __init__(self, sleep) -> None:
        self.sleep = sleep
        self.running = True
        self.stall = self.busy = 0.0
        self.stalls = []

    async def run(self) -> None:
        while self.running:
            wall, cpu = time.perf_counter(), time.thread_time()
            await self.sleep(0.001)
            stall = time.perf_counter() - wall - 0.001
            self.stall = max(self.stall, stall)
            self.stalls.append(stall)
            self.busy = max(self.busy, time.thread_time() - cpu)

    def report(self) -> dict:
        if not self.stalls:
            return {"stall": 0.0, "busy": 0.0}
        ordered = sorted(self.stalls)
        return {"stall": self.stall * 1000, "p99": ordered[len(ordered) * 99 // 100] * 1000, "busy": self.busy * 1000}


def peak() -> float:
    """MB of memory, at most, since the process began."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def ours(url: str, path: Path, target: Path, warm: Path, direction: str) -> tuple[float, float, dict]:
    import anyio

    from mistral_async import Mistral

    async with Mistral("test-key", server_url=url) as client:

        async def up(source):
            return (await client.files.upload(source, "batch", progress=lambda *_: None)).id

        async def down(file_id, to):
            return await client.files.download(file_id).save(to, progress=lambda *_: None)

        await down(await up(warm), target)
        file_id = Path(f"{path}.id").read_text() if direction == "down" else ""
        before, watch = peak(), Watch(anyio.sleep)
        async with anyio.create_task_group() as group:
            group.start_soon(watch.run)
            start = time.perf_counter()
            if direction == "up":
                Path(f"{path}.id").write_text(await up(path))
            else:
                await down(file_id, target)
            seconds = time.perf_counter() - start
            watch.running = False
        return seconds, peak() - before, watch.report()


async def idle(url: str, path: Path, direction: str) -> tuple[float, float, dict]:
    import anyio

    watch, before, start = Watch(anyio.sleep), peak(), time.perf_counter()
    command = [sys.executable, __file__, "--child", "asyncio", url, str(path.parent), direction]
    async with anyio.create_task_group() as group:
        group.start_soon(watch.run)
        await anyio.run_process(command)
        watch.running = False
    return time.perf_counter() - start, peak() - before, watch.report()


async def peers(name: str, url: str, path: Path, target: Path, warm: Path, direction: str):
    import asyncio

    if name == "mistralai":
        from mistralai.client import Mistral

        client = Mistral(api_key="test-key", server_url=url, timeout_ms=600_000)

        async def up(source):
            with source.open("rb") as file:
                sent = {"file_name": source.name, "content": file}
                return (await client.files.upload_async(file=sent, purpose="batch")).id

        async def down(file_id, to):
            answer = await client.files.download_async(file_id=file_id)
            with to.open("wb") as file:
                async for piece in answer.aiter_bytes():
                    file.write(piece)
    else:
        from openai import AsyncOpenAI

        client = AsyncOpenAI(api_key="test-key", base_url=f"{url}/v1", timeout=600)

        async def up(source):
            return (await client.files.create(file=source, purpose="batch")).id

        async def down(file_id, to):
            async with client.files.with_streaming_response.content(file_id) as answer:
                await answer.stream_to_file(to)

    await down(await up(warm), target)
    file_id = Path(f"{path}.id").read_text() if direction == "down" else ""
    before, watch = peak(), Watch(asyncio.sleep)
    task = asyncio.create_task(watch.run())
    start = time.perf_counter()
    if direction == "up":
        Path(f"{path}.id").write_text(await up(path))
    else:
        await down(file_id, target)
    seconds = time.perf_counter() - start
    watch.running = False
    await task
    return seconds, peak() - before, watch.report()


def child(name: str, url: str, directory: str, direction: str) -> None:
    import anyio

    where = Path(directory)
    arguments = (url, where / "large.jsonl", where / "copy.jsonl", where / "small.jsonl", direction)
    if name in CLIENTS:
        backend = "trio" if name == "trio" else "asyncio"
        options = {"use_uvloop": True} if name == "uvloop" else {}
        seconds, memory, watch = anyio.run(ours, *arguments, backend=backend, backend_options=options)
    elif name == "idle":
        seconds, memory, watch = anyio.run(idle, url, arguments[1], direction)
    else:
        seconds, memory, watch = anyio.run(peers, name, *arguments)
    size = (where / "copy.jsonl").stat().st_size
    print(json.dumps({"seconds": seconds, "memory": memory, "size": size, **watch}))


def serve() -> None:
    import anyio

    from mistral_async.testing import FakeMistral

    async def main() -> None:
        async with FakeMistral() as server:
            print(server.url, flush=True)
            await anyio.to_thread.run_sync(sys.stdin.read)

    anyio.run(main)


@contextlib.contextmanager
def server():
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate("", timeout=60)


def measure(name: str, url: str, directory: Path, direction: str) -> dict:
    command = [sys.executable, __file__, "--child", name, url, str(directory), direction]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    if result.returncode:
        return {"failed": result.stderr.strip().splitlines()[-1][:80]}
    return json.loads(result.stdout)


def show(name: str, direction: str, runs: list[dict], megabytes: int) -> None:
    if failed := next((run["failed"] for run in runs if "failed" in run), None):
        print(f"{name:10} {direction:5} {failed}")
        return
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    print(
        f"{name:10} {direction:5} {middle['seconds']:6.1f} s {megabytes / middle['seconds']:6.0f} MB/s "
        f"{middle['memory']:+8.1f} MB {middle['stall']:8.1f} ms {middle.get('p99', 0):8.1f} ms {middle['busy']:8.1f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=512, help="MB")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    if options.child:
        child(*options.child)
        return
    found = []
    print(f"{options.size} MB: client, direction, time, speed, memory, longest stall, its 99th percentile, busy")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        make_file(directory / "large.jsonl", options.size * 1_000_000)
        make_file(directory / "small.jsonl", 2_000_000)
        for client in ("idle", *CLIENTS, *(PEERS if options.peers else ())):
            with server() as url:
                for direction in ("up", "down"):
                    runs = [measure(client, url, directory, direction) for _ in range(options.runs)]
                    show(client, direction, runs, options.size)
                    found.append({"client": client, "direction": direction, "size": options.size, "runs": runs})
                    (directory / "copy.jsonl").unlink(missing_ok=True)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
