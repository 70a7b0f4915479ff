"""Models that end: a header of their answers says when, and who asks them is told once."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from types import FrameType
from typing import Any, Final

from mistral_async._engine.request import Request

# Rule 1: The header is looked for in the first answer of a model, and in one an hour from then on: a program may run
#         for longer than a model is there. The other answers pay for one look into a dict.
# Rule 2: A model is told of once by a client and its views: by a warning at the line of the user's that made the call
#         (that of a blocking call, which runs in a thread of its own, has none), and by the hook `model_deprecated`.

_HEADER: Final = b"x-model-deprecation-timestamp"
_PAUSE: Final = 3600.0  # seconds
_MODELS: Final = 256
_LONGEST: Final = 40  # characters of a date
_PAGE: Final = "https://docs.mistral.ai/getting-started/models"
_OTHERS: Final = frozenset({"mistral_async", "tenacity", "anyio", "asyncio", "trio", "threading", "contextlib"})


class ModelDeprecationWarning(DeprecationWarning):
    """A model that is asked is deprecated. Python shows it for programs (`__main__`) and in tests, by default."""

    def __init__(self, model: str, date: str) -> None:
        super().__init__(f"{model} is deprecated, and ends on {date}: {_PAGE} lists those that replace it")
        self.model = model
        self.date = date

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.model, self.date)


class DeprecationWatch:
    """The models whose answers were looked at, and those that a client has told of."""

    def __init__(self) -> None:
        self.next_look: dict[str | None, float] = {}
        """When the answers of a model are looked at again, in seconds of `time.monotonic()`."""
        self._told: set[str] = set()

    def look(self, request: Request, headers: Sequence[tuple[bytes, bytes]], now: float) -> str | None:
        """Return the date at which the model of a request ends, where it is to be told of."""
        if len(self.next_look) >= _MODELS:
            self.next_look.clear()
        if request.model is not None:
            self.next_look[request.model] = now + _PAUSE
        date = next((value for name, value in headers if name == _HEADER), None)
        if date is None or (asked := name_of(request)) in self._told:
            return None
        self._told.add(asked)
        return date.decode("latin-1")[:_LONGEST]


def name_of(request: Request) -> str:
    """Return what is asked, in words: a model, the model of an agent, or that behind a route."""
    if request.model is not None:
        return f"the model {request.model!r}"
    fields: Any = request.json
    agent: object = fields.get("agent_id") if issubclass(type(fields), dict) else None
    return f"the model of the agent {agent!r}" if isinstance(agent, str) else f"a model behind {request.route}"


def warn_of(request: Request, date: str) -> None:
    """Warn at the line of the user's that made the call (rule 2)."""
    caller = sys._getframe(1)  # noqa: SLF001 - what `inspect` gives takes longer
    warnings.warn(ModelDeprecationWarning(name_of(request), date), stacklevel=_level_of_user(caller))


def _level_of_user(frame: FrameType | None) -> int:
    """Return how far up from a frame the first one of the user's is; 2 where there is none."""
    level = 2
    while frame is not None:
        if str(frame.f_globals.get("__name__")).partition(".")[0] not in _OTHERS:
            return level
        frame, level = frame.f_back, level + 1
    return 2
