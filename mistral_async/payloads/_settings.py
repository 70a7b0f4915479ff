"""What is done to payloads: the settings of each step."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import Final, Literal, NoReturn

import msgspec

from mistral_async._codec.counts import check_count
from mistral_async._codec.open_union import constant
from mistral_async._codec.redact import Concealing, Secret
from mistral_async.errors import ConfigurationError
from mistral_async.models._model import Model
from mistral_async.payloads._store import BlobStore

MARKER: Final = "__encrypted_str__"
_MEBIBYTE: Final = 1024 * 1024
_KEY_SIZES: Final = (16, 24, 32)  # bytes, of AES
_HIGHEST_LEVEL: Final = 22  # of zstd
_METHODS: Final = ("exists", "get", "put")  # of a store


class EncryptedStrField(Model, kw_only=True, gc=False):
    """A text of an input that `partial` encryption encrypts; all other values are sent as they are."""

    field_type: Literal["__encrypted_str__"] = constant(MARKER)
    data: str


class PayloadEncryption(Concealing, msgspec.Struct, frozen=True, kw_only=True):
    """AES-GCM under keys of your own, which the workers of the workflow must have, too."""

    mode: Literal["full", "partial"]
    """`full` encrypts whole payloads, `partial` the texts in them that are an `EncryptedStrField`."""
    main_key: str
    """16, 24 or 32 bytes in hexadecimal digits. Everything is encrypted with it."""
    secondary_key: str | None = None
    """The key before this one: what the main key does not decrypt is decrypted with it."""

    def __post_init__(self) -> None:
        if self.mode not in {"full", "partial"}:
            raise ConfigurationError(f"the mode of the encryption is 'full' or 'partial', not {self.mode!r}")
        for name in ("main_key", "secondary_key"):
            if (key := getattr(self, name)) is not None or name == "main_key":
                msgspec.structs.force_setattr(self, name, _checked_key(name, key))

    def __repr__(self) -> str:
        return f"PayloadEncryption(mode={self.mode!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("keys of encryption are not pickled: make the client in the other process")

    def __deepcopy__(self, memo: object) -> PayloadEncryption:
        return self


class PayloadCompression(msgspec.Struct, frozen=True, kw_only=True):
    """Zstandard (RFC 8878), where it makes a payload smaller."""

    level: int = 3
    """1 to 22."""
    min_size_bytes: int = _MEBIBYTE
    """Smaller payloads are not compressed."""

    def __post_init__(self) -> None:
        check_count("level", self.level)
        if self.level > _HIGHEST_LEVEL:
            raise ValueError(f"level must be at most {_HIGHEST_LEVEL}, not {self.level}")
        check_count("min_size_bytes", self.min_size_bytes, minimum=0)


class PayloadOffloading(msgspec.Struct, frozen=True, kw_only=True):
    """A store of your own for large payloads, which the workers of the workflow must reach, too."""

    store: BlobStore
    prefix: str = ""
    """The start of the keys in the store: `{prefix}/temporal-payload/...`."""
    min_size_bytes: int = _MEBIBYTE
    """Smaller payloads, after their compression, are sent."""

    def __post_init__(self) -> None:
        if missing := [name for name in _METHODS if not callable(getattr(self.store, name, None))]:
            raise ConfigurationError(f"{type(self.store).__name__} is no BlobStore: it has no {', '.join(missing)}")
        if waits := [name for name in _METHODS if iscoroutinefunction(getattr(self.store, name))]:
            raise ConfigurationError(
                f"{type(self.store).__name__} is no BlobStore: its {', '.join(waits)} must not be async, since they are"
                " called in threads, where they may block"
            )
        check_count("min_size_bytes", self.min_size_bytes, minimum=0)


def _checked_key(name: str, key: object) -> Secret:
    """Return a key; no error shows it."""
    if isinstance(key, str):
        try:
            size = len(bytes.fromhex(key))
        except ValueError:
            size = 0
        if size in _KEY_SIZES:
            return Secret(key)
    raise ConfigurationError(f"{name} must be 16, 24 or 32 bytes in hexadecimal digits")
