"""From an answer to a value: cut, refused and wrong answers are errors; nothing is repaired on this side."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from mistral_async._engine.request import Call
from mistral_async.errors import InvalidOutputError, OutputError, RefusedOutputError, TruncatedOutputError
from mistral_async.models.chat import ChatCompletionResponse
from mistral_async.models.conversations import ConversationResponse, FunctionCallEntry
from mistral_async.models.formats import JSONSchema, ResponseFormat
from mistral_async.structured._parsed import Parsed
from mistral_async.structured._scan import Scanner
from mistral_async.structured._shapes import UnfitError
from mistral_async.structured._target import Target, unfenced
from mistral_async.structured._usage import total

T = TypeVar("T")
E = TypeVar("E", bound=OutputError)

CUT = {"length", "model_length"}
"""The reasons to finish after which an answer is not whole."""
_REFUSED = {"error", "content_filter"}


class Answer(msgspec.Struct):
    """One answer, of whichever endpoint."""

    text: str
    reason: str | None = None
    """Why it ended, where the endpoint says."""
    calls: bool = False
    """Whether it asks for tools."""
    response: Any = None


def format_of(target: Target[Any]) -> ResponseFormat:
    """What asks for a type: its schema by its name, strict."""
    title = str(target.schema.get("title", "Answer"))
    name = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in title)[:64]
    return ResponseFormat("json_schema", JSONSchema(name, target.schema, strict=True))


def read_answer(target: Target[T], answer: Answer, scanned: Scanner | None = None) -> T:
    """The value of an answer, or the error that it is."""
    if answer.reason in CUT:
        message = f"the answer was cut (finish_reason {answer.reason!r}): raise max_tokens, or ask for less"
        raise _error(TruncatedOutputError(message), target, answer, scanned)
    if answer.reason in _REFUSED:
        message = f"the model gave no answer (finish_reason {answer.reason!r})"
        raise _error(RefusedOutputError(message), target, answer, scanned)
    if answer.calls and not answer.text.strip():
        message = "the model asks for tools in place of an answer: `run` calls them"
        raise _error(InvalidOutputError(message), target, answer, scanned)
    if unfenced(answer.text)[:1] not in {"{", "["}:
        said = "prose in place of JSON" if answer.text.strip() else "nothing"
        raise _error(RefusedOutputError(f"the model said {said}"), target, answer, scanned)
    try:
        return target.read(answer.text)
    except UnfitError as problem:
        error = _unfit(answer, problem)
    raise _error(error, target, answer, scanned)


def _unfit(answer: Answer, problem: UnfitError) -> OutputError:
    """Where the endpoint does not say why an answer ended, JSON that is not closed says that it was cut."""
    scanner = Scanner()
    scanner.feed(unfenced(answer.text))
    if answer.reason is None and not scanner.complete and not scanner.broken:
        return TruncatedOutputError("the answer was cut: its JSON is not closed")
    error = InvalidOutputError(f"the answer is not what was asked for: {problem}")
    error.path = f"${problem.path}"
    return error


def _error(error: E, target: Target[Any], answer: Answer, scanned: Scanner | None) -> E:
    error.text, error.response = answer.text, answer.response
    if scanned is None:
        scanned = Scanner()
        scanned.feed(unfenced(answer.text))
    error.partial = target.unwrapped(scanned.value)
    return error


def completed(target: Target[T], response: ChatCompletionResponse, scanned: Scanner | None = None) -> Parsed[T]:
    """Read a completion; every choice of it."""
    answers = [
        Answer(choice.text, choice.finish_reason, bool(choice.message.tool_calls), response)
        for choice in response.choices
    ] or [Answer("", response=response)]
    values = [read_answer(target, each, scanned if index == 0 else None) for index, each in enumerate(answers)]
    return Parsed(values[0], response, values, response.usage)


def conversed(target: Target[T], response: ConversationResponse, scanned: Scanner | None = None) -> Parsed[T]:
    """Read the answer of a conversation."""
    calls = any(isinstance(entry, FunctionCallEntry) for entry in response.outputs)
    value = read_answer(target, Answer(response.text, None, calls, response), scanned)
    return Parsed(value, response, [value], response.usage)


Correct = Callable[[Call[Any], OutputError], Call[Any] | None]
"""What to ask after an answer that was wrong; None where nothing can be asked."""


Read = Callable[[Target[T], Any], Parsed[T]]


def parsing(
    call: Call[Any],
    read: Read[T],
    target: Target[T],
    correct: Correct,
    repair: int,
    spent: Any = None,
    repairs: int = 0,
) -> Call[Parsed[T]]:
    """A call whose answer is read, and asked for again up to `repair` times where it is wrong."""

    def again(error: OutputError) -> Call[Parsed[T]]:
        following = None if isinstance(error, TruncatedOutputError) else correct(call, error)
        if following is None:
            raise error
        so_far = total(spent, getattr(error.response, "usage", None))
        return parsing(following, read, target, correct, repair - 1, so_far, repairs + 1)

    if repair < 0:
        raise ValueError(f"repair must be 0 or more, not {repair}")
    then = functools.partial(_accounted, read, target, spent, repairs)  # calls of a batch that are read alike share one
    return msgspec.structs.replace(call, transform=then, repair=again if repair else None)


def _accounted(read: Read[T], target: Target[T], spent: Any, repairs: int, response: Any) -> Parsed[T]:
    """Read an answer, and count what the ones before it cost."""
    parsed = read(target, response)
    return msgspec.structs.replace(parsed, usage=total(spent, parsed.usage), repairs=repairs) if repairs else parsed


def correct_chat(call: Call[Any], error: OutputError) -> Call[Any]:
    """The chat goes on: what the model said, and what is wrong with it."""
    said: Sequence[Any] = [{"role": "assistant", "content": error.text}] if error.text.strip() else []
    asked = {"role": "user", "content": complaint(error)}
    body: Mapping[str, Any] = call.json
    return msgspec.structs.replace(call, json={**body, "messages": [*body["messages"], *said, asked]})


def complaint(error: OutputError) -> str:
    """What the model is told about its answer."""
    return f"{error.message}. Answer again, with nothing but JSON that fits the schema."
