"""A chat that is kept: it goes on, it is trimmed without losing a call's result, and it survives as JSON."""

from __future__ import annotations

import importlib.util

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async.models import (
    AssistantMessage,
    FunctionCall,
    SystemMessage,
    TextChunk,
    ThinkChunk,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from mistral_async.tools import Conversation, estimated_tokens, mistral_tokens, tool

MODEL = "mistral-small-latest"


@tool
def get_weather(city: str) -> str:
    """Say the weather."""
    return f"blue in {city}"


async def test_answers_of_every_kind_are_added(client):
    chat = Conversation(system="Be brief.").user("Hi")
    chat.add(await client.chat.complete(model=MODEL, messages=chat))
    assert [each.role for each in chat] == ["system", "user", "assistant"]
    first = chat.usage.total_tokens
    chat.user("The weather in Paris?")
    chat.add(await client.chat.run(chat, model=MODEL, tools=[get_weather]))
    assert [each.role for each in chat[3:]] == ["user", "assistant", "tool", "assistant"]
    chat.user("A number?").add(await client.chat.parse(response_format=int, model=MODEL, messages=chat))
    assert chat[-1].text.startswith("{")
    chat.add({"role": "user", "content": "a dict"}).add(AssistantMessage("a message"))
    assert [type(each) for each in chat[-2:]] == [UserMessage, AssistantMessage]
    assert chat.usage.total_tokens > first
    with pytest.raises(TypeError, match="not str"):
        chat.add("text")
    assert repr(chat) == "<Conversation of 11 messages>"


CALL = ToolCall(FunctionCall("f", '{"a": 1}'), id="abcdefghi")
TURN = st.builds(
    lambda text, calls: [
        UserMessage(text),
        *([AssistantMessage("", [CALL]), ToolMessage(text, "abcdefghi", "f")] * calls),
        AssistantMessage([ThinkChunk("hm"), TextChunk(text)]),
    ],
    st.text(max_size=40),
    st.integers(0, 2),
)


@given(st.lists(TURN, max_size=6), st.booleans(), st.integers(0, 200))
def test_trimming_keeps_what_belongs_together(turns, with_system, limit):
    chat = Conversation([each for turn in turns for each in turn], system="Be brief." if with_system else None)
    before, tokens = list(chat), chat.tokens
    dropped = chat.trim(limit)
    kept = [each for each in chat if each.role != "system"]
    assert dropped + kept == [each for each in before if each.role != "system"]
    assert [each for each in chat if each.role == "system"] == [each for each in before if each.role == "system"]
    assert not kept or kept[0].role == "user"
    answered = {each.tool_call_id for each in kept if each.role == "tool"}
    asked = {call.id for each in kept if each.role == "assistant" for call in each.tool_calls or []}
    assert answered == asked
    assert chat.tokens <= limit or sum(each.role == "user" for each in kept) <= 1
    if tokens <= limit:
        assert not dropped
    elif dropped:  # no more than had to be
        start = max(place for place, each in enumerate(dropped) if each.role == "user")
        system = [each for each in chat if each.role == "system"]
        assert Conversation([*system, *dropped[start:], *kept]).tokens > limit


def test_it_survives_as_json(tmp_path):
    chat = Conversation(
        [UserMessage("Hi"), AssistantMessage([ThinkChunk("hm", signature="s"), TextChunk("Ho")], [CALL]),
         ToolMessage("x", "abcdefghi", "f"), {"role": "critic", "content": "unknown roles stay"}],
        system="Be brief.",
    )  # fmt: skip
    again = Conversation.from_json(chat.to_json())
    assert list(again) == list(chat)
    assert again.usage is None
    path = tmp_path / "chat.json"
    chat.save(path)
    chat.user("more").save(path)
    assert list(Conversation.load(path)) == list(chat)
    assert [each.name for each in tmp_path.iterdir()] == ["chat.json"]
    assert isinstance(again[0], SystemMessage)
    with pytest.raises(ValueError, match="messages"):
        Conversation.from_json(b"{}")


def test_a_save_that_fails_leaves_what_there_was(tmp_path):
    path = tmp_path / "chat.json"
    Conversation(system="a").save(path)
    with pytest.raises(TypeError, match="has no form in JSON"):
        Conversation([UserMessage(object())]).save(path)
    assert Conversation.load(path)[0].content == "a"
    assert [each.name for each in tmp_path.iterdir()] == ["chat.json"]


def test_tokens_are_estimated_or_counted():
    assert estimated_tokens("") == 0
    assert estimated_tokens("four") == 1
    assert estimated_tokens("x" * 400) == 100
    chat = Conversation([UserMessage("one two three")], count_tokens=lambda text: len(text.split()))
    assert chat.tokens == 3 + 4


@pytest.mark.skipif(not importlib.util.find_spec("mistral_common"), reason="needs mistral-common")
def test_mistrals_own_tokenizer_counts():
    count = mistral_tokens()
    assert count("Hello, how are you today?") == 7
    assert Conversation([UserMessage("Hello!")], count_tokens=count).tokens == count("Hello!") + 4
