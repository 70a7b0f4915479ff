"""Text in and out: arguments, files and stdin; lines and JSON on stdout."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import select
import stat
import sys
import unicodedata
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO, cast

import anyio

from mistral_async._codec.json_encode import encode_any
from mistral_async._http.threads import run_in_daemon

_PIECE: Final = 1 << 16
_MARK: Final = 4  # bytes of the longest byte order mark
_MARK_BEGINS: Final = frozenset({b"\xef", b"\xfe", b"\xff", b"\x00"})
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]+")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_PATIENCE: Final = 3.0  # seconds that a pipe may send nothing before somebody is told what is waited for


def prepare_streams() -> None:
    """Give stand-ins for streams that are closed, and let no character of an answer fail for the encoding of stdout."""
    if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - it is None where it was closed
        sys.stdin = io.StringIO()
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison] - as above
        sys.stdout = io.StringIO()
    if sys.stderr is None:  # pyright: ignore[reportUnnecessaryComparison] - as above
        sys.stderr = io.StringIO()
    out: object = sys.stdout
    stdin: object = sys.stdin
    if isinstance(stdin, io.TextIOWrapper):  # not a replacement of it
        stdin.reconfigure(encoding="utf-8", errors="strict")  # the same everywhere
    if isinstance(out, io.TextIOWrapper) and out.errors in {"strict", "surrogateescape"}:
        out.reconfigure(errors="backslashreplace")


def check_text(_: object, value: object) -> None:
    """Refuse an argument whose bytes are no text in UTF-8 (Python keeps them as surrogates), unless it names a file."""
    for word in cast("Iterable[object]", value) if isinstance(value, (tuple, list)) else (value,):
        if isinstance(word, str) and not _is_text(word) and not os.path.exists(word):  # noqa: PTH110 - any text
            raise ValueError(f"{readable(word)!r} is not text in UTF-8")


def decode_words(words: Iterable[str]) -> list[str]:
    """Return arguments that are UTF-8 as text in a locale that has another encoding too."""
    return [word if _is_text(word) or os.path.exists(word) else _decode_word(word) for word in words]  # noqa: PTH110


def _is_text(word: str) -> bool:
    return word.isascii() or not any("\ud800" <= character <= "\udfff" for character in word)


def _decode_word(word: str) -> str:
    with suppress(UnicodeError):
        return os.fsencode(word).decode()
    return word


def readable(name: str) -> str:
    """Return a file's name as text, in which bytes that are none are escaped."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def check_output(output: Path | None, inputs: Iterable[Path | None]) -> None:
    """Refuse an output that would overwrite what is read, or is a checkpoint, which need not be there yet."""
    for path in inputs if output is not None else ():
        if path is not None and _is_same_file(path, cast("Path", output)):
            raise ValueError(f"-o {output} would overwrite what is read: give another name")


def _is_same_file(path: Path, other: Path) -> bool:
    """Return whether two paths are those of one file; a terminal, or another device, is none."""
    with suppress(OSError):
        if not path.is_file():
            return not path.exists() and file_key(path) == file_key(other)
        return path.samefile(other)
    return False


def file_key(path: Path) -> str:
    """Return what spellings of a path have in common that the file system of some machine takes for one file."""
    return unicodedata.normalize("NFC", os.path.realpath(path)).casefold()


def read_prompt(words: Iterable[str], files: Iterable[Path], *, piped: bool = True) -> str:
    """Join the words, the files and piped stdin (unless it is something else), with empty lines between them."""
    parts = [" ".join(words), *map(read_text, files)]
    if piped and not sys.stdin.isatty():
        _announce_silence()
        parts.append(text_stdin().read())
    return "\n\n".join(part.strip() for part in parts if part.strip())


def announce_wait() -> None:
    """Say on stderr that stdin is waited for, if it is a terminal."""
    if sys.stdin.isatty():
        end = "Ctrl-Z and Enter end" if sys.platform == "win32" else "Ctrl-D ends"
        _print_notice(f"reading from the terminal: {end} it")


def _announce_silence() -> None:
    """Say on stderr that stdin is waited for, if it is a pipe that sends nothing: one that was inherited never ends."""
    descriptor = _slow_stdin()
    if descriptor is not None and not select.select([descriptor], [], [], _PATIENCE)[0]:
        _print_notice("waiting for the end of stdin, which sends nothing (--no-stdin does not read it)")


def _print_notice(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"mistral-async: {text}\n")
        sys.stderr.flush()


def read_stdin_bytes() -> bytes:
    """Return all of stdin."""
    announce_wait()
    stdin: Any = sys.stdin
    return stdin.buffer.read() if hasattr(stdin, "buffer") else cast("str", stdin.read()).encode()


def decode_text(data: bytes) -> str | None:
    """Return bytes as text, in UTF-8 or as their byte order mark says; None if they are none."""
    if b"\0" in data and encoding_of(data[:_MARK]) == "utf-8-sig":
        return None
    try:
        return data.decode(encoding_of(data[:_MARK]))
    except UnicodeDecodeError:
        return None


def terminal_text(text: str, out: TextIO | None = None) -> str:
    """Return text whose control characters cannot command a terminal, if the stream (stdout by default) is one."""
    if not (out or sys.stdout).isatty():
        return text
    return _CONTROLS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def text_stdin(newline: str | None = None) -> TextIO:
    """Return stdin, to be read as text from its beginning: UTF-8, or what its byte order mark says."""
    stdin: Any = sys.stdin
    if isinstance(stdin, io.TextIOWrapper) and not stdin.isatty():
        head = cast("Any", stdin).buffer.peek(_MARK)
        stdin.reconfigure(encoding=encoding_of(head), errors="strict", newline=newline)
    return sys.stdin


def encoding_of(head: bytes) -> str:
    """Return the encoding of a text that begins like this: by its byte order mark, else UTF-8."""
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"


@contextmanager
def text_file(path: Path, newline: str | None = None) -> Generator[TextIO]:
    """Open a text file; raises a `ValueError` that names the file if it is not text."""
    try:
        with path.open("rb") as file, io.TextIOWrapper(file, encoding_of(file.peek(_MARK)), newline=newline) as text:
            yield text
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not text in UTF-8, nor in UTF-16 with a byte order mark") from None


def read_text(path: Path) -> str:
    """Return the content of a text file."""
    with text_file(path) as file:
        return file.read()


def read_lines(paths: Iterable[Path]) -> Iterable[str] | AsyncIterator[str]:
    """Return the lines of files, or of stdin if there are none, without empty ones."""
    found = list(paths)
    return file_lines(found) if found else stdin_lines()


def file_lines(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the lines of files, without empty ones."""
    for path in paths:
        with text_file(path) as file:
            yield from non_empty(file)


def stdin_lines() -> Iterator[str] | AsyncIterator[str]:
    """Return the lines of stdin, without empty ones; a pipe or terminal is read without blocking the event loop."""
    announce_wait()
    return non_empty(text_stdin()) if _slow_stdin() is None else _stdin_lines_async()


def non_empty(lines: Iterable[str]) -> Iterator[str]:
    """Return the lines that are not empty, without their line breaks."""
    return (line.rstrip("\r\n") for line in lines if line.strip())


async def _stdin_lines_async() -> AsyncIterator[str]:
    unfinished: list[str] = []  # pieces of the last line
    async for text in stdin_text():
        first, *others = text.split("\n")
        unfinished.append(first)
        if others:
            lines = ["".join(unfinished), *others[:-1]]
            unfinished = others[-1:]
            for line in non_empty(lines):
                yield line
    for line in non_empty(["".join(unfinished)]):
        yield line


async def stdin_text() -> AsyncIterator[str]:
    """Yield the text of stdin in pieces, as it comes, without blocking the event loop."""
    head, decoder, ended = b"", None, False
    while not ended:
        piece = await read_stdin()
        ended = not piece
        if decoder is None:
            head += piece
            if head[:1] in _MARK_BEGINS and len(head) < _MARK and not ended:  # there may be more of the mark
                continue
            decoder, piece = codecs.getincrementaldecoder(encoding_of(head))(), head
        if text := decoder.decode(piece, final=ended):
            yield text


async def read_stdin() -> bytes:
    """Return the next bytes of stdin, b"" at its end, without blocking the event loop."""
    descriptor, stdin = _slow_stdin(), cast("Any", sys.stdin)
    if descriptor is not None:
        await anyio.wait_readable(descriptor)
        return os.read(descriptor, _PIECE)
    if not hasattr(stdin, "buffer"):  # a replacement of stdin
        return cast("str", stdin.read()).encode()
    return await run_in_daemon(stdin.buffer.read1, _PIECE)


def _slow_stdin() -> int | None:
    """Return the descriptor of stdin if it is a pipe or terminal, on which an event loop can wait."""
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (OSError, ValueError):  # a replacement of stdin without a descriptor
        return None
    slow = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(descriptor)
    return descriptor if slow and sys.platform != "win32" else None


def to_json(value: Any) -> bytes:
    """Encode one line of JSON."""
    return encode_any(value) + b"\n"


def json_text(value: Any, out: TextIO) -> str:
    """Return one line of JSON for a stream: in ASCII where that is not UTF-8."""
    text = to_json(value).decode()
    if (getattr(out, "encoding", None) or "utf-8").lower().replace("_", "-") in {"utf-8", "utf8"}:
        return text
    return _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)


def print_json(value: Any) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json_text(value, sys.stdout))


def print_rows(rows: Iterable[Iterable[object]]) -> None:
    """Print rows separated by tabs, aligned on a terminal."""
    lines = [["" if cell is None else terminal_text(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        sys.stdout.writelines("\t".join(line) + "\n" for line in lines)
        return
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")
