"""A document that was read, with what was said about it and its images."""

from __future__ import annotations

from typing import Any, Generic

import msgspec
from typing_extensions import TypeVar

from mistral_async.models.ocr import OCRImageObject, OCRResponse

D = TypeVar("D", default=Any)
B = TypeVar("B", default=Any)


class ParsedImage(msgspec.Struct, Generic[B], frozen=True):
    """An image of a document, and what was said about it."""

    page: int
    """The page's `index`."""
    image: OCRImageObject
    value: B


class ParsedDocument(msgspec.Struct, Generic[D, B], frozen=True):
    """A document that was read, and what was said about it and its images."""

    response: OCRResponse
    document: D | None
    """The document's annotation; None where none was asked for."""
    images: list[ParsedImage[B]]
    """The images' annotations, in the order of the pages."""

    @property
    def usage(self) -> Any:
        """What it cost, in pages."""
        return self.response.usage_info
