"""Documents whose annotations are read as types."""

from __future__ import annotations

from functools import partial
from typing import Any, Generic

import msgspec
from typing_extensions import TypeVar

from mistral_async._codec.shown import Shown
from mistral_async._engine.request import Call
from mistral_async.models.ocr import OCRImageObject, OCRResponse, OCRUsageInfo
from mistral_async.structured._output import ModelOutput, read_output
from mistral_async.structured._output_type import OutputType

D = TypeVar("D", default=Any)
B = TypeVar("B", default=Any)


class ParsedImage(Shown, msgspec.Struct, Generic[B], frozen=True):
    """An image of a document with its annotation."""

    page: int
    """The page's `index`."""
    image: OCRImageObject
    value: B
    """The annotation."""


class ParsedDocument(Shown, msgspec.Struct, Generic[D, B], frozen=True):
    """A document with the annotations of the whole and of its images."""

    response: OCRResponse
    document: D | None
    """The document's annotation; None where none was asked for."""
    images: list[ParsedImage[B]]
    """The images' annotations, in the order of the pages."""

    @property
    def usage(self) -> OCRUsageInfo | None:
        """The pages and bytes that were read."""
        return self.response.usage_info


def parse_document(
    call: Call[OCRResponse], document: OutputType[D] | None, image: OutputType[B] | None
) -> Call[ParsedDocument[D, B]]:
    """Make a call that reads a document one for its annotations; None is a kind that was not asked for."""
    described: Call[Any] = call
    return msgspec.structs.replace(described, transform=partial(_annotated, document, image))


def _annotated(
    document: OutputType[D] | None, image: OutputType[B] | None, response: OCRResponse
) -> ParsedDocument[D, B]:
    annotation = None if document is None else _annotation(document, response.document_annotation, response)
    return ParsedDocument(response, annotation, [] if image is None else _images(image, response))


def _annotation(kind: OutputType[D], text: str | None, response: OCRResponse) -> D:
    return read_output(kind, ModelOutput(text or "", response=response))


def _images(kind: OutputType[B], response: OCRResponse) -> list[ParsedImage[B]]:
    """Read the images that were annotated: the API leaves small ones out."""
    return [
        ParsedImage(page.index, image, _annotation(kind, image.image_annotation, response))
        for page in response.pages
        for image in page.images
        if image.image_annotation is not None
    ]
