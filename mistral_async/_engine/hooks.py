"""What a client tells of its calls to those who trace, measure or log them: `Mistral(hooks=[...])`.

A hook sees and never decides: what it raises is logged, and the call goes on. A client without hooks pays one test in
each place.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, Self, TypeAlias
from weakref import ReferenceType, ref

from mistral_async._engine.options import checked_header
from mistral_async._engine.response import Attempt, Headers, request_id_of
from mistral_async.errors import ConfigurationError, MistralError

if TYPE_CHECKING:
    from types import TracebackType

    from mistral_async._engine.call_state import Exchange
    from mistral_async._engine.request import Request
    from mistral_async._http.protocol import Answer, Head, Streaming

_log = logging.getLogger("mistral_async")


class CallContext:
    """One call, as hooks see it from `before_call` to `after_call`: the same object each time."""

    __slots__ = (
        "_arrived",
        "address",
        "answer",
        "attempts",
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


class Hooks:
    """What is told of every call: a subclass overrides what it wants to know. Plain functions, which must not block.

    A call is one answer asked of the API: each page of a list, each item of bulk work, each request of an upload or a
    batch job is one. `before_call` and `after_call` come once each, whatever becomes of it, and so do `before_attempt`
    and `after_attempt` for everything that is sent. A stream or download ends when it is read, closed, cancelled, or
    collected as garbage; its hooks are then called wherever that happens.
    """

    def before_call(self, call: CallContext) -> None:
        """A call begins; what is put into `call.headers` is sent with it."""

    def activate(self, call: CallContext) -> AbstractContextManager[object] | None:  # noqa: ARG002 - for subclasses
        """Give what surrounds the client's own work on the call, such as a span that is current meanwhile.

        It is entered and left in the same task: around a whole call, around the opening of a stream or download, and
        again where one of those is repeated.
        """
        return None

    def rate_wait(self, call: CallContext, seconds: float) -> None:
        """It has waited for its turn under the rate limits; it is sent now."""

    def before_attempt(self, call: CallContext) -> None:
        """A request is sent: the first, or after a failure one more."""

    def after_attempt(self, call: CallContext, attempt: Attempt) -> None:
        """That request has succeeded or failed; those of streams and downloads with the end of their bodies."""

    def after_call(self, call: CallContext, error: BaseException | None) -> None:
        """It is over. `error` is what it raised, a cancellation too; None for a stream that was left early as well."""


_Told: TypeAlias = tuple[Callable[..., Any], ...]


class HookSet:
    """The hooks of a client: of each, the methods that it overrides."""

    def __init__(self, given: list[Hooks], address: str, port: int) -> None:
        self.address = address
        self.port = port
        for hook in given:
            _check(hook)
        self.before_call: _Told = _overridden(given, "before_call")
        self.activate: _Told = _overridden(given, "activate")
        self.rate_wait: _Told = _overridden(given, "rate_wait")
        self.before_attempt: _Told = _overridden(given, "before_attempt")
        self.after_attempt: _Told = _overridden(given, "after_attempt")
        self.after_call: _Told = _overridden(given, "after_call")

    @classmethod
    def of(cls, given: Hooks | Iterable[Hooks] | None, address: str, port: int) -> HookSet | None:
        """Accept one hook, or several; None if there are none."""
        if given is None:
            return None
        hooks = [given] if isinstance(given, Hooks) else list(given)
        return cls(hooks, address, port) if hooks else None


def _check(hook: object) -> None:
    if not isinstance(hook, Hooks):
        raise ConfigurationError(f"hooks must be instances of subclasses of `Hooks`, not {hook!r}")
    for name in _NAMES:
        if iscoroutinefunction(getattr(hook, name)):
            raise ConfigurationError(f"{type(hook).__name__}.{name} must be a plain function, not a coroutine function")


def _overridden(hooks: list[Hooks], name: str) -> _Told:
    methods = [getattr(hook, name) for hook in hooks]
    return tuple(method for method in methods if getattr(method, "__func__", None) is not getattr(Hooks, name))


_NAMES = ("before_call", "activate", "rate_wait", "before_attempt", "after_attempt", "after_call")


UNTRACED = nullcontext()


def tracing(hooks: HookSet | None, request: Request) -> Trace | nullcontext[None]:
    """The block around a call: its hooks', if there are any."""
    return UNTRACED if hooks is None else Trace(hooks, request)


class Trace:
    """Tells the hooks of one call; as a block it surrounds the client's own work on it."""

    __slots__ = ("__weakref__", "_blamed", "_ended", "_entered", "_hooks", "_sent", "_underway", "call")

    def __init__(self, hooks: HookSet, request: Request) -> None:
        self._hooks = hooks
        self.call: CallContext = CallContext(request, hooks.address, hooks.port)
        self._ended = False
        self._entered: list[tuple[Callable[..., Any], AbstractContextManager[object]]] = []
        self._sent: tuple[float, float] | None = None  # when the request that is under way began, how long it waited
        self._underway: Attempt | None = None  # how that stands: the head of its answer has come
        self._blamed: ReferenceType[BaseException] | None = None
        self._tell(hooks.before_call)

    def _tell(self, listeners: tuple[Callable[..., Any], ...], *args: Any) -> None:
        for listener in listeners:
            try:
                listener(self.call, *args)
            except Exception:  # noqa: BLE001 - whatever a hook raises
                _failed(listener)

    def __enter__(self) -> Self:
        for listener in self._hooks.activate:
            try:
                context: AbstractContextManager[object] | None = listener(self.call)
                if context is not None:
                    context.__enter__()
                    self._entered.append((listener, context))
            except Exception:  # noqa: BLE001 - whatever a hook raises
                _failed(listener)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self.end(error)
        while self._entered:
            listener, context = self._entered.pop()
            try:
                context.__exit__(None, None, None)
            except Exception:  # noqa: BLE001 - whatever a hook raises
                _failed(listener)

    def dress(self, head: Head) -> Head:
        """The head of a request with the headers that hooks add."""
        if not self.call.headers:
            return head
        headers = dict(head.headers)
        for name, value in self.call.headers.items():
            try:
                lowered, text = checked_header(name, str.strip(value))
            except (ValueError, TypeError, AttributeError):
                _log.exception("a hook gave a header that can not be sent")
            else:
                headers[lowered] = text
        return type(head)(head.method, head.target, tuple(headers.items()))

    def paced(self, seconds: float) -> None:
        """It has waited for its turn."""
        self._tell(self._hooks.rate_wait, seconds)

    def sending(self, exchange: Exchange) -> None:
        """A request goes out; if another is still open (a download that goes on elsewhere), that one has ended."""
        if self._sent is not None:
            self._close(None)
        self._blamed = None
        self._sent = exchange.began, exchange.waited
        self._tell(self._hooks.before_attempt)

    def arrived(self, exchange: Exchange, answer: Answer | Streaming) -> None:
        """The API answered with a success: a whole answer, or the head of one."""
        call = self.call
        call.status, call.response_headers = answer.status, Headers(answer.headers)
        self._underway = exchange.record(status=answer.status, request_id=request_id_of(answer.headers))
        if not exchange.opening:
            self._close(None)

    def event_arrived(self) -> None:
        """A stream has events."""
        if self.call.first_event is None:
            self.call.first_event = self.call.elapsed

    def refused(self, status: int, headers: Headers) -> None:
        """The API answered with an error status."""
        self.call.status, self.call.response_headers = status, headers

    def failed(self, attempt: Attempt, error: MistralError) -> None:
        """An attempt has failed; one that was never sent has had no beginning either."""
        self.blame(error)
        if self._sent is not None:
            self._finish(attempt)

    def blame(self, error: BaseException) -> None:
        """This call is what the error is about."""
        self._blamed = ref(error)

    def leave(self, error: BaseException | None) -> None:
        """A stream or download is over: what the user's own code raised in its block is no failure of the call."""
        blamed = None if self._blamed is None else self._blamed()
        mine = error is blamed or not isinstance(error, (Exception, GeneratorExit))
        self.end(error if mine else None)

    def end(self, error: BaseException | None = None) -> None:
        """The call is over: said once."""
        if self._ended:
            return
        self._ended = True
        if self._sent is not None:
            self._close(error)
        self._tell(self._hooks.after_call, error)

    def _close(self, error: BaseException | None) -> None:
        """The request that is under way has ended, well or with an error."""
        began, waited = self._sent or (self.call.started, 0.0)
        attempt, name = self._underway, type(error).__name__ if error is not None else None
        if attempt is None or error is not None:
            elapsed = time.monotonic() - began
            status, request_id = (attempt.status, attempt.request_id) if attempt else (None, None)
            attempt = Attempt(status, name, request_id, elapsed, waited, getattr(error, "may_have_executed", True))
        self._finish(attempt)

    def _finish(self, attempt: Attempt) -> None:
        self._sent = self._underway = None
        self.call.attempts.append(attempt)
        self._tell(self._hooks.after_attempt, attempt)


def _failed(listener: Callable[..., Any]) -> None:
    _log.exception("the hook %s failed; the call goes on", getattr(listener, "__qualname__", listener))
