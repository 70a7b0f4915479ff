"""Mistral's models on Google's Vertex AI: chat and FIM; project, region and model are in the path."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Final, Literal, Protocol, Self, cast, runtime_checkable
from urllib.parse import quote

from typing_extensions import Unpack

from mistral_async._client.client import Mistral, SyncMistral, show_options
from mistral_async._client.google_credentials import GoogleCredentials
from mistral_async._client.settings import ApiKey, ClientSettings
from mistral_async._engine.gateway import Gateway
from mistral_async._engine.request import Request, Stream
from mistral_async.errors import ConfigurationError

REGION: Final = "europe-west4"

_PROJECT_VARIABLE: Final = "GOOGLE_CLOUD_PROJECT"
_ROUTES: Final = ("/v1/chat/completions", "/v1/fim/completions")
_HOSTS: Final = {
    "global": "aiplatform.googleapis.com",
    "us": "aiplatform.us.rep.googleapis.com",
    "eu": "aiplatform.eu.rep.googleapis.com",
}
"""Addresses of what is no single region."""


@runtime_checkable
class Credentials(Protocol):
    """Credentials of google-auth."""

    token: str | None

    def refresh(self, request: Any) -> None:
        """Make a new token. Blocks."""


class VertexAI(Gateway):
    """The routes of Vertex AI, in a project and a region. The key is an access token of Google's."""

    name = "Vertex AI"
    key_variable = None  # the key of the API is no business of Google's

    def __init__(self, project: str | GoogleCredentials, region: str = REGION) -> None:
        self.project = project
        self.region = region
        self.server_url = f"https://{_HOSTS.get(region, f'{region}-aiplatform.googleapis.com')}"

    def rewrite(self, request: Request) -> Request:
        """Return the request on the route of its model."""
        if request.route not in _ROUTES:
            raise self.unsupported(request, "it has chat and fim; use Mistral(...) for all others")
        project = self.project if isinstance(self.project, str) else self.project.project
        if not project:
            raise ConfigurationError(f"no project: pass MistralGCP(project_id=...) or set {_PROJECT_VARIABLE}")
        if not request.model:
            raise ConfigurationError(f"{self.name} has the model in its path: pass model=, as text")
        model = quote(request.model, safe="@")  # "@" is before a version
        method = "streamRawPredict" if issubclass(type(request), Stream) else "rawPredict"
        place = f"projects/{quote(project, safe=':')}/locations/{quote(self.region)}"
        return request.replace(route=f"/v1/{place}/publishers/mistralai/models/{model}:{method}")


class MistralGCP(Mistral):
    """The client for models on Google's Vertex AI: `chat` and `fim`, and what is built on these.

    `access_token` is a token, a function that returns it, as `api_key` of `Mistral`, or credentials of google-auth. By
    default the token, and the project too, are those of Google's default credentials (extra `gcp`), which are looked
    for by the first call, in a thread. `region` may also be `"global"`, `"us"` or `"eu"`. All other settings are those
    of `Mistral`. An operation that Vertex does not have raises `UnsupportedOperationError`, and nothing is sent.
    """

    def __init__(
        self,
        project_id: str | None = None,
        region: str = REGION,
        access_token: ApiKey | Credentials | None = None,
        **settings: Unpack[ClientSettings],
    ) -> None:
        super().__init__(**vertex_settings(project_id, region, access_token, settings))

    @classmethod
    def _restore(cls, api_key: ApiKey | None, settings: Any) -> Self:
        return cls(access_token=api_key, **settings)


class SyncMistralGCP(SyncMistral):
    """The client for models on Google's Vertex AI, for code that blocks. It takes what `MistralGCP` takes."""

    def __init__(
        self,
        project_id: str | None = None,
        region: str = REGION,
        access_token: ApiKey | Credentials | None = None,
        *,
        backend: Literal["asyncio", "trio"] = "asyncio",
        **settings: Unpack[ClientSettings],
    ) -> None:
        super().__init__(backend=backend, **vertex_settings(project_id, region, access_token, settings))

    @classmethod
    def _restore(cls, api_key: ApiKey | None, settings: Any) -> Self:
        return cls(access_token=api_key, **settings)


def vertex_settings(
    project_id: str | None, region: str, access_token: ApiKey | Credentials | None, settings: Mapping[str, Any]
) -> Any:
    """Return the key and the settings of a client for Vertex AI."""
    own = access_token is not None and not isinstance(access_token, Credentials)
    credentials = None if own else GoogleCredentials(access_token)
    project = project_id or os.environ.get(_PROJECT_VARIABLE) or credentials
    if project is None and "gateway" not in settings:
        raise ConfigurationError(f"no project: pass MistralGCP(project_id=...) or set {_PROJECT_VARIABLE}")
    gateway = VertexAI(cast("str | GoogleCredentials", project), region)
    return {"gateway": gateway, **settings, "api_key": access_token if own else credentials}


show_options(MistralGCP, SyncMistralGCP)
