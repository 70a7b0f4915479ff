"""Workflows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, cast

from typing_extensions import Unpack

from mistral_async._binding.resource import Async, M, Resource, endpoint, method
from mistral_async._codec.json_types import JSON
from mistral_async._engine.first_use import group
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, get, pages, post, put
from mistral_async.models.workflows.workflows import (
    ConnectorAuthTaskState,
    ConnectorSlot,
    GetWorkflowRegistrationsOptions,
    GetWorkflowsOptions,
    WorkflowArchiveResponse,
    WorkflowBasicDefinition,
    WorkflowBulkArchiveResponse,
    WorkflowBulkUnarchiveResponse,
    WorkflowExecuteResponse,
    WorkflowExecutionOptions,
    WorkflowExecutionResponse,
    WorkflowExecutionSyncResponse,
    WorkflowExtensions,
    WorkflowGetResponse,
    WorkflowListResponse,
    WorkflowRegistration,
    WorkflowRegistrationGetResponse,
    WorkflowRegistrationListResponse,
    WorkflowRunOptions,
    WorkflowUnarchiveResponse,
    WorkflowUpdateRequest,
    WorkflowUpdateResponse,
)

if TYPE_CHECKING:
    from mistral_async._results.stream import AsyncStream
    from mistral_async.models.workflows.events import StreamEventSsePayload
    from mistral_async.resources.workflows.deployments import Deployments
    from mistral_async.resources.workflows.events import Events
    from mistral_async.resources.workflows.executions import Executions
    from mistral_async.resources.workflows.metrics import Metrics
    from mistral_async.resources.workflows.runs import Runs
    from mistral_async.resources.workflows.schedules import Schedules
    from mistral_async.resources.workflows.workers import Workers

_ALL = "/v1/workflows"
_ONE = "/v1/workflows/{}"
_REGISTRATIONS = "/v1/workflows/registrations"
_REGISTRATION = "/v1/workflows/registrations/{}"
_CURSOR = PageToken("cursor", "next_cursor")
_CLEARED = frozenset({"display_name", "description", "available_in_chat_assistant", "tags"})


class Workflows(Resource[M]):
    """Workflows: code of yours that runs step by step, for as long as it takes. They are named by name or id."""

    @group
    def deployments(self) -> Deployments[M]:
        """The workers that run your workflows."""
        from mistral_async.resources.workflows.deployments import Deployments

        return Deployments(self._executor)

    @group
    def events(self) -> Events[M]:
        """The events of executions."""
        from mistral_async.resources.workflows.events import Events

        return Events(self._executor)

    @group
    def executions(self) -> Executions[M]:
        """The executions of workflows."""
        from mistral_async.resources.workflows.executions import Executions

        return Executions(self._executor)

    @group
    def metrics(self) -> Metrics[M]:
        """The figures of workflows."""
        from mistral_async.resources.workflows.metrics import Metrics

        return Metrics(self._executor)

    @group
    def runs(self) -> Runs[M]:
        """The list of all executions."""
        from mistral_async.resources.workflows.runs import Runs

        return Runs(self._executor)

    @group
    def schedules(self) -> Schedules[M]:
        """The schedules that start workflows."""
        from mistral_async.resources.workflows.schedules import Schedules

        return Schedules(self._executor)

    @group
    def workers(self) -> Workers[M]:
        """The place where workers get their work."""
        from mistral_async.resources.workflows.workers import Workers

        return Workers(self._executor)

    @endpoint
    def get_workflows(
        self, **options: Unpack[GetWorkflowsOptions]
    ) -> Pages[WorkflowBasicDefinition, WorkflowListResponse]:
        """List workflows."""
        return pages(_ALL, query=options, returns=WorkflowListResponse, by=_CURSOR, items="workflows")

    @endpoint
    def get_workflow(self, workflow_identifier: str) -> Call[WorkflowGetResponse]:
        """Get a workflow."""
        return get(_ONE, workflow_identifier, returns=WorkflowGetResponse)

    @endpoint
    def update_workflow(
        self, workflow_identifier: str, **changes: Unpack[WorkflowUpdateRequest]
    ) -> Call[WorkflowUpdateResponse]:
        """Change a workflow. None clears a value."""
        return put(_ONE, workflow_identifier, json=changes, returns=WorkflowUpdateResponse, nulls=_CLEARED)

    @endpoint
    def add_workflow_tags(self, workflow_identifier: str, *, tags: Sequence[str]) -> Call[None]:
        """Give a workflow further tags."""
        return post(f"{_ONE}/tags", workflow_identifier, json={"tags": tags}, returns=None)

    @endpoint
    def archive_workflow(self, workflow_identifier: str) -> Call[WorkflowArchiveResponse]:
        """Archive a workflow."""
        return put(f"{_ONE}/archive", workflow_identifier, returns=WorkflowArchiveResponse)

    @endpoint
    def unarchive_workflow(self, workflow_identifier: str) -> Call[WorkflowUnarchiveResponse]:
        """Take a workflow out of the archive."""
        return put(f"{_ONE}/unarchive", workflow_identifier, returns=WorkflowUnarchiveResponse)

    @endpoint
    def bulk_archive_workflows(self, *, workflow_ids: Sequence[str]) -> Call[WorkflowBulkArchiveResponse]:
        """Archive workflows, at most 100 by their ids."""
        return put(f"{_ALL}/archive", json={"workflow_ids": workflow_ids}, returns=WorkflowBulkArchiveResponse)

    @endpoint
    def bulk_unarchive_workflows(self, *, workflow_ids: Sequence[str]) -> Call[WorkflowBulkUnarchiveResponse]:
        """Take workflows out of the archive, at most 100 by their ids."""
        return put(f"{_ALL}/unarchive", json={"workflow_ids": workflow_ids}, returns=WorkflowBulkUnarchiveResponse)

    @endpoint
    def get_workflow_registrations(
        self, **options: Unpack[GetWorkflowRegistrationsOptions]
    ) -> Pages[WorkflowRegistration, WorkflowRegistrationListResponse]:
        """List registrations: the versions of workflows."""
        returns = WorkflowRegistrationListResponse
        return pages(_REGISTRATIONS, query=options, returns=returns, by=_CURSOR, items="workflow_registrations")

    @endpoint
    def get_workflow_registration(
        self, workflow_registration_id: str, *, with_workflow: bool | None = None, include_shared: bool | None = None
    ) -> Call[WorkflowRegistrationGetResponse]:
        """Get a registration."""
        query = {"with_workflow": with_workflow, "include_shared": include_shared}
        return get(_REGISTRATION, workflow_registration_id, query=query, returns=WorkflowRegistrationGetResponse)

    @endpoint
    def execute_workflow_registration(
        self, workflow_registration_id: str, **options: Unpack[WorkflowExecutionOptions]
    ) -> Call[WorkflowExecutionSyncResponse | WorkflowExecutionResponse]:
        """Start an execution of a registration. Deprecated: `execute_workflow`."""
        json = {**options}
        return post(f"{_REGISTRATION}/execute", workflow_registration_id, json=json, returns=WorkflowExecuteResponse)

    @endpoint
    def execute_workflow(
        self, workflow_identifier: str, **options: Unpack[WorkflowExecutionOptions]
    ) -> Call[WorkflowExecutionSyncResponse | WorkflowExecutionResponse]:
        """Start an execution. With `wait_for_result` the answer comes when it has ended, with its result."""
        return post(f"{_ONE}/execute", workflow_identifier, json={**options}, returns=WorkflowExecuteResponse)

    @method
    async def execute_workflow_and_wait(
        self: Workflows[Async],
        workflow_identifier: str,
        *,
        polling_interval: float = 5.0,
        max_attempts: int | None = None,
        use_api_sync: bool = False,
        timeout_seconds: float | None = None,
        **options: Unpack[WorkflowRunOptions],
    ) -> JSON:
        """Start an execution, wait for its end as `wait_for_workflow_completion` does, and return its result.

        With `use_api_sync` the API waits, at most `timeout_seconds`, and nothing is asked again.
        """
        if use_api_sync:
            waits = cast("WorkflowExecutionOptions", {**options, "wait_for_result": True})
            waits["timeout_seconds"] = timeout_seconds
            return (await self.execute_workflow(workflow_identifier, **waits)).result
        execution = await self.execute_workflow(workflow_identifier, **options)
        ended = await self.wait_for_workflow_completion(
            execution.execution_id,
            polling_interval=polling_interval,
            max_attempts=max_attempts,
            timeout=timeout_seconds,
        )
        return ended.result

    @method
    async def wait_for_workflow_completion(
        self: Workflows[Async],
        execution_id: str,
        *,
        polling_interval: float = 5.0,
        max_attempts: int | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the execution goes on
        progress: Callable[[WorkflowExecutionResponse], object] | None = None,
    ) -> WorkflowExecutionResponse:
        """Wait until an execution has ended, and return it with its result.

        Its state is asked for every `polling_interval` seconds. One that ends otherwise than `COMPLETED` is a
        `WorkflowExecutionError`; one that goes on after `timeout` seconds or `max_attempts` questions is a
        `WaitTimeoutError`.
        """
        from mistral_async._binding.async_executor import once
        from mistral_async._results.poll import Poll, poll_until
        from mistral_async._results.workflow_run import at_most, completed, is_ended

        executions = once(self).executions
        ask = at_most(lambda: executions.get_workflow_execution(execution_id), max_attempts)
        poll = Poll(initial=polling_interval, maximum=polling_interval, factor=1.0)
        return completed(await poll_until(ask, is_ended, poll, timeout=timeout, each=progress))

    @method
    async def execute_with_connector_auth(
        self: Workflows[Async],
        workflow_identifier: str,
        *,
        on_auth_required: Callable[[ConnectorAuthTaskState], object],
        connectors: Sequence[ConnectorSlot] = (),
        polling_interval: float = 2.0,
        max_attempts: int | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the execution goes on
        **options: Unpack[WorkflowRunOptions],
    ) -> WorkflowExecutionResponse:
        """Start an execution with connectors, and wait for its end.

        `on_auth_required`, a function or a coroutine function, is told of each sign-in that a connector needs; the
        execution goes on by itself once the user has signed in. Where the events end before the execution they are
        asked for again after `polling_interval` seconds, then ever more rarely, up to 30 seconds and
        `max_attempts` times. Raises as `wait_for_workflow_completion` does.
        """
        if connectors:
            options["extensions"] = WorkflowExtensions.from_connectors(connectors)
        started = await self.execute_workflow(workflow_identifier, **options)
        return await self._follow(started.execution_id, on_auth_required, polling_interval, max_attempts, timeout)

    async def _follow(
        self: Workflows[Async],
        execution_id: str,
        on_auth_required: Callable[[ConnectorAuthTaskState], object],
        polling_interval: float,
        max_attempts: int | None,
        timeout: float | None = None,  # noqa: ASYNC109 - the execution goes on
        *,
        whole: bool = False,
    ) -> WorkflowExecutionResponse:
        from mistral_async._binding.async_executor import once
        from mistral_async._results.poll import Poll
        from mistral_async._results.workflow_run import Follower

        asking = once(self)

        def open_stream(start_seq: int) -> AsyncStream[StreamEventSsePayload]:
            return asking.events.get_stream_events(root_workflow_exec_id=execution_id, start_seq=start_seq)

        def ask() -> Awaitable[WorkflowExecutionResponse]:
            return asking.executions.get_workflow_execution(execution_id)

        follower = Follower(open_stream, execution_id, on_auth_required)
        poll = Poll(initial=polling_interval, maximum=max(polling_interval, 30.0), factor=2.0)
        return await follower.until_ended(ask, poll, attempts=max_attempts, timeout=timeout, whole=whole)
