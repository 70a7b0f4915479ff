"""A fake Mistral server on a real socket, with the real headers, errors and event streams, and faults on demand.

```python
async with FakeMistral() as server:
    client = Mistral(server.api_key, server_url=server.url)
    server.fail(429)
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mistral_async._lazy import lazy

if TYPE_CHECKING:
    from mistral_async.testing._cassette import CassetteError as CassetteError
    from mistral_async.testing._cassette import Recording as Recording
    from mistral_async.testing._cassette import Replay as Replay
    from mistral_async.testing._cassette import record as record
    from mistral_async.testing._cassette import replay as replay
    from mistral_async.testing._clock import Clock as Clock
    from mistral_async.testing._clock import SystemClock as SystemClock
    from mistral_async.testing._clock import VirtualClock as VirtualClock
    from mistral_async.testing._effects import Connections as Connections
    from mistral_async.testing._effects import Effect as Effect
    from mistral_async.testing._effects import Effects as Effects
    from mistral_async.testing._errors import ValidationDetail as ValidationDetail
    from mistral_async.testing._faults import BadChunk as BadChunk
    from mistral_async.testing._faults import BadGzip as BadGzip
    from mistral_async.testing._faults import CloseFrame as CloseFrame
    from mistral_async.testing._faults import ConnectionClose as ConnectionClose
    from mistral_async.testing._faults import Cut as Cut
    from mistral_async.testing._faults import Delay as Delay
    from mistral_async.testing._faults import Drip as Drip
    from mistral_async.testing._faults import EmptyBody as EmptyBody
    from mistral_async.testing._faults import Fault as Fault
    from mistral_async.testing._faults import Fragments as Fragments
    from mistral_async.testing._faults import Garbage as Garbage
    from mistral_async.testing._faults import HeadersNeverEnd as HeadersNeverEnd
    from mistral_async.testing._faults import Html as Html
    from mistral_async.testing._faults import HugeHeader as HugeHeader
    from mistral_async.testing._faults import Informational as Informational
    from mistral_async.testing._faults import Inject as Inject
    from mistral_async.testing._faults import NoPong as NoPong
    from mistral_async.testing._faults import Reset as Reset
    from mistral_async.testing._faults import SilentClose as SilentClose
    from mistral_async.testing._faults import SlowReader as SlowReader
    from mistral_async.testing._faults import Stall as Stall
    from mistral_async.testing._faults import Truncate as Truncate
    from mistral_async.testing._faults import WrongLength as WrongLength
    from mistral_async.testing._faults import ZipBomb as ZipBomb
    from mistral_async.testing._limits import RateLimit as RateLimit
    from mistral_async.testing._limits import RateLimits as RateLimits
    from mistral_async.testing._pcm import spoken as spoken
    from mistral_async.testing._request import Request as Request
    from mistral_async.testing._server import FakeMistral as FakeMistral
    from mistral_async.testing._websocket_log import Close as Close
    from mistral_async.testing._websocket_log import WebSocketLog as WebSocketLog
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "mistral_async.testing._cassette": "CassetteError Recording Replay record replay",
            "mistral_async.testing._clock": "Clock SystemClock VirtualClock",
            "mistral_async.testing._effects": "Connections Effect Effects",
            "mistral_async.testing._errors": "ValidationDetail",
            "mistral_async.testing._faults": """
                BadChunk BadGzip CloseFrame ConnectionClose Cut Delay Drip EmptyBody Fault Fragments Garbage
                HeadersNeverEnd Html HugeHeader Informational Inject NoPong Reset SilentClose SlowReader Stall Truncate
                WrongLength ZipBomb
            """,
            "mistral_async.testing._limits": "RateLimit RateLimits",
            "mistral_async.testing._pcm": "spoken",
            "mistral_async.testing._request": "Request",
            "mistral_async.testing._server": "FakeMistral",
            "mistral_async.testing._websocket_log": "Close WebSocketLog",
        },
    )
