"""Lines of JSON, cut anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._codec.json_lines import LineDecoder
from mistral_async._codec.sse import EventTooLargeError

LINE = st.binary(max_size=20).filter(lambda line: b"\n" not in line)


@given(st.lists(LINE), st.lists(st.integers(0, 200)), st.sampled_from([-1, 1, 2, 512]))
def test_lines_do_not_depend_on_where_they_are_cut(lines, cuts, most):
    data = b"\n".join(lines)
    decoder, found = LineDecoder(max_events=most), []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(data)], strict=True):
        piece = data[start:end]
        while piece:
            found += decoder.feed(piece)
            piece = decoder.rest
    found += decoder.close()
    wanted = lines if lines and lines[-1].strip() else lines[:-1]
    assert [event.data for event in found] == wanted
    assert decoder.data_bytes == len(data)


@pytest.mark.parametrize("pieces", [[b"1\n" + b"x" * 9 + b"\n2\n"], [b"1\n", b"x" * 9, b"\n2"]])
def test_a_line_that_is_too_large_is_refused_after_those_before_it(pieces):
    decoder = LineDecoder(max_event_size=8)
    assert [event.data for event in decoder.feed(pieces[0])] == [b"1"]
    with pytest.raises(EventTooLargeError):
        [decoder.feed(piece) for piece in pieces[1:]] or decoder.close()
    with pytest.raises(EventTooLargeError):
        decoder.feed(b"3\n")
