"""Workflows: executions run on the clock, take signals, updates and queries, and tell it all in events.

Each server has four: `echo` ends with its input, `fail` fails, `approval` waits for the signal `approve`, whose input
is its result, and `sign_in` ends with its input after its connectors were asked to authorize it. Inputs that are
encoded are given back as they are.
"""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import not_found, plain_error
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_cursor
from mistral_async.testing._handlers._workflow_runs import NAMES
from mistral_async.testing._handlers._workflow_schedules import settled
from mistral_async.testing._handlers.admin._organization import WORKSPACE
from mistral_async.testing._handlers.libraries import ORGANISATION
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply, no_content
from mistral_async.testing._route import route

_WORKFLOWS = "/v1/workflows"
_ONE = f"{_WORKFLOWS}/{{}}"
_REGISTRATIONS = f"{_WORKFLOWS}/registrations"
_IDS = "workflow_ids*: list[str](0,100)"
_EXECUTE = (
    "execution_id: str(0,256)?; input: any; wait_for_result: bool; timeout_seconds: float?; "
    "custom_tracing_attributes: dict?; force_new_trace: bool; traceparent: str?; extensions: dict?; task_queue: str?; "
    "deployment_name: str?; encoded_input: dict?"
)


class _Workflows(Collection):
    """The workflows, which are there from the beginning."""

    def all(self, call: FakeCall) -> dict[str, JSONObject]:
        """Return the workflows by their ids."""
        items = super().all(call)
        if not items:
            for name in NAMES:
                self.add(call, {"name": name, "display_name": name.replace("_", " ").capitalize()})
        return items

    def add(self, call: FakeCall, fields: JSONMapping) -> JSONObject:
        """Add a workflow; what makes it is no request."""
        item = {**fields, "id": call.state.ids.uuid4(), "registration_id": call.state.ids.uuid4()}
        item |= {"type": "code", "customer_id": ORGANISATION, "workspace_id": WORKSPACE, "active": True}
        item |= {"description": None, "shared_namespace": None, "available_in_chat_assistant": False}
        item |= {"is_technical": False, "archived": False, "tags": [], "metadata": {"shared_namespace": None}}
        super().all(call)[item["id"]] = item
        return item


workflows = _Workflows(_WORKFLOWS, "workflows", "Workflow", names=("name",))


def _shown(item: JSONMapping, *more: str) -> JSONObject:
    return {name: item[name] for name in (*workflows.kind.__struct_fields__, *more)}


def _matches(call: FakeCall, item: JSONMapping) -> bool:
    """Return whether a list of workflows has a workflow."""
    archived, search = call.text("archived"), (call.text("search") or "").lower()
    if archived is not None and item["archived"] != call.flag("archived"):
        return False
    tagged = set(call.texts("tags")) <= set(item["tags"])
    return tagged and call.text("deployment_status") != "inactive" and search in item["name"]


@route("GET", _WORKFLOWS, "workflows.get_workflows")
def get_workflows(call: FakeCall) -> Reply:
    """Return one page, by display name."""
    basic = ("id", "name", "display_name", "archived", "description", "metadata", "tags")
    found = [item for item in workflows.all(call).values() if _matches(call, item)]
    found.sort(key=lambda item: item["display_name"], reverse=call.text("order") == "desc")
    return json_reply(by_cursor("workflows")(call, [{name: item[name] for name in basic} for item in found]))


@route("GET", _ONE, "workflows.get_workflow")
def get_workflow(call: FakeCall) -> Reply:
    """Return a workflow."""
    return json_reply({"workflow": _shown(workflows.find(call), "active")})


@route(
    "PUT",
    _ONE,
    "workflows.update_workflow",
    body="display_name: str(0,128)?; description: str?; available_in_chat_assistant: bool?; tags: list[str]?",
)
def update_workflow(call: FakeCall) -> Reply:
    """Change a workflow; null is the value that it has by itself."""
    item = workflows.find(call)
    initial: JSONObject = {
        "display_name": item["name"],
        "description": None,
        "available_in_chat_assistant": False,
        "tags": [],
    }
    item |= {name: initial[name] if value is None else value for name, value in call.body.items()}
    return json_reply({"workflow": _shown(item)})


@route("POST", f"{_ONE}/tags", "workflows.add_workflow_tags", body="tags*: list[str]")
def add_workflow_tags(call: FakeCall) -> Reply:
    """Add tags."""
    item = workflows.find(call)
    item["tags"] = list(dict.fromkeys([*item["tags"], *call.body["tags"]]))
    return no_content()


@route("PUT", f"{_ONE}/archive", "workflows.archive_workflow")
@route("PUT", f"{_ONE}/unarchive", "workflows.unarchive_workflow")
def archive_workflow(call: FakeCall) -> Reply:
    """Archive a workflow, or take it out of the archive."""
    item = workflows.find(call)
    item["archived"] = call.operation == "workflows.archive_workflow"
    return json_reply({"workflow": _shown(item)})


@route("PUT", f"{_WORKFLOWS}/archive", "workflows.bulk_archive_workflows", body=_IDS)
@route("PUT", f"{_WORKFLOWS}/unarchive", "workflows.bulk_unarchive_workflows", body=_IDS)
def bulk_archive_workflows(call: FakeCall) -> Reply:
    """Archive workflows, or take them out of the archive."""
    archived = call.operation == "workflows.bulk_archive_workflows"
    items = workflows.all(call)
    done: list[JSONObject] = []
    errored: list[JSONObject] = []
    for each in call.body["workflow_ids"]:
        if each in items:
            items[each]["archived"] = archived
            done.append(_shown(items[each]))
        else:
            errored.append({"workflow_id": each, "message": f"Workflow {each} was not found.", "workflow": None})
    return json_reply({"archived" if archived else "unarchived": done, "errored": errored})


def _registration(item: JSONMapping, *, whole: bool) -> JSONObject:
    handlers = {"signals": ["approve"] if item["name"] == "approval" else [], "queries": ["state"], "updates": ["set"]}
    definition: JSONObject = {"input_schema": {"type": "object"}, "output_schema": None, "execution_timeout": 3600.0}
    for kind, names in handlers.items():
        definition[kind] = [{"name": name, "input_schema": {"type": "object"}} for name in names]
    return {
        "id": item["registration_id"],
        "definition": definition,
        "workflow_id": item["id"],
        "workflow": _shown(item) if whole else None,
        "deployment_name": None,
        "compatible_with_chat_assistant": False,
    }


@route("GET", _REGISTRATIONS, "workflows.get_workflow_registrations")
def get_workflow_registrations(call: FakeCall) -> Reply:
    """Return one page of the registrations; each workflow has one."""
    wanted, name, search = call.text("workflow_id"), call.text("workflow_name"), call.text("workflow_search") or ""
    found = [
        _registration(item, whole=call.flag("with_workflow"))
        for item in workflows.all(call).values()
        if wanted in (None, item["id"]) and name in (None, item["name"]) and search in item["name"]
    ]
    answer: JSONObject = by_cursor("workflow_registrations")(call, found)
    return json_reply({**answer, "workflow_versions": answer["workflow_registrations"]})


def _registered(call: FakeCall) -> JSONObject:
    """Return the workflow of the registration that the path names."""
    for item in workflows.all(call).values():
        if item["registration_id"] == call.params[0]:
            return item
    raise not_found("Workflow registration", call.params[0])


@route("GET", f"{_REGISTRATIONS}/{{}}", "workflows.get_workflow_registration")
def get_workflow_registration(call: FakeCall) -> Reply:
    """Return a registration."""
    registration = {**_registration(_registered(call), whole=call.flag("with_workflow")), "active": True}
    return json_reply({"workflow_registration": registration, "workflow_version": registration})


@route("POST", f"{_ONE}/execute", "workflows.execute_workflow", body=_EXECUTE)
@route("POST", f"{_REGISTRATIONS}/{{}}/execute", "workflows.execute_workflow_registration", body=_EXECUTE)
def execute_workflow(call: FakeCall) -> Reply:
    """Start an execution. One whose result is waited for ends at once; one that would not is too late."""
    item = workflows.find(call) if call.operation == "workflows.execute_workflow" else _registered(call)
    store = settled(call)
    execution = store.start(
        item,
        call.body.get("encoded_input") or call.body.get("input"),
        execution_id=call.body.get("execution_id"),
        deployment_name=call.body.get("deployment_name"),
        traceparent=call.body.get("traceparent") or call.headers.get("traceparent"),
        extensions=call.body.get("extensions") or {},
    )
    if not call.body.get("wait_for_result"):
        return json_reply(execution.card())
    if execution.ends_at is None:
        raise plain_error(HTTPStatus.REQUEST_TIMEOUT, f"Workflow execution {execution.id} has not ended.")
    store.finish(execution, call.state.calendar.now())
    if execution.status != "COMPLETED":
        raise plain_error(HTTPStatus.INTERNAL_SERVER_ERROR, f"Workflow execution {execution.id} failed.")
    return json_reply({"workflow_name": item["name"], "execution_id": execution.id, "result": execution.result})
