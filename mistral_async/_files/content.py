"""Chunks made of files: paths, bytes, open files, Pillow's images and numpy's arrays become data URLs and base64.

A file is read at once, in the caller's thread: in an event loop, read large ones in a thread and give their bytes.
"""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias, cast

from msgspec import Struct

from mistral_async._files.media_type import UNKNOWN, type_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

FileInput: TypeAlias = "str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]"
"""A path, bytes, or a file that is open for reading bytes."""

MEBIBYTE: Final = 2**20
MOST_BYTES: Final = 50 * MEBIBYTE
"""Of a document that the API reads: https://docs.mistral.ai/capabilities/document_ai."""

_PCM_LARGEST: Final = 32767
_LOUDEST: Final = 2.0  # times the largest sample: what was resampled may be a little too loud, what is no sound is more
_MOST_CHANNELS: Final = 32


class Content(Struct, frozen=True, gc=False):
    """The bytes of a file, their media type, and the file's name where it has one."""

    data: bytes
    type: str
    name: str | None

    @property
    def url(self) -> str:
        """A data URL: https://www.rfc-editor.org/rfc/rfc2397."""
        return f"data:{self.type};base64,{self.base64}"

    @property
    def base64(self) -> str:
        """The bytes as base64 text."""
        return base64.b64encode(self.data).decode()


def image_content(source: Any, type_: str | None, max_bytes: int | None) -> Content:
    """Return an image: of a file, or of what Pillow can write as PNG.

    Raises:
        ValueError: It is empty, larger than `max_bytes`, or no image.
        TypeError: It is nothing that holds an image.
        OSError: The file cannot be read.
    """
    if _is_array(source):
        source = _image_of(source)
    is_image = hasattr(source, "tobytes") and hasattr(source, "save")
    content = _image_bytes(source) if is_image else _read(source, type_, max_bytes)
    if not content.type.startswith("image/"):
        raise ValueError(f"{_naming(content)} is no image but {content.type}: {_better_chunk(content.type)}")
    return _checked(content, max_bytes)


def document_content(source: Any, type_: str | None, max_bytes: int | None) -> Content:
    """Return a document; `Raises` as those of `image_content`."""
    content = _read(source, type_, max_bytes)
    if content.type.startswith(("image/", "audio/")):
        raise ValueError(f"{_naming(content)} is no document but {content.type}: {_better_chunk(content.type)}")
    if content.type == UNKNOWN:
        raise ValueError(f"{_naming(content)} does not say what it is: give media_type=, such as 'application/pdf'")
    return _checked(content, max_bytes)


def audio_content(source: Any, sample_rate: int | None, max_bytes: int | None) -> Content:
    """Return audio: of a file, or of an array of samples as WAV; `Raises` as those of `image_content`."""
    if _is_array(source):
        if sample_rate is None:
            raise ValueError("an array of samples needs sample_rate=, in hertz")
        return _checked(Content(_wav(source, sample_rate), "audio/wav", None), max_bytes)
    content = _read(source, None, max_bytes)
    if not content.type.startswith(("audio/", "video/")) and content.type != UNKNOWN:
        raise ValueError(f"{_naming(content)} is no audio but {content.type}: {_better_chunk(content.type)}")
    return _checked(content, max_bytes)


def _read(source: Any, type_: str | None, max_bytes: int | None) -> Content:
    match source:
        case bytes() | bytearray() | memoryview():
            data, name = bytes(cast("bytes", source)), None
        case str() | os.PathLike():
            path = _path(cast("str", source))
            _check_size(path.stat().st_size, path.name, max_bytes)
            data, name = path.read_bytes(), path.name
        case _ if hasattr(source, "read"):
            data, name = source.read(), _file_name(source)
            if not isinstance(data, bytes):
                raise TypeError("an open file gives text: open it with mode 'rb'")
        case _:
            raise TypeError(
                "from_file takes a path, bytes, a file open for reading bytes, or (where it fits) an image of Pillow "
                f"or an array of numpy, not {type(source).__name__}"
            )
    return Content(data, type_ or type_of(data[:16], name or ""), name)


def _path(source: str | os.PathLike[str]) -> Path:
    if isinstance(source, str) and source.startswith(("https://", "http://", "data:")):
        raise ValueError(
            "from_file takes what is here; an address goes into the chunk as it is, such as ImageURLChunk(url)"
        )
    return Path(source)


def _file_name(file: Any) -> str | None:
    name = getattr(file, "name", None)
    return os.path.basename(name) if isinstance(name, str) else None  # noqa: PTH119 - nothing else is wanted of it


def _checked(content: Content, max_bytes: int | None) -> Content:
    if not content.data:
        raise ValueError(f"{_naming(content)} is empty")
    _check_size(len(content.data), _naming(content), max_bytes)
    return content


def _check_size(size: int, name: str, max_bytes: int | None) -> None:
    if max_bytes is not None and size > max_bytes:
        raise ValueError(
            f"{name} has {size:,} bytes ({size / MEBIBYTE:,.1f} MiB), more than max_bytes={max_bytes:,}: upload it "
            "with files.upload and send its id (FileChunk), or give max_bytes=None"
        )


def _naming(content: Content) -> str:
    return content.name or "what was given"


def _better_chunk(type_: str) -> str:
    match type_.partition("/")[0]:
        case "image":
            return "use ImageURLChunk.from_file"
        case "audio" | "video":
            return "use AudioChunk.from_file"
        case _ if type_ == UNKNOWN:
            return "give media_type= if you know it better"
        case _:
            return "use DocumentURLChunk.from_file"


def _is_array(source: Any) -> bool:
    return hasattr(source, "__array_interface__") and hasattr(source, "dtype") and hasattr(source, "shape")


def _image_of(array: NDArray[Any]) -> Any:
    """Return Pillow's image of an array: height x width, with 1, 3 (RGB) or 4 (RGBA) bytes for each pixel."""
    try:
        from PIL import Image  # type: ignore[import-not-found, unused-ignore]  # an extra that users bring
    except ImportError as error:
        raise ImportError('an image of a numpy array needs Pillow: pip install "pillow>=10"') from error
    if str(array.dtype) != "uint8":
        raise ValueError(f"an image has bytes from 0 to 255 (uint8), not {array.dtype}: scale and convert it first")
    match array.shape:
        case (_, _, 1):
            return Image.fromarray(array[:, :, 0])
        case (_, _) | (_, _, 3 | 4):
            return Image.fromarray(array)
        case (1 | 3 | 4, _, _):
            raise ValueError(f"an image is height x width x colours, not {array.shape}: array.transpose(1, 2, 0) is")
        case _:
            raise ValueError(f"an image is height x width, or height x width x 3 or 4 colours, not {array.shape}")


def _image_bytes(image: Any) -> Content:
    """Return Pillow's image as PNG, in colours that PNG has."""
    if 0 in image.size:
        raise ValueError(f"the image is empty: {image.size[0]} x {image.size[1]} pixels")
    file = io.BytesIO()
    if image.mode not in {"1", "L", "LA", "P", "RGB", "RGBA", "I", "I;16"}:
        image = image.convert("RGB")
    image.save(file, "PNG")
    return Content(file.getvalue(), "image/png", None)


def _wav(samples: NDArray[Any], sample_rate: int) -> bytes:
    """Return WAV of samples: one channel, or samples x channels; floats from -1 to 1, or 16-bit numbers."""
    if samples.ndim not in {1, 2} or samples.dtype.kind not in "fi":
        raise ValueError("samples are an array of numbers: one channel, or samples x channels")
    if not 0 < sample_rate < 2**31:
        raise ValueError(f"sample_rate is a number of hertz, such as 16000, not {sample_rate}")
    if not samples.size:
        raise ValueError("the array has no samples")
    if samples.ndim > 1 and samples.shape[1] > _MOST_CHANNELS:
        raise ValueError(f"samples x channels are not {samples.shape}: array.T may be what was meant")
    if samples.dtype.kind == "f":
        if (abs(samples) > _LOUDEST).any():
            raise ValueError(f"samples are floats from -1 to 1, and these reach {abs(samples).max():g}: scale them")
        samples = (samples.astype("float64").clip(-1, 1) * _PCM_LARGEST).round()
        if (samples != samples).any():  # noqa: PLR0124 - so is no other number
            raise ValueError("samples have no NaN")
    elif samples.dtype.itemsize != 2:  # noqa: PLR2004 - bytes
        raise ValueError(f"samples are floats from -1 to 1, or 16-bit numbers, not {samples.dtype}")
    import wave

    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        written.setsampwidth(2)
        written.setframerate(sample_rate)
        written.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()
