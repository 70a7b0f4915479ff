"""The arguments of calls, as the official SDK takes them: it checks messages, and reads texts as numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from mistral_async import models
from mistral_async._binding.arguments import place_of
from mistral_async._codec.json_types import is_array, is_object
from mistral_async.compat._checked import checked, read_fields
from mistral_async.compat._invalid import Fault, invalid, is_loaded
from mistral_async.compat._names import parameters

_ROLES: Final = {
    "system": "SystemMessage",
    "user": "UserMessage",
    "assistant": "AssistantMessage",
    "tool": "ToolMessage",
}
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
                return {name: msgspec.convert(value, _NUMBERS[kind], strict=False)}
            except msgspec.ValidationError:
                continue
    raise error


def check_messages(options: Mapping[str, Any]) -> None:
    """Raise `pydantic.ValidationError` for messages in dicts that do not fit; where pydantic is not loaded, nothing."""
    messages = options.get("messages")
    if not is_array(messages) or not is_loaded():
        return
    faults: list[Fault] = []
    for index, message in enumerate(messages):
        if is_object(message) and "role" in message and not _is_plain(message):
            faults += [each._replace(loc=("messages", index, *each.loc)) for each in _faults(message)]
    if faults:
        raise invalid("messages", faults)


def _is_plain(message: Mapping[str, Any]) -> bool:
    """Return whether a message is a role and a text, as most are."""
    return len(message) == 2 and type(message.get("content")) is str and message["role"] in _ROLES  # noqa: PLR2004


def _faults(message: Mapping[str, Any]) -> list[Fault]:
    role: Any = message["role"]
    if not isinstance(role, str) or role not in _ROLES:
        return [Fault(("role",), f"it is none of {', '.join(_ROLES)}", role)]
    _, faults = read_fields(checked(getattr(models, _ROLES[role])), message)
    return [each._replace(loc=(role, *each.loc)) for each in faults]
