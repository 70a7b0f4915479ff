"""Forms with files, as `multipart/form-data` (https://www.rfc-editor.org/rfc/rfc7578)."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from math import isfinite
from typing import Final, TypeAlias, TypeVar, cast

import msgspec

from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_faults import check_text
from mistral_async._codec.json_types import is_array
from mistral_async._codec.plain import plain_argument
from mistral_async._http.protocol import BodySource
from mistral_async._uploads.source import Upload

T = TypeVar("T")

# Rule 1: What can be wrong with a form is raised when it is made, not while it is sent.
# Rule 2: Text, numbers and booleans are text; a list repeats its field; a mapping or Struct is a part of JSON; None is
#   not sent; all else is the plain value that it stands for. The fields named in `files` are files (see `Upload.of`).
# Rule 3: Names are escaped as browsers do (https://html.spec.whatwg.org/multipage/form-control-infrastructure.html): no
#   name of a field or file can end its header early. The boundary is unpredictable, so no content can hold it on
#   purpose.
# Rule 4: A form can be sent again if all of its files can be read again; every attempt reads them from the start.
# Rule 5: Progress counts bytes of files alone. A piece counts when the next one is asked for, and so has been accepted
#   by the connection; each attempt counts from 0.
# Rule 6: Between two pieces nothing is held open, so a form may be dropped unfinished at any point, in any event loop.

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called in the event loop with the bytes of files sent (from 0 again in a new attempt), and of all where known."""

_FILES: Final = frozenset({"file"})
_WHOLE: Final = 1024 * 1024  # bytes up to which a form without a progress callback is one piece
_BOUNDARY: Final = re.compile(r"[0-9A-Za-z'+_.-]{1,70}")
_JSON: Final = b"\r\nContent-Type: application/json"
_ESCAPES: Final = {ord('"'): "%22", ord("\r"): "%0D", ord("\n"): "%0A"}

Part: TypeAlias = tuple[bytes, "bytes | Upload"]  # the lines of its head after its name, and its content


class Form:
    """A form, as a value: its fields in order (rule 2)."""

    def __init__(
        self,
        values: Mapping[str, object],
        *,
        files: Collection[str] = _FILES,
        progress: Progress | None = None,
        boundary: str | None = None,
    ) -> None:
        if boundary is not None and not _BOUNDARY.fullmatch(boundary):
            raise ValueError(f"{boundary!r} is not a boundary")
        self.values = values
        self.progress = progress
        self._boundary = boundary or os.urandom(16).hex()
        self._fields = {
            name: [_file_part(value)] if name in files and value is not None else _parts(name, value)
            for name, value in values.items()
        }

    @property
    def content_type(self) -> str:
        """The media type, with the boundary."""
        return f"multipart/form-data; boundary={self._boundary}"

    def encode(self, extra: Mapping[str, object] | None = None) -> bytes | BodySource:
        """Encode it, with fields added or replaced: as bytes if it is small, else as what is read while it is sent."""
        fields = self._fields | {name: _parts(name, value) for name, value in (extra or {}).items()}
        body = FormBody(self._segments(fields), self.progress)
        return body.whole() if self.progress is None and body.is_small else body

    def _segments(self, fields: Mapping[str, Sequence[Part]]) -> list[bytes | Upload]:
        """Return what goes over the wire: the files, and between them all else as bytes."""
        segments: list[bytes | Upload] = []
        text = bytearray()
        delimiter = f"--{self._boundary}".encode()
        for name, parts in fields.items():
            for head, content in parts:
                text += b'%b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n' % (delimiter, escape(name), head)
                if isinstance(content, bytes):
                    text += content
                else:
                    segments += (bytes(text), content)
                    text.clear()
                text += b"\r\n"
        return [*segments, bytes(text) + delimiter + b"--\r\n"]

    def __repr__(self) -> str:
        fields = (
            f"{name}={content!r}" if isinstance(content, Upload) else name
            for name, parts in self._fields.items()
            for _, content in parts
        )
        return f"Form({', '.join(fields)})"


class FormBody:
    """A form as it goes over the wire, a `BodySource`."""

    def __init__(self, segments: Sequence[bytes | Upload], progress: Progress | None) -> None:
        self.segments = segments
        self.progress = progress
        self.sources = [each.source for each in segments if isinstance(each, Upload)]
        self.file_length = _sum([source.length for source in self.sources])
        text = sum(len(each) for each in segments if isinstance(each, bytes))
        self.length = None if self.file_length is None else text + self.file_length

    @property
    def repeatable(self) -> bool:
        """True if all files can be read again from the start."""
        return all(source.repeatable for source in self.sources)

    @property
    def is_small(self) -> bool:
        """True if it is in memory already, and so little that it may be copied."""
        in_memory = all(isinstance(each, bytes) or each.in_memory is not None for each in self.segments)
        return in_memory and self.length is not None and self.length <= _WHOLE

    def whole(self) -> bytes:
        """Return all of a small form."""
        return b"".join(each if isinstance(each, bytes) else each.in_memory or b"" for each in self.segments)

    def open(self) -> AsyncIterator[bytes]:
        """Read it from the start."""
        return _FormReader(self)

    def __repr__(self) -> str:
        return f"<FormBody of {self.length or 'unknown'} bytes>"


class _FormReader:
    """One reading of a form. A class and not a generator, because of rule 6."""

    def __init__(self, body: FormBody) -> None:
        self._body = body
        self._segments = iter(body.segments)
        self._pieces: AsyncIterator[bytes] | None = None
        self._sent = 0
        self._under_way = 0

    def __aiter__(self) -> _FormReader:
        return self

    async def __anext__(self) -> bytes:
        self._account()
        while True:
            if self._pieces is not None:
                piece = await anext(self._pieces, None)
                if piece is not None:
                    self._under_way = len(piece)
                    return piece
                self._pieces = None
            match next(self._segments, None):
                case None:
                    raise StopAsyncIteration
                case bytes() as text:
                    return text
                case upload:
                    self._pieces = upload.source.open()

    def _account(self) -> None:
        """Count the piece before this one, and report it (rule 5)."""
        if self._under_way:
            self._sent += self._under_way
            self._under_way = 0
            if self._body.progress is not None:
                self._body.progress(self._sent, self._body.file_length)

    async def aclose(self) -> None:
        """Close what was opened for this reading."""
        self._segments = iter(())
        pieces, self._pieces = self._pieces, None
        close = getattr(pieces, "aclose", None)
        if close is not None:
            await close()


def escape(text: str) -> bytes:
    """Escape the name of a field or file for the header of its part (rule 3)."""
    return text.translate(_ESCAPES).encode("utf-8", "replace")


def _sum(lengths: Sequence[int | None]) -> int | None:
    known = [length for length in lengths if length is not None]
    return sum(known) if len(known) == len(lengths) else None


def _file_part(value: object) -> Part:
    upload = Upload.of(value)
    head = b'; filename="%b"\r\nContent-Type: %b' % (escape(upload.name), upload.content_type.encode())
    return head, upload


def _parts(name: str, value: object) -> list[Part]:
    if value is None:
        return []
    if isinstance(value, Upload):
        return [_file_part(value)]
    given = plain_argument(value)
    return [_part(name, item) for item in (given if is_array(given) else [given]) if item is not None]


def _part(name: str, value: object) -> Part:
    match value:
        case str():
            check_text(value, f"the form field {name!r}")
            return b"", value.encode()
        case bool():
            return b"", b"true" if value else b"false"
        case float() if not isfinite(value):
            raise ValueError(f"the form field {name!r} is {value}: give a number, or leave it out")
        case int() | float():
            return b"", str(value).encode()
        case dict() | msgspec.Struct():
            return _JSON, encode(cast("object", value))
        case _:
            raise TypeError(f"the form field {name!r} can not be {type(value).__name__}: give text, a number or a bool")
