"""One WebSocket connection without I/O: the handshake, and messages in and out, over websockets' `ClientProtocol`."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.exceptions import InvalidHandshake
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory, PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.http11 import Response
from websockets.protocol import State
from websockets.typing import ExtensionParameter
from websockets.uri import WebSocketURI

from mistral_async._http.h1.encode import encode_head
from mistral_async._http.origin import Origin
from mistral_async._http.protocol import Phase, RequestHead, Sent, WireError

# Rule 1: What is sent and received is never logged: websockets logs keys and messages, where its logger is on.
# Rule 2: A message may be as large as `max_size`, also one that is compressed, once it is unfolded. A larger one ends
#         the connection (1009), as does whatever is not the protocol (1002) or not UTF-8 (1007).
# Rule 3: The server may compress what it sends. What this side sends is audio, or a few words, which gain little.
# Rule 4: A connection is closed as soon as a close frame has come, or the end of the bytes: nothing can follow.

ABNORMAL: Final = 1006
"""The close code of a connection that ended without a close frame (RFC 6455 §7.1.5)."""
_CONTROL: Final = 8  # the first opcode of frames that are no part of a message

_SILENT: Final = logging.Logger("mistral_async.websocket", logging.CRITICAL + 1)  # noqa: LOG001 (rule 1)


class ClosedError(WireError):
    """A connection that is closed: the code and reason of the close frame, and which side it came from."""

    def __init__(self, message: str, code: int, reason: str, *, by_server: bool) -> None:
        super().__init__(message, phase=Phase.READ, sent=Sent.MAYBE)
        self.code = code
        self.reason = reason
        self.by_server = by_server


class _Deflate(ClientPerMessageDeflateFactory):
    """Offers permessage-deflate for what the server sends (rule 3)."""

    def process_response_params(
        self, params: Sequence[ExtensionParameter], accepted_extensions: Sequence[Extension]
    ) -> PerMessageDeflate:
        made = super().process_response_params(params, accepted_extensions)
        return _Inflate(
            made.remote_no_context_takeover,
            made.local_no_context_takeover,
            made.remote_max_window_bits,
            made.local_max_window_bits,
        )


class _Inflate(PerMessageDeflate):
    def encode(self, frame: Frame) -> Frame:
        return frame


class Frames:
    """The client's end of a connection."""

    def __init__(self, origin: Origin, *, max_size: int, compression: bool = True) -> None:
        extensions = [_Deflate(client_max_window_bits=True)] if compression else None
        uri = WebSocketURI(origin.secure, origin.host, origin.port, "/", "", None, None)
        self._protocol = ClientProtocol(
            uri, extensions=extensions, max_size=max_size, logger=_SILENT, state=State.OPEN
        )  # the handshake is ours
        self._authority = origin.authority
        self._parts: list[bytes] = []  # of a message that came in part
        self._given_up = False

    def request(self, head: RequestHead) -> bytes:
        """Return the request that opens the connection; of the user's headers those of the protocol are left out."""
        headers = self._protocol.connect().headers
        own = {name.lower(): value for name, value in headers.raw_items() if name.lower() != "host"}
        given = tuple(field for field in head.headers if field[0] not in own)
        plain = RequestHead(head.method, head.target, given)
        return encode_head(plain, [("host", self._authority), *own.items()]) + b"\r\n"

    def accept(self, headers: Sequence[tuple[bytes, bytes]], rest: bytes) -> None:
        """Take the head of the server's switch, and what came after it. Raises a `WireError` for what is none."""
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
        try:
            self._protocol.process_response(Response(HTTPStatus.SWITCHING_PROTOCOLS, "", Headers(fields)))
        except InvalidHandshake as error:
            failure = WireError(f"the WebSocket handshake failed: {error}", phase=Phase.PROTOCOL, sent=Sent.MAYBE)
            failure.__cause__ = error
            raise failure from error
        if rest:
            self._protocol.receive_data(rest)

    def receive(self, data: bytes) -> list[bytes]:
        """Take bytes, b"" for their end; return the messages that are whole now, text and binary ones alike."""
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        return self.messages()

    def messages(self) -> list[bytes]:
        """Return the messages that have come and were not returned yet."""
        whole: list[bytes] = []
        for frame in self._protocol.events_received():
            if not isinstance(frame, Frame):
                continue
            if frame.opcode >= _CONTROL:
                continue
            if frame.fin and frame.opcode != Opcode.CONT:
                whole.append(bytes(frame.data))
            else:
                self._parts.append(bytes(frame.data))
                if frame.fin:
                    whole.append(b"".join(self._parts))
                    self._parts.clear()
        return whole

    def send(self, message: bytes) -> None:
        """Send a text message (UTF-8)."""
        self._protocol.send_text(message)

    def ping(self) -> None:
        """Ask for a pong."""
        self._protocol.send_ping(b"")

    def close(self, code: int, reason: str) -> None:
        """Send a close frame, unless one was sent."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)

    def fail(self, code: int, reason: str) -> None:
        """Give the connection up."""
        self._given_up = True
        if self._protocol.state is State.OPEN:
            self._protocol.fail(code, reason)

    def outgoing(self) -> bytes:
        """Return the bytes to send."""
        return b"".join(self._protocol.data_to_send())

    @property
    def is_open(self) -> bool:
        """Return whether messages can be sent."""
        return self._protocol.state is State.OPEN

    @property
    def is_closed(self) -> bool:
        """Return whether nothing more can come (rule 4)."""
        protocol = self._protocol
        failed = self._given_up or (protocol.state is State.CLOSING and protocol.parser_exc is not None)
        return protocol.close_rcvd is not None or protocol.state is State.CLOSED or failed

    def error(self) -> ClosedError:
        """Return the error that says how the connection was closed."""
        received, sent, problem = self._protocol.close_rcvd, self._protocol.close_sent, self._protocol.parser_exc
        if received is not None and (received.code, problem) != (ABNORMAL, None):
            said = f"the server closed the connection with code {received.code}"
            said += f": {received.reason}" if received.reason else ""
            error = ClosedError(said, received.code, received.reason, by_server=True)
        elif sent is not None:
            said = f"the connection was closed by this side with code {sent.code}"
            said += f": {sent.reason}" if sent.reason else ""
            error = ClosedError(said, sent.code, sent.reason, by_server=False)
        else:
            said = "the connection was lost: it ended without a close frame"
            error = ClosedError(said, ABNORMAL, "", by_server=True)
        error.__cause__ = problem
        return error
