"""Payloads of workflows that are encoded, as the official SDK names it. It needs the extra `workflows`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.compat.extra.workflows.encoding.config import (
    AlgorithmConfig,
    BlobStorageConfig,
    PayloadCompressionConfig,
    PayloadEncryptionConfig,
    PayloadEncryptionMode,
    PayloadOffloadingConfig,
    StorageProvider,
    WorkflowEncodingConfig,
    ZstdCompressionConfig,
)
from mistral_async.compat.extra.workflows.encoding.helpers import configure_workflow_encoding, generate_two_part_id
from mistral_async.compat.extra.workflows.encoding.models import EncryptedStrField
from mistral_async.compat.extra.workflows.encoding.payload_encoder import PayloadEncoder

__all__ = [
    "AlgorithmConfig",
    "BlobStorageConfig",
    "EncryptedStrField",
    "PayloadCompressionConfig",
    "PayloadEncoder",
    "PayloadEncryptionConfig",
    "PayloadEncryptionMode",
    "PayloadOffloadingConfig",
    "StorageProvider",
    "WorkflowEncodingConfig",
    "ZstdCompressionConfig",
    "configure_workflow_encoding",
    "generate_two_part_id",
]


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
