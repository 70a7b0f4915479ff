"""Exit codes, for one call and for many items."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Final

from mistral_async.cli._text import terminal_text
from mistral_async.errors import (
    APIConnectionError,
    APIStatusError,
    AuthenticationError,
    ConfigurationError,
    InvalidModelError,
    MistralError,
    PaymentRequiredError,
    PermissionDeniedError,
    QuotaUnavailableError,
    ServerError,
)

SOME_FAILED: Final = 1
USAGE: Final = 2
REFUSED: Final = 3
NO_ANSWER: Final = 4
INTERRUPTED: Final = 130

_FATAL: Final = (
    ConfigurationError,
    AuthenticationError,
    PaymentRequiredError,
    PermissionDeniedError,
    InvalidModelError,
    QuotaUnavailableError,
)


def exit_code(error: Exception) -> int:
    """Return the exit code for a kind of failure."""
    from mistral_async.bulk import CheckpointError

    match error:
        case ServerError() | APIConnectionError():
            return NO_ANSWER
        case APIStatusError():
            return REFUSED
        case CheckpointError() | ValueError() | OSError() | ImportError():
            return USAGE
        case MistralError():
            return NO_ANSWER
        case _:
            return USAGE


def print_error(message: object) -> None:
    """Print a line to stderr, if anyone reads it."""
    with suppress(OSError):
        sys.stderr.write(f"{terminal_text(str(message), sys.stderr)}\n")


class Tally:
    """Counts of succeeded and failed items; failures are printed to stderr as they come."""

    def __init__(self) -> None:
        self.good = 0
        self.failed = 0
        self._first: Exception | None = None

    def fail(self, what: object, error: Exception) -> None:
        """Count and print a failed item; an error that every other item would meet too is raised."""
        if isinstance(error, _FATAL):
            raise error
        self.failed += 1
        self._first = self._first or error
        print_error(f"{what}: {error}")

    @property
    def code(self) -> int:
        """Return the exit code; if nothing succeeded, that of the first failure."""
        if self._first is None:
            return 0
        return SOME_FAILED if self.good else exit_code(self._first)
