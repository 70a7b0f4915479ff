"""Moderation and classification, of texts and of conversations."""

from __future__ import annotations

from collections import UserString
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, RetrySafety, post
from mistral_async.models.classifiers import (
    ClassificationResponse,
    InstructRequest,
    InstructRequestInput,
    ModerationResponse,
)
from mistral_async.models.messages import MessageInput, UserMessage

_MODERATION = "mistral-moderation-2603"
_CHAT_MODERATIONS = "/v1/chat/moderations"

Conversations: TypeAlias = Sequence[MessageInput] | Sequence[Sequence[MessageInput]]
Requests: TypeAlias = InstructRequestInput | Sequence[InstructRequestInput] | Sequence[MessageInput]


class Classifiers(Resource[M]):
    """Moderation and classification."""

    @endpoint
    def moderate(
        self,
        inputs: str | MessageInput | Sequence[str | MessageInput | Sequence[MessageInput]],
        model: str | None = None,
        *,
        metadata: JSONMapping | None = None,
    ) -> Call[ModerationResponse]:
        """Moderate one text or many; messages among them are moderated as a conversation.

        Args:
            inputs: The texts, or messages.
            model: `mistral-moderation-2603` unless given.
            metadata: Data of yours that is kept with the request; not taken with messages.
        """
        inputs = _plain_texts(inputs)
        model = _MODERATION if model is None else model
        if _are_texts(inputs):
            body = {"model": model, "input": inputs, "metadata": metadata}
            return post("/v1/moderations", json=body, returns=ModerationResponse, safety=RetrySafety.BILLED)
        if metadata is not None:
            raise TypeError("classifiers.moderate() takes no metadata with messages")
        body = {"model": model, "input": _conversation(inputs)}
        return post(_CHAT_MODERATIONS, json=body, returns=ModerationResponse, safety=RetrySafety.BILLED)

    @endpoint
    def moderate_chat(self, inputs: Conversations, model: str) -> Call[ModerationResponse]:
        """Moderate the last message of a conversation, or of each of several.

        Args:
            inputs: The messages of a conversation, or of each of several.
            model: The model that moderates, such as `mistral-moderation-2603`.
        """
        body = {"model": model, "input": inputs}
        return post(_CHAT_MODERATIONS, json=body, returns=ModerationResponse, safety=RetrySafety.BILLED)

    @endpoint
    def classify(
        self, inputs: str | Sequence[str], model: str, *, metadata: JSONMapping | None = None
    ) -> Call[ClassificationResponse]:
        """Classify one text or many, by a classifier that you fine-tuned.

        Args:
            inputs: The texts.
            model: Your classifier.
            metadata: Data of yours that is kept with the request.
        """
        body = {"model": model, "input": inputs, "metadata": metadata}
        return post("/v1/classifications", json=body, returns=ClassificationResponse, safety=RetrySafety.BILLED)

    @endpoint
    def classify_chat(
        self,
        *,
        model: str,
        input: Requests | None = None,  # noqa: A002 - the wire's name
        inputs: Requests | None = None,
    ) -> Call[ClassificationResponse]:
        """Classify one conversation or many, by a classifier that you fine-tuned; `input` and `inputs` are the same.

        Args:
            model: Your classifier.
            inputs: The messages of a conversation, or of each of several.
            input: `inputs` by another name.
        """
        if (inputs is None) == (input is None):
            raise TypeError("classifiers.classify_chat() needs the conversations, as input= or as inputs=")
        body = {"model": model, "input": _requests(inputs if input is None else input)}
        return post("/v1/chat/classifications", json=body, returns=ClassificationResponse, safety=RetrySafety.BILLED)


def _plain_texts(inputs: Any) -> Any:
    """Return texts of a class that is no str as what they are."""
    if isinstance(inputs, UserString):
        return str(inputs)
    if not isinstance(inputs, Sequence) or isinstance(inputs, str):
        return inputs
    items: list[Any] = list(cast("Any", inputs))
    return [str(each) if isinstance(each, UserString) else each for each in items]


def _are_texts(inputs: object) -> bool:
    if isinstance(inputs, str):
        return True
    return isinstance(inputs, Sequence) and all(isinstance(each, str) for each in cast("Sequence[object]", inputs))


def _conversation(inputs: Any) -> list[Any]:
    """Return a message alone as a conversation, and a text among messages as one of the user."""
    if not isinstance(inputs, Sequence):
        return [inputs]
    items: list[Any] = list(cast("Any", inputs))
    return [UserMessage(each) if isinstance(each, str) else each for each in items]


def _requests(given: Any) -> Any:
    """Messages alone as one conversation."""
    if not isinstance(given, Sequence):
        return given
    items: list[Any] = list(cast("Any", given))
    return InstructRequest(items) if items and not any(map(_is_request, items)) else items


def _is_request(item: Any) -> bool:
    return isinstance(item, InstructRequest) or (isinstance(item, Mapping) and "messages" in item)
