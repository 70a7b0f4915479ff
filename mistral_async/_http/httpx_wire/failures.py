"""Failures of httpx as ours: what went wrong, and what the server may have got."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn

import anyio

from mistral_async._http.protocol import Phase, Sent, WireError, wire_error

# Rule 1: What httpx and the libraries below it raise becomes a `WireError`. A user's own exception, of a mock, an event
#         hook or a body, comes through as it is.
# Rule 2: Httpx does not say what the kernel took of a request. So a failed connection is `Sent.NOTHING`, a failed write
#         `PART`, and all else `MAYBE`; a connection that ended "without sending a response" is a read that failed.
# Rule 3: What httpx tells of its progress (the `trace` extension) goes before what the kind of an exception suggests:
#         in HTTP/2 each request on a connection may find out at any step that it has ended, by whatever error.

# Names of httpx's exceptions: phase, what the server may have seen, and whether time ran out.
_FAILURES: Final[dict[str, tuple[Phase, Sent, bool]]] = {
    "ConnectTimeout": (Phase.CONNECT, Sent.NOTHING, True),
    "PoolTimeout": (Phase.CONNECT, Sent.NOTHING, True),
    "ConnectError": (Phase.CONNECT, Sent.NOTHING, False),
    "ProxyError": (Phase.CONNECT, Sent.NOTHING, False),
    "UnsupportedProtocol": (Phase.CONNECT, Sent.NOTHING, False),
    "WriteTimeout": (Phase.WRITE, Sent.PART, True),
    "WriteError": (Phase.WRITE, Sent.PART, False),
    "LocalProtocolError": (Phase.WRITE, Sent.PART, False),
    "ReadTimeout": (Phase.READ, Sent.MAYBE, True),
    "RemoteProtocolError": (Phase.PROTOCOL, Sent.MAYBE, False),
    "DecodingError": (Phase.PROTOCOL, Sent.MAYBE, False),
    "TooManyRedirects": (Phase.PROTOCOL, Sent.MAYBE, False),
    "TimeoutException": (Phase.READ, Sent.MAYBE, True),
    "HTTPError": (Phase.READ, Sent.MAYBE, False),
    "StreamError": (Phase.READ, Sent.MAYBE, False),
    "InvalidURL": (Phase.CONNECT, Sent.NOTHING, False),
}
MODULES: Final = ("httpx", "httpx2")
_LIBRARIES: Final = frozenset({"h11", "h2", "hpack", "httpcore", "httpcore2", "hyperframe", "socksio"})
_LOST_ERRORS: Final = (OSError, anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream)
_STEPS: Final = {
    "send_request_headers.started": Sent.NOTHING,
    "send_request_headers.complete": Sent.PART,
    "send_request_body.complete": Sent.MAYBE,
}


def raise_failure(error: Exception, progress: Sent | None = None) -> NoReturn:
    """Raise the WireError for an exception of httpx, or of what it runs on; a user's own comes through as it is.

    `progress` is what was sent when it was raised, where that is known (rule 3).
    """
    for cls in type(error).__mro__:
        if cls.__module__.partition(".")[0] in MODULES and cls.__name__ in _FAILURES:
            phase, sent, timeout = _FAILURES[cls.__name__]
            if "without sending a response" in str(error):
                phase = Phase.READ
            if progress is not None and sent is not Sent.NOTHING:
                phase, sent = _judge(cls.__name__, phase, sent, progress)
            message = str(error) or type(error).__name__
            raise WireError(message, phase=phase, sent=sent, timeout=timeout) from error
    if isinstance(error, _LOST_ERRORS):
        message = f"the connection was lost: {error or type(error).__name__}"
        raise WireError(message, phase=Phase.READ, sent=Sent.MAYBE) from error
    if isinstance(error, (MemoryError, RecursionError)):
        raise wire_error(error)
    if _is_of_a_library(error):
        message = f"{type(error).__name__}: {error}"
        raise WireError(message, phase=Phase.PROTOCOL, sent=progress or Sent.MAYBE) from error
    raise error


def _judge(name: str, phase: Phase, sent: Sent, progress: Sent) -> tuple[Phase, Sent]:
    """Return the phase of a failure, and what was sent, from the kind of the exception and the progress (rule 3)."""
    match progress:
        case Sent.MAYBE:
            return Phase.READ if phase is Phase.WRITE else phase, progress
        case Sent.NOTHING if name.endswith("ProtocolError"):  # a write that failed may have sent something
            return Phase.WRITE, progress
        case _:
            return phase, Sent.PART if sent is Sent.MAYBE else sent


def _is_of_a_library(error: Exception) -> bool:
    """Return whether it was defined, or raised, by what httpx runs on, which lets some out as they are."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    raised_in: str = "" if frame is None else frame.tb_frame.f_globals.get("__name__", "")
    return not _LIBRARIES.isdisjoint({type(error).__module__.partition(".")[0], raised_in.partition(".")[0]})


class Progress:
    """The part of one request that was sent, as httpx tells by the `trace` extension; None before it tells anything."""

    __slots__ = ("sent",)

    def __init__(self) -> None:
        self.sent: Sent | None = None

    async def __call__(self, event: str, info: Mapping[str, Any]) -> None:  # noqa: ARG002 (as httpx calls it)
        """Take note of a step."""
        step = event.partition(".")[2]
        self.sent = _STEPS.get(step, self.sent)


def timeout_error() -> WireError:
    """Return the error of an answer that did not come in time."""
    return WireError("the server did not answer in time", phase=Phase.READ, sent=Sent.MAYBE, timeout=True)
