"""The text of documents: plain text, data URLs and simple PDF files."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from urllib.parse import unquote_to_bytes, urlsplit

from mistral_async.testing._errors import invalid_argument
from mistral_async.testing._handlers.files import FileStore
from mistral_async.testing._handlers.signed import content_behind
from mistral_async.testing._state import ServerState

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN = re.compile(rb"\(((?:\\.|[^()\\])*)\)\s*(?:Tj|'|\")|\[((?:\((?:\\.|[^()\\])*\)|[^\]])*)\]\s*TJ")
_STRING = re.compile(rb"\(((?:\\.|[^()\\])*)\)")
_PAGE = re.compile(rb"/Type\s*/Page(?!s)")
_PRINTABLE = 0.9
_PAGE_BREAK = "\f"


def fetch_document(state: ServerState, url: str) -> tuple[bytes, str]:
    """Return the bytes and the name of a document; only data URLs and this server's own URLs can be read offline."""
    if url.startswith("data:"):
        head, _, data = url.partition(",")
        try:
            return (b64decode(data) if head.endswith(";base64") else unquote_to_bytes(data)), "document"
        except ValueError as error:
            raise invalid_argument(f"Invalid data URL: {error}", kind="invalid_request_file", code="3310") from error
    if (content := content_behind(state, url)) is not None:
        return content.read(), "document"
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.hostname.endswith(".invalid"):
        message = f"Document content cannot be fetched from {url}"
        raise invalid_argument(message, kind="invalid_request_file", code="3310")
    name = parts.path.rpartition("/")[2] or parts.hostname
    return f"# {name}\n\nThe document at {url}.".encode(), name


def read_stored_file(state: ServerState, file_id: str) -> tuple[bytes, str]:
    """Return the bytes and the name of an uploaded file."""
    file = state.store(FileStore).get(file_id)
    return file.content.read(), file.filename


def pages_of(data: bytes, name: str) -> list[str]:
    """Return the text of each page; a file that cannot be read is one page with an image."""
    if data.startswith(b"%PDF"):
        return _pdf_pages(data, name)
    text = data.decode("utf-8", "replace")
    printable = sum(character.isprintable() or character.isspace() for character in text[:2000])
    if "\0" in text or printable < _PRINTABLE * min(len(text), 2000):
        return [f"![{name}](img-0.jpeg)"]
    return text.split(_PAGE_BREAK)


def _pdf_pages(data: bytes, name: str) -> list[str]:
    count = max(1, len(_PAGE.findall(data)))
    texts = [text for stream in _STREAM.findall(data) if (text := _text_of_stream(_inflate(stream)))]
    pages = texts[:count]
    pages[-1:] = [" ".join(texts[count - 1 :])] if len(texts) > count else pages[-1:]
    return pages + [f"Page {number + 1} of {name}" for number in range(len(pages), count)]


def _inflate(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def _text_of_stream(stream: bytes) -> str:
    lines = [b"".join(_STRING.findall(match[2])) if match[2] else match[1] for match in _SHOWN.finditer(stream)]
    text = b" ".join(lines).decode("latin-1")
    return re.sub(r"\\([()\\])", r"\1", text).strip() if text.isprintable() else ""
