"""Encoded payloads, as the official SDK names them."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Self

from mistral_async.compat._official import names
from mistral_async.models import NetworkEncodedInput as Encoded
from mistral_async.models._model import Model
from mistral_async.payloads import EncryptedStrField

__all__ = [
    "EncodedPayloadOptions",
    "EncryptedStrField",
    "NetworkEncodedInput",
    "NetworkEncodedResult",
    "WorkflowContext",
]


class EncodedPayloadOptions(StrEnum):
    """The steps of the encoding."""

    OFFLOADED = "offloaded"
    ENCRYPTED = "encrypted"
    PARTIALLY_ENCRYPTED = "encrypted-partial"
    COMPRESSED = "compressed"


class WorkflowContext(Model, kw_only=True, gc=False):
    """The execution that a payload is of."""

    namespace: str
    execution_id: str
    parent_workflow_exec_id: str | None = None
    root_workflow_exec_id: str | None = None
    execution_token: str | None = None


class NetworkEncodedInput(Encoded, kw_only=True):
    """An input that is encoded."""

    def get_payload(self) -> bytes:
        """Return the encoded bytes."""
        return base64.b64decode(self.b64payload)

    @classmethod
    def from_data(cls, data: bytes, encoding_options: Sequence[str]) -> Self:
        """Make one of encoded bytes and their steps."""
        steps = [EncodedPayloadOptions(each).value for each in encoding_options]
        return cls(b64payload=base64.b64encode(data).decode(), encoding_options=steps)


NetworkEncodedResult = NetworkEncodedInput


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
