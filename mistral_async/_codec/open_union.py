"""Open unions and kept unknowns for msgspec: tomorrow's answer decodes today, and nothing of it is lost.

The first pass is msgspec's own. Where it refuses, a second, lenient pass reads what can be read: null or an absent key
is the field's default, `1.0` is an int, an unknown variant is an `Unknown`, a scalar of another type stays what the
wire had. What no default can stand for is a `LenientDecodeError` with its path.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast, get_args

import msgspec
from msgspec import inspect

T = TypeVar("T")


def constant(value: T) -> T:
    """Give a field a constant that is an ordinary attribute and is always written (`omit_defaults` keeps factories)."""
    return msgspec.field(default_factory=lambda: value)


class Unknown(dict[str, Any]):
    """A variant that this version does not know: the object as the wire had it. It encodes back unchanged."""

    @property
    def type(self) -> str:
        """What it says it is."""
        return str(self.get("type", ""))

    @property
    def role(self) -> str:
        """The role of an unknown message."""
        return str(self.get("role", ""))

    def __repr__(self) -> str:
        return f"Unknown({super().__repr__()})"


class LenientDecodeError(ValueError):
    """A value that the lenient pass can not read either."""

    def __init__(self, path: str, expected: str, value: object) -> None:
        super().__init__(f"expected {expected} at {path}, got {type(value).__name__}")
        self.path = path


if TYPE_CHECKING:
    OpenUnion: TypeAlias = T | Unknown
else:

    class _OpenUnionMeta(type):
        """`OpenUnion[A | B]` is a custom type to msgspec: the hook below decides, so every instance is one."""

        def __instancecheck__(cls, instance: object) -> bool:
            return True

        def __repr__(cls) -> str:
            return cls.__name__

    class OpenUnion:
        """`OpenUnion[A | B]`: one of these Structs, told apart by their tags, else `Unknown`. Scalars pass."""

        def __class_getitem__(cls, union: object) -> type:
            members = tuple(m for m in (get_args(union) or (union,)) if isinstance(m, msgspec.StructMeta))
            name = f"OpenUnion[{' | '.join(m.__name__ for m in members)}]"
            return _OpenUnionMeta(name, (), {"union": union, "variants": _Variants(members)})


class _Variants:
    """The members of an open union, and which of them an object is."""

    def __init__(self, members: tuple[type[msgspec.Struct], ...]) -> None:
        self.members = members
        self.tags = [_tags(member) for member in members]
        self.key, self.by_tag = self._discriminator()
        self.own = [self._own_keys(index) for index in range(len(members))]

    def _discriminator(self) -> tuple[str | None, dict[str, type[msgspec.Struct]]]:
        """The tag that alone tells all members apart, if there is one."""
        for key in self.tags[0]:
            values = [tags.get(key) for tags in self.tags]
            if None not in values and len(set(values)) == len(values):
                return key, {cast("str", v): m for v, m in zip(values, self.members, strict=True)}
        return None, {}

    def _own_keys(self, index: int) -> frozenset[str]:
        keys = [frozenset(member.__struct_encode_fields__) for member in self.members]
        others = (other for i, other in enumerate(keys) if i != index)
        return keys[index].difference(*others)

    def select(self, value: dict[str, Any]) -> type[msgspec.Struct] | None:
        """The member that this object is, or None if it is none of them."""
        told = value.get(self.key) if self.key else None
        if isinstance(told, str):
            return self.by_tag.get(told)
        best, best_score = None, -1
        for member, tags, own in zip(self.members, self.tags, self.own, strict=True):
            if any(isinstance(value.get(key), str) and value[key] != expected for key, expected in tags.items()):
                continue
            score = sum(key in value for key in tags) + sum(value.get(key) is not None for key in own)
            if score > best_score:
                best, best_score = member, score
        return best


def _tags(member: type[msgspec.Struct]) -> dict[str, str]:
    """The constants of a Struct, most specific first: `type` before `object`."""
    found: dict[str, str] = {}
    for field in msgspec.structs.fields(member):
        if field.default_factory is not msgspec.NODEFAULT and field.default_factory.__module__ == __name__:
            found[field.encode_name] = field.default_factory()
    return dict(sorted(found.items(), key=lambda item: item[0] == "object"))


def members_of(open_type: Any) -> tuple[type[msgspec.Struct], ...]:
    """The Structs of an `OpenUnion[...]` alias."""
    return cast("_Variants", open_type.variants).members


def open_hook(open_type: Any, value: Any) -> Any:
    """Decide what an `OpenUnion[...]` value is (msgspec's `dec_hook`)."""
    if not isinstance(value, dict):
        return value
    member = cast("_Variants", open_type.variants).select(cast("dict[str, Any]", value))
    if member is None:
        return Unknown(cast("dict[str, Any]", value))
    try:
        return msgspec.convert(value, member, dec_hook=open_hook)
    except msgspec.ValidationError:
        return _read(value, inspect.type_info(member), "$")


@functools.cache
def decoder(type_: Any) -> msgspec.json.Decoder[Any]:
    """The decoder of a type, made once."""
    return msgspec.json.Decoder(type_, dec_hook=open_hook)


def decode(data: bytes | bytearray | memoryview, type_: Any) -> Any:
    """Decode JSON, leniently where needed.

    Raises `LenientDecodeError` or, where it is not JSON, `msgspec.DecodeError`.
    """
    try:
        return decoder(type_).decode(data)
    except msgspec.ValidationError:
        return read(msgspec.json.decode(data), type_)


def read(value: Any, type_: Any) -> Any:
    """The lenient pass over a value that is already builtins."""
    return _read(value, _info(type_), "$")


@functools.cache
def _info(type_: Any) -> inspect.Type:
    return inspect.type_info(type_)


def _read(value: Any, info: inspect.Type, path: str) -> Any:  # noqa: PLR0911 - one line for each kind of type
    match info:
        case inspect.StructType(cls=cls):
            return _read_struct(value, cls, path)
        case inspect.ListType(item_type=item) | inspect.CollectionType(item_type=item) if isinstance(value, list):
            return _read_list(value, item, path)
        case inspect.DictType(value_type=item) if isinstance(value, dict):
            return {k: _read_item(v, item, f"{path}.{k}") for k, v in cast("dict[str, Any]", value).items()}
        case inspect.CustomType(cls=cls) if hasattr(cls, "variants"):
            return open_hook(cls, value)
        case inspect.UnionType(types=types):
            return _read_union(value, types, path)
        case inspect.ListType() | inspect.CollectionType() | inspect.DictType():
            if value is None:
                return _zero_value(info)
            raise LenientDecodeError(path, "a list" if not isinstance(info, inspect.DictType) else "an object", value)
        case _:
            return _read_scalar(value, info)


def _read_list(values: Any, item: inspect.Type, path: str) -> list[Any]:
    return [_read_item(each, item, f"{path}[{index}]") for index, each in enumerate(values)]


def _read_item(value: Any, info: inspect.Type, path: str) -> Any:
    return _zero_value(info) if value is None and not _accepts_none(info) else _read(value, info, path)


def _read_struct(value: Any, cls: type[msgspec.Struct], path: str) -> msgspec.Struct:
    if not isinstance(value, dict):
        raise LenientDecodeError(path, "an object", value)
    fields: dict[str, Any] = {}
    for field in _struct_info(cls).fields:
        found = cast("dict[str, Any]", value).get(field.encode_name, msgspec.NODEFAULT)
        if found is msgspec.NODEFAULT or (found is None and not _accepts_none(field.type)):
            if field.required:
                fields[field.name] = _zero_value(field.type)
            continue
        fields[field.name] = _read_field(found, field, f"{path}.{field.encode_name}")
    return cls(**{name: each for name, each in fields.items() if each is not msgspec.NODEFAULT})


def _read_field(value: Any, field: inspect.Field, path: str) -> Any:
    """A field that can be absent is absent when a scalar stands where its object or list should be."""
    try:
        return _read(value, field.type, path)
    except LenientDecodeError:
        if field.required or isinstance(value, (dict, list)):
            raise
        return msgspec.NODEFAULT


@functools.cache
def _struct_info(cls: type[msgspec.Struct]) -> inspect.StructType:
    return cast("inspect.StructType", inspect.type_info(cls))


def _accepts_none(info: inspect.Type) -> bool:
    match info:
        case inspect.NoneType() | inspect.AnyType():
            return True
        case inspect.UnionType(types=types):
            return any(_accepts_none(each) for each in types)
        case _:
            return False


def _read_union(value: Any, types: tuple[inspect.Type, ...], path: str) -> Any:
    if value is None:
        return None
    fitting = [each for each in types if _fits(value, each)]
    if fitting:
        return _read(value, fitting[0], path)
    containers = [each for each in types if not isinstance(each, _SCALARS)]
    if containers and not any(isinstance(each, _SCALARS) and not isinstance(each, inspect.NoneType) for each in types):
        return _read(value, containers[0], path)
    return _read_scalar(value, types[0]) if len(types) == 1 else value


_SCALARS = (
    inspect.NoneType,
    inspect.BoolType,
    inspect.IntType,
    inspect.FloatType,
    inspect.StrType,
    inspect.LiteralType,
    inspect.EnumType,
    inspect.BytesType,
)


def _fits(value: Any, info: inspect.Type) -> bool:
    """Whether a value has the JSON type that `info` is written as."""
    match value:
        case dict():
            return isinstance(info, (inspect.StructType, inspect.DictType, inspect.CustomType))
        case list():
            return isinstance(info, (inspect.ListType, inspect.CollectionType))
        case bool():
            return isinstance(info, inspect.BoolType)
        case int() | float():
            return isinstance(info, (inspect.IntType, inspect.FloatType))
        case _:
            return isinstance(info, (inspect.StrType, inspect.LiteralType, inspect.EnumType, inspect.BytesType))


def _read_scalar(value: Any, info: inspect.Type) -> Any:
    match info:
        case inspect.IntType() if isinstance(value, float) and value.is_integer():
            return int(value)
        case inspect.FloatType() if isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        case inspect.BytesType() if isinstance(value, str):
            return _read_bytes(value)
        case inspect.AnyType():
            return value
        case _:
            return _zero_value(info) if value is None else value


def _read_bytes(text: str) -> Any:
    """Base64, or the text where it is none."""
    try:
        return msgspec.convert(text, bytes)
    except msgspec.ValidationError:
        return text


def _zero_value(info: inspect.Type) -> Any:  # noqa: PLR0911 - one line for each kind of type
    """What stands for a required value that the answer does not have."""
    match info:
        case inspect.StrType():
            return ""
        case inspect.BoolType():
            return False
        case inspect.IntType():
            return 0
        case inspect.FloatType():
            return 0.0
        case inspect.ListType() | inspect.CollectionType():
            return []
        case inspect.DictType():
            return {}
        case inspect.StructType(cls=cls):
            return _read_struct({}, cls, "$")
        case inspect.UnionType(types=types) if not _accepts_none(info):
            return next((neutral for neutral in map(_zero_value, types) if neutral is not None), None)
        case _:
            return None
