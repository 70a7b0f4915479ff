"""Batch for code that blocks: the same results, and calls read in the caller's own thread."""

from __future__ import annotations

import json
import threading

import pytest

from mistral_async.batch import BatchHandle, BatchInputError, BatchLimits, Poll, read_calls


@pytest.fixture
def poll(clock):
    async def sleep(seconds):
        clock.advance(seconds)

    return Poll(sleep=sleep)


@pytest.mark.parametrize("options", [{"batch_failures": 0.2, "shuffle_batch": True}])
def test_the_results_of_a_run(sync_client, ask, said, poll):
    with sync_client.batch.run([ask(n) for n in range(30)], poll=poll, ordered=True) as results:
        got = list(results)
        job = results.job
        assert results.progress.finished
    assert [result.index for result in got] == list(range(30))
    assert {said(result) == str(2 * result.index) for result in got if result.ok} == {True}
    failed = sum(not result.ok for result in got)
    assert failed > 0
    assert isinstance(job, BatchHandle)
    assert job.resubmit_failed() == failed
    assert len(job.results().collect()) == 30
    assert [result.index for result in job.results(ordered=True)] == list(range(30))


def test_handles(sync_client, ask, said, poll, three):
    job = sync_client.batch.start((ask(n) for n in range(10)), poll=poll, limits=three)
    same = sync_client.batch.attach(job.to_json(), poll=poll)
    assert same.job_ids == job.job_ids
    assert same.wait().done == 10
    assert [value.text for value in same.results().values()] == [str(2 * n) for n in range(10)]
    assert [said(result) for result in same.results(ordered=True)] == [str(2 * n) for n in range(10)]
    assert same.status().finished
    assert same.cancel().finished
    assert same.cleanup(jobs=True) == 3 + 3 + 3


def test_calls_may_be_made_with_the_same_client_in_the_same_thread(sync_client, ask, poll):
    threads = set()

    def source():
        for number in range(3):
            threads.add(threading.get_ident())
            assert sync_client.models.retrieve("mistral-small-latest")
            yield ask(number)

    assert len(sync_client.batch.run(source(), poll=poll).collect()) == 3
    assert threads == {threading.get_ident()}


def test_async_iterables_work_too(sync_client, ask, poll):
    async def source():
        yield ask(1)

    assert len(sync_client.batch.run(source(), poll=poll).collect()) == 1


def test_faults_are_told_before_anything_is_sent(sync_client, threaded_server, ask, poll, tmp_path):
    # Rule 1 of batch_run.
    path = tmp_path / "run.json"
    with pytest.raises(BatchInputError):
        sync_client.batch.run([ask(0), 3], poll=poll, checkpoint=path).collect()
    with pytest.raises(BatchInputError):
        sync_client.batch.start([ask(0), 3], poll=poll, checkpoint=path)
    assert not threaded_server.requests
    assert list(tmp_path.iterdir()) == []


def test_leaving_early_cancels_if_so_wished(sync_client, threaded_server, ask, clock):
    async def sleep(_):
        import anyio

        await anyio.sleep(0.01)

    with sync_client.batch.run([ask(0)], poll=Poll(sleep=sleep), on_exit="cancel") as results:
        while not results.progress.jobs:
            pass
    assert threaded_server.effects["batch.jobs.cancel"] == 1


def test_a_file_of_requests(sync_client, said, poll, tmp_path):
    path = tmp_path / "in.jsonl"
    rows = [
        {"custom_id": f"r{n}", "body": {"messages": [{"role": "user", "content": f"What is {n} * 2? just the number"}]}}
        for n in range(5)
    ]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    (plain, *_) = sync_client.batch.run(read_calls(path, model="mistral-small-latest", typed=False), poll=poll)
    assert isinstance(plain.value, dict)
    found = read_calls(path, model="mistral-small-latest")
    results = sync_client.batch.run(found, poll=poll, limits=BatchLimits(inline_requests=0), ordered=True).collect()
    assert [(result.id, said(result)) for result in results] == [(f"r{n}", str(2 * n)) for n in range(5)]
