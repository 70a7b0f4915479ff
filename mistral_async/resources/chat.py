"""Chat completions."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._request import DONE, Call, Effect, Stream, post, stream
from mistral_async._resource import M, Resource, endpoint
from mistral_async.models.chat import ChatCompletionResponse, ChatOptions, CompletionChunk, completion_fields
from mistral_async.models.messages import MessageInput

_ROUTE = "/v1/chat/completions"


class Chat(Resource[M]):
    """Chat completions."""

    @endpoint
    def complete(
        self, *, model: str, messages: Sequence[MessageInput], **options: Unpack[ChatOptions]
    ) -> Call[ChatCompletionResponse]:
        """Complete a chat."""
        body = {"model": model, "messages": messages, **completion_fields(options)}
        return post(_ROUTE, json=body, returns=ChatCompletionResponse, effect=Effect.COSTS)

    @endpoint
    def stream(
        self, *, model: str, messages: Sequence[MessageInput], **options: Unpack[ChatOptions]
    ) -> Stream[CompletionChunk]:
        """Complete a chat, chunk by chunk."""
        body = {"model": model, "messages": messages, "stream": True, **completion_fields(options)}
        return stream(_ROUTE, json=body, yields=CompletionChunk, ends=DONE, effect=Effect.COSTS)
