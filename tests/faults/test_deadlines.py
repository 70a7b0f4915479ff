"""The deadline ends every wait: each wait of the package has one limit, and none holds it up by more than 0.1 s."""

from __future__ import annotations

import ast
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

import mistral_async
from mistral_async import Mistral, MistralError, RateLimits
from mistral_async.testing import Stall

PACKAGE = Path(mistral_async.__file__).parent
HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}

# Every await that is not of one of our own coroutines, by what is awaited. Each ends with a cancellation (which
# `fail_after`, `asyncio.timeout` and a deadline of ours are), unless it says otherwise.
LIMITS = {
    "asyncio.wait": "cancellation; 1 s where connections are closed",
    "asyncio.sleep": "no time passes",
    "anyio.lowlevel.checkpoint": "no time passes",
    "anyio.lowlevel.checkpoint_if_cancelled": "no time passes",
    "trio.lowlevel.checkpoint": "no time passes",
    "trio.lowlevel.cancel_shielded_checkpoint": "no time passes",
    "anyio.sleep": "cancellation; a retry is not begun that would outlive the deadline",
    "trio.sleep_forever": "cancellation of the watcher, which belongs to the wire",
    "trio.open_tcp_stream": "cancellation; `timeout.connect` and the deadline",
    "anyio.sleep_forever": "cancellation, which is on its way",
    "anyio.to_thread.run_sync": "the end of the thread's step: a write to a disk, a transaction, or a tool (Rule 1)",
    "to_thread.run_sync": "the end of the thread's step: a write to a disk",
}


def foreign_waits() -> Iterator[tuple[str, str]]:
    """Yield what is awaited of asyncio, anyio and trio, with the place."""
    for path in PACKAGE.rglob("*.py"):
        if path.relative_to(PACKAGE).parts[0] in {"testing", "cli", "compat", "demo", "_moved"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
                name = ast.unparse(node.value.func)
                if name.split(".")[0] in {"asyncio", "anyio", "trio", "to_thread", "lowlevel"}:
                    yield name, f"{path.relative_to(PACKAGE)}:{node.lineno}"


def test_every_foreign_wait_has_a_limit():
    waits = list(foreign_waits())
    assert [(name, place) for name, place in waits if name not in LIMITS] == [], "say in LIMITS what ends it"
    assert LIMITS.keys() == {name for name, _ in waits}


EVENTS = {
    # What is waited for by an event, a future or a queue, by file; each with what ends the wait.
    "_http/asyncio_wire/connection.py": "cancellation; the timer of the connection, which keeps every limit",
    "_http/asyncio_wire/wire.py": "cancellation; the deadline: `_wait` has a timer",
    "_http/trio_wire/wire.py": "cancellation; the deadline: a scope around it",
    "_http/asyncio_wire/channel.py": "cancellation; the time-out of connecting, around the handshake",
    "_http/asyncio_wire/connect.py": "cancellation; the time-out of connecting",
    "_http/h1/body_stream.py": "cancellation; the deadline that the reader gives, which the connection keeps",
    "_engine/auth.py": "cancellation; `move_on_after` in the sender",
    "_results/open_response.py": "cancellation, by `cancel` too; the deadline of the call that it awaits",
    "tools/_tool.py": "cancellation; the tool's `timeout`",
    "batch/_handle.py": "cancellation; `timeout=`",
    "_http/threads.py": "cancellation: the thread is left behind",
    "_http/loops.py": "the end of the loop",
    "_binding/background.py": "the end of the work, which is cancelled (Rule 2)",
    "_binding/portal.py": "the end of the process",
    "_ratelimit/waiting.py": "cancellation; `fail_after` in the sender",
    "_ratelimit/redis.py": "cancellation; the store's time-out",
    "bulk/_notify.py": "cancellation, by leaving the block",
    "bulk/_workers.py": "cancellation, by leaving the block",
    "bulk/_result_queue.py": "cancellation, by leaving the block",
    "bulk/_bulk_run.py": "cancellation, by leaving the block",
    "bulk/_pipeline.py": "cancellation, by leaving the block",
    "bulk/_source.py": "cancellation, by leaving the block",
}


def event_waits() -> Iterator[tuple[str, int]]:
    """Yield the files that wait for an event, a future or a queue."""
    for path in PACKAGE.rglob("*.py"):
        name = path.relative_to(PACKAGE).as_posix()
        if name.split("/")[0] in {"testing", "cli", "compat", "demo", "_moved"}:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Await):
                continue
            awaited = node.value
            primitive = isinstance(awaited, ast.Name | ast.Attribute) or (
                isinstance(awaited, ast.Call)
                and isinstance(awaited.func, ast.Attribute)
                and awaited.func.attr in {"wait", "acquire", "sleep_until_stopped", "wait_task_rescheduled"}
            )
            if primitive:
                yield name, node.lineno


def test_every_wait_for_an_event_has_a_limit():
    waits = list(event_waits())
    assert [(name, line) for name, line in waits if name not in EVENTS] == [], "say in EVENTS what ends it"
    assert EVENTS.keys() == {name for name, _ in waits}


# The waits, each with a deadline and with a cancellation.


def _blocks():
    time.sleep(3)
    return "test-key"


async def _never():
    await anyio.sleep(60)


class _Pipe:
    """A file object whose writer is silent."""

    name = "a.txt"

    def read(self, size=-1):
        if size:
            time.sleep(3)
        return b""


def _iterator():
    yield b"x"
    time.sleep(3)


async def _async_iterator():
    yield b"x"
    await anyio.sleep(60)


def call(client):
    return client.chat.complete(**HI)


async def read(client):
    async with client.chat.stream(**HI) as stream:
        return [chunk async for chunk in stream]


WAITS = {
    "a key function that blocks": ({"api_key": _blocks}, call),
    "a key function that waits": ({"api_key": _never}, call),
    "an answer": ({}, call),
    "an event": ({}, read),
    "its turn": ({"rate_limits": RateLimits(requests_per_minute=1)}, call),
    "a connection": ({"max_connections": 1}, call),
    "a pipe to upload": ({}, lambda client: client.files.upload(file=_Pipe(), purpose="ocr")),
    "an iterator to upload": ({}, lambda client: client.files.upload(file=("a", _iterator()), purpose="ocr")),
    "an async iterator": ({}, lambda client: client.files.upload(file=("a", _async_iterator()), purpose="ocr")),
}


@pytest.mark.parametrize("how", ["deadline", "cancellation"])
@pytest.mark.parametrize("what", WAITS)
async def test_every_wait_ends_in_time(server, what, how):
    settings, work = WAITS[what]
    server.fault(Stall(after_events=1) if what == "an event" else Stall(where="head"), times=None)
    async with (
        Mistral(**{"api_key": server.api_key, "server_url": server.url} | settings) as client,
        anyio.create_task_group() as group,
    ):
        if what in {"its turn", "a connection"}:  # which another call has
            group.start_soon(_ignore, call, client)
            await anyio.sleep(0.05)
        since = time.monotonic()
        if how == "deadline":
            with pytest.raises(MistralError):
                await work(client.with_options(timeout=0.2, retries=0))
        else:
            with anyio.move_on_after(0.2) as scope:
                await work(client)
            assert scope.cancelled_caught
        assert time.monotonic() - since < 0.2 + 0.1 + 0.3  # the machine may be busy
        group.cancel_scope.cancel()


async def _ignore(work, client):
    try:
        await work(client)
    except MistralError:
        pass


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the thread left behind drops its pipe
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
async def test_saving_to_a_pipe_without_a_reader_ends_in_time(client, tmp_path):
    file = await client.files.upload(file=("a.pdf", b"%PDF" * 1000), purpose="ocr")
    os.mkfifo(tmp_path / "pipe")
    since = time.monotonic()
    with anyio.move_on_after(0.2) as scope:
        await client.files.download(file.id).save(tmp_path / "pipe")
    assert scope.cancelled_caught
    assert time.monotonic() - since < 0.6
    os.close(os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK))  # lets the thread go


async def test_calls_of_a_key_function_take_turns(server):
    """It runs in a thread, but need not expect several."""
    inside, most = [], []

    def key():
        inside.append(threading.get_ident())
        most.append(len(inside))
        time.sleep(0.005)
        inside.pop()
        return server.api_key

    async with Mistral(key, server_url=server.url) as client, anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(call, client)
    assert set(most) == {1}
