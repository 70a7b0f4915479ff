"""The events of a conversation, told apart by `type`. They end with `conversation.response.done` or `.error`."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from msgspec import field

from mistral_async._codec.json_types import JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment
from mistral_async.models.content import (
    DocumentURLChunk,
    ImageURLChunk,
    TextChunk,
    ThinkChunk,
    ToolFileChunk,
    ToolReferenceChunk,
    text_of,
)
from mistral_async.models.conversations import ConversationUsageInfo

OutputContentChunks: TypeAlias = OpenUnion[
    TextChunk | ImageURLChunk | DocumentURLChunk | ThinkChunk | ToolFileChunk | ToolReferenceChunk
]


class _ConversationEvent(Model, kw_only=True, gc=False):
    """The fields that all events have."""

    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")


class ResponseStartedEvent(_ConversationEvent, kw_only=True, gc=False):
    """The answer begins; says which conversation it is."""

    conversation_id: str = ""
    type: Literal["conversation.response.started"] = constant("conversation.response.started")


class ResponseDoneEvent(_ConversationEvent, kw_only=True):
    """The answer is complete; says what it cost."""

    usage: ConversationUsageInfo | None = None
    type: Literal["conversation.response.done"] = constant("conversation.response.done")


class ResponseErrorEvent(_ConversationEvent, kw_only=True, gc=False):
    """The answer failed."""

    message: str = ""
    code: int | None = None
    type: Literal["conversation.response.error"] = constant("conversation.response.error")


class MessageOutputEvent(_ConversationEvent, kw_only=True):
    """A piece of a message: text, or one chunk."""

    id: str = ""
    """The entry that it belongs to."""
    content: OpenUnion[
        str | TextChunk | ImageURLChunk | DocumentURLChunk | ThinkChunk | ToolFileChunk | ToolReferenceChunk
    ] = ""
    output_index: int = 0
    content_index: int = 0
    model: str | None = None
    agent_id: str | None = None
    role: Literal["assistant"] = constant("assistant")
    type: Literal["message.output.delta"] = constant("message.output.delta")

    @property
    def text(self) -> str:
        """The text of the fragment, without reasoning."""
        return text_of(self.content)


class ToolExecutionStartedEvent(_ConversationEvent, kw_only=True, gc=False):
    """A built-in tool starts."""

    id: str = ""
    name: str = ""
    """One of `BuiltInConnectors`, or another."""
    arguments: str = ""
    function: str | None = None
    """The tool's function, where it has several."""
    output_index: int = 0
    model: str | None = None
    agent_id: str | None = None
    type: Literal["tool.execution.started"] = constant("tool.execution.started")


class ToolExecutionDeltaEvent(_ConversationEvent, kw_only=True, gc=False):
    """A piece of the arguments of a built-in tool."""

    id: str = ""
    name: str = ""
    arguments: str = ""
    """A fragment of JSON text."""
    function: str | None = None
    output_index: int = 0
    type: Literal["tool.execution.delta"] = constant("tool.execution.delta")


class ToolExecutionDoneEvent(_ConversationEvent, kw_only=True):
    """A built-in tool ran. Its arguments came in the deltas."""

    id: str = ""
    name: str = ""
    info: JSONObject = field(default_factory=JSONObject)
    """The report of the tool, such as `result`, `code` and `code_output`."""
    function: str | None = None
    output_index: int = 0
    type: Literal["tool.execution.done"] = constant("tool.execution.done")


class AgentHandoffStartedEvent(_ConversationEvent, kw_only=True, gc=False):
    """An agent gives the conversation away."""

    id: str = ""
    previous_agent_id: str = ""
    previous_agent_name: str = ""
    output_index: int = 0
    type: Literal["agent.handoff.started"] = constant("agent.handoff.started")


class AgentHandoffDoneEvent(_ConversationEvent, kw_only=True, gc=False):
    """Another agent has the conversation."""

    id: str = ""
    next_agent_id: str = ""
    next_agent_name: str = ""
    output_index: int = 0
    type: Literal["agent.handoff.done"] = constant("agent.handoff.done")


class FunctionCallEvent(_ConversationEvent, kw_only=True, gc=False):
    """A piece of a call of a function of yours."""

    id: str = ""
    name: str = ""
    tool_call_id: str = ""
    arguments: str = ""
    """A fragment of JSON text."""
    output_index: int = 0
    model: str | None = None
    agent_id: str | None = None
    confirmation_status: str | None = None
    """One of `ConfirmationStatus`, or a newer one."""
    type: Literal["function.call.delta"] = constant("function.call.delta")


ConversationEvents: TypeAlias = OpenUnion[
    ResponseStartedEvent
    | ResponseDoneEvent
    | ResponseErrorEvent
    | MessageOutputEvent
    | ToolExecutionStartedEvent
    | ToolExecutionDeltaEvent
    | ToolExecutionDoneEvent
    | AgentHandoffStartedEvent
    | AgentHandoffDoneEvent
    | FunctionCallEvent
]
ConversationEventsData = ConversationEvents

CONVERSATION_ENDS = frozenset({"conversation.response.done", "conversation.response.error"})
"""The types of the events after which nothing comes."""
