"""Runs in conversations that the server keeps: functions here, built-in tools and handoffs there."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import msgspec
import pytest

from mistral_async.models import (
    FunctionResultEntry,
    FunctionTool,
    ToolConfiguration,
    ToolExecutionEntry,
    WebSearchTool,
)
from mistral_async.tools import Deferred, Handoff, ServerToolFinished, ServerToolStarted, Tool, ToolFinished, tool

MODEL = "mistral-small-latest"


class Report(msgspec.Struct):
    city: str
    sky: str


@tool
async def get_weather(city: str) -> dict:
    """Say the weather."""
    await anyio.lowlevel.checkpoint()
    return {"city": city, "sky": "blue"}


async def test_a_conversation_runs_functions_until_the_model_is_done(client, server):
    result = await client.beta.conversations.run(
        inputs="The weather in Paris?", model=MODEL, tools=[get_weather], instructions="Be brief."
    )
    assert "blue" in result.value
    assert result.conversation_id.startswith("conv_")
    assert [entry.type for entry in result.outputs] == ["function.call", "message.output"]
    assert result.usage.total_tokens == sum(step.usage.total_tokens for step in result.steps)
    start, append = server.requests
    assert start.json()["tools"][0]["function"]["name"] == "get_weather"
    assert start.json()["instructions"] == "Be brief."
    assert append.path == f"/v1/conversations/{result.conversation_id}"
    assert set(append.json()) == {"inputs"}
    history = await client.beta.conversations.get_history(result.conversation_id)
    assert [entry.type for entry in history.entries] == [
        "message.input", "function.call", "function.result", "message.output",
    ]  # fmt: skip
    more = await client.beta.conversations.run(
        conversation_id=result.conversation_id, inputs="And the weather in Rome?", tools=[get_weather]
    )
    assert more.conversation_id == result.conversation_id
    assert '"city":"Rome"' in more.text


async def test_the_events_of_a_conversation_are_those_of_a_chat(client):
    async with client.beta.conversations.run(
        inputs="The weather in Paris?", model="magistral-small-latest", tools=[get_weather], response_format=Report
    ) as run:
        seen = [event async for event in run]
        result = await run.result()
    kinds = [event.type for event in seen]
    assert kinds.index("tool_started") < kinds.index("tool_finished") < kinds.index("text")
    assert "".join(event.text for event in seen if event.type == "text") == result.text
    assert isinstance(result.value, Report)
    assert [entry.type for entry in result.outputs] == ["function.call", "message.output"]
    assert result.usage.total_tokens > 0


async def test_what_the_server_does_is_told(client):
    searcher = await client.beta.agents.create(model=MODEL, name="web-search-agent", tools=[WebSearchTool()])
    guide = await client.beta.agents.create(model=MODEL, name="guide", tools=[get_weather], handoffs=[searcher.id])
    async with client.beta.conversations.run(
        inputs="Do a web search for the latest news of Paris", agent_id=guide.id, tools=[get_weather]
    ) as run:
        seen = [event async for event in run]
        result = await run.result()
    handoff = next(event for event in seen if isinstance(event, Handoff))
    assert (handoff.agent_id, handoff.agent_name) == (searcher.id, "web-search-agent")
    started = next(event for event in seen if isinstance(event, ServerToolStarted))
    finished = next(event for event in seen if isinstance(event, ServerToolFinished))
    assert started.name == finished.name == "web_search"
    assert started.id == finished.id
    executions = [entry for entry in result.outputs if isinstance(entry, ToolExecutionEntry)]
    assert executions[0].info == finished.info
    assert result.text
    assert result.usage.connectors == {"web_search": 1}


async def test_an_agent_brings_its_own_definitions(client, server):
    definition = FunctionTool(get_weather.function)
    agent = await client.beta.agents.create(model=MODEL, name="guide", tools=[definition])
    result = await client.beta.conversations.run(inputs="The weather in Paris?", agent_id=agent.id, tools=[get_weather])
    assert "blue" in result.text
    assert "tools" not in server.requests[1].json()


async def test_a_handoff_for_the_client_ends_the_run(client):
    other = await client.beta.agents.create(model=MODEL, name="search")
    guide = await client.beta.agents.create(model=MODEL, name="guide", handoffs=[other.id])
    result = await client.beta.conversations.run(inputs="Please search", agent_id=guide.id, handoff_execution="client")
    assert result.outputs[-1].next_agent_id == other.id
    assert len(result.steps) == 1


async def test_a_conversation_that_nobody_keeps_is_sent_whole(client, server):
    result = await client.beta.conversations.run(
        inputs="The weather in Paris?", model=MODEL, tools=[get_weather], store=False
    )
    assert "blue" in result.text
    _, second = server.requests
    assert second.path == "/v1/conversations"
    assert [entry["type"] for entry in second.json()["inputs"]] == [
        "message.input", "function.call", "function.result",
    ]  # fmt: skip
    assert second.json()["store"] is False


# calls that wait


async def searching(client, **configuration):
    tools = [WebSearchTool(tool_configuration=ToolConfiguration(requires_confirmation=["web_search"]))]
    return await client.beta.conversations.run(
        inputs="Do a web search for the latest news of Paris", model=MODEL, tools=tools, **configuration
    )


@pytest.mark.parametrize(("word", "said"), [(True, "allow"), (False, "deny")])
async def test_a_call_that_the_server_makes_waits_for_a_yes(client, server, word, said):
    # Rules 3 and 4 of runner.
    asked = []

    async def confirm(call):
        asked.append((call.name, call.reason))
        return word

    result = await searching(client, confirm=confirm)
    assert asked == [("web_search", "server")]
    sent = server.requests[-1].json()
    assert [each["confirmation"] for each in sent["tool_confirmations"]] == [said]
    assert "inputs" not in sent
    assert ("denied" in result.text) is (word is False)


async def test_a_call_that_the_server_makes_can_wait_in_json(client, server):
    # Rule 4 of runner; rules 1 and 2 of deferred.
    result = await searching(client)
    assert result.deferred.calls[0].reason == "server"
    with pytest.raises(ValueError, match=r"can not be decided so: allow\(\) or deny\(\) it"):
        result.deferred.resolve(result.deferred.calls[0].id, "x")
    with pytest.raises(ValueError, match="runs on the server"):
        result.deferred.allow(arguments={})
    later = Deferred.from_json(result.deferred.to_json()).allow()
    result = await client.beta.conversations.run(inputs=later)
    assert result.text
    assert result.deferred is None
    assert result.steps[0].step == 2
    assert result.usage.total_tokens > result.steps[0].usage.total_tokens


async def test_calls_of_functions_wait_beside_those_that_ran(client, server):
    # Rules 4 and 5 of loop; rule 4 of deferred.
    ran = []

    @tool(requires_confirmation=True)
    def send_mail(to: str) -> str:
        """Send."""
        ran.append(to)
        return f"sent to {to}"

    async def begin(**options):
        return await client.beta.conversations.run(
            inputs="Say the weather in Paris and send mail", model=MODEL, tools=[get_weather, send_mail], **options
        )

    for options in ({}, {"store": False}):
        ran.clear()
        result = await begin(**options)
        assert [call.name for call in result.deferred.calls] == ["send_mail"]
        assert [each.name for each in result.deferred.done] == ["get_weather"]
        assert not ran
        with pytest.raises(RuntimeError, match="waits for send_mail"):
            _ = result.value
        state = Deferred.from_json(result.deferred.to_json())
        with pytest.raises(ValueError, match="nothing was decided"):
            client.beta.conversations.run(inputs=state, tools=[get_weather, send_mail])
        state.allow(arguments={"to": "Ada"})
        rest = {"model": MODEL, **options} if options else {}
        result = await client.beta.conversations.run(inputs=state, tools=[get_weather, send_mail], **rest)
        assert ran == ["Ada"]
        results = [each for each in server.requests[-1].json()["inputs"] if each["type"] == "function.result"]
        assert [each["result"] for each in results] == ['{"city":"Paris","sky":"blue"}', "sent to Ada"]
        assert result.deferred is None
    with pytest.raises(ValueError, match=r"client\.beta\.conversations\.run"):
        client.chat.run(state, model=MODEL)


async def test_a_wrong_final_answer_is_corrected_in_the_conversation(client, server):
    # Rule 6 of loop.
    def reply(text):
        outputs = [{"type": "message.output", "content": text}]
        return {"conversation_id": "conv_1", "outputs": outputs, "usage": {"total_tokens": 3}}

    server.reply("beta.conversations.start", json=reply("{}"))
    server.reply("beta.conversations.append", json=reply('{"city": "Paris", "sky": "blue"}'))
    result = await client.beta.conversations.run(inputs="?", model=MODEL, response_format=Report, repair=1)
    assert result.value == Report("Paris", "blue")
    assert "`city`" in server.requests[-1].json()["inputs"][0]["content"]
    with pytest.raises(ValueError, match=r"client\.chat\.run"):
        client.beta.conversations.run(inputs=Deferred(kind="chat", calls=[]))


async def test_a_result_with_chunks_is_text_in_a_conversation(client, server):
    from mistral_async.models import ImageURLChunk, TextChunk

    look = Tool.from_function(
        lambda: [TextChunk("see"), ImageURLChunk("data:image/png;base64,AA==")], name="look", description="Look."
    )
    async with client.beta.conversations.run(inputs="look", model=MODEL, tools=[look]) as run:
        finished = [event async for event in run if isinstance(event, ToolFinished)]
    assert isinstance(finished[0].content, list)
    sent = server.requests[-1].json()["inputs"][0]["result"]
    assert sent == 'see\n{"image_url":"data:image/png;base64,AA==","type":"image_url"}'
    assert FunctionResultEntry("a", "b").type == "function.result"


def test_blocking_code_runs_the_same(sync_client):
    result = sync_client.beta.conversations.run(
        inputs="The weather in Paris?", model=MODEL, tools=[get_weather]
    ).result()
    assert "blue" in result.text
