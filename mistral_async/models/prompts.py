"""Prompts that the server keeps, in versions. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async.models._model import Model, Moment

SharingScope: TypeAlias = Literal["sharing_scope_unspecified", "private", "workspace"]
"""Who may use a prompt or skill."""

ShareRelation: TypeAlias = Literal["share_relation_unspecified", "reader", "writer"]
"""The rights that the workspace has in a prompt or skill that is shared with it."""

ListSortField: TypeAlias = Literal[
    "list_sort_field_unspecified",
    "list_sort_field_created_at",
    "list_sort_field_last_modified_at",
    "list_sort_field_name",
    "list_sort_field_title",
]

ListSortDirection: TypeAlias = Literal[
    "list_sort_direction_unspecified", "list_sort_direction_asc", "list_sort_direction_desc"
]


class PromptVariable(Model, kw_only=True, gc=False):
    """A variable of a prompt."""

    name: str = ""


class PromptDefinition(Model, kw_only=True):
    """The content of a version of a prompt."""

    content: str
    """The template."""
    variables: list[PromptVariable] = field(default_factory=list[PromptVariable])


class Prompt(Model, kw_only=True, rename="camel"):
    """A prompt, as it is in one version."""

    id: str = ""
    name: str = ""
    """Its name, which stays."""
    definition: PromptDefinition = field(default_factory=lambda: PromptDefinition(content=""))
    version: int = 0
    notes: str = ""
    """Notes on this version."""
    aliases: list[str] = field(default_factory=list[str])
    """Names that lead to this version."""
    sharing_scope: str = ""
    """One of `SharingScope`, or a newer one."""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    updated_at: str = ""
    updated_at_datetime: ClassVar[Moment] = Moment("updated_at")
    latest_version: int = 0
    title: str = ""
    description: str = ""
    created_by: str = ""
    version_created_at: str = ""
    version_created_at_datetime: ClassVar[Moment] = Moment("version_created_at")


class ListPromptsResponse(Model, kw_only=True, rename="camel"):
    """A page of prompts."""

    data: list[Prompt] = field(default_factory=list[Prompt])
    next_page_token: str = ""
    """Empty on the last page."""


class PromptVersion(Model, kw_only=True, rename="camel"):
    """A version of a prompt."""

    version: int = 0
    definition: PromptDefinition = field(default_factory=lambda: PromptDefinition(content=""))
    notes: str = ""
    aliases: list[str] = field(default_factory=list[str])
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")


class ListPromptVersionsResponse(Model, kw_only=True):
    """All versions of a prompt."""

    data: list[PromptVersion] = field(default_factory=list[PromptVersion])


class CreatePromptVersionResponse(Model, kw_only=True, gc=False):
    """The number of a new version of a prompt."""

    version: int = 0
    deduplicated: bool = False
    """True if there was a version of the same content already, which it is."""


class DeletePromptResponse(Model):
    """The answer when a prompt was deleted: nothing."""


class AliasList(Model, kw_only=True):
    """All aliases of a version."""

    values: list[str] = field(default_factory=list[str])


class PromptOptions(TypedDict, total=False):
    """Options of a new prompt. None is not sent."""

    title: str | None
    """A title for people."""
    description: str | None
    """What the prompt is for."""
    notes: str | None
    """Notes on the first version."""
    sharing_scope: SharingScope | str | None
    """Who sees it."""
    aliases: Sequence[str] | None
    """Names that lead to the first version."""
    workspace_relation: ShareRelation | str | None
    """How it belongs to the workspace."""


class CreatePromptRequest(PromptOptions):
    """Everything that `prompts.create` takes: `create(**request)`."""

    name: Required[str]
    definition: Required[PromptDefinition | JSONMapping]


class UpdatePromptRequest(TypedDict, total=False):
    """Changes to a prompt; what is not named stays."""

    title: str | None
    """None removes it."""
    description: str | None
    """None removes it."""
    sharing_scope: SharingScope | str | None
    """Who sees it."""
    workspace_relation: ShareRelation | str | None
    """How it belongs to the workspace."""


class CreatePromptVersionRequest(TypedDict, total=False):
    """Everything that `prompts.create_version` takes beside the prompt's id."""

    definition: Required[PromptDefinition | JSONMapping]
    notes: str | None
    aliases: Sequence[str] | None
    """Names that lead to this version from now on."""


class UpdatePromptVersionRequest(TypedDict, total=False):
    """Changes to what is said of a version; what is not named stays."""

    notes: str | None
    """None removes them."""
    aliases: AliasList | JSONMapping | None
    """All its aliases from now on: `{"values": ["production"]}`."""


class RegistryListOptions(TypedDict, total=False):
    """Which prompts or skills are listed, and in which order."""

    page_size: int | None
    """Entries a page."""
    page_token: str | None
    """The page to go on with: the `next_page_token` of the one before."""
    alias: str | None
    """Those that have a version of this alias."""
    fields: Sequence[str] | None
    """The fields that are answered; all where not set."""
    sort_by: str | None
    """`created_at` (where not set), `last_modified_at`, `name` or `title`."""
    sort_direction: str | None
    """`asc` or `desc`; where not set, descending by times and ascending by texts."""
    sort_field: ListSortField | str | None
    """The same as `sort_by`, in another spelling."""
    sort_field_direction: ListSortDirection | str | None
    """The same as `sort_direction`, in another spelling."""
