"""Conversations with their history: started with a model or an agent, continued, restarted, listed and deleted."""

from __future__ import annotations

from typing import Any

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import api_error, invalid_argument, not_found
from mistral_async.testing._handlers._conversation_events import events_of
from mistral_async.testing._handlers._paging import page_by_number
from mistral_async.testing._handlers._prompt import entries, section
from mistral_async.testing._handlers._turn import AssistantConfig, TurnRunner, costs_of, make_entry
from mistral_async.testing._handlers.agents import AgentStore
from mistral_async.testing._handlers.models import resolve_model
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import EVENT_STREAM, Reply, json_reply, no_content
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_PREFIXES = {
    "message.input": "msg",
    "message.output": "msg",
    "function.result": "fr",
    "function.call": "fc",
    "tool.execution": "tool_exec",
    "agent.handoff": "handoff",
}
_NOT_FOUND = 404


class StoredConversation(msgspec.Struct, kw_only=True):
    """A conversation: the request that started it, and its entries."""

    id: str
    request: JSONObject
    created_at: str
    updated_at: str
    entries: list[JSONObject] = msgspec.field(default_factory=list[JSONObject])


class ConversationStore:
    """The stored conversations of one account."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self.conversations: dict[str, StoredConversation] = {}

    def begin(self, request: JSONObject, history: list[JSONObject]) -> StoredConversation:
        """Create a conversation, stored unless the request has `store: false`."""
        now = self._state.calendar.iso()
        conversation_id = self._state.ids.prefixed("conv")
        made = StoredConversation(id=conversation_id, request=request, created_at=now, updated_at=now, entries=history)
        if request.get("store") is not False:
            self.conversations[conversation_id] = made
        return made

    def get(self, conversation_id: str) -> StoredConversation:
        """Return a conversation; raises 404 if there is none."""
        if (conversation := self.conversations.get(conversation_id)) is None:
            raise not_found("Conversation", conversation_id)
        return conversation

    def setting(self, request: JSONMapping) -> AssistantConfig:
        """Return the configuration of a conversation that `request` started."""
        if agent_id := request.get("agent_id"):
            agent = self._state.store(AgentStore).get(agent_id, request.get("agent_version"))
            return AssistantConfig.of_agent(agent, section(request, "completion_args"))
        return AssistantConfig(
            model=resolve_model(self._state, request["model"], "completion_chat"),
            instructions=request.get("instructions"),
            tools=entries(request, "tools"),
            arguments=section(request, "completion_args"),
        )


@route(
    "POST",
    "/v1/conversations",
    "beta.conversations.start",
    body="ConversationRequest",
    stream="beta.conversations.start_stream",
    limits=("tokens", "code-interpreter"),
    shown=("tokens",),
)
def start(call: FakeCall) -> Reply:
    """Start a conversation with a model or an agent."""
    body = call.body
    if (body.get("model") is None) == (body.get("agent_id") is None):
        raise invalid_argument(
            "Exactly one of model and agent_id must be provided.", kind="invalid_request_error", code="3001"
        )
    store = call.state.store(ConversationStore)
    store.setting(body)
    return _turn(call, store.begin({**body}, []))


@route(
    "POST",
    "/v1/conversations/{}",
    "beta.conversations.append",
    body="AppendConversationRequest",
    stream="beta.conversations.append_stream",
    limits=("tokens", "code-interpreter"),
    shown=("tokens",),
)
def append(call: FakeCall) -> Reply:
    """Continue a conversation."""
    conversation = call.state.store(ConversationStore).get(call.params[0])
    if call.body.get("store") is False:
        conversation = msgspec.structs.replace(conversation, entries=list(conversation.entries))
    return _turn(call, conversation)


@route(
    "POST",
    "/v1/conversations/{}/restart",
    "beta.conversations.restart",
    body="RestartConversationRequest",
    stream="beta.conversations.restart_stream",
    limits=("tokens", "code-interpreter"),
    shown=("tokens",),
)
def restart(call: FakeCall) -> Reply:
    """Start a new conversation with the old one's entries up to one of them."""
    store = call.state.store(ConversationStore)
    old = store.get(call.params[0])
    ids = [entry["id"] for entry in old.entries]
    if call.body["from_entry_id"] not in ids:
        raise api_error(_NOT_FOUND, f"Entry {call.body['from_entry_id']} not found", "invalid_request_error", "3000")
    changes = {name: value for name, value in call.body.items() if name in ("store", "metadata", "agent_version")}
    request = {**old.request, **changes}
    return _turn(call, store.begin(request, old.entries[: ids.index(call.body["from_entry_id"]) + 1]))


def _turn(call: FakeCall, conversation: StoredConversation) -> Reply:
    state, body = call.state, call.body
    conversation.entries += [_entry(state, each) for each in _inputs(body.get("inputs"))]
    if not conversation.entries:
        raise invalid_argument("A conversation needs inputs.", kind="invalid_request_error", code="3001")
    request = {**conversation.request}
    if overrides := section(body, "completion_args"):
        request["completion_args"] = {**section(request, "completion_args"), **overrides}
    setting = state.store(ConversationStore).setting(request)
    confirmed = {each["tool_call_id"]: each["confirmation"] for each in entries(body, "tool_confirmations")}
    history = [entry for entry in conversation.entries if entry.get("confirmation_status") is None]
    speaker = TurnRunner(state, setting, history, execute_handoffs=body.get("handoff_execution") != "client")
    turn = speaker.turn(confirmed)
    conversation.entries += turn.outputs
    conversation.updated_at = state.calendar.iso()
    if call.stream:
        reply = Reply(media=EVENT_STREAM, events=events_of(state, conversation.id, turn))
    else:
        shown = {"outputs": turn.outputs, "usage": turn.usage, "guardrails": None}
        reply = json_reply({"object": "conversation.response", "conversation_id": conversation.id, **shown})
    reply.costs, reply.completion_tokens = costs_of(turn), turn.usage["completion_tokens"]
    return reply


def _inputs(inputs: Any) -> list[JSONObject]:
    if isinstance(inputs, str):
        return [{"role": "user", "content": inputs}]
    return inputs or []


def _entry(state: ServerState, given: JSONMapping) -> JSONObject:
    kind = given.get("type") or "message.input"
    extra = {"prefix": False} if kind == "message.input" else {}
    fields = {name: value for name, value in given.items() if value is not None}
    return make_entry(state, kind, _PREFIXES[kind], {**extra, **fields})


@route("GET", "/v1/conversations", "beta.conversations.list")
def list_conversations(call: FakeCall) -> Reply:
    """Return one page as a bare array, newest first."""
    has_metadata = call.metadata_filter()
    found = [
        conversation
        for conversation in reversed(call.state.store(ConversationStore).conversations.values())
        if has_metadata(section(conversation.request, "metadata"))
    ]
    return json_reply([_card(conversation) for conversation in page_by_number(call, found, size=100)])


@route("GET", "/v1/conversations/{}", "beta.conversations.get")
def get(call: FakeCall) -> Reply:
    """Return one conversation, without its entries."""
    return json_reply(_card(call.state.store(ConversationStore).get(call.params[0])))


@route("DELETE", "/v1/conversations/{}", "beta.conversations.delete")
def delete(call: FakeCall) -> Reply:
    """Delete a conversation."""
    conversation = call.state.store(ConversationStore).get(call.params[0])
    del call.state.store(ConversationStore).conversations[conversation.id]
    return no_content()


@route("GET", "/v1/conversations/{}/history", "beta.conversations.get_history")
def history(call: FakeCall) -> Reply:
    """Return all entries."""
    conversation = call.state.store(ConversationStore).get(call.params[0])
    return json_reply(
        {"object": "conversation.history", "conversation_id": conversation.id, "entries": conversation.entries}
    )


@route("GET", "/v1/conversations/{}/messages", "beta.conversations.get_messages")
def messages(call: FakeCall) -> Reply:
    """Return the entries that are messages."""
    conversation = call.state.store(ConversationStore).get(call.params[0])
    found = [entry for entry in conversation.entries if entry["type"].startswith("message.")]
    return json_reply({"object": "conversation.messages", "conversation_id": conversation.id, "messages": found})


def _card(conversation: StoredConversation) -> JSONObject:
    request = conversation.request
    card: JSONObject = {
        "object": "conversation",
        "id": conversation.id,
        "name": request.get("name"),
        "description": request.get("description"),
        "metadata": request.get("metadata"),
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
    }
    if request.get("agent_id"):
        return {**card, "agent_id": request["agent_id"], "agent_version": request.get("agent_version")}
    return {
        **card,
        "model": request["model"],
        "instructions": request.get("instructions"),
        "tools": entries(request, "tools"),
        "completion_args": section(request, "completion_args"),
        "guardrails": request.get("guardrails") or [],
    }
