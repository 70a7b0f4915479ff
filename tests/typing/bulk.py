# pyright: reportUnnecessaryTypeIgnoreComment=true
"""What type checkers see of bulk work."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import assert_type

from mistral_async import Mistral, SyncMistral, calls
from mistral_async.bulk import AsyncResults, Err, Ok, Progress
from mistral_async.bulk._sync_results import SyncResults
from mistral_async.models import ChatCompletionResponse, ModerationObject, Vector
from mistral_async.models.embeddings import EmbeddingResponse


async def asynchronous(client: Mistral, stream: AsyncIterator[str]) -> None:
    async with client.bulk.embed(stream, concurrency=4, ordered=False) as results:
        assert_type(results, AsyncResults[Vector])
        async for result in results:
            assert_type(result, Ok[Vector] | Err)
            if result.ok is True:
                assert_type(result.value, Vector)
            match result:
                case Ok(value, index):
                    assert_type(value, Vector)
                    assert_type(index, int)
                case Err(error):
                    assert_type(error, Exception)
        assert_type(results.progress, Progress)
    assert_type(await client.bulk.embed(["a"]), list[Ok[Vector] | Err])
    assert_type(await client.bulk.embed(["a"]).values(), list[Vector])
    assert_type(await client.bulk.embed(["a"]).to_list(), list[list[float]])
    assert_type(await client.bulk.embed(["a"]).save_npy("a.npy"), tuple[int, int])
    assert_type(client.bulk.moderate(["a"]), AsyncResults[ModerationObject])
    assert_type(client.bulk.chat(["a"], model="m", temperature=0.5), AsyncResults[ChatCompletionResponse])
    embeddings = [calls.embeddings.create(model="m", inputs="a")]
    assert_type(client.bulk.map(embeddings), AsyncResults[EmbeddingResponse])
    await client.bulk.moderate(["a"]).to_numpy()  # type: ignore[misc]  # pyright: ignore[reportUnknownMemberType, reportAttributeAccessIssue]  # only vectors make a matrix
    client.bulk.embed(["a"], concurency=4)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # misspelt
    client.bulk.embed([1])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]  # no text
    client.bulk.chat(["a"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  # no model


def blocking(client: SyncMistral) -> None:
    results = client.bulk.embed(["a"], dedupe=True)
    assert_type(results, SyncResults[Vector])
    for result in results:
        assert_type(result, Ok[Vector] | Err)
    assert_type(client.bulk.embed(["a"]).values(), list[Vector])
    assert_type(client.bulk.chat(["a"], model="m").collect(), list[Ok[ChatCompletionResponse] | Err])
