"""Media types of files, by their names."""

from __future__ import annotations

import mimetypes
from pathlib import PurePath
from typing import Final

_OCTETS: Final = "application/octet-stream"

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


def media_type(name: str) -> str:
    """Return the media type for the name of a file."""
    ending = PurePath(name).suffix.lower()
    try:
        return _MEDIA_TYPES.get(ending) or mimetypes.guess_type("file" + ending)[0] or _OCTETS
    except OSError:  # the tables of the system are read at first: without file descriptors they can not be
        return _OCTETS
