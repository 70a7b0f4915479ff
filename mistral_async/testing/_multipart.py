"""Multipart forms parsed as they arrive (RFC 7578): no part is held in memory beyond `Content`'s limit."""

from __future__ import annotations

from email.message import Message

from mistral_async.testing._content import Content

_HEADERS_END = b"\r\n\r\n"


class FormPart:
    """One field or file of a form."""

    def __init__(self, headers: Message) -> None:
        self.name = str(headers.get_param("name", "", "content-disposition"))
        filename = headers.get_filename()
        self.filename: str | None = filename
        self.media: str | None = headers.get("content-type")
        self.content = Content()

    @property
    def text(self) -> str:
        """Return the value of a plain field."""
        return self.content.read().decode(errors="replace")


class MultipartReader:
    """A parser of multipart bodies: bytes in, `parts` out; `complete` once the closing boundary has arrived."""

    def __init__(self, boundary: str) -> None:
        self._delimiter = b"\r\n--" + boundary.encode("latin-1")
        # The first boundary may open the body, without the line break that precedes every other one.
        self._buffer = bytearray(b"\r\n")
        self._state = "preamble"
        self._part: FormPart | None = None
        self.parts: list[FormPart] = []
        self.complete: bool = False

    def feed(self, data: bytes) -> None:
        """Take the next piece of the body."""
        self._buffer += data
        while not self.complete and self._step():
            pass

    def close(self) -> None:
        """Drop the contents of parts that were not kept."""
        for part in self.parts:
            if not part.content.kept:
                part.content.close()

    def _step(self) -> bool:
        match self._state:
            case "headers":
                return self._read_headers()
            case "boundary":
                return self._read_boundary()
            case _:
                return self._read_data()

    def _read_data(self) -> bool:
        found = self._buffer.find(self._delimiter)
        end = found if found >= 0 else max(0, len(self._buffer) - len(self._delimiter) + 1)
        if self._part is not None and end:
            self._part.content.write(memoryview(bytes(self._buffer[:end])))
        if found < 0:
            del self._buffer[:end]
            return False
        del self._buffer[: found + len(self._delimiter)]
        self._state = "boundary"
        return True

    def _read_boundary(self) -> bool:
        line_break = self._buffer.find(b"\r\n")
        if self._buffer.startswith(b"--"):
            self.complete = True
            return False
        if line_break < 0:
            return False
        del self._buffer[: line_break + 2]
        self._state = "headers"
        return True

    def _read_headers(self) -> bool:
        end = self._buffer.find(_HEADERS_END)
        if end < 0:
            return False
        headers = Message()
        for line in bytes(self._buffer[:end]).split(b"\r\n"):
            name, _, value = line.decode("utf-8", "replace").partition(":")
            headers[name.strip()] = value.strip()
        del self._buffer[: end + len(_HEADERS_END)]
        self._part = FormPart(headers)
        self.parts.append(self._part)
        self._state = "data"
        return True


def boundary_of(content_type: str) -> str | None:
    """Return the boundary of a content type, or None."""
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_param("boundary")
    return boundary if isinstance(boundary, str) and boundary else None
