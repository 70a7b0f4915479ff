"""Kinds of options that several commands have."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, TypeAlias, cast

from cyclopts import Parameter

from mistral_async.cli._text import check_text, readable

Flag: TypeAlias = Annotated[bool, Parameter(negative=())]
"""An option that is on when it is named; there is no `--no-...`."""

InputFiles: TypeAlias = Annotated[list[Path] | None, Parameter(alias="-f", negative=())]
"""Files to read; the option may be repeated."""

Model: TypeAlias = Annotated[str, Parameter(alias="-m")]
"""The id of a model."""


PathOrAddress: TypeAlias = str | Path
"""A path or an address, which is a `str`; that it may be a `Path` lets shells complete files."""


def check_dash(_: object, value: object) -> None:
    """Refuse an option that there is not, where `-` alone is stdin or stdout."""
    for word in map(str, cast("Iterable[object]", value) if isinstance(value, (tuple, list)) else (value,)):
        if word.startswith("-") and word != "-" and not Path(word).exists():
            raise ValueError(f"there is no option {readable(word)}, and no file of that name")


StdinOrPath: TypeAlias = Annotated[
    PathOrAddress, Parameter(allow_leading_hyphen=True, validator=(check_text, check_dash))
]
"""A path to read, an address, or - for stdin."""

OutputOrStdout: TypeAlias = Annotated[
    Path | None, Parameter(alias="-o", allow_leading_hyphen=True, validator=(check_text, check_dash))
]
"""A path to write to, or - for stdout."""

Attachments: TypeAlias = Annotated[
    list[PathOrAddress] | None,
    Parameter(alias="-a", negative=(), allow_leading_hyphen=True, validator=(check_text, check_dash)),
]
"""Files, addresses or - for stdin, to send with a question; the option may be repeated."""

Output: TypeAlias = Annotated[Path | None, Parameter(alias="-o")]
"""A path to write to."""
