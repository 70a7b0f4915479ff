"""Voice agents, their versions and sessions; sessions of browsers and apps."""

from __future__ import annotations

import json

import pytest

from mistral_async.errors import APIConnectionError, NotFoundError, UnprocessableEntityError
from mistral_async.models import AudioAgentConfigurationRequest, AudioLLMConfig, Function, VoiceAgentFunctionTool
from mistral_async.testing import Reset


async def test_a_voice_agent_has_versions(client):
    agents = client.audio.agents
    first = await agents.create(name="a", configuration=AudioAgentConfigurationRequest(instructions="Be kind."))
    assert (first.version, first.configuration.instructions) == (1, "Be kind.")
    assert first.configuration.llm.model
    llm = AudioLLMConfig(model="mistral-small-latest")
    second = await agents.update(first.id, name="b", configuration={"llm": llm})
    assert (second.version, second.name, second.configuration.llm) == (2, "b", llm)
    assert (await agents.get(first.id, version=1)).name == "a"
    assert [each.version async for each in agents.list_versions(first.id, page_size=1)] == [2, 1]
    assert [each.id async for each in agents.list(search="b")] == [first.id]
    await agents.delete(first.id)
    with pytest.raises(NotFoundError):
        await agents.get(first.id)


async def test_a_new_version_is_never_asked_for_twice(client, server):
    agent = await client.audio.agents.create(name="a", configuration={})
    sent = len(server.requests)
    server.fault(Reset(where="head"))
    with pytest.raises(APIConnectionError):
        await client.audio.agents.update(agent.id, name="b", configuration={})
    assert len(server.requests) == sent + 1


async def test_a_session_with_an_agent(client):
    tool = VoiceAgentFunctionTool(function=Function(name="f", parameters={}), timeout_ms=100)
    agent = await client.audio.agents.create(name="a", configuration={"tools": [tool]})
    session = await client.audio.sessions.create(agent_id=agent.id)
    assert session.participant_token
    assert session.expires_at_datetime > session.created_at_datetime
    assert session.function_tools == [tool]
    assert (await client.audio.sessions.get(session.id)).status == "active"
    await client.audio.sessions.close(session.id)
    assert (await client.audio.sessions.get(session.id)).status == "ended"
    (summary,) = await client.audio.agents.list_sessions(agent.id).to_list()
    assert (summary.id, summary.duration) == (session.id, 0)
    assert (await client.audio.sessions.create_registration_token()).token


async def test_a_session_without_the_key(client, server):
    session = await client.realtime.sessions.create(model="voxtral-mini-transcribe-realtime-latest", ttl_seconds=60)
    assert json.loads(server.requests[-1].body)["purpose"] == "realtime"
    assert session.client_secret.expires_at_datetime == session.expires_at_datetime
    with pytest.raises(UnprocessableEntityError, match="ttl_seconds"):
        await client.realtime.sessions.create(model="m", ttl_seconds=0)


def test_blocking(sync_client):
    agent = sync_client.audio.agents.create(name="a", configuration={})
    assert sync_client.with_response.audio.agents.get(agent.id).unknown_fields() == {}
    session = sync_client.audio.sessions.create(agent_id=agent.id)
    assert sync_client.with_response.audio.sessions.get(session.id).unknown_fields() == {}
