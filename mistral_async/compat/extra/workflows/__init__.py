"""The official SDK's `mistralai.extra.workflows`: payloads that are encoded, and executions with connectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async.compat._official import names
from mistral_async.compat.extra.workflows.connector_auth import execute_with_connector_auth_async
from mistral_async.compat.extra.workflows.encoding import (
    AlgorithmConfig,
    BlobStorageConfig,
    EncryptedStrField,
    PayloadCompressionConfig,
    PayloadEncryptionConfig,
    PayloadEncryptionMode,
    PayloadOffloadingConfig,
    StorageProvider,
    WorkflowEncodingConfig,
    ZstdCompressionConfig,
    configure_workflow_encoding,
    generate_two_part_id,
)
from mistral_async.models import (
    ConnectorAuthTaskState,
    ConnectorBindings,
    ConnectorExtension,
    ConnectorSlot,
    WorkflowExtensions,
)

__all__ = [
    "AlgorithmConfig",
    "BlobStorageConfig",
    "ConnectorAuthTaskState",
    "ConnectorBindings",
    "ConnectorExtension",
    "ConnectorSlot",
    "EncryptedStrField",
    "PayloadCompressionConfig",
    "PayloadEncryptionConfig",
    "PayloadEncryptionMode",
    "PayloadOffloadingConfig",
    "StorageProvider",
    "WorkflowEncodingConfig",
    "WorkflowExtensions",
    "ZstdCompressionConfig",
    "configure_workflow_encoding",
    "execute_with_connector_auth_async",
    "generate_two_part_id",
]


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
