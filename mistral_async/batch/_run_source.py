"""Beginnings of a run: calls that are to be sent, or a run that is under way."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar, cast

from mistral_async._engine.engine import Engine
from mistral_async._http.threads import release_in_thread, run_in_thread
from mistral_async.batch._batch_run import BatchRun
from mistral_async.batch._config import BatchConfig
from mistral_async.batch._endpoints import BatchEndpoints
from mistral_async.batch._request_spool import Items, RequestSpool, spool_calls, spool_calls_here
from mistral_async.errors import MistralError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class RunSource(Protocol[T]):
    """A run that is about to be read."""

    async def open(self) -> tuple[BatchRun[T], RequestSpool[T] | None]:
        """Return the run, with its checkpoint taken, and its requests if they are here."""
        ...

    def prepare(self) -> None:
        """Read the calls of a blocking caller, in its own thread."""
        ...


class NewRun(Generic[T]):
    """Calls that were not sent, or, with a checkpoint, may have been."""

    def __init__(self, engine: Engine, endpoints: BatchEndpoints, calls: Items[T], config: BatchConfig) -> None:
        given: object = calls
        if isinstance(given, (str, bytes)) or not isinstance(given, (Iterable, AsyncIterable)):
            raise TypeError(f"the calls are an iterable, such as a list, of calls, not {type(given).__name__}")
        self.engine = engine
        self.endpoints = endpoints
        self._calls = calls
        self._config = config
        self._spool: RequestSpool[T] | None = None
        self._begun = False

    def _begin_reading(self) -> None:
        """Refuse to read an iterator a second time, of which an attempt that failed has had some."""
        if self._begun and isinstance(self._calls, (Iterator, AsyncIterator)):
            raise RuntimeError("the calls were an iterator, which has been read: make the call again with all of them")
        self._begun = True

    def _new_spool(self) -> RequestSpool[T]:
        return RequestSpool(self._config, self.engine.options.extra_body)

    def prepare(self) -> None:
        """Write the calls to the spool, in the caller's thread: an iterable may insist on it."""
        if isinstance(self._calls, AsyncIterable):
            return
        spool = self._new_spool()
        try:
            spool.open()
            self._begin_reading()
            spool_calls_here(spool, self._calls)
        except BaseException:
            spool.close()
            raise
        self._spool = spool

    async def open(self) -> tuple[BatchRun[T], RequestSpool[T] | None]:
        """Write the calls to the spool, unless `prepare` has, and make the run."""
        spool, self._spool = self._spool, None
        if spool is None:
            spool = self._new_spool()
            try:
                await run_in_thread(spool.open)
                self._begin_reading()
                await spool_calls(spool, self._calls)
            except BaseException:
                await release_in_thread(spool.close)
                raise
        config = self._config
        run = BatchRun(
            self.engine,
            self.endpoints,
            spool.record,
            spool.run_file,
            spool.decoders,
            poll=config.poll,
            progress=config.progress,
            concurrency=config.concurrency,
            directory=config.directory,
            resumed=spool.resumed,
        )
        return run, spool

    async def start(self) -> BatchRun[T]:
        """Create all jobs; an error has the handle of what was created, as JSON, in `.partial`."""
        run, found = await self.open()
        spool = cast("RequestSpool[T]", found)
        try:
            await run.submit_all(spool.path)
        except MistralError as error:
            error.partial = run.record.to_json().decode()
            raise
        finally:
            await release_in_thread(spool.close)
        return run


class ResumedRun(Generic[T]):
    """A run whose jobs, or some of them, were created before."""

    def __init__(self, run: BatchRun[T]) -> None:
        self._run = run

    def prepare(self) -> None:
        """Do nothing: there are no calls to read."""

    async def open(self) -> tuple[BatchRun[T], RequestSpool[Any] | None]:
        """Take the checkpoint."""
        await self._run.run_file.take()
        return self._run, None
