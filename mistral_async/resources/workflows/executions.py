"""Executions of workflows: what they do, their logs and their traces."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSON, JSONMapping
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, RetrySafety, Stream, get, pages, post, stream
from mistral_async.models.workflows.events import StreamEventSsePayload
from mistral_async.models.workflows.executions import (
    BatchExecutionResponse,
    ExecutionLogRecord,
    ExecutionLogSearchResponse,
    ExecutionTraceInfoResponse,
    GetWorkflowExecutionLogsOptions,
    QueryWorkflowResponse,
    SignalWorkflowResponse,
    StreamExecutionEventSource,
    StreamWorkflowExecutionLogsOptions,
    UpdateWorkflowResponse,
    WorkflowExecutionTraceEventsResponse,
    WorkflowExecutionTraceOTelResponse,
    WorkflowExecutionTraceSummaryResponse,
)
from mistral_async.models.workflows.workflows import NetworkEncodedInput, WorkflowExecutionResponse

_ALL = "/v1/workflows/executions"
_ONE = "/v1/workflows/executions/{}"


class Executions(Resource[M]):
    """Executions of workflows."""

    @endpoint
    def get_workflow_execution(
        self, execution_id: str, *, include_search_keys: bool | None = None
    ) -> Call[WorkflowExecutionResponse]:
        """Get an execution: its state, and its result once it has ended."""
        query = {"include_search_keys": include_search_keys}
        return get(_ONE, execution_id, query=query, returns=WorkflowExecutionResponse)

    @endpoint
    def cancel_workflow_execution(self, execution_id: str) -> Call[None]:
        """Ask an execution to end; it may clean up."""
        return post(f"{_ONE}/cancel", execution_id, returns=None)

    @endpoint
    def terminate_workflow_execution(self, execution_id: str) -> Call[None]:
        """End an execution at once."""
        return post(f"{_ONE}/terminate", execution_id, returns=None)

    @endpoint
    def batch_cancel_workflow_executions(self, *, execution_ids: Sequence[str]) -> Call[BatchExecutionResponse]:
        """Ask executions to end, 1 to 100."""
        return post(f"{_ALL}/cancel", json={"execution_ids": execution_ids}, returns=BatchExecutionResponse)

    @endpoint
    def batch_terminate_workflow_executions(self, *, execution_ids: Sequence[str]) -> Call[BatchExecutionResponse]:
        """End executions at once, 1 to 100."""
        return post(f"{_ALL}/terminate", json={"execution_ids": execution_ids}, returns=BatchExecutionResponse)

    @endpoint
    def reset_workflow(
        self,
        execution_id: str,
        *,
        event_id: int,
        reason: str | None = None,
        exclude_signals: bool | None = None,
        exclude_updates: bool | None = None,
    ) -> Call[None]:
        """Have an execution go on from an event of its history, as another run."""
        kept = {"exclude_signals": exclude_signals, "exclude_updates": exclude_updates}
        return post(f"{_ONE}/reset", execution_id, json={"event_id": event_id, "reason": reason, **kept}, returns=None)

    @endpoint
    def signal_workflow_execution(
        self,
        execution_id: str,
        *,
        name: str,
        input: NetworkEncodedInput | JSONMapping | None = None,  # noqa: A002 - the wire's name
    ) -> Call[SignalWorkflowResponse]:
        """Send a signal to an execution, which does not answer it."""
        json = {"name": name, "input": input}
        return post(f"{_ONE}/signals", execution_id, json=json, returns=SignalWorkflowResponse)

    @endpoint
    def query_workflow_execution(
        self,
        execution_id: str,
        *,
        name: str,
        input: NetworkEncodedInput | JSONMapping | None = None,  # noqa: A002 - the wire's name
    ) -> Call[QueryWorkflowResponse]:
        """Ask an execution for something, which changes nothing."""
        json, safety = {"name": name, "input": input}, RetrySafety.SAFE
        return post(f"{_ONE}/queries", execution_id, json=json, returns=QueryWorkflowResponse, safety=safety)

    @endpoint
    def update_workflow_execution(
        self,
        execution_id: str,
        *,
        name: str,
        input: NetworkEncodedInput | JSONMapping | None = None,  # noqa: A002 - the wire's name
    ) -> Call[UpdateWorkflowResponse]:
        """Change something in an execution, and get its answer."""
        json = {"name": name, "input": input}
        return post(f"{_ONE}/updates", execution_id, json=json, returns=UpdateWorkflowResponse)

    @endpoint
    def stream(
        self,
        execution_id: str,
        *,
        event_source: StreamExecutionEventSource | str | None = None,
        last_event_id: str | None = None,
    ) -> Stream[StreamEventSsePayload]:
        """Stream the events of an execution; `last_event_id` goes on with a stream that broke."""
        return stream(
            f"{_ONE}/stream",
            execution_id,
            method="GET",
            query={"event_source": event_source, "last_event_id": last_event_id},
            yields=StreamEventSsePayload,
            ends=frozenset(),
            safety=RetrySafety.SAFE,
        )

    @endpoint
    def get_workflow_execution_logs(
        self, execution_id: str, **options: Unpack[GetWorkflowExecutionLogsOptions]
    ) -> Pages[ExecutionLogRecord, ExecutionLogSearchResponse]:
        """List the log of an execution."""
        returns, by = ExecutionLogSearchResponse, PageToken("cursor", "next_cursor")
        return pages(f"{_ONE}/logs", execution_id, query=options, returns=returns, by=by, items="results")

    @endpoint
    def stream_workflow_execution_logs(
        self, execution_id: str, **options: Unpack[StreamWorkflowExecutionLogsOptions]
    ) -> Stream[ExecutionLogRecord]:
        """Stream the log of an execution as it grows; `last_event_id` goes on with a stream that broke."""
        return stream(
            f"{_ONE}/logs/stream",
            execution_id,
            method="GET",
            query=options,
            yields=ExecutionLogRecord,
            ends=frozenset(),
            safety=RetrySafety.SAFE,
        )

    @endpoint
    def get_workflow_execution_history(self, execution_id: str, *, decode_payloads: bool | None = None) -> Call[JSON]:
        """Get the history of an execution, as the engine that runs workflows keeps it."""
        return get(f"{_ONE}/history", execution_id, query={"decode_payloads": decode_payloads}, returns=JSON)

    @endpoint
    def get_workflow_execution_trace_events(
        self,
        execution_id: str,
        *,
        merge_same_id_events: bool | None = None,
        include_internal_events: bool | None = None,
    ) -> Call[WorkflowExecutionTraceEventsResponse]:
        """Get an execution with the events of its trace."""
        query = {"merge_same_id_events": merge_same_id_events, "include_internal_events": include_internal_events}
        return get(f"{_ONE}/trace/events", execution_id, query=query, returns=WorkflowExecutionTraceEventsResponse)

    @endpoint
    def get_workflow_execution_trace_info(self, execution_id: str) -> Call[ExecutionTraceInfoResponse]:
        """Get the id of the trace of an execution."""
        return get(f"{_ONE}/trace/info", execution_id, returns=ExecutionTraceInfoResponse)

    @endpoint
    def get_workflow_execution_trace_otel(self, execution_id: str) -> Call[WorkflowExecutionTraceOTelResponse]:
        """Get an execution with its trace in the format of OpenTelemetry."""
        return get(f"{_ONE}/trace/otel", execution_id, returns=WorkflowExecutionTraceOTelResponse)

    @endpoint
    def get_workflow_execution_trace_summary(self, execution_id: str) -> Call[WorkflowExecutionTraceSummaryResponse]:
        """Get an execution with the spans of its trace as a tree."""
        return get(f"{_ONE}/trace/summary", execution_id, returns=WorkflowExecutionTraceSummaryResponse)
