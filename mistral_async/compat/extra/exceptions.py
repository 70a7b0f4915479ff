"""The official SDK's exceptions of runs and payloads, and the calls of functions that wait for a confirmation."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_types import JSONObject
from mistral_async._codec.open_union import decode
from mistral_async.compat._official import names
from mistral_async.compat.errors import StreamDisconnectedError as StreamDisconnectedError  # noqa: PLC0414 - exported
from mistral_async.errors import (
    MistralError,
    PayloadCompressionError,
    PayloadEncryptionError,
    PayloadOffloadingError,
    ToolRunError,
)
from mistral_async.models import FunctionCallEntry, FunctionResultEntry, OutputEntry

StreamDisconnectReason: TypeAlias = Literal["read_error", "stream_error", "internal_error"]


class RunException(ToolRunError):  # noqa: N818 - its name in the official SDK
    """A run that failed."""


class MCPException(ToolRunError):  # noqa: N818 - the same
    """An MCP server that cannot be reached, or failed."""


class MCPAuthException(MCPException):
    """An MCP server that does not accept the authorization."""


class DeferralReason(str, Enum):  # noqa: UP042 - as the official SDK has it: its `str()` differs
    """Who asks for the confirmation of a call."""

    CONFIRMATION_REQUIRED = "confirmation_required"
    SERVER_SIDE_CONFIRMATION_REQUIRED = "server_side_confirmation_required"


@dataclass
class DeferredToolCallConfirmation:
    """The decision that a call is made: an input of the next run."""

    tool_call_id: str
    tool_name: str
    function_call: FunctionCallEntry
    override_args: dict[str, Any] | None = None
    deferral_reason: DeferralReason | None = None

    def confirmed_call(self) -> FunctionCallEntry:
        """Return the call with the arguments that were changed."""
        if self.override_args is None:
            return self.function_call
        given: Any = self.function_call.arguments
        arguments = {**(json.loads(given) if isinstance(given, str) else given), **self.override_args}
        return FunctionCallEntry(
            tool_call_id=self.tool_call_id,
            name=self.tool_name,
            arguments=encode(arguments).decode(),
            id=self.function_call.id,
        )


@dataclass
class DeferredToolCallRejection:
    """The decision that a call is not made; the model is told the message."""

    tool_call_id: str
    message: str = "Rejected by user"
    deferral_reason: DeferralReason | None = None


DeferredToolCallResponse: TypeAlias = DeferredToolCallConfirmation | DeferredToolCallRejection


class DeferredToolCallEntry:
    """A call that waits for a confirmation."""

    def __init__(
        self,
        function_call: FunctionCallEntry,
        reason: DeferralReason = DeferralReason.CONFIRMATION_REQUIRED,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self.function_call = function_call
        self.tool_call_id: str = function_call.tool_call_id
        self.tool_name: str = function_call.name
        self.arguments: str | JSONObject = function_call.arguments
        self.reason = reason
        self.metadata: dict[str, Any] = metadata or {}

    def to_function_result(self, result: str) -> dict[str, str]:
        """Return a result for the call."""
        return {"tool_call_id": self.tool_call_id, "result": result}

    def confirm(self, override_args: dict[str, Any] | None = None) -> DeferredToolCallConfirmation:
        """Decide that the call is made, with some arguments changed."""
        return DeferredToolCallConfirmation(
            self.tool_call_id, self.tool_name, self.function_call, override_args, self.reason
        )

    def reject(self, message: str = "Rejected by user") -> DeferredToolCallRejection:
        """Decide that the call is not made."""
        return DeferredToolCallRejection(self.tool_call_id, message, self.reason)

    def to_dict(self) -> JSONObject:
        """Return the call as a dict, to be kept until it is decided."""
        call = self.function_call
        kept = {"id": call.id, "tool_call_id": call.tool_call_id, "name": call.name, "arguments": call.arguments}
        return {
            "tool_call_id": self.tool_call_id,
            "tool_name": self.tool_name,
            "arguments": self.arguments,
            "reason": self.reason.value,
            "metadata": self.metadata,
            "function_call": kept,
        }

    @classmethod
    def from_dict(cls, data: JSONObject) -> DeferredToolCallEntry:
        """Make the call again of what `to_dict` gave."""
        call = FunctionCallEntry.model_validate(data["function_call"])
        reason = DeferralReason(data.get("reason", DeferralReason.CONFIRMATION_REQUIRED.value))
        return cls(call, reason, data.get("metadata"))


class DeferredToolCallsException(RunException):
    """Calls that wait for a confirmation: a run ends with it, and goes on with their decisions as its inputs."""

    def __init__(
        self,
        conversation_id: str | None,
        deferred_calls: list[DeferredToolCallEntry],
        outputs: list[Any] | None = None,
        executed_results: list[FunctionResultEntry] | None = None,
    ) -> None:
        self.conversation_id = conversation_id
        self.deferred_calls = deferred_calls
        self.outputs: list[Any] = outputs or []
        self.executed_results: list[FunctionResultEntry] = executed_results or []
        names = [each.tool_name for each in deferred_calls]
        super().__init__(f"Deferred tool calls requiring confirmation: {names}")

    def to_dict(self) -> JSONObject:
        """Return what it holds as a dict, to be kept until the calls are decided."""
        return {
            "conversation_id": self.conversation_id,
            "deferred_calls": [each.to_dict() for each in self.deferred_calls],
            "outputs": [each.model_dump(mode="json") for each in self.outputs],
            "executed_results": [each.model_dump(mode="json") for each in self.executed_results],
        }

    @classmethod
    def from_dict(cls, data: JSONObject) -> DeferredToolCallsException:
        """Make the exception again of what `to_dict` gave."""
        return cls(
            data["conversation_id"],
            [DeferredToolCallEntry.from_dict(each) for each in data["deferred_calls"]],
            decode(encode(data.get("outputs", [])), list[OutputEntry]),
            decode(encode(data.get("executed_results", [])), list[FunctionResultEntry]),
        )


class _RealtimeError(MistralError):
    """A realtime connection that failed: `code` is the API's, or that of the close frame."""

    def __init__(self, message: str, *, code: int | None = None, payload: object = None) -> None:
        super().__init__(message)
        self.code = code
        self.payload = payload


class _RealtimeWSError(_RealtimeError):
    """An error in place of the session."""

    def __init__(self, message: str, *, payload: Any = None, raw: object = None) -> None:
        code: object = getattr(getattr(payload, "error", None), "code", None)
        super().__init__(
            message, code=code if isinstance(code, int) else None, payload=raw if payload is None else payload
        )
        self.payload_typed = payload
        self.payload_raw = raw


class RealtimeTranscriptionException(_RealtimeError):  # noqa: N818 - its name in the official SDK
    """A live transcription that failed."""


class RealtimeTranscriptionWSError(_RealtimeWSError, RealtimeTranscriptionException):
    """An error of the API in place of a live transcription."""


class RealtimeSpeechException(_RealtimeError):  # noqa: N818 - the same
    """Live speech that failed."""


class RealtimeSpeechWSError(_RealtimeWSError, RealtimeSpeechException):
    """An error of the API in place of live speech."""


MistralClientException = MistralError
WorkflowPayloadOffloadingException = PayloadOffloadingError
WorkflowPayloadEncryptionException = PayloadEncryptionError
WorkflowPayloadCompressionException = PayloadCompressionError


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
