"""What the tests of models share: bodies that fill every field, and the search for what a decoded object lost."""

from __future__ import annotations

import functools
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import pytest
from msgspec import inspect

from mistral_async._codec.open_union import _tags, members_of
from mistral_async.models import TextChunk
from mistral_async.models._model import Model

TRAFFIC = Path(__file__).parents[2] / ".." / "shared" / "recorded" / "traffic.jsonl"


@pytest.fixture(scope="session")
def recorded():
    """The recorded exchanges, or a skip where they are not at hand."""
    if not TRAFFIC.exists():
        pytest.skip("no recordings beside the repository")
    return [json.loads(line) for line in TRAFFIC.read_text().splitlines()]


@pytest.fixture(scope="session")
def lost():
    """Find the paths of a body whose values can not be read on the object that was decoded from it."""

    def find(body, read, path="$"):
        match body:
            case dict() if isinstance(read, msgspec.Struct):
                names = dict(zip(read.__struct_encode_fields__, read.__struct_fields__, strict=True))
                for key, value in body.items():
                    if key not in names:
                        yield f"{path}.{key}"
                    else:
                        yield from find(value, getattr(read, names[key]), f"{path}.{key}")
            case dict() if isinstance(read, Mapping):
                for key, value in body.items():
                    yield from find(value, read.get(key), f"{path}.{key}")
            case list() if isinstance(read, Sequence) and len(read) == len(body):
                for index, (value, each) in enumerate(zip(body, read, strict=True)):
                    yield from find(value, each, f"{path}[{index}]")
            case str() if read == [TextChunk(body)]:
                pass  # reasoning as plain text
            case _ if body != read or isinstance(body, bool) != isinstance(read, bool):
                yield path

    return lambda body, read: list(find(body, read))


class _Filler:
    """Makes the wire's form of a Struct with a value of its own in every field, one body for each branch of a union."""

    def __init__(self):
        self.numbers = itertools.count(2)

    def bodies(self, cls):
        """One body per branch: the n-th takes the n-th branch of every union, as long as there is one more."""
        count = self._branches(inspect.type_info(cls), set())
        return [self.struct(cls, branch, 0) for branch in range(count)]

    def struct(self, cls, branch, depth):
        tags = _tags(cls)
        body = {}
        for field in inspect.type_info(cls).fields:
            if field.name in {"document_library", "schema"} and field.encode_name == field.name:
                continue  # constructor only
            constant = isinstance(tags.get(field.encode_name), str) and field.encode_name in {
                "type",
                "role",
                "model_type",
            }
            body[field.encode_name] = tags[field.encode_name] if constant else self.value(field.type, branch, depth + 1)
        if "json_schema" in body:
            body["type"] = "json_schema"  # a format with a schema is that, whatever else it says
        return body

    def value(self, info, branch, depth):
        match info:
            case inspect.StructType(cls=cls):
                return self.struct(cls, branch, depth)
            case inspect.CustomType(cls=cls):
                return self.variant(cls, branch + depth * (depth > 3), depth)
            case inspect.UnionType(types=types):
                real = [each for each in types if not isinstance(each, inspect.NoneType)]
                return self.value(real[(branch + 1) % len(real)], branch, depth)
            case inspect.ListType(item_type=item):
                return [self.value(item, branch, depth)] if depth < 8 else []
            case inspect.DictType(value_type=item):
                return {f"key {next(self.numbers)}": self.value(item, branch, depth)}
            case inspect.LiteralType(values=values):
                return values[branch % len(values)]
            case _:
                return self.scalar(info)

    def variant(self, union, branch, depth):
        members = [*members_of(union), *([str] if "str" in str(union.union) else [])]
        member = members[branch % len(members)]
        return f"text {next(self.numbers)}" if member is str else self.struct(member, branch, depth)

    def scalar(self, info):
        match info:
            case inspect.BoolType():
                return True
            case inspect.IntType():
                return next(self.numbers)
            case inspect.FloatType():
                return next(self.numbers) / 4
            case inspect.BytesType():
                return "AACAPwAAAEA="
            case _:
                return f"text {next(self.numbers)}"

    def _branches(self, info, seen):
        match info:
            case inspect.StructType(cls=cls) if cls not in seen:
                seen.add(cls)
                return max((self._branches(field.type, seen) for field in info.fields), default=1)
            case inspect.CustomType(cls=cls):
                inner = [self._branches(inspect.type_info(each), seen) for each in members_of(cls)]
                return max([len(members_of(cls)) + 1, *inner])
            case inspect.UnionType(types=types):
                return max([len(types), *(self._branches(each, seen) for each in types)])
            case inspect.ListType(item_type=item) | inspect.DictType(value_type=item):
                return self._branches(item, seen)
            case _:
                return 1


@pytest.fixture(scope="session")
def bodies():
    """Make bodies that fill every field of a Struct."""
    return functools.cache(lambda cls: _Filler().bodies(cls))


@pytest.fixture(scope="session")
def structs():
    """Every Struct of a module of models."""

    def find(module):
        return [
            each
            for each in vars(module).values()
            if isinstance(each, type)
            and issubclass(each, Model)
            and each.__module__ == module.__name__
            and not each.__name__.startswith("_")
        ]

    return find
