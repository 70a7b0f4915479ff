"""Sessions with voice agents."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, RetrySafety, delete, get, post
from mistral_async.models.audio_sessions import (
    AudioSessionCreateRequest,
    AudioSessionCreateResponse,
    AudioSessionResponse,
    WorkerToken,
)

_ONE = "/v1/audio/sessions/{}"


class AudioSessions(Resource[M]):
    """Sessions with voice agents."""

    @endpoint
    def create(self, **options: Unpack[AudioSessionCreateRequest]) -> Call[AudioSessionCreateResponse]:
        """Create a session, with an agent (`agent_id`) or a configuration. The answer says which room to join."""
        return post("/v1/audio/sessions", json=options, returns=AudioSessionCreateResponse)

    @endpoint
    def close(self, session_id: str) -> Call[None]:
        """Close a session."""
        return delete(_ONE, session_id)

    @endpoint
    def get(self, session_id: str) -> Call[AudioSessionResponse]:
        """Get a session, with what has been said in it."""
        return get(_ONE, session_id, returns=AudioSessionResponse)

    @endpoint
    def create_registration_token(self) -> Call[WorkerToken]:
        """Create the token with which a worker of yours registers to host voice agents."""
        route = "/v1/audio/workers/registration-token"
        return post(route, json={}, safety=RetrySafety.SAFE, returns=WorkerToken)
