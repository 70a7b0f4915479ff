"""The official SDK's client for Google's Vertex AI: `mistralai.gcp.client` is `mistral_async.compat.gcp`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from mistral_async._client.gcp import REGION, Credentials, vertex_settings
from mistral_async._client.settings import ApiKey
from mistral_async.compat import errors, httpclient, models, types, utils
from mistral_async.compat._client import Mistral
from mistral_async.compat._official import names
from mistral_async.compat.types import UNSET, Unset

if TYPE_CHECKING:
    from mistral_async.compat._configuration import AnyRetryConfig
    from mistral_async.compat.httpclient import AsyncHttpClient, HttpClient

__all__ = ["MistralGCP", "MistralGoogleCloud", "errors", "httpclient", "models", "types", "utils"]


class MistralGCP(Mistral):
    """The official client's constructor and methods, for models on Google's Vertex AI."""

    groups: ClassVar[frozenset[str] | None] = frozenset({"chat", "fim"})

    def __init__(
        self,
        project_id: str | None = None,
        region: str = REGION,
        access_token: ApiKey | Credentials | None = None,
        server: str | None = None,
        server_url: str | None = None,
        url_params: Mapping[str, str] | None = None,
        client: HttpClient | None = None,
        async_client: AsyncHttpClient | None = None,
        retry_config: AnyRetryConfig | Unset | None = UNSET,
        timeout_ms: int | None = None,
        debug_logger: logging.Logger | None = None,
    ) -> None:
        settings: dict[str, Any] = vertex_settings(project_id, region, access_token, {})
        super().__init__(
            settings["api_key"],
            server,
            url_params,
            server_url,
            client,
            async_client,
            retry_config,
            timeout_ms,
            debug_logger,
        )
        self._clients.settings["gateway"] = settings["gateway"]
        self._clients.needs_key = True


MistralGoogleCloud = MistralGCP  # its name in version 1

if not TYPE_CHECKING:
    __getattr__ = names(__name__)
