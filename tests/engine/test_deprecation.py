"""Models that end: a warning at the line of the caller, once for each model, and a hook."""

from __future__ import annotations

import pickle
import warnings

import pytest

from mistral_async import Hooks, Mistral, ModelDeprecationWarning, SyncMistral
from mistral_async._engine.deprecation import DeprecationWatch
from mistral_async._engine.request import post

HI = [{"role": "user", "content": "hi"}]
OLD = "open-mistral-7b"  # the fake server says that it ends
DATE = "2026-12-31T12:00:00+00:00"


class Told(Hooks):
    def __init__(self):
        self.models = []

    def model_deprecated(self, call, date):
        self.models.append((call.request.model, date))


async def test_rule_2_the_caller_is_told_once_for_each_model(server):
    hook = Told()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        async with Mistral(server.api_key, server_url=server.url, hooks=[hook]) as client:
            await client.chat.complete(model="mistral-small-latest", messages=HI)
            await client.chat.complete(model=OLD, messages=HI)
            await client.with_options(timeout=9).chat.complete(model=OLD, messages=HI)
            async with client.chat.stream(model=OLD, messages=HI) as stream:
                assert (await stream.get_final_response()).text
    (warning,) = caught
    assert warning.category is ModelDeprecationWarning
    assert warning.filename == __file__
    assert f"the model '{OLD}' is deprecated, and ends on {DATE}" in str(warning.message)
    assert hook.models == [(OLD, DATE)]


def test_streams_agents_and_blocking_calls_are_told_too(threaded_server):
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url) as client:
        with pytest.warns(ModelDeprecationWarning, match=OLD), client.chat.stream(model=OLD, messages=HI) as stream:
            assert stream.get_final_response().text
        threaded_server.reply(
            "agents.complete", json={"choices": []}, headers={"x-model-deprecation-timestamp": DATE}, times=2
        )
        with pytest.warns(ModelDeprecationWarning, match="the model of the agent 'ag_1' is deprecated"):
            client.agents.complete(agent_id="ag_1", messages=HI)
        client.agents.complete(agent_id="ag_1", messages=HI)


def test_rule_1_answers_are_looked_at_again_after_an_hour():
    request, dated = (
        post("/v1/chat/completions", json={"model": "m"}, returns=None),
        ((b"x-model-deprecation-timestamp", b"2027-01-01"),),
    )
    watch = DeprecationWatch()
    assert watch.look(request, (), 5.0) is None
    assert watch.next_look["m"] == 3605.0
    assert watch.look(request, dated, 3605.0) == "2027-01-01"
    assert watch.look(request, dated, 9999.0) is None


def test_a_warning_is_pickled_whole():
    again = pickle.loads(pickle.dumps(ModelDeprecationWarning("the model 'm'", DATE)))
    assert (again.model, again.date) == ("the model 'm'", DATE)
