"""An answer that is shown while it arrives, in a notebook and elsewhere (rules of `_results/show.py`)."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from mistral_async._results.show import in_notebook
from mistral_async.bulk import ProgressBar

ASKED = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Why is the <sky> blue?"}]}
ANSWER = "You said: Why is the <sky> blue?"


class Handle:
    """What `display(..., display_id=True)` returns."""

    def __init__(self, shown):
        self.shown = [shown]

    def update(self, shown):
        self.shown.append(shown)


@pytest.fixture
def notebook(monkeypatch):
    """IPython as it is in a kernel; the handles of what is displayed."""
    handles = []

    def display(shown, *, display_id):
        assert display_id is True
        handles.append(Handle(shown))
        return handles[-1]

    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=1)))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    return handles


async def test_a_stream_is_written_as_it_comes_and_its_answer_returned(mistral, capsys):
    answer = await mistral.chat.stream(**ASKED).show()
    assert answer.text == ANSWER
    assert answer.usage.total_tokens
    assert capsys.readouterr().out == f"{ANSWER}\n"


async def test_a_stream_is_shown_within_its_block(mistral, capsys):
    async with mistral.chat.stream(**ASKED) as stream:
        assert (await anext(stream)).text == ""
        assert (await stream.show()).text == ANSWER
    assert capsys.readouterr().out == f"{ANSWER}\n"


def test_so_is_a_blocking_one(sync_mistral, capsys):
    assert sync_mistral.chat.stream(**ASKED).show().text == ANSWER
    with sync_mistral.chat.stream(**ASKED) as stream:
        assert stream.show().text == ANSWER
    assert capsys.readouterr().out == f"{ANSWER}\n" * 2


async def test_rule_1_in_a_notebook_it_grows_in_place(mistral, notebook, capsys):
    await mistral.chat.stream(**ASKED).show()
    (handle,) = notebook
    last = handle.shown[-1]
    assert repr(last) == ANSWER
    assert "Why is the &lt;sky&gt; blue?" in last._repr_html_()
    assert capsys.readouterr().out == ""


def test_rule_1_a_conversation_with_reasoning_too(sync_mistral, notebook):
    asked = {"model": "magistral-medium-latest", "inputs": "Why?"}
    answer = sync_mistral.beta.conversations.start_stream(**asked).show()
    assert answer.text
    assert answer.text in repr(notebook[0].shown[-1])
    sync_mistral.chat.stream(model="magistral-medium-latest", messages=ASKED["messages"]).show()
    assert "<summary" in notebook[1].shown[-1]._repr_html_()


@pytest.mark.parametrize("ipython", [None, SimpleNamespace(), SimpleNamespace(get_ipython=lambda: None)])
def test_rule_1_ipython_in_a_terminal_is_no_notebook(monkeypatch, ipython):
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    assert not in_notebook()


def test_a_failure_comes_out_of_it(sync_mistral, fake_mistral):
    fake_mistral.reply("chat.stream", sse=[], done=False)
    with pytest.raises(Exception, match="ended"):
        sync_mistral.chat.stream(**ASKED).show()


def test_rule_2_bulk_work_has_a_bar_that_grows(sync_mistral, notebook):
    results = sync_mistral.bulk.embed(["a"] * 9, model="mistral-embed", progress=ProgressBar("texts"))
    results.collect()
    assert 'value="9"' in results._repr_html_()
    (handle,) = notebook
    html = handle.shown[-1]._repr_html_()
    assert 'max="9"' in html
    assert "9 of 9" in html
    assert "texts: " in html
