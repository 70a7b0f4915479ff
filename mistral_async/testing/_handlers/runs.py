"""Runs of workflows, their figures, and where their workers get work."""

from __future__ import annotations

from typing import Any

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import not_found
from mistral_async.testing._handlers._paging import by_token
from mistral_async.testing._handlers._workflow_runs import Execution
from mistral_async.testing._handlers._workflow_schedules import settled
from mistral_async.testing._handlers.admin._organization import WORKSPACE
from mistral_async.testing._handlers.executions import history_of
from mistral_async.testing._handlers.workflows import workflows
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_WORKFLOWS = "/v1/workflows"
_ONE = f"{_WORKFLOWS}/{{}}"
_RUNS = f"{_WORKFLOWS}/runs"


def _runs(call: FakeCall) -> list[JSONObject]:
    """Return the runs that the query asks for."""
    wanted = {name: call.text(name) for name in ("root_execution_id", "deployment_name", "user_id")}
    states, named = call.texts("status"), call.text("workflow_identifier")
    search = (call.text("search") or "").lower()
    return [
        card
        for execution in settled(call).executions.values()
        if (card := execution.card())
        and all(value in (None, card[name]) for name, value in wanted.items())
        and (not states or card["status"] in states)
        and named in (None, card["workflow_name"], card["workflow_id"])
        and search in card["workflow_name"]
        and (call.text("start_time_after") or "") <= card["start_time"] <= (call.text("start_time_before") or "9999")
    ]


@route("GET", _RUNS, "workflows.runs.list_runs")
def list_runs(call: FakeCall) -> Reply:
    """Return one page of runs, without their results."""
    order = call.text("sort_by") or "start_time"
    found = sorted(_runs(call), key=lambda card: card[order] or "9999", reverse=call.text("order") != "asc")
    for card in found:
        del card["result"]
    return json_reply(by_token("executions", parameter="next_page_token", size=50)(call, found))


def _run(call: FakeCall) -> Execution:
    """Return the execution of a run."""
    for execution in settled(call).executions.values():
        if execution.run_id == call.params[0]:
            return execution
    raise not_found("Run", call.params[0])


@route("GET", f"{_RUNS}/{{}}", "workflows.runs.get_run")
def get_run(call: FakeCall) -> Reply:
    """Return a run."""
    return json_reply(_run(call).card())


@route("GET", f"{_RUNS}/{{}}/history", "workflows.runs.get_run_history")
def get_run_history(call: FakeCall) -> Reply:
    """Return the history of a run."""
    return json_reply(history_of(settled(call), _run(call)))


@route("GET", f"{_ONE}/metrics", "workflows.metrics.get_workflow_metrics")
def get_workflow_metrics(call: FakeCall) -> Reply:
    """Return the figures of a workflow's executions."""
    name = workflows.find(call)["name"]
    after, before = call.text("start_time") or "", call.text("end_time") or "9999"
    found: list[JSONObject] = [each.card() for each in settled(call).executions.values()]
    found = [each for each in found if each["workflow_name"] == name and after <= each["start_time"] <= before]
    spans = [[index, each["total_duration_ms"]] for index, each in enumerate(found) if each["total_duration_ms"]]
    done, failed = (sum(each["status"] == status for each in found) for status in ("COMPLETED", "FAILED"))
    average = sum(span for _, span in spans) / len(spans) if spans else 0.0
    figures: dict[str, Any] = {"execution_count": len(found), "success_count": done, "error_count": failed}
    figures |= {"average_latency_ms": average, "latency_over_time": spans, "retry_rate": 0.0}
    return json_reply({name: {"value": value} for name, value in figures.items()})


@route("GET", f"{_WORKFLOWS}/workers/whoami", "workflows.workers.get_scheduler_namespace")
def get_scheduler_namespace(call: FakeCall) -> Reply:
    """Return the place where workers get their work."""
    return json_reply({"scheduler_url": call.state.url, "namespace": WORKSPACE, "tls": False})
