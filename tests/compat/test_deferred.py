"""Runs that stop before a call that requires a confirmation, and go on with the decision."""

from __future__ import annotations

import json

import pytest

from mistral_async.compat import Mistral, models
from mistral_async.compat.extra.exceptions import (
    DeferralReason,
    DeferredToolCallEntry,
    DeferredToolCallsException,
    RunException,
)
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.testing import FakeMistral

MODEL = "mistral-small-latest"


def context(calls, **settings):
    made = RunContext(model=MODEL, **settings)

    def get_weather(place: str = "") -> str:
        calls.append(place)
        return f"sunny in {place}"

    assert made.register_func(get_weather, requires_confirmation=True) is get_weather
    assert made.requires_confirmation("get_weather")
    return made


async def deferred(client, run_ctx, *, streamed=False):
    conversations = client.beta.conversations

    async def run():
        if not streamed:
            return await conversations.run_async(run_ctx=run_ctx, inputs="The weather?")
        return [each async for each in await conversations.run_stream_async(run_ctx=run_ctx, inputs="The weather?")]

    with pytest.raises(DeferredToolCallsException, match="get_weather") as caught:
        await run()
    return caught.value


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_confirmed_call_is_made(streamed):
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        calls: list = []
        run_ctx = context(calls)
        stopped = await deferred(client, run_ctx, streamed=streamed)
        [call] = stopped.deferred_calls
        assert (calls, call.tool_name, call.reason) == ([], "get_weather", DeferralReason.CONFIRMATION_REQUIRED)
        assert stopped.conversation_id == run_ctx.conversation_id
        confirmed = [call.confirm(override_args={"place": "Nice"})]
        result = await client.beta.conversations.run_async(run_ctx=run_ctx, inputs=confirmed)
        assert (calls, bool(result.output_as_text)) == (["Nice"], True)
        [sent] = server.requests[-1].json()["inputs"]
        assert (sent["tool_call_id"], sent["result"]) == (call.tool_call_id, "sunny in Nice")


async def test_a_rejected_call_is_told_to_the_model():
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        calls: list = []
        run_ctx = context(calls)
        kept = json.loads(json.dumps((await deferred(client, run_ctx)).to_dict()))
        again = DeferredToolCallsException.from_dict(kept)
        assert again.to_dict() == kept
        assert [type(each) for each in again.outputs] == [models.FunctionCallEntry]
        elsewhere = context(calls, conversation_id=again.conversation_id)
        await client.beta.conversations.run_async(elsewhere, [again.deferred_calls[0].reject("Not today.")])
        assert (calls, server.requests[-1].json()["inputs"][0]["result"]) == ([], "Not today.")


def pending(name, **more):
    return {"type": "function.call", "id": "f", "tool_call_id": "t", "name": name, "arguments": "{}", **more}


@pytest.mark.parametrize(("decide", "word"), [("confirm", "allow"), ("reject", "deny")])
async def test_a_call_that_the_server_waits_with(decide, word):
    async with FakeMistral() as server, Mistral(server.api_key, server_url=server.url) as client:
        outputs = [pending("web_search", confirmation_status="pending")]
        server.reply("POST /v1/conversations", json={"conversation_id": "c", "outputs": outputs})
        run_ctx = RunContext(model=MODEL)
        call = (await deferred_of(client, run_ctx)).deferred_calls[0]
        assert call.reason == DeferralReason.SERVER_SIDE_CONFIRMATION_REQUIRED
        server.reply("POST /v1/conversations/{}", json={"conversation_id": "c", "outputs": []})
        await client.beta.conversations.run_async(run_ctx=run_ctx, inputs=[getattr(call, decide)()])
        sent = server.requests[-1].json()
        assert sent["tool_confirmations"] == [{"tool_call_id": "t", "confirmation": word}]


async def deferred_of(client, run_ctx):
    with pytest.raises(DeferredToolCallsException) as caught:
        await client.beta.conversations.run_async(run_ctx=run_ctx, inputs="hi")
    return caught.value


async def test_a_confirmed_call_of_no_function():
    call = DeferredToolCallEntry(models.FunctionCallEntry("t", "fly", "{}"))
    assert call.to_function_result("done") == {"tool_call_id": "t", "result": "done"}
    with pytest.raises(RunException, match="'fly' is not registered"):
        await Mistral("key").beta.conversations.run_async(RunContext(model=MODEL), [call.confirm()])
