"""Tokens of Google's default credentials: a function for `api_key`, which is called in a thread."""

from __future__ import annotations

from datetime import UTC
from math import inf
from typing import Any, Final

from mistral_async._engine.access_token import AccessToken
from mistral_async.errors import APIConnectionError, ConfigurationError, MissingExtraError

_SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
_LOGIN: Final = "`gcloud auth application-default login` makes some, or pass MistralGCP(access_token=...)"


class GoogleCredentials:
    """Credentials of google-auth: those given, else Google's default ones, which are found by the first call.

    Raises:
        ConfigurationError: There are none, or they are not valid any more.
        MissingExtraError: google-auth is not installed.
        APIConnectionError: Google can not be reached.
    """

    def __init__(self, given: Any = None) -> None:
        self.project: str | None = getattr(given, "project_id", None)
        """The project of the credentials; of default ones it is known once a token has been made."""
        self._given = given
        self._credentials: Any = None  # of a library with few types

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._given,)

    def __call__(self) -> AccessToken:
        """Make a new token. Blocks."""
        try:
            import google.auth
            from google.auth import credentials, exceptions
            from google.auth.transport.requests import Request
        except ImportError as error:
            raise MissingExtraError(
                "tokens of Google need google-auth: pip install 'mistral-async[gcp]', or pass access_token="
            ) from error
        try:
            auth: Any = google.auth
            scoping: Any = credentials
            if self._given is None and self._credentials is None:
                self._credentials, self.project = auth.default(scopes=[_SCOPE])
            elif self._credentials is None:
                self._credentials = scoping.with_scopes_if_required(self._given, [_SCOPE])
            self._credentials.refresh(Request())
        except exceptions.DefaultCredentialsError as error:
            raise ConfigurationError(f"no Google credentials: {_LOGIN} ({error})") from error
        except exceptions.GoogleAuthError as error:
            if isinstance(error, exceptions.TransportError) or getattr(error, "retryable", False):
                failure = APIConnectionError(f"Google gave no token: {error}")
                failure.phase = "key"
                raise failure from error
            raise ConfigurationError(f"Google's credentials are not valid: {_LOGIN} ({error})") from error
        expiry = self._credentials.expiry  # UTC without a zone
        ends = inf if expiry is None else expiry.replace(tzinfo=UTC).timestamp()
        return AccessToken(self._credentials.token, ends)
