"""Prompts that the server keeps, in versions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint, keeping_arguments
from mistral_async._codec.json_types import JSONMapping
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Call, Pages, camel, delete, get, pages, patch, post
from mistral_async.models.prompts import (
    CreatePromptVersionResponse,
    DeletePromptResponse,
    ListPromptsResponse,
    ListPromptVersionsResponse,
    Prompt,
    PromptDefinition,
    PromptOptions,
    RegistryListOptions,
    UpdatePromptRequest,
    UpdatePromptVersionRequest,
)

_ALL = "/v2/prompts"
_ONE = "/v2/prompts/{}"
_VERSIONS = "/v2/prompts/{}/versions"
_VERSION = "/v2/prompts/{}/versions/{}"


class Prompts(Resource[M]):
    """Prompts that the server keeps, in versions."""

    @endpoint
    @keeping_arguments
    def list(self, **options: Unpack[RegistryListOptions]) -> Pages[Prompt, ListPromptsResponse]:
        """List prompts, each as it is in its latest version."""
        query = camel(options, **OWN_NAMES)
        return pages(_ALL, query=query, returns=ListPromptsResponse, by=PageToken("pageToken"))

    @endpoint
    def create(
        self, *, name: str, definition: PromptDefinition | JSONMapping, **options: Unpack[PromptOptions]
    ) -> Call[Prompt]:
        """Create a prompt."""
        return post(_ALL, json={"name": name, "definition": definition, **camel(options)}, returns=Prompt)

    @endpoint
    def get(
        self,
        prompt_id: str,
        *,
        version: int | None = None,
        alias: str | None = None,
        fields: Sequence[str] | None = None,
    ) -> Call[Prompt]:
        """Get a prompt as it is in a version, by its number or alias; in the latest where neither is given."""
        return get(_ONE, prompt_id, query={"version": version, "alias": alias, "fields": fields}, returns=Prompt)

    @endpoint
    def update_metadata(self, prompt_id: str, **changes: Unpack[UpdatePromptRequest]) -> Call[Prompt]:
        """Change what is said of a prompt. None removes the title and the description."""
        return patch(_ONE, prompt_id, json=camel(changes), nulls={"title", "description"}, returns=Prompt)

    @endpoint
    def delete(self, prompt_id: str) -> Call[DeletePromptResponse]:
        """Delete a prompt with its versions."""
        return delete(_ONE, prompt_id, returns=DeletePromptResponse)

    @endpoint
    def list_versions(self, prompt_id: str) -> Call[ListPromptVersionsResponse]:
        """List the versions of a prompt."""
        return get(_VERSIONS, prompt_id, returns=ListPromptVersionsResponse)

    @endpoint
    def create_version(
        self,
        prompt_id: str,
        *,
        definition: PromptDefinition | JSONMapping,
        notes: str | None = None,
        aliases: Sequence[str] | None = None,
    ) -> Call[CreatePromptVersionResponse]:
        """Create a version of a prompt, which is its latest then. `aliases` lead to it from now on."""
        json = {"definition": definition, "notes": notes, "aliases": aliases}
        return post(_VERSIONS, prompt_id, json=json, returns=CreatePromptVersionResponse)

    @endpoint
    @keeping_arguments
    def get_version(self, prompt_id: str, version: int, *, fields: Sequence[str] | None = None) -> Call[Prompt]:
        """Get a prompt as it is in a version."""
        return get(_VERSION, prompt_id, version, query={"fields": fields}, returns=Prompt)

    @endpoint
    @keeping_arguments
    def update_version_metadata(
        self, prompt_id: str, version: int, **changes: Unpack[UpdatePromptVersionRequest]
    ) -> Call[Prompt]:
        """Change the notes and aliases of a version. None removes the notes."""
        return patch(_VERSION, prompt_id, version, json=changes, nulls={"notes"}, returns=Prompt)


OWN_NAMES: Final = {
    "sort_by": "sort_by",
    "sort_direction": "sort_direction",
    "sort_field": "sort.field",
    "sort_field_direction": "sort.direction",
}
"""Parameters of lists that are not written as the others are."""
