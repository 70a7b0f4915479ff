"""Uploads that are looked at: JSON Lines checked before their first byte is sent, and the size that arrived."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Final, TypeVar

from mistral_async._http.protocol import BodySource
from mistral_async._uploads.jsonl import PURPOSES, LineChecker
from mistral_async._uploads.source import Upload
from mistral_async.errors import MistralError

T = TypeVar("T")

_AT_ONCE: Final = 256 * 1024  # bytes in memory that are checked on the spot


class IncompleteUploadError(MistralError):
    """The server has fewer bytes than were sent: delete the file, and send it again."""


def checked(upload: Upload, purpose: str | None) -> Upload:
    """The same file, refused with the number of its first bad line if it is not what its purpose needs."""
    if purpose not in PURPOSES or not upload.name.lower().endswith(".jsonl"):
        return upload
    view = upload.in_memory
    if view is None or len(view) > _AT_ONCE:
        return Upload(upload.name, upload.content_type, CheckedSource(upload.source, purpose))
    checker = LineChecker(purpose)
    checker.feed(bytes(view))
    checker.close()
    return upload


class CheckedSource:
    """A file that is read twice: checked, then sent. What can be read once is checked while it is sent."""

    def __init__(self, source: BodySource, purpose: str) -> None:
        self.source = source
        self.purpose = purpose
        self.is_good = False

    @property
    def length(self) -> int | None:
        """Bytes in all, if known."""
        return self.source.length

    @property
    def repeatable(self) -> bool:
        """Whether it can be read again."""
        return self.source.repeatable

    def open(self) -> AsyncIterator[bytes]:
        """Read it from the start."""
        return _CheckedReader(self)


class _CheckedReader:
    def __init__(self, checked: CheckedSource) -> None:
        self._checked = checked
        self._checker = LineChecker(checked.purpose)
        self._pieces: AsyncIterator[bytes] | None = None

    def __aiter__(self) -> _CheckedReader:
        return self

    async def __anext__(self) -> bytes:
        from anyio import to_thread

        checked = self._checked
        if self._pieces is None:
            if checked.repeatable and not checked.is_good:
                await self._check_all()
            self._pieces = checked.source.open()
        piece = await anext(self._pieces, None)
        if not checked.is_good:
            await (to_thread.run_sync(self._checker.close) if piece is None else self._look_at(piece))
        if piece is None:
            raise StopAsyncIteration
        return piece

    async def _check_all(self) -> None:
        from anyio import to_thread

        self._pieces = self._checked.source.open()
        async for piece in self._pieces:
            await self._look_at(piece)
        await to_thread.run_sync(self._checker.close)
        self._checked.is_good = True

    async def _look_at(self, piece: bytes) -> None:
        from anyio import to_thread

        await to_thread.run_sync(self._checker.feed, piece)

    async def aclose(self) -> None:
        """Stop."""
        close = getattr(self._pieces, "aclose", None)
        if close is not None:
            await close()


def size_check(upload: Upload) -> Callable[[Any], Any] | None:
    """What compares an uploaded file's size with what was sent."""
    length = upload.source.length
    if length is None:
        return None

    def check(answer: Any) -> Any:
        size: object = answer.size_bytes
        if type(size) is int and size < length:  # the lenient pass keeps whatever the server says
            arrived = f"{size} bytes of {upload.name!r} arrived as file {answer.id}"
            raise IncompleteUploadError(f"{arrived}, and {length} were sent")
        return answer

    return check
