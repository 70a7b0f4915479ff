"""What is made on first use."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from mistral_async._lazy import lazy_pattern


def test_a_lazy_pattern_is_the_pattern_that_it_compiles_when_it_is_first_used(monkeypatch):
    compiled = []
    compile_now = re.compile
    monkeypatch.setattr(re, "compile", lambda *arguments: compiled.append(arguments) or compile_now(*arguments))
    pattern = lazy_pattern(rb"a . (b)", re.VERBOSE | re.DOTALL)
    assert not compiled
    assert pattern.fullmatch(b"a\nb")[1] == b"b"
    assert pattern.fullmatch(b"a\n") is None
    assert pattern.sub(b"-", b"axb ayb") == b"- -"
    assert pattern.pattern == rb"a . (b)"
    assert pattern.flags & re.DOTALL
    assert set(compiled) == {(rb"a . (b)", re.VERBOSE | re.DOTALL)}


def test_once_used_a_lazy_pattern_has_the_methods_of_the_pattern_itself():
    pattern = lazy_pattern("[a-z]+")
    assert pattern.search is pattern.search
    assert pattern.search.__self__ is re.compile("[a-z]+")
    with pytest.raises(AttributeError, match="nothing"):
        pattern.nothing  # noqa: B018 - it is looked up


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda pattern: pickle.loads(pickle.dumps(pattern))])
@pytest.mark.parametrize("is_used", [True, False])
def test_a_lazy_pattern_is_copied_and_pickled(again, is_used):
    pattern = lazy_pattern("[a-z]+", re.IGNORECASE)
    if is_used:
        assert pattern.match("A")
    assert again(pattern).fullmatch("aB")[0] == "aB"


def test_a_lazy_pattern_that_is_half_made_has_no_attributes():
    half = object.__new__(type(lazy_pattern("a")))
    with pytest.raises(AttributeError):
        half.match("a")
