"""Fill in the middle: code between a prompt and a suffix."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import DONE, Call, RetrySafety, Stream, post, stream
from mistral_async.models.chat import CompletionChunk
from mistral_async.models.fim import FIMCompletionResponse, FIMOptions

_ROUTE = "/v1/fim/completions"
_MODEL = "codestral-latest"


class Fim(Resource[M]):
    """Code that fills a gap."""

    @endpoint
    def complete(
        self, *, model: str = _MODEL, prompt: str, **options: Unpack[FIMOptions]
    ) -> Call[FIMCompletionResponse]:
        """Complete the code after a prompt and before a suffix."""
        body = {"model": model, "prompt": prompt, **options}
        return post(_ROUTE, json=body, returns=FIMCompletionResponse, safety=RetrySafety.BILLED)

    @endpoint
    def stream(self, *, model: str = _MODEL, prompt: str, **options: Unpack[FIMOptions]) -> Stream[CompletionChunk]:
        """Complete the code, chunk by chunk."""
        body = {"model": model, "prompt": prompt, "stream": True, **options}
        return stream(_ROUTE, json=body, yields=CompletionChunk, ends=DONE, safety=RetrySafety.BILLED)
