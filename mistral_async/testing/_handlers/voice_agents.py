"""Voice agents, their sessions, and what they are made with; and sessions of browsers and apps without a key."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import not_found
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_token
from mistral_async.testing._handlers.libraries import USER
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_DEFAULTS: JSONObject = {
    "llm": {"model": "mistral-medium-latest"},
    "tts": {"model": "voxtral-mini-tts-latest", "voice_id": "en_paul_neutral", "expressiveness": None},
    "stt": {"model": "voxtral-mini-transcribe-realtime-latest", "language": None},
    "turn": {"allow_interruptions": True, "inactivity": None},
    "instructions": None,
    "tools": None,
    "welcome_message": None,
}
_AGENT = "name*: str; configuration*: dict; description: str?"
_SECONDS = 3600


class Versions(dict[str, list[JSONObject]]):
    """The versions of each voice agent, oldest first."""

    def __init__(self, _state: ServerState) -> None:
        super().__init__()

    def add(self, agent: JSONObject) -> JSONObject:
        """Keep an agent as it is now, as a version."""
        versions = self.setdefault(agent["id"], [])
        given = {name: value for name, value in agent["configuration"].items() if value is not None}
        agent |= {"version": len(versions) + 1, "configuration": {**_DEFAULTS, **given}}
        versions.append(dict(agent))
        return agent


agents = Collection("/v1/audio/agents", "audio.agents", "AudioAgentResponse", fields={"owner_id": USER})
agents.list(by_token(), search={"search": "name"})
agents.delete()


@route("POST", agents.path, "audio.agents.create", body=_AGENT)
def create(call: FakeCall) -> Reply:
    """Create a voice agent."""
    return json_reply(call.state.store(Versions).add(agents.add(call, call.body)))


@route("GET", agents.one, "audio.agents.get")
def get(call: FakeCall) -> Reply:
    """Return a voice agent in a version."""
    agent = agents.find(call)
    number = call.number("version", agent["version"], least=1)
    versions = call.state.store(Versions)[agent["id"]]
    if number > len(versions):
        raise not_found("Version", str(number))
    return json_reply(versions[number - 1])


@route("PUT", agents.one, "audio.agents.update", body=_AGENT)
def update(call: FakeCall) -> Reply:
    """Replace a voice agent, as a new version."""
    return json_reply(call.state.store(Versions).add(agents.change(call, {"description": None, **call.body})))


@route("GET", f"{agents.one}/versions", "audio.agents.list_versions")
def list_versions(call: FakeCall) -> Reply:
    """Return the versions of a voice agent, newest first."""
    return json_reply(by_token()(call, call.state.store(Versions)[agents.find(call)["id"]][::-1]))


@route("GET", f"{agents.one}/sessions", "audio.agents.list_sessions")
def list_sessions(call: FakeCall) -> Reply:
    """Return the sessions of a voice agent, newest first."""
    agent_id = agents.find(call)["id"]
    found = [session for session in reversed(sessions.all(call).values()) if session["agent_id"] == agent_id]
    shown = [{name: session[name] for name in _SUMMARY} for session in found]
    return json_reply(by_token()(call, shown))


_SUMMARY = ("id", "agent_id", "started_at", "duration", "phone_number_id")


def _session(call: FakeCall) -> JSONMapping:
    agent_id = call.body.get("agent_id")
    tools: list[JSONObject] | None = call.body.get("tools")
    if agent_id:
        tools = tools or agents.named(call, agent_id)["configuration"]["tools"]
    now = call.state.calendar
    return {
        "agent_id": agent_id or "",
        "participant_token": call.state.ids.hex32(),
        "server_url": "wss://livekit.example",
        "expires_at": now.iso_of(now.now() + _SECONDS),
        "function_tools": [tool for tool in tools or [] if tool.get("type") == "function"],
        "status": "active",
        "num_participants": 1,
        "started_at": now.iso(),
        "duration": None,
        "phone_number_id": None,
    }


sessions = Collection("/v1/audio/sessions", "audio.sessions", "AudioSessionResponse", fields=_session)
sessions.create(
    kind="AudioSessionCreateResponse",
    body=(
        "llm: dict?; tts: dict?; stt: dict?; turn: dict?; instructions: str?; tools: list[dict]?; "
        "welcome_message: str?; agent_id: str?; agent_version: int?"
    ),
)
sessions.get(kind="AudioSessionResponse")
sessions.act(
    "DELETE",
    "",
    "close",
    {"status": "ended", "num_participants": 0, "transcripts": [], "duration": 0},
    status=HTTPStatus.NO_CONTENT,
)


@route("POST", "/v1/audio/workers/registration-token", "audio.sessions.create_registration_token", body="")
def registration_token(call: FakeCall) -> Reply:
    """Return a token for workers."""
    now = call.state.calendar
    token = {"ws_url": "wss://livekit.example", "agent_name": "worker", "token": call.state.ids.hex32()}
    return json_reply({**token, "expires_at": now.iso_of(now.now() + _SECONDS)})


@route(
    "POST",
    "/v1/client/sessions",
    "realtime.sessions.create",
    body="model*: str; purpose: {realtime}; ttl_seconds: int(1,)?",
)
def create_client_session(call: FakeCall) -> Reply:
    """Return a secret for a browser or an app."""
    now = call.state.calendar
    until = now.now() + (call.body.get("ttl_seconds") or _SECONDS)
    value, ends = f"ek_{call.state.ids.hex32()}", now.iso_of(until)
    call.state.secrets[value] = until
    secret = {"value": value, "expires_at": ends}
    answer = {"object": "client.session", "purpose": "realtime", "expires_at": ends, "client_secret": secret}
    return json_reply(answer, HTTPStatus.CREATED)
