"""Checked uploads: JSON Lines before their first byte is sent, and the size that arrived after their last."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable
from typing import Any, Final, TypeVar

from mistral_async._http.protocol import BodySource
from mistral_async._uploads.jsonl import PURPOSES, LineChecker
from mistral_async._uploads.source import Upload
from mistral_async.errors import ConfigurationError, MistralError

T = TypeVar("T")

# Rule 1: Only files of a purpose with known lines, and with a name that ends in `.jsonl`, are checked.
# Rule 2: A little in memory is checked when the request is made. A file that can be read again is read twice, once to
#   be checked and once to be sent; repeated attempts send it without another check. What can be read once is checked
#   while it is sent, and its first bad line ends the request.
#   A file that is known to be larger than the API takes is refused before anything is sent.
# Rule 3: A size in the answer that is less than what was sent is an error; more, or no number, is none.

LARGEST: Final = 512 * 1024 * 1024
"""Bytes of the largest file that the API takes."""
_AT_ONCE: Final = 256 * 1024  # bytes in memory that are checked on the spot


class IncompleteUploadError(MistralError):
    """The server has fewer bytes than were sent: delete the file there, and send it again."""


def checked(upload: Upload, purpose: str | None) -> Upload:
    """Return the file, to be checked for its purpose; raises `JSONLError` where its lines are known and wrong.

    Raises `ConfigurationError` for a file that is larger than the API takes.
    """
    length = upload.source.length
    if length is not None and length > LARGEST:
        raise ConfigurationError(
            f"{upload.name!r} has {length:,} bytes, and the API takes at most {LARGEST:,} (512 MB): split it, or give "
            "check=False for a server that takes more"
        )
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
    """The content of a file, which is checked before or while it is sent (rule 2)."""

    def __init__(self, source: BodySource, purpose: str) -> None:
        self.source = source
        self.purpose = purpose
        self.is_good = False  # checked to its end

    @property
    def length(self) -> int | None:
        """Bytes in all; None if unknown."""
        return self.source.length

    @property
    def repeatable(self) -> bool:
        """True if it can be read again."""
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
        from mistral_async._http.threads import run_in_thread

        checked = self._checked
        if self._pieces is None:
            if checked.repeatable and not checked.is_good:
                await self._check_all()
            self._pieces = checked.source.open()
        piece = await anext(self._pieces, None)
        if not checked.is_good:
            await (run_in_thread(self._checker.close) if piece is None else self._check(piece))
        if piece is None:
            raise StopAsyncIteration
        return piece

    async def _check_all(self) -> None:
        from mistral_async._http.threads import run_in_thread

        self._pieces = self._checked.source.open()
        async for piece in self._pieces:
            await self._check(piece)
        await run_in_thread(self._checker.close)
        self._checked.is_good = True

    async def _check(self, piece: bytes) -> None:
        from mistral_async._http.threads import run_in_thread

        await run_in_thread(self._checker.feed, piece)

    async def aclose(self) -> None:
        """Close what was opened for this reading."""
        close = getattr(self._pieces, "aclose", None)
        if close is not None:
            await close()


def size_check(upload: Upload) -> Callable[[Any], Any] | None:
    """Return the check of an answer against the size that was sent (rule 3); None where that is unknown."""
    length = upload.source.length
    return None if length is None else functools.partial(_check_size, name=upload.name, length=length)


def _check_size(answer: Any, *, name: str, length: int) -> Any:
    size: object = answer.size_bytes
    if type(size) is int and size < length:  # the lenient pass keeps whatever the server says
        arrived = f"{size} bytes of {name!r} arrived as file {answer.id}"
        raise IncompleteUploadError(f"{arrived}, and {length} were sent")
    return answer
