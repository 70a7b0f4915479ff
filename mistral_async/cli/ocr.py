"""`mistral-async ocr`: documents and images to Markdown, HTML, JSON or text, many at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from anyio import to_thread
from cyclopts import Parameter

from mistral_async import Call, calls
from mistral_async._files.media_type import UNKNOWN, type_of
from mistral_async._files.whole_file import WholeFile
from mistral_async.bulk import Err, ProgressBar
from mistral_async.cli._attachments import read_source
from mistral_async.cli._codes import Tally, print_error
from mistral_async.cli._connection import ClientContext, Connection, shows_progress
from mistral_async.cli._images import image_terminal, print_with_images
from mistral_async.cli._markdown import plain_text
from mistral_async.cli._ocr_documents import IMAGES, REMOTE, Document, find_documents, parse_pages, result_paths
from mistral_async.cli._ocr_done import Done
from mistral_async.cli._parameters import Flag, Model, Output, StdinOrPath
from mistral_async.cli._text import print_json, readable, terminal_text
from mistral_async.models import DocumentURLChunk, ImageURLChunk, OCRResponse
from mistral_async.models._ocr_folder import SavedFormat, html_renderer

OCRFormat: TypeAlias = Literal["md", "html", "json", "text"]
_ENDINGS: dict[OCRFormat, str] = {"md": ".md", "html": ".html", "json": ".json", "text": ".txt"}


async def ocr(
    *paths: StdinOrPath,
    output: Output = None,
    model: Model = "mistral-ocr-latest",
    format: Annotated[OCRFormat, Parameter(name="--format")] = "md",  # noqa: A002 - the option's name
    json: Flag = False,
    pages: str | None = None,
    force: Flag = False,
    concurrency: int = 8,
    connection: Connection = None,
) -> int:
    """Read documents and images as markdown.

    Parameters
    ----------
    paths
        Files, folders of them, or addresses; - is stdin.
    output
        A folder that gets a file for each, with its images, in the folders of the documents. Default: stdout.
    model
        The model.
    format
        Markdown, HTML (only with -o), the whole answer as JSON, or text without any markup.
    json
        The same as `--format json`.
    pages
        Pages to read, from 1, such as 1-3,5. Default: all.
    force
        Read again what the folder has already.
    concurrency
        Documents at once.
    """
    form: OCRFormat = "json" if json else format
    documents = list({each.source: each for path in paths for each in find_documents(str(path), output)}.values())
    if not documents:
        raise ValueError("no documents: name files, folders of PDFs and images, or addresses")
    if form == "html":
        if output is None:
            raise ValueError("--format html is for -o FOLDER, which gets the images too")
        html_renderer()  # the extra is there, before anything is paid for
    shows = output is None and form == "md" and image_terminal() is not None
    options = {
        "model": model,
        "pages": parse_pages(pages) if pages else None,
        "include_image_base64": True if shows or (output is not None and form in {"md", "html"}) else None,
    }
    results = _Printed(form) if output is None else _Folder(output, documents, form, options, force=force)
    return await _read(documents, results, options, concurrency, connection)


async def _read(
    documents: Sequence[Document],
    results: _Printed | _Folder,
    options: Mapping[str, Any],
    concurrency: int,
    connection: Connection,
) -> int:
    """Read the documents that have no result yet; one that fails is told of, and the others go on."""
    tally = Tally()
    requests = _OCRCalls([each.source for each in documents if results.wants(each)], options, tally)
    if skipped := len(documents) - len(requests):
        tally.good += skipped
        print_error(f"{skipped:,} of {len(documents):,} documents were read before (--force reads them again)")
    progress = ProgressBar("documents") if isinstance(results, _Folder) and shows_progress() else None
    async with (
        ClientContext(connection) as client,
        client.bulk.map(requests, concurrency=concurrency, progress=progress) as answers,
    ):
        async for answer in answers:
            source = requests.begun[answer.index]
            if isinstance(answer, Err):
                tally.fail(readable(source), answer.error)
                continue
            await to_thread.run_sync(results.add, source, answer.value)
            tally.good += 1
    return tally.code


class _OCRCalls:
    """One request for each document, which is read when its turn comes; one that cannot be read has none."""

    def __init__(self, sources: Sequence[str], options: Mapping[str, Any], tally: Tally) -> None:
        self._sources = sources
        self._options = options
        self._tally = tally
        self.begun: list[str] = []
        """The documents that have a request, in the order of these."""

    def __len__(self) -> int:
        return len(self._sources)

    def __iter__(self) -> Iterator[Call[OCRResponse]]:
        for source in self._sources:
            try:
                document = _document(source)
            except (OSError, ValueError) as error:
                self._tally.fail(readable(source), error)
                continue
            self.begun.append(source)
            yield calls.ocr.process(document=document, **self._options)


def _document(source: str) -> Any:
    if source.startswith(REMOTE):
        return source
    data, name = read_source(source)
    kind = type_of(data[:16], name)
    if kind.startswith("image/"):
        return ImageURLChunk.from_file(data, media_type=kind)
    if kind.startswith("audio/"):
        raise ValueError("it is a recording: `mistral-async transcribe` writes down what it says")
    known = kind if kind != UNKNOWN else "application/pdf"
    return DocumentURLChunk.from_file(data, name=name, media_type=known)


class _Printed:
    """Results on stdout, as they come."""

    def __init__(self, form: OCRFormat) -> None:
        self._form = form

    def wants(self, document: Document) -> bool:  # noqa: ARG002 - as that of a folder
        """Return True: nothing was printed before."""
        return True

    def add(self, source: str, answer: OCRResponse) -> None:
        """Print a result."""
        match self._form:
            case "json":
                print_json({"source": readable(source), **answer.to_dict()})
            case "text":
                sys.stdout.write(terminal_text(plain_text(answer.markdown)))
            case _:
                print_with_images(answer)
        sys.stdout.flush()


class _Folder:
    """Results in a folder, each in a file, its images in a folder beside it."""

    def __init__(
        self, folder: Path, documents: Sequence[Document], form: OCRFormat, options: Mapping[str, Any], *, force: bool
    ) -> None:
        self._form = form
        self._force = force
        self._suffix = _ENDINGS[form]
        targets = result_paths(documents, folder, self._suffix)
        self._targets = {each.source: target for each, target in zip(documents, targets, strict=True)}
        folder.mkdir(parents=True, exist_ok=True)
        self._done = Done(folder, {"format": form, "model": options["model"], "pages": options["pages"]})

    def wants(self, document: Document) -> bool:
        """Return whether its result is not there yet."""
        return not self._done.has(document.source, self._targets[document.source]) or self._force

    def add(self, source: str, answer: OCRResponse) -> None:
        """Write a result."""
        target = self._targets[source]
        if self._form in {"md", "html"}:
            name = target.name.removesuffix(self._suffix)
            saved: SavedFormat = "html" if self._form == "html" else "markdown"
            answer.save(target.parent, name=name, format=saved, images=f"{name}{IMAGES}")
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            with WholeFile(target) as whole:
                whole.file.write(answer.to_json() if self._form == "json" else plain_text(answer.markdown).encode())
                whole.finish()
        self._done.add(target)
        print_error(f"{readable(source)} -> {readable(str(target))}")
