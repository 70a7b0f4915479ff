"""The classes of `compat.models`: their constructors check and convert values as those of the official SDK do."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, get_args

import msgspec
from msgspec import inspect, structs

from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_types import is_mapping
from mistral_async._codec.lenient_values import struct_info
from mistral_async._codec.open_union import members_of, open_hook
from mistral_async._codec.plain import plain_argument
from mistral_async.compat._invalid import Fault, invalid
from mistral_async.compat._values import is_moment, moment_of, official
from mistral_async.compat.types import is_unset
from mistral_async.models._model import Model
from mistral_async.models._pydantic import by_key

# Rule 1: A class of `compat.models` stands for one of `mistral_async.models`, and makes objects of that one. So what is
#   made equals what is answered, and `isinstance`, `issubclass`, `==` and dicts by class take one class for the other.
#   A class that is derived from it makes objects of its own.
# Rule 2: A field goes by its name here, by the wire's, and by that of the official SDK. Those that a class does not
#   have are ignored.
# Rule 3: A dict becomes the object that is declared in its place, a number in a text a number, a timestamp a
#   `datetime`; an object of another package what it stands for. None is taken where a field has a default here, and
#   `UNSET` everywhere.
# Rule 4: What does not fit or is missing is one error with a line for each field (`_invalid`).

_OFFICIAL: Final = {
    "OBJECT": "object",
    "TYPE": "type",
    "ai_mistral_turbine": "turbine",
    "bytes": "size_bytes",
    "bytes_": "bytes",
    "dollar_schema": "schema_url",
    "filter_": "filter",
    "format_": "format",
    "metadata": "metadata_",
    "schema_": "schema",
}
"""The fields that a version of the SDK has under another name, and their names here."""


class Checked(msgspec.StructMeta):
    """The class of the classes of `compat.models`."""

    def __call__(self, /, *args: Any, **fields: Any) -> Any:
        """Make an object of the class that it stands for; raises `pydantic.ValidationError` (rules 1 to 4)."""
        given = dict(zip(self.__struct_fields__, args, strict=False)) | fields
        return _made(_own(self) or super().__call__, self, given)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, own) if (own := _own(self)) else super().__instancecheck__(instance)

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, own) if (own := _own(self)) else super().__subclasscheck__(subclass)

    def __eq__(self, other: object) -> bool:
        return other is self or (other is not None and other is _own(self))

    def __hash__(self) -> int:
        return hash(_own(self)) if _own(self) else super().__hash__()


def _own(cls: type) -> Any:
    """Return the class that one stands for; None for a derived class."""
    return vars(cls).get("stands_for")


@functools.cache
def checked(own: Any) -> Any:
    """Return the class of `compat.models` that stands for one of `mistral_async.models`."""
    body = {"__module__": "mistral_async.compat.models", "__doc__": own.__doc__, "stands_for": own, **_METHODS}
    metaclass = _metaclass(own.__class__)
    return metaclass(own.__name__, (own,), body)


@functools.cache
def _metaclass(own: Any) -> Any:
    return type("Checked", (Checked, own), {})


def _model_validate(cls: Any, /, obj: Any, **_: object) -> Any:
    """Return an object made of a dict, or of another object; raises `pydantic.ValidationError`."""
    if isinstance(obj, cls):
        return obj
    values = obj if is_mapping(obj) else plain_argument(obj)
    if not is_mapping(values):
        raise invalid(cls.__name__, [Fault((), f"Expected `object`, got `{type(obj).__name__}`", obj, "model_type")])
    return cls(**{str(name): value for name, value in values.items()})


def _model_validate_json(cls: Any, /, json_data: str | bytes | bytearray, **_: object) -> Any:
    """Return an object read from JSON; raises `pydantic.ValidationError`."""
    try:
        values = decode_json(json_data.encode() if isinstance(json_data, str) else json_data)
    except (ValueError, RecursionError) as problem:
        fault = Fault((), str(problem), json_data, "json_invalid")
    else:
        return cls.model_validate(values)
    raise invalid(cls.__name__, [fault])


def _model_construct(cls: Any, /, _fields_set: object = None, **values: Any) -> Any:
    """Return an object of these values, unchecked."""
    return (_own(cls) or cls.__base__).model_construct(_fields_set, **values)


_METHODS: Final = {
    "model_validate": classmethod(_model_validate),
    "model_validate_json": classmethod(_model_validate_json),
    "model_construct": classmethod(_model_construct),
}


def _made(make: Callable[..., Any], cls: Any, given: Mapping[str, Any]) -> Any:
    """Make an object of a class of these fields."""
    values, faults = read_fields(cls, given)
    if not faults:
        try:
            return official(make(**values))
        except (TypeError, ValueError) as problem:  # of a class that checks more
            faults.append(Fault((), str(problem), given))
    raise invalid(cls.__name__, faults)


def read_fields(cls: Any, given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """Return what the fields of a class are made of these values, and what does not fit."""
    fields, names = _fields(cls), _names(cls)
    values = {names[name]: value for name, value in given.items() if name in names}
    faults: list[Fault] = []
    for name, value in values.items():
        try:
            values[name] = fields[name].read(value)
        except ValueError as problem:
            faults.append(Fault((fields[name].key,), str(problem), value))
    lacking = [field.key for name, field in fields.items() if field.required and name not in values]
    faults += [Fault((), f"missing required field `{key}`", given) for key in lacking]
    return values, faults


class _Field:
    """Reads the values of a field (rule 3)."""

    def __init__(self, cls: type[msgspec.Struct], found: structs.FieldInfo, kind: inspect.Type) -> None:
        self.key, self.required = found.encode_name, found.required
        self._type, self._kind = found.type, kind
        self._is_moment = is_moment(cls, found)

    def read(self, value: Any) -> Any:
        """Return what a value is here; raises `ValueError`."""
        if self._type is Any or (value is None and not self.required) or is_unset(value):
            return value
        if self._is_moment:
            return _moment(value)
        try:
            return self._convert(value)
        except ValueError as problem:
            error = problem
        try:
            return self._convert(int(value) if isinstance(value, bool) else plain_argument(value))
        except ValueError:
            raise error from None

    def _convert(self, value: Any) -> Any:
        return msgspec.convert(by_key(self._kind, value), self._type, strict=False, dec_hook=_hook)


def _moment(value: Any) -> datetime:
    moment = moment_of(value)
    if not isinstance(moment, datetime):
        raise ValueError(f"Expected `datetime`, got `{type(value).__name__}`")  # noqa: TRY004 - as msgspec says it
    return moment


def _hook(open_type: Any, value: object) -> object:
    """Return what a value of an open union is; raises `ValueError` for what can be none of its objects."""
    if "variants" not in vars(open_type):  # a class of the program's own, in a subclass of a model
        if isinstance(value, open_type):
            return value
        raise ValueError(f"Expected `{open_type.__name__}`, got `{type(value).__name__}`")
    known: Any = (dict, list, *members_of(open_type))  # some are lists over there
    if isinstance(value, known) or type(value) in get_args(open_type.union):
        return open_hook(open_type, value)
    raise ValueError(f"Expected `object`, got `{type(value).__name__}`")


@functools.cache
def _fields(cls: type[msgspec.Struct]) -> Mapping[str, _Field]:
    kinds = {each.name: each.type for each in struct_info(cls).fields}
    return {each.name: _Field(cls, each, kinds[each.name]) for each in structs.fields(cls)}


@functools.cache
def _names(cls: Any) -> Mapping[str, str]:
    """Return the names of the fields by each of their names (rule 2)."""
    fields = {each.name: each.encode_name for each in structs.fields(cls)}
    theirs = {name: own for name, own in _OFFICIAL.items() if own in fields}
    older: Mapping[str, str] = getattr(cls, "older_names", {})
    return {**theirs, **older, **{key: name for name, key in fields.items()}, **{name: name for name in fields}}


def _add_names(cls: Any) -> None:
    """Have the fields of a class read and set by their names in the official SDK."""
    own: Mapping[str, Any] = getattr(cls, "__annotations__", {})
    for theirs, name in _OFFICIAL.items():
        if name in own and theirs not in own and not hasattr(cls, theirs):
            setattr(cls, theirs, _property(name))


@functools.cache
def _property(name: str) -> property:
    return property(attrgetter(name), lambda model, value: setattr(model, name, value), doc=f"`{name}`.")


def _init_subclass(cls: Any, /, **options: Any) -> None:
    super(Model, cls).__init_subclass__(**options)
    _add_names(cls)


def _add_to_subclasses(cls: type[Any]) -> None:
    for each in type.__subclasses__(cls):
        _add_names(each)
        _add_to_subclasses(each)


_base: Any = Model
_base.__init_subclass__ = classmethod(_init_subclass)  # for classes that are loaded later
_add_to_subclasses(Model)
