"""Identifiers in the forms that the API uses; the same seed and order of requests gives the same random parts."""

from __future__ import annotations

import string
from hashlib import blake2b

from mistral_async.testing._clock import Calendar

_ALPHANUMERIC = string.digits + string.ascii_letters


class Ids:
    """Makes identifiers: a counter under a hash, which is quick and repeatable."""

    def __init__(self, seed: int, calendar: Calendar) -> None:
        self._seed = seed
        self._count = 0
        self._calendar = calendar

    def hex32(self) -> str:
        """32 hexadecimal digits: chat, embeddings, moderation."""
        self._count += 1
        return blake2b(b"%d:%d" % (self._seed, self._count), digest_size=16).hexdigest()

    def uuid4(self) -> str:
        """A UUID with dashes: files and jobs."""
        digits = self.hex32()
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def uuid7(self) -> str:
        """A UUIDv7, which starts with the time: request ids."""
        digits = self._timed()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def prefixed(self, prefix: str) -> str:
        """`conv_`, `msg_`, `ag_` and the like with a UUIDv7 without dashes."""
        return f"{prefix}_{self._timed()}"

    def short(self) -> str:
        """Nine letters and digits: tool calls."""
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
