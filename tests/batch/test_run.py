"""Calls run as batch jobs: what bulk takes and gives, every request once, whatever the server does on the way."""

from __future__ import annotations

import json

import anyio
import pytest

from mistral_async import calls
from mistral_async.batch import BatchInputError, BatchLimits, MissingResultError, ResultsExpiredError
from mistral_async.errors import AuthenticationError, InvalidModelError, ServerError, UnprocessableEntityError
from mistral_async.testing import Cut, Garbage, Reset

HI = [{"role": "user", "content": "hi"}]

ENDPOINTS = {
    "chat": lambda: calls.chat.complete(model="mistral-small-latest", messages=HI),
    "embeddings": lambda: calls.embeddings.create(model="mistral-embed", inputs=["a", "b"]),
    "packed": lambda: calls.embeddings.create(model="codestral-embed", inputs="a", output_dtype="int8"),
    "fim": lambda: calls.fim.complete(model="codestral-latest", prompt="def f("),
    "moderations": lambda: calls.classifiers.moderate("a text"),
    "chat moderations": lambda: calls.classifiers.moderate_chat(HI, "mistral-moderation-latest"),
    "ocr": lambda: calls.ocr.process(document="https://example.com/a.pdf"),
    "classifications": lambda: calls.classifiers.classify("a text", "my-classifier"),
    "chat classifications": lambda: calls.classifiers.classify_chat(
        model="my-classifier", inputs=[{"messages": [{"role": "user", "content": "a"}]}]
    ),
    "conversations": lambda: calls.beta.conversations.start(inputs="hi", model="mistral-small-latest"),
    "transcriptions": lambda: calls.audio.transcriptions.complete(
        model="voxtral-mini-latest", file_url="https://example.com/a.mp3"
    ),
}


@pytest.mark.parametrize("options", [{"any_model": True}])
@pytest.mark.parametrize("name", ENDPOINTS)
async def test_each_endpoint_gives_what_its_call_gives(client, poll, name):
    make = ENDPOINTS[name]
    direct = (await client.send(make())).data
    first, second = await client.batch.run([make(), make()], poll=poll, ordered=True)
    for result in (first, second):
        value = result.unwrap()
        assert type(value) is type(direct)
        assert result.usage == getattr(value, "usage", None)
    if name == "packed":
        assert type(value.data[0].embedding) is type(direct.data[0].embedding)


async def test_bulk_and_batch_are_one_word_apart(client, poll, ask, said):
    todo = [ask(number) for number in range(20)]
    async with client.bulk.map(todo) as results:
        bulk = [(type(result), result.index, said(result)) async for result in results]
    async with client.batch.run(todo, poll=poll, ordered=True) as results:
        batch = [(type(result), result.index, said(result)) async for result in results]
    assert batch == bulk
    values = await client.batch.run(todo, poll=poll).values()
    assert [each.text for each in values] == [each.text for each in await client.bulk.map(todo).values()]


async def test_ids_and_async_iterables(client, poll, ask, said, server):
    async def source():
        for number in range(3):
            yield f"row {number}:\n{number}", ask(number)

    results = await client.batch.run(source(), poll=poll, ordered=True)
    assert [(result.id, result.index, said(result)) for result in results] == [
        ("row 0:\n0", 0, "0"),
        ("row 1:\n1", 1, "2"),
        ("row 2:\n2", 2, "4"),
    ]
    assert server.effects["files.upload"] == 0


async def test_nothing_to_do_is_done_at_once(client, poll, server):
    async with client.batch.run([], poll=poll) as results:
        assert [result async for result in results] == []
        assert results.progress.finished
    assert not server.requests


BAD = {
    "mixed": (calls.embeddings.create(model="mistral-embed", inputs="x"), "one endpoint"),
    "stream": (calls.chat.stream(model="m", messages=HI), "without `stream`"),
    "get": (calls.models.retrieve("m"), "one endpoint"),
    "pages": (calls.files.list(), "pages"),
    "not a call": ({"model": "m"}, "dict, not a call"),
    "not an id": ((3, calls.chat.complete(model="m", messages=HI)), "pair of a text and a call"),
    "not JSON": (calls.chat.complete(model="m", messages=HI, metadata={"a": object()}), "can not be written as JSON"),
    "too long": (calls.chat.complete(model="m", messages=[{"role": "user", "content": "x" * 3000}]), "3"),
}


@pytest.mark.parametrize("name", BAD)
async def test_what_can_not_be_sent_is_told_before_anything_is(client, poll, ask, server, tmp_path, name):
    # Rule 1 of batch_run.
    bad, message = BAD[name]
    limits = BatchLimits(requests=2, size=2000)
    with pytest.raises(BatchInputError, match=message) as caught:
        async with client.batch.run([ask(0), ask(1), ask(2), bad], poll=poll, limits=limits, directory=tmp_path):
            pass
    assert caught.value.index == 3
    assert not server.requests
    assert list(tmp_path.iterdir()) == []


async def test_an_iterator_that_has_been_read_is_not_read_again(client, poll, ask):
    run = client.batch.run(iter([ask(0), 5, ask(1)]), poll=poll)
    for error in (BatchInputError, RuntimeError):
        with pytest.raises(error):
            async with run:
                pass


async def test_endpoints_that_take_no_batch_are_refused(client, poll, server):
    agent = calls.agents.complete(agent_id="a", messages=HI)
    for call in (agent, calls.files.delete("f"), calls.batch.jobs.create(endpoint="/v1/ocr", requests=[])):
        with pytest.raises(BatchInputError, match="does not take"):
            await client.batch.run([call], poll=poll)
    audio = calls.audio.transcriptions.complete(model="m", file=b"x")
    with pytest.raises(BatchInputError, match="upload it first"):
        await client.batch.run([audio], poll=poll)
    assert not server.requests
    with pytest.raises(UnprocessableEntityError):  # the caller knows better, and the API does not
        await client.batch.run([agent], poll=poll, endpoint="/v1/agents/completions")


async def test_a_source_that_fails_fails_the_run_before_anything_is_sent(client, poll, ask, server, tmp_path):
    # Rule 1 of batch_run.
    def source():
        yield ask(0)
        raise LookupError("the database is gone")

    with pytest.raises(LookupError, match="gone"):
        await client.batch.run(source(), poll=poll, directory=tmp_path)
    assert not server.requests
    assert list(tmp_path.iterdir()) == []


def jobs_created(server):
    return [request.json() for request in server.requests if request.operation == "batch.jobs.create"]


async def test_jobs_are_cut_by_count(client, poll, ask, server, three):
    results = await client.batch.run(
        [ask(number) for number in range(10)],
        poll=poll,
        limits=three,
        metadata={"team": "blue"},
        timeout_hours=48,
        ordered=True,
    )
    assert len(results) == 10
    created = sorted(jobs_created(server), key=lambda body: body["metadata"]["mistral_async_part"])
    assert [body["timeout_hours"] for body in created] == [48, 48, 48]
    assert {body["model"] for body in created} == {"mistral-small-latest"}
    assert [body["metadata"]["mistral_async_part"] for body in created] == ["0", "1", "2"]
    assert {body["metadata"]["team"] for body in created} == {"blue"}
    assert len({body["metadata"]["mistral_async_run"] for body in created}) == 1
    lines = [file.num_lines async for file in client.files.list(search=created[0]["metadata"]["mistral_async_run"])]
    assert sorted(lines) == [2, 4, 4]


async def test_jobs_are_cut_by_size(client, poll, ask, said):
    limits = BatchLimits(size=1000, inline_requests=0)
    job = await client.batch.start([ask(number) for number in range(30)], poll=poll, limits=limits)
    sizes = [file.size_bytes async for file in client.files.list(search=job.id)]
    assert len(sizes) == len(job.job_ids) > 3
    assert max(sizes) <= 1000
    assert sorted(sizes)[1] > 800
    results = await job.results(ordered=True)
    assert [said(result) for result in results] == [str(2 * number) for number in range(30)]


async def test_small_work_goes_inline(client, poll, ask, server):
    await client.batch.run([ask(0), ask(1)], poll=poll)
    (body,) = jobs_created(server)
    assert [row["custom_id"] for row in body["requests"]] == ["0", "1"]
    assert "input_files" not in body


async def test_bodies_of_several_models_leave_the_model_out_of_the_job(client, poll, server):
    todo = [calls.chat.complete(model=model, messages=HI) for model in ("mistral-small-latest", "mistral-large-latest")]
    results = await client.batch.run(todo, poll=poll, ordered=True)
    assert "model" not in jobs_created(server)[0]
    assert [result.unwrap().model for result in results] == ["mistral-small-latest", "mistral-large-latest"]


async def test_extra_body_goes_into_the_calls(client, poll, ask, server):
    view = client.with_options(extra_body={"max_tokens": 1})
    await view.batch.run([ask(0)], poll=poll)
    (body,) = jobs_created(server)
    assert body["requests"][0]["body"]["max_tokens"] == 1
    assert "max_tokens" not in body


ROUGH = {"batch_failures": 0.2, "shuffle_batch": True, "batch_per_second": 5.0}


@pytest.mark.parametrize("options", [ROUGH])
@pytest.mark.parametrize("ordered", [True, False])
async def test_failures_and_shuffled_results(client, poll, ask, said, server, three, tmp_path, ordered):
    # Rule 6 of batch_run.
    todo = [(f"n{number}", ask(number)) for number in range(50)]
    limits = BatchLimits(requests=20, inline_requests=0)
    results = await client.batch.run(todo, poll=poll, limits=limits, ordered=ordered, directory=tmp_path)
    indexes = [result.index for result in results]
    assert sorted(indexes) == list(range(50))
    assert (indexes == sorted(indexes)) is ordered
    assert [result.id for result in results] == [f"n{index}" for index in indexes]
    assert {said(result) == str(2 * result.index) for result in results if result.ok} == {True}
    failed = [result for result in results if not result.ok]
    assert 3 <= len(failed) <= 25
    assert {type(result.error) for result in failed} == {ServerError}
    assert failed[0].error.code == "1000"
    assert server.effects["batch:chat.complete"] == 50 - len(failed)
    assert list(tmp_path.iterdir()) == []


async def test_a_bad_request_fails_alone_and_typed(client, poll, ask, files):
    bad = calls.chat.complete(model="no-such-model", messages=HI)
    good, wrong = await client.batch.run([ask(1), bad], poll=poll, limits=files, ordered=True)
    assert good.ok
    assert isinstance(wrong.error, InvalidModelError)
    with pytest.raises(InvalidModelError):
        wrong.unwrap()


async def test_on_error_raise_ends_with_the_first(client, poll, ask):
    bad = calls.chat.complete(model="no-such-model", messages=HI)
    with pytest.raises(InvalidModelError):
        await client.batch.run([ask(1), bad], poll=poll, on_error="raise")


@pytest.mark.parametrize("options", [{"batch_failures": 1.0}])
async def test_on_error_raise_is_not_taken_for_a_failed_download(client, poll, ask, server, files):
    with pytest.raises(ServerError, match="500 from batch of"):
        await client.batch.run([ask(1), ask(2)], poll=poll, limits=files, on_error="raise")
    assert server.effects["files.download"] == 1


@pytest.mark.parametrize("options", [{"batch_per_second": 0.001}])
async def test_ten_hours_of_polling_with_an_outage_in_between(client, poll, ask, said, server, clock, pauses, files):
    # Rule 2 of poll.
    server.fail(500, operation="batch.jobs.get", after=5, times=40)
    server.fault(Reset(where="head"), operation="batch.jobs.get", after=20, times=40)
    for questions in (500, 510, 520, 530, 540):  # five in a row would be waited for in real time
        server.fail(429, operation="batch.jobs.get", after=questions, headers={"retry-after": "0"})
    server.fault(Garbage(), operation="batch.jobs.get", after=100, times=3)
    results = await client.batch.run([ask(number) for number in range(36)], poll=poll, limits=files, ordered=True)
    assert [said(result) for result in results] == [str(2 * number) for number in range(36)]
    server.assert_done()
    assert 36_000 < clock.now() < 40_000
    assert pauses[:4] == [2.0, 3.0, 4.5, 6.75]
    assert max(pauses) == 60.0
    assert server.effects["batch.jobs.create"] == 1


async def test_the_polling_gives_up_on_what_does_not_pass(client, poll, ask, server):
    # Rule 2 of poll.
    server.fail(401, operation="batch.jobs.get", after=1, times=None)
    with pytest.raises(AuthenticationError):
        await client.batch.run([ask(0)], poll=poll)


async def test_cuts_and_errors_while_downloading(client, poll, ask, said, server, files):
    todo = [ask(number) for number in range(400)]
    job = await client.batch.start(todo, poll=poll, limits=files)
    server.fail(500, operation="files.download", times=6)
    server.fault(Cut(after_bytes=20_000), operation="files.download", times=3)
    server.fault(Reset(after_bytes=5_000), operation="files.download", times=2)
    server.fault(Cut(where="head"), operation="files.download", times=2)
    results = await job.results(ordered=True)
    assert [said(result) for result in results] == [str(2 * number) for number in range(400)]
    assert server.effects["batch:chat.complete"] == 400


async def test_a_body_that_ends_too_early_in_due_form_is_noticed(client, poll, ask, said, server, files):
    job = await client.batch.start([ask(number) for number in range(10)], poll=poll, limits=files)
    await job.wait()
    output = job.progress.jobs[0].output_file
    whole = await client.files.download(output)
    server.reply("files.download", body=whole[:1000], headers={"content-type": "application/octet-stream"})
    results = await job.results(ordered=True)
    assert [said(result) for result in results] == [str(2 * number) for number in range(10)]


@pytest.mark.parametrize("options", [{"batch_per_second": 0.002}])
async def test_requests_that_a_job_did_not_get_to_are_told_by_id(client, poll, ask, files):
    # Rule 6 of batch_run.
    todo = [(f"n{number}", ask(number)) for number in range(10)]
    results = await client.batch.run(todo, poll=poll, limits=files, timeout_hours=1, ordered=True)
    assert [result.ok for result in results] == [True] * 7 + [False] * 3
    assert [result.id for result in results] == [f"n{number}" for number in range(10)]
    error = results[8].error
    assert type(error) is MissingResultError
    assert error.job_status == "TIMEOUT_EXCEEDED"
    assert "call 8" in str(error)


async def test_results_that_the_api_has_deleted(client, poll, ask, files, clock):
    # Rule 6 of batch_run.
    job = await client.batch.start([ask(0), ask(1)], poll=poll, limits=files)
    await job.wait()
    clock.advance(40 * 24 * 3600)
    results = await job.results()
    assert [type(result.error) for result in results] == [ResultsExpiredError] * 2


async def test_lines_of_every_kind(client, poll, ask, said, server, files):
    # Rule 6 of batch_run.
    job = await client.batch.start([ask(number) for number in range(8)], poll=poll, limits=files)
    await job.wait()
    output = await client.files.download(job.progress.jobs[0].output_file)
    row = {int(json.loads(line)["custom_id"]): json.loads(line) for line in output.splitlines()}
    row[1] |= {"response": None, "error": {"message": "too hot", "code": "77"}}
    row[2] |= {"response": None, "error": "plain text"}
    row[3]["response"]["status_code"] = 429
    row[3]["response"]["body"] = {"object": "error", "message": "slow down", "code": "1300"}
    row[4]["response"]["body"] = [1, 2]
    row[5]["response"]["body"] = {"object": "error", "message": "full", "code": "3505"}
    row[6]["custom_id"] = "99"
    lines = [json.dumps(each).encode() for each in row.values()]
    body = b"\n\n".join([*lines, lines[0], b"not json", b"[]", b'{"custom_id": 5}', b'{"custom_id": "-1"}'])
    server.reply("files.download", body=body, headers={"content-length": str(len(body))})
    results = await job.results(ordered=True)
    told = [type(result.error).__name__ if not result.ok else said(result) for result in results]
    assert told == [
        "0",
        "BatchRequestError",
        "BatchRequestError",
        "RateLimitError",
        "ResponseValidationError",
        "CapacityError",
        "MissingResultError",
        "14",
    ]
    assert "too hot" in str(results[1].error)
    assert results[1].error.detail == {"message": "too hot", "code": "77"}
    assert "plain text" in str(results[2].error)


async def test_a_job_that_fails_as_a_whole_says_why(client, poll, ask, server, files, options):
    server.state.options = type(server.state.options)(max_batch_requests=1)
    results = await client.batch.run([ask(0), ask(1)], poll=poll, limits=files)
    assert [result.error.job_status for result in results] == ["FAILED"] * 2
    assert "at most 1 requests" in str(results[0].error)


async def test_a_few_results_of_many(client, poll, ask, files):
    async with client.batch.run([ask(n) for n in range(500)], poll=poll, limits=files, ordered=True) as results:
        assert (await anext(results)).index == 0
        rest = await results.receive()
        assert rest[0].index == 1
        assert [result.index for result in rest] == list(range(1, len(rest) + 1))
    with pytest.raises(RuntimeError, match="async with"):
        _ = client.batch.run([]).job


async def test_values_of_a_run_that_failed_in_part(client, poll, ask):
    bad = calls.chat.complete(model="no-such-model", messages=HI)
    with pytest.raises(InvalidModelError):
        await client.batch.run([ask(1), bad], poll=poll).values()


class Meadow:
    """What a caller may do to an answer."""

    @staticmethod
    def refuse(_):
        raise LookupError("no cow")


async def test_what_is_done_to_an_answer_may_fail(client, poll, ask):
    call = ask(1)
    call.transform = Meadow.refuse
    (result,) = await client.batch.run([call], poll=poll)
    assert isinstance(result.error, LookupError)


async def test_an_iterator_is_read_once_and_needs_its_block(client, poll, ask):
    results = client.batch.run([ask(0)], poll=poll)
    with pytest.raises(TypeError, match="async with"):
        aiter(results)
    async with results:
        assert [result.index async for result in results] == [0]
    with pytest.raises(RuntimeError, match="once"):
        async with results:
            pass


async def test_wrong_options_are_refused(client, ask):
    for wrong in ({"concurrency": 0}, {"on_error": "stop"}, {"on_exit": "maybe"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            client.batch.run([ask(0)], **wrong)
    with pytest.raises(TypeError, match="did you mean 'ordered'"):
        client.batch.run([ask(0)], orderd=True)
    with pytest.raises(TypeError, match="iterable"):
        client.batch.run("abc")
    with pytest.raises(ValueError, match="10000"):
        BatchLimits(inline_requests=10_001)
    with pytest.raises(TypeError, match="only describes requests"):
        calls.batch.run([])


@pytest.mark.parametrize("options", [{"batch_per_second": 1000.0}])
async def test_the_jobs_run_side_by_side_within_the_limit(client, poll, ask, server, three):
    async with client.batch.run([ask(n) for n in range(10)], poll=poll, limits=three, concurrency=2) as results:
        await anyio.lowlevel.checkpoint()
        assert len([result async for result in results]) == 10
    order = [request.operation for request in server.requests]
    third = [i for i, name in enumerate(order) if name == "batch.jobs.create"][2]
    assert "files.download" in order[:third] or order[:third].count("batch.jobs.get") >= 2
