"""A big answer is decoded in turns with other tasks, and is what it would be at once."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import anyio
import anyio.lowlevel
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from turns import least_step, longest_step

from mistral_async._codec import json_split, large
from mistral_async._codec.large import LARGE, decode_large
from mistral_async._codec.open_union import LenientDecodeError, decode, decode_in_thread, decoder
from mistral_async.models import ChatCompletionResponse, EmbeddingResponse, OCRResponse, _model

encode = msgspec.json.encode
REFUSED = (msgspec.DecodeError, LenientDecodeError, RecursionError, UnicodeDecodeError)
ONE_LOOP = pytest.mark.parametrize("anyio_backend", ["asyncio"])  # it is the work between the turns that takes time
STEP = 0.03  # CPU seconds: 20 ms, and what the machine adds


def embeddings(rows: int, **more: object) -> bytes:
    vector = [n / 1000 for n in range(1000)]
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(rows)]
    return encode({"id": "x", "object": "list", "model": "mistral-embed", "data": data, **more})


def chat(content: object, *, choices: int = 1, **more: object) -> bytes:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    return encode({"id": "x", "object": "chat.completion", "model": "m", "choices": [choice] * choices, **more})


def one_embedding(size: int) -> bytes:
    return embeddings(0).replace(b"[]", b'[{"embedding":[%b1]}]' % (b"0.125," * (size // 6)))


def pages(number: int, *, images: int, size: int) -> bytes:
    box = {"top_left_x": 1, "top_left_y": 1, "bottom_right_x": 2, "bottom_right_y": 3}
    page = {
        "index": 0,
        "markdown": "# Title\n\n" * 20,
        "images": [{"id": f"{image}.png", **box, "image_base64": "A" * size} for image in range(images)],
        "dimensions": {"dpi": 200, "height": 1, "width": 2},
    }
    return encode({"pages": [page] * number, "model": "m", "usage_info": {"pages_processed": number}})


def outcome(get: Any) -> str:
    """What a decoder gives, or the kind of its error (NaN is not equal to itself)."""
    try:
        return repr(get())
    except LenientDecodeError as error:
        return str(error)
    except REFUSED:
        return "no JSON"


async def assert_same(body: bytes, type_: Any) -> None:
    get = await decode_large(body, type_)
    assert outcome(get) == outcome(lambda: decode(body, type_))


BIG = 40_000  # bytes: some pieces of the size of these tests
ANSWERS = {
    "embeddings": (embeddings(8, usage={"prompt_tokens": 40, "total_tokens": 40}, unknown=1), EmbeddingResponse),
    "one list of numbers": (
        embeddings(0).replace(b"[]", b'[{"embedding":[%b1]}]' % (b"0.25," * BIG)),
        EmbeddingResponse,
    ),
    "pages": (pages(5, images=3, size=20_000), OCRResponse),
    "small images": (pages(30, images=20, size=100), OCRResponse),
    "one page": (pages(2, images=400, size=50), OCRResponse),
    "text": (chat("a" * BIG), ChatCompletionResponse),
    "characters": (chat("日é😀a" * 8000), ChatCompletionResponse),
    "escapes": (chat("?").replace(b"?", rb"\u00e9\\u00e9\n\"\ud83d\ude00\\" * 2000), ChatCompletionResponse),
    "choices": (chat("hello", choices=600), ChatCompletionResponse),
    "chunks": (chat([{"type": "text", "text": "hello"}] * 2000), ChatCompletionResponse),
    "an unknown chunk": (chat([{"type": "new", "more": [{"a": 1.5}] * 4000}]), ChatCompletionResponse),
    "unknown fields": (chat("a", more={f"key {n}": n for n in range(4000)}), ChatCompletionResponse),
    "an object": (encode({f"key {n}": n for n in range(4000)}), dict),
    "an object of lists": (encode({f"key {n}": [{"a": 1, "b": 2}] * 900 for n in range(6)}), dict[str, list[Any]]),
    "a list of many kinds": (encode([1, "a", [{"b": ["\\"]}], -0.5, None, {}, True] * 4000), list[Any]),
    "objects of many kinds": (encode([{"a": {"b": [1]}}, {"c": ["],[{", []]}, {}] * 4000), Any),
    "nested objects": (encode({f"key {n}": {"a": {"b": [n, {"c": "}"}]}} for n in range(3000)}), dict),
    "a long item among short ones": (encode([1, "a", ["b" * BIG, '"' * BIG], {"c": "d"}] * 3), Any),
    "a long value among short ones": (encode({"a": {"b": [1]}, "c": {"d": "\\" * BIG}, "e": [{}]}), Any),
    "a comma too many": (encode([1, "a"] * 4000)[:-1] + b" , ]", Any),
    "a comma too many in an object": (encode({f"key {n}": [{}, []] for n in range(4000)})[:-1] + b",}", Any),
    "two commas": (encode([1, "a"] * 4000)[:-1] + b",,1]", Any),
    "more after the end": (encode([1, "a"] * 4000) + b"]", Any),
    "brackets that do not fit": (encode([1, "a"] * 4000)[:-1] + b"}", Any),
    "a string without its end": (b'[1,"a",' * 4000 + b'"\\', Any),
    "anything": (b"  " + encode([{"a": ["b"] * 9}] * 2000) + b"\n", Any),
    "spaces": (b'{"id":"x","choices":[' + b" " * BIG + b"]}", ChatCompletionResponse),
    "NaN": (embeddings(8).replace(b"0.5,", b"NaN,"), EmbeddingResponse),
    "of other types": (chat("hello", choices=600, id=None, created="1"), ChatCompletionResponse),
    "half a pair": (chat("?").replace(b"?", b"a" * BIG + rb"\ud83d"), ChatCompletionResponse),
    "digits": (chat("a", created=0).replace(b":0}", b":" + b"1" * BIG + b"}"), ChatCompletionResponse),
    "null in a list": (embeddings(8).replace(b"0.5,", b"null,"), EmbeddingResponse),
    "deep": (b'{"id":"x","choices":' + b"[" * BIG + b"]" * BIG + b"}", ChatCompletionResponse),
    "not UTF-8": (chat("?").replace(b"?", b"a" * BIG + b"\xff"), ChatCompletionResponse),
    "cut": (chat("hello", choices=600)[:-3], ChatCompletionResponse),
    "a page": (b"<html>" + b" " * BIG, ChatCompletionResponse),
    "a list": (encode(["a" * 100] * 600), ChatCompletionResponse),
    "a comma first": (b"," + chat("a" * BIG), ChatCompletionResponse),
    "a text": (encode("a" * BIG) + b" ", Any),
    "a text without its end": (encode("a" * BIG)[:-1], Any),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_the_same_as_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Rules 1 to 5 of large.
    monkeypatch.setattr(large, "_PIECE", BIG // 5)
    monkeypatch.setattr(large, "_FAR", BIG)
    monkeypatch.setattr(json_split, "_PIECE", BIG // 5)
    await assert_same(*ANSWERS[name])
    monkeypatch.setattr(json_split, "_PASS", 0)
    await assert_same(*ANSWERS[name])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=5), inner, max_size=30),
    max_leaves=60,
)
SMALL = {
    "chat": (chat([{"type": "text", "text": 'a"},{"b é😀\\'}, {"type": "new", "a": [{}]}]), ChatCompletionResponse),
    "pages": (pages(3, images=4, size=40), OCRResponse),
}


def check_in_tiny_pieces(body: bytes, type_: Any, *, splits: bool) -> None:
    async def no_pause() -> None: ...

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "_PIECE", 24)
        patch.setattr(large, "_FAR", 96)
        patch.setattr(large, "pause", no_pause)
        patch.setattr(json_split, "_PIECE", 64)
        patch.setattr(json_split, "_PASS", 0 if splits else 1)
        patch.setattr(json_split, "pause", no_pause)
        anyio.run(assert_same, body, type_)


@given(value=JSON, indent=st.sampled_from([None, 1]), ascii_only=st.booleans(), splits=st.booleans())
def test_any_json_in_pieces(value: Any, indent: int | None, *, ascii_only: bool, splits: bool) -> None:
    # Rules 3, 4 and 5 of large.
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    check_in_tiny_pieces(text.encode("utf-8", "replace"), Any, splits=splits)


@given(data=st.data(), name=st.sampled_from(sorted(SMALL)))
def test_an_answer_with_a_part_that_is_another(data: st.DataObject, name: str) -> None:
    # Rules 2 to 5 of large.
    body, type_ = SMALL[name]
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, min(len(body), start + 5)))
    other = data.draw(st.sampled_from([b"", b"null", b'"', b",", b"]", b"}", b"[", b"1", b"NaN", b"\\", b"\xff", b" "]))
    check_in_tiny_pieces(body[:start] + other + body[end:], type_, splits=data.draw(st.booleans()))


@pytest.mark.parametrize("name", ["embeddings", "small images", "chunks", "an unknown chunk"])
def test_the_lenient_pass_reads_what_is_regular_as_the_strict_one(name: str) -> None:
    # Rule 2 of large.
    body, type_ = ANSWERS[name]
    assert decode_in_thread(body, type_) == decode(body, type_)


async def test_a_client_reads_them_so(client) -> None:
    texts = [f"text {number}" for number in range(200)]
    response = await client.with_response.embeddings.create(model="mistral-embed", inputs=texts)
    assert len(response.body) > LARGE
    assert response.data == decode(response.body, EmbeddingResponse)
    assert [each.index for each in response.data.data] == list(range(200))


async def test_other_tasks_go_on() -> None:
    # Rule 3 of large.
    body = embeddings(1200)
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
        await decode_large(body, EmbeddingResponse)
        assert turns - before >= len(body) // (512 * 1024)
        group.cancel_scope.cancel()


async def test_cancellation_does_not_wait_for_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    # Rule 2 of large.
    began, goes_on = threading.Event(), threading.Event()

    def decode_slowly(*_: object) -> None:
        began.set()
        goes_on.wait(10)

    monkeypatch.setattr(large, "decode_in_thread", decode_slowly)
    since = time.monotonic()
    with anyio.move_on_after(0.5) as scope:
        await decode_large(embeddings(300).replace(b"0.5,", b"NaN,"), EmbeddingResponse)
    goes_on.set()
    assert scope.cancelled_caught
    assert began.is_set()
    assert time.monotonic() - since < 5


MB = 20_000_000
HUGE = {
    "embeddings": lambda: (embeddings(MB // 6000), EmbeddingResponse),
    "one embedding": lambda: (one_embedding(MB), EmbeddingResponse),
    "pages": lambda: (pages(10, images=20, size=100_000), OCRResponse),
    "small images": lambda: (pages(2500, images=20, size=200), OCRResponse),
    "text": lambda: (chat("a" * MB), ChatCompletionResponse),
    "escapes": lambda: (chat("?").replace(b"?", rb"\u00e9" * (MB // 6)), ChatCompletionResponse),
    "200,000 choices": lambda: (chat("hello", choices=200_000), ChatCompletionResponse),
    "digits": lambda: (b'{"id":"x","created":' + b"1" * MB + b"}", ChatCompletionResponse),
    "deep": lambda: (b'{"id":"x","choices":' + b"[" * MB, ChatCompletionResponse),
    "300,000 keys": lambda: (encode({f"key {n}": n for n in range(300_000)}), dict),
    "a million fields": lambda: (encode({f"key {n}": n for n in range(10**6)}), ChatCompletionResponse),
    "NaN": lambda: (embeddings(MB // 6000).replace(b"0.5,", b"NaN,"), EmbeddingResponse),
    "of other types": lambda: (chat("hello", choices=200_000, id=None), ChatCompletionResponse),
}


@ONE_LOOP
@pytest.mark.parametrize("item", [b'1,"a",', b'[],{"a":[]},', b'"a",{},1,', b'{"a":{"b":[1]}},[[]],'])
async def test_time_is_linear_whatever_the_items_are(item: bytes) -> None:
    # Rule 4 of large.
    async def seconds(size: int) -> float:
        body = b"[" + item * (size // len(item)) + b"1]"
        since = time.thread_time()
        await decode_large(body, Any)
        return time.thread_time() - since

    small = min([await seconds(500_000) for _ in range(3)])
    assert min([await seconds(2_000_000) for _ in range(3)]) < 10 * small + 0.02


async def test_nothing_is_kept_of_an_answer() -> None:
    body, decoders = chat([{"type": "text", "text": "a" * large.LARGE}]), set[int]()
    for _ in range(3):
        await decode_large(body, ChatCompletionResponse)
        decoders.add(decoder.cache_info().currsize)
    assert len(decoders) == 1


SOME = {
    "embeddings": lambda: (embeddings(600), EmbeddingResponse),
    "choices": lambda: (chat("hello", choices=40_000), ChatCompletionResponse),
    "chunks": lambda: (chat([{"type": "text", "text": "hello"}] * 110_000), ChatCompletionResponse),
    "keys": lambda: (encode({f"key {n}": n for n in range(200_000)}), dict),
}


@pytest.mark.parametrize("name", SOME)
async def test_each_step_is_a_small_part(name: str) -> None:
    # Rule 3 of large: measured by what decoding at once takes, on whichever machine.
    body, type_ = SOME[name]()
    assert len(body) > 2 * LARGE

    async def at_once() -> None:
        decode(body, type_)

    part = min([await longest_step(at_once) for _ in range(3)]) / 3
    assert await least_step(lambda: decode_large(body, type_), part) < part


async def test_what_is_decoded_is_not_looked_through_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # Rule 3 of large: constructors of answers read the dicts that they are given.
    monkeypatch.setattr(_model, "_read", None)
    for name in ("choices", "embeddings"):
        body, type_ = SOME[name]()
        assert isinstance((await decode_large(body, type_))(), type_)


@ONE_LOOP
@pytest.mark.slow
@pytest.mark.parametrize("name", HUGE)
async def test_twenty_megabytes_let_others_go_on(name: str) -> None:
    # Rule 3 of large.
    body, type_ = HUGE[name]()
    assert await least_step(lambda: decode_large(body, type_), STEP) < STEP
