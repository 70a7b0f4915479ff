"""Fine-tuning jobs: their state follows from the time since they were started, and success makes a model."""

from __future__ import annotations

from datetime import datetime

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._clock import TOLERANCE
from mistral_async.testing._errors import invalid_argument, not_found
from mistral_async.testing._handlers._paging import page_by_number
from mistral_async.testing._handlers._prompt import entries, section
from mistral_async.testing._handlers.files import FileStore
from mistral_async.testing._handlers.models import ModelStore, resolve_model
from mistral_async.testing._json import JSONArray, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_STEPS = 10
_TOKENS_PER_STEP = 65_536
# When, as a share of the whole time, a job enters each state.
_STAGES = (
    (0.0, "QUEUED"),
    (0.1, "VALIDATING"),
    (0.3, "VALIDATED"),
    (0.35, "STARTED"),
    (0.4, "RUNNING"),
    (1.0, "SUCCESS"),
)
_HELD_AT = 0.3
_FINAL = {"SUCCESS", "FAILED", "CANCELLED"}


class TuningJob(msgspec.Struct, kw_only=True):
    """A fine-tuning job: its request and its progress."""

    id: str
    body: JSONObject
    created: float
    # The progress (0 to 1) at the last start, and the time of that start.
    gone: float = 0.0
    since: float = 0.0
    limit: float = 1.0
    cancelled: float | None = None
    events: list[JSONObject] = msgspec.field(default_factory=list[JSONObject])
    status: str = ""
    fine_tuned_model: str | None = None

    @property
    def classifier(self) -> bool:
        """Return whether the job trains a classifier."""
        return self.body.get("job_type") == "classifier" or bool(self.body.get("classifier_targets"))

    def share(self, now: float, seconds: float) -> float:
        """Return the progress of the job, from 0 to 1."""
        return min(self.limit, self.gone + (now - self.since) / max(seconds, TOLERANCE) + TOLERANCE)


class TuningJobStore:
    """The fine-tuning jobs of one account."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self.jobs: dict[str, TuningJob] = {}

    def add(self, body: JSONObject) -> TuningJob:
        """Queue a job; without `auto_start` it stops once validated."""
        now = self._state.clock.now()
        job = TuningJob(id=self._state.ids.uuid4(), body=body, created=now, since=now)
        job.limit = 1.0 if body.get("auto_start", True) else _HELD_AT
        self.jobs[job.id] = job
        self.refresh(job)
        return job

    def get(self, job_id: str) -> TuningJob:
        """Return a job as it is now; raises 404 if there is none."""
        if (job := self.jobs.get(job_id)) is None:
            raise not_found("Fine-tuning job", job_id)
        self.refresh(job)
        return job

    def refresh(self, job: TuningJob) -> None:
        """Enter the states that are due by now."""
        now, seconds = self._state.clock.now(), self._state.options.tuning_seconds
        share = job.share(now, seconds)
        for start, status in _STAGES:
            if (
                job.status not in _FINAL
                and share >= start
                and not any(e["data"]["status"] == status for e in job.events)
            ):
                self._enter(job, status, job.since + (start - job.gone) * seconds)
        if job.status == "SUCCESS" and job.fine_tuned_model is None:
            self._deliver(job)

    def start(self, job: TuningJob) -> None:
        """Start a validated job."""
        job.gone, job.since, job.limit = _HELD_AT, self._state.clock.now(), 1.0

    def cancel(self, job: TuningJob) -> None:
        """Cancel a job."""
        now = self._state.clock.now()
        self._enter(job, "CANCELLATION_REQUESTED", now)
        self._enter(job, "CANCELLED", now)

    def _enter(self, job: TuningJob, status: str, time: float) -> None:
        job.status = status
        job.events.append(
            {"name": "status-updated", "data": {"status": status}, "created_at": int(self._state.calendar.at(time))}
        )

    def _deliver(self, job: TuningJob) -> None:
        suffix, date = (
            job.body.get("suffix") or "",
            datetime.fromtimestamp(self._state.calendar.at(job.created)).astimezone().strftime("%Y%m%d"),
        )
        job.fine_tuned_model = f"ft:{job.body['model']}:{suffix}:{date}:{job.id[:8]}"
        targets = [_target(each) for each in entries(job.body, "classifier_targets")] if job.classifier else None
        models = self._state.store(ModelStore)
        models.add_tuned(job.fine_tuned_model, root=job.body["model"], job=job.id, targets=targets)


@route("POST", "/v1/fine_tuning/jobs", "fine_tuning.jobs.create", body="CreateFineTuningJobRequest")
def create(call: FakeCall) -> Reply:
    """Queue a job, or with `dry_run` estimate its cost."""
    body = call.body
    resolve_model(call.state, body["model"], "completion_chat")
    sources = [file["file_id"] for file in entries(body, "training_files")] + entries(body, "validation_files")
    lines = sum(call.state.store(FileStore).get(file_id, purpose="fine-tune").content.lines for file_id in sources)
    if call.flag("dry_run"):
        return json_reply(_estimate(call, lines))
    return json_reply(_card(call.state, call.state.store(TuningJobStore).add(body)))


@route("GET", "/v1/fine_tuning/jobs", "fine_tuning.jobs.list")
def list_jobs(call: FakeCall) -> Reply:
    """Return one page of the jobs that pass the filters, newest first."""
    jobs = call.state.store(TuningJobStore)
    found = [jobs.get(job_id) for job_id in reversed(jobs.jobs)]
    found = [job for job in found if _passes(call, job)]
    data = [_card(call.state, job) for job in page_by_number(call, found, size=100)]
    return json_reply({"object": "list", "total": len(found), "data": data})


@route("GET", "/v1/fine_tuning/jobs/{}", "fine_tuning.jobs.get")
def get(call: FakeCall) -> Reply:
    """Return one job with its events and checkpoints."""
    return json_reply(_details(call.state, call.state.store(TuningJobStore).get(call.params[0])))


@route("POST", "/v1/fine_tuning/jobs/{}/start", "fine_tuning.jobs.start")
def start(call: FakeCall) -> Reply:
    """Start a job that has been validated."""
    jobs = call.state.store(TuningJobStore)
    job = jobs.get(call.params[0])
    if job.status != "VALIDATED" or job.limit == 1.0:
        raise invalid_argument(f"Job {job.id} cannot be started: it is {job.status}.")
    jobs.start(job)
    return json_reply(_details(call.state, jobs.get(job.id)))


@route("POST", "/v1/fine_tuning/jobs/{}/cancel", "fine_tuning.jobs.cancel")
def cancel(call: FakeCall) -> Reply:
    """Cancel a job that has not ended."""
    jobs = call.state.store(TuningJobStore)
    job = jobs.get(call.params[0])
    if job.status in _FINAL:
        raise invalid_argument(f"Job {job.id} cannot be cancelled: it is {job.status}.")
    jobs.cancel(job)
    return json_reply(_details(call.state, job))


def _passes(call: FakeCall, job: TuningJob) -> bool:
    created = call.state.calendar.iso_of(call.state.calendar.at(job.created))
    after, before = call.text("created_after"), call.text("created_before")
    wandb: JSONArray = entries(job.body, "integrations")
    return (
        call.text("model") in (None, job.body["model"])
        and call.text("status") in (None, job.status)
        and call.text("suffix") in (None, job.body.get("suffix"))
        and (after is None or created >= after)
        and (before is None or created < before)
        and (call.text("wandb_project") is None or any(each["project"] == call.text("wandb_project") for each in wandb))
        and (call.text("wandb_name") is None or any(each.get("name") == call.text("wandb_name") for each in wandb))
    )


def _card(state: ServerState, job: TuningJob) -> JSONObject:
    body, kind = job.body, "classifier" if job.classifier else "completion"
    defaults: JSONObject = {
        "training_steps": _STEPS,
        "learning_rate": 0.0001,
        "weight_decay": 0.1,
        "warmup_fraction": 0.05,
    }
    card: JSONObject = {
        "id": job.id,
        "object": "job",
        "job_type": kind,
        "auto_start": body.get("auto_start", True),
        "model": body["model"],
        "status": job.status,
        "created_at": int(state.calendar.at(job.created)),
        "modified_at": job.events[-1]["created_at"],
        "training_files": [file["file_id"] for file in entries(body, "training_files")],
        "validation_files": entries(body, "validation_files"),
        "hyperparameters": {**defaults, "epochs": None, "seq_len": 32_768, **section(body, "hyperparameters")},
        "fine_tuned_model": job.fine_tuned_model,
        "suffix": body.get("suffix"),
        "integrations": [_integration(each) for each in entries(body, "integrations")],
        "trained_tokens": _STEPS * _TOKENS_PER_STEP if job.status == "SUCCESS" else None,
        "metadata": _metadata(state, int(state.calendar.at(job.created))),
    }
    if kind == "completion":
        card["repositories"] = [_repository(each) for each in entries(body, "repositories")]
    return card


def _details(state: ServerState, job: TuningJob) -> JSONObject:
    share = job.share(state.clock.now(), state.options.tuning_seconds)
    steps = int(_STEPS * max(0.0, share - 0.4) / 0.6) if job.status in ("RUNNING", "SUCCESS") else 0
    checkpoints = [
        {
            "metrics": {
                "train_loss": 2 / step,
                "valid_loss": 2.2 / step,
                "valid_mean_token_accuracy": 1 - 1 / (step + 1),
            },
            "step_number": step,
            "created_at": int(state.calendar.at(job.since)),
        }
        for step in range(steps, 0, -1)
    ]
    card = {**_card(state, job), "events": list(reversed(job.events)), "checkpoints": checkpoints}
    if job.classifier:
        card["classifier_targets"] = [_target(each) for each in entries(job.body, "classifier_targets")]
    return card


def _estimate(call: FakeCall, lines: int) -> JSONObject:
    hyper = section(call.body, "hyperparameters")
    return {
        **_metadata(call.state, call.state.calendar.unix()),
        "object": "job.metadata",
        "details": "Dry run: no job was created.",
        "data_tokens": 100 * lines,
        "deprecated": True,
        "epochs": hyper.get("epochs"),
        "training_steps": hyper.get("training_steps") or _STEPS,
    }


def _metadata(state: ServerState, created: int) -> JSONObject:
    return {
        "expected_duration_seconds": int(state.options.tuning_seconds),
        "cost": 4.0,
        "cost_currency": "EUR",
        "train_tokens_per_step": _TOKENS_PER_STEP,
        "train_tokens": _STEPS * _TOKENS_PER_STEP,
        "data_tokens": _TOKENS_PER_STEP,
        "estimated_start_time": created,
    }


def _integration(given: JSONObject) -> JSONObject:
    # The API never returns the key.
    shown = {name: given.get(name) for name in ("project", "name", "run_name")}
    return {"type": "wandb", **shown, "url": f"https://wandb.example/{given['project']}"}


def _repository(given: JSONObject) -> JSONObject:
    shown = {name: given.get(name) for name in ("name", "owner", "ref")}
    return {"type": "github", **shown, "weight": given.get("weight", 1.0), "commit_id": "0" * 40}


def _target(given: JSONObject) -> JSONObject:
    loss = given.get("loss_function") or "single_class"
    return {"name": given["name"], "labels": given["labels"], "weight": given.get("weight", 1.0), "loss_function": loss}
