"""Many calls at once: the methods of `client.bulk`, over endpoints that they are given as functions."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast
from weakref import WeakKeyDictionary

import msgspec
from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, method
from mistral_async._codec.counts import check_count
from mistral_async._codec.plain import plain_argument
from mistral_async._engine.request import Call
from mistral_async.bulk._config import FALLBACK, BulkConfig, BulkMapOptions, BulkOptions
from mistral_async.bulk._results import AsyncResults
from mistral_async.models.chat import ChatCompletionResponse, ChatOptions
from mistral_async.models.classifiers import (
    ClassificationResponse,
    ClassificationTargetResult,
    InstructRequestInput,
    ModerationObject,
    ModerationResponse,
)
from mistral_async.models.embeddings import EmbeddingDtype, EmbeddingResponse, EncodingFormat
from mistral_async.models.messages import MessageInput
from mistral_async.models.vector import Vector

if TYPE_CHECKING:
    from mistral_async._engine.client_state import ClientState
    from mistral_async._engine.engine import Engine
    from mistral_async.bulk._packer import Known, Packer

T = TypeVar("T")
Item = TypeVar("Item")

Items: TypeAlias = Iterable[Item] | AsyncIterable[Item]
Chat: TypeAlias = str | Sequence[MessageInput] | MessageInput
Judged: TypeAlias = str | Sequence[MessageInput] | InstructRequestInput

_known: WeakKeyDictionary[ClientState, dict[tuple[object, ...], Known]] = WeakKeyDictionary()

_PACKED_CONCURRENCY = 16
_PACKED_WINDOW = 8_192
_BULK_MAX_ELAPSED_MS = 1_800_000.0  # for which a 429 is repeated, waiting for its turn included


class BulkEndpoints(msgspec.Struct, frozen=True, kw_only=True):
    """Functions that describe requests, with the parameters of the client's methods."""

    complete: Callable[..., Call[ChatCompletionResponse]]
    embed: Callable[..., Call[EmbeddingResponse]]
    moderate: Callable[..., Call[ModerationResponse]]
    moderate_chat: Callable[..., Call[ModerationResponse]]
    classify: Callable[..., Call[ClassificationResponse]]
    classify_chat: Callable[..., Call[ClassificationResponse]]


class BulkChatOptions(ChatOptions, BulkMapOptions, total=False):
    """Options of a chat completion, and of fanning it out."""


class Bulk(Resource[M]):
    """Many calls at once.

    Every method takes an iterable or async iterable of any length, reads it as there is room, and returns an async
    context manager of an async iterator of `Ok(value, index, usage)` and `Err(error, index)`: one for each item.
    """

    _endpoints: BulkEndpoints
    """Given by the class that is on the client."""

    @method
    def map(self, calls: Items[Call[T]], **options: Unpack[BulkMapOptions]) -> AsyncResults[T]:
        """Perform any requests made by `calls`, reading them as there is room."""
        from mistral_async.bulk._work import SingleWork

        work = SingleWork(self._background(options.get("budget"), options), _checked_call, {"work": "map"})
        return AsyncResults(calls, work, BulkConfig.of(options))

    @method
    def chat(
        self, prompts: Items[Chat], *, model: str, **options: Unpack[BulkChatOptions]
    ) -> AsyncResults[ChatCompletionResponse]:
        """Complete many chats: each item is a prompt, or the messages of one chat."""
        from mistral_async.bulk._work import SingleWork

        fan, asked = _split(options)
        complete = self._endpoints.complete
        complete(model=model, messages=[], **asked)  # a wrong option is refused at once

        def describe(item: Chat) -> Call[ChatCompletionResponse]:
            return complete(model=model, messages=_messages(item), **asked)

        job = {"work": "chat", "model": model, **asked}
        work = SingleWork(self._background(fan.get("budget"), fan), describe, job)
        return AsyncResults(prompts, work, BulkConfig.of(fan))

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
            texts: The texts to embed.
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
        from mistral_async.bulk._packed_work import EmbeddingWork

        asked = _set(
            model=model,
            output_dimension=output_dimension,
            output_dtype=output_dtype,
            metadata=metadata,
            encoding_format=encoding_format,
        )
        config = _packed_config(options)
        limits = max_tokens_per_request, max_inputs_per_request
        packer = self._packer("embed", model, config, *limits, keep=tokenizer is None)
        work = EmbeddingWork(self._background(options.get("budget")), packer, self._endpoints.embed, asked, tokenizer)
        return AsyncResults(texts, work, config, dedupe=dedupe)

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
        from mistral_async.bulk._packed_work import ModerationWork

        config = _packed_config(options)
        packer = self._packer("moderate", model, config, max_tokens_per_request, max_inputs_per_request)
        described = (self._endpoints.moderate, self._endpoints.moderate_chat)
        work = ModerationWork(self._background(options.get("budget")), packer, described, "moderate", {"model": model})
        return AsyncResults(inputs, work, config, dedupe=dedupe)

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
        from mistral_async.bulk._packed_work import ClassificationWork

        config = _packed_config(options)
        packer = self._packer("classify", model, config, max_tokens_per_request, max_inputs_per_request)
        described = (self._endpoints.classify, self._endpoints.classify_chat)
        engine = self._background(options.get("budget"))
        work = ClassificationWork(engine, packer, described, "classify", {"model": model})
        return AsyncResults(inputs, work, config, dedupe=dedupe)

    def _packer(
        self, work: str, model: str, config: BulkConfig, max_tokens: int, max_inputs: int, *, keep: bool = True
    ) -> Packer:
        """Return a packer that begins with what this client knows of such requests, and has it keep what it learns."""
        from mistral_async.bulk._packer import Known, Packer

        check_count("max_tokens_per_request", max_tokens)
        check_count("max_inputs_per_request", max_inputs)
        limits = max_tokens, min(max_inputs, max(1, config.window // 2))
        known = _known.setdefault(self._executor.engine.state, {}) if keep else {}
        return Packer(known.setdefault((work, model, *limits), Known(*limits)))

    def _background(self, budget: Any = None, given: Mapping[str, Any] | None = None) -> Engine:
        """Return the engine for bulk work: it leaves room for other calls, and waits long for the rate limit."""
        from mistral_async._binding.job_engine import job_engine

        fallback = {name: value for name, value in (given or {}).items() if name in FALLBACK}
        options = self._executor.engine.job_options(budget=budget, **fallback)
        retry, timeout = options.retry, options.timeout
        if retry.retries is None and retry.backoff.max_elapsed_time < _BULK_MAX_ELAPSED_MS:
            backoff = msgspec.structs.replace(retry.backoff, max_elapsed_time=_BULK_MAX_ELAPSED_MS)
            retry = msgspec.structs.replace(retry, backoff=backoff)
        if timeout.total is not None:  # waiting for its turn is what bulk work is about: a limit is for each attempt
            attempt = min(timeout.total, timeout.attempt or timeout.total)
            timeout = msgspec.structs.replace(timeout, total=None, attempt=attempt)
        options = msgspec.structs.replace(options, background=True, retry=retry, timeout=timeout)
        return job_engine(self._executor).over(options)


def _checked_call(call: object) -> Call[Any]:
    if not isinstance(call, Call):
        given = type(call).__name__
        raise TypeError(f"bulk.map takes requests made by `calls`, such as calls.chat.complete(...), not {given}")
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
    """Divide options into those of fanning out and those of the request."""
    names = BulkMapOptions.__annotations__
    fan = {name: value for name, value in options.items() if name in names}
    asked = {name: value for name, value in options.items() if name not in names and value is not None}
    return fan, {name: _repeatable(value) for name, value in asked.items()}


def _repeatable(value: object) -> object:
    """Return an iterator, which every item's request would go on reading, as a list."""
    return plain_argument(value) if hasattr(value, "__next__") else value


def _set(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _packed_config(options: Mapping[str, Any]) -> BulkConfig:
    return BulkConfig.of(options, concurrency=_PACKED_CONCURRENCY, max_in_flight=_PACKED_WINDOW)
