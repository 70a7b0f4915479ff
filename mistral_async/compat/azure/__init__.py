"""The official SDK's client for Azure AI: `mistralai.azure.client` is `mistral_async.compat.azure`."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from mistral_async._client.azure import API_VERSION, azure_settings, routes_in
from mistral_async._client.settings import ApiKey
from mistral_async.compat import errors, httpclient, models, types, utils
from mistral_async.compat._client import Mistral
from mistral_async.compat._official import names
from mistral_async.compat.types import UNSET, Unset

if TYPE_CHECKING:
    from mistral_async.compat._configuration import AnyRetryConfig
    from mistral_async.compat.httpclient import AsyncHttpClient, HttpClient

__all__ = ["MistralAzure", "errors", "httpclient", "models", "types", "utils"]


class MistralAzure(Mistral):
    """The official client's constructor and methods, for models that are deployed on Azure AI.

    `azure_api_key` and `azure_endpoint` are those of version 1, whose routes began with `/v1`.
    """

    groups: ClassVar[frozenset[str] | None] = frozenset({"chat", "ocr"})
    defaults: ClassVar[Mapping[str, Mapping[str, object]]] = {"chat": {"model": "azureai"}}

    def __init__(
        self,
        api_key: ApiKey | None = None,
        server: str | None = None,
        server_url: str | None = None,
        url_params: Mapping[str, str] | None = None,
        client: HttpClient | None = None,
        async_client: AsyncHttpClient | None = None,
        retry_config: AnyRetryConfig | Unset | None = UNSET,
        timeout_ms: int | None = None,
        debug_logger: logging.Logger | None = None,
        api_version: str = API_VERSION,
        *,
        azure_api_key: ApiKey | None = None,
        azure_endpoint: str | None = None,
    ) -> None:
        if azure_endpoint is not None and not routes_in(azure_endpoint, "azure_endpoint"):
            azure_endpoint = f"{azure_endpoint.rstrip('/')}/v1"
        super().__init__(
            azure_api_key or api_key,
            server,
            url_params,
            azure_endpoint or server_url,
            client,
            async_client,
            retry_config,
            timeout_ms,
            debug_logger,
        )
        self._clients.adapt = functools.partial(azure_settings, api_version)
        self._clients.needs_key = True
        self._clients.adapt(self._clients.settings)  # which says what is missing


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
