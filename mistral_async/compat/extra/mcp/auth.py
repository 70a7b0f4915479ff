"""The authorization of MCP servers by OAuth 2, as the official SDK has it. Needs the extra `oauth`.

Follows https://modelcontextprotocol.io/specification/draft/basic/authorization. Authlib speaks OAuth; `mcp` knows where
the server's metadata is.
"""

from __future__ import annotations

import base64
import hmac
import logging
import secrets
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import parse_qs, urlsplit

import msgspec

from mistral_async._codec.json_types import JSONObject, is_object
from mistral_async._codec.redact import as_secret, redact_text
from mistral_async.compat._official import names
from mistral_async.compat.extra.exceptions import MCPAuthException
from mistral_async.compat.extra.mcp._http import without_secrets
from mistral_async.errors import MissingExtraError, MistralError
from mistral_async.models._model import Model, SecretModel

if TYPE_CHECKING:
    import httpx2

# Rule 1: Where the metadata of a server is, is asked in this order: the server says who authorizes for it (RFC 9728);
#   it does so itself (RFC 8414); nobody says, and the paths are the default ones of the specification of 2025-03-26.
# Rule 2: Metadata is taken that Authlib finds valid: its addresses are of `https`, or of this machine.
# Rule 3: A code is bound to who asked for it (PKCE, S256). The verifier is made of the client's secret and the state,
#   so that another process may exchange the code, and nobody may who knows the addresses alone. A client without a
#   secret has one that this process made.
# Rule 4: Whatever fails is an `MCPAuthException`. It says what the server says, without the secrets that were sent.

Metadata: TypeAlias = Any
"""Authlib's `AuthorizationServerMetadata`: a dict, whose keys are attributes too."""

_WELL_KNOWN: Final = ".well-known/oauth-authorization-server"
_OF_THIS_PROCESS: Final = secrets.token_bytes(32)  # in place of a secret that a client does not have
_log = logging.getLogger("mistralai.extra.mcp.auth")


class Oauth2AuthorizationScheme(Model, kw_only=True):
    """The addresses of an authorization server, and the scopes that are asked for."""

    authorization_url: str
    token_url: str
    scope: list[str]
    description: str | None = None
    refresh_url: str | None = None


class OAuthParams(SecretModel, kw_only=True):
    """A client that an authorization server knows."""

    scheme: Oauth2AuthorizationScheme
    client_id: str
    client_secret: str


class ClientRegistrationError(MCPAuthException, ValueError):
    """An authorization server that does not register the client."""


async def build_oauth_params(
    server_url: str,
    redirect_url: str,
    client_id: str | None = None,
    client_secret: str | None = None,
    scope: list[str] | None = None,
    async_client: Any = None,
) -> OAuthParams:
    """Return the parameters for a server; without an id and a secret, the client is registered with it.

    Raises `ClientRegistrationError`, which is a `ValueError` too, where the server does not register it.
    """
    metadata = await get_oauth_server_metadata(server_url)
    if not (client_id and client_secret):
        client_id, client_secret = await _registered(metadata, redirect_url, async_client, scope or ())
    scheme = Oauth2AuthorizationScheme(
        authorization_url=metadata.authorization_endpoint,
        token_url=metadata.token_endpoint,
        scope=scope or [],
        refresh_url=metadata.token_endpoint if "refresh_token" in (metadata.grant_types_supported or ()) else None,
    )
    return OAuthParams(scheme=scheme, client_id=client_id, client_secret=client_secret)


async def get_oauth_server_metadata(server_url: str) -> Metadata:
    """Return the metadata of the server that authorizes for an MCP server (rule 1)."""
    with _needed():
        from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
    base = server_url.rstrip("/")
    with _failures(f"the OAuth metadata of {without_secrets(base)} can not be read"):
        found = await _named_by(base) or await get_well_known_authorization_server_metadata(base)
    return found or AuthorizationServerMetadata(
        issuer=base,
        authorization_endpoint=f"{base}/authorize",
        token_endpoint=f"{base}/token",
        registration_endpoint=f"{base}/register",
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "refresh_token"],
        token_endpoint_auth_methods_supported=["client_secret_basic"],
        code_challenge_methods_supported=["S256", "plain"],
    )


async def get_well_known_authorization_server_metadata(server_url: str) -> Metadata | None:
    """Return the metadata that a server has at its well-known place; None where it has none that is valid."""
    return await _metadata_at(f"{server_url}/{_WELL_KNOWN}")


async def dynamic_client_registration(
    register_endpoint: str, redirect_url: str, async_client: Any, scope: Sequence[str] = ()
) -> tuple[str, str]:
    """Register the client (RFC 7591), and return its id and its secret: `""` where it needs none.

    Raises `ClientRegistrationError` where the server does not register it.
    """
    wanted: JSONObject = {
        "client_name": "mistral_async",
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_basic",
        "response_types": ["code"],
        "redirect_uris": [redirect_url],
    }
    if scope:
        wanted["scope"] = " ".join(scope)
    with _failures(f"{without_secrets(register_endpoint)} can not be asked to register the client"):
        response = await async_client.post(register_endpoint, json=wanted)
    answer = _json_object(response.content)
    client_id, client_secret = answer.get("client_id"), answer.get("client_secret") or ""
    if not (response.is_success and client_id and isinstance(client_id, str) and isinstance(client_secret, str)):
        told = ", ".join(f"{answer[name]}" for name in ("error", "error_description") if name in answer)
        raise ClientRegistrationError(f"Client registration failed: status={response.status_code}, error={told}")
    return client_id, client_secret


def authorization_url(params: OAuthParams, redirect_url: str) -> tuple[str, str]:
    """Return the address that a user is sent to, and its state."""
    with _needed():
        from authlib.oauth2.client import OAuth2Client
    client: Any = OAuth2Client(None, params.client_id, scope=params.scheme.scope, code_challenge_method="S256")
    state = secrets.token_urlsafe()
    url, _ = client.create_authorization_url(
        params.scheme.authorization_url, state, _verifier(params, state), redirect_uri=redirect_url
    )
    return url, state


async def exchange_code(params: OAuthParams, answer: str, redirect_url: str, state: str) -> Any:
    """Return the token for the code in the address that a user came back to."""
    code, verifier = as_secret(_code_in(answer, state)), as_secret(_verifier(params, state))
    url = params.scheme.token_url
    with _failures(f"{without_secrets(url)} gave no token", code, verifier, as_secret(params.client_secret)):
        async with _client(params) as client:
            token = await client.fetch_token(
                url,
                grant_type="authorization_code",
                client_id=params.client_id,  # beside its authentication, for servers that want both
                code=code,
                redirect_uri=redirect_url,
                code_verifier=verifier,
            )
    return _checked(token, url)


async def refresh(params: OAuthParams, refresh_token: str | None) -> Any:
    """Return another token, by the refresh token of the last one."""
    url = params.scheme.refresh_url
    if url is None:
        raise MCPAuthException("the server refreshes no tokens: there is no refresh_url in the OAuth parameters")
    if not refresh_token:
        raise MCPAuthException("there is no refresh token: call set_auth_token with a token that has one")
    with _failures(f"{without_secrets(url)} gave no token", refresh_token, as_secret(params.client_secret)):
        async with _client(params) as client:
            found = await client.refresh_token(url, refresh_token=refresh_token, client_id=params.client_id)
    return _checked(found, url)


def _client(params: OAuthParams) -> Any:
    with _needed():
        from mistral_async.compat.extra.mcp._oauth_client import AsyncOAuth2Client
    return AsyncOAuth2Client.from_oauth_params(params)


def _verifier(params: OAuthParams, state: str) -> str:
    """Return the code verifier of a state (rule 3): 43 characters."""
    key = params.client_secret.encode() or _OF_THIS_PROCESS
    digest = hmac.digest(key, f"PKCE {state}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _code_in(answer: str, state: str) -> str:
    """Return the code in the address that a user came back to, if it is the answer to this state."""
    with _failures("the answer is no address"):
        given = {name: values[0] for name, values in parse_qs(urlsplit(answer).query).items()}
    if not state or not hmac.compare_digest(given.get("state", "").encode(), state.encode()):
        raise MCPAuthException("the answer has another state than the authorization that was asked for")
    if "code" not in given:
        told = ": ".join(given[name] for name in ("error", "error_description") if name in given)
        raise MCPAuthException(f"there is no code in the answer: {told or 'it has no error either'}")
    return given["code"]


def _checked(token: Any, url: str) -> Any:
    if not token.get("access_token"):
        raise MCPAuthException(f"{without_secrets(url)} gave no token: its answer has no access_token")
    return token


async def _registered(metadata: Metadata, redirect_url: str, client: Any, scope: Sequence[str]) -> tuple[str, str]:
    if (endpoint := metadata.registration_endpoint) is None:
        raise ClientRegistrationError("the server registers no clients: pass client_id= and client_secret=")
    if client is not None:
        return await dynamic_client_registration(endpoint, redirect_url, client, scope)
    async with _http_client() as own:
        return await dynamic_client_registration(endpoint, redirect_url, own, scope)


async def _named_by(server_url: str) -> Metadata | None:
    """Return the metadata of the authorization server that an MCP server names; None where it names none."""
    with _needed():
        from mcp.client.auth import utils
    for place in utils.build_protected_resource_metadata_discovery_urls(None, server_url):
        resource = await _json_at(place)
        if urlsplit(str(resource.get("resource")))[:2] != urlsplit(server_url)[:2]:
            continue
        for issuer in map(str, resource.get("authorization_servers") or ()):
            for url in utils.build_oauth_authorization_server_metadata_discovery_urls(issuer, server_url):
                found = await _metadata_at(url)
                if found is not None and utils.issuers_match(str(found["issuer"]), issuer):
                    return found
    return None


async def _metadata_at(url: str) -> Metadata | None:
    """Return the metadata at an address; None where there is none that is valid (rule 2)."""
    with _needed():
        from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
    if not (found := await _json_at(url)):
        return None
    metadata = AuthorizationServerMetadata(found)
    try:
        metadata.validate()
    except (ValueError, TypeError, AttributeError) as problem:
        _log.warning("the OAuth metadata at %s is not valid: %s", without_secrets(url), problem)
        return None
    return metadata


async def _json_at(url: str) -> JSONObject:
    """Return the object at an address; an empty one where there is none."""
    with _failures(f"{without_secrets(url)} can not be asked for"):
        async with _http_client() as client:
            response = await client.get(url, headers={"accept": "application/json"})
    return _json_object(response.content) if response.is_success else {}


def _json_object(content: bytes) -> JSONObject:
    try:
        found: object = msgspec.json.decode(content)
    except msgspec.DecodeError:
        return {}
    return found if is_object(found) else {}


def _http_client() -> httpx2.AsyncClient:
    with _needed():
        import httpx2
    return httpx2.AsyncClient()


@contextmanager
def _needed() -> Generator[None]:
    """Say which extra is missing."""
    try:
        yield
    except ImportError as problem:
        raise MissingExtraError("OAuth needs the extra `oauth`: pip install 'mistral-async[oauth]'") from problem


@contextmanager
def _failures(what: str, *sent: str) -> Generator[None]:
    """Raise what goes wrong in the block as an `MCPAuthException` (rule 4)."""
    try:
        yield
    except MistralError:
        raise
    except Exception as problem:  # noqa: BLE001 - of httpx2, Authlib, or what a client of the user's raises
        told = redact_text(f"{type(problem).__name__}: {problem}", sent)
        raise MCPAuthException(f"{what}: {told}") from None


def find_own(name: str) -> Any:
    """Return a class that is made when it is used, or None."""
    if name != "AsyncOAuth2Client":
        return None
    with _needed():
        from mistral_async.compat.extra.mcp._oauth_client import AsyncOAuth2Client
    return AsyncOAuth2Client


if not TYPE_CHECKING:
    _listed = names(__name__)

    def __getattr__(name: str) -> Any:
        """Return what is made when it is used, else what the table says."""
        return find_own(name) or _listed(name)
