"""The comparison: what a document has and the client has not, what only the client has, and what is not the same.

Rule 1: Findings name the client's side, a field as `Class.field` and an option as `method(option)`: what several
operations share is said once.
Rule 2: What the client has is gone if none of the documents has it, so that one may be older than another.
Rule 3: A field that answers always have, in a document, is so in the client's table too (`models/_always_sent.py`): its
null and default are of the server, and are not left out.
Rule 4: An object is compared with the Struct that it contradicts in no constant and has most in common with.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from shapes import AnyOf, Field, Fields, Node, Operation, Shape

Key = tuple[str, str, bool]


@dataclass
class Comparison:
    """What was found in all documents so far."""

    ours: Mapping[Key, Operation]
    missing: set[str] = field(default_factory=set[str])
    changed: set[str] = field(default_factory=set[str])
    met: set[str] = field(default_factory=set[str])
    """What the client has, in the places that were compared."""
    found: set[str] = field(default_factory=set[str])
    """What of it some document has."""
    _pairs: set[Hashable] = field(default_factory=set[Hashable])
    _in_answer: bool = False

    def findings(self) -> list[str]:
        """Return a line for each difference, sorted."""
        lines = {"missing": self.missing, "gone": self.met - self.found, "changed": self.changed}
        return [f"{what} {each}" for what, found in lines.items() for each in sorted(found)]

    def add(self, document: Iterable[Operation]) -> None:
        """Compare with one document."""
        self._pairs.clear()  # the places in memory that they name may hold another document now
        self.met |= {f"{each} {each.name}" for each in self.ours.values()}
        for theirs in document:
            ours = self.ours.get((theirs.method, theirs.route, theirs.streams))
            if ours is None:
                self.missing.add(f"{theirs} {theirs.name}")
            else:
                self._operation(theirs, ours)

    def _operation(self, theirs: Operation, ours: Operation) -> None:
        self.found.add(f"{ours} {ours.name}")
        sent = Fields("", theirs.options, strict=True), Fields("", ours.options, strict=True)
        self._fields(*sent, f"{ours.name}(", ")")
        if theirs.answer is not None and ours.answer is not None:
            self._in_answer = True
            self._nodes(theirs.answer, ours.answer, f"{ours.name}: answer")
            self._in_answer = False
        elif theirs.answer is not None and not theirs.answer.shape().anything:
            self.changed.add(f"{ours.name}: an answer")
        elif ours.answer is not None:
            self.changed.add(f"{ours.name}: no answer")

    def _fields(self, theirs: Fields, ours: Fields, before: str, after: str = "") -> None:
        """Compare the fields of two objects, or the options of an operation."""
        self.missing |= {f"{before}{name}{after}" for name in theirs.fields.keys() - ours.fields.keys()}
        self.met |= {f"{before}{name}{after}" for name in ours.fields}
        for name in theirs.fields.keys() & ours.fields.keys():
            where = f"{before}{name}{after}"
            self.found.add(where)
            self._field(theirs.fields[name], ours.fields[name], where, required=theirs.strict and ours.strict)

    def _field(self, theirs: Field, ours: Field, where: str, *, required: bool) -> None:
        if required and ours.required is not None and theirs.required != ours.required:
            self.changed.add(f"{where}: {'required' if theirs.required else 'optional'}")
        if self._in_answer and theirs.required and ours.always_sent is False:
            self.changed.add(f"{where}: always sent")
        self._nodes(theirs.node, ours.node, where)

    def _nodes(self, theirs: Node, ours: Node, where: str) -> None:
        if (pair := (theirs.key, ours.key, where, self._in_answer)) in self._pairs:
            return
        self._pairs.add(pair)
        their, our = theirs.shape(), ours.shape()
        if their.anything or our.anything:
            return
        self._scalars(their, our, where)
        self._parts("a list", their.items, our.items, where)
        if not our.objects:  # a Struct that names some keys is as good
            self._parts("an object", their.values, our.values, where)
        self._objects(their, our, where)

    def _scalars(self, their: Shape, our: Shape, where: str) -> None:
        taken = our.scalars | {"null", "integer" if "number" in our.scalars else "null"}
        self.changed |= {f"{where}: {kind}" for kind in their.scalars - taken}
        if their.known and our.known:
            self.missing |= {f"{where} = {value}" for value in their.known - our.known}
            self.met |= {f"{where} = {value}" for value in our.known}
            self.found |= {f"{where} = {value}" for value in their.known}

    def _parts(self, what: str, theirs: tuple[Node, ...], ours: tuple[Node, ...], where: str) -> None:
        if theirs and ours:
            self._nodes(AnyOf(theirs), AnyOf(ours), where)
        elif theirs:
            self.changed.add(f"{where}: {what}")

    def _objects(self, their: Shape, our: Shape, where: str) -> None:
        self.met |= {f"{where}: {each.name}" for each in our.objects if len(our.objects) > 1}
        for theirs in their.objects:
            alike = [each for each in our.objects if each.may_be(theirs)]
            if alike:
                ours = max(alike, key=theirs.likeness)
                self.found.add(f"{where}: {ours.name}")
                self._fields(theirs, ours, f"{ours.name}.")
            elif our.objects or not our.values:
                self.missing.add(f"{where}: {theirs.name}")
