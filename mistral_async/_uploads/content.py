"""A body of bytes as they are, in the place of a form: for `request(content=...)`."""

from __future__ import annotations

from collections.abc import Mapping

from mistral_async._http.protocol import BodySource
from mistral_async._uploads.multipart import Form, FormBody
from mistral_async._uploads.source import Upload, source_of


class Content(Form):
    """Bytes, a path, a binary file or an iterator of bytes, sent under the rules of files and nothing around it."""

    def __init__(self, content: object, content_type: str | None) -> None:
        super().__init__({})
        self.values = {"file": content}  # what it holds, for who looks into requests
        self._type = content_type or "application/octet-stream"
        self._upload = Upload("content", "application/octet-stream", source_of(content))

    @property
    def content_type(self) -> str:
        """The media type."""
        return self._type

    def encode(self, extra: Mapping[str, object] | None = None) -> bytes | BodySource:  # noqa: ARG002 - it has no fields
        """Return it: as bytes if it is small and in memory, else as what is read while it is sent."""
        body = FormBody([self._upload], self.progress)
        return body.whole() if body.is_small else body

    def __repr__(self) -> str:
        return f"Content({self._upload!r})"
