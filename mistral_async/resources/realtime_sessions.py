"""Sessions with which a browser or an app uses the API for a while, without your key."""

from __future__ import annotations

import functools

from mistral_async._binding.resource import M, Resource, endpoint
from mistral_async._engine.request import Call, post
from mistral_async.models.realtime_sessions import CreateRealtimeSessionResponse


class Realtime(Resource[M]):
    """Realtime use of the API."""

    @functools.cached_property
    def sessions(self) -> RealtimeSessions[M]:
        """Sessions without your key."""
        return RealtimeSessions(self._executor)


class RealtimeSessions(Resource[M]):
    """Sessions with which a browser or an app uses the API for a while, without your key."""

    @endpoint
    def create(self, *, model: str, ttl_seconds: int | None = None) -> Call[CreateRealtimeSessionResponse]:
        """Create a session for a realtime model; its secret ends after `ttl_seconds`."""
        body = {"model": model, "purpose": "realtime", "ttl_seconds": ttl_seconds}
        return post("/v1/client/sessions", json=body, returns=CreateRealtimeSessionResponse)
