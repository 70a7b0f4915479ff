"""Methods of groups that tests and wrappers have replaced: those that ask them ask what is in their place.

`mock.patch.object(client.chat, "complete", ...)` holds for `client.chat.parse` and `client.chat.run` too, and for
`client.bulk.chat`, `client.with_response.chat.complete` and every view of the client.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial, reduce
from types import MethodType
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from mistral_async._engine.request import Request

if TYPE_CHECKING:
    from mistral_async._engine.client_state import ClientState
    from mistral_async._engine.engine import Engine
    from mistral_async._engine.response import Response

# Rule 1: A method is replaced where its group has it as an attribute of its own, or its class something else, or where
#   the client, or its class, has something else in the place of the group. It is so for all that performs calls of the
#   client: other methods, bulk and batch work, `with_response` and views.
# Rule 2: What replaces it is called with the options of the call. Where another method asks it, its answer is read as
#   the API's: one that is not of the type is asked for again as often as `repair=` says.
# Rule 3: What replaces a blocking method is called in a thread, and what it gives is read there. It takes none of the
#   threads that the calls need which it waits for.
# Rule 4: What calls the method that it replaces (a wrapper) has that perform for the one who asked: with the options of
#   the view or the job, until it has answered. Methods of other clients are none of that.
# Rule 5: What replaces a coroutine gives something to await; else a TypeError says so.
# Rule 6: Whoever wants a `Response` gets that of the method that a wrapper has called, with the wrapper's answer in it.

Ask: TypeAlias = Callable[..., Any]


class Question:
    """A question to a replacement, on behalf of an engine."""

    __slots__ = ("engine", "is_answered", "response", "wants_response")

    def __init__(self, engine: Engine, wants_response: bool) -> None:  # noqa: FBT001 - as it is read
        self.engine: Engine = engine
        self.is_answered: bool = False
        self.wants_response: bool = wants_response
        self.response: Response[Any] | None = None
        """That of the call which a wrapper has made."""

    async def keep(self, response: Awaitable[Response[Any]]) -> Any:
        """Keep the `Response` of a call, and return what it has."""
        self.response = await response
        return self.response.data


_ASKING: ContextVar[Mapping[tuple[ClientState, str], Question]] = ContextVar("_ASKING")
"""The questions that are asked here, by client and name."""
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
KEEPING = set[str]()
"""The names of endpoints whose requests keep their arguments."""
PARENTS: dict[str, Written] = {}
"""The attributes that are groups, by the names of the groups' classes."""


class Register:
    """The methods that were replaced on the groups of an executor. Views have those of their client, too."""

    is_blocking: bool = False
    awaits: bool = False
    """True if its methods give coroutines."""
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
        self.client_class: type[Any] | None = None if origin is None else origin.client_class
        if origin is not None:
            self.own = {} if origin.own is origin.replaced else {**origin.own}

    def over(self, engine: Engine, *, responses: bool = False) -> Any:
        """Return an executor of the same kind over another engine."""
        raise NotImplementedError

    def perform(self, request: Request) -> Any:
        """Give the mode's form of a request."""
        raise NotImplementedError

    def perform_for(self, question: Question, request: Request) -> Any:
        """Give the mode's form of a request that a wrapper makes to answer a question."""
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
        if _question(self.engine, name) is not None:
            return None
        place, path = name, list[str]()
        while (found := self._in_place_of(place)) is None or found[0] is group:
            if found is not None or (parent := _parent_of(place)) is None:
                return None
            place, attribute = parent
            path.insert(0, attribute)
        ask = reduce(partial(_attribute, None), path, getattr(*found))
        is_blocking: bool = found[0]._executor.is_blocking  # noqa: SLF001 - executors and resources are one design
        return None if ask is None else Replacement(name, ask, is_blocking)

    def _in_place_of(self, place: str) -> tuple[Any, str] | None:
        """Return the group or client that has something else for a method or a group, and the name there."""
        return self.own.get(place) or self.replaced.get(place) or self.on_class(place)

    def on_class(self, place: str) -> tuple[Any, str] | None:
        """Return an instance of the class that has something else for a group, and the name there."""
        if (group := PARENTS.get(place)) is None:
            return None
        cls: type[Any] = group.cls
        if self.client_class is not None and issubclass(self.client_class, cls):
            cls = self.client_class
        if _static(cls, group.attribute) is group.descriptor:
            return None
        holder = object.__new__(cls)
        vars(holder)["_executor"] = self.public
        value: Any = None
        with suppress(Exception):  # of a property of the user's that needs more of its client, or has no such group
            value = getattr(holder, group.attribute)
        is_group = hasattr(cast("Any", type(value)), "_written")
        return None if value is None or is_group else (holder, group.attribute)

    def look_on_class(self) -> None:
        """Take note if the client's class has something else for a group."""
        if any(map(self.on_class, PARENTS)):
            self.replaced.setdefault(_ELSEWHERE, (None, ""))

    def attributes(self) -> dict[tuple[str, ...], Any]:
        """Return what stands in the place of methods and groups, by its path from the client."""
        found = {**self.replaced, **self.own}
        return {
            (*_path_of(place)[:-1], name): getattr(group, name)  # a method may have two names in its group
            for place, (group, name) in found.items()
            if place != _ELSEWHERE
        }

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
        if (question := _question(self.engine, name)) is not None:
            return self.over(question.engine, responses=getattr(self, "_responses", False)).perform_for(
                question, request
            )
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
    if type(value) is not MethodType or value.__self__ is not group:
        return False
    return value.__func__ in (written.function, written.coroutine_function)


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
    if cls:
        return cls, attribute
    group = PARENTS.get(place)
    return None if group is None else (group.cls.__name__, group.attribute)


def _path_of(place: str) -> tuple[str, ...]:
    """Return the names by which a client leads to a method or a group."""
    path = list[str]()
    while (parent := _parent_of(place)) is not None:
        place, name = parent
        path.insert(0, name)
    return tuple(path)


def _static(cls: type[Any], name: str) -> Any:
    """Return an attribute of a class as it is there: to read it may call a mock."""
    for each in cls.__mro__:
        if name in vars(each):
            return vars(each)[name]
    return None


def _question(engine: Engine, name: str) -> Question | None:
    """Return the question that is asked here, if it is not answered yet (rule 4)."""
    found = _ASKING.get({}).get((engine.state, name))
    return None if found is None or found.is_answered else found


@contextmanager
def asking(found: Replacement, engine: Engine, wants_response: bool = False) -> Generator[Question]:  # noqa: FBT001, FBT002 - as it is handed on
    """Ask a question in a block."""
    question = Question(engine, wants_response)
    token = _ASKING.set({**_ASKING.get({}), (engine.state, found.name): question})
    try:
        yield question
    finally:
        question.is_answered = True
        _ASKING.reset(token)


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
    if any(each.is_replaced for name in (WRITTEN if names is None else names) for each in WRITTEN.get(name, ())):
        return True
    return any(map(executor.on_class, PARENTS if names is None else _groups_of(names)))


def _groups_of(names: Iterable[str]) -> Iterator[str]:
    """Yield the classes of the groups that methods are in, and those above."""
    for name in names:
        place = name
        while (parent := _parent_of(place)) is not None:
            place = parent[0]
            yield place
