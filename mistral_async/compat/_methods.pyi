"""The methods of `compat.Mistral`, for type checkers: `python tests/derived.py` writes this file."""
import builtins
import httpx
from mistral_async import models as m
from mistral_async.compat.models import *
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, datetime
from mistral_async._codec.json_types import JSON, JSONMapping
from mistral_async._uploads.multipart import Progress
from mistral_async.compat import _events
from mistral_async.compat._configuration import AnyRetryConfig
from mistral_async.compat._pages import Page, PageAsync
from mistral_async.compat._parsed import ParsedChatCompletionResponse
from mistral_async.compat.extra.realtime import RealtimeSpeech, RealtimeTranscription
from mistral_async.compat.extra.run.context import RunContext
from mistral_async.compat.extra.run.result import RunResult, RunResultEvents
from mistral_async.resources.classifiers import Conversations, Requests
from typing import Any, Literal, overload
from typing_extensions import Unpack
class WorkflowsWorkersGroup:
    def get_scheduler_namespace(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkerInfo:
        """Get the place where a worker with this key gets its work."""
    async def get_scheduler_namespace_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkerInfo:
        """Get the place where a worker with this key gets its work."""
class WorkflowsSchedulesGroup:
    def get_schedule(self, schedule_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ScheduleDefinitionOutput:
        """Get a schedule."""
    async def get_schedule_async(self, schedule_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ScheduleDefinitionOutput:
        """Get a schedule."""
    def get_schedules(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetSchedulesOptions]) -> Page[WorkflowScheduleListResponse]:
        """List schedules."""
    async def get_schedules_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetSchedulesOptions]) -> PageAsync[WorkflowScheduleListResponse]:
        """List schedules."""
    def pause_schedule(self, schedule_id: str, *, note: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Pause a schedule."""
    async def pause_schedule_async(self, schedule_id: str, *, note: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Pause a schedule."""
    def resume_schedule(self, schedule_id: str, *, note: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Have a schedule go on that was paused."""
    async def resume_schedule_async(self, schedule_id: str, *, note: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Have a schedule go on that was paused."""
    def schedule_workflow(self, *, schedule: ScheduleDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.WorkflowScheduleOptions]) -> WorkflowScheduleResponse:
        """Create a schedule of the workflow that `workflow_identifier` or `workflow_registration_id` names."""
    async def schedule_workflow_async(self, *, schedule: ScheduleDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.WorkflowScheduleOptions]) -> WorkflowScheduleResponse:
        """Create a schedule of the workflow that `workflow_identifier` or `workflow_registration_id` names."""
    def trigger_schedule(self, schedule_id: str, *, overlap: int | ScheduleOverlapPolicy | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Start an execution of a schedule now. `overlap` is the policy for it, in place of the schedule's."""
    async def trigger_schedule_async(self, schedule_id: str, *, overlap: int | ScheduleOverlapPolicy | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Start an execution of a schedule now. `overlap` is the policy for it, in place of the schedule's."""
    def unschedule_workflow(self, schedule_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a schedule."""
    async def unschedule_workflow_async(self, schedule_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a schedule."""
    def update_schedule(self, schedule_id: str, *, schedule: PartialScheduleDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowScheduleResponse:
        """Change a schedule."""
    async def update_schedule_async(self, schedule_id: str, *, schedule: PartialScheduleDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowScheduleResponse:
        """Change a schedule."""
class WorkflowsRunsGroup:
    def get_run(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionResponse:
        """Get a run."""
    async def get_run_async(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionResponse:
        """Get a run."""
    def get_run_history(self, run_id: str, *, decode_payloads: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Get the history of a run, as the engine that runs workflows keeps it."""
    async def get_run_history_async(self, run_id: str, *, decode_payloads: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Get the history of a run, as the engine that runs workflows keeps it."""
    def list_runs(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ListRunsOptions]) -> Page[WorkflowExecutionListResponse]:
        """List runs."""
    async def list_runs_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ListRunsOptions]) -> PageAsync[WorkflowExecutionListResponse]:
        """List runs."""
class WorkflowsMetricsGroup:
    def get_workflow_metrics(self, workflow_name: str, *, start_time: datetime | str | None=None, end_time: datetime | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowMetrics:
        """Get the figures of a workflow, between two times if they are given."""
    async def get_workflow_metrics_async(self, workflow_name: str, *, start_time: datetime | str | None=None, end_time: datetime | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowMetrics:
        """Get the figures of a workflow, between two times if they are given."""
class WorkflowsExecutionsGroup:
    def batch_cancel_workflow_executions(self, *, execution_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchExecutionResponse:
        """Ask executions to end, 1 to 100."""
    async def batch_cancel_workflow_executions_async(self, *, execution_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchExecutionResponse:
        """Ask executions to end, 1 to 100."""
    def batch_terminate_workflow_executions(self, *, execution_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchExecutionResponse:
        """End executions at once, 1 to 100."""
    async def batch_terminate_workflow_executions_async(self, *, execution_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchExecutionResponse:
        """End executions at once, 1 to 100."""
    def cancel_workflow_execution(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Ask an execution to end; it may clean up."""
    async def cancel_workflow_execution_async(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Ask an execution to end; it may clean up."""
    def get_workflow_execution(self, execution_id: str, *, include_search_keys: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionResponse:
        """Get an execution: its state, and its result once it has ended."""
    async def get_workflow_execution_async(self, execution_id: str, *, include_search_keys: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionResponse:
        """Get an execution: its state, and its result once it has ended."""
    def get_workflow_execution_history(self, execution_id: str, *, decode_payloads: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Get the history of an execution, as the engine that runs workflows keeps it."""
    async def get_workflow_execution_history_async(self, execution_id: str, *, decode_payloads: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Get the history of an execution, as the engine that runs workflows keeps it."""
    def get_workflow_execution_logs(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetWorkflowExecutionLogsOptions]) -> ExecutionLogSearchResponse:
        """List the log of an execution."""
    async def get_workflow_execution_logs_async(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetWorkflowExecutionLogsOptions]) -> ExecutionLogSearchResponse:
        """List the log of an execution."""
    def get_workflow_execution_trace_events(self, execution_id: str, *, merge_same_id_events: bool | None=None, include_internal_events: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionTraceEventsResponse:
        """Get an execution with the events of its trace."""
    async def get_workflow_execution_trace_events_async(self, execution_id: str, *, merge_same_id_events: bool | None=None, include_internal_events: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionTraceEventsResponse:
        """Get an execution with the events of its trace."""
    def get_workflow_execution_trace_info(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ExecutionTraceInfoResponse:
        """Get the id of the trace of an execution."""
    async def get_workflow_execution_trace_info_async(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ExecutionTraceInfoResponse:
        """Get the id of the trace of an execution."""
    def get_workflow_execution_trace_otel(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionTraceOTelResponse:
        """Get an execution with its trace in the format of OpenTelemetry."""
    async def get_workflow_execution_trace_otel_async(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionTraceOTelResponse:
        """Get an execution with its trace in the format of OpenTelemetry."""
    def get_workflow_execution_trace_summary(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionTraceSummaryResponse:
        """Get an execution with the spans of its trace as a tree."""
    async def get_workflow_execution_trace_summary_async(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowExecutionTraceSummaryResponse:
        """Get an execution with the spans of its trace as a tree."""
    def query_workflow_execution(self, execution_id: str, *, name: str, input: NetworkEncodedInput | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> QueryWorkflowResponse:
        """Ask an execution for something, which changes nothing."""
    async def query_workflow_execution_async(self, execution_id: str, *, name: str, input: NetworkEncodedInput | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> QueryWorkflowResponse:
        """Ask an execution for something, which changes nothing."""
    def reset_workflow(self, execution_id: str, *, event_id: int, reason: str | None=None, exclude_signals: bool | None=None, exclude_updates: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Have an execution go on from an event of its history, as another run."""
    async def reset_workflow_async(self, execution_id: str, *, event_id: int, reason: str | None=None, exclude_signals: bool | None=None, exclude_updates: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Have an execution go on from an event of its history, as another run."""
    def signal_workflow_execution(self, execution_id: str, *, name: str, input: NetworkEncodedInput | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SignalWorkflowResponse:
        """Send a signal to an execution, which does not answer it."""
    async def signal_workflow_execution_async(self, execution_id: str, *, name: str, input: NetworkEncodedInput | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SignalWorkflowResponse:
        """Send a signal to an execution, which does not answer it."""
    def stream(self, execution_id: str, *, event_source: StreamExecutionEventSource | str | None=None, last_event_id: str | None=None, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> _events.EventStream[_events.StreamEvent[StreamEventSsePayload]]:
        """Stream the events of an execution; `last_event_id` goes on with a stream that broke."""
    async def stream_async(self, execution_id: str, *, event_source: StreamExecutionEventSource | str | None=None, last_event_id: str | None=None, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> _events.EventStreamAsync[_events.StreamEvent[StreamEventSsePayload]]:
        """Stream the events of an execution; `last_event_id` goes on with a stream that broke."""
    def stream_workflow_execution_logs(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.StreamWorkflowExecutionLogsOptions]) -> _events.EventStream[_events.StreamEvent[ExecutionLogRecord]]:
        """Stream the log of an execution as it grows; `last_event_id` goes on with a stream that broke."""
    async def stream_workflow_execution_logs_async(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.StreamWorkflowExecutionLogsOptions]) -> _events.EventStreamAsync[_events.StreamEvent[ExecutionLogRecord]]:
        """Stream the log of an execution as it grows; `last_event_id` goes on with a stream that broke."""
    def terminate_workflow_execution(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """End an execution at once."""
    async def terminate_workflow_execution_async(self, execution_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """End an execution at once."""
    def update_workflow_execution(self, execution_id: str, *, name: str, input: NetworkEncodedInput | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UpdateWorkflowResponse:
        """Change something in an execution, and get its answer."""
    async def update_workflow_execution_async(self, execution_id: str, *, name: str, input: NetworkEncodedInput | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UpdateWorkflowResponse:
        """Change something in an execution, and get its answer."""
class WorkflowsEventsGroup:
    def get_stream_events(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetStreamEventsOptions]) -> _events.EventStream[_events.StreamEvent[StreamEventSsePayload]]:
        """Stream events as they come; `start_seq` or `last_event_id` goes on with a stream that broke."""
    async def get_stream_events_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetStreamEventsOptions]) -> _events.EventStreamAsync[_events.StreamEvent[StreamEventSsePayload]]:
        """Stream events as they come; `start_seq` or `last_event_id` goes on with a stream that broke."""
    def get_workflow_events(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetWorkflowEventsOptions]) -> ListWorkflowEventResponse:
        """List events."""
    async def get_workflow_events_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetWorkflowEventsOptions]) -> ListWorkflowEventResponse:
        """List events."""
class WorkflowsDeploymentsGroup:
    def create_deployment(self, *, name: str, spec: DeploymentWorkerSpecInput | JSONMapping, resources: DeploymentResourceConfig | JSONMapping | None=None, hardened: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Create a deployment that the API builds and runs. A `hardened` one takes authorized credentials alone."""
    async def create_deployment_async(self, *, name: str, spec: DeploymentWorkerSpecInput | JSONMapping, resources: DeploymentResourceConfig | JSONMapping | None=None, hardened: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Create a deployment that the API builds and runs. A `hardened` one takes authorized credentials alone."""
    def delete_deployment(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Delete a deployment."""
    async def delete_deployment_async(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Delete a deployment."""
    def get_deployment(self, name: str, *, workflow_name: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeploymentDetailResponse:
        """Get a deployment with its workers."""
    async def get_deployment_async(self, name: str, *, workflow_name: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeploymentDetailResponse:
        """Get a deployment with its workers."""
    def get_deployment_archive(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeploymentArchiveResponse:
        """Get the archive of the code that is deployed."""
    async def get_deployment_archive_async(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeploymentArchiveResponse:
        """Get the archive of the code that is deployed."""
    def get_deployment_logs(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetDeploymentLogsOptions]) -> DeploymentLogSearchResponse:
        """List the log of a deployment."""
    async def get_deployment_logs_async(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetDeploymentLogsOptions]) -> DeploymentLogSearchResponse:
        """List the log of a deployment."""
    def list_deployment_workers(self, name: str, *, worker_status: DeploymentWorkerStatus | str | None=None, limit: int | None=None, cursor: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeploymentWorkerListResponse:
        """List the workers of a deployment."""
    async def list_deployment_workers_async(self, name: str, *, worker_status: DeploymentWorkerStatus | str | None=None, limit: int | None=None, cursor: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeploymentWorkerListResponse:
        """List the workers of a deployment."""
    def list_deployments(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ListDeploymentsOptions]) -> DeploymentListResponse:
        """List deployments."""
    async def list_deployments_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ListDeploymentsOptions]) -> DeploymentListResponse:
        """List deployments."""
    def restart_deployment(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Restart a deployment."""
    async def restart_deployment_async(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Restart a deployment."""
    def start_deployment(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Start a deployment that was stopped."""
    async def start_deployment_async(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Start a deployment that was stopped."""
    def stop_deployment(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Stop a deployment."""
    async def stop_deployment_async(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedDeploymentResponse:
        """Stop a deployment."""
    def stream_deployment_logs(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.StreamDeploymentLogsOptions]) -> _events.EventStream[_events.StreamEvent[DeploymentLogRecord]]:
        """Stream the log of a deployment as it grows; `last_event_id` goes on with a stream that broke."""
    async def stream_deployment_logs_async(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.StreamDeploymentLogsOptions]) -> _events.EventStreamAsync[_events.StreamEvent[DeploymentLogRecord]]:
        """Stream the log of a deployment as it grows; `last_event_id` goes on with a stream that broke."""
    def unharden_deployment(self, deployment_id: str, *, workspace_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Have a deployment take any credential again."""
    async def unharden_deployment_async(self, deployment_id: str, *, workspace_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Have a deployment take any credential again."""
    def update_deployment(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateDeploymentRequest]) -> ManagedDeploymentResponse:
        """Change a deployment, which is built anew."""
    async def update_deployment_async(self, name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateDeploymentRequest]) -> ManagedDeploymentResponse:
        """Change a deployment, which is built anew."""
class WorkflowsGroup:
    deployments: WorkflowsDeploymentsGroup
    events: WorkflowsEventsGroup
    executions: WorkflowsExecutionsGroup
    metrics: WorkflowsMetricsGroup
    runs: WorkflowsRunsGroup
    schedules: WorkflowsSchedulesGroup
    workers: WorkflowsWorkersGroup
    def add_workflow_tags(self, workflow_identifier: str, *, tags: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Give a workflow further tags."""
    async def add_workflow_tags_async(self, workflow_identifier: str, *, tags: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Give a workflow further tags."""
    def archive_workflow(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowArchiveResponse:
        """Archive a workflow."""
    async def archive_workflow_async(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowArchiveResponse:
        """Archive a workflow."""
    def bulk_archive_workflows(self, *, workflow_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowBulkArchiveResponse:
        """Archive workflows, at most 100 by their ids."""
    async def bulk_archive_workflows_async(self, *, workflow_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowBulkArchiveResponse:
        """Archive workflows, at most 100 by their ids."""
    def bulk_unarchive_workflows(self, *, workflow_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowBulkUnarchiveResponse:
        """Take workflows out of the archive, at most 100 by their ids."""
    async def bulk_unarchive_workflows_async(self, *, workflow_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowBulkUnarchiveResponse:
        """Take workflows out of the archive, at most 100 by their ids."""
    def execute_workflow(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.WorkflowExecutionOptions]) -> WorkflowExecutionSyncResponse | WorkflowExecutionResponse:
        """Start an execution. With `wait_for_result` the answer comes when it has ended, with its result."""
    async def execute_workflow_async(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.WorkflowExecutionOptions]) -> WorkflowExecutionSyncResponse | WorkflowExecutionResponse:
        """Start an execution. With `wait_for_result` the answer comes when it has ended, with its result."""
    def execute_workflow_registration(self, workflow_registration_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.WorkflowExecutionOptions]) -> WorkflowExecutionSyncResponse | WorkflowExecutionResponse:
        """Start an execution of a registration. Deprecated: `execute_workflow`."""
    async def execute_workflow_registration_async(self, workflow_registration_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.WorkflowExecutionOptions]) -> WorkflowExecutionSyncResponse | WorkflowExecutionResponse:
        """Start an execution of a registration. Deprecated: `execute_workflow`."""
    def get_workflow(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowGetResponse:
        """Get a workflow."""
    async def get_workflow_async(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowGetResponse:
        """Get a workflow."""
    def get_workflow_registration(self, workflow_registration_id: str, *, with_workflow: bool | None=None, include_shared: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowRegistrationGetResponse:
        """Get a registration."""
    async def get_workflow_registration_async(self, workflow_registration_id: str, *, with_workflow: bool | None=None, include_shared: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowRegistrationGetResponse:
        """Get a registration."""
    def get_workflow_registrations(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetWorkflowRegistrationsOptions]) -> WorkflowRegistrationListResponse:
        """List registrations: the versions of workflows."""
    async def get_workflow_registrations_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetWorkflowRegistrationsOptions]) -> WorkflowRegistrationListResponse:
        """List registrations: the versions of workflows."""
    def get_workflows(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetWorkflowsOptions]) -> Page[WorkflowListResponse]:
        """List workflows."""
    async def get_workflows_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.GetWorkflowsOptions]) -> PageAsync[WorkflowListResponse]:
        """List workflows."""
    def unarchive_workflow(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowUnarchiveResponse:
        """Take a workflow out of the archive."""
    async def unarchive_workflow_async(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkflowUnarchiveResponse:
        """Take a workflow out of the archive."""
    def update_workflow(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.WorkflowUpdateRequest]) -> WorkflowUpdateResponse:
        """Change a workflow. None clears a value."""
    async def update_workflow_async(self, workflow_identifier: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.WorkflowUpdateRequest]) -> WorkflowUpdateResponse:
        """Change a workflow. None clears a value."""
    execute_with_connector_auth: Any
    execute_with_connector_auth_async: Any
    execute_workflow_and_wait: Any
    execute_workflow_and_wait_async: Any
    wait_for_workflow_completion: Any
    wait_for_workflow_completion_async: Any
class ResponsesGroup:
    def count_input_tokens(self, *, model: str, input: ResponsesInput, additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseInputOptions]) -> CountResponseInputTokensResponse:
        """Count the tokens that an input would be."""
    async def count_input_tokens_async(self, *, model: str, input: ResponsesInput, additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseInputOptions]) -> CountResponseInputTokensResponse:
        """Count the tokens that an input would be."""
    @overload
    def create(self, *, model: str, input: ResponsesInput, stream: Literal[True], additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseOptions]) -> _events.EventStream[_events.ResponsesStreamEvents]:
        """Create an answer."""
    @overload
    def create(self, *, model: str, input: ResponsesInput, stream: Literal[False] | None = None, additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseOptions]) -> CreateResponseResponse:
        """Create an answer."""
    @overload
    async def create_async(self, *, model: str, input: ResponsesInput, stream: Literal[True], additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseOptions]) -> _events.EventStreamAsync[_events.ResponsesStreamEvents]:
        """Create an answer."""
    @overload
    async def create_async(self, *, model: str, input: ResponsesInput, stream: Literal[False] | None = None, additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseOptions]) -> CreateResponseResponse:
        """Create an answer."""
    def create_stream(self, *, model: str, input: ResponsesInput, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseOptions]) -> _events.EventStream[_events.ResponsesStreamEvents]:
        """Create an answer, event by event."""
    async def create_stream_async(self, *, model: str, input: ResponsesInput, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseOptions]) -> _events.EventStreamAsync[_events.ResponsesStreamEvents]:
        """Create an answer, event by event."""
    def stream(self, *, model: str, input: ResponsesInput, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseOptions]) -> _events.EventStream[_events.ResponsesStreamEvents]:
        """Create an answer, event by event."""
    async def stream_async(self, *, model: str, input: ResponsesInput, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ResponseOptions]) -> _events.EventStreamAsync[_events.ResponsesStreamEvents]:
        """Create an answer, event by event."""
class RealtimeSessionsGroup:
    def create(self, *, model: str, ttl_seconds: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateRealtimeSessionResponse:
        """Create a session for a realtime model; its secret ends after `ttl_seconds`."""
    async def create_async(self, *, model: str, ttl_seconds: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateRealtimeSessionResponse:
        """Create a session for a realtime model; its secret ends after `ttl_seconds`."""
class RealtimeGroup:
    sessions: RealtimeSessionsGroup
class OcrGroup:
    def process(self, *, model: str | None=..., document: OCRDocument | JSONMapping | str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.OCROptions]) -> OCRResponse:
        """Read a document or an image: its address, or a chunk with an address or a file's id."""
    async def process_async(self, *, model: str | None=..., document: OCRDocument | JSONMapping | str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.OCROptions]) -> OCRResponse:
        """Read a document or an image: its address, or a chunk with an address or a file's id."""
    parse: Any
    parse_async: Any
class ModelsGroup:
    def archive(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ArchiveModelResponse:
        """Put a fine-tuned model into the archive."""
    async def archive_async(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ArchiveModelResponse:
        """Put a fine-tuned model into the archive."""
    def delete(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteModelResponse:
        """Delete a model that you fine-tuned."""
    async def delete_async(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteModelResponse:
        """Delete a model that you fine-tuned."""
    def list(self, *, provider: str | None=None, model: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ModelList:
        """List models, all at once."""
    async def list_async(self, *, provider: str | None=None, model: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ModelList:
        """List models, all at once."""
    def retrieve(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ModelCard:
        """Get a model."""
    async def retrieve_async(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ModelCard:
        """Get a model."""
    def unarchive(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UnarchiveModelResponse:
        """Take a fine-tuned model out of the archive."""
    async def unarchive_async(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UnarchiveModelResponse:
        """Take a fine-tuned model out of the archive."""
    def update(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateModelRequest]) -> FineTunedModel:
        """Change a fine-tuned model's name or description; None clears it."""
    async def update_async(self, model_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateModelRequest]) -> FineTunedModel:
        """Change a fine-tuned model's name or description; None clears it."""
class FineTuningJobsGroup:
    def cancel(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Ask for a job to end."""
    async def cancel_async(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Ask for a job to end."""
    def create(self, *, model: str, dry_run: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FineTuningOptions]) -> CreateFineTuningJobResponse:
        """Create a job. With `dry_run`, only say what it would take (`LegacyJobMetadata`)."""
    async def create_async(self, *, model: str, dry_run: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FineTuningOptions]) -> CreateFineTuningJobResponse:
        """Create a job. With `dry_run`, only say what it would take (`LegacyJobMetadata`)."""
    def get(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Get a job with its events and checkpoints."""
    async def get_async(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Get a job with its events and checkpoints."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FineTuningListOptions]) -> ListFineTuningJobsResponse:
        """List jobs."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FineTuningListOptions]) -> ListFineTuningJobsResponse:
        """List jobs."""
    def start(self, job_id: str, *, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Start a validated job that was created with `auto_start=False`."""
    async def start_async(self, job_id: str, *, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Start a validated job that was created with `auto_start=False`."""
    wait: Any
    wait_async: Any
class FineTuningGroup:
    jobs: FineTuningJobsGroup
    def cancel(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Ask for a job to end."""
    async def cancel_async(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Ask for a job to end."""
    def create(self, *, model: str, dry_run: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FineTuningOptions]) -> CreateFineTuningJobResponse:
        """Create a job. With `dry_run`, only say what it would take (`LegacyJobMetadata`)."""
    async def create_async(self, *, model: str, dry_run: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FineTuningOptions]) -> CreateFineTuningJobResponse:
        """Create a job. With `dry_run`, only say what it would take (`LegacyJobMetadata`)."""
    def get(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Get a job with its events and checkpoints."""
    async def get_async(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FineTuningJobDetails:
        """Get a job with its events and checkpoints."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FineTuningListOptions]) -> ListFineTuningJobsResponse:
        """List jobs."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FineTuningListOptions]) -> ListFineTuningJobsResponse:
        """List jobs."""
class FimGroup:
    def complete(self, *, model: str=..., prompt: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FIMOptions]) -> FIMCompletionResponse:
        """Complete the code after a prompt and before a suffix."""
    async def complete_async(self, *, model: str=..., prompt: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FIMOptions]) -> FIMCompletionResponse:
        """Complete the code after a prompt and before a suffix."""
    def stream(self, *, model: str=..., prompt: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FIMOptions]) -> _events.EventStream[_events.CompletionEvent]:
        """Complete the code, chunk by chunk."""
    async def stream_async(self, *, model: str=..., prompt: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FIMOptions]) -> _events.EventStreamAsync[_events.CompletionEvent]:
        """Complete the code, chunk by chunk."""
class FilesGroup:
    def delete(self, file_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteFileResponse:
        """Delete a file."""
    async def delete_async(self, file_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteFileResponse:
        """Delete a file."""
    def download(self, file_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Get a file's content: whole, as a stream, or to a path."""
    async def download_async(self, file_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Get a file's content: whole, as a stream, or to a path."""
    def get_signed_url(self, file_id: str, expiry: int | None=None, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetSignedURLResponse:
        """Get an address where anyone can read the file for `expiry` hours."""
    async def get_signed_url_async(self, file_id: str, expiry: int | None=None, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetSignedURLResponse:
        """Get an address where anyone can read the file for `expiry` hours."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FileListOptions]) -> ListFilesResponse:
        """List files."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.FileListOptions]) -> ListFilesResponse:
        """List files."""
    def retrieve(self, file_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetFileResponse:
        """Get a file's metadata."""
    async def retrieve_async(self, file_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetFileResponse:
        """Get a file's metadata."""
    def upload(self, file: FileInput, purpose: FilePurpose | None=None, *, expiry: int | None=None, visibility: FileVisibility | None=None, progress: Progress | None=None, check: bool=True, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateFileResponse:
        """Upload at most 512 MB, piece by piece: a path, bytes, a binary file, an async iterator of bytes, a `File`."""
    async def upload_async(self, file: FileInput, purpose: FilePurpose | None=None, *, expiry: int | None=None, visibility: FileVisibility | None=None, progress: Progress | None=None, check: bool=True, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateFileResponse:
        """Upload at most 512 MB, piece by piece: a path, bytes, a binary file, an async iterator of bytes, a `File`."""
class EmbeddingsGroup:
    def create(self, *, model: str, inputs: str | Sequence[str] | None=None, input: str | Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.EmbeddingOptions]) -> EmbeddingResponse:
        """Embed one text or many; `inputs` and `input` are the same."""
    async def create_async(self, *, model: str, inputs: str | Sequence[str] | None=None, input: str | Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.EmbeddingOptions]) -> EmbeddingResponse:
        """Embed one text or many; `inputs` and `input` are the same."""
class ClassifiersGroup:
    def classify(self, inputs: str | Sequence[str], model: str, *, metadata: JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ClassificationResponse:
        """Classify one text or many, by a classifier that you fine-tuned."""
    async def classify_async(self, inputs: str | Sequence[str], model: str, *, metadata: JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ClassificationResponse:
        """Classify one text or many, by a classifier that you fine-tuned."""
    def classify_chat(self, *, model: str, input: Requests | None=None, inputs: Requests | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ClassificationResponse:
        """Classify one conversation or many, by a classifier that you fine-tuned; `input` and `inputs` are the same."""
    async def classify_chat_async(self, *, model: str, input: Requests | None=None, inputs: Requests | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ClassificationResponse:
        """Classify one conversation or many, by a classifier that you fine-tuned; `input` and `inputs` are the same."""
    def moderate(self, inputs: str | MessageInput | Sequence[str | MessageInput | Sequence[MessageInput]], model: str | None=None, *, metadata: JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ModerationResponse:
        """Moderate one text or many; messages among them are moderated as a conversation."""
    async def moderate_async(self, inputs: str | MessageInput | Sequence[str | MessageInput | Sequence[MessageInput]], model: str | None=None, *, metadata: JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ModerationResponse:
        """Moderate one text or many; messages among them are moderated as a conversation."""
    def moderate_chat(self, inputs: Conversations, model: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ModerationResponse:
        """Moderate the last message of a conversation, or of each of several."""
    async def moderate_chat_async(self, inputs: Conversations, model: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ModerationResponse:
        """Moderate the last message of a conversation, or of each of several."""
class ChatGroup:
    def complete(self, *, model: str, messages: Sequence[MessageInput], stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ChatOptions]) -> ChatCompletionResponse:
        """Complete a chat."""
    async def complete_async(self, *, model: str, messages: Sequence[MessageInput], stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ChatOptions]) -> ChatCompletionResponse:
        """Complete a chat."""
    def parse(self, response_format: type[Any], *, model: str, messages: Sequence[MessageInput], repair: int=0, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ChatParsedOptions]) -> ParsedChatCompletionResponse:
        """Complete a chat, and read the answer as a type; a wrong answer is sent back up to `repair` times."""
    def parse_stream(self, response_format: type[Any], *, model: str, messages: Sequence[MessageInput], repair: int=0, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ChatParsedOptions]) -> _events.EventStream[_events.CompletionEvent]: ...
    async def parse_async(self, response_format: type[Any], *, model: str, messages: Sequence[MessageInput], repair: int=0, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ChatParsedOptions]) -> ParsedChatCompletionResponse:
        """Complete a chat, and read the answer as a type; a wrong answer is sent back up to `repair` times."""
    async def parse_stream_async(self, response_format: type[Any], *, model: str, messages: Sequence[MessageInput], repair: int=0, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ChatParsedOptions]) -> _events.EventStreamAsync[_events.CompletionEvent]: ...
    def stream(self, *, model: str, messages: Sequence[MessageInput], stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ChatOptions]) -> _events.EventStream[_events.CompletionEvent]:
        """Complete a chat, chunk by chunk."""
    async def stream_async(self, *, model: str, messages: Sequence[MessageInput], stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ChatOptions]) -> _events.EventStreamAsync[_events.CompletionEvent]:
        """Complete a chat, chunk by chunk."""
    continue_: Any
    continue__async: Any
    run: Any
    run_async: Any
    until_done: Any
    until_done_async: Any
class BetaWebhooksGroup:
    def create(self, *, provider: WebhookProvider | str, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.CreateWebhookOptions]) -> Webhook:
        """Create a webhook."""
    async def create_async(self, *, provider: WebhookProvider | str, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.CreateWebhookOptions]) -> Webhook:
        """Create a webhook."""
    def delete(self, webhook_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a webhook."""
    async def delete_async(self, webhook_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a webhook."""
    def get(self, webhook_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Webhook:
        """Get a webhook."""
    async def get_async(self, webhook_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Webhook:
        """Get a webhook."""
    def get_signing_secret(self, webhook_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WebhookSigningSecret:
        """Get the secret that the events are signed with."""
    async def get_signing_secret_async(self, webhook_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WebhookSigningSecret:
        """Get the secret that the events are signed with."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[Webhook]:
        """List webhooks."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[Webhook]:
        """List webhooks."""
class BetaUsersGroup:
    def get_identity(self, *, security: Mapping[str, str | None] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UserIdentity:
        """Get the user of the key, with its workspace and organization."""
    async def get_identity_async(self, *, security: Mapping[str, str | None] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UserIdentity:
        """Get the user of the key, with its workspace and organization."""
    def list_organizations(self, *, offset: int | None=None, limit: int | None=None, security: Mapping[str, str | None] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Page[ListOrganizationsResponse]:
        """List the organizations of the user."""
    async def list_organizations_async(self, *, offset: int | None=None, limit: int | None=None, security: Mapping[str, str | None] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> PageAsync[ListOrganizationsResponse]:
        """List the organizations of the user."""
    def list_workspaces(self, *, organization_id: str | None=None, offset: int | None=None, limit: int | None=None, security: Mapping[str, str | None] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Page[ListWorkspacesResponse]:
        """List the workspaces of the user, in all organizations or in one."""
    async def list_workspaces_async(self, *, organization_id: str | None=None, offset: int | None=None, limit: int | None=None, security: Mapping[str, str | None] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> PageAsync[ListWorkspacesResponse]:
        """List the workspaces of the user, in all organizations or in one."""
    def whoami(self, *, security: Mapping[str, str | None] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WhoamiResponse:
        """Get the user or the service account of the key, with its workspace and organization."""
    async def whoami_async(self, *, security: Mapping[str, str | None] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WhoamiResponse:
        """Get the user or the service account of the key, with its workspace and organization."""
class BetaTriggersGroup:
    def create(self, *, event_source_id: str, handler: TriggerHandler | str, action: TriggerAction | JSONMapping, owner_type: TriggerOwnerType | str, title: str, filters: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Trigger:
        """Create a trigger. `filters` is a condition that an event must meet."""
    async def create_async(self, *, event_source_id: str, handler: TriggerHandler | str, action: TriggerAction | JSONMapping, owner_type: TriggerOwnerType | str, title: str, filters: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Trigger:
        """Create a trigger. `filters` is a condition that an event must meet."""
    def delete(self, trigger_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a trigger."""
    async def delete_async(self, trigger_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a trigger."""
    def get(self, trigger_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Trigger:
        """Get a trigger."""
    async def get_async(self, trigger_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Trigger:
        """Get a trigger."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TriggerListOptions]) -> builtins.list[Trigger]:
        """List triggers."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TriggerListOptions]) -> builtins.list[Trigger]:
        """List triggers."""
    def list_events(self, trigger_id: str, *, limit: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> TriggerEventList:
        """List the latest events of a trigger, 10 where `limit` is not set."""
    async def list_events_async(self, trigger_id: str, *, limit: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> TriggerEventList:
        """List the latest events of a trigger, 10 where `limit` is not set."""
class BetaSkillsGroup:
    def create(self, *, name: str, definition: SkillDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SkillOptions]) -> Skill:
        """Create a skill."""
    async def create_async(self, *, name: str, definition: SkillDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SkillOptions]) -> Skill:
        """Create a skill."""
    def create_version(self, skill_id: str, *, definition: SkillDefinition | JSONMapping, notes: str | None=None, aliases: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateSkillVersionResponse:
        """Create a version of a skill, which is its latest then. `aliases` lead to it from now on."""
    async def create_version_async(self, skill_id: str, *, definition: SkillDefinition | JSONMapping, notes: str | None=None, aliases: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateSkillVersionResponse:
        """Create a version of a skill, which is its latest then. `aliases` lead to it from now on."""
    def delete(self, skill_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteSkillResponse:
        """Delete a skill with its versions."""
    async def delete_async(self, skill_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteSkillResponse:
        """Delete a skill with its versions."""
    def get(self, skill_id: str, *, version: int | None=None, alias: str | None=None, fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Skill:
        """Get a skill as it is in a version, by its number or alias; in the latest where neither is given."""
    async def get_async(self, skill_id: str, *, version: int | None=None, alias: str | None=None, fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Skill:
        """Get a skill as it is in a version, by its number or alias; in the latest where neither is given."""
    def get_version(self, skill_id: str, version: int, *, fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Skill:
        """Get a skill as it is in a version."""
    async def get_version_async(self, skill_id: str, version: int, *, fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Skill:
        """Get a skill as it is in a version."""
    def list(self, *, sort_direction_query_parameter: str | None = None, sort_direction_query_parameter1: str | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.RegistryListOptions]) -> Page[ListSkillsResponse]:
        """List skills, each as it is in its latest version."""
    async def list_async(self, *, sort_direction_query_parameter: str | None = None, sort_direction_query_parameter1: str | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.RegistryListOptions]) -> PageAsync[ListSkillsResponse]:
        """List skills, each as it is in its latest version."""
    def list_versions(self, skill_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListSkillVersionsResponse:
        """List the versions of a skill."""
    async def list_versions_async(self, skill_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListSkillVersionsResponse:
        """List the versions of a skill."""
    def update_metadata(self, skill_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateSkillRequest]) -> Skill:
        """Change what is said of a skill."""
    async def update_metadata_async(self, skill_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateSkillRequest]) -> Skill:
        """Change what is said of a skill."""
    def update_version_metadata(self, skill_id: str, version: int, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateSkillVersionRequest]) -> Skill:
        """Change the notes and aliases of a version. None removes the notes."""
    async def update_version_metadata_async(self, skill_id: str, version: int, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateSkillVersionRequest]) -> Skill:
        """Change the notes and aliases of a version. None removes the notes."""
class BetaServiceAccountsGroup:
    def create(self, *, name: str, workspace_id: str, description: str | None=None, role_ids: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ServiceAccount:
        """Create a service account of a workspace."""
    async def create_async(self, *, name: str, workspace_id: str, description: str | None=None, role_ids: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ServiceAccount:
        """Create a service account of a workspace."""
    def delete(self, service_account_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a service account."""
    async def delete_async(self, service_account_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a service account."""
    def get(self, service_account_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ServiceAccount:
        """Get a service account."""
    async def get_async(self, service_account_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ServiceAccount:
        """Get a service account."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ServiceAccountListOptions]) -> Page[ListServiceAccountsResponse]:
        """List service accounts. With `offset` there is one page."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ServiceAccountListOptions]) -> PageAsync[ListServiceAccountsResponse]:
        """List service accounts. With `offset` there is one page."""
    def list_assignable_roles(self, *, workspace_id: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListAssignableServiceAccountRolesResponse:
        """List the roles that service accounts of a workspace may have."""
    async def list_assignable_roles_async(self, *, workspace_id: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListAssignableServiceAccountRolesResponse:
        """List the roles that service accounts of a workspace may have."""
    def list_roles(self, service_account_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListServiceAccountRolesResponse:
        """List the roles of a service account."""
    async def list_roles_async(self, service_account_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListServiceAccountRolesResponse:
        """List the roles of a service account."""
    def set_roles(self, service_account_id: str, *, role_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListServiceAccountRolesResponse:
        """Set the roles of a service account."""
    async def set_roles_async(self, service_account_id: str, *, role_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListServiceAccountRolesResponse:
        """Set the roles of a service account."""
    def update(self, service_account_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateServiceAccountRequest]) -> ServiceAccount:
        """Change a service account. `description=None` removes it."""
    async def update_async(self, service_account_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateServiceAccountRequest]) -> ServiceAccount:
        """Change a service account. `description=None` removes it."""
class BetaRagSearchIndexesGroup:
    def get_deployment_summaries(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetDeploymentSummariesResponse:
        """List the deployments that you may use, with their indexes."""
    async def get_deployment_summaries_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetDeploymentSummariesResponse:
        """List the deployments that you may use, with their indexes."""
    def register_deployment(self, *, name: str, deployment: RegisterDeploymentRequestVespaDeployment | JSONMapping, status: RAGDeploymentStatus | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> RegisterSearchIndexResponseIndex:
        """Register a deployment, or change the one of that name. It is `offline` where `status` is not set."""
    async def register_deployment_async(self, *, name: str, deployment: RegisterDeploymentRequestVespaDeployment | JSONMapping, status: RAGDeploymentStatus | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> RegisterSearchIndexResponseIndex:
        """Register a deployment, or change the one of that name. It is `offline` where `status` is not set."""
    def unregister_deployment(self, deployment_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Delete all that is known of a deployment."""
    async def unregister_deployment_async(self, deployment_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Delete all that is known of a deployment."""
    def update_index_metrics(self, deployment_id: str, *, request_body: MetricsData | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Tell whether a deployment answers, and how many documents its indexes have."""
    async def update_index_metrics_async(self, deployment_id: str, *, request_body: MetricsData | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Tell whether a deployment answers, and how many documents its indexes have."""
class BetaRagIngestionPipelineConfigurationsGroup:
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[IngestionPipelineConfiguration]:
        """List pipelines."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[IngestionPipelineConfiguration]:
        """List pipelines."""
    def register(self, *, name: str, pipeline_composition: Mapping[str, str] | None=None, target_indexes: Sequence[IngestionPipelineTargetIndexRef | JSONMapping] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> IngestionPipelineConfiguration:
        """Register a pipeline, or change the one of that name."""
    async def register_async(self, *, name: str, pipeline_composition: Mapping[str, str] | None=None, target_indexes: Sequence[IngestionPipelineTargetIndexRef | JSONMapping] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> IngestionPipelineConfiguration:
        """Register a pipeline, or change the one of that name."""
    def update_run_info(self, id: str, *, execution_time: datetime | str, chunks_count: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> IngestionPipelineConfiguration:
        """Tell of a run of a pipeline: when it was, and how many chunks it made (0 to 2**31 - 1)."""
    async def update_run_info_async(self, id: str, *, execution_time: datetime | str, chunks_count: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> IngestionPipelineConfiguration:
        """Tell of a run of a pipeline: when it was, and how many chunks it made (0 to 2**31 - 1)."""
class BetaRagGroup:
    ingestion_pipeline_configurations: BetaRagIngestionPipelineConfigurationsGroup
    search_indexes: BetaRagSearchIndexesGroup
class BetaPromptsGroup:
    def create(self, *, name: str, definition: PromptDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.PromptOptions]) -> Prompt:
        """Create a prompt."""
    async def create_async(self, *, name: str, definition: PromptDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.PromptOptions]) -> Prompt:
        """Create a prompt."""
    def create_version(self, prompt_id: str, *, definition: PromptDefinition | JSONMapping, notes: str | None=None, aliases: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreatePromptVersionResponse:
        """Create a version of a prompt, which is its latest then. `aliases` lead to it from now on."""
    async def create_version_async(self, prompt_id: str, *, definition: PromptDefinition | JSONMapping, notes: str | None=None, aliases: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreatePromptVersionResponse:
        """Create a version of a prompt, which is its latest then. `aliases` lead to it from now on."""
    def delete(self, prompt_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeletePromptResponse:
        """Delete a prompt with its versions."""
    async def delete_async(self, prompt_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeletePromptResponse:
        """Delete a prompt with its versions."""
    def get(self, prompt_id: str, *, version: int | None=None, alias: str | None=None, fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Prompt:
        """Get a prompt as it is in a version, by its number or alias; in the latest where neither is given."""
    async def get_async(self, prompt_id: str, *, version: int | None=None, alias: str | None=None, fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Prompt:
        """Get a prompt as it is in a version, by its number or alias; in the latest where neither is given."""
    def get_version(self, prompt_id: str, version: int, *, fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Prompt:
        """Get a prompt as it is in a version."""
    async def get_version_async(self, prompt_id: str, version: int, *, fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Prompt:
        """Get a prompt as it is in a version."""
    def list(self, *, sort_direction_query_parameter: str | None = None, sort_direction_query_parameter1: str | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.RegistryListOptions]) -> Page[ListPromptsResponse]:
        """List prompts, each as it is in its latest version."""
    async def list_async(self, *, sort_direction_query_parameter: str | None = None, sort_direction_query_parameter1: str | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.RegistryListOptions]) -> PageAsync[ListPromptsResponse]:
        """List prompts, each as it is in its latest version."""
    def list_versions(self, prompt_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListPromptVersionsResponse:
        """List the versions of a prompt."""
    async def list_versions_async(self, prompt_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListPromptVersionsResponse:
        """List the versions of a prompt."""
    def update_metadata(self, prompt_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdatePromptRequest]) -> Prompt:
        """Change what is said of a prompt. None removes the title and the description."""
    async def update_metadata_async(self, prompt_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdatePromptRequest]) -> Prompt:
        """Change what is said of a prompt. None removes the title and the description."""
    def update_version_metadata(self, prompt_id: str, version: int, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdatePromptVersionRequest]) -> Prompt:
        """Change the notes and aliases of a version. None removes the notes."""
    async def update_version_metadata_async(self, prompt_id: str, version: int, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdatePromptVersionRequest]) -> Prompt:
        """Change the notes and aliases of a version. None removes the notes."""
class BetaObservabilityTracesGroup:
    def aggregate(self, *, metric: MetricDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AggregationOptions]) -> Aggregation:
        """Compute a number of many traces, by fields and by time."""
    async def aggregate_async(self, *, metric: MetricDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AggregationOptions]) -> Aggregation:
        """Compute a number of many traces, by fields and by time."""
    def fetch_options(self, field_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetTraceFieldOptions:
        """Get the values of a field."""
    async def fetch_options_async(self, field_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetTraceFieldOptions:
        """Get the values of a field."""
    def get_span_by_id(self, trace_id: str, span_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetSpan:
        """Get a span of a trace: 16 hexadecimal digits are its id."""
    async def get_span_by_id_async(self, trace_id: str, span_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetSpan:
        """Get a span of a trace: 16 hexadecimal digits are its id."""
    def get_trace_by_id(self, trace_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetTrace:
        """Get a trace: 32 hexadecimal digits are its id."""
    async def get_trace_by_id_async(self, trace_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetTrace:
        """Get a trace: 32 hexadecimal digits are its id."""
    def get_trace_fields(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetTraceFields:
        """List the fields that traces are searched by."""
    async def get_trace_fields_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetTraceFields:
        """List the fields that traces are searched by."""
    def get_trace_spans(self, trace_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetSpans:
        """List the spans of a trace."""
    async def get_trace_spans_async(self, trace_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetSpans:
        """List the spans of a trace."""
    def search(self, *, search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetTraces:
        """Search traces, the newest first."""
    async def search_async(self, *, search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetTraces:
        """Search traces, the newest first."""
class BetaObservabilitySpansGroup:
    def aggregate(self, *, metric: MetricDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AggregationOptions]) -> Aggregation:
        """Compute a number of many spans, by fields and by time."""
    async def aggregate_async(self, *, metric: MetricDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AggregationOptions]) -> Aggregation:
        """Compute a number of many spans, by fields and by time."""
    def aggregate_span_evaluations(self, *, metric: MetricDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AggregationOptions]) -> Aggregation:
        """Compute a number of many scores of spans, by fields and by time."""
    async def aggregate_span_evaluations_async(self, *, metric: MetricDefinition | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AggregationOptions]) -> Aggregation:
        """Compute a number of many scores of spans, by fields and by time."""
    def fetch_span_eval_field_options(self, field_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetSpanEvaluationFieldOptions:
        """Get the values of a field of scores."""
    async def fetch_span_eval_field_options_async(self, field_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetSpanEvaluationFieldOptions:
        """Get the values of a field of scores."""
    def fetch_span_field_options(self, field_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetSpanFieldOptions:
        """Get the values of a field of spans."""
    async def fetch_span_field_options_async(self, field_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetSpanFieldOptions:
        """Get the values of a field of spans."""
    def list_span_eval_fields(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetSpanEvaluationFields:
        """List the fields that scores are searched by."""
    async def list_span_eval_fields_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetSpanEvaluationFields:
        """List the fields that scores are searched by."""
    def list_span_fields(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetSpanFields:
        """List the fields that spans are searched by."""
    async def list_span_fields_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetSpanFields:
        """List the fields that spans are searched by."""
    def search_latest_span_evaluations(self, *, search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetSpanEvaluations:
        """Search the scores of spans: of each evaluation of a span the latest."""
    async def search_latest_span_evaluations_async(self, *, search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetSpanEvaluations:
        """Search the scores of spans: of each evaluation of a span the latest."""
    def search_pipeline_results(self, *, pipeline_config_slugs: Sequence[str], search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetPipelineResults:
        """Search what judges of pipelines said of spans."""
    async def search_pipeline_results_async(self, *, pipeline_config_slugs: Sequence[str], search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetPipelineResults:
        """Search what judges of pipelines said of spans."""
    def search_span_evaluations(self, *, search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetSpanEvaluations:
        """Search the scores of spans."""
    async def search_span_evaluations_async(self, *, search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetSpanEvaluations:
        """Search the scores of spans."""
    def search_spans(self, *, search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetSpans:
        """Search spans, the newest first."""
    async def search_spans_async(self, *, search_expression: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetSpans:
        """Search spans, the newest first."""
class BetaObservabilityLogsGroup:
    def fetch_options(self, field_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetLogFieldOptions:
        """Get the values of a field."""
    async def fetch_options_async(self, field_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetryWindow]) -> GetLogFieldOptions:
        """Get the values of a field."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetLogFields:
        """List the fields that logs are searched by."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetLogFields:
        """List the fields that logs are searched by."""
    def search(self, *, search_expression: str | None=None, order: TelemetryOrder | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetLogs:
        """Search logs: from the newest, where `order` is not `asc`."""
    async def search_async(self, *, search_expression: str | None=None, order: TelemetryOrder | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TelemetrySearchOptions]) -> GetLogs:
        """Search logs: from the newest, where `order` is not `asc`."""
class BetaObservabilityJudgesGroup:
    def create(self, *, name: str, description: str, model_name: str, output: JudgeOutputUnion | JSONMapping, instructions: str, tools: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Judge:
        """Create a judge: its name has 5 to 50 characters, and `tools` are the names of those that it may use."""
    async def create_async(self, *, name: str, description: str, model_name: str, output: JudgeOutputUnion | JSONMapping, instructions: str, tools: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Judge:
        """Create a judge: its name has 5 to 50 characters, and `tools` are the names of those that it may use."""
    def delete(self, judge_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a judge."""
    async def delete_async(self, judge_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a judge."""
    def fetch(self, judge_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Judge:
        """Get a judge."""
    async def fetch_async(self, judge_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Judge:
        """Get a judge."""
    def judge_conversation(self, judge_id: str, *, messages: Sequence[JSONMapping], properties: JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JudgeOutput:
        """Have a judge judge a conversation."""
    async def judge_conversation_async(self, judge_id: str, *, messages: Sequence[JSONMapping], properties: JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JudgeOutput:
        """Have a judge judge a conversation."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.JudgeListOptions]) -> ListJudgesResponse:
        """List judges."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.JudgeListOptions]) -> ListJudgesResponse:
        """List judges."""
    def update(self, judge_id: str, *, name: str, description: str, model_name: str, output: JudgeOutputUnion | JSONMapping, instructions: str, tools: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Replace a judge: what is given is all that it is."""
    async def update_async(self, judge_id: str, *, name: str, description: str, model_name: str, output: JudgeOutputUnion | JSONMapping, instructions: str, tools: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Replace a judge: what is given is all that it is."""
class BetaObservabilityEvaluationsRunsGroup:
    def compute_statistics(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **filters: Unpack[m.EvaluationRunRecordFilterInput]) -> RunStatisticsResponse:
        """Compute the statistics of the records of a run that pass the filters."""
    async def compute_statistics_async(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **filters: Unpack[m.EvaluationRunRecordFilterInput]) -> RunStatisticsResponse:
        """Compute the statistics of the records of a run that pass the filters."""
    def get(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> EvaluationRunV2Response:
        """Get a run."""
    async def get_async(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> EvaluationRunV2Response:
        """Get a run."""
    def get_statistics(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> RunStatisticsResponse:
        """Get the statistics of a run."""
    async def get_statistics_async(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> RunStatisticsResponse:
        """Get the statistics of a run."""
    def search(self, evaluation_slug: str, *, page_size: int | None=None, page: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **filters: Unpack[m.EvaluationRunFilterInput]) -> ListEvaluationRunsResponse:
        """Search the runs of an evaluation."""
    async def search_async(self, evaluation_slug: str, *, page_size: int | None=None, page: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **filters: Unpack[m.EvaluationRunFilterInput]) -> ListEvaluationRunsResponse:
        """Search the runs of an evaluation."""
    def search_all(self, *, page_size: int | None=None, page: int | None=None, evaluation_run_filter_input: Any = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **filters: Unpack[m.EvaluationRunFilterInput]) -> SearchAllEvaluationRunsResponse:
        """Search the runs of all evaluations."""
    async def search_all_async(self, *, page_size: int | None=None, page: int | None=None, evaluation_run_filter_input: Any = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **filters: Unpack[m.EvaluationRunFilterInput]) -> SearchAllEvaluationRunsResponse:
        """Search the runs of all evaluations."""
class BetaObservabilityEvaluationsRecordsGroup:
    def get(self, run_id: str, record_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> EvaluationRunRecordV2Response:
        """Get a record of a run."""
    async def get_async(self, run_id: str, record_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> EvaluationRunRecordV2Response:
        """Get a record of a run."""
    def search(self, run_id: str, *, page_size: int | None=None, page: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **filters: Unpack[m.EvaluationRunRecordFilterInput]) -> ListEvaluationRunRecordsResponse:
        """Search the records of a run."""
    async def search_async(self, run_id: str, *, page_size: int | None=None, page: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **filters: Unpack[m.EvaluationRunRecordFilterInput]) -> ListEvaluationRunRecordsResponse:
        """Search the records of a run."""
class BetaObservabilityEvaluationsProjectsGroup:
    def get(self, project_slug: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Project:
        """Get a project."""
    async def get_async(self, project_slug: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Project:
        """Get a project."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityListOptions]) -> Projects:
        """List projects."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityListOptions]) -> Projects:
        """List projects."""
class BetaObservabilityEvaluationsOptimizationsGroup:
    def get(self, optimization_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> OptimizationDetail:
        """Get an optimization."""
    async def get_async(self, optimization_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> OptimizationDetail:
        """Get an optimization."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.OptimizationListOptions]) -> ListOptimizationsResponse:
        """List optimizations."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.OptimizationListOptions]) -> ListOptimizationsResponse:
        """List optimizations."""
    def list_trials(self, optimization_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> ListOptimizationTrialsResponse:
        """List the trials of an optimization."""
    async def list_trials_async(self, optimization_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> ListOptimizationTrialsResponse:
        """List the trials of an optimization."""
class BetaObservabilityEvaluationsGroup:
    optimizations: BetaObservabilityEvaluationsOptimizationsGroup
    projects: BetaObservabilityEvaluationsProjectsGroup
    records: BetaObservabilityEvaluationsRecordsGroup
    runs: BetaObservabilityEvaluationsRunsGroup
    def create_pipeline(self, *, name: str, selectors: Sequence[PipelineConfigSelector | JSONMapping], definitions: Sequence[LlmJudgeReference | JSONMapping], description: str | None=None, enabled: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Pipeline:
        """Create a pipeline: `definitions` name its judges. It is enabled where nothing else is said."""
    async def create_pipeline_async(self, *, name: str, selectors: Sequence[PipelineConfigSelector | JSONMapping], definitions: Sequence[LlmJudgeReference | JSONMapping], description: str | None=None, enabled: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Pipeline:
        """Create a pipeline: `definitions` name its judges. It is enabled where nothing else is said."""
    def delete_pipeline(self, pipeline_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a pipeline."""
    async def delete_pipeline_async(self, pipeline_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a pipeline."""
    def get(self, evaluation_slug: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> EvaluationV2:
        """Get an evaluation."""
    async def get_async(self, evaluation_slug: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> EvaluationV2:
        """Get an evaluation."""
    def get_pipeline(self, pipeline_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Pipeline:
        """Get a pipeline."""
    async def get_pipeline_async(self, pipeline_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Pipeline:
        """Get a pipeline."""
    def list(self, project_slug: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> EvaluationsV2:
        """List the evaluations of a project."""
    async def list_async(self, project_slug: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> EvaluationsV2:
        """List the evaluations of a project."""
    def list_pipelines(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.PipelineListOptions]) -> PipelinesResponse:
        """List pipelines."""
    async def list_pipelines_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.PipelineListOptions]) -> PipelinesResponse:
        """List pipelines."""
    def update_pipeline(self, pipeline_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdatePipelineRequest]) -> Pipeline:
        """Change a pipeline. None removes the description."""
    async def update_pipeline_async(self, pipeline_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdatePipelineRequest]) -> Pipeline:
        """Change a pipeline. None removes the description."""
class BetaObservabilityDatasetsRecordsGroup:
    def bulk_delete(self, *, dataset_record_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete records: 1 to 500."""
    async def bulk_delete_async(self, *, dataset_record_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete records: 1 to 500."""
    def delete(self, dataset_record_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a record."""
    async def delete_async(self, dataset_record_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a record."""
    def fetch(self, dataset_record_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetRecord:
        """Get a record."""
    async def fetch_async(self, dataset_record_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetRecord:
        """Get a record."""
    def judge(self, dataset_record_id: str, *, judge_definition: CreateJudgeRequest | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JudgeOutput:
        """Have a judge, which need not exist, judge a record."""
    async def judge_async(self, dataset_record_id: str, *, judge_definition: CreateJudgeRequest | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JudgeOutput:
        """Have a judge, which need not exist, judge a record."""
    def update_payload(self, dataset_record_id: str, *, payload: JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Replace the payload of a record."""
    async def update_payload_async(self, dataset_record_id: str, *, payload: JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Replace the payload of a record."""
    def update_properties(self, dataset_record_id: str, *, properties: JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Replace the properties of a record."""
    async def update_properties_async(self, dataset_record_id: str, *, properties: JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Replace the properties of a record."""
class BetaObservabilityDatasetsGroup:
    records: BetaObservabilityDatasetsRecordsGroup
    def create(self, *, name: str, description: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Dataset:
        """Create a dataset, which is empty."""
    async def create_async(self, *, name: str, description: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Dataset:
        """Create a dataset, which is empty."""
    def create_record(self, dataset_id: str, *, payload: JSONMapping, properties: JSONMapping | None=None, source: NewDatasetRecordSource | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetRecord:
        """Add a record to a dataset."""
    async def create_record_async(self, dataset_id: str, *, payload: JSONMapping, properties: JSONMapping | None=None, source: NewDatasetRecordSource | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetRecord:
        """Add a record to a dataset."""
    def delete(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a dataset with its records."""
    async def delete_async(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a dataset with its records."""
    def export_to_jsonl(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ExportDatasetResponse:
        """Export the records as a file of JSON lines, and get its address."""
    async def export_to_jsonl_async(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ExportDatasetResponse:
        """Export the records as a file of JSON lines, and get its address."""
    def fetch(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetPreview:
        """Get a dataset."""
    async def fetch_async(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetPreview:
        """Get a dataset."""
    def fetch_task(self, dataset_id: str, task_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Get a task that imports into a dataset."""
    async def fetch_task_async(self, dataset_id: str, task_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Get a task that imports into a dataset."""
    def import_from_campaign(self, dataset_id: str, *, campaign_id: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import the chats that a campaign selected."""
    async def import_from_campaign_async(self, dataset_id: str, *, campaign_id: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import the chats that a campaign selected."""
    def import_from_dataset_records(self, dataset_id: str, *, dataset_record_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import records of other datasets: 1 to 10,000."""
    async def import_from_dataset_records_async(self, dataset_id: str, *, dataset_record_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import records of other datasets: 1 to 10,000."""
    def import_from_explorer(self, dataset_id: str, *, completion_event_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import chats, which `chat_completion_events` finds: at most 500."""
    async def import_from_explorer_async(self, dataset_id: str, *, completion_event_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import chats, which `chat_completion_events` finds: at most 500."""
    def import_from_file(self, dataset_id: str, *, file_id: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import the JSON lines of a file that was uploaded."""
    async def import_from_file_async(self, dataset_id: str, *, file_id: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import the JSON lines of a file that was uploaded."""
    def import_from_playground(self, dataset_id: str, *, conversation_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import conversations."""
    async def import_from_playground_async(self, dataset_id: str, *, conversation_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import conversations."""
    def import_from_spans(self, dataset_id: str, *, span_references: Sequence[TelemetrySpanReference | JSONMapping], mapping_contract: SpanDatasetMappingContract | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import spans; the contract says which of their attributes become which fields."""
    async def import_from_spans_async(self, dataset_id: str, *, span_references: Sequence[TelemetrySpanReference | JSONMapping], mapping_contract: SpanDatasetMappingContract | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DatasetImportTask:
        """Import spans; the contract says which of their attributes become which fields."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityListOptions]) -> ListDatasetsResponse:
        """List datasets."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityListOptions]) -> ListDatasetsResponse:
        """List datasets."""
    def list_records(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> ListDatasetRecordsResponse:
        """List the records of a dataset."""
    async def list_records_async(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> ListDatasetRecordsResponse:
        """List the records of a dataset."""
    def list_tasks(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> ListDatasetImportTasksResponse:
        """List the tasks that import into a dataset."""
    async def list_tasks_async(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> ListDatasetImportTasksResponse:
        """List the tasks that import into a dataset."""
    def update(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateDatasetRequest]) -> DatasetPreview:
        """Change the name or description of a dataset. None is sent, as null."""
    async def update_async(self, dataset_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateDatasetRequest]) -> DatasetPreview:
        """Change the name or description of a dataset. None is sent, as null."""
class BetaObservabilityChatCompletionEventsFieldsGroup:
    def fetch_option_counts(self, field_name: str, *, filter_params: FilterPayload | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FetchFieldOptionCountsResponse:
        """Count the values of a field, in all chats or in those that pass the filters."""
    async def fetch_option_counts_async(self, field_name: str, *, filter_params: FilterPayload | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FetchFieldOptionCountsResponse:
        """Count the values of a field, in all chats or in those that pass the filters."""
    def fetch_options(self, field_name: str, *, operator: FilterConditionOp | str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FetchChatCompletionFieldOptionsResponse:
        """Get the values of a field that an operator can be used with."""
    async def fetch_options_async(self, field_name: str, *, operator: FilterConditionOp | str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FetchChatCompletionFieldOptionsResponse:
        """Get the values of a field that an operator can be used with."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListChatCompletionFieldsResponse:
        """List all fields, and their groups."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListChatCompletionFieldsResponse:
        """List all fields, and their groups."""
class BetaObservabilityChatCompletionEventsGroup:
    fields: BetaObservabilityChatCompletionEventsFieldsGroup
    def fetch(self, event_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ChatCompletionEvent:
        """Get a chat."""
    async def fetch_async(self, event_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ChatCompletionEvent:
        """Get a chat."""
    def fetch_similar_events(self, event_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SearchChatCompletionEventsResponse:
        """Get the chats that are most like one."""
    async def fetch_similar_events_async(self, event_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SearchChatCompletionEventsResponse:
        """Get the chats that are most like one."""
    def judge(self, event_id: str, *, judge_definition: CreateJudgeRequest | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JudgeOutput:
        """Have a judge, which need not exist, judge a chat."""
    async def judge_async(self, event_id: str, *, judge_definition: CreateJudgeRequest | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JudgeOutput:
        """Have a judge, which need not exist, judge a chat."""
    def search(self, *, search_params: FilterPayload | JSONMapping, extra_fields: Sequence[str] | None=None, page_size: int | None=None, cursor: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SearchChatCompletionEventsResponse:
        """Search chats. `extra_fields` names fields to answer with; all pages are read where `cursor` is not set."""
    async def search_async(self, *, search_params: FilterPayload | JSONMapping, extra_fields: Sequence[str] | None=None, page_size: int | None=None, cursor: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SearchChatCompletionEventsResponse:
        """Search chats. `extra_fields` names fields to answer with; all pages are read where `cursor` is not set."""
    def search_ids(self, *, search_params: FilterPayload | JSONMapping, extra_fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SearchChatCompletionEventIdsResponse:
        """Search chats, and get the ids of many at once."""
    async def search_ids_async(self, *, search_params: FilterPayload | JSONMapping, extra_fields: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SearchChatCompletionEventIdsResponse:
        """Search chats, and get the ids of many at once."""
class BetaObservabilityCampaignsGroup:
    def create(self, *, search_params: FilterPayload | JSONMapping, judge_id: str, name: str, description: str, max_nb_events: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Campaign:
        """Create a campaign and start it, on at most 10,000 chats; `fetch_status` says when it has ended."""
    async def create_async(self, *, search_params: FilterPayload | JSONMapping, judge_id: str, name: str, description: str, max_nb_events: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Campaign:
        """Create a campaign and start it, on at most 10,000 chats; `fetch_status` says when it has ended."""
    def delete(self, campaign_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a campaign."""
    async def delete_async(self, campaign_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a campaign."""
    def fetch(self, campaign_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Campaign:
        """Get a campaign."""
    async def fetch_async(self, campaign_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Campaign:
        """Get a campaign."""
    def fetch_status(self, campaign_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FetchCampaignStatusResponse:
        """Get the state of a campaign."""
    async def fetch_status_async(self, campaign_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> FetchCampaignStatusResponse:
        """Get the state of a campaign."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityListOptions]) -> ListCampaignsResponse:
        """List campaigns."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityListOptions]) -> ListCampaignsResponse:
        """List campaigns."""
    def list_events(self, campaign_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> ListCampaignSelectedEventsResponse:
        """List the chats that a campaign selected."""
    async def list_events_async(self, campaign_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ObservabilityPageOptions]) -> ListCampaignSelectedEventsResponse:
        """List the chats that a campaign selected."""
class BetaObservabilityGroup:
    campaigns: BetaObservabilityCampaignsGroup
    chat_completion_events: BetaObservabilityChatCompletionEventsGroup
    datasets: BetaObservabilityDatasetsGroup
    evaluations: BetaObservabilityEvaluationsGroup
    judges: BetaObservabilityJudgesGroup
    logs: BetaObservabilityLogsGroup
    spans: BetaObservabilitySpansGroup
    traces: BetaObservabilityTracesGroup
class BetaLibrariesDocumentsGroup:
    def delete(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a document."""
    async def delete_async(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a document."""
    def extracted_text_signed_url(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> str:
        """Get an address where anyone can read the text of the document for a while."""
    async def extracted_text_signed_url_async(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> str:
        """Get an address where anyone can read the text of the document for a while."""
    def get(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Document:
        """Get a document."""
    async def get_async(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Document:
        """Get a document."""
    def get_signed_url(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> str:
        """Get an address where anyone can read the document for a while."""
    async def get_signed_url_async(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> str:
        """Get an address where anyone can read the document for a while."""
    def libraries_documents_update_v1(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateDocumentRequest]) -> Document:
        """Change a document, as the first version of the API does. Deprecated: see `update`."""
    async def libraries_documents_update_v1_async(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateDocumentRequest]) -> Document:
        """Change a document, as the first version of the API does. Deprecated: see `update`."""
    def list(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.DocumentListOptions]) -> ListDocumentsResponse:
        """List documents."""
    async def list_async(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.DocumentListOptions]) -> ListDocumentsResponse:
        """List documents."""
    def reprocess(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Process a document again."""
    async def reprocess_async(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Process a document again."""
    def status(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ProcessingStatus:
        """Get how far a document has been processed."""
    async def status_async(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ProcessingStatus:
        """Get how far a document has been processed."""
    def text_content(self, library_id: str, document_id: str, *, page_start: int | None=None, page_end: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DocumentTextContent:
        """Get the text of a document, or of some of its pages."""
    async def text_content_async(self, library_id: str, document_id: str, *, page_start: int | None=None, page_end: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DocumentTextContent:
        """Get the text of a document, or of some of its pages."""
    def update(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateDocumentRequest]) -> Document:
        """Change a document. None removes attributes and the expiry."""
    async def update_async(self, library_id: str, document_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateDocumentRequest]) -> Document:
        """Change a document. None removes attributes and the expiry."""
    def upload(self, library_id: str, *, file: FileInput, progress: Progress | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Document:
        """Add a document. It is processed after the answer: see `status` and `wait`."""
    async def upload_async(self, library_id: str, *, file: FileInput, progress: Progress | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Document:
        """Add a document. It is processed after the answer: see `status` and `wait`."""
    wait: Any
    wait_async: Any
class BetaLibrariesAccessesGroup:
    def delete(self, library_id: str, *, share_with_uuid: str, share_with_type: ShareEntityType | str, level: ShareLevel | str | None=None, org_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Sharing | None:
        """Stop sharing a library. Gives what it was, where the server says it. `org_id` and `level` are deprecated."""
    async def delete_async(self, library_id: str, *, share_with_uuid: str, share_with_type: ShareEntityType | str, level: ShareLevel | str | None=None, org_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Sharing | None:
        """Stop sharing a library. Gives what it was, where the server says it. `org_id` and `level` are deprecated."""
    def list(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListSharingResponse:
        """List all that a library is shared with."""
    async def list_async(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListSharingResponse:
        """List all that a library is shared with."""
    def update_or_create(self, library_id: str, *, level: ShareLevel | str, share_with_uuid: str, share_with_type: ShareEntityType | str, org_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Sharing:
        """Share a library, or change what the other side may do. `org_id` is deprecated."""
    async def update_or_create_async(self, library_id: str, *, level: ShareLevel | str, share_with_uuid: str, share_with_type: ShareEntityType | str, org_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Sharing:
        """Share a library, or change what the other side may do. `org_id` is deprecated."""
class BetaLibrariesGroup:
    accesses: BetaLibrariesAccessesGroup
    documents: BetaLibrariesDocumentsGroup
    def create(self, *, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.LibraryOptions]) -> Library:
        """Create a library."""
    async def create_async(self, *, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.LibraryOptions]) -> Library:
        """Create a library."""
    def delete(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Library | None:
        """Delete a library with its documents. Gives what it was, where the server says it."""
    async def delete_async(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Library | None:
        """Delete a library with its documents. Gives what it was, where the server says it."""
    def get(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Library:
        """Get a library."""
    async def get_async(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Library:
        """Get a library."""
    def libraries_update_v1(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateLibraryRequest]) -> Library:
        """Change a library, as the first version of the API does. Deprecated: see `update`."""
    async def libraries_update_v1_async(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateLibraryRequest]) -> Library:
        """Change a library, as the first version of the API does. Deprecated: see `update`."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.LibraryListOptions]) -> ListLibrariesResponse:
        """List libraries."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.LibraryListOptions]) -> ListLibrariesResponse:
        """List libraries."""
    def update(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateLibraryRequest]) -> Library:
        """Change a library. `description=None` removes it."""
    async def update_async(self, library_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateLibraryRequest]) -> Library:
        """Change a library. `description=None` removes it."""
class BetaConversationsGroup:
    def append(self, conversation_id: str, *, inputs: ConversationInputs | None=None, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AppendOptions]) -> ConversationResponse:
        """Go on with a conversation."""
    async def append_async(self, conversation_id: str, *, inputs: ConversationInputs | None=None, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AppendOptions]) -> ConversationResponse:
        """Go on with a conversation."""
    def append_stream(self, conversation_id: str, *, inputs: ConversationInputs | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AppendOptions]) -> _events.EventStream[_events.ConversationEvents]:
        """Go on with a conversation, event by event."""
    async def append_stream_async(self, conversation_id: str, *, inputs: ConversationInputs | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AppendOptions]) -> _events.EventStreamAsync[_events.ConversationEvents]:
        """Go on with a conversation, event by event."""
    def delete(self, conversation_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a conversation."""
    async def delete_async(self, conversation_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a conversation."""
    def get(self, conversation_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Conversation:
        """Get what a conversation is with: an agent or a model."""
    async def get_async(self, conversation_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Conversation:
        """Get what a conversation is with: an agent or a model."""
    def get_history(self, conversation_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ConversationHistory:
        """Get all entries of a conversation."""
    async def get_history_async(self, conversation_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ConversationHistory:
        """Get all entries of a conversation."""
    def get_messages(self, conversation_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ConversationMessages:
        """Get all messages of a conversation."""
    async def get_messages_async(self, conversation_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ConversationMessages:
        """Get all messages of a conversation."""
    def list(self, *, page: int | None=None, page_size: int | None=None, metadata: Mapping[str, Any] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[Conversation]:
        """List conversations, or those with some metadata. `page` is one page, counted from 0."""
    async def list_async(self, *, page: int | None=None, page_size: int | None=None, metadata: Mapping[str, Any] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[Conversation]:
        """List conversations, or those with some metadata. `page` is one page, counted from 0."""
    def restart(self, conversation_id: str, *, from_entry_id: str, inputs: ConversationInputs | None=None, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.RestartOptions]) -> ConversationResponse:
        """Start again from an entry, as a new conversation."""
    async def restart_async(self, conversation_id: str, *, from_entry_id: str, inputs: ConversationInputs | None=None, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.RestartOptions]) -> ConversationResponse:
        """Start again from an entry, as a new conversation."""
    def restart_stream(self, conversation_id: str, *, from_entry_id: str, inputs: ConversationInputs | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.RestartOptions]) -> _events.EventStream[_events.ConversationEvents]:
        """Start again from an entry, as a new conversation, event by event."""
    async def restart_stream_async(self, conversation_id: str, *, from_entry_id: str, inputs: ConversationInputs | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.RestartOptions]) -> _events.EventStreamAsync[_events.ConversationEvents]:
        """Start again from an entry, as a new conversation, event by event."""
    def start(self, *, inputs: ConversationInputs, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ConversationOptions]) -> ConversationResponse:
        """Start a conversation with a `model`, or with an agent by its `agent_id`."""
    async def start_async(self, *, inputs: ConversationInputs, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ConversationOptions]) -> ConversationResponse:
        """Start a conversation with a `model`, or with an agent by its `agent_id`."""
    def start_stream(self, *, inputs: ConversationInputs, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ConversationOptions]) -> _events.EventStream[_events.ConversationEvents]:
        """Start a conversation, event by event."""
    async def start_stream_async(self, *, inputs: ConversationInputs, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ConversationOptions]) -> _events.EventStreamAsync[_events.ConversationEvents]:
        """Start a conversation, event by event."""
    async def run_async(self, run_ctx: RunContext, inputs: ConversationInputs, **options: Any) -> RunResult:
        """Run a conversation: call functions until the model has finished."""
    async def run_stream_async(self, run_ctx: RunContext, inputs: ConversationInputs, **options: Any) -> AsyncIterator[RunResultEvents | RunResult]:
        """Run a conversation, event by event."""
    append_parse: Any
    append_parse_async: Any
    append_parse_stream: Any
    append_parse_stream_async: Any
    parse: Any
    parse_async: Any
    parse_stream: Any
    parse_stream_async: Any
    run: Any
class BetaContextSearchIndexesGroup:
    def create(self, *, name: str, config: ManagedIndexConfig | JSONMapping, schema: ManagedIndexFields | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedIndexResponse:
        """Create an index; `get` says when it is ready. `schema` names the fields of documents and of their chunks."""
    async def create_async(self, *, name: str, config: ManagedIndexConfig | JSONMapping, schema: ManagedIndexFields | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedIndexResponse:
        """Create an index; `get` says when it is ready. `schema` names the fields of documents and of their chunks."""
    def delete(self, index_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteManagedIndexResponse:
        """Delete an index with its documents."""
    async def delete_async(self, index_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteManagedIndexResponse:
        """Delete an index with its documents."""
    def delete_documents(self, index_name: str, *, document_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteDocumentsResponse:
        """Delete documents of an index."""
    async def delete_documents_async(self, index_name: str, *, document_ids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteDocumentsResponse:
        """Delete documents of an index."""
    def generate_index_summary(self, index_name: str, language: str, *, force: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> _events.EventStream[_events.StreamEvent[SummaryStreamTypes]]:
        """Have the summary of an index written in a language, part by part. `force` has it written anew."""
    async def generate_index_summary_async(self, index_name: str, language: str, *, force: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> _events.EventStreamAsync[_events.StreamEvent[SummaryStreamTypes]]:
        """Have the summary of an index written in a language, part by part. `force` has it written anew."""
    def get(self, index_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedIndexResponse:
        """Get an index."""
    async def get_async(self, index_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedIndexResponse:
        """Get an index."""
    def get_chunk(self, index_name: str, chunk_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> NavigationResponse:
        """Get a piece of a document."""
    async def get_chunk_async(self, index_name: str, chunk_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> NavigationResponse:
        """Get a piece of a document."""
    def get_index_summary(self, index_name: str, language: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetSummaryResponseSummary:
        """Get the summary of an index in a language, such as `en`."""
    async def get_index_summary_async(self, index_name: str, language: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> GetSummaryResponseSummary:
        """Get the summary of an index in a language, such as `en`."""
    def grep(self, index_name: str, *, source_id: str, pattern: str, mode: GrepMode | str | None=None, top_k: int | None=None, content_type: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> NavigationResponse:
        """Find a pattern in a document: 5 pieces where `top_k` is not set."""
    async def grep_async(self, index_name: str, *, source_id: str, pattern: str, mode: GrepMode | str | None=None, top_k: int | None=None, content_type: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> NavigationResponse:
        """Find a pattern in a document: 5 pieces where `top_k` is not set."""
    def ingest_documents(self, index_name: str, *, documents: Sequence[JSONMapping], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> IngestDocumentsResponse:
        """Add documents to an index, each as its fields; `results` says what was refused."""
    async def ingest_documents_async(self, index_name: str, *, documents: Sequence[JSONMapping], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> IngestDocumentsResponse:
        """Add documents to an index, each as its fields; `results` says what was refused."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SearchIndexListOptions]) -> Page[ListManagedIndexesResponse]:
        """List indexes."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SearchIndexListOptions]) -> PageAsync[ListManagedIndexesResponse]:
        """List indexes."""
    def navigate(self, index_name: str, *, source_id: str, start_offset: int, end_offset: int, direction: NavigateDirection | str, top_k: int | None=None, content_type: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> NavigationResponse:
        """Get the pieces of a document before or after a place: 1 where `top_k` is not set."""
    async def navigate_async(self, index_name: str, *, source_id: str, start_offset: int, end_offset: int, direction: NavigateDirection | str, top_k: int | None=None, content_type: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> NavigationResponse:
        """Get the pieces of a document before or after a place: 1 where `top_k` is not set."""
    def read(self, index_name: str, *, source_id: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ReadOptions]) -> NavigationResponse:
        """Read a document, or a part of it: 20 pieces where `top_k` is not set."""
    async def read_async(self, index_name: str, *, source_id: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ReadOptions]) -> NavigationResponse:
        """Read a document, or a part of it: 20 pieces where `top_k` is not set."""
    def search(self, index_name: str, *, retriever: Retriever | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SearchResponse:
        """Search an index by words, by meaning, or by both."""
    async def search_async(self, index_name: str, *, retriever: Retriever | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SearchResponse:
        """Search an index by words, by meaning, or by both."""
    def set_index_summary(self, index_name: str, language: str, *, content: str, status: SummaryStatus | str, translated: bool, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Set the summary of an index in a language."""
    async def set_index_summary_async(self, index_name: str, language: str, *, content: str, status: SummaryStatus | str, translated: bool, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> JSON:
        """Set the summary of an index in a language."""
    def update(self, index_name: str, *, schema: ManagedIndexFields | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedIndexResponse:
        """Change the fields of an index."""
    async def update_async(self, index_name: str, *, schema: ManagedIndexFields | JSONMapping, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ManagedIndexResponse:
        """Change the fields of an index."""
class BetaContextGroup:
    search_indexes: BetaContextSearchIndexesGroup
class BetaConnectorsGroup:
    def activate_for_consumer(self, connector_id: str, consumer_scope: ConsumerScope | str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Activate a connector for yourself, the workspace or the organization."""
    async def activate_for_consumer_async(self, connector_id: str, consumer_scope: ConsumerScope | str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Activate a connector for yourself, the workspace or the organization."""
    def call_tool(self, connector_id_or_name: str, tool_name: str, *, arguments: JSONMapping | None=None, credentials_name: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ConnectorToolCallResponse:
        """Call a tool of a connector; a call that may have been received is not sent again."""
    async def call_tool_async(self, connector_id_or_name: str, tool_name: str, *, arguments: JSONMapping | None=None, credentials_name: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ConnectorToolCallResponse:
        """Call a tool of a connector; a call that may have been received is not sent again."""
    def create(self, *, name: str, description: str, server: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ConnectorOptions]) -> Connector:
        """Create a connector to the service at `server`."""
    async def create_async(self, *, name: str, description: str, server: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ConnectorOptions]) -> Connector:
        """Create a connector to the service at `server`."""
    def create_credentials(self, connector_id_or_name: str, consumer_scope: ConsumerScope | str, *, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.CredentialsOptions]) -> MessageResponse:
        """Create credentials for a connector, or change those of this name. OAuth 2 asks the user: `get_auth_url`."""
    async def create_credentials_async(self, connector_id_or_name: str, consumer_scope: ConsumerScope | str, *, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.CredentialsOptions]) -> MessageResponse:
        """Create credentials for a connector, or change those of this name. OAuth 2 asks the user: `get_auth_url`."""
    def deactivate_for_consumer(self, connector_id: str, consumer_scope: ConsumerScope | str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Deactivate a connector for yourself, the workspace or the organization."""
    async def deactivate_for_consumer_async(self, connector_id: str, consumer_scope: ConsumerScope | str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Deactivate a connector for yourself, the workspace or the organization."""
    def delete(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Delete a connector."""
    async def delete_async(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Delete a connector."""
    def delete_all_user_credentials(self, connector_id_or_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Delete all your own credentials for a connector."""
    async def delete_all_user_credentials_async(self, connector_id_or_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Delete all your own credentials for a connector."""
    def delete_credentials(self, connector_id_or_name: str, consumer_scope: ConsumerScope | str, credentials_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Delete credentials for a connector."""
    async def delete_credentials_async(self, connector_id_or_name: str, consumer_scope: ConsumerScope | str, credentials_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Delete credentials for a connector."""
    def get(self, connector_id_or_name: str, *, fetch_user_data: bool | None=None, fetch_customer_data: bool | None=None, fetch_connection_secrets: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Connector:
        """Get a connector; with `fetch_user_data` also your credentials, without their secrets."""
    async def get_async(self, connector_id_or_name: str, *, fetch_user_data: bool | None=None, fetch_customer_data: bool | None=None, fetch_connection_secrets: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Connector:
        """Get a connector; with `fetch_user_data` also your credentials, without their secrets."""
    def get_auth_url(self, connector_id_or_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AuthURLOptions]) -> AuthURLResponse:
        """Get the page on which a user lets the connector use the service."""
    async def get_auth_url_async(self, connector_id_or_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AuthURLOptions]) -> AuthURLResponse:
        """Get the page on which a user lets the connector use the service."""
    def get_authentication_methods(self, connector_id_or_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[PublicAuthenticationMethod]:
        """Get the ways to authenticate that a connector knows."""
    async def get_authentication_methods_async(self, connector_id_or_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[PublicAuthenticationMethod]:
        """Get the ways to authenticate that a connector knows."""
    def list(self, *, query_filters: ConnectorsQueryFilters | JSONMapping | None=None, cursor: str | None=None, page_size: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> PaginatedConnectors:
        """List connectors: 100 in a page where `page_size` is not set."""
    async def list_async(self, *, query_filters: ConnectorsQueryFilters | JSONMapping | None=None, cursor: str | None=None, page_size: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> PaginatedConnectors:
        """List connectors: 100 in a page where `page_size` is not set."""
    def list_organization_credentials(self, connector_id_or_name: str, *, auth_type: ConnectorAuthType | str | None=None, fetch_default: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CredentialsResponse:
        """List the organization's credentials for a connector."""
    async def list_organization_credentials_async(self, connector_id_or_name: str, *, auth_type: ConnectorAuthType | str | None=None, fetch_default: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CredentialsResponse:
        """List the organization's credentials for a connector."""
    def list_tools(self, connector_id_or_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ConnectorToolsOptions]) -> builtins.list[MCPTool]:
        """List a page of the tools of a connector."""
    async def list_tools_async(self, connector_id_or_name: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ConnectorToolsOptions]) -> builtins.list[MCPTool]:
        """List a page of the tools of a connector."""
    def list_user_credentials(self, connector_id_or_name: str, *, auth_type: ConnectorAuthType | str | None=None, fetch_default: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CredentialsResponse:
        """List your own credentials for a connector."""
    async def list_user_credentials_async(self, connector_id_or_name: str, *, auth_type: ConnectorAuthType | str | None=None, fetch_default: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CredentialsResponse:
        """List your own credentials for a connector."""
    def list_workspace_credentials(self, connector_id_or_name: str, *, auth_type: ConnectorAuthType | str | None=None, fetch_default: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CredentialsResponse:
        """List the workspace's credentials for a connector."""
    async def list_workspace_credentials_async(self, connector_id_or_name: str, *, auth_type: ConnectorAuthType | str | None=None, fetch_default: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CredentialsResponse:
        """List the workspace's credentials for a connector."""
    def share(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Share a private connector with the workspace, which owns it from now on."""
    async def share_async(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Share a private connector with the workspace, which owns it from now on."""
    def share_to_organization(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Share a connector with the organization."""
    async def share_to_organization_async(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Share a connector with the organization."""
    def unshare(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Take a connector back from the workspace: it is its creator's again, and private."""
    async def unshare_async(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Take a connector back from the workspace: it is its creator's again, and private."""
    def unshare_from_organization(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Take a connector back from the organization."""
    async def unshare_from_organization_async(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> MessageResponse:
        """Take a connector back from the organization."""
    def update(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateConnectorRequest]) -> Connector:
        """Change a connector. None removes the title, the icon and the system prompt."""
    async def update_async(self, connector_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateConnectorRequest]) -> Connector:
        """Change a connector. None removes the title, the icon and the system prompt."""
    def update_credentials(self, connector_id_or_name: str, consumer_scope: ConsumerScope | str, *, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.CredentialsOptions]) -> MessageResponse:
        """Change credentials for a connector. None removes the title."""
    async def update_credentials_async(self, connector_id_or_name: str, consumer_scope: ConsumerScope | str, *, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.CredentialsOptions]) -> MessageResponse:
        """Change credentials for a connector. None removes the title."""
    http_client: Any
    mcp_client: Any
class BetaAgentsGroup:
    def create(self, *, model: str, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentOptions]) -> Agent:
        """Create an agent."""
    async def create_async(self, *, model: str, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentOptions]) -> Agent:
        """Create an agent."""
    def create_version_alias(self, agent_id: str, *, alias: str, version: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AgentAliasResponse:
        """Give a version a name, also one that another has: 1 to 64 of a-z, 0-9, `_` and `-`."""
    async def create_version_alias_async(self, agent_id: str, *, alias: str, version: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AgentAliasResponse:
        """Give a version a name, also one that another has: 1 to 64 of a-z, 0-9, `_` and `-`."""
    def delete(self, agent_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete an agent."""
    async def delete_async(self, agent_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete an agent."""
    def delete_version_alias(self, agent_id: str, *, alias: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Take a name away."""
    async def delete_version_alias_async(self, agent_id: str, *, alias: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Take a name away."""
    def get(self, agent_id: str, *, agent_version: int | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Agent:
        """Get an agent as it is, or in a version by its number or alias."""
    async def get_async(self, agent_id: str, *, agent_version: int | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Agent:
        """Get an agent as it is, or in a version by its number or alias."""
    def get_version(self, agent_id: str, version: int | str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Agent:
        """Get an agent in a version, by its number or alias."""
    async def get_version_async(self, agent_id: str, version: int | str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Agent:
        """Get an agent in a version, by its number or alias."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentListOptions]) -> builtins.list[Agent]:
        """List agents. Deprecated: see `list_pages`."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentListOptions]) -> builtins.list[Agent]:
        """List agents. Deprecated: see `list_pages`."""
    def list_pages(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentPagesOptions]) -> Page[AgentListPage]:
        """List agents, page by page."""
    async def list_pages_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentPagesOptions]) -> PageAsync[AgentListPage]:
        """List agents, page by page."""
    def list_version_aliases(self, agent_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[AgentAliasResponse]:
        """List the names that versions have."""
    async def list_version_aliases_async(self, agent_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[AgentAliasResponse]:
        """List the names that versions have."""
    def list_versions(self, agent_id: str, *, page: int | None=None, page_size: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[Agent]:
        """List the versions of an agent, `page_size` (1 to 100) a page. `page` is one page, counted from 0."""
    async def list_versions_async(self, agent_id: str, *, page: int | None=None, page_size: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[Agent]:
        """List the versions of an agent, `page_size` (1 to 100) a page. `page` is one page, counted from 0."""
    def update(self, agent_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateAgentRequest]) -> Agent:
        """Change an agent: makes a new version. None removes a value, but `tools` and `completion_args` stay."""
    async def update_async(self, agent_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateAgentRequest]) -> Agent:
        """Change an agent: makes a new version. None removes a value, but `tools` and `completion_args` stay."""
    def update_version(self, agent_id: str, version: int | Mapping[str, int] | None=None, *, version_data: Mapping[str, int] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Agent:
        """Make another version the current one: by its number, or as `{"version": 2}`."""
    async def update_version_async(self, agent_id: str, version: int | Mapping[str, int] | None=None, *, version_data: Mapping[str, int] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Agent:
        """Make another version the current one: by its number, or as `{"version": 2}`."""
class BetaAdminWorkspacesGroup:
    def add_users(self, workspace_uuid: str, *, members: Sequence[WorkspaceMember | JSONMapping] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AddWorkspaceMembersResponse:
        """Add members to a workspace. Those who belong to it stay as they are."""
    async def add_users_async(self, workspace_uuid: str, *, members: Sequence[WorkspaceMember | JSONMapping] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AddWorkspaceMembersResponse:
        """Add members to a workspace. Those who belong to it stay as they are."""
    def create(self, *, name: str, admin_user_id: str, description: str | None=None, icon: str | None=None, add_all_org_members: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateWorkspaceResponse:
        """Create a workspace, whose administrator is `admin_user_id`."""
    async def create_async(self, *, name: str, admin_user_id: str, description: str | None=None, icon: str | None=None, add_all_org_members: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateWorkspaceResponse:
        """Create a workspace, whose administrator is `admin_user_id`."""
    def delete(self, workspace_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Archive a workspace."""
    async def delete_async(self, workspace_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Archive a workspace."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.WorkspaceListOptions]) -> ListAdminWorkspacesResponse:
        """List workspaces."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.WorkspaceListOptions]) -> ListAdminWorkspacesResponse:
        """List workspaces."""
    def remove_users(self, workspace_uuid: str, *, members: Sequence[WorkspaceMemberRef | JSONMapping], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> RemoveWorkspaceMembersResponse:
        """Remove members from a workspace."""
    async def remove_users_async(self, workspace_uuid: str, *, members: Sequence[WorkspaceMemberRef | JSONMapping], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> RemoveWorkspaceMembersResponse:
        """Remove members from a workspace."""
    def update(self, workspace_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateWorkspaceRequest]) -> AdminWorkspace:
        """Change a workspace. None removes the description and the icon."""
    async def update_async(self, workspace_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateWorkspaceRequest]) -> AdminWorkspace:
        """Change a workspace. None removes the description and the icon."""
    def update_users(self, workspace_uuid: str, *, members: Sequence[WorkspaceMember | JSONMapping] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UpdateWorkspaceMembersResponse:
        """Add members to a workspace, and change the roles of those who belong to it."""
    async def update_users_async(self, workspace_uuid: str, *, members: Sequence[WorkspaceMember | JSONMapping] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UpdateWorkspaceMembersResponse:
        """Add members to a workspace, and change the roles of those who belong to it."""
class BetaAdminVibeWorkAnalyticsGroup:
    def by_agent_stats(self, *, start_time: int, end_time: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeWorkByAgentStats:
        """Get usage by agent."""
    async def by_agent_stats_async(self, *, start_time: int, end_time: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeWorkByAgentStats:
        """Get usage by agent."""
    def by_time_stats(self, *, start_time: int, end_time: int, granularity: VibeWorkGranularity | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeWorkByTimeStats:
        """Get usage over time."""
    async def by_time_stats_async(self, *, start_time: int, end_time: int, granularity: VibeWorkGranularity | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeWorkByTimeStats:
        """Get usage over time."""
    def by_user_stats(self, *, start_time: int, end_time: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeWorkByUserStats:
        """Get usage by user."""
    async def by_user_stats_async(self, *, start_time: int, end_time: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeWorkByUserStats:
        """Get usage by user."""
class BetaAdminVibeCodeAnalyticsGroup:
    def by_organization(self, *, start_time: int, end_time: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeOrganizationStats:
        """Get how next edits are used in the organization."""
    async def by_organization_async(self, *, start_time: int, end_time: int, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeOrganizationStats:
        """Get how next edits are used in the organization."""
    def by_workspace(self, *, start_time: int, end_time: int, workspace_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeWorkspaceStats:
        """Get how Vibe Code is used in a workspace, or in all."""
    async def by_workspace_async(self, *, start_time: int, end_time: int, workspace_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VibeWorkspaceStats:
        """Get how Vibe Code is used in a workspace, or in all."""
class BetaAdminUsersGroup:
    def create(self, users: Sequence[OrganizationMemberCreate | JSONMapping], *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateOrganizationMembersResponse:
        """Create members."""
    async def create_async(self, users: Sequence[OrganizationMemberCreate | JSONMapping], *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateOrganizationMembersResponse:
        """Create members."""
    def create_invite(self, *, email: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.InviteOptions]) -> CreateInviteResponse:
        """Invite people: one address, or several that are separated by commas or line breaks."""
    async def create_invite_async(self, *, email: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.InviteOptions]) -> CreateInviteResponse:
        """Invite people: one address, or several that are separated by commas or line breaks."""
    def delete(self, user_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AdminDeleteResponse:
        """Remove a member from the organization."""
    async def delete_async(self, user_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AdminDeleteResponse:
        """Remove a member from the organization."""
    def delete_invite(self, invite_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AdminDeleteResponse:
        """Take an invitation back."""
    async def delete_invite_async(self, invite_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AdminDeleteResponse:
        """Take an invitation back."""
    def get(self, user_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> OrganizationUser:
        """Get a member."""
    async def get_async(self, user_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> OrganizationUser:
        """Get a member."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.OrganizationMemberListOptions]) -> ListOrganizationMembersResponse:
        """List members. Each page has invitations that wait, too."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.OrganizationMemberListOptions]) -> ListOrganizationMembersResponse:
        """List members. Each page has invitations that wait, too."""
    def list_invites(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[OrganizationUserInvite]:
        """List the invitations that wait."""
    async def list_invites_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> builtins.list[OrganizationUserInvite]:
        """List the invitations that wait."""
    def list_roles(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListAdminRolesResponse:
        """List the roles of workspaces and of the organization."""
    async def list_roles_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListAdminRolesResponse:
        """List the roles of workspaces and of the organization."""
    def update(self, user_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateOrganizationMemberRequest]) -> OrganizationMember:
        """Change the roles and seats of a member. What is given takes the place of what there was."""
    async def update_async(self, user_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateOrganizationMemberRequest]) -> OrganizationMember:
        """Change the roles and seats of a member. What is given takes the place of what there was."""
class BetaAdminUserGroupsGroup:
    def add_members(self, group_uuid: str, *, user_uuids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Add users to a group."""
    async def add_members_async(self, group_uuid: str, *, user_uuids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Add users to a group."""
    def add_workspace(self, group_uuid: str, *, workspace_uuid: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **roles: Unpack[m.UpdateGroupWorkspaceRequest]) -> None:
        """Have a group belong to a workspace, with roles."""
    async def add_workspace_async(self, group_uuid: str, *, workspace_uuid: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **roles: Unpack[m.UpdateGroupWorkspaceRequest]) -> None:
        """Have a group belong to a workspace, with roles."""
    def create(self, *, name: str, description: str | None=None, target_type: UserGroupTargetType | str | None=None, parent_group_ids: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UserGroup:
        """Create a group, inside other ones if `parent_group_ids` are given."""
    async def create_async(self, *, name: str, description: str | None=None, target_type: UserGroupTargetType | str | None=None, parent_group_ids: Sequence[str] | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UserGroup:
        """Create a group, inside other ones if `parent_group_ids` are given."""
    def delete(self, group_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a group. Its members stay."""
    async def delete_async(self, group_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a group. Its members stay."""
    def get(self, group_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UserGroup:
        """Get a group."""
    async def get_async(self, group_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> UserGroup:
        """Get a group."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.UserGroupListOptions]) -> ListUserGroupsResponse:
        """List groups."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.UserGroupListOptions]) -> ListUserGroupsResponse:
        """List groups."""
    def list_members(self, group_uuid: str, *, page: int | None=None, page_size: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListUserGroupMembersResponse:
        """List the members of a group."""
    async def list_members_async(self, group_uuid: str, *, page: int | None=None, page_size: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListUserGroupMembersResponse:
        """List the members of a group."""
    def list_nested(self, group_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> NestedGroups:
        """List the groups directly inside a group."""
    async def list_nested_async(self, group_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> NestedGroups:
        """List the groups directly inside a group."""
    def list_workspaces(self, group_uuid: str, *, page: int | None=None, page_size: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListGroupWorkspacesResponse:
        """List the workspaces that a group belongs to."""
    async def list_workspaces_async(self, group_uuid: str, *, page: int | None=None, page_size: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ListGroupWorkspacesResponse:
        """List the workspaces that a group belongs to."""
    def provision_workspace(self, *, user_group_uuid: str, workspace_uuid: str, workspace_role: str | None=None, workspace_role_name: WorkspaceRoleName | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Add the members that a group has now to a workspace, with a role."""
    async def provision_workspace_async(self, *, user_group_uuid: str, workspace_uuid: str, workspace_role: str | None=None, workspace_role_name: WorkspaceRoleName | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Add the members that a group has now to a workspace, with a role."""
    def remove_members(self, group_uuid: str, *, user_uuids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Remove users from a group."""
    async def remove_members_async(self, group_uuid: str, *, user_uuids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Remove users from a group."""
    def remove_workspace(self, group_uuid: str, workspace_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Have a group belong to a workspace no more."""
    async def remove_workspace_async(self, group_uuid: str, workspace_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Have a group belong to a workspace no more."""
    def set_nested(self, group_uuid: str, *, child_group_uuids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Set which groups are directly inside a group."""
    async def set_nested_async(self, group_uuid: str, *, child_group_uuids: Sequence[str], retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Set which groups are directly inside a group."""
    def set_organization_role(self, group_uuid: str, *, organization_role: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Set the role in the organization that the members have by a group: a letter or id of `users.list_roles`."""
    async def set_organization_role_async(self, group_uuid: str, *, organization_role: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Set the role in the organization that the members have by a group: a letter or id of `users.list_roles`."""
    def update(self, group_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateUserGroupRequest]) -> UserGroup:
        """Change a group. None removes the description and the type of target."""
    async def update_async(self, group_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.UpdateUserGroupRequest]) -> UserGroup:
        """Change a group. None removes the description and the type of target."""
    def update_workspace(self, group_uuid: str, workspace_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **roles: Unpack[m.UpdateGroupWorkspaceRequest]) -> None:
        """Change the roles of a group in a workspace."""
    async def update_workspace_async(self, group_uuid: str, workspace_uuid: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **roles: Unpack[m.UpdateGroupWorkspaceRequest]) -> None:
        """Change the roles of a group in a workspace."""
class BetaAdminScimGroup:
    def get_sync(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ScimSyncRun:
        """Get how far a synchronization is, and what it changes."""
    async def get_sync_async(self, run_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ScimSyncRun:
        """Get how far a synchronization is, and what it changes."""
    def sync(self, *, dry_run: bool | None=None, sync_config: ScimSyncConfig | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ScimSyncResponse:
        """Begin a synchronization. It only says what it would change, unless `dry_run` is False."""
    async def sync_async(self, *, dry_run: bool | None=None, sync_config: ScimSyncConfig | JSONMapping | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> ScimSyncResponse:
        """Begin a synchronization. It only says what it would change, unless `dry_run` is False."""
class BetaAdminBillingGroup:
    def get_rate_limit(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AccountRateLimits:
        """Get the rate limits."""
    async def get_rate_limit_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AccountRateLimits:
        """Get the rate limits."""
    def get_spend_limit(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SpendLimits:
        """Get the spend of this month, and its limit."""
    async def get_spend_limit_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SpendLimits:
        """Get the spend of this month, and its limit."""
    def get_usage(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AccountUsageOptions]) -> AccountUsage:
        """Get usage and prices of a month, this one where none is named."""
    async def get_usage_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AccountUsageOptions]) -> AccountUsage:
        """Get usage and prices of a month, this one where none is named."""
    def update_spend_limit(self, *, amount: int, no_monthly_limit: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SpendLimits:
        """Change the limit of a month's spend, or remove it."""
    async def update_spend_limit_async(self, *, amount: int, no_monthly_limit: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> SpendLimits:
        """Change the limit of a month's spend, or remove it."""
class BetaAdminAuditLogsGroup:
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AuditLogListOptions]) -> builtins.list[AuditLog]:
        """List entries, the newest first unless `sort` is `ascending`."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AuditLogListOptions]) -> builtins.list[AuditLog]:
        """List entries, the newest first unless `sort` is `ascending`."""
class BetaAdminApiKeysGroup:
    def create(self, *, workspace_uuid: str, user_id: str, name: str | None=None, expiration: date | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateAPIKeyResponse:
        """Create a key of a workspace for a user. The answer alone tells the key itself."""
    async def create_async(self, *, workspace_uuid: str, user_id: str, name: str | None=None, expiration: date | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> CreateAPIKeyResponse:
        """Create a key of a workspace for a user. The answer alone tells the key itself."""
    def delete(self, key_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteAPIKeyResponse:
        """Delete a key."""
    async def delete_async(self, key_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteAPIKeyResponse:
        """Delete a key."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.APIKeyListOptions]) -> ListAPIKeysResponse:
        """List keys."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.APIKeyListOptions]) -> ListAPIKeysResponse:
        """List keys."""
class BetaAdminGroup:
    api_keys: BetaAdminApiKeysGroup
    audit_logs: BetaAdminAuditLogsGroup
    billing: BetaAdminBillingGroup
    scim: BetaAdminScimGroup
    user_groups: BetaAdminUserGroupsGroup
    users: BetaAdminUsersGroup
    vibe_code_analytics: BetaAdminVibeCodeAnalyticsGroup
    vibe_work_analytics: BetaAdminVibeWorkAnalyticsGroup
    workspaces: BetaAdminWorkspacesGroup
class BetaGroup:
    admin: BetaAdminGroup
    agents: BetaAgentsGroup
    connectors: BetaConnectorsGroup
    context: BetaContextGroup
    conversations: BetaConversationsGroup
    libraries: BetaLibrariesGroup
    observability: BetaObservabilityGroup
    prompts: BetaPromptsGroup
    rag: BetaRagGroup
    service_accounts: BetaServiceAccountsGroup
    skills: BetaSkillsGroup
    triggers: BetaTriggersGroup
    users: BetaUsersGroup
    webhooks: BetaWebhooksGroup
class BatchJobsGroup:
    def cancel(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchJob:
        """Ask for a job to end."""
    async def cancel_async(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchJob:
        """Ask for a job to end."""
    def create(self, *, endpoint: APIEndpoint | str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.BatchOptions]) -> BatchJob:
        """Create a job from `requests`, or from `input_files`."""
    async def create_async(self, *, endpoint: APIEndpoint | str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.BatchOptions]) -> BatchJob:
        """Create a job from `requests`, or from `input_files`."""
    def delete(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteBatchJobResponse:
        """Delete a job."""
    async def delete_async(self, job_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> DeleteBatchJobResponse:
        """Delete a job."""
    def get(self, job_id: str, *, inline: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchJob:
        """Get a job. With `inline`, its answers are in `outputs`."""
    async def get_async(self, job_id: str, *, inline: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchJob:
        """Get a job. With `inline`, its answers are in `outputs`."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.BatchListOptions]) -> ListBatchJobsResponse:
        """List jobs."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.BatchListOptions]) -> ListBatchJobsResponse:
        """List jobs."""
    wait: Any
    wait_async: Any
class BatchGroup:
    jobs: BatchJobsGroup
    def cancel(self, job_id: str | None=None, *, batch_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchJob:
        """Ask for a job to end."""
    async def cancel_async(self, job_id: str | None=None, *, batch_id: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchJob:
        """Ask for a job to end."""
    def create(self, *, endpoint: APIEndpoint | str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.BatchOptions]) -> BatchJob:
        """Create a job from `requests`, or from `input_files`."""
    async def create_async(self, *, endpoint: APIEndpoint | str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.BatchOptions]) -> BatchJob:
        """Create a job from `requests`, or from `input_files`."""
    def get(self, job_id: str | None=None, *, batch_id: str | None=None, inline: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchJob:
        """Get a job by its id, which goes by either name."""
    async def get_async(self, job_id: str | None=None, *, batch_id: str | None=None, inline: bool | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> BatchJob:
        """Get a job by its id, which goes by either name."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.BatchListOptions]) -> ListBatchJobsResponse:
        """List jobs."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.BatchListOptions]) -> ListBatchJobsResponse:
        """List jobs."""
    attach: Any
    attach_async: Any
    run: Any
    run_async: Any
    start: Any
    start_async: Any
class AudioVoicesGroup:
    def create(self, *, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.VoiceOptions]) -> VoiceResponse:
        """Make a voice from a sample."""
    async def create_async(self, *, name: str, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.VoiceOptions]) -> VoiceResponse:
        """Make a voice from a sample."""
    def delete(self, voice_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VoiceResponse:
        """Delete a voice."""
    async def delete_async(self, voice_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VoiceResponse:
        """Delete a voice."""
    def get(self, voice_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VoiceResponse:
        """Get a voice."""
    async def get_async(self, voice_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> VoiceResponse:
        """Get a voice."""
    def get_sample_audio(self, voice_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Get the recording that a voice was made from, as WAV."""
    async def get_sample_audio_async(self, voice_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Get the recording that a voice was made from, as WAV."""
    def list(self, *, limit: int | None=None, offset: int | None=None, type: VoiceType | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, type_: Any = None) -> VoiceListResponse:
        """List voices, `limit` (1 to 100) a page. With `offset`: one page, from there. Deprecated: see `search`."""
    async def list_async(self, *, limit: int | None=None, offset: int | None=None, type: VoiceType | str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, type_: Any = None) -> VoiceListResponse:
        """List voices, `limit` (1 to 100) a page. With `offset`: one page, from there. Deprecated: see `search`."""
    def search(self, *, type_: str | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.VoiceSearchOptions]) -> Page[VoiceListPage]:
        """Find voices."""
    async def search_async(self, *, type_: str | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.VoiceSearchOptions]) -> PageAsync[VoiceListPage]:
        """Find voices."""
    def update(self, voice_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.VoiceUpdateRequest]) -> VoiceResponse:
        """Change a voice. None removes a value."""
    async def update_async(self, voice_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **changes: Unpack[m.VoiceUpdateRequest]) -> VoiceResponse:
        """Change a voice. None removes a value."""
class AudioTranscriptionsGroup:
    def complete(self, *, model: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TranscriptionOptions]) -> TranscriptionResponse:
        """Transcribe a file, an address or an uploaded file."""
    async def complete_async(self, *, model: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TranscriptionOptions]) -> TranscriptionResponse:
        """Transcribe a file, an address or an uploaded file."""
    def stream(self, *, model: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TranscriptionOptions]) -> _events.EventStream[_events.TranscriptionStreamEvents]:
        """Transcribe, event by event."""
    async def stream_async(self, *, model: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TranscriptionOptions]) -> _events.EventStreamAsync[_events.TranscriptionStreamEvents]:
        """Transcribe, event by event."""
class AudioSpeechGroup:
    @overload
    def complete(self, *, input: str, stream: Literal[True], additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SpeechOptions]) -> _events.EventStream[_events.SpeechStreamEvents]:
        """Speak a text; `.audio` of the answer is the audio."""
    @overload
    def complete(self, *, input: str, stream: Literal[False] | None = None, additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SpeechOptions]) -> SpeechResponse:
        """Speak a text; `.audio` of the answer is the audio."""
    @overload
    async def complete_async(self, *, input: str, stream: Literal[True], additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SpeechOptions]) -> _events.EventStreamAsync[_events.SpeechStreamEvents]:
        """Speak a text; `.audio` of the answer is the audio."""
    @overload
    async def complete_async(self, *, input: str, stream: Literal[False] | None = None, additional_properties: Mapping[str, Any] | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SpeechOptions]) -> SpeechResponse:
        """Speak a text; `.audio` of the answer is the audio."""
    def stream(self, *, input: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SpeechOptions]) -> _events.EventStream[_events.SpeechStreamEvents]:
        """Speak a text, piece by piece."""
    async def stream_async(self, *, input: str, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.SpeechOptions]) -> _events.EventStreamAsync[_events.SpeechStreamEvents]:
        """Speak a text, piece by piece."""
class AudioSessionsGroup:
    def close(self, session_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Close a session."""
    async def close_async(self, session_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Close a session."""
    def create(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AudioSessionCreateRequest]) -> AudioSessionCreateResponse:
        """Create a session, with an agent (`agent_id`) or a configuration. The answer says which room to join."""
    async def create_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AudioSessionCreateRequest]) -> AudioSessionCreateResponse:
        """Create a session, with an agent (`agent_id`) or a configuration. The answer says which room to join."""
    def create_registration_token(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkerToken:
        """Create the token with which a worker of yours registers to host voice agents."""
    async def create_registration_token_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> WorkerToken:
        """Create the token with which a worker of yours registers to host voice agents."""
    def get(self, session_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AudioSessionResponse:
        """Get a session, with what has been said in it."""
    async def get_async(self, session_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AudioSessionResponse:
        """Get a session, with what has been said in it."""
class AudioAgentsGroup:
    def create(self, *, name: str, configuration: AudioAgentConfigurationRequest | JSONMapping, description: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AudioAgentResponse:
        """Create a voice agent."""
    async def create_async(self, *, name: str, configuration: AudioAgentConfigurationRequest | JSONMapping, description: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AudioAgentResponse:
        """Create a voice agent."""
    def delete(self, agent_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a voice agent."""
    async def delete_async(self, agent_id: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> None:
        """Delete a voice agent."""
    def get(self, agent_id: str, *, version: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AudioAgentResponse:
        """Get a voice agent in a version, the latest where it is not set."""
    async def get_async(self, agent_id: str, *, version: int | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AudioAgentResponse:
        """Get a voice agent in a version, the latest where it is not set."""
    def list(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AudioAgentListOptions]) -> Page[AudioAgentListPage]:
        """List voice agents, each in its latest version."""
    async def list_async(self, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AudioAgentListOptions]) -> PageAsync[AudioAgentListPage]:
        """List voice agents, each in its latest version."""
    def list_sessions(self, agent_id: str, *, page_size: int | None=None, page_token: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Page[AudioAgentSessionListPage]:
        """List the sessions of a voice agent, 10 a page where `page_size` is not set."""
    async def list_sessions_async(self, agent_id: str, *, page_size: int | None=None, page_token: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> PageAsync[AudioAgentSessionListPage]:
        """List the sessions of a voice agent, 10 a page where `page_size` is not set."""
    def list_versions(self, agent_id: str, *, page_size: int | None=None, page_token: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> Page[AudioAgentListPage]:
        """List the versions of a voice agent, 10 a page where `page_size` is not set."""
    async def list_versions_async(self, agent_id: str, *, page_size: int | None=None, page_token: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> PageAsync[AudioAgentListPage]:
        """List the versions of a voice agent, 10 a page where `page_size` is not set."""
    def update(self, agent_id: str, *, name: str, configuration: AudioAgentConfigurationRequest | JSONMapping, description: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AudioAgentResponse:
        """Replace a voice agent, which makes a new version."""
    async def update_async(self, agent_id: str, *, name: str, configuration: AudioAgentConfigurationRequest | JSONMapping, description: str | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None) -> AudioAgentResponse:
        """Replace a voice agent, which makes a new version."""
class AudioGroup:
    agents: AudioAgentsGroup
    sessions: AudioSessionsGroup
    speech: AudioSpeechGroup
    transcriptions: AudioTranscriptionsGroup
    voices: AudioVoicesGroup
    realtime: RealtimeTranscription
    realtime_speech: RealtimeSpeech
    def transcribe(self, file: FileInput, model: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TranscriptionSettings]) -> TranscriptionResponse:
        """Transcribe a file, or what an address (`http…`) leads to."""
    async def transcribe_async(self, file: FileInput, model: str, *, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TranscriptionSettings]) -> TranscriptionResponse:
        """Transcribe a file, or what an address (`http…`) leads to."""
    def transcribe_stream(self, file: FileInput | None=None, model: str | None=None, *, stream: FileInput | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TranscriptionSettings]) -> _events.EventStream[_events.StreamEvent[TranscriptionStreamEvents]]:
        """Transcribe a file, event by event."""
    async def transcribe_stream_async(self, file: FileInput | None=None, model: str | None=None, *, stream: FileInput | None=None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.TranscriptionSettings]) -> _events.EventStreamAsync[_events.StreamEvent[TranscriptionStreamEvents]]:
        """Transcribe a file, event by event."""
class AgentsGroup:
    def complete(self, messages: Sequence[MessageInput], agent_id: str, *, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentsCompletionOptions]) -> ChatCompletionResponse:
        """Complete a chat by an agent."""
    async def complete_async(self, messages: Sequence[MessageInput], agent_id: str, *, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentsCompletionOptions]) -> ChatCompletionResponse:
        """Complete a chat by an agent."""
    def parse(self, messages: Sequence[MessageInput], agent_id: str, *, response_format: type[Any], repair: int=0, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ParsedOptions]) -> ParsedChatCompletionResponse:
        """Complete a chat by an agent, and read the answer as a type."""
    async def parse_async(self, messages: Sequence[MessageInput], agent_id: str, *, response_format: type[Any], repair: int=0, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.ParsedOptions]) -> ParsedChatCompletionResponse:
        """Complete a chat by an agent, and read the answer as a type."""
    def stream(self, messages: Sequence[MessageInput], agent_id: str, *, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentsCompletionOptions]) -> _events.EventStream[_events.CompletionEvent]:
        """Complete a chat by an agent, chunk by chunk."""
    async def stream_async(self, messages: Sequence[MessageInput], agent_id: str, *, stream: bool | None = None, retries: AnyRetryConfig | None = None, server_url: str | None = None, timeout_ms: int | None = None, http_headers: Mapping[str, str] | None = None, **options: Unpack[m.AgentsCompletionOptions]) -> _events.EventStreamAsync[_events.CompletionEvent]:
        """Complete a chat by an agent, chunk by chunk."""
    parse_stream: Any
    parse_stream_async: Any
class Methods:
    agents: AgentsGroup
    audio: AudioGroup
    batch: BatchGroup
    beta: BetaGroup
    chat: ChatGroup
    classifiers: ClassifiersGroup
    embeddings: EmbeddingsGroup
    files: FilesGroup
    fim: FimGroup
    fine_tuning: FineTuningGroup
    models: ModelsGroup
    ocr: OcrGroup
    realtime: RealtimeGroup
    responses: ResponsesGroup
    workflows: WorkflowsGroup
    events: WorkflowsEventsGroup
