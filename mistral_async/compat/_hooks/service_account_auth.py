"""The token of a service account, as the official SDK reads it."""

from __future__ import annotations

import inspect
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mistral_async._engine.auth import FILE_VARIABLE, VARIABLE
from mistral_async.compat._official import names
from mistral_async.compat._security import key_of
from mistral_async.errors import ConfigurationError

MISTRAL_SA_TOKEN_PATH_ENV: Final = FILE_VARIABLE
ServiceAccountTokenError = ConfigurationError  # what a call raises where the file can not be read


def read_service_account_token() -> str | None:
    """Return the token in the file that the environment names, None where it names none.

    Raises `ServiceAccountTokenError` for a file that can not be read, or is empty.
    """
    path = os.environ.get(FILE_VARIABLE)
    if not path:
        return None
    try:
        token = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ServiceAccountTokenError(f"Failed to read service-account token from {path}") from error
    if not token:
        raise ServiceAccountTokenError(f"Service-account token file is empty: {path}")
    return token


def bearer_header(token: str) -> str:
    """Return the value of the header `authorization`."""
    return token if token.lower().startswith("bearer ") else f"Bearer {token}"


def authorization(given: Any, read_token: Callable[[], str | None] = read_service_account_token) -> Any:
    """Return the header `authorization` by a client's key, None where nothing gives one.

    It is awaited where the function for the key is asynchronous.
    """
    given = key_of(given)
    key: Any = given() if callable(given) else given
    if inspect.isawaitable(key):
        return _awaited(key)
    key = key or read_token() or os.environ.get(VARIABLE)
    return bearer_header(key) if key else None


async def _awaited(key: Awaitable[str]) -> str:
    return bearer_header(await key)


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
