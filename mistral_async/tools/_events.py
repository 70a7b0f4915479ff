"""What happens in a run of tools, as it happens: told apart by class, or by `type`."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeAlias, TypeVar, cast

import msgspec

from mistral_async.tools._deferred import Deferred

T = TypeVar("T")


class _Event(msgspec.Struct, kw_only=True):
    """What every event says."""

    step: int
    """Which answer of the model it belongs to, from 1."""


class TextDelta(_Event, kw_only=True):
    """A piece of what the model says."""

    text: str
    type: Literal["text"] = "text"


class ThinkingDelta(_Event, kw_only=True):
    """A piece of the model's reasoning."""

    text: str
    type: Literal["thinking"] = "thinking"


class ToolStarted(_Event, kw_only=True):
    """A tool of yours starts, with arguments that were checked."""

    id: str
    """The call's."""
    name: str
    arguments: dict[str, Any]
    type: Literal["tool_started"] = "tool_started"


class ToolFinished(_Event, kw_only=True):
    """A tool of yours has ended, or was not run: then `error` says why."""

    id: str
    name: str
    content: str | list[Any]
    """What the model gets."""
    error: Exception | None = None
    seconds: float = 0.0
    type: Literal["tool_finished"] = "tool_finished"


class ServerToolStarted(_Event, kw_only=True):
    """A built-in tool or a connector starts on the server."""

    id: str
    name: str
    type: Literal["server_tool_started"] = "server_tool_started"


class ServerToolFinished(_Event, kw_only=True):
    """A built-in tool or a connector has run on the server."""

    id: str
    name: str
    info: dict[str, Any]
    type: Literal["server_tool_finished"] = "server_tool_finished"


class Handoff(_Event, kw_only=True):
    """Another agent has the conversation."""

    agent_id: str
    agent_name: str
    type: Literal["handoff"] = "handoff"


class StepFinished(_Event, kw_only=True):
    """The model has answered, and the tools that it asked for have run."""

    text: str
    finish_reason: str | None
    calls: int
    """How many tools it asked for."""
    usage: Any
    """What this answer cost; None where the API does not say."""
    type: Literal["step_finished"] = "step_finished"


class RunResult(msgspec.Struct, Generic[T], kw_only=True):
    """What a run came to."""

    output: T | None
    """The answer: text, or a value of the type that was asked for. None while calls wait (`deferred`)."""
    text: str
    """What the model said last, as it said it."""
    usage: Any
    """What all answers cost together; None where the API does not say."""
    steps: list[StepFinished]
    finish_reason: str | None = None
    messages: list[Any] = msgspec.field(default_factory=list[Any])
    """The whole chat, to go on with: what was given, the answers and the results of tools."""
    conversation_id: str | None = None
    """Of a run in a conversation."""
    outputs: list[Any] = msgspec.field(default_factory=list[Any])
    """All entries that the run added to its conversation."""
    deferred: Deferred | None = None
    """The calls that wait for you, if there are any."""

    @property
    def value(self) -> T:
        """The answer; an error if calls still wait."""
        if self.deferred is not None:
            names = ", ".join(call.name for call in self.deferred.calls)
            raise RuntimeError(f"the run waits for {names}: decide in .deferred, and run on with it")
        return cast("T", self.output)


class RunFinished(_Event, Generic[T], kw_only=True):
    """The run is over."""

    result: RunResult[T]
    type: Literal["run_finished"] = "run_finished"

    @property
    def usage(self) -> Any:
        """What the whole run cost."""
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
    | RunFinished[Any]
)
"""Whatever happens in a run."""
