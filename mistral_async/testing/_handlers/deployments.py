"""Deployments of workers: they are built over time, run, are stopped, and write a log."""

from __future__ import annotations

from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import TOLERANCE
from mistral_async.testing._errors import not_found
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import by_cursor
from mistral_async.testing._handlers.admin._organization import WORKSPACE
from mistral_async.testing._handlers.libraries import USER
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import EVENT_STREAM, Reply, data_event, json_reply, no_content
from mistral_async.testing._route import route

_GROUP = "workflows.deployments"
_SPEC = "spec: WorkerSpec?; resources: dict?"
_PLACE: JSONObject = {"location_type": "managed", "k8s_cluster": None, "k8s_namespace": None}


def _new(call: FakeCall) -> JSONMapping:
    return {
        "service_id": call.state.ids.uuid4(),
        "created_by": USER,
        "is_hardened": bool(call.body.get("hardened")),
        "logs": [],
        "built_at": 0.0,
    }


deployments = Collection(
    "/v1/workflows/deployments", _GROUP, "ManagedDeploymentResponse", key="name", unique=("name",), fields=_new
)


def _build(call: FakeCall, item: JSONObject, what: str) -> Reply:
    """Have a deployment built, from its fields and the body's, and say what it is now."""
    spec: JSONObject = call.body.get("spec") or {}
    resources: JSONObject = call.body.get("resources") or {}
    item["spec"] = {**_spec(item), **{name: value for name, value in spec.items() if value is not None}}
    item["resources"] = {"replicas": 1, **item["resources"], **resources}
    item |= {"stopped": False, "updated_at": call.state.calendar.iso(), "updated_by": USER, "deployed_by": USER}
    item["built_at"] = call.state.calendar.now() + call.state.options.processing_seconds
    _log(call, item, what)
    return json_reply(_shown(call, item), HTTPStatus.ACCEPTED)


def _spec(item: JSONMapping) -> JSONObject:
    """Return the spec of a deployment, with what a new one has."""
    return {"backend_spec": {"type": "mistral_cloud"}, "revision": "main", "type": "workflows_worker"} | {
        name: value for name, value in item["spec"].items() if value is not None
    }


def _log(call: FakeCall, item: JSONObject, body: str, kind: str = "build") -> None:
    line: JSONObject = {
        "timestamp": call.state.calendar.iso(),
        "trace_id": call.state.ids.hex32(),
        "span_id": call.state.ids.hex32()[:16],
        "severity_text": "INFO",
        "body": body,
        "log_attributes": {},
    }
    item["logs"].append((kind, line))


def _is_running(call: FakeCall, item: JSONMapping) -> bool:
    return not item["stopped"] and item["built_at"] <= call.state.calendar.now() + TOLERANCE


def _shown(call: FakeCall, item: JSONMapping) -> JSONObject:
    """Return a deployment as the API runs it now."""
    ready = item["resources"]["replicas"] if _is_running(call, item) else 0
    phase = "stopped" if item["stopped"] else "running" if ready else "building"
    status = {**item["status"], "phase": phase, "available_replicas": ready, "ready_replicas": ready}
    shown = {name: item[name] for name in deployments.kind.__struct_fields__}
    return {**shown, "status": status, "rollout_status": phase}


def _card(call: FakeCall, item: JSONMapping) -> JSONObject:
    """Return a deployment with its workers counted."""
    workers = _workers(call, item)
    active = sum(worker["is_active"] for worker in workers)
    common = {name: item[name] for name in ("name", "created_at", "updated_at", "is_hardened")}
    counts = {"worker_count": len(workers), "active_worker_count": active, "is_active": active > 0}
    rest = {"id": item["service_id"], "owner": USER, "location": _PLACE, "locations": ["managed"]}
    heard = {"last_heartbeat": call.state.calendar.iso(), "managed": _shown(call, item)}
    return {**common, **counts, **rest, **heard}


def _workers(call: FakeCall, item: JSONMapping) -> list[JSONObject]:
    times = {"created_at": item["created_at"], "updated_at": item["updated_at"]}
    running = _is_running(call, item)
    return [
        {
            "name": f"{item['name']}-{number}",
            **times,
            "last_heartbeat": call.state.calendar.iso(),
            "is_active": running,
            "location": _PLACE,
        }
        for number in range(item["resources"]["replicas"])
    ]


@route("GET", deployments.path, f"{_GROUP}.list_deployments")
def list_deployments(call: FakeCall) -> Reply:
    """Return one page, in order; those without a live worker only if they are asked for."""
    search = call.text("search") or ""
    found = [_card(call, item) for item in deployments.all(call).values()]
    found = [card for card in found if search in card["name"] or (search and card["id"].startswith(search))]
    if call.flag("active_only", default=True):
        found = [card for card in found if card["is_active"]]
    if call.text("is_hardened") is not None:
        found = [card for card in found if card["is_hardened"] == call.flag("is_hardened")]
    order = call.text("order_by") or "created_at"
    found.sort(key=lambda card: card[order], reverse=call.text("order") != "asc")
    return json_reply({**by_cursor("deployments")(call, found), "workspace_id": WORKSPACE})


@route(
    "POST",
    deployments.path,
    f"{_GROUP}.create_deployment",
    body="name*: str; spec*: WorkerSpec; resources: dict?; hardened: bool",
)
def create_deployment(call: FakeCall) -> Reply:
    """Create a deployment, which is built from now on."""
    item = deployments.add(call, {"name": call.body["name"]})
    item["resources"] = {}
    return _build(call, item, "Build started")


@route("GET", deployments.one, f"{_GROUP}.get_deployment")
def get_deployment(call: FakeCall) -> Reply:
    """Return a deployment with its workers."""
    item = deployments.find(call)
    return json_reply({**_card(call, item), "workers": _workers(call, item)})


@route("PATCH", deployments.one, f"{_GROUP}.update_deployment", body=_SPEC)
def update_deployment(call: FakeCall) -> Reply:
    """Change a deployment and build it anew."""
    return _build(call, deployments.find(call), "Rebuild started")


@route("POST", f"{deployments.one}/restart", f"{_GROUP}.restart_deployment")
@route("POST", f"{deployments.one}/start", f"{_GROUP}.start_deployment")
def start(call: FakeCall) -> Reply:
    """Build a deployment anew."""
    return _build(call, deployments.find(call), "Started")


@route("POST", f"{deployments.one}/stop", f"{_GROUP}.stop_deployment")
@route("DELETE", deployments.one, f"{_GROUP}.delete_deployment")
def stop(call: FakeCall) -> Reply:
    """Stop a deployment, or delete it."""
    item = deployments.find(call)
    item |= {"stopped": True, "updated_at": call.state.calendar.iso()}
    _log(call, item, "Stopped", "runtime")
    if call.operation == f"{_GROUP}.delete_deployment":
        deployments.remove(call)
    return json_reply(_shown(call, item), HTTPStatus.ACCEPTED)


@route("POST", f"{deployments.one}/unharden", f"{_GROUP}.unharden_deployment")
def unharden_deployment(call: FakeCall) -> Reply:
    """Have a deployment take any credential; here it is named by its id."""
    for item in deployments.all(call).values():
        if item["service_id"] == call.params[0]:
            item["is_hardened"] = False
            return no_content()
    raise not_found("Deployment", call.params[0])


@route("GET", f"{deployments.one}/archive", f"{_GROUP}.get_deployment_archive")
def get_deployment_archive(call: FakeCall) -> Reply:
    """Return the archive of a deployment's code."""
    archive_id = deployments.find(call)["spec"].get("archive_id")
    url = f"{call.state.url}/archives/{archive_id}" if archive_id else None
    return json_reply({"archive_id": archive_id or "", "download_url": url})


@route("GET", f"{deployments.one}/workers", f"{_GROUP}.list_deployment_workers")
def list_deployment_workers(call: FakeCall) -> Reply:
    """Return one page of the workers."""
    wanted, found = call.text("worker_status"), _workers(call, deployments.find(call))
    found = [each for each in found if wanted in (None, "active" if each["is_active"] else "inactive")]
    return json_reply(by_cursor("workers")(call, found))


def _lines(call: FakeCall) -> list[JSONObject]:
    """Return the lines of the log that the query asks for, oldest first."""
    kind, after, before = call.text("log_type"), call.text("after") or "", call.text("before") or "9999"
    found: list[tuple[str, JSONObject]] = deployments.find(call)["logs"]
    return [line for log, line in found if kind in (None, log) and after <= line["timestamp"] < before]


@route("GET", f"{deployments.one}/logs", f"{_GROUP}.get_deployment_logs")
def get_deployment_logs(call: FakeCall) -> Reply:
    """Return one page of the log."""
    lines = _lines(call)
    return json_reply(by_cursor("results")(call, lines[::-1] if call.text("order") == "desc" else lines))


@route(
    "GET",
    f"{deployments.one}/logs/stream",
    f"{_GROUP}.stream_deployment_logs",
    stream=f"{_GROUP}.stream_deployment_logs",
)
def stream_deployment_logs(call: FakeCall) -> Reply:
    """Stream the log as it is now, from the line after `last_event_id` on."""
    numbered = list(enumerate(_lines(call)))[call.resumed() :]
    frames = [b"id: %d\nevent: log\n%b" % (number, data_event(line)) for number, line in numbered]
    return Reply(events=frames, media=EVENT_STREAM)
