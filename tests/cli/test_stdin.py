"""What is said while stdin is waited for, and what of an answer a terminal gets."""

from __future__ import annotations

import io
import os
import sys

import pytest

from mistral_async.cli import _text, main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals and pipes of Unix")


@pytest.fixture
def terminal(monkeypatch, run):
    """Make stdin a terminal at which somebody types text, and Ctrl-D."""
    master, slave = os.openpty()
    with open(slave, encoding="utf-8") as stdin:  # noqa: PTH123 - a descriptor

        def typing(text):
            os.write(master, text.encode() + b"\x04")
            monkeypatch.setattr("sys.stdin", stdin)

        yield typing
    os.close(master)


@pytest.mark.parametrize(
    "command",
    [["moderate"], ["embed"], ["embed", "--format", "csv"], ["chat", "what is it?", "-a", "-"]],
    ids=" ".join,
)
def test_a_terminal_that_is_waited_for_is_told_of(terminal, capsys, command):
    terminal("text\n")
    assert main([*command, "--fake"]) == 0
    captured = capsys.readouterr()
    assert captured.err == "mistral-async: reading from the terminal: Ctrl-D ends it\n"
    assert "reading" not in captured.out


def test_a_question_at_a_terminal_waits_for_nothing(terminal, capsys):
    terminal("")
    assert main(["chat", "hi", "--fake"]) == 0
    assert capsys.readouterr() == ("You said: hi\n", "")


def test_a_conversation_at_a_terminal_has_attachments_a_template_and_a_log(
    terminal, capsys, tmp_path, threaded_server, monkeypatch
):
    monkeypatch.setenv("MISTRAL_API_KEY", threaded_server.api_key)
    (tmp_path / "a.txt").write_text("attached")
    (tmp_path / "loud.txt").write_text("LOUD: $input")
    terminal("one\ntwo\n")
    command = ["chat", "-a", "a.txt", "-t", "loud.txt", "--log", "--server-url", threaded_server.url]
    assert main(command) == 0
    first, second = (request.json()["messages"] for request in threaded_server.requests)
    assert [chunk["text"] for chunk in first[0]["content"]] == ["LOUD: one", "a.txt:\n\nattached"]
    assert [message["content"] for message in second[2:]] == ["LOUD: two"]
    terminal("three\n")
    assert main(["chat", "-c", "--server-url", threaded_server.url]) == 0
    assert len(threaded_server.requests[-1].json()["messages"]) == 5
    main(["logs", "list"])
    assert "\t3\tLOUD: one" in capsys.readouterr().out


def test_a_question_of_several_lines(terminal, threaded_server, monkeypatch):
    monkeypatch.setenv("MISTRAL_API_KEY", threaded_server.api_key)
    terminal('"""one\n\n  two"""\n"""\nthree\n"""\n"""four"""\n')
    assert main(["chat", "--server-url", threaded_server.url]) == 0
    asked = [message["content"] for message in threaded_server.requests[-1].json()["messages"][::2]]
    assert asked == ["one\n\n  two", "three", "four"]


def test_a_pipe_that_sends_nothing_is_told_of(run, capsys, monkeypatch):
    reading, writing = os.pipe()

    class Reader(io.StringIO):
        """Who ends the pipe when told of it."""

        def write(self, text):
            if "waiting for the end of stdin, which sends nothing (--no-stdin does not read it)" in text:
                os.close(writing)
            return super().write(text)

    monkeypatch.setattr(_text, "_PATIENCE", 0.01)
    with open(reading, encoding="utf-8") as stdin:  # noqa: PTH123 - a descriptor
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr("sys.stderr", Reader())
        assert main(["chat", "hi", "--fake"]) == 0
    assert capsys.readouterr().out == "You said: hi\n"


def test_stdin_can_be_left_to_others(run, monkeypatch):
    assert run("chat", "hi", "--no-stdin", "--fake", stdin="the next lines of a loop\n").out == "You said: hi\n"
    assert sys.stdin.read() == "the next lines of a loop\n"


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("options", [[], ["--no-stream"]])
def test_an_answer_cannot_command_a_terminal(run, monkeypatch, options):
    screen = Tty()
    monkeypatch.setattr("sys.stdout", screen)
    run("chat", "a\x1b]52;c;eA==\x07b\r\x9bc\td", "--fake", *options)
    assert screen.getvalue() == "You said: a\\x1b]52;c;eA==\\x07b\\x0d\\x9bc\td\n"
    assert run("chat", "\x1b[1m", "--fake", *options).code == 0
