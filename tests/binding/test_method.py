"""Methods of several requests: what each client makes of one that is written once."""

from __future__ import annotations

import inspect

import pytest

from mistral_async import Mistral, SyncMistral, calls
from mistral_async.batch import Poll
from mistral_async.bulk import AsyncResults
from mistral_async.bulk._sync_results import SyncResults
from mistral_async.testing import FakeMistral

ASKED = {"model": "mistral-small-latest"}
NAMES = [
    "chat.run",
    "chat.parse_stream",
    "chat.until_done",
    "bulk.embed",
    "batch.run",
    "batch.start",
    "batch.jobs.wait",
]


def found(client, name):
    for part in name.split("."):
        client = getattr(client, part)
    return client


@pytest.mark.parametrize("name", NAMES)
def test_both_clients_show_the_same_signature(name):
    shown = inspect.signature(found(Mistral("key"), name))
    assert shown == inspect.signature(found(SyncMistral("key"), name))
    assert not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in shown.parameters.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_misspelt_option_is_refused_before_anything_is_made(name):
    for client in (Mistral("key"), SyncMistral("key")):
        with pytest.raises(TypeError, match="has no option 'modle'"):
            found(client, name)(modle=1)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_no_request(name):
    with pytest.raises(TypeError, match="makes several requests"):
        found(calls, name)()


async def test_with_response_they_give_what_they_always_give():
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as plain:
        client = plain.with_response
        assert (await client.chat.run("hi", **ASKED)).value == "You said: hi"
        results = client.bulk.chat(["hi"], **ASKED)
        assert isinstance(results, AsyncResults)
        (result,) = await results
        assert result.value.text == "You said: hi"
        job = await client.batch.jobs.create(
            endpoint="/v1/embeddings", requests=[{"custom_id": "a", "body": {"input": "x"}}], model="mistral-embed"
        )
        assert job.status == 200
        assert (await client.batch.jobs.wait(job.data.id, poll=Poll(initial=0.01))).id == job.data.id


def test_with_response_blocking_code_gets_it_too():
    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url) as plain:
        client = plain.with_response
        assert client.chat.run("hi", **ASKED).result().value == "You said: hi"
        results = client.bulk.chat(["hi"], **ASKED)
        assert isinstance(results, SyncResults)
        assert [result.value.text for result in results] == ["You said: hi"]
