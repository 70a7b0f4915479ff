"""`help` shows what each method takes and gives: every option with its type, its default and its meaning."""

from __future__ import annotations

import inspect
import pydoc

import pytest
from endpoint_values import ALL, needed

from mistral_async import Mistral, SyncMistral
from mistral_async._binding.documentation import answers, parameters

METHODS = ["chat.run", "chat.parse_stream", "agents.parse_stream", "batch.run", "batch.start", "batch.jobs.wait"]
METHODS += [f"bulk.{name}" for name in ("map", "chat", "embed", "moderate", "classify")]
METHODS += ["audio.realtime.connect", "audio.realtime.transcribe_stream", "audio.realtime_speech.speak_stream"]


def method_of(client: object, path: str):
    for name in path.split("."):
        client = getattr(client, name)
    return client


def test_help_shows_every_option_of_a_chat(capsys):
    client = Mistral("key")
    pydoc.help(client.chat.complete)
    shown = capsys.readouterr().out
    for name in inspect.signature(client.chat.complete).parameters:
        assert f"        {name} (" in shown
    assert "temperature (float | None): From 0 to 1.5; the model's own unless given." in shown
    assert "`Mistral`: await ChatCompletionResponse" in shown
    assert "`SyncMistral`: ChatCompletionResponse" in shown


def test_a_docstring_is_a_text_that_tells_the_same_printed_and_inspected():
    doc = Mistral("key").files.get_signed_url.__doc__
    assert doc.startswith("Get an address where anyone can read the file")
    assert str(doc) == inspect.getdoc(Mistral("key").files.get_signed_url)
    assert "expiry (int | None): Hours, from 1 to 168; 24 unless given." in str(doc)


def test_a_default_and_what_is_required_are_told():
    client = SyncMistral("key")
    assert "Default: 'codestral-latest'." in inspect.getdoc(client.fim.complete)
    assert "prompt (str; required): The code before the gap." in inspect.getdoc(client.fim.complete)
    assert "`SyncMistral`: SyncResults[Vector]" in inspect.getdoc(client.bulk.embed)


def test_every_parameter_and_option_has_a_meaning():
    missing = [
        f"{name}: {each.name}"
        for name, method in ALL.items()
        for each in parameters(method.__wrapped__)
        if not each.meaning
    ]
    assert not missing, "say it under the option's key, in the docstring's `Args:`, or in `usual_parameters.py`"


def test_methods_of_several_requests_tell_each_parameter_too():
    client = Mistral("key")
    functions = {name: method_of(client, name).__wrapped__ for name in METHODS}
    assert [(name, each.name) for name in METHODS for each in parameters(functions[name]) if not each.meaning] == []


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("chat.stream", needed("chat.stream")),
        ("files.list", {}),
        ("files.download", {"file_id": "1"}),
        ("chat.run", {"messages": "hi", "model": "m"}),
        ("chat.parse_stream", {"response_format": int, **needed("chat.stream")}),
        ("bulk.embed", {"texts": []}),
        ("batch.run", {"calls": []}),
        ("audio.realtime.connect", {"model": "m"}),
        ("audio.realtime.transcribe_stream", {"model": "m", "audio_stream": []}),
        ("audio.realtime_speech.connect", {"model": "m"}),
        ("audio.realtime_speech.speak_stream", {"model": "m", "text_stream": []}),
    ],
)
def test_what_is_told_of_the_answer_is_what_both_clients_give(name, given):
    told = answers(method_of(Mistral("key"), name).__wrapped__)
    made = [method_of(client, name)(**given) for client in (Mistral("key"), SyncMistral("key"))]
    assert [text.partition("[")[0] for text in told] == [type(each).__name__ for each in made]
