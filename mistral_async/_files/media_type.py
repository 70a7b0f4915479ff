"""Media types of files, by their names or by how they begin."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

UNKNOWN: Final = "application/octet-stream"

# Types that the API takes, and that the tables of some systems do not know or call otherwise.
_MEDIA_TYPES: Final = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".flac": "audio/flac",
    ".jsonl": "application/jsonl",
    ".m4a": "audio/mp4",
    ".md": "text/markdown",
    ".ogg": "audio/ogg",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".wav": "audio/wav",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


# How files begin: what stands at which byte (https://mimesniff.spec.whatwg.org).
_BEGINNINGS: Final = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF8", "image/gif"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypM4A", "audio/mp4"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"\x1aE\xdf\xa3", "audio/webm"),
)


# Those so short that text begins like them.
_WEAK_BEGINNINGS: Final = {
    b"BM": "image/bmp",
    b"ID3": "audio/mpeg",
    b"\xff\xfb": "audio/mpeg",
    b"\xff\xf3": "audio/mpeg",
}
_RIFF: Final = {b"RIFF", b"RF64"}
_RIFF_FORMS: Final = {b"WAVE": "audio/wav", b"WEBP": "image/webp"}  # at byte 8
_TEXT_TYPES: Final = {"application/json", "application/jsonl", "application/xml", "application/yaml"}


def type_of(beginning: bytes, name: str) -> str:
    """Return the media type of a file by its first 16 bytes, or by its name where they do not tell it for sure."""
    named = media_type(name)
    return sniffed_type(beginning, is_text=named.startswith("text/") or named in _TEXT_TYPES) or named


def sniffed_type(data: bytes, *, is_text: bool = False) -> str | None:
    """Return the media type of a file that begins like this, or None where that tells nothing.

    What is named as text (`is_text`) is nothing else because of two or three letters.
    """
    if data[:4] in _RIFF:
        return _RIFF_FORMS.get(data[8:12])
    for at, beginning, type_ in _BEGINNINGS:
        if data.startswith(beginning, at):
            return type_
    for beginning, type_ in _WEAK_BEGINNINGS.items():
        if data.startswith(beginning) and not is_text:
            return type_
    return None


def media_type(name: str) -> str:
    """Return the media type for the name of a file."""
    ending = PurePath(name).suffix.lower()
    try:
        import mimetypes

        return _MEDIA_TYPES.get(ending) or mimetypes.guess_type("file" + ending)[0] or UNKNOWN
    except OSError:  # it is imported, and reads the system's tables, at first: without file descriptors it can not
        return UNKNOWN
