"""Proxy-Status (RFC 9209): members, parameters, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._codec.proxy_status import parse_proxy_status

TEXTS = st.text('ab ,;="\\\\', max_size=8)
TOKENS = st.text("aB*.-", min_size=1, max_size=4)
KEYS = st.text("ab*", min_size=1, max_size=4)


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


@given(st.lists(st.tuples(TOKENS, st.dictionaries(KEYS, TEXTS, max_size=3)), min_size=1, max_size=3))
def test_what_is_written_is_read(members):
    value = ", ".join("; ".join([name, *(f"{k}={quoted(v)}" for k, v in given.items())]) for name, given in members)
    assert [(each.proxy, each.parameters) for each in parse_proxy_status(value)] == members


@given(st.text())
def test_nothing_fails(value):
    for each in parse_proxy_status(value):
        assert each.text in value
        assert each.status_code is None or 100 <= each.status_code <= 999


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("", []),
        ("a", [("a", {})]),
        ('"a b";x', [("a b", {"x": "?1"})]),
        ("a;x=1;y=b,c; z", [("a", {"x": "1", "y": "b"}), ("c", {"z": "?1"})]),
        ('a; details="x, b; error=y"', [("a", {"details": "x, b; error=y"})]),
        ('a; error=x, b; error="open', [("a", {"error": "x"})]),
        ("a b, c", []),
    ],
)
def test_forms(value, found):
    assert [(each.proxy, each.parameters) for each in parse_proxy_status(value)] == found


@pytest.mark.parametrize(("code", "status"), [("502", 502), ("99", None), ("5020", None), ("²00", None), ("-12", None)])
def test_a_status_has_three_digits(code, status):
    (found,) = parse_proxy_status(f"a; status-code={code}")
    assert found.status_code == status
