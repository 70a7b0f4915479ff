"""What tells the hooks of one call: the block around the client's own work, and each step on the way.

A hook that raises is logged and passed over; `after_call` comes once, whatever becomes of the call.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Any, Self
from weakref import ReferenceType, ref

from mistral_async._codec.attempt import Attempt
from mistral_async._codec.headers import Headers
from mistral_async._engine.headers import checked_header
from mistral_async._engine.hooks import CallContext, HookSet
from mistral_async._engine.request import Request
from mistral_async._http.origin import Origin
from mistral_async._http.protocol import RequestHead
from mistral_async._lazy import log
from mistral_async.errors import ConfigurationError, MistralError

UNTRACED = nullcontext()


def tracing(hooks: HookSet | None, request: Request) -> Trace | nullcontext[None]:
    """Return the block around a call: its hooks', if there are any."""
    return UNTRACED if hooks is None else Trace(hooks, request)


class Trace:
    """Tells the hooks of one call; as a block it surrounds the client's own work on it."""

    __slots__ = ("__weakref__", "_blamed", "_ended", "_entered", "_hooks", "_sent", "_underway", "_whole", "call")

    def __init__(self, hooks: HookSet, request: Request) -> None:
        self._hooks = hooks
        self.call: CallContext = CallContext(request, hooks.address, hooks.port)
        self._ended = False
        self._entered: list[tuple[Callable[..., Any], AbstractContextManager[object]]] = []
        self._sent: tuple[float, float, str | None, int | None] | None = None
        # of the request that is under way: when it began, how long it waited, its model and the number of its key
        self._underway: Attempt | None = None  # how that stands: the head of its answer has come
        self._whole = False  # or all of it, so that no later failure of the call is one of the attempt
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

    def add_hook_headers(self, head: RequestHead) -> RequestHead:
        """Return the head of a request with the headers that hooks add."""
        if not self.call.headers:
            return head
        headers = dict(head.headers)
        for name, value in self.call.headers.items():
            try:
                lowered, text = checked_header(name, value)
            except ConfigurationError:
                log().exception("a hook gave a header that can not be sent")
            else:
                headers[lowered] = text
        return type(head)(head.method, head.target, tuple(headers.items()))

    def paced(self, seconds: float) -> None:
        """Tell that the call has waited for its turn, so many seconds."""
        self._tell(self._hooks.rate_wait, seconds)

    def sending(self, began: float, waited: float, model: str | None, key: int | None) -> None:
        """Begin a request; one that is still open (of a download that goes on elsewhere) has ended."""
        self._close(None)
        self._blamed, self._whole = None, False
        self._sent = began, waited, model, key
        self._tell(self._hooks.before_attempt)

    def arrived(self, attempt: Attempt, headers: Headers, *, whole: bool) -> None:
        """Keep an answer with a status of success, all of it or its head; what it says may still be an error."""
        self.call.status, self.call.response_headers = attempt.status, headers
        self._underway, self._whole = attempt, whole

    def addressed(self, origin: Origin) -> None:
        """Note the server to which the next request goes."""
        self.call.address, self.call.port = origin.host, origin.port

    def key_rests(self, key: int, error: BaseException, seconds: float) -> None:
        """Tell that a key gets no calls for a while."""
        self._tell(self._hooks.key_resting, key, error, seconds)

    def deprecated(self, date: str) -> None:
        """Tell that the model ends."""
        self._tell(self._hooks.model_deprecated, date)

    def event_arrived(self) -> None:
        """Note when the first event of a stream arrived."""
        if self.call.first_event is None:
            self.call.first_event = self.call.elapsed

    def refused(self, status: int, headers: Headers) -> None:
        """Keep the status and headers of an error."""
        self.call.status, self.call.response_headers = status, headers

    def failed(self, attempt: Attempt, error: MistralError) -> None:
        """End an attempt that failed; one that was never sent has had no beginning either."""
        self.blame(error)
        if self._sent is not None:
            self._finish(attempt)

    def blame(self, error: BaseException) -> None:
        """Note that an error is about this call."""
        self._blamed = ref(error)

    def leave(self, error: BaseException | None) -> None:
        """End a stream or download; what the user's own code raised in its block is no failure of the call."""
        blamed = None if self._blamed is None else self._blamed()
        mine = error is blamed or not isinstance(error, (Exception, GeneratorExit))
        self.end(error if mine else None)

    def end(self, error: BaseException | None = None) -> None:
        """End the call; `after_call` is told once."""
        if self._ended:
            return
        self._ended = True
        self._close(error)
        self._tell(self._hooks.after_call, error)

    def _close(self, error: BaseException | None) -> None:
        """End the request that is under way, if there is one, well or with an error."""
        if self._sent is None:
            return
        began, waited, model, key = self._sent
        attempt, name = self._underway, type(error).__name__ if error is not None else None
        if attempt is None or (error is not None and not self._whole):
            elapsed = time.monotonic() - began
            status, request_id = (attempt.status, attempt.request_id) if attempt else (None, None)
            executed = getattr(error, "may_have_executed", True)
            attempt = Attempt(status, name, request_id, elapsed, waited, executed, model, key)
        self._finish(attempt)

    def _finish(self, attempt: Attempt) -> None:
        self._sent = self._underway = None
        self.call.attempts.append(attempt)
        self._tell(self._hooks.after_attempt, attempt)


def _failed(listener: Callable[..., Any]) -> None:
    log().exception("the hook %s failed; the call goes on", getattr(listener, "__qualname__", listener))
