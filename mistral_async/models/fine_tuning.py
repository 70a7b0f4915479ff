"""Fine-tuning jobs: what is sent to create one and what comes back. Times are seconds since 1970.

A completion job and a classifier job are told apart by `job_type`, a dry run's answer by `object`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping, JSONObject
from mistral_async._codec.open_union import OpenUnion, constant
from mistral_async.models._model import Model, Moment, SecretModel

FineTuningJobStatus: TypeAlias = Literal[
    "QUEUED",
    "STARTED",
    "VALIDATING",
    "VALIDATED",
    "RUNNING",
    "FAILED_VALIDATION",
    "FAILED",
    "SUCCESS",
    "CANCELLED",
    "CANCELLATION_REQUESTED",
]
"""The states of a job that are known."""

FineTuneableModelType: TypeAlias = Literal["completion", "classifier"]
"""The tasks of fine-tuned models."""

ClassifierLoss: TypeAlias = Literal["single_class", "multi_class"]
"""The kinds of targets: one label for a text, or any number of them."""


class TrainingFile(Model, gc=False):
    """An uploaded file to train on."""

    file_id: str
    weight: float | None = None
    """Its weight beside the other files; above 0, 1 where not set."""


class ClassifierTrainingParameters(Model, gc=False):
    """The hyperparameters of a classifier."""

    training_steps: int | None = None
    """Optimizer steps. Set this or `epochs`."""
    learning_rate: float | None = None
    """From 1e-8 to 1; 1e-4 where not set."""
    weight_decay: float | None = None
    """From 0 to 1; 0.1 where not set."""
    warmup_fraction: float | None = None
    """The share of the steps in which the learning rate rises; 0.05 where not set."""
    epochs: float | None = None
    """Passes over the data. Set this or `training_steps`."""
    seq_len: int | None = None
    """Tokens a sequence, at least 100."""


class CompletionTrainingParameters(ClassifierTrainingParameters, gc=False):
    """The hyperparameters of a completion model."""

    fim_ratio: float | None = None
    """The share of the samples of code that become fill-in-the-middle; 0.9 where not set."""


class WandbIntegration(SecretModel, gc=False):
    """Weights & Biases, to follow a job there."""

    project: str
    api_key: str
    """40 characters. Used for the job, never given back."""
    type: Literal["wandb"] = constant("wandb")
    name: str | None = None
    """The display name of the run."""
    run_name: str | None = None


class WandbIntegrationResult(Model, kw_only=True, gc=False):
    """The place where Weights & Biases shows a job."""

    project: str = ""
    type: Literal["wandb"] = constant("wandb")
    name: str | None = None
    run_name: str | None = None
    url: str | None = None


class GithubRepositoryIn(SecretModel, gc=False):
    """A repository whose code is trained on."""

    name: str
    owner: str
    token: str
    """An access token that may read the repository."""
    type: Literal["github"] = constant("github")
    ref: str | None = None
    """A branch, tag or commit."""
    weight: float | None = None
    """Its weight; above 0, 1 where not set."""


class GithubRepository(Model, kw_only=True, gc=False):
    """A repository that a job trained on, at a commit."""

    name: str = ""
    owner: str = ""
    commit_id: str = ""
    type: Literal["github"] = constant("github")
    ref: str | None = None
    weight: float = 1.0


class ClassifierTarget(Model):
    """A question that a classifier answers: its name and possible labels."""

    name: str
    labels: list[str]
    weight: float | None = None
    """Its share of the loss, at least 0; 1 where not set."""
    loss_function: ClassifierLoss | str | None = None


class ClassifierTargetResult(Model, kw_only=True):
    """A target as the server trains it."""

    name: str = ""
    labels: list[str] = field(default_factory=list[str])
    weight: float = 1.0
    loss_function: str = ""


class JobMetadata(Model, kw_only=True, gc=False):
    """The expected cost and duration of a job."""

    expected_duration_seconds: int | None = None
    cost: float | None = None
    """In `cost_currency`."""
    cost_currency: str | None = None
    train_tokens_per_step: int | None = None
    train_tokens: int | None = None
    """Tokens trained on in total."""
    data_tokens: int | None = None
    """Tokens of the training files."""
    estimated_start_time: int | None = None
    estimated_start_time_datetime: ClassVar[Moment] = Moment("estimated_start_time")


class LegacyJobMetadata(JobMetadata, kw_only=True, gc=False):
    """The answer to a dry run: what the job would take."""

    details: str = ""
    deprecated: bool = True
    epochs: float | None = None
    training_steps: int | None = None
    object: Literal["job.metadata"] = constant("job.metadata")


class Metric(Model, kw_only=True, gc=False):
    """The metrics at a checkpoint."""

    train_loss: float | None = None
    valid_loss: float | None = None
    valid_mean_token_accuracy: float | None = None
    """From 0 to 1."""


class Checkpoint(Model, kw_only=True):
    """A state of the model during training."""

    metrics: Metric = field(default_factory=Metric)
    step_number: int = 0
    created_at: int | None = None
    created_at_datetime: ClassVar[Moment] = Moment("created_at")


class Event(Model, kw_only=True):
    """A change of a job."""

    name: str = ""
    created_at: int | None = None
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    data: JSONObject | None = None


Integration: TypeAlias = OpenUnion[WandbIntegrationResult]
Repository: TypeAlias = OpenUnion[GithubRepository]


class _Job(Model, kw_only=True):
    """The fields that all jobs have."""

    id: str = ""
    object: Literal["job"] = constant("job")
    auto_start: bool = False
    """False: the job waits for `start` once its files are validated."""
    model: str = ""
    """The model that is trained further."""
    status: str = ""
    """One of `FineTuningJobStatus`, or a newer one."""
    created_at: int | None = None
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    modified_at: int | None = None
    modified_at_datetime: ClassVar[Moment] = Moment("modified_at")
    training_files: list[str] = field(default_factory=list[str])
    """File ids."""
    validation_files: list[str] | None = None
    """File ids."""
    fine_tuned_model: str | None = None
    """The name of the new model, once there is one."""
    suffix: str | None = None
    integrations: list[Integration] | None = None
    trained_tokens: int | None = None
    metadata: JobMetadata | None = None


class CompletionFineTuningJob(_Job, kw_only=True):
    """A job that trains a completion model."""

    hyperparameters: CompletionTrainingParameters = field(default_factory=CompletionTrainingParameters)
    job_type: Literal["completion"] = constant("completion")
    repositories: list[Repository] = field(default_factory=list[Repository])


class ClassifierFineTuningJob(_Job, kw_only=True):
    """A job that trains a classifier."""

    hyperparameters: ClassifierTrainingParameters = field(default_factory=ClassifierTrainingParameters)
    job_type: Literal["classifier"] = constant("classifier")


class CompletionFineTuningJobDetails(CompletionFineTuningJob, kw_only=True):
    """A job that trains a completion model, with its history."""

    events: list[Event] = field(default_factory=list[Event])
    checkpoints: list[Checkpoint] = field(default_factory=list[Checkpoint])


class ClassifierFineTuningJobDetails(ClassifierFineTuningJob, kw_only=True):
    """A job that trains a classifier, with its history."""

    classifier_targets: list[ClassifierTargetResult] = field(default_factory=list[ClassifierTargetResult])
    events: list[Event] = field(default_factory=list[Event])
    checkpoints: list[Checkpoint] = field(default_factory=list[Checkpoint])


FineTuningJob: TypeAlias = OpenUnion[CompletionFineTuningJob | ClassifierFineTuningJob]
FineTuningJobDetails: TypeAlias = OpenUnion[CompletionFineTuningJobDetails | ClassifierFineTuningJobDetails]
CreateFineTuningJobResponse: TypeAlias = OpenUnion[
    CompletionFineTuningJob | ClassifierFineTuningJob | LegacyJobMetadata
]


class ListFineTuningJobsResponse(Model, kw_only=True):
    """A page of jobs."""

    total: int = 0
    """Jobs on all pages."""
    data: list[FineTuningJob] = field(default_factory=list[FineTuningJob])
    object: Literal["list"] = constant("list")


class FineTuningOptions(TypedDict, total=False):
    """Options of a new fine-tuning job. None is not sent."""

    training_files: Sequence[TrainingFile | str | JSONMapping] | None
    """Uploaded files (purpose `fine-tune`), or their ids."""
    validation_files: Sequence[str | TrainingFile | JSONMapping] | None
    """Ids of uploaded files. At most 5 % of the training data."""
    hyperparameters: CompletionTrainingParameters | ClassifierTrainingParameters | JSONMapping | None
    """Steps, learning rate and the like: an object of the job's kind, or a dict."""
    suffix: str | None
    """Becomes part of the new model's name, up to 18 characters."""
    integrations: Sequence[WandbIntegration | JSONMapping] | None
    """Where the run is reported, such as Weights & Biases."""
    auto_start: bool | None
    """False: only validate the files; `start` starts it."""
    invalid_sample_skip_percentage: float | None
    """The share of invalid samples that is skipped rather than failing the job: 0 to 0.5."""
    job_type: FineTuneableModelType | str | None
    """The kind of job: `completion` or `classifier`."""
    repositories: Sequence[GithubRepositoryIn | JSONMapping] | None
    """Repositories that the model is written to."""
    classifier_targets: Sequence[ClassifierTarget | JSONMapping] | None
    """The targets that a classifier job learns."""


class CreateFineTuningJobRequest(FineTuningOptions):
    """Everything that `fine_tuning.jobs.create` takes: `create(**request)`."""

    model: Required[str]


class FineTuningListOptions(TypedDict, total=False):
    """Which fine-tuning jobs are listed."""

    page: int | None
    """One page, counted from 0; all pages where not set."""
    page_size: int | None
    """Jobs a page; the API's default is 100."""
    model: str | None
    """Only jobs of this base model."""
    created_after: datetime | str | None
    """Only jobs that were created after this time."""
    created_before: datetime | str | None
    """Only jobs that were created before this time."""
    created_by_me: bool | None
    """True for your own jobs alone; False by default."""
    status: FineTuningJobStatus | str | None
    """Only jobs in this state."""
    wandb_project: str | None
    """Only jobs of this Weights & Biases project."""
    wandb_name: str | None
    """Only jobs of this Weights & Biases run."""
    suffix: str | None
    """Only jobs whose models have this suffix."""


JobIn = CreateFineTuningJobRequest
JobsOut = ListFineTuningJobsResponse
CompletionJobOut = CompletionFineTuningJob
CompletionDetailedJobOut = CompletionFineTuningJobDetails
ClassifierJobOut = ClassifierFineTuningJob
ClassifierDetailedJobOut = ClassifierFineTuningJobDetails
LegacyJobMetadataOut = LegacyJobMetadata
JobMetadataOut = JobMetadata
EventOut = Event
CheckpointOut = Checkpoint
MetricOut = Metric
WandbIntegrationOut = WandbIntegrationResult
GithubRepositoryOut = GithubRepository
ClassifierTargetIn = ClassifierTarget
ClassifierTargetOut = ClassifierTargetResult
CompletionTrainingParametersIn = CompletionTrainingParameters
ClassifierTrainingParametersIn = ClassifierTrainingParameters
