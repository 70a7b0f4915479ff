"""Conversations that the server keeps: entries, answers, and the options of start, append and restart.

Entries are told apart by `type`; one of a type that this version does not know is kept and can be sent back. Times are
ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, Required, TypeAlias, TypeVar

from msgspec import field, structs
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Answer, Model, Moment
from mistral_async.models.content import ContentChunk, text_of
from mistral_async.models.formats import CompletionArgs
from mistral_async.models.guardrails import GuardrailConfig, GuardrailResult
from mistral_async.models.tools import AnyTool

T = TypeVar("T")

HandoffExecution: TypeAlias = Literal["client", "server"]
"""Who carries out a handoff to another agent."""

Confirmation: TypeAlias = Literal["allow", "deny"]

ConfirmationStatus: TypeAlias = Literal["pending", "allowed", "denied"]
"""The states of a call that needs your confirmation."""

MessageInputRole: TypeAlias = Literal["assistant", "user"]


def _sent(factory: Callable[[], T]) -> T:
    """Make a default that is written too, because the server requires the key."""
    return field(default_factory=factory)


def _user() -> str:
    return "user"


class _Entry(Model, kw_only=True):
    """The fields that all entries have."""

    id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    completed_at: str | None = None
    completed_at_datetime: ClassVar[Moment] = Moment("completed_at")
    object: Literal["entry"] = constant("entry")


class MessageInputEntry(_Entry):
    """A message of yours, or an assistant's that you put in its mouth."""

    content: str | list[ContentChunk]
    role: MessageInputRole | str = _sent(_user)
    prefix: bool = False
    """The answer must continue this message."""
    type: Literal["message.input"] = constant("message.input")

    @property
    def text(self) -> str:
        """The text of the content."""
        return text_of(self.content)


class MessageOutputEntry(_Entry):
    """A message of the model."""

    content: str | list[ContentChunk]
    role: Literal["assistant"] = constant("assistant")
    model: str | None = None
    agent_id: str | None = None
    type: Literal["message.output"] = constant("message.output")

    @property
    def text(self) -> str:
        """The text of the message, without reasoning."""
        return text_of(self.content)


class FunctionCallEntry(_Entry):
    """A call of a function of yours. Answer with a `FunctionResultEntry` of the same `tool_call_id`."""

    tool_call_id: str
    name: str
    arguments: str | JSONObject
    """Usually JSON text."""
    confirmation_status: str | None = None
    """One of `ConfirmationStatus`, or a newer one."""
    model: str | None = None
    agent_id: str | None = None
    type: Literal["function.call"] = constant("function.call")


class FunctionResultEntry(_Entry, gc=False):
    """The result of a function call."""

    tool_call_id: str
    result: str
    type: Literal["function.result"] = constant("function.result")


class ToolExecutionEntry(_Entry):
    """A built-in tool that ran."""

    name: str
    """One of `BuiltInConnectors`, or another."""
    arguments: str = _sent(str)
    """JSON text."""
    info: JSONObject = field(default_factory=JSONObject)
    """The report of the tool, such as `result`, `code` and `code_output`."""
    function: str | None = None
    """The tool's function, where it has several."""
    model: str | None = None
    agent_id: str | None = None
    type: Literal["tool.execution"] = constant("tool.execution")


class AgentHandoffEntry(_Entry, gc=False):
    """One agent gave the conversation to another."""

    previous_agent_id: str
    previous_agent_name: str
    next_agent_id: str
    next_agent_name: str
    type: Literal["agent.handoff"] = constant("agent.handoff")


Entry: TypeAlias = OpenUnion[
    MessageInputEntry
    | MessageOutputEntry
    | FunctionCallEntry
    | FunctionResultEntry
    | ToolExecutionEntry
    | AgentHandoffEntry
]
InputEntries = Entry
OutputEntry: TypeAlias = OpenUnion[MessageOutputEntry | FunctionCallEntry | ToolExecutionEntry | AgentHandoffEntry]
MessageEntry: TypeAlias = OpenUnion[MessageInputEntry | MessageOutputEntry]

ConversationInputs: TypeAlias = str | Entry | JSONObject | Sequence[Entry | JSONObject]
"""The input of a conversation: text, an entry, or several.

A dict without `type` is a message: `{"role": "user", "content": "hi"}`.
"""


def entries_of(inputs: ConversationInputs | None) -> str | list[object] | None:
    """Return the input as it is sent: text, or a list of entries as the server takes them back."""
    match inputs:
        case None | str():
            return inputs
        case Mapping() | Model():
            return [_sendable(inputs)]
        case _:
            return [_sendable(each) for each in inputs]


def _sendable(entry: object) -> object:
    """Return an entry without `function`, which the server sends but does not take."""
    if isinstance(entry, ToolExecutionEntry) and entry.function is not None:
        return structs.replace(entry, function=None)
    return entry


class ConversationUsageInfo(Model, kw_only=True):
    """The cost of an answer in tokens. `total_tokens` counts those of the tools too."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    connector_tokens: int | None = None
    """Tokens that built-in tools used."""
    connectors: dict[str, int] | None = None
    """The number of uses of each built-in tool."""


class ConversationResponse(Model, kw_only=True, metaclass=Answer):
    """The answer: what was added to the conversation."""

    conversation_id: str = ""
    outputs: list[OutputEntry] = field(default_factory=list[OutputEntry])
    usage: ConversationUsageInfo | None = None
    if TYPE_CHECKING:
        guardrails: list[GuardrailResult] | None = None
    else:
        guardrails: list[JSONObject] | None = None  # so that msgspec drops no key
    object: Literal["conversation.response"] | None = constant("conversation.response")

    @property
    def text(self) -> str:
        """The text of the answer, without reasoning."""
        return "".join(entry.text for entry in self.outputs if isinstance(entry, MessageOutputEntry))

    def _repr_html_(self) -> str:
        from mistral_async.models._content_html import entry_html
        from mistral_async.models._html import answer

        return answer([entry_html(entry) for entry in self.outputs], usage=self.usage)


class ConversationHistory(Model, kw_only=True, metaclass=Answer):
    """All entries of a conversation."""

    conversation_id: str = ""
    entries: list[Entry] = field(default_factory=list[Entry])
    object: Literal["conversation.history"] | None = constant("conversation.history")


class ConversationMessages(Model, kw_only=True, metaclass=Answer):
    """All messages of a conversation."""

    conversation_id: str = ""
    messages: list[MessageEntry] = field(default_factory=list[MessageEntry])
    object: Literal["conversation.messages"] | None = constant("conversation.messages")


class AgentConversation(Model, kw_only=True):
    """A conversation with an agent."""

    id: str = ""
    agent_id: str = ""
    agent_version: str | int | None = None
    """A version's number or alias."""
    name: str | None = None
    description: str | None = None
    metadata: JSONObject | None = None
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    object: Literal["conversation"] | None = constant("conversation")


class ModelConversation(Model, kw_only=True):
    """A conversation with a model."""

    id: str = ""
    model: str = ""
    instructions: str | None = None
    tools: list[AnyTool] = field(default_factory=list[AnyTool])
    completion_args: CompletionArgs = field(default_factory=CompletionArgs)
    guardrails: list[GuardrailConfig] | None = None
    name: str | None = None
    description: str | None = None
    metadata: JSONObject | None = None
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    object: Literal["conversation"] | None = constant("conversation")


Conversation: TypeAlias = OpenUnion[AgentConversation | ModelConversation]


class ToolCallConfirmation(Model, gc=False):
    """Your word on a call that waits for it."""

    tool_call_id: str
    confirmation: Confirmation | str


class ConversationStartOptions(TypedDict, total=False):
    """Options of a conversation that starts, but for its tools. It needs `model` or `agent_id`, not both."""

    model: str | None
    """The model that answers; or give `agent_id`."""
    agent_id: str | None
    """The agent that answers; or give `model`."""
    agent_version: str | int | None
    """A version's number or alias."""
    instructions: str | None
    """The system prompt."""
    completion_args: CompletionArgs | JSONMapping | None
    """How answers are sampled: `CompletionArgs`, or a dict."""
    guardrails: Sequence[GuardrailConfig | JSONMapping] | None
    """Checks of what is asked and answered."""
    name: str | None
    """A name for the conversation."""
    description: str | None
    """What the conversation is about."""
    metadata: JSONMapping | None
    """Data of yours that is kept with the conversation."""
    store: bool | None
    """False: the server forgets it, and it cannot be appended to."""
    handoff_execution: HandoffExecution | str | None
    """Who hands over to another agent: `server` goes on with it by itself, `client` ends the answer."""


class ConversationOptions(ConversationStartOptions, total=False):
    """Options of a conversation that starts. It needs `model` or `agent_id`, not both."""

    tools: Sequence[AnyTool | JSONMapping] | None
    """Functions and built-in tools that the model may call."""


class AppendOptions(TypedDict, total=False):
    """Options of a conversation that goes on. None is not sent."""

    tool_confirmations: Sequence[ToolCallConfirmation | JSONMapping] | None
    """For the calls that wait. May be sent without `inputs`."""
    completion_args: CompletionArgs | JSONMapping | None
    """How the answer is sampled: `CompletionArgs`, or a dict."""
    store: bool | None
    """False: the server forgets what is added."""
    handoff_execution: HandoffExecution | str | None
    """Who hands over to another agent: `server` goes on with it by itself, `client` ends the answer."""


class RestartOptions(TypedDict, total=False):
    """Options of a conversation that starts again from an entry, as a new conversation."""

    completion_args: CompletionArgs | JSONMapping | None
    """How the answer is sampled: `CompletionArgs`, or a dict."""
    guardrails: Sequence[GuardrailConfig | JSONMapping] | None
    """Checks of what is asked and answered."""
    metadata: JSONMapping | None
    """Data of yours that is kept with the new conversation."""
    agent_version: str | int | None
    """A version's number or alias."""
    store: bool | None
    """False to keep nothing on the server; True by default."""
    handoff_execution: HandoffExecution | str | None
    """Who hands over to another agent: `server` goes on with it by itself, `client` ends the answer."""


class ConversationRequest(ConversationOptions):
    """Everything that `conversations.start` takes: `start(**request)`."""

    inputs: Required[ConversationInputs]


class AppendConversationRequest(AppendOptions, total=False):
    """Everything that `conversations.append` takes beside the conversation's id."""

    inputs: ConversationInputs | None


class RestartConversationRequest(RestartOptions):
    """Everything that `conversations.restart` takes beside the conversation's id."""

    from_entry_id: Required[str]
    inputs: ConversationInputs | None


ConversationAppendRequest = AppendConversationRequest
ConversationRestartRequest = RestartConversationRequest
ConversationAppendRequestBase = AppendConversationRequest
ConversationRestartRequestBase = RestartConversationRequest
ConversationRequestTool = AnyTool
MessageEntries = MessageEntry
