"""The official SDK's `utils`: retry settings with its positional arguments, the classes of streams, and keys."""

from __future__ import annotations

import logging
import os
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from mistral_async._codec.json_encode import encode_any
from mistral_async._codec.open_union import decode
from mistral_async.compat._events import EventStream, EventStreamAsync
from mistral_async.compat._official import names
from mistral_async.compat._security import get_security, get_security_from_env

__all__ = [
    "BackoffStrategy",
    "EventStream",
    "EventStreamAsync",
    "Logger",
    "NoOpLogger",
    "RetryConfig",
    "get_default_logger",
    "get_security",
    "get_security_from_env",
    "marshal_json",
    "parse_datetime",
    "stream_to_bytes",
    "stream_to_bytes_async",
    "stream_to_text",
    "stream_to_text_async",
    "unmarshal",
    "unmarshal_json",
]

_DEBUG = "MISTRAL_DEBUG"


class BackoffStrategy:
    """The delays between attempts, in milliseconds: `initial_interval * exponent ** n`, and a random time more.

    All that `RetryConfig` has repeated is for `max_elapsed_time`.
    """

    def __init__(
        self,
        initial_interval: float = 500,
        max_interval: float = 60_000,
        exponent: float = 1.5,
        max_elapsed_time: float = 3_600_000,
        jitter_ms: float | None = None,
    ) -> None:
        if jitter_ms is not None and jitter_ms < 0:
            raise ValueError("jitter_ms must be >= 0")
        self.initial_interval: float = initial_interval
        self.max_interval: float = max_interval
        self.exponent: float = exponent
        self.max_elapsed_time: float = max_elapsed_time
        self.jitter_ms: float | None = jitter_ms
        """The most that is added to a delay; None: a second."""


class RetryConfig:
    """The failures that are repeated, whatever is done twice by that: 429, 500, 502, 503, 504 and lost connections.

    `status_codes_override` has other codes ("429") and classes of codes ("5XX").
    """

    def __init__(
        self,
        strategy: str = "backoff",
        backoff: BackoffStrategy | mistral_async.BackoffStrategy | None = None,
        retry_connection_errors: bool = True,  # noqa: FBT001, FBT002 - positional in the official SDK
        status_codes_override: list[str] | None = None,
    ) -> None:
        self.strategy: str = strategy
        self.backoff: BackoffStrategy | mistral_async.BackoffStrategy | None = backoff
        self.retry_connection_errors: bool = retry_connection_errors
        self.status_codes_override: list[str] | None = status_codes_override


def parse_datetime(text: str) -> datetime:
    """Return the moment that a text in ISO 8601 names."""
    return datetime.fromisoformat(text)


def marshal_json(val: Any, _typ: Any = None) -> str:
    """Return a value as JSON text, as it would be sent."""
    return encode_any(val).decode()


def unmarshal_json(raw: str | bytes, typ: Any) -> Any:
    """Return JSON text as a value of a type: a model, or a list, dict or union of models."""
    return decode(raw.encode() if isinstance(raw, str) else raw, typ)


def unmarshal(val: Any, typ: Any) -> Any:
    """Return a value that was read from JSON as one of a type, as `unmarshal_json` does."""
    return unmarshal_json(encode_any(val), typ)


def stream_to_text(stream: httpx.Response) -> str:
    """Return the whole text of a response, such as `files.download` gives."""
    return "".join(stream.iter_text())


async def stream_to_text_async(stream: httpx.Response) -> str:
    """Return the whole text of a response."""
    return "".join([each async for each in stream.aiter_text()])


def stream_to_bytes(stream: httpx.Response) -> bytes:
    """Return the whole content of a response."""
    return stream.read()


async def stream_to_bytes_async(stream: httpx.Response) -> bytes:
    """Return the whole content of a response."""
    return await stream.aread()


class Logger(Protocol):
    """A logger, as `debug_logger=` takes it."""

    def debug(self, msg: str, *args: Any, **kwargs: Any) -> None:
        """Log a message."""
        ...


class NoOpLogger(logging.Logger):
    """A logger that logs nothing."""

    def __init__(self) -> None:
        super().__init__("mistral_async")
        self.disabled = True


def get_default_logger() -> logging.Logger:
    """Return the logger of a client that is given none: it logs if `MISTRAL_DEBUG` is set in the environment."""
    return logger_of_environment() or NoOpLogger()


def logger_of_environment() -> logging.Logger | None:
    """Return a logger if the environment variable `MISTRAL_DEBUG` is set."""
    if not os.environ.get(_DEBUG):
        return None
    logging.basicConfig(level=logging.DEBUG)
    return logging.getLogger("mistral_async")


__path__: list[str] = []  # its modules are found by `_official`

if TYPE_CHECKING:
    import httpx

    import mistral_async
else:
    __getattr__ = names(__name__)
