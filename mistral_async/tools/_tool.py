"""Tools: functions that the model may ask for, with what has to be known to run them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Generic, ParamSpec, Protocol, TypeAlias, TypeVar, cast, overload
from weakref import WeakKeyDictionary

import anyio
import anyio.to_thread
import msgspec
from anyio.lowlevel import RunVar

from mistral_async.models.tools import Function, FunctionTool
from mistral_async.tools._function import Context, Signature, arguments_of, is_async

P = ParamSpec("P")
R = TypeVar("R")
Q = ParamSpec("Q")
S = TypeVar("S")

Confirms: TypeAlias = bool | Callable[[dict[str, Any]], bool]
"""Whether a call must be confirmed before it runs: always, or where the function of its arguments says so."""


class ToolError(Exception):
    """Raised by a tool to tell the model what is wrong: the model sees exactly this text."""


class Plan(Protocol):
    """How a tool is run."""

    def read(self, arguments: dict[str, Any]) -> Any:
        """Check the arguments; raises `ValueError`."""
        ...

    async def call(self, values: Any, context: Context[Any], *, abandon: bool) -> Any:
        """Do it. With `abandon`, what can not be stopped is left behind when this is cancelled."""
        ...


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How a tool may be run."""

    requires_confirmation: Confirms = False
    limit: int | None = None
    timeout: float | None = None

    def __post_init__(self) -> None:
        """Refuse what would never run."""
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"limit must be at least 1, not {self.limit}")
        if self.timeout is not None and not self.timeout > 0:
            raise ValueError(f"timeout must be more than 0 seconds, not {self.timeout}")


class Tool(FunctionTool, Generic[P, R], dict=True, weakref=True, eq=False):
    """A function that the model may ask for. It can be called as before, and given to `complete` as to `run`."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the function itself."""
        return cast("R", self.inner(*args, **kwargs))

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
            name: How the model calls it. Default: its own name.
            description: What it does. Default: its docstring, without the sections.
            strict: Whether the model must fill in every parameter, those with defaults too.
            requires_confirmation: Whether a call waits for a yes: always, or where a function of its arguments says so.
            limit: How many calls may run at once in one event loop.
            timeout: Seconds for a call. A thread can not be stopped: it is left behind.
        """
        settings = Settings(requires_confirmation=requires_confirmation, limit=limit, timeout=timeout)
        plan = FunctionPlan(function)
        named = name or str(getattr(function, "__name__", type(function).__name__))
        about = plan.signature.description if description is None else description
        definition = Function(named, plan.signature.schema(strict=strict), about, strict)
        return equip(cast("Tool[Q, S]", cls(definition)), plan, settings, function)

    @property
    def name(self) -> str:
        """How the model calls it."""
        return self.function.name

    @property
    def inner(self) -> Callable[..., Any]:
        """The function itself."""
        return cast("Callable[..., Any]", vars(self)["inner"])

    @property
    def settings(self) -> Settings:
        """How it may be run."""
        return cast("Settings", vars(self)["settings"])

    def needs_confirmation(self, arguments: dict[str, Any]) -> bool:
        """Whether a call with these arguments waits for a yes."""
        asks = self.settings.requires_confirmation
        return asks if isinstance(asks, bool) else asks(arguments)

    def read(self, arguments: str | Mapping[str, Any]) -> Any:
        """Check the arguments of a call; raises `ValueError` that says what is wrong."""
        return cast("Plan", vars(self)["plan"]).read(arguments_of(arguments))

    async def run(self, arguments: str | Mapping[str, Any], context: Context[Any] | None = None) -> Any:
        """Check the arguments, wait for a place, and call the function within its time."""
        return await self.perform(self.read(arguments), context or Context(None, name=self.name))

    async def perform(self, values: Any, context: Context[Any]) -> Any:
        """Call the function with arguments that were checked."""
        plan, settings = cast("Plan", vars(self)["plan"]), self.settings
        if settings.limit is not None:
            async with _places(self, settings.limit):
                return await self._timed(plan, values, context)
        return await self._timed(plan, values, context)

    async def _timed(self, plan: Plan, values: Any, context: Context[Any]) -> Any:
        timeout = self.settings.timeout
        if timeout is None:
            return await plan.call(values, context, abandon=False)
        with anyio.move_on_after(timeout):
            return await plan.call(values, context, abandon=True)
        raise TimeoutError(f"{self.name} took longer than {timeout:g} s")

    def __repr__(self) -> str:
        return f"<Tool {self.name}>"


def equip(tool: Tool[P, R], plan: Plan, settings: Settings, inner: Callable[..., Any]) -> Tool[P, R]:
    """Give a tool what runs it. These are no fields: the API gets the definition alone."""
    vars(tool).update(plan=plan, settings=settings, inner=inner)
    return tool


_semaphores: RunVar[WeakKeyDictionary[Tool[..., Any], anyio.Semaphore]] = RunVar("mistral_async_tools")


def _places(tool: Tool[..., Any], limit: int) -> anyio.Semaphore:
    """The places of a tool in this event loop, shared by all runs."""
    try:
        semaphores = _semaphores.get()
    except LookupError:
        semaphores = WeakKeyDictionary[Tool[..., Any], anyio.Semaphore]()
        _semaphores.set(semaphores)
    return semaphores.setdefault(tool, anyio.Semaphore(limit))


class FunctionPlan:
    """Runs a Python function; in a thread if it is not async."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.signature = Signature(function)
        self._function = function
        self._async = is_async(function)

    def read(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Check the arguments against the annotations."""
        return self.signature.read(arguments)

    async def call(self, values: dict[str, Any], context: Context[Any], *, abandon: bool) -> Any:
        """Call it."""
        args, kwargs = self.signature.bind(values, context)
        if self._async:
            return await self._function(*args, **kwargs)
        return await in_thread(functools.partial(self._function, *args, **kwargs), abandon=abandon)


async def in_thread(call: Callable[[], Any], *, abandon: bool) -> Any:
    """Call it in a thread; what it gives is awaited here if it can be."""

    def held() -> tuple[Any]:
        return (call(),)  # trio takes no coroutine from a thread

    (value,) = await anyio.to_thread.run_sync(held, abandon_on_cancel=abandon)
    if inspect.isawaitable(value):
        value = await value
    return value


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

    def make(function: Callable[..., Any]) -> Tool[..., Any]:
        return Tool.from_function(function, **settings)

    return make if function is None else make(function)
