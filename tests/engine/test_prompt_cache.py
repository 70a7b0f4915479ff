"""The key of the prompt cache, made of what chats that begin alike have in common."""

from __future__ import annotations

import pytest

from mistral_async import Mistral, calls
from mistral_async._engine.prompt_cache import with_prompt_cache_key
from mistral_async.errors import ConfigurationError
from mistral_async.models import SystemMessage

MODEL = "mistral-small-latest"
SYSTEM = {"role": "system", "content": "You know all rivers."}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])


@pytest.fixture
async def saving(server):
    async with Mistral(server.api_key, server_url=server.url, prompt_cache="auto") as client:
        yield client


def user(text):
    return {"role": "user", "content": text}


def keys(server):
    return [request.json().get("prompt_cache_key") for request in server.requests]


@one_loop
async def test_chats_that_begin_alike_have_one_key(saving, server):
    for messages in ([SYSTEM, user("a")], [SYSTEM, user("b"), {"role": "assistant", "content": "c"}, user("d")]):
        answer = await saving.chat.complete(model=MODEL, messages=messages)
    assert answer.usage.cached_tokens > 0
    await saving.chat.complete(model=MODEL, messages=[SystemMessage(SYSTEM["content"]), user("e")])
    async with saving.chat.stream(model=MODEL, messages=[SYSTEM, user("f")]) as stream:
        await stream.until_done()
    await saving.chat.parse(model=MODEL, messages=[SYSTEM, user("g")], response_format=dict[str, str])
    await saving.bulk.chat([[SYSTEM, user("h")]], model=MODEL)
    assert len(set(keys(server))) == 1
    assert all(SYSTEM["content"] not in key and len(key) == 37 for key in keys(server))


@one_loop
async def test_others_have_others(saving, server):
    await saving.chat.complete(model=MODEL, messages=[SYSTEM, user("a")])
    await saving.chat.complete(model="mistral-medium-latest", messages=[SYSTEM, user("a")])
    await saving.chat.complete(model=MODEL, messages=[SYSTEM, SYSTEM, user("a")])
    await saving.chat.complete(model=MODEL, messages=[SYSTEM, user("a")], tools=[TOOL])
    await saving.chat.complete(model=MODEL, messages=[user("a")])
    await saving.chat.complete(model=MODEL, messages=[user("b")])
    assert len(set(keys(server))) == 6


@one_loop
async def test_a_chat_without_either_goes_by_its_first_message(saving, server):
    later = [user("a"), {"role": "assistant", "content": "b"}, user("c")]
    for messages in (later[:1], later):
        await saving.chat.complete(model=MODEL, messages=messages)
    await saving.chat.complete(model=MODEL, messages=[user("a")], tools=[TOOL])
    await saving.chat.complete(model=MODEL, messages=[user("z")], tools=[TOOL])
    first, second, third, fourth = keys(server)
    assert (first, third) == (second, fourth)
    assert first != third


@one_loop
async def test_a_key_that_is_given_stays(saving, server):
    await saving.chat.complete(model=MODEL, messages=[user("a")], prompt_cache_key="mine")
    await saving.with_options(extra_body={"prompt_cache_key": "extra"}).chat.complete(model=MODEL, messages=[user("a")])
    await saving.with_options(prompt_cache="off").chat.complete(model=MODEL, messages=[user("a")])
    assert keys(server) == ["mine", "extra", None]


@one_loop
async def test_what_takes_no_key_gets_none(client, server):
    view = client.with_options(prompt_cache="auto")
    await view.embeddings.create(model="mistral-embed", inputs=["a"])
    await view.beta.conversations.start(inputs="hi", model=MODEL)
    await view.fim.complete(model="codestral-latest", prompt="def f(")
    await client.chat.complete(model=MODEL, messages=[user("a")])  # off by default
    assert keys(server) == [None] * 4


def test_it_is_the_same_in_every_process_and_version():
    call = calls.chat.complete(model=MODEL, messages=[SYSTEM, user("a")], tools=[TOOL])
    assert with_prompt_cache_key(call, None).json["prompt_cache_key"] == "auto-8e9b30cd037a3f3e5712928ca60189eb"


def test_a_wrong_setting_is_refused():
    wrong = (lambda: Mistral("key", prompt_cache="on"), lambda: Mistral("key", prompt_cache=["auto"]))
    for make in (*wrong, lambda: Mistral("key").with_options(prompt_cache=True)):
        with pytest.raises(ConfigurationError, match="'auto' or 'off'"):
            make()
