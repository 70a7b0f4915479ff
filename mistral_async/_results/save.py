"""Files that downloads are saved to: they appear whole or not at all, and have the size and digest that was said."""

from __future__ import annotations

import binascii
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol
from uuid import uuid4

from mistral_async._codec.headers import Headers
from mistral_async.errors import MistralError

# Rule 1: What arrives is written to a part file beside the target, with a name that no other download has. When it is
#   complete, checked and on the disk (fsync), it replaces the target in one step. A failure removes it, and leaves the
#   target as it was.
# Rule 2: To be resumed, a part file is named after the path, the validator and the size of what is downloaded, so that
#   a part of one version is never continued with another. A failure leaves it, unless it is its content that is wrong.
# Rule 3: The size must be the one that the API and the caller say. The digest must be the caller's, or without one
#   those that the headers have (RFC 9530, RFC 3230), as far as their algorithms are known; with a content coding they
#   may be those of the encoded form, and say nothing.
# Rule 4: Each byte is hashed when it is written; what an earlier run wrote is read again. All of that happens in worker
#   threads, `_WRITE` bytes at a time.

_WRITE: Final = 1024 * 1024
_DIGESTS: Final = re.compile(r"([a-z0-9-]+)=:?([A-Za-z0-9+/=]+?):?(?:,|$)")  # RFC 9530, and RFC 3230 before it


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
    from anyio import to_thread

    target = Path(path)
    expected = [_parse_checksum(checksum)] if checksum else list(_header_digests(download.headers))
    file = _PartFile(_part_path(target, download, resume=resume), expected, resume=resume)
    try:
        total = download.size if download.size is not None else size
        written = await _receive(download, file, total, progress)
        await to_thread.run_sync(file.finish, target, {download.size, size} - {None})
    except BaseException as error:
        keep = resume and not isinstance(error, ChecksumError)
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(lambda: file.give_up(keep=keep))
        raise
    return written


async def _receive(
    download: Chunks, file: _PartFile, total: int | None, progress: Callable[[int, int | None], None] | None
) -> int:
    """Write what is missing, and return the bytes that the file has then."""
    from anyio import to_thread

    written = await to_thread.run_sync(file.open)
    if total is not None and written >= total:  # only the last step was missing
        return written
    if written:
        await download.skip(written)
    while data := await download.receive():
        written += len(data)
        if file.hold(data) >= _WRITE:
            await to_thread.run_sync(file.write)
        if progress is not None:
            progress(written, total)
    return written


class _PartFile:
    """A part file. All its methods but `hold` block."""

    def __init__(self, path: Path, expected: list[tuple[Digest, str]], *, resume: bool) -> None:
        self._path = path
        self._expected = expected
        self._mode = "a+b" if resume else "xb"
        self._held: list[bytes] = []
        self._size = 0

    def open(self) -> int:
        """Open it, and return the bytes that an earlier run wrote."""
        self._file = self._path.open(self._mode)
        if self._mode != "xb":
            self._file.seek(0)
            while data := self._file.read(_WRITE):
                self._digest(data)
        return self._file.tell()

    def hold(self, data: bytes) -> int:
        """Keep bytes for the next write, and return how many are kept."""
        self._held.append(data)
        self._size += len(data)
        return self._size

    def write(self) -> None:
        """Write what was held."""
        held, self._held, self._size = self._held, [], 0
        for data in held:
            self._file.write(data)
            self._digest(data)

    def finish(self, target: Path, sizes: set[int | None]) -> None:
        """Check it (rule 3), and put it in its place."""
        self.write()
        self._file.flush()
        size = self._file.tell()
        if sizes - {size}:
            raise ChecksumError(f"{target} was not written: {size} bytes arrived, of {max(filter(None, sizes))}")
        for digest, wanted in self._expected:
            if digest.hexdigest() != wanted:
                raise ChecksumError(f"{target} was not written: the digest of what arrived is not {wanted}")
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.replace(target)

    def give_up(self, *, keep: bool) -> None:
        """Remove it, or leave it for the next run."""
        file = getattr(self, "_file", None)
        if file is None:  # it could not be opened: then it is not ours
            return
        try:
            if keep and not file.closed:
                self.write()
        finally:
            file.close()
            if not keep:
                self._path.unlink(missing_ok=True)

    def _digest(self, data: bytes) -> None:
        for digest, _ in self._expected:
            digest.update(data)


def _part_path(target: Path, download: Chunks, *, resume: bool) -> Path:
    """Return a name of its own or, to be resumed, that of this version of what is downloaded (rules 1 and 2)."""
    mark = uuid4().hex[:8]
    if resume:
        version = f"{download.target} {download.validator} {download.size}"
        mark = hashlib.blake2b(version.encode(), digest_size=8).hexdigest()
    return target.with_name(f".{target.name}.{mark}.part")


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
