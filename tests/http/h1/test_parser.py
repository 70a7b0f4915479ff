"""The answer parser: the same outcome however the bytes are cut, nothing but WireError, in linear time."""

from __future__ import annotations

import copy
import itertools
import pickle
import sys
import time
import timeit
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mistral_async._http.h1 import head, known_head
from mistral_async._http.h1.encode import encode_chunk, encode_head, encode_start, encode_whole
from mistral_async._http.h1.head import MAX_HEAD
from mistral_async._http.h1.parser import ResponseParser
from mistral_async._http.protocol import Phase, RequestHead, Sent, WireError

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def outcome(pieces, *, to_head=False, eof=True, max_body=None):
    """Everything that can be seen of a parse."""
    parser = ResponseParser(to_head=to_head, max_body=max_body)
    try:
        for piece in pieces:
            parser.feed(piece)
        if eof:
            parser.eof()
    except WireError as error:
        return error.phase, parser.status, parser.complete
    return parser.status, parser.version, parser.headers, b"".join(parser.pieces), parser.complete, parser.reusable


def parse(data, **options):
    return outcome([data], **options)


def body_of(data, **options):
    parser = ResponseParser(**options)
    parser.feed(data)
    assert parser.complete
    return b"".join(parser.pieces), parser.reusable


WHOLE = [
    HEAD + b"Content-Length: 5\r\n\r\nhello",
    HEAD + b"Content-Length: 0\r\n\r\n",
    HEAD + b"content-length: 5, 5\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n" + HEAD + b"Content-Length: 1\r\n\r\nx",
    CHUNKED + b"5\r\nhello\r\n6;name=value\r\n world\r\n0\r\n\r\n",
    CHUNKED + b"00A \r\n0123456789\r\n000;last\r\nTrailer: 1\r\nOther: 2\r\n\r\n",
    HEAD + b"Transfer-Encoding: Chunked\r\nContent-Length: 3\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    HEAD + b"\r\nuntil the end",
    b"HTTP/1.0 200 OK\r\n\r\nuntil the end",
    b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx",
    HEAD + b"Connection: foo, Close\r\nContent-Length: 1\r\n\r\nx",
    HEAD + b"Connection: close\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
    HEAD + b"X-Folded: a\r\n b\r\n\tc \r\nContent-Length: 1\r\n\r\nx",
    HEAD + b"Empty:\r\nSpaces:  a b \t\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n",
    HEAD + b"Content-Length: 1\r\n\r\nxsurplus",
    CHUNKED + b"0\r\n\r\nsurplus",
    CHUNKED + b"0\r\nA: b\r\n\r\nsurplus",
    b"HTTP/1.1 204 No Content\r\n\r\nsurplus",
    b"HTTP/1.0 200 OK\r\nConnection: foo, bar\r\nContent-Length: 1\r\n\r\nx",
]
LOOSE = [
    b"HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
    b"HTTP/1.1 200 OK\n\nuntil the end\r\n\r\nof it",
    HEAD + b"a: b\nConnection: keep-alive\r\nContent-Length: 1\r\n\nx",
    HEAD + b"Content-Length: 1\n\r\nx",
    b"HTTP/1.1 103 Hints\n\n\r\nHTTP/1.1 103 Hints\r\n\r\n" + HEAD + b"Content-Length: 1\r\n\r\nx",
    b"\r\n" + HEAD + b"Content-Length: 1\r\n\r\nx",
    b"\n\r\n\n" + HEAD + b"X-Folded: a\n b\nContent-Length: 1\r\n\r\nx",
]
"""What is HTTP/1.1 but for its line ends, each with the body `x` but for the second."""
BROKEN = [
    b"HTTP/01.1 200 OK\r\n\r\n",
    b"HTTP/11.1 200 OK\r\n\r\n",
    b"HTTP/1.01 200 OK\r\n\r\n",
    b"HTTP/0.9 200 OK\r\n\r\n",
    b"RTSP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1\t200 OK\r\n\r\n",
    b"HTTP/1.1 200 OK\rContent-Length: 0\r\n\r\n",
    HEAD + b"Content-Length: 4 2\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked, deflate\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n  abc\r\n\r\n",
    HEAD + b"a\x01b: c\r\n\r\n",
    HEAD + b"a\n: c\r\n\r\n",
    b"garbage",
    b"HTTP/2 200 OK\r\n\r\n",
    b"HTTP/1.1  200 OK\r\n\r\n",
    b"HTTP/1.1 20 OK\r\n\r\n",
    b"HTTP/1.1 2000 OK\r\n\r\n",
    b"HTTP/1.1 099 OK\r\n\r\n",
    b"HTTP/1.1 200 O\rK\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\n\r\n",
    HEAD + b" a: b\r\n\r\n",
    HEAD + b"a : b\r\n\r\n",
    HEAD + b": b\r\n\r\n",
    HEAD + b"no colon\r\n\r\n",
    HEAD + b"a: b\0c\r\n\r\n",
    HEAD + b"a: b\rc\r\n\r\n",
    HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    HEAD + b"Content-Length: 5, 6\r\n\r\nhello!",
    HEAD + b"Content-Length: -1\r\n\r\n",
    HEAD + b"Content-Length: 1_0\r\n\r\n0123456789",
    HEAD + b"Content-Length: 0x1\r\n\r\n0",
    HEAD + b"Content-Length:\r\n\r\n",
    HEAD + b"Content-Length: " + b"9" * 19 + b"\r\n\r\n",
    HEAD + b"Transfer-Encoding: gzip\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n",
    CHUNKED + b"\r\n",
    CHUNKED + b"x\r\n",
    CHUNKED + b"-1\r\n",
    CHUNKED + b"0x1\r\n",
    CHUNKED + b"1_0\r\n",
    CHUNKED + b"+1\r\n",
    CHUNKED + b" 1\r\n",
    CHUNKED + b"1\nx\r\n",
    CHUNKED + b"1 x\r\n",
    CHUNKED + b"1\r\nxx\r\n",
    CHUNKED + b"1\r\nx\n0\r\n\r\n",
    CHUNKED + b"1\r\nx\rx",
    CHUNKED + b"1" * 17 + b"\r\n",
    CHUNKED + b"1;" + b"x" * 5000 + b"\r\n",
    CHUNKED + b"0\r\nbad trailer\r\n\r\n",
    CHUNKED + b"0\r\n\n",
]
CUT = [
    b"",
    b"HTT",
    HEAD,
    HEAD + b"Content-Length: 5\r\n\r\nhell",
    CHUNKED,
    CHUNKED + b"5\r\nhel",
    CHUNKED + b"5\r\nhello",
    CHUNKED + b"5\r\nhello\r",
    CHUNKED + b"5\r\nhello\r\n",
    CHUNKED + b"0\r\n",
    CHUNKED + b"0\r\nA: b\r\n",
]


@pytest.mark.parametrize(
    ("data", "body", "reusable"),
    [
        (WHOLE[0], b"hello", True),
        (WHOLE[1], b"", True),
        (WHOLE[2], b"hello", True),
        (WHOLE[4], b"x", True),
        (WHOLE[5], b"hello world", True),
        (WHOLE[6], b"0123456789", True),
        (WHOLE[7], b"x", False),
        (WHOLE[10], b"x", True),
        (WHOLE[11], b"x", False),
        (WHOLE[12], b"x", False),
        (WHOLE[15], b"", True),
        (WHOLE[16], b"", True),
        (WHOLE[17], b"x", False),
        (WHOLE[18], b"", False),
        (WHOLE[19], b"", False),
        (WHOLE[20], b"", False),
        (WHOLE[21], b"x", False),
    ],
)
def test_bodies(data, body, reusable):
    """Rules 4 and 5."""
    assert body_of(data) == (body, reusable)


@pytest.mark.parametrize("data", LOOSE)
def test_loose_line_ends_are_read_and_the_connection_is_not_used_again(data):
    """Rule 3."""
    status, _, headers, body, complete, reusable = parse(data)
    assert (status, complete, reusable) == (200, True, False)
    assert body == (b"x" if b"Content-Length: 1" in data else b"until the end\r\n\r\nof it")
    assert all(b"\n" not in value and b"\r" not in value for _, value in headers)


def test_headers_are_lower_case_in_order_and_unfolded():
    parser = ResponseParser()
    parser.feed(WHOLE[13])
    assert parser.headers == [(b"x-folded", b"a b c"), (b"content-length", b"1")]
    parser = ResponseParser()
    parser.feed(WHOLE[14])
    assert parser.headers == [(b"empty", b""), (b"spaces", b"a b"), (b"content-length", b"1")]


@pytest.mark.parametrize("blank", [b"\r\n ", b" \t\r\n\t \r\n "])
def test_a_folded_line_of_blanks_begins_no_field(blank):
    """And no name with a blank before it is known from then on."""
    forget_fields()
    field = b"X-Folded: a" + blank + b"\r\n b: c\r\nServer: x\r\n"
    for _ in range(3):
        assert parse(HEAD + field + b"\r\n")[2] == [(b"x-folded", b"a b: c"), (b"server", b"x")]


FIELD_LINES = st.lists(
    st.sampled_from([b"Server: x", b"server:", b"SERVER : x", b"Server", b"", b" folded", b"\tfolded", b" ", b" a: b"])
    | st.sampled_from(
        [b"X-A: \x00", b"X-A:b\nc", b"Vary: a\rb", b"X-A: b \t", b"x-a::", b":", b"X-A: \xff", b"A" * 80 + b": c"]
    ),
    max_size=6,
)


@given(FIELD_LINES, st.lists(FIELD_LINES, max_size=3))
def test_a_head_reads_the_same_whether_its_fields_are_known_or_not(lines, before):
    fields = joined(lines)
    known = [b"Server", b"server", b"X-A", b"x-a", b"Vary"]
    forget_fields()
    first = head._split_any(fields)
    head._NAMES.update({name: name.lower() for name in known})
    for each in before:
        head._split_regular(joined(each))
    again = head._split_regular(fields)
    assert again == first if again is not None else True
    regular = bool(lines) and all(line.partition(b":")[0] in known and b":" in line for line in lines)
    assert regular <= (again is not None or any(byte in fields.replace(b"\r\n", b"") for byte in b"\0\r\n"))


def test_fields_are_remembered_up_to_a_limit():
    forget_fields()
    for n in range(2000):
        head._split_any(b"x-%d: %b\r\n%b: 1\r\n" % (n, b"1" * (n % 400), b"x" * 65))
    assert len(head._NAMES) == 1024
    assert max(map(len, head._NAMES)) <= 64
    for n in range(1, 100):
        head._split_regular(joined([b"x-1: 2"] * n))
    assert len(head._HEADS) == 64
    assert head._split_regular(b"x-1: %b\r\n" % (b"2" * 9000)) == [(b"x-1", b"2" * 9000)]
    assert head._HEADS[1] == ([b"x-1: 2"], [(b"x-1", b"2")])
    forget_fields()


OFTEN = [
    b"Server: x",
    b"X-Request-Id:\t 1 ",
    b"Set-Cookie: a=\xff",
    b"set-cookie: b",
    b"Empty:",
    b"Connection: keep-alive",
    b"Content-Length: 1",
]
BYTES = st.binary(max_size=3) | st.sampled_from(
    [b"\r\n", b"\n", b"\r", b"\r\r\n", b":", b" ", b"\r\n ", b"\0", b"\r\n\r\n"]
)


@given(st.permutations(OFTEN), st.integers(0, 200), BYTES, st.integers(0, 40))
def test_a_head_reads_the_same_whether_others_like_it_came_often_or_not(lines, at, change, drop):
    """Rule 1 of known_head."""
    data = HEAD + joined(lines) + b"\r\nx"
    changed = data[:at] + change + data[at + drop :]
    forget_fields()
    first, other = parse(data), parse(changed)
    for _ in range(16):
        parse(data)
    assert len(known_head._KNOWN) == 1
    assert (parse(data), parse(changed)) == (first, other)
    assert parse(data)[2][:] == first[2]
    assert {*parse(data)[2]} == {*first[2]}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"keep-alive\r", b"close\r"),
        (b"keep-alive\r", b"KEEP-ALIVE\r"),
        (b"timeout=5", b"timeout=4, max=9"),
        (b"Length: 1", b"Length: +1"),
        (b"Length: 1", b"Length: 0"),
        (b"A: b", b"A: b\nb"),
        (b"A: b", b"A: b\rb"),
        (b"A: b", b"A: b\0b"),
    ],
)
def test_a_known_head_that_has_changed_reads_as_if_it_were_the_first(old, new):
    """Rules 1 and 3 of known_head."""
    data = HEAD + b"A: b\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nContent-Length: 1\r\n\r\nx"
    changed = data.replace(old, new)
    assert changed != data
    forget_fields()
    first = parse(changed, eof=False)
    for _ in range(16):
        parse(data)
    assert len(known_head._KNOWN) == 1
    assert parse(changed, eof=False) == first


@pytest.mark.parametrize(
    "lines",
    [[], [b"A: b", b" c"], [b"Content-Length: 1", b"content-length: 1"], [b"A: " + b"b" * 9000], [b"A: b"] * 101],
    ids=["empty", "folded", "repeated", "long", "many fields"],
)
def test_what_is_no_regular_head_is_not_known_however_often_it_comes(lines):
    """Rules 2 and 3 of known_head."""
    forget_fields()
    for _ in range(40):
        parse(HEAD + joined(lines) + b"\r\nx")
    assert not known_head._KNOWN


def known():
    forget_fields()
    return [parse(HEAD + b"A: b\r\nContent-Length: 1\r\n\r\nx")[2] for _ in range(17)][-1]


def test_a_copy_of_the_fields_of_a_known_head_is_a_list():
    """Pickles of errors and answers name no class of the parser."""
    fields = [(b"a", b"b"), (b"content-length", b"1")]
    for restored in (pickle.loads(pickle.dumps(known())), copy.copy(known()), copy.deepcopy(known())):
        assert type(restored) is list
        assert restored == fields


def test_threads_may_read_the_fields_of_a_known_head_at_the_same_time():
    def trace(frame, event, _):
        nonlocal left
        if frame.f_code is not known_head.KnownHead.pairs.__code__:
            return None
        frame.f_trace_opcodes = True
        left -= event == "opcode"
        if left == 0:
            sys.settrace(None)
            threads.submit(fields.pairs).result(10)
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 asks for it before it traces
    with ThreadPoolExecutor(1) as threads:
        for step in range(1, 500):
            fields, left = known(), step
            sys.settrace(trace)
            try:
                read = fields.pairs()
            finally:
                sys.settrace(before)
            assert read == [(b"a", b"b"), (b"content-length", b"1")]
            if left > 0:
                break
    assert 10 < step < 500


@pytest.mark.parametrize("value", [b"\n", b"\r", b" ", b"a\n", b"\r\n\t"])
def test_a_known_head_is_looked_at_once_whatever_its_values_are(value):
    """Rule 2 of the parser: nothing goes back in any value, nor from one to another."""
    forget_fields()
    names = [b"x-%d" % n for n in range(50)]
    for _ in range(16):
        parse(HEAD + joined(name + b": 1" for name in names) + b"\r\n")
    match = known_head._KNOWN[0].match

    def seconds(size):
        data = HEAD + joined(name + b":" + value * size for name in names)
        return min(timeit.repeat(lambda: match(data), number=1, repeat=5, timer=time.thread_time))

    assert seconds(8000) < 12 * seconds(2000) + 0.003
    forget_fields()


def test_few_heads_are_known(monkeypatch):
    """Rule 2 of known_head: names may come from anybody's server."""
    forget_fields()
    make, made = known_head._Kind, []
    monkeypatch.setattr(known_head, "_Kind", lambda *head: made.append(make(*head)) or made[-1])
    for n in range(100):
        for _ in range(17):
            parse(HEAD + b"x-%d: 1\r\nContent-Length: 1\r\n\r\nx" % n)
            parse(b"HTTP/1.1 200 %d\r\nContent-Length: 1\r\n\r\nx" % n)
    assert len(known_head._KNOWN) == 8
    assert len(made) == 64
    assert len(known_head._COUNTS) <= 64
    forget_fields()


@pytest.mark.parametrize("end", [b"\r", b"\n"])
def test_line_ends_of_one_byte_are_no_two_in_a_head_whose_names_are_known(end):
    """Rules 1 and 3."""
    parse(HEAD + b"A: b\r\nContent-Length: 1\r\n\r\nx")
    data = HEAD + end.join([b"A: b", b"Content-Length: 1", b"\r\n\r\nx"])
    found = parse(data)
    assert found == outcome([data[at : at + 1] for at in range(len(data))])
    assert found[-1] is False  # the connection is not used again, or the answer is refused


def joined(lines):
    return b"".join(line + b"\r\n" for line in lines)


def forget_fields():
    head._NAMES.clear()
    head._HEADS.clear()
    known_head._KNOWN.clear()
    known_head._COUNTS.clear()
    known_head._made = itertools.count()


def test_answers_to_head_have_no_body():
    """Rule 4."""
    assert body_of(HEAD + b"Content-Length: 5\r\n\r\n", to_head=True) == (b"", True)
    assert body_of(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", to_head=True) == (b"", True)


def test_how_long_the_server_keeps_the_connection():
    parser = ResponseParser()
    parser.feed(HEAD + b"Keep-Alive: timeout=5, max=100\r\nContent-Length: 0\r\n\r\n")
    assert parser.idle_timeout == 5
    parser = ResponseParser()
    parser.feed(HEAD + b"Keep-Alive: max=100\r\nContent-Length: 0\r\n\r\n")
    assert parser.idle_timeout is None


@pytest.mark.parametrize("data", BROKEN)
def test_what_is_not_http_is_a_protocol_error(data):
    """Rule 3."""
    assert parse(data, eof=False)[0] is Phase.PROTOCOL, parse(data, eof=False)


@pytest.mark.parametrize("data", CUT)
def test_what_is_cut_is_a_read_error(data):
    """Rule 6."""
    assert parse(data)[0] is Phase.READ


def test_who_has_not_sent_it_all_is_told_so():
    with pytest.raises(WireError) as caught:
        ResponseParser().eof(Sent.PART)
    assert caught.value.sent is Sent.PART


@pytest.mark.parametrize("data", WHOLE + LOOSE + BROKEN + CUT)
@pytest.mark.parametrize("to_head", [False, True])
def test_every_cut_gives_the_same(data, to_head):
    """Rule 1."""
    whole = parse(data, to_head=to_head)
    for at in range(len(data) + 1):
        if at < 200 or at > len(data) - 200:
            assert outcome([data[:at], data[at:]], to_head=to_head) == whole, (data[:at], data[at:])
    if len(data) < 2000:
        assert outcome([bytes([byte]) for byte in data], to_head=to_head) == whole


@given(
    data=st.sampled_from(WHOLE + LOOSE + BROKEN),
    cuts=st.lists(st.integers(0, 200), max_size=6),
    max_body=st.integers(0, 20),
)
def test_all_cuts_give_the_same(data, cuts, max_body):
    """Rule 1."""
    marks = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    pieces = [data[start:end] for start, end in itertools.pairwise(marks)]
    assert outcome(pieces) == parse(data)
    assert outcome(pieces, max_body=max_body) == parse(data, max_body=max_body)


@given(
    data=st.sampled_from(WHOLE + LOOSE),
    at=st.integers(0, 300),
    change=st.binary(max_size=4) | st.sampled_from([b"\r\n", b"\n", b"\r", b"0", b":", b" ", b"\0", b"chunked"]),
    drop=st.integers(0, 4),
    cut=st.integers(0, 300),
)
@example(WHOLE[6], 92, b"", 4, 90)
def test_mutations_raise_nothing_but_ours_whatever_the_cut(data, at, change, drop, cut):
    data = data[:at] + change + data[at + drop :]
    assert outcome([data[:cut], data[cut:]]) == parse(data)


@given(st.binary(max_size=300), st.integers(0, 300))
@example(b"HTTP/1.1 200 OK\r\n\r\n", 4)
def test_noise_raises_nothing_but_ours(data, cut):
    assert outcome([data[:cut], data[cut:]]) == parse(data)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.integers(1, 17))
def test_chunks_come_back(chunks, step):
    data = CHUNKED + b"".join(encode_chunk(chunk) for chunk in chunks) + encode_chunk(b"")
    assert outcome([data[at : at + step] for at in range(0, len(data), step)])[3] == b"".join(chunks)


def test_limits():
    """Rules 2 and 7."""
    long = b"X: " + b"a" * (MAX_HEAD - len(HEAD) - 7) + b"\r\n\r\n"
    assert parse(HEAD + long)[0] == 200
    assert parse(HEAD + b"a" + long, eof=False)[0] is Phase.PROTOCOL
    assert parse(HEAD + b"X: " + b"a" * MAX_HEAD, eof=False)[0] is Phase.PROTOCOL
    assert parse(b"\r\n" * MAX_HEAD, eof=False)[0] is Phase.PROTOCOL
    hints = b"HTTP/1.1 103 Hints\r\n\r\n"
    assert parse(hints * (MAX_HEAD // len(hints) + 1), eof=False)[0] is Phase.PROTOCOL
    assert parse(CHUNKED + b"0\r\nX: " + b"a" * MAX_HEAD, eof=False)[0] is Phase.PROTOCOL
    assert parse(HEAD + b"Content-Length: 6\r\n\r\nhello!", max_body=5)[0] is Phase.PROTOCOL
    assert parse(HEAD + b"Content-Length: 5\r\n\r\nhello", max_body=5)[0] == 200
    assert parse(CHUNKED + b"6\r\nhello!\r\n0\r\n\r\n", max_body=5)[0] is Phase.PROTOCOL
    assert parse(HEAD + b"\r\nhello!", max_body=5)[0] is Phase.PROTOCOL


def elapsed(parser, data, step):
    since = time.process_time()
    for at in range(0, len(data), step):
        parser.feed(data[at : at + step])
    return time.process_time() - since


def test_time_is_linear_however_it_comes():
    """Rule 2."""
    size = 64 * 1024 * 1024
    parser = ResponseParser()
    assert elapsed(parser, HEAD + b"Content-Length: %d\r\n\r\n" % size + bytes(size), 64 * 1024) < 2
    assert parser.complete
    parser = ResponseParser()
    assert elapsed(parser, HEAD + b"X: " + b"a" * (MAX_HEAD - 100) + b"\r\n\r\n", 1) < 2
    parser = ResponseParser()
    assert elapsed(parser, HEAD + b"X:" + b" " * (MAX_HEAD - 100) + b"a\r\n b\r\n\r\n", 64 * 1024) < 1
    assert parser.headers == [(b"x", b"a b")]
    parser = ResponseParser()
    assert elapsed(parser, CHUNKED + b"0\r\nX: " + b"a" * (MAX_HEAD - 200) + b"\r\n\r\n", 1) < 2
    assert parser.complete
    parser = ResponseParser()
    assert elapsed(parser, CHUNKED + encode_chunk(b"x" * 200) * 5000 + encode_chunk(b""), 1) < 5
    assert parser.complete
    parser = ResponseParser()
    assert elapsed(parser, CHUNKED + encode_chunk(b"x") * 200_000 + encode_chunk(b""), 64 * 1024) < 3
    assert parser.complete


KINDS = {
    "spaces": lambda n: HEAD + b"X:" + b" " * n + b"a\r\n b\r\n\r\n",
    "folds": lambda n: HEAD + b"X: a" + b"\r\n " * (n // 3) + b"\r\n\r\n",
    "blank folds": lambda n: HEAD + b"X: a" + b" \t\r\n\t" * (n // 5) + b"\r\n\r\n",
    "fields": lambda n: HEAD + b"a:\r\n" * (n // 4) + b"\r\n",
    "lengths": lambda n: HEAD + b"Content-Length: 0" + b",0" * (n // 2) + b"\r\n\r\n",
    "options": lambda n: HEAD + b"Connection: a" + b",a" * (n // 2) + b"\r\n\r\n",
    "connections": lambda n: HEAD + b"Connection:\r\n" * (n // 13) + b"\r\n",
    "keep-alive": lambda n: HEAD + b"Keep-Alive: " + b"timeout=" * (n // 8) + b"\r\n\r\n",
    "bare LFs": lambda n: HEAD.replace(b"\r", b"") + b"a:\n" * (n // 3) + b"\n",
    "a token": lambda n: HEAD + b"a" * n + b"\r\n\r\n",
    "a reason": lambda n: b"HTTP/1.1 200 " + b" " * n + b"\r\n\r\n",
    "empty lines": lambda n: b"\r\n" * (n // 2) + HEAD + b"\r\n",
    "hints": lambda n: b"HTTP/1.1 103\r\n\r\n" * (n // 16) + HEAD + b"\r\n",
    "an extension": lambda n: CHUNKED + b"1;" + b" ;" * (n // 32) + b"\r\nx\r\n0\r\n\r\n",
    "chunks": lambda n: CHUNKED + b"1\r\nx\r\n" * (n // 6) + b"0\r\n\r\n",
    "trailers": lambda n: CHUNKED + b"0\r\n" + b"a:\r\n" * (n // 4) + b"\r\n",
    "folded trailers": lambda n: CHUNKED + b"0\r\na:" + b" \r\n " * (n // 4) + b"\r\n\r\n",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("step", [1, 1 << 20], ids=["byte by byte", "at once"])
def test_four_times_the_bytes_take_four_times_as_long(kind, step):
    """Rule 2."""

    def seconds(size):
        data = KINDS[kind](size)
        pieces = [data[at : at + step] for at in range(0, len(data), step)]
        return min(timeit.repeat(lambda: outcome(pieces), number=1, repeat=3, timer=time.thread_time))

    assert seconds(40_000) < 12 * seconds(10_000) + 0.003
    if step > 1:
        assert seconds(40_000) < 0.1


def test_memory_is_proportional_to_the_body():
    """Rule 2: chunks of one byte, and pieces of one byte."""
    for data, step in ((CHUNKED + b"1\r\nx\r\n" * 30_000, 64 * 1024), (HEAD + b"\r\n" + b"x" * 30_000, 1)):
        parser = ResponseParser()
        tracemalloc.start()
        for at in range(0, len(data), step):
            parser.feed(data[at : at + step])
        held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert b"".join(parser.pieces) == b"x" * 30_000
        assert held < 3 * 30_000


def test_the_head_of_a_request():
    head = RequestHead("POST", "/v1/x?a=%20", (("X-Name", "é"), ("accept", "text/event-stream")))
    encoded = encode_head(head, (("host", "api.test"),))
    assert encoded == b"POST /v1/x?a=%20 HTTP/1.1\r\nhost: api.test\r\nX-Name: \xe9\r\naccept: text/event-stream\r\n"
    assert encode_start(encoded, 3) == encoded + b"content-length: 3\r\n\r\n"
    assert encode_start(encoded, None) == encoded + b"transfer-encoding: chunked\r\n\r\n"
    assert encode_whole(encoded, b"abc") == encoded + b"content-length: 3\r\n\r\nabc"
    assert encode_whole(encoded, b"") == encoded + b"content-length: 0\r\n\r\n"
    assert encode_whole(encoded, None) == encoded + b"\r\n"


def test_the_repr_of_an_encoded_request_hides_its_key():
    """Local variables of tracebacks hold it."""
    encoded = encode_head(RequestHead("POST", "/", (("authorization", "Bearer the-key"),)), ())
    for sent in (encode_whole(encoded, b"abc"), encode_whole(encoded, None), encode_start(encoded, None)):
        assert b"the-key" in sent
        assert "the-key" not in repr(sent)


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_header_injects_another(name, value):
    try:
        encoded = encode_head(RequestHead("GET", "/", ((name, value),)), ())
    except ValueError:
        return
    assert encoded == f"GET / HTTP/1.1\r\n{name}: {value}\r\n".encode("latin-1")
    assert encoded.count(b"\r") == encoded.count(b"\n") == 2
