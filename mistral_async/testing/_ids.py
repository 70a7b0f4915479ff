"""Ids in the forms of the API; the same seed and order of requests give the same ids."""

from __future__ import annotations

import string
from hashlib import blake2b

from mistral_async.testing._clock import Calendar

_ALPHANUMERIC = string.digits + string.ascii_letters


class Ids:
    """A generator of ids: a hashed counter, fast and repeatable."""

    def __init__(self, seed: int, calendar: Calendar) -> None:
        self._seed = seed
        self._count = 0
        self._calendar = calendar

    def hex32(self) -> str:
        """Return 32 hexadecimal digits, as for chat, embeddings and moderation."""
        self._count += 1
        return blake2b(b"%d:%d" % (self._seed, self._count), digest_size=16).hexdigest()

    def uuid4(self) -> str:
        """Return a UUID with dashes, as for files and jobs."""
        digits = self.hex32()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def uuid7(self) -> str:
        """Return a UUIDv7, which starts with the time, as for requests."""
        digits = self._timed()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def prefixed(self, prefix: str) -> str:
        """Return a prefix such as `conv` or `msg` and a UUIDv7 without dashes."""
        return f"{prefix}_{self._timed()}"

    def short(self) -> str:
        """Return nine letters and digits, as for tool calls."""
        number = int(self.hex32(), 16)
        letters: list[str] = []
        for _ in range(9):
            number, index = divmod(number, len(_ALPHANUMERIC))
            letters.append(_ALPHANUMERIC[index])
        return "".join(letters)

    def _timed(self) -> str:
        digits = self.hex32()
        milliseconds = int(self._calendar.now() * 1000)
        return f"{milliseconds:012x}7{digits[:3]}b{digits[3:6]}{digits[6:18]}"
