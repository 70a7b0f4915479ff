"""What the first call would import: loaded when a client's block is entered, while there are file descriptors."""

from __future__ import annotations

import contextlib
import importlib
import sys
from typing import Final

# A process that has run out of descriptors imports nothing, and its calls should fail with an error of ours and be
# repeated, not with that of an import. Loops other than trio's are asyncio's; what only a proxy needs is not loaded.

_EVERY_CALL: Final = (
    "anyio.lowlevel",
    "email.utils",  # of dates in headers
    "encodings.idna",  # of every look-up of a name
    "anyio.to_thread",
    "tenacity",
    "mistral_async._http.proxy",
    "mistral_async._ratelimit.waiting",
    "mistral_async.resources.chat",
    "mistral_async._results.stream",
    "mistral_async._results.pages",
    "mistral_async._results.download",
)
_DRIVERS: Final = {
    "asyncio": ("anyio._backends._asyncio", "mistral_async._http.asyncio_wire.wire"),
    "trio": ("anyio._backends._trio", "mistral_async._http.trio_wire.wire"),
}


def load_calls() -> None:
    """Import what a chat call of the running event loop needs, retries included."""
    trio = getattr(sys.modules.get("trio"), "lowlevel", None)  # None as well while another thread imports it
    driver = "trio" if trio is not None and trio.in_trio_task() else "asyncio"
    _load(*_EVERY_CALL, *_DRIVERS[driver])


def load_blocking_calls(backend: str) -> None:
    """Import what a blocking chat call needs, and the event loop of its portal."""
    _load(*_EVERY_CALL, *_DRIVERS[backend], "anyio.from_thread")


def _load(*names: str) -> None:
    with contextlib.suppress(ImportError, OSError):  # the call itself says what is missing
        for name in names:
            importlib.import_module(name)
        from mistral_async._http.h1.content_coding import accept_encoding

        accept_encoding()
