"""The command line as a process: pipes, signals, what it loads and what it says without its extra."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time

import pytest

from mistral_async import SyncMistral
from mistral_async.testing import FakeMistral, Stall

COMMAND = [sys.executable, "-m", "mistral_async"]


def run(*arguments, env, stdin="", **options):
    return subprocess.run(
        [*COMMAND, *arguments], env=env, input=stdin, capture_output=True, text=True, timeout=60, check=False, **options
    )


def test_stdin_to_stdout(env):
    ran = run("embed", "--fake", env=env, stdin="one\ntwo\n")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert [json.loads(line)["index"] for line in ran.stdout.splitlines()] == [0, 1]


def test_stdin_from_a_file_and_from_nowhere(env, tmp_path):
    (tmp_path / "texts").write_text("one\n")
    with (tmp_path / "texts").open() as texts:
        ran = subprocess.run(
            [*COMMAND, "embed", "--fake"], env=env, stdin=texts, capture_output=True, timeout=60, check=True
        )
    assert ran.stdout.count(b"\n") == 1
    ran = subprocess.run(
        [*COMMAND, "embed", "--fake"], env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True
    )
    assert (ran.stdout, ran.stderr) == (b"", b"")


def test_a_slow_pipe_holds_nothing_up(env):
    with subprocess.Popen(
        [*COMMAND, "moderate", "--fake"], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        process.stdin.write("first\n")
        process.stdin.flush()
        process.stdin.write("second\n")
        process.stdin.close()
        assert process.stdout.read() == "0\tok\n1\tok\n"
        assert process.wait(30) == 0


def test_exit_codes_reach_the_shell(env):
    assert run("chat", "hi", env=env).returncode == 2
    assert run("chat", "hi", "--fake", "-m", "nonsense", env=env).returncode == 3
    assert run("nonsense", env=env).returncode == 2


def test_a_reader_who_leaves_is_no_error(env, tmp_path):
    texts = tmp_path / "texts.txt"
    texts.write_text("".join(f"text {n}\n" for n in range(2000)))
    writer = subprocess.Popen(
        [*COMMAND, "embed", texts, "--fake"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with writer:
        assert writer.stdout.readline().startswith('{"index":0')
        writer.stdout.close()
        assert writer.wait(60) == 0
        assert writer.stderr.read() == ""


@pytest.mark.parametrize("command", [["chat"], ["moderate"], ["embed", "--format", "csv"]], ids=" ".join)
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_stdin_that_is_not_text(env, command, locale):
    ran = subprocess.run(
        [*COMMAND, *command, "--fake"],
        env=env | {"LC_ALL": locale},
        input=b"\xff\xfe\x00",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr == b"mistral-async: stdin is not text in UTF-8\n"


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    "command",
    ["models --json --fake", "moderate -f texts --json --fake", "embed texts --fake", "chat -f texts --fake"],
)
def test_head_ends_a_command_well(env, tmp_path, command):
    """In a shell that minds: with `pipefail` the exit code is the command's own."""
    (tmp_path / "texts").write_text("".join(f"text {n}\n" for n in range(3000)))
    pipe = f"set -o pipefail; {shlex.join(COMMAND)} {command} | head -n 1"
    ran = subprocess.run(
        ["bash", "-c", pipe], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("\n") == 1


def test_a_reader_who_was_never_there_is_no_error(env):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            [*COMMAND, "models", "--fake"], env=env, stdout=writing, stderr=subprocess.PIPE, timeout=60, check=False
        )
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, b"")


@pytest.mark.parametrize("command", [["embed"], ["chat", "hi"]], ids=" ".join)
def test_ctrl_c_is_130_and_quick(env, tmp_path, command):
    (tmp_path / "in").write_text("one\n")
    with FakeMistral(latency=30) as server, (tmp_path / "in").open() as stdin:
        settings = env | {"MISTRAL_API_KEY": server.api_key}
        with subprocess.Popen(
            [*COMMAND, *command, "--server-url", server.url],
            env=settings,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            until = time.monotonic() + 30
            while not server.requests and time.monotonic() < until:
                time.sleep(0.05)
            since = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == -signal.SIGINT  # of which a shell makes 130
            assert time.monotonic() - since < 5
            assert "Traceback" not in process.stderr.read()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are of Unix")
def test_termination_leaves_nothing_half_written(env, tmp_path):
    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url) as client:
        file = client.files.upload(("f", b"x" * 5_000_000), "ocr")
        server.fault(Stall(after_bytes=3_000_000))
        command = [*COMMAND, "files", "download", file.id, "-o", "f", "--server-url", server.url]
        settings = env | {"MISTRAL_API_KEY": server.api_key}
        with subprocess.Popen(command, env=settings, cwd=tmp_path, stderr=subprocess.PIPE) as process:
            until = time.monotonic() + 30
            while not list(tmp_path.iterdir()) and time.monotonic() < until:
                time.sleep(0.02)
            assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
            process.terminate()
            assert process.wait(30) == -signal.SIGTERM
            assert process.stderr.read() == b""
    assert not list(tmp_path.iterdir())


def test_serve_fake_serves_until_ctrl_c(env):
    with subprocess.Popen(
        [*COMMAND, "serve-fake", "--port", "0"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        url = process.stdout.readline().split()[-1]
        ran = run("chat", "hello", "--server-url", url, env=env | {"MISTRAL_API_KEY": "any"})
        process.send_signal(signal.SIGINT)
        assert (ran.returncode, ran.stdout) == (0, "You said: hello\n")
        assert process.wait(30) == 0
        assert process.stderr.read() == ""


def test_without_the_extra_it_says_what_to_install(env, tmp_path):
    (tmp_path / "cyclopts.py").write_text("raise ModuleNotFoundError('no', name='cyclopts')")
    env = env | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{env['PYTHONPATH']}"}
    ran = run("chat", "hi", "--fake", env=env)
    assert ran.returncode == 2
    assert "pip install 'mistral-async[cli]'" in ran.stderr
    (tmp_path / "a.txt").write_text("The Rhine flows into the North Sea.\n")
    ran = run("demo", str(tmp_path / "a.txt"), "--backend", "asyncio", env=env)
    assert ran.returncode == 0


def test_help_loads_no_client(env):
    program = (
        "import sys; from mistral_async.cli import main; main(['--help']); "
        "sys.exit(' '.join({'mistral_async._client.client', 'httpx', 'mistral_async.testing'} & set(sys.modules)) or 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
