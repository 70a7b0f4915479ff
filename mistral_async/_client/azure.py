"""Mistral's models on Azure AI: chat and OCR, on routes of Azure's own, with a version of its API in the query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal
from urllib.parse import parse_qs

from typing_extensions import Unpack

from mistral_async._client.client import Mistral, SyncMistral, show_options
from mistral_async._client.settings import ApiKey, ClientSettings, split_url
from mistral_async._engine.gateway import Gateway
from mistral_async._engine.request import Request
from mistral_async.errors import ConfigurationError

API_VERSION: Final = "2024-05-01-preview"

_VERSION: Final = "api-version"
_ROUTES: Final = {
    "/v1/chat/completions": "/models/chat/completions",
    "/v1/ocr": "/providers/mistral/azure/ocr",
}
_ENDINGS: Final = (*_ROUTES.values(), *_ROUTES, "/chat/completions", "/models", "/providers/mistral/azure", "/v1")
"""What Azure's pages have at the end of the addresses that they show, the longer ones first."""
_SERVERLESS: Final = ".models.ai.azure.com"


class AzureAI(Gateway):
    """The routes of Azure AI. The key is one of the deployment, or a token of Entra; the model is named in the body.

    A serverless deployment, which has an address of its own, has the API's routes.
    """

    name = "Azure AI"
    key_variable = None  # the key of the API is no business of Azure's

    def __init__(self, *, serverless: bool = False) -> None:
        self.serverless = serverless

    def rewrite(self, request: Request) -> Request:
        """Return the request on its route there."""
        route = _ROUTES.get(request.route)
        if route is None:
            raise self.unsupported(request, "it has chat and ocr; use Mistral(...) for all others")
        return request if self.serverless else request.replace(route=route)


class MistralAzure(Mistral):
    """The client for models that are deployed on Azure AI: `chat` and `ocr`, and what is built on these.

    `api_key` is the key of the deployment, or a function that returns it or a token of Entra, as in `Mistral`.
    `server_url` is the address of the deployment, also as Azure shows it: with the path of its models, and an
    `api-version`, which goes before the argument. All other settings are those of `Mistral`. An operation that Azure
    does not have raises `UnsupportedOperationError`, and nothing is sent.
    """

    def __init__(
        self,
        api_key: ApiKey,
        *,
        api_version: str = API_VERSION,
        **settings: Unpack[ClientSettings],
    ) -> None:
        super().__init__(api_key, **azure_settings(api_version, settings))


class SyncMistralAzure(SyncMistral):
    """The client for models that are deployed on Azure AI, for code that blocks. It takes what `MistralAzure` takes."""

    def __init__(
        self,
        api_key: ApiKey,
        *,
        api_version: str = API_VERSION,
        backend: Literal["asyncio", "trio"] = "asyncio",
        **settings: Unpack[ClientSettings],
    ) -> None:
        super().__init__(api_key, backend=backend, **azure_settings(api_version, settings))


def routes_in(address: str, setting: str = "server_url") -> str:
    """Return the end of an address that says which routes are meant; nothing if none does."""
    path = split_url(address, setting).path.rstrip("/")
    return next((each for each in _ENDINGS if path.endswith(each)), "")


def azure_settings(api_version: str, settings: Mapping[str, Any]) -> Any:
    """Return the settings of a client for Azure AI. Those of a client that was made are returned as they are."""
    if not settings.get("server_url"):
        raise ConfigurationError("MistralAzure needs server_url=, such as 'https://NAME.services.ai.azure.com'")
    address, _, query = str(settings["server_url"]).strip().partition("?")
    given: dict[str, Any] = {
        _VERSION: api_version,
        **parse_qs(query, keep_blank_values=True),
        **(settings.get("query") or {}),
    }
    ending = routes_in(address)
    serverless = ending.startswith("/v1") or split_url(address, "server_url").netloc.endswith(_SERVERLESS)
    return {
        "gateway": AzureAI(serverless=serverless),
        **settings,
        "server_url": address.rstrip("/").removesuffix(ending),
        "query": given,
    }


show_options(MistralAzure, SyncMistralAzure)
