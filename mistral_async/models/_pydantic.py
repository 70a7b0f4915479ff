"""The methods of pydantic's models that programs call on objects of the official SDK."""

from __future__ import annotations

import copy
import functools
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self, TypeVar, cast

import msgspec
from msgspec import inspect

from mistral_async._codec.dump import DumpOptions, Selection, dump, fields_of
from mistral_async._codec.json_encode import encode_any, to_builtins
from mistral_async._codec.json_types import JSONObject, is_array, is_mapping
from mistral_async._codec.lenient_values import struct_info
from mistral_async._codec.open_union import members_of, open_hook
from mistral_async._codec.plain import IS_SENT, plain

if TYPE_CHECKING:
    from pydantic_core import CoreSchema
    from pydantic_core.core_schema import SerializationInfo

T = TypeVar("T")

_REFERENCE = "#/$defs/{name}"


class ModelField(msgspec.Struct, frozen=True):
    """A field of a model: of what pydantic's `FieldInfo` has, what is known of it."""

    annotation: Any
    default: Any
    """What it is where it is not given; `...` where it has to be."""
    alias: str | None
    """Its name on the wire, where that is another one."""

    def is_required(self) -> bool:
        """Return whether it has to be given."""
        return self.default is ...


class OfClass:
    """A property of a class and of its instances alike."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    def __get__(self, instance: object, owner: type) -> Any:
        return self._read(owner) if isinstance(owner, msgspec.StructMeta) else self


class _Serializer:
    """The serializer of pydantic for fields that may hold anything; there is none while pydantic is not loaded."""

    def __get__(self, instance: object, owner: type) -> Any:
        """Return the serializer that all models have."""
        if "pydantic_core" not in sys.modules:
            raise AttributeError("__pydantic_serializer__")
        return _serializer()


@functools.cache
def _serializer() -> Any:
    from pydantic_core import SchemaSerializer, core_schema

    return SchemaSerializer(core_schema.any_schema(serialization=_serialization()))


def _serialization() -> Any:
    from pydantic_core import core_schema

    return core_schema.plain_serializer_function_ser_schema(_serialized, info_arg=True)


@functools.cache
def _model_fields(cls: Any) -> Mapping[str, ModelField]:
    defaults = {each.name: each for each in fields_of(cls)}
    return {
        each.name: ModelField(
            each.type,
            ... if each.required else defaults[each.name].default,
            each.encode_name if each.encode_name != each.name else None,
        )
        for each in msgspec.structs.fields(cls)
    }


class PydanticMethods:
    """The methods of pydantic's models. They need no pydantic, which only has models with fields of this class."""

    __slots__ = ()

    @classmethod
    def always_sent(cls) -> frozenset[str]:
        """Return the names of the fields that answers always have, null and defaults included."""
        return _always_sent(cast("Any", cls))

    def model_dump(
        self,
        *,
        mode: Literal["json", "python"] | str = "python",  # noqa: PYI051 - the values that are known
        include: Selection = None,
        exclude: Selection = None,
        by_alias: bool | None = None,
        exclude_unset: bool = False,
        exclude_defaults: bool = False,
        exclude_none: bool = False,
        **_: object,
    ) -> JSONObject:
        """Return the object as a dict, with all that the server sent.

        Given are all values but None and empty lists, and of these the ones that answers always have: which of the
        others were sent is in the body alone (`client.with_response`). `include` and `exclude` name attributes, keys
        and places, nested as pydantic takes them. Names are the wire's unless `by_alias` is False.
        `exclude_unset` and `exclude_defaults` leave out what equals the default and need not be in answers. With
        `mode="json"` dates and bytes are text. Other options of pydantic are accepted and have no effect.
        """
        options = DumpOptions(mode == "json", by_alias is not False, exclude_unset, exclude_defaults, exclude_none)
        return dump(_struct(self), options, include, exclude)  # type: ignore[no-any-return]  # a dict

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return `model_dump(mode="json", ...)` as JSON text."""
        options["mode"] = "json"
        data = encode_any(self.model_dump(**options))
        return (data if indent is None else msgspec.json.format(data, indent=indent)).decode()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with some fields changed; `deep` copies what it holds, too."""
        copied = copy.deepcopy(self) if deep else copy.copy(self)
        for name, value in (update or {}).items():
            setattr(copied, name, value)
        return copied

    @classmethod
    def model_validate(cls, obj: Any, **_: object) -> Self:
        """Return an object of this class made of a dict, or of another object; a `ValueError` says what does not fit.

        As in answers of the API, keys that are not known are ignored.
        """
        if isinstance(obj, cls):
            return obj
        values = by_key(struct_info(cast("Any", cls)), obj if is_mapping(obj) else plain(obj))
        return _converted(lambda: msgspec.convert(values, cls, strict=False, dec_hook=open_hook))

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **_: object) -> Self:
        """Return an object of this class read from JSON; a `ValueError` says what does not fit."""
        return _converted(lambda: msgspec.json.decode(json_data, type=cls, strict=False, dec_hook=open_hook))

    @classmethod
    def model_construct(cls, _fields_set: object = None, **values: Any) -> Self:
        """Return an object of these values, unchecked: what has to be given and is not is None."""
        known = {each.name: values[each.name] for each in fields_of(cast("Any", cls)) if each.name in values}
        lacking = {name: None for name, each in cls.model_fields.items() if each.is_required() and name not in known}
        return cls(**lacking, **known)

    if TYPE_CHECKING:
        model_fields: ClassVar[Mapping[str, ModelField]]
    else:
        model_fields = OfClass(_model_fields)
    """The fields of the class, by name."""

    @property
    def model_fields_set(self) -> set[str]:
        """The names of the fields that have another value than their default, or that answers always have."""
        return {each.name for each in fields_of(type(_struct(self))) if each.is_set(getattr(self, each.name))}

    @property
    def model_extra(self) -> JSONObject | None:
        """None: keys that this version does not know are in the body alone (`Response.unknown_fields`)."""
        return None

    @classmethod
    def model_json_schema(cls, *_: object, **__: object) -> JSONObject:
        """Return the JSON schema of the class."""
        return _json_schema(cast("Any", cls))

    model_config: ClassVar[JSONObject] = {}
    """The settings of the class in pydantic: none."""
    model_computed_fields: ClassVar[JSONObject] = {}
    """The fields that are computed: none."""

    @classmethod
    def model_rebuild(cls, **_: object) -> None:
        """Do nothing: the types of fields are always known."""

    @classmethod
    def model_validate_strings(cls, obj: Any, **_: object) -> Self:
        """Return `model_validate(obj)`, which takes numbers as texts, too."""
        return cls.model_validate(obj)

    def model_post_init(self, context: object, /) -> None:
        """Do nothing, after the object was made."""

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield the fields with their values, as pydantic's models do: `dict(message)`."""
        return iter([(each.name, getattr(self, each.name)) for each in fields_of(type(_struct(self)))])

    if not TYPE_CHECKING:  # whose checkers know it of every class

        @property
        def __dict__(self) -> dict[str, Any]:
            """The fields with their values: `json.dumps(answer, default=vars)`. Changing it changes nothing."""
            return dict(self.__iter__())

    __pydantic_serializer__: ClassVar[Any] = _Serializer()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> CoreSchema:
        """Be a field of a model of pydantic: objects of this class, and dicts that it is made of, are taken."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(cls.model_validate, serialization=_serialization())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: object, handler: object) -> JSONObject:
        """Describe the class in the schema of a model of pydantic, without its fields."""
        return {"type": "object", "title": cls.__name__}


def _serialized(value: PydanticMethods, info: SerializationInfo) -> JSONObject:
    """Return what a field of a model of pydantic gives: what is sent, or `model_dump` with the model's options."""
    if IS_SENT.get():
        return to_builtins(value)  # type: ignore[no-any-return]  # a Struct is always a dict
    return value.model_dump(
        mode=info.mode,
        include=info.include,
        exclude=info.exclude,
        by_alias=info.by_alias,
        exclude_unset=info.exclude_unset,
        exclude_defaults=info.exclude_defaults,
        exclude_none=info.exclude_none,
    )


def _struct(methods: PydanticMethods) -> msgspec.Struct:
    return cast("msgspec.Struct", methods)


@functools.cache
def _always_sent(cls: type[PydanticMethods]) -> frozenset[str]:
    from mistral_async.models._always_sent import listed_fields

    return frozenset(name for each in cls.__mro__ for name in listed_fields(each))


@functools.cache
def _keys(cls: Any) -> Mapping[str, str]:
    """Return the keys of the fields that have other names: those of the attributes, and older ones."""
    keys = {each.name: each.key for each in fields_of(cls)}
    older = {name: keys[field] for name, field in getattr(cls, "older_names", {}).items()}
    return {name: key for name, key in {**keys, **older}.items() if name != key}


def by_key(kind: inspect.Type, value: Any) -> Any:
    """Return a value with the keys of the wire, where Structs are declared in it, and its moments as text."""
    match kind:
        case inspect.StructType(cls=cls, fields=fields) if is_mapping(value) and hasattr(cls, "always_sent"):
            keys = _keys(cls)
            kinds = {each.encode_name: each.type for each in fields}
            named = {keys.get(name, name): each for name, each in value.items()}
            return {key: by_key(kinds[key], each) if key in kinds else each for key, each in named.items()}
        case inspect.ListType(item_type=item) if is_array(value):
            return [by_key(item, each) for each in value]
        case inspect.DictType(value_type=item) if is_mapping(value):
            return {key: by_key(item, each) for key, each in value.items()}
        case inspect.UnionType(types=types):
            for each in types:
                value = by_key(each, value)
            return value
        case inspect.StrType() if isinstance(value, datetime):
            return value.isoformat()
        case _:
            return value


def _converted(convert: Callable[[], T]) -> T:
    try:
        return convert()
    except (msgspec.MsgspecError, UnicodeError) as problem:
        error = ValueError(str(problem))
    except AttributeError:  # of what only looks like a mapping, as numbers of NumPy do
        error = ValueError("Expected `object`")
    raise error  # without the context, which holds the values


@functools.cache
def _json_schema(cls: Any) -> JSONObject:
    """Return the schema, with those of all members of its open unions."""
    found: list[Any] = [cls]

    def hook(kind: Any) -> JSONObject:
        if not hasattr(kind, "variants"):
            return {}
        members = members_of(kind)
        found.extend(each for each in members if each not in found)
        return {"anyOf": [*({"$ref": _REFERENCE.format(name=each.__name__)} for each in members), {"type": "object"}]}

    known = 0
    schemas: Any = ()
    definitions: JSONObject = {}
    while known < len(found):
        known = len(found)
        schemas, definitions = msgspec.json.schema_components(found, schema_hook=hook, ref_template=_REFERENCE)
    own = definitions.pop(cls.__name__, schemas[0])
    return {**own, "$defs": definitions} if definitions else own
