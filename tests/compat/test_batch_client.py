"""The official SDK's `BatchClient`: jobs step by step, as a whole, and the lines of their files."""

from __future__ import annotations

import json
from types import SimpleNamespace
from unittest.mock import AsyncMock
from uuid import UUID

import anyio
import pytest

from mistral_async.compat import Mistral, errors, models
from mistral_async.compat.extra.batch import (
    BatchClient,
    BatchError,
    BatchInput,
    BatchInputFile,
    BatchJobHandle,
    BatchOutput,
    BatchRequestError,
    BatchResponseError,
    BatchResult,
    is_terminal,
)
from mistral_async.testing import FakeMistral, VirtualClock

MODEL = "mistral-small-latest"
BODIES = {name: {"messages": [models.UserMessage(f"Say {name}.")]} for name in ("a", "b", "c")}


@pytest.fixture
async def server(request):
    async with FakeMistral(**getattr(request, "param", {})) as made:
        yield made


@pytest.fixture
async def batches(server):
    async with Mistral(server.api_key, server_url=server.url) as client:
        yield BatchClient(client, endpoint="/v1/chat/completions", response_body_type=models.ChatCompletionResponse)


@pytest.mark.parametrize("inline", [0, 1000])
async def test_a_job_as_a_whole(server, batches, inline):
    result = await batches.run(BODIES, model=MODEL, poll_interval_seconds=0.01, inline_threshold=inline)
    assert (result.succeeded, result.failed, result.errors(), result.response_errors()) == (3, 0, [], [])
    assert [each.object for each in result.ordered(["c", "a"])] == ["chat.completion"] * 2
    assert set(result.by_id()) == set(BODIES) == set(result.output().results())
    assert is_terminal(result.status)
    deleted = [each for each in server.requests if each.method == "DELETE"]
    assert len(deleted) == (2 if inline == 0 else 1)  # what it uploaded, and what the job wrote


async def test_a_job_step_by_step(batches):
    file = await batches.upload(BatchInput.from_payload(BODIES), expiry_hours=1)
    assert isinstance(file, BatchInputFile)
    made = await batches.create(file, model=MODEL, metadata={"a": "b"})
    handle = await batches.wait((await batches.get(made.id)).id, poll_interval_seconds=0.01)
    assert [name async for name, _ in batches.stream_results(handle)] == list(BODIES)
    assert (await batches.output(made, poll_interval_seconds=0.01)).ordered(BODIES)
    assert await batches.error_output(handle) is None
    assert (await batches.signed_url(handle.job.output_file)).startswith("http")
    assert await batches.download(handle.job.output_file)


@pytest.mark.parametrize("server", [{"clock": VirtualClock()}], indirect=True)  # where no job goes on
async def test_a_job_that_takes_too_long_is_cancelled(server, batches):
    made = await batches.create(BatchInput.from_payload(BODIES), model=MODEL)
    with pytest.raises(TimeoutError, match="timed out"):
        await batches.wait(made, poll_interval_seconds=0.01, timeout_hours=0)
    assert (await batches.cancel(made)).status == "CANCELLATION_REQUESTED"
    assert (await batches.refresh(made)).status == "CANCELLED"
    with anyio.move_on_after(0.3) as scope:
        await batches.run(BODIES, model=MODEL, poll_interval_seconds=0.01)
    assert scope.cancelled_caught
    assert server.requests[-1].path.endswith("/cancel")


async def test_a_mock_of_the_official_client(batches, monkeypatch):
    streamed = SimpleNamespace(aread=AsyncMock(return_value=b"{}"))
    monkeypatch.setattr(batches._client.files, "download_async", AsyncMock(return_value=streamed))
    assert await batches.download("f") == b"{}"
    cancel = AsyncMock()
    monkeypatch.setattr(batches._client.batch.jobs, "cancel_async", cancel)
    await batches.cancel(BatchJobHandle(models.BatchJob.model_construct(id=UUID(int=1))))
    cancel.assert_awaited_once_with(job_id=str(UUID(int=1)))


def line(name, body=None, **more):
    return {"custom_id": name, "response": {"status_code": 200, "body": body}, "error": None, **more}


def test_lines_of_answers():
    lines = [
        line("a", {"id": "1", "choices": []}),
        line("b", [1]),
        line("c", error={"message": "no"}),
        line("d", response={"status_code": 500, "body": {}}),
        line(None, {"id": "2"}),
    ]
    output = BatchOutput.from_jsonl_bytes("\n".join(map(json.dumps, lines)).encode(), models.ChatCompletionResponse)
    assert output.responses["a"].id == "1"
    assert [each.custom_id for each in output.response_errors] == ["b", None]
    assert [each.status_code for each in output.request_errors] == [200, 500]
    assert {name: type(each) for name, each in output.results().items() if name != "a"} == {
        "b": BatchResponseError,
        "c": BatchRequestError,
        "d": BatchRequestError,
    }
    with pytest.raises(BatchError, match=r"(?s)'b'.*'e': missing") as caught:
        output.ordered(["a", "b", "e"])
    assert caught.value.failures == {"b": output.response_errors[0], "e": None}
    with pytest.raises(AssertionError, match="duplicate"):
        BatchResult(models.BatchJob.model_construct(), output, output).by_id()


@pytest.mark.parametrize(
    "broken",
    [
        b"not json",
        b"[1]",
        b'"a"',
        b'{"custom_id": "x", "response": [1]}',
        b'{"custom_id": 1}',
        b"[" * 100_000,
        b"\xff{",
    ],
)
def test_a_line_that_can_not_be_read_ends_nothing(broken):  # Rule 1
    good = [json.dumps(line(name, {"id": name, "choices": []})).encode() for name in "ab"]
    output = BatchOutput.from_jsonl_bytes(b"\n".join([good[0], broken, good[1]]), models.ChatCompletionResponse)
    assert list(output.responses) == ["a", "b"]
    [error] = output.response_errors
    assert (error.custom_id, error.status_code, error.body) == (None, None, broken)
    assert isinstance(error.error, (ValueError, RecursionError))


def test_lines_of_requests():
    made = BatchInput.from_payload({"a": models.ChatCompletionRequest(model="m", messages=[]), "b": {"x": 1}})
    assert (len(made), [each.custom_id for each in made.to_requests()]) == (2, ["a", "b"])
    again = BatchInput.from_jsonl_str(made.to_jsonl_bytes().decode())
    assert again.to_jsonl_bytes() == BatchInput.from_jsonl_bytes(made.to_jsonl_bytes()).to_jsonl_bytes()


@pytest.mark.parametrize("server", [{"clock": VirtualClock()}], indirect=True)  # where no job goes on
async def test_a_run_that_fails_stops_its_job_and_deletes_its_input(server, batches, monkeypatch):  # Rule 1
    monkeypatch.setattr(batches, "wait", AsyncMock(side_effect=RuntimeError("connection reset")))
    with pytest.raises(RuntimeError, match="connection reset"):
        await batches.run(BODIES, model=MODEL, inline_threshold=1)
    cancelled, deleted = server.requests[-2:]
    assert cancelled.path.endswith("/cancel")
    assert (deleted.method, deleted.path.rpartition("/")[0]) == ("DELETE", "/v1/files")


async def test_a_job_without_a_status_is_cancelled(server, batches):  # Rule 1
    server.reply("batch.jobs.create", json={"id": str(UUID(int=1)), "object": "batch"})
    server.reply("batch.jobs.cancel", json={"id": str(UUID(int=1)), "status": "CANCELLATION_REQUESTED"})
    with pytest.raises(errors.ResponseValidationError, match="without its id or its status") as caught:
        await batches.run(BODIES, model=MODEL)
    assert caught.value.may_have_executed
    assert [request.path for request in server.requests][1:] == [f"/v1/batch/jobs/{UUID(int=1)}/cancel"]


async def test_no_job_is_made_once_its_time_is_over(server, batches):  # Rule 1
    with pytest.raises(TimeoutError, match="before its job is made"):
        await batches.run(BODIES, model=MODEL, timeout_hours=0)
    assert server.requests == []


def test_an_id_is_text():
    assert BatchJobHandle(models.BatchJob.model_construct(id=UUID(int=1))).id == str(UUID(int=1))


@pytest.mark.parametrize(
    ("body", "kind"), [({"wrong": "shape"}, BatchResponseError), ({"model": MODEL}, models.ChatCompletionResponse)]
)
def test_a_body_with_nothing_of_the_type_is_none_of_it(body, kind):  # Rule 1 of `_lines`
    line = json.dumps({"custom_id": "a", "response": {"status_code": 200, "body": body}})
    found = BatchOutput.from_jsonl_bytes(line.encode(), models.ChatCompletionResponse).results()["a"]
    assert isinstance(found, kind)


@pytest.mark.parametrize("lost", ["id", "status"])
async def test_a_job_without_an_id_or_a_status_is_none_that_has_ended(batches, server, lost):
    """One with a new status has ended, as under the official SDK."""
    job = {"id": "00000000-0000-0000-0000-000000000001", "status": "PAUSED"}
    server.reply("batch.jobs.get", json=job)
    assert (await batches.wait("job")).status == "PAUSED"
    server.reply("batch.jobs.get", json={**job, lost: None})
    with pytest.raises(errors.ResponseValidationError, match="without its id or its status") as caught:
        await batches.wait("job")
    assert caught.value.may_have_executed
