"""What the endpoints' `parse` methods describe: the call of their `complete`, whose answer is read as a type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

import msgspec

from mistral_async._client.resources import calls
from mistral_async._engine.request import Call
from mistral_async._results.stream import AsyncStream
from mistral_async.errors import OutputError
from mistral_async.models.conversations import ConversationResponse
from mistral_async.models.formats import CompletionArgs, completion_args_of
from mistral_async.models.ocr import OCRResponse
from mistral_async.structured._document import ParsedDocument, ParsedImage
from mistral_async.structured._parsed import Parsed
from mistral_async.structured._reading import (
    Answer,
    complaint,
    completed,
    conversed,
    correct_chat,
    format_of,
    parsing,
    read_answer,
)
from mistral_async.structured._stream import ParsedStream
from mistral_async.structured._target import Target, target_of


def chat(kind: Any, repair: int, **fields: Any) -> Call[Parsed[Any]]:
    """A chat."""
    target = target_of(kind)
    call = calls.chat.complete(**fields, response_format=format_of(target))
    return parsing(call, completed, target, correct_chat, repair)


def agent(kind: Any, repair: int, **fields: Any) -> Call[Parsed[Any]]:
    """A chat by an agent."""
    target = target_of(kind)
    call = calls.agents.complete(**fields, response_format=format_of(target))
    return parsing(call, completed, target, correct_chat, repair)


def conversation(kind: Any, repair: int, conversation_id: str | None, **fields: Any) -> Call[Parsed[Any]]:
    """A conversation that starts, or goes on."""
    target = target_of(kind)
    fields["completion_args"] = with_format(fields.get("completion_args"), target)
    if conversation_id is None:
        call = calls.beta.conversations.start(**fields)
    else:
        call = calls.beta.conversations.append(conversation_id, **fields)
    return parsing(call, conversed, target, _correct_conversation, repair)


def with_format(args: CompletionArgs | Mapping[str, Any] | None, target: Target[Any]) -> dict[str, Any]:
    """Completion arguments that ask for a type."""
    given = completion_args_of(args)
    fields = given.to_dict() if isinstance(given, CompletionArgs) else dict(given or {})
    return {**fields, "response_format": format_of(target)}


def _correct_conversation(call: Call[Any], error: OutputError) -> Call[Any] | None:
    """The conversation goes on, where the server keeps it."""
    response = cast("ConversationResponse", error.response)
    if not response.conversation_id or call.json.get("store") is False:
        return None
    args = call.json["completion_args"]
    return calls.beta.conversations.append(response.conversation_id, inputs=complaint(error), completion_args=args)


def annotated(document_kind: Any, image_kind: Any, **fields: Any) -> Call[ParsedDocument[Any, Any]]:
    """A document to be read, with annotations."""
    if document_kind is None and image_kind is None:
        raise ValueError("ocr.parse needs document_annotation_format=, bbox_annotation_format= or both")
    whole = None if document_kind is None else target_of(document_kind)
    image = None if image_kind is None else target_of(image_kind)
    call = calls.ocr.process(
        **fields,
        document_annotation_format=None if whole is None else format_of(whole),
        bbox_annotation_format=None if image is None else format_of(image),
    )

    described: Call[Any] = call
    return msgspec.structs.replace(described, transform=partial(_annotated, whole, image))


def _annotated(whole: Target[Any] | None, image: Target[Any] | None, response: OCRResponse) -> ParsedDocument[Any, Any]:
    said = None if whole is None else _annotation(whole, response.document_annotation, response)
    return ParsedDocument(response, said, [] if image is None else _images(image, response))


def completion_stream(stream: Callable[..., AsyncStream[Any]], kind: Any, **fields: Any) -> ParsedStream[Any]:
    """A stream of chunks whose text is read as a type."""
    target = target_of(kind)
    opened = stream(**fields, response_format=format_of(target))
    return ParsedStream(opened, target, completed, lambda read: read.partial.response())


def conversation_stream(
    stream: Callable[..., AsyncStream[Any]], kind: Any, *ids: str, **fields: Any
) -> ParsedStream[Any]:
    """A stream of a conversation's events whose text is read as a type."""
    target = target_of(kind)
    fields["completion_args"] = with_format(fields.get("completion_args"), target)
    return ParsedStream(stream(*ids, **fields), target, conversed, lambda read: read.partial.response())


def _annotation(target: Target[Any], text: str | None, response: OCRResponse) -> Any:
    return read_answer(target, Answer(text or "", response=response))


def _images(target: Target[Any], response: OCRResponse) -> list[ParsedImage[Any]]:
    """The images that were annotated: the API leaves small ones out."""
    return [
        ParsedImage(page.index, image, _annotation(target, image.image_annotation, response))
        for page in response.pages
        for image in page.images
        if image.image_annotation is not None
    ]
