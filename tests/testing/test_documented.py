"""The tables of docs/testing.md say what there is, and what it does."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import msgspec
import pytest

from mistral_async import RetryConfig, SyncMistral, Timeout, errors, testing
from mistral_async.testing import FakeMistral, RateLimit
from mistral_async.testing._faults import AnyFault
from mistral_async.testing._state import ServerOptions

PAGE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
ASK = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
NAMES = {name: getattr(testing, name) for name in testing.__all__}


def rows(head):
    """The rows of the table with this head, without the marks of code."""
    table = PAGE.partition(f"| {head} |")[2].partition("\n\n")[0]
    cells = [[cell.strip().strip("`") for cell in line.strip("| ").split(" | ")] for line in table.split("\n")[2:]]
    assert cells
    return cells


@pytest.mark.parametrize(("head", "kind"), [("option", ServerOptions), ("of `RateLimit`", RateLimit)])
def test_options_have_the_defaults_that_the_page_names(head, kind):
    found = {name: eval(default) for name, default, *_ in rows(head)}
    assert found == {name: getattr(kind(), name) for name in kind.__struct_fields__}
    assert not found.keys() & inspect.signature(FakeMistral).parameters.keys()


FAULTS = rows("fault")
REALTIME = re.findall(r"`(\w+)`", PAGE.partition("are faults of WebSockets")[0].rpartition("\n\n")[2])


def test_every_fault_is_on_the_page():
    named = {text.partition("(")[0] for text, *_ in FAULTS}.union(REALTIME)
    assert named == {kind.__name__ for kind in AnyFault.__args__}
    assert all(issubclass(NAMES[name], msgspec.Struct) for name in named)


@pytest.mark.parametrize("row", FAULTS, ids=[text for text, *_ in FAULTS])
def test_a_fault_does_what_the_page_says(row):
    text, _, *outcomes = row
    settings = {"retry_config": RetryConfig(strategy="none"), "timeout": Timeout(connect=5, read=0.3)}
    calls = (
        lambda client: client.chat.complete(**ASK).text,
        lambda client: "".join(chunk.text for chunk in client.chat.stream(**ASK)),
    )
    for call, outcome in zip(calls, outcomes, strict=True):
        with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url, **settings) as client:
            server.fault(eval(text, NAMES))
            if outcome == "answer":
                assert call(client) == "You said: hi"
            else:
                with pytest.raises(getattr(errors, outcome)) as raised:
                    call(client)
                assert type(raised.value).__name__ == outcome
            server.assert_done()


@pytest.mark.parametrize(
    ("options", "texts"),
    [({"max_inputs": 1}, ["a", "b"]), ({"max_request_tokens": 5}, ["a" * 40]), ({"max_input_tokens": 5}, ["a" * 40])],
)
def test_more_than_a_most_is_refused(options, texts):
    with (
        FakeMistral(**options) as server,
        SyncMistral(server.api_key, server_url=server.url) as client,
        pytest.raises(errors.BadRequestError),
    ):
        client.embeddings.create(model="mistral-embed", inputs=texts)


def test_any_model_takes_every_name():
    with FakeMistral(any_model=True) as server, SyncMistral(server.api_key, server_url=server.url) as client:
        assert client.embeddings.create(model="mine", inputs="a").data[0].embedding
        assert client.chat.complete(**{**ASK, "model": "mine"}).text == "You said: hi"
