"""What a client tells of its calls to those who trace, measure or log them: `Mistral(hooks=[...])`.

A hook sees and never decides: what it raises is logged, and the call goes on. A client without hooks pays one test in
each place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeAlias

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._engine.request import Request
from mistral_async._lazy import log
from mistral_async.errors import ConfigurationError

if TYPE_CHECKING:
    from mistral_async._engine.statistics import ClientStatistics


class CallContext:
    """One call, as hooks see it from `before_call` to `after_call`: the same object each time."""

    __slots__ = (
        "_arrived",
        "address",
        "answer",
        "attempts",
        "cached",
        "first_event",
        "headers",
        "port",
        "request",
        "response_headers",
        "started",
        "state",
        "status",
    )

    def __init__(self, request: Request, address: str, port: int) -> None:
        self.request: Request = request
        """What is asked: `method`, `route` (a template), `model`, and `json`, the body, which holds the prompt."""
        self.address: str = address
        """The server's name."""
        self.port: int = port
        self.started: float = time.monotonic()
        self.headers: dict[str, str] = {}
        """What `before_call` puts here is sent with the call's requests."""
        self.state: dict[Any, Any] = {}
        """What hooks keep for themselves, each under a key of its own."""
        self.attempts: list[Attempt] = []
        """The attempts that have ended."""
        self.cached: bool = False
        """True once its answer has come from the client's store: nothing is sent."""
        self.status: int | None = None
        """The status of the newest answer."""
        self.response_headers: Headers | None = None
        """The headers of the newest answer."""
        self.first_event: float | None = None
        """Seconds from the start of the call to the first event of a stream."""
        self.answer: Any = None
        """The decoded answer; what has arrived of a stream, its `partial`; None for downloads and until it is there."""

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.started

    @property
    def request_id(self) -> str | None:
        """The API's id of the newest answer."""
        return None if self.response_headers is None else self.response_headers.request_id

    def __repr__(self) -> str:
        return f"<CallContext {self.request!r}>"


class ClientContext:
    """A client, as hooks see it: they may ask for its state as long as it lives, and do not keep it alive."""

    __slots__ = ("_statistics", "address", "port")

    def __init__(self, address: str, port: int, statistics: Callable[[], ClientStatistics | None]) -> None:
        self.address: str = address
        """The server's name."""
        self.port: int = port
        self._statistics = statistics

    def stats(self) -> ClientStatistics | None:
        """Return what `client.stats()` does; None when the client is gone."""
        return self._statistics()

    def __repr__(self) -> str:
        return f"<ClientContext {self.address}:{self.port}>"


class Hooks:
    """The listener to every call: a subclass overrides what it wants to know. Plain functions, which must not block.

    A call is one answer asked of the API: each page of a list, each item of bulk work, each request of an upload or a
    batch job is one. `before_call` and `after_call` come once each, whatever becomes of it, and so do `before_attempt`
    and `after_attempt` for everything that is sent. A stream or download ends when it is read, closed, cancelled, or
    collected as garbage; its hooks are then called wherever that happens.
    """

    def client_made(self, client: ClientContext) -> None:
        """See a client that was made with this hook; `client.stats()` tells its state whenever it is asked."""

    def before_call(self, call: CallContext) -> None:
        """See a call begin; what is put into `call.headers` is sent with it."""

    def activate(self, call: CallContext) -> AbstractContextManager[object] | None:  # noqa: ARG002 - for subclasses
        """Give what surrounds the client's own work on the call, such as a span that is current meanwhile.

        It is entered and left in the same task: around a whole call, around the opening of a stream or download, and
        again where one of those is repeated.
        """
        return None

    def rate_wait(self, call: CallContext, seconds: float) -> None:
        """See that a call has waited for its turn under the rate limits, so many seconds, and is sent now."""

    def before_attempt(self, call: CallContext) -> None:
        """See a request being sent: the first, or after a failure one more."""

    def after_attempt(self, call: CallContext, attempt: Attempt) -> None:
        """See a request succeed or fail; those of streams and downloads with the end of their bodies."""

    def after_call(self, call: CallContext, error: BaseException | None) -> None:
        """See a call end. `error` is what it raised, a cancellation too; None also for a stream that was left early."""

    def model_deprecated(self, call: CallContext, date: str) -> None:
        """See that the model of a call ends at a date (ISO 8601), as its answer says: once for each model."""

    def key_resting(self, call: CallContext, key: int, error: BaseException, seconds: float) -> None:
        """See a key being refused in a call: it gets no calls for so many seconds, others go on.

        `key` is its number, from 1. `error` is the refusal, or what the function that gives the key raised.
        """

    def rate_store(self, error: Exception | None) -> None:
        """See the shared store of the rate limits go out (`error`), or work again (None)."""


_Told: TypeAlias = tuple[Callable[..., Any], ...]


class HookSet:
    """The hooks of a client: of each, the methods that it overrides."""

    def __init__(self, given: list[Hooks], address: str, port: int) -> None:
        self.address = address
        self.port = port
        for hook in given:
            _check(hook)
        self.client_made: _Told = _overridden(given, "client_made")
        self.before_call: _Told = _overridden(given, "before_call")
        self.activate: _Told = _overridden(given, "activate")
        self.rate_wait: _Told = _overridden(given, "rate_wait")
        self.model_deprecated: _Told = _overridden(given, "model_deprecated")
        self.key_resting: _Told = _overridden(given, "key_resting")
        self.rate_store: _Told = _overridden(given, "rate_store")
        self.before_attempt: _Told = _overridden(given, "before_attempt")
        self.after_attempt: _Told = _overridden(given, "after_attempt")
        self.after_call: _Told = _overridden(given, "after_call")

    @classmethod
    def of(cls, given: Hooks | Iterable[Hooks] | None, address: str, port: int) -> HookSet | None:
        """Accept one hook, or several; None if there are none."""
        if given is None:
            return None
        hooks = list(given) if isinstance(given, Iterable) and not isinstance(given, Hooks) else [given]
        return cls(hooks, address, port) if hooks else None

    def tell_made(self, statistics: Callable[[], ClientStatistics | None]) -> None:
        """Tell that the client was made; `statistics` gives its state, None when it is gone."""
        _tell(self.client_made, ClientContext(self.address, self.port, statistics))

    def tell_store(self, error: Exception | None) -> None:
        """Tell that the shared store of the rate limits is out, or works again; it belongs to no call."""
        _tell(self.rate_store, error)


def _tell(listeners: _Told, news: object) -> None:
    for listener in listeners:
        try:
            listener(news)
        except Exception:  # noqa: BLE001 - whatever a hook raises, the others are told
            log().exception("The hook %r failed", listener)


def _check(hook: object) -> None:
    if not isinstance(hook, Hooks):
        raise ConfigurationError(f"hooks must be instances of subclasses of `Hooks`, not {hook!r}")
    for name in _NAMES:
        if iscoroutinefunction(getattr(hook, name)):
            raise ConfigurationError(f"{type(hook).__name__}.{name} must be a plain function, not a coroutine function")


def _overridden(hooks: list[Hooks], name: str) -> _Told:
    methods = [getattr(hook, name) for hook in hooks]
    return tuple(method for method in methods if getattr(method, "__func__", None) is not getattr(Hooks, name))


_NAMES = tuple(name for name in vars(Hooks) if not name.startswith("_"))
