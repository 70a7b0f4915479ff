"""The events of the Responses API, told apart by `type`. The last says `completed`, `incomplete` or `failed`."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import field

from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model
from mistral_async.models.responses import CreateResponseResponse
from mistral_async.models.responses_items import ResponsesLogprob, ResponsesOutputItem, ResponsesPart


class _ResponsesEvent(Model, kw_only=True, gc=False):
    """The fields that all events have."""

    sequence_number: int = 0


class _StateEvent(_ResponsesEvent, kw_only=True):
    """The answer as it is now."""

    response: CreateResponseResponse = field(default_factory=CreateResponseResponse)


class _ItemEvent(_ResponsesEvent, kw_only=True):
    """A whole item of the output."""

    item: ResponsesOutputItem | None = None
    output_index: int = 0


class _PieceEvent(_ResponsesEvent, kw_only=True, gc=False):
    """A piece of an item."""

    item_id: str = ""
    output_index: int = 0


class _PartEvent(_PieceEvent, kw_only=True):
    """A part of an item's content."""

    content_index: int = 0
    part: ResponsesPart | None = None


class ResponsesCreatedEvent(_StateEvent, kw_only=True):
    """The answer was accepted."""

    type: Literal["response.created"] = constant("response.created")


class ResponsesInProgressEvent(_StateEvent, kw_only=True):
    """The answer is being made."""

    type: Literal["response.in_progress"] = constant("response.in_progress")


class ResponsesCompletedEvent(_StateEvent, kw_only=True):
    """The answer is complete."""

    type: Literal["response.completed"] = constant("response.completed")


class ResponsesIncompleteEvent(_StateEvent, kw_only=True):
    """The answer is cut off."""

    type: Literal["response.incomplete"] = constant("response.incomplete")


class ResponsesFailedEvent(_StateEvent, kw_only=True):
    """The answer failed."""

    type: Literal["response.failed"] = constant("response.failed")


class ResponsesErrorEvent(_ResponsesEvent, kw_only=True, gc=False):
    """The stream failed."""

    message: str = ""
    code: str | None = None
    param: str | None = None
    type: Literal["error"] = constant("error")


class ResponsesOutputItemAddedEvent(_ItemEvent, kw_only=True):
    """An item begins."""

    type: Literal["response.output_item.added"] = constant("response.output_item.added")


class ResponsesOutputItemDoneEvent(_ItemEvent, kw_only=True):
    """An item is complete."""

    type: Literal["response.output_item.done"] = constant("response.output_item.done")


class ResponsesContentPartAddedEvent(_PartEvent, kw_only=True):
    """A part begins."""

    type: Literal["response.content_part.added"] = constant("response.content_part.added")


class ResponsesContentPartDoneEvent(_PartEvent, kw_only=True):
    """A part is complete."""

    type: Literal["response.content_part.done"] = constant("response.content_part.done")


class ResponsesTextDeltaEvent(_PieceEvent, kw_only=True):
    """More text."""

    delta: str = ""
    content_index: int = 0
    logprobs: list[ResponsesLogprob] = field(default_factory=list[ResponsesLogprob])
    type: Literal["response.output_text.delta"] = constant("response.output_text.delta")


class ResponsesTextDoneEvent(_PieceEvent, kw_only=True):
    """A text is complete."""

    text: str = ""
    content_index: int = 0
    logprobs: list[ResponsesLogprob] = field(default_factory=list[ResponsesLogprob])
    type: Literal["response.output_text.done"] = constant("response.output_text.done")


class ResponsesReasoningTextDeltaEvent(_PieceEvent, kw_only=True, gc=False):
    """More reasoning."""

    delta: str = ""
    content_index: int = 0
    type: Literal["response.reasoning_text.delta"] = constant("response.reasoning_text.delta")


class ResponsesReasoningTextDoneEvent(_PieceEvent, kw_only=True, gc=False):
    """A reasoning is complete."""

    text: str = ""
    content_index: int = 0
    type: Literal["response.reasoning_text.done"] = constant("response.reasoning_text.done")


class ResponsesFunctionCallArgumentsDeltaEvent(_PieceEvent, kw_only=True, gc=False):
    """More of the arguments of a call."""

    delta: str = ""
    """A fragment of JSON text."""
    type: Literal["response.function_call_arguments.delta"] = constant("response.function_call_arguments.delta")


class ResponsesFunctionCallArgumentsDoneEvent(_PieceEvent, kw_only=True, gc=False):
    """The arguments of a call are complete."""

    arguments: str = ""
    """JSON text."""
    name: str = ""
    type: Literal["response.function_call_arguments.done"] = constant("response.function_call_arguments.done")


ResponsesStreamEvents: TypeAlias = OpenUnion[
    ResponsesCreatedEvent
    | ResponsesInProgressEvent
    | ResponsesCompletedEvent
    | ResponsesIncompleteEvent
    | ResponsesFailedEvent
    | ResponsesErrorEvent
    | ResponsesOutputItemAddedEvent
    | ResponsesOutputItemDoneEvent
    | ResponsesContentPartAddedEvent
    | ResponsesContentPartDoneEvent
    | ResponsesTextDeltaEvent
    | ResponsesTextDoneEvent
    | ResponsesReasoningTextDeltaEvent
    | ResponsesReasoningTextDoneEvent
    | ResponsesFunctionCallArgumentsDeltaEvent
    | ResponsesFunctionCallArgumentsDoneEvent
]
ResponsesStreamFrameData = ResponsesStreamEvents

RESPONSE_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""The types of the events after which nothing comes."""
