"""Calls that are answered from a store: which may be, under which key, and one at a time."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import anyio
import msgspec

from mistral_async._codec.large import LARGE, decode_large
from mistral_async._codec.open_union import LenientDecodeError, decode
from mistral_async._codec.routes import AGENTS, INFERENCE, SPEECH, TRANSCRIPTIONS
from mistral_async._engine.request import model_of
from mistral_async._engine.response import Response
from mistral_async._http.loops import current_loop
from mistral_async._http.protocol import Timings
from mistral_async.errors import APITimeoutError, MistralError, OutputError

if TYPE_CHECKING:
    from mistral_async._engine.answer_cache import AnswerCache
    from mistral_async._engine.options import Options
    from mistral_async._engine.request import Call, Request
    from mistral_async._engine.tracing import Trace

# Rule 1: Only whole answers of inference are stored, which creates nothing: chats, agents, FIM, embeddings, OCR,
#   moderations and classifications. Streams and forms (files) are sent as ever.
# Rule 2: Calls are the same if method, server, path, query, headers of their own, body and key are: the body as JSON
#   whose keys have an order, the key as a digest within the digest. A function's keys change and are no part of it.
# Rule 3: An answer is stored as it came, once it was read well: no error, no output that is not of its type, and none
#   of another model than was asked. An answer that was cut is stored where its `max_tokens` cut it alone: the next may
#   be whole. What can not be read any more is asked for again.
# Rule 4: Of calls that are the same and under way at once, in one event loop, the first is sent; the others wait for
#   it. Where it fails they are sent, each for itself; where it is cancelled one of them takes its place. The time that
#   a call waits is part of its time.
# Rule 5: A store that fails, or stands still beyond its own `timeout`, else for `_PATIENCE`, fails no call: it is
#   logged, the call is sent, and the store is left alone for `_REST` seconds. Its time is part of the call's: a quarter
#   of what is left of that at most.
# Rule 6: What comes from a store is no attempt: no limit, budget or connection knows of it.

T = TypeVar("T")
Perform = Callable[[float], Awaitable[Response[Any]]]  # given when the call began

_FORMAT: Final = "mistral-async 1"  # of keys and what is stored under them
_ROUTES: Final = (INFERENCE | {AGENTS}) - {SPEECH, TRANSCRIPTIONS}
_REST: Final = 5.0  # seconds
_PATIENCE: Final = 1.0  # seconds with a store that has no limit of its own
_SPARE: Final = 0.5  # more than its own limit, at which it says what is wrong
_STARTING: Final = 2.0  # more for its first answer: what it imports and opens
_SHARE: Final = 0.25  # of the time that a call has left
_FAIR: Final = 0.1  # seconds: a store that had less, because its call was nearly over, has not failed
_CUT: Final = frozenset({"error", "length", "model_length"})
_CUT_BY_LIMIT: Final = frozenset({"length"})
_UNREADABLE: Final = (LenientDecodeError, msgspec.DecodeError, OutputError, RecursionError, UnicodeDecodeError)
_log = logging.getLogger("mistral_async")


class View(Protocol):
    """The engine of a view, as far as it is needed here."""

    state: Any  # a ClientState
    account: Any  # one, too: that of calls which belong to one
    options: Options

    def encoded(self, request: Request) -> tuple[Request, object, str]:
        """Return a request as this view sends it, its body and the type of that."""
        ...


class CacheUse:
    """The use of a store by one client: calls under way, and whether it is out."""

    def __init__(self) -> None:
        self.flights: dict[tuple[object, int, str], Flight] = {}
        self.out_until: float = 0.0
        self.answered: bool = False


class Flight:
    """A call under way, for others that are the same."""

    def __init__(self) -> None:
        self.landed: anyio.Event = anyio.Event()
        self.body: bytes | None = None
        self.failed: bool = False


def key_of(engine: View, request: Call[Any]) -> str | None:
    """Return the key of a call's answer; None for one whose answer is not stored (rules 1 and 2)."""
    if request.method != "POST" or request.route not in _ROUTES or request.form is not None:
        return None
    sent, body, _ = engine.encoded(request)
    if not isinstance(body, bytes):
        return None
    try:
        canonical = msgspec.json.encode(msgspec.json.decode(body), order="sorted")
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
        return None
    account, options = engine.account, engine.options
    key, shared = account.key, account.pool is not None and options.key is None
    secret = "" if shared or key.function is not None else str.__str__(key.current or "")
    headers = (*options.headers, *(sent.headers or {}).items())
    named = [
        _FORMAT,
        sent.method,
        *map(str, msgspec.structs.astuple(account.network.origin)),
        account.prefix + sent.target,
        repr(sorted({**account.query, **(options.extra_query or {})}.items())),
        repr(sorted((name, str.__str__(value)) for name, value in headers)),  # the repr of a `Secret` hides it
        hashlib.sha256(secret.encode(errors="replace")).hexdigest(),
    ]
    digest = hashlib.sha256("\0".join(named).encode(errors="replace"))
    digest.update(b"\0" + canonical)
    return digest.hexdigest()


async def respond(engine: View, cache: AnswerCache, request: Call[T], perform: Perform, trace: Trace | None) -> Any:
    """Return the stored answer of a call, else that of `perform`, which is stored."""
    started, total, key = time.monotonic(), engine.options.timeout.total, key_of(engine, request)
    if key is None:
        return await perform(started)
    use = engine.state.cache_use = engine.state.cache_use or CacheUse()
    deadline, model = None if total is None else started + total, model_of(request, engine.options.extra_body)
    stored = await _ask(cache, use, deadline, lambda: cache.get(key))
    if isinstance(stored, bytes) and (found := await _read(request, model, stored, trace)) is not None:
        return found
    flights, place = use.flights, (current_loop(), id(cache), key)
    while (flight := flights.get(place)) is not None:
        await _wait(engine, request, flight, started)
        if flight.body is not None and (found := await _read(request, model, flight.body, trace)) is not None:
            return found
        if flight.failed or flight.body is not None:
            return await perform(started)
    flight = flights[place] = Flight()
    try:
        response = await perform(started)
        if response.model == model and not _is_cut(engine, request, response.data):  # rule 3
            flight.body = bytes(response.body)
        flight.failed = flight.body is None
        flight.landed.set()
        if flight.body is not None:
            body = flight.body
            await _ask(cache, use, deadline, lambda: cache.set(key, body))
    except Exception:
        flight.failed = True
        raise
    else:
        return response
    finally:
        flights.pop(place, None)
        flight.landed.set()


def _is_cut(engine: View, request: Call[Any], answer: object) -> bool:
    """Return whether an answer is not whole, which nobody asked for."""
    body: dict[str, Any] = {**request.json, **(engine.options.extra_body or {})}
    cut = _CUT if body.get("max_tokens") is None else _CUT - _CUT_BY_LIMIT
    return any(getattr(choice, "finish_reason", None) in cut for choice in getattr(answer, "choices", ()))


async def _wait(engine: View, request: Call[Any], flight: Flight, started: float) -> None:
    """Wait until another call that is the same has ended, within the time of this one."""
    total = engine.options.timeout.total
    with anyio.move_on_after(None if total is None else max(0.0, started + total - time.monotonic())):
        await flight.landed.wait()
        return
    error = APITimeoutError(f"{request!r}: the time limit total={total:g} s is over before the same call was answered")
    error.phase = "total"
    raise error


async def _read(request: Call[Any], model: str | None, body: bytes, trace: Trace | None) -> Response[Any] | None:
    """Return an answer from a store; None where it can not be read as the call wants it (rule 3)."""
    try:
        how = await decode_large(body, request.returns) if len(body) > LARGE else decode
        value = how(body, request.returns)
        data = value if request.transform is None else request.transform(value)
    except _UNREADABLE:
        return None
    if trace is not None:
        trace.call.answer, trace.call.cached = value, True
        trace.end()
    response = Response(
        data,
        status=200,
        headers=(),
        body=body,
        failed=(),
        elapsed=0.0,
        waited=0.0,
        timings=Timings(),
        decoded_as=request.returns,
        model=model,
    )
    response.cached = True
    return response


async def _ask(
    cache: AnswerCache, use: CacheUse, deadline: float | None, question: Callable[[], Awaitable[Any]]
) -> Any:
    """Return what a store says; None where it fails, or takes longer than it may (rule 5)."""
    now, seconds = time.monotonic(), _patience(cache) + (0.0 if use.answered else _STARTING)
    if deadline is not None:
        seconds = min(seconds, _SHARE * (deadline - now))
    if now < use.out_until or seconds <= 0:
        return None
    try:
        with anyio.move_on_after(seconds):
            found = await question()
            use.answered = True
            return found
    except Exception as error:  # noqa: BLE001 - whatever a store raises, it fails no call
        _rest(use, str(error) if isinstance(error, MistralError) else type(error).__name__)
    else:
        if seconds >= _FAIR:
            _rest(use, f"no answer in {seconds:.2g} s")
    return None


def _patience(cache: AnswerCache) -> float:
    """Return the seconds that a store may take: a little more than its own limit, if it has one."""
    own: object = getattr(cache, "timeout", None)
    return own + _SPARE if isinstance(own, (int, float)) and own > 0 else _PATIENCE


def _rest(use: CacheUse, reason: str) -> None:
    """Leave a store that failed alone for a while, and tell why."""
    use.out_until = time.monotonic() + _REST
    _log.warning("the store of answers failed, and is not asked for %g s: %s", _REST, reason)
