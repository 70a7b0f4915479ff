"""The official SDK's names for parameters and groups, where they differ from those of the endpoints."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, Final

from mistral_async.models._model import Model

GROUPS: Final = {"events": ("workflows", "events")}
"""Groups that have a second name."""

FOR_ONE_CALL: Final = ("retries", "server_url", "timeout_ms", "http_headers")
"""The options that every method has."""

DEFAULTS: Final[Mapping[tuple[str, ...], Mapping[str, object]]] = {("files", "upload"): {"check": False}}
"""Options of methods that do here what they do in the official SDK, which does not look into files."""

_WITHOUT_422: Final = (
    *(("files",), ("batch",), ("fine_tuning",), ("responses",), ("audio", "transcriptions"), ("beta", "prompts")),
    *(("models", name) for name in ("update", "archive", "unarchive")),
)
"""The beginnings of paths of the methods for which the official SDK has no error of its own for a 422."""

_RENAMED: Final = {
    "sort_direction_query_parameter": "sort_field_direction",
    "sort_direction_query_parameter1": "sort_direction",
}

_BODIES: Final = ("request", "request_body", "evaluation_run_filter_input")
"""Parameters that are a whole body, whose fields an endpoint has as parameters."""

_CONSTANTS: Final = frozenset({"purpose"})
"""Fields of a whole body that are always the same, and that the endpoint sends by itself."""


def class_name(path: tuple[str, ...]) -> str:
    """Return the name of the class of a group: `FineTuning` for `fine_tuning`."""
    return "".join(part.title() for part in path[-1].split("_"))


def has_own_422(path: tuple[str, ...]) -> bool:
    """Return whether a 422 of a method is a `HTTPValidationError`, and no `SDKError`."""
    return not any(path[: len(each)] == each for each in _WITHOUT_422)


def own_name(name: str, known: Mapping[str, object]) -> str:
    """Return the endpoint's name for a parameter: keywords and built-in names have an underscore at their end."""
    if name in known:
        return name
    renamed = _RENAMED.get(name, name.rstrip("_"))
    return renamed if renamed in known else name


def own_options(options: Mapping[str, Any], endpoint: Callable[..., Any]) -> dict[str, Any]:
    """Rename the options as the endpoint calls them; those of a whole body (`request`) become options themselves."""
    known = parameters(endpoint)
    for name in _BODIES:
        if name in options and name not in known:
            body: Any = options[name]
            fields: dict[str, Any] = body.to_dict() if isinstance(body, Model) else body
            rest = {key: value for key, value in options.items() if key != name}
            options = {**rest, **{key: value for key, value in fields.items() if key in known or key not in _CONSTANTS}}
    return {own_name(name, known): value for name, value in options.items()}


def parameters(endpoint: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """Return what an endpoint takes."""
    return _signature(getattr(endpoint, "__func__", endpoint)).parameters


def official_signature(endpoint: Callable[..., Any], *, stream: bool | None) -> inspect.Signature:
    """Return what the method of a group takes: an endpoint's parameters, and those that the official SDK adds.

    `stream` is the default of that parameter, False where there may be streams; None where there are none.
    """
    return _with_options(getattr(endpoint, "__func__", endpoint), stream=stream)


@functools.cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)


@functools.cache
def _with_options(function: Callable[..., Any], *, stream: bool | None) -> inspect.Signature:
    known = [each for name, each in _signature(function).parameters.items() if name != "self"]
    bound = inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY)
    defaults = {**({} if stream is None else {"stream": stream}), **dict.fromkeys(FOR_ONE_CALL)}
    taken = {each.name for each in known}
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
        for name, default in defaults.items()
        if name not in taken
    ]
    return inspect.Signature([bound, *known, *added])
