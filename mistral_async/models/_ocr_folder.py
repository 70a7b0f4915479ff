"""A document that was read, as a folder: Markdown or HTML with its tables in their places, and its images beside it."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from mistral_async._files.media_type import sniffed_type
from mistral_async._files.whole_file import WholeFile

SavedFormat: TypeAlias = Literal["markdown", "html"]

# Rule 1: The ids of images and tables come from the server, and may come from the document: they name files of the
#   folder itself, never of another. What two pages call by one name and is not the same gets the page's number.
# Rule 2: A link to an image or a table is `[id](id)`. That of a table gives way to the table.
# Rule 3: The document is put in its place last: whoever finds it finds its images.

LINK: Final = re.compile(r"(!?)\[([^\[\]\n]*)\]\(([^()\s]+)\)")
_UNSAFE: Final = re.compile(r'[\x00-\x1f"*/:<>?\\|]')
_LONGEST_NAME: Final = 100  # bytes
_ENDINGS: Final = {"image/png": ".png", "image/jpeg": ".jpeg", "image/gif": ".gif", "image/webp": ".webp"}


class Page(NamedTuple):
    """The parts of a page that are written."""

    number: int
    markdown: str
    images: Sequence[tuple[str, str | None]]
    """Ids, and the images as base64 text or data URLs."""
    tables: Mapping[str, str]
    """Ids, and the tables in Markdown or HTML."""


def save_document(
    pages: Iterable[Page],
    folder: str | os.PathLike[str],
    name: str,
    format_: SavedFormat,
    images_folder: str | None = None,
) -> Path:
    """Write the document and its images; see `OCRResponse.save`."""
    if format_ not in ("markdown", "html"):
        raise ValueError(f"format is 'markdown' or 'html', not {format_!r}")
    _check_name("name", name, "a file in the folder, without its ending")
    if images_folder is not None:
        _check_name("images", images_folder, "a folder in the folder")
    render = html_renderer() if format_ == "html" else None
    document = Path(folder) / f"{name}{'.html' if render else '.md'}"
    document.parent.mkdir(parents=True, exist_ok=True)
    images = {document.name: b""}  # no image takes its name
    prefix = f"{quote(os.fsencode(images_folder))}/" if images_folder else ""
    text = "\n\n".join(_page_text(page, images, prefix) for page in pages) + "\n"
    del images[document.name]
    if images:
        place = document.parent / (images_folder or "")
        place.mkdir(exist_ok=True)
        for file, data in images.items():
            _write(place / file, data)
    _write(document, (render(text, name) if render else text).encode("utf-8", "replace"))
    return document


def _check_name(option: str, name: str, meaning: str) -> None:
    if name != PurePosixPath(name).name or name in {"", ".", ".."} or _UNSAFE.search(name):
        raise ValueError(f"{option} is that of {meaning}, not {name!r}")


def _page_text(page: Page, images: dict[str, bytes], prefix: str) -> str:
    """Return the Markdown of a page, its tables in their places; add its images to those to be written.

    `prefix` comes before the names of images in links.
    """
    names = {image_id: _add_image(images, image_id, data, page.number) for image_id, data in _images(page)}

    def place(link: re.Match[str]) -> str:
        mark, label, to = link.groups()
        if to in names:
            return f"{mark}[{label}]({prefix}{names[to]})"
        return f"\n\n{page.tables[to]}\n\n" if to in page.tables and not mark else link[0]

    return LINK.sub(place, page.markdown).strip("\n")


def _images(page: Page) -> Iterator[tuple[str, bytes]]:
    for image_id, data in page.images:
        if data:
            try:
                yield image_id, base64.b64decode(data.rpartition(",")[2], validate=True)
            except ValueError:  # no base64
                continue  # the link stays as it is


def _add_image(images: dict[str, bytes], image_id: str, data: bytes, page: int) -> str:
    """Add an image under a name that is safe and its own (rule 1); return the name."""
    name = _UNSAFE.sub("_", image_id).lstrip(".").replace(" ", "_")
    name = name.encode("utf-8", "replace")[:_LONGEST_NAME].decode("utf-8", "ignore") or "image"
    if not PurePosixPath(name).suffix:
        name += _ENDINGS.get(sniffed_type(data[:16]) or "", "")
    first, number = name, 0
    while images.setdefault(name, data) != data:
        number += 1
        name = f"page-{page}-{first}" if number == 1 else f"page-{page}-{number}-{first}"
    return name


def _write(path: Path, data: bytes) -> None:
    with WholeFile(path) as whole:
        whole.file.write(data)
        whole.finish()


def html_renderer() -> Callable[[str, str], str]:
    """Return what makes an HTML page of Markdown; nothing of the document is run when it is opened."""
    try:
        import nh3  # pyright: ignore[reportMissingImports]
        from markdown_it import MarkdownIt
    except ImportError as error:
        raise ImportError('OCR as HTML needs an extra: pip install "mistral_async[html]"') from error
    markdown = MarkdownIt("commonmark", {"html": True}).enable("table")

    def render(text: str, title: str) -> str:
        body = nh3.clean(markdown.render(text))
        head = f'<meta charset="utf-8">\n<title>{nh3.clean_text(title)}</title>'
        return f"<!doctype html>\n<html>\n<head>\n{head}\n</head>\n<body>\n{body}</body>\n</html>\n"

    return render
