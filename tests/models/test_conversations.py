"""Conversations: entries in and out, and the two kinds of conversation."""

from __future__ import annotations

import json

import msgspec
import pytest

from mistral_async._codec.open_union import Unknown, decode
from mistral_async.models.content import TextChunk, ThinkChunk, ToolReferenceChunk
from mistral_async.models.conversation_events import ConversationEvents, MessageOutputEvent
from mistral_async.models.conversations import (
    AgentConversation,
    Conversation,
    ConversationHistory,
    ConversationResponse,
    FunctionResultEntry,
    MessageInputEntry,
    MessageOutputEntry,
    ModelConversation,
    ToolExecutionEntry,
    entries_of,
)

NEW_ENTRY = {"object": "entry", "type": "memory.recall", "id": "mem_1", "found": [{"score": 0.5}]}


def _sent(value):
    return json.loads(msgspec.json.encode(value))


def test_an_entry_is_made_by_position_or_by_name():
    expected = {"object": "entry", "type": "message.input", "role": "user", "content": "hi"}
    assert _sent(MessageInputEntry("hi")) == expected
    assert _sent(MessageInputEntry(role="user", content="hi", type="message.input", object="entry")) == expected
    assert _sent(MessageInputEntry("hi", "assistant", prefix=True))["role"] == "assistant"
    assert _sent(FunctionResultEntry("call_1", "42")) == {
        "object": "entry",
        "type": "function.result",
        "tool_call_id": "call_1",
        "result": "42",
    }


def test_an_entry_needs_what_the_server_needs():
    with pytest.raises(TypeError, match="result"):
        FunctionResultEntry("call_1")
    with pytest.raises(TypeError, match="content"):
        MessageInputEntry()


def test_an_entry_of_a_type_of_tomorrow_is_kept_and_goes_back_as_it_came():
    message = {"object": "entry", "type": "message.output", "role": "assistant", "content": "10", "id": "msg_1"}
    body = {"conversation_id": "conv_1", "entries": [NEW_ENTRY, message]}
    history = decode(json.dumps(body).encode(), ConversationHistory)
    assert isinstance(history.entries[0], Unknown)
    assert history.entries[0].type == "memory.recall"
    assert isinstance(history.entries[1], MessageOutputEntry)
    assert _sent(entries_of(history.entries)) == [NEW_ENTRY, message]


def test_a_tool_execution_goes_back_without_what_the_server_does_not_take():
    entry = {
        "type": "tool.execution",
        "name": "code_interpreter",
        "function": "code_interpreter",
        "info": {"code": "1"},
    }
    response = decode(json.dumps({"outputs": [entry]}).encode(), ConversationResponse)
    assert response.outputs[0].function == "code_interpreter"
    (sent,) = _sent(entries_of(response.outputs))
    assert sent == {
        "object": "entry",
        "type": "tool.execution",
        "name": "code_interpreter",
        "arguments": "",
        "info": {"code": "1"},
    }
    assert response.outputs[0].function == "code_interpreter", "the answer itself stays as it is"


def test_one_entry_becomes_a_list_and_text_stays_text():
    assert entries_of("hi") == "hi"
    assert entries_of(None) is None
    entry = MessageInputEntry("hi")
    assert entries_of(entry) == [entry]
    assert entries_of({"role": "user", "content": "hi"}) == [{"role": "user", "content": "hi"}]
    assert entries_of((entry,)) == [entry]
    assert entries_of(Unknown(NEW_ENTRY)) == [NEW_ENTRY]


def test_text_is_what_the_model_said():
    outputs = [
        {"type": "tool.execution", "name": "web_search", "arguments": "{}"},
        {"type": "message.output", "content": [{"type": "text", "text": "Par"}, {"type": "tool_file", "tool": "x"}]},
        {"type": "message.output", "content": "is"},
    ]
    response = decode(json.dumps({"outputs": outputs}).encode(), ConversationResponse)
    assert response.text == "Paris"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"object": "conversation", "id": "conv_1", "agent_id": "ag_1"}, AgentConversation),
        ({"object": "conversation", "id": "conv_1", "model": "mistral-small-latest"}, ModelConversation),
        ({"object": "conversation", "id": "conv_1", "agent_id": "ag_1", "agent_version": 0}, AgentConversation),
        ({"object": "conversation", "id": "conv_1", "agent_id": None, "model": "m", "tools": []}, ModelConversation),
        ({"object": "conversation", "id": "conv_1", "agent_id": "ag_1", "model": None}, AgentConversation),
    ],
)
def test_a_conversation_is_told_by_what_it_is_with(body, kind):
    assert type(decode(json.dumps(body).encode(), Conversation)) is kind
    assert type(decode(json.dumps([body]).encode(), list[Conversation])[0]) is kind


def test_a_delta_is_text_or_one_chunk():
    def content(value):
        event = decode(json.dumps({"type": "message.output.delta", "content": value}).encode(), ConversationEvents)
        assert type(event) is MessageOutputEvent
        return event.content

    assert content("4") == "4"
    assert content({"type": "text", "text": "4"}) == TextChunk("4")
    assert content({"type": "thinking", "thinking": [{"type": "text", "text": "4"}]}) == ThinkChunk("4")
    assert content({"type": "tool_reference", "tool": "web_search", "title": "t", "source": "brave"}) == (
        ToolReferenceChunk("web_search", "t", source="brave")
    )
    assert content({"type": "hologram", "data": 1}) == Unknown({"type": "hologram", "data": 1})


def test_times_stay_text_beside_a_datetime():
    event = decode(
        b'{"type":"conversation.response.done","created_at":"2026-06-29T14:13:28.581416Z","usage":{"total_tokens":18}}',
        ConversationEvents,
    )
    assert event.created_at == "2026-06-29T14:13:28.581416Z"
    assert event.created_at_datetime.isoformat() == "2026-06-29T14:13:28.581416+00:00"
    assert event.usage.total_tokens == 18


def test_an_absent_cost_is_none_and_an_absent_time_is_none():
    done = decode(b'{"type":"conversation.response.done"}', ConversationEvents)
    assert done.usage is None
    assert done.created_at_datetime is None
    assert decode(b"{}", ConversationResponse).usage is None


def test_a_missing_required_field_of_an_entry_is_empty():
    history = decode(b'{"entries":[{"type":"tool.execution"},{"type":"agent.handoff"}]}', ConversationHistory)
    tool, handoff = history.entries
    assert type(tool) is ToolExecutionEntry
    assert (tool.name, tool.arguments, tool.info) == ("", "", {})
    assert handoff.next_agent_id == ""
