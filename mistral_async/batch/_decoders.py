"""What the answers of a batch are read as: what each call says, else what its endpoint answers with."""

from __future__ import annotations

import bisect
import functools
from typing import Any, Final, Generic, TypeVar, cast

from mistral_async._codec.open_union import decode
from mistral_async._engine.request import Call

T = TypeVar("T")

_ANSWERS: Final = {
    "/v1/audio/transcriptions": "TranscriptionResponse",
    "/v1/chat/classifications": "ClassificationResponse",
    "/v1/chat/completions": "ChatCompletionResponse",
    "/v1/chat/moderations": "ModerationResponse",
    "/v1/classifications": "ClassificationResponse",
    "/v1/conversations": "ConversationResponse",
    "/v1/embeddings": "EmbeddingResponse",
    "/v1/fim/completions": "FIMCompletionResponse",
    "/v1/moderations": "ModerationResponse",
    "/v1/ocr": "OCRResponse",
}


def batches(endpoint: str) -> bool:
    """Whether the API is known to take an endpoint's requests in batch."""
    return endpoint in _ANSWERS


def answer_type(endpoint: str) -> Any:
    """What an endpoint answers with; plain JSON where it is not known."""
    from mistral_async import models

    name = _ANSWERS.get(endpoint)
    return Any if name is None else getattr(models, name)


class Decoders(Generic[T]):
    """By index. Neighbours that are read alike, as nearly all are, share an entry."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._calls: list[tuple[Any, Any]] = []

    @classmethod
    def alike(cls, returns: Any, then: Any = None) -> Decoders[Any]:
        """All answers are read the same way."""
        decoders: Decoders[Any] = Decoders()
        decoders._starts, decoders._calls = [0], [(returns, then)]
        return decoders

    def add(self, index: int, call: Call[T]) -> None:
        """Take the next call's."""
        if self._calls:
            returns, then = self._calls[-1]
            if call.returns is returns and _same(call.transform, then):
                return
        self._starts.append(index)
        self._calls.append((call.returns, call.transform))

    def decode(self, index: int, body: bytes) -> T:
        """Read an answer."""
        returns, then = self._calls[bisect.bisect_right(self._starts, index) - 1]
        if returns is None:
            return cast("T", None)
        value = decode(body, returns)
        return cast("T", value if then is None else then(value))


def _same(one: Any, other: Any) -> bool:
    if type(one) is type(other) is functools.partial:
        return _made_of(one) == _made_of(other)
    return bool(one is other or one == other)


def _made_of(partial: Any) -> tuple[Any, ...]:
    return partial.func, partial.args, partial.keywords
