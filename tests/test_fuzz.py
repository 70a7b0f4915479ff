"""The fuzz targets hold for their seeds and for what hypothesis makes of these, also where atheris does not run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FUZZ = Path(__file__).parent.parent / "fuzz"
sys.path.append(str(FUZZ))

from targets import TARGETS  # noqa: E402 - found through the line above

edits = st.lists(st.tuples(st.integers(min_value=0), st.integers(0, 4), st.binary(max_size=6)), max_size=6)


def edit(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for place, length, new in changes:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + length :]
    return data


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_their_beginnings(name):
    check, seeds = TARGETS[name]
    assert seeds
    for seed in seeds:
        for end in range(len(seed) + 1):
            check(seed[:end])


@pytest.mark.parametrize("name", TARGETS)
def test_edited_seeds(name):
    check, seeds = TARGETS[name]

    @settings(deadline=None)
    @given(st.sampled_from(seeds) | st.binary(), edits)
    def run(seed, changes):
        check(edit(seed, changes))

    run()
