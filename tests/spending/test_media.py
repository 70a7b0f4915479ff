"""Images, documents and audio in a body: what is reserved for them is what the API counts at most, not their base64."""

from __future__ import annotations

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async import Budget, Mistral, RateLimits, calls
from mistral_async._engine.encode import encode_body
from mistral_async._engine.sender import _tokens_in
from mistral_async._spending.media import Content, content_of, is_text
from mistral_async.models import AudioChunk, DocumentURLChunk, ImageURLChunk, UserMessage

MODEL = "mistral-small-latest"
RAW = bytes(300_000)
DATA = base64.b64encode(RAW).decode()
PNG, PDF = f"data:image/png;base64,{DATA}", f"data:application/pdf;base64,{DATA}"


def asked(*content):
    return {"model": MODEL, "messages": [{"role": "user", "content": [*content]}]}


def body_of(*content):
    body, _ = encode_body(calls.chat.complete(**asked(*content)), None)
    return body


IMAGES = [
    ImageURLChunk(PNG),
    ImageURLChunk({"url": PNG, "detail": "high"}),
    {"type": "image_url", "image_url": PNG},
    {"type": "image_url", "image_url": {"detail": "low", "url": PNG}},
    {"type": "image_url", "image_url": "https://example.org/cat.png"},
]


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_counts_once_however_it_is_written(image):
    # Rules 1 and 2 of media.
    content = content_of(body_of({"type": "text", "text": "what is this"}, image))
    assert (content.images, content.documents, content.audio) == (1, 0, 0)
    assert content.text < 300


def test_a_tool_that_takes_an_image_is_none():
    # Rule 1 of media.
    schema = {"type": "object", "properties": {"image_url": {"type": "string"}}, "required": ["image_url"]}
    tool = {"type": "function", "function": {"name": "look", "parameters": schema}}
    body, _ = encode_body(calls.chat.complete(**asked({"type": "text", "text": "hi"}), tools=[tool]), None)
    assert content_of(body) == Content(text=len(body))


@pytest.mark.parametrize("document", [DocumentURLChunk(PDF), {"type": "document_url", "document_url": PDF}])
def test_a_document_is_known_by_its_size(document):
    assert content_of(body_of(document))[1:] == (0, len(PDF) - len("data:"), 0)


@pytest.mark.parametrize(
    "sound",
    [
        AudioChunk(RAW),
        {"type": "input_audio", "input_audio": DATA},
        {"type": "input_audio", "input_audio": {"format": "wav", "data": DATA}},
    ],
)
def test_audio_is_known_by_its_size(sound):
    assert content_of(body_of(sound))[1:] == (0, 0, len(DATA))


@given(st.text() | st.sampled_from(["image_url", "document_url", "input_audio", "url", "data"]))
def test_text_is_text_whatever_it_holds(name):
    # Rule 1 of media.
    inner = msgspec.json.encode({name: PNG, "image_url": PNG, "input_audio": {"data": DATA}}).decode()
    body = body_of({"type": "text", "text": inner})
    assert content_of(body) == Content(text=len(body))


@given(st.integers(1, 5000), st.integers(1, 5000))
def test_no_image_has_more_tokens_than_it_counts(width, height):
    # Rule 2 of media: as the encoders of the models have it, with a mark after each row.
    for largest, patch in ((1024, 16), (1540, 28)):
        ratio = max(width / largest, height / largest, 1)
        columns, rows = ((round(side / ratio) - 1) // patch + 1 for side in (width, height))
        assert (columns + 1) * rows <= 4160


@pytest.fixture
async def reserving(server):
    budget = Budget(tokens=1_000_000, requests=100)

    async def reserve(client, *content):
        async with client.chat.stream(**asked(*content), max_tokens=100):
            return budget.state.reserved.tokens

    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        yield lambda *content: reserve(client, *content)


async def test_what_is_reserved_is_about_what_the_api_counts(reserving):
    assert 4160 < await reserving(ImageURLChunk(PNG)) < 4600
    assert 2 * 4160 < await reserving(ImageURLChunk(PNG), ImageURLChunk(PNG)) < 9000
    assert 5000 < await reserving(AudioChunk(RAW)) < 5600  # 400 s at 6 kbit/s
    assert 130_000 < await reserving(DocumentURLChunk(PDF)) < 140_000
    many = [DocumentURLChunk(PDF)] * 3
    assert await reserving(*many) == 262_144 + 100, "no prompt is longer than a context"


async def test_an_answer_tells_how_many_tokens_a_document_has(server, reserving):
    choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    used = {"prompt_tokens": 2000, "completion_tokens": 1, "total_tokens": 2001}
    chunk = {"id": "1", "model": MODEL, "choices": [{"index": 0, "delta": choice["message"]}]}
    last = {**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": used}
    budget = Budget(tokens=10_000_000)
    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        reserved = []
        for _ in range(60):
            server.reply("chat.stream", sse=[chunk, last])
            async with client.chat.stream(**asked(DocumentURLChunk(PDF)), max_tokens=100) as stream:
                reserved.append(budget.state.reserved.tokens)
                await stream.until_done()
        assert reserved[0] > 130_000
        assert 2000 < reserved[-1] < 12_000


async def test_reading_a_document_is_not_billed_by_tokens(server):
    budget = Budget(tokens=1000)
    async with Mistral(server.api_key, server_url=server.url, budget=budget) as client:
        assert (await client.ocr.process(document=DocumentURLChunk(PDF))).pages
    assert budget.state.used.tokens == 0


async def test_the_rate_limit_counts_an_image_so_too(server):
    limits = RateLimits(tokens_per_minute=60_000)
    async with Mistral(server.api_key, server_url=server.url, rate_limits=limits) as client:
        await client.with_options(timeout=5).chat.complete(**asked(ImageURLChunk(PNG)))
    assert _tokens_in(body_of(ImageURLChunk(PNG)), None) < 4300


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": None}]}, True),
        ({"messages": [UserMessage(content="a")]}, True),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "data:"}]}]}, False),
        ({"messages": [UserMessage(content=[{"type": "text", "text": "a"}])]}, False),
        ({"messages": iter([])}, False),
        ({"inputs": "a"}, True),
        ({"input": ["a", "b"]}, True),
        ({"input": [["a"]]}, False),
        ({"document": {"type": "document_url"}}, False),
        (None, False),
    ],
)
def test_messages_and_inputs_of_text_are_not_searched(fields, expected):
    assert is_text(fields) is expected
