"""Synchronization with the SCIM provider of the organization. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async.models._model import Model, Moment

ScimSyncRunStatus: TypeAlias = Literal["PENDING", "RUNNING", "SUCCESS", "SKIPPED", "FAILED"]
"""The states of a synchronization."""


class ScimSyncConfig(Model, kw_only=True, gc=False):
    """The parts of a synchronization."""

    delete_missing_groups: bool = False
    """True to delete groups that the provider does not have."""
    deprovision_users: bool = False
    """True to remove users that the provider does not have, or who are inactive there."""
    sync_users: bool
    """True to add the provider's users."""
    sync_groups: bool
    """True to create and rename groups."""
    sync_memberships: bool
    """True to add members to groups, and remove them."""


class ScimSyncRequest(TypedDict, total=False):
    """Everything that `scim.sync` takes."""

    dry_run: bool | None
    """True, where not set: nothing is changed, and the summary says what would be."""
    sync_config: ScimSyncConfig | JSONMapping | None
    """What is synchronized."""


class ScimSyncResponse(Model, kw_only=True, gc=False):
    """A synchronization that has begun."""

    run_id: str = ""


class ScimSyncUserRef(Model, kw_only=True, gc=False, rename="camel"):
    """A user at the provider."""

    uuid: str = ""
    user_name: str = ""


class ScimSyncUserAction(Model, kw_only=True):
    """A change of a user."""

    user: ScimSyncUserRef = field(default_factory=ScimSyncUserRef)


class ScimSyncUsersSummary(Model, kw_only=True):
    """The changes of users."""

    provision: list[ScimSyncUserAction] = field(default_factory=list[ScimSyncUserAction])
    deprovision: list[ScimSyncUserAction] = field(default_factory=list[ScimSyncUserAction])


class ScimSyncGroupRef(Model, kw_only=True, gc=False, rename="camel"):
    """A group at the provider."""

    uuid: str = ""
    group_name: str = ""


class ScimSyncGroupAction(Model, kw_only=True):
    """A group that is created or deleted."""

    group: ScimSyncGroupRef = field(default_factory=ScimSyncGroupRef)


class ScimSyncGroupUpdateAction(Model, kw_only=True, rename={"previous_group_name": "previous_groupName"}):
    """A group that gets another name."""

    group: ScimSyncGroupRef = field(default_factory=ScimSyncGroupRef)
    previous_group_name: str = ""


class ScimSyncGroupsSummary(Model, kw_only=True):
    """The changes of groups."""

    create: list[ScimSyncGroupAction] = field(default_factory=list[ScimSyncGroupAction])
    update: list[ScimSyncGroupUpdateAction] = field(default_factory=list[ScimSyncGroupUpdateAction])
    delete: list[ScimSyncGroupAction] = field(default_factory=list[ScimSyncGroupAction])


class ScimSyncMembershipAction(Model, kw_only=True):
    """The changes of the members of a group."""

    group: ScimSyncGroupRef = field(default_factory=ScimSyncGroupRef)
    users_added: list[ScimSyncUserRef] = field(default_factory=list[ScimSyncUserRef])
    users_removed: list[ScimSyncUserRef] = field(default_factory=list[ScimSyncUserRef])


class ScimSyncSummary(Model, kw_only=True):
    """All changes of a synchronization."""

    users: ScimSyncUsersSummary = field(default_factory=ScimSyncUsersSummary)
    groups: ScimSyncGroupsSummary = field(default_factory=ScimSyncGroupsSummary)
    memberships: list[ScimSyncMembershipAction] = field(default_factory=list[ScimSyncMembershipAction])


class ScimSyncRun(Model, kw_only=True):
    """A synchronization."""

    run_id: str = ""
    status: str = ""
    """One of `ScimSyncRunStatus`, or a newer one."""
    dry_run: bool = False
    """True if nothing is changed."""
    sync_config: ScimSyncConfig | None = None
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    started_at: str | None = None
    started_at_datetime: ClassVar[Moment] = Moment("started_at")
    finished_at: str | None = None
    finished_at_datetime: ClassVar[Moment] = Moment("finished_at")
    summary: ScimSyncSummary | None = None
    """What is changed, once that is known."""
    error_message: str | None = None
