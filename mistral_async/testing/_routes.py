"""Every operation of the API: where it is, what it is called, who answers it, and which rate limits it draws on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any
from urllib.parse import unquote

import msgspec

from mistral_async.testing._answers import chat, embeddings, files, models
from mistral_async.testing._exchange import Call, Reply
from mistral_async.testing._state import State

Handler = Callable[[Call], Reply]
Preparation = Callable[[State], Coroutine[Any, Any, None]]


class Route(msgspec.Struct, frozen=True):
    """One operation. `limits` are the resources it draws on, `shown` those that its headers tell of."""

    method: str
    template: str
    name: str
    handler: Handler
    stream: str | None = None
    limits: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    # Work that time has made due and that must be done before the answer is right, such as that of batch jobs.
    before: Preparation | None = None
    public: bool = False


_TEXT = ("req", "tokens")

ROUTES: tuple[Route, ...] = (
    Route(
        "POST", "/v1/chat/completions", "chat.complete", chat.complete, "chat.stream", (*_TEXT, "audio-seconds"), _TEXT
    ),
    Route("POST", "/v1/agents/completions", "agents.complete", chat.complete_agent, "agents.stream", _TEXT, _TEXT),
    Route("POST", "/v1/fim/completions", "fim.complete", chat.complete_fim, "fim.stream", _TEXT, _TEXT),
    Route("POST", "/v1/embeddings", "embeddings.create", embeddings.create, None, _TEXT, ("req",)),
    Route("GET", "/v1/models", "models.list", models.list_models),
    Route("GET", "/v1/models/{}", "models.retrieve", models.retrieve),
    Route("DELETE", "/v1/models/{}", "models.delete", models.delete),
    Route("PATCH", "/v1/fine_tuning/models/{}", "models.update", models.update),
    Route("POST", "/v1/fine_tuning/models/{}/archive", "models.archive", models.archive),
    Route("DELETE", "/v1/fine_tuning/models/{}/archive", "models.unarchive", models.unarchive),
    Route("GET", "/v1/files", "files.list", files.list_files),
    Route("POST", "/v1/files", "files.upload", files.upload),
    Route("GET", "/v1/files/{}", "files.retrieve", files.retrieve),
    Route("DELETE", "/v1/files/{}", "files.delete", files.delete),
    Route("GET", "/v1/files/{}/content", "files.download", files.download),
    Route("GET", "/v1/files/{}/url", "files.get_signed_url", files.signed_url),
    Route("GET", "/signed/{}", "signed.download", files.serve_signed, public=True),
)


class Router:
    """Finds the route of a request; a percent-encoded slash does not divide a path."""

    def __init__(self, routes: Iterable[Route] = ROUTES) -> None:
        self._exact: dict[tuple[str, str], Route] = {}
        self._shaped: dict[tuple[str, int], list[tuple[list[str], Route]]] = {}
        for route in routes:
            segments = route.template.split("/")
            if "{}" in segments:
                self._shaped.setdefault((route.method, len(segments)), []).append((segments, route))
            else:
                self._exact[route.method, route.template] = route

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
        """The route and the decoded values of its `{}`."""
        if (exact := self._exact.get((method, path))) is not None:
            return exact, ()
        segments = path.split("/")
        for shape, route in self._shaped.get((method, len(segments)), ()):
            pairs = list(zip(shape, segments, strict=True))
            if all(part == segment or (part == "{}" and segment) for part, segment in pairs):
                return route, tuple(unquote(segment) for part, segment in pairs if part == "{}")
        return None
