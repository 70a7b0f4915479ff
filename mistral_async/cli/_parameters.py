"""Kinds of options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

from cyclopts import Parameter

Flag: TypeAlias = Annotated[bool, Parameter(negative=())]
"""An option that is on when it is named; there is no `--no-...`."""

InputFiles: TypeAlias = Annotated[list[Path] | None, Parameter(alias="-f", negative=())]
"""Files to read; the option may be repeated."""

Model: TypeAlias = Annotated[str, Parameter(alias="-m")]
"""The id of a model."""

Output: TypeAlias = Annotated[Path | None, Parameter(alias="-o")]
"""A path to write to."""
