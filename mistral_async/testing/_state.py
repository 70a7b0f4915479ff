"""What the server remembers between requests: one store per group of resources, made when first needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec

from mistral_async.testing._clock import Calendar, Clock
from mistral_async.testing._content import Content
from mistral_async.testing._ids import Ids
from mistral_async.testing._ledger import Effects

_S = TypeVar("_S")


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How the server answers, as given to `FakeMistral`."""

    shuffle_embeddings: bool = False
    max_inputs: int = 2048
    max_request_tokens: int = 16_384
    max_input_tokens: int = 8_192
    any_model: bool = False
    queue_seconds: float = 0.2
    batch_per_second: float = 1_000.0
    batch_failures: float = 0.0
    shuffle_batch: bool = False
    max_batch_requests: int = 100_000
    tuning_seconds: float = 1.0
    processing_seconds: float = 0.2


class State:
    """Clock, identifiers, options, effects, and the stores."""

    def __init__(self, *, clock: Clock, seed: int, options: Options) -> None:
        self.clock = clock
        self.calendar: Calendar = Calendar(clock)
        self.ids: Ids = Ids(seed, self.calendar)
        self.seed = seed
        self.options = options
        self.effects: Effects = Effects()
        self.url = ""
        self._stores: dict[Any, Any] = {}
        self._contents: list[Content] = []

    def store(self, kind: Callable[[State], _S]) -> _S:
        """The one `kind` of this server."""
        if kind not in self._stores:
            self._stores[kind] = kind(self)
        return cast("_S", self._stores[kind])

    def keep(self, content: Content) -> Content:
        """Hold `content` until the server stops."""
        content.kept = True
        self._contents.append(content)
        return content

    def close(self) -> None:
        """Forget everything that holds a file."""
        for content in self._contents:
            content.close()
        self._contents.clear()
        self._stores.clear()
