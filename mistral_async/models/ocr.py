"""Reading documents: pages as Markdown, with their images, tables and blocks. Coordinates are pixels of the page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._fallback import FallbackOptions
from mistral_async.models._model import Answer, Model
from mistral_async.models._ocr_folder import Page, SavedFormat, save_document
from mistral_async.models.content import DocumentURLChunk, FileChunk, ImageURLChunk
from mistral_async.models.enums import ConfidenceScoresGranularity, TableFormat
from mistral_async.models.formats import ResponseFormatInput

OCRDocument: TypeAlias = OpenUnion[FileChunk | ImageURLChunk | DocumentURLChunk]


class OCRParsedOptions(FallbackOptions, total=False):
    """Options of reading a document whose annotations are read as types. None is not sent."""

    pages: str | Sequence[int] | None
    """Numbers from 0, or text such as `0,2-4`."""
    include_image_base64: bool | None
    """True to get the images too."""
    image_limit: int | None
    """The most images to take."""
    image_min_size: int | None
    """The least width and height of an image, in pixels."""
    document_annotation_prompt: str | None
    """What to look for, for the annotation of the document."""
    table_format: TableFormat | None
    """Tables apart, in this format, rather than within the Markdown."""
    extract_header: bool | None
    """True to get the headers of pages apart from the Markdown; False by default."""
    extract_footer: bool | None
    """True to get the footers of pages apart from the Markdown; False by default."""
    include_blocks: bool | None
    """True to get the blocks of each page, which is the default."""
    confidence_scores_granularity: ConfidenceScoresGranularity | None
    """`page`, `block` or `word`: get confidence scores, as fine as that; none unless given."""
    id: str | None
    """Accepted by older versions of the API."""


class OCROptions(OCRParsedOptions, total=False):
    """Options of reading a document. None is not sent."""

    bbox_annotation_format: ResponseFormatInput | None
    """The annotation of each image: a format, a JSON schema, or a class that has one."""
    document_annotation_format: ResponseFormatInput | None
    """The annotation of the document: a format, a JSON schema, or a class that has one."""


class OCRConfidenceScore(Model, kw_only=True, gc=False):
    """The confidence in the reading of a word."""

    text: str = ""
    confidence: float | None = None
    """From 0 to 1."""
    start_index: int | None = None
    """The position in the text at which the word begins."""


class OCRPageConfidenceScores(Model, kw_only=True):
    """The confidence in the reading of a page, from 0 to 1."""

    average_page_confidence_score: float | None = None
    minimum_page_confidence_score: float | None = None
    word_confidence_scores: list[OCRConfidenceScore] = msgspec.field(default_factory=list[OCRConfidenceScore])


class OCRBlockConfidenceScores(Model, kw_only=True, gc=False):
    """The confidence in the reading of a block, from 0 to 1."""

    average_content_confidence_score: float | None = None
    minimum_content_confidence_score: float | None = None
    block_type_confidence_score: float | None = None


class _Region(Model, kw_only=True):
    """A rectangle of the page."""

    top_left_x: int | None = None
    top_left_y: int | None = None
    bottom_right_x: int | None = None
    bottom_right_y: int | None = None


class _Block(_Region, kw_only=True):
    """A part of the page."""

    content: str = ""
    confidence_scores: OCRBlockConfidenceScores | None = None


class OCRAsideTextBlock(_Block, kw_only=True):
    """Text beside the main text."""

    type: Literal["aside_text"] = constant("aside_text")


class OCRCaptionBlock(_Block, kw_only=True):
    """The caption of an image or table."""

    type: Literal["caption"] = constant("caption")


class OCRCodeBlock(_Block, kw_only=True):
    """Code."""

    type: Literal["code"] = constant("code")


class OCREquationBlock(_Block, kw_only=True):
    """An equation."""

    type: Literal["equation"] = constant("equation")


class OCRFooterBlock(_Block, kw_only=True):
    """The foot of the page."""

    type: Literal["footer"] = constant("footer")


class OCRHeaderBlock(_Block, kw_only=True):
    """The head of the page."""

    type: Literal["header"] = constant("header")


class OCRImageBlock(_Block, kw_only=True):
    """An image."""

    image_id: str = ""
    """The `id` among the page's images."""
    type: Literal["image"] = constant("image")


class OCRListBlock(_Block, kw_only=True):
    """A list."""

    type: Literal["list"] = constant("list")


class OCRReferencesBlock(_Block, kw_only=True):
    """References."""

    type: Literal["references"] = constant("references")


class OCRSignatureBlock(_Block, kw_only=True):
    """A signature."""

    type: Literal["signature"] = constant("signature")


class OCRTableBlock(_Block, kw_only=True):
    """A table."""

    table_id: str | None = None
    """The `id` among the page's tables."""
    type: Literal["table"] = constant("table")


class OCRTextBlock(_Block, kw_only=True):
    """Text."""

    type: Literal["text"] = constant("text")


class OCRTitleBlock(_Block, kw_only=True):
    """A title."""

    type: Literal["title"] = constant("title")


Block: TypeAlias = OpenUnion[
    OCRAsideTextBlock
    | OCRCaptionBlock
    | OCRCodeBlock
    | OCREquationBlock
    | OCRFooterBlock
    | OCRHeaderBlock
    | OCRImageBlock
    | OCRListBlock
    | OCRReferencesBlock
    | OCRSignatureBlock
    | OCRTableBlock
    | OCRTextBlock
    | OCRTitleBlock
]


class OCRImageObject(Model, kw_only=True):
    """An image of the page."""

    id: str = ""
    """The Markdown refers to it."""
    top_left_x: int | None = None
    top_left_y: int | None = None
    bottom_right_x: int | None = None
    bottom_right_y: int | None = None
    image_base64: str | None = None
    image_annotation: str | None = None
    """JSON, as text."""

    def _repr_html_(self) -> str:
        from mistral_async.models._html import image

        return image(self.image_base64 or "", self.id)


class OCRTableObject(Model, kw_only=True):
    """A table of the page."""

    id: str = ""
    """The Markdown refers to it."""
    content: str = ""
    format: TableFormat | None = None
    word_confidence_scores: list[OCRConfidenceScore] | None = None

    @property
    def format_(self) -> str | None:
        """`format`, as other clients call it."""
        return self.format


class OCRPageDimensions(Model, kw_only=True, gc=False):
    """The size of the page in pixels."""

    dpi: int | None = None
    """Dots per inch."""
    height: int | None = None
    width: int | None = None


class OCRPageObject(Model, kw_only=True, metaclass=Answer):
    """A page."""

    index: int = 0
    """From 0, in the document."""
    markdown: str = ""
    images: list[OCRImageObject] = msgspec.field(default_factory=list[OCRImageObject])
    dimensions: OCRPageDimensions | None = None
    tables: list[OCRTableObject] = msgspec.field(default_factory=list[OCRTableObject])
    hyperlinks: list[str] = msgspec.field(default_factory=list[str])
    header: str | None = None
    footer: str | None = None
    confidence_scores: OCRPageConfidenceScores | None = None
    blocks: list[Block] | None = None

    def _parts(self) -> Page:
        images = [(image.id, image.image_base64) for image in self.images]
        return Page(self.index, self.markdown, images, {table.id: table.content for table in self.tables})

    def _repr_html_(self) -> str:
        from mistral_async.models._ocr_html import pages_html

        return pages_html([self._parts()])


class OCRUsageInfo(Model, kw_only=True, gc=False):
    """The cost of reading a document."""

    pages_processed: int = 0
    doc_size_bytes: int | None = None


class OCRResponse(Model, kw_only=True, metaclass=Answer):
    """A document as it was read."""

    pages: list[OCRPageObject] = msgspec.field(default_factory=list[OCRPageObject])
    model: str = ""
    usage_info: OCRUsageInfo | None = None
    document_annotation: str | None = None
    """JSON, as text."""

    @property
    def markdown(self) -> str:
        """The Markdown of all pages, an empty line between them. Images and tables are links: `[id](id)`."""
        return "\n\n".join(str(page.markdown) for page in self.pages)

    def save(
        self,
        folder: str | os.PathLike[str],
        *,
        name: str = "document",
        format: SavedFormat = "markdown",  # noqa: A002
        images: str | None = None,
    ) -> Path:
        """Write the document into a folder, its tables in their places and its images beside it; return its path.

        It blocks: in an event loop, call it in a thread. Images are there if they were asked for
        (`include_image_base64=True`); links to others stay as they are. Files of the same name are replaced.

        Args:
            folder: Made where it is missing.
            name: The document's file name, without its ending.
            format: `markdown` (`.md`), or `html` (`.html`, made safe to open; needs the extra `html`).
            images: The name of a folder in it for the images, for several documents in one folder. Default: beside
                the document.

        Raises:
            ValueError: The name or the format is none.
            ImportError: The extra is missing.
            OSError: A file cannot be written; those that were stay.
        """
        pages = (page._parts() for page in self.pages)  # noqa: SLF001 - of this module
        return save_document(pages, folder, name, format, images)

    def _repr_html_(self) -> str:
        from mistral_async.models._ocr_html import pages_html

        return pages_html([page._parts() for page in self.pages])  # noqa: SLF001 - of this module


def document_of(document: OCRDocument | JSONMapping | str) -> OCRDocument | JSONMapping:
    """Return a document as it is sent; an address alone is an image where it says so, else a document."""
    if not isinstance(document, str):
        return document
    if document.startswith("data:image/"):
        return ImageURLChunk(document)
    if document.startswith(("https://", "http://", "data:")):
        return DocumentURLChunk(document)
    raise ValueError("document as text is an address (https://… or data:…); an uploaded file is FileChunk(file_id)")


Document = OCRDocument
