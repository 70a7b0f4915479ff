"""Files to send, whatever they were given as: checked when the request is made, read in pieces while it is sent."""

from __future__ import annotations

import errno
import functools
import io
import os
import re
import stat
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from inspect import iscoroutinefunction
from pathlib import Path, PurePath
from typing import Any, Final, cast

from mistral_async._files.media_type import media_type
from mistral_async._http.protocol import BodySource
from mistral_async.errors import MistralError

# Rule 1: A path is opened for each piece and closed after it. Size, time of change, inode and device must be what they
#   were when the request was made: what is sent is one version of the file, or a `SourceChangedError`.
# Rule 2: A file object of the user is sent from where it stands, and is never closed. One that stands at its end was
#   just written, or read before: it is sent whole. If it can seek, each attempt starts there again, and its position
#   and size must be as this left them; if not, it is sent once.
# Rule 3: An iterable is read again if it is not an iterator; an iterator is sent once. A second attempt is a
#   RuntimeError that says what to give instead; the retry policy asks `repeatable` first.
# Rule 4: Reading happens in worker threads, and nothing is held open between two pieces (but an iterator of the user).
#   A thread that reads a pipe or an iterator, which may stay silent for ever, is left behind by a cancellation; any
#   other is awaited.
# Rule 5: Text is refused, with the way to give it: an encoding is the user's choice.

PIECE: Final = 256 * 1024  # bytes read at a time
_UNNAMED: Final = "upload"
_MEDIA_TYPE: Final = re.compile(r"[!-.0-~]+/[ -~]+")
_OTHER_KEYS: Final = {"fileName": "file_name", "contentType": "content_type"}  # as the API calls them


class SourceChangedError(MistralError):
    """A file that changed while it was being sent; the request was given up."""


class Upload:
    """A file with the name and the media type under which it is sent."""

    __slots__ = ("content_type", "name", "source")

    def __init__(self, name: str, content_type: str | None, source: BodySource) -> None:
        if not name:
            raise ValueError("a file needs a name that is not empty")
        if content_type and not _MEDIA_TYPE.fullmatch(content_type):
            raise ValueError(f"{content_type!r} is not a media type")
        self.name = name
        self.content_type = content_type or media_type(name)
        self.source = source

    @classmethod
    def of(cls, given: object) -> Upload:
        """Return the upload of a path, bytes, file, iterator, tuple, mapping or `File`.

        A `TypeError`, `ValueError` or `OSError` says what to give instead.
        """
        match given:
            case Upload():
                return given
            case str() if not given:
                raise ValueError("the path of a file must not be empty")
            case str():
                return cls._named(None, None, PurePath(given))
            case tuple():
                return cls._of_tuple(cast("tuple[object, ...]", given))
            case Mapping():
                return cls._of_mapping(cast("Mapping[str, object]", given))
            case _ if hasattr(given, "file_name") and hasattr(given, "content"):
                file: Any = given
                return cls._named(file.file_name, getattr(file, "content_type", None), file.content)
            case _:
                media = getattr(given, "content_type", None)
                return cls._named(None, media if isinstance(media, str) else None, given)

    @classmethod
    def _of_tuple(cls, given: tuple[object, ...]) -> Upload:
        match given:
            case (str() as name, content):
                return cls._named(name, None, content)
            case (str() as name, content, str() | None as content_type):
                return cls._named(name, content_type, content)
            case _:
                raise TypeError("a file given as a tuple is (name, content) or (name, content, media type)")

    @classmethod
    def _of_mapping(cls, given: Mapping[str, object]) -> Upload:
        given = {_OTHER_KEYS.get(key, key): value for key, value in given.items()}
        unknown = sorted(given.keys() - {"file_name", "content", "content_type"})
        if unknown or "content" not in given:
            wrong = f"not {unknown[0]!r}" if unknown else "and 'content' is missing"
            raise TypeError(f"a file given as a dict has the keys 'file_name', 'content' and 'content_type', {wrong}")
        return cls._named(given.get("file_name"), given.get("content_type"), given["content"])

    @classmethod
    def _named(cls, name: object, content_type: object, content: object) -> Upload:
        name = _name_of(content) if name is None else name
        if not isinstance(name, str):
            raise TypeError(f"the name of a file is a str, not {type(name).__name__}")
        if content_type is not None and not isinstance(content_type, str):
            raise TypeError(f"the media type of a file is a str, not {type(content_type).__name__}")
        return cls(name, content_type, source_of(content))

    @property
    def in_memory(self) -> memoryview[int] | None:
        """The content, if it is in memory; else None."""
        return self.source.view if isinstance(self.source, _Memory) else None

    def __repr__(self) -> str:
        size = self.source.length
        return f"<{self.name!r}, {self.content_type}, {'size unknown' if size is None else f'{size} bytes'}>"


def _name_of(content: object) -> str:
    """Return the name of a path or file object, or "upload"."""
    if isinstance(content, os.PathLike):
        return _pure(cast("os.PathLike[str]", content)).name
    name = getattr(content, "filename", None) or getattr(content, "name", None)
    name = os.fsdecode(name) if isinstance(name, bytes) else name
    return PurePath(name).name or _UNNAMED if isinstance(name, str) else _UNNAMED


def _pure(path: os.PathLike[str]) -> PurePath:
    return PurePath(os.fsdecode(path))


def source_of(content: object) -> BodySource:
    """Return the body source of what holds bytes; a `TypeError`, `ValueError` or `OSError` says what to give."""
    match content:
        case bytes() | bytearray() | memoryview():
            return _Memory(memoryview(cast("bytes", content)))
        case os.PathLike():
            return _Path(Path(_pure(cast("os.PathLike[str]", content))).absolute())
        case str():
            raise TypeError("a file's content is not a str: give text as text.encode(), a path as Path(...)")
        case Mapping():
            raise TypeError("a file's content is bytes, a path, a binary file or an iterator of bytes, not a mapping")
        case _:
            return _source_of_object(content)


def _source_of_object(content: Any) -> BodySource:
    # anyio, trio and aiofiles wrap a file as `wrapped` or `_file`, Starlette and tempfile as `file`.
    for file in (content, *(getattr(content, name, None) for name in ("wrapped", "file", "_file"))):
        read = getattr(file, "read", None)
        if callable(read) and not iscoroutinefunction(read):
            return _File(cast("io.RawIOBase", file))
    if iscoroutinefunction(getattr(content, "read", None)):
        return _Items(_read_pieces(content))
    try:
        return _Memory(memoryview(content))  # an array, numpy's or another's
    except TypeError:
        pass
    if isinstance(content, (AsyncIterable, Iterable)):
        return _Items(cast("AsyncIterable[bytes] | Iterable[bytes]", content))
    kind = type(content).__name__
    raise TypeError(f"a file is a path, bytes, a binary file, an iterator of bytes or (name, content), not {kind}")


async def _read_pieces(file: Any) -> AsyncIterator[bytes]:
    piece = await file.read(PIECE)
    if not piece and iscoroutinefunction(getattr(file, "seek", None)):  # it stands at its end (rule 2)
        await file.seek(0)
        piece = await file.read(PIECE)
    while piece:
        yield piece
        piece = await file.read(PIECE)


class _Reader:
    """One reading of a source: asks for the piece at each position until it is empty."""

    def __init__(self, read: Callable[[int], Awaitable[bytes]]) -> None:
        self._read = read
        self._position = 0

    def __aiter__(self) -> _Reader:
        return self

    async def __anext__(self) -> bytes:
        piece = await self._read(self._position)
        if not piece:
            raise StopAsyncIteration
        self._position += len(piece)
        return piece


class _Memory:
    """Bytes in memory."""

    repeatable = True

    def __init__(self, view: memoryview[int]) -> None:
        self.view = view.cast("B") if view.c_contiguous else memoryview(bytes(view))
        self.length = len(self.view)

    def __reduce__(self) -> tuple[Any, ...]:
        return source_of, (bytes(self.view),)

    def open(self) -> AsyncIterator[bytes]:
        return _Reader(self._read)

    async def _read(self, position: int) -> bytes:
        return bytes(self.view[position : position + PIECE])


class _Path:
    """A file on disk (rule 1)."""

    repeatable = True

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            mode = path.stat().st_mode
        except FileNotFoundError:
            raise FileNotFoundError(errno.ENOENT, "there is no such file to upload", str(path)) from None
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "a directory can not be uploaded, only the files in it", str(path))
        if not stat.S_ISREG(mode):
            raise ValueError(f"{path} is not a regular file: open it and give the file object")
        with path.open("rb") as file:
            self._identity = _identity(file.fileno())
        self.length = self._identity[0]

    def open(self) -> AsyncIterator[bytes]:
        return _Reader(self._read)

    async def _read(self, position: int) -> bytes:
        from mistral_async._http.threads import run_in_thread

        return await run_in_thread(self._read_now, position)

    def _read_now(self, position: int) -> bytes:
        with self._path.open("rb", buffering=0) as file:
            file.seek(position)
            piece = file.read(min(PIECE, self.length - position)) if position < self.length else b""
            if _identity(file.fileno()) != self._identity or (not piece and position < self.length):
                raise SourceChangedError(f"{self._path} changed after the request was made: make the request again")
        return piece


def _identity(descriptor: int) -> tuple[int, ...]:
    """Return what tells one version of a file from another: size, time of change, inode and device."""
    state = os.fstat(descriptor)
    return state.st_size, state.st_mtime_ns, state.st_ino, state.st_dev


class _File:
    """A file object of the user (rule 2)."""

    def __init__(self, file: io.RawIOBase) -> None:
        _check_readable(file)
        self._file = file
        self._start = 0
        self._used = False
        self.length: int | None = None
        try:
            start = file.tell()
            file.seek(0, io.SEEK_END)
            end = file.tell()  # a seek that returns nothing is common
            file.seek(start)
        except (OSError, AttributeError):  # a pipe, a socket, an answer of another server
            return
        self._start = start if start < end else 0
        self.length = end - self._start

    @property
    def repeatable(self) -> bool:
        return self.length is not None

    def open(self) -> AsyncIterator[bytes]:
        if self._used and self.length is None:
            raise RuntimeError("the file can not be read again from the start: open it anew")
        self._used = True
        return _Reader(self._read)

    async def _read(self, position: int) -> bytes:
        read = functools.partial(self._read_now, position)
        if self.length is None:  # a pipe, which may have nothing to say for ever
            from mistral_async._http.threads import run_in_daemon

            return await run_in_daemon(read)
        from mistral_async._http.threads import run_in_thread

        return await run_in_thread(read)  # Rule 4: a file must not be read by a thread that was left behind

    def _read_now(self, position: int) -> bytes:
        if self.length is None:
            return self._file.read(PIECE) or b""
        if position == 0:
            self._file.seek(self._start)
        elif self._file.tell() != self._start + position:
            raise SourceChangedError("the file was used elsewhere while it was being sent")
        if position < self.length:
            piece = self._file.read(min(PIECE, self.length - position)) or b""
        else:
            piece = self._file.read(1) or b""
        if bool(piece) != (position < self.length):
            raise SourceChangedError("the size of the file changed while it was being sent")
        return piece


def _check_readable(file: io.RawIOBase) -> None:
    """Refuse a file of text, and one that can not be read."""
    if getattr(file, "closed", False) is True:
        raise ValueError("the file is closed: give it while it is open, or its path")
    try:
        nothing: object = file.read(0)
    except io.UnsupportedOperation:
        raise ValueError("the file can not be read: open it with mode 'rb'") from None
    if isinstance(nothing, str):
        raise TypeError("the file is open as text: open it with mode 'rb'")


class _Items:
    """Bytes from an iterable, async or not (rule 3)."""

    def __init__(self, items: AsyncIterable[bytes] | Iterable[bytes]) -> None:
        self._items = items
        self._used = False
        self.repeatable = not isinstance(items, (AsyncIterator, Iterator))
        self.length: int | None = None
        if isinstance(items, Sequence):
            self.length = sum(len(_checked(item)) for item in items)

    def open(self) -> AsyncIterator[bytes]:
        if self._used and not self.repeatable:
            raise RuntimeError("an iterator can be sent once: give the bytes, a file, or an object with `__aiter__`")
        self._used = True
        return _ItemReader(self._items)


class _ItemReader:
    def __init__(self, items: AsyncIterable[bytes] | Iterable[bytes]) -> None:
        self._pieces = aiter(items) if isinstance(items, AsyncIterable) else iter(items)

    def __aiter__(self) -> _ItemReader:
        return self

    async def __anext__(self) -> bytes:
        while True:
            piece = await self._next()
            if piece is None:
                raise StopAsyncIteration
            if piece := _checked(piece):
                return piece

    async def _next(self) -> object:
        if isinstance(self._pieces, AsyncIterator):
            return await anext(self._pieces, None)
        from mistral_async._http.threads import run_in_daemon

        return await run_in_daemon(functools.partial(next, self._pieces, None))

    async def aclose(self) -> None:
        """Close a generator that was not read to its end."""
        close = getattr(self._pieces, "aclose", None)
        if close is not None:
            await close()


def _checked(piece: object) -> bytes:
    if isinstance(piece, bytes):
        return piece
    if isinstance(piece, (bytearray, memoryview)):
        return bytes(cast("bytearray", piece))
    raise TypeError(f"an upload is made of bytes, and its iterator gave {type(piece).__name__}")
