# pyright: reportUnnecessaryTypeIgnoreComment=true, reportUnusedExpression=false
"""What type checkers see of each face. Checked by mypy --strict and pyright strict, never run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_type

from mistral_async import Call, Download, Mistral, Pages, Response, Stream, SyncMistral, calls
from mistral_async._binding.sync_executor import SyncDownload, SyncPages, SyncStream
from mistral_async._results.download import AsyncDownload
from mistral_async._results.pages import AsyncPages
from mistral_async._results.stream import AsyncStream
from mistral_async.bulk import Err, Ok
from mistral_async.models import (
    AssistantMessage,
    BatchJob,
    ChatCompletionResponse,
    CompletionChunk,
    CreateFileResponse,
    EmbeddingResponse,
    FileSchema,
    ListFilesResponse,
    Message,
    ModelList,
    ToolMessage,
    UserMessage,
)


async def any_request(client: Mistral, blocking: SyncMistral) -> None:
    assert_type(await client.request("GET", "/v2/x/{}", "id", returns=ModelList), ModelList)
    assert_type(await client.request("POST", "/v2/x", json={"a": None}, returns=dict[str, int]), dict[str, int])
    assert_type(client.request("POST", "/v2/x", yields=Message, ends="done"), AsyncStream[Message])
    assert_type(client.request("GET", "/v2/x", download=True), AsyncDownload)
    assert_type(await client.with_response.request("GET", "/v2/x", returns=ModelList), Response[ModelList])
    assert_type(blocking.request("GET", "/v2/x", returns=ModelList), ModelList)
    assert_type(blocking.request("POST", "/v2/x", yields=ModelList), SyncStream[ModelList])
    assert_type(blocking.request("GET", "/v2/x", download=True), SyncDownload)
    assert_type(blocking.with_response.request("GET", "/v2/x", returns=ModelList), Response[ModelList])
    assert_type(calls.request("GET", "/v2/x", returns=ModelList), Call[ModelList])
    assert_type(calls.request("GET", "/v2/x", yields=ModelList), Stream[ModelList])
    assert_type(calls.request("GET", "/v2/x", download=True), Download)
    async with client.bulk.map(calls.request("GET", "/v2/x/{}", i, returns=ModelList) for i in range(3)) as made:
        async for each in made:
            assert_type(each, Ok[ModelList] | Err)


async def asynchronous(client: Mistral) -> None:
    answer = await client.chat.complete(model="m", messages=[{"role": "user", "content": "hi"}], temperature=0.5)
    assert_type(answer, ChatCompletionResponse)
    assert_type(answer.choices[0].message, AssistantMessage)
    async with client.chat.stream(model="m", messages=[UserMessage("hi")]) as stream:
        assert_type(stream, AsyncStream[CompletionChunk])
        async for chunk in stream:
            assert_type(chunk, CompletionChunk)
        assert_type(await stream.get_final_response(), ChatCompletionResponse)
    assert_type(await client.embeddings.create(model="m", inputs=["a"]), EmbeddingResponse)
    assert_type(await client.models.list(), ModelList)
    listed = client.files.list(page_size=10)
    assert_type(listed, AsyncPages[FileSchema, ListFilesResponse])
    assert_type(await listed, ListFilesResponse)
    async for file in listed:
        assert_type(file, FileSchema)
    assert_type(client.files.download("id"), AsyncDownload)
    assert_type(await client.files.download("id"), bytes)
    assert_type(await client.files.upload(b"x", "batch"), CreateFileResponse)
    wrapped = await client.with_response.chat.complete(model="m", messages=[])
    assert_type(wrapped, Response[ChatCompletionResponse])
    assert_type(wrapped.data, ChatCompletionResponse)
    assert_type(await client.with_options(timeout=3).models.list(), ModelList)
    assert_type(await client.send(calls.models.list()), Response[ModelList])
    pages = client.with_response.files.list()
    assert_type(await pages, Response[ListFilesResponse])
    async for page in (await client.send(calls.files.list())).pages():
        assert_type(page, Response[ListFilesResponse])
        assert_type(pages.items(page), list[FileSchema])
    async for file in pages:
        assert_type(file, FileSchema)
    async with client.with_response.chat.stream(model="m", messages=[]) as raw:
        async for chunk in raw:
            assert_type(chunk, CompletionChunk)
            assert_type(raw.unknown_fields(chunk), dict[str, Any])


def blocking(client: SyncMistral) -> None:
    assert_type(client.chat.complete(model="m", messages=[UserMessage("hi")]), ChatCompletionResponse)
    with client.chat.stream(model="m", messages=[]) as stream:
        assert_type(stream, SyncStream[CompletionChunk])
        for chunk in stream:
            assert_type(chunk, CompletionChunk)
    assert_type(client.files.list(), SyncPages[FileSchema, ListFilesResponse])
    assert_type(client.with_response.files.list().page(), Response[ListFilesResponse])
    for page in client.send(calls.files.list()).pages():
        assert_type(page.data, ListFilesResponse)
    with client.send(calls.chat.stream(model="m", messages=[])) as raw:
        for chunk in raw:
            assert_type(raw.json(chunk), Any)
    assert_type(client.files.list().page(), ListFilesResponse)
    assert_type(client.files.download("id"), SyncDownload)
    assert_type(client.with_response.models.list(), Response[ModelList])


def lazy() -> None:
    assert_type(calls.chat.complete(model="m", messages=[]), Call[ChatCompletionResponse])
    assert_type(calls.chat.stream(model="m", messages=[]), Stream[CompletionChunk])
    assert_type(calls.files.list(), Pages[FileSchema, ListFilesResponse])
    assert_type(calls.files.download("id"), Download)


async def many(client: Mistral, texts: Sequence[str]) -> None:
    work = (calls.embeddings.create(model="m", inputs=text) for text in texts)
    async with client.bulk.map(work, concurrency=8) as results:
        async for result in results:
            assert_type(result, Ok[EmbeddingResponse] | Err)
            match result:
                case Ok(value=value, index=index):
                    assert_type(value, EmbeddingResponse)
                    assert_type(index, int)
                case Err(error=error):
                    raise error


def stored_history(messages: list[Message]) -> None:
    messages.append(UserMessage("hi"))
    messages.append(ToolMessage("4", tool_call_id="abc"))
    calls.chat.complete(model="m", messages=messages)


def unknown_variants(message: Message) -> None:
    if message.role == "assistant":
        pass


async def mistakes(client: Mistral, sync: SyncMistral) -> None:
    await client.chat.complete(messages=[])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.chat.complete(model=3, messages=[])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await client.chat.complete(model="m", messages="hi")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await client.chat.complete(model="m", messages=[], temprature=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.chat.complete(model="m", messages=[], stream=True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    await client.files.retrieve()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    client.chat.complete(model="m", messages=[])  # type: ignore[unused-coroutine]  # pyright: ignore[reportUnusedCoroutine]
    (client.chat.complete(model="m", messages=[])).choices  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    sync.chat.complete(model="m", messages=[]).choice  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    Mistral("key", serverurl="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    for _ in client.files.list():  # type: ignore[attr-defined]  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
        pass


def dicts(answer: ChatCompletionResponse, job: BatchJob) -> None:
    for found in answer.guardrails or ():
        if finding := found.get("moderation_llm_v2"):
            assert_type(finding["categories"]["pii"]["violated"], bool)
    for output in job.outputs or ():
        if response := output["response"]:
            assert_type(response["status_code"], int)
