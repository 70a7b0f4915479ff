"""What someone at a terminal sees: sessions in tmux."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest

from mistral_async.testing import FakeMistral

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

PATIENCE = 40.0  # seconds for a machine that is busy


class Terminal:
    """A terminal of 100 by 30 with a plain shell in it."""

    def __init__(self, directory: Path, **variables: str) -> None:
        self._tmux = ["tmux", "-L", f"mistral-async-{uuid4().hex[:8]}", "-f", os.devnull]
        root = Path(__file__).parents[2]
        settings = {"PS1": "$ ", "PYTHONPATH": str(root), "COLUMNS": "100", "HISTFILE": os.devnull, **variables}
        assigned = [f"{name}={value}" for name, value in settings.items()]
        shell = shlex.join(["env", "-u", "PROMPT_COMMAND", "-u", "PYTHONUNBUFFERED", *assigned, "sh"])
        self._run("new-session", "-d", "-x", "100", "-y", "30", "-c", str(directory), shell)
        self._run("set-option", "-g", "history-limit", "5000")

    def _run(self, *arguments: str) -> str:
        ran = subprocess.run([*self._tmux, *arguments], capture_output=True, text=True, timeout=20, check=True)
        return ran.stdout

    def type(self, text: str) -> None:
        self._run("send-keys", "-l", text)
        self._run("send-keys", "Enter")

    def press(self, key: str) -> None:
        self._run("send-keys", key)

    @property
    def screen(self) -> str:
        return "\n".join(
            line.rstrip() for line in self._run("capture-pane", "-p", "-J", "-S", "-").splitlines()
        ).rstrip()

    def wait(self, pattern: str) -> str:
        """The screen once it shows a pattern."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            screen = self.screen
            if re.search(pattern, screen, re.MULTILINE):
                return screen
            time.sleep(0.1)
        pytest.fail(f"{pattern!r} did not appear:\n{self.screen}")

    def close(self) -> None:
        self._run("kill-server")


@pytest.fixture
def session(tmp_path):
    opened = []

    def open_terminal(server):
        terminal = Terminal(tmp_path, MISTRAL_API_KEY=server.api_key, SERVER=server.url)
        opened.append(terminal)
        program = shlex.join([sys.executable, "-m", "mistral_async"])
        command = f"""mistral() {{ c="$1"; shift; {program} "$c" --server-url "$SERVER" "$@"; }}"""
        terminal.type(f"{command}; clear; echo ready")
        terminal.wait(r"\Aready\n\$\Z")
        return terminal

    yield open_terminal
    for terminal in opened:
        terminal.close()


def test_a_conversation(session):
    with FakeMistral(chunk_delay=0.05) as server:
        terminal = session(server)
        terminal.type("mistral chat")
        terminal.wait(r"^mistral-small-latest\. Ctrl-C stops an answer, Ctrl-D ends the conversation\.\n>$")
        terminal.type("first question")
        terminal.wait(r"^> first question\nYou said: first question\n>$")

        # Ctrl-C stops an answer, and what was said of it stays part of the conversation.
        server.reply("chat.stream", sse=[_chunk("slowly ")], done=False)
        server.chunk_delay = 1.0
        server.reply("chat.stream", sse=[_chunk(f"word{n} ") for n in range(60)])
        server.requests.clear()
        terminal.type("a cut answer")  # a stream that ends without its mark
        terminal.wait(r"^slowly\n\[.*terminal mark.*\]\n>$")
        terminal.type("a long answer")
        terminal.wait(r"word0 word1")
        terminal.press("C-c")
        screen = terminal.wait(r"\[stopped\]\n>$")
        assert "word59" not in screen

        server.chunk_delay = 0.0
        terminal.type("and now?")
        terminal.wait(r"^> and now\?\nYou said: and now\?\n>$")
        messages = server.requests[-1].json()["messages"]
        assert [message["role"] for message in messages] == ["user", "assistant"] * 3 + ["user"]
        assert messages[3]["content"] == "slowly "
        assert messages[5]["content"].startswith("word0 word1")

        terminal.press("C-d")
        terminal.wait(r"^>\n\$$")
        terminal.type("echo code $?")
        terminal.wait(r"^\$ code 0$|^code 0$")


def test_ctrl_c_at_the_prompt_ends_it(session):
    with FakeMistral() as server:
        terminal = session(server)
        terminal.type("mistral chat")
        terminal.wait(r"^>$")
        terminal.press("C-c")
        terminal.wait(r"^\$$")
        terminal.type("echo code $?")
        screen = terminal.wait(r"^code 130$")
        assert "Traceback" not in screen


def test_embed_shows_progress_and_goes_on_where_it_was_stopped(session, tmp_path):
    (tmp_path / "texts.txt").write_text("".join(f"text number {n}\n" for n in range(3000)))
    with FakeMistral(latency=0.5) as server:
        terminal = session(server)
        command = "mistral embed texts.txt -o out.jsonl --checkpoint kept --concurrency 1; echo code $?"
        terminal.type(command)
        screen = terminal.wait(r"texts .*[1-9]\d*/3000 .* tokens")
        assert "requests" in screen
        terminal.press("C-c")
        terminal.wait(r"stopped: give the same command again to go on \(kept has what is done\)")
        terminal.wait(r"^\$$")
        terminal.type("echo code $?")
        terminal.wait(r"^code 130$")
        assert not (tmp_path / "out.jsonl").exists()

        server.latency = 0.0
        sent = len(server.requests)
        terminal.type("clear")
        terminal.wait(r"\A\$$")
        terminal.type(command)
        screen = terminal.wait(r"^code 0$")
        resumed = int(re.search(r"([\d,]+) of 3,000 were embedded before: kept has them", screen)[1].replace(",", ""))
        assert resumed > 0
        again = sum(len(request.json()["input"]) for request in server.requests[sent:])
        assert again == 3000 - resumed
        assert "3000/3000" in screen
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["index"] for line in lines] == list(range(3000))


def test_progress_is_for_terminals_only(session, tmp_path):
    (tmp_path / "texts.txt").write_text("one\ntwo\n")
    with FakeMistral() as server:
        terminal = session(server)
        terminal.type("mistral embed texts.txt > out.jsonl 2> log; echo code $?")
        terminal.wait(r"^code 0$")
        assert (tmp_path / "log").read_text() == ""
        terminal.type("mistral embed texts.txt > seen.jsonl; echo code $? again")
        screen = terminal.wait(r"^code 0 again$")
        assert "2/2" in screen
        assert (tmp_path / "seen.jsonl").read_text() == (tmp_path / "out.jsonl").read_text() != ""


def _chunk(text):
    delta = {"role": "assistant", "content": text}
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "model": "mistral-small-latest",
        "created": 1,
        "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
    }
