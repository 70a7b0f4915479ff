"""The command line: in this process, where `run` gives the exit code, stdout and stderr; `env` is for another one."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import NamedTuple

import pytest

from mistral_async.cli import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys, monkeypatch, tmp_path, tmp_path_factory):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))  # what is kept for a user, and shells' own files
    for name in ("XDG_DATA_HOME", "MISTRAL_CHAT_LOG"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments, stdin=""):
        text = io.StringIO(stdin) if isinstance(stdin, str) else io.TextIOWrapper(io.BytesIO(stdin))
        monkeypatch.setattr("sys.stdin", text)
        code = main([str(each) for each in arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run


@pytest.fixture
def at(threaded_server, monkeypatch, run):
    """The same, at a server that the test can look into."""

    def at(*arguments, stdin="", key=None):
        monkeypatch.setenv("MISTRAL_API_KEY", key or threaded_server.api_key)
        return run(*arguments, "--server-url", threaded_server.url, stdin=stdin)

    return at


@pytest.fixture
def env():
    """The variables of a process that runs this package, without those that say how."""
    ours = ("MISTRAL", "PYTHONWARN", "PYTHONUNBUFFERED")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    paths = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), clean.get("PYTHONPATH")]))
    return clean | {"PYTHONPATH": paths}
