"""Payloads inside requests and answers, encoded and decoded within the time of a call."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar, cast

import anyio
import msgspec

from mistral_async._engine.encode import with_extra
from mistral_async._engine.request import Request
from mistral_async._http.protocol import Phase, Sent, WireError, WireResponse
from mistral_async.errors import APITimeoutError, PayloadError

if TYPE_CHECKING:
    from mistral_async._codec.attempt import Attempt
    from mistral_async._engine.call_state import CallState
    from mistral_async._engine.encoding import Caller, ChangeBody, Encoding
    from mistral_async._engine.options import Options, Timeout

R = TypeVar("R", bound=Request)


async def encode_payloads(
    encoding: Encoding, request: R, caller: Caller, options: Options, deadline: float | None
) -> tuple[R, Options]:
    """Encode the payloads of a request; returns it with what is left of the options that add to its body.

    An `extra_body` may have a payload, too: it is added before.
    """
    whole, _ = with_extra(request, options.extra_body)
    with anyio.move_on_after(None if deadline is None else max(0.0, deadline - time.monotonic())):
        try:
            made = await encoding.encode_request(whole, caller)
        except PayloadError as error:
            raise _about(request, error)  # noqa: B904 - the same error
        return (request, options) if made is whole else (made, msgspec.structs.replace(options, extra_body=None))
    raise _late(request, options.timeout)


async def reencode_payloads(reencode: ChangeBody, call: CallState) -> None:
    """Encode the payloads of a call anew, before a repeated attempt; where that fails its body stays as it is."""
    left = None if call.deadline is None else max(0.0, call.deadline - time.monotonic())
    with anyio.move_on_after(left):
        with suppress(PayloadError):
            call.body = await reencode(cast("bytes", call.body))
        return
    raise _late(call.request, call.timeout, call.attempts)


async def decode_payloads(decode: ChangeBody, call: CallState, answer: WireResponse) -> WireResponse:
    """Return an answer with its payloads decoded."""
    left = None if call.deadline is None else max(0.0, call.deadline - time.monotonic())
    with anyio.move_on_after(left):
        try:
            body = await decode(answer.body)
        except PayloadError as error:
            raise call.answered(answer, _about(call.request, error))  # noqa: B904 - the same error
        answer.release()
        return msgspec.structs.replace(answer, content=body, buffers=None)
    problem = "the payload could not be decoded in time"
    late = WireError(problem, phase=Phase.READ, sent=Sent.MAYBE, timeout=True)
    raise call.answered(answer, call.timed_out(late, "total"))


def _late(request: Request, timeout: Timeout, attempts: Sequence[Attempt] = ()) -> APITimeoutError:
    total = f"total={timeout.total:g} s"
    error = APITimeoutError(f"{request!r}: the time limit {total} is over before its payload was encoded")
    error.phase, error.attempts = "encode", attempts
    return error


def _about(request: Request, error: PayloadError) -> PayloadError:
    """Name the request in an error; returns the error."""
    error.message = f"{request!r}: {error.message}"
    error.args = (error.message,)
    return error
