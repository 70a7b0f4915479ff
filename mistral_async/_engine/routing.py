"""The ways of one call: the accounts that it may be sent with, and the models that it may ask. No I/O.

Most calls have one of each, and none of this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, cast

if TYPE_CHECKING:
    from mistral_async._codec.redact import Secret
    from mistral_async._engine.accounts import AccountPool
    from mistral_async._engine.client_state import ClientState
    from mistral_async._engine.fallback import Fallback
    from mistral_async._engine.request import Request
    from mistral_async._http.protocol import BodySource, RequestHead
    from mistral_async._ratelimit import Reservation
    from mistral_async.errors import MistralError

Heads: TypeAlias = "Callable[[ClientState, Secret | None], RequestHead]"
Compose: TypeAlias = "Callable[[Request], tuple[bytes | BodySource | None, Heads]]"


class Routing:
    """The ways of one call that are left."""

    __slots__ = (
        "compose",
        "doubted",
        "exhausted",
        "failed",
        "fallback",
        "first",
        "head",
        "held",
        "models",
        "places",
        "pool",
        "queued",
        "renewed",
        "started",
    )

    def __init__(
        self,
        pool: AccountPool[ClientState] | None,
        compose: Compose,
        head: Heads,
        fallback: Fallback | None,
        models: list[str],
    ) -> None:
        self.pool: AccountPool[ClientState] | None = pool
        """None: the call has one account."""
        self.compose: Compose = compose
        """Encodes a request; returns its body, and what makes its head for an account and its key."""
        self.head: Heads = head
        self.fallback: Fallback | None = fallback
        self.models: list[str] = models
        """The models that are left."""
        self.held: dict[int, float] = {}
        """Until when an account is left alone by this call."""
        self.failed: set[int] = set()
        self.doubted: list[tuple[ClientState, float, MistralError]] = []
        """The accounts that refused the call with 403, when it was sent, and the refusals."""
        self.places: dict[int, Reservation] = {}
        """The newest reservation of each account."""
        self.renewed: ClientState | None = None
        """The account whose refused key was replaced: the next attempt goes there, with the new one."""
        self.exhausted: bool = False
        """True while the error at hand is that all accounts rest: nothing was sent."""
        self.first: int = 0
        """The number of attempts before those of the present model."""
        self.started: float | None = None
        """When the present model was first asked, if it is not the call's own."""
        self.queued: float = 0.0
        """The seconds that the call had waited for turns until then."""

    def candidates(self, bucket: str, now: float) -> list[ClientState]:
        """Return the accounts to which a call may go now, in the order in which they are asked."""
        if self.renewed is not None:
            return [self.renewed]
        ready = cast("AccountPool[ClientState]", self.pool).order(bucket, now)
        if not (self.held or self.failed):
            return ready
        free = [each for each in ready if self.held.get(each.number, now) <= now]
        if not free and ready:
            free = [min(ready, key=lambda each: self.held[each.number])]
        return sorted(free, key=lambda each: each.number in self.failed)
