"""Notebooks, whose cells are read as one program.

Their format: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from json import decoder, scanner
from typing import Any, Final, cast

from mistral_async._codec.json_types import JSONObject, is_object
from mistral_async.cli._migration.edits import Edit, apply_edits
from mistral_async.cli._migration.names import OFFICIAL
from mistral_async.cli._migration.note import Note
from mistral_async.cli._migration.requirements import requirement_notes
from mistral_async.cli._migration.source import check_source, migrate_source

# Rule 1: Cells are one program, in their order: what one imports, others use. A cell that can not be read is told of,
# and left out.
# Rule 2: Lines that IPython reads (`%pip`, `!ls`, `name?`) are comments meanwhile; cells of other languages (`%%bash`)
# are left out.
# Rule 3: Only strings that change are written, where they stand in the file. Nothing else of it changes.

_MARK: Final = "pass#\N{RIGHT-POINTING MAGNIFYING GLASS}"
_BORDER: Final = "#\N{LEFT-POINTING MAGNIFYING GLASS}\n"  # a line between cells
_MAGIC: Final = re.compile(
    r"""^([^\S\n]*+) (?= [!?] | %{1,2}[a-z_] | [\w.,\ ]++=[^\S\n]*+[%!] | [\w.]++\?\??[^\S\n]*+$ )""",
    re.MULTILINE | re.VERBOSE,
)
_OTHER_LANGUAGE: Final = re.compile(r"\s*+%%(?!time|capture|prun)")


class _Located(str):
    """A string of JSON text that knows where it stands."""

    __slots__ = ("end", "start")
    start: int
    end: int


def migrate_notebook(source: bytes) -> tuple[bytes, list[Note]]:
    """Return a notebook that imports `mistral_async.compat` in place of `mistralai`, and notes on its cells."""
    text, content = _parsed(source)
    cells = dict(_code_cells(content))
    notes: list[Note] = []
    codes: dict[int, str] = {}
    for number, tokens in cells.items():
        code = "".join(tokens) + "\n"
        try:
            codes[number] = _readable(code)
        except ValueError as problem:
            if OFFICIAL in code:
                notes.append(Note(1, f"the cell stays as it is: {problem}", cell=number))
        installs = (line if "install" in line else "" for line in code.split("\n"))
        notes += [replace(note, cell=number) for note in requirement_notes(installs)]
    edits: list[Edit] = []
    if codes:
        changed, found = migrate_source(_BORDER.join(codes.values()).encode())
        notes += _in_cells(found, codes)
        for (number, old), new in zip(codes.items(), changed.decode().split(_BORDER), strict=True):
            if new != old:
                edits += _edits(text, cells[number], new.removesuffix("\n").replace(_MARK, ""))
    return apply_edits(source, edits), sorted(notes, key=lambda note: (note.cell or 0, note.line))


def _parsed(source: bytes) -> tuple[str, object]:
    """Return the text of a file, and the JSON in it; raises a `ValueError`."""
    try:
        text = source.decode()
        return text, _Decoder().decode(text)
    except ValueError as error:
        raise ValueError(f"it is not JSON: {error}") from None
    except RecursionError:
        raise ValueError("its JSON is nested too deeply") from None


class _Decoder(json.JSONDecoder):
    """A decoder that says where strings stand."""

    def __init__(self) -> None:
        super().__init__()
        self.parse_string = _located
        self.scan_once = cast("Any", scanner).py_make_scanner(self)  # the one in C has its own parse_string


def _located(text: str, begin: int, strict: bool = True) -> tuple[_Located, int]:  # noqa: FBT001, FBT002 - as json calls it
    value, end = cast("Any", decoder).scanstring(text, begin, strict)
    found = _Located(value)
    found.start, found.end = begin - 1, end
    return found, end


def _code_cells(notebook: object) -> Iterator[tuple[int, list[_Located]]]:
    """Yield the numbers of Python's cells, and the strings of their code (rule 2); raises a `ValueError`."""
    cells = cast("dict[str, Any]", notebook).get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise ValueError("a notebook has cells")  # noqa: TRY004 - it is the file that is wrong
    for number, cell in enumerate(cast("list[object]", cells), 1):
        if not is_object(cell):
            raise ValueError(f"cell {number} is no object")
        tokens = _source(number, cell) if cell.get("cell_type") == "code" else []
        if tokens and not _OTHER_LANGUAGE.match(tokens[0]):
            yield number, tokens


def _source(number: int, cell: JSONObject) -> list[_Located]:
    source: Any = cell.get("source") or []
    tokens = cast("list[Any]", source if isinstance(source, list) else [source])
    if not all(isinstance(token, _Located) for token in tokens):
        raise ValueError(f"the source of cell {number} is no text")
    return tokens


def _readable(code: str) -> str:
    """Return code as Python reads it (rule 2); raises a `ValueError`."""
    with suppress(ValueError):
        check_source(code.encode())
        return code
    code = _MAGIC.sub(rf"\1{_MARK}", code)
    check_source(code.encode())
    return code


def _in_cells(notes: Sequence[Note], codes: Mapping[int, str]) -> Iterator[Note]:
    """Yield the notes on a program as those on its cells."""
    first = 0
    for number, code in codes.items():
        count = code.count("\n")
        here = (note for note in notes if first < note.line <= first + count)
        yield from (replace(note, line=note.line - first, cell=number) for note in here)
        first += count + 1


def _edits(text: str, tokens: Sequence[_Located], code: str) -> Iterator[Edit]:
    """Yield where the JSON of a cell changes, and what stands there then (rule 3)."""
    lines = code.splitlines(keepends=True) if len(tokens) > 1 else [code]
    if len(lines) == len(tokens):
        for old, new in zip(tokens, lines, strict=True):
            if old != new:
                yield _edit(text, old.start, old.end, _json(new, text))
    else:
        between = text[tokens[0].end : tokens[1].start]
        yield _edit(text, tokens[0].start, tokens[-1].end, between.join(_json(line, text) for line in lines))


def _edit(text: str, start: int, end: int, new: str) -> Edit:
    first = len(text[:start].encode())
    return first, first + len(text[start:end].encode()), new.encode()


def _json(line: str, text: str) -> str:
    return json.dumps(line, ensure_ascii=text.isascii())
