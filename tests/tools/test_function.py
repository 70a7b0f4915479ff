"""A function as a tool: what the model sees of it, and what it gets of what the model says."""

from __future__ import annotations

import asyncio
import copy
import dataclasses
import datetime as dt
import enum
import functools
import gc
import json
import pickle
import re
import weakref
from typing import Annotated, Any, Literal

import anyio
import anyio.lowlevel
import msgspec
import pytest
from jsonschema import Draft202012Validator

from mistral_async import Mistral
from mistral_async.tools import Context, Tool, ToolError, tool


class Unit(enum.Enum):
    CELSIUS = "celsius"
    KELVIN = "kelvin"


class Place(msgspec.Struct):
    """Somewhere."""

    city: str
    country: str = "FR"


@dataclasses.dataclass
class Span:
    first: dt.date
    last: dt.date


def forecast(
    place: Place,
    days: Annotated[int, msgspec.Meta(ge=1, le=7)],
    context: Context[dict],
    *,
    unit: Unit = Unit.CELSIUS,
    kind: Literal["short", "long"] = "short",
    span: Span | None = None,
    tags: list[str] | None = None,
) -> str:
    """Say the weather of the coming days.

    Of anywhere.

    Args:
        place: Where.
        days: How many days.
        unit: Of temperatures.

    Returns:
        A text.
    """
    return f"{place.city} {days} {unit.name} {kind} {span} {tags} {context.data}"


def test_the_schema_comes_from_the_hints_and_the_descriptions_from_the_docstring():
    # Rules 1 and 2 of function.
    made = Tool.from_function(forecast)
    assert made.name == "forecast"
    assert made.function.description == "Say the weather of the coming days.\n\nOf anywhere."
    schema = made.function.parameters
    Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == ["place", "days", "unit", "kind", "span", "tags"]
    assert schema["required"] == ["place", "days"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["place"] == {"$ref": "#/$defs/Place", "description": "Where."}
    assert schema["properties"]["days"] == {
        "type": "integer", "minimum": 1, "maximum": 7, "description": "How many days.",
    }  # fmt: skip
    assert schema["properties"]["unit"]["enum"] == ["celsius", "kelvin"]
    assert schema["properties"]["unit"]["default"] == "celsius"
    assert schema["properties"]["tags"]["default"] is None
    assert schema["$defs"]["Place"]["required"] == ["city"]
    assert schema["$defs"]["Place"]["properties"]["country"]["default"] == "FR"
    assert schema["$defs"]["Place"]["description"] == "Somewhere."


def test_a_strict_tool_has_all_parameters_filled_in():
    # Rule 1 of function.
    schema = Tool.from_function(forecast, strict=True).function.parameters
    assert schema["required"] == list(schema["properties"])
    assert schema["$defs"]["Place"]["required"] == ["city", "country"]
    assert "default" not in json.dumps(schema)


async def test_arguments_become_the_values_that_the_hints_promise():
    made = Tool.from_function(forecast)
    arguments = {
        "place": {"city": "Paris"},
        "days": 2,
        "unit": "kelvin",
        "span": {"first": "2026-01-01", "last": "2026-01-02"},
        "tags": ["a"],
    }
    assert await made.run(json.dumps(arguments), Context("data")) == (
        "Paris 2 KELVIN short Span(first=datetime.date(2026, 1, 1), last=datetime.date(2026, 1, 2)) ['a'] data"
    )
    assert await made.run({"place": {"city": "Paris"}, "days": 2}) == "Paris 2 CELSIUS short None None None"


@pytest.mark.parametrize(
    ("arguments", "days"),
    [({"days": "3"}, 3), ({"days": 3.0}, 3), ({"days": "null"}, None), ({"days": None}, None), ({}, 1)],
)
async def test_text_may_stand_for_numbers_and_null(arguments, days):
    # Rule 3 of function; rule 3 of type_codec.
    @tool
    async def wait(days: int | None = 1) -> Any:
        return days

    assert await wait.run(arguments) == days


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ('{"place": {"city": "Par', "not whole JSON"),
        ("[1]", "not an object"),
        ({"days": 1}, "missing required field `place`"),
        ({"place": {"city": "Paris"}, "days": 8}, "`int` <= 7 at $.days"),
        ({"place": {"city": "Paris"}, "days": "many"}, "at $.days"),
        ({"place": {"town": "Paris"}, "days": 1}, "required field `city` at $.place"),
        ({"place": {"city": "Paris"}, "days": 1, "unit": "fahrenheit"}, "at $.unit"),
        ({"place": {"city": "Paris"}, "days": 1, "hours": 1}, "no parameter `hours`; the parameters are: days, kind"),
        ({"place": {"city": "Paris"}, "days": 1, "context": {}}, "no parameter `context`"),
    ],
)
async def test_wrong_arguments_are_refused_before_the_call(arguments, problem):
    # Rules 3 and 4 of function.
    made = Tool.from_function(forecast)
    with pytest.raises(ValueError, match=re.escape(problem)):
        await made.run(arguments)


async def test_every_kind_of_parameter_is_passed():
    # Rule 1 of function.
    @tool
    def everything(a: int, /, b: int, *more: int, c: int = 3, **rest: float) -> list:
        return [a, b, more, c, rest]

    schema = everything.function.parameters
    assert schema["additionalProperties"] == {"type": "number"}
    assert schema["properties"]["more"] == {"type": "array", "items": {"type": "integer"}}
    assert await everything.run({"a": 1, "b": 2, "more": [3, 4], "c": 5, "d": 6}) == [1, 2, (3, 4), 5, {"d": 6.0}]
    assert await everything.run({"a": 1, "b": 2}) == [1, 2, (), 3, {}]
    with pytest.raises(ValueError, match=r"\$\.d"):
        await everything.run({"a": 1, "b": 2, "d": "x"})


async def test_a_decorated_function_is_still_the_function(client, server):
    @tool(name="add_up", description="Add.", timeout=5)
    def add(a: int, b: int = 1) -> int:
        """Not said."""
        return a + b

    assert add(2, b=3) == 5
    assert add.inner(1) == 2
    assert repr(add) == "<Tool add_up>"
    await client.chat.complete(
        model="mistral-small-latest", messages=[{"role": "user", "content": "add_up 2"}], tools=[add]
    )
    assert server.requests[-1].json()["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "add_up",
                "description": "Add.",
                "parameters": add.function.parameters,
            },
        }
    ]


async def test_anything_that_can_be_called_is_a_tool():
    class Counter:
        """Unsaid."""

        def __init__(self) -> None:
            self.total = 0

        async def add(self, amount: int) -> int:
            """Add."""
            self.total += amount
            return self.total

        def __call__(self, amount: int) -> int:
            """Take away."""
            self.total -= amount
            return self.total

    counter = Counter()
    assert await Tool.from_function(counter.add).run({"amount": 5}) == 5
    assert await Tool.from_function(counter, name="take").run({"amount": 2}) == 3
    assert Tool.from_function(counter, name="take").function.description == "Take away."
    partial = functools.partial(forecast, kind="long")
    made = Tool.from_function(partial, name="long")
    assert (await made.run({"place": {"city": "A"}, "days": 1})).split()[3] == "long"


async def test_a_function_that_only_returns_a_coroutine_is_awaited():
    async def later(a: int) -> int:
        await anyio.lowlevel.checkpoint()
        return a

    @tool
    def soon(a: int) -> Any:
        return later(a)

    assert await soon.run({"a": 4}) == 4


async def test_a_limit_holds_for_all_calls_of_a_loop():
    running, most = 0, 0

    @tool(limit=2)
    async def slow(a: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.sleep(0.01)
        running -= 1
        return a

    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(slow.run, {"a": number})
    assert most == 2


async def test_a_timeout_ends_a_call():
    ended = []

    @tool(timeout=0.01)
    async def forever() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            ended.append(True)

    with pytest.raises(TimeoutError, match=r"forever took longer than 0\.01 s"):
        await forever.run({})
    assert ended == [True]


class Nested(msgspec.Struct):
    inner: list[Nested]


async def test_arguments_that_are_nested_too_deep_are_refused():
    # Rule 4 of function; rule 6 of type_codec.
    @tool
    def take(nested: Nested) -> None:
        """Take."""

    depth = 300
    with pytest.raises(ValueError, match="nested too deep"):
        await take.run('{"nested": ' + '{"inner": [' * depth + "]}" * depth + "}")


@pytest.mark.parametrize("settings", [{"limit": 0}, {"timeout": 0}, {"timeout": -1}])
def test_settings_that_never_run_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        Tool.from_function(forecast, **settings)


def test_a_type_that_is_not_there_says_so():
    def broken(a: Nowhere) -> None:  # noqa: F821 - that is the point
        """Broken."""

    with pytest.raises(TypeError, match=r"an annotation of .*broken can not be resolved"):
        Tool.from_function(broken)
    assert issubclass(ToolError, Exception)
    assert Mistral is not None


async def test_what_a_partial_has_filled_in_is_not_the_model_s_to_say():
    # Rule 1 of function.
    def delete(user: int, path: str, *, dry: bool = True) -> list:
        """Delete."""
        return [user, path, dry]

    made = Tool.from_function(functools.partial(functools.partial(delete, 7), dry=True))
    assert made.name == "delete"
    assert list(made.function.parameters["properties"]) == ["path"]
    assert await made.run({"path": "a"}) == [7, "a", True]
    with pytest.raises(ValueError, match="no parameter `dry`"):
        await made.run({"path": "a", "dry": False})


class Shop:
    def __init__(self, stock):
        self.stock = stock

    @tool(limit=1, strict=True, requires_confirmation=True)
    def sell(self, count: int = 1) -> int:
        """Sell.

        Args:
            count: How many.
        """
        self.stock -= count
        return self.stock


async def test_a_method_is_a_tool_of_its_object():
    one, other = Shop(10), Shop(20)
    assert one.sell is one.sell
    assert one.sell.settings == Shop.sell.settings
    assert one.sell.function.strict
    assert one.sell.function.description == "Sell."
    assert one.sell.function.parameters["properties"] == {"count": {"type": "integer", "description": "How many."}}
    assert await one.sell.run({"count": 3}) == 7
    assert await other.sell.run({}) == 19
    assert one.sell(2) == 5
    assert Shop.sell(one, 1) == 4


class Branch(Shop):
    @tool
    def sell(self, count: int = 1) -> int:
        """Sell here."""
        return 100 + super().sell(count)


async def test_a_method_s_tool_leaves_its_object_as_it_is():
    shop, branch = Shop(10), Branch(20)
    held = shop.sell
    for other in (copy.copy(shop), copy.deepcopy(shop), pickle.loads(pickle.dumps(shop))):
        assert await other.sell.run({"count": 3}) == 7
        assert other.sell is not held
    assert vars(shop) == {"stock": 10}
    for _ in range(2):  # what `super` finds does not take the place of the override
        assert await branch.sell.run({"count": 1}) == branch.stock + 100
    assert branch.sell.function.description == "Sell here."
    gone = weakref.ref(shop)
    del shop, held
    gc.collect()
    assert gone() is None


async def test_a_limit_holds_for_all_calls_of_an_object():
    class Worker:
        __slots__ = ("most", "running")

        @tool(limit=2)
        async def work(self) -> None:
            """Work."""
            self.running += 1
            self.most = max(self.most, self.running)
            await anyio.sleep(0.01)
            self.running -= 1

    worker = Worker()
    worker.running = worker.most = 0
    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(worker.work.run, {})
    assert worker.most == 2


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_cancellation_from_within_is_an_error_of_the_tool(in_thread):
    async def fail():
        raise asyncio.CancelledError

    def fail_in_thread():
        raise asyncio.CancelledError

    made = Tool.from_function(fail_in_thread if in_thread else fail, name="fail", timeout=5)
    with pytest.raises(RuntimeError, match="fail was cancelled from within"):
        await made.run({})


async def test_a_cancellation_from_outside_ends_the_tool():
    @tool
    async def wait() -> None:
        await anyio.sleep_forever()

    with anyio.move_on_after(0.02) as scope:
        await wait.run({})
    assert scope.cancelled_caught


ONLY_FOR_TYPE_CHECKERS = """
from __future__ import annotations
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from mistral_async.tools import Context
    from nowhere import Frame

def look(x: int, context: Context[Frame]) -> Frame: return [x, context.data]
def other(x: Frame): return x
"""
MINE = """
from __future__ import annotations
class Context(dict): ...
def look(x: int, context: Context) -> None: ...
"""


async def test_a_context_and_what_is_returned_may_be_known_to_type_checkers_alone():
    # Rule 1 of function.
    space: dict[str, Any] = {"__name__": "somewhere"}
    exec(ONLY_FOR_TYPE_CHECKERS, space)
    made = Tool.from_function(space["look"])
    assert list(made.function.parameters["properties"]) == ["x"]
    assert await made.run({"x": 1}, Context("data")) == [1, "data"]
    with pytest.raises(TypeError, match="Frame"):
        Tool.from_function(space["other"])
    exec(MINE, space)
    with pytest.raises(TypeError, match="not a type that JSON can hold"):
        Tool.from_function(space["look"])
