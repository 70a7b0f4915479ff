"""The steps of a response with its faults: send, wait, end. No I/O, so that every fault is exact to the byte."""

from __future__ import annotations

import enum
import gzip
import itertools
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from http import HTTPStatus

import msgspec

from mistral_async.testing import _faults as faults
from mistral_async.testing._errors import HTML, html_page
from mistral_async.testing._reply import Reply

LAST_CHUNK = b"0\r\n\r\n"
_DRIP_SECONDS = 0.02
# A reset discards what the client has not read yet, so the client gets time to read.
_BEFORE_RESET = 0.02


class Send(msgspec.Struct):
    """Bytes to write; `part` is the part of the response that they belong to."""

    data: bytes
    part: str = "body"


class Wait(msgspec.Struct):
    """A pause in seconds."""

    seconds: float


class End(enum.Enum):
    """A premature end of the exchange."""

    RESET = enum.auto()
    CLOSE = enum.auto()
    HANG = enum.auto()


class Idle(msgspec.Struct):
    """A pause until the other side has said something; a WebSocket has it."""


Step = Send | Wait | Idle | End
Steps = Iterable[Step]
_Stop = faults.Reset | faults.Cut | faults.Stall | faults.BadChunk


def plan(
    reply: Reply,
    head: bytes,
    ordered: Sequence[faults.AnyFault],
    *,
    chunk_delay: float = 0.0,
    messages: Steps = (),
) -> Iterator[Step]:
    """Return the steps of a response, and of the messages of a WebSocket, with every fault applied in its order."""
    steps: Steps = itertools.chain(_send_steps(reply, head, chunk_delay), messages)
    for fault in ordered:
        steps = _apply_fault(steps, fault, chunked=reply.framing == "chunked")
    return iter(steps)


def reshape(reply: Reply, fault: faults.AnyFault) -> Reply:
    """Apply a fault that changes the content or the headers of a reply."""
    match fault:
        case faults.Html(status):
            return Reply(status, body=html_page(status), media=HTML)
        case faults.EmptyBody():
            _set_body(reply, b"")
        case faults.Truncate(at):
            _set_body(reply, _read_body(reply)[:at])
        case faults.WrongLength(delta):
            _set_body(reply, _read_body(reply))
            reply.length = max(0, len(reply.body) + delta)
            reply.framing = "length"
        case faults.BadGzip():
            packed = gzip.compress(_read_body(reply) * 2)
            _set_body(reply, packed[:14] + b"\xff" * 32 + packed[20:], encoding="gzip")
        case faults.ZipBomb(size):
            _set_body(reply, _bomb(size), encoding="gzip")
        case faults.HugeHeader(size):
            reply.headers["x-huge"] = "a" * size
        case faults.ConnectionClose():
            reply.close = True
        case _:
            pass
    return reply


def _set_body(reply: Reply, body: bytes, *, encoding: str | None = None) -> None:
    reply.body, reply.events, reply.parts, reply.length = body, None, None, None
    if encoding:
        reply.headers["content-encoding"] = encoding


def _read_body(reply: Reply) -> bytes:
    if reply.events is not None:
        return b"".join(reply.events)
    return b"".join(reply.parts) if reply.parts is not None else reply.body


@lru_cache(maxsize=4)
def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = bytes(1 << 20)
    packed = [packer.compress(block) for _ in range(size >> 20)]
    return b"".join([*packed, packer.compress(bytes(size & 0xFFFFF)), packer.flush()])


def _send_steps(reply: Reply, head: bytes, chunk_delay: float) -> Iterator[Step]:
    chunked = reply.framing == "chunked"
    if reply.framing == "none":
        yield Send(head, "head")
    elif reply.events is not None:
        yield Send(head, "head")
        for number, event in enumerate(reply.events):
            if number and chunk_delay:
                yield Wait(chunk_delay)
            yield Send(chunk(event) if chunked else event, "event")
        yield Send(LAST_CHUNK if chunked else b"", "end")
    elif reply.parts is not None:
        yield Send(head, "head")
        for data in reply.parts:
            yield Send(chunk(data) if chunked else data)
        yield Send(LAST_CHUNK if chunked else b"", "end")
    else:
        yield Send(head, "head")
        yield Send((chunk(reply.body) if chunked else reply.body), "body")
        yield Send(LAST_CHUNK if chunked else b"", "end")


def chunk(data: bytes) -> bytes:
    """Encode one chunk of a chunked body; empty for no bytes, because an empty chunk ends the body."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _apply_fault(steps: Steps, fault: faults.AnyFault, *, chunked: bool) -> Steps:
    match fault:
        case faults.Reset() | faults.Cut() | faults.Stall() | faults.BadChunk():
            steps = _stop_early(steps, fault, chunked=chunked)
        case faults.Delay():
            steps = _delay(steps, fault)
        case faults.Garbage(data):
            steps = [Send(data), End.CLOSE]
        case faults.Drip(speed):
            steps = _throttle(steps, speed)
        case faults.Informational(status):
            line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nlink: </docs>\r\n\r\n"
            steps = itertools.chain([Send(line.encode(), "interim")], steps)
        case faults.HeadersNeverEnd(interval):
            steps = _never_end_head(steps, interval)
        case faults.SilentClose(seconds):
            steps = itertools.chain(steps, [Wait(seconds), End.CLOSE])
        case faults.WrongLength(delta) if delta > 0:
            steps = itertools.chain(steps, [End.CLOSE])
        case _:
            pass
    return steps


def _end_steps(fault: _Stop, *, chunked: bool) -> list[Step]:
    match fault:
        case faults.Reset():
            return [Wait(_BEFORE_RESET), End.RESET]
        case faults.Stall():
            return [End.HANG]
        case faults.BadChunk():
            return [Send(b"zz\r\nnot a chunk\r\n"), End.CLOSE]
        case faults.Cut(clean=clean):
            return [Send(LAST_CHUNK, "end")] if clean and chunked else [End.CLOSE]


def _delay(steps: Steps, fault: faults.Delay) -> Iterator[Step]:
    waited = False
    for step in steps:
        if isinstance(step, Send):
            match fault.where, step.part:
                case ("head", "head") | ("event", "event"):
                    yield Wait(fault.seconds)
                case ("body", "body" | "event") if not waited:
                    waited = True
                    yield Wait(fault.seconds)
                case _:
                    pass
        yield step


def _stop_early(steps: Steps, fault: _Stop, *, chunked: bool) -> Iterator[Step]:
    stop = faults.Cut(after_bytes=0) if isinstance(fault, faults.BadChunk) else fault
    events = sent = 0
    for step in steps:
        if isinstance(step, Send) and step.part != "interim":
            if (keep := _bytes_before_stop(step, stop, events=events, sent=sent)) is not None:
                yield Send(step.data[:keep], step.part)
                break
            events += step.part == "event"
            sent += 0 if step.part == "head" else len(step.data)
        elif isinstance(step, Idle) and stop.after_events is not None and events >= stop.after_events:
            break
        yield step
    yield from _end_steps(fault, chunked=chunked)


def _bytes_before_stop(
    step: Send, stop: faults.Reset | faults.Cut | faults.Stall, *, events: int, sent: int
) -> int | None:
    """Return how many bytes of this piece are sent before the stop; None if the stop comes later."""
    if step.part == "head":
        early = stop.where == "head" and stop.after_bytes is None and stop.after_events is None
        return len(step.data) // 2 if early else None
    if step.part == "end":
        return 0
    if stop.after_events is not None:
        return 0 if events >= stop.after_events else None
    if stop.after_bytes is not None:
        return stop.after_bytes - sent if sent + len(step.data) > stop.after_bytes else None
    return len(step.data) // 2


def _throttle(steps: Steps, speed: float) -> Iterator[Step]:
    size = max(1, int(speed * _DRIP_SECONDS))
    for step in steps:
        if not isinstance(step, Send):
            yield step
            continue
        for start in range(0, len(step.data), size):
            piece = step.data[start : start + size]
            yield Send(piece, step.part)
            yield Wait(len(piece) / speed)


def _never_end_head(steps: Steps, interval: float) -> Iterator[Step]:
    for step in steps:
        if isinstance(step, Send) and step.part == "head":
            yield Send(step.data[:-2], "head")
            break
        yield step
    number = 0
    while True:
        number += 1
        yield Send(f"x-more-{number}: and so on\r\n".encode(), "head")
        yield Wait(interval)
