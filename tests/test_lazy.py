"""What is made on first use."""

from __future__ import annotations

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
