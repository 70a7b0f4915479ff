"""A chat whose history we keep: what a run over completions asks and adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mistral_async._codec.json_encode import to_builtins
from mistral_async.models.chat import ChatCompletionChoice, ChatCompletionResponse
from mistral_async.models.content import text_of
from mistral_async.models.messages import AssistantMessage, MessageInput, ToolMessage, UserMessage
from mistral_async.models.tools import ToolCall
from mistral_async.structured._parsed import said_in
from mistral_async.tools._deferred import Deferred, DeferredCall, ToolResult
from mistral_async.tools._events import TextDelta, ThinkingDelta
from mistral_async.tools._execute import Requested
from mistral_async.tools._loop import Emit, Turn

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from mistral_async._results.stream import AsyncStream

_FORCED = {"any", "required"}


class ChatDriver:
    """Asks for completions of a growing chat."""

    def __init__(
        self,
        complete: Callable[..., Coroutine[Any, Any, ChatCompletionResponse]],
        stream: Callable[..., AsyncStream[Any]],
        messages: str | Sequence[MessageInput] | Deferred,
        options: Mapping[str, Any],
    ) -> None:
        self._complete = complete
        self._stream = stream
        self._options = dict(options)
        self._messages = _history(messages)

    async def ask(self, tools: list[Any], step: int, emit: Emit, *, streaming: bool) -> Turn:
        """Ask for the next completion."""
        options: dict[str, Any] = {**self._options, "messages": list(self._messages)}
        if tools:
            options["tools"] = tools
        if streaming:
            response = await self._watch(self._stream(**options), step, emit)
        else:
            response = await self._complete(**options)
        self._relax()
        return self._turn(response)

    async def _watch(self, stream: AsyncStream[Any], step: int, emit: Emit) -> ChatCompletionResponse:
        async with stream:
            async for event in stream:
                text, thinking = said_in(event)
                if thinking:
                    await emit(ThinkingDelta(step=step, text=thinking))
                if text:
                    await emit(TextDelta(step=step, text=text))
            response: ChatCompletionResponse = await stream.get_final_response()
        return response

    def _relax(self) -> None:
        """A choice that forces a call forces the first only: else the model could never answer."""
        choice = self._options.get("tool_choice")
        if choice in _FORCED if isinstance(choice, str) else choice is not None:
            self._options["tool_choice"] = "auto"

    def _turn(self, response: ChatCompletionResponse) -> Turn:
        choice = response.choices[0] if response.choices else ChatCompletionChoice()
        self._messages += [_said(each) for each in choice.messages[:-1]]
        message = _said(choice.messages[-1]) if choice.messages else choice.message
        calls = self._identified(message)
        if calls or message.content:
            self._messages.append(message)
        return Turn(text_of(message.content), calls, choice.finish_reason, response.usage, response)

    def _identified(self, message: Any) -> list[Requested]:
        """The calls of a message. Each gets an id of its own where it has none, so that two calls stay two."""
        seen: set[str] = set()
        found: list[Requested] = []
        calls: list[ToolCall] = getattr(message, "tool_calls", None) or []
        for call in calls:
            if call.id in {None, "", "null"} or call.id in seen:
                # nine characters, as the API wants
                call.id = f"call{len(self._messages) % 1000:03d}{len(found) % 100:02d}"
            identity = str(call.id)
            seen.add(identity)
            found.append(Requested(identity, call.function.name, call.function.arguments))
        return found

    def tell(self, results: Sequence[ToolResult], decisions: Sequence[DeferredCall]) -> None:  # noqa: ARG002 - protocol
        """Add the results as messages."""
        self._messages += [ToolMessage(each.content, each.id, each.name) for each in results]

    def correct(self, text: str) -> None:
        """Add what is wrong as a message."""
        self._messages.append(UserMessage(text))

    def wait(self) -> Deferred:
        """The chat, as JSON."""
        return Deferred(kind="chat", calls=[], messages=to_builtins(self._messages))

    def fields(self) -> dict[str, Any]:
        """The chat so far."""
        return {"messages": self._messages}


def _history(messages: str | Sequence[MessageInput] | Deferred) -> list[Any]:
    match messages:
        case str():
            return [UserMessage(messages)]
        case Deferred(kind="chat"):
            return list(messages.messages)
        case Deferred():
            raise ValueError("this run was in a conversation: go on with client.beta.conversations.run")
        case _:
            return list(messages)


def _said(delta: Any) -> Any:
    """One of several messages of an answer: the model's, or of a tool that ran on the server."""
    if delta.role == "tool":
        return ToolMessage(delta.content, delta.tool_call_id)
    return delta if isinstance(delta, AssistantMessage) else AssistantMessage(delta.content, delta.tool_calls)
