"""`mistral-async ocr`: documents and images to markdown, many at once."""

from __future__ import annotations

import base64
import errno
import itertools
import mimetypes
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from anyio import to_thread

from mistral_async import Call, calls
from mistral_async._files.whole_file import WholeFile
from mistral_async.bulk import Err, ProgressBar
from mistral_async.cli._codes import Tally, print_error
from mistral_async.cli._connection import ClientContext, Connection, shows_progress
from mistral_async.cli._parameters import Flag, Model, Output
from mistral_async.cli._text import file_key, print_json, readable
from mistral_async.models import DocumentURLChunk, ImageURLChunk, OCRResponse

_KINDS = {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".gif", ".bmp", ".docx", ".pptx"}
_REMOTE = ("http://", "https://")
_LONGEST_NAME = 240  # bytes, of the 255 that most file systems allow


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
    targets = _targets(sources, output, ".json" if json else ".md") if output is not None else []
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
            if targets:
                await to_thread.run_sync(_write, targets[result.index], result.value)
                print_error(f"{source} -> {targets[result.index]}")
            else:
                _show(source, result.value, as_json=json)
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
    return calls.ocr.process(model=model, document=DocumentURLChunk(address, readable(Path(source).name)))


def _targets(sources: Sequence[str], folder: Path, suffix: str) -> list[Path]:
    """Return a file in the folder for each document: no two are the same, and none is one of the documents."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "-o is a folder for the results, and this is a file", str(folder))
    taken = {file_key(Path(source)) for source in sources}
    numbers: dict[str, Iterator[str]] = {}
    targets: list[Path] = []
    for source in sources:
        name = _name(source)
        endings = numbers.setdefault(name, _endings())
        target = next(path for end in endings if file_key(path := folder / f"{name}{end}{suffix}") not in taken)
        taken.add(file_key(target))
        targets.append(target)
    return targets


def _endings() -> Iterator[str]:
    """Yield what tells results of one name apart."""
    yield ""
    yield from (f" ({number})" for number in itertools.count(2))


def _name(source: str) -> str:
    """Return the name of a document: the end of its path or, without one, its host."""
    if not source.startswith(_REMOTE):
        return _shortened(Path(source).name)
    try:
        address = urlsplit(source)
    except ValueError:  # what asks for it says that it is no address
        return "document"
    name = unquote(address.path.rstrip("/").rpartition("/")[2]) or address.hostname or address.netloc
    return _shortened(re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name)[:100])


def _shortened(name: str) -> str:
    """Return a name that leaves room for its ending, cut between two characters."""
    data = name.encode("utf-8", "surrogateescape")
    return name if len(data) <= _LONGEST_NAME else data[:_LONGEST_NAME].decode("utf-8", "ignore")


def _write(target: Path, answer: OCRResponse) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with WholeFile(target) as whole:
        whole.file.write(answer.to_json() if target.suffix == ".json" else answer.markdown.encode())
        whole.finish()


def _show(source: str, answer: OCRResponse, *, as_json: bool) -> None:
    if as_json:
        print_json({"source": readable(source), **answer.to_dict()})
    else:
        sys.stdout.write(answer.markdown + "\n")
