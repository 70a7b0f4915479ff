"""The async client for the Mistral AI API: asyncio and trio, fast, and nothing is lost.

Importing this loads neither httpx, anyio nor msgspec: every name loads its module on first use.
"""

from __future__ import annotations

from mistral_async._lazy import lazy
from mistral_async._version import __version__ as __version__

__path__.append(f"{__path__[0]}/_moved")  # where pickles of 0.1 find what has moved; searched last

TYPE_CHECKING = False  # as type checkers know it; importing `typing` would cost more than all of this
if TYPE_CHECKING:
    from mistral_async._client.azure import MistralAzure as MistralAzure
    from mistral_async._client.azure import SyncMistralAzure as SyncMistralAzure
    from mistral_async._client.client import Mistral as Mistral
    from mistral_async._client.client import SyncMistral as SyncMistral
    from mistral_async._client.gcp import MistralGCP as MistralGCP
    from mistral_async._client.gcp import SyncMistralGCP as SyncMistralGCP
    from mistral_async._client.resources import Calls as Calls
    from mistral_async._client.resources import calls as calls
    from mistral_async._codec.attempt import Attempt as Attempt
    from mistral_async._codec.open_union import Unknown as Unknown
    from mistral_async._codec.rate_limit_headers import RateLimit as RateLimit
    from mistral_async._codec.rate_limit_headers import RateLimitStatus as RateLimitStatus
    from mistral_async._engine.access_token import AccessToken as AccessToken
    from mistral_async._engine.accounts import Account as Account
    from mistral_async._engine.answer_cache import AnswerCache as AnswerCache
    from mistral_async._engine.answer_cache import MemoryCache as MemoryCache
    from mistral_async._engine.deprecation import ModelDeprecationWarning as ModelDeprecationWarning
    from mistral_async._engine.gateway import Gateway as Gateway
    from mistral_async._engine.hooks import CallContext as CallContext
    from mistral_async._engine.hooks import ClientContext as ClientContext
    from mistral_async._engine.hooks import Hooks as Hooks
    from mistral_async._engine.options import Timeout as Timeout
    from mistral_async._engine.redis_cache import RedisCache as RedisCache
    from mistral_async._engine.request import Call as Call
    from mistral_async._engine.request import Download as Download
    from mistral_async._engine.request import Pages as Pages
    from mistral_async._engine.request import Request as Request
    from mistral_async._engine.request import RetrySafety as RetrySafety
    from mistral_async._engine.request import Stream as Stream
    from mistral_async._engine.response import Response as Response
    from mistral_async._engine.retry import BackoffStrategy as BackoffStrategy
    from mistral_async._engine.retry import RetryConfig as RetryConfig
    from mistral_async._engine.sqlite_cache import SQLiteCache as SQLiteCache
    from mistral_async._engine.statistics import CallStatistics as CallStatistics
    from mistral_async._engine.statistics import ClientStatistics as ClientStatistics
    from mistral_async._engine.statistics import RetryStatistics as RetryStatistics
    from mistral_async._http.httpx_wire.transport import Transport as Transport
    from mistral_async._http.statistics import ConnectionStatistics as ConnectionStatistics
    from mistral_async._ratelimit import LearningStore as LearningStore
    from mistral_async._ratelimit import LimiterStatistics as LimiterStatistics
    from mistral_async._ratelimit import LimitStatistics as LimitStatistics
    from mistral_async._ratelimit import LimitStore as LimitStore
    from mistral_async._ratelimit import ModelStatistics as ModelStatistics
    from mistral_async._ratelimit import RateLimits as RateLimits
    from mistral_async._ratelimit import SQLiteStore as SQLiteStore
    from mistral_async._ratelimit.redis import RedisStore as RedisStore
    from mistral_async._spending import Budget as Budget
    from mistral_async._spending import BudgetState as BudgetState
    from mistral_async._spending import BudgetStatistics as BudgetStatistics
    from mistral_async._spending import KnownPrices as KnownPrices
    from mistral_async._spending import ModelUsage as ModelUsage
    from mistral_async._spending import Price as Price
    from mistral_async._spending import Spending as Spending
    from mistral_async._spending import Usage as Usage
    from mistral_async.bulk import Err as Err
    from mistral_async.bulk import Ok as Ok
    from mistral_async.errors import MistralError as MistralError
else:
    __getattr__, __dir__, __all__ = lazy(
        __name__,
        {
            "mistral_async._client.azure": "MistralAzure SyncMistralAzure",
            "mistral_async._client.client": "Mistral SyncMistral",
            "mistral_async._client.gcp": "MistralGCP SyncMistralGCP",
            "mistral_async._client.resources": "Calls calls",
            "mistral_async._codec.attempt": "Attempt",
            "mistral_async._codec.open_union": "Unknown",
            "mistral_async._codec.rate_limit_headers": "RateLimit RateLimitStatus",
            "mistral_async._engine.access_token": "AccessToken",
            "mistral_async._engine.accounts": "Account",
            "mistral_async._engine.answer_cache": "AnswerCache MemoryCache",
            "mistral_async._engine.deprecation": "ModelDeprecationWarning",
            "mistral_async._engine.gateway": "Gateway",
            "mistral_async._engine.hooks": "CallContext ClientContext Hooks",
            "mistral_async._engine.options": "Timeout",
            "mistral_async._engine.redis_cache": "RedisCache",
            "mistral_async._engine.request": "Call Download Pages Request RetrySafety Stream",
            "mistral_async._engine.response": "Response",
            "mistral_async._engine.retry": "BackoffStrategy RetryConfig",
            "mistral_async._engine.sqlite_cache": "SQLiteCache",
            "mistral_async._engine.statistics": "CallStatistics ClientStatistics RetryStatistics",
            "mistral_async._http.httpx_wire.transport": "Transport",
            "mistral_async._http.statistics": "ConnectionStatistics",
            "mistral_async._ratelimit": """
                LearningStore LimitStatistics LimitStore LimiterStatistics ModelStatistics RateLimits SQLiteStore
            """,
            "mistral_async._ratelimit.redis": "RedisStore",
            "mistral_async._spending": """
                Budget BudgetState BudgetStatistics KnownPrices ModelUsage Price Spending Usage
            """,
            "mistral_async.bulk": "Err Ok",
            "mistral_async.errors": "MistralError",
        },
        elsewhere=("mistral_async.models", "mistral_async.errors"),
    )
