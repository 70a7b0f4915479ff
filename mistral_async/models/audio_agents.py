"""Voice agents. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import OpenUnion
from mistral_async.models._model import Model, Moment
from mistral_async.models.audio_sessions import (
    AudioLLMConfig,
    AudioSTTConfig,
    AudioTTSConfig,
    AudioTurnConfig,
    HangUpTool,
    TransferCallTool,
    VoiceAgentCustomConnector,
    VoiceAgentDocumentLibraryTool,
    VoiceAgentFunctionTool,
    VoiceAgentToolRequest,
    VoiceAgentWebSearchTool,
)


class AudioAgentListOptions(TypedDict, total=False):
    """Which voice agents are listed."""

    page_size: int | None
    """10 where not set."""
    page_token: str | None
    """The page to go on with: the `next_page_token` of the one before."""
    search: str | None
    """In the names."""


VoiceAgentTool: TypeAlias = OpenUnion[
    VoiceAgentCustomConnector
    | VoiceAgentDocumentLibraryTool
    | VoiceAgentFunctionTool
    | HangUpTool
    | TransferCallTool
    | VoiceAgentWebSearchTool
]
"""Told apart by `type`."""


class AudioAgentConfigurationResponseConfig(Model, kw_only=True):
    """The configuration of a voice agent."""

    llm: AudioLLMConfig = field(default_factory=AudioLLMConfig)
    tts: AudioTTSConfig = field(default_factory=AudioTTSConfig)
    stt: AudioSTTConfig = field(default_factory=AudioSTTConfig)
    turn: AudioTurnConfig = field(default_factory=AudioTurnConfig)
    instructions: str | None = None
    tools: list[VoiceAgentTool] | None = None
    welcome_message: str | None = None
    """The first thing that it says."""


class AudioAgentResponse(Model, kw_only=True):
    """A voice agent."""

    id: str = ""
    owner_id: str = ""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    name: str | None = None
    description: str | None = None
    version: int | None = None
    configuration: AudioAgentConfigurationResponseConfig | None = None


class AudioAgentListPage(Model, kw_only=True):
    """A page of voice agents."""

    data: list[AudioAgentResponse] = field(default_factory=list[AudioAgentResponse])
    next_page_token: str | None = None


class AudioAgentConfigurationRequest(Model, kw_only=True):
    """The configuration that a voice agent is to have; the API chooses what is None."""

    llm: AudioLLMConfig | None = None
    tts: AudioTTSConfig | None = None
    stt: AudioSTTConfig | None = None
    turn: AudioTurnConfig | None = None
    instructions: str | None = None
    tools: list[VoiceAgentToolRequest] | None = None
    welcome_message: str | None = None
    """The first thing that it says."""


class AudioAgentCreateRequest(TypedDict, total=False):
    """Everything that `audio.agents.create` takes: `create(**request)`."""

    name: Required[str]
    configuration: Required[AudioAgentConfigurationRequest | JSONMapping]
    description: str | None


class AudioAgentUpdateRequest(AudioAgentCreateRequest, total=False):
    """Everything that `audio.agents.update` takes beside the id."""


class AudioAgentSessionSummary(Model, kw_only=True, gc=False):
    """A session that a voice agent had."""

    id: str = ""
    agent_id: str = ""
    started_at: str | None = None
    started_at_datetime: ClassVar[Moment] = Moment("started_at")
    duration: int | None = None
    """Seconds."""
    phone_number_id: str | None = None


class AudioAgentSessionListPage(Model, kw_only=True):
    """A page of sessions."""

    data: list[AudioAgentSessionSummary] = field(default_factory=list[AudioAgentSessionSummary])
    next_page_token: str | None = None
