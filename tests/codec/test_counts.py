"""Which options are counts."""

from __future__ import annotations

import pytest

from mistral_async._codec.counts import check_count


@pytest.mark.parametrize(("value", "more"), [(1, {}), (10**20, {}), (0, {"minimum": 0}), (None, {"optional": True})])
def test_counts_pass(value, more):
    check_count("limit", value, **more)


@pytest.mark.parametrize("value", [None, True, 1.0, "1", [1]])
def test_what_is_no_whole_number_is_a_type_error(value):
    with pytest.raises(TypeError, match=f"limit must be a whole number, not {type(value).__name__}"):
        check_count("limit", value)


@pytest.mark.parametrize(("value", "minimum"), [(0, 1), (-1, 0), (-(10**20), 1)])
def test_what_is_too_small_is_a_value_error(value, minimum):
    with pytest.raises(ValueError, match=f"limit must be at least {minimum}, not {value}"):
        check_count("limit", value, minimum=minimum)
