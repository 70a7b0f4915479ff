"""Deadlines and cancellations end every wait within 0.1 s; `test_waits.py` has all waits of the package."""

from __future__ import annotations

import os
import select
import socket
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any, TypeAlias

import anyio
import httpx
import pytest

from mistral_async import (
    BackoffStrategy,
    Mistral,
    MistralError,
    RateLimits,
    RetryConfig,
    SyncMistral,
    calls,
)
from mistral_async.batch import WaitTimeoutError
from mistral_async.errors import APITimeoutError
from mistral_async.testing import FakeMistral, Stall
from mistral_async.tools import Tool

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
Settings: TypeAlias = dict[str, Any]

# The waits, each with a deadline and with a cancellation.


@contextmanager
def stalled(where: Any = None, *, queue_seconds: float = 0, **settings: Any) -> Iterator[Settings]:
    """A server that is silent where it is said; None: one that answers."""
    with FakeMistral(queue_seconds=queue_seconds) as server:
        if where is not None:
            server.fault(Stall(**where), times=None)
        yield {"api_key": server.api_key, "server_url": server.url, **settings}


@contextmanager
def blocked_key() -> Iterator[Settings]:
    release = threading.Event()
    with stalled(api_key=lambda: release.wait(20) and "test-key") as settings:
        yield settings
        release.set()


@contextmanager
def silent_resolver() -> Iterator[Settings]:
    release = threading.Event()

    def look_up(_host: Any, _port: Any, _family: int = 0, type: int = 0, _proto: int = 0, flags: int = 0) -> Any:  # noqa: A002
        if not flags & socket.AI_NUMERICHOST:
            release.wait(20)
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", look_up)
        yield {"api_key": "test-key", "server_url": "http://silent.example"}
        release.set()


@contextmanager
def full_backlog() -> Iterator[Settings]:
    """A server that does not accept: its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as stack:
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0)
            filler.connect_ex(listener.getsockname())
        yield {"api_key": "test-key", "server_url": f"http://127.0.0.1:{listener.getsockname()[1]}"}


@contextmanager
def silence(scheme: str = "http", setting: str = "server_url", **settings: Any) -> Iterator[Settings]:
    """A server, or a proxy, that accepts and neither reads nor says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
        yield {"api_key": "test-key", "server_url": "http://127.0.0.1:9", setting: url, **settings}


@contextmanager
def unavailable() -> Iterator[Settings]:
    """A server whose answers ask for a repetition a minute later."""
    backoff = BackoffStrategy(initial_interval=60_000, max_interval=60_000)
    with FakeMistral() as server:
        server.fail(503, times=None, headers={"Retry-After": "60"})
        yield {"api_key": server.api_key, "server_url": server.url, "retry_config": RetryConfig(backoff=backoff)}


class _Pipe:
    """A file object whose writer is silent."""

    name = "a.txt"

    def __init__(self) -> None:
        self.release = threading.Event()
        weakref.finalize(self, self.release.set)

    def read(self, size: int = -1) -> bytes:
        if size:
            self.release.wait(1)
        return b""


def _iterator():
    yield b"x"
    time.sleep(1)


async def _never():
    await anyio.sleep(60)


async def _async_iterator():
    yield b"x"
    await anyio.sleep(60)


def call(client):
    return client.chat.complete(**HI)


def send_much(client):
    return client.chat.complete(model="m", messages=[{"role": "user", "content": "x" * 20_000_000}])


def upload_much(client):
    return client.files.upload(file=("a", iter([b"x" * 100_000] * 200)), purpose="ocr")


def upload_pipe(client):
    return client.files.upload(file=_Pipe(), purpose="ocr")


def upload_iterator(client):
    return client.files.upload(file=("a", _iterator()), purpose="ocr")


def upload_async_iterator(client):
    return client.files.upload(file=("a", _async_iterator()), purpose="ocr")


async def read(client):
    async with client.chat.stream(**HI) as stream:
        return [chunk async for chunk in stream]


def read_blocking(client):
    with client.chat.stream(**HI) as stream:
        return list(stream)


BEFORE_ANSWER, IN_BODY = {"where": "head"}, {"where": "body"}
WAITS = {
    # where it waits: the server and the settings, the call, the same call by code that blocks (None: there is none)
    "a key function that blocks": (blocked_key, call, call),
    "a key function that waits": (partial(stalled, api_key=_never), call, None),
    "a name": (silent_resolver, call, call),
    "a connection to be accepted": (full_backlog, call, call),
    "a TLS handshake": (partial(silence, "https"), call, call),
    "a proxy": (partial(silence, "http", "proxy"), call, call),
    "a connection of the pool": (partial(stalled, BEFORE_ANSWER, max_connections=1), call, call),
    "its turn": (partial(stalled, BEFORE_ANSWER, rate_limits=RateLimits(requests_per_minute=1)), call, call),
    "a paused writer": (silence, send_much, send_much),
    "a paused writer of an upload": (silence, upload_much, upload_much),
    "an answer": (partial(stalled, BEFORE_ANSWER), call, call),
    "the rest of an answer": (partial(stalled, IN_BODY), call, call),
    "an answer through httpx": (lambda: stalled(BEFORE_ANSWER, transport=httpx.AsyncHTTPTransport()), call, call),
    "the rest through httpx": (lambda: stalled(IN_BODY, transport=httpx.AsyncHTTPTransport()), call, call),
    "the first event": (partial(stalled, BEFORE_ANSWER), read, read_blocking),
    "an event": (partial(stalled, {"after_events": 1}), read, read_blocking),
    "an event through httpx": (
        lambda: stalled({"after_events": 1}, transport=httpx.AsyncHTTPTransport()),
        read,
        read_blocking,
    ),
    "the next attempt": (unavailable, call, call),
    "a pipe to upload": (stalled, upload_pipe, upload_pipe),
    "an iterator to upload": (stalled, upload_iterator, upload_iterator),
    "an async iterator to upload": (stalled, upload_async_iterator, None),
}
BUSY = {"its turn", "a connection of the pool"}  # which another call has
LIMIT, LATE, EARLY = 0.05, 0.1, 0.01  # seconds


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop", marks=pytest.mark.slow),
        pytest.param(("trio", {}), id="trio"),
    ],
)
def anyio_backend(request):
    return request.param


@pytest.mark.parametrize("how", ["deadline", "cancellation"])
@pytest.mark.parametrize("what", WAITS)
async def test_every_wait_ends_in_time(what, how):
    place, work, _ = WAITS[what]
    with place() as settings:
        await in_time(lambda: overshoot(settings, work, how, what))


def ended_by(what: str) -> type[MistralError]:
    """Return the error of a wait that its limit ends; one that would be too long does not begin."""
    return MistralError if what == "the next attempt" else APITimeoutError


async def overshoot(settings: Settings, work: Any, how: str, what: str) -> float:
    """Return how long after its time a call came back."""
    async with Mistral(**settings) as client, anyio.create_task_group() as group:
        if what in BUSY:
            group.start_soon(_ignore, call, client)
            await anyio.sleep(0.05)
        since = time.monotonic()
        if how == "deadline":
            with pytest.raises(ended_by(what)):
                await work(client.with_options(timeout=LIMIT))
        else:
            with anyio.move_on_after(LIMIT) as scope:
                await work(client)
            assert scope.cancelled_caught
        late = time.monotonic() - since - LIMIT
        assert late > -EARLY or what == "the next attempt"
        group.cancel_scope.cancel()
    return late


# What has no deadline of its own, since each of its calls has one: bulk work, runs of tools, batches.


async def _wait_for_ever() -> str:
    """Wait."""
    await anyio.sleep(60)
    return "done"


def _blocks() -> str:
    """Block."""
    time.sleep(0.5)
    return "done"


WAITING = Tool.from_function(_wait_for_ever, name="wait")
GUARDED = Tool.from_function(_blocks, name="wait", requires_confirmation=True)
BLOCKING = Tool.from_function(_blocks, name="wait", timeout=60)
ASK_FOR_IT = {"model": HI["model"], "messages": [{"role": "user", "content": "wait"}]}


async def map_slow(client):
    return await client.bulk.map([calls.chat.complete(**HI)]).collect()


async def map_source(client):
    async def source():
        await anyio.sleep(60)
        yield calls.chat.complete(**HI)

    return await client.bulk.map(source()).collect()


async def run_events(client):
    async with client.chat.run(**ASK_FOR_IT, tools=[WAITING]) as run:
        return [event async for event in run]


async def ask_person(client):
    return await client.chat.run(**ASK_FOR_IT, tools=[GUARDED], confirm=lambda _call: anyio.sleep(60))


async def wait_for_job(client):
    jobs = client.batch.jobs
    row = {"custom_id": "0", "body": {"messages": HI["messages"]}}
    job = await jobs.create(endpoint="/v1/chat/completions", model=HI["model"], requests=[row])
    return await jobs.wait(job.id)


QUEUED = partial(stalled, queue_seconds=1e9)
WORK = {
    "a result of bulk work": (partial(stalled, BEFORE_ANSWER), map_slow),
    "an item of bulk work": (stalled, map_source),
    "a tool": (stalled, lambda client: client.chat.run(**ASK_FOR_IT, tools=[WAITING])),
    "a tool that blocks, with a time limit": (stalled, lambda client: client.chat.run(**ASK_FOR_IT, tools=[BLOCKING])),
    "an event of a run": (stalled, run_events),
    "a person": (stalled, ask_person),
    "a job": (QUEUED, wait_for_job),
    "a batch": (QUEUED, lambda client: client.batch.run([calls.chat.complete(**HI)]).collect()),
}


@pytest.mark.parametrize("what", WORK)
async def test_work_of_many_calls_ends_with_its_cancellation(what):
    place, work = WORK[what]
    with place() as settings:
        await in_time(lambda: overshoot(settings, work, "cancellation", what))


SLOW = partial(stalled, BEFORE_ANSWER)
WAIT_FOR = {
    "a job": lambda client, limit: client.batch.jobs.wait("0", timeout=limit),
    "a tuning": lambda client, limit: client.fine_tuning.jobs.wait("0", timeout=limit),
    "a document": lambda client, limit: client.beta.libraries.documents.wait("0", "0", timeout=limit),
}


@pytest.mark.parametrize("what", WAIT_FOR)
async def test_the_time_of_a_wait_ends_a_question_that_is_not_answered(what):
    # Rule 5 of poll.
    async def overshoot():
        since = time.monotonic()
        with pytest.raises(WaitTimeoutError, match="not done after"):
            await WAIT_FOR[what](client, LIMIT)
        return time.monotonic() - since - LIMIT

    with SLOW() as settings:
        async with Mistral(**settings) as client:
            await in_time(overshoot)


async def test_no_time_for_a_wait_is_one_question(server, client):
    # Rule 5 of poll.
    server.reply("batch.jobs.get", json={"id": "0", "status": "RUNNING"}, times=None)
    with pytest.raises(WaitTimeoutError) as caught:
        await client.batch.jobs.wait("0", timeout=0)
    assert caught.value.state.status == "RUNNING"
    assert len(server.requests) == 1


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_time_of_a_blocking_wait_ends_a_question_that_is_not_answered(backend):
    # Rule 5 of poll.
    with SLOW() as settings, SyncMistral(**settings, backend=backend) as client:
        since = time.monotonic()
        with pytest.raises(WaitTimeoutError):
            WAIT_FOR["a job"](client, LIMIT)
        assert time.monotonic() - since < 10


async def in_time(measure):
    """See a wait end in time: once in five times, since the machine may be busy."""
    late = [await measure()]
    while late[-1] > LATE and len(late) < 5:
        late.append(await measure())
    assert late[-1] <= LATE, late


async def _ignore(work, client):
    with suppress(MistralError):
        await work(client)


@pytest.mark.parametrize("backend", ["asyncio", pytest.param("trio", marks=pytest.mark.slow)])
@pytest.mark.parametrize("what", [name for name, (_, _, blocking) in WAITS.items() if blocking is not None])
def test_every_blocking_wait_ends_in_time(what, backend):
    place, _, work = WAITS[what]
    with place() as settings:
        late = [blocking_overshoot(settings, work, backend, what)]
        while late[-1] > LATE and len(late) < 5:
            late.append(blocking_overshoot(settings, work, backend, what))
    assert late[-1] <= LATE, late


def blocking_overshoot(settings: Settings, work: Any, backend: Any, what: str) -> float:
    with SyncMistral(**settings, backend=backend) as client:
        other = threading.Thread(target=_ignore_blocking, args=(client.with_options(timeout=1),), daemon=True)
        if what in BUSY:
            other.start()
            time.sleep(0.05)
        since = time.monotonic()
        with pytest.raises(ended_by(what)):
            work(client.with_options(timeout=LIMIT))
        late = time.monotonic() - since - LIMIT
        assert late > -EARLY or what == "the next attempt"
    if what in BUSY:
        other.join()
    return late


def _ignore_blocking(client):
    with suppress(MistralError):
        call(client)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the thread left behind drops its pipe
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
async def test_saving_to_a_pipe_without_a_reader_ends_in_time(client, tmp_path):
    file = await client.files.upload(file=("a.pdf", b"%PDF" * 1000), purpose="ocr")
    os.mkfifo(tmp_path / "pipe")
    since = time.monotonic()
    with anyio.move_on_after(0.2) as scope:
        await client.files.download(file.id).save(tmp_path / "pipe")
    assert scope.cancelled_caught
    assert time.monotonic() - since < 10
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)  # lets the thread go
    hung_up = select.poll()
    hung_up.register(reader, 0)
    hung_up.poll(5000)  # until it has dropped its pipe
    os.close(reader)


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
