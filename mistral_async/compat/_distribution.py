"""The distribution `mistralai`, for programs that ask `importlib.metadata` whether it is installed, and which."""

from __future__ import annotations

from importlib.metadata import Distribution
from os import PathLike
from pathlib import Path
from typing import Final

VERSION: Final = "3.7.0"
"""The version of the official SDK that `compat` is like."""
GENERATOR: Final = "2.935.1"
"""The version of what that one was generated with."""


class OfficialDistribution(Distribution):
    """A distribution of a name and a version, which has no files."""

    def read_text(self, filename: str) -> str | None:
        """Return the metadata; there is no other file."""
        return f"Metadata-Version: 2.1\nName: mistralai\nVersion: {VERSION}\n" if filename == "METADATA" else None

    def locate_file(self, path: str | PathLike[str]) -> Path:
        """Return where a file would be."""
        return Path(__file__).parent / path
