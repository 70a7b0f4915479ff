"""Calls whose answer is read as a type: the call of an endpoint, with the reading and the repair of its output.

The public `parse` methods stand beside the endpoints, describe a request that asks for the type, and hand it in here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec

from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call
from mistral_async.errors import OutputError, TruncatedOutputError
from mistral_async.models.chat import ChatCompletionResponse
from mistral_async.models.conversations import ConversationResponse, FunctionCallEntry
from mistral_async.structured._output import ModelOutput, read_output, repair_prompt
from mistral_async.structured._output_type import OutputType
from mistral_async.structured._parsed import Parsed
from mistral_async.structured._scanner import Scanner
from mistral_async.structured._usage import add_usage

# Repairing an output
#
# Rule 1: A wrong output is sent back at most `repair` times, with what is wrong; then its error is raised.
# Rule 2: A truncated output is never sent back: the next one would be as long.
# Rule 3: A chat goes on with the output and the complaint as messages; a conversation with the complaint alone, and
#   only where the server keeps it.
# Rule 4: The usage of a `Parsed` is that of all its requests.

T = TypeVar("T")

ChatCall = Call[ChatCompletionResponse]
ConversationCall = Call[ConversationResponse]
Repair = Callable[[Call[Any], OutputError], Call[Any] | None]
"""Describes the request that sends an output back; None where it can not be sent back."""
ReadOutput = Callable[[OutputType[T], Any], Parsed[T]]


def parse_chat(call: ChatCall, kind: OutputType[T], repair: int) -> Call[Parsed[T]]:
    """Make a call for a completion one for a value; raises `ValueError` for a negative `repair`."""
    return _parsed_call(call, parse_completion, kind, _repair_chat, repair)


def parse_conversation(
    call: ConversationCall, kind: OutputType[T], repair: int, append: Callable[..., ConversationCall]
) -> Call[Parsed[T]]:
    """Make a call of a conversation one for a value; `append` describes the request that goes on with it."""
    return _parsed_call(call, parse_entries, kind, partial(_repair_conversation, append), repair)


def parse_completion(
    kind: OutputType[T], response: ChatCompletionResponse, scanner: Scanner | None = None
) -> Parsed[T]:
    """Read every choice of a completion; `scanner` has read the first one's text. Raises `OutputError`."""
    outputs = [
        ModelOutput(choice.text, choice.finish_reason, bool(choice.message.tool_calls), response)
        for choice in response.choices
    ] or [ModelOutput("", response=response)]
    values = [read_output(kind, each, None if index else scanner) for index, each in enumerate(outputs)]
    return Parsed(values[0], response, values, response.usage)


def parse_entries(kind: OutputType[T], response: ConversationResponse, scanner: Scanner | None = None) -> Parsed[T]:
    """Read the entries of a conversation's answer; `scanner` has read their text. Raises `OutputError`."""
    has_calls = any(isinstance(entry, FunctionCallEntry) for entry in response.outputs)
    value = read_output(kind, ModelOutput(response.text, None, has_calls, response), scanner)
    return Parsed(value, response, [value], response.usage)


def _parsed_call(
    call: Call[Any],
    read: ReadOutput[T],
    kind: OutputType[T],
    repair: Repair,
    left: int,
    spent: Any = None,
    repairs: int = 0,
) -> Call[Parsed[T]]:
    """Make a call whose answer is read, and asked for again up to `left` times where it is wrong."""

    def repaired(error: OutputError) -> Call[Parsed[T]]:
        following = None if isinstance(error, TruncatedOutputError) else repair(call, error)
        if following is None:
            raise error
        so_far = add_usage(spent, getattr(error.response, "usage", None))
        return _parsed_call(following, read, kind, repair, left - 1, so_far, repairs + 1)

    if left < 0:
        raise ValueError(f"repair must be 0 or more, not {left}")
    transform = partial(_read_answer, read, kind, spent, repairs)  # calls of a batch that are read alike share one
    return msgspec.structs.replace(call, transform=transform, repair=repaired if left else None)


def _read_answer(read: ReadOutput[T], kind: OutputType[T], spent: Any, repairs: int, response: Any) -> Parsed[T]:
    """Read an answer, and count the usage of the ones before it."""
    parsed = read(kind, response)
    if not repairs:
        return parsed
    return msgspec.structs.replace(parsed, usage=add_usage(spent, parsed.usage), repairs=repairs)


def _repair_chat(call: ChatCall, error: OutputError) -> ChatCall:
    body: JSONMapping = call.json
    output = [{"role": "assistant", "content": error.text}] if error.text.strip() else []
    messages = [*body["messages"], *output, {"role": "user", "content": repair_prompt(error)}]
    return msgspec.structs.replace(call, json={**body, "messages": messages})


def _repair_conversation(
    append: Callable[..., ConversationCall], call: ConversationCall, error: OutputError
) -> ConversationCall | None:
    identity: str | None = getattr(error.response, "conversation_id", None)
    if not identity or call.json.get("store") is False:
        return None
    return append(identity, inputs=repair_prompt(error), completion_args=call.json["completion_args"])
