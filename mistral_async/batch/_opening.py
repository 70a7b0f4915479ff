"""How a run begins: with calls that are written down, or with a handle of one that is under way."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import Any, Generic, Protocol, TypeVar, cast

from anyio import CancelScope, to_thread

from mistral_async._engine.engine import Engine
from mistral_async.batch._options import Plan
from mistral_async.batch._spool import Items, Spool, fill, fill_now
from mistral_async.batch._work import Work
from mistral_async.errors import MistralError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Opening(Protocol[T]):
    """What results are read from."""

    async def open(self) -> tuple[Work[T], Spool[T] | None]:
        """The run, with its checkpoint taken, and its requests if they are here."""
        ...

    def prepare(self) -> None:
        """Read what a blocking caller has, in its own thread."""
        ...


class Fresh(Generic[T]):
    """Calls that were not sent, or, with a checkpoint, that may have been."""

    def __init__(self, engine: Engine, calls: Items[T], plan: Plan) -> None:
        given: object = calls
        if isinstance(given, (str, bytes)) or not isinstance(given, (Iterable, AsyncIterable)):
            raise TypeError(f"the calls are an iterable, such as a list, of calls, not {type(given).__name__}")
        self._engine = engine
        self._calls = calls
        self._plan = plan
        self._spool: Spool[T] | None = None

    def _new_spool(self) -> Spool[T]:
        return Spool(self._plan, self._engine.options.extra_body)

    def prepare(self) -> None:
        """Write the calls down in the caller's thread, where an iterable may only be read."""
        if isinstance(self._calls, AsyncIterable):
            return
        spool = self._new_spool()
        try:
            spool.open()
            fill_now(spool, self._calls)
        except BaseException:
            spool.close()
            raise
        self._spool = spool

    async def open(self) -> tuple[Work[T], Spool[T] | None]:
        """Write the calls down."""
        spool, self._spool = self._spool, None
        if spool is None:
            spool = self._new_spool()
            try:
                await to_thread.run_sync(spool.open)
                await fill(spool, self._calls)
            except BaseException:
                with CancelScope(shield=True):
                    await to_thread.run_sync(spool.close)
                raise
        plan = self._plan
        work = Work(
            self._engine,
            spool.run,
            spool.journal,
            spool.decoders,
            poll=plan.poll,
            progress=plan.progress,
            concurrency=plan.concurrency,
            directory=plan.directory,
            resumed=spool.resumed,
        )
        return work, spool

    async def start(self) -> Work[T]:
        """Create all jobs."""
        work, found = await self.open()
        spool = cast("Spool[T]", found)
        try:
            await work.submit_all(spool.path)
        except MistralError as error:
            error.partial = work.run.to_json().decode()
            raise
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(spool.close)
        return work


class Kept(Generic[T]):
    """A run that is under way."""

    def __init__(self, work: Work[T]) -> None:
        self._work = work

    def prepare(self) -> None:
        """There is nothing to read."""

    async def open(self) -> tuple[Work[T], Spool[Any] | None]:
        """Take the checkpoint."""
        await to_thread.run_sync(self._work.journal.acquire)
        return self._work, None
