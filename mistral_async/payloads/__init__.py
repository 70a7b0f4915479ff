"""Payloads of workflows: encrypted, compressed and kept elsewhere before they leave, and read again when they return.

A view of a client is handed a `WorkflowEncoding`; the engine asks it, and knows no more of it than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async.payloads._codec import PayloadCodec as PayloadCodec
    from mistral_async.payloads._encoding import WorkflowEncoding as WorkflowEncoding
    from mistral_async.payloads._settings import EncryptedStrField as EncryptedStrField
    from mistral_async.payloads._settings import PayloadCompression as PayloadCompression
    from mistral_async.payloads._settings import PayloadEncryption as PayloadEncryption
    from mistral_async.payloads._settings import PayloadOffloading as PayloadOffloading
    from mistral_async.payloads._store import BlobStore as BlobStore
    from mistral_async.payloads._store import ObjectStore as ObjectStore
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "mistral_async.payloads._codec": "PayloadCodec",
            "mistral_async.payloads._encoding": "WorkflowEncoding",
            "mistral_async.payloads._settings": """
                EncryptedStrField PayloadCompression PayloadEncryption PayloadOffloading
            """,
            "mistral_async.payloads._store": "BlobStore ObjectStore",
        },
    )
