"""Content chunks: the pieces that messages, entries and thoughts are made of."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeAlias, cast, overload

from mistral_async._codec.json_types import JSONObject, is_object
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async._files.content import MOST_BYTES, FileInput, audio_content, document_content, image_content
from mistral_async.models._model import Model, Renamed
from mistral_async.models.enums import BuiltInConnectors, ImageDetail


class _Identified(Protocol):
    """An object of the API that has an id, such as an uploaded file."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


class TextChunk(Model, gc=False):
    """Text."""

    text: str
    type: Literal["text"] = constant("text")


class ImageURL(Model, gc=False):
    """The address of an image and how closely to look at it."""

    url: str
    """`https://…` or `data:image/…;base64,…`."""
    detail: ImageDetail | None = None


class ImageURLChunk(Model):
    """An image, by its address or as a data URL."""

    image_url: OpenUnion[str | ImageURL]
    type: Literal["image_url"] = constant("image_url")

    @classmethod
    def from_file(
        cls,
        source: FileInput | Any,
        *,
        media_type: str | None = None,
        detail: ImageDetail | None = None,
        max_bytes: int | None = MOST_BYTES,
    ) -> ImageURLChunk:
        """Return an image as a data URL, to send within the message. A path is read at once, in this thread.

        Args:
            source: A path, bytes, an open file, an image of Pillow, or a numpy array of bytes: height x width, with
                3 (RGB) or 4 (RGBA) for each pixel where it has colours. The last two are sent as PNG.
            media_type: Such as `image/png`: told from how the file begins, or from its name.
            detail: How closely to look at it.
            max_bytes: The most bytes of the file: 50 MiB. None takes any number.

        Raises:
            ValueError: It is empty, too large, or no image.
            TypeError: It is none of the sources.
            OSError: The file cannot be read.
        """
        url = image_content(source, media_type, max_bytes).url
        return cls(url if detail is None else ImageURL(url, detail))

    @property
    def url(self) -> str:
        """The address, in whichever form it was given."""
        match self.image_url:
            case str() as url:
                return url
            case ImageURL(url=url) | {"url": str() as url}:
                return url
            case _:
                return ""

    def _repr_html_(self) -> str:
        from mistral_async.models._html import media

        return media(self.url, "image")


class DocumentURLChunk(Model, gc=False):
    """A document, by its address or as a data URL."""

    document_url: str
    document_name: str | None = None
    type: Literal["document_url"] = constant("document_url")

    @classmethod
    def from_file(
        cls,
        source: FileInput,
        *,
        name: str | None = None,
        media_type: str | None = None,
        max_bytes: int | None = MOST_BYTES,
    ) -> DocumentURLChunk:
        """Return a document (PDF, DOCX, PPTX, ...) as a data URL. A path is read at once, in this thread.

        Args:
            source: A path, bytes, or an open file.
            name: Its name, which the model is told: that of the file, where it has one.
            media_type: Such as `application/pdf`: told from how the file begins, or from its name.
            max_bytes: The most bytes of the file: 50 MiB, as many as the API reads. None takes any number.

        Raises:
            ValueError: It is empty, too large, or no document.
            TypeError: It is none of the sources.
            OSError: The file cannot be read.
        """
        content = document_content(source, media_type, max_bytes)
        return cls(content.url, name or content.name)


class ReferenceChunk(Model, metaclass=Renamed):
    """Which of the given references the text before it rests on. `ReferenceChunk(reference="1")` is taken as well."""

    older_names: ClassVar[Mapping[str, str]] = {"reference": "reference_ids"}

    reference_ids: list[int | str]
    type: Literal["reference"] = constant("reference")

    if TYPE_CHECKING:

        @overload
        def __init__(
            self,
            reference_ids: list[int | str] | int | str,
            type: Literal["reference"] = "reference",
        ) -> None: ...
        @overload
        def __init__(self, *, reference: list[int | str] | int | str) -> None: ...
        def __init__(self, *args: Any, **fields: Any) -> None: ...

    def __post_init__(self) -> None:
        """Take one reference for a list of it."""
        if isinstance(cast("Any", self.reference_ids), (int, str)):
            self.reference_ids = [cast("Any", self.reference_ids)]


class FileChunk(Model, gc=False, metaclass=Renamed):
    """An uploaded file, by its id, or as `files.upload` returned it. `FileChunk(file="…")` is taken as well."""

    older_names: ClassVar[Mapping[str, str]] = {"file": "file_id"}

    file_id: str
    type: Literal["file"] = constant("file")

    if TYPE_CHECKING:

        @overload
        def __init__(self, file_id: str | _Identified, type: Literal["file"] = "file") -> None: ...
        @overload
        def __init__(self, *, file: str | _Identified) -> None: ...
        def __init__(self, *args: Any, **fields: Any) -> None: ...

    def __post_init__(self) -> None:
        """Take an uploaded file for its id."""
        file = cast("Any", self.file_id)
        if not isinstance(file, str) and isinstance(getattr(file, "id", None), str):
            self.file_id = file.id

    @property
    def file(self) -> str:
        """`file_id`, as older clients call it."""
        return self.file_id


class ToolFileChunk(Model, gc=False):
    """A file that a built-in tool made."""

    tool: BuiltInConnectors
    file_id: str
    file_name: str | None = None
    file_type: str | None = None
    """A file name's ending, such as `png`."""
    type: Literal["tool_file"] = constant("tool_file")


class ToolReferenceChunk(Model, gc=False):
    """A source that a built-in tool found."""

    tool: BuiltInConnectors
    title: str
    url: str | None = None
    favicon: str | None = None
    description: str | None = None
    source: str | None = None
    """The search engine that found it, such as `brave`."""
    type: Literal["tool_reference"] = constant("tool_reference")


ThinkPart: TypeAlias = OpenUnion[TextChunk | ReferenceChunk | ToolReferenceChunk]


class ThinkChunk(Model):
    """A model's reasoning. `ThinkChunk("text")` makes one of plain text."""

    if TYPE_CHECKING:
        thinking: list[ThinkPart]
    else:
        thinking: str | list[ThinkPart]  # gateways write plain text
    signature: str | None = None
    """Proves to the server that the reasoning is its own; send it back unchanged."""
    closed: bool | None = None
    """True if the reasoning is complete. Not an end mark in a stream: most deltas say true."""
    type: Literal["thinking"] = constant("thinking")

    if TYPE_CHECKING:

        def __init__(
            self,
            thinking: str | list[ThinkPart],
            *,
            signature: str | None = None,
            closed: bool | None = None,
            type: Literal["thinking"] = "thinking",  # noqa: A002 - the wire's name
        ) -> None: ...

    def __post_init__(self) -> None:
        """Take plain text for a list of one text chunk."""
        if isinstance(cast("Any", self.thinking), str):
            self.thinking = [TextChunk(cast("Any", self.thinking))]

    @property
    def text(self) -> str:
        """The reasoning as text."""
        return text_of(self.thinking)


class AudioChunk(Model):
    """Audio to listen to: base64 or an address, or `{"data": …, "format": "wav"}`. `AudioChunk(b"…")` encodes it."""

    input_audio: str | JSONObject
    type: Literal["input_audio"] = constant("input_audio")

    if TYPE_CHECKING:

        def __init__(
            self,
            input_audio: str | bytes | bytearray | memoryview | JSONObject,
            type: Literal["input_audio"] = "input_audio",  # noqa: A002 - the wire's name
        ) -> None: ...

    @classmethod
    def from_file(
        cls, source: FileInput | Any, *, sample_rate: int | None = None, max_bytes: int | None = MOST_BYTES
    ) -> AudioChunk:
        """Return audio as base64. A path is read at once, in this thread.

        Args:
            source: A path, bytes, an open file, or a numpy array of samples, which is sent as WAV: one channel, or
                samples x channels, of floats from -1 to 1 or 16-bit numbers.
            sample_rate: Samples per second, for an array.
            max_bytes: The most bytes of the file: 50 MiB. None takes any number.

        Raises:
            ValueError: It is empty, too large, or no audio.
            TypeError: It is none of the sources.
            OSError: The file cannot be read.
        """
        return cls(audio_content(source, sample_rate, max_bytes).base64)

    def __post_init__(self) -> None:
        """Take bytes for their base64 text, and an object that has only `data` for its data."""
        audio = cast("Any", self.input_audio)
        if isinstance(audio, str):
            return
        if is_object(audio) and "data" in audio:
            audio = {**audio, "data": _base64(audio["data"])}
            self.input_audio = audio["data"] if audio.keys() == {"data"} else audio
        else:
            self.input_audio = _base64(audio)

    def _repr_html_(self) -> str:
        from mistral_async.models._html import audio

        return audio(str(self.input_audio.get("data", "")) if is_object(self.input_audio) else self.input_audio)


def _base64(data: Any) -> Any:
    if isinstance(data, (bytes, bytearray, memoryview)):
        return base64.b64encode(cast("bytes", data)).decode()
    return data


ResourceChunkContent: TypeAlias = OpenUnion[TextChunk | ImageURLChunk]


class ResourceChunk(Model):
    """A resource with its content."""

    uri: str
    content: ResourceChunkContent
    type: Literal["resource"] = constant("resource")


class ResourceLinkChunk(Model):
    """A resource by its address."""

    uri: str
    metadata: dict[str, str | int | float | bool] | None = None
    type: Literal["resource_link"] = constant("resource_link")


ContentChunk: TypeAlias = OpenUnion[
    TextChunk
    | ImageURLChunk
    | DocumentURLChunk
    | ReferenceChunk
    | FileChunk
    | ThinkChunk
    | AudioChunk
    | ResourceChunk
    | ResourceLinkChunk
    | ToolFileChunk
    | ToolReferenceChunk
]
SystemMessageContentChunks: TypeAlias = OpenUnion[TextChunk | ThinkChunk]


def text_of(content: object) -> str:
    """Return the text of a message's content: the string, or its text chunks joined; reasoning is left out."""
    match content:
        case str():
            return content
        case TextChunk(text=text):
            return text
        case list() | tuple():
            chunks = cast("Iterable[object]", content)
            return "".join(map(_text_in, chunks))
        case _:
            return ""


def _text_in(chunk: object) -> str:
    """Return the text of a text chunk, or of a string in its place; "" of all others."""
    if isinstance(chunk, TextChunk):
        return str(chunk.text)
    return chunk if isinstance(chunk, str) else ""


def thinking_of(content: object) -> str:
    """Return the reasoning in a message's content as text."""
    match content:
        case ThinkChunk():
            return content.text
        case list() | tuple():
            chunks = cast("Iterable[object]", content)
            return "".join(chunk.text for chunk in chunks if isinstance(chunk, ThinkChunk))
        case _:
            return ""
