"""Authlib's client of OAuth 2, made of the official SDK's parameters."""

from __future__ import annotations

from typing import Any, Self

from authlib.integrations.httpx_client import AsyncOAuth2Client as _AsyncOAuth2Client


class AsyncOAuth2Client(_AsyncOAuth2Client):  # type: ignore[misc]  # Authlib has no types
    """Authlib's client; it sends a code challenge where it is given a verifier."""

    @classmethod
    def from_oauth_params(cls, oauth_params: Any, **options: Any) -> Self:
        """Make a client of `OAuthParams`; the options are those of Authlib's client, and of httpx2's."""
        return cls(
            client_id=oauth_params.client_id,
            client_secret=oauth_params.client_secret,
            scope=oauth_params.scheme.scope,
            code_challenge_method="S256",
            **options,
        )
