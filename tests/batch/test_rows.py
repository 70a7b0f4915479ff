"""Lines of result files that are not as promised: what was answered is read, and one bad line is bad alone."""

from __future__ import annotations

import json

import pytest

from mistral_async._codec.open_union import decode
from mistral_async.batch._rows import _Row, is_success
from mistral_async.models import ChatCompletionResponse

BODY = {"choices": [{"message": {"content": "hi"}}]}
LINE = {"id": "b", "custom_id": "0", "response": {"status_code": 200, "body": BODY}, "error": None}
TEXT = json.dumps(LINE).encode()


@pytest.mark.parametrize(
    "line",
    [
        TEXT,
        TEXT.replace(b'"hi"', b'"hi\xff"'),
        TEXT.replace(b'"hi"', rb'"hi\ud83d"'),
        TEXT.replace(b'"hi"', b'"hi", "score": NaN'),
        TEXT.replace(b'"hi"', b'"hi\n"'),
        b"\xef\xbb\xbf" + TEXT,
        *(json.dumps({**LINE, "error": nothing}).encode() for nothing in ({}, [], "", False)),
    ],
)
def test_an_answer_is_read(line):
    assert is_success(line)
    assert "hi" in decode(bytes(decode(line, _Row).response.body), ChatCompletionResponse).text


@pytest.mark.parametrize(
    "line",
    [
        *(
            json.dumps({**LINE, "response": strange}).encode()
            for strange in (None, [], {}, "x", 5, {"status_code": 500})
        ),
        json.dumps({**LINE, "error": {"message": "no"}}).encode(),
        *(b"", b"junk", b"[]", b"5", TEXT[:-9]),
    ],
)
def test_what_has_no_answer_is_no_success(line):
    assert not is_success(line)
