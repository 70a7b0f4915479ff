"""Embeddings: unit vectors in which shared words show, in every encoding, within the limits of the real endpoint."""

from __future__ import annotations

import math
from array import array
from base64 import b64decode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async.testing import FakeMistral
from mistral_async.testing._handlers._vectors import VectorSpace

URL = "/v1/embeddings"


async def embed(http, texts, **options):
    answer = await http.post(URL, json={"model": "mistral-embed", "input": texts, **options})
    assert answer.status_code == 200, answer.text
    return [item["embedding"] for item in answer.json()["data"]]


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


async def test_shared_words_make_texts_closer(http):
    cat, cats, tea = await embed(http, ["the cat sat on the mat", "a cat sat on a mat", "tea is grown in Assam"])
    assert len(cat) == 1024
    assert dot(cat, cats) > 0.8
    assert abs(dot(cat, tea)) < 0.25


async def test_equal_texts_have_equal_vectors_wherever_they_stand(http):
    (one,), (_, two) = await embed(http, "hello"), await embed(http, ["other", "hello"])
    assert one == two


SPACE = VectorSpace(256, 0)


@given(st.text())
def test_every_text_has_a_vector_of_length_one(text):
    assert math.hypot(*SPACE.unit(text)) == pytest.approx(1, abs=1e-3)


def test_order_of_words_does_not_matter_but_the_seed_does():
    assert SPACE.unit("b a") == SPACE.unit("a b")
    assert VectorSpace(256, 1).unit("a b") != SPACE.unit("a b")


async def test_base64_is_the_same_vector(http):
    (plain,) = await embed(http, "hello world")
    (packed,) = await embed(http, "hello world", encoding_format="base64")
    assert list(array("f", b64decode(packed))) == plain


@pytest.mark.parametrize(
    ("dtype", "size", "low", "high"),
    [("int8", 64, -128, 127), ("uint8", 64, 0, 255), ("binary", 8, -128, 127), ("ubinary", 8, 0, 255)],
)
async def test_whole_numbers(http, dtype, size, low, high):
    (numbers,) = await embed(http, "hello", output_dtype=dtype, output_dimension=64)
    assert len(numbers) == size
    assert all(isinstance(number, int) and low <= number <= high for number in numbers)
    (packed,) = await embed(http, "hello", output_dtype=dtype, output_dimension=64, encoding_format="base64")
    code = "b" if low < 0 else "B"
    assert list(array(code, b64decode(packed))) == numbers


async def test_the_code_model_has_more_dimensions(http):
    answer = await http.post(URL, json={"model": "codestral-embed", "input": "x"})
    assert len(answer.json()["data"][0]["embedding"]) == 1536


async def test_usage_and_headers(http):
    answer = await http.post(URL, json={"model": "mistral-embed", "input": ["a" * 40, "b"]})
    usage = answer.json()["usage"]
    assert usage["prompt_tokens"] == usage["total_tokens"] == int(answer.headers["x-ratelimit-tokens-query-cost"]) == 12
    assert usage["prompt_token_details"] is usage["prompt_tokens_details"] is None
    assert "x-ratelimit-limit-req-minute" in answer.headers
    assert "x-ratelimit-limit-tokens-minute" not in answer.headers


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["a"] * 2049, "Too many inputs in request, split into more batches."),
        (["word " * 5000] * 3, "Too many tokens overall, split into more batches."),
        (["ok", "word " * 8000], "Input id 1 has 10001 tokens, exceeding max 8192 tokens."),
        ([], "Input cannot be an empty list."),
    ],
)
async def test_too_much(http, texts, message):
    answer = await http.post(URL, json={"model": "mistral-embed", "input": texts})
    assert answer.status_code == 400
    error = answer.json()
    assert (error["code"], error["type"], error["message"]) == ("3210", "invalid_request_prompt", message)


async def test_limits_and_order_are_options():
    async with (
        FakeMistral(max_inputs=3, shuffle_embeddings=True) as server,
        httpx.AsyncClient(base_url=server.url, headers={"authorization": "Bearer test-key"}) as http,
    ):
        answer = await http.post(URL, json={"model": "mistral-embed", "input": ["a", "b", "c"]})
        refused = await http.post(URL, json={"model": "mistral-embed", "input": ["a"] * 4})
    assert sorted(item["index"] for item in answer.json()["data"]) == [0, 1, 2]
    assert [item["index"] for item in answer.json()["data"]] != [0, 1, 2]
    assert refused.status_code == 400
