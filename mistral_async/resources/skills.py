"""Skills that the server keeps, in versions: instructions and files for agents."""

from __future__ import annotations

from collections.abc import Sequence

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint, keeping_arguments
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, camel, delete, get, pages, patch, post
from mistral_async.models.prompts import RegistryListOptions
from mistral_async.models.skills import (
    CreateSkillVersionResponse,
    DeleteSkillResponse,
    ListSkillsResponse,
    ListSkillVersionsResponse,
    Skill,
    SkillDefinition,
    SkillOptions,
    UpdateSkillRequest,
    UpdateSkillVersionRequest,
)
from mistral_async.resources.prompts import OWN_NAMES

_ALL = "/v2/skills"
_ONE = "/v2/skills/{}"
_VERSIONS = "/v2/skills/{}/versions"
_VERSION = "/v2/skills/{}/versions/{}"


class Skills(Resource[M]):
    """Skills that the server keeps, in versions."""

    @endpoint
    @keeping_arguments
    def list(self, **options: Unpack[RegistryListOptions]) -> Pages[Skill, ListSkillsResponse]:
        """List skills, each as it is in its latest version."""
        query = camel(options, **OWN_NAMES)
        return pages(_ALL, query=query, returns=ListSkillsResponse, by=PageToken("pageToken"))

    @endpoint
    def create(
        self, *, name: str, definition: SkillDefinition | JSONMapping, **options: Unpack[SkillOptions]
    ) -> Call[Skill]:
        """Create a skill."""
        return post(_ALL, json={"name": name, "definition": definition, **camel(options)}, returns=Skill)

    @endpoint
    def get(
        self,
        skill_id: str,
        *,
        version: int | None = None,
        alias: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> Call[Skill]:
        """Get a skill as it is in a version, by its number or alias; in the latest where neither is given."""
        return get(_ONE, skill_id, query={"version": version, "alias": alias, "fields": fields}, returns=Skill)

    @endpoint
    def update_metadata(self, skill_id: str, **changes: Unpack[UpdateSkillRequest]) -> Call[Skill]:
        """Change what is said of a skill."""
        return patch(_ONE, skill_id, json=camel(changes), returns=Skill)

    @endpoint
    def delete(self, skill_id: str) -> Call[DeleteSkillResponse]:
        """Delete a skill with its versions."""
        return delete(_ONE, skill_id, returns=DeleteSkillResponse)

    @endpoint
    def list_versions(self, skill_id: str) -> Call[ListSkillVersionsResponse]:
        """List the versions of a skill."""
        return get(_VERSIONS, skill_id, returns=ListSkillVersionsResponse)

    @endpoint
    def create_version(
        self,
        skill_id: str,
        *,
        definition: SkillDefinition | JSONMapping,
        notes: str | None = None,
        aliases: Sequence[str] | None = None,
    ) -> Call[CreateSkillVersionResponse]:
        """Create a version of a skill, which is its latest then. `aliases` lead to it from now on."""
        json = {"definition": definition, "notes": notes, "aliases": aliases}
        return post(_VERSIONS, skill_id, json=json, returns=CreateSkillVersionResponse)

    @endpoint
    @keeping_arguments
    def get_version(self, skill_id: str, version: int, *, fields: Sequence[str] | None = None) -> Call[Skill]:
        """Get a skill as it is in a version."""
        return get(_VERSION, skill_id, version, query={"fields": fields}, returns=Skill)

    @endpoint
    @keeping_arguments
    def update_version_metadata(
        self, skill_id: str, version: int, **changes: Unpack[UpdateSkillVersionRequest]
    ) -> Call[Skill]:
        """Change the notes and aliases of a version. None removes the notes."""
        return patch(_VERSION, skill_id, version, json=changes, nulls={"notes"}, returns=Skill)
