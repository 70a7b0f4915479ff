"""The official SDK's `RunResult`, and the events of a streamed run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from mistral_async.compat._official import names
from mistral_async.models import MessageOutputEntry, TextChunk, ToolFileChunk, ToolReferenceChunk
from mistral_async.structured._output import ModelOutput, read_output
from mistral_async.structured._output_type import output_type_of


@dataclass
class RunResult:
    """The result of a run: its entries, its text, and the parsed value."""

    input_entries: list[Any]
    conversation_id: str | None = None
    output_entries: list[Any] = field(default_factory=list[Any])
    files: dict[str, Any] = field(default_factory=dict[str, Any])
    output_model: type[Any] | None = None

    def get_file(self, file_id: str) -> Any:
        """Return a file of the run. As in the official SDK there is none: use `files.download`."""
        return self.files.get(file_id)

    @property
    def entries(self) -> list[Any]:
        """Return all entries, inputs first."""
        return [*self.input_entries, *self.output_entries]

    @property
    def output_as_text(self) -> str:
        """Return the text of the model's messages."""
        if not self.output_entries:
            raise ValueError("No output entries were started.")
        return "\n".join(_entry_text(each) for each in self.output_entries if isinstance(each, MessageOutputEntry))

    @property
    def output_as_model(self) -> Any:
        """Return the last message as a value of `output_format`."""
        if self.output_model is None:
            raise ValueError("No output format was not set.")
        texts = [_entry_text(each) for each in self.output_entries if isinstance(each, MessageOutputEntry)]
        return read_output(output_type_of(self.output_model), ModelOutput(texts[-1] if texts else ""))


class FunctionResultEvent(msgspec.Struct, kw_only=True):
    """The result of a function call."""

    result: str
    tool_call_id: str
    id: str | None = None
    type: str = "function.result"


class RunResultEvents(msgspec.Struct):
    """One event of a run."""

    event: str
    data: Any


def _entry_text(entry: MessageOutputEntry) -> str:
    if isinstance(entry.content, str):
        return entry.content
    return "".join(map(_chunk_text, entry.content))


def _chunk_text(chunk: Any) -> str:
    match chunk:
        case TextChunk():
            return chunk.text
        case ToolFileChunk():
            return f"<File id={chunk.file_id} name={chunk.file_name}>"
        case ToolReferenceChunk():
            return f"<Reference title={chunk.title}>"
        case _:
            return ""


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
