"""Executions of workflows up to their end, and the sign-ins that connectors ask for on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any, Final

from mistral_async._codec.json_encode import encode
from mistral_async._codec.open_union import decode
from mistral_async._results.poll import Poll, WaitTimeoutError, poll_until
from mistral_async._results.stream import AsyncStream
from mistral_async.errors import StreamError, WorkflowExecutionError
from mistral_async.models.workflows.events import CustomTaskStartedResponse, StreamEventSsePayload, WorkflowEvent
from mistral_async.models.workflows.workflows import ConnectorAuthTaskState, WorkflowExecutionResponse

# Rule 1: What starts an execution is sent once; the questions for its state may be repeated.
# Rule 2: An execution goes on while it is RUNNING or RETRYING_AFTER_ERROR, and in a state of a newer version until it
#   has an end. One that ends otherwise than COMPLETED is an error.
# Rule 3: Events are followed from the one after the last that was dealt with, over as many streams as it takes: a
#   stream ends or breaks without the execution. After each the state is asked for, which is the end of a terminated
#   execution, too: no event tells of it. The events that an execution has left when it ends are followed where `whole`
#   says so, as in the official SDK.
# Rule 4: Each sign-in that is asked for, by the execution or one that it started, is told once its event comes, and
#   again only if telling it failed.

Ask = Callable[[], Awaitable[WorkflowExecutionResponse]]
SignIn = Callable[[ConnectorAuthTaskState], object]
OpenStream = Callable[[int], AsyncStream[StreamEventSsePayload]]

_GOES_ON: Final = frozenset({"RUNNING", "RETRYING_AFTER_ERROR"})
_ENDS: Final = frozenset({"COMPLETED", "FAILED", "CANCELED", "TERMINATED", "TIMED_OUT", "CONTINUED_AS_NEW"})
_LAST_EVENTS: Final = frozenset(f"WORKFLOW_EXECUTION_{word}" for word in ("COMPLETED", "FAILED", "CANCELED"))


def is_ended(execution: WorkflowExecutionResponse) -> bool:
    """Return whether an execution has ended (rule 2)."""
    return execution.status in _ENDS or (execution.status not in _GOES_ON and execution.end_time is not None)


def completed(execution: WorkflowExecutionResponse) -> WorkflowExecutionResponse:
    """Return an execution that has ended with a result, else raise the error (rule 2)."""
    if execution.status == "COMPLETED":
        return execution
    error = WorkflowExecutionError(f"the execution {execution.execution_id} of a workflow ended as {execution.status}")
    error.execution = execution
    raise error


def at_most(ask: Ask, attempts: int | None) -> Ask:
    """Return a question that raises `WaitTimeoutError` where the execution still goes on after so many."""
    asked = 0

    async def limited() -> WorkflowExecutionResponse:
        nonlocal asked
        state, asked = await ask(), asked + 1
        if attempts is not None and asked >= attempts and not is_ended(state):
            error = WaitTimeoutError(f"not done after {asked} questions; it goes on: wait again, or cancel it")
            error.state = state
            raise error
        return state

    return limited


class Follower:
    """The events of an execution, followed up to its end. `open_stream` streams those from a number on."""

    def __init__(self, open_stream: OpenStream, execution_id: str, sign_in: SignIn) -> None:
        self._open_stream, self._id, self._sign_in = open_stream, execution_id, sign_in
        self._next = 0
        """The number of the event to begin with."""
        self._is_over = False
        """Whether the last event of the execution has come."""

    async def until_ended(
        self,
        ask: Ask,
        poll: Poll,
        *,
        attempts: int | None,
        timeout: float | None = None,  # noqa: ASYNC109 - the execution goes on
        whole: bool = False,
    ) -> WorkflowExecutionResponse:
        """Follow streams, and ask for the state after each, until the execution has ended with a result (rule 3)."""

        async def look() -> WorkflowExecutionResponse:
            if timeout != 0:  # else its state is asked for once
                await self._follow()
            return await ask()

        state = await poll_until(at_most(look, attempts), is_ended, poll, timeout=timeout)
        if whole and not self._is_over and f"WORKFLOW_EXECUTION_{state.status}" in _LAST_EVENTS:
            await self._follow()
        return completed(state)

    async def _follow(self) -> None:
        """Follow one stream up to its end, or to the last event of the execution (rule 3)."""
        try:
            async with self._open_stream(self._next) as stream:
                async for event in stream:
                    if self._is_last(event.data):
                        self._is_over = True
                        return
                    await self._tell(event.data)
                    self._next = event.broker_sequence + 1
        except StreamError:
            return

    def _is_last(self, event: WorkflowEvent | None) -> bool:
        kind, execution = getattr(event, "event_type", ""), getattr(event, "workflow_exec_id", "")
        return kind in _LAST_EVENTS and execution == self._id

    async def _tell(self, event: WorkflowEvent | None) -> None:
        """Tell of a sign-in that an event asks for (rule 4)."""
        if not isinstance(event, CustomTaskStartedResponse):
            return
        if event.attributes.custom_task_type != "connector_auth" or event.attributes.payload is None:
            return
        told: Any = self._sign_in(decode(encode(event.attributes.payload.value), ConnectorAuthTaskState))
        if isawaitable(told):
            await told
