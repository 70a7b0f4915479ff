"""The commands in the documentation: each can be given, and prints what stands below it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from mistral_async.cli import app

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
BLOCKS = re.findall(r"^```console\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def sessions():
    """Command lines and what they print."""
    for block in BLOCKS:
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            words = shlex.split(command, comments=True)
            if "mistral-async" in words:
                words = words[words.index("mistral-async") + 1 :]
                ends = [words.index(mark) for mark in ("|", ">", "<") if mark in words]
                yield words[: min(ends, default=len(words))], printed


SESSIONS = list(sessions())


@pytest.mark.parametrize(("words", "printed"), SESSIONS, ids=[" ".join(words) for words, _ in SESSIONS])
def test_command(run, words, printed):
    app.parse_args(words, exit_on_error=False, print_error=False)
    if printed:
        ran = run(*words, *([] if "--fake" in words else ["--fake"]))
        assert (ran.code, ran.out) == (0, printed)


def test_there_are_some():
    assert len(SESSIONS) > 15
    assert any(printed for _, printed in SESSIONS)
