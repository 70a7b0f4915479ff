"""Agents: a model with instructions and tools, kept by the server in versions. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.open_union import constant
from mistral_async.models._model import Answer, Model, Moment
from mistral_async.models.formats import CompletionArgs
from mistral_async.models.guardrails import GuardrailConfig
from mistral_async.models.tools import AnyTool

RequestSource: TypeAlias = Literal["api", "playground", "agent_builder_v1"]
"""The places where agents are made."""


class Agent(Model, kw_only=True, metaclass=Answer):
    """An agent, in one of its versions."""

    id: str = ""
    name: str = ""
    model: str = ""
    instructions: str | None = None
    tools: list[AnyTool] = field(default_factory=list[AnyTool])
    completion_args: CompletionArgs = field(default_factory=CompletionArgs)
    guardrails: list[GuardrailConfig] | None = None
    description: str | None = None
    """Its purpose; other agents read it."""
    handoffs: list[str] | None = None
    """The ids of the agents that it may give a conversation to."""
    metadata: JSONObject | None = None
    version: int = 0
    versions: list[int] = field(default_factory=list[int])
    """All versions that there are."""
    version_message: str | None = None
    """The changes of this version."""
    deployment_chat: bool = False
    """True if it is offered in the chat application."""
    source: str = ""
    """One of `RequestSource`, or a newer one."""
    owner_id: str | None = None
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    object: Literal["agent"] | None = constant("agent")


class AgentListPage(Model, kw_only=True):
    """A page of agents."""

    data: list[Agent] = field(default_factory=list[Agent])
    next_page_token: str | None = None
    object: Literal["list"] | None = constant("list")


class AgentAliasResponse(Model, kw_only=True, gc=False):
    """A name for a version."""

    alias: str = ""
    version: int = 0
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")


class AgentOptions(TypedDict, total=False):
    """Options of a new agent. None is not sent."""

    instructions: str | None
    """The system prompt of every conversation with the agent."""
    tools: Sequence[AnyTool | JSONMapping] | None
    """Functions and built-in tools that the agent may call."""
    completion_args: CompletionArgs | JSONMapping | None
    """How answers are sampled: `CompletionArgs`, or a dict. A request may say otherwise."""
    guardrails: Sequence[GuardrailConfig | JSONMapping] | None
    """Checks of what is asked and answered."""
    description: str | None
    """Its purpose; other agents read it."""
    handoffs: Sequence[str] | None
    """The ids of the agents that it may give a conversation to; at least one."""
    metadata: JSONMapping | None
    """Data of yours that is kept with the agent."""
    version_message: str | None
    """The changes of this version, up to 500 characters."""


class CreateAgentRequest(AgentOptions):
    """Everything that `agents.create` takes: `create(**request)`."""

    model: Required[str]
    name: Required[str]


class UpdateAgentRequest(AgentOptions, total=False):
    """Changes to an agent, as a new version; what is not named stays.

    None removes a value, but not `tools` and `completion_args`: `[]` and `{}` do.
    """

    model: str | None
    """The model that answers from now on."""
    name: str | None
    """The new name."""
    deployment_chat: bool | None
    """True if it is offered in the chat application."""


class AgentFilter(TypedDict, total=False):
    """Which agents are listed."""

    page_size: int | None
    """1 to 1,000; 20 where not set."""
    deployment_chat: bool | None
    """Only agents that are (or are not) deployed in the chat application."""
    sources: Sequence[RequestSource | str] | None
    """Only agents that were made there."""
    name: str | None
    """Only agents of this name."""
    search: str | None
    """A part of the name or the id."""
    id: str | None
    """Only the agent of this id."""
    metadata: JSONMapping | None
    """Only agents that have these entries in their metadata."""


class AgentListOptions(AgentFilter, total=False):
    """Which agents are listed, by the number of the page."""

    page: int | None
    """One page, counted from 0; all pages where not set."""


class AgentPagesOptions(AgentFilter, total=False):
    """Which agents are listed, by token."""

    page_token: str | None
    """The page to go on with: the `next_page_token` of the one before."""


AgentCreationRequest = CreateAgentRequest
AgentUpdateRequest = UpdateAgentRequest
