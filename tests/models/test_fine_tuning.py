"""Fine-tuning: which answer is what, and what never shows."""

from __future__ import annotations

import json

import pytest

from mistral_async._codec.open_union import Unknown, decode
from mistral_async.models import fine_tuning as models
from mistral_async.models.fine_tuning import (
    ClassifierFineTuningJob,
    ClassifierFineTuningJobDetails,
    CompletionFineTuningJob,
    CompletionFineTuningJobDetails,
    CreateFineTuningJobResponse,
    FineTuningJobDetails,
    GithubRepositoryIn,
    LegacyJobMetadata,
    ListFineTuningJobsResponse,
    TrainingFile,
    WandbIntegration,
)


def _decode(body, type_):
    return decode(json.dumps(body).encode(), type_)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"object": "job", "job_type": "completion"}, CompletionFineTuningJob),
        ({"object": "job", "job_type": "classifier"}, ClassifierFineTuningJob),
        ({"object": "job.metadata", "details": "1 epoch"}, LegacyJobMetadata),
        ({"object": "job", "job_type": "reranker", "id": "1"}, Unknown),
        ({"object": "job.sketch"}, Unknown),
        ({"object": "job", "repositories": [], "id": "1"}, CompletionFineTuningJob),
    ],
)
def test_the_answer_to_create(body, kind):
    assert type(_decode(body, CreateFineTuningJobResponse)) is kind


def test_the_answer_to_get_has_events_and_checkpoints():
    body = {
        "job_type": "classifier",
        "classifier_targets": [{"name": "mood", "labels": ["good", "bad"], "loss_function": "single_class"}],
        "events": [{"name": "status-updated", "created_at": 1767225600, "data": {"status": "RUNNING"}}],
        "checkpoints": [{"metrics": {"valid_loss": 1}, "step_number": 10, "created_at": 1767225601}],
    }
    job = _decode(body, FineTuningJobDetails)
    assert type(job) is ClassifierFineTuningJobDetails
    assert job.classifier_targets[0].labels == ["good", "bad"]
    assert job.events[0].created_at_datetime.isoformat() == "2026-01-01T00:00:00+00:00"
    assert job.checkpoints[0].metrics.valid_loss == 1.0
    assert type(_decode({"job_type": "completion"}, FineTuningJobDetails)) is CompletionFineTuningJobDetails


def test_a_page_keeps_a_job_of_a_type_of_tomorrow():
    page = _decode(
        {"total": 2, "data": [{"job_type": "reranker", "x": 1}, {"job_type": "completion"}]}, ListFineTuningJobsResponse
    )
    assert page.data[0] == {"job_type": "reranker", "x": 1}
    assert type(page.data[1]) is CompletionFineTuningJob


def test_an_integration_of_tomorrow_is_kept():
    job = _decode(
        {"job_type": "completion", "integrations": [{"type": "mlflow", "run": 1}]}, CreateFineTuningJobResponse
    )
    assert job.integrations == [{"type": "mlflow", "run": 1}]


def test_secrets_are_sent_and_never_shown():
    key = "k" * 40
    wandb = WandbIntegration("project", key)
    assert wandb.to_dict() == {"project": "project", "api_key": key, "type": "wandb"}
    github = GithubRepositoryIn("name", "owner", "secret-token")
    assert github.to_dict()["token"] == "secret-token"
    for shown in (repr(wandb), str(wandb), repr([wandb]), repr(github), f"{github}"):
        assert key not in shown
        assert "secret-token" not in shown


def test_what_is_not_set_is_not_sent():
    assert TrainingFile("file_1").to_dict() == {"file_id": "file_1"}
    assert TrainingFile("file_1", 1).to_dict() == {"file_id": "file_1", "weight": 1}
    assert models.CompletionTrainingParameters(learning_rate=1e-4).to_dict() == {"learning_rate": 1e-4}
    assert models.ClassifierTarget("mood", ["good"]).to_dict() == {"name": "mood", "labels": ["good"]}


def test_older_names_are_the_same_classes():
    assert models.JobsOut is models.ListFineTuningJobsResponse
    assert models.CompletionDetailedJobOut is models.CompletionFineTuningJobDetails
    assert models.WandbIntegrationOut is models.WandbIntegrationResult
    assert models.ClassifierTargetIn is models.ClassifierTarget
