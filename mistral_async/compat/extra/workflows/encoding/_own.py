"""The encoding of this package, by the official SDK's settings; stores are those of obstore."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import anyio

from mistral_async._http.threads import run_in_thread
from mistral_async.compat.extra.exceptions import WorkflowPayloadEncryptionException, WorkflowPayloadOffloadingException
from mistral_async.compat.extra.workflows.encoding.config import (
    BlobStorageConfig,
    PayloadEncryptionConfig,
    PayloadEncryptionMode,
    PayloadOffloadingConfig,
    WorkflowEncodingConfig,
)
from mistral_async.payloads import (
    BlobStore,
    ObjectStore,
    PayloadCompression,
    PayloadEncryption,
    PayloadOffloading,
    WorkflowEncoding,
)

OpenStorage: TypeAlias = Callable[[BlobStorageConfig], AbstractAsyncContextManager[Any]]


def encoding_of(
    config: WorkflowEncodingConfig, namespace: str | None = None, *, open_storage: OpenStorage | None = None
) -> WorkflowEncoding:
    """Return the encoding that settings name. Data of events that it can not decode stays as it is.

    `open_storage` gives the store, in place of those of obstore.
    """
    encryption, offloading, compression = config.payload_encryption, config.payload_offloading, None
    if (given := config.payload_compression) is not None:
        compression = PayloadCompression(level=given.algorithm_config.level, min_size_bytes=given.min_size_bytes)
    return WorkflowEncoding(
        encryption=None if encryption is None else _encryption(encryption),
        compression=compression,
        offloading=None if offloading is None else _offloading(offloading, open_storage),
        namespace=namespace,
        keep_undecodable=True,
    )


def _encryption(config: PayloadEncryptionConfig) -> PayloadEncryption:
    if not config.main_key:
        raise WorkflowPayloadEncryptionException("You must configure payload encryption key")
    is_full = PayloadEncryptionMode(config.mode) is PayloadEncryptionMode.FULL
    return PayloadEncryption(
        mode="full" if is_full else "partial", main_key=config.main_key, secondary_key=config.secondary_key or None
    )


def _offloading(config: PayloadOffloadingConfig, open_storage: OpenStorage | None) -> PayloadOffloading:
    if config.storage_config is None:
        raise WorkflowPayloadOffloadingException("Blob storage config is not set for workflow payload encoding")
    given = config.storage_config
    store = store_of(given) if open_storage is None else _Opened(open_storage, given)
    return PayloadOffloading(store=store, prefix=given.prefix or "", min_size_bytes=config.min_size_bytes)


class _Opened:
    """A `BlobStore` of the official SDK's kind, opened for each blob; its functions are called in threads."""

    def __init__(self, open_storage: OpenStorage, config: BlobStorageConfig) -> None:
        self._open = open_storage
        self._config = config

    def exists(self, key: str) -> bool:
        """Return whether there is a blob under a key."""
        return self._ask("get_blob_properties", key) is not None

    def get(self, key: str) -> bytes:
        """Return a blob."""
        return bytes(self._ask("get_blob", key))

    def put(self, key: str, content: bytes) -> None:
        """Keep a blob under a key."""
        self._ask("upload_blob", key, content)

    def _ask(self, name: str, *given: object) -> Any:
        async def ask() -> Any:
            async with self._open(self._config) as storage:
                return await getattr(storage, name)(*given)

        return anyio.run(ask)


class BlobStorage:
    """A store with the official SDK's methods."""

    def __init__(self, store: BlobStore) -> None:
        self._store = store

    async def upload_blob(self, key: str, content: bytes) -> str:
        """Keep a blob under a key, and return that."""
        await run_in_thread(lambda: self._store.put(key, content))
        return key

    async def get_blob(self, key: str) -> bytes:
        """Return a blob; raises `FileNotFoundError` where there is none."""
        return await run_in_thread(lambda: self._store.get(key))

    async def blob_exists(self, key: str) -> bool:
        """Return whether there is a blob under a key."""
        return await run_in_thread(lambda: self._store.exists(key))


@asynccontextmanager
async def get_blob_storage(blob_storage_config: BlobStorageConfig) -> AsyncGenerator[BlobStorage]:
    """Open the store that settings name."""
    yield BlobStorage(store_of(blob_storage_config))


def store_of(config: BlobStorageConfig) -> BlobStore:
    """Return the store that settings name. Credentials that they do not have are those of the environment."""
    try:
        from obstore import store
    except ImportError:
        raise WorkflowPayloadOffloadingException(
            "Payload offloading needs obstore: pip install mistral-async[workflows]"
        ) from None
    kind: Any
    match config.storage_provider:
        case "s3":
            kind, name, options = store.S3Store, _required(config, "bucket_name"), _s3(config)
        case "gcs":
            kind, name, options = store.GCSStore, _required(config, "bucket_id"), {}
        case "azure":
            kind, name, options = store.AzureStore, _required(config, "container_name"), _azure(config)
        case other:
            raise WorkflowPayloadOffloadingException(f"Unsupported storage provider: {other}")
    try:
        return ObjectStore(kind(name, **options))
    except Exception as problem:  # whatever obstore raises
        what = f"the settings of the {config.storage_provider} store can not be: {type(problem).__name__}"
        raise WorkflowPayloadOffloadingException(what) from problem


def _required(config: BlobStorageConfig, name: str) -> str:
    value: str | None = getattr(config, name)
    if not value:
        raise WorkflowPayloadOffloadingException(
            f"{name} is required for the storage provider {config.storage_provider}"
        )
    return value


def _s3(config: BlobStorageConfig) -> dict[str, Any]:
    options: dict[str, Any] = {
        "region": config.region_name,
        "endpoint": config.endpoint_url,
        "access_key_id": config.aws_access_key_id,
        "secret_access_key": config.aws_secret_access_key,
    }
    if config.aws_access_key_id is None and find_spec("boto3") is not None:
        from obstore.auth.boto3 import Boto3CredentialProvider

        options["credential_provider"] = Boto3CredentialProvider()  # profiles, too
    if config.endpoint_url is not None and config.endpoint_url.startswith("http:"):
        options["client_options"] = {"allow_http": True}
    return {name: value for name, value in options.items() if value is not None}


def _azure(config: BlobStorageConfig) -> dict[str, Any]:
    given, url = config.azure_connection_string, config.azure_storage_account_url
    if bool(given) == bool(url):
        raise WorkflowPayloadOffloadingException(
            "either azure_connection_string or azure_storage_account_url must be given"
        )
    if url:
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:  # its message could show a part of a password
            raise WorkflowPayloadOffloadingException("azure_storage_account_url is not a URL") from None
        return {"endpoint": url, "account_name": host.partition(".")[0]}
    parts = dict(each.split("=", 1) for each in str(given).split(";") if "=" in each)
    suffix = parts.get("EndpointSuffix", "core.windows.net")
    account = parts.get("AccountName", "")
    endpoint = (
        parts.get("BlobEndpoint") or f"{parts.get('DefaultEndpointsProtocol', 'https')}://{account}.blob.{suffix}"
    )
    options: dict[str, Any] = {"account_name": account, "endpoint": endpoint}
    if key := parts.get("AccountKey"):
        options["account_key"] = key
    if token := parts.get("SharedAccessSignature"):
        options["sas_token"] = token
    if endpoint.startswith("http:"):
        options["client_options"] = {"allow_http": True}
    return options
