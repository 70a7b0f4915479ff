"""`RetryConfig` of the official SDK: who gives one has everything repeated that it names, whatever that does twice."""

from __future__ import annotations

import httpx
import pytest

import mistral_async
from mistral_async.compat import Mistral, SDKError
from mistral_async.compat.utils import BackoffStrategy, RetryConfig

AGENT = {"id": "a", "object": "agent", "name": "n", "model": "m", "version": 1, "versions": [1]}
SOON = BackoffStrategy(1, 2, 1.1, 60_000)


def connected(config):
    return RetryConfig("backoff", SOON, config)


class Agents:
    """A client whose connections fail or answer as planned, before an agent is created."""

    def __init__(self, *plan, **settings):
        self.plan = list(plan)
        self.sent = 0
        http = httpx.Client(transport=httpx.MockTransport(self.handle))
        self.client = Mistral("key", client=http, server_url="https://api.example", **settings)

    def handle(self, request):
        self.sent += 1
        step = self.plan.pop(0) if self.plan else 200
        if isinstance(step, int):
            return httpx.Response(step, json=AGENT if step == 200 else {"message": "no"})
        raise step

    def create(self, **options):
        return self.client.beta.agents.create(model="m", name="n", **options)


@pytest.mark.parametrize("lost", [httpx.ReadError("lost"), httpx.ReadTimeout("late"), httpx.ConnectError("no")])
def test_a_lost_connection_is_repeated_where_it_was_asked_for(lost):
    agents = Agents(lost, lost)
    assert agents.create(retries=connected(config=True)).id == "a"
    assert agents.sent == 3
    agents = Agents(lost, retry_config=connected(config=True))
    assert agents.create().id == "a"
    agents = Agents(lost)
    with pytest.raises(type(lost)):
        agents.create(retries=connected(config=False))
    assert agents.sent == 1


def test_without_it_what_creates_something_is_not_repeated():
    for options in ({}, {"retries": mistral_async.RetryConfig(retries=3)}):
        agents = Agents(httpx.ReadError("lost"))
        with pytest.raises(httpx.ReadError):
            agents.create(**options)
        assert agents.sent == 1


@pytest.mark.parametrize(("status", "times"), [(429, 2), (500, 20), (502, 1), (503, 1), (504, 1)])
def test_statuses_are_repeated_for_the_time_however_many(status, times):
    agents = Agents(*[status] * times)
    assert agents.create(retries=connected(config=False)).id == "a"
    assert agents.sent == times + 1


def test_the_statuses_are_the_official_ones_or_those_that_are_given():
    agents = Agents(408, 404)
    with pytest.raises(SDKError):
        agents.create(retries=connected(config=True))
    assert agents.create(retries=RetryConfig("backoff", SOON, True, ["4XX"])).id == "a"  # noqa: FBT003
    assert agents.sent == 3


def test_it_ends_with_the_time():
    agents = Agents(*[500] * 1000)
    with pytest.raises(SDKError):
        agents.create(retries=RetryConfig("backoff", BackoffStrategy(1, 5, 1.1, 20)))
    assert 1 < agents.sent < 500
    agents = Agents(500)
    with pytest.raises(SDKError):
        agents.create(retries=RetryConfig("none", SOON))
    assert agents.sent == 1
