"""Numbers of 32 bits as short as they are."""

from __future__ import annotations

import array
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async.cli._float32 import _shortest, shortest

numbers = st.lists(st.floats(width=32) | st.floats(-1, 1, width=32) | st.decimals(-9, 9, places=6).map(float))


@settings(deadline=None)
@given(numbers)
def test_they_are_the_same_numbers_and_no_shorter_ones_are(values):
    """Rule 1, and rule 2 where numpy is installed."""
    vector = array.array("f", values)
    decimals = shortest(vector)
    for decimal, plain, number in zip(decimals, _shortest(vector), vector, strict=True):
        if math.isnan(number):
            assert math.isnan(decimal)
            continue
        assert (decimal, math.copysign(1, decimal)) == (plain, math.copysign(1, number))
        assert array.array("f", [decimal])[0] == number
        digits = len(repr(decimal).partition("e")[0].replace(".", "").strip("-0"))
        shorter = float(f"%.{digits - 1}g" % number) if digits > 6 else math.nan
        assert math.isnan(shorter) or array.array("f", [shorter])[0] != number


def test_they_are_printed_so(at, threaded_server):
    vector = [0.1, -1e-07, 0.33333334, 16777216.0, 1e30]
    threaded_server.reply(
        "embeddings.create",
        json={"id": "1", "object": "list", "model": "m", "data": [{"index": 0, "embedding": vector}], "usage": {}},
    )
    assert at("embed", stdin="a").out == '{"index":0,"embedding":[0.1,-1e-7,0.33333334,16777216.0,1e30]}\n'


@pytest.mark.parametrize("suffix", ["arrow", "feather"])
def test_arrow(run, tmp_path, suffix):
    feather = pytest.importorskip("pyarrow.feather")
    assert run("embed", "-o", f"out.{suffix}", "--fake", stdin="one\ntwo").code == 0
    table = feather.read_table(f"out.{suffix}")
    assert table["index"].to_pylist() == [0, 1]
    assert len(table["embedding"][0]) == 1024
