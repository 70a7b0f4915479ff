"""The echo of a prefix, taken off answers that arrive in pieces of any size."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async.continuation._echo import Echo

TEXT = st.text(alphabet="ab \n", max_size=12)


def rest_of(sent, pieces):
    echo = Echo(sent)
    return "".join(map(echo.rest_of, pieces)) + echo.held()


def cut(text, places):
    ends = [0, *sorted({place % (len(text) + 1) for place in places}), len(text)]
    return [text[begin:end] for begin, end in itertools.pairwise(ends)]


@given(TEXT, TEXT, st.lists(st.integers(0, 30)))
def test_an_echo_is_dropped_whatever_the_pieces(sent, new, places):
    # Rule 1.
    assert rest_of(sent, cut(sent + new, places)) == new


@given(TEXT, TEXT, st.lists(st.integers(0, 30)))
def test_pieces_make_no_difference(sent, answer, places):
    whole = Echo(sent)
    assert rest_of(sent, cut(answer, places)) == whole.rest_of(answer) + whole.held()


@given(st.text(alphabet="ab ", min_size=1, max_size=12), st.text(alphabet="xy ", max_size=12))
def test_an_answer_without_an_echo_is_all_new(sent, new):
    # Rule 2: what is held back comes out as soon as it is no echo.
    visible = sent.rstrip()
    if visible:
        assert rest_of(visible, ["x" + new]) == "x" + new
        assert rest_of(visible + "b", [visible, "x" + new]) == visible + "x" + new


@pytest.mark.parametrize(
    ("sent", "answer", "new"),
    [
        ("One ", "One two", "two"),
        ("One ", "Onetwo", "two"),
        ("Two\n\n", "Two\n- a", "- a"),
        ("Two\n\n", "Two\n\n\n- a", "\n- a"),
        ("Two \n", "Two  a", "  a"),
        (" \n", "\na", "\na"),  # nothing but white space is no sign of an echo
    ],
)
def test_white_space_at_the_end_of_what_was_sent_does_not_come_twice(sent, answer, new):
    # Rule 3.
    assert rest_of(sent, [answer]) == rest_of(sent, list(answer)) == new
