"""The engine: the one place that performs requests. It encodes, has them sent (`sender`), and decodes."""

from __future__ import annotations

import functools
import importlib
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import msgspec

from mistral_async._codec.error_body import FAILED, is_answer
from mistral_async._codec.large import LARGE, decode_large
from mistral_async._codec.open_union import LenientDecodeError, decode
from mistral_async._engine.call_state import CallState, bare
from mistral_async._engine.encode import HeadCache, encode_body, with_extra
from mistral_async._engine.first_use import first_use
from mistral_async._engine.options import Options
from mistral_async._engine.prompt_cache import with_prompt_cache_key
from mistral_async._engine.request import Call, Request, model_of
from mistral_async._engine.response import Response
from mistral_async._engine.sender import Sender
from mistral_async._engine.traceparent import EXECUTES, with_traceparent
from mistral_async._engine.tracing import Trace, tracing
from mistral_async._http.protocol import BodySource, Phase, RequestHead, Sent, WireError, WireResponse, WireStream
from mistral_async._spending.billing import is_billed
from mistral_async._spending.meter import UsageMeter
from mistral_async._spending.units import usage_of
from mistral_async.errors import APIStatusError, OutputError, ResponseValidationError

if TYPE_CHECKING:
    from mistral_async._codec.redact import Secret
    from mistral_async._engine.client_state import ClientState
    from mistral_async._engine.fallback import Fallback
    from mistral_async._engine.routing import Heads, Routing
    from mistral_async._spending import Usage

# Rule 1: A call has one answer: decoded, transformed where the request asks for that, and asked for again by the
# request's `repair` where the model did not say what it should.
# Rule 2: The memory of a response body is given back as soon as it is decoded, and never before.
# Rule 3: Every error has the circumstances of its call: attempts, request id, and whether it may have been executed.
# Rule 4: An error under a status of success is that error, raised and repeated as under the status that it names. It is
# looked for where an answer lacks what only answers have, so that regular ones cost nothing.
# Rule 5: Where a view encodes payloads, that is done once a call, before its body is written, and undone before its
# answer is looked at. A repeated attempt sends what was encoded, encrypted anew.
# Rule 6: A large answer is decoded in turns with other tasks, until the deadline of its call.
# Rule 7: The usage of an answer is counted when it is decoded, before it is transformed. An answer that can not be
# read, or that nobody waits for any more, is counted as one that does not say what it used.

T = TypeVar("T")

_JSON: Final = "application/json"
_NO_CONTENT: Final = 204


class Engine:
    """Performs requests for one view of a client."""

    def __init__(self, state: ClientState, options: Options) -> None:
        self.state = state
        self.options = options
        self.account: ClientState = state.account(options.key)
        """The account of calls that belong to one."""
        self.sender: Sender = Sender(state, options)
        self._pool = state.pool if options.key is None else None
        self._routed = self._pool is not None or options.fallback is not None
        self._gateway = state.gateway
        self._heads = HeadCache(self.account, options)
        self._other_heads: dict[int, HeadCache] = {}  # by the numbers of other accounts
        self._encoding = options.workflow_encoding
        self.meter: UsageMeter = options.meter or state.meter
        self._cache: Any = None if options.cache is False else options.cache
        if options.budgets or self._cache is not None:
            state.use(options.budgets, self._cache)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.state, self.options)

    def over(self, options: Options) -> Engine:
        """Return an engine of the same client with other options."""
        return Engine(self.state, options)

    def background(self) -> Engine:
        """Return an engine of the same client that leaves room for its other calls."""
        return self.over(msgspec.structs.replace(self.options, background=True))

    def job_options(self, **changes: Any) -> Options:
        """Return the options of one job: its usage is summed by itself, and budgets per job begin."""
        options = self.options.with_changes(**changes)
        budgets = tuple(each.for_job() for each in options.budgets)
        return msgspec.structs.replace(options, budgets=budgets, meter=UsageMeter(self.meter))

    def without_extras(self) -> Engine:
        """Return an engine of the same client that adds nothing to bodies and queries."""
        return self.over(msgspec.structs.replace(self.options, extra_body=None, extra_query=None))

    @property
    def usage(self) -> Usage:
        """The usage of the calls of the view so far."""
        prices = self.state.settings.get("prices")
        priced = (budget.prices for budget in self.options.budgets if budget.prices is not None)
        return self.meter.usage(next(priced, None) if prices is None else prices)

    async def aclose(self) -> None:
        """Close what is open, whatever fails meanwhile; all of it opens again when it is needed."""
        used = {id(each): each for each in (self._cache, *self.state.used())}
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.state.aclose)
            for each in used.values():
                if (close := getattr(each, "aclose", None)) is not None:
                    stack.push_async_callback(close)

    async def call(self, request: Call[T]) -> T:
        """Perform a request and return its decoded answer."""
        if self.state.hooks is not None or self._cache is not None:
            return (await self.respond(request)).data
        while True:
            try:
                _, answer, value = await self._perform(request)
            except OutputError as error:
                request = request.repair_or_raise(error)
            else:
                if answer.buffers is not None:
                    answer.release()
                return value

    async def respond(self, request: Call[T]) -> Response[T]:
        """Perform a request and return its answer with all that the API said around it."""
        while True:
            try:
                with tracing(self.state.hooks, request) as trace:
                    if self._cache is None:
                        return await self._respond(request, trace)
                    return await self._from_cache(request, trace)
            except OutputError as error:
                request = request.repair_or_raise(error)

    async def _respond(self, request: Call[T], trace: Trace | None, started: float | None = None) -> Response[T]:
        call, answer, value = await self._perform(request, trace, started)
        if trace is not None:
            trace.end()
        return self.response(call, answer, value, answer.body)

    async def _from_cache(self, request: Call[T], trace: Trace | None) -> Response[T]:
        """Return the stored answer of a call, else perform it and store what it gives."""
        with first_use():
            from mistral_async._engine.cached_calls import respond

        send = partial(self._respond, request, trace)
        found: Response[T] = await respond(self, self._cache, request, send, trace)
        return found

    async def open(self, request: Request, *, accept: str) -> tuple[CallState, WireStream]:
        """Perform a request up to the head of its answer."""
        with tracing(self.state.hooks, request) as trace:
            call = await self.begin(request, accept=accept, opening=True, trace=trace)
            return call, await self.sender.send(call)

    def response(self, call: CallState, answer: WireResponse | WireStream, data: T, body: bytes = b"") -> Response[T]:
        """Put an answer and its circumstances together."""
        return Response(
            data,
            status=answer.status,
            headers=call.headers_of(answer).raw,
            body=body,
            failed=tuple(call.attempts),
            elapsed=call.elapsed,
            waited=call.waited,
            timings=answer.timings,
            decoded_as=getattr(call.request, "returns", None),
            model=call.model,
            key=call.key_number,
        )

    async def begin(
        self,
        request: Request,
        *,
        accept: str,
        opening: bool = False,
        trace: Trace | None = None,
        started: float | None = None,
    ) -> CallState:
        """Encode a request; its time runs from here on, or since `started`."""
        timeout = self.options.timeout
        started, total = time.monotonic() if started is None else started, timeout.total
        deadline = None if total is None else started + total
        account, routed = self.account, self._routed or request.fallback is not None
        key = account.key.current
        if key is None and not routed:
            key = await self.sender.fetch_key(account, request, deadline)
        options = self.options
        if options.prompt_cache == "auto":
            request = with_prompt_cache_key(request, options.extra_body)
        if request.route in EXECUTES:
            request = with_traceparent(request, options, None if trace is None else trace.call.headers)
        reencode = None
        if self._encoding is not None:
            with first_use():
                from mistral_async._engine.payloads import encode_payloads

            given = request
            request, options = await encode_payloads(self._encoding, request, self, options, deadline)
            reencode = None if request is given else self._encoding.reencoder(request)
        sent, extra = (request, options.extra_body) if self._gateway is None else self._rewrite(request, options)
        body, content_type = encode_body(sent, extra)
        routing = None
        if routed:
            routing = self._routing(request, options, (sent, body, content_type), accept, trace)
            if key is None and (routing is None or routing.pool is None):
                key = await self.sender.fetch_key(account, request, deadline)
        head = self._heads.make(sent, key, accept, content_type)
        if trace is not None:
            head = trace.add_hook_headers(head)
        return CallState(
            request,
            head,
            body,
            account,
            key,
            account.limiter,
            self.meter,
            timeout,
            started,
            model_of(request, options.extra_body) if options.extra_body else request.model,
            is_billed(request),
            opening,
            deadline,
            routing,
            trace,
            timeout.attempt,
            reencode,
        )

    def _rewrite(self, request: Request, options: Options) -> tuple[Request, Mapping[str, Any] | None]:
        """Return the request as it is sent, and what is left of the `extra_body` to be added as it is encoded."""
        whole, extra = with_extra(request, options.extra_body)
        return whole if self._gateway is None else self._gateway.rewrite(whole), extra

    def encoded(self, request: Request) -> tuple[Request, bytes | BodySource | None, str]:
        """Return a request as this view sends it, its body and the type of that."""
        options = self.options
        if options.prompt_cache == "auto":
            request = with_prompt_cache_key(request, options.extra_body)
        sent, extra = (request, options.extra_body) if self._gateway is None else self._rewrite(request, options)
        return sent, *encode_body(sent, extra)

    def _routing(
        self,
        request: Request,
        options: Options,
        encoded: tuple[Request, bytes | BodySource | None, str],
        accept: str,
        trace: Trace | None,
    ) -> Routing | None:
        """Return the other accounts and models that a call may go to; None where it has its own alone."""
        with first_use():
            from mistral_async._engine.affinity import goes_anywhere
            from mistral_async._engine.fallback import fallback_of
            from mistral_async._engine.routing import Routing

            importlib.import_module("mistral_async._engine.reroute")  # what its errors need, when nothing may load

        fallback = fallback_of(request, options.fallback)
        is_fixed = fallback is None or "model" in (options.extra_body or ())
        models = [] if is_fixed else cast("Fallback", fallback).models_for(request)
        pool = self._pool
        if pool is not None and self.sender.has_own_key(request):
            pool = None
        if pool is not None and not goes_anywhere(request, options.extra_body, encoded[1], models):
            pool = None
        if pool is None and not models:
            return None

        def compose(request: Request) -> tuple[bytes | BodySource | None, Heads]:
            sent, extra = self._rewrite(request, options)
            body, content_type = encode_body(sent, extra)
            return body, functools.partial(self._head_for, sent, accept, content_type, trace)

        head = functools.partial(self._head_for, encoded[0], accept, encoded[2], trace)
        return Routing(pool, compose, head, fallback, models)

    def _head_for(
        self,
        sent: Request,
        accept: str,
        content_type: str,
        trace: Trace | None,
        account: ClientState,
        key: Secret | None,
    ) -> RequestHead:
        """Return the head of a request to one of the accounts."""
        if account is self.account:
            heads = self._heads
        else:
            heads = self._other_heads.setdefault(account.number, HeadCache(account, self.options))
        head = heads.make(sent, key, accept, content_type)
        return head if trace is None else trace.add_hook_headers(head)

    async def _perform(
        self, request: Call[T], trace: Trace | None = None, started: float | None = None
    ) -> tuple[CallState, WireResponse, T]:
        call = await self.begin(request, accept=_JSON, trace=trace, started=started)
        answer: WireResponse = await self.sender.send(call)
        decoder = None if self._encoding is None else self._encoding.decoder(request)
        try:
            while True:
                if decoder is not None:
                    from mistral_async._engine.payloads import decode_payloads

                    answer = await decode_payloads(decoder, call, answer)
                how = await self._decode_large(call, answer) if len(answer.content) > LARGE else decode
                try:
                    return call, answer, self._decode(call, answer, how)
                except (ResponseValidationError, OutputError) as error:
                    self.state.calls.end(error)
                    await call.redact_rest(error)
                    raise
                except APIStatusError as error:  # rule 4
                    refusal = error
                headers = answer.headers
                answer.release()
                answer = await self.sender.retry_refusal(call, refusal, headers)
        except BaseException:
            call.count()  # rule 7
            raise

    async def _decode_large(self, call: CallState, answer: WireResponse) -> Callable[..., Any]:
        """Decode in turns with other tasks, within the time of the call; return what gives the value, or raises."""
        import anyio

        request: Any = call.request  # a Call
        if request.returns is None:
            return decode
        left = None if call.deadline is None else max(0.0, call.deadline - time.monotonic())
        with anyio.move_on_after(left):
            return await decode_large(answer.content, request.returns)
        late = WireError(
            "the answer is too large to be decoded in time", phase=Phase.READ, sent=Sent.MAYBE, timeout=True
        )
        raise call.answered(answer, call.timed_out(late, "total"))

    def _decode(self, call: CallState, answer: WireResponse, how: Callable[..., Any]) -> Any:
        request: Any = call.request  # a Call
        returns = request.returns
        may_be_empty = returns is Any or (answer.status == _NO_CONTENT and request.method == "DELETE")
        if returns is None or (may_be_empty and not answer.content):
            if answer.content:
                self._raise_error(call, answer, None)
            return None
        try:
            value = how(answer.content, request.returns)
        except (LenientDecodeError, msgspec.DecodeError, RecursionError, UnicodeDecodeError) as problem:
            bare(problem)
            self._raise_error(call, answer, ())
            raise call.unreadable(answer, call.redact(answer.body), problem) from problem
        choices = getattr(value, "choices", None)
        first = choices[0] if choices and choices.__class__ is list else None
        if getattr(first, "finish_reason", None) in FAILED and not is_answer(value):
            self._raise_error(call, answer, getattr(request.returns, "__struct_encode_fields__", None))
        if call.uncounted:
            usage = getattr(value, "usage", None)
            call.count(usage_of(value) if usage is None else usage)
        if call.trace is not None:
            call.trace.call.answer = value
        try:
            return value if request.transform is None else request.transform(value)
        except OutputError as error:
            raise call.answered(answer, error)  # noqa: B904 - the same error, with its circumstances

    def _raise_error(self, call: CallState, answer: WireResponse, own: Collection[str] | None) -> None:
        """Raise the error that an answer under a status of success is, if it is one (rule 4)."""
        error = call.error_in(answer, answer.body, own)
        if error is not None:
            raise error
