"""Stores of large payloads: what one can do, and those of obstore (S3, Google Cloud Storage, Azure, files, memory)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from mistral_async.errors import MissingExtraError

if TYPE_CHECKING:
    from obstore.store import ObjectStore as Store

_ROOT = "temporal-payload"


class BlobStore(Protocol):
    """A place for large payloads. Its functions are called in threads, several at a time, and may block."""

    def exists(self, key: str) -> bool:
        """Return whether there is a blob under a key."""
        ...

    def get(self, key: str) -> bytes:
        """Return a blob; raises any exception where there is none."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Keep a blob under a key."""
        ...


class ObjectStore:
    """A `BlobStore` over a store of obstore, such as `obstore.store.S3Store("bucket")`, which has its credentials."""

    def __init__(self, store: Store) -> None:
        try:
            import obstore
        except ImportError:
            raise MissingExtraError("ObjectStore needs obstore: pip install mistral-async[workflows]") from None
        self._obstore = obstore
        self._store: Store = store

    def exists(self, key: str) -> bool:
        """Return whether there is a blob under a key."""
        try:
            self._obstore.head(self._store, key)
        except FileNotFoundError:
            return False
        return True

    def get(self, key: str) -> bytes:
        """Return a blob; raises `FileNotFoundError` where there is none."""
        return bytes(self._obstore.get(self._store, key).bytes())

    def put(self, key: str, content: bytes) -> None:
        """Keep a blob under a key."""
        self._obstore.put(self._store, key, content)


def key_of(content: bytes, namespace: str, execution_id: str) -> str:
    """Return the key of a blob: equal contents of an execution have the same one."""
    names = quote(namespace, safe=""), quote(execution_id, safe="")
    return "/".join((_ROOT, *names, f"sha256:{sha256(content).hexdigest()}"))


def is_blob_of(content: bytes, key: str) -> bool:
    """Return whether a blob is what its key says, where the key says it."""
    kind, _, digest = key.rpartition("/")[2].partition(":")
    return kind != "sha256" or digest == sha256(content).hexdigest()
