"""Attachments of a chat: images, documents, audio and text, from files, stdin and addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import unquote, urlsplit

from mistral_async._files.content import MEBIBYTE, MOST_BYTES
from mistral_async._files.media_type import UNKNOWN, media_type, sniffed_type
from mistral_async.cli._text import decode_text, read_stdin_bytes, readable
from mistral_async.models import AudioChunk, DocumentURLChunk, ImageURLChunk, TextChunk

Attachment: TypeAlias = AudioChunk | DocumentURLChunk | ImageURLChunk | TextChunk

REMOTE: Final = ("http://", "https://")
_HEAD: Final = 16  # bytes that tell a type


def read_attachment(source: str) -> Attachment:
    """Return the chunk of a file, of stdin (-), or of an address, which the API reads.

    Raises:
        ValueError: It is empty, too large, or of a kind that no model takes.
        OSError: It cannot be read.
    """
    if source.startswith(REMOTE):
        return _remote(source)
    if source.startswith("data:"):
        return _of_type(source[5:].partition(";")[0], source)
    return _local(*read_source(source))


def read_source(source: str) -> tuple[bytes, str]:
    """Return the content of a file or of stdin (-), and its name. It is read once, as a pipe can be.

    Raises:
        ValueError: It is empty, or larger than the API takes.
        OSError: It cannot be read.
    """
    if source == "-":
        data, name = read_stdin_bytes(), "stdin"
    else:
        path = Path(source)
        _check_size(path.stat().st_size, source)
        data, name = path.read_bytes(), readable(path.name)
    if not data:
        raise ValueError(f"{readable(source) if source != '-' else name} is empty")
    _check_size(len(data), source)
    return data, name


def _check_size(size: int, source: str) -> None:
    if size > MOST_BYTES:
        raise ValueError(f"{readable(source)} has {size / MEBIBYTE:.0f} MiB: at most {MOST_BYTES // MEBIBYTE} are sent")


def _local(data: bytes, name: str) -> Attachment:
    """Return the chunk of a file's content: told by how it begins, else text if it is that, else by its name."""
    kind = sniffed_type(data[:_HEAD], is_text=True)
    if kind is None and (text := decode_text(data)) is not None:
        return TextChunk(f"{name}:\n\n{text}")
    kind = kind or sniffed_type(data[:_HEAD]) or media_type(name)
    if kind.startswith("image/"):
        return ImageURLChunk.from_file(data, media_type=kind)
    if kind.startswith(("audio/", "video/")):
        return AudioChunk.from_file(data)
    if kind == UNKNOWN:
        raise ValueError(f"cannot attach {name}: it does not begin like an image, a document, audio or text")
    return DocumentURLChunk.from_file(data, name=name, media_type=kind)


def _remote(url: str) -> Attachment:
    try:
        name = unquote(urlsplit(url).path).rpartition("/")[2]
    except ValueError:
        raise ValueError(f"{readable(url)} is not an address") from None
    return _of_type(media_type(name), url, name or None)


def _of_type(kind: str, url: str, name: str | None = None) -> Attachment:
    """Return the chunk for an address: what its name does not tell is a document."""
    if kind.startswith("image/"):
        return ImageURLChunk(url)
    if kind.startswith(("audio/", "video/")):
        return AudioChunk(url.partition(",")[2] if url.startswith("data:") else url)
    return DocumentURLChunk(url, name)
