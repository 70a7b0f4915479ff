"""TLS without I/O: bytes of the network in, bytes of the application out, and the other way round.

The drivers keep the socket: they see what the kernel took, close without asking the peer, and read what is left.
"""

from __future__ import annotations

import contextlib
import ssl
from typing import Final

RECORD: Final = 16 * 1024  # the most that is encrypted as one

Bytes = bytes | memoryview


class TlsLayer:
    """The client's end of one TLS connection."""

    __slots__ = ("_incoming", "_object", "_outgoing", "closed", "ready")

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        self.ready = False  # whether the handshake is done
        self.closed = False  # whether the peer has said goodbye

    @property
    def protocol(self) -> str | None:
        """What ALPN agreed on."""
        return self._object.selected_alpn_protocol()

    def shake_hands(self, data: Bytes = b"") -> None:
        """Go on with the handshake, given what has arrived; afterwards send `outgoing()`, even if this failed."""
        self._incoming.write(data)
        with contextlib.suppress(ssl.SSLWantReadError):
            self._object.do_handshake()
            self.ready = True

    def decrypt(self, data: Bytes) -> bytes:
        """What the application gets of it, perhaps nothing yet; `closed` when the peer has ended the connection."""
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
        """What the network gets."""
        self._object.write(data)
        return self._outgoing.read()

    def outgoing(self) -> bytes:
        """What TLS itself has to say: the handshake, an alert, an answer to the peer."""
        return self._outgoing.read() if self._outgoing.pending else b""

    def goodbye(self) -> bytes:
        """The end of the connection, whose answer nobody waits for."""
        with contextlib.suppress(ssl.SSLError, ValueError):
            self._object.unwrap()
        return self._outgoing.read()
