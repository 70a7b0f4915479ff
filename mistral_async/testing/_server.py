"""`FakeMistral`: a Mistral server on a local port, for `async with` on asyncio and trio and for `with` in scripts."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack
from types import TracebackType
from typing import Any, Self, cast

from anyio.from_thread import start_blocking_portal

from mistral_async._http.httpx_wire.mocked import FAKE_SERVERS
from mistral_async.testing._clock import Clock, SystemClock
from mistral_async.testing._dispatch import Dispatcher
from mistral_async.testing._effects import Connections, Effects
from mistral_async.testing._errors import standard_error
from mistral_async.testing._faults import AnyFault
from mistral_async.testing._limits import FakeLimiter, RateLimit, RateLimits
from mistral_async.testing._limits import rate_limits as limits_from
from mistral_async.testing._listener import Listener
from mistral_async.testing._reply import Reply
from mistral_async.testing._request import Request
from mistral_async.testing._routes import ROUTER
from mistral_async.testing._scripts import EARLY, Script, Scripts, build_reply, check_operation, check_status
from mistral_async.testing._state import ServerOptions, ServerState


class FakeMistral:
    """A server that responds as the Mistral API does, deterministically, with the faults that a test scripts.

    `api_key=None` accepts any key; of several keys each has the limits for itself. `clock` drives rate limits and jobs.
    `latency` and `chunk_delay` are seconds before each answer and between the events of a stream. `rate_limits` is one
    limit, limits by model, or `RateLimits`. `strict` refuses every request for which no reply was scripted. `tls` is a
    server-side `SSLContext`. `compress` gzips JSON for those who accept it. `keep_requests` is the length of the log.
    `backend` is the event loop of a plain `with`. `options` are the fields of `Options`: `shuffle_embeddings`,
    `max_inputs`, `any_model`, ...
    """

    def __init__(
        self,
        *,
        api_key: str | Sequence[str] | None = "test-key",
        clock: Clock | None = None,
        seed: int = 0,
        rate_limits: RateLimits | RateLimit | Mapping[str, RateLimit] | None = None,
        latency: float = 0.0,
        chunk_delay: float = 0.0,
        tls: ssl.SSLContext | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        strict: bool = False,
        compress: bool = False,
        keep_requests: int = 100_000,
        backend: str = "asyncio",
        **options: Any,
    ) -> None:
        keys = (api_key,) if api_key is None or isinstance(api_key, str) else tuple(api_key)
        self.api_keys: tuple[str, ...] = tuple(key or "test-key" for key in keys)
        """The keys that it takes."""
        self.api_key: str = self.api_keys[0]
        self.host: str = host
        self.port: int = port
        self.latency: float = latency
        self.chunk_delay: float = chunk_delay
        self.compress: bool = compress
        self.clock: Clock = clock or SystemClock()
        self.state: ServerState = ServerState(
            clock=self.clock, seed=seed, options=ServerOptions(**options), operations=ROUTER
        )
        self.scripts: Scripts = Scripts()
        self.requests: list[Request] = []
        self.connections: Connections = Connections()
        self.state.limits = limits_from(rate_limits)
        self.limiters: dict[str | None, FakeLimiter] = {key: FakeLimiter(self.state.limits) for key in keys}
        self.limiter: FakeLimiter = self.limiters[keys[0]]
        self.dispatcher: Dispatcher = Dispatcher(ROUTER, self.state, self.scripts, self.limiters, strict=strict)
        self._tls = tls
        self._keep_requests, self._backend = keep_requests, backend
        self._listening: Listener | None = None
        self._portal: ExitStack | None = None

    @property
    def url(self) -> str:
        """Return the server's URL for a client, without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://{self.host}:{self.port}"

    @property
    def effects(self) -> Effects:
        """Return executions and billed tokens by operation."""
        return self.state.effects

    # Scripts

    def reply(
        self,
        operation: str | None = None,
        *,
        status: int = 200,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        sse: Sequence[Any] | None = None,
        done: bool = True,
        messages: Sequence[Any] | None = None,
        times: int | None = 1,
        after: int = 0,
    ) -> None:
        """Script the reply to the next `times` requests of an operation, group or path; replies are used in order.

        An operation that does not exist, or a status other than 200 to 599, is a `ValueError`.
        Items of `sse` are dicts or Structs, text, `(event, data)`, or bytes as they are; `done` adds `data: [DONE]`.
        `messages` are all that is said over a WebSocket: dicts or Structs, text, bytes, `Close`.
        """
        check_status(status, range(200, 600))
        script = self._script(operation, times, after)
        self.scripts.add_reply(
            script,
            lambda: build_reply(
                status=status, json=json, body=body, headers=headers, sse=sse, done=done, messages=messages
            ),
        )

    def fail(
        self,
        status: int = 429,
        *,
        times: int | None = 1,
        operation: str | None = None,
        headers: Mapping[str, str] | None = None,
        after: int = 0,
    ) -> None:
        """Script an error with this status (400 to 599), and the body that the API sends with it."""
        check_status(status, range(400, 600))
        refusal = standard_error(status)

        def make() -> Reply:
            merged = {**refusal.headers, **(headers or {})}
            return Reply(refusal.status, body=refusal.body, media=refusal.media, headers=merged)

        self.scripts.add_reply(self._script(operation, times, after), make)

    def fault(self, *faults: AnyFault, operation: str | None = None, times: int | None = 1, after: int = 0) -> None:
        """Script `faults` for the next `times` matching requests (or connections), after `after` that go well."""
        places = {getattr(fault, "where", None) for fault in faults}
        if len(faults) > 1 and places & {*EARLY, "request"}:
            raise ValueError("a fault at accept, handshake or request stands alone")
        self.scripts.add_faults(self._script(operation, times, after), faults)

    def _script(self, operation: str | None, times: int | None, after: int) -> Script:
        check_operation(operation, ROUTER.names)
        return Script(operation, times=times, after=after)

    def assert_done(self) -> None:
        """Fail if a scripted reply or fault was not used, or if a strict server got a request without a script."""
        problems = [f"not used: {text}" for text in self.scripts.unused()]
        problems += [f"not expected: {request!r}" for request in self.dispatcher.unexpected]
        if problems:
            raise AssertionError("; ".join(problems))

    def refuse(self, key: str, status: int | None = 401) -> None:
        """Refuse a key from now on, with this status (400 to 599) and the body that the API sends with it.

        None takes the key again.
        """
        if key not in self.limiters:
            raise ValueError("it is none of this server's keys: give them as api_key=[...]")
        if status is None:
            self.dispatcher.refused.pop(key, None)
        else:
            check_status(status, range(400, 600))
            self.dispatcher.refused[key] = status

    def draw(self, model: str, *, requests: int = 0, tokens: int = 0) -> None:
        """Use up a model's limits, as another process with the same key would."""
        now = self.clock.now()
        for _ in range(requests):
            self.limiter.charge(model, ("req",), {}, now)
        self.limiter.charge(model, ("tokens",), {"tokens": tokens}, now)

    def log(self, request: Request) -> None:
        """Add a request to `requests`, which keeps the latest `keep_requests`."""
        self.requests.append(request)
        if len(self.requests) > self._keep_requests:
            del self.requests[: len(self.requests) - self._keep_requests]

    def drop_idle(self) -> None:
        """Close every idle connection without a response."""
        if self._listening is not None:
            self._listening.drop_idle()

    # Life

    async def __aenter__(self) -> Self:
        listening = Listener(self.connections, self.scripts, self._tls, self)
        self.port = await listening.start(self.host, self.port)
        self.state.url = self.url
        self._listening = listening
        FAKE_SERVERS.add((self.host, self.port))
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._listening is None:
            return
        listening, self._listening = self._listening, None
        FAKE_SERVERS.discard((self.host, self.port))
        try:
            await listening.stop()
        finally:
            self.state.close()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            portal = stack.enter_context(start_blocking_portal(self._backend))
            running: AbstractContextManager[Self] = portal.wrap_async_context_manager(
                cast("AbstractAsyncContextManager[Self]", self)
            )
            stack.enter_context(running)
            self._portal = stack.pop_all()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._portal is not None:
            self._portal.close()
            self._portal = None
