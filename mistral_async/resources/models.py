"""Models that can be asked, and those that you fine-tuned."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, RetrySafety, delete, get, patch, post
from mistral_async.models.models import (
    ArchiveModelResponse,
    DeleteModelResponse,
    FineTunedModel,
    ModelCard,
    ModelList,
    UnarchiveModelResponse,
    UpdateModelRequest,
)

_ARCHIVE = "/v1/fine_tuning/models/{}/archive"


class Models(Resource[M]):
    """Models that can be asked."""

    @endpoint
    def list(self, *, provider: str | None = None, model: str | None = None) -> Call[ModelList]:
        """List models, all at once."""
        return get("/v1/models", query={"provider": provider, "model": model}, returns=ModelList)

    @endpoint
    def retrieve(self, model_id: str) -> Call[ModelCard]:
        """Get a model."""
        return get("/v1/models/{}", model_id, returns=ModelCard)

    @endpoint
    def delete(self, model_id: str) -> Call[DeleteModelResponse]:
        """Delete a model that you fine-tuned."""
        return delete("/v1/models/{}", model_id, returns=DeleteModelResponse)

    @endpoint
    def update(self, model_id: str, **changes: Unpack[UpdateModelRequest]) -> Call[FineTunedModel]:
        """Change a fine-tuned model's name or description; None clears it."""
        return patch("/v1/fine_tuning/models/{}", model_id, json=changes, nulls=changes.keys(), returns=FineTunedModel)

    @endpoint
    def archive(self, model_id: str) -> Call[ArchiveModelResponse]:
        """Put a fine-tuned model into the archive."""
        return post(_ARCHIVE, model_id, returns=ArchiveModelResponse, safety=RetrySafety.SAFE)

    @endpoint
    def unarchive(self, model_id: str) -> Call[UnarchiveModelResponse]:
        """Take a fine-tuned model out of the archive."""
        return delete(_ARCHIVE, model_id, returns=UnarchiveModelResponse)
