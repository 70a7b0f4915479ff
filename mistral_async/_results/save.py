"""Files that downloads are saved to: they appear whole or not at all, and have the size and digest that was said."""

from __future__ import annotations

import binascii
import hashlib
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, Protocol

from mistral_async._codec.headers import Headers
from mistral_async._files.whole_file import WholeFile
from mistral_async._http.threads import run_in_daemon
from mistral_async._results.file_lock import is_in_place, try_lock
from mistral_async.errors import MistralError

# Rule 1: What arrives is written to a part file (`whole_file.py`) with a name that no other download has. When it is
#   complete and checked, it takes the target's place. A failure removes it, and leaves the target as it was.
# Rule 2: To be resumed, a part file is named after the path, the validator and the size of what is downloaded, so that
#   a part of one version is never continued with another. A failure leaves it, unless it is its content that is wrong.
#   It is locked: a second download to the same place at the same time has a file of its own, which is not resumed.
# Rule 3: The size must be the one that the API and the caller say. The digest must be the caller's, or without one
#   those that the headers have (RFC 9530, RFC 3230), as far as their algorithms are known; with a content coding they
#   may be those of the encoded form, and say nothing.
# Rule 4: Each byte is hashed when it is written; what an earlier run wrote is read again. All of that happens in worker
#   threads, `_WRITE` bytes at a time.

_WRITE: Final = 1024 * 1024
_GIVE_UP: Final = 0.05  # seconds to close a pipe whose reader may be gone
_DIGESTS: Final = re.compile(
    r"(?:^|(?<=,))([a-z0-9-]++)=:?([A-Za-z0-9+/=]++):?(?=,|$)"
)  # RFC 9530, and RFC 3230 before it


class ChecksumError(MistralError):
    """The size or the digest of what arrived is not the one that was said. No file was written."""


class Digest(Protocol):
    """A digest of `hashlib`."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""

    def hexdigest(self) -> str:
        """Return the digest so far."""
        ...


class Chunks(Protocol):
    """An open download, as far as saving needs to know one."""

    @property
    def headers(self) -> Headers:
        """The headers of the response."""
        ...

    @property
    def size(self) -> int | None:
        """Bytes in all; None where the API does not say."""
        ...

    @property
    def target(self) -> str:
        """The path and query that were asked for."""
        ...

    @property
    def validator(self) -> str:
        """The entity tag or date that tells one version from another (RFC 9110 §8.8)."""
        ...

    async def skip(self, count: int) -> None:
        """Pass over the first `count` bytes."""

    async def receive(self) -> bytes:
        """Return the next bytes; none at the end."""
        ...


async def save(
    download: Chunks,
    path: str | os.PathLike[str],
    progress: Callable[[int, int | None], None] | None,
    *,
    size: int | None,
    checksum: str | None,
    resume: bool,
) -> int:
    """Write a download to a file, and return its size in bytes; see `AsyncDownload.save`."""
    import anyio

    from mistral_async._http.threads import release_in_thread, run_in_thread

    target = Path(path)
    is_pipe = await run_in_thread(target.is_fifo)
    run = run_in_daemon if is_pipe else run_in_thread  # a pipe may wait for its reader for ever
    expected = [_parse_checksum(checksum)] if checksum else list(_header_digests(download.headers))
    file = _PartFile(target, _version_mark(download) if resume else None, expected)
    try:
        total = download.size if download.size is not None else size
        written = await _receive(download, file, total, progress, run)
        await run(file.finish, {download.size, size} - {None})
    except BaseException as error:
        if not is_pipe:
            await release_in_thread(file.give_up, error)
            raise
        with anyio.move_on_after(_GIVE_UP, shield=True):
            await run(file.give_up, error)
        raise
    return written


async def _receive(
    download: Chunks,
    file: _PartFile,
    total: int | None,
    progress: Callable[[int, int | None], None] | None,
    run: Callable[..., Awaitable[Any]],
) -> int:
    """Write what is missing, and return the bytes that the file has then."""
    written: int = await run(file.open)
    if total is not None and written >= total:  # only the last step was missing
        return written
    if written:
        await download.skip(written)
    while data := await download.receive():
        written += len(data)
        if file.hold(data) >= _WRITE:
            await run(file.write)
        if progress is not None:
            progress(written, total)
    return written


class _PartFile:
    """A part file. All its methods but `hold` block."""

    def __init__(self, target: Path, mark: str | None, expected: list[tuple[Digest, str]]) -> None:
        self._target = target
        self._whole = WholeFile(target, mark=mark)
        self._resumes = mark is not None
        self._expected = expected
        self._held: list[bytes] = []
        self._size = 0  # bytes held
        self._length = 0  # bytes in the file

    def open(self) -> int:
        """Open it, and return the bytes that an earlier run wrote."""
        file = self._whole.open("a+b" if self._resumes else "xb")
        self._resumes = self._resumes and file.seekable()  # a pipe is not
        if not self._resumes:
            return 0
        if not _locked(file):
            self._whole.discard(keep=True)
            self._whole, self._resumes = WholeFile(self._target), False
            return self.open()
        file.seek(0)
        while data := file.read(_WRITE):
            self._count(data)
        return self._length

    def hold(self, data: bytes) -> int:
        """Keep bytes for the next write, and return how many are kept."""
        self._held.append(data)
        self._size += len(data)
        return self._size

    def write(self) -> None:
        """Write what was held."""
        held, self._held, self._size = self._held, [], 0
        for data in held:
            self._whole.file.write(data)
            self._count(data)

    def finish(self, sizes: set[int | None]) -> None:
        """Check it (rule 3), and put it in its place."""
        self.write()
        target, size = self._target, self._length
        if sizes - {size}:
            raise ChecksumError(f"{target} was not written: {size} bytes arrived, of {max(filter(None, sizes))}")
        for digest, wanted in self._expected:
            if digest.hexdigest() != wanted:
                problem = f"the digest of what arrived is not {wanted}: is it the right one? If so, download again"
                raise ChecksumError(f"{target} was not written: {problem}")
        self._whole.finish()

    def give_up(self, error: BaseException) -> None:
        """Remove it, or (rule 2) leave it for the next run."""
        keep = self._resumes and not isinstance(error, ChecksumError)
        if keep:
            with suppress(AttributeError, OSError, ValueError):  # it is not open, or the disk is full
                self.write()
        self._whole.discard(keep=keep)

    def _count(self, data: bytes) -> None:
        self._length += len(data)
        for digest, _ in self._expected:
            digest.update(data)


def _locked(file: IO[bytes]) -> bool:
    """Lock a file until it is closed; return False where another process or download has it, or has put it away."""
    if os.name == "nt":  # where an open file can not be replaced either
        return True
    with suppress(OSError):  # no locks here: two downloads at once would be told by the size and the digest
        if not try_lock(file):
            return False
    return is_in_place(file)


def _version_mark(download: Chunks) -> str:
    """Return what the part file of this version of what is downloaded is named after (rule 2)."""
    version = f"{download.target} {download.validator} {download.size}"
    return hashlib.blake2b(version.encode(), digest_size=8).hexdigest()


def _parse_checksum(checksum: str) -> tuple[Digest, str]:
    """Return an empty digest, and the hexadecimal digits that it has to have at the end."""
    name, _, wanted = checksum.partition(":")
    try:
        digest = hashlib.new(name, usedforsecurity=False)
    except ValueError:
        digest = None
    if digest is None or len(wanted) != 2 * digest.digest_size:
        raise ValueError(f"a checksum is written as 'sha256:…' or 'md5:…' with hexadecimal digits, not {checksum!r}")
    return digest, wanted.lower()


def _header_digests(headers: Headers) -> Iterator[tuple[Digest, str]]:
    """Yield the digests that the headers have, as `_parse_checksum` does."""
    if "content-encoding" in headers:
        return  # they may be those of the encoded form
    fields = [headers.get(name, "") for name in ("repr-digest", "content-digest", "digest")]
    found = [pair for field in fields for pair in _DIGESTS.findall(field.replace(" ", "").replace("SHA-", "sha-"))]
    if md5 := headers.get("content-md5"):
        found.append(("md5", md5))
    for name, encoded in found:
        algorithm = name.replace("sha-", "sha")
        if algorithm in {"sha256", "sha512", "md5"}:
            try:
                wanted = binascii.a2b_base64(encoded, strict_mode=True)
            except binascii.Error:
                continue  # not a digest as we know it
            yield hashlib.new(algorithm, usedforsecurity=False), wanted.hex()
