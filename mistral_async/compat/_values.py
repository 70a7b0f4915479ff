"""Values of answers in the official SDK's types: timestamps as `datetime`, embeddings as lists."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias, get_args

import msgspec

from mistral_async._codec.json_types import is_array, is_object
from mistral_async._codec.open_union import members_of
from mistral_async.models import Vector

# Rule 1: A timestamp is a `datetime` where the official SDK has one. What can not be read as one stays what it is.
# Rule 2: An embedding is a list of floats, also where it came packed, or as whole numbers.
# Rule 3: A class whose objects hold nothing of this is not looked into: completions cost nothing.

_MOMENTS: Final[dict[str, str]] = {
    "created_at updated_at": (
        "Agent AgentAliasResponse AgentConversation AudioAgentResponse Dataset DatasetImportTask "
        "DatasetPreview DatasetRecord EvaluationRunGenerationV2 EvaluationRunOutputRecordV2 "
        "EvaluationRunRecordV2Response EvaluationRunScoreV2 EvaluationRunV2Response "
        "EvaluationRunV2WithRefsResponse EvaluationV2 EvaluatorV2 Judge Library ManagedDeploymentResponse "
        "ModelConversation Optimization OptimizationDetail OptimizationTrialWithObservations Pipeline "
        "PipelineConfig Project ServiceAccount Skill SystemV2 Webhook"
    ),
    "created_at": (
        "AgentHandoffDoneEvent AgentHandoffEntry AgentHandoffStartedEvent AudioSessionResponse Document "
        "FunctionCallEntry FunctionCallEvent FunctionResultEntry MessageInputEntry MessageOutputEntry "
        "MessageOutputEvent PromptVersion ResponseDoneEvent ResponseErrorEvent ResponseStartedEvent "
        "SkillVersion ToolExecutionDeltaEvent ToolExecutionDoneEvent ToolExecutionEntry "
        "ToolExecutionStartedEvent VoiceResponse"
    ),
    "timestamp": (
        "AudioAssistantTranscriptTurn AudioToolTranscriptTurn AudioUserTranscriptTurn DeploymentLogRecord "
        "ExecutionLogRecord GetLog GetSpanEvaluation StreamEventSsePayload"
    ),
    "created_at modified_at": (
        "ConnectorTool GetDeploymentSummariesResponseDeployment HTTPConnector IngestionPipelineConfiguration "
        "MCPConnector"
    ),
    "start_time": (
        "WorkflowExecutionResponse WorkflowExecutionTraceEventsResponse WorkflowExecutionTraceOTelResponse "
        "WorkflowExecutionTraceSummaryResponse WorkflowExecutionWithoutResultResponse"
    ),
    "created_at last_heartbeat updated_at": ("DeploymentDetailResponse DeploymentResponse DeploymentWorkerResponse"),
    "expires_at": ("ClientSecret CreateRealtimeSessionResponse"),
    "start_time end_time": ("GetSpan GetTrace"),
    "from_timestamp to_timestamp": ("AggregationMeta"),
    "created_at expires_at": ("AudioSessionCreateResponse"),
    "evaluated_at": ("PipelineResult"),
    "created_at updated_at version_created_at": ("Prompt"),
    "scheduled_at": ("ScheduleFutureExecution"),
    "scheduled_at started_at": ("ScheduleRecentExecution"),
    "received_at": ("TriggerEvent"),
}
"""The fields that are timestamps over there, and the classes that have them."""

Convert: TypeAlias = Callable[[Any], Any]


def official(value: Any) -> Any:
    """Convert the fields of an answer in place, and return it."""
    if isinstance(value, msgspec.Struct):
        own, inner = _plan(type(value))
        for name, convert in own:
            setattr(value, name, convert(getattr(value, name)))
        for name in inner:
            official(getattr(value, name))
    elif is_array(value):
        for each in value:
            official(each)
    elif is_object(value):
        for each in value.values():
            official(each)
    return value


def _moment(value: Any) -> Any:
    with suppress(ValueError, OverflowError, OSError):
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, UTC)
    return value


def _numbers(value: Any) -> Any:
    return list(map(float, value)) if isinstance(value, Vector) else value


@functools.cache
def _plan(cls: type[msgspec.Struct]) -> tuple[tuple[tuple[str, Convert], ...], tuple[str, ...]]:
    """Return the fields to convert, and those that hold objects with such fields."""
    fields = {each.name: each.type for each in msgspec.structs.fields(cls)}
    own = {name: convert for each in cls.__mro__ for name, convert in _conversions().get(each.__name__, {}).items()}
    inner = [name for name, kind in fields.items() if name not in own and any(map(_converts, _structs(kind)))]
    return tuple((name, convert) for name, convert in own.items() if name in fields), tuple(inner)


@functools.cache
def _converts(cls: type[msgspec.Struct]) -> bool:
    """Return whether an object of a class has such fields, or holds one that has."""
    seen: set[Any] = set()
    left: list[Any] = [cls]
    while left:
        each = left.pop()
        if each in seen:
            continue
        seen.add(each)
        if any(base.__name__ in _conversions() for base in each.__mro__):
            return True
        left += [found for field in msgspec.structs.fields(each) for found in _structs(field.type)]
    return False


def _structs(kind: Any) -> Iterator[Any]:
    """Find the Structs that a type is made of."""
    if isinstance(kind, msgspec.StructMeta):
        yield kind
    elif hasattr(kind, "variants"):
        yield from members_of(kind)
    for each in get_args(kind):
        yield from _structs(each)


@functools.cache
def _conversions() -> Mapping[str, Mapping[str, Convert]]:
    """Return the conversions by class and field."""
    found: dict[str, dict[str, Convert]] = {"EmbeddingResponseData": {"embedding": _numbers}}
    for fields, classes in _MOMENTS.items():
        found |= {each: dict.fromkeys(fields.split(), _moment) for each in classes.split()}
    return found
