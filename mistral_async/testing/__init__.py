"""A fake Mistral server on a real socket, with the real headers, errors and event streams, and faults on demand.

```python
async with FakeMistral() as server:
    client = Mistral(server.api_key, server_url=server.url)
    server.fail(429)
```
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mistral_async.testing._cassette import CassetteError, Recording, Replay, record, replay
    from mistral_async.testing._clock import Clock, SystemClock, VirtualClock
    from mistral_async.testing._exchange import Request
    from mistral_async.testing._faults import (
        BadChunk,
        BadGzip,
        ConnectionClose,
        Cut,
        Delay,
        Drip,
        EmptyBody,
        Fault,
        Garbage,
        HeadersNeverEnd,
        Html,
        HugeHeader,
        Informational,
        Reset,
        SilentClose,
        Stall,
        Truncate,
        WrongLength,
        ZipBomb,
    )
    from mistral_async.testing._ledger import Connections, Effect, Effects
    from mistral_async.testing._limits import RateLimit, RateLimits
    from mistral_async.testing._refusals import ValidationDetail
    from mistral_async.testing._server import FakeMistral

_HOMES = {
    "_cassette": ("CassetteError", "Recording", "Replay", "record", "replay"),
    "_clock": ("Clock", "SystemClock", "VirtualClock"),
    "_exchange": ("Request",),
    "_faults": (
        "BadChunk",
        "BadGzip",
        "ConnectionClose",
        "Cut",
        "Delay",
        "Drip",
        "EmptyBody",
        "Fault",
        "Garbage",
        "HeadersNeverEnd",
        "Html",
        "HugeHeader",
        "Informational",
        "Reset",
        "SilentClose",
        "Stall",
        "Truncate",
        "WrongLength",
        "ZipBomb",
    ),
    "_ledger": ("Connections", "Effect", "Effects"),
    "_limits": ("RateLimit", "RateLimits"),
    "_refusals": ("ValidationDetail",),
    "_server": ("FakeMistral",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "BadChunk",
    "BadGzip",
    "CassetteError",
    "Clock",
    "ConnectionClose",
    "Connections",
    "Cut",
    "Delay",
    "Drip",
    "Effect",
    "Effects",
    "EmptyBody",
    "FakeMistral",
    "Fault",
    "Garbage",
    "HeadersNeverEnd",
    "Html",
    "HugeHeader",
    "Informational",
    "RateLimit",
    "RateLimits",
    "Recording",
    "Replay",
    "Request",
    "Reset",
    "SilentClose",
    "Stall",
    "SystemClock",
    "Truncate",
    "ValidationDetail",
    "VirtualClock",
    "WrongLength",
    "ZipBomb",
    "record",
    "replay",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
