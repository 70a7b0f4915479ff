"""What does a frame of live audio cost? 20 ms of 16-bit samples, 50 a second, an event back for every fifth.

    python benchmarks/bench_realtime.py [--runs 5] [--json realtime.json]

`websockets` is that package alone, with what every program has to do besides: base64, JSON both ways. `deflate` is its
default, which compresses audio; mistral_async takes compressed events and sends audio as it is. `paced` has 60
connections that speak at once; `at once` sends the frames of one connection as fast as they go. The ratio is to
`websockets` on the same loop.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
from harness import Case, Clock, cores, main, pin, run_cases, show

FRAME = bytes(range(256)) * 2 + bytes(128)  # 640 bytes
EVERY = 5
PACED = (60, 150)  # connections, frames of each
BURST = 5_000
PEERS = ("mistral_async", "websockets", "websockets, deflate")
SESSION = {"request_id": "r", "model": "m", "audio_format": {"encoding": "pcm_s16le", "sample_rate": 16000}}
CREATED = json.dumps({"type": "session.created", "session": SESSION})
DELTA = json.dumps({"type": "transcription.text.delta", "text": "and so on, "})
DONE = json.dumps({"type": "transcription.done", "text": "all", "model": "m", "language": "en", "segments": []})


async def serve() -> None:
    from websockets.asyncio.server import serve as start

    async def handle(ws):
        await ws.send(CREATED)
        frames = 0
        async for message in ws:
            if "append" in message[:40]:
                frames += 1
                if frames % EVERY == 0:
                    await ws.send(DELTA)
            elif "end" in message[:40]:
                await ws.send(DONE)

    async with start(handle, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextmanager
def server() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.communicate("", timeout=30)


async def with_websockets(loop, url, frames, pause, compression):
    connect = importlib.import_module(f"websockets.{loop}.client").connect
    sleep = importlib.import_module(loop).sleep
    url = url.replace("http:", "ws:") + "/v1/audio/transcriptions/realtime?model=m"
    async with connect(url, compression=compression) as ws:

        async def send():
            for _ in range(frames):
                audio = base64.b64encode(FRAME).decode("ascii")
                await ws.send(json.dumps({"type": "input_audio.append", "audio": audio}))
                if pause:
                    await sleep(pause)
            await ws.send('{"type":"input_audio.end"}')

        events = 0
        async with anyio.create_task_group() as group:
            group.start_soon(send)
            async for message in ws:
                events += 1
                if json.loads(message)["type"] == "transcription.done":
                    break
        return events


async def with_mistral(loop, url, frames, pause):
    from mistral_async import Mistral

    sleep = importlib.import_module(loop).sleep
    async with Mistral("k", server_url=url) as client, client.audio.realtime.connect("m") as connection:

        async def send():
            for _ in range(frames):
                await connection.send_audio(FRAME)
                if pause:
                    await sleep(pause)
            await connection.end_audio()

        events = 0
        async with anyio.create_task_group() as group:
            group.start_soon(send)
            async for _ in connection:
                events += 1
        return events


def child(case: Case) -> dict[str, float]:
    connections, frames = PACED if case["paced"] else (1, BURST)

    def one():
        pause = 0.02 if case["paced"] else 0
        if case["peer"] == "mistral_async":
            return with_mistral(case["loop"], case["url"], frames, pause)
        compression = "deflate" if "deflate" in case["peer"] else None
        return with_websockets(case["loop"], case["url"], frames, pause, compression)

    async def run() -> dict[str, float]:
        await one_of(20)
        with Clock() as clock:
            counts = await gather([one] * connections)
        assert set(counts) == {frames // EVERY + 2}, set(counts)
        return clock.per(connections * frames)

    async def one_of(frames):
        if case["peer"] == "mistral_async":
            await with_mistral(case["loop"], case["url"], frames, 0)
        else:
            await with_websockets(case["loop"], case["url"], frames, 0, None)

    async def gather(works):
        counts: list[int] = []

        async def do(work):
            counts.append(await work())

        async with anyio.create_task_group() as group:
            for work in works:
                group.start_soon(do, work)
        return counts

    return anyio.run(
        run, backend=case["loop"], backend_options={"use_uvloop": False} if case["loop"] == "asyncio" else {}
    )


def parent(runs: int) -> list[Case]:
    with server() as url:
        cases = [
            {"peer": peer, "loop": loop, "paced": paced, "url": url}
            for paced in (True, False)
            for loop in ("asyncio", "trio")
            for peer in PEERS
            if loop == "asyncio" or "deflate" not in peer
        ]
        results = run_cases(__file__, cases, runs)
    base = {(r["loop"], r["paced"]): r["cpu_us"] for r in results if r["peer"] == "websockets"}
    rows = [
        [
            r["peer"],
            r["loop"],
            "paced" if r["paced"] else "at once",
            r["cpu_us"],
            r["cpu_us"] / base[r["loop"], r["paced"]],
        ]
        for r in results
    ]
    show("CPU of a frame of 20 ms", rows, ["client", "loop", "", "µs of CPU a frame", "x websockets"])
    return results


if __name__ == "__main__":
    if "--serve" in sys.argv:
        pin(cores()[1])
        asyncio.run(serve())
    else:
        main(__file__, child, parent, repetitions=5)
