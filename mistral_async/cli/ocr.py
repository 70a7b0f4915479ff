"""`mistral-async ocr`: documents and images to markdown, many at once."""

from __future__ import annotations

import base64
import mimetypes
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from mistral_async._request import Call
from mistral_async._tree import calls
from mistral_async.cli._connection import Connection, connected
from mistral_async.cli._text import complain, print_json
from mistral_async.models import DocumentURLChunk, ImageURLChunk, OCRResponse

_KINDS = {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".gif", ".bmp", ".docx", ".pptx"}


async def ocr(
    *paths: str,
    output: Annotated[Path | None, Parameter(alias="-o")] = None,
    model: Annotated[str, Parameter(alias="-m")] = "mistral-ocr-latest",
    json: Annotated[bool, Parameter(negative=())] = False,
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
    requests = (_request(source, model) for source in sources)
    failed = 0
    async with connected(connection) as client, client.bulk.map(requests, concurrency=concurrency) as results:
        async for result in results:
            source = sources[result.index]
            if not result.ok:
                failed += 1
                complain(f"{source}: {result.error}")
            elif output is not None:
                _write(output, source, result.value, as_json=json)
            elif json:
                print_json({"source": source, **result.value.to_dict()})
            else:
                sys.stdout.write(result.value.markdown + "\n")
    return 1 if failed else 0


def _sources(path: str) -> list[str]:
    if path.startswith(("http://", "https://")):
        return [path]
    folder = Path(path)
    if not folder.is_dir():
        return [path]
    return sorted(str(each) for each in folder.rglob("*") if each.suffix.lower() in _KINDS)


def _request(source: str, model: str) -> Call[OCRResponse]:
    if source.startswith(("http://", "https://")):
        return calls.ocr.process(model=model, document=source)
    kind = mimetypes.guess_type(source)[0] or "application/pdf"
    address = f"data:{kind};base64,{base64.b64encode(Path(source).read_bytes()).decode()}"
    if kind.startswith("image/"):
        return calls.ocr.process(model=model, document=ImageURLChunk(address))
    return calls.ocr.process(model=model, document=DocumentURLChunk(address, Path(source).name))


def _write(folder: Path, source: str, answer: OCRResponse, *, as_json: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / (Path(source).name + (".json" if as_json else ".md"))
    target.write_bytes(answer.to_json() if as_json else answer.markdown.encode())
    complain(target)
