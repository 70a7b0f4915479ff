"""The encoder of payloads, as the official SDK names it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import msgspec

from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import JSON, JSONObject, is_object
from mistral_async.compat._official import names
from mistral_async.compat.errors import OfficialErrors
from mistral_async.compat.extra.exceptions import WorkflowPayloadCompressionException
from mistral_async.compat.extra.workflows.encoding._own import encoding_of, get_blob_storage
from mistral_async.compat.extra.workflows.encoding.config import (
    PayloadCompressionConfig,
    PayloadEncryptionConfig,
    PayloadOffloadingConfig,
    WorkflowEncodingConfig,
    ZstdCompressionConfig,
)
from mistral_async.compat.extra.workflows.encoding.models import (
    EncodedPayloadOptions,
    NetworkEncodedInput,
    WorkflowContext,
)
from mistral_async.models._model import Model
from mistral_async.payloads._parts import as_encoded

__all__ = ["CompressedPayloadData", "PayloadEncoder", "get_blob_storage"]

_OWN_STORAGE = get_blob_storage


class CompressedPayloadData(Model, kw_only=True):
    """A compressed payload, with what it is compressed with."""

    compression: ZstdCompressionConfig
    payload: bytes

    @classmethod
    def from_payload(cls, payload: bytes, compression: ZstdCompressionConfig) -> Self:
        """Make one of compressed bytes."""
        return cls(compression=compression, payload=payload)

    @classmethod
    def from_msgpack(cls, data: bytes) -> Self:
        """Read one; raises `WorkflowPayloadCompressionException` for what is none."""
        try:
            return msgspec.msgpack.decode(data, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise WorkflowPayloadCompressionException("Invalid compressed payload data") from problem

    def to_msgpack(self) -> bytes:
        """Return it as it is kept and sent."""
        return msgspec.msgpack.encode({"compression": self.compression.to_dict(), "payload": self.payload})

    def get_payload(self) -> bytes:
        """Return the compressed bytes."""
        return self.payload


class PayloadEncoder:
    """Encodes and decodes payloads one by one."""

    def __init__(self, encoding_config: WorkflowEncodingConfig) -> None:
        self.offloading_config: PayloadOffloadingConfig | None = encoding_config.payload_offloading
        self.encryption_config: PayloadEncryptionConfig | None = encoding_config.payload_encryption
        self.compression_config: PayloadCompressionConfig | None = encoding_config.payload_compression
        replaced = get_blob_storage is not _OWN_STORAGE  # tests do that
        self._encoding = encoding_of(encoding_config, open_storage=get_blob_storage if replaced else None)

    async def encode_payload_content(
        self,
        data: bytes | str,
        context: WorkflowContext | None = None,
        *,
        allow_offloading: bool = True,
        force_offload: bool = False,
    ) -> tuple[bytes, list[EncodedPayloadOptions]]:
        """Return encoded bytes, and the steps."""

        async def place() -> tuple[str, str]:
            return (context.namespace, context.execution_id) if context is not None else ("", "")

        given = data.encode() if isinstance(data, str) else data
        at = place if allow_offloading and context is not None else None
        encoded, steps = await self._encoding.codec.encode(given, at, force_offload=force_offload)
        return encoded, [EncodedPayloadOptions(each) for each in steps]

    async def encode_event_payload_content(self, data: bytes | str) -> tuple[bytes, list[EncodedPayloadOptions]]:
        """Return encoded bytes, and the steps, without offloading."""
        return await self.encode_payload_content(data, allow_offloading=False)

    async def decode_payload_content(self, data: bytes, encoding_options: Sequence[str]) -> bytes:
        """Undo the steps."""
        with OfficialErrors():
            steps = [EncodedPayloadOptions(each).value for each in encoding_options]
            return await self._encoding.codec.decode(data, steps)

    async def decode_event_payload(self, payload_data: JSONObject) -> JSONObject:
        """Decode data of an event."""
        decoded: Any = await self.decode_network_result(payload_data)
        return decoded if is_object(decoded) else payload_data

    async def encode_network_input(self, data: JSON, context: WorkflowContext) -> NetworkEncodedInput:
        """Encode an input as it is sent."""
        return NetworkEncodedInput.from_data(*await self.encode_payload_content(encode(data), context))

    async def decode_network_result(self, data: JSON) -> JSON:
        """Decode a result or an input as it comes."""
        with OfficialErrors():
            return await self._encoding.decode(data)

    def check_is_payload_encoded(self, data: JSON) -> bool:
        """Return whether a result is encoded."""
        return as_encoded(encode(data)) is not None


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
