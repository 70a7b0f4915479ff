"""The base of every Struct of the API."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import inspect

from mistral_async._codec.dump import DumpOptions, dump
from mistral_async._codec.json_encode import encode_any
from mistral_async._codec.json_types import JSONObject, is_array, is_object
from mistral_async._codec.lenient_values import struct_info
from mistral_async._codec.open_union import open_hook
from mistral_async._codec.secret_fields import secret_names
from mistral_async._codec.shown import Shown
from mistral_async.models._pydantic import by_key
from mistral_async.models._pydantic_v1 import Pydantic1Methods


class Model(Shown, Pydantic1Methods, msgspec.Struct, omit_defaults=True):
    """An object of the API. Attributes are the wire's keys (camelCase in snake case); what was not set is not sent.

    Its repr shows what is not a default, and says how much more there is; `to_dict()` has everything.
    """

    def to_dict(self) -> JSONObject:
        """Return the object as plain dicts, lists and scalars, with all that the server sent.

        Of null and empty lists those are given that answers always have: see `model_dump`.
        """
        return dump(self, DumpOptions())  # type: ignore[no-any-return]  # a Struct is always a dict

    def to_json(self) -> bytes:
        """Return `to_dict()` as JSON; numbers that JSON does not have (NaN) are null."""
        return encode_any(self.to_dict())


class SecretModel(Model):
    """An object with a secret: it is an attribute like any other, and no repr shows it (rule 1 of `secret_fields`)."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Return what a repr shows: all fields, with `***` for a secret."""
        fields = {name: getattr(self, name, None) for name in self.__struct_fields__}  # one half made has none
        return list((fields | dict.fromkeys(secret_names(fields), "***")).items())


class Renamed(msgspec.StructMeta):
    """Has the constructor of a Struct take fields by older names too: `older_names = {"file": "file_id"}`."""

    older_names: Mapping[str, str]

    if not TYPE_CHECKING:  # type checkers read the constructor of the Struct

        def __call__(self, *args: Any, **fields: Any) -> Any:
            """Make the Struct, of fields by either name."""
            return super().__call__(
                *args, **{self.older_names.get(name, name): value for name, value in fields.items()}
            )


class Answer(msgspec.StructMeta):
    """Has the constructor of an answer read dicts inside, and ignore names that it does not know, as decoding does.

    `ChatCompletionResponse(**cached)` is what `model_validate(cached)` is.
    """

    if not TYPE_CHECKING:  # type checkers read the constructor of the Struct

        def __call__(self, *args: Any, **fields: Any) -> Any:
            """Make the Struct, of fields by their names or keys; dicts that do not fit stay what they are."""
            names = _names(self)
            known = {names[name]: _read(self, names[name], value) for name, value in fields.items() if name in names}
            return super().__call__(*args, **known)


def _read(cls: type[msgspec.Struct], name: str, value: Any) -> Any:
    """Return a field's value with what is declared in the place of dicts."""
    if not (is_object(value) or (is_array(value) and any(map(is_object, value)))):
        return value
    declared, kind = _types(cls)[name]
    try:
        return msgspec.convert(by_key(kind, value), declared, strict=False, dec_hook=open_hook)
    except msgspec.ValidationError:
        return value


@functools.cache
def _names(cls: type[msgspec.Struct]) -> Mapping[str, str]:
    """Return the names of the fields, by these and by their keys."""
    fields = msgspec.structs.fields(cls)
    return {each.encode_name: each.name for each in fields} | {each.name: each.name for each in fields}


@functools.cache
def _types(cls: type[msgspec.Struct]) -> Mapping[str, tuple[Any, inspect.Type]]:
    """Return the types of the fields, and what msgspec knows of them."""
    known = {each.name: each.type for each in struct_info(cls).fields}
    return {each.name: (each.type, known[each.name]) for each in msgspec.structs.fields(cls)}


class Moment:
    """The `datetime` (UTC) beside a timestamp that stays what the wire has: seconds since 1970, or ISO 8601."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.__doc__ = f"`{field}` as a datetime in UTC, or None."

    def __get__(self, instance: object, owner: type) -> datetime | None:
        """Read it from the field; what is not a timestamp is None."""
        match getattr(instance, self.field, None):
            case bool() | None:
                return None
            case int() | float() as seconds:
                return _from_seconds(seconds)
            case str() as text:
                return _from_iso(text)
            case _:
                return None


def _from_seconds(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _from_iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
