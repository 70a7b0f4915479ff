"""The arguments of calls, as the official SDK takes them: it checks messages, and reads texts as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from mistral_async import models
from mistral_async._binding.arguments import place_of
from mistral_async._codec.json_types import is_array, is_object
from mistral_async._codec.plain import plain_argument
from mistral_async.compat._checked import as_text, checked, fits, loosely, read_fields
from mistral_async.compat._invalid import Fault, invalid, is_loaded
from mistral_async.compat._names import parameters

_ROLES: Final = {
    "system": "SystemMessage",
    "user": "UserMessage",
    "assistant": "AssistantMessage",
    "tool": "ToolMessage",
}
_WITH_TEXTS: Final = frozenset({"inputs", "document", "requests"})
_READ: Final = _WITH_TEXTS | {"messages"}
_NUMBERS: Final = {"int": int, "float": float, "bool": bool}


def perform(
    call: Callable[..., Any], endpoint: Callable[..., Any], args: tuple[Any, ...], options: Mapping[str, Any]
) -> Any:
    """Call an endpoint's method; an option that should be a number, and can be read as one, is read as one."""
    while True:
        try:
            return call(*args, **options)
        except TypeError as error:
            options = {**options, **_number(error, endpoint, options)}


def _number(error: TypeError, endpoint: Callable[..., Any], options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the option that an error is about as the number that it should be; raises the error where it is none."""
    match place_of(error):
        case [str(name)] if name in options:
            value = options[name]
        case _:
            raise error
    for kind in str(parameters(endpoint)[name].annotation).split(" | "):
        if kind in _NUMBERS and type(value) is not _NUMBERS[kind]:
            try:
                return {name: msgspec.convert(loosely(plain_argument(value)), _NUMBERS[kind], strict=False)}
            except msgspec.ValidationError:
                continue
    raise error


def read_bodies(options: dict[str, Any]) -> None:
    """Have bytes in messages and documents as text; raises `pydantic.ValidationError` for messages that do not fit.

    Only what is in dicts is looked at; where pydantic is not loaded, what does not fit is left to the API.
    """
    for name in _READ & options.keys():
        if options[name].__class__ is tuple:
            options[name] = list(options[name])
    for name in _WITH_TEXTS & options.keys():
        value = options[name]
        if is_array(value):
            options[name] = [as_text(each) if isinstance(each, (dict, list)) else each for each in value]
        elif is_object(value):
            options[name] = as_text(value)
    messages = options.get("messages")
    if not is_array(messages):
        return
    odd = {index: as_text(each) for index, each in enumerate(messages) if is_object(each) and not _fits(each)}
    if odd:
        options["messages"] = [odd.get(index, each) for index, each in enumerate(messages)]
    if odd and is_loaded():
        _check(odd)


def _check(messages: Mapping[int, Mapping[str, Any]]) -> None:
    """Raise `pydantic.ValidationError` for messages that do not fit, each by its place."""
    faults: list[Fault] = []
    for index, message in messages.items():
        if "role" in message:
            faults += [each._replace(loc=("messages", index, *each.loc)) for each in _faults(message)]
    if faults:
        raise invalid("messages", faults)


def _fits(message: Mapping[str, Any]) -> bool:
    """Return whether a message is what its role takes; most are a role and a text."""
    role: Any = message.get("role")
    if not isinstance(role, str) or role not in _ROLES:
        return False
    is_plain = len(message) == 2 and type(message.get("content")) is str  # noqa: PLR2004
    return is_plain or fits(getattr(models, _ROLES[role]), message)


def _faults(message: Mapping[str, Any]) -> list[Fault]:
    role: Any = message["role"]
    if not isinstance(role, str) or role not in _ROLES:
        return [Fault(("role",), f"it is none of {', '.join(_ROLES)}", role)]
    _, faults = read_fields(checked(getattr(models, _ROLES[role])), message)
    return [each._replace(loc=(role, *each.loc)) for each in faults]
