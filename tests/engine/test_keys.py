"""Several keys of one client: where calls go, which keys rest, and what belongs to one of them."""

from __future__ import annotations

import logging
import os
import pickle
import socket
import time
from collections import Counter
from contextlib import suppress

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async import (
    Account,
    BackoffStrategy,
    Hooks,
    MemoryCache,
    Mistral,
    RateLimits,
    RetryConfig,
    SQLiteStore,
    SyncMistral,
    Timeout,
)
from mistral_async._engine import accounts as accounts_module
from mistral_async._engine.accounts import AccountPool
from mistral_async._ratelimit import Report
from mistral_async.errors import (
    APIConnectError,
    AuthenticationError,
    ConfigurationError,
    MistralError,
    PaymentRequiredError,
    PermissionDeniedError,
    QuotaUnavailableError,
    RateLimitError,
    ServerError,
)
from mistral_async.models import FileChunk
from mistral_async.testing import FakeMistral, RateLimit, Stall
from mistral_async.testing import RateLimits as FakeLimits

KEYS = ["key-of-the-first", "key-of-the-second", "key-of-the-third"]
HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
QUICK = RetryConfig(backoff=BackoffStrategy(initial_interval=5, max_interval=20))


class Told(Hooks):
    """Writes down which keys rest, and the attempts."""

    def __init__(self):
        self.rests = []
        self.attempts = []

    def key_resting(self, call, key, error, seconds):
        assert call.request.method
        self.rests.append((key, type(error).__name__, seconds))

    def after_attempt(self, call, attempt):
        self.attempts.append((attempt.key, attempt.status))


@pytest.fixture
async def server(anyio_backend):
    async with FakeMistral(api_key=KEYS) as server:
        yield server


@pytest.fixture
def told():
    return Told()


@pytest.fixture
async def client(server, told):
    async with Mistral(KEYS, server_url=server.url, retry_config=QUICK, hooks=told) as client:
        yield client


def numbers(server, route="/v1/chat/completions"):
    """Return the numbers of the keys that requests came with."""
    return [KEYS.index(each.headers["authorization"][7:]) + 1 for each in server.requests if each.path == route]


async def chats(client, count, **options):
    for _ in range(count):
        await client.with_options(**options).chat.complete(**HI)


# Where calls go (rules 1 and 2 of accounts, rule 1 of choosing).


async def test_keys_take_turns(client, server):
    await chats(client, 9)
    assert Counter(numbers(server)) == {1: 3, 2: 3, 3: 3}


async def test_keys_take_turns_by_their_weights(server):
    accounts = [Account(api_key=KEYS[0], weight=3), Account(api_key=KEYS[1])]
    async with Mistral(accounts, server_url=server.url) as client:
        await chats(client, 8)
    assert Counter(numbers(server)) == {1: 6, 2: 2}


async def test_a_call_goes_where_there_is_room(server):
    limits = [RateLimits(requests_per_minute=6, burst=1), RateLimits(requests_per_minute=6000, burst=100)]
    accounts = [Account(api_key=key, rate_limits=each) for key, each in zip(KEYS, limits, strict=False)]
    async with Mistral(accounts, server_url=server.url) as client:
        with anyio.fail_after(5):
            await chats(client, 12)
    assert Counter(numbers(server)) == {1: 1, 2: 11}


async def test_one_that_waits_goes_to_the_first_that_has_room(server):
    limits = [RateLimits(requests_per_minute=1, burst=1), RateLimits(requests_per_second=5, burst=1)]
    accounts = [Account(api_key=key, rate_limits=each) for key, each in zip(KEYS, limits, strict=False)]
    async with Mistral(accounts, server_url=server.url) as client:
        with anyio.fail_after(5):
            async with anyio.create_task_group() as tasks:
                for _ in range(4):
                    tasks.start_soon(chats, client, 1)
        assert client.limiter.waiting == client.limiter.in_flight == 0
    assert Counter(numbers(server)) == {1: 1, 2: 3}


async def test_each_key_has_the_limits_of_the_client_for_itself(server):
    limits = RateLimits(requests_per_minute=60, burst=3)
    async with Mistral(KEYS, server_url=server.url, rate_limits=limits) as client:
        await chats(client, 6, timeout=0.9)
        assert Counter(numbers(server)) == {1: 2, 2: 2, 3: 2}


async def test_keys_do_not_share_what_they_have_in_a_store(server, tmp_path):
    limits = RateLimits(requests_per_minute=6, burst=3, store=SQLiteStore(tmp_path / "limits"))
    async with Mistral(KEYS, server_url=server.url, rate_limits=limits) as client:
        await chats(client, 6, timeout=5)
    assert Counter(numbers(server)) == {1: 2, 2: 2, 3: 2}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_same_for_code_that_blocks(backend):
    told = Told()
    with (
        FakeMistral(api_key=KEYS) as server,
        SyncMistral(tuple(KEYS), server_url=server.url, backend=backend, hooks=told) as client,
    ):
        server.refuse(KEYS[1])
        for _ in range(6):
            assert client.chat.complete(**HI).text
        with client.chat.stream(**HI) as stream:
            assert stream.get_final_response().text
        assert told.rests == [(2, "AuthenticationError", 60.0)]
        assert client.limiter.keys[1].rests == pytest.approx(60, abs=10)
        assert client.limiter.keys[0].rests is None
    assert sorted(Counter(numbers(server)).values()) == [1, 3, 4]


# Which keys rest (rules 3 to 6 of accounts, rule 1 of routing).


@pytest.mark.parametrize(
    ("status", "error"), [(401, AuthenticationError), (402, PaymentRequiredError), (403, PermissionDeniedError)]
)
async def test_a_refused_key_rests_and_the_call_goes_on(client, server, told, caplog, status, error):
    server.refuse(KEYS[0], status)
    with caplog.at_level(logging.WARNING, "mistral_async"):
        await chats(client, 6)
    assert Counter(numbers(server))[1] == 1
    assert told.rests == [(1, error.__name__, 60.0)]
    (line,) = [record.getMessage() for record in caplog.records if record.name == "mistral_async"]
    assert line == f"key 1 of 127.0.0.1 rests for 60 s: {status} {error.__name__}"


async def test_a_call_goes_on_without_retries(client, server):
    server.refuse(KEYS[0])
    response = await client.with_options(retries=0).with_response.chat.complete(**HI)
    assert [(attempt.key, attempt.status) for attempt in response.attempts] == [(1, 401), (2, 200)]


async def test_a_stream_goes_on_too(client, server):
    server.refuse(KEYS[0])
    async with client.chat.stream(**HI) as stream:
        assert (await stream.get_final_response()).text
        assert [attempt.key for attempt in stream.response.attempts] == [1, 2]


async def test_while_all_rest_the_newest_refusal_is_raised_and_nothing_is_sent(client, server):
    for key in KEYS:
        server.refuse(key)
    with pytest.raises(AuthenticationError, match=r"all 3 keys rest; the next is tried in 60 s") as caught:
        await chats(client, 1)
    assert [attempt.key for attempt in caught.value.attempts] == [1, 2, 3]
    sent = len(server.requests)
    with pytest.raises(AuthenticationError, match="all 3 keys rest") as caught:
        await chats(client, 1)
    assert caught.value.retry_after == pytest.approx(60, abs=10)
    assert len(server.requests) == sent
    assert not caught.value.may_have_executed
    assert not any(key in f"{caught.value!r} {caught.value.attempts}" for key in KEYS)


async def test_a_missing_quota_is_that_of_the_model(server, told):
    limits = FakeLimits(models={"mistral-small-latest": RateLimit(requests=0)})
    server.limiters[KEYS[0]]._limits = limits
    async with Mistral(KEYS[:2], server_url=server.url, hooks=told) as client:
        await chats(client, 4)
        assert told.rests == [(1, "QuotaUnavailableError", 60.0)]
        assert Counter(numbers(server)) == {1: 1, 2: 4}
        for _ in range(2):
            await client.embeddings.create(model="mistral-embed", inputs=["text"])
        assert sorted(numbers(server, "/v1/embeddings")) == [1, 2]


async def test_no_quota_anywhere_is_an_error_that_says_so(server):
    for limiter in server.limiters.values():
        limiter._limits = FakeLimits(default=RateLimit(requests=0))
    async with Mistral(KEYS, server_url=server.url) as client:
        with pytest.raises(QuotaUnavailableError, match="all 3 keys rest"):
            await chats(client, 1)


async def test_after_its_rest_one_call_tries_a_key(client, server, told, monkeypatch):
    monkeypatch.setattr(accounts_module, "_FIRST_REST", 0.05)
    server.refuse(KEYS[0])
    await chats(client, 1)
    await anyio.sleep(0.06)
    await chats(client, 6)
    assert [seconds for _, _, seconds in told.rests] == pytest.approx([0.05, 0.1])
    server.refuse(KEYS[0], None)
    await anyio.sleep(0.11)
    await chats(client, 9)
    assert client.limiter.keys[0].rests is None
    assert numbers(server)[-9:].count(1) >= 2


@pytest.mark.parametrize("status", [400, 404, 422, 429])
async def test_an_error_about_what_was_asked_ends_the_rest_of_a_key(client, server, told, monkeypatch, status):
    await _rest_the_first(client, server, monkeypatch)
    server.fail(status)
    with suppress(MistralError):
        await chats(client, 1, retries=0)
    assert numbers(server)[2] == 1
    assert client.limiter.keys[0].rests is None
    assert len(told.rests) == 1


@pytest.mark.parametrize("end", ["500", "cancelled", "403 of all"])
async def test_a_key_is_tried_again_by_the_next_call_where_the_first_came_to_nothing(
    client, server, told, monkeypatch, end
):
    await _rest_the_first(client, server, monkeypatch)
    if end == "cancelled":
        server.fault(Stall(), times=1)
        with anyio.move_on_after(0.1):
            await chats(client, 1)
    else:
        server.fail(int(end[:3]), times=3)
        with pytest.raises(MistralError):
            await chats(client, 1, retries=0)
    assert numbers(server)[2] == 1
    before = len(server.requests)
    await chats(client, 3)
    assert 1 in numbers(server)[before:]
    assert len(told.rests) == 1


async def _rest_the_first(client, server, monkeypatch):
    """Have the first key refused, well again, and its rest nearly over: the next call that tries it is the only one."""
    monkeypatch.setattr(accounts_module, "_FIRST_REST", 0.05)
    server.refuse(KEYS[0])
    await chats(client, 1)
    server.refuse(KEYS[0], None)
    pool = client._executor.engine.state.pool
    for rest in pool._rests.values():
        rest.pause = 600.0
    pool._credit[:] = [9.0, 0.0, 0.0]
    await anyio.sleep(0.06)


async def test_a_call_that_nobody_may_make_ends_no_other(client, server, told):
    server.fail(403, times=3)
    with pytest.raises(PermissionDeniedError) as caught:
        await chats(client, 1)
    assert [attempt.key for attempt in caught.value.attempts] == [1, 2, 3]
    assert not told.rests
    await chats(client, 3)
    assert sorted(numbers(server)[-3:]) == [1, 2, 3]


async def test_refusals_at_the_same_time_are_one(client, server, told):
    server.refuse(KEYS[1])
    async with anyio.create_task_group() as tasks:
        for _ in range(30):
            tasks.start_soon(chats, client, 1)
    assert told.rests == [(2, "AuthenticationError", 60.0)]


async def test_a_refusal_for_the_request_is_raised(client, server, told):
    server.fail(422)
    with pytest.raises(Exception, match="422"):
        await chats(client, 1)
    assert not told.rests
    assert len(server.requests) == 1


# 429s (rule 2 of routing).


async def test_a_429_sends_the_call_to_another_key_at_once(client, server, told):
    server.fail(429, headers={"retry-after": "100"})
    with anyio.fail_after(5):
        await chats(client, 1)
    assert told.attempts == [(1, 429), (2, 200)]
    assert not told.rests


async def test_a_429_that_sends_the_call_to_another_key_is_told_with_the_next_question(server, tmp_path):
    """There is no time to tell it at once, and it is not forgotten."""
    store = SQLiteStore(tmp_path / "limits")
    async with Mistral(
        KEYS[:2], server_url=server.url, retry_config=QUICK, rate_limits=RateLimits(store=store)
    ) as client:
        server.fail(429)
        await chats(client, 1)
        await chats(client, 1, key=1)
    _, told = await store.exchange((), (), Report(HI["model"]))
    await store.aclose()
    assert (told.drawn, told.lost) == (2, 1)


async def test_a_storm_of_429s_on_one_key_holds_up_nothing(server, told):
    server.refuse(KEYS[2], 429)
    async with Mistral(KEYS, server_url=server.url, retry_config=QUICK, hooks=told) as client:
        with anyio.fail_after(10):
            results = await client.bulk.chat(["hi"] * 60, model="mistral-small-latest")
    assert all(result.ok for result in results)
    assert Counter(status for _, status in told.attempts)[200] == 60
    assert server.effects["chat.complete"] == 60


async def test_where_all_keys_are_refused_the_first_is_waited_for(server):
    retry = RetryConfig(backoff=BackoffStrategy(initial_interval=5, max_interval=20), retries=2)
    server.fail(429, times=3, headers={"retry-after": "0.2"})
    async with Mistral(KEYS, server_url=server.url, retry_config=retry) as client:
        with pytest.raises(RateLimitError) as caught:
            await chats(client, 1)
    assert [attempt.key for attempt in caught.value.attempts] == [1, 2, 3]
    async with Mistral(KEYS, server_url=server.url, retry_config=QUICK) as client:
        server.fail(429, times=3, headers={"retry-after": "0.2"})
        since = time.monotonic()
        response = await client.with_response.chat.complete(**HI)
    assert [attempt.status for attempt in response.attempts] == [429, 429, 429, 200]
    assert time.monotonic() - since >= 0.2


async def test_a_key_that_asked_for_patience_is_not_asked_while_others_have_no_room(server, told):
    accounts = [
        Account(api_key=KEYS[0]),
        Account(api_key=KEYS[1], rate_limits=RateLimits(requests_per_second=4, burst=1), weight=0.01),
    ]
    async with Mistral(accounts, server_url=server.url, retry_config=QUICK, hooks=told) as client:
        await chats(client.with_options(key=2), 1)
        server.fail(429, headers={"retry-after": "100"})
        with anyio.fail_after(10):
            await chats(client, 1)
    assert told.attempts == [(2, 200), (1, 429), (2, 200)]


async def test_another_attempt_prefers_another_key(server, told):
    accounts = [Account(api_key=KEYS[0], weight=9), Account(api_key=KEYS[1])]
    server.fail(503)
    async with Mistral(accounts, server_url=server.url, retry_config=QUICK, hooks=told) as client:
        await chats(client, 1)
    assert told.attempts == [(1, 503), (2, 200)]


# What belongs to one account (affinity).


async def test_what_is_kept_goes_to_the_first_key(client, server):
    for _ in range(3):
        file = await client.files.upload(file=("a.txt", b"text"), purpose="ocr")
        await client.files.retrieve(file_id=file.id)
        await client.models.list()
        await client.beta.conversations.start(inputs="hi", model="mistral-small-latest")
    assert {each.headers["authorization"] for each in server.requests} == {f"Bearer {KEYS[0]}"}


@pytest.mark.parametrize(
    "content",
    [
        [FileChunk("a1b2c3d4-0000-4000-8000-000000000000")],
        [{"type": "text", "text": "what is this"}, {"type": "file", "file_id": "a1b2c3d4-0000-4000-8000-000000000000"}],
    ],
)
async def test_a_chat_that_names_a_file_goes_to_the_first_key(client, server, content):
    server.reply("chat.complete", json={}, times=None)
    for _ in range(3):
        await client.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": content}])
    assert numbers(server) == [1, 1, 1]


@pytest.mark.parametrize(
    "extra",
    [
        {"model": "ft:open-mistral-7b:a"},
        {"documents": [{"type": "file", "file_id": "a1b2c3d4-0000-4000-8000-000000000000"}]},
        {"agent_id": "ag-1"},
    ],
)
async def test_what_an_extra_body_names_goes_to_the_first_key(client, server, extra):
    server.reply("chat.complete", json={}, times=None)
    await chats(client, 3, extra_body=extra)
    assert numbers(server) == [1, 1, 1]


@pytest.mark.parametrize("extra", [{"model": "ft:voxtral:a"}, {"file_id": "a1b2c3d4-0000-4000-8000-000000000000"}])
async def test_what_an_extra_body_adds_to_a_form_goes_to_the_first_key(client, server, extra):
    server.reply("audio.transcriptions.complete", json={}, times=None)
    view = client.with_options(extra_body=extra)
    for _ in range(3):
        await view.audio.transcriptions.complete(model="voxtral-mini-latest", file=("a.mp3", b"sound"))
    assert numbers(server, "/v1/audio/transcriptions") == [1, 1, 1]


async def test_a_model_in_an_extra_body_takes_the_place_of_a_tuned_one(client, server):
    view = client.with_options(extra_body={"model": "mistral-small-latest"})
    for _ in range(3):
        await view.chat.complete(**{**HI, "model": "ft:open-mistral-7b:a"})
    assert sorted(numbers(server)) == [1, 2, 3]


async def test_a_chat_that_may_fall_back_to_a_tuned_model_goes_to_the_first_key(client, server):
    await chats(client, 3, fallback=["ft:open-mistral-7b:a", "mistral-small-latest"])
    assert numbers(server) == [1, 1, 1]


async def test_words_and_schemas_are_not_files(client, server):
    schema = {"type": "object", "properties": {"file_id": {"type": "string"}}}
    tool = {"type": "function", "function": {"name": "read", "parameters": schema}}
    for _ in range(3):
        await client.chat.complete(
            model="mistral-small-latest", messages=[{"role": "user", "content": '"file_id": "a"'}], tools=[tool]
        )
    assert sorted(numbers(server)) == [1, 2, 3]


async def test_a_view_has_one_key(client, server):
    view = client.with_options(key=2)
    await chats(view, 2)
    await view.models.list()
    assert {each.headers["authorization"] for each in server.requests} == {f"Bearer {KEYS[1]}"}
    assert view.limiter.keys == ()
    server.refuse(KEYS[1])
    with pytest.raises(AuthenticationError):
        await chats(view, 1)
    assert client.limiter.keys[1].rests is None
    await chats(view.with_options(key=3), 1)
    assert numbers(server)[-1] == 3


async def test_views_of_two_keys_have_answers_of_their_own(server, anyio_backend):
    async with FakeMistral(api_key=KEYS) as other:
        accounts = [Account(api_key=KEYS[0]), Account(api_key=KEYS[1], server_url=other.url), Account(api_key=KEYS[2])]
        async with Mistral(accounts, server_url=server.url, cache=MemoryCache()) as client:
            for number in (1, 2, 3, 3):
                await chats(client, 1, key=number)
    assert (numbers(server), numbers(other)) == ([1, 3], [2])


async def test_a_request_that_is_cut_short_is_told_with_its_model_and_key(server, told):
    server.fail(500)
    server.fault(Stall(where="head"), times=None, after=1)
    models = []
    told.after_attempt = lambda call, attempt: models.append((attempt.model, attempt.key, attempt.status))
    async with Mistral(KEYS, server_url=server.url, hooks=told) as client:
        with anyio.move_on_after(0.3):
            await chats(client, 1, key=2, retries=0, fallback="open-mistral-nemo")
    assert models == [(HI["model"], 2, 500), ("open-mistral-nemo", 2, None)]


@pytest.mark.parametrize("number", [0, 4, True, "1"])
def test_a_view_of_a_key_that_there_is_not(number):
    with pytest.raises(ConfigurationError, match="from 1 to 3"):
        Mistral(KEYS).with_options(key=number)
    with pytest.raises(ConfigurationError, match="from 1 to 1"):
        Mistral(KEYS[0]).with_options(key=2)
    assert Mistral(KEYS[0]).with_options(key=1)


async def test_a_header_of_the_users_own_takes_the_place_of_all_keys(client, server):
    with pytest.raises(AuthenticationError):
        await client.with_options(headers={"authorization": "Bearer other"}).chat.complete(**HI)
    assert len(server.requests) == 1


# Servers.


async def test_accounts_may_have_servers_of_their_own(server, told, anyio_backend):
    async with FakeMistral(api_key=KEYS) as other:
        accounts = [Account(api_key=KEYS[0]), Account(api_key=KEYS[1], server_url=f"{other.url}/v1")]
        async with Mistral(accounts, server_url=server.url, hooks=told) as client:
            await chats(client, 4)
            assert (len(server.requests), len(other.requests)) == (2, 2)


async def test_a_server_that_is_away_rests(server, told, anyio_backend):
    async with FakeMistral() as gone:
        url = gone.url
    accounts = [Account(api_key=KEYS[0], server_url=url), Account(api_key=KEYS[1])]
    async with Mistral(accounts, server_url=server.url, hooks=told) as client:
        await chats(client, 20)
        assert told.rests == [(1, "APIConnectError", 5.0)]
        with pytest.raises(APIConnectError):
            await client.with_options(retries=0).models.list()


async def test_a_server_that_takes_no_connection_in_time_rests(server, told, anyio_backend):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}"  # nobody answers there, and TLS never begins
        accounts = [Account(api_key=KEYS[0], server_url=url), Account(api_key=KEYS[1])]
        options = {"timeout": Timeout(connect=0.4), "retry_config": QUICK, "hooks": told}
        async with Mistral(accounts, server_url=server.url, **options) as client:
            await chats(client, 6)
    assert told.rests == [(1, "APITimeoutError", 5.0)]


async def test_what_a_server_may_have_executed_is_sent_again_as_the_policy_says(server, anyio_backend):
    async with FakeMistral(api_key=KEYS) as broken:
        broken.fail(500, times=None)
        accounts = [Account(api_key=KEYS[0], server_url=broken.url, weight=9), Account(api_key=KEYS[1])]
        async with Mistral(accounts, server_url=server.url) as client:
            for _ in range(3):
                with pytest.raises(ServerError):
                    await chats(client, 1, retries=0)
            assert not server.requests
            await chats(client, 1, retries=0)
        assert len(broken.requests) == 3


async def test_a_setting_that_can_not_work_has_no_key_rest(told):
    async with Mistral(KEYS, server_url="https://localhost:1", verify="/no/such.pem", hooks=told) as client:
        with pytest.raises(ConfigurationError, match="verify") as caught:
            await chats(client, 1)
    assert "keys rest" not in str(caught.value)
    assert not told.rests


# Keys from functions (rule 4 of choosing).


async def test_a_server_that_answers_with_errors_alone_rests(server, told, anyio_backend):
    async with FakeMistral(api_key=KEYS) as broken:
        broken.fail(500, times=None)
        accounts = [Account(api_key=KEYS[0], server_url=broken.url), Account(api_key=KEYS[1])]
        async with Mistral(accounts, server_url=server.url, hooks=told, retry_config=QUICK) as client:
            await chats(client, 30)
        assert told.rests == [(1, "ServerError", 5.0)]
        assert len(broken.requests) == 3


async def test_servers_that_are_all_away_are_tried_again(anyio_backend):
    servers = [FakeMistral(api_key=KEYS), FakeMistral(api_key=KEYS)]
    for each in servers:
        async with each:
            pass
    accounts = [Account(api_key=key, server_url=each.url) for key, each in zip(KEYS, servers, strict=False)]
    retry = RetryConfig(backoff=BackoffStrategy(initial_interval=20, max_interval=20))
    async with Mistral(accounts, retry_config=retry) as client:
        with pytest.raises(APIConnectError, match="after 4 attempts") as caught:
            await chats(client, 1)
        assert {attempt.key for attempt in caught.value.attempts} == {1, 2}
        async with servers[1]:
            again = [Account(api_key=KEYS[0], server_url=servers[0].url), Account(api_key=KEYS[1])]
            async with Mistral(again, server_url=servers[1].url) as other:
                await chats(other, 4)


async def test_a_function_that_fails_has_its_key_rest(server, told):
    asked = []

    def fails():
        asked.append(1)
        raise OSError("no vault")

    async with Mistral([fails, lambda: KEYS[1]], server_url=server.url, hooks=told) as client:
        await chats(client, 4)
        assert told.rests == [(1, "OSError", 60.0)]
        assert len(asked) == 1
        assert client.limiter.in_flight == 0


async def test_where_all_functions_fail_the_error_is_theirs(server):
    def fails():
        raise OSError("no vault")

    async with Mistral([fails, lambda: ""], server_url=server.url) as client:
        with pytest.raises((OSError, ConfigurationError)):
            await chats(client, 1)
        assert client.limiter.in_flight == 0


async def test_a_key_that_was_replaced_is_fetched_again(server, told):
    given = iter(["old", KEYS[0], KEYS[0], KEYS[0]])
    async with Mistral([lambda: next(given), KEYS[1]], server_url=server.url, hooks=told) as client:
        await chats(client, 1)
    assert told.attempts == [(1, 401), (1, 200)]
    assert not told.rests


async def test_each_key_that_is_refused_is_fetched_again(server, told):
    first, second = iter(["old", "old"]), iter(["older", KEYS[1]])
    keys = [lambda: next(first), lambda: next(second)]
    async with Mistral(keys, server_url=server.url, hooks=told) as client:
        await chats(client, 1)
    assert told.attempts == [(1, 401), (1, 401), (2, 401), (2, 200)]
    assert told.rests == [(1, "AuthenticationError", 60.0)]


async def test_a_function_that_fails_when_its_key_is_replaced_has_it_rest(server, told):
    given = iter(["old"])

    def give():
        try:
            return next(given)
        except StopIteration:
            raise OSError("no vault") from None

    async with Mistral([give, KEYS[1]], server_url=server.url, hooks=told) as client:
        await chats(client, 2)
    assert told.attempts == [(1, 401), (2, 200), (2, 200)]
    assert told.rests == [(1, "OSError", 60.0)]


async def test_functions_need_no_hash(server):
    class Vault:
        __hash__ = None

        def __init__(self, key):
            self.key = key

        def __call__(self):
            return self.key

    async with Mistral([Vault(KEYS[0]), Vault(KEYS[1])], server_url=server.url) as client:
        await chats(client, 2)
    assert numbers(server) == [1, 2]


async def test_a_key_that_rests_while_it_is_fetched_again_is_passed_over(server, told):
    asked = []

    async def give():
        asked.append(1)
        await anyio.sleep(0.1 if len(asked) == 4 else 0)
        return "old"

    accounts = [Account(api_key=give, weight=9), Account(api_key=KEYS[1])]
    async with Mistral(accounts, server_url=server.url, hooks=told) as client, anyio.create_task_group() as tasks:
        tasks.start_soon(chats, client, 1)
        tasks.start_soon(chats, client, 1)
    assert told.attempts.count((2, 200)) == 2
    assert told.rests == [(1, "AuthenticationError", 60.0)]


# Cancellation: at each point of the wait nothing is left behind.


@pytest.mark.parametrize("steps", range(6))
async def test_a_cancelled_call_leaves_no_reservation(server, steps):
    limits = RateLimits(requests_per_minute=60, burst=1, concurrency=2)
    async with Mistral(KEYS, server_url=server.url, rate_limits=limits) as client:
        await chats(client, 3)
        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(chats, client, 1)
            for _ in range(steps):
                await anyio.lowlevel.checkpoint()
            tasks.cancel_scope.cancel()
        assert (client.limiter.waiting, client.limiter.in_flight) == (0, 0)
        pool = client._executor.engine.state.pool
        assert (pool.waiting, pool.places) == (0, 0)


async def test_a_turn_that_does_not_come_in_time(server):
    limits = RateLimits(requests_per_minute=1, burst=1)
    async with Mistral(KEYS, server_url=server.url, rate_limits=limits) as client:
        await chats(client, 3)
        with pytest.raises(TimeoutError, match="before the rate limit lets it go"):
            await chats(client, 1, timeout=0.05)
        assert (client.limiter.waiting, client.limiter.in_flight) == (0, 0)


# What is given.


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ([], "no keys"),
        (["a-key", "a-key"], "keys 1 and 2 are the same"),
        (["a-key", 5], "not int"),
        (["a-key", ""], "needs an api_key"),
    ],
)
def test_keys_that_can_not_be(keys, message):
    with pytest.raises((ConfigurationError, TypeError), match=message):
        Mistral(keys)


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf"), True, "2"])
def test_weights_that_can_not_be(weight):
    with pytest.raises(ConfigurationError, match="weight"):
        Account(api_key="a-key", weight=weight)


async def test_a_list_of_one_is_one_key(server):
    async with Mistral([Account(api_key=KEYS[1])], server_url=server.url) as client:
        assert client._executor.engine.state.pool is None
        response = await client.with_response.chat.complete(**HI)
    assert response.attempts[0].key is None


def first_key():
    return KEYS[0]


def second_key():
    return KEYS[1]


def test_functions_are_pickled_and_keys_are_not(threaded_server):
    client = SyncMistral([first_key, Account(api_key=second_key, weight=2)], server_url="http://127.0.0.1:9")
    copied = pickle.loads(pickle.dumps(client.with_options(key=2)))
    assert [each.weight for each in copied._executor.engine.state.pool.given] == [1, 2]
    assert copied._executor.engine.account.number == 2
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(SyncMistral([first_key, KEYS[1]]))
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Account(api_key=KEYS[0]))


def test_the_copy_of_a_client_with_one_account_has_its_settings():
    limits = RateLimits(requests_per_second=3)
    client = Mistral([Account(api_key=first_key, server_url="http://127.0.0.1:9", rate_limits=limits)])
    state = pickle.loads(pickle.dumps(client))._executor.engine.state
    assert state.network.origin.port == 9
    assert state.limiter.settings == limits


async def test_keys_are_never_shown(server, caplog):
    def fails():
        raise LookupError

    logger = logging.getLogger("mistral_async.test_keys")
    echoed = {"message": f"one of {' '.join(KEYS)} is wrong"}
    server.reply("chat.complete", status=400, json=echoed)
    with caplog.at_level(logging.DEBUG):
        async with Mistral(KEYS, server_url=server.url, debug_logger=logger) as client:
            with pytest.raises(Exception, match=r"one of \[the key\] \[the key\] \[the key\]") as caught:
                await client.with_options(log_bodies=True).chat.complete(**HI)
    shown = f"{caught.value!r} {caught.value.body!r} {caplog.text} {Account(api_key=KEYS[0])!r} {client!r}"
    assert not any(key in shown for key in KEYS)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_goes_on_with_all_keys():
    with FakeMistral(api_key=KEYS) as server, SyncMistral(KEYS, server_url=server.url) as client:
        client.chat.complete(**HI)
        pid = os.fork()
        if pid == 0:
            ended = 1
            try:
                for _ in range(3):
                    client.chat.complete(**HI)
                ended = 0
            finally:
                os._exit(ended)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        assert Counter(numbers(server)) == {1: 1, 2: 2, 3: 1} or len(numbers(server)) == 4


# The pool by itself, in a time of its own.


def pool_of(count):
    client = Mistral([f"key-{number}" for number in range(count)])
    return client._executor.engine.state.pool


def refusal(kind=AuthenticationError):
    return kind("401: no")


def test_rests_grow_to_ten_minutes_and_begin_anew():
    pool, rests, now = pool_of(2), [], 0.0
    first = pool.members[0]
    for _ in range(6):
        rests.append(pool.refused(first, "model", refusal(), began=now, now=now))
        now += rests[-1]
        assert pool.take(first, "model", now)
    assert rests == [60, 120, 240, 480, 600, 600]
    pool.answered(first, "model", now)
    assert pool.refused(first, "model", refusal(), began=now + 1, now=now + 1) == 60


def test_a_retry_after_makes_a_rest_longer():
    pool = pool_of(2)
    error = refusal(PaymentRequiredError)
    error.retry_after = 300.0
    assert pool.refused(pool.members[0], "model", error, began=0, now=0) == 300


def test_one_call_tries_a_key_after_its_rest():
    pool = pool_of(2)
    first = pool.members[0]
    pool.refused(first, "model", refusal(), began=0, now=0)
    assert not pool.take(first, "model", 59.9)
    assert pool.take(first, "model", 60)
    assert not pool.take(first, "model", 60)
    assert first not in pool.order("model", 61)


def test_a_refusal_after_an_outage_rests_a_minute():
    accounts = [Account(api_key=KEYS[0]), Account(api_key=KEYS[1], server_url="http://127.0.0.1:9")]
    pool = Mistral(accounts)._executor.engine.state.pool
    first = pool.members[0]
    assert pool.refused(first, "model", APIConnectError("away"), began=0, now=0) == 5
    assert pool.refused(first, "model", refusal(), began=6, now=6) == 60


async def test_a_rest_that_ends_while_it_is_looked_for_is_no_error(client, server, monkeypatch):
    pool = client._executor.engine.state.pool
    found, order = [[]], pool.order
    monkeypatch.setattr(pool, "order", lambda *args: found.pop() if found else order(*args))
    await chats(client, 1)
    assert not found


def test_what_was_sent_before_a_rest_says_nothing_new():
    pool = pool_of(2)
    first = pool.members[0]
    assert pool.refused(first, "model", refusal(), began=1, now=2) == 60
    assert pool.refused(first, "model", refusal(), began=1.5, now=3) == 0
    pool.answered(first, "model", 1.9)
    assert first not in pool.order("model", 4)


def test_a_longer_retry_after_of_the_same_moment_holds():
    pool = pool_of(2)
    first, longer = pool.members[0], refusal(PaymentRequiredError)
    longer.retry_after = 300.0
    pool.refused(first, "model", refusal(PaymentRequiredError), began=1, now=2)
    pool.refused(first, "model", longer, began=1, now=3)
    assert not pool.take(first, "model", 302)
    assert pool.take(first, "model", 303)


@settings(deadline=None)
@given(weights=st.lists(st.integers(1, 9), min_size=2, max_size=5))
def test_turns_are_shared_by_weight(weights):
    accounts = tuple(Account(api_key=f"key-{place}", weight=each) for place, each in enumerate(weights))
    pool = AccountPool(accounts, pool_of(len(weights)).members)
    firsts = Counter(pool.order("model", 0.0)[0].number for _ in range(sum(weights)))
    assert [firsts[number] for number in range(1, len(weights) + 1)] == weights


@pytest.mark.slow
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_three_keys_give_the_sum_of_their_limits_and_a_revoked_one_loses_nothing(anyio_backend):
    limits = RateLimits(requests_per_second=20, burst=5)
    async with (
        FakeMistral(api_key=KEYS, rate_limits=RateLimit(requests=20, per=1.0, burst=10)) as server,
        Mistral(KEYS, server_url=server.url, rate_limits=limits) as client,
    ):
        since = time.monotonic()
        results = await client.bulk.chat(["hi"] * 200, model="mistral-small-latest")
        assert len(results) / (time.monotonic() - since) >= 50  # two of them would give 43
        reports = []
        async with client.bulk.chat(["hi"] * 100, model="mistral-small-latest", progress=reports.append) as more:
            async for result in more:
                results.append(result)
                if result.index == 50:
                    server.refuse(KEYS[1])
    assert all(result.ok for result in results)
    assert server.effects["chat.complete"] == 300
    assert reports[-1].rejected == 0
    assert len(server.requests) - 300 <= 20  # refused while they were in flight
