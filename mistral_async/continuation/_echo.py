"""The echo of a prefix: the API begins an answer with the text that it was given, other servers do not."""

from __future__ import annotations

# Rule 1: What repeats the text that was sent, from its beginning, is held back; at its end it is dropped.
# Rule 2: Where an answer departs from that text it is no echo: what was held back is given out, and all after it.
# Rule 3: A server may leave out white space at the end of what was sent. Then it is an echo up to there, and the white
#   space that the model writes in its place does not come twice.


class Echo:
    """A filter that takes the echo off an answer that arrives in pieces of any size."""

    def __init__(self, sent: str) -> None:
        self._sent = sent
        self._matched = 0
        self._over = not sent

    def rest_of(self, piece: str) -> str:
        """Return what is new in the next piece of the answer."""
        if self._over:
            return piece
        expected = self._sent[self._matched : self._matched + len(piece)]
        if piece == expected:
            self._matched += len(piece)
            self._over = self._matched == len(self._sent)
            return ""
        self._over = True
        if piece.startswith(expected) and self._matched + len(expected) == len(self._sent):
            return piece[len(expected) :]
        return self._departed(self._sent[: self._matched] + piece)

    def _departed(self, answer: str) -> str:
        """Return what is new in an answer that departs from what was sent (rules 2 and 3)."""
        visible = self._sent.rstrip()
        if not visible or not answer.startswith(visible):
            return answer
        white, rest = self._sent[len(visible) :], answer[len(visible) :]
        most = min(len(white), len(rest) - len(rest.lstrip()))
        twice = next(count for count in range(most, -1, -1) if white.endswith(rest[:count]))
        return rest[twice:]

    def held(self) -> str:
        """Return what was held back, at the end of an answer that is shorter than what was sent."""
        held = "" if self._over else self._sent[: self._matched]
        self._over = True
        return held
