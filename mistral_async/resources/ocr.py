"""Reading documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from typing_extensions import Unpack

from mistral_async._request import Call, Effect, post
from mistral_async._resource import M, Resource, endpoint
from mistral_async.models.formats import response_format_of
from mistral_async.models.ocr import OCRDocument, OCROptions, OCRResponse, document_of

_MODEL = "mistral-ocr-latest"


class Ocr(Resource[M]):
    """Reading documents."""

    @endpoint
    def process(
        self,
        *,
        model: str | None = _MODEL,
        document: OCRDocument | Mapping[str, Any] | str,
        **options: Unpack[OCROptions],
    ) -> Call[OCRResponse]:
        """Read a document or an image: its address, or a chunk with an address or a file's id."""
        body: dict[str, Any] = {"model": model or _MODEL, "document": document_of(document), **options}
        for key in ("bbox_annotation_format", "document_annotation_format"):
            body[key] = response_format_of(body.get(key))
        return post("/v1/ocr", json=body, returns=OCRResponse, effect=Effect.COSTS)
