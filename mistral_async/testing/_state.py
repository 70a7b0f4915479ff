"""The state of a fake server between requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar, cast

import msgspec

from mistral_async.testing._clock import Calendar, Clock
from mistral_async.testing._content import Content
from mistral_async.testing._effects import Effects
from mistral_async.testing._ids import Ids
from mistral_async.testing._json import JSONObject
from mistral_async.testing._limits import RateLimits
from mistral_async.testing._reply import Reply

# Rule 1: A server owns its whole state: clock, ids, options, effects, stores and contents. Two servers share nothing.
# Rule 2: Nothing reads the machine's clock or randomness. The same seed, clock and order of requests give the same
# responses.
# Rule 3: State changes with requests and with the clock, never in the background: what time has made due (a batch
# job's lines, a document's processing) is done or computed when a request asks about it.
# Rule 4: A store is made when it is first used and belongs to one group of resources. Handlers reach the stores of
# other groups through `store` alone.
# Rule 5: The server's end closes every content that `keep` holds; until then a deleted file alone is closed earlier.

_S = TypeVar("_S")


class ServerOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of the server's behaviour, as given to `FakeMistral`."""

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


class Operations(Protocol):
    """The operations of the API, for handlers that run others (a batch job runs its lines)."""

    def perform(self, state: ServerState, path: str, body: JSONObject) -> tuple[str, Reply]:
        """Perform the POST operation at `path`; returns its name and its reply."""
        ...


class ServerState:
    """Clock, ids, options, effects, operations and stores of one server."""

    def __init__(self, *, clock: Clock, seed: int, options: ServerOptions, operations: Operations) -> None:
        self.clock = clock
        self.calendar: Calendar = Calendar(clock)
        self.ids: Ids = Ids(seed, self.calendar)
        self.seed = seed
        self.options = options
        self.operations = operations
        self.effects: Effects = Effects()
        self.url = ""
        self.keys: dict[str, str] = {}
        """The API keys that requests made, and their ids: they are taken as the server's own is."""
        self.secrets: dict[str, float] = {}
        """The secrets of realtime sessions, and when they end in seconds since 1970."""
        self.limits: RateLimits = RateLimits()
        self._stores: dict[Any, Any] = {}
        self._contents: list[Content] = []

    def store(self, kind: Callable[[ServerState], _S]) -> _S:
        """Return this server's store of a kind, made on first use."""
        if kind not in self._stores:
            self._stores[kind] = kind(self)
        return cast("_S", self._stores[kind])

    def keep(self, content: Content) -> Content:
        """Hold `content` until the server stops."""
        content.kept = True
        self._contents.append(content)
        return content

    def close(self) -> None:
        """Close all contents and drop all stores."""
        for content in self._contents:
            content.close()
        self._contents.clear()
        self._stores.clear()
