"""Who a library is shared with."""

from __future__ import annotations

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, delete, get, put
from mistral_async.models.accesses import ListSharingResponse, ShareEntityType, ShareLevel, Sharing

_ROUTE = "/v1/libraries/{}/share"


class Accesses(Resource[M]):
    """Who a library is shared with."""

    @endpoint
    def list(self, library_id: str) -> Call[ListSharingResponse]:
        """List all that a library is shared with."""
        return get(_ROUTE, library_id, returns=ListSharingResponse)

    @endpoint
    def update_or_create(
        self,
        library_id: str,
        *,
        level: ShareLevel | str,
        share_with_uuid: str,
        share_with_type: ShareEntityType | str,
        org_id: str | None = None,
    ) -> Call[Sharing]:
        """Share a library, or change what the other side may do. `org_id` is deprecated."""
        body = {
            "level": level,
            "share_with_uuid": share_with_uuid,
            "share_with_type": share_with_type,
            "org_id": org_id,
        }
        return put(_ROUTE, library_id, json=body, returns=Sharing)

    @endpoint
    def delete(
        self,
        library_id: str,
        *,
        share_with_uuid: str,
        share_with_type: ShareEntityType | str,
        level: ShareLevel | str | None = None,
        org_id: str | None = None,
    ) -> Call[Sharing | None]:
        """Stop sharing a library. Gives what it was, where the server says it. `org_id` and `level` are deprecated."""
        body = {
            "share_with_uuid": share_with_uuid,
            "share_with_type": share_with_type,
            "level": level,
            "org_id": org_id,
        }
        return delete(_ROUTE, library_id, json=body, returns=Sharing)
