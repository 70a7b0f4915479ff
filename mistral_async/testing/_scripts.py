"""Scripted replies and faults."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec

from mistral_async.testing._errors import JSON
from mistral_async.testing._faults import AnyFault
from mistral_async.testing._reply import DONE, EVENT_STREAM, Reply, data_event, named_event, websocket_reply
from mistral_async.testing._request import Request
from mistral_async.testing._session import ScriptedSession

# Rule 1: Scripts are tried in the order in which they were added. Replies and faults are independent: a request may
# get a scripted reply and faults too.
# Rule 2: The first script that matches takes the request: it skips the first `after` of them, then applies `times`
# times. A skipped request goes on to the next script.
# Rule 3: A script with `times=None` applies for ever. Any other one that was not used up fails `assert_done`.

EARLY = {"accept", "handshake"}


def check_operation(pattern: str | None, known: Collection[str]) -> None:
    """Raise `ValueError` for an operation that does not exist; a path is not looked up."""
    if pattern is None or "/" in pattern or pattern in known:
        return
    near = difflib.get_close_matches(pattern, known, n=1, cutoff=0.5)
    advice = f"did you mean {near[0]!r}?" if near else "it is named as the client's method, as in 'chat.complete'"
    raise ValueError(f"there is no operation {pattern!r}: {advice}")


def check_status(status: int, allowed: range) -> None:
    """Raise `ValueError` for a status that an answer or an error can not have."""
    if status not in allowed:
        raise ValueError(f"a status here is {allowed.start} to {allowed.stop - 1}, not {status}")


class Script:
    """One scripted reply or group of faults: for which requests, after how many, how often."""

    def __init__(self, pattern: str | None, *, times: int | None, after: int) -> None:
        self.pattern = pattern
        self.left = times
        self.skip: int = after
        self.make: Callable[[], Reply] | None = None
        self.faults: Sequence[AnyFault] = ()

    @property
    def is_used_up(self) -> bool:
        """Return whether it has been used `times` times."""
        return self.left is not None and self.left <= 0

    def consume(self, request: Request | None) -> bool:
        """Return whether it applies to this request (None: to a new connection), and use it up if so."""
        if self.is_used_up or (request is not None and not is_match(self.pattern, request)):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def __str__(self) -> str:
        """Describe the script for the message of a failed test."""
        what = ", ".join(map(repr, self.faults)) or "reply"
        return f"{what} for {self.pattern or 'any request'} ({self.left} left, {self.skip} to skip)"


class Scripts:
    """All scripted replies and faults of one server."""

    def __init__(self) -> None:
        self._replies: list[Script] = []
        self._faults: list[Script] = []

    def add_reply(self, script: Script, make: Callable[[], Reply]) -> None:
        """Add a reply; `make` builds it anew each time."""
        script.make = make
        self._replies.append(script)

    def add_faults(self, script: Script, faults: Sequence[AnyFault]) -> None:
        """Add faults."""
        script.faults = faults
        self._faults.append(script)

    def reply(self, request: Request) -> Reply | None:
        """Return the next scripted reply to `request`, or None."""
        for script in self._replies:
            if script.consume(request):
                return script.make() if script.make else None
        return None

    def connection_faults(self) -> list[AnyFault]:
        """Return the faults of a new connection, before any request."""
        return self._take(None, lambda fault: _place(fault) in EARLY)

    def head_faults(self, request: Request) -> list[AnyFault]:
        """Return the faults between the head and the body of a request."""
        return self._take(request, lambda fault: _place(fault) == "request")

    def reply_faults(self, request: Request) -> list[AnyFault]:
        """Return the faults of the response."""
        return self._take(request, lambda fault: _place(fault) not in EARLY | {"request"})

    def unused(self) -> list[str]:
        """Describe the scripts that were not used up."""
        return [str(script) for script in self._replies + self._faults if script.left]

    def _take(self, request: Request | None, chosen: Callable[[AnyFault], bool]) -> list[AnyFault]:
        if not self._faults:
            return []
        for script in self._faults:
            if all(map(chosen, script.faults)) and script.consume(request):
                return list(script.faults)
        return []


def is_match(pattern: str | None, request: Request) -> bool:
    """Return whether `pattern` matches: an operation, a group of them, a path, a template, or `METHOD path`."""
    if pattern is None:
        return True
    if "/" in pattern:
        method, _, path = pattern.rpartition(" ")
        return path in (request.path, request.template) and method in ("", request.method)
    return any(name == pattern or name.startswith(f"{pattern}.") for name in _names(request))


def _names(request: Request) -> set[str]:
    # Both names match until the body has been read, which decides between them.
    if request.operation:
        return {request.operation}
    if request.route:
        return {request.route.name, request.route.stream or request.route.name}
    return set()


def build_reply(
    *,
    status: int,
    json: Any,
    body: bytes | None,
    headers: Mapping[str, str] | None,
    sse: Sequence[Any] | None,
    done: bool,
    messages: Sequence[Any] | None,
) -> Reply:
    """Build a scripted reply."""
    if messages is not None:
        reply = websocket_reply(ScriptedSession(messages))
        reply.headers.update(headers or {})
        return reply
    if sse is not None:
        return Reply(
            status,
            events=[encode_event(item) for item in sse] + _done_event(sse, done=done),
            media=EVENT_STREAM,
            headers=headers,
        )
    content = body if body is not None else b"" if json is None else msgspec.json.encode(json)
    return Reply(status, body=content, media=None if _has_type(headers) else JSON, headers=headers)


def encode_event(item: Any) -> bytes:
    """Encode one event: bytes as they are, text as data, `(event, data)`, or data with a `type`."""
    match item:
        case bytes():
            return item
        case str():
            return f"data: {item}\n\n".encode()
        case (str() as event, data):
            return b"event: %b\ndata: %b\n\n" % (event.encode(), msgspec.json.encode(data))
        case _:
            data = msgspec.to_builtins(item)
            return named_event(data) if "type" in data and "object" not in data else data_event(data)


def _done_event(items: Sequence[Any], *, done: bool) -> list[bytes]:
    frames = [encode_event(item) for item in items]
    plain = all(item.startswith(b"data:") and item != DONE for item in frames)
    return [DONE] if done and plain else []


def _has_type(headers: Mapping[str, str] | None) -> bool:
    return any(name.lower() == "content-type" for name in headers or ())


def _place(fault: AnyFault) -> str | None:
    return getattr(fault, "where", None)
