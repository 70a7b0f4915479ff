"""Options that a method does not have: what was meant, and where it is set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from mistral_async._binding.arguments import expand

_FOREIGN = {
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "max_new_tokens": "max_tokens",
    "seed": "random_seed",
    "stop_sequences": "stop",
    "functions": "tools",
    "base_url": "server_url",
    "api_base": "server_url",
    "endpoint": "server_url",
    "host": "server_url",
    "default_query": "query",
    "http_client": "async_client",
    "client": "async_client",
    "retries": "retry_config",
    "max_retries": "retry_config",
    "debug": "debug_logger",
    "ssl_verify": "verify",
    "proxies": "proxy",
}
"""Options as other clients call them, and their names here."""

_SETTINGS = {
    "timeout": "timeout",
    "timeout_ms": "timeout",
    "request_timeout": "timeout",
    "retries": "retries",
    "max_retries": "retries",
    "retry_config": "retries",
    "headers": "headers",
    "extra_headers": "headers",
    "http_headers": "headers",
    "default_headers": "headers",
    "extra_body": "extra_body",
    "extra_query": "extra_query",
    "params": "extra_query",
    "default_query": "extra_query",
}
"""What is set for a view of the client and not for a call, as it is called anywhere, and `with_options` calls it."""


def without_unknown(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options without a `stream` that asks for what the method does anyway.

    Raises `TypeError` for any other that the method does not have.
    """
    unknown = [name for name in given if name not in expand(function).parameters]
    if unknown != ["stream"] or not (twin := _twin(function)):
        reject(function, given)
    streams = function.__name__.endswith("stream")
    if given["stream"] is not None and given["stream"] is not streams:
        raise TypeError(f"{function.__qualname__}() has no option 'stream': call `{twin}(...)` instead")
    return {name: value for name, value in given.items() if name != "stream"}


def reject(function: Callable[..., Any], given: Mapping[str, Any]) -> NoReturn:
    """Raise the TypeError for an option that does not exist."""
    names = [name for name in expand(function).parameters if name != "self"]
    unknown = next(name for name in given if name not in names)
    where = function.__qualname__.removesuffix(".__init__")
    raise TypeError(f"{where}() has no option {unknown!r}: {_advice(unknown, names, where)}")


def _advice(unknown: str, names: list[str], where: str) -> str:
    """Say how the option is called here, or where it is set, or which there are."""
    for name in (_FOREIGN.get(unknown), _SETTINGS.get(unknown)):
        if name in names:
            return f"it is {name!r} here"
    if unknown in _SETTINGS:
        return f"set it for a view of the client, `client.with_options({_SETTINGS[unknown]}=...)`"
    import difflib

    near = difflib.get_close_matches(unknown, names, n=1, cutoff=0.6)
    advice = f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(names)}"
    is_endpoint = "." in where and not where.endswith(".with_options")
    return f"{advice} (with_options(extra_body=...) sends what is not listed)" if is_endpoint else advice


def _twin(function: Callable[..., Any]) -> str:
    """Return the method that streams what this one gives whole, or the other way round; empty if there is none."""
    owner, _, name = function.__qualname__.rpartition(".")
    methods = dir(function.__globals__.get(owner))
    whole = ("complete", "create") if name == "stream" else (name.removesuffix("_stream"),)
    twins = whole if name.endswith("stream") else (f"{name}_stream", "stream")
    twin = next((each for each in twins if each in methods and each != name), "")
    return twin and f"{owner.lower()}.{twin}"
