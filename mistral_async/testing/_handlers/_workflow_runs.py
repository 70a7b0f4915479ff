"""The executions of workflows: what they do as the clock goes on, and the events that tell it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, TypeGuard

from mistral_async.testing._clock import TOLERANCE, Calendar
from mistral_async.testing._errors import not_found, plain_error
from mistral_async.testing._handlers.admin._organization import WORKSPACE
from mistral_async.testing._handlers.libraries import USER
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._state import ServerState

# Rule 1: An execution is RUNNING until `processing_seconds` have passed; `approval` until its signal comes.
# Rule 2: Each step is an event at the time at which it was due, whenever it is asked for.
# Rule 3: The number of an event is its place in the list of all events.

NAMES = ("approval", "echo", "fail", "sign_in")
_WAITS = frozenset({"approval"})


class Execution:
    """An execution, whose latest run it shows."""

    def __init__(self, workflow: JSONMapping, given: Any, execution_id: str, state: ServerState) -> None:
        self.workflow, self.input, self.id = workflow, given, execution_id
        self.result: Any = None
        self.signals: list[JSONObject] = []
        self.values: JSONObject = {}
        self.status = "RUNNING"
        self.ended_at: float | None = None
        self.deployment_name: str | None = None
        self.schedule_id: str | None = None
        self.extensions: JSONMapping = {}
        self.trace_id, self.span_id = state.ids.hex32(), state.ids.hex32()[:16]
        self.run_id, self.began_at, self.ends_at = "", 0.0, None if workflow["name"] in _WAITS else 0.0

    @property
    def ended(self) -> bool:
        """True once it does not run any more."""
        return self.ended_at is not None

    def card(self) -> JSONObject:
        """Return it as the API shows it."""
        duration = None if self.ended_at is None else round((self.ended_at - self.began_at) * 1000)
        return {
            "workflow_name": self.workflow["name"],
            "execution_id": self.id,
            "root_execution_id": self.id,
            "status": self.status,
            "start_time": _iso(self.began_at),
            "end_time": None if self.ended_at is None else _iso(self.ended_at),
            "result": self.result if self.ended else None,
            "workflow_id": self.workflow["id"],
            "deployment_name": self.deployment_name,
            "parent_execution_id": None,
            "run_id": self.run_id,
            "user_id": USER,
            "total_duration_ms": duration,
        }


class WorkflowStore:
    """The executions of one account, and what happened in them."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self.executions: dict[str, Execution] = {}
        self.events: list[JSONObject] = []
        """All events in their order, as streams have them."""

    def find(self, execution_id: str) -> Execution:
        """Return an execution; raises 404 if there is none."""
        if (found := self.executions.get(execution_id)) is None:
            raise not_found("Workflow execution", execution_id)
        return found

    def events_of(self, execution: Execution) -> list[JSONObject]:
        """Return the events of an execution, of all its runs."""
        return [each for each in self.events if each["data"]["root_workflow_exec_id"] == execution.id]

    def start(
        self,
        workflow: JSONMapping,
        given: Any,
        *,
        execution_id: str | None = None,
        deployment_name: str | None = None,
        traceparent: str | None = None,
        extensions: JSONMapping | None = None,
        schedule_id: str | None = None,
        at: float | None = None,
    ) -> Execution:
        """Start an execution, now or at a time; raises 409 where one of the same id runs."""
        found = self.executions.get(execution_id or "")
        if found is not None and not found.ended:
            raise plain_error(HTTPStatus.CONFLICT, f"Workflow execution {execution_id} runs already.")
        made = Execution(workflow, given, execution_id or self._state.ids.hex32(), self._state)
        made.deployment_name, made.extensions, made.schedule_id = deployment_name, extensions or {}, schedule_id
        if traceparent is not None and traceparent.count("-") == 3:  # noqa: PLR2004 - version, trace, span, flags
            made.trace_id = traceparent.split("-")[1]
        self.executions[made.id] = made
        self.restart(made, at)
        return made

    def restart(self, execution: Execution, at: float | None = None) -> None:
        """Begin a run of an execution."""
        now = self._state.calendar.now() if at is None else at
        execution.status, execution.ended_at, execution.result = "RUNNING", None, None
        execution.run_id, execution.began_at = self._state.ids.uuid4(), now
        if execution.ends_at is not None:
            execution.ends_at = now + self._state.options.processing_seconds
        name = execution.workflow["name"]
        started = {"workflow_name": name, "display_name": name, "input": _payload(execution.input)}
        self._tell(execution, "WORKFLOW_EXECUTION_STARTED", {**_TASK, **started}, now)
        if name == "sign_in":
            for binding in execution.extensions.get("mistralai", {}).get("connectors", {}).get("bindings", []):
                self._tell(execution, "CUSTOM_TASK_STARTED", self._question(binding), now)
        else:
            activity = {"task_id": "activity-1", "activity_name": f"{name}_activity"}
            self._tell(execution, "ACTIVITY_TASK_STARTED", {**activity, "input": _payload(execution.input)}, now)

    def _question(self, binding: JSONMapping) -> JSONObject:
        """Return the attributes of a task that waits until a connector is authorized."""
        name = binding["connector_name"]
        url = f"{self._state.url}/authorize/{name}"
        value = {**binding, "connector_id": f"connector-{name}", "auth_url": url, "message": f"Sign in to {name}"}
        return {"custom_task_id": name, "custom_task_type": "connector_auth", "payload": _payload(value)}

    def settle(self, now: float | None = None) -> None:
        """Do what is due by now, or by a time (rule 1)."""
        now = (self._state.calendar.now() if now is None else now) + TOLERANCE
        for execution in self.executions.values():
            if not execution.ended and execution.ends_at is not None and execution.ends_at <= now:
                self.finish(execution, execution.ends_at)

    def finish(self, execution: Execution, at: float) -> None:
        """End an execution by itself (rule 2)."""
        name = execution.workflow["name"]
        execution.ended_at = at
        activity = {"task_id": "activity-1", "activity_name": f"{name}_activity"}
        if name == "fail":
            execution.status = "FAILED"
            failure = {"message": "The workflow fails."}
            self._tell(execution, "ACTIVITY_TASK_FAILED", {**activity, "attempt": 1, "failure": failure}, at)
            self._tell(execution, "WORKFLOW_EXECUTION_FAILED", {**_TASK, "failure": failure}, at)
            return
        execution.status = "COMPLETED"
        if name != "approval":
            execution.result = execution.input
        result = _payload(execution.result)
        if name != "sign_in":
            self._tell(execution, "ACTIVITY_TASK_COMPLETED", {**activity, "result": result}, at)
        self._tell(execution, "WORKFLOW_EXECUTION_COMPLETED", {**_TASK, "result": result}, at)

    def stop(self, execution: Execution, status: str, at: float | None = None) -> None:
        """End an execution from without, now or at a time. Nothing tells that one was terminated."""
        execution.status, execution.ended_at = status, self._state.calendar.now() if at is None else at
        if status == "CANCELED":
            self._tell(execution, "WORKFLOW_EXECUTION_CANCELED", {**_TASK, "reason": None}, execution.ended_at)

    def _tell(self, execution: Execution, kind: str, attributes: JSONMapping, at: float) -> None:
        """Add an event (rule 3)."""
        names = {"workflow_exec_id": execution.id, "root_workflow_exec_id": execution.id}
        named = {**names, "parent_workflow_exec_id": None, "workflow_name": execution.workflow["name"]}
        data = {
            "event_id": self._state.ids.uuid4(),
            "event_timestamp": int(at * 1_000_000) * 1000,
            **named,
            "workflow_run_id": execution.run_id,
            "schedule_id": execution.schedule_id,
            "event_type": kind,
            "attributes": attributes,
        }
        self.events.append(
            {
                "stream": f"workflows.{execution.id}",
                "timestamp": _iso(at),
                "data": data,
                "workflow_context": {"namespace": WORKSPACE, **named},
                "metadata": {},
                "broker_sequence": len(self.events),
            }
        )


_TASK: JSONObject = {"task_id": "workflow", "attempt": 1}


def is_encoded(value: Any) -> TypeGuard[JSONObject]:
    """Return whether an input is encoded: nobody here can read it, and it is given back as it is."""
    return isinstance(value, dict) and "b64payload" in value


def _payload(value: Any) -> JSONObject:
    if is_encoded(value):
        return {"type": "json", "value": value["b64payload"], "encoding_options": value.get("encoding_options", [])}
    return {"type": "json", "value": value}


def _iso(seconds: float) -> str:
    return Calendar.iso_of(seconds)
