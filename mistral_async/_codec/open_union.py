"""Open unions and a lenient decoder for msgspec: tomorrow's answer decodes today, and nothing of it is lost.

A strict pass reads what is regular; a lenient one, of the rules below, what the strict one refused.
"""

from __future__ import annotations

import copyreg
import functools
import math
import operator
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast, get_args

import msgspec
from msgspec import inspect

from mistral_async._codec.dump import Selection, dump_object
from mistral_async._codec.json_decode import decode_json, decode_json_in_thread
from mistral_async._codec.json_types import JSON, JSONObject, is_array, is_object
from mistral_async._codec.lenient_values import SCALARS, accepts_none, fits, read_scalar, struct_info, zero_value
from mistral_async._codec.shown import shown

T = TypeVar("T")

# Rule 1: Msgspec decodes first, strictly. What it refuses (a value of another type than declared, a required key that
#   is absent, JSON that only `json_decode` reads) is read by the lenient pass. Inside an open union it is that member
#   alone that is read leniently. What is not JSON is a `DecodeError`.
# Rule 2: An object is that member of an open union which its tag names: the constant that alone tells all members
#   apart. Where it names none, the object is an `Unknown`: a dict that encodes back unchanged. Where the tag is absent
#   or no string, it is the member that it contradicts in no constant and of whose constants and own keys (those that no
#   other member has) it holds the most; the first of several. What is no object (a string, null, a list) stays.
# Rule 3: Null, where a field is not nullable, is an absent key, and an absent key is the field's default. A required
#   field, an item of a list and a value of a dict have none: there the zero value of the type stands ("", 0, False, an
#   empty list, dict or Struct), or None for a type that has no such value (a literal). For an item or a value that is a
#   float it is NaN, of which writers of JSON make null.
# Rule 4: A float without fraction is an int where an int is declared, an int is a float where a float is; a bool is
#   neither. A base64 text is bytes where bytes are declared, and "NaN", "Infinity" and "-Infinity" are floats where
#   floats are (protobuf writes them so). What has no such form (infinity as an int, an int too
#   large for a float) stays.
# Rule 5: Any other value stays what the wire had where a scalar is declared: "5" for an int, an unknown literal, even
#   an object. So after the lenient pass a field may hold what its annotation does not say, and readers check it.
# Rule 6: Where an object is declared there is one, and where a list is there is one, so that readers can go through
#   them: a value of another kind (a scalar, a list for an object, an object for a list) counts as null (rule 3). Only
#   the answer as a whole has nothing to stand for it: a `LenientDecodeError`.
# Rule 7: A union of a scalar and containers (`str | list[Chunk] | None`) is read as its first type of the same JSON
#   type as the value. If none fits, rule 6 decides where all are containers. Else an object is a list of that one, if
#   the union has a list, and rule 5 decides the rest.
# Rule 8: Both passes ignore unknown keys. `unread` finds these, and what rule 6 left out, for who has kept the bytes.


def constant(value: T) -> T:
    """Make a field a constant: an ordinary attribute that is always written (`omit_defaults` keeps factories).

    One that may be None keeps a null that was sent.
    """
    return msgspec.field(default_factory=lambda: value)


class Unknown(dict[str, JSON]):
    """A variant that this version does not know: the object as the wire had it. It encodes back unchanged."""

    @property
    def type(self) -> str:
        """Its `type`, the tag of most objects; "" where it has none."""
        return str(self.get("type", ""))

    @property
    def role(self) -> str:
        """Its `role`, the tag of messages; "" where it has none."""
        return str(self.get("role", ""))

    @property
    def raw(self) -> JSONObject:
        """The object itself, as the official SDK calls it."""
        return self

    is_unknown = True

    def model_dump(self, *, include: Selection = None, exclude: Selection = None, **_: object) -> JSONObject:
        """Return the object as a dict, as the wire had it; `include` and `exclude` are those of models."""
        return dump_object(self, include, exclude)

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return `model_dump(...)` as JSON text."""
        data = msgspec.json.encode(self.model_dump(**options))
        return (data if indent is None else msgspec.json.format(data, indent=indent)).decode()

    def to_dict(self) -> JSONObject:
        """Return the object as a dict, as the wire had it."""
        return self.model_dump()

    def to_json(self) -> bytes:
        """Return the object as JSON."""
        return msgspec.json.encode(self)

    def __repr__(self) -> str:
        return shown(self)


class LenientDecodeError(ValueError):
    """A value of another kind than the container that is declared for it."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__(f"expected {expected}, got {type(value).__name__}")


if TYPE_CHECKING:
    OpenUnion: TypeAlias = T | Unknown
else:

    class _OpenUnionMeta(type):
        """Makes `OpenUnion[A | B]` a custom type to msgspec, of which all is an instance: `open_hook` decides."""

        def __instancecheck__(cls, instance: object) -> bool:
            return True

        def __repr__(cls) -> str:
            return f"{cls.__module__}.{cls.__qualname__}"  # as in the text of `OpenUnion[A] | None`

        def __get_pydantic_core_schema__(cls, source: object, handler: object) -> Any:
            """Be a field of a model of pydantic: objects of the members, and dicts that these are made of."""
            return _pydantic_schema(cls)

        def __get_pydantic_json_schema__(cls, schema: object, handler: object) -> JSONObject:
            """Describe the union in the schema of a model of pydantic, without the fields of its members."""
            return {"anyOf": [{"type": "object", "title": each.__name__} for each in members_of(cls)]}

    class OpenUnion:
        """One of the Structs of `OpenUnion[A | B]`, told apart by their tags, else `Unknown` (rule 2)."""

        def __class_getitem__(cls, union: object) -> type:
            return _open_union(get_args(union) or (union,))

    @functools.cache
    def _open_union(types: tuple[Any, ...]) -> type:
        members = tuple(each for each in types if isinstance(each, msgspec.StructMeta))
        union = functools.reduce(operator.or_, types)
        name = f"OpenUnion[{' | '.join(member.__name__ for member in members)}]"
        return _OpenUnionMeta(name, (), {"types": types, "union": union, "variants": _Variants(members)})

    copyreg.pickle(_OpenUnionMeta, lambda made: (_open_union, (made.types,)))  # pickled requests hold such types


def _pydantic_schema(open_type: Any) -> Any:
    """Return the schema of an open union in a model of pydantic: each dict is read as the member that it is."""
    from pydantic_core import core_schema

    members = members_of(open_type)

    def validate(value: Any) -> Any:
        if isinstance(value, (Unknown, *members)):
            return value
        if not is_object(value):
            raise ValueError(f"expected one of {', '.join(each.__name__ for each in members)}, or a dict")
        member: Any = open_type.variants.select(value)
        return Unknown(value) if member is None else member.model_validate(value)

    return core_schema.no_info_plain_validator_function(validate)  # its members say how they are written


class _Variants:
    """The members of an open union; selects the one that an object is."""

    def __init__(self, members: tuple[type[msgspec.Struct], ...]) -> None:
        self.members = members
        self.tags = [_tags(member) for member in members]
        self.key, self.by_tag = self._find_discriminator()
        self.own = [self._own_keys(index) for index in range(len(members))]

    def _find_discriminator(self) -> tuple[str | None, dict[str, type[msgspec.Struct]]]:
        """Find the tag that alone tells all members apart, and the members by its values; None if there is none."""
        for key in self.tags[0]:
            values = [tags.get(key) for tags in self.tags]
            if None not in values and len(set(values)) == len(values):
                return key, {cast("str", v): m for v, m in zip(values, self.members, strict=True)}
        return None, {}

    def _own_keys(self, index: int) -> frozenset[str]:
        """Return the keys of one member that no other has."""
        keys = [frozenset(member.__struct_encode_fields__) for member in self.members]
        others = (other for i, other in enumerate(keys) if i != index)
        return keys[index].difference(*others)

    def tagged(self, value: Mapping[str, object]) -> Mapping[str, object]:
        """Return an object with the `type` that was left out, where its keys are those of one member alone."""
        told = [tag for tag, own in zip(self.by_tag, self.own, strict=False) if not own.isdisjoint(value)]
        return {**value, "type": told[0]} if self.key == "type" and self.key not in value and len(told) == 1 else value

    def select(self, value: JSONObject) -> type[msgspec.Struct] | None:
        """Return the member that this object is, or None if it is none of them (rule 2)."""
        tag = value.get(self.key) if self.key else None
        if isinstance(tag, str):
            return self.by_tag.get(tag)
        best, best_score = None, -1
        for member, tags, own in zip(self.members, self.tags, self.own, strict=True):
            if any(isinstance(value.get(key), str) and value[key] != expected for key, expected in tags.items()):
                continue
            score = sum(key in value for key in tags) + sum(value.get(key) is not None for key in own)
            if score > best_score:
                best, best_score = member, score
        return best


def _tags(member: type[msgspec.Struct]) -> dict[str, str]:
    """Return the constants of a Struct, most specific first: `type` before `object`.

    Annotations are not looked at: those of a Struct that may hold others of its union name what is not there yet.
    """
    found: dict[str, str] = {}
    for name, default in zip(member.__struct_encode_fields__[::-1], member.__struct_defaults__[::-1], strict=False):
        factory = getattr(default, "factory", None)
        if factory is not None and factory.__module__ == __name__:
            found[name] = factory()
    found = dict(reversed(found.items()))
    return dict(sorted(found.items(), key=lambda item: item[0] == "object"))


def members_of(open_type: Any) -> tuple[type[msgspec.Struct], ...]:
    """Return the Structs of an `OpenUnion[...]` alias."""
    variants: _Variants = open_type.variants
    return variants.members


def open_hook(open_type: Any, value: JSON) -> object:
    """Return what a value of an `OpenUnion[...]` is (msgspec's `dec_hook`)."""
    if not is_object(value):
        return value
    variants: _Variants = open_type.variants
    member = variants.select(value)
    return Unknown(value) if member is None else _convert(value, member)


@functools.cache
def decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    """Return the strict decoder of a type, which is made once."""
    return msgspec.json.Decoder(_stood_for(type_), dec_hook=open_hook)


def _stood_for(type_: Any) -> Any:
    """Return the class that one of `compat.models` stands for, since a cache takes each for the other; or any type."""
    return vars(type_).get("stands_for", type_) if isinstance(type_, type) else type_


def decode(data: bytes | bytearray | memoryview, type_: type[T]) -> T:
    """Decode JSON, leniently where needed (rule 1).

    Raises `LenientDecodeError` or, where it is not JSON, `msgspec.DecodeError`, `UnicodeDecodeError` or (nested too
    deeply) `RecursionError`.
    """
    key: Any = type_  # to mypy, `type[T]` is only as hashable as a T
    try:
        decoded: T = decoder(key).decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass  # an error of the lenient pass is not to have this one as its context, whose traceback holds the body
    else:
        return decoded
    return cast("T", _convert(decode_json(data), key))


def decode_in_thread(data: bytes | bytearray | memoryview, type_: Any) -> object:
    """Decode JSON leniently in code of Python's, during which other threads go on; raises as `decode` does."""
    return read_leniently(decode_json_in_thread(data), type_)


def read_leniently(value: JSON, type_: Any) -> object:
    """Read a JSON value leniently; raises `LenientDecodeError`."""
    return _read(value, _info(type_))


def _convert(value: JSON, type_: Any) -> object:
    """Convert a JSON value to a type, leniently where needed."""
    try:
        return msgspec.convert(value, type_, dec_hook=open_hook)
    except (msgspec.ValidationError, UnicodeEncodeError):  # the second for half a surrogate pair in a key
        return _read(value, _info(type_))


@functools.cache
def _info(type_: object) -> inspect.Type:
    return inspect.type_info(_stood_for(type_))


def _read(value: JSON, info: inspect.Type) -> object:
    """Read a value leniently; raises `LenientDecodeError` where it is of another kind than a container (rule 6)."""
    match info:
        case inspect.StructType(cls=cls) if is_object(value):
            return _read_struct(value, cls)
        case inspect.ListType(item_type=item) | inspect.CollectionType(item_type=item) if is_array(value):
            return [_read_item(each, item) for each in value]
        case inspect.DictType(value_type=item) if is_object(value):
            return {key: _read_item(each, item) for key, each in value.items()}
        case inspect.CustomType(cls=cls) if hasattr(cls, "variants"):
            return open_hook(cls, value)
        case inspect.UnionType(types=types):
            return _read_union(value, types)
        case inspect.StructType() | inspect.DictType():
            raise LenientDecodeError("an object", value)
        case inspect.ListType() | inspect.CollectionType():
            raise LenientDecodeError("a list", value)
        case _:
            return read_scalar(value, info)


def _read_item(value: JSON, info: inspect.Type) -> object:
    """Read an item of a list, or a value of a dict."""
    if value is None and not accepts_none(info):
        return math.nan if isinstance(info, inspect.FloatType) else zero_value(info)
    try:
        return _read(value, info)
    except LenientDecodeError:
        return zero_value(info)


def _read_struct(value: JSONObject, cls: type[msgspec.Struct]) -> msgspec.Struct:
    fields: dict[str, object] = {}
    for field in struct_info(cls).fields:
        found = _read_field(value.get(field.encode_name), field) if field.encode_name in value else msgspec.NODEFAULT
        if found is msgspec.NODEFAULT and field.required:
            found = zero_value(field.type)
        if found is not msgspec.NODEFAULT:
            fields[field.name] = found
    return cls(**fields)


def _read_field(value: JSON, field: inspect.Field) -> object:
    """Read a field; `NODEFAULT` where it counts as absent (rules 3 and 6)."""
    if value is None and not accepts_none(field.type):
        return msgspec.NODEFAULT
    try:
        return _read(value, field.type)
    except LenientDecodeError:
        return msgspec.NODEFAULT


def _read_union(value: JSON, types: tuple[inspect.Type, ...]) -> object:
    """Read a value of a closed union (rule 7)."""
    if value is None:
        return None
    fitting = [each for each in types if fits(value, each)]
    if fitting:
        return _read(value, fitting[0])
    containers = [each for each in types if not isinstance(each, SCALARS)]
    if containers and not any(isinstance(each, SCALARS) and not isinstance(each, inspect.NoneType) for each in types):
        return _read(value, containers[0])
    lists = [each for each in types if isinstance(each, inspect.ListType)]
    if is_object(value) and lists:
        return _read([value] if value else [], lists[0])
    return read_scalar(value, types[0]) if len(types) == 1 else value
