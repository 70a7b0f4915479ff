"""The official SDK's parsed responses: `choices[0].message.parsed`."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from mistral_async.errors import OutputError
from mistral_async.models import TextChunk
from mistral_async.models.content import text_of
from mistral_async.structured import Parsed
from mistral_async.structured._output import ModelOutput, read_output
from mistral_async.structured._output_type import OutputType

if TYPE_CHECKING:
    from mistral_async.compat._models import (  # pyright: ignore[reportMissingModuleSource] - a stub alone
        AssistantMessage,
        ChatCompletionChoice,
        ChatCompletionResponse,
    )
else:
    from mistral_async.models import AssistantMessage, ChatCompletionChoice, ChatCompletionResponse

S = TypeVar("S", bound=msgspec.Struct)


class ParsedAssistantMessage(AssistantMessage, kw_only=True):
    """A message with its parsed value."""

    parsed: Any = None


class ParsedChatCompletionChoice(ChatCompletionChoice, kw_only=True):
    """A choice whose message has a parsed value."""

    if TYPE_CHECKING:
        # nobody sets it
        message: ParsedAssistantMessage = ParsedAssistantMessage()  # pyright: ignore[reportIncompatibleVariableOverride]


class ParsedChatCompletionResponse(ChatCompletionResponse, kw_only=True):
    """A response whose choices have parsed values."""

    if TYPE_CHECKING:
        # nobody sets them
        choices: list[ParsedChatCompletionChoice] = []  # type: ignore[assignment] # pyright: ignore[reportIncompatibleVariableOverride]


def parsed_response(parsed: Parsed[Any]) -> ParsedChatCompletionResponse:
    """Return the response of a parsed result with its values."""
    return _with_values(parsed.response, parsed.values)


def with_parsed(response: Any, kind: OutputType[Any], model: Any) -> Any:
    """Return a response with the values of its messages; what is no response of this package gets them added."""
    values: list[Any] = []
    for each in response.choices:
        try:
            values.append(read_output(kind, ModelOutput(text_of(each.message.content))))
        except OutputError as error:
            values.append(_official_value(error, each.message, model))
    if isinstance(response, ChatCompletionResponse):
        return _with_values(response, values)
    for choice, value in zip(response.choices, values, strict=True):
        choice.message.parsed = value
    return response


def parsed_anyway(error: OutputError, model: Any) -> ParsedChatCompletionResponse:
    """Return what the official SDK makes of an answer that is refused here; raises what it raises.

    It reads the answer whatever the reason for its end, gives None for what has no text, and raises `JSONDecodeError`
    or `pydantic.ValidationError`. A class that is none of pydantic's, which it does not take, is refused as natively.
    """
    response: ChatCompletionResponse = error.response
    values = [_official_value(error, each.message, model) for each in response.choices]
    return _with_values(response, values)


def _official_value(error: OutputError, message: AssistantMessage, model: Any) -> Any:
    if not hasattr(model, "model_validate"):
        raise error
    try:
        return value_of(message, model)
    except json.JSONDecodeError as problem:
        state = vars(error) | vars(problem)
    except ValueError as problem:
        raise problem from error
    raise _undecodable(type(error), error.args, state).with_traceback(error.__traceback__)


def value_of(message: AssistantMessage, model: Any) -> Any:
    """Return the text of a message as a value of a pydantic class; None where its chunks have none."""
    content = message.content
    if isinstance(content, list):
        content = "".join(chunk.text for chunk in content if isinstance(chunk, TextChunk)) or None
    return None if content is None else model.model_validate(json.loads(content))


class _UndecodableOutput(json.JSONDecodeError):
    """An output that is no JSON, for programs that catch this error of Python's."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle it by the class of `mistral_async.errors`, of which this one is made."""
        return _undecodable, (type(self).__bases__[1], self.args, vars(self))


def _undecodable(kind: type[OutputError], args: tuple[Any, ...], state: dict[str, Any]) -> Any:
    """Return an error of both classes."""
    plain: Any = kind
    cls = _undecodable_class(plain)
    error: OutputError = cls.__new__(cls, *args)
    vars(error).update(state)
    return error


@functools.cache
def _undecodable_class(kind: Any) -> Any:
    return type(kind.__name__, (_UndecodableOutput, kind), {"__module__": __name__, "__doc__": kind.__doc__})


def _with_values(response: ChatCompletionResponse, values: Sequence[Any]) -> ParsedChatCompletionResponse:
    choices = [
        _as_subclass(
            ParsedChatCompletionChoice,
            choice,
            message=_as_subclass(ParsedAssistantMessage, choice.message, parsed=value),
        )
        for choice, value in zip(response.choices, values, strict=True)
    ]
    return _as_subclass(ParsedChatCompletionResponse, response, choices=choices)


def _as_subclass(kind: type[S], original: msgspec.Struct, **changes: object) -> S:
    """Copy a Struct to a subclass of its class, with changed fields."""
    fields = {name: getattr(original, name) for name in original.__struct_fields__}
    return kind(**(fields | changes))
