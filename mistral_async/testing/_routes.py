"""Every operation of the API: where it is, what it is called, who answers it, and which rate limits it draws on."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from functools import cache
from typing import Any
from urllib.parse import unquote

import msgspec

from mistral_async.testing._answers import (
    agents,
    audio,
    batch,
    chat,
    classifiers,
    conversations,
    documents,
    embeddings,
    files,
    fine_tuning,
    libraries,
    models,
    ocr,
    responses,
    signed,
    voices,
)
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


_DOCUMENT = "/v1/libraries/{}/documents/{}"
_TEXT = ("req", "tokens")
_HEARD = ("req", "tokens", "audio-seconds")
_CODE = ("tokens", "code-interpreter")

ROUTES: tuple[Route, ...] = (
    # Inference
    Route("POST", "/v1/chat/completions", "chat.complete", chat.complete, "chat.stream", _HEARD, _TEXT),
    Route("POST", "/v1/agents/completions", "agents.complete", chat.complete_agent, "agents.stream", _TEXT, _TEXT),
    Route("POST", "/v1/fim/completions", "fim.complete", chat.complete_fim, "fim.stream", _TEXT, _TEXT),
    Route("POST", "/v1/embeddings", "embeddings.create", embeddings.create, None, _TEXT, ("req",)),
    Route("POST", "/v1/moderations", "classifiers.moderate", classifiers.moderate, None, _TEXT, ("req",)),
    Route(
        "POST", "/v1/chat/moderations", "classifiers.moderate_chat", classifiers.moderate_chat, None, _TEXT, ("req",)
    ),
    Route("POST", "/v1/classifications", "classifiers.classify", classifiers.classify, None, _TEXT, ("req",)),
    Route(
        "POST",
        "/v1/chat/classifications",
        "classifiers.classify_chat",
        classifiers.classify_chat,
        None,
        _TEXT,
        ("req",),
    ),
    Route("POST", "/v1/ocr", "ocr.process", ocr.process, None, ("req", "ocr-pages")),
    Route("POST", "/v1/responses", "responses.create", responses.create, "responses.stream", _TEXT, _TEXT),
    Route("POST", "/v1/responses/input_tokens", "responses.count_input_tokens", responses.count_input_tokens),
    # Audio
    Route(
        "POST",
        "/v1/audio/transcriptions",
        "audio.transcriptions.complete",
        audio.transcribe,
        "audio.transcriptions.stream",
        ("req", "audio-seconds"),
        ("req",),
    ),
    Route(
        "POST",
        "/v1/audio/speech",
        "audio.speech.complete",
        audio.speak,
        "audio.speech.stream",
        ("req", "input-characters"),
    ),
    Route("GET", "/v1/audio/voices", "audio.voices.list", voices.list_voices),
    Route("POST", "/v1/audio/voices", "audio.voices.create", voices.create),
    Route("GET", "/v1/audio/voices/{}", "audio.voices.get", voices.get),
    Route("PATCH", "/v1/audio/voices/{}", "audio.voices.update", voices.update),
    Route("DELETE", "/v1/audio/voices/{}", "audio.voices.delete", voices.delete),
    Route("GET", "/v1/audio/voices/{}/sample", "audio.voices.get_sample_audio", voices.sample),
    Route("GET", "/v2/audio/voices", "audio.voices.search", voices.search),
    # Models and files
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
    Route("GET", "/signed/{}", "signed.download", signed.serve, public=True),
    # Jobs
    Route("GET", "/v1/fine_tuning/jobs", "fine_tuning.jobs.list", fine_tuning.list_jobs),
    Route("POST", "/v1/fine_tuning/jobs", "fine_tuning.jobs.create", fine_tuning.create),
    Route("GET", "/v1/fine_tuning/jobs/{}", "fine_tuning.jobs.get", fine_tuning.get),
    Route("POST", "/v1/fine_tuning/jobs/{}/cancel", "fine_tuning.jobs.cancel", fine_tuning.cancel),
    Route("POST", "/v1/fine_tuning/jobs/{}/start", "fine_tuning.jobs.start", fine_tuning.start),
    Route("GET", "/v1/batch/jobs", "batch.jobs.list", batch.list_jobs, before=batch.advance),
    Route("POST", "/v1/batch/jobs", "batch.jobs.create", batch.create),
    Route("GET", "/v1/batch/jobs/{}", "batch.jobs.get", batch.get, before=batch.advance),
    Route("DELETE", "/v1/batch/jobs/{}", "batch.jobs.delete", batch.delete, before=batch.advance),
    Route("POST", "/v1/batch/jobs/{}/cancel", "batch.jobs.cancel", batch.cancel, before=batch.advance),
    # Agents and conversations
    Route("GET", "/v1/agents", "beta.agents.list", agents.list_agents),
    Route("POST", "/v1/agents", "beta.agents.create", agents.create),
    Route("GET", "/v1/agents/pages", "beta.agents.list_pages", agents.list_pages),
    Route("GET", "/v1/agents/{}", "beta.agents.get", agents.get),
    Route("PATCH", "/v1/agents/{}", "beta.agents.update", agents.update),
    Route("DELETE", "/v1/agents/{}", "beta.agents.delete", agents.delete),
    Route("GET", "/v1/agents/{}/aliases", "beta.agents.list_version_aliases", agents.list_aliases),
    Route("PUT", "/v1/agents/{}/aliases", "beta.agents.create_version_alias", agents.create_alias),
    Route("DELETE", "/v1/agents/{}/aliases", "beta.agents.delete_version_alias", agents.delete_alias),
    Route("PATCH", "/v1/agents/{}/version", "beta.agents.update_version", agents.update_version),
    Route("GET", "/v1/agents/{}/versions", "beta.agents.list_versions", agents.list_versions),
    Route("GET", "/v1/agents/{}/versions/{}", "beta.agents.get_version", agents.get_version),
    Route("GET", "/v1/conversations", "beta.conversations.list", conversations.list_conversations),
    Route(
        "POST",
        "/v1/conversations",
        "beta.conversations.start",
        conversations.start,
        "beta.conversations.start_stream",
        _CODE,
        ("tokens",),
    ),
    Route("GET", "/v1/conversations/{}", "beta.conversations.get", conversations.get),
    Route(
        "POST",
        "/v1/conversations/{}",
        "beta.conversations.append",
        conversations.append,
        "beta.conversations.append_stream",
        _CODE,
        ("tokens",),
    ),
    Route("DELETE", "/v1/conversations/{}", "beta.conversations.delete", conversations.delete),
    Route("GET", "/v1/conversations/{}/history", "beta.conversations.get_history", conversations.history),
    Route("GET", "/v1/conversations/{}/messages", "beta.conversations.get_messages", conversations.messages),
    Route(
        "POST",
        "/v1/conversations/{}/restart",
        "beta.conversations.restart",
        conversations.restart,
        "beta.conversations.restart_stream",
        _CODE,
        ("tokens",),
    ),
    # Libraries
    Route("GET", "/v1/libraries", "beta.libraries.list", libraries.list_libraries),
    Route("POST", "/v1/libraries", "beta.libraries.create", libraries.create),
    Route("GET", "/v1/libraries/{}", "beta.libraries.get", libraries.get),
    Route("PATCH", "/v1/libraries/{}", "beta.libraries.update", libraries.update),
    Route("PUT", "/v1/libraries/{}", "beta.libraries.libraries_update_v1", libraries.update),
    Route("DELETE", "/v1/libraries/{}", "beta.libraries.delete", libraries.delete),
    Route("GET", "/v1/libraries/{}/documents", "beta.libraries.documents.list", documents.list_documents),
    Route("POST", "/v1/libraries/{}/documents", "beta.libraries.documents.upload", documents.upload),
    Route("GET", _DOCUMENT, "beta.libraries.documents.get", documents.get),
    Route("PATCH", _DOCUMENT, "beta.libraries.documents.update", documents.update),
    Route("PUT", _DOCUMENT, "beta.libraries.documents.libraries_documents_update_v1", documents.update),
    Route("DELETE", _DOCUMENT, "beta.libraries.documents.delete", documents.delete),
    Route(
        "GET",
        f"{_DOCUMENT}/extracted-text-signed-url",
        "beta.libraries.documents.extracted_text_signed_url",
        documents.extracted_text_signed_url,
    ),
    Route("POST", f"{_DOCUMENT}/reprocess", "beta.libraries.documents.reprocess", documents.reprocess),
    Route("GET", f"{_DOCUMENT}/signed-url", "beta.libraries.documents.get_signed_url", documents.signed_url),
    Route("GET", f"{_DOCUMENT}/status", "beta.libraries.documents.status", documents.status),
    Route("GET", f"{_DOCUMENT}/text_content", "beta.libraries.documents.text_content", documents.text_content),
    Route("GET", "/v1/libraries/{}/share", "beta.libraries.accesses.list", libraries.list_shares),
    Route("PUT", "/v1/libraries/{}/share", "beta.libraries.accesses.update_or_create", libraries.share),
    Route("DELETE", "/v1/libraries/{}/share", "beta.libraries.accesses.delete", libraries.unshare),
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

    @classmethod
    @cache
    def shared(cls) -> Router:
        """The router of all operations, made once."""
        return cls()

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
