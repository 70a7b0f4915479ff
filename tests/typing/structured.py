# pyright: reportUnnecessaryTypeIgnoreComment=true
"""What type checkers see of answers as types, and of tools."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, assert_type

from mistral_async import Call, Mistral, Response, SyncMistral, calls
from mistral_async._binding.events import SyncEvents
from mistral_async.continuation import Continuation
from mistral_async.models import ChatCompletionResponse, CompletionChunk
from mistral_async.structured import Parsed, ParsedDocument, ParsedStream, Snapshot
from mistral_async.tools import Context, Run, RunEvent, RunResult, Tool, tool


@dataclasses.dataclass
class City:
    name: str


class River: ...


@tool
async def get_weather(city: str, days: int = 1) -> str:
    return city


@tool(requires_confirmation=True, timeout=5)
def delete(path: str, context: Context[int]) -> bool:
    return bool(path) and context.data > 0


async def asynchronous(client: Mistral) -> None:
    messages = [{"role": "user", "content": "hi"}]
    parsed = await client.chat.parse(response_format=City, model="m", messages=messages, temperature=0.5)
    assert_type(parsed, Parsed[City])
    assert_type(parsed.value, City)
    union = await client.chat.parse(response_format=City | River | None, model="m", messages=messages)
    assert_type(union.value, City | River | None)
    many = await client.chat.parse(response_format=list[City], model="m", messages=messages)
    assert_type(many.value, list[City])
    word = await client.chat.parse(response_format=Literal["a", "b"], model="m", messages=messages)
    assert_type(word.value, Literal["a", "b"])
    stream = client.chat.parse_stream(response_format=City, model="m", messages=messages)
    assert_type(stream, ParsedStream[City])
    async with stream:
        async for snapshot in stream:
            assert_type(snapshot, Snapshot)
    assert_type(await stream, Parsed[City])
    whole = client.chat.until_done(model="m", messages=messages, max_continues=2)
    assert_type(whole, Continuation)
    assert_type(await whole, ChatCompletionResponse)
    async with client.chat.continue_("It was", model="m", messages=messages, temperature=0.1) as chunks:
        async for chunk in chunks:
            assert_type(chunk, CompletionChunk)
    client.chat.continue_(3, model="m", messages=messages)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(calls.chat.parse(response_format=City, model="m", messages=messages), Call[Parsed[City]])
    response = await client.with_response.chat.parse(response_format=City, model="m", messages=messages)
    assert_type(response, Response[Parsed[City]])
    document = await client.ocr.parse(
        document="https://a", document_annotation_format=City, bbox_annotation_format=list[str]
    )
    assert_type(document, ParsedDocument[City, list[str]])
    other = await client.beta.conversations.parse(response_format=City, inputs="hi", model="m")
    assert_type(other, Parsed[City])
    await client.chat.parse(response_format=City, model="m", messages=messages, temprature=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.chat.parse(response_format=City, model="m")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def runs(client: Mistral) -> None:
    run = client.chat.run("hi", model="m", tools=[get_weather, delete, len], response_format=City)
    assert_type(run, Run[City])
    async with run:
        async for event in run:
            assert_type(event, RunEvent)
            if event.type == "text":
                assert_type(event.text, str)
            elif event.type == "tool_started":
                assert_type(event.arguments, dict[str, Any])
    assert_type(await client.chat.run("hi", model="m", response_format=City), RunResult[City])
    assert_type((await client.chat.run("hi", model="m")).value, str)
    assert_type((await client.beta.conversations.run(inputs="hi", model="m")).value, str)
    assert_type(client.beta.conversations.run(inputs="hi", model="m", response_format=list[City]), Run[list[City]])
    client.chat.run("hi", model="m", temprature=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.chat.run("hi", model="m", tools=[3])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]


def blocking(client: SyncMistral) -> None:
    messages = [{"role": "user", "content": "hi"}]
    assert_type(client.chat.parse(response_format=City, model="m", messages=messages), Parsed[City])
    stream = client.chat.parse_stream(response_format=City, model="m", messages=messages)
    assert_type(stream, SyncEvents[Snapshot, Parsed[City]])
    assert_type(stream.result().value, City)
    run = client.chat.run("hi", model="m", response_format=City)
    assert_type(run, SyncEvents[RunEvent, RunResult[City]])
    with run:
        for event in run:
            assert_type(event, RunEvent)
    assert_type(run.result().value, City)


async def decorated() -> None:
    assert_type(await get_weather("Paris", days=2), str)
    assert_type(delete("x", Context(1)), bool)
    assert_type(Tool.from_function(str.upper)("a"), str)
    await get_weather(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
