"""Header fields (RFC 9110 §5): what may be sent, and those of a response: names in any case, its id, its waits.

Nothing of a response is decoded before somebody asks for it.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from mistral_async._codec.rate_limit_headers import RateLimitStatus, parse_rate_limits

# Rules of what is sent; every other text could end its header early and begin another (header injection).
# Rule 1: A name, like a method, is a token (RFC 9110 §5.6.2).
# Rule 2: A value is any text without control codes, a tab excepted (§5.5): servers refuse them, CR, LF and NUL split
#         headers. It travels as latin-1, so it has no character above U+00FF.
TCHAR: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
"""One character of a token, as a pattern."""
match_token: Final = re.compile(f"{TCHAR}+").fullmatch
"""Match a text that is a token as a whole; None where it is not one."""
match_field_value: Final = re.compile(r"[\t -~\x80-\xff]*").fullmatch
"""Match a text that may be the value of a header; None where it may not."""


class Headers(Mapping[str, str]):
    """The headers of an answer: names in any case, repeated ones joined by a comma. `raw` has them as they came.

    Iteration gives the names in lower case. Bytes beyond ASCII are read as latin-1, in which no value can be wrong.
    """

    def __init__(self, raw: Sequence[tuple[bytes, bytes]]) -> None:
        self.raw = raw

    @functools.cached_property
    def _fields(self) -> dict[str, str]:
        fields: dict[str, list[str]] = {}
        for name, value in self.raw:
            fields.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
        return {name: ", ".join(values) for name, values in fields.items()}

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __repr__(self) -> str:
        return f"Headers({self._fields})"

    @property
    def request_id(self) -> str | None:
        """The API's id of the request, to give to support; None where it has none."""
        return request_id_of(self.raw)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the API asks to wait before the next attempt; None where it does not say."""
        return parse_retry_after(self.get("retry-after"), self.get("retry-after-ms"), self.get("date"))

    @functools.cached_property
    def rate_limits(self) -> RateLimitStatus:
        """The rate limits that the answer states, and what is left of them."""
        return parse_rate_limits(self.raw)


def content_type_of(raw: Sequence[tuple[bytes, bytes]]) -> str:
    """Return the Content-Type in lower case, "" where there is none; the other fields are not decoded for it."""
    for name, value in raw:
        if name == b"content-type":
            return value.decode("latin-1").lower()
    return Headers(raw).get("content-type", "").lower()


def request_id_of(raw: Sequence[tuple[bytes, bytes]]) -> str | None:
    """Return the API's id of the request, or None: its usual header first, without reading the others."""
    for name, value in raw:
        if name == b"mistral-correlation-id":
            return value.decode("latin-1")
    headers = Headers(raw)
    return headers.get("mistral-correlation-id") or headers.get("x-kong-request-id") or headers.get("x-request-id")


def parse_retry_after(seconds: str | None, milliseconds: str | None = None, date: str | None = None) -> float | None:
    """Return the seconds to wait from `retry-after`, `retry-after-ms` and `date`; None where they say nothing."""
    # Rule 3: `retry-after-ms`, which is finer, goes before `retry-after`: seconds or an HTTP date (RFC 9110 §10.2.3).
    # Rule 4: A date is compared with the server's own `date`, so that no two clocks need to agree.
    # Rule 5: A wait is never negative. What is neither a number nor such a date says nothing.
    if milliseconds is not None and (wait := _number(milliseconds)) is not None:
        return max(0.0, wait / 1000)
    if seconds is None:
        return None
    if (wait := _number(seconds)) is not None:
        return max(0.0, wait)
    return _seconds_between(date, seconds)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _seconds_between(start: str | None, end: str) -> float | None:
    """Return the seconds between two HTTP dates, at least 0; None where they can not be compared."""
    if not start:
        return None
    try:
        from email.utils import parsedate_to_datetime  # few servers say it with a date

        since, until = parsedate_to_datetime(start), parsedate_to_datetime(end)
    except (TypeError, ValueError, IndexError, OverflowError, ImportError, OSError):  # OSError: out of descriptors
        return None
    if (since.tzinfo is None) != (until.tzinfo is None):
        return None
    return max(0.0, (until - since).total_seconds())
