"""Types of JSON values, as both sides of the comparison see them: a node has a shape, whose parts are nodes again.

A shape lists the alternatives of a value, so `str | list[Chunk] | None` and `anyOf: [string, array, null]` are alike.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Node(Protocol):
    """A type of JSON values. It is hashable by what it is made of, since types are recursive."""

    @property
    def key(self) -> Hashable:
        """What tells it from other nodes."""
        ...

    def shape(self) -> Shape:
        """Return its alternatives."""
        ...


@dataclass(frozen=True)
class Field:
    """A field of an object."""

    node: Node
    required: bool | None = False
    """None where nobody need give it: a constant, or one of several of which one is needed."""
    always_sent: bool | None = None
    """True if answers always have it; None where nothing is said of that."""


@dataclass(frozen=True, eq=False)
class Fields:
    """An object with known fields."""

    name: str
    fields: Mapping[str, Field]
    strict: bool = False
    """True if `required` says what a user must give; models of answers have a default for each field."""

    @functools.cached_property
    def tags(self) -> dict[str, frozenset[str]]:
        """The constants that tell it from other members of a union."""
        shapes = {name: each.node.shape() for name, each in self.fields.items()}
        return {name: each.known for name, each in shapes.items() if each.known and not each.text}

    def may_be(self, other: Fields) -> bool:
        """Return whether no constant tells the two apart."""
        return all(self.tags[name] & other.tags[name] for name in self.tags.keys() & other.tags.keys())

    def likeness(self, other: Fields) -> tuple[int, bool, int]:
        """Return how much the two have in common: constants, the name, fields."""
        return (
            len(self.tags.keys() & other.tags.keys()),
            self.name == other.name,
            len(self.fields.keys() & other.fields.keys()) - len(self.fields.keys() ^ other.fields.keys()),
        )


@dataclass(frozen=True)
class Shape:
    """The alternatives of a value."""

    scalars: frozenset[str] = frozenset()
    """Of `string`, `integer`, `number`, `boolean` and `null`."""
    known: frozenset[str] = frozenset()
    """The texts that are named."""
    text: bool = False
    """True if any other text is taken, too."""
    objects: tuple[Fields, ...] = ()
    items: tuple[Node, ...] = ()
    """What lists hold."""
    values: tuple[Node, ...] = ()
    """What objects with any keys hold."""
    anything: bool = False

    def __or__(self, other: Shape) -> Shape:
        return Shape(
            self.scalars | other.scalars,
            self.known | other.known,
            self.text or other.text,
            self.objects + other.objects,
            self.items + other.items,
            self.values + other.values,
            self.anything or other.anything,
        )


WHOLE_BODY = "[]"
"""The option that is a body which is no object."""

ANYTHING = Shape(anything=True)
NULL = Shape(scalars=frozenset({"null"}))


def scalar(kind: str) -> Shape:
    """Return the shape of one scalar type."""
    return Shape(scalars=frozenset({kind}), text=kind == "string")


def union(shapes: Iterable[Shape]) -> Shape:
    """Return a shape with the alternatives of all."""
    return functools.reduce(Shape.__or__, shapes, Shape())


@dataclass(frozen=True)
class AnyOf:
    """A value of one of several types."""

    nodes: tuple[Node, ...]

    @property
    def key(self) -> Hashable:
        """The keys of all."""
        return tuple(node.key for node in self.nodes)

    def shape(self) -> Shape:
        """Return the alternatives of all."""
        return union(node.shape() for node in self.nodes)


@dataclass(frozen=True)
class Operation:
    """An operation: what may be sent, and what comes back."""

    method: str
    route: str
    """The path, its parameters erased."""
    name: str
    """The method of the client, or what the document says of it."""
    options: Mapping[str, Field] = field(default_factory=dict[str, Field])
    """Parameters of the query, header fields and fields of the body, by the wire's names."""
    answer: Node | None = None
    """None where there is no JSON: no body, or bytes."""
    streams: bool = False

    def __str__(self) -> str:
        return f"{self.method} {self.route}{' (stream)' if self.streams else ''}"
