"""Checkpoints and handles that no run has written, and locks that are given back however a run ends."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from contextlib import suppress
from unittest import mock

import anyio
import pytest

from mistral_async.batch import BatchInputError, BatchLimits, _request_spool, _run_file
from mistral_async.bulk import CheckpointError


def part(place, **fields):
    return lambda run: run["parts"][place].update(fields)


def whole(**fields):
    return lambda run: run.update(fields)


CRAFTED = {
    "more calls than there are": whole(total=11),
    "fewer calls": whole(total=3),
    "more calls than fit into memory": whole(total=10**15),
    "less than no calls": whole(total=-1),
    "no parts": whole(parts=[]),
    "a time that no calendar has": whole(created=1e300),
    "a time before all calendars": whole(created=-1e15),
    "calls backwards": part(0, ranges=[[4, 0]]),
    "calls below zero": part(0, ranges=[[-4, 4]]),
    "calls beyond the last": part(2, ranges=[[8, 10**15]]),
    "calls twice": part(1, ranges=[[0, 4]]),
    "calls left out": part(1, ranges=[[5, 8]]),
    "a part twice": part(1, number=0),
    "a part below zero": part(0, number=-1),
    "a part of a number that is too large": part(2, number=70_000),
    "a repetition of what was never sent": part(0, again=True),
    "a job without an id": part(0, job=""),
    "a job that names another path": part(0, job=".."),
    "a file that names another path": part(0, file="."),
    "limits that no job has": whole(limits={"requests": 0}),
}


@pytest.fixture
async def run(client, poll, ask, three, tmp_path):
    """A run of ten calls in three jobs: its calls, its checkpoint, and what stands in that."""
    todo = [ask(n) for n in range(10)]
    path = tmp_path / "run.json"
    await client.batch.start(todo, poll=poll, limits=three, checkpoint=path)
    return todo, path, json.loads(path.read_bytes())


def nothing_but(path):
    return [each.name for each in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("change", CRAFTED.values(), ids=CRAFTED)
async def test_what_no_run_has_written_is_refused(client, poll, run, change):
    todo, path, record = run
    change(record)
    text = json.dumps(record)
    path.write_text(text)
    for use in (
        lambda: client.batch.attach(text, poll=poll),
        lambda: client.batch.attach(path, poll=poll),
        lambda: client.batch.run(todo, poll=poll, checkpoint=path).collect(),
    ):
        with pytest.raises(CheckpointError, match="is not the handle of a batch"):
            await use()
        assert nothing_but(path), "the lock was given back"


def test_blocking_code_is_told_alike(sync_client, tmp_path, ask):
    path = tmp_path / "run.json"
    path.write_text('{"created": 1, "limits": {}, "metadata": {}, "total": 1000000000000}')
    for use in (
        lambda: sync_client.batch.attach(path),
        lambda: sync_client.batch.run([ask(1)], checkpoint=path).collect(),
    ):
        with pytest.raises(CheckpointError, match="is not the handle of a batch"):
            use()
        assert nothing_but(path)


async def test_a_pipe_is_no_checkpoint(client, poll, ask, tmp_path):
    """Reading one may never end."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with anyio.fail_after(5):
        with pytest.raises(CheckpointError, match="pipe or device"):
            client.batch.attach(path)
        with pytest.raises(CheckpointError, match="pipe or device"):
            await client.batch.run([ask(1)], poll=poll, checkpoint=path)
    assert nothing_but(path)


async def test_json_that_is_nested_too_deep_is_refused(client):
    deep = '{"x":' + "[" * 200_000 + "]" * 200_000 + "}"
    with pytest.raises(CheckpointError, match="is not the handle of a batch"):
        client.batch.attach(deep)


async def test_a_reading_that_can_not_begin_gives_the_lock_back(client, poll, run, tmp_path, monkeypatch):
    _, path, _ = run
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    for _ in range(2):
        with pytest.raises(CheckpointError, match="no directory can be made"):
            await client.batch.attach(path, poll=poll).results(ordered=True)
    assert nothing_but(path)


def test_a_run_without_a_temporary_directory_says_so(sync_client, ask, monkeypatch):
    """A process without descriptors finds none either."""
    monkeypatch.setattr(tempfile, "gettempdir", mock.Mock(side_effect=FileNotFoundError("No usable temporary")))
    with pytest.raises(CheckpointError, match="No usable temporary"):
        sync_client.batch.start([ask(0)])
    with pytest.raises(CheckpointError, match="No usable temporary"):
        sync_client.batch.run([ask(0)]).collect()


async def test_a_run_of_more_jobs_or_calls_than_a_checkpoint_holds_is_refused(client, poll, ask, monkeypatch):
    monkeypatch.setattr(_request_spool, "MOST_PARTS", 2)
    with pytest.raises(BatchInputError, match="at most 2 jobs"):
        await client.batch.run([ask(n) for n in range(3)], poll=poll, limits=BatchLimits(requests=1))
    monkeypatch.setattr(_request_spool, "MOST_CALLS", 2)
    with pytest.raises(BatchInputError, match="at most 2 calls"):
        await client.batch.run([ask(n) for n in range(3)], poll=poll)


WAYS = {
    "run": lambda client, todo, path, poll: client.batch.run(todo, poll=poll, checkpoint=path).collect(),
    "results": lambda client, _, path, poll: client.batch.attach(path, poll=poll).results().collect(),
    "status": lambda client, _, path, poll: client.batch.attach(path, poll=poll).status(),
}


@pytest.mark.parametrize("anyio_backend", [("asyncio", {"use_uvloop": uvloop}) for uvloop in (False, True)], ids=str)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("cancels", [1, 3])
async def test_asyncio_s_own_cancellation_gives_the_lock_back(client, poll, run, monkeypatch, way, cancels):
    """A shield of anyio is none for it: a lock that a thread takes meanwhile would be nobody's to release."""
    todo, path, _ = run
    take = _run_file._locked

    def slow(*args):
        time.sleep(0.03 * cancels)
        return take(*args)

    with monkeypatch.context() as patch:
        patch.setattr(_run_file, "_locked", slow)
        task = asyncio.ensure_future(WAYS[way](client, todo, path, poll))
        for _ in range(cancels):
            await asyncio.sleep(0.03)
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert nothing_but(path)
    assert await WAYS[way](client, todo, path, poll)


class InjectedError(Exception):
    """What no wait is expected to raise."""


class Injecting:
    """Work into which an exception is raised at one of its suspensions: at once, or when that is over."""

    def __init__(self, work, place, *, at_once):
        self.work, self.place, self.at_once, self.count = work, place, at_once, 0

    def __await__(self):
        steps = self.work.__await__()
        suspended = steps.send(None)
        while True:
            self.count += 1
            injected = self.count == self.place
            try:
                if not (injected and self.at_once):
                    yield suspended
                suspended = steps.throw(InjectedError()) if injected else steps.send(None)
            except StopIteration as end:
                return end.value


@pytest.mark.parametrize("anyio_backend", [("asyncio", {"use_uvloop": uvloop}) for uvloop in (False, True)], ids=str)
@pytest.mark.parametrize("at_once", [False, True])
@pytest.mark.parametrize("way", WAYS)
async def test_whatever_a_wait_raises_the_lock_is_given_back(client, poll, run, monkeypatch, way, at_once):
    todo, path, _ = run
    take = _run_file._locked

    def slow(*args):
        time.sleep(0.01)
        return take(*args)

    monkeypatch.setattr(_run_file, "_locked", slow)
    place = 0
    while True:
        place += 1
        work = Injecting(WAYS[way](client, todo, path, poll), place, at_once=at_once)
        with suppress(InjectedError):
            await work
        assert nothing_but(path), f"at suspension {place}"
        if work.count < place:
            break
    assert place > 3
