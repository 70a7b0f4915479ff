"""The events of a run, told apart by class or by `type`, and its result."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeAlias, cast

import msgspec
from typing_extensions import TypeVar

from mistral_async._codec.json_types import JSONObject
from mistral_async._codec.shown import Shown
from mistral_async.tools._deferred import Deferred

T = TypeVar("T", default=Any)


class _RunEvent(Shown, msgspec.Struct, kw_only=True):
    """An event of a run."""

    step: int
    """The number of the answer that it belongs to, from 1."""


class TextDelta(_RunEvent, kw_only=True):
    """A piece of the text of an answer."""

    text: str
    type: Literal["text"] = "text"


class ThinkingDelta(_RunEvent, kw_only=True):
    """A piece of the model's reasoning."""

    text: str
    type: Literal["thinking"] = "thinking"


class ToolStarted(_RunEvent, kw_only=True):
    """The start of a local tool, with arguments that were checked."""

    id: str
    """The id of the call."""
    name: str
    arguments: JSONObject
    type: Literal["tool_started"] = "tool_started"


class ToolFinished(_RunEvent, kw_only=True):
    """The end of a call; `error` is the reason where it failed or did not run."""

    id: str
    name: str
    content: str | list[Any]
    """The result as the model gets it."""
    error: Exception | None = None
    seconds: float = 0.0
    type: Literal["tool_finished"] = "tool_finished"


class ServerToolStarted(_RunEvent, kw_only=True):
    """The start of a built-in tool or a connector on the server."""

    id: str
    name: str
    type: Literal["server_tool_started"] = "server_tool_started"


class ServerToolFinished(_RunEvent, kw_only=True):
    """The end of a built-in tool or a connector on the server."""

    id: str
    name: str
    info: JSONObject
    type: Literal["server_tool_finished"] = "server_tool_finished"


class Handoff(_RunEvent, kw_only=True):
    """The handoff of the conversation to another agent."""

    agent_id: str
    agent_name: str
    type: Literal["handoff"] = "handoff"


class StepFinished(_RunEvent, kw_only=True):
    """The end of a step: the model has answered, and the tools that it asked for have run."""

    text: str
    finish_reason: str | None
    calls: int
    """The number of calls that it asked for."""
    usage: Any
    """The usage of this answer; None where the API gives none."""
    type: Literal["step_finished"] = "step_finished"


class RunResult(Shown, msgspec.Struct, Generic[T], kw_only=True):
    """The result of a run."""

    output: T | None
    """The answer: text, or a value of the type that was asked for. None while calls wait (`deferred`)."""
    text: str
    """The text of the last answer."""
    usage: Any
    """The usage of all answers together; None where the API gives none."""
    steps: list[StepFinished]
    finish_reason: str | None = None
    messages: list[Any] = msgspec.field(default_factory=list[Any])
    """The whole chat, to go on with: the messages given, the answers and the results of tools."""
    conversation_id: str | None = None
    """The conversation; None for a run over a chat."""
    outputs: list[Any] = msgspec.field(default_factory=list[Any])
    """All entries that the run added to its conversation."""
    deferred: Deferred | None = None
    """The run so far, where calls wait for a decision."""

    def _repr_html_(self) -> str:
        from mistral_async.models._html import answer, text

        return answer([text(self.text)], usage=self.usage)

    @property
    def value(self) -> T:
        """The answer; raises `RuntimeError` while calls wait."""
        if self.deferred is not None:
            names = ", ".join(call.name for call in self.deferred.calls)
            raise RuntimeError(f"the run waits for {names}: decide in .deferred, and run on with it")
        return cast("T", self.output)


class RunFinished(_RunEvent, Generic[T], kw_only=True):
    """The end of the run."""

    result: RunResult[T]
    type: Literal["run_finished"] = "run_finished"

    @property
    def usage(self) -> Any:
        """The usage of the whole run."""
        return self.result.usage


RunEvent: TypeAlias = (
    TextDelta
    | ThinkingDelta
    | ToolStarted
    | ToolFinished
    | ServerToolStarted
    | ServerToolFinished
    | Handoff
    | StepFinished
    | RunFinished
)
"""Any event of a run."""
