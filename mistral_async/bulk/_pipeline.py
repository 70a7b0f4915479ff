"""The pipeline of bulk work: one task reads, workers send, the checkpoint keeps, and nothing outgrows its bound."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import anyio
import anyio.lowlevel
import msgspec

from mistral_async._binding.exits import ENDS_PROCESS
from mistral_async.bulk._checkpoint import CheckpointError, Row
from mistral_async.bulk._config import BulkConfig
from mistral_async.bulk._duplicates import Duplicates
from mistral_async.bulk._notify import Notify
from mistral_async.bulk._outcome import Err, Ok, Result
from mistral_async.bulk._packer import Entry, Pack
from mistral_async.bulk._result_queue import ResultQueue
from mistral_async.bulk._source import Source
from mistral_async.bulk._work import Outcome, Work, failed
from mistral_async.bulk._workers import Workers
from mistral_async.errors import BudgetError
from mistral_async.models.usage import UsageInfo

if TYPE_CHECKING:
    from mistral_async.bulk._checkpoint_writer import CheckpointWriter

# Rule 1: One task reads and closes the source, in order, up to 256 items at a time, and only when there is room. A
# generator may therefore hold what belongs to a task.
# Rule 2: Items that were read and whose results were not taken are at most `max_in_flight`: this bounds the memory. A
# consumer that is slow stops the reading, and so new requests. Reading goes on when `min_room` items have room. Where
# no `max_in_flight` is given, one item does not hold up the others: results that wait for it, and items that wait for
# another attempt after a 429, do not count, up to 64 for each of the `concurrency`.
# Reading also pauses while more requests wait than may be sent at once; of packed work more than one, so that what is
# learned of the limits of a request counts for the next.
# Rule 3: Requests at once are at most `concurrency`. Packed work begins with `first_packs`, and gains one with each
# request that has an outcome. A request that waits for another attempt after a 429 leaves its place to the next, and
# has the first that is free when it returns.
# Rule 4: In order, a result waits in the window for those before it. Every item has one result, in its place.
# Rule 5: An item that can not be sent, or a request that fails, is an `Err` of its own. The job as a whole is ended
# by a checkpoint that fails, by a `progress` function that raises, and by any `Err` with `on_error="raise"`: the
# first of these is raised, once. A source that fails is at its end, and its error follows the results before it.
# Rule 6: After the end of the job no request starts.
# Rule 7: A result is handed out when it is in the checkpoint, not before. Failures are not kept: the next run tries
# them again.
# Rule 8: A packed request that is not full is sent at the end of the source; when the consumer waits for what it
# holds and there is no room to fill it; and when the source pauses while a worker has nothing to do.
# Rule 9: Of equal items (`dedupe`) the first is sent; the others get the same value, made anew, with a usage of
# nothing.
# Rule 10: Leaving the block cancels all tasks. A generator has 5 seconds to end; the checkpoint writes what was
# added.
# Rule 11: An exit or interrupt that a function of the user raises ends the job, and is raised by whoever reads or
# leaves the block. In one of these tasks it would end the event loop for everybody.
# Rule 12: When a budget has no room for a request, no other is sent: those under way end, and all items that are left
# are `Err`s with that error. What was paid for is handed out and kept, and a run with the same checkpoint goes on.

T = TypeVar("T")

_AT_ONCE: Final = 256  # items of one look at the source
_PAUSE: Final = 0.05  # seconds that a request which is not full waits for more of a source that pauses
_CLOSE_TIMEOUT: Final = 5.0  # seconds for a generator to end
_FREE: Final = UsageInfo()


class Pipeline(Generic[T]):
    """One job under way."""

    def __init__(
        self,
        source: Source,
        work: Work[T],
        config: BulkConfig,
        results: ResultQueue[T],
        checkpoint: CheckpointWriter | None,
        *,
        dedupe: bool,
    ) -> None:
        self.source = source
        self.scope = anyio.CancelScope()
        self._work = work
        self._config = config
        self._results = results
        self._checkpoint = checkpoint
        self._duplicates = Duplicates() if dedupe else None
        self._workers = Workers(work, config.concurrency, self._perform, results.freed)
        self._ahead = 1 if work.first_packs else config.concurrency
        self._reads = 0
        self._reading = False
        self._opened = Notify()
        self._refusal: BudgetError | None = None
        work.pause_with(self._pause)

    async def run(self) -> None:
        """Work until the scope is cancelled."""
        try:
            with self.scope:
                async with anyio.create_task_group() as group:
                    self._workers.start(group)
                    group.start_soon(self._contain, self._read)
                    if self._work.first_packs and self.source.may_wait:
                        group.start_soon(self._flush_at_pauses)
                    if self._config.progress is not None:
                        group.start_soon(self._contain, self._report_progress)
        except Exception as error:  # noqa: BLE001 - whatever it is, the consumer gets it
            self.stop(error)

    async def _contain(self, task: Callable[[], Awaitable[None]]) -> None:
        """Keep an exit within the job (Rule 11)."""
        try:
            await task()
        except ENDS_PROCESS as reason:
            self.stop(reason)

    def stop(self, error: BaseException) -> None:
        """End the job with an error (Rules 5 and 6)."""
        self._workers.stopped = True
        self._results.end(error)
        self.scope.cancel()

    # reading

    async def _read(self) -> None:
        results = self._results
        try:
            while items := await self._next_items():
                first, results.counter.read = results.counter.read, results.counter.read + len(items)
                await self._accept(first, items)
        except Exception as error:  # noqa: BLE001 - the checkpoint's refusal, or what a user's object raised
            self.stop(error)
        finally:
            with anyio.move_on_after(_CLOSE_TIMEOUT, shield=True):
                await self._close_source()
        self._workers.submit(self._work.flush())
        results.exhausted = True
        results.arrived.set()

    async def _next_items(self) -> list[object]:
        """Wait for room (Rule 2), then for the source; its failure ends it, and is raised later (Rule 5)."""
        results = self._results
        if self._reads and not self.source.may_wait:
            await anyio.lowlevel.checkpoint()
        while len(self._workers.waiting) > self._ahead or not self._may_read():
            await results.freed.wait()
        self._reads += 1
        self._reading = True
        try:
            return await self.source.read(min(results.room, _AT_ONCE))
        except Exception as error:  # noqa: BLE001 - a user's iterable may raise anything
            results.source_failure = error
            return []
        finally:
            self._reading = False

    def _may_read(self) -> bool:
        """Return whether there is room; where the consumer waits for what is held back, send that (Rule 8)."""
        results = self._results
        if results.room >= results.min_room:
            return True
        held = sum(len(pack.entries) for pack in self._work.open.values())
        if not results.consumer_waits or held < results.counter.in_flight:
            return False
        if results.room < 1:
            self._workers.submit(self._work.flush())
        return results.room >= 1

    async def _close_source(self) -> None:
        try:
            await self.source.aclose()
        except Exception as error:  # noqa: BLE001 - a user's generator may raise anything
            if self._results.source_failure is None:
                self._results.source_failure = error

    async def _accept(self, first: int, items: list[object]) -> None:
        """Send the items that have no result yet."""
        if self._checkpoint is None:
            for index, item in enumerate(items, first):
                self._add(Entry(index, item))
        else:
            await self._accept_new(self._checkpoint, first, items)
        if self._work.open:
            self._opened.set()

    def _add(self, entry: Entry) -> None:
        try:
            full = self._work.add(entry)
        except (TypeError, ValueError) as error:  # an item that can not be sent fails alone
            self._fail(entry.index, error)
            self._fail_duplicates(entry.digest, error)
        else:
            if full:
                self._workers.submit(full)

    async def _accept_new(self, checkpoint: CheckpointWriter, first: int, items: list[object]) -> None:
        """Look up the results of an earlier run, or of an equal item; send the others."""
        entries = self._entries(first, items)
        before = await checkpoint.lookup(first, [entry.digest for entry in entries])
        fresh = [entry for entry in entries if entry.digest and entry.index not in before]
        equal: dict[bytes, Row] = {}
        if self._duplicates is not None:
            fresh = self._duplicates.leaders(fresh)
            equal = await checkpoint.find([entry.digest for entry in fresh])
        known = [self._restored(row, e.item, e.index) for e in entries if (row := before.get(e.index))]
        self._results.counter.resumed += len(known)
        for entry in fresh:
            if row := equal.get(entry.digest):
                known.append(self._restored(row, entry.item, entry.index, _FREE))
                known += self._duplicate_results(row.value, entry)
            else:
                self._add(entry)
        self._put(known)

    def _entries(self, first: int, items: list[object]) -> list[Entry]:
        entries: list[Entry] = []
        for index, item in enumerate(items, first):
            try:
                digest = self._work.digest(item)
            except (TypeError, ValueError) as error:
                digest = b""
                self._fail(index, error)
            entries.append(Entry(index, item, digest=digest))
        return entries

    def _restored(self, row: Row, item: object, index: int, usage: UsageInfo | None = None) -> Result[T]:
        try:
            if usage is None and row.usage is not None:
                usage = msgspec.json.decode(row.usage, type=UsageInfo)
            return Ok(self._work.restore(row.value, item), index, usage)
        except (ValueError, TypeError) as error:  # a LenientDecodeError, or a decoder's
            raise CheckpointError(f"the checkpoint's result of item {index} can not be read: {error}") from error

    async def _flush_at_pauses(self) -> None:
        """Send what there is when the source pauses and a worker has nothing to do (Rule 8)."""
        workers = self._workers
        while True:
            if not self._work.open:
                await self._opened.wait()
            mark = self._reads
            await anyio.sleep(_PAUSE)
            if self._reading and mark == self._reads and not workers.waiting and workers.has_free:
                workers.submit(self._work.flush())

    # sending

    async def _perform(self, pack: Pack) -> None:
        """Send a request in a worker."""
        try:
            outcome = await self._send(pack)
        except ENDS_PROCESS as reason:
            self.stop(reason)
            return
        except Exception as error:  # noqa: BLE001 - one request's failure, whatever it is, is its items' own result
            outcome = failed(pack, error)
        if isinstance(outcome, list):
            self._workers.submit(outcome, first=True)
            return
        self._workers.allow_more()
        try:
            await self._finish(pack, outcome.results, outcome.kept)
        except Exception as error:  # noqa: BLE001 - the checkpoint could not be written
            self.stop(error)

    async def _send(self, pack: Pack) -> Outcome[T] | list[Pack]:
        """Send a request, unless a budget has refused one (Rule 12)."""
        if self._refusal is None:
            try:
                return await self._work.perform(pack)
            except BudgetError as error:
                self._refusal = error.with_traceback(None)
        return failed(pack, self._refusal)

    async def _pause(self, seconds: float) -> None:
        """Wait for the next attempt of a request, which holds up no other meanwhile (Rules 2 and 3)."""
        self._results.paused += 1
        self._results.freed.set()
        try:
            await self._workers.pause(seconds)
        finally:
            self._results.paused -= 1

    async def _finish(self, pack: Pack, results: list[Result[T]], kept: Sequence[bytes | None]) -> None:
        """Keep the results, then hand them out (Rule 7)."""
        checkpoint = self._checkpoint
        if checkpoint is None:
            self._put(results)
            return
        if kept:
            checkpoint.add(_rows(pack.entries, results, kept))
        if not self._put_failures(results):
            return
        await checkpoint.commit()
        if self._duplicates is None:
            self._put([result for result in results if result.ok])
            return
        everyone: list[Result[T]] = []
        for place, (entry, result) in enumerate(zip(pack.entries, results, strict=True)):
            if isinstance(result, Ok):
                everyone.append(result)
                everyone += self._duplicate_results(cast("bytes", kept[place]), entry)
            else:
                self._fail_duplicates(entry.digest, result.error)
        self._put(everyone)

    def _put_failures(self, results: list[Result[T]]) -> bool:
        """Hand out the failures, which are not kept; return whether the job goes on."""
        errors: list[Result[T]] = [result for result in results if isinstance(result, Err)]
        return not errors or self._put(errors)

    def _put(self, results: list[Result[T]]) -> bool:
        """Hand results out, unless a failure ends the job; return whether it goes on."""
        if self._config.on_error == "raise":
            for result in results:
                if isinstance(result, Err):
                    self.stop(result.located())
                    return False
        stopped = self._workers.stopped
        if results and not stopped:
            self._results.put(results)
        return not stopped

    def _fail(self, index: int, error: Exception) -> None:
        self._put([Err(error, index)])

    def _duplicate_results(self, kept: bytes, entry: Entry) -> list[Result[T]]:
        """Make the results of the items equal to this one (Rule 9)."""
        indexes = self._duplicates.pop(entry.digest) if self._duplicates is not None else ()
        return [Ok(self._work.restore(kept, entry.item), index, _FREE) for index in indexes]

    def _fail_duplicates(self, digest: bytes, error: Exception) -> None:
        for index in self._duplicates.pop(digest) if self._duplicates is not None else ():
            self._fail(index, error)

    # reporting

    async def _report_progress(self) -> None:
        """Report every `progress_every` seconds, if something has happened."""
        reported = None
        counter, report = self._results.counter, self._config.progress
        while report is not None:
            await anyio.sleep(self._config.progress_every)
            now = (counter.read, counter.done, counter.failed, counter.requests)
            if now != reported:
                reported = now
                try:
                    report(counter.report())
                except Exception as error:  # noqa: BLE001 - a user's function may raise anything
                    self.stop(error)


def _rows(entries: list[Entry], results: Sequence[Result[Any]], kept: Sequence[bytes | None]) -> list[Row]:
    return [
        Row(entry.index, entry.digest, value, msgspec.json.encode(result.usage) if result.usage is not None else None)
        for entry, result, value in zip(entries, results, kept, strict=True)
        if value is not None and isinstance(result, Ok)
    ]
