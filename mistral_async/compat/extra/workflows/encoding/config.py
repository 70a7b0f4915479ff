"""The settings of the encoding, as the official SDK names them. Secrets are text, or a `SecretStr` of pydantic's."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import msgspec

from mistral_async._codec.redact import Secret
from mistral_async.compat._official import names
from mistral_async.models._model import Model

_MEBIBYTE = 1024 * 1024


class StorageProvider(StrEnum):
    """The kinds of stores."""

    AZURE = "azure"
    GCS = "gcs"
    S3 = "s3"


class PayloadEncryptionMode(StrEnum):
    """The kinds of encryption."""

    FULL = "full"
    PARTIAL = "partial"


class SecretText(Secret):
    """A secret, which is a str in all but its repr."""

    __slots__ = ()

    def get_secret_value(self) -> str:
        """Return it, as a `SecretStr` of pydantic's does."""
        return str(self)


class _Settings(Model, kw_only=True):
    """Settings: a dict is accepted in the place of those inside others, and secrets are not shown."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if (of := _KINDS.get(name)) is not None and isinstance(value, dict):
                setattr(self, name, of(**value))
            elif name in _SECRETS and value is not None:
                reveal = getattr(value, "get_secret_value", None)
                setattr(self, name, SecretText(value if reveal is None else reveal()))


class BlobStorageConfig(_Settings):
    """A store of large payloads."""

    storage_provider: StorageProvider | str = StorageProvider.S3
    prefix: str | None = None
    container_name: str | None = None
    azure_connection_string: Any = None
    azure_storage_account_url: str | None = None
    bucket_id: str | None = None
    bucket_name: str | None = None
    region_name: str | None = None
    endpoint_url: str | None = None
    aws_access_key_id: Any = None
    aws_secret_access_key: Any = None


class PayloadOffloadingConfig(_Settings):
    """The offloading of large payloads."""

    storage_config: BlobStorageConfig | None = None
    min_size_bytes: int = _MEBIBYTE


class PayloadEncryptionConfig(_Settings):
    """The encryption of payloads."""

    mode: PayloadEncryptionMode | Literal["full", "partial"]
    main_key: Any = None
    secondary_key: Any = None


class ZstdCompressionConfig(_Settings):
    """The level of the compression, 1 to 22."""

    algorithm: Literal["zstd"] = "zstd"
    level: int = 3


AlgorithmConfig: TypeAlias = ZstdCompressionConfig


class PayloadCompressionConfig(_Settings):
    """The compression of large payloads."""

    min_size_bytes: int = _MEBIBYTE
    algorithm_config: AlgorithmConfig = msgspec.field(default_factory=ZstdCompressionConfig)


class WorkflowEncodingConfig(_Settings):
    """The encoding of payloads."""

    payload_offloading: PayloadOffloadingConfig | None = None
    payload_encryption: PayloadEncryptionConfig | None = None
    payload_compression: PayloadCompressionConfig | None = None


_SECRETS = frozenset(
    {"azure_connection_string", "aws_access_key_id", "aws_secret_access_key", "main_key", "secondary_key"}
)
_KINDS: dict[str, type[_Settings]] = {
    "storage_config": BlobStorageConfig,
    "algorithm_config": ZstdCompressionConfig,
    "payload_offloading": PayloadOffloadingConfig,
    "payload_encryption": PayloadEncryptionConfig,
    "payload_compression": PayloadCompressionConfig,
}


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
