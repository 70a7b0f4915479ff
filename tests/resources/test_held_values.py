"""Every endpoint, with what Python programs hold: the bytes are those of the plain values, or the error is ours."""

from __future__ import annotations

import collections
import enum
import random
import types
from typing import Any

import msgspec
import numpy as np
import pytest
from endpoint_values import ALL, NOT_SENT, ONE_OF, RESPELT, Value, needed, parameters, respelt

from mistral_async._engine.encode import encode_body
from mistral_async._engine.request import Request
from mistral_async._uploads.multipart import Form

AS_THEY_ARE = {"file", "response_format", "document_annotation_format", "bbox_annotation_format", "output"}


class Text(str):
    """Text by a class of its own, whose `str()` is another, as that of many markup classes is."""

    __slots__ = ()

    def __str__(self) -> str:
        return "not this"

    def __format__(self, _: str) -> str:
        return "not this"

    __repr__ = __str__


class Count(int):
    def __str__(self) -> str:
        return "not this"

    __repr__ = __str__


class Ratio(float):
    def __str__(self) -> str:
        return "not this"

    __repr__ = __str__


class Octets(bytes):
    pass


class Holder:
    """Puts another class in place of every plain value, by chance."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def hold(self, value: Any, *, deep: bool = False) -> Any:
        match value:
            case bool():
                return self._one_of(value, np.bool_(value))
            case str():
                return self._one_of(Text(value), np.str_(value), enum.Enum("E", {"A": value}, type=str).A)
            case int():
                return self._one_of(Count(value), np.int64(value), np.int32(value))
            case float():
                return self._one_of(Ratio(value), np.float64(value))
            case bytes():
                return Octets(value)
            case list():
                return self._list([self.hold(each, deep=True) for each in value], deep=deep)
            case dict():
                held = {self._one_of(key, Text(key)): self.hold(each, deep=True) for key, each in value.items()}
                return self._one_of(
                    held, types.MappingProxyType(held), collections.UserDict(held), collections.ChainMap(held)
                )
            case msgspec.Struct():
                defaults = {field.name: field.default for field in msgspec.structs.fields(value)}
                given = {name: getattr(value, name) for name in defaults}
                sent = {name: each for name, each in given.items() if each and each != defaults[name]}
                return msgspec.structs.replace(
                    value, **{name: self.hold(each, deep=True) for name, each in sent.items()}
                )
            case _:
                return value

    def _list(self, items: list[Any], *, deep: bool) -> Any:
        views = dict(enumerate(items)).values(), collections.UserList(items)
        held = [items, tuple(items), collections.deque(items), *views]
        if not deep:  # inside a body what can be read once is refused
            held += [iter(items), (each for each in items)]
        return self._random.choice(held)

    def _one_of(self, *held: Any) -> Any:
        return self._random.choice(held)


def wire(request: Request) -> tuple[str, object]:
    """What is sent: target and body."""
    if request.form is not None:
        body = Form(request.form.values, boundary="boundary").encode()
    else:
        body, _ = encode_body(request, None)
    return f"{request.method} {request.target}", body


def arguments(name: str, option: str) -> dict[str, Any]:
    given = needed(name)
    if option in ONE_OF.get(name, ()):
        given = {key: each for key, each in given.items() if key not in ONE_OF[name]}
    value = RESPELT[option][0] if respelt(name, option) else Value(parameters(ALL[name])[option][0], option).value
    return given | {option: value}


def check(name: str, seed: int) -> None:
    method, holder = ALL[name], Holder(seed)
    for option in parameters(method):
        if option in NOT_SENT:
            continue
        plain = arguments(name, option)
        held = {key: each if key in AS_THEY_ARE else holder.hold(each) for key, each in plain.items()}
        assert wire(method(**held)) == wire(method(**plain)), (option, held)


@pytest.mark.parametrize("name", ALL)
def test_every_endpoint_takes_what_programs_hold(name: str) -> None:
    check(name, seed=1)
    check(name, seed=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
def test_every_endpoint_takes_what_programs_hold_in_any_mixture(name: str) -> None:
    for seed in range(3, 13):
        check(name, seed)


class Spoiler(Holder):
    """Puts into the values what can not be sent: lone surrogates, NaN, and an iterator inside a body."""

    spoilt = False

    def hold(self, value: Any, *, deep: bool = False) -> Any:
        match value:
            case str():
                self.spoilt = True
                return f"{value}\ud83d"
            case float():
                self.spoilt = True
                return self._one_of(float("nan"), float("inf"), np.float32("nan"), np.float64("-inf"))
            case bool() | int() | bytes():
                return value
            case _:
                return super().hold(value, deep=deep)


@pytest.mark.parametrize("name", ALL)
def test_no_endpoint_sends_half_a_character_or_what_is_no_number(name: str) -> None:
    method = ALL[name]
    for option in parameters(method):
        if option in NOT_SENT | AS_THEY_ARE:
            continue
        given, spoiler = arguments(name, option), Spoiler(1)
        spoilt = spoiler.hold(given[option])
        if spoiler.spoilt:
            with pytest.raises((ValueError, TypeError), match=r"surrogate|nan|inf|must be"):
                wire(method(**given | {option: spoilt}))


def test_the_item_that_does_not_fit_is_named_in_any_holder() -> None:
    for texts in (["a", None], iter(["a", None]), {1: "a", 2: None}.values(), np.array(["a", None])):
        with pytest.raises(TypeError, match=r"inputs must be .*, but inputs\[1\] is NoneType"):
            ALL["embeddings.create"](model="m", inputs=texts)
