"""Who a library is shared with."""

from __future__ import annotations

from typing import Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model

ShareEntityType: TypeAlias = Literal["User", "Workspace", "Org"]
"""The kinds of those with whom a library is shared."""

ShareLevel: TypeAlias = Literal["Viewer", "Editor"]
"""The roles that the other side may have."""


class Sharing(Model, kw_only=True, gc=False):
    """One that a library is shared with."""

    library_id: str = ""
    user_id: str | None = None
    """Deprecated."""
    org_id: str = ""
    """Deprecated."""
    role: str = ""
    """`Viewer`, `Editor`, `Owner`, or a newer one."""
    share_with_type: str = ""
    """One of `ShareEntityType`, or a newer one."""
    share_with_uuid: str | None = None


class ListSharingResponse(Model, kw_only=True):
    """All that a library is shared with."""

    data: list[Sharing] = field(default_factory=list[Sharing])


class SharingRequest(TypedDict, total=False):
    """Everything that `accesses.update_or_create` takes beside the library's id."""

    share_with_uuid: Required[str]
    share_with_type: Required[ShareEntityType | str]
    level: Required[ShareLevel | str]
    org_id: str | None
    """Deprecated."""


class SharingDelete(TypedDict, total=False):
    """Everything that `accesses.delete` takes beside the library's id."""

    share_with_uuid: Required[str]
    share_with_type: Required[ShareEntityType | str]
    level: ShareLevel | str | None
    """The level that is taken away. The first version of the API asks for it."""
    org_id: str | None
    """Deprecated."""


SharingIn = SharingRequest
SharingOut = Sharing
ListSharingOut = ListSharingResponse
