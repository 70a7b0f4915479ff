"""Other models for calls that their own does not answer: after which failures, and what is seen of it."""

from __future__ import annotations

import pickle
from collections import Counter

import anyio
import pytest

from mistral_async import BackoffStrategy, Hooks, Mistral, RetryConfig, SyncMistral, calls, compat
from mistral_async.errors import (
    BadRequestError,
    CapacityError,
    ConfigurationError,
    InvalidModelError,
    MistralError,
    QuotaUnavailableError,
    RateLimitError,
    ServerError,
    StreamEventError,
    UnprocessableEntityError,
)
from mistral_async.testing import Cut, FakeMistral, RateLimit, Stall

MODEL, NEXT, LAST = "mistral-large-latest", "mistral-medium-latest", "mistral-small-latest"
HI = {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]}
QUICK = RetryConfig(backoff=BackoffStrategy(initial_interval=1, max_interval=2))
NO_QUOTA = {"x-ratelimit-limit-req-minute": "0", "x-ratelimit-remaining-req-minute": "0"}
BUSY = {"object": "error", "message": "busy", "type": "service_tier_capacity_exceeded", "code": "3505"}


def models(server):
    """Return the models that requests asked, in order."""
    return [request.json()["model"] for request in server.requests]


@pytest.fixture
async def client(server):
    async with Mistral(server.api_key, server_url=server.url, retry_config=QUICK) as client:
        yield client.with_options(fallback=NEXT)


@pytest.mark.parametrize(
    ("status", "times", "headers"),
    [(503, 4, None), (429, None, None), (429, 1, NO_QUOTA), (500, 4, None)],
    ids=["server_error", "rate_limit", "quota", "500"],
)
async def test_a_model_that_fails_is_followed_by_the_next(client, server, status, times, headers):
    view = client.with_options(retries=2) if times is None else client
    server.fail(status, times=times or 3, headers=headers)
    response = await view.with_response.chat.complete(**HI)
    assert response.model == response.data.model == NEXT
    asked = [attempt.model for attempt in response.attempts]
    assert asked == models(server) == [MODEL] * (times or 3) + [NEXT]
    assert [attempt.status for attempt in response.attempts] == [status] * (times or 3) + [200]


async def test_a_model_that_there_is_not(client, server):
    answer = await client.with_options(fallback=["no-such-model", NEXT]).chat.complete(**{**HI, "model": "nor-this"})
    assert answer.model == NEXT
    assert models(server) == ["nor-this", "no-such-model", NEXT]


async def test_a_model_that_is_busy_is_left_after_three_times(client, server):
    server.reply("chat.complete", status=429, json=BUSY, times=3)
    with anyio.fail_after(5):
        assert (await client.chat.complete(**HI)).model == NEXT
    assert Counter(models(server)) == {MODEL: 3, NEXT: 1}


async def test_a_time_limit_is_not_waited_for_twice(client, server):
    server.fault(Stall(), times=1)
    view = client.with_options(timeout=_attempt(0.1))
    assert (await view.chat.complete(**HI)).model == NEXT
    assert models(server) == [MODEL, NEXT]


async def test_what_may_be_billed_is_risked_twice_and_no_more(client, server):
    server.fault(Stall(), times=3)
    view = client.with_options(timeout=_attempt(0.1), fallback=[NEXT, LAST])
    with pytest.raises(TimeoutError):
        await view.chat.complete(**HI)
    assert models(server) == [MODEL, NEXT]


def _attempt(seconds):
    from mistral_async import Timeout

    return Timeout(attempt=seconds)


@pytest.mark.parametrize("status", [400, 401, 422])
async def test_a_fault_of_the_callers_own_is_raised(client, server, status):
    server.fail(status)
    with pytest.raises(MistralError):
        await client.chat.complete(**HI)
    assert models(server) == [MODEL]


async def test_the_failures_may_be_named(client, server):
    view = client.with_options(fallback_on=["rate_limit", UnprocessableEntityError])
    server.fail(422)
    assert (await view.chat.complete(**HI)).model == NEXT
    with pytest.raises(InvalidModelError):
        await view.chat.complete(**{**HI, "model": "nor-this"})


async def test_an_error_names_all_models_that_were_asked(client, server):
    server.fail(503, times=12)
    with pytest.raises(ServerError, match=f"of {MODEL}, {NEXT}, {LAST}") as caught:
        await client.with_options(fallback=[NEXT, LAST], retries=1).chat.complete(**HI)
    assert [attempt.model for attempt in caught.value.attempts] == [MODEL] * 2 + [NEXT] * 2 + [LAST] * 2


async def test_a_deadline_holds_over_all_models(client, server):
    server.fail(503, times=4)
    server.fault(Stall(), times=2, after=4)
    with anyio.fail_after(5), pytest.raises(TimeoutError):
        await client.with_options(timeout=0.5, fallback=[NEXT, LAST]).chat.complete(**HI)


async def test_repetitions_of_all_models_are_in_one_budget(client, server):
    server.fail(503, times=None)
    for _ in range(20):
        with pytest.raises(ServerError):
            await client.chat.complete(**HI)
    assert len(server.requests) <= 20 * 2 + 12


async def test_a_model_without_quota_is_asked_once_in_a_minute(client, server):
    server.fail(429, headers=NO_QUOTA)
    for _ in range(4):
        assert (await client.chat.complete(**HI)).model == NEXT
    assert Counter(models(server)) == {MODEL: 1, NEXT: 4}


# Streams.


async def test_a_stream_falls_back_before_its_first_event(client, server):
    server.fail(503, times=4)
    async with client.chat.stream(**HI) as stream:
        events = [event async for event in stream]
        assert len(events) > 1
        assert stream.response.model == events[0].model == NEXT


@pytest.mark.parametrize(
    "event", [{"message": "busy", "code": "3505"}, {"message": "no", "status": 429}, {"message": "no", "status": 500}]
)
async def test_so_does_one_that_begins_with_an_error(client, server, event):
    server.reply("chat.stream", sse=[("error", {"object": "error", **event})], done=False, times=2)
    async with client.with_options(retries=1).chat.stream(**HI) as stream:
        assert (await stream.get_final_response()).model == NEXT
    assert models(server) == [MODEL, MODEL, NEXT]


async def test_a_stream_never_falls_back_after_it(client, server):
    chunk = {"id": "1", "model": MODEL, "choices": [{"index": 0, "delta": {"content": "a"}}]}
    server.reply("chat.stream", sse=[chunk, ("error", {"message": "no", "code": "3505"})], done=False)
    async with client.chat.stream(**HI) as stream:
        with pytest.raises(StreamEventError):
            await stream.until_done()
    assert models(server) == [MODEL]


# What has no fallback.


async def test_what_creates_state_does_not_ask_another_model(client, server):
    server.fault(Cut(where="before_response"), times=1)
    with pytest.raises(MistralError):
        await client.beta.conversations.start(inputs="hi", model=MODEL)
    assert models(server) == [MODEL]


async def test_vectors_have_no_fallback(client, server):
    server.fail(503, times=4)
    with pytest.raises(ServerError):
        await client.embeddings.create(model="mistral-embed", inputs=["text"])
    assert set(models(server)) == {"mistral-embed"}
    with pytest.raises(TypeError, match="no option 'fallback'"):
        client.bulk.embed(["text"], fallback=NEXT)


async def test_models_may_be_given_by_the_one_that_is_asked(client, server):
    view = client.with_options(fallback={MODEL: [NEXT], "other": LAST}, retries=0)
    server.fail(503)
    assert (await view.chat.complete(**HI)).model == NEXT
    server.fail(503)
    with pytest.raises(ServerError):
        await view.chat.complete(**{**HI, "model": LAST})


# One call.

UNKNOWN = {**HI, "model": "nor-this"}


async def _model(answer):
    return (await answer).model


async def _streamed(stream):
    async with stream:
        return (await stream.get_final_response()).model


async def _parsed(client):
    parsed = await client.chat.parse(**UNKNOWN, response_format=dict[str, int], fallback=NEXT)
    return parsed.response.model


async def _sent(client):
    return (await client.send(pickle.loads(pickle.dumps(calls.chat.complete(**UNKNOWN, fallback=NEXT))))).model


async def _mapped(client):
    (result,) = await client.bulk.map([calls.chat.complete(**UNKNOWN, fallback=NEXT)])
    return result.model


FORMS = {
    "call": lambda client: _model(client.chat.complete(**UNKNOWN, fallback=NEXT)),
    "with_response": lambda client: _model(client.with_response.chat.complete(**UNKNOWN, fallback=[NEXT, LAST])),
    "stream": lambda client: _streamed(client.chat.stream(**UNKNOWN, fallback={"nor-this": NEXT})),
    "parse": _parsed,
    "run": lambda client: _ran(client.chat.run("hi", model="nor-this", fallback=NEXT)),
    "send": _sent,
    "map": _mapped,
    "compat": lambda client: _model(_official(client).chat.complete_async(**UNKNOWN, fallback=NEXT)),
}


async def _ran(run):
    await run
    return NEXT  # what it asked is seen below


def _official(client):
    state = client._executor.engine.state
    return compat.Mistral(str.__str__(state.key.current), server_url=state.settings["server_url"])


@pytest.mark.parametrize("form", FORMS)
async def test_one_call_has_models_of_its_own(server, form):
    async with Mistral(server.api_key, server_url=server.url) as client:
        assert await FORMS[form](client) == NEXT
    assert models(server) == ["nor-this", NEXT]
    assert b"fallback" not in b"".join(request.body for request in server.requests)


def test_one_call_of_code_that_blocks_has_models_of_its_own():
    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url) as client:
        assert client.chat.complete(**UNKNOWN, fallback=NEXT).model == NEXT
        with client.chat.stream(**UNKNOWN, fallback=NEXT) as stream:
            assert stream.get_final_response().model == NEXT


async def test_those_of_a_call_take_the_place_of_those_of_its_view(client, server):
    view = client.with_options(fallback_on="capacity")
    with pytest.raises(InvalidModelError):
        await view.chat.complete(**UNKNOWN, fallback=LAST)
    assert (await client.chat.complete(**UNKNOWN, fallback=LAST)).model == LAST
    with pytest.raises(InvalidModelError):
        await client.chat.complete(**UNKNOWN, fallback=[])


async def test_what_is_sent_back_to_be_repaired_may_fall_back_too(server):
    server.reply("chat.complete", json=_answer("no JSON"))
    server.fail(503)
    async with Mistral(server.api_key, server_url=server.url) as client:
        view = client.with_options(retries=0)
        await view.chat.parse(**HI, response_format=dict[str, int], repair=1, fallback=NEXT)
    assert models(server) == [MODEL, MODEL, NEXT]


def _answer(text):
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return {"id": "1", "model": MODEL, "choices": [choice]}


def test_other_routes_have_none_and_wrong_ones_are_refused():
    for ask in (calls.embeddings.create, calls.agents.complete, calls.beta.conversations.start):
        with pytest.raises(TypeError, match="no option 'fallback'"):
            ask(fallback=NEXT)
    with pytest.raises(TypeError, match="fallback must be str"):
        calls.chat.complete(**HI, fallback=5)
    with pytest.raises(ConfigurationError, match="fallback is a model"):
        calls.chat.complete(**HI, fallback=[""])


async def test_a_batch_asks_no_other_model(client):
    with pytest.raises(ValueError, match="a batch does not ask"):
        await client.batch.run([calls.chat.complete(**HI, fallback=NEXT)])


# Bulk work, blocking calls, hooks, settings.


async def test_bulk_work_falls_back_item_by_item(client, server):
    server.fail(503)
    work = client.with_options(retries=0).bulk.chat(["a", "b", "c"], model=MODEL, fallback=NEXT, concurrency=1)
    results = await work
    assert [result.model for result in results] == [NEXT, None, None]
    assert all(result.value.model == (result.model or MODEL) for result in results)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_same_for_code_that_blocks(backend):
    asked = []

    class Told(Hooks):
        def after_attempt(self, call, attempt):
            asked.append((call.request.model, attempt.model))

    with (
        FakeMistral(rate_limits={MODEL: RateLimit(requests=0)}) as server,
        SyncMistral(server.api_key, server_url=server.url, backend=backend, hooks=Told()) as client,
    ):
        assert client.with_options(fallback=[NEXT]).chat.complete(**HI).model == NEXT
        with pytest.raises(QuotaUnavailableError):
            client.chat.complete(**HI)
    assert asked[:2] == [(MODEL, MODEL), (MODEL, NEXT)]


async def test_several_keys_go_before_other_models(anyio_backend):
    keys = ["key-of-the-first", "key-of-the-second"]
    async with FakeMistral(api_key=keys) as server, Mistral(keys, server_url=server.url) as client:
        server.fail(429, headers=NO_QUOTA, times=2)
        response = await client.with_options(fallback=NEXT).with_response.chat.complete(**HI)
        asked = [(attempt.key, attempt.model) for attempt in response.attempts]
        assert asked == [(1, MODEL), (2, MODEL), (asked[-1][0], NEXT)]
        again = await client.with_options(fallback=NEXT).with_response.chat.complete(**HI)
        assert again.model == NEXT
        assert len(server.requests) == 4


def test_a_view_keeps_its_fallback():
    client = SyncMistral("a-key").with_options(fallback=NEXT, fallback_on="capacity")
    view = pickle.loads(pickle.dumps(client.with_options(timeout=3)))
    assert view._executor.engine.options.fallback == client._executor.engine.options.fallback
    changed = view.with_options(fallback_on=[RateLimitError])._executor.engine.options.fallback
    assert changed.kinds == (RateLimitError,)
    assert changed.covers(CapacityError("busy")) is False
    assert view.with_options(fallback=LAST)._executor.engine.options.fallback.kinds == ("capacity",)


@pytest.mark.parametrize(
    "options",
    [
        {"fallback": 5},
        {"fallback": ["a", ""]},
        {"fallback": {"a": 5}},
        {"fallback": NEXT, "fallback_on": "anything"},
        {"fallback": NEXT, "fallback_on": [BadRequestError, ValueError]},
        {"fallback_on": "quota"},
    ],
)
def test_what_can_not_be_a_fallback(options):
    with pytest.raises(ConfigurationError, match="fallback"):
        Mistral("a-key").with_options(**options)
