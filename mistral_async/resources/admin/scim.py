"""Synchronization with the SCIM provider of the organization."""

from __future__ import annotations

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.request import Call, get, post
from mistral_async.models.admin.scim import ScimSyncConfig, ScimSyncResponse, ScimSyncRun

_SYNC = "/v1/admin/scim/sync"
_RUN = "/v1/admin/scim/sync/{}"


class Scim(Resource[M]):
    """Synchronization with the SCIM provider of the organization."""

    @endpoint
    def sync(
        self, *, dry_run: bool | None = None, sync_config: ScimSyncConfig | JSONMapping | None = None
    ) -> Call[ScimSyncResponse]:
        """Begin a synchronization. It only says what it would change, unless `dry_run` is False."""
        return post(_SYNC, json={"dry_run": dry_run, "sync_config": sync_config}, returns=ScimSyncResponse)

    @endpoint
    def get_sync(self, run_id: str) -> Call[ScimSyncRun]:
        """Get how far a synchronization is, and what it changes."""
        return get(_RUN, run_id, returns=ScimSyncRun)
