"""What becomes of the bytes of one payload: the steps, and the names that they leave with it."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from inspect import isawaitable
from typing import Any, Final, TypeVar

import msgspec

from mistral_async._http.threads import NoThreadError, run_in_thread
from mistral_async.errors import MistralError, PayloadEncryptionError, PayloadError, PayloadOffloadingError
from mistral_async.payloads._cipher import Cipher
from mistral_async.payloads._compression import compress, decompress, load_zstd
from mistral_async.payloads._settings import PayloadCompression, PayloadEncryption, PayloadOffloading
from mistral_async.payloads._store import is_blob_of, key_of

# Rule 1: The steps are taken in the order of `STEPS`. Each that was taken leaves its name; they are undone from the
#   last to the first, by their names alone, whatever this client would do itself.
# Rule 2: Marked texts are encrypted first, as long as they can be seen. Compression is before offloading, so that what
#   becomes small stays here. Full encryption is last: of an offloaded payload it encrypts the reference, not the blob.
# Rule 3: A payload is compressed if it has `min_size_bytes` and is smaller after, offloaded if it then still has as
#   many as that step asks for. The key of a blob names its content: one that is there already is not sent again, and
#   one that was changed is not read.
# Rule 4: What takes long runs in a thread: the store, and the other steps for what is large.
# Rule 5: A step that fails is an error, and nothing is sent. No step is left out to go on.

STEPS: Final = ("encrypted-partial", "compressed", "offloaded", "encrypted")
_PARTIAL, _COMPRESSED, _OFFLOADED, _FULL = STEPS
_LARGE: Final = 256 * 1024  # bytes, for which each step takes less than a millisecond

T = TypeVar("T")
Place = Callable[[], Awaitable[tuple[str, str]]]
"""Gives the namespace and the execution whose payload it is: asked for when a payload is offloaded."""


class _Reference(msgspec.Struct):
    """A reference, in the place of a payload that is kept elsewhere."""

    key: str


class PayloadCodec:
    """The steps that some settings ask for, over bytes."""

    def __init__(
        self,
        *,
        encryption: PayloadEncryption | None = None,
        compression: PayloadCompression | None = None,
        offloading: PayloadOffloading | None = None,
    ) -> None:
        self.cipher: Final = None if encryption is None else Cipher(encryption)
        self._compression: Final = compression
        self._offloading: Final = offloading
        if compression is not None:
            load_zstd()

    async def encode(
        self, data: bytes, place: Place | None = None, *, force_offload: bool = False
    ) -> tuple[bytes, list[str]]:
        """Return the encoded payload and the names of the steps; without a place it is not offloaded."""
        steps: list[str] = []
        cipher, compression = self.cipher, self._compression
        if cipher is not None and cipher.is_partial:
            data, found = await _run(cipher.encrypt_fields, data)
            steps += [_PARTIAL] if found else []
        if compression is not None and len(data) >= compression.min_size_bytes:
            smaller = await _run(lambda given: compress(given, compression), data)
            data, taken = (data, []) if smaller is None else (smaller, [_COMPRESSED])
            steps += taken
        least = math.inf if self._offloading is None else 0 if force_offload else self._offloading.min_size_bytes
        if self._offloading is not None and place is not None and len(data) >= least:
            data = await self._offload(data, self._offloading, await place())
            steps.append(_OFFLOADED)
        if cipher is not None and not cipher.is_partial:
            data = await _run(cipher.encrypt, data)
            steps.append(_FULL)
        return data, steps

    async def decode(self, data: bytes, steps: Sequence[str]) -> bytes:
        """Undo the steps, from the last one on; raises a `PayloadError`."""
        for step in reversed(steps):
            match step:
                case "encrypted":
                    data = await _run(self.keys.decrypt, data)
                case "encrypted-partial":
                    data = await _run(self.keys.decrypt_fields, data)
                case "compressed":
                    data = await _run(decompress, data)
                case "offloaded":
                    data = await self._fetch(data)
                case _:
                    raise PayloadError(f"the payload was encoded by a step that this version does not know: {step!r}")
        return data

    async def reencode(self, data: bytes, steps: Sequence[str]) -> tuple[bytes, Sequence[str]]:
        """Encrypt an encoded payload anew; what is in the store stays as it is. Returns what `encode` does."""
        keys = self.keys
        if _FULL in steps:
            return await _run(lambda given: keys.encrypt(keys.decrypt(given)), data), steps
        if _PARTIAL in steps and _OFFLOADED not in steps:
            return await self.encode(await self.decode(data, steps))
        return data, steps

    @property
    def keys(self) -> Cipher:
        """The keys to decrypt with; raises `PayloadEncryptionError` where there is none."""
        if self.cipher is None:
            raise PayloadEncryptionError("the payload is encrypted, and this client has no key: set encryption=")
        return self.cipher

    async def _offload(self, data: bytes, settings: PayloadOffloading, place: tuple[str, str]) -> bytes:
        key, store = key_of(data, *place), settings.store
        put: Callable[[str, bytes], object] = store.put

        def keep() -> None:
            full = _full_key(key, settings.prefix)
            if not _returned("exists", store.exists(full)):
                _returned("put", put(full, data))

        await _in_store(keep)
        return msgspec.json.encode(_Reference(key))

    async def _fetch(self, data: bytes) -> bytes:
        settings = self._offloading
        if settings is None:
            raise PayloadOffloadingError("the payload is kept in a store, and this client has none: set offloading=")
        try:
            key = msgspec.json.decode(data, type=_Reference).key
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise PayloadOffloadingError("the reference to the payload in the store can not be read") from None
        content = await _in_store(lambda: _content(settings.store.get(_full_key(key, settings.prefix))))
        if not await _run(lambda given: is_blob_of(given, key), content):
            raise PayloadOffloadingError("the payload in the store is not the one that was put there")
        return content


def _full_key(key: str, prefix: str) -> str:
    return key if not prefix or key.startswith(prefix) else f"{prefix}/{key}"


def _returned(name: str, value: T) -> T:
    """Return what a store returned; an awaitable stands for work that nobody would do."""
    if isawaitable(value):
        if isinstance(value, Coroutine):
            value.close()
        raise PayloadOffloadingError(f"`{name}` of the store of payloads returned an awaitable: it must not be async")
    return value


def _content(value: Any) -> bytes:
    """Return the blob that a store returned."""
    try:
        return bytes(memoryview(_returned("get", value)))
    except TypeError:
        what = f"`get` of the store of payloads returned {type(value).__name__}, not bytes: raise where there is none"
        raise PayloadOffloadingError(what) from None


async def _run(step: Callable[[bytes], T], data: bytes) -> T:
    """Take a step, in a thread where it takes long (rule 4) and there is one."""
    if len(data) > _LARGE:
        with suppress(NoThreadError):
            return await run_in_thread(step, data)
    return step(data)


async def _in_store(work: Callable[[], T]) -> T:
    """Have a store do something; its errors become ours."""
    try:
        return await run_in_thread(work, abandon_on_cancel=True)
    except MistralError:
        raise
    except NoThreadError as problem:
        raise PayloadOffloadingError(f"the store of payloads could not be asked: {problem}") from None
    except Exception as problem:  # noqa: BLE001 - a store of the user's own raises what it likes
        what = f"the store of payloads failed with {type(problem).__name__}"
        raise PayloadOffloadingError(what) from problem.with_traceback(None)
