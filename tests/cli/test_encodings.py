"""What a shell and a machine have: words, files, pipes and outputs in any encoding, and streams that are closed."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

COMMAND = [sys.executable, "-m", "mistral_async"]
SMILE = "hé \U0001f389"
OUTPUTS = ["latin-1", "ascii", "utf-8", "utf-16"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be-mark", "utf-32"]


def encoded(text, encoding):
    return b"\xfe\xff" + text.encode("utf-16-be") if encoding == "utf-16-be-mark" else text.encode(encoding)


@pytest.fixture
def server(threaded_server, env):
    env["MISTRAL_API_KEY"] = threaded_server.api_key
    return threaded_server


@pytest.fixture
def shell(server, tmp_path, env):
    def shell(*arguments, stdin=b"", **more):
        command = [*COMMAND, *arguments, "--server-url", server.url]
        options = {"input": stdin, "capture_output": True, "env": env | more, "cwd": tmp_path}
        return subprocess.run(command, timeout=60, check=False, **options)

    return shell


def asked(server):
    return server.requests[-1].json()["messages"][-1]["content"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["chat", b"bad\xff"],
        pytest.param(["chat", "hi", "--system", b"\xe9t\xe9"], marks=pytest.mark.slow),
        pytest.param(["chat", "hi", "-m", b"\xff"], marks=pytest.mark.slow),
        pytest.param(["moderate", b"\xff"], marks=pytest.mark.slow),
        ["batch", "run", "x", "--endpoint", b"\xff"],
    ],
    ids=str,
)
def test_words_that_are_no_text_are_refused(shell, arguments):
    ran = shell(*arguments)
    assert ran.returncode == 2
    assert b"is not text in UTF-8" in ran.stderr.replace(b"\n", b" ")
    assert b"Traceback" not in ran.stderr


def test_words_in_a_locale_of_ascii(shell, server):
    ran = shell("chat", SMILE, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (ran.returncode, asked(server)) == (0, SMILE)
    assert b"\\U0001f389" in ran.stdout  # which ASCII has not


def test_names_of_files_may_be_any_bytes(shell, server, tmp_path):
    name = b"b\xe9.txt"
    (tmp_path / os.fsdecode(name)).write_bytes(b"one\n")
    assert shell("embed", name, "-o", b"\xff.jsonl").returncode == 0
    assert (tmp_path / "\udcff.jsonl").exists()
    assert shell("chat", "-f", name, "hi").returncode == 0
    (tmp_path / os.fsdecode(b"b\xe9.pdf")).write_bytes(b"%PDF")
    ran = shell("ocr", b"b\xe9.pdf", "--json")
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["source"] == "b\\xe9.pdf"


@pytest.mark.parametrize("encoding", ["cp1252", *(pytest.param(each, marks=pytest.mark.slow) for each in OUTPUTS)])
def test_every_answer_can_be_printed(shell, encoding):
    ran = shell("chat", SMILE, PYTHONIOENCODING=encoding)
    assert (ran.returncode, ran.stderr) == (0, b"")
    shown = ran.stdout.decode(encoding)
    assert SMILE in shown or "\\U0001f389" in shown
    ran = shell("moderate", SMILE, "--json", PYTHONIOENCODING=encoding)
    assert json.loads(ran.stdout.decode(encoding))["index"] == 0


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_byte_order_marks_of_files(at, threaded_server, tmp_path, encoding):
    def ask(text, name, *words):
        (tmp_path / name).write_bytes(encoded(text, encoding))
        assert at(*words, name).code == 0
        return threaded_server.requests[-1].json()

    assert ask(SMILE, "prompt", "chat", "-f")["messages"][-1]["content"] == SMILE
    assert ask(f"{SMILE}\r\nb\n", "lines", "moderate", "-f")["input"] == [SMILE, "b"]
    assert ask(json.dumps({"text": SMILE}, ensure_ascii=False) + "\n", "a.jsonl", "embed")["input"] == [SMILE]
    assert ask(f'text,n\n"{SMILE}\r\nb",1\n', "a.csv", "embed")["input"] == [f"{SMILE}\r\nb"]


@pytest.mark.parametrize("encoding", ["utf-16", *(pytest.param(each, marks=pytest.mark.slow) for each in ENCODINGS)])
def test_byte_order_marks_of_pipes(shell, server, encoding):
    assert shell("chat", stdin=encoded(SMILE, encoding)).returncode == 0
    assert asked(server) == SMILE
    assert shell("embed", stdin=encoded(f"{SMILE}\r\nb\n", encoding)).returncode == 0
    assert server.requests[-1].json()["input"] == [SMILE, "b"]
    assert shell("embed", "--format", "csv", stdin=encoded(f'text\n"{SMILE}\r\nb"', encoding)).returncode == 0
    assert server.requests[-1].json()["input"] == [f"{SMILE}\r\nb"]


def test_a_mark_that_arrives_in_pieces(server, env):
    """And whoever types is not waited for: one letter and a line's end are a line."""
    command = [*COMMAND, "embed", "--server-url", server.url]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        for byte in "\ufeffa\nb\n".encode("utf-16-le"):
            child.stdin.write(bytes([byte]))
            child.stdin.flush()
        child.stdin.close()
        assert child.stdout.read().count(b"\n") == 2
    sent = [text for request in server.requests for text in request.json()["input"]]
    assert sent == ["a", "b"]


def test_fields_of_any_size(shell, server, tmp_path):
    long = "x" * 3_000_000
    (tmp_path / "a.csv").write_text(f"text,other\nshort,{long}\n")
    assert shell("embed", "a.csv").returncode == 0
    assert server.requests[-1].json()["input"] == ["short"]
    (tmp_path / "bad.csv").write_bytes(b'text\r"a"\r')
    ran = shell("embed", "bad.csv")
    assert ran.returncode in {0, 2}
    assert b"Traceback" not in ran.stderr


ONE = [pytest.param(each, marks=pytest.mark.slow) for each in ("0<&-", ">&-", "2>&-")]
MORE = [pytest.param(each, marks=pytest.mark.slow) for each in ("models", "embed texts")]


@pytest.mark.parametrize("closed", ["0<&- >&- 2>&-", *ONE])
@pytest.mark.parametrize("command", ["chat hi", "chat", *MORE])
def test_streams_that_are_closed(server, tmp_path, env, closed, command):
    (tmp_path / "texts").write_text("a\n")
    line = f"{sys.executable} -m mistral_async {command} --server-url {server.url} {closed}"
    ran = subprocess.run(["bash", "-c", line], env=env, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert ran.returncode == (2 if command == "chat" else 0)
    assert b"Traceback" not in ran.stderr
