"""Embeddings: texts as vectors. `encoding_format="base64"` is the fast way; the numbers are the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import constant
from mistral_async.models._model import Answer, Model
from mistral_async.models.usage import UsageInfo
from mistral_async.models.vector import Vector, numbers

EmbeddingDtype: TypeAlias = Literal["float", "int8", "uint8", "binary", "ubinary"]
EncodingFormat: TypeAlias = Literal["float", "base64"]

if TYPE_CHECKING:
    _Numbers: TypeAlias = Sequence[float]
else:
    _Numbers = list[float] | bytes  # what the wire has: numbers, or base64, which msgspec decodes


class EmbeddingOptions(TypedDict, total=False):
    """Options of embeddings. None is not sent."""

    metadata: JSONMapping | None
    """Data of yours that is kept with the request."""
    output_dimension: int | None
    """The length of the vectors, where the model lets you choose."""
    output_dtype: EmbeddingDtype | None
    """`binary` and `ubinary` pack eight dimensions in each byte."""
    encoding_format: EncodingFormat | None
    """`base64` is several times faster to receive; vectors are read the same way."""


class EmbeddingResponseData(Model, kw_only=True):
    """The vector of one text."""

    object: str | None = constant("embedding")
    embedding: _Numbers = msgspec.field(default_factory=list[float])
    """A sequence of numbers: a list, or a `Vector` where they came packed."""
    index: int = 0
    """Which of the texts this is."""

    def __post_init__(self) -> None:
        """Read packed numbers as float32, or as bytes where they can not be that."""
        if isinstance(self.embedding, bytes):  # a call to `typing.cast` for each vector would cost as much as this
            self.embedding = Vector(self.embedding, "int8" if len(self.embedding) % 4 else "float")


class EmbeddingResponse(Model, kw_only=True, metaclass=Answer):
    """The vectors of the texts, in their order."""

    id: str = ""
    object: str = constant("list")
    model: str = ""
    data: list[EmbeddingResponseData] = msgspec.field(default_factory=list[EmbeddingResponseData])
    usage: UsageInfo | None = None


def as_dtype(response: EmbeddingResponse, dtype: str) -> EmbeddingResponse:
    """Read the vectors as the type of number that was asked for."""
    if dtype != "float":
        for each in response.data:
            each.embedding = numbers(each.embedding, dtype)
    return response
