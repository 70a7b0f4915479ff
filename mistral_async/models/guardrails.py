"""Guardrails: moderation that runs with a completion. A threshold is a score from 0 to 1; None is the server's."""

from __future__ import annotations

from typing_extensions import TypedDict

from mistral_async.models._model import Model
from mistral_async.models.enums import ModerationAction


class ModerationLlmv1CategoryThresholds(Model, kw_only=True, gc=False):
    """From which score on a category of `mistral-moderation-2411` is violated."""

    sexual: float | None = None
    hate_and_discrimination: float | None = None
    violence_and_threats: float | None = None
    dangerous_and_criminal_content: float | None = None
    selfharm: float | None = None
    health: float | None = None
    financial: float | None = None
    law: float | None = None
    pii: float | None = None


class ModerationLlmv2CategoryThresholds(Model, kw_only=True, gc=False):
    """From which score on a category of `mistral-moderation-2603` is violated."""

    sexual: float | None = None
    hate_and_discrimination: float | None = None
    violence_and_threats: float | None = None
    dangerous: float | None = None
    criminal: float | None = None
    selfharm: float | None = None
    health: float | None = None
    financial: float | None = None
    law: float | None = None
    pii: float | None = None
    jailbreaking: float | None = None


class ModerationLlmv1Config(Model, kw_only=True):
    """Moderate with the first model."""

    model_name: str | None = None
    """`mistral-moderation-2411` unless given."""
    custom_category_thresholds: ModerationLlmv1CategoryThresholds | None = None
    ignore_other_categories: bool | None = None
    """Look only at the categories that have a threshold."""
    action: ModerationAction | None = None
    """The action on a violation; `none` reports it only."""


class ModerationLlmv2Config(Model, kw_only=True):
    """Moderate with the second model."""

    model_name: str | None = None
    """`mistral-moderation-2603` unless given."""
    custom_category_thresholds: ModerationLlmv2CategoryThresholds | None = None
    ignore_other_categories: bool | None = None
    """Look only at the categories that have a threshold."""
    action: ModerationAction | None = None
    """The action on a violation; `none` reports it only."""


class GuardrailCategoryResult(TypedDict):
    """The finding of a guardrail in one category, as a dict."""

    score: float
    """From 0 to 1."""
    violated: bool


class GuardrailFinding(TypedDict):
    """The findings of one moderation, as a dict."""

    action: ModerationAction
    categories: dict[str, GuardrailCategoryResult]


class GuardrailResult(TypedDict, total=False):
    """The findings of a guardrail, by moderation, as a dict: what a later API adds is in it, too."""

    moderation_llm_v1: GuardrailFinding
    moderation_llm_v2: GuardrailFinding


class GuardrailConfig(Model, kw_only=True):
    """Which moderation runs."""

    block_on_error: bool | None = None
    """True if a failing moderation blocks the answer."""
    moderation_llm_v1: ModerationLlmv1Config | None = None
    moderation_llm_v2: ModerationLlmv2Config | None = None


ModerationLLMV1CategoryThresholds = ModerationLlmv1CategoryThresholds
ModerationLLMV1Config = ModerationLlmv1Config
ModerationLLMV2CategoryThresholds = ModerationLlmv2CategoryThresholds
ModerationLLMV2Config = ModerationLlmv2Config
