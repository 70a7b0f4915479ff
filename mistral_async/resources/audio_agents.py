"""Voice agents."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, RetrySafety, delete, get, pages, post, put
from mistral_async.models.audio_agents import (
    AudioAgentConfigurationRequest,
    AudioAgentListOptions,
    AudioAgentListPage,
    AudioAgentResponse,
    AudioAgentSessionListPage,
    AudioAgentSessionSummary,
)

_ALL = "/v1/audio/agents"
_ONE = "/v1/audio/agents/{}"


class AudioAgents(Resource[M]):
    """Voice agents."""

    @endpoint
    def list(self, **options: Unpack[AudioAgentListOptions]) -> Pages[AudioAgentResponse, AudioAgentListPage]:
        """List voice agents, each in its latest version."""
        return pages(_ALL, query=options, returns=AudioAgentListPage, by=PageToken())

    @endpoint
    def create(
        self, *, name: str, configuration: AudioAgentConfigurationRequest | JSONMapping, description: str | None = None
    ) -> Call[AudioAgentResponse]:
        """Create a voice agent."""
        json = {"name": name, "configuration": configuration, "description": description}
        return post(_ALL, json=json, returns=AudioAgentResponse)

    @endpoint
    def delete(self, agent_id: str) -> Call[None]:
        """Delete a voice agent."""
        return delete(_ONE, agent_id)

    @endpoint
    def get(self, agent_id: str, *, version: int | None = None) -> Call[AudioAgentResponse]:
        """Get a voice agent in a version, the latest where it is not set."""
        return get(_ONE, agent_id, query={"version": version}, returns=AudioAgentResponse)

    @endpoint
    def update(
        self,
        agent_id: str,
        *,
        name: str,
        configuration: AudioAgentConfigurationRequest | JSONMapping,
        description: str | None = None,
    ) -> Call[AudioAgentResponse]:
        """Replace a voice agent, which makes a new version."""
        json = {"name": name, "configuration": configuration, "description": description}
        return put(_ONE, agent_id, json=json, returns=AudioAgentResponse, safety=RetrySafety.CREATES)

    @endpoint
    def list_sessions(
        self, agent_id: str, *, page_size: int | None = None, page_token: str | None = None
    ) -> Pages[AudioAgentSessionSummary, AudioAgentSessionListPage]:
        """List the sessions of a voice agent, 10 a page where `page_size` is not set."""
        query = {"page_size": page_size, "page_token": page_token}
        return pages(f"{_ONE}/sessions", agent_id, query=query, returns=AudioAgentSessionListPage, by=PageToken())

    @endpoint
    def list_versions(
        self, agent_id: str, *, page_size: int | None = None, page_token: str | None = None
    ) -> Pages[AudioAgentResponse, AudioAgentListPage]:
        """List the versions of a voice agent, 10 a page where `page_size` is not set."""
        query = {"page_size": page_size, "page_token": page_token}
        return pages(f"{_ONE}/versions", agent_id, query=query, returns=AudioAgentListPage, by=PageToken())
