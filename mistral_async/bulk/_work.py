"""Work with items: how one becomes a request, a digest for the checkpoint, and a result again."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import msgspec

from mistral_async._codec.json_encode import encode_sorted
from mistral_async._codec.open_union import decode
from mistral_async._engine.engine import Engine
from mistral_async._engine.request import Call
from mistral_async._engine.response import Response
from mistral_async.bulk._outcome import Err, Ok, Result
from mistral_async.bulk._packer import Entry, Pack
from mistral_async.bulk._progress import ProgressCounter
from mistral_async.errors import MistralError

if TYPE_CHECKING:
    from mistral_async._spending import Usage

T = TypeVar("T")

_DIGEST = 16  # bytes


class Outcome(msgspec.Struct, Generic[T]):
    """The results of a request's items, in their order, and their encoding in the checkpoint."""

    results: list[Result[T]]
    kept: Sequence[bytes | None] = ()


class Work(ABC, Generic[T]):
    """A way to send items, and to remember them."""

    counter: ProgressCounter
    keep = False
    """True where there is a checkpoint."""
    first_packs: int | None = None
    """Requests at once until the first of them succeeded; None: as many as there may be."""
    open: Mapping[str, Pack] = {}
    """Requests that wait to be full."""

    def __init__(self, engine: Engine, job: Mapping[str, Any]) -> None:
        self._engine = engine
        extra = engine.options.extra_body
        self.job: Mapping[str, Any] = {**job, "extra_body": extra} if extra else job
        """The description of the job that is kept in the checkpoint."""

    @abstractmethod
    def add(self, entry: Entry) -> Sequence[Pack]:
        """Take an item in, and return the requests that are full now."""

    def flush(self) -> list[Pack]:
        """Return the requests that are not full."""
        return []

    def fitting(self, pack: Pack) -> list[Pack]:
        """Return the request, in parts where it was made before a limit was known."""
        return [pack]

    @abstractmethod
    async def perform(self, pack: Pack) -> Outcome[T] | list[Pack]:
        """Send a request; return its results, or the parts it has to be sent in."""

    @abstractmethod
    def digest(self, item: object) -> bytes:
        """Return a digest that tells items apart; TypeError if there is none."""

    @abstractmethod
    def restore(self, kept: bytes, item: object) -> T:
        """Make the value again of its encoding in the checkpoint."""

    def pause_with(self, pause: Callable[[float], Awaitable[None]]) -> None:
        """Have this function wait for the next attempt of a request that was refused with 429."""
        self._engine.sender.pause = pause

    @property
    def usage(self) -> Usage:
        """The usage of its requests so far."""
        return self._engine.usage

    async def respond(self, call: Call[Any]) -> Response[Any]:
        """Perform a call, and count its requests and tokens."""
        try:
            response = await self._engine.respond(call)
        except MistralError as error:
            self.counter.count(error.attempts)
            raise
        self.counter.count(response.attempts)
        self.counter.bill(getattr(response.data, "usage", None))
        return response


class SingleWork(Work[T]):
    """Work with one call for each item."""

    def __init__(self, engine: Engine, describe: Callable[[Any], Call[T]], job: Mapping[str, Any]) -> None:
        super().__init__(engine, job)
        self._describe = describe

    def add(self, entry: Entry) -> Sequence[Pack]:
        """Make a request of the item."""
        return (Pack([entry]),)

    async def perform(self, pack: Pack) -> Outcome[T]:
        """Perform the call."""
        entry = pack.entries[0]
        call = self._describe(entry.item)
        response = await self.respond(call)
        value = cast("T", response.data)
        asked = response.model
        result = Ok(value, entry.index, getattr(value, "usage", None), model=None if asked == call.model else asked)
        return Outcome([result], (response.body,) if self.keep else ())

    def digest(self, item: object) -> bytes:
        """Return the digest of the request."""
        call = self._describe(item)
        body = call.json if call.form is None else call.form.values
        return digest_of([call.method, call.target, body, *([call.headers] if call.headers else [])])

    def restore(self, kept: bytes, item: object) -> T:
        """Decode the body as the call decodes it."""
        call = self._describe(item)
        if call.returns is None:
            return cast("T", None)
        value = decode(kept, call.returns)
        return cast("T", value if call.transform is None else call.transform(value))


def digest_of(value: object) -> bytes:
    """Return the digest of anything that is JSON."""
    try:
        data = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else encode_sorted(value)
    except (TypeError, ValueError, NotImplementedError, RecursionError) as error:
        raise TypeError(f"a checkpoint takes items that are JSON, without files: {error}") from None
    return blake2b(data, digest_size=_DIGEST).digest()


def failed(pack: Pack, error: Exception) -> Outcome[Any]:
    """Make the outcome of a request whose every item failed alike."""
    return Outcome([Err(error, entry.index) for entry in pack.entries])
