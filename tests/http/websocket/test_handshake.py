"""The answer to a handshake, as bytes (the rules in handshake.py)."""

from __future__ import annotations

import gzip
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._http.protocol import Limits, WireError
from mistral_async._http.websocket.handshake import HandshakeReader

SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nX-A:  b \r\n\r\n"
BODY = b'{"message":"no"}'
ZIPPED = gzip.compress(BODY, mtime=0)
REFUSALS = {
    "with a length": (b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 16\r\n\r\n" + BODY, 401),
    "in chunks": (b"HTTP/1.1 403 Forbidden\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + BODY + b"\r\n0\r\n\r\n", 403),
    "up to the end": (b"HTTP/1.1 429 Too Many\r\n\r\n" + BODY, 429),
    "of HTTP/1.0": (b"HTTP/1.0 503 Busy\r\nContent-Length: 16\r\n\r\n" + BODY, 503),
    "compressed": (
        b"HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(ZIPPED) + ZIPPED,
        500,
    ),
    "after a hint": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 16\r\n\r\n" + BODY,
        404,
    ),
}


def read(data, *cuts):
    reader = HandshakeReader(Limits())
    places = [0, *sorted(cuts), len(data)]
    done = False
    for start, end in pairwise(places):
        if not done and end > start:
            done = reader.receive(data[start:end])
        elif end > start:
            reader.rest += data[start:end]
    return reader, done


@given(st.lists(st.integers(0, len(SWITCH) + 4), max_size=5))
def test_a_switch_is_read_in_any_pieces(cuts):
    reader, done = read(SWITCH + b"rest", *cuts)
    assert done
    assert (reader.status, reader.rest) == (0, b"rest")
    assert reader.headers == [(b"upgrade", b"websocket"), (b"x-a", b"b")]


def test_rule_1_informational_heads_are_passed_over():
    reader, done = read(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + SWITCH)
    assert (done, reader.status, len(reader.headers)) == (True, 0, 2)


@pytest.mark.parametrize(("data", "status"), REFUSALS.values(), ids=REFUSALS)
@given(cuts=st.lists(st.integers(0, 200), max_size=5))
def test_rule_2_a_refusal_is_read_as_any_answer(data, status, cuts):
    reader, done = read(data, *[min(cut, len(data)) for cut in cuts])
    if not done:
        reader.receive(b"")
    assert (reader.status, reader.body()) == (status, BODY)


def test_a_large_header():
    reader, done = read(SWITCH.replace(b"  b ", b"b" * 20_000))
    assert done
    assert len(reader.headers[1][1]) == 20_000


@pytest.mark.parametrize(
    "data",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 101 Switching\r\nno colon\r\n\r\n",
        b"HTTP/2 101 Switching\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nx: " + b"y" * 70_000,
    ],
)
def test_what_is_no_answer(data):
    with pytest.raises(WireError):
        read(data)


@pytest.mark.parametrize("data", [b"", b"HTTP/1.1 101 Swi", SWITCH[:-4]])
def test_an_end_before_the_answer(data):
    reader = HandshakeReader(Limits())
    if data:
        assert not reader.receive(data)
    with pytest.raises(WireError, match="closed the connection"):
        reader.receive(b"")
