"""The blocking client in other people's processes: under gunicorn with a preloaded application, and at Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from mistral_async.testing import Stall

MODEL = "mistral-small-latest"
HI = f"model={MODEL!r}, messages=[{{'role': 'user', 'content': 'hi'}}]"

APPLICATION = f"""
import os
from mistral_async import SyncMistral

client = SyncMistral(os.environ["KEY"], server_url=os.environ["SERVER"], backend=os.environ["BACKEND"])
LOADED = os.getpid()
assert client.chat.complete({HI}).text  # in the parent: its thread and connections stay there

def application(environ, start_response):
    question = environ["QUERY_STRING"]
    answer = client.chat.complete(model={MODEL!r}, messages=[{{"role": "user", "content": question}}])
    streamed = "".join(chunk.text for chunk in client.chat.stream({HI}))
    start_response("200 OK", [("content-type", "text/plain")])
    return [f"{{os.getpid()}} {{LOADED}} {{answer.text}} | {{streamed}}".encode()]
"""


@pytest.fixture(params=["asyncio", "trio"])
def served(request, threaded_server, tmp_path):
    """An application under gunicorn, loaded before its workers are forked."""
    pytest.importorskip("gunicorn")
    (tmp_path / "shop.py").write_text(APPLICATION)
    settings = {"KEY": threaded_server.api_key, "SERVER": threaded_server.url, "BACKEND": request.param}
    options = [
        "--preload",
        "--workers",
        "3",
        "--bind",
        "unix:gunicorn.sock",
        "--graceful-timeout",
        "5",
        "shop:application",
    ]
    with (tmp_path / "log").open("w+b") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *options], cwd=tmp_path, env=os.environ | settings, stderr=log
        )
        try:
            yield tmp_path / "gunicorn.sock", process
        finally:
            process.terminate()
            assert process.wait(20) == 0
        log.seek(0)
        told = log.read().decode()
    assert "Traceback" not in told, told
    assert "[ERROR]" not in told, told


def asked(socket, question):
    import httpx

    with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket))) as client:
        return client.get(f"http://shop/?{question}", timeout=20).text


def test_a_preloaded_application(served, threaded_server):
    socket, process = served
    until = time.monotonic() + 40
    while not socket.exists():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)
    workers = set()
    for number in range(60):
        worker, parent, answer = asked(socket, f"question{number}").split(" ", 2)
        assert answer == f"You said: question{number} | You said: hi"
        assert int(parent) == process.pid != int(worker)
        workers.add(worker)
        if len(workers) == 3 and number >= 10:
            break
    assert len(workers) >= 2
    assert threaded_server.effects["chat.complete"] == number + 2


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("kind", ["call", "stream"])
def test_ctrl_c_ends_the_call_at_the_server_too(threaded_server, backend, kind):
    """KeyboardInterrupt within a second; the server sees the call go; the next one works."""
    what = {
        "call": f"client.chat.complete({HI})",
        "stream": f"[chunk for chunk in client.chat.stream({HI})]",
    }[kind]
    program = f"""
import sys
from mistral_async import SyncMistral
client = SyncMistral({threaded_server.api_key!r}, server_url={threaded_server.url!r}, backend={backend!r})
print("ready", flush=True)
try:
    {what}
except KeyboardInterrupt:
    print("interrupted", flush=True)
sys.stdin.readline()
print(client.chat.complete({HI}).text, flush=True)
"""
    threaded_server.fault(Stall(where="head") if kind == "call" else Stall(after_events=1))
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "ready\n"
            until = time.monotonic() + 20
            while not threaded_server.requests:
                assert time.monotonic() < until
                time.sleep(0.01)
            time.sleep(0.1)
            assert threaded_server.connections.open == 1
            since = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.stdout.readline() == "interrupted\n"
            assert time.monotonic() - since < 5
            while threaded_server.connections.open and time.monotonic() - since < 15:
                time.sleep(0.01)
            assert threaded_server.connections.open == 0
            out, err = process.communicate("go on\n", timeout=30)
            assert (process.returncode, out, err) == (0, "You said: hi\n", "")
        finally:
            with suppress(ProcessLookupError):
                process.kill()
    assert len(threaded_server.requests) == 2  # the call was not made again
