"""Answers that were read as a type: the value, and everything that the API sent around it."""

from __future__ import annotations

from typing import Any, Generic

import msgspec
from typing_extensions import TypeVar

from mistral_async._codec.shown import Shown
from mistral_async.models.content import text_of, thinking_of

T = TypeVar("T", default=Any)


class Parsed(Shown, msgspec.Struct, Generic[T], frozen=True):
    """An answer that is a `T`."""

    value: T
    response: Any
    """The answer as the API sent it: a `ChatCompletionResponse`, or a `ConversationResponse`."""
    values: list[T] = msgspec.field(default_factory=list[Any])
    """The value of every choice, where `n` asked for several."""
    usage: Any = None
    """The usage of all requests, those of `repair` included; None where the API gives none."""
    repairs: int = 0
    """The number of outputs that were sent back."""

    @property
    def parsed(self) -> T:
        """The same as `value`, as other clients call it."""
        return self.value

    @property
    def text(self) -> str:
        """The JSON that the model wrote."""
        text: str = self.response.text
        return text

    @property
    def thinking(self) -> str:
        """The reasoning that came with it."""
        choices = getattr(self.response, "choices", None)
        if choices is not None:
            return thinking_of(choices[0].message.content) if choices else ""
        return "".join(thinking_of(getattr(entry, "content", None)) for entry in self.response.outputs)


class Snapshot(Shown, msgspec.Struct):
    """The state of an answer that is still being written."""

    value: Any
    """The JSON so far: text as far as it has come, numbers once they are whole. It grows in place: copy to keep it."""
    delta: str = ""
    """The text of this event."""
    thinking: str = ""
    """The reasoning in this event."""
    event: Any = None
    """The event as the API sent it."""


def text_and_thinking(event: object) -> tuple[str, str]:
    """Return the text and the reasoning in an event of a stream, of its first choice where it has several."""
    choices: Any = getattr(event, "choices", None)
    content: Any
    if choices is None:
        content = getattr(event, "content", None)
    else:
        content = next((choice.delta.content for choice in choices if choice.index == 0), None)
    return text_of(content), thinking_of(content)
