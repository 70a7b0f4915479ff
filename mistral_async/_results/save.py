"""Writes a download to a file that appears whole or not at all, and is what its size and digest say."""

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

_WRITE: Final = 1024 * 1024  # bytes collected for each hop to the thread that writes
_DIGESTS: Final = re.compile(r"([a-z0-9-]+)=:?([A-Za-z0-9+/=]+?):?(?:,|$)")  # RFC 9530, and RFC 3230 before it


class ChecksumError(MistralError):
    """What arrived is not what was promised: its size or digest is another one. No file was written."""


class Digest(Protocol):
    """What `hashlib` makes."""

    def update(self, data: bytes, /) -> None:
        """Take bytes in."""

    def hexdigest(self) -> str:
        """The digest so far."""
        ...


class Chunks(Protocol):
    """An open download: its bytes in order, and what its headers say of them."""

    @property
    def headers(self) -> Headers:
        """The headers of the response."""
        ...

    @property
    def size(self) -> int | None:
        """Bytes in all, where the server said."""
        ...

    @property
    def target(self) -> str:
        """The path that was asked for."""
        ...

    @property
    def validator(self) -> str:
        """The entity tag or date that tells one version from another (RFC 9110 §8.8)."""
        ...

    async def skip(self, size: int) -> None:
        """Pass over the first bytes."""

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
    """Write beside the target, and move it there when it is complete; returns its size in bytes."""
    import anyio
    from anyio import to_thread

    target = Path(path)
    expected = [_expected(checksum)] if checksum else list(_promised(download.headers))
    file = _Part(_part_path(target, download, resume=resume), expected, resume=resume)
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
    download: Chunks, file: _Part, total: int | None, progress: Callable[[int, int | None], None] | None
) -> int:
    from anyio import to_thread

    written = await to_thread.run_sync(file.open)
    if written and (total is None or written < total):
        await download.skip(written)
    while written != total and (data := await download.receive()):
        written += len(data)
        if file.hold(data) >= _WRITE:
            await to_thread.run_sync(file.write)
        if progress is not None:
            progress(written, total)
    return written


class _Part:
    """The file under way. All its methods but `hold` block."""

    def __init__(self, path: Path, expected: list[tuple[Digest, str]], *, resume: bool) -> None:
        self._path = path
        self._expected = expected
        self._mode = "a+b" if resume else "xb"
        self._held: list[bytes] = []
        self._size = 0

    def open(self) -> int:
        """How many bytes of it are there from an earlier time."""
        self._file = self._path.open(self._mode)
        if self._mode != "xb":
            self._file.seek(0)
            while data := self._file.read(_WRITE):
                self._digest(data)
        return self._file.tell()

    def hold(self, data: bytes) -> int:
        """Keep bytes for the next write; returns how many there are."""
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
        """Check it, and put it in its place."""
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
        """Remove it, or leave it for the next time."""
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
    """A name of its own; one to go on with later is that of this version of this file."""
    mark = uuid4().hex[:8]
    if resume:
        version = f"{download.target} {download.validator} {download.size}"
        mark = hashlib.blake2b(version.encode(), digest_size=8).hexdigest()
    return target.with_name(f".{target.name}.{mark}.part")


def _expected(checksum: str) -> tuple[Digest, str]:
    name, _, wanted = checksum.partition(":")
    try:
        digest = hashlib.new(name, usedforsecurity=False)
    except ValueError:
        digest = None
    if digest is None or len(wanted) != 2 * digest.digest_size:
        raise ValueError(f"a checksum is written as 'sha256:…' or 'md5:…' with hexadecimal digits, not {checksum!r}")
    return digest, wanted.lower()


def _promised(headers: Headers) -> Iterator[tuple[Digest, str]]:
    """The digests that the headers name, as far as they are known here."""
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
