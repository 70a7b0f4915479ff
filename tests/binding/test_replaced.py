"""Methods that ask others ask what a test or a wrapper has put in their place: nothing is sent."""

from __future__ import annotations

from unittest import mock

import pytest
import wrapt

from mistral_async import Mistral, SyncMistral, errors, models
from mistral_async.resources.chat import Chat

NOWHERE = "http://127.0.0.1:1"
HI = [{"role": "user", "content": "hi"}]
CALL = {"model": "m", "messages": HI}


def answer(text):
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": f'{{"value": {text}}}'}}
    return models.ChatCompletionResponse.model_validate({"id": "mocked", "choices": [choice]})


def entries(text):
    output = {"type": "message.output", "content": f'{{"value": {text}}}'}
    return models.ConversationResponse.model_validate({"conversation_id": "c", "outputs": [output]})


@pytest.fixture
def blocking():
    return SyncMistral("key", server_url=NOWHERE)


@pytest.mark.parametrize("of_the_class", [True, False])
async def test_parsing_and_running_ask_a_replaced_completion(of_the_class):
    """Replaced methods, rules 1 and 2."""
    client = Mistral("key", server_url=NOWHERE)
    replaced = mock.AsyncMock(side_effect=lambda **_: answer("[1, 2]"))
    with mock.patch.object(Chat if of_the_class else client.chat, "complete", new=replaced):
        parsed = await client.chat.parse(response_format=list[int], **CALL)
        run = await client.chat.run("hi", model="m")
    assert (parsed.value, run.value) == ([1, 2], '{"value": [1, 2]}')
    first, second = replaced.call_args_list
    assert first.kwargs["messages"] == HI
    assert first.kwargs["response_format"].json_schema.name
    assert second.kwargs["model"] == "m"
    with pytest.raises(errors.APIConnectionError):
        await client.with_options(retries=0).chat.parse(response_format=list[int], **CALL)


@pytest.mark.parametrize("of_the_class", [True, False])
def test_of_code_that_blocks(blocking, of_the_class):
    """Replaced methods, rule 3."""
    with mock.patch.object(Chat if of_the_class else blocking.chat, "complete", return_value=answer("[1]")):
        assert blocking.chat.parse(response_format=list[int], **CALL).value == [1]
        assert blocking.chat.run("hi", model="m").result().value == '{"value": [1]}'


def test_an_answer_of_another_type_is_asked_for_again(blocking):
    """Replaced methods, rule 2."""
    replaced = blocking.chat.complete = mock.Mock(side_effect=[answer("no list"), answer("[3]")])
    parsed = blocking.chat.parse(response_format=list[int], repair=1, **CALL)
    assert (parsed.value, parsed.repairs) == ([3], 1)
    assert len(replaced.call_args.kwargs["messages"]) == 3
    replaced.side_effect = [answer("no list")]
    with pytest.raises(errors.OutputError):
        blocking.chat.parse(response_format=list[int], **CALL)


def test_of_other_groups(blocking):
    conversations = blocking.beta.conversations
    with mock.patch.object(blocking.agents, "complete", return_value=answer("[1]")) as replaced:
        assert blocking.agents.parse(HI, "a", response_format=list[int]).value == [1]
    assert replaced.call_args.kwargs["agent_id"] == "a"
    with mock.patch.object(conversations, "start", return_value=entries("[2]")):
        assert conversations.parse(response_format=list[int], inputs="hi", model="m").value == [2]
    with mock.patch.object(conversations, "append", return_value=entries("[3]")) as replaced:
        assert conversations.append_parse("c", response_format=list[int], inputs="more").value == [3]
    assert replaced.call_args.args == ("c",)


def test_a_wrapper_is_asked(blocking, monkeypatch):
    seen = []

    def wrapper(_function, _instance, _args, options):
        seen.append(sorted(options))
        return answer("[4]")

    monkeypatch.setattr(blocking.chat, "complete", wrapt.FunctionWrapper(blocking.chat.complete, wrapper))
    assert blocking.chat.parse(response_format=list[int], **CALL).value == [4]
    assert seen == [["messages", "model", "response_format"]]
