"""The official SDK's `models`: those of `mistral_async.models`, and names that annotations and `except` clauses use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mistral_async import Unknown
from mistral_async import models as _models
from mistral_async.compat import _events
from mistral_async.compat import errors as _errors

if TYPE_CHECKING:
    from mistral_async.models import *  # noqa: F403 - all of them

_NAMES: list[str] = vars(_models)["__all__"]
_EVENTS = {
    "CompletionEvent",
    "ConversationEvents",
    "ResponsesStreamEvents",
    "SpeechStreamEvents",
    "TranscriptionStreamEvents",
}
_ERRORS = {"HTTPValidationError", "HTTPValidationErrorData", "MistralError", "SDKError", "ValidationError"}
_ANNOTATIONS = {
    "AgentTool": "AnyTool",
    "AgentsCompletionRequestTool": "AnyTool",
    "ChatCompletionRequestTool": "AnyTool",
    "ConversationResponseOutput": "OutputEntry",
    "CreateAgentRequestTool": "AnyTool",
    "ModelConversationTool": "AnyTool",
    "Tools": "ConversationRequestTool",
    "UnknownAgentTool": "Unknown",
    "UnknownContentChunk": "Unknown",
    "UpdateAgentRequestTool": "AnyTool",
}
"""Names that only annotations use, and their names in `mistral_async.models`."""


def __getattr__(name: str) -> Any:
    if name in _ERRORS:
        return getattr(_errors, name)
    if name in _EVENTS:
        return getattr(_events, name)
    if name.endswith("TypedDict") and _is_known(name.removesuffix("TypedDict")):
        return Mapping[str, Any]
    if _ANNOTATIONS.get(name) == "Unknown":
        return Unknown
    return getattr(_models, _ANNOTATIONS.get(name, name))


def _is_known(name: str) -> bool:
    return name in _ANNOTATIONS or name in _NAMES


def __dir__() -> list[str]:
    return sorted({*_NAMES, *_ERRORS, *_ANNOTATIONS})
