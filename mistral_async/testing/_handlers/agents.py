"""Agents with their versions and aliases; every update makes a version, and any of them can be made the current one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mistral_async.testing._call import FakeCall, read_integer
from mistral_async.testing._errors import FakeAPIError, ValidationDetail, invalid_request, not_found
from mistral_async.testing._handlers._paging import page_by_number, page_by_token
from mistral_async.testing._handlers.models import resolve_model
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply, no_content
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_ALIAS = re.compile(r"[a-z]([a-z0-9_-]*[a-z0-9])?")
_LONGEST_ALIAS = 64
_ALWAYS_SET = frozenset({"name", "model", "deployment_chat"})
_ARGUMENTS: JSONObject = {
    "stop": None,
    "presence_penalty": None,
    "frequency_penalty": None,
    "temperature": None,
    "top_p": None,
    "max_tokens": None,
    "random_seed": None,
    "prediction": None,
    "response_format": None,
    "tool_choice": "auto",
    "reasoning_effort": None,
}


def completion_args(agent: JSONMapping) -> JSONObject:
    """Return the completion arguments that an agent sets."""
    return {name: value for name, value in agent["completion_args"].items() if value is not None}


class AgentStore:
    """The agents of one account."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._current: dict[str, int] = {}
        self._versions: dict[str, list[JSONObject]] = {}
        self._aliases: dict[str, dict[str, JSONObject]] = {}

    def create(self, body: JSONMapping) -> JSONObject:
        """Create an agent, version 0."""
        agent_id, now = self._state.ids.prefixed("ag"), self._state.calendar.iso()
        agent: JSONObject = {
            "instructions": None,
            "tools": [],
            "guardrails": [],
            "description": None,
            "handoffs": None,
            "metadata": None,
            "version_message": None,
            **body,
            "completion_args": _ARGUMENTS | body.get("completion_args", {}),
            "object": "agent",
            "id": agent_id,
            "version": 0,
            "created_at": now,
            "updated_at": now,
            "deployment_chat": False,
            "source": "api",
        }
        self._versions[agent_id], self._current[agent_id], self._aliases[agent_id] = [agent], 0, {}
        return self.get(agent_id)

    def get(self, agent_id: str, version: str | int | None = None) -> JSONObject:
        """Return the current version, or one by number or alias; raises 404 if there is none."""
        versions = self._versions.get(agent_id)
        if versions is None:
            raise not_found("Agent", agent_id)
        number = self._current[agent_id] if version is None else self._number(agent_id, version)
        history = [each["version"] for each in versions] if len(versions) > 1 else []
        return {**versions[number], "versions": history}

    def update(self, agent_id: str, changes: JSONMapping) -> JSONObject:
        """Add a version, which becomes the current one; null clears a field, but the name and the model stay."""
        old, versions = self.get(agent_id), self._versions[agent_id]
        changes = {key: value for key, value in changes.items() if value is not None or key not in _ALWAYS_SET}
        arguments = old["completion_args"] | changes.get("completion_args", {})
        old.pop("versions")
        changed = {"version": len(versions), "updated_at": self._state.calendar.iso(), "completion_args": arguments}
        versions.append({**old, **changes, **changed})
        self._current[agent_id] = len(versions) - 1
        return self.get(agent_id)

    def switch(self, agent_id: str, version: int) -> JSONObject:
        """Make `version` the current one."""
        self.get(agent_id, version)
        self._current[agent_id] = version
        return self.get(agent_id)

    def remove(self, agent_id: str) -> None:
        """Delete an agent with all its versions."""
        self.get(agent_id)
        for store in (self._versions, self._current, self._aliases):
            del store[agent_id]

    def history(self, agent_id: str) -> list[JSONObject]:
        """Return all versions, newest first."""
        return [
            self.get(agent_id, number)
            for number in reversed(range(len(self._versions.get(agent_id) or [self.get(agent_id)])))
        ]

    def aliases(self, agent_id: str) -> dict[str, JSONObject]:
        """Return the aliases of an agent's versions, by name."""
        self.get(agent_id)
        return self._aliases[agent_id]

    def all(self) -> list[JSONObject]:
        """Return all agents, newest first."""
        return [self.get(agent_id) for agent_id in reversed(self._versions)]

    def _number(self, agent_id: str, version: str | int) -> int:
        alias = self._aliases[agent_id].get(str(version))
        number = alias["version"] if alias else read_integer(str(version))
        if number is None or not 0 <= number < len(self._versions[agent_id]):
            raise not_found("Agent version", str(version))
        return number


@route("POST", "/v1/agents", "beta.agents.create", body="CreateAgentRequest")
def create(call: FakeCall) -> Reply:
    """Create an agent."""
    resolve_model(call.state, call.body["model"], "completion_chat")
    return json_reply(call.state.store(AgentStore).create(call.body))


@route("GET", "/v1/agents", "beta.agents.list")
def list_agents(call: FakeCall) -> Reply:
    """Return one page as a bare array."""
    return json_reply(page_by_number(call, list(_found(call)), size=20))


@route("GET", "/v1/agents/pages", "beta.agents.list_pages")
def list_pages(call: FakeCall) -> Reply:
    """Return one page with the token of the next."""
    data, token = page_by_token(call, list(_found(call)), size=20)
    return json_reply({"object": "list", "data": data, "next_page_token": token})


def _found(call: FakeCall) -> Iterator[JSONObject]:
    search, has_metadata = (call.text("search") or "").lower(), call.metadata_filter()
    deployed, sources = call.text("deployment_chat"), call.texts("sources")
    for agent in call.state.store(AgentStore).all():
        if (
            call.text("name") in (None, agent["name"])
            and call.text("id") in (None, agent["id"])
            and search in f"{agent['name']} {agent['description'] or ''}".lower()
            and (deployed is None or agent["deployment_chat"] == (deployed == "true"))
            and (not sources or agent["source"] in sources)
            and has_metadata(agent["metadata"])
        ):
            yield agent


@route("GET", "/v1/agents/{}", "beta.agents.get")
def get(call: FakeCall) -> Reply:
    """Return one agent."""
    return json_reply(call.state.store(AgentStore).get(call.params[0], call.text("agent_version")))


@route("PATCH", "/v1/agents/{}", "beta.agents.update", body="UpdateAgentRequest")
def update(call: FakeCall) -> Reply:
    """Change an agent."""
    if call.body.get("model") is not None:
        resolve_model(call.state, call.body["model"], "completion_chat")
    return json_reply(call.state.store(AgentStore).update(call.params[0], call.body))


@route("DELETE", "/v1/agents/{}", "beta.agents.delete")
def delete(call: FakeCall) -> Reply:
    """Delete an agent."""
    call.state.store(AgentStore).remove(call.params[0])
    return no_content()


@route("PATCH", "/v1/agents/{}/version", "beta.agents.update_version")
def update_version(call: FakeCall) -> Reply:
    """Choose the current version."""
    call.required("version")
    return json_reply(call.state.store(AgentStore).switch(call.params[0], call.number("version", 0)))


@route("GET", "/v1/agents/{}/versions", "beta.agents.list_versions")
def list_versions(call: FakeCall) -> Reply:
    """Return all versions, newest first, as a bare array."""
    return json_reply(page_by_number(call, call.state.store(AgentStore).history(call.params[0]), size=20, most=100))


@route("GET", "/v1/agents/{}/versions/{}", "beta.agents.get_version")
def get_version(call: FakeCall) -> Reply:
    """Return one version by number or alias."""
    return json_reply(call.state.store(AgentStore).get(call.params[0], call.params[1]))


@route("GET", "/v1/agents/{}/aliases", "beta.agents.list_version_aliases")
def list_aliases(call: FakeCall) -> Reply:
    """Return all aliases as a bare array."""
    return json_reply(list(call.state.store(AgentStore).aliases(call.params[0]).values()))


@route("PUT", "/v1/agents/{}/aliases", "beta.agents.create_version_alias")
def create_alias(call: FakeCall) -> Reply:
    """Give a version an alias, or move the alias to another version."""
    alias, agents = _alias_param(call), call.state.store(AgentStore)
    call.required("version")
    version = call.number("version", 0)
    agents.get(call.params[0], version)
    aliases, now = agents.aliases(call.params[0]), call.state.calendar.iso()
    created = aliases[alias]["created_at"] if alias in aliases else now
    aliases[alias] = {"alias": alias, "version": version, "created_at": created, "updated_at": now}
    return json_reply(aliases[alias])


@route("DELETE", "/v1/agents/{}/aliases", "beta.agents.delete_version_alias")
def delete_alias(call: FakeCall) -> Reply:
    """Delete an alias."""
    alias = _alias_param(call)
    if call.state.store(AgentStore).aliases(call.params[0]).pop(alias, None) is None:
        raise not_found("Alias", alias)
    return no_content()


def _alias_param(call: FakeCall) -> str:
    alias = call.required("alias")
    if not _ALIAS.fullmatch(alias) or len(alias) > _LONGEST_ALIAS:
        raise _invalid_alias(alias)
    return alias


def _invalid_alias(alias: str) -> FakeAPIError:
    message = "String should match pattern '^[a-z]([a-z0-9_-]*[a-z0-9])?$'"
    return invalid_request([ValidationDetail("string_pattern_mismatch", ("query", "alias"), message, alias)])
