"""Lists, dicts, tuples and unions.

A union is read closed first, where unknown keys do not fit, so that of two classes the one that has the keys is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from mistral_async._codec.json_types import is_array, is_object
from mistral_async.structured._shapes import (
    EXACT,
    GOOD,
    LOOSE,
    NO,
    Definitions,
    How,
    Leaf,
    Shape,
    UnfitError,
    json_name,
    read_at,
)


class Items:
    """A list, a set or a tuple of any length."""

    says = "a list"

    def __init__(self, kind: type[Any], item: Shape, rules: Any, constraints: dict[str, Any]) -> None:
        self._kind = kind
        self._item = item
        self._rules = rules
        self._constraints = constraints

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An array of the items."""
        unique = {"uniqueItems": True} if self._kind in {set, frozenset} else {}
        return {"type": "array", "items": self._item.schema(definitions), **unique, **self._constraints}

    def read(self, value: Any, how: How) -> Any:
        """Each item in its turn."""
        _check(value, list, "a list", self._rules)
        return self._kind(read_at(self._item, each, index, how) for index, each in enumerate(value))

    def score(self, value: Any) -> int:
        """Any list may fit."""
        return GOOD if is_array(value) else NO


class Entries:
    """A dict whose values have one type."""

    says = "an object"

    def __init__(self, key: Leaf | None, item: Shape, rules: Any, constraints: dict[str, Any]) -> None:
        self._key = key
        self._item = item
        self._rules = rules
        self._constraints = constraints

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An object with any keys."""
        keys = self._key.schema(definitions) if self._key else {}
        names = {"propertyNames": keys} if keys.keys() - {"type", "title", "description"} else {}
        return {"type": "object", **names, "additionalProperties": self._item.schema(definitions), **self._constraints}

    def read(self, value: Any, how: How) -> Any:
        """Each key and value in its turn."""
        _check(value, dict, "an object", self._rules)
        key = self._key.key if self._key else str
        return {key(name): read_at(self._item, each, name, how) for name, each in value.items()}

    def score(self, value: Any) -> int:
        """Any object may fit."""
        return GOOD if is_object(value) else NO


class Fixed:
    """A tuple of so many items, each of its type."""

    def __init__(self, items: Sequence[Shape]) -> None:
        self._items = items
        self.says = f"a list of {len(items)}"

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """An array of exactly these."""
        items = [item.schema(definitions) for item in self._items]
        count = len(items)
        return {"type": "array", "prefixItems": items, "items": False, "minItems": count, "maxItems": count}

    def read(self, value: Any, how: How) -> Any:
        """Each item in its turn."""
        if not is_array(value) or len(value) != len(self._items):
            raise UnfitError(f"Expected {self.says}, got {json_name(value)}")
        pairs = zip(self._items, value, strict=True)
        return tuple(read_at(item, each, index, how) for index, (item, each) in enumerate(pairs))

    def score(self, value: Any) -> int:
        """By its length."""
        return EXACT if is_array(value) and len(value) == len(self._items) else NO


class Either:
    """One of several types."""

    def __init__(self, members: Sequence[Shape]) -> None:
        self._members = members

    @property
    def says(self) -> str:
        """Any of them."""
        return " or ".join(member.says for member in self._members)

    def schema(self, definitions: Definitions) -> dict[str, Any]:
        """Any of the schemas."""
        return {"anyOf": [member.schema(definitions) for member in self._members]}

    def read(self, value: Any, how: How) -> Any:
        """As the best fitting member; the problem that lies deepest tells what was meant."""
        problem = UnfitError(f"Expected {self.says}, got {json_name(value)}")
        members = self._ranked(value, lax=how.lax)
        for closed in (True,) if how.closed else (True, False):
            for member in members:
                try:
                    return member.read(value, How(how.lax, closed))
                except UnfitError as found:
                    problem = found if len(found.path) > len(problem.path) or len(members) == 1 else problem
        raise problem

    def _ranked(self, value: Any, *, lax: bool) -> list[Shape]:
        """The members that may fit, best first."""
        scores = [member.score(value) for member in self._members]
        if lax and not any(scores):
            return list(self._members)
        order = sorted(range(len(scores)), key=lambda place: -scores[place])
        least = LOOSE if max(scores) == EXACT else NO  # a class that has all the keys is meant, right or wrong
        return [self._members[place] for place in order if scores[place] > least]

    def score(self, value: Any) -> int:
        """As its best member."""
        return max(member.score(value) for member in self._members)


def _check(value: Any, kind: type[Any], wanted: str, rules: Any) -> None:
    """The JSON type, and what `Annotated[..., Meta(...)]` demands of the whole."""
    if not isinstance(value, kind):
        raise UnfitError(f"Expected {wanted}, got {json_name(value)}")
    if rules is not None:
        try:
            msgspec.convert(value, rules)
        except msgspec.ValidationError as problem:
            raise UnfitError(str(problem)) from None
