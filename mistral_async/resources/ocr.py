"""Reading documents."""

from __future__ import annotations

from typing import Any

from typing_extensions import TypeForm, TypeVar, Unpack

from mistral_async._binding.resource import M, Resource, asking, endpoint
from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._engine.request import Call, RetrySafety, post
from mistral_async.models.formats import response_format_of
from mistral_async.models.ocr import OCRDocument, OCROptions, OCRParsedOptions, OCRResponse, document_of
from mistral_async.structured._document import ParsedDocument

D = TypeVar("D", default=Any)
B = TypeVar("B", default=Any)
_MODEL = "mistral-ocr-latest"


class Ocr(Resource[M]):
    """Reading documents."""

    @endpoint
    def process(
        self,
        *,
        model: str | None = _MODEL,
        document: OCRDocument | JSONMapping | str,
        **options: Unpack[OCROptions],
    ) -> Call[OCRResponse]:
        """Read a document or an image: its address, or a chunk with an address or a file's id.

        `model=None` is sent as null, for which the API takes a model of its choice.
        """
        body: JSONObject = {"model": model, "document": document_of(document), **options}
        for key in ("bbox_annotation_format", "document_annotation_format"):
            body[key] = response_format_of(body.get(key))
        return post("/v1/ocr", json=body, nulls={"model"}, returns=OCRResponse, safety=RetrySafety.BILLED)

    _describe_process = process.describe  # also where `process` is replaced

    @endpoint
    @asking("process")
    def parse(
        self,
        *,
        document: OCRDocument | JSONMapping | str,
        document_annotation_format: TypeForm[D] | None = None,
        bbox_annotation_format: TypeForm[B] | None = None,
        model: str | None = _MODEL,
        **options: Unpack[OCRParsedOptions],
    ) -> Call[ParsedDocument[D, B]]:
        """Read a document, and what is said about it, its images or both as types."""
        from mistral_async.structured._document import parse_document
        from mistral_async.structured._output_type import output_type_of

        if document_annotation_format is None and bbox_annotation_format is None:
            raise ValueError("ocr.parse needs document_annotation_format=, bbox_annotation_format= or both")
        whole = None if document_annotation_format is None else output_type_of(document_annotation_format)
        image = None if bbox_annotation_format is None else output_type_of(bbox_annotation_format)
        asked: OCROptions = {
            **options,
            "document_annotation_format": None if whole is None else whole.response_format(),
            "bbox_annotation_format": None if image is None else image.response_format(),
        }
        return parse_document(self._describe_process(model=model, document=document, **asked), whole, image)
