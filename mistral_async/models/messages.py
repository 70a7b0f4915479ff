"""Messages of a chat. `.text` is what was said, `.thinking` the reasoning."""

from __future__ import annotations

from typing import Literal, TypeAlias

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model
from mistral_async.models.content import ContentChunk, SystemMessageContentChunks, text_of, thinking_of
from mistral_async.models.tools import ToolCall


class SystemMessage(Model):
    """Instructions to the model."""

    content: str | list[SystemMessageContentChunks]
    role: Literal["system"] = constant("system")

    @property
    def text(self) -> str:
        """The instructions without reasoning."""
        return text_of(self.content)


class UserMessage(Model):
    """A message of the user."""

    content: str | list[ContentChunk] | None
    role: Literal["user"] = constant("user")

    @property
    def text(self) -> str:
        """The text of the content."""
        return text_of(self.content)


class AssistantMessage(Model):
    """A message of the model. With tool calls `content` is usually empty; with reasoning it is a list."""

    content: str | list[ContentChunk] | None = None
    tool_calls: list[ToolCall] | None = None
    prefix: bool = False
    """The answer must continue this message; only for the last message of a request."""
    role: Literal["assistant"] = constant("assistant")

    @property
    def text(self) -> str:
        """The text of the message, without reasoning."""
        return text_of(self.content)

    @property
    def thinking(self) -> str:
        """The reasoning as text."""
        return thinking_of(self.content)

    def _repr_html_(self) -> str:
        from mistral_async.models._content_html import message_html
        from mistral_async.models._html import answer

        return answer([message_html(self)])


class ToolMessage(Model):
    """The result of a tool call."""

    content: str | list[ContentChunk] | None
    tool_call_id: str | None = None
    """The `id` of the call."""
    name: str | None = None
    """The name of the function."""
    role: Literal["tool"] = constant("tool")

    @property
    def text(self) -> str:
        """The text of the result."""
        return text_of(self.content)


Message: TypeAlias = OpenUnion[AssistantMessage | SystemMessage | ToolMessage | UserMessage]
MessageInput: TypeAlias = Message | JSONMapping

ChatCompletionRequestMessage = Message
AgentsCompletionRequestMessage = Message
InstructRequestMessage = Message
Messages = Message
