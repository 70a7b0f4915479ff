"""Where pickles of 0.1 find our transport."""

from mistral_async._http.httpx_wire.transport import Transport

__all__ = ["Transport"]
