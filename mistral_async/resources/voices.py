"""The voices of speech."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.paging import Offset, PageToken
from mistral_async._engine.request import Call, Download, Pages, delete, download, get, pages, patch, post
from mistral_async.models.voices import (
    VoiceListPage,
    VoiceListResponse,
    VoiceOptions,
    VoiceResponse,
    VoiceSearchOptions,
    VoiceType,
    VoiceUpdateRequest,
)


class Voices(Resource[M]):
    """The voices of speech."""

    @endpoint
    def list(
        self,
        *,
        limit: int | None = None,
        offset: int | None = None,
        type: VoiceType | str | None = None,  # noqa: A002 - the wire's name
    ) -> Pages[VoiceResponse, VoiceListResponse]:
        """List voices, `limit` (1 to 100) a page. With `offset`: one page, from there. Deprecated: see `search`."""
        query = {"limit": limit, "offset": offset, "type": type}
        return pages("/v1/audio/voices", query=query, returns=VoiceListResponse, items="items", by=Offset())

    @endpoint
    def search(self, **options: Unpack[VoiceSearchOptions]) -> Pages[VoiceResponse, VoiceListPage]:
        """Find voices."""
        return pages("/v2/audio/voices", query=options, returns=VoiceListPage, by=PageToken())

    @endpoint
    def create(self, *, name: str, **options: Unpack[VoiceOptions]) -> Call[VoiceResponse]:
        """Make a voice from a sample."""
        return post("/v1/audio/voices", json={"name": name, **options}, returns=VoiceResponse)

    @endpoint
    def get(self, voice_id: str) -> Call[VoiceResponse]:
        """Get a voice."""
        return get("/v1/audio/voices/{}", voice_id, returns=VoiceResponse)

    @endpoint
    def update(self, voice_id: str, **changes: Unpack[VoiceUpdateRequest]) -> Call[VoiceResponse]:
        """Change a voice. None removes a value."""
        return patch("/v1/audio/voices/{}", voice_id, json=changes, nulls=changes.keys(), returns=VoiceResponse)

    @endpoint
    def delete(self, voice_id: str) -> Call[VoiceResponse]:
        """Delete a voice."""
        return delete("/v1/audio/voices/{}", voice_id, returns=VoiceResponse)

    @endpoint
    def get_sample_audio(self, voice_id: str) -> Download:
        """Get the recording that a voice was made from, as WAV."""
        return download("/v1/audio/voices/{}/sample", voice_id)
