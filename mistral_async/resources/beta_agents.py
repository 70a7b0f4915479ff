"""Agents that the server keeps, in versions."""

from __future__ import annotations

import builtins
from collections.abc import Mapping

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint, keeping_arguments
from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import JSONObject
from mistral_async._engine.paging import PageNumber, PageToken
from mistral_async._engine.request import Call, Pages, delete, get, pages, patch, post, put
from mistral_async.models.beta_agents import (
    Agent,
    AgentAliasResponse,
    AgentFilter,
    AgentListOptions,
    AgentListPage,
    AgentOptions,
    AgentPagesOptions,
    UpdateAgentRequest,
)
from mistral_async.models.formats import completion_args_of

_NOT_NULLABLE = ("tools", "completion_args")


class BetaAgents(Resource[M]):
    """Agents that the server keeps."""

    @endpoint
    @keeping_arguments
    def list(self, **options: Unpack[AgentListOptions]) -> Pages[Agent, builtins.list[Agent]]:
        """List agents. Deprecated: see `list_pages`."""
        return pages("/v1/agents", query=_query(options), returns=builtins.list[Agent], items="", by=PageNumber())

    @endpoint
    @keeping_arguments
    def list_pages(self, **options: Unpack[AgentPagesOptions]) -> Pages[Agent, AgentListPage]:
        """List agents, page by page."""
        return pages("/v1/agents/pages", query=_query(options), returns=AgentListPage, by=PageToken())

    @endpoint
    def create(self, *, model: str, name: str, **options: Unpack[AgentOptions]) -> Call[Agent]:
        """Create an agent."""
        return post("/v1/agents", json={"model": model, "name": name, **_fields(options)}, returns=Agent)

    @endpoint
    def get(self, agent_id: str, *, agent_version: int | str | None = None) -> Call[Agent]:
        """Get an agent as it is, or in a version by its number or alias."""
        return get("/v1/agents/{}", agent_id, query={"agent_version": agent_version}, returns=Agent)

    @endpoint
    def update(self, agent_id: str, **changes: Unpack[UpdateAgentRequest]) -> Call[Agent]:
        """Change an agent: makes a new version. None removes a value, but `tools` and `completion_args` stay."""
        nulls = changes.keys() - {"tools", "completion_args"}
        return patch("/v1/agents/{}", agent_id, json=_fields(changes), nulls=nulls, returns=Agent)

    @endpoint
    def delete(self, agent_id: str) -> Call[None]:
        """Delete an agent."""
        return delete("/v1/agents/{}", agent_id)

    @endpoint
    def update_version(
        self,
        agent_id: str,
        version: int | Mapping[str, int] | None = None,
        *,
        version_data: Mapping[str, int] | None = None,
    ) -> Call[Agent]:
        """Make another version the current one: by its number, or as `{"version": 2}`."""
        query = {"version": _version(version_data if version is None else version)}
        return patch("/v1/agents/{}/version", agent_id, query=query, returns=Agent)

    @endpoint
    def list_versions(
        self, agent_id: str, *, page: int | None = None, page_size: int | None = None
    ) -> Pages[Agent, builtins.list[Agent]]:
        """List the versions of an agent, `page_size` (1 to 100) a page. `page` is one page, counted from 0."""
        query = {"page": page, "page_size": page_size}
        returns = builtins.list[Agent]
        return pages("/v1/agents/{}/versions", agent_id, query=query, returns=returns, items="", by=PageNumber())

    @endpoint
    def get_version(self, agent_id: str, version: int | str) -> Call[Agent]:
        """Get an agent in a version, by its number or alias."""
        return get("/v1/agents/{}/versions/{}", agent_id, version, returns=Agent)

    @endpoint
    def list_version_aliases(self, agent_id: str) -> Call[builtins.list[AgentAliasResponse]]:
        """List the names that versions have."""
        return get("/v1/agents/{}/aliases", agent_id, returns=builtins.list[AgentAliasResponse])

    @endpoint
    def create_version_alias(self, agent_id: str, *, alias: str, version: int) -> Call[AgentAliasResponse]:
        """Give a version a name, also one that another has: 1 to 64 of a-z, 0-9, `_` and `-`."""
        query = {"alias": alias, "version": version}
        return put("/v1/agents/{}/aliases", agent_id, query=query, returns=AgentAliasResponse)

    @endpoint
    def delete_version_alias(self, agent_id: str, *, alias: str) -> Call[None]:
        """Take a name away."""
        return delete("/v1/agents/{}/aliases", agent_id, query={"alias": alias})


def _query(options: AgentFilter) -> dict[str, object]:
    """Return the filter as it is sent: metadata is one parameter, in JSON."""
    query: dict[str, object] = {**options}
    if (metadata := options.get("metadata")) is not None:
        query["metadata"] = encode(metadata).decode()
    return query


def _fields(options: AgentOptions) -> JSONObject:
    """Return the options as they are sent; what can not be null is not sent as null."""
    fields: JSONObject = {**options}
    if "completion_args" in options:
        fields["completion_args"] = completion_args_of(options["completion_args"])
    return {key: value for key, value in fields.items() if value is not None or key not in _NOT_NULLABLE}


def _version(version: int | Mapping[str, int] | None) -> int:
    number = version.get("version") if isinstance(version, Mapping) else version
    if number is None:
        raise ValueError("which version: update_version(agent_id, 2)")
    return number
