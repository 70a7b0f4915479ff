"""Fan-out: any amount of work, at the speed of the account, each item with its own outcome."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import msgspec
from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, method
from mistral_async._engine.request import Call
from mistral_async.bulk._checkpoint import CheckpointError
from mistral_async.bulk._outcome import Err, Ok, OnError, Result
from mistral_async.bulk._plan import BulkOptions, Plan, check_count
from mistral_async.bulk._progress import Progress
from mistral_async.bulk._results import AsyncResults
from mistral_async.bulk._rich import ProgressBar
from mistral_async.bulk._source import in_thread
from mistral_async.models.chat import ChatCompletionResponse, ChatOptions
from mistral_async.models.classifiers import ClassificationTargetResult, InstructRequestInput, ModerationObject
from mistral_async.models.embeddings import EmbeddingDtype, EncodingFormat
from mistral_async.models.messages import MessageInput
from mistral_async.models.vector import Vector

if TYPE_CHECKING:
    from mistral_async._engine.engine import Engine
    from mistral_async.bulk._pack import Packing

__all__ = [
    "AsyncResults",
    "Bulk",
    "BulkOptions",
    "CheckpointError",
    "Err",
    "Ok",
    "OnError",
    "Progress",
    "ProgressBar",
    "Result",
    "in_thread",
]

T = TypeVar("T")
Item = TypeVar("Item")

Items: TypeAlias = Iterable[Item] | AsyncIterable[Item]
Chat: TypeAlias = str | Sequence[MessageInput] | MessageInput
Judged: TypeAlias = str | Sequence[MessageInput] | InstructRequestInput

_PACKED_CONCURRENCY = 16
_PACKED_WINDOW = 8_192
_PATIENCE = 1_800_000.0  # milliseconds for which a 429 is repeated, waiting for its turn included


class BulkChatOptions(ChatOptions, BulkOptions, total=False):
    """The options of a chat completion, and how work is fanned out."""


class Bulk(Resource[M]):
    """Many calls at once.

    Every method takes an iterable or async iterable of any length, reads it as there is room, and returns an async
    context manager of an async iterator of `Ok(value, index, usage)` and `Err(error, index)`: one for each item.
    """

    @method
    def map(self, calls: Items[Call[T]], **options: Unpack[BulkOptions]) -> AsyncResults[T]:
        """Perform any requests made by `calls`, reading them as there is room."""
        from mistral_async.bulk._work import Single

        return AsyncResults(calls, Single(self._background(), _checked_call, {"work": "map"}), Plan.of(options))

    @method
    def chat(
        self, prompts: Items[Chat], *, model: str, **options: Unpack[BulkChatOptions]
    ) -> AsyncResults[ChatCompletionResponse]:
        """Complete many chats: each item is a prompt, or the messages of one chat."""
        from mistral_async import calls
        from mistral_async.bulk._work import Single

        fan, asked = _split(options)
        calls.chat.complete(model=model, messages=[], **cast("Any", asked))  # a misspelt option is refused at once

        def describe(item: Chat) -> Call[ChatCompletionResponse]:
            return calls.chat.complete(model=model, messages=_messages(item), **cast("Any", asked))

        job = {"work": "chat", "model": model, **asked}
        return AsyncResults(prompts, Single(self._background(), describe, job), Plan.of(fan))

    @method
    def embed(
        self,
        texts: Items[str],
        *,
        model: str = "mistral-embed",
        output_dimension: int | None = None,
        output_dtype: EmbeddingDtype | None = None,
        metadata: Mapping[str, Any] | None = None,
        encoding_format: EncodingFormat = "base64",
        max_tokens_per_request: int = 16_384,
        max_inputs_per_request: int = 512,
        tokenizer: Callable[[str], int] | None = None,
        dedupe: bool = False,
        **options: Unpack[BulkOptions],
    ) -> AsyncResults[Vector]:
        """Embed any number of texts, many in each request; every result is one text's `Vector`.

        Args:
            texts: What to embed.
            model: The model.
            output_dimension: The length of the vectors, where the model lets you choose.
            output_dtype: The type of their numbers.
            metadata: Sent with every request.
            encoding_format: How the numbers travel; they are the same.
            max_tokens_per_request: The most tokens of a request, estimated; lowered when the API refuses (code 3210).
            max_inputs_per_request: The most texts of a request; lowered when the API refuses.
            tokenizer: Counts the tokens of a text, in place of the estimate.
            dedupe: Send equal texts once. What was seen is kept in the checkpoint, or in a temporary file: memory
                does not grow.
            options: How work is fanned out (`BulkOptions`). By default 16 requests at once, 8,192 texts in flight.
        """
        from mistral_async.bulk._packed import Embedding

        asked = _set(
            model=model,
            output_dimension=output_dimension,
            output_dtype=output_dtype,
            metadata=metadata,
            encoding_format=encoding_format,
        )
        plan = _packed_plan(options)
        packing = _packing(plan, max_tokens_per_request, max_inputs_per_request)
        return AsyncResults(texts, Embedding(self._background(), packing, asked, tokenizer), plan, dedupe=dedupe)

    @method
    def moderate(
        self,
        inputs: Items[Judged],
        *,
        model: str = "mistral-moderation-2603",
        max_tokens_per_request: int = 16_384,
        max_inputs_per_request: int = 128,
        dedupe: bool = False,
        **options: Unpack[BulkOptions],
    ) -> AsyncResults[ModerationObject]:
        """Moderate any number of texts and conversations, many in each request (see `embed`)."""
        from mistral_async.bulk._packed import Moderation

        plan = _packed_plan(options)
        packing = _packing(plan, max_tokens_per_request, max_inputs_per_request)
        work = Moderation(self._background(), packing, "moderate", {"model": model})
        return AsyncResults(inputs, work, plan, dedupe=dedupe)

    @method
    def classify(
        self,
        inputs: Items[Judged],
        *,
        model: str,
        max_tokens_per_request: int = 16_384,
        max_inputs_per_request: int = 128,
        dedupe: bool = False,
        **options: Unpack[BulkOptions],
    ) -> AsyncResults[dict[str, ClassificationTargetResult]]:
        """Classify any number of texts and conversations, many in each request (see `embed`); results by target."""
        from mistral_async.bulk._packed import Classification

        plan = _packed_plan(options)
        packing = _packing(plan, max_tokens_per_request, max_inputs_per_request)
        work = Classification(self._background(), packing, "classify", {"model": model})
        return AsyncResults(inputs, work, plan, dedupe=dedupe)

    def _background(self) -> Engine:
        """The engine, leaving room for other calls, and patient with the rate limit."""
        from mistral_async._engine.engine import Engine

        options = self._executor.engine.options
        retry, timeout = options.retry, options.timeout
        if retry.retries is None and retry.backoff.max_elapsed_time < _PATIENCE:
            backoff = msgspec.structs.replace(retry.backoff, max_elapsed_time=_PATIENCE)
            retry = msgspec.structs.replace(retry, backoff=backoff)
        if timeout.total is not None:  # waiting for its turn is what bulk work is about: a limit is for each attempt
            attempt = min(timeout.total, timeout.attempt or timeout.total)
            timeout = msgspec.structs.replace(timeout, total=None, attempt=attempt)
        patient = msgspec.structs.replace(options, background=True, retry=retry, timeout=timeout)
        return Engine(self._executor.engine.state, patient)


def _checked_call(call: Any) -> Call[Any]:
    if not isinstance(call, Call):
        raise TypeError(f"bulk.map takes requests made by `calls`, not {type(call).__name__}")
    return cast("Call[Any]", call)


def _messages(item: Any) -> Any:
    match item:
        case str():
            return [{"role": "user", "content": item}]
        case Mapping() | msgspec.Struct():
            return [item]
        case _:
            return item


def _split(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """How work is fanned out, and what is asked."""
    names = BulkOptions.__annotations__
    fan = {name: value for name, value in options.items() if name in names}
    return fan, {name: value for name, value in options.items() if name not in names and value is not None}


def _set(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _packed_plan(options: Mapping[str, Any]) -> Plan:
    return Plan.of(options, concurrency=_PACKED_CONCURRENCY, max_in_flight=_PACKED_WINDOW)


def _packing(plan: Plan, max_tokens: int, max_inputs: int) -> Packing:
    from mistral_async.bulk._pack import Packing

    check_count("max_tokens_per_request", max_tokens)
    check_count("max_inputs_per_request", max_inputs)
    return Packing(max_tokens=max_tokens, max_inputs=min(max_inputs, max(1, plan.window // 2)))
