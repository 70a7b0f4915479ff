"""JSON that is still being written is read once, and what is there so far is a beginning of what will be."""

from __future__ import annotations

import json
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async.structured import Scanner

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
ROOTS = st.lists(VALUES, max_size=4) | st.dictionaries(st.text(), VALUES, max_size=4)


def pieces(draw, text):
    while text:
        size = draw(st.integers(1, max(1, len(text) // 2)))
        yield text[:size]
        text = text[size:]


def begins(part, whole):
    """Whether a value is what had come of another."""
    if isinstance(part, str) and isinstance(whole, str):
        return whole.startswith(part)
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) <= len(whole) and all(map(begins, part, whole))
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and begins(value, whole[key]) for key, value in part.items())
    return type(part) is type(whole) and part == whole


@given(st.data(), ROOTS, st.booleans(), st.sampled_from([None, 1]))
def test_what_was_read_is_always_the_beginning_of_the_whole(data, value, ascii_only, indent):
    # Rules 1 and 2 of scanner.
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    scanner = Scanner()
    for piece in pieces(data.draw, text):
        assert not scanner.complete
        scanner.feed(piece)
        assert not scanner.broken
        assert begins(scanner.value, value)
    assert scanner.complete
    assert json.dumps(scanner.value) == json.dumps(value)


@given(st.text(alphabet='{}[]",:\\u0dDbB8truefalsn1-.e \n') | st.text())
@settings(max_examples=500)
def test_what_is_no_json_is_broken_and_never_raises(text):
    # Rule 4 of scanner.
    scanner = Scanner()
    for char in text:
        scanner.feed(char)
    try:
        value = json.loads(text, strict=False)
    except ValueError:
        assert scanner.broken or not scanner.complete or scanner.value is not None
    else:
        if isinstance(value, (dict, list)) and "\\ud" not in text.lower():
            assert scanner.complete
            assert not scanner.broken
            assert json.dumps(scanner.value) == json.dumps(value)


def test_text_is_there_as_it_comes_and_numbers_once_they_have_ended():
    # Rule 2 of scanner.
    scanner = Scanner()
    seen = []
    for piece in [
        '{"na',
        'me": "A',
        "d",
        "\\u00",
        'e9"',
        ', "age"',
        ": 1",
        "2",
        ', "ok": tr',
        "ue, ",
        '"tags": [',
        '"x"]}',
    ]:
        scanner.feed(piece)
        seen.append(json.loads(json.dumps(scanner.value)))
    assert seen == [
        {},
        {"name": "A"},
        {"name": "Ad"},
        {"name": "Ad"},
        {"name": "Adé"},
        {"name": "Adé"},
        {"name": "Adé"},
        {"name": "Adé"},
        {"name": "Adé", "age": 12},
        {"name": "Adé", "age": 12, "ok": True},
        {"name": "Adé", "age": 12, "ok": True, "tags": []},
        {"name": "Adé", "age": 12, "ok": True, "tags": ["x"]},
    ]


def test_containers_grow_in_place():
    # Rule 3 of scanner.
    scanner = Scanner()
    scanner.feed('{"a": [1, ')
    value, items = scanner.value, scanner.value["a"]
    scanner.feed('2], "b": "x')
    assert scanner.value is value
    assert value["a"] is items
    assert value == {"a": [1, 2], "b": "x"}


def test_after_what_can_not_be_json_nothing_is_read():
    # Rule 4 of scanner.
    scanner = Scanner()
    scanner.feed('{"a": 1, !')
    scanner.feed('"b": 2}')
    assert scanner.broken
    assert not scanner.complete
    assert scanner.value == {"a": 1}


def test_a_bare_number_is_whole_once_something_follows():
    # Rule 5 of scanner.
    scanner = Scanner()
    scanner.feed("1")
    scanner.feed("2")
    assert not scanner.complete
    scanner.feed(" ")
    assert scanner.complete
    assert scanner.value == 12


def test_a_character_of_two_units_comes_whole():
    # Rule 2 of scanner.
    scanner = Scanner()
    seen = []
    for char in '["\\ud83d\\ude00!"]':
        scanner.feed(char)
        seen.append(list(scanner.value or []))
    assert {each[0] for each in seen if each} == {"", "\N{GRINNING FACE}", "\N{GRINNING FACE}!"}


def _seconds(size):
    """The time to read one long text by single characters and look at it each time; the least of three."""
    piece = '"' + "a" * size + '"'
    found = []
    for _ in range(3):
        scanner = Scanner()
        started = time.process_time()
        scanner.feed('{"text": ')
        total = 0
        for char in piece:
            scanner.feed(char)
            value = scanner.value
            total += len(value["text"]) if "text" in value else 0
            del value
        found.append(time.process_time() - started)
        assert len(scanner.value["text"]) == size
    return min(found)


def test_looking_at_every_piece_takes_linear_time():
    # Rule 1 of scanner.
    small, large = _seconds(50_000), _seconds(400_000)
    assert large < 8 * small * 2.5  # eight times the text; reading from the start each time would take 64 times as long
