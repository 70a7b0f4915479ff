"""Evaluations: no operation of the API makes any, so each server has a project with three runs, and an optimization."""

from __future__ import annotations

import operator
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from math import inf
from typing import Any

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._collection import blank
from mistral_async.testing._handlers._paging import by_link
from mistral_async.testing._handlers._prompt import section
from mistral_async.testing._handlers.observability._kept import CREATED, missing
from mistral_async.testing._json import JSONMapping, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_GROUP = "beta.observability.evaluations"
_PATH = "/v1/observability"
_RUNS = f"{_PATH}/evaluation-runs_v2"
_RUN_FILTERS = (
    "run_ids: list[str]?; evaluation_ids: list[str]?; creator_ids: list[str]?; project_ids: list[str]?; "
    "ownership: dict?; tags: dict?; score_filters: dict?; goal_filters: dict?; system: dict?; metadata: dict?"
)
_RECORD_FILTERS = "input_filters: dict?; output_filters: dict?; score_filters: dict?; goal_filters: dict?; sort: dict?"
_QUESTIONS = ("Where is my parcel?", "How do I reset my password?", "Can I pay by invoice?")
_GOAL = 0.5


class Evaluations:
    """The project, its evaluation, the runs with their records, and the optimization."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self.project = self._new("Project", name="Support", slug="support")
        refs = {"project_id": self.project["id"], "description": "Answers to customers"}
        self.evaluation = self._new("EvaluationV2", name="Answers", slug="answers", tags=["support"], **refs)
        self.project["evaluations"] = [_reference(self.evaluation)]
        self._system = self._new("SystemV2", name="assistant", params={"model": "mistral-small-latest"})
        self._evaluators = [self._new("EvaluatorV2", name=name, num_scores=1) for name in ("accuracy", "tone")]
        self._evaluators[0]["aggregate_goal"] = {"metric": "avg", "operator": "gte", "value": _GOAL}
        self.records: dict[str, list[JSONObject]] = {}
        self.runs = [self._run(number) for number in (1, 2, 3)]
        self.optimization, self.trials = self._optimize()

    def run(self, run_id: str) -> JSONObject:
        """Return a run; raises 404 if there is none."""
        return _only(self.runs, "EVALUATION_RUN", run_id)

    def _new(self, kind: str, **fields: Any) -> JSONObject:
        made = blank(kind, self._state.calendar.iso())
        owned = {name: value for name, value in CREATED.items() if name in made}
        return {**made, **owned, "id": self._state.ids.uuid4(), **fields}

    def _run(self, number: int) -> JSONObject:
        records = [self._record(number, position, text) for position, text in enumerate(_QUESTIONS, 1)]
        run = self._new(
            "EvaluationRunV2WithRefsResponse",
            name=f"Run {number}",
            evaluation_id=self.evaluation["id"],
            tags=[f"v{number}"],
            num_generations=1,
            evaluators=self._evaluators,
            run_evaluators=self._evaluators,
            system=self._system,
            evaluation=_reference(self.evaluation),
            project=_reference(self.project),
            **summary(records),
        )
        self.records[run["id"]] = records
        return run

    def _record(self, run: int, position: int, question: str) -> JSONObject:
        """Return a record: later runs are better, and later questions harder."""
        values: dict[str, Any] = {"accuracy": round(run / (run + position), 3), "tone": ("curt", "kind")[run > 1]}
        scores = {name: [self._new("EvaluationRunScoreV2", value=v, status="completed")] for name, v in values.items()}
        output = {"answer": f"{question} Let me look."}
        made = self._new("EvaluationRunGenerationV2", output=output, status="completed", scores=scores)
        outputs = self._new("EvaluationRunOutputRecordV2", generations=[made])
        return self._new("EvaluationRunRecordV2Response", input={"question": question}, output_record=outputs)

    def _optimize(self) -> tuple[JSONObject, list[JSONObject]]:
        shared = {"evaluation": _reference(self.evaluation), "project": _reference(self.project)}
        named = {"name": "Better answers", "algorithm": "hill_climbing", "status": "completed", "source": "sdk"}
        ids = {"project_id": self.project["id"], "evaluation_id": self.evaluation["id"]}
        found = self._new("OptimizationDetail", tags=["support"], **named, **ids, **shared)
        trials = [
            self._new(
                "OptimizationTrialWithObservations",
                optimization_id=found["id"],
                algorithm_trial_key=f"trial-{number}",
                status="completed",
                observations=[{"run": _without_refs(run), "observation_type": "full", "score": number, "metadata": {}}],
            )
            for number, run in enumerate(self.runs)
        ]
        return found, trials


def _reference(item: JSONMapping) -> JSONObject:
    return {name: item[name] for name in ("id", "name", "slug")}


def _without_refs(run: JSONMapping) -> JSONObject:
    return {name: value for name, value in run.items() if name not in ("evaluation", "project")}


def _scores(records: Iterable[JSONMapping], name: str) -> list[Any]:
    made = [each for record in records for each in record["output_record"]["generations"]]
    return [score["value"] for each in made for score in each["scores"].get(name, [])]


def summary(records: Sequence[JSONMapping]) -> JSONObject:
    """Return the statistics of records, and the outcome of the goal."""
    numbers, labels = _scores(records, "accuracy"), Counter(_scores(records, "tone"))
    shared = {"count": len(numbers), "values": None}
    numeric: JSONObject = {"type": "numeric", **shared, "sample_count": len(numbers)}
    for name in ("avg", "min", "max", "std"):
        numeric[name] = _STATISTICS[name](numbers) if numbers else None
    most = max(labels.values(), default=0)
    mode = [label for label, count in labels.items() if count == most]
    tone = {"type": "categorical", **shared, "frequencies": labels, "mode": mode, "excluded_count": 0}
    passed = None if numeric["avg"] is None else numeric["avg"] >= _GOAL
    goal = {"metric": "avg", "operator": "gte", "actual": numeric["avg"] or 0.0, "passed": passed, "target": _GOAL}
    results = {"accuracy": {"passed": passed, "results": [] if passed is None else [goal]}}
    return {"statistics": {"accuracy": numeric, "tone": tone}, "goal_results": results, "passed": passed}


_STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "avg": statistics.fmean,
    "min": min,
    "max": max,
    "std": statistics.pstdev,
}
_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "equals": operator.eq,
    "contains": lambda value, wanted: str(wanted) in str(value),
}


def _holds(group: JSONMapping | None, test: Callable[[JSONObject], bool], key: str = "filters") -> bool:
    """Return whether the filters of a group hold: all, or one where they are combined by `or`."""
    found = [test(each) for each in (group or {}).get(key) or ()]
    return not found or (any(found) if (group or {}).get("combinator") == "or" else all(found))


def _run_passes(run: JSONMapping, body: JSONMapping) -> bool:
    """Return whether a run passes the filters by ids, tags, scores, goals, system and metadata."""
    ids = {"run_ids": run["id"], "evaluation_ids": run["evaluation_id"], "creator_ids": run["creator_id"]}
    ids["project_ids"] = run["project"]["id"]
    system: JSONMapping = body.get("system") or {}
    return (
        all(not body.get(name) or value in body[name] for name, value in ids.items())
        and _holds(body.get("tags"), lambda tag: tag in run["tags"], "values")
        and _scores_pass(run["statistics"], body)
        and _holds(body.get("goal_filters"), lambda each: _goal(run) in each["values"])
        and _holds(system.get("name"), lambda each: _test(each, run["system"]["name"]))
        and _holds(system.get("params"), lambda each: _test(each, run["system"]["params"].get(each["key"])))
        and _holds(body.get("metadata"), lambda each: _test(each, run["metadata_"].get(each["key"])))
    )


def _record_passes(record: JSONMapping, body: JSONMapping) -> bool:
    """Return whether a record passes the filters by input, output and scores."""
    outputs = [each["output"] for each in record["output_record"]["generations"]]
    found = summary([record])
    return (
        _holds(body.get("input_filters"), lambda each: _test(each, _at(record["input"], each.get("path"))))
        and _holds(body.get("output_filters"), lambda each: _test(each, _at(outputs[0], each.get("path"))))
        and _scores_pass(found["statistics"], body)
        and _holds(body.get("goal_filters"), lambda each: _goal(found) in each["values"])
    )


def _scores_pass(found: JSONMapping, body: JSONMapping) -> bool:
    def test(each: JSONObject) -> bool:
        value = found.get(each["evaluator_name"], {}).get(each["metric"])
        return value is not None and _test(each, value)

    return _holds(body.get("score_filters"), test)


def _test(condition: JSONMapping, value: Any) -> bool:
    try:
        return _TESTS[condition.get("operator") or "contains"](value, condition["value"])
    except TypeError:
        return False


def _goal(found: JSONMapping) -> str:
    return {None: "not_evaluated", True: "passed", False: "failed"}[found["passed"]]


def _at(value: Any, path: str | None) -> str:
    for name in path.split(".") if path else ():
        value = section({"": value}, "").get(name)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _only(items: Iterable[JSONObject], kind: str, name: str, *, key: str = "slug") -> JSONObject:
    for item in items:
        if name in (item["id"], item.get(key)):
            return item
    raise missing(kind, name)


def _kept(call: FakeCall) -> Evaluations:
    return call.state.store(Evaluations)


@route("GET", f"{_PATH}/projects", f"{_GROUP}.projects.list")
def list_projects(call: FakeCall) -> Reply:
    """Return a page of the projects."""
    found = [_kept(call).project]
    wanted = (call.text("q") or "").lower()
    return json_reply(by_link("projects")(call, [each for each in found if wanted in each["name"].lower()]))


@route("GET", f"{_PATH}/projects/{{}}", f"{_GROUP}.projects.get")
def get_project(call: FakeCall) -> Reply:
    """Return a project."""
    return json_reply(_only([_kept(call).project], "PROJECT", call.params[0]))


@route("GET", f"{_PATH}/projects/{{}}/evaluations_v2", f"{_GROUP}.list")
def list_evaluations(call: FakeCall) -> Reply:
    """Return a page of the evaluations of a project."""
    _only([_kept(call).project], "PROJECT", call.params[0])
    return json_reply(by_link("evaluations")(call, [_kept(call).evaluation]))


@route("GET", f"{_PATH}/evaluations_v2/{{}}", f"{_GROUP}.get")
def get_evaluation(call: FakeCall) -> Reply:
    """Return an evaluation."""
    return json_reply(_only([_kept(call).evaluation], "EVALUATION", call.params[0]))


@route("POST", f"{_RUNS}/search", f"{_GROUP}.runs.search_all", body=_RUN_FILTERS)
def search_all_runs(call: FakeCall) -> Reply:
    """Return a page of the runs that pass the filters."""
    return json_reply(by_link("runs")(call, _runs(call)))


@route("POST", f"{_PATH}/evaluations_v2/{{}}/runs/search", f"{_GROUP}.runs.search", body=_RUN_FILTERS)
def search_runs(call: FakeCall) -> Reply:
    """Return a page of the runs of an evaluation that pass the filters."""
    evaluation = _only([_kept(call).evaluation], "EVALUATION", call.params[0])
    runs = [_without_refs(run) for run in _runs(call) if run["evaluation_id"] == evaluation["id"]]
    return json_reply(by_link("runs")(call, runs))


def _runs(call: FakeCall) -> list[JSONObject]:
    return [run for run in reversed(_kept(call).runs) if _run_passes(run, call.body)]


@route("GET", f"{_RUNS}/{{}}", f"{_GROUP}.runs.get")
def get_run(call: FakeCall) -> Reply:
    """Return a run."""
    return json_reply(_without_refs(_kept(call).run(call.params[0])))


@route("GET", f"{_RUNS}/{{}}/statistics", f"{_GROUP}.runs.get_statistics")
def get_statistics(call: FakeCall) -> Reply:
    """Return the statistics of a run."""
    run = _kept(call).run(call.params[0])
    return json_reply({"run_id": run["id"], **summary(_kept(call).records[run["id"]])})


@route("POST", f"{_RUNS}/{{}}/statistics/compute", f"{_GROUP}.runs.compute_statistics", body=_RECORD_FILTERS)
def compute_statistics(call: FakeCall) -> Reply:
    """Return the statistics of the records that pass the filters."""
    run = _kept(call).run(call.params[0])
    return json_reply({"run_id": run["id"], **summary(_records(call, run))})


@route("POST", f"{_RUNS}/{{}}/records/search", f"{_GROUP}.records.search", body=_RECORD_FILTERS)
def search_records(call: FakeCall) -> Reply:
    """Return a page of the records that pass the filters, in the order that is asked for."""
    found = _records(call, _kept(call).run(call.params[0]))
    sort: JSONMapping = call.body.get("sort") or {}
    if sort.get("kind") == "score":
        found.sort(key=lambda record: _score(record, sort))
    return json_reply(by_link("records")(call, found[::-1] if sort.get("direction") == "desc" else found))


@route("GET", f"{_RUNS}/{{}}/records/{{}}", f"{_GROUP}.records.get")
def get_record(call: FakeCall) -> Reply:
    """Return a record of a run."""
    run = _kept(call).run(call.params[0])
    return json_reply(_only(_kept(call).records[run["id"]], "EVALUATION_RECORD", call.params[1]))


def _score(record: JSONMapping, sort: JSONMapping) -> float:
    """Return the number that a record is sorted by; one that has none is below all others."""
    found = summary([record])["statistics"].get(sort.get("evaluator_name") or "accuracy", {})
    value = found.get(sort.get("metric") or "avg")
    return value if isinstance(value, int | float) else -inf


def _records(call: FakeCall, run: JSONMapping) -> list[JSONObject]:
    return [record for record in _kept(call).records[run["id"]] if _record_passes(record, call.body)]


@route("GET", f"{_PATH}/optimizations", f"{_GROUP}.optimizations.list")
def list_optimizations(call: FakeCall) -> Reply:
    """Return a page of the optimizations."""
    found = _kept(call).optimization
    fields = {**found, "project": found["project"]["slug"], "evaluation": found["evaluation"]["slug"]}
    named = all(call.text(name) in (None, fields[name]) for name in ("project", "evaluation", "status", "algorithm"))
    fits = named and set(call.texts("tags")) <= set(found["tags"])
    return json_reply(by_link("optimizations")(call, [_without_refs(found)] if fits else []))


@route("GET", f"{_PATH}/optimizations/{{}}", f"{_GROUP}.optimizations.get")
def get_optimization(call: FakeCall) -> Reply:
    """Return an optimization."""
    return json_reply(_only([_kept(call).optimization], "OPTIMIZATION", call.params[0]))


@route("GET", f"{_PATH}/optimizations/{{}}/trials", f"{_GROUP}.optimizations.list_trials")
def list_trials(call: FakeCall) -> Reply:
    """Return a page of the trials."""
    _only([_kept(call).optimization], "OPTIMIZATION", call.params[0])
    return json_reply(by_link("trials")(call, _kept(call).trials))
