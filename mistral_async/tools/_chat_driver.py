"""Runs over a chat, whose messages are kept here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

from mistral_async._codec.json_encode import to_builtins
from mistral_async._results.stream import AsyncStream
from mistral_async.models.chat import ChatCompletionChoice, ChatCompletionResponse
from mistral_async.models.content import text_of
from mistral_async.models.messages import AssistantMessage, MessageInput, ToolMessage, UserMessage
from mistral_async.models.tools import ToolCall
from mistral_async.structured._parsed import text_and_thinking
from mistral_async.tools._config import RunConfig, output_type_or_text, split_options
from mistral_async.tools._deferred import Deferred, DeferredCall, ToolResult
from mistral_async.tools._events import TextDelta, ThinkingDelta
from mistral_async.tools._loop import Emit, Turn
from mistral_async.tools._run import Run
from mistral_async.tools._runner import RequestedCall
from mistral_async.tools._sendable_calls import distinct_ids, with_sendable_calls

ChatInput: TypeAlias = str | Sequence[MessageInput] | Deferred
"""The messages of a chat, the user's words, or a run that waited."""
Complete: TypeAlias = Callable[..., Awaitable[ChatCompletionResponse]]
StreamChunks: TypeAlias = Callable[..., AsyncStream[Any]]

_FORCED_CHOICES = {"any", "required"}


def chat_run(
    complete: Complete,
    stream: StreamChunks,
    messages: ChatInput,
    response_format: object,
    options: Mapping[str, Any],
) -> Run:
    """Make a run over a chat; raises `ValueError` for options and for a `Deferred` that can not run."""
    run_options, request_options = split_options(options)
    output_type = output_type_or_text(response_format)
    if output_type is not None:
        request_options["response_format"] = output_type.response_format()
    driver = ChatDriver(complete, stream, messages, request_options)
    resumed = messages if isinstance(messages, Deferred) else None
    return Run(driver, RunConfig(output_type=output_type, resumed=resumed, **run_options))


class ChatDriver:
    """A driver that asks for completions of a growing chat."""

    def __init__(
        self, complete: Complete, stream: StreamChunks, messages: ChatInput, options: Mapping[str, Any]
    ) -> None:
        self._complete = complete
        self._stream = stream
        self._options = dict(options)
        self._messages = _messages_of(messages)

    async def ask(self, tools: list[object], step: int, emit: Emit, *, streaming: bool) -> Turn:
        """Ask for the next completion."""
        options: dict[str, Any] = {**self._options, "messages": with_sendable_calls(self._messages)}
        if tools:
            options["tools"] = tools
        if streaming:
            response = await self._emit_events(self._stream(**options), step, emit)
        else:
            response = await self._complete(**options)
        self._release_forced_choice()
        return self._add_answer(response)

    async def _emit_events(self, stream: AsyncStream[Any], step: int, emit: Emit) -> ChatCompletionResponse:
        async with stream:
            async for event in stream:
                text, thinking = text_and_thinking(event)
                if thinking:
                    await emit(ThinkingDelta(step=step, text=thinking))
                if text:
                    await emit(TextDelta(step=step, text=text))
            response: ChatCompletionResponse = await stream.get_final_response()
        return response

    def _release_forced_choice(self) -> None:
        """Let a `tool_choice` that forces a call force the first one only: else the model could never answer."""
        choice = self._options.get("tool_choice")
        if choice in _FORCED_CHOICES if isinstance(choice, str) else choice is not None:
            self._options["tool_choice"] = "auto"

    def _add_answer(self, response: ChatCompletionResponse) -> Turn:
        choice = response.choices[0] if response.choices else ChatCompletionChoice()
        self._messages += [_message_of(each) for each in choice.messages[:-1]]
        message = _message_of(choice.messages[-1]) if choice.messages else choice.message
        calls = self._calls_of(message)
        if calls or message.content:
            self._messages.append(message)
        return Turn(text_of(message.content), calls, choice.finish_reason, response.usage, response)

    def _calls_of(self, message: Any) -> list[RequestedCall]:
        """Return the calls of a message; one without an id, or with another's, gets its own, so that two stay two.

        What says nothing at all (text or null in place of a call) is none, and is dropped from the message.
        """
        found: list[ToolCall] = getattr(message, "tool_calls", None) or []
        calls = [each for each in found if each.function.name or each.id or each.function.arguments]
        if len(calls) < len(found):
            message.tool_calls = calls or None
        for call, identity in zip(calls, distinct_ids([each.id for each in calls], len(self._messages)), strict=True):
            call.id = identity
        return [RequestedCall(str(each.id), each.function.name, each.function.arguments) for each in calls]

    def add_results(self, results: Sequence[ToolResult], decisions: Sequence[DeferredCall]) -> None:  # noqa: ARG002 - protocol
        """Add the results as messages."""
        self._messages += [ToolMessage(each.content, each.id, each.name) for each in results]

    def add_correction(self, text: str) -> None:
        """Add the complaint as a message of the user."""
        self._messages.append(UserMessage(text))

    def suspend(self) -> Deferred:
        """Return the chat as JSON."""
        return Deferred(kind="chat", calls=[], messages=to_builtins(self._messages))

    def result_fields(self) -> dict[str, Any]:
        """Return the chat so far."""
        return {"messages": self._messages}


def _messages_of(given: ChatInput) -> list[Any]:
    match given:
        case str():
            return [UserMessage(given)]
        case Deferred(kind="chat"):
            return list(given.messages)
        case Deferred():
            raise ValueError("this run was in a conversation: go on with client.beta.conversations.run")
        case _:
            return list(given)


def _message_of(delta: Any) -> Any:
    """Return one of several messages of an answer as it is sent back: the model's, or of a tool of the server."""
    if delta.role == "tool":
        return ToolMessage(delta.content, delta.tool_call_id)
    return delta if isinstance(delta, AssistantMessage) else AssistantMessage(delta.content, delta.tool_calls)
