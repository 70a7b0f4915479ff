"""Structured output: schemas of your types out, validated values in, also while they are being written.

Knows requests, results and models, and no resource: `parse` stands beside the endpoint whose request it describes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async._codec.json_schema.schema import schema_of as schema_of
    from mistral_async.structured._document import ParsedDocument as ParsedDocument
    from mistral_async.structured._document import ParsedImage as ParsedImage
    from mistral_async.structured._output_type import Target as Target
    from mistral_async.structured._parsed import Parsed as Parsed
    from mistral_async.structured._parsed import Snapshot as Snapshot
    from mistral_async.structured._scanner import Scanner as Scanner
    from mistral_async.structured._stream import ParsedStream as ParsedStream
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "mistral_async._codec.json_schema.schema": "schema_of",
            "mistral_async.structured._document": "ParsedDocument ParsedImage",
            "mistral_async.structured._output_type": "Target",
            "mistral_async.structured._parsed": "Parsed Snapshot",
            "mistral_async.structured._scanner": "Scanner",
            "mistral_async.structured._stream": "ParsedStream",
        },
    )
