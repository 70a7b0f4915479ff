"""What batch gives on each face: the types of the calls come through. Checked by mypy and pyright, never run."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

from mistral_async import Mistral, SyncMistral, calls
from mistral_async._binding.resource import Async, Sync
from mistral_async.batch import BatchHandle, BatchProgress, BatchResults, SyncBatchResults, read_calls
from mistral_async.bulk import Err, Ok
from mistral_async.models import BatchJob, ChatCompletionResponse, EmbeddingResponse

chat = calls.chat.complete(model="m", messages=[{"role": "user", "content": "hi"}])
embedding = calls.embeddings.create(model="m", inputs="a")


async def asynchronous(client: Mistral) -> None:
    run = client.batch.run([chat], ordered=True, on_exit="cancel")
    assert_type(run, BatchResults[ChatCompletionResponse])
    async with run as results:
        async for result in results:
            assert_type(result, Ok[ChatCompletionResponse] | Err)
            if isinstance(result, Ok):
                assert_type(result.value, ChatCompletionResponse)
                assert_type(result.id, str | None)
        assert_type(results.job, BatchHandle[Async, ChatCompletionResponse])
    assert_type(await client.batch.run([embedding]), list[Ok[EmbeddingResponse] | Err])
    assert_type(await client.batch.run([("a", embedding)]).values(), list[EmbeddingResponse])
    assert_type(client.batch.run(read_calls("in.jsonl")), BatchResults[Any])

    job = await client.batch.start([("a", chat)], timeout_hours=3)
    assert_type(job, BatchHandle[Async, ChatCompletionResponse])
    assert_type(await job.wait(timeout=3), BatchProgress)
    assert_type(await job.status(), BatchProgress)
    assert_type(await job.cancel(), BatchProgress)
    assert_type(await job.resubmit_failed(), int)
    assert_type(await job.cleanup(jobs=True), int)
    assert_type(job.results(ordered=True), BatchResults[ChatCompletionResponse])
    assert_type(client.batch.attach(job.to_json(), like=chat), BatchHandle[Async, ChatCompletionResponse])
    assert_type(client.batch.attach(Path("run.json")), BatchHandle[Async, Any])
    assert_type(await client.batch.jobs.wait("id"), BatchJob)


def blocking(client: SyncMistral) -> None:
    run = client.batch.run([chat])
    assert_type(run, SyncBatchResults[ChatCompletionResponse])
    for result in run:
        assert_type(result, Ok[ChatCompletionResponse] | Err)
    job = client.batch.start([chat])
    assert_type(job, BatchHandle[Sync, ChatCompletionResponse])
    assert_type(job.wait(), BatchProgress)
    assert_type(job.resubmit_failed(), int)
    assert_type(job.results(), SyncBatchResults[ChatCompletionResponse])
    assert_type(client.batch.attach("{}", like=chat), BatchHandle[Sync, ChatCompletionResponse])
    assert_type(client.batch.jobs.wait("id"), BatchJob)


def misuse(client: Mistral) -> None:
    client.batch.run([chat], orderd=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.batch.run([1])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    client.batch.run([chat], on_exit="drop")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
