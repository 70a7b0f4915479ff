"""The async client for the Mistral AI API: asyncio and trio, fast, and nothing is lost.

Importing this loads neither httpx, anyio nor msgspec: every name loads its module on first use.
"""

from __future__ import annotations

from mistral_async._lazy import lazy
from mistral_async._version import __version__ as __version__

TYPE_CHECKING = False  # as type checkers know it; importing `typing` would cost more than all of this
if TYPE_CHECKING:
    from mistral_async._client import Mistral as Mistral
    from mistral_async._client import SyncMistral as SyncMistral
    from mistral_async._hooks import CallContext as CallContext
    from mistral_async._hooks import Hooks as Hooks
    from mistral_async._limits import LimitStore as LimitStore
    from mistral_async._limits import RateLimit as RateLimit
    from mistral_async._limits import RateLimits as RateLimits
    from mistral_async._limits import RateLimitStatus as RateLimitStatus
    from mistral_async._limits import SQLiteStore as SQLiteStore
    from mistral_async._open import Unknown as Unknown
    from mistral_async._options import Timeout as Timeout
    from mistral_async._request import Call as Call
    from mistral_async._request import Download as Download
    from mistral_async._request import Pages as Pages
    from mistral_async._request import Stream as Stream
    from mistral_async._response import Attempt as Attempt
    from mistral_async._response import Response as Response
    from mistral_async._retry import BackoffStrategy as BackoffStrategy
    from mistral_async._retry import RetryConfig as RetryConfig
    from mistral_async._tree import Calls as Calls
    from mistral_async._tree import calls as calls
    from mistral_async._wire._transport import Transport as Transport
    from mistral_async.bulk import Err as Err
    from mistral_async.bulk import Ok as Ok
    from mistral_async.errors import MistralError as MistralError
    from mistral_async.integrations._redis_limits import RedisStore as RedisStore
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "_client": "Mistral SyncMistral",
            "_hooks": "CallContext Hooks",
            "_limits": "LimitStore RateLimit RateLimitStatus RateLimits SQLiteStore",
            "_open": "Unknown",
            "_options": "Timeout",
            "_request": "Call Download Pages Stream",
            "_response": "Attempt Response",
            "_retry": "BackoffStrategy RetryConfig",
            "_tree": "Calls calls",
            "mistral_async._wire._transport": "Transport",
            "bulk": "Err Ok",
            "errors": "MistralError",
            "mistral_async.integrations._redis_limits": "RedisStore",
        },
    )
