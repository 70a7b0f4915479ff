"""Tools: functions that the model may ask for, with the settings to run them."""

from __future__ import annotations

import asyncio
import functools
import inspect
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from typing import Any, Generic, NamedTuple, ParamSpec, Protocol, TypeAlias, TypeVar, cast, overload
from weakref import WeakKeyDictionary, WeakValueDictionary

import anyio
import msgspec
from anyio.lowlevel import RunVar

from mistral_async._codec.counts import check_count, set_plain_numbers
from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.turns import TURN, pause
from mistral_async._http.threads import run_in_own_thread
from mistral_async.models.tools import Function, FunctionTool
from mistral_async.tools._content import is_iterator
from mistral_async.tools._function import Context, FunctionSignature, arguments_of, copied, is_async

P = ParamSpec("P")
R = TypeVar("R")
Q = ParamSpec("Q")
S = TypeVar("S")

Confirms: TypeAlias = bool | Callable[[JSONObject], bool]
"""The calls to confirm before they run: all, none, or those where the function of their arguments returns True."""


class ToolError(Exception):
    """An error that a tool raises to tell the model what is wrong: the model gets exactly this text."""


class Implementation(Protocol):
    """The code behind a tool."""

    def read(self, arguments: JSONObject) -> Any:
        """Check the arguments and return them as `call` takes them; raises `ValueError`."""
        ...

    def plain(self, values: Any, arguments: JSONObject) -> tuple[JSONObject, bool]:
        """Return what `read` made of the arguments as JSON, and True if it reads that as the same."""
        ...

    async def call(self, values: Any, context: Context, *, abandon: bool) -> Any:
        """Run it. With `abandon`, a thread that can not be stopped is left behind when this is cancelled."""
        ...


class CheckedArguments(NamedTuple):
    """The arguments of a call after they were read: for the tool, and for whoever sees, judges or keeps the call."""

    values: Any
    """The values that the tool is called with."""
    plain: JSONObject
    """The same values as JSON, converted, with the defaults: no part of it is part of `values`."""
    is_exact: bool
    """False if some value has no JSON of its own, and stands there as it was given."""


class ToolSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a tool: `limit` is calls at once in one event loop, `timeout` seconds."""

    requires_confirmation: Confirms = False
    limit: int | None = None
    timeout: float | None = None

    def __post_init__(self) -> None:
        set_plain_numbers(self, ("limit", "timeout"))
        check_count("limit", self.limit, optional=True)
        asks = self.requires_confirmation
        if not isinstance(asks, bool) and (not callable(asks) or is_async(asks)):
            raise TypeError(f"requires_confirmation must be True, False or a function that is not async, not {asks!r}")
        if self.timeout is not None and not self.timeout > 0:
            raise ValueError(f"timeout must be more than 0 seconds, not {self.timeout}")


class Tool(FunctionTool, Generic[P, R], dict=True, weakref=True, eq=False):
    """A function that the model may ask for: it can be called as before, and is a definition that `complete` takes."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function itself."""
        return cast("R", self.inner(*args, **kwargs))

    def __get__(self, instance: object, owner: type[Any] | None = None) -> Tool[..., R]:
        """Return the tool of a method, for its object; a tool whose function has no `self` as it is."""
        if instance is None or next(iter(inspect.signature(self.inner).parameters), "") != "self":
            return self
        # One tool for each object while it is used, so that `limit` holds for all its calls. It holds the object, whose
        # id is no other's for that time; the object itself is left as it is.
        bound: WeakValueDictionary[int, Tool[..., R]] = vars(self).setdefault("bound", WeakValueDictionary())
        return bound.get(id(instance)) or bound.setdefault(id(instance), self._bind(instance))

    def _bind(self, instance: object) -> Tool[..., R]:
        function, definition = self.inner.__get__(instance), self.function
        code = FunctionImplementation(function, vars(self).get("bound_signature"))
        vars(self)["bound_signature"] = code.signature
        schema = code.signature.schema(strict=definition.strict)
        made = type(self)(Function(definition.name, schema, definition.description, definition.strict))
        return attach(cast("Tool[..., R]", made), code, self.settings, function)

    @classmethod
    def from_function(
        cls,
        function: Callable[Q, S],
        *,
        name: str | None = None,
        description: str | None = None,
        strict: bool = False,
        requires_confirmation: Confirms = False,
        limit: int | None = None,
        timeout: float | None = None,
    ) -> Tool[Q, S]:
        """Make a tool of a function: the schema from its annotations, the descriptions from its docstring.

        Args:
            function: A function, sync (it runs in a thread) or async. A parameter of type `Context` is not shown.
            name: The name for the model. Default: its own name.
            description: The description for the model. Default: its docstring, without the sections.
            strict: True if the model must fill in every parameter, those with defaults too.
            requires_confirmation: True if a call waits for a yes, or a function of its arguments that returns it. It
                gets them as the tool does, converted and with the defaults, in a dict of JSON values.
            limit: The number of calls that may run at once in one event loop.
            timeout: Seconds for a call. A thread can not be stopped: it is left behind.

        Raises `TypeError` for a type that JSON can not hold and a constraint that can not be checked, `ValueError` for
        a limit or timeout that is not positive.
        """
        settings = ToolSettings(requires_confirmation=requires_confirmation, limit=limit, timeout=timeout)
        code = FunctionImplementation(function)
        named = name or _name_of(function)
        about = code.signature.description if description is None else description
        definition = Function(named, code.signature.schema(strict=strict), about, strict)
        return attach(cast("Tool[Q, S]", cls(definition)), code, settings, function)

    @property
    def name(self) -> str:
        """The name for the model."""
        return self.function.name

    @property
    def inner(self) -> Callable[..., Any]:
        """The function itself."""
        return cast("Callable[..., Any]", vars(self)["inner"])

    @property
    def settings(self) -> ToolSettings:
        """The settings to run it."""
        return cast("ToolSettings", vars(self)["settings"])

    def needs_confirmation(self, arguments: str | JSONMapping | CheckedArguments) -> bool:
        """Return True if a call with these arguments waits for a yes; raises `ValueError` for wrong arguments."""
        asks = self.settings.requires_confirmation
        if isinstance(asks, bool):
            return asks
        checked = arguments if isinstance(arguments, CheckedArguments) else self.check(arguments)
        return not checked.is_exact or bool(asks(copied(checked.plain)))

    def read(self, arguments: str | JSONMapping) -> Any:
        """Check the arguments of a call and return them as values; raises `ValueError`."""
        return self._implementation.read(arguments_of(arguments))

    def check(self, arguments: str | JSONMapping) -> CheckedArguments:
        """Check the arguments of a call and return them as values and as JSON; raises `ValueError`."""
        given = arguments_of(arguments)
        values = self._implementation.read(given)
        return CheckedArguments(values, *self._implementation.plain(values, given))

    async def run(self, arguments: str | JSONMapping, context: Context | None = None) -> Any:
        """Check the arguments, wait until `limit` allows it, and call the function within `timeout`."""
        return await self.perform(self.read(arguments), context or Context(None, name=self.name))

    async def perform(self, values: Any, context: Context) -> Any:
        """Call the function with arguments that were checked."""
        if (limit := self.settings.limit) is not None:
            async with _semaphore_of(self, limit):
                return await self._call(values, context)
        return await self._call(values, context)

    async def _call(self, values: Any, context: Context) -> Any:
        code, timeout = self._implementation, self.settings.timeout
        try:
            if timeout is None:
                return await code.call(values, context, abandon=False)
            with anyio.move_on_after(timeout):
                return await code.call(values, context, abandon=True)
        except asyncio.CancelledError as cancelled:
            if _is_being_cancelled():
                raise
            raise RuntimeError(f"{self.name} was cancelled from within") from cancelled
        raise TimeoutError(f"{self.name} took longer than {timeout:g} s")

    @property
    def _implementation(self) -> Implementation:
        return cast("Implementation", vars(self)["implementation"])

    def __repr__(self) -> str:
        return f"<Tool {self.name}>"


def _is_being_cancelled() -> bool:
    """Return True if somebody cancels this task, False if a `CancelledError` came from what a tool awaited."""
    if anyio.get_cancelled_exc_class() is not asyncio.CancelledError:
        return False
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _name_of(function: Any) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    return str(getattr(function, "__name__", type(function).__name__))


LocalTool: TypeAlias = Tool[..., Any]
"""A tool of whatever parameters."""


def attach(
    tool: Tool[P, R], implementation: Implementation, settings: ToolSettings, inner: Callable[..., Any]
) -> Tool[P, R]:
    """Attach the code to a definition. It is no field of it: the API gets the definition alone."""
    vars(tool).update(implementation=implementation, settings=settings, inner=inner)
    return tool


_semaphores: RunVar[WeakKeyDictionary[LocalTool, anyio.Semaphore]] = RunVar("mistral_async_tools")


def _semaphore_of(tool: LocalTool, limit: int) -> anyio.Semaphore:
    """Return the semaphore of a tool in this event loop, shared by all runs."""
    try:
        semaphores = _semaphores.get()
    except LookupError:
        semaphores = WeakKeyDictionary[LocalTool, anyio.Semaphore]()
        _semaphores.set(semaphores)
    return semaphores.setdefault(tool, anyio.Semaphore(limit))


class FunctionImplementation:
    """A Python function; one that is not async runs in a thread."""

    def __init__(self, function: Callable[..., Any], signature: FunctionSignature | None = None) -> None:
        self.signature = signature or FunctionSignature(function)
        self._function = function
        self._async = is_async(function)

    def read(self, arguments: JSONObject) -> JSONObject:
        """Check the arguments against the annotations."""
        return self.signature.read(arguments)

    def plain(self, values: JSONObject, arguments: JSONObject) -> tuple[JSONObject, bool]:
        """Return the values as JSON, and True if that is read as the same values."""
        return self.signature.plain(values, arguments)

    async def call(self, values: JSONObject, context: Context, *, abandon: bool) -> Any:
        """Call the function."""
        args, kwargs = self.signature.bind(values, context)
        if self._async:
            return await _awaited(self._function(*args, **kwargs))
        return await call_in_thread(functools.partial(self._function, *args, **kwargs), abandon=abandon)


async def call_in_thread(call: Callable[[], Any], *, abandon: bool) -> Any:
    """Call it in a thread, which makes the items of an iterator too; a result that can be awaited is awaited here."""

    def held() -> tuple[Any]:
        value = call()
        listed = is_iterator(value) and not inspect.isawaitable(value)
        return (list(value) if listed else value,)  # trio takes no coroutine from a thread

    (value,) = await run_in_own_thread(held, abandon_on_cancel=abandon)
    return await _awaited(value)


async def _awaited(value: Any) -> Any:
    """Return the result of what can be awaited, and the items of an iterator, async or not."""
    if inspect.isawaitable(value):
        value = await value
    if inspect.isasyncgen(value):
        async with aclosing(value):
            return [each async for each in value]
    return await _listed(value) if is_iterator(value) else value


async def _listed(items: Iterator[object]) -> list[object]:
    """Return the items of an iterator of an async function: made here, for they may be this thread's, in turns."""
    found: list[object] = []
    turn_ends = time.monotonic() + TURN
    for each in items:
        found.append(each)
        if time.monotonic() > turn_ends:
            await pause()
            turn_ends = time.monotonic() + TURN
    return found


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    strict: bool = False,
    requires_confirmation: Confirms = False,
    limit: int | None = None,
    timeout: float | None = None,
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...
def tool(function: Any = None, /, **settings: Any) -> Any:
    """Make a tool of the function below: `@tool`, or `@tool(timeout=5)` with the settings of `Tool.from_function`."""

    def make(function: Callable[..., Any]) -> LocalTool:
        return Tool.from_function(function, **settings)

    return make if function is None else make(function)
