# pyright: reportUnnecessaryTypeIgnoreComment=true
"""What type checkers see of `compat`. Checked by mypy --strict and pyright strict, never run."""

from __future__ import annotations

from datetime import datetime
from typing import Any, assert_type

import httpx

from mistral_async.compat import Mistral, UserMessage, errors, models
from mistral_async.compat._events import (
    CompletionEvent,
    ConversationEvents,
    EventStream,
    EventStreamAsync,
    ResponsesStreamEvents,
    SpeechStreamEvents,
    StreamEvent,
)
from mistral_async.compat._pages import Page, PageAsync
from mistral_async.compat._parsed import ParsedChatCompletionResponse
from mistral_async.compat.extra.realtime import RealtimeConnection, RealtimeSpeechConnection
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.compat.extra.run.result import RunResult
from mistral_async.compat.models import File, SystemMessage
from mistral_async.compat.types import UNSET, OptionalNullable, Unset
from mistral_async.compat.utils import BackoffStrategy, RetryConfig


def blocking(client: Mistral) -> None:
    answer = client.chat.complete(
        model="m",
        messages=[UserMessage("hi"), {"role": "user", "content": "hi"}],
        temperature=0.5,
        retries=RetryConfig("backoff", BackoffStrategy(1, 50, 1.1, 100)),
        timeout_ms=1000,
        http_headers={"x-trace": "1"},
        server_url="https://example.com",
    )
    assert_type(answer, models.ChatCompletionResponse)
    client.chat.complete(model="m", messages=[SystemMessage("hi")], stream=False)
    stream = client.chat.stream(model="m", messages=[UserMessage("hi")])
    assert_type(stream, EventStream[CompletionEvent])
    with stream as events:
        for event in events:
            assert_type(event.data, models.CompletionChunk)
    with client as entered:
        assert_type(entered, Mistral)
    assert_type(client.models.list(), models.ModelList)
    assert_type(client.files.upload(file=File(file_name="a", content=b"")), models.CreateFileResponse)
    assert_type(client.files.download(file_id="f"), httpx.Response)
    assert_type(client.files.list(page_size=1), models.ListFilesResponse)
    prompts = client.beta.prompts.list()
    assert_type(prompts, Page[models.ListPromptsResponse])
    assert_type(prompts.next(), Page[models.ListPromptsResponse] | None)
    parsed = client.chat.parse(int, model="m", messages=[])
    assert_type(parsed, ParsedChatCompletionResponse)
    assert_type(parsed.choices[0].message.parsed, Any)
    assert_type(client.beta.conversations.start_stream(inputs="hi", model="m"), EventStream[ConversationEvents])
    assert_type(client.responses.create(model="m", input="hi"), models.CreateResponseResponse)
    assert_type(client.responses.create(model="m", input="hi", stream=True), EventStream[ResponsesStreamEvents])
    speech = client.audio.speech.complete(input="hi", stream=True)
    assert_type(speech, EventStream[SpeechStreamEvents])
    assert_type(client.embeddings.create(model="m", inputs=["a"]), models.EmbeddingResponse)


async def asynchronous(client: Mistral, context: RunContext) -> None:
    async with client as entered:
        answer = await entered.chat.complete_async(model="m", messages=[{"role": "user", "content": "hi"}])
    assert_type(answer, models.ChatCompletionResponse)
    stream = await client.chat.stream_async(model="m", messages=[])
    assert_type(stream, EventStreamAsync[CompletionEvent])
    async for event in stream:
        assert_type(event, CompletionEvent)
    assert_type(await client.beta.prompts.list_async(), PageAsync[models.ListPromptsResponse])
    logs = await client.workflows.deployments.stream_deployment_logs_async("name")
    assert_type(logs, EventStreamAsync[StreamEvent[models.DeploymentLogRecord]])
    assert_type(await client.beta.conversations.run_async(context, inputs="hi"), RunResult)
    assert_type(await client.files.download_async(file_id="f"), httpx.Response)
    assert_type(await client.audio.realtime.connect("m"), RealtimeConnection)
    assert_type(await client.audio.realtime_speech.connect("m"), RealtimeSpeechConnection)
    assert_type(client.events.get_workflow_events(), models.ListWorkflowEventResponse)


def values(client: Mistral) -> None:
    answer = client.chat.complete(model="m", messages=[])
    assert_type(answer.usage, models.UsageInfo)
    assert_type(answer.usage.prompt_tokens, int)
    agent = client.beta.agents.get(agent_id="a")
    assert_type(agent.created_at, datetime)
    assert_type(client.beta.agents.list()[0], models.Agent)
    history = client.beta.conversations.get_history(conversation_id="c")
    for entry in history.entries:
        if isinstance(entry, models.MessageOutputEntry):
            assert_type(entry.completed_at, datetime | None)
    entries = [models.MessageInputEntry(content="hi", role="user")]
    events = client.beta.conversations.start_stream(inputs=entries, model="m")
    for event in events:
        if isinstance(event.data, models.ResponseStartedEvent):
            assert_type(event.data.created_at, datetime)
    assert_type(client.batch.jobs.get(job_id="b").outputs, list[dict[str, Any]] | None)
    client.beta.agents.update(agent_id="a", name=agent.name, description=UNSET)


def unset(client: Mistral, temperature: OptionalNullable[float] = UNSET) -> None:
    client.chat.complete(model="m", messages=[], temperature=temperature, stop=UNSET, retries=UNSET)
    client.chat.complete(model="m", messages=[models.AssistantMessage(content=UNSET, tool_calls=UNSET)])
    if isinstance(temperature, Unset) or temperature is UNSET:
        return
    client.chat.stream(model="m", messages=[], stream=True)


def names(client: Mistral, chunk: models.UnknownContentChunk, event: models.ConversationEvents) -> None:
    message: models.UserMessageTypedDict = {"role": "user", "content": "hi"}
    messages: list[models.ChatCompletionStreamRequestMessage] = [UserMessage("hi")]
    request = models.ChatCompletionRequest(model="m", messages=[message])
    client.chat.complete(model=request.model, messages=[message, *messages], tool_choice="any")
    client.files.upload(file=models.FileTypedDict(fileName="a", content=b""))
    assert_type(chunk.type, str)
    assert_type(event.event, str | None)


def mistakes(client: Mistral, error: errors.SDKError) -> None:
    client.chat.complete(model=1, messages=[])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    client.chat.complete(model="m")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    client.chat.complete(model="m", messages=[], temprature=1)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
    client.chat.complet  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    client.chart  # type: ignore[attr-defined] # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
    client.chat.complete_async(model="m", messages=[])  # type: ignore[unused-coroutine] # pyright: ignore[reportUnusedCoroutine]
    assert_type(error.status_code, int)
    assert_type(error.raw_response, httpx.Response)
