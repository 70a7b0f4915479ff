"""The client as users meet it: calls, options, faces, and what it refuses before anything is sent."""

from __future__ import annotations

import copy
import inspect
import logging
import pickle
import subprocess
import sys
import threading
from urllib.parse import quote

import anyio
import pytest

from mistral_async import Mistral, Response, SyncMistral, Timeout, calls
from mistral_async.errors import ConfigurationError, MistralError
from mistral_async.models import AssistantMessage, SystemMessage, UserMessage

HI = [{"role": "user", "content": "hi"}]


async def test_structs_and_dicts_are_the_same_request(client, server):
    await client.chat.complete(model="mistral-small-latest", messages=HI)
    await client.chat.complete(model="mistral-small-latest", messages=[UserMessage("hi")])
    first, second = (request.json() for request in server.requests[-2:])
    assert first == second == {"model": "mistral-small-latest", "messages": HI}


async def test_an_answer_can_be_sent_back(client, server):
    answer = await client.chat.complete(model="mistral-small-latest", messages=HI)
    said = answer.choices[0].message
    await client.chat.complete(model="mistral-small-latest", messages=[*HI, said, UserMessage("and?")])
    sent = server.requests[-1].json()["messages"][1]
    assert sent == {"role": "assistant", "content": said.content}


async def test_none_is_not_sent(client, server):
    await client.chat.complete(model="mistral-small-latest", messages=HI, temperature=None, max_tokens=5)
    assert set(server.requests[-1].json()) == {"model", "messages", "max_tokens"}


async def test_views_share_and_add(client, server):
    view = client.with_options(headers={"X-Team": "a"}, extra_body={"safe_prompt": True}, extra_query={"q": "ü"})
    await view.chat.complete(model="mistral-small-latest", messages=HI)
    seen = server.requests[-1]
    assert seen.headers["x-team"] == "a"
    assert seen.json()["safe_prompt"] is True
    assert seen.query == {"q": ["ü"]}
    await client.chat.complete(model="mistral-small-latest", messages=HI)
    assert "x-team" not in server.requests[-1].headers
    assert server.connections.opened == 1


def test_views_keep_what_a_subclass_adds():
    class Team(SyncMistral):
        def __init__(self, key):
            super().__init__(key)
            self.chats = []

    team = Team("key")
    assert team.chat is team.chat
    view = team.with_options(timeout=1)
    assert view.chats is team.chats
    assert view.chat is not team.chat


async def test_with_response_has_everything_around_the_answer(client):
    response = await client.with_response.chat.complete(model="mistral-small-latest", messages=HI)
    assert isinstance(response, Response)
    assert response.status == 200
    assert response.request_id == response.headers["mistral-correlation-id"]
    assert response.rate_limits.requests.limit > 0
    assert response.json()["choices"][0]["message"]["content"] == response.data.text
    assert [attempt.status for attempt in response.attempts] == [200]
    assert response.timings.total >= response.timings.first_byte > 0
    assert response.http.json() == response.json()
    assert response.http.status_code == 200


async def test_send_performs_a_request_value(client):
    response = await client.send(calls.models.retrieve("mistral-small-latest"))
    assert response.data.id == "mistral-small-latest"


async def test_stream_pieces_add_up_to_the_answer(client):
    whole = await client.chat.complete(model="mistral-small-latest", messages=HI)
    async with client.chat.stream(model="mistral-small-latest", messages=HI) as stream:
        assert stream.response.request_id
        pieces = [chunk.text async for chunk in stream]
    assert "".join(pieces) == whole.text == stream.partial.text
    async with client.chat.stream(model="mistral-small-latest", messages=HI) as stream:
        final = await stream.get_final_response()
    assert (final.text, final.usage) == (whole.text, whole.usage)


async def test_a_stream_needs_its_block(client):
    with pytest.raises(TypeError, match="async with"):
        async for _ in client.chat.stream(model="mistral-small-latest", messages=HI):
            pass


async def test_files_come_back_as_they_went(client, tmp_path):
    source = tmp_path / "batch.jsonl"
    source.write_bytes(b'{"body": {"model": "mistral"}}\n' * 1000)
    uploaded = await client.files.upload(source, "batch")
    assert uploaded.size_bytes == source.stat().st_size
    assert await client.files.download(uploaded.id) == source.read_bytes()
    target = tmp_path / "copy.jsonl"
    seen = []
    assert await client.files.download(uploaded.id).save(target, progress=lambda *at: seen.append(at)) == 31_000
    assert target.read_bytes() == source.read_bytes()
    assert seen[-1][0] == 31_000
    assert {path.name for path in tmp_path.iterdir()} == {"batch.jsonl", "copy.jsonl"}


async def test_lists_iterate_over_every_page(client, server):
    names = [f"{index}.jsonl" for index in range(7)]
    for name in names:
        await client.files.upload((name, b'{"body": {}}\n'), "batch")
    listed = [file.filename async for file in client.files.list(page_size=3)]
    assert sorted(listed) == names
    pages = [len(page.data) async for page in client.files.list(page_size=3).pages()]
    assert sum(pages) == 7
    assert len((await client.files.list(page=1, page_size=3)).data) == 3
    assert len([file async for file in client.files.list(page=1, page_size=3)]) == 3


async def test_ids_stay_one_segment(client, server):
    for identifier in ("a/b c?d%é", "../models/x"):
        with pytest.raises(MistralError):
            await client.files.retrieve(identifier)
        assert server.requests[-1].target == f"/v1/files/{quote(identifier, safe='')}"


@pytest.mark.parametrize("identifier", ["", ".", ".."])
def test_ids_that_would_change_the_path_are_refused(identifier):
    with pytest.raises(ValueError, match="id must not be"):
        calls.files.retrieve(identifier)


BAD = [
    ({"model": "m", "messages": "hi"}, "messages must be"),
    ({"model": "m", "messages": [{"content": "x"}]}, r"messages\[0\]"),
    ({"model": "m", "messages": [3]}, r"messages\[0\]"),
    ({"model": 3, "messages": HI}, "model must be str"),
    ({"model": "m", "messages": HI, "temprature": 1}, "did you mean 'temperature'"),
    ({"model": "m", "messages": HI, "stream": True}, r"chat\.stream"),
    ({"model": "m", "messages": HI, "temperature": "warm"}, "temperature must be float"),
    ({"messages": HI}, "model"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_arguments_are_refused_before_anything_is_sent(arguments, message):
    with pytest.raises(TypeError, match=message):
        calls.chat.complete(**arguments)


def test_missing_files_are_refused_before_anything_is_sent(tmp_path):
    with pytest.raises(FileNotFoundError):
        calls.files.upload(tmp_path / "none.jsonl", "batch")


async def test_no_key_says_how_to_give_one(server, monkeypatch):
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    async with Mistral(server_url=server.url) as client:
        with pytest.raises(ConfigurationError, match=r"api_key=.*MISTRAL_API_KEY"):
            await client.models.list()
    assert not server.requests


async def test_the_key_may_come_from_the_environment_or_a_function(server, monkeypatch):
    monkeypatch.setenv("MISTRAL_API_KEY", server.api_key)
    asked = []

    async def give():
        asked.append(1)
        return server.api_key

    async with Mistral(server_url=server.url) as first, Mistral(give, server_url=server.url) as second:
        assert (await first.models.list()).data
        assert (await second.models.list()).data
    assert asked


async def test_a_refused_key_is_asked_for_again_once(server):
    keys = iter(["old", server.api_key, server.api_key])
    async with Mistral(lambda: next(keys), server_url=server.url) as client:
        assert (await client.models.list()).data


@pytest.mark.parametrize(
    ("settings", "advice"),
    [
        ({"server": "mars"}, "must be"),
        ({"server_url": "api.mistral.ai"}, "must be"),
        ({"server_url": "https://x/#q"}, "must be"),
        ({"query": "q=1"}, "mapping"),
        ({"headers": "x: y"}, "mapping"),
        ({"headers": {"x": "a\nb"}}, "line break"),
        ({"gateway": "azure"}, "Gateway"),
    ],
)
def test_wrong_settings_say_what_is_right(settings, advice):
    with pytest.raises(ConfigurationError, match=advice):
        Mistral("key", **settings)


def test_unknown_settings_are_refused_with_advice():
    with pytest.raises(TypeError, match="did you mean 'server_url'"):
        Mistral("key", serverurl="x")
    with pytest.raises(TypeError, match="did you mean 'timeout'"):
        Mistral("key").with_options(timout=3)


@pytest.mark.parametrize("header", [{"x": "a\r\nb: c"}, {"a b": "c"}, {"": "x"}, {"x\n": "y"}, {"x:y": "z"}])
def test_header_injection_is_refused(header):
    with pytest.raises(ValueError, match="header"):
        Mistral("key").with_options(headers=header)


@pytest.mark.parametrize("timeout", [0, -1, Timeout(read=0)])
def test_timeouts_must_be_positive(timeout):
    with pytest.raises(ValueError, match="more than 0"):
        Mistral("key").with_options(timeout=timeout)


def test_help_lists_every_option():
    shown = str(inspect.signature(SyncMistral("key").chat.complete))
    for option in ("temperature: float | None", "safe_prompt: bool | None", "tools: ", "response_format: "):
        assert option in shown
    assert "server_url" in str(inspect.signature(Mistral))
    assert "extra_body" in str(inspect.signature(Mistral.with_options))


def test_the_blocking_client_does_the_same(sync_client, tmp_path):
    answer = sync_client.chat.complete(model="mistral-small-latest", messages=[SystemMessage("be short"), *HI])
    assert isinstance(answer.choices[0].message, AssistantMessage)
    with sync_client.chat.stream(model="mistral-small-latest", messages=HI) as stream:
        assert "".join(chunk.text for chunk in stream)
    assert sync_client.chat.stream(model="mistral-small-latest", messages=HI).get_final_response().text
    assert list(sync_client.chat.stream(model="mistral-small-latest", messages=HI))
    uploaded = sync_client.files.upload(("a.jsonl", b'{"body": {}}\n'), "batch")
    assert sync_client.files.download(uploaded.id).read() == b'{"body": {}}\n'
    assert sync_client.files.download(uploaded.id).save(tmp_path / "a") == 13
    assert [file.id for file in sync_client.files.list()] == [uploaded.id]
    assert sync_client.files.list().page().data[0].id == uploaded.id
    assert sync_client.with_response.models.list().request_id
    many = [calls.embeddings.create(model="mistral-embed", inputs=[f"text {index}"]) for index in range(20)]
    results = sync_client.bulk.map(many).collect()
    assert [result.index for result in results] == list(range(20))
    assert all(result.ok for result in results)


def test_one_client_in_many_loops(threaded_server):
    client = Mistral(threaded_server.api_key, server_url=threaded_server.url)

    async def once():
        return (await client.models.retrieve("mistral-small-latest")).id

    for _ in range(20):
        assert anyio.run(once) == "mistral-small-latest"
        assert anyio.run(once, backend="trio") == "mistral-small-latest"


def test_one_client_in_three_threads_with_loops_of_their_own(threaded_server):
    client = Mistral(threaded_server.api_key, server_url=threaded_server.url)
    done = []

    async def work():
        for _ in range(30):
            await client.models.retrieve("mistral-small-latest")
            done.append(1)

    threads = [threading.Thread(target=anyio.run, args=(work,), kwargs={"backend": b}) for b in ("asyncio", "trio")]
    threads.append(threading.Thread(target=anyio.run, args=(work,)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 90


async def test_the_log_has_metadata_and_no_secrets(server, caplog):
    caplog.set_level(logging.DEBUG)
    logger = logging.getLogger("test")
    async with Mistral(server.api_key, server_url=server.url, debug_logger=logger) as client:
        await client.chat.complete(model="mistral-small-latest", messages=[UserMessage("a secret prompt")])
        assert "200" in caplog.text
        assert "a secret prompt" not in caplog.text
        view = client.with_options(log_bodies=True)
        await view.chat.complete(model="mistral-small-latest", messages=[UserMessage("a secret prompt")])
    assert "a secret prompt" in caplog.text
    assert server.api_key not in caplog.text


def test_importing_loads_nothing_heavy():
    code = "import sys, mistral_async; print([m for m in ('httpx', 'anyio', 'msgspec', 'ssl') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("kind", "described", "unneeded"),
    [
        ("Mistral", "(model='m', messages=[{'role': 'user', 'content': 'x'}]).close()", {"logging"}),
        ("SyncMistral", "", {"asyncio"}),
    ],
)
def test_a_client_is_ready_without_what_few_calls_need(kind, described, unneeded):
    code = (
        "import re, sys; began = set(sys.modules); compiled = []; compile = re.compile\n"
        "def noted(pattern, flags=0):\n"
        "    if sys._getframe(1).f_globals['__name__'].startswith('mistral_async'): compiled.append(pattern)\n"
        "    return compile(pattern, flags)\n"
        "re.compile = noted\n"
        f"from mistral_async import {kind}\n"
        f"{kind}('key').chat.complete{described}\n"
        "print(*set(sys.modules) - began, len(compiled))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *loaded, compiled = done.stdout.split()
    unneeded |= {"httpx", "anyio", "tenacity", "email", "hashlib", "difflib", "dataclasses", "importlib.util"}
    unneeded |= {f"mistral_async.{name}" for name in ("_results.stream", "models.conversations", "bulk", "batch")}
    assert not unneeded & set(loaded)
    own = [name for name in loaded if name.startswith("mistral_async")]
    assert len(own) <= 121, "what of it could load when it is used?"
    assert int(compiled) <= 3, "`lazy_pattern` makes those that few calls use"


def test_making_a_client_opens_nothing():
    code = (
        "import threading, sys; from mistral_async import Mistral; Mistral('key');"
        "print(threading.active_count(), 'ssl' in sys.modules, 'httpx' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[0] == "1"
    assert done.stdout.split()[2] == "False"


def test_a_request_can_be_pickled_and_shows_no_prompt():
    request = calls.chat.complete(model="m", messages=[UserMessage("a secret prompt")])
    assert "secret" not in repr(request)
    again = pickle.loads(pickle.dumps(request))
    assert again == request


@pytest.mark.parametrize("kind", [Mistral, SyncMistral])
def test_what_belongs_to_a_client_is_copied_and_pickled_as_the_client_is(kind, monkeypatch):
    client = kind("secret-key", timeout=7).with_options(retries=1)
    for part in (client.chat, client.with_response, client.beta.libraries.documents):
        copied, pickled = copy.deepcopy(part), pickle.dumps(part)
        assert copied._executor.engine.state is part._executor.engine.state, "no second pool, and the key is there"
        assert b"secret-key" not in pickled
        again = pickle.loads(pickled)._executor.engine
        assert again.options == part._executor.engine.options
    monkeypatch.setenv("MISTRAL_API_KEY", "key of the other process")
    complete = pickle.loads(pickle.dumps(client.chat.complete))
    assert complete.__self__._executor.engine.state.key.current == "key of the other process"
