"""API keys of workspaces."""

from __future__ import annotations

from datetime import date

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.paging import Offset
from mistral_async._engine.request import Call, Pages, delete, pages, post
from mistral_async.models.admin.api_keys import (
    AdminAPIKey,
    APIKeyListOptions,
    CreateAPIKeyResponse,
    DeleteAPIKeyResponse,
    ListAPIKeysResponse,
)

_ALL = "/v1/admin/api-keys"
_ONE = "/v1/admin/api-keys/{}"


class APIKeys(Resource[M]):
    """API keys of workspaces."""

    @endpoint
    def list(self, **options: Unpack[APIKeyListOptions]) -> Pages[AdminAPIKey, ListAPIKeysResponse]:
        """List keys."""
        return pages(_ALL, query=options, returns=ListAPIKeysResponse, items="keys", by=Offset())

    @endpoint
    def create(
        self, *, workspace_uuid: str, user_id: str, name: str | None = None, expiration: date | str | None = None
    ) -> Call[CreateAPIKeyResponse]:
        """Create a key of a workspace for a user. The answer alone tells the key itself."""
        json = {"workspace_uuid": workspace_uuid, "user_id": user_id, "name": name, "expiration": expiration}
        return post(_ALL, json=json, returns=CreateAPIKeyResponse)

    @endpoint
    def delete(self, key_id: str) -> Call[DeleteAPIKeyResponse]:
        """Delete a key."""
        return delete(_ONE, key_id, returns=DeleteAPIKeyResponse)
