"""A big answer is decoded in turns with other tasks, and is what it would be at once."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import msgspec
import pytest

from mistral_async._codec.large import LARGE, decode_in_pieces
from mistral_async._codec.open_union import decode
from mistral_async.models import EmbeddingResponse


def answer(rows: int, **more: object) -> bytes:
    vector = [n / 1000 for n in range(1000)]
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(rows)]
    return msgspec.json.encode({"id": "x", "object": "list", "model": "mistral-embed", "data": data, **more})


async def test_the_same_as_at_once() -> None:
    # Rule 2 of large.
    body = answer(40, usage={"prompt_tokens": 40, "total_tokens": 40}, unknown=1)
    assert await decode_in_pieces(body, EmbeddingResponse) == decode(body, EmbeddingResponse)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"data": null}', b'{"data": [1]}', b'{"data": [{"index": "one"}]}']
)
async def test_what_is_irregular_is_left_to_the_lenient_pass(body: bytes) -> None:
    # Rule 2 of large.
    assert await decode_in_pieces(body, EmbeddingResponse) is None


@pytest.mark.parametrize("type_", [dict, list[int], None])
async def test_what_has_no_list_is_not_taken_apart(type_: object) -> None:
    # Rule 1 of large.
    assert await decode_in_pieces(answer(1), type_) is None


async def test_a_client_reads_them_so(client) -> None:
    texts = [f"text {number}" for number in range(200)]
    response = await client.with_response.embeddings.create(model="mistral-embed", inputs=texts)
    assert len(response.body) > LARGE
    assert response.data == decode(response.body, EmbeddingResponse)
    assert [each.index for each in response.data.data] == list(range(200))


async def test_other_tasks_go_on() -> None:
    # Rule 3 of large.
    body = answer(1200)
    assert len(body) > 2 * LARGE
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(count)
        await anyio.lowlevel.checkpoint()
        before = turns
        await decode_in_pieces(body, EmbeddingResponse)
        assert turns - before >= len(body) // (512 * 1024)
        group.cancel_scope.cancel()
