"""Deployments of search indexes, and the pipelines that fill them."""

from __future__ import annotations

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._collection import Collection
from mistral_async.testing._handlers._paging import whole
from mistral_async.testing._handlers.libraries import USER
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_RAG = "beta.rag"
_METRICS = "@status online=OnlineMetrics, offline=OfflineMetrics"

deployments = Collection(
    "/v1/rag/deployments",
    f"{_RAG}.search_indexes",
    "GetDeploymentSummariesResponseDeployment",
    fields={"creator_id": USER, "status": "offline"},
)
deployments.list(whole("deployments"), "get_deployment_summaries")
deployments.delete("unregister_deployment", status=200, answer={})

pipelines = Collection(
    "/v1/rag/ingestion_pipeline_configurations",
    f"{_RAG}.ingestion_pipeline_configurations",
    "IngestionPipelineConfiguration",
    fields={"author_id": USER},
)
pipelines.list(whole())


def _registered(call: FakeCall, of: Collection) -> JSONObject:
    """Return what has the name that the body has, made or changed."""
    for item in of.all(call).values():
        if item["name"] == call.body["name"]:
            item["modified_at"] = call.state.calendar.iso()
            return item
    return of.add(call, call.body)


@route(
    "PUT",
    deployments.path,
    f"{_RAG}.search_indexes.register_deployment",
    body="name*: str; deployment*: VespaDeployment; status: {online|offline}",
)
def register_deployment(call: FakeCall) -> Reply:
    """Register a deployment; its indexes get ids."""
    given = call.body["deployment"]
    found = _registered(call, deployments)
    indexes = [
        {"id": call.state.ids.uuid4(), "name": each["name"], "document_count": None} for each in given["indexes"]
    ]
    found["status"] = call.body.get("status") or found["status"]
    found["deployment"] = {"type": "vespa", "indexes": indexes}
    return json_reply({"id": found["id"]})


@route("PUT", f"{deployments.one}/metrics", f"{_RAG}.search_indexes.update_index_metrics", body=_METRICS)
def update_index_metrics(call: FakeCall) -> Reply:
    """Keep the numbers of a deployment, or forget them."""
    found, counts = deployments.find(call), dict[str, int]()
    found["status"] = call.body["status"]
    if found["status"] == "online":
        found["document_count"] = call.body["document_count"]
        counts = {each["name"]: each["document_count"] for each in call.body["index_metrics"]}
    elif not call.body.get("clear_metrics"):
        return json_reply({})
    else:
        found["document_count"] = 0
    for index in found["deployment"]["indexes"]:
        index["document_count"] = counts.get(index["name"])
    return json_reply({})


@route(
    "PUT",
    pipelines.path,
    f"{_RAG}.ingestion_pipeline_configurations.register",
    body="name*: str; pipeline_composition: dict?; target_indexes: list[dict]?",
)
def register_pipeline(call: FakeCall) -> Reply:
    """Register a pipeline, or change the one of that name."""
    found = _registered(call, pipelines)
    found["pipeline_composition"] = call.body.get("pipeline_composition")
    return json_reply(found)


@route(
    "PUT",
    f"{pipelines.one}/run_info",
    f"{_RAG}.ingestion_pipeline_configurations.update_run_info",
    body="execution_time*: str; chunks_count*: int(0,2147483647)",
)
def update_run_info(call: FakeCall) -> Reply:
    """Keep the last run of a pipeline, and count its chunks."""
    found, count = pipelines.find(call), call.body["chunks_count"]
    found |= {"last_run_time": call.body["execution_time"], "last_run_chunks_count": count}
    found["total_chunks_count"] += count
    return json_reply(found)
