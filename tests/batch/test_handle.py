"""Handles: a run outlives its process, is created once, and only what failed is sent again."""

from __future__ import annotations

import json
import warnings

import anyio
import pytest

from mistral_async import Mistral, calls
from mistral_async.batch import (
    BatchExpiryWarning,
    BatchLimits,
    NotSubmittedError,
    Poll,
    WaitTimeoutError,
)
from mistral_async.bulk import CheckpointError
from mistral_async.errors import APIConnectionError, AuthenticationError, MistralError, PermissionDeniedError
from mistral_async.testing import Cut, Reset, Stall

ROUGH = {"batch_failures": 0.3, "shuffle_batch": True}


@pytest.fixture
def another(server):
    """A client of another process: it shares nothing with the first."""
    return Mistral(server.api_key, server_url=server.url)


async def test_another_process_goes_on_by_the_handle(client, another, poll, ask, said, three, server):
    job = await client.batch.start([(f"n{n}", ask(n)) for n in range(10)], poll=poll, limits=three)
    text = job.to_json()
    assert json.loads(text)["total"] == job.total == 10
    assert len(job.job_ids) == 3
    async with another:
        resumed = another.batch.attach(text, poll=poll)
        assert (resumed.id, resumed.job_ids, resumed.endpoint) == (job.id, job.job_ids, "/v1/chat/completions")
        progress = await resumed.wait()
        assert (progress.done, progress.failed, progress.in_flight, progress.finished) == (10, 0, 0, True)
        results = await resumed.results(ordered=True)
        again = await resumed.results(ordered=True)
    assert [(result.id, said(result)) for result in results] == [(f"n{n}", str(2 * n)) for n in range(10)]
    assert [said(result) for result in again] == [said(result) for result in results]
    assert server.effects["batch.jobs.create"] == 3


async def test_answers_are_read_like_those_of_a_call(client, another, poll):
    call = calls.embeddings.create(model="codestral-embed", inputs="a", output_dtype="int8")
    job = await client.batch.start([call, call], poll=poll)
    async with another:
        (result, _) = await another.batch.attach(job.to_json(), like=call, poll=poll).results()
        direct = (await another.send(call)).data
    assert list(result.unwrap().data[0].embedding) == list(direct.data[0].embedding)


@pytest.mark.parametrize("text", ["", "{}", '{"version": 99, "created": 1, "limits": {}, "metadata": {}}', "[1]"])
async def test_what_is_no_handle_is_refused(client, text, tmp_path):
    with pytest.raises(CheckpointError, match=r"not the handle|another version"):
        client.batch.attach(text)
    with pytest.raises(CheckpointError, match="no checkpoint"):
        client.batch.attach(tmp_path / "none.json")


@pytest.mark.parametrize("options", [ROUGH])
async def test_only_what_failed_is_sent_again(client, another, poll, ask, said, three, server):
    # Rule 7 of batch_run.
    todo = [(f"n{n}", ask(n)) for n in range(60)]
    limits = BatchLimits(requests=25, inline_requests=0)
    job = await client.batch.start(todo, poll=poll, limits=limits)
    first = await job.results()
    failed = {result.index for result in first if not result.ok}
    assert 5 <= len(failed) <= 35
    async with another:
        resumed = another.batch.attach(job.to_json(), poll=poll)
        assert await resumed.resubmit_failed() == len(failed)
        text = resumed.to_json()
    files = [file async for file in client.files.list(search=job.id)]
    resent = [file for file in files if int(file.filename.split("-")[-1].removesuffix(".jsonl")) > 2]
    lines = [json.loads(line) for file in resent for line in (await client.files.download(file.id)).splitlines()]
    assert sorted(int(line["custom_id"].split(":")[0]) for line in lines) == sorted(failed)
    results = await client.batch.attach(text, poll=poll).results(ordered=True)
    assert [result.index for result in results] == list(range(60))
    assert {said(result) == str(2 * result.index) for result in results if result.ok} == {True}
    assert all(result.ok for result in results if result.index not in failed)
    # Billed: what succeeded at first, and of the rest what succeeded the second time. Nothing twice.
    assert server.effects["batch:chat.complete"] == sum(result.ok for result in results)
    assert [result.id for result in results] == [f"n{n}" for n in range(60)]


@pytest.mark.parametrize("options", [{"batch_failures": 0.5}])
async def test_again_and_again_until_nothing_failed(client, poll, ask, said, server, three):
    job = await client.batch.start([ask(n) for n in range(30)], poll=poll)
    rounds = []
    while count := await job.resubmit_failed():
        rounds.append(count)
    assert rounds == sorted(rounds, reverse=True)
    assert len(rounds) > 1
    assert [said(result) for result in await job.results(ordered=True)] == [str(2 * n) for n in range(30)]
    assert server.effects["batch:chat.complete"] == 30
    progress = await job.status()
    assert (progress.done, progress.failed, progress.total) == (30, 0, 30)


@pytest.mark.parametrize("options", [{"batch_per_second": 0.002}])
async def test_what_a_job_did_not_get_to_is_sent_again(client, poll, ask, said, files, server):
    # Rule 7 of batch_run.
    job = await client.batch.start([ask(n) for n in range(10)], poll=poll, limits=files, timeout_hours=1)
    assert await job.resubmit_failed() == 3
    results = await job.results(ordered=True)
    assert [said(result) for result in results] == [str(2 * n) for n in range(10)]
    assert server.effects["batch:chat.complete"] == 10


async def test_requests_that_are_gone_can_not_be_sent_again(client, poll, ask, files, server):
    # Rule 7 of batch_run.
    server.state.options = type(server.state.options)(batch_failures=1.0)
    job = await client.batch.start([ask(0), ask(1)], poll=poll, limits=files)
    await job.wait()
    await job.cleanup(outputs=False)
    with pytest.raises(NotSubmittedError, match="2 of 2 failed requests are not on the server"):
        await job.resubmit_failed()
    assert server.effects["batch.jobs.create"] == 1


@pytest.mark.parametrize("fresh", [False, True])
async def test_sending_again_that_is_cut_off_is_gone_on_with(client, poll, ask, said, server, three, tmp_path, fresh):
    # Rule 7 of batch_run.
    server.state.options = type(server.state.options)(batch_failures=1.0)
    path, todo = tmp_path / "run.json", [ask(n) for n in range(10)]
    await client.batch.run(todo, poll=poll, limits=three, checkpoint=path)
    server.state.options = type(server.state.options)()
    server.fail(401, operation="files.upload", after=1, times=2)
    handle = client.batch.attach(path, poll=poll)
    with pytest.raises(AuthenticationError):
        await handle.resubmit_failed()
    server.scripts._replies.clear()
    handle = client.batch.attach(path, poll=poll) if fresh else handle
    assert await handle.resubmit_failed() == 0
    assert [said(result) for result in await handle.results(ordered=True)] == [str(2 * n) for n in range(10)]
    assert server.effects["batch:chat.complete"] == 10
    assert server.effects["batch.jobs.create"] == 6
    again = await client.batch.run(todo, poll=poll, checkpoint=path, ordered=True)
    assert [said(result) for result in again] == [str(2 * n) for n in range(10)]


async def test_expired_results_are_sent_again(client, poll, ask, said, server, files, clock):
    job = await client.batch.start([ask(n) for n in range(10)], poll=poll, limits=files)
    await job.wait()
    clock.advance(31 * 24 * 3600)
    assert await job.resubmit_failed() == 10
    assert [said(result) for result in await job.results(ordered=True)] == [str(2 * n) for n in range(10)]


async def test_a_creation_answered_with_nonsense_is_looked_for(client, poll, ask, server):
    # Rule 2 of batch_run.
    server.reply("batch.jobs.create", json={"hello": "world"})
    assert len(await client.batch.run([ask(0)], poll=poll)) == 1
    assert server.effects["batch.jobs.create"] == 2  # the first was the script's: nothing was made


async def test_cancelling_what_ends_meanwhile(client, poll, ask, server):
    job = await client.batch.start([ask(0)], poll=poll)
    server.fail(409, operation="batch.jobs.cancel", times=1)
    await poll.sleep(5)
    assert (await job.cancel()).finished
    other = await client.batch.start([ask(0)], poll=poll)
    server.fail(403, operation="batch.jobs.cancel", times=1)
    with pytest.raises(PermissionDeniedError):
        await other.cancel()


async def test_expiry_without_a_file_is_what_the_api_documents(client, poll, ask, server, files):
    server.state.options = type(server.state.options)(batch_per_second=0.0001)
    job = await client.batch.start([ask(0)], poll=poll, limits=files, timeout_hours=1)
    progress = await job.wait()
    (ended,) = progress.jobs
    assert (ended.output_file, ended.error_file) == (None, None)
    assert progress.expires_at.timestamp() == ended.completed_at + 24 * 3600


LOST = [Cut(where="head"), Reset(where="head"), Cut(where="body")]


@pytest.mark.parametrize("fault", LOST, ids=str)
async def test_a_job_whose_creation_was_not_answered_is_not_created_twice(
    client, poll, ask, said, server, three, fault
):
    # Rule 2 of batch_run.
    server.fault(fault, operation="batch.jobs.create", times=2)
    results = await client.batch.run([ask(n) for n in range(10)], poll=poll, limits=three, ordered=True)
    assert [said(result) for result in results] == [str(2 * n) for n in range(10)]
    assert server.effects["batch.jobs.create"] == 3
    assert server.effects["batch:chat.complete"] == 10


@pytest.mark.parametrize("fault", LOST, ids=str)
async def test_a_file_whose_upload_was_not_answered_is_not_uploaded_twice(client, poll, ask, server, files, fault):
    # Rule 3 of batch_run.
    server.fault(fault, operation="files.upload", times=1)
    assert len(await client.batch.run([ask(n) for n in range(10)], poll=poll, limits=files)) == 10
    assert server.effects["files.upload"] == 1


async def test_a_creation_that_failed_is_tried_again(client, poll, ask, server, files):
    # Rule 4 of batch_run.
    server.fail(503, operation="batch.jobs.create", times=9)
    server.fail(500, operation="files.upload", times=3)
    assert len(await client.batch.run([ask(n) for n in range(10)], poll=poll, limits=files)) == 10
    assert server.effects["batch.jobs.create"] == server.effects["files.upload"] == 1


async def test_an_error_that_ends_the_start_has_the_handle(client, another, poll, ask, server, three):
    server.fail(401, operation="batch.jobs.create", after=1, times=None)
    with pytest.raises(AuthenticationError) as caught:
        await client.batch.start([ask(n) for n in range(10)], poll=poll, limits=three, concurrency=1)
    async with another:
        job = another.batch.attach(caught.value.partial, poll=poll)
        assert len(job.job_ids) == 1
        await job.cancel()
        jobs = [found.id async for found in another.batch.jobs.list()]
    assert jobs == job.job_ids


# checkpoints


async def test_the_same_call_with_the_same_file_goes_on(client, another, poll, ask, said, server, three, tmp_path):
    # Rule 5 of batch_run.
    path = tmp_path / "run.json"
    todo = [ask(n) for n in range(10)]
    server.fail(401, operation="batch.jobs.create", after=1, times=2)
    with pytest.raises(AuthenticationError):
        await client.batch.run(todo, poll=poll, limits=three, checkpoint=path, concurrency=1)
    server.scripts._replies.clear()
    for _ in range(2):
        async with another.batch.run(todo, poll=poll, checkpoint=path, ordered=True) as results:
            assert [said(result) async for result in results] == [str(2 * n) for n in range(10)]
    assert server.effects["batch.jobs.create"] == 3
    assert server.effects["batch:chat.complete"] == 10
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]
    attached = another.batch.attach(path, poll=poll)
    assert len(await attached.results()) == 10
    await another.aclose()


async def test_a_checkpoint_of_other_calls_is_refused(client, poll, ask, server, tmp_path):
    # Rule 5 of batch_run.
    path = tmp_path / "run.json"
    await client.batch.run([ask(0), ask(1)], poll=poll, checkpoint=path)
    for others in ([ask(0)], [ask(0), ask(2)], [ask(0), ask(1), ask(2)], [("a", ask(0)), ask(1)]):
        with pytest.raises(CheckpointError, match="of other calls"):
            await client.batch.run(others, poll=poll, checkpoint=path)
    assert server.effects["batch.jobs.create"] == 1


async def test_a_checkpoint_is_one_process_s_at_a_time(client, poll, ask, tmp_path):
    # Rule 5 of batch_run.
    path = tmp_path / "run.json"
    async with client.batch.run([ask(0)], poll=poll, checkpoint=path) as results:
        with pytest.raises(CheckpointError, match="in use"):
            await client.batch.run([ask(0)], poll=poll, checkpoint=path)
        assert len([result async for result in results]) == 1
    assert len(await client.batch.run([ask(0)], poll=poll, checkpoint=path)) == 1


@pytest.mark.parametrize("when", range(0, 60, 4))
async def test_cancelled_anywhere_nothing_is_lost_or_done_twice(client, poll, ask, said, server, three, tmp_path, when):
    # Rule 2 of batch_run.
    path = tmp_path / "run.json"
    todo = [ask(n) for n in range(10)]

    async def run():
        await client.batch.run(todo, poll=poll, limits=three, checkpoint=path)

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        for _ in range(when):
            await anyio.sleep(0.001)
        group.cancel_scope.cancel()
    assert {each.name for each in tmp_path.iterdir()} <= {"run.json"}
    results = await client.batch.run(todo, poll=poll, limits=three, checkpoint=path, ordered=True)
    assert [said(result) for result in results] == [str(2 * n) for n in range(10)]
    assert server.effects["batch.jobs.create"] == 3
    assert server.effects["batch:chat.complete"] == 10


async def killed_while(client, server, run, *, creating):
    """Begin a run, and lose the process (as far as the server and the checkpoint see) at the creation of its job."""
    server.fault(Stall(where="head" if creating else "request"), operation="batch.jobs.create", times=1)

    async def begin():
        await run

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(begin)
        with anyio.fail_after(5):
            while server.scripts.unused():  # noqa: ASYNC110 - the server has no event for it
                await anyio.sleep(0.005)
        await anyio.sleep(0.05)
        tasks.cancel_scope.cancel()


async def test_attaching_finds_a_job_that_was_created_but_not_answered(client, poll, ask, said, server, tmp_path):
    # Rule 2 of batch_run.
    path = tmp_path / "run.json"
    await killed_while(client, server, client.batch.run([ask(1)], poll=poll, checkpoint=path).collect(), creating=True)
    assert server.effects["batch.jobs.create"] == 1
    handle = client.batch.attach(path, poll=poll)
    assert handle.job_ids == []
    assert (await handle.wait()).done == 1
    assert [said(result) for result in await handle.results()] == ["2"]
    assert server.effects["batch.jobs.create"] == 1
    assert json.loads(path.read_text())["parts"][0]["job"] == handle.job_ids[0]


async def test_attaching_creates_the_job_of_a_file_that_is_there(client, poll, ask, said, server, files, tmp_path):
    path = tmp_path / "run.json"
    run = client.batch.run([ask(1)], poll=poll, checkpoint=path, limits=files).collect()
    await killed_while(client, server, run, creating=False)
    results = await client.batch.attach(path, poll=poll).results()
    assert [said(result) for result in results] == ["2"]
    assert server.effects["files.upload"] == server.effects["batch.jobs.create"] == 1


async def test_requests_that_were_never_sent_need_their_calls(client, poll, ask, server, tmp_path):
    path = tmp_path / "run.json"
    await killed_while(client, server, client.batch.run([ask(1)], poll=poll, checkpoint=path).collect(), creating=False)
    handle = client.batch.attach(path, poll=poll)
    for act in (handle.wait, handle.status, handle.resubmit_failed, handle.results().collect):
        with pytest.raises(NotSubmittedError, match="same calls and the same checkpoint"):
            await act()
    assert len(await client.batch.run([ask(1)], poll=poll, checkpoint=path)) == 1


# leaving


@pytest.fixture
def running(client, poll, ask, clock):
    """Results of a job that takes for ever."""

    async def sleep(_):
        await anyio.sleep(0.01)

    def make(**options):
        return client.batch.run([ask(n) for n in range(10)], poll=Poll(sleep=sleep), **options)

    return make


async def leave(running, how, **options):
    async with running(**options) as results:
        while not results.progress.jobs:  # noqa: ASYNC110 - the jobs tell nobody
            await anyio.sleep(0.01)
        if how == "exception":
            raise LookupError
        if how == "cancellation":
            with anyio.CancelScope() as scope:
                scope.cancel()
                await anext(results)


@pytest.mark.parametrize("how", ["exception", "cancellation", "break"])
@pytest.mark.parametrize(("on_exit", "status"), [("keep", "QUEUED"), ("cancel", "CANCELLED"), (None, "QUEUED")])
async def test_leaving_keeps_or_cancels(client, running, how, on_exit, status):
    # Rule 8 of batch_run.
    options = {} if on_exit is None else {"on_exit": on_exit}
    try:
        await leave(running, how, **options)
    except LookupError:
        assert how == "exception"
    (job,) = (await client.batch.jobs.list().page()).data
    assert (await client.batch.jobs.get(job.id)).status == status


async def test_jobs_are_cancelled_even_when_the_whole_task_is(client, running):
    with anyio.CancelScope() as scope:
        async with running(on_exit="cancel") as results:
            while not results.progress.jobs:  # noqa: ASYNC110 - the jobs tell nobody
                await anyio.sleep(0.01)
            scope.cancel()
            await anext(results)
    (job,) = (await client.batch.jobs.list().page()).data
    assert (await client.batch.jobs.get(job.id)).status == "CANCELLED"


async def test_a_finished_run_is_not_cancelled(client, poll, ask, server):
    await client.batch.run([ask(0)], poll=poll, on_exit="cancel")
    assert server.effects["batch.jobs.cancel"] == 0


# watching


@pytest.mark.parametrize("options", [{"batch_per_second": 1.0}])
async def test_progress_tells_how_far_it_is(client, poll, ask, three):
    seen = []
    await client.batch.run([ask(n) for n in range(10)], poll=poll, limits=three, progress=seen.append)
    assert [each.total for each in seen] == [10] * len(seen)
    done = [each.done for each in seen]
    assert done == sorted(done)
    assert done[-1] == 10
    assert len(set(done)) > 2
    assert [each.finished for each in seen].count(True) == 1
    assert seen[0].in_flight == 10


async def test_waiting_has_an_end(client, poll, ask, server):
    server.state.options = type(server.state.options)(queue_seconds=1e9)
    job = await client.batch.start([ask(0)], poll=poll)
    with pytest.raises(WaitTimeoutError) as caught:
        await job.wait(timeout=100)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.state.status == "QUEUED"
    assert (await job.status()).in_flight == 1


async def test_cancelling_gives_what_was_done(client, poll, ask, server, clock, files):
    server.state.options = type(server.state.options)(batch_per_second=1.0)
    job = await client.batch.start([ask(n) for n in range(10)], poll=poll, limits=files)
    clock.advance(4.3)
    await job.status()
    await job.cancel()
    await job.cancel()
    results = await job.results(ordered=True)
    assert [result.ok for result in results] == [True] * 4 + [False] * 6
    assert results[9].error.job_status == "CANCELLED"


async def test_cleaning_up(client, poll, ask, server, three):
    server.state.options = type(server.state.options)(batch_failures=0.5)
    job = await client.batch.start([ask(n) for n in range(10)], poll=poll, limits=three)
    with pytest.raises(RuntimeError, match="still at work"):
        await job.cleanup()
    await job.wait()
    before = [file.id async for file in client.files.list()]
    assert await job.cleanup() == len(before)
    assert [file.id async for file in client.files.list()] == []
    assert await job.cleanup(jobs=True) == 3
    assert [found.id async for found in client.batch.jobs.list()] == []


async def test_results_that_will_be_deleted_are_warned_of(client, ask, server, clock, files):
    async def sleep(seconds):
        clock.advance(seconds)

    poll = Poll(sleep=sleep, now=server.state.calendar.now)
    job = await client.batch.start([ask(0)], poll=poll, limits=files)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        progress = await job.wait()
    days = 30 * 24 * 3600
    assert progress.expires_at.timestamp() == pytest.approx(server.state.calendar.now() + days, abs=60)
    clock.advance(days - 3600)
    with pytest.warns(BatchExpiryWarning, match="will be deleted"):
        await job.status()
    clock.advance(7200)
    late = client.batch.attach(job.to_json(), poll=poll)
    with pytest.warns(BatchExpiryWarning, match="were deleted"):
        await late.status()


async def test_a_dead_server_ends_the_waiting_when_patience_does(client, ask, server):
    # Rule 3 of poll.
    async def sleep(_):
        await anyio.lowlevel.checkpoint()

    job = await client.batch.start([ask(0)], poll=Poll(sleep=sleep, patience=1000))
    server.fault(Reset(), operation="batch.jobs.get", times=None)
    with pytest.raises(APIConnectionError):
        await job.wait()
    asked = sum(request.path.endswith(job.job_ids[0]) for request in server.requests)
    assert 20 < asked < 40


async def test_errors_are_bare(client, poll, ask, server, three):
    server.fail(403, operation="batch.jobs.get", times=None)
    with pytest.raises(MistralError) as caught:
        await client.batch.run([ask(n) for n in range(10)], poll=poll, limits=three)
    assert caught.value.status == 403
