"""Any source, any bounds, any limits of the API, any options: every item gets its own right result, and soon."""

from __future__ import annotations

import random
from collections import Counter

import anyio
import anyio.lowlevel
import pytest

from mistral_async import Mistral
from mistral_async.errors import TooManyInputsError
from mistral_async.testing import FakeMistral


def source_of(dice, texts):
    async def pausing():
        for text in texts:
            if dice.random() < 0.05:
                await anyio.sleep(dice.random() * 0.02)
            yield text

    async def eager():
        for text in texts:
            yield text

    return dice.choice([lambda: texts, lambda: iter(texts), lambda: tuple(texts), pausing, eager])()


def text_of(dice, n):
    match dice.randrange(30):
        case 0:
            return "x" * 5000  # more than this API takes in one request
        case 1:
            return ""
        case 2:
            return "日本語 " * dice.randrange(1, 60)
        case 3 | 4 | 5:
            return f"again {n % 7}"
        case _:
            return f"text {n} " * dice.randrange(1, 30)


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.slow if seed >= 6 else ()) for seed in range(15)]
)
async def test_any_job_is_done_right(anyio_backend, tmp_path, seed):
    dice = random.Random(seed)
    texts = [text_of(dice, n) for n in range(dice.choice([0, 1, 7, 150, 400]))]
    options = {
        "concurrency": dice.choice([None, 1, 2, 7, 30]),
        "max_in_flight": dice.choice([None, 1, 2, 9, 100]),
        "ordered": dice.random() < 0.7,
        "dedupe": dice.random() < 0.5,
        "checkpoint": dice.choice([None, tmp_path / "job.sqlite"]),
        "max_inputs_per_request": dice.choice([1, 3, 50, 512]),
        "max_tokens_per_request": dice.choice([500, 16_384]),
        "encoding_format": dice.choice(["base64", "float"]),
        "progress": dice.choice([None, lambda progress: None]),
    }
    async with (
        FakeMistral(
            max_inputs=dice.choice([2, 60, 2048]),
            max_request_tokens=dice.choice([800, 16_384]),
            max_input_tokens=700,
            shuffle_embeddings=True,
            latency=dice.choice([0.0, 0.001]),
        ) as server,
        Mistral(server.api_key, server_url=server.url) as client,
    ):
        right = {}
        for text in set(texts):
            if len(text) < 2000:
                answer = await client.embeddings.create(model="mistral-embed", inputs=[text], output_dimension=16)
                right[text] = answer.data[0].embedding
        server.requests.clear()
        results = []
        with anyio.fail_after(30):
            async with client.bulk.embed(source_of(dice, texts), output_dimension=16, **options) as stream:
                async for result in stream:
                    results.append(result)
                    if dice.random() < 0.1:
                        await anyio.lowlevel.checkpoint()
        sent = Counter(text for request in server.requests if request.status == 200 for text in request.json()["input"])
    indexes = [result.index for result in results]
    assert (indexes if options["ordered"] else sorted(indexes)) == list(range(len(texts)))
    for result in results:
        text = texts[result.index]
        if text in right:
            assert list(result.value) == right[text]
        else:
            assert isinstance(result.error, TooManyInputsError)
    wanted = Counter(text for text in texts if text in right)
    assert sent == (Counter(set(wanted)) if options["dedupe"] else wanted)
