"""From the source to the outbox: one task reads, workers send, the checkpoint keeps, and nothing outgrows its bound.

A job is over for good when it is stopped: no request starts after that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast

import anyio
import anyio.lowlevel
import msgspec

from mistral_async.bulk._checkpoint import CheckpointError, Row
from mistral_async.bulk._outbox import Outbox
from mistral_async.bulk._outcome import Err, Ok, Result
from mistral_async.bulk._pack import Entry, Pack
from mistral_async.bulk._plan import Plan
from mistral_async.bulk._signal import Signal
from mistral_async.bulk._source import Source
from mistral_async.bulk._work import Work, failed
from mistral_async.models.usage import UsageInfo

if TYPE_CHECKING:
    from mistral_async.bulk._ledger import Ledger

T = TypeVar("T")

_AT_ONCE: Final = 256  # items of one look at the source
_LINGER: Final = 0.05  # seconds that a request which is not full waits for more of a source that pauses
_FAREWELL: Final = 5.0  # seconds for a generator to end
_FREE: Final = UsageInfo()


class Pipeline(Generic[T]):
    """One job under way."""

    def __init__(
        self, source: Source, work: Work[T], plan: Plan, outbox: Outbox[T], ledger: Ledger | None, *, dedupe: bool
    ) -> None:
        self.source = source
        self.scope = anyio.CancelScope()
        self._work = work
        self._plan = plan
        self._outbox = outbox
        self._ledger = ledger
        self._twins: dict[bytes, list[int]] | None = {} if dedupe else None
        """By digest: the items equal to one in flight."""
        self._packs: deque[Pack] = deque()
        self._idle: list[anyio.Event] = []
        self._workers = 0
        self._allowed = min(plan.concurrency, work.first_packs or plan.concurrency)
        self._ahead = 1 if work.first_packs else plan.concurrency
        self._reads = 0
        self._reading = False
        self._opened = Signal()
        self._stopped = False

    async def run(self) -> None:
        """Work until the scope is cancelled."""
        try:
            with self.scope:
                async with anyio.create_task_group() as self._group:
                    self._group.start_soon(self._read)
                    if self._work.first_packs and self.source.patient:
                        self._group.start_soon(self._linger)
                    if self._plan.progress is not None:
                        self._group.start_soon(self._tell)
        except Exception as error:  # noqa: BLE001 - whatever it is, the consumer gets it
            self.stop(error)

    def stop(self, error: Exception) -> None:
        """End everything: no request starts after this."""
        self._stopped = True
        self._outbox.end(error)
        self.scope.cancel()

    # reading

    async def _read(self) -> None:
        outbox = self._outbox
        try:
            while items := await self._next_items():
                first, outbox.meter.read = outbox.meter.read, outbox.meter.read + len(items)
                await self._accept(first, items)
        except Exception as error:  # noqa: BLE001 - the checkpoint's refusal, or what a user's object raised
            self.stop(error)
        finally:
            with anyio.move_on_after(_FAREWELL, shield=True):
                await self._close_source()
        self._queue(self._work.flush())
        outbox.exhausted = True
        outbox.arrived.set()

    async def _next_items(self) -> list[Any]:
        """Wait for room, then for the source. Its failure ends it, as its end does, but is told later."""
        outbox = self._outbox
        while len(self._packs) > self._ahead or not self._may_read():
            await outbox.freed.wait()
        if self._reads and not self.source.patient:
            await anyio.lowlevel.checkpoint()
        self._reads += 1
        self._reading = True
        try:
            return await self.source.read(min(outbox.room, _AT_ONCE))
        except Exception as error:  # noqa: BLE001 - a user's iterable may raise anything
            outbox.source_failure = error
            return []
        finally:
            self._reading = False

    def _may_read(self) -> bool:
        """Whether there is room; where the consumer waits for what is held back, that is sent instead."""
        outbox = self._outbox
        if outbox.room >= outbox.enough:
            return True
        held = sum(len(pack.entries) for pack in self._work.open.values())
        if not outbox.hungry or held < outbox.meter.in_flight:
            return False
        if outbox.room < 1:
            self._queue(self._work.flush())
        return outbox.room >= 1

    async def _close_source(self) -> None:
        try:
            await self.source.aclose()
        except Exception as error:  # noqa: BLE001 - a user's generator may raise anything
            if self._outbox.source_failure is None:
                self._outbox.source_failure = error

    async def _accept(self, first: int, items: list[Any]) -> None:
        """Send what is not known yet."""
        if self._ledger is None:
            for index, item in enumerate(items, first):
                self._add(Entry(index, item))
        else:
            await self._accept_new(self._ledger, first, items)
        if self._work.open:
            self._opened.set()

    def _add(self, entry: Entry) -> None:
        try:
            full = self._work.add(entry)
        except (TypeError, ValueError) as error:  # an item that can not be sent fails alone
            self._fail(entry.index, error)
            self._fail_twins(entry.digest, error)
        else:
            if full:
                self._queue(full)

    async def _accept_new(self, ledger: Ledger, first: int, items: list[Any]) -> None:
        """Look up what an earlier run, or an equal item, has brought."""
        entries = self._entries(first, items)
        digests = [entry.digest for entry in entries]
        rows: dict[Any, Row] = dict(await ledger.lookup(first, digests))
        fresh = self._leaders(entry for entry in entries if entry.digest and entry.index not in rows)
        if self._twins is not None:
            rows |= await ledger.find([entry.digest for entry in fresh])
        known = [self._restored(row, e.item, e.index) for e in entries if (row := rows.get(e.index))]
        self._outbox.meter.resumed += len(known)
        for entry in fresh:
            if row := rows.get(entry.digest):
                known.append(self._restored(row, entry.item, entry.index, _FREE))
                known += self._twin_results(row.value, entry)
            else:
                self._add(entry)
        self._put(known)

    def _entries(self, first: int, items: list[Any]) -> list[Entry]:
        entries: list[Entry] = []
        for index, item in enumerate(items, first):
            try:
                digest = self._work.digest(item)
            except (TypeError, ValueError) as error:
                digest = b""
                self._fail(index, error)
            entries.append(Entry(index, item, digest=digest))
        return entries

    def _leaders(self, entries: Any) -> list[Entry]:
        """Of equal items only the first is sent; the others wait for it."""
        if self._twins is None:
            return list(entries)
        leaders: list[Entry] = []
        for entry in entries:
            if (twins := self._twins.get(entry.digest)) is None:
                self._twins[entry.digest] = []
                leaders.append(entry)
            else:
                twins.append(entry.index)
        return leaders

    def _restored(self, row: Row, item: Any, index: int, usage: Any = None) -> Result[T]:
        try:
            if usage is None and row.usage is not None:
                usage = msgspec.json.decode(row.usage, type=UsageInfo)
            return Ok(self._work.restore(row.value, item), index, usage)
        except (ValueError, TypeError) as error:  # a LenientDecodeError, or a decoder's
            raise CheckpointError(f"the checkpoint's result of item {index} can not be read: {error}") from error

    async def _linger(self) -> None:
        """Send what there is when the source pauses and a worker has nothing to do."""
        while True:
            if not self._work.open:
                await self._opened.wait()
            mark = self._reads
            await anyio.sleep(_LINGER)
            unused = self._idle or self._workers < self._allowed
            if self._reading and mark == self._reads and not self._packs and unused:
                self._queue(self._work.flush())

    # working

    def _queue(self, packs: Sequence[Pack], *, front: bool = False) -> None:
        if front:
            self._packs.extendleft(reversed(packs))
        else:
            self._packs.extend(packs)
        for _ in packs:
            self._staff()

    def _staff(self) -> None:
        """Find a worker for one more request."""
        if self._idle:
            self._idle.pop().set()
        elif self._workers < self._allowed and not self._stopped:
            self._workers += 1
            self._group.start_soon(self._labour)

    async def _labour(self) -> None:
        while not self._stopped:
            if not self._packs:
                self._idle.append(event := anyio.Event())
                await event.wait()
                continue
            pack = self._packs.popleft()
            self._outbox.freed.set()
            parts = self._work.fitting(pack)
            if len(parts) > 1:
                self._queue(parts, front=True)
            else:
                await self._perform(pack)

    async def _perform(self, pack: Pack) -> None:
        try:
            outcome = await self._work.perform(pack)
        except Exception as error:  # noqa: BLE001 - one request's failure, whatever it is, is its items' own result
            outcome = failed(pack, error)
        if isinstance(outcome, list):
            self._queue(outcome, front=True)
            return
        if self._allowed < self._plan.concurrency:
            self._allowed += 1
            if self._packs:
                self._staff()
        try:
            await self._finish(pack, outcome.results, outcome.kept)
        except Exception as error:  # noqa: BLE001 - the checkpoint could not be written
            self.stop(error)

    async def _finish(self, pack: Pack, results: list[Result[T]], kept: Sequence[bytes | None]) -> None:
        """Keep the results, then hand them out."""
        ledger = self._ledger
        if ledger is None:
            self._put(results)
            return
        if kept:
            ledger.add(_rows(pack.entries, results, kept))
        if not self._put_failures(results):
            return
        await ledger.commit()
        if self._twins is None:
            self._put([result for result in results if result.ok])
            return
        everyone: list[Result[T]] = []
        for place, (entry, result) in enumerate(zip(pack.entries, results, strict=True)):
            if isinstance(result, Ok):
                everyone.append(result)
                everyone += self._twin_results(cast("bytes", kept[place]), entry)
            else:
                self._fail_twins(entry.digest, result.error)
        self._put(everyone)

    def _put_failures(self, results: list[Result[T]]) -> bool:
        """Hand out what needs no keeping; whether the job goes on."""
        errors: list[Result[T]] = [result for result in results if isinstance(result, Err)]
        return not errors or self._put(errors)

    def _put(self, results: list[Result[T]]) -> bool:
        """Hand results out, unless a failure ends the job; whether it goes on."""
        if self._plan.on_error == "raise":
            for result in results:
                if isinstance(result, Err):
                    self.stop(result.error)
                    return False
        if results and not self._stopped:
            self._outbox.put(results)
        return not self._stopped

    def _fail(self, index: int, error: Exception) -> None:
        self._put([Err(error, index)])

    def _twin_results(self, kept: bytes, entry: Entry) -> list[Result[T]]:
        """The same result, made anew and paid once, for every item equal to this one."""
        twins = self._twins.pop(entry.digest, ()) if self._twins is not None else ()
        return [Ok(self._work.restore(kept, entry.item), index, _FREE) for index in twins]

    def _fail_twins(self, digest: bytes, error: Exception) -> None:
        for index in self._twins.pop(digest, ()) if self._twins is not None else ():
            self._fail(index, error)

    # telling

    async def _tell(self) -> None:
        """Report now and then, if something has happened."""
        told = None
        meter = self._outbox.meter
        while True:
            await anyio.sleep(self._plan.progress_every)
            now = (meter.read, meter.done, meter.failed, meter.requests)
            if now != told:
                told = now
                try:
                    cast("Any", self._plan.progress)(meter.report())
                except Exception as error:  # noqa: BLE001 - a user's function may raise anything
                    self.stop(error)


def _rows(entries: list[Entry], results: Sequence[Result[Any]], kept: Sequence[bytes | None]) -> list[Row]:
    return [
        Row(entry.index, entry.digest, value, msgspec.json.encode(result.usage) if result.usage is not None else None)
        for entry, result, value in zip(entries, results, kept, strict=True)
        if value is not None and isinstance(result, Ok)
    ]
