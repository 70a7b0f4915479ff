"""Skills that the server keeps, in versions: instructions and files for agents. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Required

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async._codec.open_union import OpenUnion
from mistral_async.models._model import Model, Moment
from mistral_async.models.prompts import AliasList, ShareRelation, SharingScope


class RawContent(Model, kw_only=True, gc=False, rename="camel"):
    """A file of a skill that is no text."""

    raw_content: str
    """Its bytes, as base64."""
    is_executable: bool = False


class SkillAssetContentTextContent(Model, kw_only=True, gc=False, rename="camel"):
    """A file of a skill that is text."""

    text_content: str
    is_executable: bool = False


class SkillDefinition(Model, kw_only=True):
    """The content of a version of a skill."""

    description: str = ""
    """What the model reads to know when to use the skill."""
    body: str = ""
    assets: dict[str, OpenUnion[RawContent | SkillAssetContentTextContent]] = field(
        default_factory=dict[str, "OpenUnion[RawContent | SkillAssetContentTextContent]"]
    )
    """Further files, by their paths."""


class Skill(Model, kw_only=True, rename="camel"):
    """A skill, as it is in one version."""

    id: str = ""
    name: str = ""
    """Its name, which stays."""
    definition: SkillDefinition = field(default_factory=SkillDefinition)
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


class ListSkillsResponse(Model, kw_only=True, rename="camel"):
    """A page of skills."""

    data: list[Skill] = field(default_factory=list[Skill])
    next_page_token: str = ""
    """Empty on the last page."""


class SkillVersion(Model, kw_only=True, rename="camel"):
    """A version of a skill."""

    version: int = 0
    definition: SkillDefinition = field(default_factory=SkillDefinition)
    notes: str = ""
    aliases: list[str] = field(default_factory=list[str])
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")


class ListSkillVersionsResponse(Model, kw_only=True):
    """All versions of a skill."""

    data: list[SkillVersion] = field(default_factory=list[SkillVersion])


class CreateSkillVersionResponse(Model, kw_only=True, gc=False):
    """The number of a new version of a skill."""

    version: int = 0
    deduplicated: bool = False
    """True if there was a version of the same content already, which it is."""


class DeleteSkillResponse(Model):
    """The answer when a skill was deleted: nothing."""


class SkillOptions(TypedDict, total=False):
    """Options of a new skill. None is not sent."""

    notes: str | None
    """Notes on the first version."""
    sharing_scope: SharingScope | str | None
    """Who sees it."""
    aliases: Sequence[str] | None
    """Names that lead to the first version."""
    workspace_relation: ShareRelation | str | None
    """How it belongs to the workspace."""


class CreateSkillRequest(SkillOptions):
    """Everything that `skills.create` takes: `create(**request)`."""

    name: Required[str]
    definition: Required[SkillDefinition | JSONMapping]


class UpdateSkillRequest(TypedDict, total=False):
    """Changes to a skill; what is not named stays."""

    sharing_scope: SharingScope | str | None
    """Who sees it."""
    workspace_relation: ShareRelation | str | None
    """How it belongs to the workspace."""


class CreateSkillVersionRequest(TypedDict, total=False):
    """Everything that `skills.create_version` takes beside the skill's id."""

    definition: Required[SkillDefinition | JSONMapping]
    notes: str | None
    aliases: Sequence[str] | None
    """Names that lead to this version from now on."""


class UpdateSkillVersionRequest(TypedDict, total=False):
    """Changes to what is said of a version; what is not named stays."""

    notes: str | None
    """None removes them."""
    aliases: AliasList | JSONMapping | None
    """All its aliases from now on: `{"values": ["production"]}`."""
