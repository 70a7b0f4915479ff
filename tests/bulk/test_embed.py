"""Embeddings in bulk: the right vector for every text, whatever the API's limits and order."""

from __future__ import annotations

import random

import anyio
import numpy as np
import pytest

from mistral_async import Mistral
from mistral_async.bulk import Err
from mistral_async.errors import BadRequestError, InvalidModelError, TooManyInputsError
from mistral_async.models import Vector
from mistral_async.testing import FakeMistral

MODEL = "mistral-embed"


def sent_texts(server):
    return [request.json()["input"] for request in server.requests if request.path == "/v1/embeddings"]


async def test_the_right_vector_for_every_text_in_order(anyio_backend):
    async with (
        FakeMistral(shuffle_embeddings=True) as server,
        Mistral(server.api_key, server_url=server.url) as client,
    ):
        texts = [f"text {n} about topic {n % 17}" for n in range(700)]
        results = await client.bulk.embed(texts, max_inputs_per_request=100)
        sent = sent_texts(server)
        assert sorted(text for request in sent for text in request) == sorted(texts)
        assert max(map(len, sent)) <= 100
        for index in random.Random(1).sample(range(700), 20):
            alone = await client.embeddings.create(model=MODEL, inputs=[texts[index]])
            assert list(results[index].value) == alone.data[0].embedding
    assert [result.index for result in results] == list(range(700))
    assert all(isinstance(result.value, Vector) for result in results)


async def test_usage_adds_up_to_what_was_billed(server, client):
    async with client.bulk.embed(["x" * n for n in range(300)]) as results:
        usages = [result.usage async for result in results]
        progress = results.progress
    assert sum(usage.total_tokens for usage in usages) == server.effects.total_tokens
    assert sum(usage.prompt_tokens for usage in usages) == server.effects.total_tokens
    assert progress.tokens == server.effects.total_tokens
    assert progress.requests == len(server.requests)


@pytest.mark.parametrize("limits", [{"max_inputs": 40}, {"max_request_tokens": 900}, {"max_inputs": 1}])
async def test_limits_that_the_client_did_not_know_are_learned(anyio_backend, limits):
    async with FakeMistral(**limits) as server, Mistral(server.api_key, server_url=server.url) as client:
        texts = [f"number {n}" for n in range(400)]
        results = await client.bulk.embed(texts)
        assert [result.index for result in results] == list(range(400))
        assert all(result.ok for result in results)
        refused = sum(request.status == 400 for request in server.requests)
        assert refused <= 25


async def test_mixed_lengths_rarely_meet_a_refusal(anyio_backend):
    dice = random.Random(2)
    texts = ["word " * int(dice.lognormvariate(3.5, 1.2)) for _ in range(4000)]
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        async with client.bulk.embed(texts, output_dimension=8) as results:
            assert all([result.ok async for result in results])
        refused = sum(request.status == 400 for request in server.requests)
        assert refused <= 0.01 * len(server.requests) + 1
        assert len(server.requests) < 1.6 * server.effects.total_tokens / 16_384 + 10


async def test_an_exact_tokenizer_fills_requests_at_once(server, client):
    texts = ["word " * 40] * 1000
    await client.bulk.embed(texts, tokenizer=lambda text: 1 + len(text) // 4, output_dimension=8)
    sent = sent_texts(server)
    assert len(sent[0]) >= 200  # 51 tokens each, the first request keeps some in reserve
    assert len(sent) <= 5


async def test_one_over_long_text_fails_alone(anyio_backend):
    texts = [f"text {n}" for n in range(200)]
    texts[77] = "long " * 8000  # more than 8,192 tokens, less than a request may have
    texts[150] = "longer " * 20_000
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        results = await client.bulk.embed(texts)
        assert len(server.requests) <= 8
    assert [result.index for result in results if not result.ok] == [77, 150]
    assert all(isinstance(results[index].error, TooManyInputsError) for index in (77, 150))


async def test_what_is_no_text_fails_alone(client):
    # Rule 5 of pipeline.
    results = await client.bulk.embed(["a", None, "b", 3])
    assert [result.ok for result in results] == [True, False, True, False]
    assert isinstance(results[1].error, TypeError)


async def test_a_wrong_model_is_not_asked_for_every_half(server, client):
    results = await client.bulk.embed([f"{n}" for n in range(300)], model="no-such-model")
    assert all(isinstance(result.error, InvalidModelError) for result in results)
    assert len(server.requests) <= 2


async def test_a_text_that_the_api_refuses_fails_alone(server, client):
    server.reply("embeddings.create", status=400, json={"message": "bad input", "code": "3051"}, times=1, after=1)
    async with client.bulk.embed([f"{n}" for n in range(64)], max_inputs_per_request=32, concurrency=1) as results:
        oks = [result.ok async for result in results]
    assert all(oks)  # the halves were fine


async def test_a_request_that_fails_fails_all_of_its_texts(anyio_backend):
    # Rule 5 of pipeline.
    from mistral_async import RetryConfig

    async with FakeMistral() as server:
        server.fail(500, operation="embeddings.create", times=1, after=1)
        client = Mistral(server.api_key, server_url=server.url, retry_config=RetryConfig(retries=0))
        async with client:
            results = await client.bulk.embed([f"{n}" for n in range(30)], max_inputs_per_request=10, concurrency=1)
    assert [result.index for result in results if isinstance(result, Err)] == list(range(10, 20))


@pytest.mark.parametrize("answered", ["short", "duplicate", "unnumbered", "shuffled", "floats"])
async def test_answers_that_are_not_in_order(server, client, answered):
    rows = [{"object": "embedding", "embedding": [float(n), 0.5], "index": n} for n in range(4)]
    match answered:
        case "short":
            rows = rows[:3]
        case "duplicate":
            rows[3]["index"] = 0
            rows.append({**rows[3], "index": 2})
        case "unnumbered":
            rows = [{"object": "embedding", "embedding": row["embedding"]} for row in rows]
        case "shuffled":
            rows.reverse()
        case "floats":
            pass
    usage = {"prompt_tokens": 8, "total_tokens": 8}
    server.reply("embeddings.create", json={"object": "list", "data": rows, "model": MODEL, "usage": usage})
    results = await client.bulk.embed(["a", "b", "c", "d"])
    match answered:
        case "short":
            assert [result.ok for result in results] == [True, True, True, False]
            assert "without a result" in str(results[3].error)
        case "duplicate":
            assert not any(result.ok for result in results)
        case _:
            assert [list(result.value) for result in results] == [[float(n), 0.5] for n in range(4)]
            assert all(isinstance(result.value, Vector) for result in results)


@pytest.mark.parametrize("encoding", ["base64", "float"])
@pytest.mark.parametrize("dtype", [None, "int8", "ubinary"])
async def test_types_and_dimensions(client, encoding, dtype):
    (result,) = await client.bulk.embed(["a"], encoding_format=encoding, output_dtype=dtype, output_dimension=64)
    alone = await client.embeddings.create(model=MODEL, inputs=["a"], output_dtype=dtype, output_dimension=64)
    assert isinstance(result.value, Vector)
    assert list(result.value) == list(alone.data[0].embedding)
    assert len(result.value) == (8 if dtype == "ubinary" else 64)


async def test_equal_texts_are_sent_once(server, client):
    # Rule 9 of pipeline.
    dice = random.Random(4)
    texts = [f"text {dice.randrange(50)}" for _ in range(2000)]
    results = await client.bulk.embed(texts, dedupe=True, max_inputs_per_request=20)
    sent = [text for request in sent_texts(server) for text in request]
    assert sorted(sent) == sorted(set(texts))
    vectors = {}
    for text, result in zip(texts, results, strict=True):
        assert list(vectors.setdefault(text, result.value)) == list(result.value)
    assert len({id(result.value) for result in results}) == 2000  # nobody's vector is another's
    assert sum(result.usage.total_tokens for result in results) == server.effects.total_tokens


async def test_equal_texts_share_a_failure(client):
    # Rule 9 of pipeline.
    results = await client.bulk.embed(["x" * 40_000, "a", "x" * 40_000], dedupe=True)
    assert [result.ok for result in results] == [False, True, False]


async def test_a_source_that_pauses_is_not_waited_for(client):
    # Rule 8 of pipeline.
    async def live():
        for n in range(3):
            yield f"{n}"
        await anyio.sleep(30)
        yield "late"

    with anyio.fail_after(5):
        async with client.bulk.embed(live()) as results:
            assert [(await anext(results)).index for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("max_in_flight", [1, 2, 3, 10])
async def test_small_windows(client, max_in_flight):
    # Rule 2 of pipeline.
    with anyio.fail_after(10):
        results = await client.bulk.embed([f"{n}" for n in range(30)], max_in_flight=max_in_flight)
    assert [result.index for result in results] == list(range(30))


async def test_a_slow_consumer_does_not_make_small_requests(server, client):
    # Rule 2 of pipeline.
    async with client.bulk.embed((f"{n}" for n in range(2000)), max_in_flight=400, output_dimension=8) as results:
        async for result in results:
            if result.index % 100 == 0:
                await anyio.sleep(0.002)
    assert len(server.requests) <= 2000 / 40


# matrices


async def test_as_one_matrix(client, tmp_path):
    texts = [f"text {n}" for n in range(50)]
    lists = await client.bulk.embed(texts, output_dimension=16).to_list()
    flat = await client.bulk.embed(texts, output_dimension=16).to_array()
    matrix = await client.bulk.embed(texts, output_dimension=16).to_numpy()
    shape = await client.bulk.embed(texts, output_dimension=16).save_npy(tmp_path / "m.npy")
    mapped = np.load(tmp_path / "m.npy", mmap_mode="r")
    assert shape == (50, 16) == matrix.shape == mapped.shape
    assert matrix.dtype == mapped.dtype == np.float32
    assert len(flat) == 800
    assert matrix.tolist() == lists == mapped.tolist() == np.array(flat).reshape(50, 16).tolist()
    matrix[0, 0] = 1.0  # it can be written to
    assert [path.name for path in tmp_path.iterdir()] == ["m.npy"]


@pytest.mark.parametrize(("dtype", "kind"), [("int8", np.int8), ("ubinary", np.uint8)])
async def test_matrices_of_other_numbers(client, tmp_path, dtype, kind):
    options = {"output_dtype": dtype, "output_dimension": 64}
    matrix = await client.bulk.embed(["a", "b"], **options).to_numpy()
    await client.bulk.embed(["a", "b"], **options).save_npy(tmp_path / "m.npy")
    assert matrix.dtype == kind
    assert np.load(tmp_path / "m.npy").tolist() == matrix.tolist()


@pytest.mark.parametrize("ordered", [True, False])
async def test_rows_of_failed_texts(client, tmp_path, ordered):
    texts = ["x" * 40_000, "a", "b", "x" * 40_000]
    options = {"output_dimension": 8, "ordered": ordered}
    with pytest.raises(TooManyInputsError):
        await client.bulk.embed(texts, **options).to_numpy()
    with pytest.raises(TooManyInputsError):
        await client.bulk.embed(texts, **options).save_npy(tmp_path / "m.npy")
    assert list(tmp_path.iterdir()) == []
    matrix = await client.bulk.embed(texts, **options).to_numpy(missing=float("nan"))
    await client.bulk.embed(texts, **options).save_npy(tmp_path / "m.npy", missing=float("nan"))
    assert np.isnan(matrix).all(axis=1).tolist() == [True, False, False, True]
    assert np.array_equal(np.load(tmp_path / "m.npy"), matrix, equal_nan=True)
    lists = await client.bulk.embed(texts, **options).to_list(missing=0)
    assert lists[0] == [0.0] * 8
    assert lists[1:3] == matrix[1:3].tolist()


async def test_no_texts_make_an_empty_matrix(client, tmp_path):
    assert await client.bulk.embed([]).collect() == []
    assert (await client.bulk.embed([]).to_numpy()).shape == (0, 0)
    assert await client.bulk.embed([]).save_npy(tmp_path / "m.npy") == (0, 0)
    assert np.load(tmp_path / "m.npy").shape == (0, 0)


async def test_unordered_rows_are_still_in_order(client):
    texts = [f"text {n}" for n in range(100)]
    options = {"max_inputs_per_request": 3, "output_dimension": 8}
    matrix = await client.bulk.embed(texts, ordered=False, **options).to_numpy()
    assert matrix.tolist() == await client.bulk.embed(texts, **options).to_list()


async def test_values_or_the_first_failure(client):
    assert len(await client.bulk.embed(["a", "b"]).values()) == 2
    with pytest.raises(BadRequestError):
        await client.bulk.embed(["a", "x" * 40_000]).values()


def test_blocking_matrices(sync_client, tmp_path):
    texts = [f"text {n}" for n in range(600)]
    matrix = sync_client.bulk.embed(iter(texts), output_dimension=8).to_numpy()
    assert matrix.shape == (600, 8)
    assert sync_client.bulk.embed(texts, output_dimension=8).to_list() == matrix.tolist()
    assert len(sync_client.bulk.embed(texts, output_dimension=8).to_array()) == 4800
    assert sync_client.bulk.embed(texts, output_dimension=8).save_npy(tmp_path / "m.npy") == (600, 8)
    with sync_client.bulk.embed(texts, output_dimension=8) as results:
        assert results.to_numpy().shape == (600, 8)
    assert np.load(tmp_path / "m.npy").tolist() == matrix.tolist()


async def test_arrow_holds_one_list_a_text(client):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    texts = ["a", "b", "c"]
    found = await client.bulk.embed(texts, output_dimension=8).to_arrow()
    assert found.type == pa.list_(pa.float32(), 8)
    assert found.to_pylist() == await client.bulk.embed(texts, output_dimension=8).to_list()
    whole = await client.bulk.embed(texts, output_dtype="int8", output_dimension=8).to_arrow()
    assert whole.type == pa.list_(pa.int8(), 8)
    assert len(await client.bulk.embed([]).to_arrow()) == 0


def test_arrow_holds_null_for_a_text_that_failed(sync_client):
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    texts = ["a", "x" * 100_000, "c"]
    found = sync_client.bulk.embed(texts, output_dimension=8).to_arrow(missing="null")
    assert [each is None for each in found.to_pylist()] == [False, True, False]
    assert sync_client.bulk.embed(texts[1:2]).to_arrow(missing="null").to_pylist() == [None]
    with pytest.raises(BadRequestError):
        sync_client.bulk.embed(texts).to_arrow()


async def test_the_next_work_knows_the_limits_of_a_request_and_begins_with_as_many(anyio_backend):
    # Rule 6 of packer.
    texts = [f"text {n}" for n in range(100)]
    async with FakeMistral(max_inputs=20) as server, Mistral(server.api_key, server_url=server.url) as client:
        assert all(result.ok for result in await client.bulk.embed(texts, output_dimension=4))
        assert {request.status for request in server.requests} == {200, 400}
        server.requests.clear()
        server.latency = 0.4
        assert all(result.ok for result in await client.bulk.embed(texts, output_dimension=4))
    assert {request.status for request in server.requests} == {200}
    begin = server.requests[0].time
    assert sum(request.time < begin + server.latency for request in server.requests) > 2  # none had an answer then
