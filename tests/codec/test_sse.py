"""The event decoder, against httpx-sse's on the whole text, at every cut, on both of its paths (the rules of `sse`)."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import tracemalloc
from importlib.metadata import version
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mistral_async._codec import sse
from mistral_async._codec.sse import Event, EventDecoder, EventTooLargeError, load_field_decoder

BOM = "\ufeff"
MIB = 1024 * 1024
CHAT = b'data: {"id":"1","choices":[{"delta":{"content":"a"}}]}\n\n'
NAMED = b'event: message.output.delta\ndata: {"type":"message.output.delta","content":"7"}\n\n'


def reference(text: str) -> list[Event]:
    """What httpx-sse makes of the whole text, without the frames that hold no data."""
    decoder, events = load_field_decoder()(), []
    has_data = named = False
    lines = re.split("\r\n|\r|\n", text.removeprefix(BOM))
    for line in [*lines, ""]:
        field, _, value = line.partition(":")
        digits = value.removeprefix(" ")
        if field == "retry" and not (digits.isascii() and digits.isdigit()):
            continue  # the standard ignores it; httpx-sse reads spaces around a number
        event = decoder.decode(line)
        if field == "data":
            has_data = True
        elif field == "event":
            named = value not in ("", " ")
        elif not line:
            if event is not None and has_data:
                events.append(Event(event.event if named else None, event.data.encode(), event.id, event.retry))
            has_data = named = False
    return events


def decode(pieces: list[bytes], decoder: EventDecoder | None = None) -> list[Event]:
    decoder = decoder or EventDecoder()
    events = [event for piece in pieces for event in fed(decoder, piece)]
    return events + decoder.close() + [Event(None, data) for data in decoder.payloads]


def fed(decoder: EventDecoder, piece: bytes) -> list[Event]:
    events = decoder.feed(piece)
    return [*(Event(None, data) for data in decoder.payloads), *events]


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


values = st.text(st.sampled_from('ab{": }é🙂\u2028\u2029\u0085\x0b\x0c\x1c\ufeff[DONE]0'), max_size=8)
regular_frames = st.builds("data: {}\n\n".format, values) | st.builds("event: {}\ndata: {}\n\n".format, values, values)
field_lines = st.builds(
    "{}{}{}".format,
    st.sampled_from(["data", "event", "id", "", "dat", "datax", "events", "idx", "retry:", " data", "x"]),
    st.sampled_from([": ", ":", ":  ", ""]),
    values,
) | st.sampled_from(["retry: 10", "retry:7", "id: 5", "id", "id:", "event", "data", ":", ": ping", "id: a\0b"])
line_ends = st.sampled_from(["\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "\n\r", "\r\n\n"])
irregular_parts = st.builds("{}{}".format, field_lines, line_ends)
streams = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", BOM]),
    st.lists(regular_frames | irregular_parts, max_size=8).map("".join),
    st.sampled_from(["", "data: [DONE]", "data: [DONE]\n", "event: x\ndata: y", "event: x\n", ": c", "dat", "\r"]),
)


@settings(deadline=None)
@given(streams, st.lists(st.integers(min_value=0), max_size=12))
@example("event: a\ndata: 1\n\ndata: 2\n\n", [10])
@example("id: 7\ndata: 1\n\ndata: 2\n\n: c\n\nid\n\ndata: 3\n\n", [15, 33])
@example(": data: 1\n\n", [2])
@example("data: a\r\rdata: b\n\n\ndata: c\n\n", [9])
def test_equals_httpx_sse_on_the_whole_text_wherever_it_is_cut(text, places):
    # Rules 1, 2, 3 and 6 of sse.
    assert decode(cut(text.encode(), places)) == reference(text)


@settings(deadline=None)
@given(streams, st.lists(st.integers(min_value=0), max_size=12))
@example("event: a\ndata: 1\n\ndata: 2\n\n", [18, 19, 27])
@example("data: 1\nid: 2\n\ndata: 3\n\n", [7, 8])
@example("retry:0 \ndata: \n\n", [])
def test_large_frames_are_read_as_all_others(text, places):
    # Rule 6 of sse.
    small, large = EventDecoder(), EventDecoder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sse, "_LARGE", 0)
        assert decode(cut(text.encode(), places), large) == reference(text)
    decode(cut(text.encode(), places), small)
    ends = text.count("\n") + text.count("\r") + 2  # which count on one way alone, with those that close it
    assert abs(large.data_bytes - small.data_bytes) <= ends


@settings(deadline=None)
@given(
    streams, st.lists(st.integers(min_value=0), max_size=3), st.integers(1, 4), st.sampled_from([{}, {"plain": True}])
)
@example("event: a\ndata: 1\n\n" * 5, [], 2, {"plain": True})
@example("data: 1\n\n" * 5 + "data: 1", [], 2, {"plain": True})
@example("data:1\r\r" * 9 + "data: 1\n\n" * 9, [20], 1, {"plain": True})
@example("data: 1\n\ndata: 2\n\nid: 3\ndata: 4\n\ndata: 5\n\n", [20, 30], 4, {"plain": True})
def test_equals_itself_step_by_step(text, places, most, plain):
    # Rules 10 and 11 of sse.
    decoder, events = EventDecoder(max_events=most, **plain), []
    for piece in cut(text.encode(), places):
        rest = piece
        while rest:
            new, before, rest = fed(decoder, rest), rest, decoder.rest
            assert len(new) <= most * 16
            assert rest != before or rest == b""
            events += new
    events += decoder.close()
    assert events + [Event(None, data) for data in decoder.payloads] == decode([text.encode()])
    assert plain or not decoder.payloads


def test_regular_events_are_given_as_their_data():
    # Rule 11 of sse.
    decoder = EventDecoder(plain=True)
    assert decoder.feed(b"data: 1\n\ndata: 2\n\nda") == []
    assert decoder.payloads == [b"1", b"2"]
    assert decoder.feed(b"ta: 3\n\nevent: a\ndata: 4\n\n") == [Event(None, b"3"), Event("a", b"4")]
    assert decoder.payloads == []


def test_a_step_has_as_many_events_as_were_asked_for():
    # Rule 10 of sse.
    for frame in (b"data: 1\n\n", b"event: a\ndata: 1\n\n"):
        decoder = EventDecoder(max_events=3)
        sizes = [
            len(decoder.feed(frame * 7 + b"data: ")),
            len(decoder.feed(decoder.rest)),
            len(decoder.feed(decoder.rest)),
        ]
        assert sizes == [3, 3, 1]
        assert decoder.rest == b""
        assert decoder.data_bytes == 7 * len(frame) + len(b"data: ")


@settings(deadline=None)
@given(streams)
def test_equals_httpx_sse_on_the_whole_text_byte_by_byte(text):
    # Rules 1, 2, 3 and 6 of sse.
    data = text.encode()
    assert decode([data[i : i + 1] for i in range(len(data))]) == reference(text)


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("bom", ["", BOM])
def test_every_single_and_double_cut(end, bom):
    # Rules 1 and 6 of sse.
    text = bom + end.join(
        ["data: é🙂\u2028x", "", ": ping", "event: e", "data: 1", "data:2", "id: 9", "", "data: [DONE]", "", ""]
    )
    data, expected = text.encode(), reference(text)
    assert [event.data.decode() for event in expected] == ["é🙂\u2028x", "1\n2", "[DONE]"]
    for first in range(len(data) + 1):
        for second in range(first, len(data) + 1):
            assert decode([data[:first], data[first:second], data[second:]]) == expected


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\n", [Event(None, b"a")]),
        (b"data:a\ndata: b\ndata\n\n", [Event(None, b"a\nb\n")]),
        (b"data: \n\n", [Event(None, b"")]),
        (b"data\n\n", [Event(None, b"")]),
        (b"event: x\ndata: y\n\ndata: z\n\n", [Event("x", b"y"), Event(None, b"z")]),
        (b"data: y\nevent: x\n\n", [Event("x", b"y")]),
        (b"event: message\ndata: y\n\nevent:\ndata: z\n\n", [Event("message", b"y"), Event(None, b"z")]),
        (b"id: 1\ndata: a\n\ndata: b\n\n", [Event(None, b"a", "1"), Event(None, b"b", "1")]),
        (b"id: 1\n\ndata: b\n\nid\n\ndata: c\n\n", [Event(None, b"b", "1"), Event(None, b"c", "")]),
        (b"id: 1\n\n\n\n\n\n", []),
        (b"retry: 50\ndata: a\n\ndata: b\n\n", [Event(None, b"a", "", 50), Event(None, b"b")]),
        (b"retry: 1_0\ndata: a\n\nretry: -1\ndata: b\n\n", [Event(None, b"a"), Event(None, b"b")]),
        (b"event: nothing\n\ndata: a\n\n", [Event(None, b"a")]),
        (b"\n\n\ndata: a\n\n\n\n", [Event(None, b"a")]),
        (b": c\n\ndata: a\n: c\ndata: b\n\n", [Event(None, b"a\nb")]),
        (b"\xef\xbb\xbfdata: a\n\n", [Event(None, b"a")]),
        (b"\xef\xbb\xbf\xef\xbb\xbfdata: a\n\ndata: b\n\n", [Event(None, b"b")]),
        (b"\xef\xbb", []),
        (b"", []),
    ],
)
def test_examples_of_the_specification(stream, expected):
    # Rules 1, 2 and 3 of sse.
    assert decode([stream]) == expected


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_bytes_that_are_not_utf8_come_out_as_they_went_in(line_end):
    bad = b"data: \xff\xc3 \xed\xa0\x80 \xf0\x9f" + line_end
    name = b"event: \xff\xc3\xa9" + line_end
    assert decode([name, bad, line_end]) == [Event("\ufffd\u00e9", b"\xff\xc3 \xed\xa0\x80 \xf0\x9f")]


@pytest.mark.parametrize(
    "unfinished", [b"data: last", b"data: last\n", b"data: last\r", b"data: last\r\n", b"data:last"]
)
def test_a_frame_without_its_blank_line_is_delivered_at_the_end(unfinished):
    # Rule 4 of sse.
    decoder = EventDecoder()
    assert [event.data for event in decoder.feed(CHAT + unfinished)] == [CHAT[6:-2]]
    assert decoder.close() == [Event(None, b"last")]
    assert decoder.close() == []


@pytest.mark.parametrize("frame", [CHAT, NAMED, b"id: 1\ndata: x\r\n\r\n", b"data: x\r\r", b":\r\rdata: x\r\r"])
def test_an_event_is_delivered_with_the_first_byte_that_completes_it(frame):
    decoder = EventDecoder()
    assert all(decoder.feed(frame[i : i + 1]) == [] for i in range(len(frame) - 2))
    last = decoder.feed(frame[-2:-1]) + decoder.feed(frame[-1:])
    assert len(last) == 1
    assert decoder.close() == []


def test_comments_are_told_from_data_while_they_arrive():
    decoder = EventDecoder()
    seen = []
    for piece in (CHAT[:9], CHAT[9:], b": pi", b"ng", b"\n\n", b"junk: " * 3, b"\r\n", b":\n:\n", NAMED, b"data: x\r"):
        before = decoder.data_bytes, decoder.ignored_lines
        decoder.feed(piece)
        seen.append((decoder.data_bytes > before[0], decoder.ignored_lines - before[1]))
    data, comment = True, False
    assert seen == [(data, 0)] * 2 + [(comment, 0), (comment, 0), (comment, 1), (comment, 0), (comment, 1)] + [
        (comment, 2),
        (data, 0),
        (data, 0),
    ]


def test_the_start_of_a_line_that_turns_out_to_be_ignored_is_no_data():
    decoder = EventDecoder()
    for piece in (b"da", b"te: tomorrow\n", b"id", b"entity: 1", b"\n"):
        decoder.feed(piece)
    assert (decoder.data_bytes, decoder.ignored_lines) == (0, 2)


@settings(deadline=None)
@given(streams, st.lists(st.integers(min_value=0), max_size=6))
@example("id: 1\ndata: xxxxxxxxxxxx\n\n", [6, 20])
def test_the_count_of_data_never_exceeds_what_came(text, places):
    decoder, data = EventDecoder(), text.encode()
    fed = 0
    for piece in cut(data, places):
        decoder.feed(piece)
        fed += len(piece)
        assert 0 <= decoder.data_bytes <= fed


@pytest.mark.parametrize("irregular", [b": ping\n\n", b": ping\n", b"id: 1\r\ndata: x\r\n\r\n", b"event: x\n\n", b"\n"])
def test_regular_frames_are_split_again_after_an_irregular_one(irregular):
    # Rule 5 of sse.
    decoder = EventDecoder()
    decoder.feed(irregular)
    httpx_sse = decoder._lines._decoder
    decoder.feed(CHAT + b"data: unfinished")
    assert httpx_sse._data == []


def _peak(pieces: list[bytes], repeat: int) -> tuple[int, float, list[Event]]:
    decoder, events = EventDecoder(), []
    decoder.feed(b": not regular\n\n")
    tracemalloc.start()
    for _ in range(repeat):
        for piece in pieces:
            events += decoder.feed(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak, decoder.data_bytes, events


@pytest.mark.parametrize("head", [b": ", b"junk: ", b"junk"])
def test_ignored_lines_are_dropped_as_they_come(head):
    # Rule 7 of sse.
    peak, data_bytes, events = _peak([head, *[b"x" * 4096] * 4096], 1)
    assert peak < 256 * 1024
    assert data_bytes == 0
    assert events == []


@pytest.mark.parametrize("first", [b"event: x\n", b"data: y\n", b"event: x\ndata: y\n"])
def test_a_flood_of_comments_inside_a_frame_is_not_kept(first):
    # Rule 7 of sse.
    peak, _, events = _peak([first, *[b": " + b"x" * 4094 + b"\n"] * 4096], 1)
    assert peak < 256 * 1024
    assert events == []


def _seconds(size: int, head: bytes, end: bytes) -> float:
    decoder, piece = EventDecoder(max_events=512), b"x" * 4096
    load_field_decoder()
    decoder.feed(b": not regular\n\n")
    start = time.thread_time()
    decoder.feed(head)
    for _ in range(size // len(piece)):
        assert not decoder.feed(piece)
    events = decoder.feed(end)
    while decoder.rest:
        events += decoder.feed(decoder.rest)
    elapsed = time.thread_time() - start
    assert len(events[0].data) == size // len(piece) * len(piece)
    return elapsed


@pytest.mark.parametrize(("head", "end"), [(b"data: ", b"\n\n"), (b"data:", b"\r\n\r\n"), (b"data: ", b"\r\n\r\n")])
def test_time_is_linear_in_the_size_of_an_event(head, end):
    # Rule 6 of sse.
    small = min(_seconds(16 * MIB, head, end) for _ in range(3))
    assert small < 2  # linear takes a tenth of a second, quadratic six
    large = min(_seconds(64 * MIB, head, end) for _ in range(2))
    assert large < 13 * small  # linear is 4, quadratic 16


@pytest.mark.parametrize(
    ("head", "end", "most"),
    [
        (b"data: ", b"\n\n", 2.5),
        (b"event: a\ndata: ", b"\n\n", 2.5),
        (b"data:", b"\r\n\r\n", 2.5),
        (b"id: 1\ndata: ", b"\n\n", 2.5),
        (b"data: ", b"\nid: 1\n\n", 3.5),
        (b"data: ", b"\r\n\r\n", 3.5),
        (b"retry: 1\ndata: ", b"\n\n", 2.5),
    ],
)
def test_memory_is_a_small_multiple_of_the_event(head, end, most):
    """One is copied once, or twice, when it ends: each copy of a large one holds up the event loop."""
    size = 16 * MIB
    peak, _, (event,) = _peak([head, *[b"x" * 4096] * (size // 4096), end], 1)
    assert len(event.data) == size
    assert peak < most * size


@pytest.mark.parametrize("before", [b"", b"data: 1\n\n", b": c\n"])
@pytest.mark.parametrize("field", [b"event: ", b"id: "])
def test_names_and_ids_have_a_limit_on_every_path(field, before):
    # Rule 7 of sse.
    for size, refused in ((60_000, False), (70_000, True)):
        stream = before + field + b"x" * size + b"\ndata: 2\n\n"
        for step in (1000, len(stream)):
            pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
            if refused:
                with pytest.raises(EventTooLargeError, match="the name or id of an event of the stream is larger"):
                    decode(pieces)
            else:
                assert decode(pieces)[-1].data == b"2"


@pytest.mark.parametrize("frame", [b"data: %s\n\n", b"data: %s\r\r", b"event: x\ndata: %s\n\n", b"data:\ndata: %s\n\n"])
@pytest.mark.parametrize("step", [1, 7, 1000])
def test_the_limit_is_the_length_of_the_data(frame, step):
    # Rule 7 of sse.
    largest = 98 if b"\ndata: " in frame and b"event" not in frame else 99
    for size in (largest, largest + 1, largest + 2):
        stream = frame % (b"x" * size)
        pieces = [stream[i : i + step] for i in range(0, len(stream), step)]
        if size <= largest:
            assert len(decode(pieces, EventDecoder(max_event_size=99))) == 1
        else:
            with pytest.raises(EventTooLargeError):
                decode(pieces, EventDecoder(max_event_size=99))


@pytest.mark.parametrize("end", [b"\n\n", b"\r\r"])
@pytest.mark.parametrize("head", [b"data: ", b"data:", b"event: x\ndata: ", b"id: "])
def test_an_event_above_the_limit_is_refused_after_those_before_it(head, end):
    # Rule 7 of sse.
    decoder = EventDecoder(max_event_size=100)
    assert len(decoder.feed(CHAT + head + b"x" * 200 + end + CHAT)) == 1
    for _ in range(2):
        with pytest.raises(EventTooLargeError, match="larger than 100 bytes") as caught:
            decoder.feed(b"data: y\n\n")
        assert caught.value.limit == 100
    with pytest.raises(EventTooLargeError):
        decoder.close()


def test_an_unfinished_event_above_the_limit_is_refused_before_it_ends():
    # Rule 7 of sse.
    decoder = EventDecoder(max_event_size=10_000)
    with pytest.raises(EventTooLargeError):  # noqa: PT012 - which piece is refused is the question
        for count in range(1, 100):
            decoder.feed(b"data: " if count == 1 else b"x" * 1000)
            assert count <= 11


@pytest.mark.parametrize("line", [b"database", b"da", b"datx: 1", b": data"])
def test_a_line_without_meaning_has_no_size(line):
    # Rule 7 of sse.
    stream = b": comments\ndata: " + b"x" * 64 + b"\n" + line + b"\n\n"
    for at in range(len(stream)):
        decoder = EventDecoder(max_event_size=64)
        assert [each.data for each in decoder.feed(stream[:at]) + decoder.feed(stream[at:])] == [b"x" * 64]


def test_many_short_lines_are_one_large_event():
    # Rule 7 of sse.
    decoder = EventDecoder(max_event_size=10_000)
    with pytest.raises(EventTooLargeError):  # noqa: PT012 - which piece is refused is the question
        for count in range(20_000):
            decoder.feed(b"data:\n")
            assert count <= 10_000


def test_many_events_in_one_read_may_exceed_the_limit_together():
    decoder = EventDecoder(max_event_size=100)
    assert len(decoder.feed(CHAT * 50 + NAMED * 50)) == 100
    assert len(decoder.feed(CHAT)) == 1


def test_regular_streams_load_neither_httpx_nor_httpx_sse():
    # Rules 5 and 8 of sse.
    code = (
        "import sys; from mistral_async._codec.sse import EventDecoder\n"
        f"stream = {CHAT + NAMED}\n"
        "decoder = EventDecoder()\n"
        "events = [e for i in range(len(stream)) for e in decoder.feed(stream[i:i+1])]\n"
        "events += decoder.feed(b'data: [DONE]') + decoder.close() + EventDecoder().close()\n"
        "late = EventDecoder()\n"
        "events += late.feed(b'data: 1\\n') + late.close()\n"
        "assert len(events) == 4, events\n"
        "assert not {'httpx', 'httpx_sse'} & set(sys.modules)\n"
        "EventDecoder().feed(b': irregular')\n"
        "assert 'httpx_sse' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_httpx_sse_still_has_the_decoder_of_lines_that_is_used():
    # Rule 9 of sse.
    found = version("httpx-sse")
    changed = f"httpx-sse {found} has changed its private `_decoders.SSEDecoder`: adapt `load_field_decoder` in sse.py"
    try:
        decoder = load_field_decoder()()
        assert [decoder.decode(line) for line in ("event: e", "data: 1", "data:2", "id: 9", "retry: 5", ": c")] == [
            None
        ] * 6
        named, later = decoder.decode(""), decoder.decode("")
        assert (named.event, named.data, named.id, named.retry) == ("e", "1\n2", "9", 5)
        assert (later.data, later.id, later.retry) == ("", "9", None)
    except (ImportError, AttributeError, TypeError, AssertionError) as problem:
        pytest.fail(f"{changed} ({problem!r})")
    assert found.startswith("0.4."), f"try httpx-sse {found}, and raise the upper bound in pyproject.toml with this one"
