"""Moderation and classification, of texts and of conversations. Categories are open: each model has its own."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from mistral_async._codec.json_types import JSONMapping
from mistral_async.models._model import Answer, Model
from mistral_async.models.messages import Message
from mistral_async.models.usage import UsageInfo


class InstructRequest(Model):
    """A conversation to classify."""

    messages: list[Message]


InstructRequestInput: TypeAlias = InstructRequest | JSONMapping


class ModerationObject(Model, kw_only=True):
    """The result of moderation for one text or conversation."""

    categories: dict[str, bool] = msgspec.field(default_factory=dict[str, bool])
    """True for each category that applies."""
    category_scores: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """The confidence in each category, from 0 to 1."""

    @property
    def flagged(self) -> list[str]:
        """The categories that apply; a value that is no bool, as some servers write, applies unless it is empty or 0.

        A result without `categories` judges nothing, which is not the same as an empty list here: bulk work has it as
        an `Err`, and of a single answer look at `categories`.
        """
        return [name for name, applies in self.categories.items() if applies]


class ModerationResponse(Model, kw_only=True, metaclass=Answer):
    """The results of moderation, in the order of the inputs."""

    id: str = ""
    model: str = ""
    results: list[ModerationObject] = msgspec.field(default_factory=list[ModerationObject])
    usage: UsageInfo | None = None


class ClassificationTargetResult(Model, kw_only=True):
    """The scores of one target."""

    scores: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """By label, from 0 to 1."""


class ClassificationResponse(Model, kw_only=True, metaclass=Answer):
    """The results of a classifier, in the order of the inputs."""

    id: str = ""
    model: str = ""
    results: list[dict[str, ClassificationTargetResult]] = msgspec.field(
        default_factory=list[dict[str, ClassificationTargetResult]]
    )
    """By target."""
    usage: UsageInfo | None = None
