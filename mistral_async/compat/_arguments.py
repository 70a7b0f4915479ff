"""The arguments of calls, as the official SDK takes them: it checks messages, and reads texts as numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from mistral_async import models
from mistral_async._binding.arguments import place_of
from mistral_async._codec.json_types import is_array, is_object
from mistral_async._codec.plain import plain_argument
from mistral_async.compat._checked import as_text, checked, known_part, loosely, read_fields, read_strictly
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
    """Have bytes in messages and documents as text, and messages without fields that the API does not know.

    Only what is in dicts is looked at. Raises `pydantic.ValidationError` for messages that do not fit; where pydantic
    is not loaded, those are left to the API.
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
    if is_array(messages):
        options["messages"] = _messages(messages)


def _messages(messages: Iterable[Any]) -> list[Any]:
    """Return messages as they are sent; raises `pydantic.ValidationError` for those that do not fit."""
    sent: list[Any] = []
    faults: list[Fault] = []
    for index, message in enumerate(messages):
        read = message
        if is_object(message) and not _is_plain(message):
            read, problems = _read(message)
            faults += [each._replace(loc=("messages", index, *each.loc)) for each in problems]
        sent.append(read)
    if faults:
        raise invalid("messages", faults)
    return sent


def _is_plain(message: Mapping[str, Any]) -> bool:
    """Return whether a message is a role and a text, as most are."""
    return len(message) == 2 and message.get("role") in _ROLES and type(message.get("content")) is str  # noqa: PLR2004


def _read(message: Mapping[str, Any]) -> tuple[Any, list[Fault]]:
    """Return a message as it is sent, without fields that its role does not have, and what does not fit."""
    if (known := _known(message)) is not None:
        return known, []
    message = as_text(message)
    if (known := _known(message)) is not None:
        return known, []
    if "role" not in message or not is_loaded():
        return message, []
    if (cls := _class_of(message)) is None:
        return message, [Fault(("role",), f"it is none of {', '.join(_ROLES)}", message["role"])]
    _, faults = read_fields(checked(cls), message)
    sent = message if faults else checked(cls)(**message)
    return sent, [each._replace(loc=(message["role"], *each.loc)) for each in faults]


def _known(message: Mapping[str, Any]) -> Any:
    """Return a message that fits as it is, without fields that its role does not have; None for any other."""
    cls = _class_of(message)
    made = None if cls is None else read_strictly(cls, message)
    return None if made is None else known_part(message, made)


def _class_of(message: Mapping[str, Any]) -> Any:
    role = message.get("role")
    return getattr(models, _ROLES[role]) if isinstance(role, str) and role in _ROLES else None
