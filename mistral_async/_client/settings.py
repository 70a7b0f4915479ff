"""What a client is made with, and what a view of it changes: declared once, for both clients."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from math import inf
from numbers import Real
from sys import float_info
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from urllib.parse import SplitResult, parse_qs, urlsplit

import msgspec
from typing_extensions import TypedDict

from mistral_async._codec.counts import check_count, check_flag, check_number
from mistral_async._codec.json_types import is_object
from mistral_async._engine.accounts import Account, AccountPool, ApiKeys, accounts_of
from mistral_async._engine.answer_cache import AnswerCache, checked_cache
from mistral_async._engine.auth import Key
from mistral_async._engine.client_state import ClientState
from mistral_async._engine.engine import Engine
from mistral_async._engine.fallback import Kinds
from mistral_async._engine.gateway import Gateway
from mistral_async._engine.headers import add_headers
from mistral_async._engine.hooks import Hooks, HookSet
from mistral_async._engine.options import Options, Timeout, add_budgets, check_encoding
from mistral_async._engine.prompt_cache import checked_prompt_cache
from mistral_async._engine.request import encode_query
from mistral_async._engine.retry import RetryConfig
from mistral_async._http.certificates import warn_unverified
from mistral_async._http.network import Network
from mistral_async._http.origin import Origin
from mistral_async._http.protocol import SettingError
from mistral_async._ratelimit import Limiter, RateLimits
from mistral_async._spending.price import check_prices
from mistral_async._version import __version__
from mistral_async.errors import ConfigurationError
from mistral_async.models._fallback import Models

if TYPE_CHECKING:
    import logging
    import ssl

    import httpx

    from mistral_async._spending import Budget, Price
    from mistral_async.payloads import WorkflowEncoding

SERVERS = {
    "global": "https://api.mistral.ai",
    "eu": "https://api.eu.mistral.ai",
    "us": "https://api.us.mistral.ai",
}

ApiKey = ApiKeys

SERVER_VARIABLE = "MISTRAL_SERVER_URL"


class ClientSettings(TypedDict, total=False):
    """The arguments that both clients take besides the key."""

    server: Literal["global", "eu", "us"] | None
    """Default: `"global"`."""
    server_url: str | httpx.URL | None
    """Another server, with or without `/v1` at its end; its query is sent with every request.

    Default: the environment's `MISTRAL_SERVER_URL`, unless `server` is given.
    """
    headers: Mapping[str, str | bytes | None] | None
    """Sent with every request, in place of the client's own if they have the same name."""
    query: Mapping[str, Any] | None
    """Parameters of every request; those of a request itself go before them."""
    gateway: Gateway | None
    """What stands between the client and the models: it rewrites requests."""
    timeout_ms: float | None
    """Milliseconds for each call in all: waits, attempts and the whole of a stream. Default: no such limit."""
    timeout: Timeout | httpx.Timeout | timedelta | float | None
    """The limits of each phase, or seconds for each call in all."""
    retry_config: RetryConfig | Mapping[str, Any] | None
    """What is repeated, and how often."""
    rate_limits: RateLimits | Mapping[str, Any] | None
    """The limits of the account, of each where there are several keys. Default: learned from the API's answers."""
    async_client: httpx.AsyncClient | None
    """An httpx client to send with, instead of our own connections."""
    transport: httpx.AsyncBaseTransport | None
    """An httpx transport to send with, such as a mock."""
    debug_logger: logging.Logger | None
    """Gets the metadata of every attempt; never a key, nor (unless asked) a prompt or an answer."""
    hooks: Hooks | Sequence[Hooks] | None
    """Are told of every call and attempt, such as `OpenTelemetryHooks()`."""
    max_connections: int | None
    """The most connections of one event loop; further calls wait their turn. Default: 100."""
    keepalive_expiry: float | None
    """Seconds that an idle connection is kept. Default: 30."""
    max_answer_size: int | None
    """The most bytes of one answer: of a whole one in memory, and of what any compressed one unfolds to.

    Default: 512 MiB.
    """
    max_compression_ratio: float | None
    """The most times its compressed size that an answer of more than 16 MiB may unfold to. Default: 200."""
    verify: bool | str | os.PathLike[str] | ssl.SSLContext | None
    """A path of CA certificates, a context, or False, which warns. Default: `SSL_CERT_FILE`, else certifi's."""
    http2: bool | None
    """Use HTTP/2 (through httpx; needs the extra `http2`)."""
    budget: Budget | Sequence[Budget] | None
    """What all calls may use: one that would use more is refused before it is sent. Default: no limit."""
    prices: Mapping[str, Price] | None
    """The prices for the cost in `usage`, by model, or `KnownPrices()`. Default: those of the budget."""
    proxy: str | httpx.URL | httpx.Proxy | None
    """A proxy's URL. Default: the environment's `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`."""
    workflow_encoding: WorkflowEncoding | None
    """Encrypt, compress and offload the payloads of workflows."""
    cache: AnswerCache | Literal[False] | None
    """Where answers are kept, to be given again to calls that are the same: `MemoryCache()`, `SQLiteCache(path)`,
    `RedisCache(url)`, or a store of yours. Default: nowhere."""
    prompt_cache: Literal["auto", "off"] | None
    """`"auto"` gives completions that begin alike a `prompt_cache_key`, unless they have one: tokens that the API has
    read before cost a tenth. Default: `"off"`."""


class ViewOptions(TypedDict, total=False):
    """The settings that a view of a client changes."""

    timeout: Timeout | httpx.Timeout | timedelta | float | None
    """`Timeout`, or seconds for each call in all."""
    retries: RetryConfig | int | None
    """`RetryConfig`, or how often a call may be repeated."""
    headers: Mapping[str, str | bytes | None] | None
    """Sent besides the client's own, or in their place; None takes one away that a view before this added."""
    extra_body: Mapping[str, Any] | None
    """Keys added to every JSON body or form: what this version has no option for."""
    extra_query: Mapping[str, Any] | None
    """Parameters added to every query."""
    background: bool | None
    """Leave room for the other calls of the client, as bulk work does."""
    budget: Budget | Sequence[Budget] | None
    """What the calls of this view may use, in all; they count in the budgets of the client too."""
    log_bodies: bool | None
    """Give the `debug_logger` prompts and answers too."""
    workflow_encoding: WorkflowEncoding | None
    """Encrypt, compress and offload the payloads of workflows."""
    cache: AnswerCache | Literal[False] | None
    """Where answers are kept, to be given again to calls that are the same: `MemoryCache()`, `SQLiteCache(path)`,
    `RedisCache(url)`, or a store of yours. Default: nowhere."""
    prompt_cache: Literal["auto", "off"] | None
    """`"auto"` gives completions that begin alike a `prompt_cache_key`, unless they have one: tokens that the API has
    read before cost a tenth. Default: `"off"`."""
    key: int | None
    """The number of the key that all calls go to, where a client has several: from 1, in the order they were given."""
    fallback: Models | None
    """Models that are asked when a call's own does not answer: one, a list, or a dict of these by the model asked."""
    fallback_on: Kinds | None
    """The failures that lead to the next model. Default: all kinds but "connection".

    `"capacity"`, `"rate_limit"`, `"quota"`, `"server_error"`, `"timeout"`, `"model"` (there is none of that name),
    `"connection"`, and classes of errors.
    """


_PATH = re.compile(r"[!-~]*")
_NETWORK = (
    "async_client",
    "transport",
    "max_connections",
    "keepalive_expiry",
    "max_answer_size",
    "max_compression_ratio",
    "verify",
    "http2",
    "proxy",
)


def _check_limit(name: str, value: object, *, zero: bool = False) -> None:
    if value != inf:
        check_number(name, value, zero=zero)


def _check_methods(*methods: str, kind: str) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        if isinstance(value, type) or not all(hasattr(value, each) for each in methods):
            raise ConfigurationError(f"{name} must be {kind}, not {value!r:.40}")

    return check


def _check_client(name: str, value: Any) -> None:
    """Refuse what is no client, and a blocking one; a wrapper need not have `aclose`."""
    _check_methods("build_request", "send", kind="an httpx.AsyncClient")(name, value)
    if hasattr(value, "close") and not hasattr(value, "aclose"):
        raise ConfigurationError(f"{name} must be an httpx.AsyncClient, not a blocking client")


def _check_verify(_: str, value: object) -> None:
    if not isinstance(value, (bool, str, os.PathLike)) and not hasattr(value, "wrap_bio"):
        raise ConfigurationError(
            f"verify is True, False, a path of certificates or an ssl.SSLContext, not {value!r:.40}"
        )


_CHECKS: Final[Mapping[str, Callable[[str, Any], None]]] = {
    "max_connections": check_count,
    "keepalive_expiry": partial(_check_limit, zero=True),
    "max_answer_size": _check_limit,
    "max_compression_ratio": _check_limit,
    "http2": check_flag,
    "verify": _check_verify,
    "async_client": _check_client,
    "transport": _check_methods("handle_async_request", kind="an httpx.AsyncBaseTransport"),
    "debug_logger": _check_methods("debug", kind="a logging.Logger"),
}


def build_engine(api_key: ApiKey | None, settings: Mapping[str, Any]) -> Engine:
    """Make what a client performs with. Nothing is opened, started or read."""
    return Engine(_build_state(api_key, settings), _options(settings))


def _build_state(api_key: ApiKey | None, settings: Mapping[str, Any]) -> ClientState:
    """Make what a client and its views share; pickles of them name this function."""
    given = {key: value for key, value in settings.items() if value is not None}
    if "server_url" in given:
        given["server_url"] = str(given["server_url"])
    for name, check in _CHECKS.items():
        if name in given:
            check(name, given[name])
    if given.get("verify") is False:
        warn_unverified(stacklevel=5)  # where the client is made
    if "prices" in given:
        check_prices(given["prices"])
    accounts = accounts_of(api_key)
    if accounts is None:
        return _single_state(api_key, given, given)
    own = _settings_of(accounts[0], given)
    if len(accounts) == 1:  # its settings are the client's, in pickles too
        return _single_state(accounts[0].api_key, own, own)
    state = _single_state(accounts[0].api_key, given, own)
    members = [state, *(_beside(state, each, number, given) for number, each in enumerate(accounts[1:], 2))]
    state.share(AccountPool(accounts, members))
    return state


def _single_state(api_key: object, given: Mapping[str, Any], own: Mapping[str, Any]) -> ClientState:
    """Make the state of a client with one account, or of the first, whose settings are its `own`."""
    gateway = _checked_gateway(given.get("gateway"))
    origin, prefix, query = _address(own, gateway)
    return ClientState(
        given,
        rebuild=_build_state,
        key=_key(api_key, gateway),
        prefix=prefix,
        query=query,
        gateway=gateway,
        network=_network(origin, given),
        limiter=_limiter(own),
        logger=given.get("debug_logger"),
        hooks=HookSet.of(given.get("hooks"), origin.host, origin.port),
        agent=f"mistral-async/{__version__} python/{sys.version_info.major}.{sys.version_info.minor}",
    )


def _beside(first: ClientState, account: Account, number: int, given: Mapping[str, Any]) -> ClientState:
    """Make the state of another account of a client."""
    own = _settings_of(account, given)
    origin, prefix, query = _address(own, first.gateway)
    return first.beside(
        number,
        key=_key(account.api_key, first.gateway),
        prefix=prefix,
        query=query,
        network=first.network if origin == first.network.origin else _network(origin, given),
        limiter=_limiter(own, prefix=f"key {number}:"),
    )


def _settings_of(account: Account, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the settings of a client with those that an account has of its own."""
    own = {"server_url": account.server_url, "rate_limits": account.rate_limits}
    return {**given, **{name: value for name, value in own.items() if value is not None}}


def _key(given: Any, gateway: Gateway | None) -> Key:
    if isinstance(given, Key):
        return given
    return Key(given) if gateway is None else Key(given, variable=gateway.key_variable)


def _limiter(own: Mapping[str, Any], *, prefix: str = "") -> Limiter:
    limits = own.get("rate_limits")
    if is_object(limits):
        if unknown := limits.keys() - set(RateLimits.__struct_fields__):
            known = ", ".join(RateLimits.__struct_fields__)
            raise ConfigurationError(f"rate_limits have no {min(unknown)!r}: they take {known}")
        limits = RateLimits(**cast("Mapping[str, Any]", limits))
    if not isinstance(limits, (RateLimits, NoneType)):
        raise ConfigurationError(f"rate_limits must be RateLimits or a dict, not {type(limits).__name__}")
    return Limiter(limits, prefix=prefix)


def _address(own: Mapping[str, Any], gateway: Gateway | None) -> tuple[Origin, str, dict[str, Any]]:
    """Return the server of an account, the path before those of its endpoints, and the query of all requests."""
    origin, prefix, query = _server(own.get("server"), own.get("server_url"), gateway)
    return origin, prefix, query | _checked_query(own.get("query"))


def _network(origin: Origin, given: Mapping[str, Any]) -> Network:
    try:
        return Network(origin, **{key: given[key] for key in _NETWORK if key in given})
    except SettingError as problem:
        raise ConfigurationError(str(problem)) from None


def _checked_gateway(gateway: object) -> Gateway | None:
    if gateway is None or isinstance(gateway, Gateway):
        return gateway
    raise ConfigurationError(f"gateway must be an instance of a subclass of `Gateway`, not {gateway!r}")


def _checked_query(query: object) -> dict[str, Any]:
    """Return the parameters of every request; raises the error for what can not be sent."""
    if query is None:
        return {}
    if not isinstance(query, Mapping):
        raise ConfigurationError(f"query is a mapping of names to values, not {type(query).__name__}")
    given = {str(name): value for name, value in cast("Mapping[object, Any]", query).items()}
    encode_query(given)
    return given


def _server(server: str | None, server_url: str | None, gateway: Gateway | None) -> tuple[Origin, str, dict[str, Any]]:
    """Return the address of a server, the path before those of its endpoints, and the query of all requests."""
    if server_url is not None:
        return _parse_url(str(server_url))
    if gateway is not None and gateway.server_url is not None:
        return _parse_url(gateway.server_url)
    if server is None and (found := os.environ.get(SERVER_VARIABLE, "").strip()):
        return _parse_url(found, SERVER_VARIABLE)
    server = "global" if server is None or server == "" else server
    if not isinstance(server, str) or server not in SERVERS:  # pyright: ignore[reportUnnecessaryIsInstance] - callers without a type checker
        raise ConfigurationError(f"server must be one of {', '.join(SERVERS)}, not {server!r}; or pass server_url=")
    return _parse_url(SERVERS[server])


def _parse_url(text: str, setting: str = "server_url") -> tuple[Origin, str, dict[str, Any]]:
    """Parse a server's URL. It may end in "/v1", as other clients want it: every endpoint begins with that."""
    url = split_url(text, setting)
    bare = text.partition("?")[0]  # its query may hold a key
    if "@" in (url.netloc or bare):  # without slashes after its scheme it has no host
        raise ConfigurationError(f"{setting} takes no user and password: headers= can send them")
    if url.scheme not in {"http", "https"} or not _is_host(url.hostname) or url.fragment:
        raise ConfigurationError(f"{setting} must be like 'https://api.mistral.ai', not {bare!r}")
    if not _PATH.fullmatch(url.path):
        raise ConfigurationError(f"the path of {setting} has characters that are not percent-encoded: {bare!r}")
    origin = Origin(url.scheme, str(url.hostname), url.port or (443 if url.scheme == "https" else 80))
    query: dict[str, Any] = parse_qs(url.query, keep_blank_values=True)
    return origin, url.path.rstrip("/").removesuffix("/v1").rstrip("/"), query


def split_url(text: str, setting: str) -> SplitResult:
    """Split a server's URL into its parts; raises an error that shows no password, as that of `urlsplit` could."""
    try:
        url = urlsplit(text.strip())
        if url.port != 0:
            return url
    except ValueError:
        pass
    raise ConfigurationError(f"{setting} must be like 'https://api.mistral.ai': its host or port can not be")


def _is_host(name: str | None) -> bool:
    return bool(name) and not any(character.isspace() for character in str(name))


def _options(given: Mapping[str, Any]) -> Options:
    timeout = Timeout.of(given.get("timeout"))
    if (total := given.get("timeout_ms")) is not None:
        if isinstance(total, bool) or not isinstance(total, Real):
            raise ConfigurationError(f"timeout_ms is a number of milliseconds, not {type(total).__name__}")
        timeout = msgspec.structs.replace(
            timeout, total=Timeout.of(min(cast("float", total), float_info.max) / 1000).total
        )
    headers = add_headers((), given["headers"]) if given.get("headers") is not None else ()
    check_encoding(encoding := given.get("workflow_encoding"))
    retry = RetryConfig.of(given.get("retry_config"))
    budgets = add_budgets((), given["budget"]) if given.get("budget") is not None else ()
    return Options(
        timeout=timeout,
        retry=retry,
        headers=headers,
        workflow_encoding=encoding,
        budgets=budgets,
        cache=checked_cache(given.get("cache")),
        prompt_cache=checked_prompt_cache(given.get("prompt_cache")),
    )
