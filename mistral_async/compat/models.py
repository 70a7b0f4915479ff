"""The official SDK's `models`: those of `mistral_async.models`, and names that annotations and `except` clauses use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from typing_extensions import is_typeddict

from mistral_async import Unknown
from mistral_async import models as _models
from mistral_async.compat import _events, _pages
from mistral_async.compat import errors as _errors
from mistral_async.compat._checked import checked
from mistral_async.compat._official import listed, names

if TYPE_CHECKING:
    from mistral_async.compat._models import *  # noqa: F403 # pyright: ignore[reportMissingModuleSource] - a stub alone

_NAMES: list[str] = vars(_models)["__all__"]
_EVENTS = {
    "CompletionEvent": "CompletionEvent",
    "ConversationEvents": "ConversationEvents",
    "ResponsesStreamEvents": "ResponsesStreamEvents",
    "ResponsesStreamFrame": "ResponsesStreamEvents",
    "SpeechStreamEvents": "SpeechStreamEvents",
    "StreamDeploymentLogsResponseBody": "StreamEvent",
    "StreamWorkflowExecutionLogsResponseBody": "StreamEvent",
    "TranscriptionStreamEvents": "TranscriptionStreamEvents",
}
"""The classes of events, and their names in `_events`."""
_ERRORS = {
    "HTTPValidationError",
    "HTTPValidationErrorData",
    "MistralAzureError",
    "MistralError",
    "MistralGCPError",
    "MistralGcpError",
    "NoResponseError",
    "ObservabilityError",
    "ObservabilityErrorData",
    "ObservabilityErrorDetail",
    "ResponseValidationError",
    "SDKError",
    "ValidationError",
}
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


__path__: list[str] = []  # its modules (`models.usermessage`) are found by `_official`


def find_own(name: str) -> Any:
    """Return a name that this package has, or None."""
    if name in _ERRORS:
        return getattr(_errors, name)
    if name in _EVENTS:
        return getattr(_events, _EVENTS[name])
    if name in _pages.CLASSES:
        return _pages.CLASSES[name]
    if _ANNOTATIONS.get(name) == "Unknown":
        return Unknown
    found = getattr(_models, _ANNOTATIONS.get(name, name), None)
    return checked(found) if isinstance(found, msgspec.StructMeta) else found


_official_name = names(__name__)


def __getattr__(name: str) -> Any:
    if name == "__all__":  # `import *` asks for it
        return __dir__()
    own = find_own(name)
    if own is None or (is_typeddict(own) and name in listed("models")):  # there it is a model
        return _official_name(name)
    return own


def __dir__() -> list[str]:
    return sorted({*_NAMES, *_ERRORS, *_ANNOTATIONS, *listed("models")})
