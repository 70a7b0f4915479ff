"""The documents of `mistral-async ocr`, and the files that each of them becomes."""

from __future__ import annotations

import errno
import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from mistral_async.cli._text import file_key

KINDS: Final = {".pdf", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".gif", ".bmp", ".docx", ".pptx"}
STDIN: Final = "-"
IMAGES: Final = ".images"  # ends the name of the folder for a result's images
REMOTE: Final = ("http://", "https://")
_UNSAFE_NAME: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_LONGEST_NAME: Final = 240  # bytes, of the 255 that most file systems allow
_MOST_PAGES: Final = 100_000


class Document(NamedTuple):
    """A document to read: its path or address, and the folder of its results within that of all results."""

    source: str
    folder: Path = Path()


def find_documents(path: str, output: Path | None = None) -> list[Document]:
    """Return the documents of a path: an address, a file or stdin, or those in a folder, with the folders within it.

    What stands in the folder of the results, or was an image of one, is none.
    """
    if path.startswith(REMOTE) or path == STDIN:
        return [Document(path)]
    root = Path(path)
    if root.is_dir():
        results = None if output is None or _is_within(root, output) else output
        found = sorted(
            each
            for each in root.rglob("*")
            if each.suffix.lower() in KINDS and each.is_file() and not _is_result(each, results)
        )
        return [Document(str(each), each.relative_to(root).parent) for each in found]
    if not root.exists():
        raise FileNotFoundError(errno.ENOENT, "there is no such file or folder", path)
    return [Document(path)]


def _is_result(path: Path, results: Path | None) -> bool:
    """Return whether a file is in the folder of the results, or in the folder of a result's images."""
    if results is not None and _is_within(path, results):
        return True
    folder = path.parent
    name = folder.name.removesuffix(IMAGES)
    return name != folder.name and any(folder.with_name(name + end).is_file() for end in (".md", ".html"))


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def result_paths(documents: Sequence[Document], folder: Path, suffix: str) -> list[Path]:
    """Return a file in the folder for each document: no two are the same, and none is one of the documents."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "-o is a folder for the results, and this is a file", str(folder))
    taken = {file_key(Path(each.source)) for each in documents}
    numbers: dict[Path, Iterator[str]] = {}
    targets: list[Path] = []
    for document in documents:
        place = folder / document.folder / _name(document.source)
        endings = numbers.setdefault(place, _endings())
        target = next(
            path for end in endings if file_key(path := place.with_name(f"{place.name}{end}{suffix}")) not in taken
        )
        taken.add(file_key(target))
        targets.append(target)
    return targets


def parse_pages(text: str) -> list[int]:
    """Return numbers of pages from 0, as the API counts them, of text such as `1-3,5`, which counts from 1."""
    pages: list[int] = []
    for part in text.split(","):
        first, mark, last = (each.strip() for each in part.partition("-"))
        if not first.isdecimal() or (mark and not last.isdecimal()):
            raise ValueError(f"--pages is numbers and ranges from 1, such as 1-3,5, not {text!r}")
        begin, end = int(first), int(last or first)
        if not 1 <= begin <= end < begin + _MOST_PAGES - len(pages):
            raise ValueError(f"--pages has {part.strip()!r}: pages count from 1, and a range goes up")
        pages += range(begin - 1, end)
    return pages


def _endings() -> Iterator[str]:
    """Yield what tells results of one name apart."""
    yield ""
    yield from (f" ({number})" for number in itertools.count(2))


def _name(source: str) -> str:
    """Return the name of a document, safe everywhere: the end of its path or, without one, its host."""
    if source == STDIN:
        return "stdin"
    if not source.startswith(REMOTE):
        return _shortened(_UNSAFE_NAME.sub("_", Path(source).name))
    try:
        address = urlsplit(source)
    except ValueError:  # what asks for it says that it is no address
        return "document"
    name = unquote(address.path.rstrip("/").rpartition("/")[2]) or address.hostname or address.netloc
    return _shortened(_UNSAFE_NAME.sub("_", name)[:100]) if name.strip(". ") else "document"


def _shortened(name: str) -> str:
    """Return a name that leaves room for its ending, cut between two characters."""
    data = name.encode("utf-8", "surrogateescape")
    return name if len(data) <= _LONGEST_NAME else data[:_LONGEST_NAME].decode("utf-8", "ignore")
