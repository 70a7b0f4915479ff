"""The Responses API."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, RetrySafety, Stream, post, stream
from mistral_async.models.responses import (
    CountResponseInputTokensResponse,
    CreateResponseResponse,
    ResponseInputOptions,
    ResponseOptions,
    ResponsesInput,
)
from mistral_async.models.responses_events import RESPONSE_ENDS, ResponsesStreamEvents


class Responses(Resource[M]):
    """Items in, items out."""

    @endpoint
    def create(
        self,
        *,
        model: str,
        input: ResponsesInput,  # noqa: A002 - the wire's name
        **options: Unpack[ResponseOptions],
    ) -> Call[CreateResponseResponse]:
        """Create an answer.

        Args:
            model: The model that is asked, such as `mistral-small-latest`.
            input: What is said: a text, or items.
        """
        body = {"model": model, "input": input, **options}
        return post("/v1/responses", json=body, returns=CreateResponseResponse, safety=RetrySafety.BILLED)

    @endpoint
    def stream(
        self,
        *,
        model: str,
        input: ResponsesInput,  # noqa: A002 - the wire's name
        **options: Unpack[ResponseOptions],
    ) -> Stream[ResponsesStreamEvents]:
        """Create an answer, event by event.

        Args:
            model: The model that is asked, such as `mistral-small-latest`.
            input: What is said: a text, or items.
        """
        body = {"model": model, "input": input, **options, "stream": True}
        return stream("/v1/responses", json=body, yields=ResponsesStreamEvents, ends=RESPONSE_ENDS)

    create_stream = stream

    @endpoint
    def count_input_tokens(
        self,
        *,
        model: str,
        input: ResponsesInput,  # noqa: A002 - the wire's name
        **options: Unpack[ResponseInputOptions],
    ) -> Call[CountResponseInputTokensResponse]:
        """Count the tokens that an input would be.

        Args:
            model: The model that would be asked.
            input: What would be said: a text, or items.
        """
        body = {"model": model, "input": input, **options}
        returns = CountResponseInputTokensResponse
        return post("/v1/responses/input_tokens", json=body, returns=returns, safety=RetrySafety.SAFE)
