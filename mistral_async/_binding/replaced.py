"""Methods of groups that tests and wrappers have replaced: those that ask them ask what is in their place.

`mock.patch.object(client.chat, "complete", ...)` holds for `client.chat.parse` and `client.chat.run` too, and for
`client.bulk.chat`, `client.with_response.chat.complete` and every view of the client.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from functools import partial, reduce
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from mistral_async._engine.request import Call, Request
from mistral_async._http.threads import run_in_own_thread
from mistral_async.errors import OutputError

if TYPE_CHECKING:
    from mistral_async._engine.client_state import ClientState
    from mistral_async._engine.engine import Engine

# Rule 1: A method is replaced where its group has it as an attribute of its own, or its class something else. It is so
#   for all that performs calls of the client: other methods, bulk and batch work, `with_response` and views.
# Rule 2: What replaces it is called with the options of the call. Where another method asks it, its answer is read as
#   the API's: one that is not of the type is asked for again as often as `repair=` says.
# Rule 3: What replaces a blocking method is called in a thread, and what it gives is read there. It takes none of the
#   threads that the calls need which it waits for.
# Rule 4: What calls the method that it replaces (a wrapper) has that perform for the one who asked: with the options of
#   the view or the job. Methods of other clients are none of that.
# Rule 5: What replaces a coroutine gives something to await; else a TypeError says so.

Ask: TypeAlias = Callable[..., Any]

_ASKING: ContextVar[Mapping[tuple[ClientState, str], Engine]] = ContextVar("_ASKING")
"""The engines for which methods are asked, by client and name."""
_ELSEWHERE = ""  # the key that says that a view has a replaced method of its own


class Replacement:
    """The function in the place of a method."""

    __slots__ = ("ask", "is_blocking", "name")

    def __init__(self, name: str, ask: Ask, is_blocking: bool) -> None:  # noqa: FBT001 - as it is read
        self.name: str = name
        """The method's name, such as `Chat.complete`."""
        self.ask: Ask = ask
        self.is_blocking: bool = is_blocking


class Written:
    """A method as it was written, and its place."""

    __slots__ = ("attribute", "cls", "descriptor")

    def __init__(self, cls: type[Any], attribute: str, descriptor: Any) -> None:
        self.cls = cls
        self.attribute = attribute
        self.descriptor = descriptor

    @property
    def is_replaced(self) -> bool:
        """True if the class has something else."""
        return getattr(self.cls, self.attribute, None) is not self.descriptor


WRITTEN: dict[str, list[Written]] = {}
"""The methods of all groups by their names; what is one request has one name, in whatever groups it is."""
PARENTS: dict[str, tuple[str, str]] = {}
"""The classes of groups by name, each with the class of the group that it is in and its name there."""


class Register:
    """The methods that were replaced on the groups of an executor. Views have those of their client, too."""

    is_blocking: bool = False
    describes: bool = False
    """True if it hands requests over and asks nobody."""
    adapts: bool = False
    """True if its groups have asynchronous forms of what is replaced."""
    engine: Engine

    def __init__(self, origin: Register | None) -> None:
        self.public: Register = self
        """The executor of the groups that users see."""
        self.replaced: dict[str, tuple[Any, str]] = {} if origin is None else origin.replaced
        """Those of the client; not empty where any view has one."""
        self.own = self.replaced
        """Those of this view, and of the one that it was made from."""
        if origin is not None:
            self.own = {} if origin.own is origin.replaced else {**origin.own}

    def over(self, engine: Engine, *, responses: bool = False) -> Any:
        """Return an executor of the same kind over another engine."""
        raise NotImplementedError

    def perform(self, request: Request) -> Any:
        """Give the mode's form of a request."""
        raise NotImplementedError

    def note(self, name: str, group: Any, attribute: str) -> None:
        """Take note of a method that is replaced on its group."""
        self.own[name] = group, attribute
        if self.own is not self.replaced:
            self.replaced.setdefault(_ELSEWHERE, (None, ""))

    def forget(self, name: str) -> None:
        """Take note of a method that is no longer replaced."""
        self.own.pop(name, None)

    def find(self, name: str, group: Any = None) -> Replacement | None:
        """Return what replaces a method on another group than this one, unless it is what calls it (rule 4)."""
        if (self.engine.state, name) in _ASKING.get({}):
            return None
        place, path = name, list[str]()
        while (found := self.own.get(place) or self.replaced.get(place)) is None or found[0] is group:
            if found is not None or (parent := _parent_of(place)) is None:
                return None
            place, attribute = parent
            path.insert(0, attribute)
        ask = reduce(partial(_attribute, None), path, getattr(*found))
        is_blocking: bool = found[0]._executor.is_blocking  # noqa: SLF001 - executors and resources are one design
        return None if ask is None else Replacement(name, ask, is_blocking)

    def find_any(self, name: str) -> Replacement | None:
        """Return what replaces a method, on a group or on its class (rule 1)."""
        if found := self.find(name):
            return found
        for place in WRITTEN.get(name, ()):
            if place.is_replaced:
                return Replacement(name, getattr(place.cls(self), place.attribute), self.is_blocking)
        return None

    def perform_as(self, described_by: tuple[str, ...], group: Any, request: Request, args: Any, options: Any) -> Any:
        """Give the mode's form of a request, where methods of the client are replaced: maybe this one."""
        name = described_by[0]
        if (engine := _ASKING.get({}).get((self.engine.state, name))) is not None:
            return self.over(engine, responses=getattr(self, "_responses", False)).perform(request)
        if (found := self.find(name, group)) is None:
            return self.perform(request)
        return self.ask_instead(found, request, args, options)

    def ask_instead(self, found: Replacement, request: Request | None, args: Any, options: Any) -> Any:
        """Give the mode's form of what replaces a method on another group of the client."""
        raise NotImplementedError

    def adapt(self, group: Any) -> None:
        """Give a group the asynchronous forms of what is replaced, on the client or on a class."""


def is_own(value: Any, written: Any, group: Any) -> bool:
    """Return whether a value is the method of a group itself."""
    return type(value) is MethodType and value.__self__ is group and value.__func__ is written.function


def class_below(name: str, found: Any) -> str | None:
    """Return the name of the class of a group, which its property is annotated with; None for other attributes."""
    if not isinstance(found, functools.cached_property) or name == "with_response":
        return None
    return str(cast("Any", found).func.__annotations__.get("return", "")).partition("[")[0]


def name_of(function: Callable[..., Any]) -> str:
    """Return the name of a method, such as `Chat.complete`: one in two groups has that of its own."""
    name: str = vars(function).get("same_as", function.__qualname__)
    return name


def _attribute(default: object, value: object, name: str) -> Any:
    return getattr(value, name, default)


def _parent_of(place: str) -> tuple[str, str] | None:
    """Return the class of a method's group and its name there, or those of a group."""
    cls, _, attribute = place.rpartition(".")
    return (cls, attribute) if cls else PARENTS.get(place)


def replacement(group: Any, name: str) -> Replacement | None:
    """Return what replaces a method that another one of its group asks, or None (rule 1)."""
    executor: Register = group._executor  # noqa: SLF001 - executors and resources are one design
    written = group._written[name]  # noqa: SLF001 - see above
    if executor.describes:
        return None
    if name in vars(group) or getattr(group.__class__, name) is not written:
        return Replacement(written.name, getattr(group, name), executor.is_blocking)
    return executor.find(written.name, group) if executor.replaced else None


def is_as_written(cls: Any) -> bool:
    """Return whether no method of a class is replaced on it."""
    return all(getattr(cls, name) is written for name, written in cls._written.items())


def any_replaced(executor: Register, names: Iterable[str] | None = None) -> bool:
    """Return whether any method of a client, or of these, is replaced, on a group or on its class."""
    if executor.replaced:
        return True
    return any(each.is_replaced for name in (WRITTEN if names is None else names) for each in WRITTEN.get(name, ()))


async def called(found: Replacement, engine: Engine, args: Any, options: Any) -> Any:
    """Return what a replacement gives (rules 3 to 5)."""
    token = _ASKING.set({**_ASKING.get({}), (engine.state, found.name): engine})
    try:
        if found.is_blocking:
            return _blocking(found, await run_in_own_thread(partial(found.ask, *args, **options)))
        answer = found.ask(*args, **options)
        if inspect.isawaitable(answer):
            return await answer
    finally:
        _ASKING.reset(token)
    raise TypeError(
        f"`{found.name}` is replaced by {type(found.ask).__name__}, which gives {type(answer).__name__} where a "
        "coroutine is awaited: replace it with an `AsyncMock`, or a coroutine function"
    )


def called_here(found: Replacement, engine: Engine, args: Any, options: Any) -> Any:
    """Return what a replacement gives that does not wait (rule 4)."""
    token = _ASKING.set({**_ASKING.get({}), (engine.state, found.name): engine})
    try:
        return found.ask(*args, **options)
    finally:
        _ASKING.reset(token)


def answered_here(found: Replacement, engine: Engine, args: Any, options: Any) -> Any:
    """Return the answer that a blocking replacement gives (rules 4 and 5)."""
    return _blocking(found, called_here(found, engine, args, options))


def _blocking(found: Replacement, answer: Any) -> Any:
    if not inspect.iscoroutine(answer):
        return answer
    answer.close()
    raise TypeError(
        f"`{found.name}` is replaced by {type(found.ask).__name__}, which gives a coroutine to code that blocks: "
        "replace it with a `Mock`, or a function"
    )


async def ask_async(found: Replacement, engine: Engine, request: Call[Any]) -> Any:
    """Return what a request gives whose answers come from a replacement (rule 2)."""
    while True:
        answer = await called(found, engine, *arguments_of(found, request))
        try:
            return answer if request.transform is None else request.transform(answer)
        except OutputError as error:
            request = request.repair_or_raise(error)


def ask_blocking(found: Replacement, engine: Engine, request: Call[Any]) -> Any:
    """Return what a request gives whose answers come from a blocking replacement (rule 2)."""
    while True:
        answer = answered_here(found, engine, *arguments_of(found, request))
        try:
            return answer if request.transform is None else request.transform(answer)
        except OutputError as error:
            request = request.repair_or_raise(error)


def arguments_of(found: Replacement, request: Request) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Return the arguments that a request was described with, or that describe it: its ids, and options by name."""
    if request.described_with is not None and request.described_by[0] == found.name:
        return request.described_with
    fields = {**(request.query or {}), **request.fields}
    if request.fallback is not None:
        fields["fallback"] = request.fallback
    names = inspect.signature(WRITTEN[found.name][0].descriptor.function).parameters
    wire = {name.replace("_", "").lower(): name for name in names}  # `pageSize` is `page_size`, `input` is `inputs`
    wire |= {name.removesuffix("s"): each for name, each in wire.items() if name.endswith("s")}
    options = {wire.get(key.replace("_", "").lower()): value for key, value in fields.items()}
    return request.ids, {name: value for name, value in options.items() if name is not None}
