"""Types that the responses of a batch are decoded to: those of the calls, else those of the endpoint."""

from __future__ import annotations

import bisect
import functools
import importlib
from typing import Any, Final, Generic, TypeVar, cast

from mistral_async._codec.error_body import is_answer
from mistral_async._codec.headers import Headers
from mistral_async._codec.open_union import decode
from mistral_async._engine.request import Call
from mistral_async.errors import from_answer

T = TypeVar("T")

_RESPONSES: Final = {
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


def takes_batch(endpoint: str) -> bool:
    """Return whether the API is known to take an endpoint's requests in batch."""
    return endpoint in _RESPONSES


def response_type(endpoint: str) -> Any:
    """Return the type of an endpoint's responses; plain JSON where it is not known."""
    name = _RESPONSES.get(endpoint)
    return Any if name is None else getattr(importlib.import_module("mistral_async.models"), name)


class Decoders(Generic[T]):
    """Decoders of responses, by the index of the call. Neighbours that are read alike, as nearly all are, share one."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._calls: list[tuple[Any, Any]] = []

    @classmethod
    def alike(cls, returns: Any, then: Any = None) -> Decoders[Any]:
        """Make the decoder of a batch whose responses are all read alike."""
        decoders: Decoders[Any] = Decoders()
        decoders._starts, decoders._calls = [0], [(returns, then)]
        return decoders

    def add(self, index: int, call: Call[T]) -> None:
        """Add the next call's."""
        if self._calls:
            returns, then = self._calls[-1]
            if call.returns is returns and _is_same(call.transform, then):
                return
        self._starts.append(index)
        self._calls.append((call.returns, call.transform))

    def decode(self, index: int, body: bytes) -> T:
        """Decode the body of a response."""
        returns, then = self._calls[bisect.bisect_right(self._starts, index) - 1]
        if returns is None:
            return cast("T", None)
        value = decode(body, returns)
        if not is_answer(value):
            error = from_answer(Headers(()), body, getattr(returns, "__struct_encode_fields__", None), route="a batch")
            if error is not None:
                raise error
        return cast("T", value if then is None else then(value))


def _is_same(one: object, other: object) -> bool:
    if type(one) is type(other) is functools.partial:
        return _partial_parts(one) == _partial_parts(other)
    return bool(one is other or one == other)


def _partial_parts(partial: Any) -> tuple[Any, ...]:
    return partial.func, partial.args, partial.keywords
