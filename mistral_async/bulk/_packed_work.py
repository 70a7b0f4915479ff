"""Work whose requests hold many items: embedding, moderation, classification."""

from __future__ import annotations

import struct
import sys
from abc import abstractmethod
from collections import UserString
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import msgspec

from mistral_async._codec.counts import read_count
from mistral_async._codec.json_encode import encode, encode_any
from mistral_async._codec.json_faults import check_text
from mistral_async._codec.open_union import decode
from mistral_async._engine.engine import Engine
from mistral_async._engine.request import Call
from mistral_async.bulk._outcome import Err, Ok, Result
from mistral_async.bulk._packer import Entry, Pack, Packer, divide_in_proportion, estimate_tokens
from mistral_async.bulk._work import Outcome, Work, digest_of
from mistral_async.errors import APIStatusError, ResponseValidationError
from mistral_async.models.classifiers import ClassificationTargetResult, InstructRequest, ModerationObject
from mistral_async.models.embeddings import EmbeddingResponse
from mistral_async.models.usage import UsageInfo
from mistral_async.models.vector import Vector, numbers

T = TypeVar("T")

_TEXT = "text"
_CHAT = "chat"


class PackedWork(Work[T]):
    """Work with many items in each request."""

    first_packs = 2  # until one has succeeded, now or in work before this

    def __init__(
        self,
        engine: Engine,
        packer: Packer,
        job: Mapping[str, Any],
        tokenizer: Callable[[str], int] | None = None,
    ) -> None:
        super().__init__(engine, job)
        self._count_tokens = tokenizer or estimate_tokens
        self._packer = packer
        self.open = packer.open
        if packer.known.learned:
            self.first_packs = sys.maxsize

    @abstractmethod
    def describe(self, items: list[object], kind: str) -> Call[Any]:
        """Describe the request for these items."""

    @abstractmethod
    def values(self, answer: Any, count: int) -> Sequence[T | None]:
        """Return the values of a response in the order of the items; None where it has none."""

    @abstractmethod
    def kept(self, value: T) -> bytes:
        """Encode a value for the checkpoint."""

    def kind(self, item: object) -> str:
        """Return the kind of an item: items of one kind share requests."""
        if not isinstance(item, str):
            raise TypeError(f"an item is a str, not {type(item).__name__}")
        return _TEXT

    def add(self, entry: Entry) -> Sequence[Pack]:
        """Put it into the open request of its kind."""
        item = entry.item
        kind = self.kind(item)
        if isinstance(item, str):
            check_text(item, "the text")  # what can not be sent fails alone, not with all of its request
        entry.size = self._count_tokens(item if isinstance(item, str) else _written(item))
        return self._packer.add(entry, kind)

    def flush(self) -> list[Pack]:
        """Return the open requests, full or not."""
        return self._packer.flush()

    def fitting(self, pack: Pack) -> list[Pack]:
        """Divide a request that was made before a limit was known."""
        return [pack] if self._packer.fits(pack) else self._packer.halve(pack)

    async def perform(self, pack: Pack) -> Outcome[T] | list[Pack]:
        """Send a request; return its parts where it is too much."""
        call = self.describe([entry.item for entry in pack.entries], pack.kind)
        try:
            response = await self.respond(call)
        except APIStatusError as error:
            if parts := self._packer.divide(pack, error):
                return parts
            raise
        usage: UsageInfo | None = response.data.usage
        tokens = (read_count(usage.prompt_tokens) or read_count(usage.total_tokens)) if usage else None
        self._packer.observe(pack, tokens)
        values = self.values(response.data, len(pack.entries))
        kept = [None if value is None else self.kept(value) for value in values] if self.keep else ()
        if None in values:
            missing = ResponseValidationError(f"{call!r} was answered without a result for this item")
            missing.status, missing.body, missing.headers = response.status, b"", response.headers
            missing.may_have_executed, missing.attempts = True, response.attempts
            return Outcome(_results(pack, values, usage, missing), kept)
        return Outcome(_results(pack, values, usage, None), kept)

    def digest(self, item: object) -> bytes:
        """Return the digest of the text, or of the conversation as it is sent."""
        return digest_of(item)


def _results(
    pack: Pack, values: Sequence[T | None], usage: UsageInfo | None, missing: Exception | None
) -> list[Result[T]]:
    """Make every item's own result, with its share of the usage."""
    entries = pack.entries
    usages = _share(usage, entries)
    if missing is None:
        return [Ok(cast("T", v), e.index, u) for v, e, u in zip(values, entries, usages, strict=True)]
    return [
        Err(missing, entry.index) if value is None else Ok(value, entry.index, share)
        for value, entry, share in zip(values, entries, usages, strict=True)
    ]


def _share(usage: UsageInfo | None, entries: list[Entry]) -> Sequence[UsageInfo | None]:
    """Divide a request's tokens among its items, so that they add up to what was billed."""
    if usage is None or len(entries) == 1:
        return [usage] * len(entries)
    sizes = [entry.size for entry in entries]
    prompt = divide_in_proportion(read_count(usage.prompt_tokens), sizes)
    same = usage.total_tokens == usage.prompt_tokens
    total = prompt if same else divide_in_proportion(read_count(usage.total_tokens), sizes)
    if not usage.completion_tokens:
        return [UsageInfo(prompt_tokens=p, total_tokens=t) for p, t in zip(prompt, total, strict=True)]
    completion = divide_in_proportion(read_count(usage.completion_tokens), sizes)
    return [
        UsageInfo(prompt_tokens=p, completion_tokens=c, total_tokens=t)
        for p, c, t in zip(prompt, completion, total, strict=True)
    ]


def _written(chat: object) -> str:
    return encode(chat).decode()


class EmbeddingWork(PackedWork[Vector]):
    """Embedding of texts."""

    def __init__(
        self,
        engine: Engine,
        packer: Packer,
        describe: Callable[..., Call[EmbeddingResponse]],
        options: Mapping[str, Any],
        tokenizer: Callable[[str], int] | None = None,
    ) -> None:
        super().__init__(engine, packer, {"work": "embed", **_identity(options)}, tokenizer)
        self._describe = describe
        self._options = options
        self._dtype = str(options.get("output_dtype") or "float")

    def describe(self, items: list[object], kind: str) -> Call[Any]:  # noqa: ARG002 - all are texts
        """Ask for the vectors of texts."""
        return self._describe(inputs=items, **self._options)

    def values(self, answer: EmbeddingResponse, count: int) -> Sequence[Vector | None]:
        """Return the vectors by the `index` of the response: its order may be another."""
        data = answer.data
        if len(data) == count and all(each.index == place for place, each in enumerate(data)):
            return [self._vector(each.embedding) for each in data]
        by_index = {each.index: each.embedding for each in data if type(each.index) is int}
        if len(by_index) < len(data):  # it does not number them: then only their order is left
            by_index = {place: each.embedding for place, each in enumerate(data)} if len(data) == count else {}
        return [None if place not in by_index else self._vector(by_index[place]) for place in range(count)]

    def _vector(self, values: Any) -> Vector | None:
        """Return the numbers as a vector; None where they are none."""
        if self._dtype == "float" and isinstance(values, list):
            floats = cast("list[float]", values)
            try:
                return Vector(struct.pack(f"<{len(floats)}f", *floats)) if floats else None
            except (struct.error, OverflowError):
                return None
        found: object = numbers(values, self._dtype)
        return found if isinstance(found, Vector) and len(found) else None

    def kept(self, value: Vector) -> bytes:
        """Return the packed numbers."""
        return value.packed()

    def restore(self, kept: bytes, item: object) -> Vector:  # noqa: ARG002 - the bytes are enough
        """Unpack the numbers."""
        return Vector(kept, self._dtype)


class JudgingWork(PackedWork[T]):
    """Judging of texts and conversations, by two endpoints."""

    returns: Any

    def __init__(
        self,
        engine: Engine,
        packer: Packer,
        endpoints: tuple[Callable[..., Call[Any]], Callable[..., Call[Any]]],
        work: str,
        options: Mapping[str, Any],
    ) -> None:
        super().__init__(engine, packer, {"work": work, **options})
        self._texts, self._chats = endpoints
        self._options = options

    def kind(self, item: object) -> str:
        """Return "text" or "chat": a conversation is messages, a message alone, or an `InstructRequest`."""
        match item:
            case str():
                return _TEXT
            case bytes() | bytearray() | UserString():
                raise TypeError(f"an item is a str or a conversation, not {type(item).__name__}")
            case Sequence() | Mapping() | msgspec.Struct():
                return _CHAT
            case _:
                raise TypeError(f"an item is a str or a conversation, not {type(item).__name__}")

    def values(self, answer: Any, count: int) -> Sequence[T | None]:
        """Return the results, which come in the order of the items; None for one that says nothing."""
        found = cast("list[T]", answer.results)
        nothing: object = decode(b"{}", self.returns)
        judged = [None if each == nothing or not getattr(each, "categories", True) else each for each in found]
        return judged if len(judged) == count else [None] * count

    def kept(self, value: T) -> bytes:
        """Encode the result as JSON."""
        return encode_any(value)

    def restore(self, kept: bytes, item: object) -> T:  # noqa: ARG002 - the JSON is enough
        """Read the JSON."""
        return cast("T", decode(kept, self.returns))


class ModerationWork(JudgingWork[ModerationObject]):
    """Moderation of texts and conversations."""

    returns = ModerationObject

    def describe(self, items: list[object], kind: str) -> Call[Any]:
        """Ask about texts or about conversations."""
        if kind == _TEXT:
            return self._texts(items, **self._options)
        return self._chats([messages_of(item) for item in items], **self._options)


class ClassificationWork(JudgingWork[dict[str, ClassificationTargetResult]]):
    """Classification of texts and conversations, by target."""

    returns = dict[str, ClassificationTargetResult]

    def describe(self, items: list[object], kind: str) -> Call[Any]:
        """Ask about texts or about conversations."""
        if kind == _TEXT:
            return self._texts(items, **self._options)
        chats = [InstructRequest(messages_of(item)) for item in items]
        return self._chats(inputs=chats, **self._options)


def messages_of(chat: Any) -> list[Any]:
    """Return the messages of a conversation in any of its forms."""
    match chat:
        case InstructRequest():
            return chat.messages
        case Mapping() if "messages" in chat:
            return list(cast("Mapping[str, list[Any]]", chat)["messages"])
        case Mapping() | msgspec.Struct():
            return [chat]
        case _:
            return list(chat)


def _identity(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that decide what the vectors are, not how they travel."""
    return {name: value for name, value in options.items() if name != "encoding_format"}
