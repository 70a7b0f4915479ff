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
            "AccessToken": "mistral_async._engine.access_token",
            "Account": "mistral_async._engine.accounts",
            "AnswerCache": "mistral_async._engine.answer_cache",
            "Attempt": "mistral_async._codec.attempt",
            "BackoffStrategy": "mistral_async._engine.retry",
            "Budget": "mistral_async._spending",
            "BudgetState": "mistral_async._spending",
            "BudgetStatistics": "mistral_async._spending",
            "Call": "mistral_async._engine.request",
            "CallContext": "mistral_async._engine.hooks",
            "CallStatistics": "mistral_async._engine.statistics",
            "Calls": "mistral_async._client.resources",
            "ClientContext": "mistral_async._engine.hooks",
            "ClientStatistics": "mistral_async._engine.statistics",
            "ConnectionStatistics": "mistral_async._http.statistics",
            "Download": "mistral_async._engine.request",
            "Err": "mistral_async.bulk",
            "Gateway": "mistral_async._engine.gateway",
            "Hooks": "mistral_async._engine.hooks",
            "KnownPrices": "mistral_async._spending",
            "LearningStore": "mistral_async._ratelimit",
            "LimitStatistics": "mistral_async._ratelimit",
            "LimitStore": "mistral_async._ratelimit",
            "LimiterStatistics": "mistral_async._ratelimit",
            "MemoryCache": "mistral_async._engine.answer_cache",
            "Mistral": "mistral_async._client.client",
            "MistralAzure": "mistral_async._client.azure",
            "MistralError": "mistral_async.errors",
            "MistralGCP": "mistral_async._client.gcp",
            "ModelDeprecationWarning": "mistral_async._engine.deprecation",
            "ModelStatistics": "mistral_async._ratelimit",
            "ModelUsage": "mistral_async._spending",
            "Ok": "mistral_async.bulk",
            "Pages": "mistral_async._engine.request",
            "Price": "mistral_async._spending",
            "RateLimit": "mistral_async._codec.rate_limit_headers",
            "RateLimitStatus": "mistral_async._codec.rate_limit_headers",
            "RateLimits": "mistral_async._ratelimit",
            "RedisCache": "mistral_async._engine.redis_cache",
            "RedisStore": "mistral_async._ratelimit.redis",
            "Request": "mistral_async._engine.request",
            "Response": "mistral_async._engine.response",
            "RetryConfig": "mistral_async._engine.retry",
            "RetrySafety": "mistral_async._engine.request",
            "RetryStatistics": "mistral_async._engine.statistics",
            "SQLiteCache": "mistral_async._engine.sqlite_cache",
            "SQLiteStore": "mistral_async._ratelimit",
            "Spending": "mistral_async._spending",
            "Stream": "mistral_async._engine.request",
            "SyncMistral": "mistral_async._client.client",
            "SyncMistralAzure": "mistral_async._client.azure",
            "SyncMistralGCP": "mistral_async._client.gcp",
            "Timeout": "mistral_async._engine.options",
            "Transport": "mistral_async._http.httpx_wire.transport",
            "Unknown": "mistral_async._codec.open_union",
            "Usage": "mistral_async._spending",
            "calls": "mistral_async._client.resources",
        },
        elsewhere=("mistral_async.models", "mistral_async.errors"),
    )
