"""One value for the guard and the deed: what is judged, shown and kept of a call is what its tool gets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
from typing import Annotated, Any

import msgspec
import pydantic
import pytest

from mistral_async.tools import Context, Deferred, Tool, ToolError, ToolFinished, ToolStarted, tool

MODEL = "mistral-small-latest"


class Order(msgspec.Struct):
    amount: int
    note: str = "none"


@dataclasses.dataclass(eq=False)
class Unequal:
    amount: int


conversions: list[Any] = []


class Ticketed(pydantic.BaseModel):
    amount: bool | int
    ticket: int = pydantic.Field(default_factory=itertools.count(1).__next__)

    @pydantic.field_validator("amount")
    @classmethod
    def count(cls, amount):
        conversions.append(amount)
        return amount


class Secret(pydantic.BaseModel):
    key: pydantic.SecretStr


def answer(*calls, content=""):
    made = [
        {"id": f"id{n:07d}", "type": "function", "index": n, "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(calls)
    ]
    message = {"role": "assistant", "content": content, "tool_calls": made or None}
    choice = {"index": 0, "finish_reason": "tool_calls" if made else "stop", "message": message}
    return {"id": "1", "object": "chat.completion", "model": MODEL, "created": 1, "choices": [choice]}


def as_chunk(whole):
    choice = whole["choices"][0]
    return {**whole, "object": "chat.completion.chunk", "choices": [{**choice, "delta": choice["message"]}]}


CONVERTED = [
    ({"pattern": "/*", "dry_run": "false"}, {"dry_run": False}),
    ({"pattern": "/*", "dry_run": "0"}, {"dry_run": False}),
    ({"pattern": "/*", "amount": "1000"}, {"amount": 1000}),
    ({"pattern": "/*", "amount": 1000.0}, {"amount": 1000}),
    ({"pattern": "/*", "order": '{"amount": "7"}'}, {"order": {"amount": 7, "note": "none"}}),
    ({"pattern": "/*", "order": "null"}, {"order": None}),
    ({"pattern": "/*", "day": "2026-01-31"}, {"day": "2026-01-31"}),
    ({"pattern": "/*", "unequal": {"amount": "3"}}, {"unequal": {"amount": 3}}),
    ({"pattern": "/*", "anything": {"deep": ["1"]}}, {"anything": {"deep": ["1"]}}),
]
DEFAULTS = {
    "pattern": "/*", "dry_run": True, "amount": 1, "order": None, "day": "2026-01-01", "unequal": None,
    "anything": None, "limit": None,
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "converted"), CONVERTED)
@pytest.mark.parametrize("way", ["confirm", "deferred", "unasked", "streamed"])
async def test_all_see_the_values_that_the_tool_gets(client, server, arguments, converted, way):
    # Rule 7 of runner; rule 5 of function.
    seen: dict[str, Any] = {}

    def asks(given):
        seen["predicate"] = json.loads(json.dumps(given))
        given.clear()  # fools nobody
        return way in {"confirm", "deferred"}

    @tool(requires_confirmation=asks)
    def delete(
        pattern: str,
        dry_run: bool = True,  # noqa: FBT001, FBT002 - a tool's parameter
        amount: int = 1,
        order: Order | None = None,
        day: dt.date = dt.date(2026, 1, 1),
        unequal: Unequal | None = None,
        anything: Any = None,
        limit: int = None,  # noqa: RUF013 - as people write it
    ) -> None:
        """Delete."""
        values = {**locals()}
        seen["tool"] = msgspec.to_builtins({name: values[name] for name in DEFAULTS})

    async def confirm(call):
        seen["confirm"] = json.loads(json.dumps(call.arguments))
        call.decision, call.name, call.id = "deny", "other", "x"
        return True

    expected = {**DEFAULTS, **converted}
    called = answer(("delete", json.dumps(arguments)))
    if way == "streamed":
        server.reply("chat.stream", sse=[as_chunk(called)])
        async with client.chat.run("?", model=MODEL, tools=[delete]) as run:
            async for event in run:
                if isinstance(event, ToolStarted):
                    seen["event"] = event.arguments
    else:
        server.reply("chat.complete", json=called)
        hook = confirm if way == "confirm" else None
        result = await client.chat.run("?", model=MODEL, tools=[delete], confirm=hook)
        if way == "deferred":
            seen["deferred"] = result.deferred.calls[0].arguments
            state = Deferred.from_json(result.deferred.to_json()).allow()
            await client.chat.run(state, model=MODEL, tools=[delete])
    assert seen == dict.fromkeys(seen, expected)
    assert len(seen) == 2 + (way != "unasked")


async def test_what_confirm_makes_of_the_arguments_is_what_runs(client, server):
    # Rule 7 of runner.
    ran = []

    @tool(requires_confirmation=True)
    def pay(amount: int, to: dict) -> str:
        """Pay."""
        ran.append((amount, to))
        return "paid"

    def confirm(call):
        call.arguments["amount"] = "10"
        return True

    server.reply("chat.complete", json=answer(("pay", '{"amount": 1000, "to": {"iban": "x"}}')))
    await client.chat.run("?", model=MODEL, tools=[pay], confirm=confirm)
    assert ran == [(10, {"iban": "x"})]


@pytest.mark.parametrize("changed", [False, True])
async def test_arguments_are_converted_once(client, server, changed):
    # Rule 7 of runner: what is judged is what runs, also where each conversion makes another value.
    ran = []
    conversions.clear()

    def pay(order: Ticketed) -> None:
        """Pay."""
        ran.append((order.amount, order.ticket))

    def asks(given):
        ran.append(given["order"]["ticket"])
        given["order"]["ticket"] = 0
        return True

    def confirm(call):
        ran.append(call.arguments["order"]["ticket"])
        if changed:
            call.arguments["order"]["amount"] = True
        return True

    careful = Tool.from_function(pay, requires_confirmation=asks)
    server.reply("chat.complete", json=answer(("pay", '{"order": {"amount": 1}}')))
    await client.chat.run("?", model=MODEL, tools=[careful], confirm=confirm)
    ticket = ran[-1][1]
    assert ran == [ticket, ticket, (1, ticket)]
    assert (ran[-1][0] is True) is changed
    assert len(conversions) == (4 if changed else 2)  # each second one finds that its JSON says the same


async def test_a_value_that_json_can_not_hold_is_kept_as_it_was_given(client, server):
    ran = []

    @tool(requires_confirmation=True)
    def use(secret: Secret) -> None:
        """Use."""
        ran.append(secret.key.get_secret_value())

    server.reply("chat.complete", json=answer(("use", '{"secret": {"key": "s3cret"}}')))
    first = await client.chat.run("?", model=MODEL, tools=[use])
    await client.chat.run(Deferred.from_json(first.deferred.to_json()).allow(), model=MODEL, tools=[use])
    assert ran == ["s3cret"]


@pytest.mark.parametrize(("arguments", "asked"), [({"cents": 5}, True), ({"cents": 0}, False), ({}, False)])
async def test_a_value_that_a_function_can_not_judge_is_left_to_a_person(client, server, arguments, asked):
    # Rule 5 of function: the tool would get another number than the one that is shown.
    ran = []

    def pay(cents: Annotated[int, pydantic.AfterValidator(lambda euros: euros * 100)] = 0) -> None:
        """Pay."""
        ran.append(cents)

    careful = Tool.from_function(pay, requires_confirmation=lambda given: given["cents"] > 100)
    server.reply("chat.complete", json=answer(("pay", json.dumps(arguments))))
    result = await client.chat.run("?", model=MODEL, tools=[careful])
    assert bool(result.deferred) is asked
    assert ran == ([] if asked else [0])
    if asked:
        await client.chat.run(result.deferred.allow(), model=MODEL, tools=[careful])
        assert ran == [500]


def failing(_):
    raise KeyError("amount")


@pytest.mark.parametrize(
    ("on_tool_error", "told"),
    [
        ("message", "Error: the call was not made: its check failed: Error: KeyError: 'amount'. Correct the call."),
        (lambda error, call: f"{type(error).__name__} {call.name} {call.arguments}", "KeyError pay {'amount': 5}"),
        ("raise", None),
    ],
)
async def test_a_predicate_that_raises_lets_no_call_run(client, server, on_tool_error, told):
    # Rule 3 of runner.
    ran = []
    pay = Tool.from_function(lambda amount=1: ran.append(amount), name="pay", requires_confirmation=failing)
    server.reply("chat.complete", json=answer(("pay", '{"amount": 5}')))
    if told is None:
        with pytest.raises(KeyError):
            await client.chat.run("?", model=MODEL, tools=[pay], on_tool_error=on_tool_error)
    else:
        result = await client.chat.run("?", model=MODEL, tools=[pay], on_tool_error=on_tool_error)
        assert result.messages[2].content == told
    assert not ran


async def test_a_predicate_may_say_itself_what_the_model_is_told(client, server):
    def asks(_):
        raise ToolError("Never on a Sunday.")

    pay = Tool.from_function(lambda: None, name="pay", requires_confirmation=asks)
    server.reply("chat.complete", json=answer(("pay", "{}")))
    result = await client.chat.run("?", model=MODEL, tools=[pay], on_tool_error="raise")
    assert result.messages[2].content == "Never on a Sunday."


@pytest.mark.parametrize("given", ["yes", 1, None])
def test_what_is_no_predicate_is_refused(given):
    with pytest.raises(TypeError, match="requires_confirmation must be"):
        Tool.from_function(lambda: None, name="x", requires_confirmation=given)


def test_an_async_predicate_is_refused():
    async def asks(_):
        return False

    with pytest.raises(TypeError, match="not async"):
        Tool.from_function(lambda: None, name="x", requires_confirmation=asks)


@pytest.mark.parametrize(
    "arguments",
    [
        '{"amount": 1, "amount": 1000}',
        '{"amount": 1, "\\u0061mount": 1000}',
        '{"amount": "NaN"}',
        '{"amount": NaN}',
        '{"amount": 1e999}',
        '{"аmount": 1000}',  # noqa: RUF001 - a Cyrillic letter
    ],
)
async def test_arguments_that_two_readers_read_differently_run_nothing(client, server, arguments):
    ran = []

    def careful(amount: float) -> None:
        """Pay."""
        ran.append(amount)

    pay = Tool.from_function(careful, name="pay", requires_confirmation=lambda given: given["amount"] > 100)
    server.reply("chat.complete", json=answer(("pay", arguments)))
    result = await client.chat.run("?", model=MODEL, tools=[pay])
    assert "the call was not made" in result.messages[2].content
    assert not ran


async def test_a_further_argument_does_not_replace_one_that_was_checked(client, server):
    ran = []

    @tool
    def take(context: Context, amount: int = pydantic.Field(1, alias="sum", le=10), **rest: Any) -> None:
        """Take."""
        ran.append((amount, type(context), rest))

    server.reply("chat.complete", json=answer(("take", '{"sum": 5, "amount": 1000}')))
    result = await client.chat.run("?", model=MODEL, tools=[take])
    assert "there is no parameter `amount`" in result.messages[2].content
    server.reply("chat.complete", json=answer(("take", '{"sum": 5, "context": 1, "more": 2}')))
    await client.chat.run("?", model=MODEL, tools=[take])
    assert ran == [(5, Context, {"more": 2})]


async def test_calls_that_run_elsewhere_wait_only_with_arguments_that_can_be_read(client, server):
    elsewhere = {"type": "function", "function": {"name": "ask", "parameters": {"type": "object", "properties": {}}}}
    server.reply("chat.complete", json=answer(("ask", '{"q": '), ("ask", '"{\\"q\\": 1}"')))
    result = await client.chat.run("?", model=MODEL, tools=[elsewhere])
    assert [call.arguments for call in result.deferred.calls] == [{"q": 1}]
    assert "not whole JSON" in result.deferred.done[0].content


async def test_a_call_on_the_server_that_can_not_be_read_is_shown_as_it_is(client, server):
    # Rule 8 of runner.
    entry = {"type": "function.call", "id": "x", "tool_call_id": "abcdefghi", "name": "remote",
             "arguments": '{"path": "/etc', "confirmation_status": "pending"}  # fmt: skip
    response = {"object": "conversation.response", "conversation_id": "conv_1", "outputs": [entry], "usage": {}}
    server.reply("beta.conversations.start", json=response)
    result = await client.beta.conversations.run(inputs="?", model=MODEL)
    assert result.deferred.calls[0].arguments == {"INVALID_JSON": '{"path": "/etc'}


async def test_an_event_is_not_a_way_to_change_the_call(client, server):
    ran = []

    @tool
    async def take(what: Any) -> None:
        """Take."""
        ran.append(what)

    server.reply("chat.stream", sse=[as_chunk(answer(("take", '{"what": {"a": [1]}}')))])
    async with client.chat.run("?", model=MODEL, tools=[take]) as run:
        async for event in run:
            if isinstance(event, ToolStarted):
                event.arguments["what"]["a"].append(2)
            assert not (isinstance(event, ToolFinished) and event.error)
    assert ran == [{"a": [1]}]


async def test_validation_of_a_class_that_fails_is_told(client, server):
    class Odd(msgspec.Struct):
        a: int

        def __post_init__(self):
            raise KeyError("odd")

    take = Tool.from_function(lambda odd: odd, name="take")
    take.inner.__annotations__["odd"] = Odd
    take = Tool.from_function(take.inner, name="take")
    server.reply("chat.complete", json=answer(("take", '{"odd": {"a": 1}}')))
    result = await client.chat.run("?", model=MODEL, tools=[take])
    assert "KeyError: 'odd'" in result.messages[2].content
