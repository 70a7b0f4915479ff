"""Lists, dicts, tuples and unions: types that are made of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from mistral_async._codec.json_schema.model_json import in_text
from mistral_async._codec.json_schema.scalars import ScalarCodec
from mistral_async._codec.json_schema.type_codec import (
    EXACT_MATCH,
    GOOD_MATCH,
    NO_MATCH,
    PARTIAL_MATCH,
    Definitions,
    MalformedJSONError,
    MismatchError,
    ReadMode,
    TypeCodec,
    json_name,
    read_at,
)
from mistral_async._codec.json_types import JSONObject, is_array, is_object


class SequenceCodec:
    """A list, a set or a tuple of any length. `rules` is the annotated hint whose constraints hold for the whole."""

    expected = "a list"

    def __init__(
        self, kind: type[Any], item: TypeCodec, rules: Any = None, constraints: JSONObject | None = None
    ) -> None:
        self._kind = kind
        self._item = item
        self._rules = rules
        self._constraints = constraints or {}

    def schema(self, definitions: Definitions) -> JSONObject:
        """Return an array of the items."""
        unique = {"uniqueItems": True} if self._kind in {set, frozenset} else {}
        return {"type": "array", "items": self._item.schema(definitions), **unique, **self._constraints}

    def read(self, value: object, mode: ReadMode) -> Any:
        """Read each item in its turn."""
        value = in_text(value, ("[",), mode)
        if not is_array(value):
            raise MismatchError(f"Expected a list, got {json_name(value)}")
        _check_constraints(value, self._rules)
        return self._kind(read_at(self._item, each, index, mode) for index, each in enumerate(value))

    def score(self, value: object) -> int:
        """Match any array."""
        return GOOD_MATCH if is_array(value) else NO_MATCH


class MappingCodec:
    """A dict whose values have one type. `rules` is the annotated hint whose constraints hold for the whole."""

    expected = "an object"

    def __init__(self, key: ScalarCodec | None, item: TypeCodec, rules: Any, constraints: JSONObject) -> None:
        self._key = key
        self._item = item
        self._rules = rules
        self._constraints = constraints

    def schema(self, definitions: Definitions) -> JSONObject:
        """Return an object with any keys, or keys of the key's type."""
        keys = self._key.schema(definitions) if self._key else {}
        names = {"propertyNames": keys} if keys.keys() - {"type", "title", "description"} else {}
        return {"type": "object", **names, "additionalProperties": self._item.schema(definitions), **self._constraints}

    def read(self, value: object, mode: ReadMode) -> dict[Any, Any]:
        """Read each key and value in its turn."""
        value = in_text(value, ("{",), mode)
        if not is_object(value):
            raise MismatchError(f"Expected an object, got {json_name(value)}")
        _check_constraints(value, self._rules)
        key = self._key.read_key if self._key else str
        return {key(name): read_at(self._item, each, name, mode) for name, each in value.items()}

    def score(self, value: object) -> int:
        """Match any object."""
        return GOOD_MATCH if is_object(value) else NO_MATCH


class TupleCodec:
    """A tuple of a fixed length, each item of its own type."""

    def __init__(self, items: Sequence[TypeCodec], rules: Any = None) -> None:
        self._items = items
        self._rules = rules
        self.expected = f"a list of {len(items)}"

    def schema(self, definitions: Definitions) -> JSONObject:
        """Return an array of exactly these items."""
        items = [item.schema(definitions) for item in self._items]
        count = len(items)
        return {"type": "array", "prefixItems": items, "items": False, "minItems": count, "maxItems": count}

    def read(self, value: object, mode: ReadMode) -> tuple[Any, ...]:
        """Read each item in its turn."""
        value = in_text(value, ("[",), mode)
        if not is_array(value) or len(value) != len(self._items):
            raise MismatchError(f"Expected {self.expected}, got {json_name(value)}")
        _check_constraints(value, self._rules)
        pairs = zip(self._items, value, strict=True)
        return tuple(read_at(item, each, index, mode) for index, (item, each) in enumerate(pairs))

    def score(self, value: object) -> int:
        """Match an array of the same length."""
        return EXACT_MATCH if is_array(value) and len(value) == len(self._items) else NO_MATCH


class UnionCodec:
    """One of several types: the one that fits best (rules 4 and 5 of `type_codec`)."""

    def __init__(self, members: Sequence[TypeCodec]) -> None:
        self._members = members

    @property
    def expected(self) -> str:
        """The names of all members."""
        return " or ".join(member.expected for member in self._members)

    def schema(self, definitions: Definitions) -> JSONObject:
        """Return any of the members' schemas."""
        return {"anyOf": [member.schema(definitions) for member in self._members]}

    def read(self, value: object, mode: ReadMode) -> Any:
        """Read the best fitting member; of several errors the deepest one is raised."""
        problem = MismatchError(f"Expected {self.expected}, got {json_name(value)}")
        members = self._ranked(value, lax=mode.lax)
        for forbid_extra in (True,) if mode.forbid_extra else (True, False):
            for member in members:
                try:
                    return member.read(value, ReadMode(mode.lax, forbid_extra))
                except MalformedJSONError as found:
                    problem = found
                except MismatchError as found:
                    problem = found if len(found.path) > len(problem.path) or len(members) == 1 else problem
        raise problem

    def _ranked(self, value: object, *, lax: bool) -> list[TypeCodec]:
        """Return the members that may fit, best first."""
        scores = [member.score(value) for member in self._members]
        if lax and not any(scores):
            return list(self._members)
        order = sorted(range(len(scores)), key=lambda place: -scores[place])
        least = PARTIAL_MATCH if max(scores) == EXACT_MATCH else NO_MATCH  # a class that has all the keys is meant
        return [self._members[place] for place in order if scores[place] > least]

    def score(self, value: object) -> int:
        """Rank as the best member."""
        return max(member.score(value) for member in self._members)


def _check_constraints(value: object, rules: Any) -> None:
    """Check what `Annotated[..., Meta(...)]` demands of a whole list or dict; raises `MismatchError`."""
    if rules is not None:
        try:
            msgspec.convert(value, rules)
        except msgspec.ValidationError as problem:
            raise MismatchError(str(problem)) from None
