"""Arguments that are wrong: the message says what is, and how to write it here."""

from __future__ import annotations

import gc
import warnings

import pytest

from mistral_async import Mistral, SyncMistral, calls
from mistral_async.errors import NotFoundError
from mistral_async.models import ResponseFormat

HI = [{"role": "user", "content": "hi"}]
CHAT = {"model": "m", "messages": HI}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: calls.chat.complete("m", []),
            r"^Chat\.complete\(\): .*Chat\.complete\(model=\.\.\., messages=\.\.\.\)",
        ),
        (lambda: calls.files.retrieve("a", "b"), r"^Files\.retrieve\(\): .*Files\.retrieve\(file_id=\.\.\.\)"),
        (
            lambda: calls.files.retrieve("a", file_id="b"),
            r"^Files\.retrieve\(\): multiple values for argument 'file_id'",
        ),
    ],
)
def test_arguments_by_position_that_do_not_fit_name_the_method(call, words):
    with pytest.raises(TypeError, match=words):
        call()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("max_completion_tokens", "it is 'max_tokens' here"),
        ("seed", "it is 'random_seed' here"),
        ("temprature", "did you mean 'temperature'?.*extra_body"),
        ("max_retries", r".*client\.with_options\(retries=\.\.\.\)"),
        ("timeout_ms", r".*client\.with_options\(timeout=\.\.\.\)"),
        ("extra_headers", r".*client\.with_options\(headers=\.\.\.\)"),
        ("extra_body", r".*client\.with_options\(extra_body=\.\.\.\)"),
        ("surely_not_there", "it takes model, messages, .*extra_body"),
    ],
)
def test_an_option_of_another_client_says_what_it_is_here(option, words):
    with pytest.raises(TypeError, match=f"has no option '{option}': {words}"):
        calls.chat.complete(**CHAT, **{option: 1})


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: calls.chat.complete(model=None, messages=HI), "model"),
        (lambda: calls.chat.complete(model="m", messages=None), "messages"),
        (lambda: calls.fim.complete(model="m", prompt=None), "prompt"),
        (lambda: calls.classifiers.moderate(None), "inputs"),
        (lambda: calls.files.retrieve(None), "file_id"),
    ],
)
def test_null_is_no_value_of_an_argument_that_is_needed(call, name):
    with pytest.raises(TypeError, match=rf"{name} must be .*, not None"):
        call()


@pytest.mark.parametrize("client_class", [Mistral, SyncMistral])
@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("base_url", "it is 'server_url' here"),
        ("max_retries", "it is 'retry_config' here"),
        ("http_client", "it is 'async_client' here"),
        ("default_headers", "it is 'headers' here"),
        ("default_query", "it is 'query' here"),
        ("host", "it is 'server_url' here"),
        ("organization", "it takes api_key, "),
        ("apikey", "did you mean 'api_key'"),
    ],
)
def test_an_option_that_no_client_has_never_points_to_the_body(client_class, option, words):
    with pytest.raises(TypeError, match=f"^{client_class.__name__}\\(\\) has no option '{option}': {words}") as caught:
        client_class(**{option: 1})
    assert "extra_body" not in str(caught.value)


def test_an_option_that_no_view_has_says_what_it_is_here():
    client = Mistral("k")
    with pytest.raises(TypeError, match="no option 'max_retries': it is 'retries' here"):
        client.with_options(max_retries=2)
    with pytest.raises(TypeError, match="no option 'extra_headers': it is 'headers' here"):
        client.with_options(extra_headers={})


def test_stream_is_taken_where_it_asks_for_what_the_method_does():
    assert calls.chat.complete(**CHAT, stream=False) == calls.chat.complete(**CHAT)
    assert calls.chat.stream(**CHAT, stream=True) == calls.chat.stream(**CHAT)
    with pytest.raises(TypeError, match=r"call `chat\.stream\(\.\.\.\)` instead"):
        calls.chat.complete(**CHAT, stream=True)
    with pytest.raises(TypeError, match=r"call `chat\.complete\(\.\.\.\)` instead"):
        calls.chat.stream(**CHAT, stream=False)
    with pytest.raises(TypeError, match="no option 'stream'"):
        calls.models.list(stream=False)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda: calls.chat.complete(model="m", messages=[{"content": "hi"}]),
            r"messages\[0\] is a dict without 'role'",
        ),
        (lambda: calls.chat.complete(**CHAT, tools=[{"name": "f"}]), r"tools\[0\] is a dict without 'type'"),
        (lambda: calls.ocr.process(document={"url": "x"}), "not a dict without 'type', with the keys"),
    ],
)
def test_a_dict_that_is_refused_says_what_it_lacks(call, words):
    with pytest.raises(TypeError, match=words):
        call()


@pytest.mark.parametrize("given", [{"type": "json_object"}, "json_object", ResponseFormat("json_object")])
def test_parse_says_that_it_takes_types(given):
    with pytest.raises(TypeError, match=r"the answer is read as a type here: pass response_format=<a class"):
        calls.chat.parse(**CHAT, response_format=given)


async def test_a_forgotten_await_is_named(client):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        client.chat.complete(**CHAT)
        client.with_response.models.list()
        gc.collect()
    assert [str(each.message) for each in caught] == [
        "coroutine 'Chat.complete' was never awaited",
        "coroutine 'Models.list' was never awaited",
    ]


async def test_an_id_that_is_unknown_is_named_whatever_the_server_says(client, server):
    server.reply("files.retrieve", status=404, json={"detail": "Not found"})
    with pytest.raises(NotFoundError, match="404 from GET /v1/files/no%20such: Not found"):
        await client.files.retrieve("no such")
