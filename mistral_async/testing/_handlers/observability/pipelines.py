"""Pipelines: their judges give scores to the spans of chats that are made after them."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._collection import Collection, blank
from mistral_async.testing._handlers._paging import by_cursor, by_link
from mistral_async.testing._handlers.observability._chats import Chats
from mistral_async.testing._handlers.observability._kept import CREATED, error_of, slug_of
from mistral_async.testing._handlers.observability._rows import aggregated, fields_of, matching, options_of, within
from mistral_async.testing._handlers.observability._verdict import verdict
from mistral_async.testing._handlers.observability.judges import judges
from mistral_async.testing._handlers.observability.telemetry import AGGREGATION, spans_of
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_GROUP = "beta.observability.spans"
_PATH = "/v1/observability/spans/evaluations"
_TEXTS = "description: str?; enabled: bool; "
_NEW = "name*: str; selectors*: list[PipelineSelector]; definitions*: list[PipelineJudge]"
_SEARCH = "search_expression: str?"
_DEFAULT = {"type": "REGRESSION", "min": 0, "max": 1}
_listing = by_cursor("span_evaluations.results", "span_evaluations.cursor", limit="page_size")


def _pipeline(call: FakeCall) -> JSONObject:
    return {**CREATED, "slug": slug_of(call.body["name"]), "enabled": True, **_configs(call)}


def _configs(call: FakeCall) -> JSONObject:
    """Return the steps of the judges that the body names."""
    shared = {"scope": "workspace", "pipeline_kind": "judge-v1", "enabled": True}
    made = blank("PipelineConfig", call.state.calendar.iso())
    steps: list[JSONObject] = []
    definitions: list[JSONObject] = call.body.get("definitions") or []
    for each in definitions:
        judge = _judge(call, each["slug"])
        definition = {
            "model": judge.get("model_name", ""),
            "prompt": judge.get("instructions", ""),
            "result_spec": {"type": "numeric", "min": 0, "max": 1},
            "mapping": each.get("mapping") or {},
        }
        own = {"id": call.state.ids.uuid4(), "name": each["slug"], "slug": each["slug"], "scorer_slug": each["slug"]}
        step = {**made, **shared, **own, "definition": definition, "sampling": each.get("sampling")}
        steps.append({name: value for name, value in step.items() if name in made})
    return {"pipeline_configs": steps}


def _judge(call: FakeCall, slug: str) -> JSONObject:
    """Return the judge of a slug: one that was created, or one that gives a number."""
    found = [each for each in judges.all(call).values() if slug in (each["id"], slug_of(each["name"]))]
    return found[0] if found else {"output": _DEFAULT}


pipelines = Collection(
    "/v1/observability/pipelines",
    "beta.observability.evaluations",
    "Pipeline",
    fields=_pipeline,
    error=error_of("EVALUATION"),
)
pipelines.create(
    "create_pipeline",
    body=f"name*: str; {_TEXTS}selectors*: list[PipelineSelector]; definitions*: list[PipelineJudge]",
    status=HTTPStatus.CREATED,
)
pipelines.list(by_link("pipelines"), "list_pipelines", filters=("enabled",), search={"q": "name"})
pipelines.get("get_pipeline")
pipelines.delete("delete_pipeline")


@route(
    "PUT",
    pipelines.one,
    "beta.observability.evaluations.update_pipeline",
    body=_TEXTS + _NEW.replace("*", ""),
)
def update_pipeline(call: FakeCall) -> Reply:
    """Change a pipeline, and its steps where other judges are named."""
    steps = _configs(call) if "definitions" in call.body else {}
    return json_reply(pipelines.change(call, {**call.body, **steps}))


def _results(call: FakeCall) -> Iterator[tuple[JSONObject, str, JSONObject]]:
    """Yield the spans of models, the newest first, each with the steps that judge it, and their verdicts."""
    chats = {chat.completion.id: chat for chat in call.state.store(Chats).all()}
    for span in spans_of(call.state):
        chat = chats[span["trace_id"]]
        for pipeline in pipelines.all(call).values():
            if pipeline["enabled"] and span["response_id"] and pipeline["created_at"] <= span["start_time"]:
                for step in pipeline["pipeline_configs"]:
                    judge = _judge(call, step["scorer_slug"])
                    yield span, step["slug"], verdict(judge, [*chat.messages, *chat.answers])


def _evaluations(call: FakeCall) -> list[JSONObject]:
    return [_evaluation(span, name, found) for span, name, found in _results(call)]


def _evaluation(span: JSONMapping, name: str, found: JSONObject) -> JSONObject:
    answer = found["answer"]
    score = {"score_value": 0.0, "score_label": answer} if isinstance(answer, str) else {"score_value": answer}
    made = blank("GetSpanEvaluation", "")
    shared = {key: span[key] for key in made.keys() & span.keys()}
    own = {"timestamp": span["end_time"], "evaluation_name": name, "explanation": found["analysis"]}
    return {**made, **shared, **own, **score}


@route("POST", f"{_PATH}/aggregate", f"{_GROUP}.aggregate_span_evaluations", body=AGGREGATION)
def aggregate_span_evaluations(call: FakeCall) -> Reply:
    """Compute a number of scores."""
    return json_reply(aggregated(call, _evaluations(call), "timestamp"))


@route("GET", f"{_PATH}/fields", f"{_GROUP}.list_span_eval_fields")
def list_span_eval_fields(_call: FakeCall) -> Reply:
    """Return the fields of scores."""
    return json_reply(fields_of("GetSpanEvaluation"))


@route("GET", f"{_PATH}/fields/{{}}/options", f"{_GROUP}.fetch_span_eval_field_options")
def fetch_span_eval_field_options(call: FakeCall) -> Reply:
    """Return the values of a field of scores."""
    return json_reply(options_of(call, "GetSpanEvaluation", within(call, _evaluations(call), "timestamp")))


@route("POST", f"{_PATH}/search", f"{_GROUP}.search_span_evaluations", body=_SEARCH)
@route("POST", f"{_PATH}/search/latest", f"{_GROUP}.search_latest_span_evaluations", body=_SEARCH)
def search_span_evaluations(call: FakeCall) -> Reply:
    """Return a page of the scores that an expression finds: of each span a step gives only one."""
    found = matching(within(call, _evaluations(call), "timestamp"), call.body.get("search_expression"))
    return json_reply(_listing(call, found))


@route(
    "POST",
    "/v1/observability/pipeline-results/search",
    f"{_GROUP}.search_pipeline_results",
    body=f"pipeline_config_slugs*: list[str]; {_SEARCH}",
)
def search_pipeline_results(call: FakeCall) -> Reply:
    """Return a page of the spans that were judged, each with all its verdicts."""
    rows: dict[str, JSONObject] = {}
    for span, name, found in _results(call):
        if name in call.body["pipeline_config_slugs"]:
            row = rows.setdefault(span["span_id"], _row(span))
            number = not isinstance(found["answer"], str)
            row["judge_scores" if number else "judge_labels"][name] = found["answer"]
            row["judge_explanations"][name] = found["analysis"]
    wanted = matching(within(call, list(rows.values()), "evaluated_at"), call.body.get("search_expression"))
    listing = by_cursor("pipeline_results.results", "pipeline_results.cursor", limit="page_size")
    return json_reply(listing(call, wanted))


def _row(span: JSONMapping) -> JSONObject:
    shared = {name: span[name] for name in ("trace_id", "span_id", "span_name", "duration_ns")}
    verdicts: JSONObject = {"judge_scores": {}, "judge_labels": {}, "judge_explanations": {}}
    return {**shared, "evaluated_at": span["end_time"], **verdicts}
