"""TLS without I/O (`ssl.MemoryBIO`): bytes of the network in, bytes of the application out, and the other way round."""

from __future__ import annotations

import contextlib
import ssl
from typing import Final

# Rule 1: The driver owns the socket. So it sees what the kernel took of a request, may close without waiting for the
#         peer, and reads what the kernel still holds after a reset; asyncio's TLS transport hides these.
# Rule 2: Whatever happens in the handshake, `outgoing()` is sent: an alert tells the server why it failed.
# Rule 3: A close_notify is sent when an unused connection is closed, and its reply is not waited for (RFC 8446 §6.1).
#         A peer that sends one has ended its direction: for the parser that is the end of the connection.
# Rule 4: A connection that ends without a close_notify is no error by itself: many servers leave it out. A body with
#         a length or in chunks shows by itself that it was cut; one that ends with the connection is whole only with a
#         close_notify, since anybody on the way can end a connection (RFC 9112 §9.8).

RECORD: Final = 16 * 1024  # bytes: the most plaintext that one record holds

Bytes = bytes | memoryview


class TlsLayer:
    """The client's end of one TLS connection."""

    __slots__ = ("_incoming", "_object", "_outgoing", "closed", "ready")

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.ready = False  # whether the handshake is done
        self.closed = False  # whether the peer has sent close_notify

    @property
    def protocol(self) -> str | None:
        """Return the protocol that ALPN agreed on."""
        return self._object.selected_alpn_protocol()

    def do_handshake(self, data: Bytes = b"") -> None:
        """Continue the handshake with what has arrived; afterwards send `outgoing()`, even if this failed (rule 2)."""
        self._incoming.write(data)
        with contextlib.suppress(ssl.SSLWantReadError):
            self._object.do_handshake()
            self.ready = True

    def decrypt(self, data: Bytes) -> bytes:
        """Return what is complete of the plaintext, perhaps nothing; sets `closed` at the peer's close_notify."""
        incoming, tls = self._incoming, self._object
        incoming.write(data)
        pieces: list[bytes] = []
        with contextlib.suppress(ssl.SSLWantReadError):
            while not self.closed and (incoming.pending or tls.pending()):
                piece = tls.read(RECORD)
                self.closed = not piece
                pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def encrypt(self, data: Bytes) -> bytes:
        """Return the records to send."""
        self._object.write(data)
        return self._outgoing.read()

    def outgoing(self) -> bytes:
        """Return what TLS itself has to send: the handshake, an alert, a reply to the peer."""
        return self._outgoing.read() if self._outgoing.pending else b""

    def close_notify(self) -> bytes:
        """Return the close_notify to send before the socket is closed."""
        with contextlib.suppress(ssl.SSLError, ValueError):
            self._object.unwrap()
        return self._outgoing.read()
