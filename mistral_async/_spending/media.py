"""Media in the body of a request: what the API does not count as text. Sans-I/O."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from mistral_async._codec.json_types import is_array, is_object

# Rule 1: Strings that hold media as base64 are no text, and are found by the fields that have them. Text never looks
# like such a field: its quotation marks are escaped. A schema that describes an image is none.
# Rule 2: An image counts as the largest one does, wherever it is: one token for each patch, and one for each row
# (https://mistralai.github.io/mistral-common/usage/images). Pixtral scales to 64 rows of 64 patches, which are 4,160
# tokens; later models to 55 rows of 55, which are 3,080.
# Rule 3: Audio has 12.5 tokens a second (https://arxiv.org/abs/2507.13264), and at least 6 kbit: a token in 80 bytes.
# Rule 4: Nobody knows the text of a document. It has a third of a token for each byte, as if it were all text.

IMAGE_TOKENS: Final = 4160
AUDIO_RATE: Final = 1 / 80  # tokens for each byte of base64
_IMAGES: Final = (b'"image_url":"data:', b'"url":"data:image/')
_DOCUMENTS: Final = (b'"document_url":"data:',)
_AUDIO: Final = (b'"input_audio":"', b'"ref_audio":"', b'"data":"')
_IMAGE_FIELDS: Final = (b'"image_url":"', b'"image_url":{"url":', b'"image_url":{"detail":')
_AUDIO_FIELD: Final = b'"input_audio":{'
_NAMES: Final = (b'_url":', b'_audio":')  # one of them is in each body with media
_INPUTS: Final = ("messages", "inputs", "input")
_SHORT: Final = 256  # bytes: such a string is an address, or nothing much


class Content(NamedTuple):
    """The parts of a body."""

    text: int = 0
    """Bytes of it."""
    images: int = 0
    """Their number."""
    documents: int = 0
    """Bytes of base64."""
    audio: int = 0
    """Bytes of base64."""


def content_of(body: bytes) -> Content:
    """Return the parts of a body of JSON (rule 1)."""
    if not any(name in body for name in _NAMES):
        return Content(len(body))
    images, documents = _sizes(body, _IMAGES), _sizes(body, _DOCUMENTS)
    audio = _sizes(body, _AUDIO if _AUDIO_FIELD in body else _AUDIO[:-1])
    number = sum(map(body.count, _IMAGE_FIELDS))
    return Content(len(body) - images - documents - audio, number, documents, audio)


def is_text(fields: object) -> bool:
    """Return whether the messages or inputs of a request are nothing but texts, which need not be searched."""
    if not is_object(fields):
        return False
    items = next((fields[name] for name in _INPUTS if name in fields), None)
    return isinstance(items, str) or (is_array(items) and all(map(_has_text, items)))


def _has_text(item: object) -> bool:
    content = item.get("content") if is_object(item) else getattr(item, "content", item)
    return content is None or isinstance(content, str)


def _sizes(body: bytes, marks: tuple[bytes, ...]) -> int:
    return sum(size for mark in marks for size in _strings(body, mark) if size > _SHORT)


def _strings(body: bytes, mark: bytes) -> Iterator[int]:
    """Yield the sizes of the strings that begin with a mark; base64 has nothing that is escaped."""
    at = body.find(mark)
    while at >= 0:
        begin = at + len(mark)
        end = body.find(b'"', begin)
        yield (len(body) if end < 0 else end) - begin
        at = body.find(mark, begin)
