"""The classes of `compat.models`: their constructors check and convert values as those of the official SDK do."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final, get_args

import msgspec
from msgspec import inspect, structs

from mistral_async._codec.dump import fields_of
from mistral_async._codec.json_decode import decode_json
from mistral_async._codec.json_types import is_array, is_mapping, is_object
from mistral_async._codec.lenient_values import struct_info
from mistral_async._codec.open_union import members_of, open_hook
from mistral_async._codec.plain import plain_argument
from mistral_async.compat._invalid import Fault, invalid
from mistral_async.compat._values import is_moment, moment_of, official
from mistral_async.compat.types import UNSET, is_unset
from mistral_async.models._model import Answer, Model
from mistral_async.models._pydantic import by_key

# Rule 1: A class of `compat.models` stands for one of `mistral_async.models`, and makes objects of that one. So what is
#   made equals what is answered, and `isinstance`, `issubclass`, `==` and dicts by class take one class for the other.
#   A class that is derived from it makes objects of its own.
# Rule 2: A field goes by its name here, by the wire's, and by that of the official SDK. Those that a class does not
#   have are ignored.
# Rule 3: A dict becomes the object that is declared in its place, a number in a text a number, bytes the text that they
#   are in UTF-8, a timestamp a `datetime`; an object of another package what it stands for. None is taken where a field
#   has a default here, and `UNSET` everywhere.
# Rule 4: What does not fit or is missing is one error with a line for each field (`_invalid`).
# Rule 5: A field that is not given is `UNSET` where a dump would give its default, a null or an empty text, for what
#   a server sent. So dumps of what a program made have what it gave, and answers all that they had.

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
_WORDS: Final = {"true": ("yes", "y", "on", "t"), "false": ("no", "n", "off", "f")}
_SWITCHES: Final = {word: value for value, words in _WORDS.items() for word in words}
_MOST_SECONDS: Final = 2e10
"""A larger timestamp is in milliseconds, as in pydantic."""
_SCALARS: Final[Mapping[type[inspect.Type], type]] = {
    inspect.StrType: str,
    inspect.IntType: int,
    inspect.FloatType: float,
    inspect.BoolType: bool,
}


class Checked(msgspec.StructMeta):
    """The class of the classes of `compat.models`."""

    def __call__(self, /, *args: Any, **fields: Any) -> Any:
        """Make an object of the class that it stands for; raises `pydantic.ValidationError` (rules 1 to 4)."""
        if args:
            fields = _with_positional(self, args, fields)
        return _made(_own(self) or super().__call__, self, fields)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, own) if (own := _own(self)) else super().__instancecheck__(instance)

    def __subclasscheck__(self, subclass: type) -> bool:
        return issubclass(subclass, own) if (own := _own(self)) else super().__subclasscheck__(subclass)

    def __setattr__(self, name: str, value: object) -> None:
        """Set an attribute of the class that it stands for, whose objects have it then."""
        type.__setattr__(_own(self) or self, name, value)

    def __delattr__(self, name: str) -> None:
        type.__delattr__(_own(self) or self, name)

    def __eq__(self, other: object) -> bool:
        return other is self or (other is not None and other is _own(self))

    def __hash__(self) -> int:
        return hash(_own(self)) if _own(self) else super().__hash__()


def _with_positional(cls: Any, args: tuple[Any, ...], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with those that are given by their places; raises `TypeError` for more than there are."""
    placed = dict(zip(cls.__match_args__, args, strict=False))
    if len(placed) < len(args) or not placed.keys().isdisjoint(fields):
        raise TypeError(f"{cls.__name__}() takes fields by their names, each once")
    return {**placed, **fields}


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
    unset = [name for name, value in values.items() if value is UNSET and name not in _required(cls)]
    if not faults:
        try:
            made = make(**{name: value for name, value in values.items() if name not in unset})
        except (TypeError, ValueError) as problem:  # of a class that checks more
            faults.append(Fault((), str(problem), given))
        else:
            for name in [*unset, *(each for each in _unset(cls) if each not in values and not getattr(made, each))]:
                setattr(made, name, UNSET)
            return official(made)
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
    lacking = [fields[name].key for name in _required(cls) if name not in values]
    faults += [Fault((), f"missing required field `{key}`", given) for key in lacking]
    return values, faults


def read_strictly(cls: Any, given: Mapping[str, Any]) -> Any:
    """Return a dict by the wire's names as an object of a class, with nothing to convert; None where it is none."""
    try:
        return msgspec.convert(given, cls, dec_hook=_strict_hook)
    except (ValueError, AttributeError):
        return None


def known_part(given: Any, made: Any) -> Any:
    """Return a value without the fields of its dicts that the objects which were made of it do not have (rule 2)."""
    if is_object(given) and isinstance(made, Model):
        names = _names(type(made))
        return {key: known_part(each, getattr(made, names[key])) for key, each in given.items() if key in names}
    if is_array(given) and is_array(made):
        return list(map(known_part, given, made))
    return given


def as_text(value: Any) -> Any:
    """Return a value with bytes as the text that they are in UTF-8; others stay bytes."""
    if isinstance(value, (bytes, bytearray)):
        with suppress(UnicodeDecodeError):
            return value.decode()
    if value.__class__ is tuple:
        value = list(value)
    if is_object(value):
        return {key: as_text(each) for key, each in value.items()}
    return list(map(as_text, value)) if is_array(value) else value


def loosely(value: Any) -> Any:
    """Return what msgspec reads a number, or yes or no, from, where pydantic takes a value for one."""
    match value:
        case str():
            text = value.strip()
            return _SWITCHES.get(text.lower(), text)
        case bool():
            return int(value)
        case float() | Decimal() if math.isfinite(value) and value == int(value):
            return int(value)
        case _:
            return value


class _Field:
    """Reads the values of a field (rule 3)."""

    def __init__(self, cls: type[msgspec.Struct], found: structs.FieldInfo, kind: inspect.Type) -> None:
        self.key, self.required = found.encode_name, found.required
        self._type, self._kind = found.type, kind
        self._is_moment = is_moment(cls, found)
        self._scalars = frozenset[type]() if self._is_moment else _scalars(kind)

    def read(self, value: Any) -> Any:
        """Return what a value is here; raises `ValueError`."""
        if type(value) in self._scalars or self._type is Any or (value is None and not self.required):
            return value
        if is_unset(value):
            return UNSET
        if self._is_moment:
            return _moment(value)
        try:
            return self._convert(value)
        except ValueError as problem:
            error = problem
        plain = as_text(plain_argument(value))
        for each in (plain, loosely(plain)):
            with suppress(ValueError):
                return self._convert(each)
        raise error

    def _convert(self, value: Any) -> Any:
        try:
            return msgspec.convert(by_key(self._kind, value), self._type, strict=False, dec_hook=_hook)
        except AttributeError:  # of what only looks like a mapping, as numbers of NumPy do
            raise ValueError(f"Expected `object`, got `{type(value).__name__}`") from None


def _scalars(kind: inspect.Type) -> frozenset[type]:
    """Return the types of Python whose values fit a type as they are."""
    kinds = kind.types if isinstance(kind, inspect.UnionType) else (kind,)
    return frozenset(_SCALARS[type(each)] for each in kinds if type(each) in _SCALARS and each == type(each)())


def _moment(value: Any) -> datetime:
    moment = moment_of(value)
    if not isinstance(moment, datetime):
        moment = moment_of(_seconds(plain_argument(value)))
    if not isinstance(moment, datetime):
        raise ValueError(f"Expected `datetime`, got `{type(value).__name__}`")  # noqa: TRY004 - as msgspec says it
    return moment


def _seconds(value: Any) -> Any:
    """Return a number, also in a text, as seconds since 1970, and a day as its begin."""
    if isinstance(value, date):
        return datetime.combine(value, time()).isoformat()
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return value
    return number / 1000 if abs(number) > _MOST_SECONDS else number


def _strict_hook(open_type: Any, value: object) -> object:
    """Return what an object of an open union is; raises `ValueError` for what has to be converted, or is none."""
    member = open_type.variants.select(value) if is_object(value) else None
    if member is None:
        raise ValueError(type(value).__name__)
    return msgspec.convert(value, member, dec_hook=_strict_hook)


def _hook(open_type: Any, value: object) -> object:
    """Return what a value of an open union is; raises `ValueError` for what can be none of its objects."""
    if "variants" not in vars(open_type):  # a class of the program's own, in a subclass of a model
        if isinstance(value, open_type):
            return value
        raise ValueError(f"Expected `{open_type.__name__}`, got `{type(value).__name__}`")
    known: Any = (dict, list, *members_of(open_type))  # some are lists over there
    if isinstance(value, known) or type(value) in get_args(open_type.union):
        return open_hook(open_type, as_text(value))
    raise ValueError(f"Expected `object`, got `{type(value).__name__}`")


@functools.cache
def _unset(cls: type[msgspec.Struct]) -> Sequence[str]:
    """Return the fields that are `UNSET` where they are not given (rule 5); an answer has none."""
    if isinstance(cls, Answer):
        return ()
    nulls = [each.name for each in fields_of(cls) if each.always and each.default is None]
    texts = [each.name for each in fields_of(cls) if each.default == "" and not (each.always or each.made)]
    return [*nulls, *texts]


@functools.cache
def _fields(cls: type[msgspec.Struct]) -> Mapping[str, _Field]:
    kinds = {each.name: each.type for each in struct_info(cls).fields}
    return {each.name: _Field(cls, each, kinds[each.name]) for each in structs.fields(cls)}


@functools.cache
def _required(cls: Any) -> tuple[str, ...]:
    return tuple(name for name, field in _fields(cls).items() if field.required)


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
