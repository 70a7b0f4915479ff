"""Answers as values of your types: schemas out, validated values in, also while they are being written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async.structured._document import ParsedDocument as ParsedDocument
    from mistral_async.structured._document import ParsedImage as ParsedImage
    from mistral_async.structured._parsed import Parsed as Parsed
    from mistral_async.structured._parsed import Snapshot as Snapshot
    from mistral_async.structured._scan import Scanner as Scanner
    from mistral_async.structured._schema import schema_of as schema_of
    from mistral_async.structured._stream import ParsedStream as ParsedStream
    from mistral_async.structured._target import Target as Target
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "Parsed": "mistral_async.structured._parsed",
            "ParsedDocument": "mistral_async.structured._document",
            "ParsedImage": "mistral_async.structured._document",
            "ParsedStream": "mistral_async.structured._stream",
            "Scanner": "mistral_async.structured._scan",
            "Snapshot": "mistral_async.structured._parsed",
            "Target": "mistral_async.structured._target",
            "schema_of": "mistral_async.structured._schema",
        },
    )
