"""The text of an answer as a value: truncated, refused and wrong outputs are errors; nothing is mended on this side."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from mistral_async._codec.json_schema.model_json import strip_fence
from mistral_async._codec.json_schema.type_codec import MismatchError
from mistral_async.errors import InvalidOutputError, OutputError, RefusedOutputError, TruncatedOutputError
from mistral_async.structured._output_type import OutputType
from mistral_async.structured._scanner import Scanner

# Reading an output
#
# Rule 1: An answer that ended at a token limit is truncated, even where its JSON happens to be whole. Where the
#   endpoint does not say why an answer ended, JSON that is not closed says that it was truncated.
# Rule 2: An answer that ended by an error or a content filter, that is empty, or that is prose is refused.
# Rule 3: An answer that asks for tools and has no text is invalid: `run` calls tools, `parse` does not.
# Rule 4: All else is read as the type; JSON that is malformed or of another type is invalid, and `path` is the place.
# Rule 5: Each of these errors has the text, the response, and in `partial` the JSON as far as it could be read.

T = TypeVar("T")
E = TypeVar("E", bound=OutputError)

TRUNCATED = ("length", "model_length")
"""The finish reasons after which an answer is not whole."""
_ADVICE = " (repair=1 asks once more)"  # for who reads the error; the model is not told
_REFUSED = ("error", "content_filter")


class ModelOutput(msgspec.Struct):
    """The text of one answer or one choice, whichever endpoint it is of."""

    text: str
    finish_reason: str | None = None
    """None where the endpoint gives none."""
    has_tool_calls: bool = False
    response: object = None
    """The answer as the API sent it."""


def read_output(kind: OutputType[T], output: ModelOutput, scanner: Scanner | None = None) -> T:
    """Make the value of an output; `scanner` has read its text already.

    Raises `TruncatedOutputError`, `RefusedOutputError` or `InvalidOutputError`.
    """
    error: OutputError
    if output.finish_reason in TRUNCATED:
        reason = f"finish_reason {output.finish_reason!r}"
        error = TruncatedOutputError(f"the answer was cut ({reason}): raise max_tokens, or ask for less")
    elif output.finish_reason in _REFUSED:
        error = RefusedOutputError(f"the model gave no answer (finish_reason {output.finish_reason!r})")
    elif output.has_tool_calls and not output.text.strip():
        error = InvalidOutputError("the model asks for tools in place of an answer: `run` calls them")
    elif strip_fence(output.text)[:1] not in {"{", "["}:
        found = "prose in place of JSON" if output.text.strip() else "nothing"
        error = RefusedOutputError(f"the model said {found}{_ADVICE}")
    else:
        try:
            return kind.read(output.text)
        except MismatchError as problem:
            error = _mismatch(output, problem)
    raise _with_details(error, kind, output, scanner)


def _mismatch(output: ModelOutput, problem: MismatchError) -> OutputError:
    """Return the error for text that is not of the type (rules 1 and 4)."""
    scanner = _scanned(output)
    if output.finish_reason is None and not scanner.complete and not scanner.broken:
        return TruncatedOutputError("the answer was cut: its JSON is not closed")
    error = InvalidOutputError(f"the answer is not what was asked for: {problem}{_ADVICE}")
    error.path = f"${problem.path}"
    return error


def _with_details(error: E, kind: OutputType, output: ModelOutput, scanner: Scanner | None) -> E:
    error.text, error.response = output.text, output.response
    error.partial = kind.unwrap((scanner or _scanned(output)).value)
    return error


def _scanned(output: ModelOutput) -> Scanner:
    scanner = Scanner()
    scanner.feed(strip_fence(output.text))
    return scanner


def repair_prompt(error: OutputError) -> str:
    """Return the message that asks the model to correct its output."""
    return f"{error.message.removesuffix(_ADVICE)}. Answer again, with nothing but JSON that fits the schema."
