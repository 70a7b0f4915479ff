"""`mistral-async ocr`: documents and images to markdown, many at once."""

from __future__ import annotations

import base64
import mimetypes
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mistral_async import Call, calls
from mistral_async.bulk import Err, ProgressBar
from mistral_async.cli._codes import Tally, print_error
from mistral_async.cli._connection import ClientContext, Connection, shows_progress
from mistral_async.cli._parameters import Flag, Model, Output
from mistral_async.cli._text import print_json
from mistral_async.models import DocumentURLChunk, ImageURLChunk, OCRResponse

_KINDS = {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".gif", ".bmp", ".docx", ".pptx"}
_REMOTE = ("http://", "https://")


async def ocr(
    *paths: str,
    output: Output = None,
    model: Model = "mistral-ocr-latest",
    json: Flag = False,
    concurrency: int = 8,
    connection: Connection = None,
) -> int:
    """Read documents and images as markdown.

    Parameters
    ----------
    paths
        Files, folders of them, or addresses.
    output
        A folder that gets one file for each; default: everything to stdout.
    model
        The model.
    json
        The whole answer as JSON, in place of markdown.
    concurrency
        Documents at once.
    """
    sources = [source for path in paths for source in _sources(path)]
    if not sources:
        raise ValueError("no documents: name files, folders of PDFs and images, or addresses")
    progress = ProgressBar("documents") if output is not None and shows_progress() else None
    tally = Tally()
    async with (
        ClientContext(connection) as client,
        client.bulk.map(_OCRCalls(sources, model), concurrency=concurrency, progress=progress) as results,
    ):
        async for result in results:
            source = sources[result.index]
            if isinstance(result, Err):
                tally.fail(source, result.error)
                continue
            tally.good += 1
            _show(source, result.value, output, as_json=json)
    return tally.code


def _sources(path: str) -> list[str]:
    if path.startswith(_REMOTE):
        return [path]
    folder = Path(path)
    if folder.is_dir():
        return sorted(str(each) for each in folder.rglob("*") if each.suffix.lower() in _KINDS)
    if not folder.exists():
        raise FileNotFoundError(f"there is no {path}")
    return [path]


class _OCRCalls:
    """One request for each document, which is read when its turn comes."""

    def __init__(self, sources: Sequence[str], model: str) -> None:
        self._sources = sources
        self._model = model

    def __len__(self) -> int:
        return len(self._sources)

    def __iter__(self) -> Iterator[Call[OCRResponse]]:
        return (_call(source, self._model) for source in self._sources)


def _call(source: str, model: str) -> Call[OCRResponse]:
    if source.startswith(_REMOTE):
        return calls.ocr.process(model=model, document=source)
    kind = mimetypes.guess_type(source)[0] or "application/pdf"
    address = f"data:{kind};base64,{base64.b64encode(Path(source).read_bytes()).decode()}"
    if kind.startswith("image/"):
        return calls.ocr.process(model=model, document=ImageURLChunk(address))
    return calls.ocr.process(model=model, document=DocumentURLChunk(address, Path(source).name))


def _show(source: str, answer: OCRResponse, folder: Path | None, *, as_json: bool) -> None:
    if folder is None and as_json:
        print_json({"source": source, **answer.to_dict()})
    elif folder is None:
        sys.stdout.write(answer.markdown + "\n")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / (Path(source).name + (".json" if as_json else ".md"))
        target.write_bytes(answer.to_json() if as_json else answer.markdown.encode())
        print_error(target)
