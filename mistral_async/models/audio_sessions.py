"""Sessions with voice agents. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON, JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment, SecretModel
from mistral_async.models.tools import APIKeyAuth, Function, OAuth2TokenAuth, ToolConfiguration


class AudioLLMConfig(Model, kw_only=True, gc=False):
    """The language model of a voice agent."""

    model: str = ""


class AudioTTSConfig(Model, kw_only=True, gc=False):
    """The model and voice that speak."""

    model: str = ""
    voice_id: str = ""
    expressiveness: float | None = None
    """The liveliness of the voice."""


class AudioTurnDetectionConfig(Model, kw_only=True, gc=False):
    """The detection of the end of what the user says. Thresholds are probabilities."""

    start_threshold: float | None = None
    eager_end_threshold: float | None = None
    end_threshold: float | None = None
    min_silence_ms: int | None = None
    end_timeout_ms: int | None = None


class AudioSTTConfig(Model, kw_only=True):
    """The model that transcribes the user."""

    model: str = ""
    language: str | None = None
    context_bias: list[str] | None = None
    """Words to expect, such as names."""
    target_streaming_delay_ms: int | None = None
    turn_detection: AudioTurnDetectionConfig | None = None


class AudioInactivityConfig(Model, kw_only=True):
    """The reminders for a user who says nothing."""

    timeout_ms: int
    """Milliseconds of silence before a reminder."""
    max_reminders: int
    messages: list[str] = field(default_factory=list[str])
    """The reminders, of which one is spoken."""


class AudioTurnConfig(Model, kw_only=True):
    """The rules of taking turns."""

    allow_interruptions: bool | None = None
    """True if the user may interrupt the agent."""
    inactivity: AudioInactivityConfig | None = None


ConnectorAuthorization: TypeAlias = OpenUnion[APIKeyAuth | OAuth2TokenAuth]
"""Told apart by `type`."""


class StaticToolFiller(Model, kw_only=True, gc=False):
    """A text that is spoken while a tool runs."""

    text: str
    type: Literal["static"] = constant("static")


class VoiceAgentCustomConnector(Model, kw_only=True):
    """The tools of a connector."""

    connector_id: str
    type: Literal["connector"] = constant("connector")
    authorization: ConnectorAuthorization | None = None
    tool_configuration: ToolConfiguration | None = None
    filler: StaticToolFiller | None = None


class VoiceAgentDocumentLibraryTool(Model, kw_only=True):
    """Search in libraries of documents."""

    library_ids: list[str]
    tool_configuration: ToolConfiguration | None = None
    type: Literal["document_library"] = constant("document_library")
    filler: StaticToolFiller | None = None


class FunctionRequest(Model, kw_only=True):
    """A function that the agent may call."""

    name: str
    parameters: JSONObject
    """JSON Schema of its arguments."""
    description: str = ""
    strict: bool = False


class VoiceAgentFunctionToolRequest(Model, kw_only=True):
    """A function that the caller performs."""

    function: FunctionRequest
    type: Literal["function"] = constant("function")
    filler: StaticToolFiller | None = None
    timeout_ms: int | None = None
    """Milliseconds that the function may take."""


class HangUpTool(Model, kw_only=True):
    """The end of a call, by the agent."""

    type: Literal["hang_up"] = constant("hang_up")
    filler: StaticToolFiller | None = None


class PhoneDestination(Model, kw_only=True, gc=False):
    """A phone number."""

    number: str
    type: Literal["phone"] = constant("phone")


class SipDestination(Model, kw_only=True, gc=False):
    """An address of SIP."""

    uri: str
    type: Literal["sip"] = constant("sip")


TransferDestination: TypeAlias = OpenUnion[PhoneDestination | SipDestination]
"""Told apart by `type`."""


class TransferTarget(Model, kw_only=True):
    """A place that a call may be handed to, and when."""

    id: str
    condition: str
    """When the agent hands the call there, in words."""
    destination: TransferDestination


class TransferCallTool(Model, kw_only=True):
    """Handing a call to someone else."""

    destinations: list[TransferTarget]
    type: Literal["transfer_call"] = constant("transfer_call")
    filler: StaticToolFiller | None = None


class VoiceAgentWebSearchTool(Model, kw_only=True):
    """Search of the web."""

    tool_configuration: ToolConfiguration | None = None
    type: Literal["web_search"] = constant("web_search")
    filler: StaticToolFiller | None = None


VoiceAgentToolRequest: TypeAlias = OpenUnion[
    VoiceAgentCustomConnector
    | VoiceAgentDocumentLibraryTool
    | VoiceAgentFunctionToolRequest
    | HangUpTool
    | TransferCallTool
    | VoiceAgentWebSearchTool
]
"""Told apart by `type`."""


class AudioSessionCreateRequest(TypedDict, total=False):
    """Everything that `sessions.create` takes: a configuration, or an agent that has one."""

    llm: AudioLLMConfig | JSONMapping | None
    """The model that answers, and its settings."""
    tts: AudioTTSConfig | JSONMapping | None
    """The model and voice that speak."""
    stt: AudioSTTConfig | JSONMapping | None
    """The model that transcribes what is said."""
    turn: AudioTurnConfig | JSONMapping | None
    """Settings of when a turn of the speaker ends."""
    instructions: str | None
    """The system prompt of the session."""
    tools: Sequence[VoiceAgentToolRequest | JSONMapping] | None
    """Tools that the agent may call."""
    welcome_message: str | None
    """The first thing that the agent says."""
    agent_id: str | None
    """The agent whose configuration is used."""
    agent_version: int | None
    """The version of the agent; its current one unless given."""


class VoiceAgentFunctionTool(Model, kw_only=True):
    """A function that the caller performs."""

    function: Function
    type: Literal["function"] = constant("function")
    filler: StaticToolFiller | None = None
    timeout_ms: int | None = None
    """Milliseconds that the function may take."""


class AudioSessionCreateResponse(SecretModel, kw_only=True):
    """A new session: a room and the token to join it."""

    id: str = ""
    participant_token: str = ""
    """The token of LiveKit to join the room with."""
    server_url: str = ""
    """The address of the room."""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    expires_at: str = ""
    expires_at_datetime: ClassVar[Moment] = Moment("expires_at")
    function_tools: list[VoiceAgentFunctionTool] = field(default_factory=list[VoiceAgentFunctionTool])


class AudioSessionPhoneNumber(Model, kw_only=True, gc=False):
    """A phone number of the account."""

    id: str = ""
    identifier: str = ""
    name: str | None = None


class AudioSessionPhoneCall(Model, kw_only=True):
    """The call that a session is."""

    phone_number_id: str = ""
    phone_number: AudioSessionPhoneNumber | None = None


class AudioLatencyBreakdownAssistant(Model, kw_only=True, gc=False):
    """The times of an answer, in milliseconds."""

    llm_ttft_ms: float | None = None
    llm_duration_ms: float | None = None
    tts_ttfb_ms: float | None = None
    tts_duration_ms: float | None = None
    e2e_latency_ms: float | None = None


class AudioToolCall(Model, kw_only=True, gc=False):
    """A call of a tool."""

    id: str = ""
    name: str = ""
    arguments: str | None = None
    """JSON."""


class AudioAssistantTranscriptTurn(Model, kw_only=True):
    """A turn of the agent."""

    timestamp: str = ""
    timestamp_datetime: ClassVar[Moment] = Moment("timestamp")
    latency: AudioLatencyBreakdownAssistant = field(default_factory=AudioLatencyBreakdownAssistant)
    content: str | None = None
    duration_ms: float | None = None
    role: Literal["assistant"] = constant("assistant")
    is_interruption: bool = False
    """True if the user had not ended yet."""
    tool_calls: list[AudioToolCall] = field(default_factory=list[AudioToolCall])


class AudioToolTranscriptTurn(Model, kw_only=True):
    """The result of a tool."""

    tool_call_id: str = ""
    name: str = ""
    status: str = ""
    """`success`, `error`, `unknown`, or a newer one."""
    timestamp: str = ""
    timestamp_datetime: ClassVar[Moment] = Moment("timestamp")
    role: Literal["tool"] = constant("tool")
    result: JSON = None
    duration_ms: float | None = None


class AudioLatencyBreakdownUser(Model, kw_only=True, gc=False):
    """The times of hearing a turn, in milliseconds."""

    transcription_delay_ms: float | None = None
    end_of_turn_delay_ms: float | None = None


class AudioUserTranscriptTurn(Model, kw_only=True):
    """A turn of the user."""

    timestamp: str = ""
    timestamp_datetime: ClassVar[Moment] = Moment("timestamp")
    latency: AudioLatencyBreakdownUser = field(default_factory=AudioLatencyBreakdownUser)
    content: str | None = None
    duration_ms: float | None = None
    role: Literal["user"] = constant("user")


TranscriptTurn: TypeAlias = OpenUnion[AudioAssistantTranscriptTurn | AudioToolTranscriptTurn | AudioUserTranscriptTurn]
"""Told apart by `role`."""


class AudioSessionResponse(Model, kw_only=True):
    """A session."""

    id: str = ""
    status: str = ""
    """`active`, `ended`, or a newer one."""
    num_participants: int = 0
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    phone_call: AudioSessionPhoneCall | None = None
    transcripts: list[TranscriptTurn] | None = None


class WorkerToken(SecretModel, kw_only=True, gc=False):
    """The token with which a worker that hosts a voice agent registers."""

    ws_url: str = ""
    """The address that it connects to."""
    agent_name: str = ""
    token: str = ""
    expires_at: str | None = None
    expires_at_datetime: ClassVar[Moment] = Moment("expires_at")
