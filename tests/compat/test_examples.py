"""The programs of the official SDK's examples and README, rewritten: each runs on the embedded server, and prints."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import runpy
import socket
import subprocess
import sys
import time
import wave
from pathlib import Path

import pytest

from mistral_async._client import settings as _settings
from mistral_async.testing import Stall

FOLDER = Path(__file__).parent / "examples"
PROGRAMS = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.py") if path.parent.name != "mcp_servers")

OWN_PROCESS = {
    "agents/async_conversation_run_mcp.py": "the server is a process that needs real files",
    "agents/async_conversation_run_mcp_remote.py": "the same",
    "readme/debugging.py": "it sets the root logger up",
}
SLOW = "agents/async_conversation_run_mcp.py"  # two processes that load the MCP SDK; `_remote` has the same checks
STDIN = {"chat/chatbot_with_streaming.py": "hello\n/model mistral-large-latest\nagain\n/exit\n"}
EXITS = {"chat/chatbot_with_streaming.py"}

PRINTS = {
    "agents/async_agents_no_streaming.py": "You know cheese.\nYou said: And the youngest?\nFalse\n",
    "agents/async_conversation_agent.py": "['tool.execution', 'message.output']\n['message.output'] True\nTrue\n",
    "agents/async_conversation_run.py": "Result, 1 request\nTrue\n",
    "agents/async_conversation_run_code_interpreter.py": (
        "function.call \nfunction.result What is 7 + 7?\nmessage.output \nSolution\n"
    ),
    "agents/async_conversation_run_mcp.py": (
        "function.call \nfunction.call \nfunction.result … is in Paris\nfunction.result 12.5\nmessage.output \n"
        "Weather\n['get_location', 'get_weather']\n"
    ),
    "agents/async_conversation_run_mcp_remote.py": (
        "function.call \nfunction.result 12.5\nmessage.output \nfinally: get_weather returned: 12.5\n"
    ),
    "agents/async_conversation_run_stream.py": (
        "conversation.response.started\nfunction.call.delta\nconversation.response.done\nfunction.result\n"
        "message.output.delta\n3 Place\n"
    ),
    "agents/async_multi_turn_conversation.py": (
        "function.call \nfunction.call \nfunction.call \nfunction.result Ada\n"
        'function.result ["a book","chocolate"]\n'
        "function.result Error while executing buy_gift: the shop is closed\nmessage.output \nTrue 3\n"
    ),
    "agents/conversation_stream.py": (
        "conversation.response.started True\nYou said: Say hello. True\nconversation.response.started\n"
    ),
    "audio/chat_base64.py": "You said: What is to be heard?\n",
    "audio/chat_no_streaming.py": "You said: What is this about?\n",
    "audio/chat_streaming.py": "You said: What is this about?\ndeleted: True\n",
    "audio/speech.py": "Rain b'RIFF'\nspeech.audio.delta\n…speech.audio.done\n",
    "audio/transcription_async.py": "This is 3.0 seconds of audio from rain.wav.\n",
    "audio/transcription_diarize_async.py": "[0.0s to …s] speaker_…: This is…\n",
    "audio/transcription_segments.py": 2 * "This is 0.0 seconds of audio from rain.mp3.\n",
    "audio/transcription_segments_stream.py": (
        "transcription.text.delta This\n…transcription.segment This…\n"
        "transcription.done This is 0.0 seconds of audio from rain.mp3.\n"
    ),
    "audio/transcription_stream_async.py": (
        "transcription.text.delta This\n…transcription.done This is 3.0 seconds of audio from rain.wav.\n"
    ),
    "audio/transcription_url.py": "This is 0.0 seconds of audio from rain.mp3.\n",
    "chat/async_chat_no_streaming.py": "You said: Which cheese is the oldest?\n",
    "chat/async_chat_with_image_no_streaming.py": "You said: Which bridge is this?\n",
    "chat/async_chat_with_streaming.py": "You said: Name fifty rivers, please.\n[stop]\n",
    "chat/async_structured_outputs.py": "City\nTrue\n",
    "chat/chat_no_streaming.py": "You said: Which cheese is the oldest?\nTrue mistral-tiny\n",
    "chat/chat_prediction.py": "You said: class River(BaseModel):\n    name: str\n    kilometres: int\n",
    "chat/chat_with_streaming.py": "You said: Count to three.\n",
    "chat/chatbot_with_streaming.py": "You said: hello\nYou said: again\n5 messages\n",
    "chat/completion_with_streaming.py": (
        "def factorial(n: int):\n    # factorial, before: print(factorial(5))\nprint(factorial(5))\n"
    ),
    "chat/function_calling.py": (
        "You said: Where is it?\ntool_calls True\ncalls parcel_state {'parcel_id': 'P7'}\n"
        'parcel_state returned: {"state": "delivered"}\n'
    ),
    "chat/json_format.py": "['answer']\n",
    "chat/reasoning.py": "thinks: The user asks: What is 12 * 14?…\nsays: 12 * 14 = 168.\n",
    "chat/reasoning_multi_turn.py": (
        "turn 1: 17 * 23 = 391.\nturn 2: 391 * 3 = 1173.\nturn 3: 1173 - 100 = 1073.\n3 thoughts, True\n"
    ),
    "chat/reasoning_response_shape.py": 'high: list\n[…"type": "thinking"…]\nnone: str\n"12 * 14 = 168."\n',
    "chat/reasoning_with_streaming.py": "thinks: The user asks: What is 465 / 5?…\nsays: 465 / 5 = 93.\n",
    "chat/structured_outputs.py": "Solution Step int\nstop assistant\nTrue\n",
    "chat/structured_outputs_with_json_schema.py": "['steps', 'x']\nTrue\n",
    "chat/structured_outputs_with_pydantic.py": "True True\n",
    "classifier/async_classifier.py": "True\nSUCCESS\n3\n1\n",
    "classifier/moderation.py": "[False, False]\nTrue\n",
    "embeddings/async_embeddings.py": "list [0, 1]\n",
    "embeddings/embeddings.py": "10 1024 9 True\n",
    "fim/async_code_completion.py": "def halve(n: int):\n    # halve, before: print(halve(4))\nprint(halve(4))\n",
    "fim/code_completion.py": (
        "def double(n: int):\n    # double, before: print(double(4))\nprint(double(4))\nassistant\n"
    ),
    "jobs/async_batch_job_chat_completion_inline.py": (
        "SUCCESS 5 0\n" + "".join(f"You said: Say {n}\n" for n in range(5))
    ),
    "jobs/async_files.py": "training.jsonl\nTrue 1\ntraining.jsonl\nTrue\n",
    "jobs/async_fine_tuning.py": "True\nTrue\nTrue\nTrue\n",
    "jobs/async_fine_tuning_chat.py": "SUCCESS\nYou said: Which river is long?\nTrue\n",
    "jobs/async_jobs_ocr_batch_annotation.py": "SUCCESS\nTables\nTables\nTrue\n",
    "jobs/batch_job_file.py": "SUCCESS True\n0\n1\n2\n",
    "jobs/files.py": "training.jsonl fine-tune 93\nTrue\nTrue\nTrue\nTrue\n",
    "jobs/fine_tuning.py": "job mistral-small-latest\nTrue\n1\nTrue\n",
    "jobs/fine_tuning_dry_run.py": "dataset tokens: True\ncost: 4.0 EUR\ntrained tokens: None\n",
    "libraries/async_libraries.py": "['rhine.md']\n# The Rhine\n\nIt flows north.\n\n[]\nTrue\n",
    "libraries/libraries.py": "Rivers rhine.md\nTrue\nTrue\n# The Rhine\n\nIt flows north.\n\ndanube.md\nTrue\n",
    "models/async_list_models.py": "list True\n",
    "models/list_models.py": "True\ncodestral-latest True\n",
    "ocr/ocr_process_from_file.py": '{\n    "pages": [\n        {\n            …"markdown": "Page 1 of paper"…}\n',
    "ocr/ocr_process_from_url.py": "0 True\n['document_annotation', 'model', 'pages', 'usage_info']\n",
    "readme/asynchronous.py": "You said: Who paints best? Answer in one sentence.\n2\n",
    "readme/custom_http_client.py": "You said: Say hello.\nYou said: Say hello.\n9\nlist\n",
    "readme/debugging.py": "…DEBUG:mistralai.client:…GET /v1/models… 200 …\n",
    "readme/error_handling.py": (
        "400 True True\napplication/json invalid_model True\n422\n['body', 'completion_args', 'top_p'] True\n"
        "no connection False\n"
    ),
    "readme/one_call.py": "You said: hi\n503\ntoo late\n",
    "readme/resource_management.py": "list\nlist\nlist\n",
    "readme/retries.py": "True\nTrue\n",
    "readme/server_selection.py": "list\nlist\nlist\n",
    "readme/server_sent_events.py": (
        "conversation.response.started\nmessage.output.delta\n…message.output.delta\nconversation.response.done\n"
    ),
    "readme/synchronous.py": (
        "You said: Who paints best? Answer in one sentence.\n2\nYou said: Who paints best? Answer in one sentence.\n"
    ),
    "readme/upload_a_file.py": "example.jsonl workspace\nrhine.md\n",
}
"""What each prints; `…` is any text."""


def before(program, server):
    """What a program needs the server to do."""
    match program:
        case "readme/one_call.py":
            server.fail(503, after=1)
            server.fault(Stall(where="head"), after=2)
        case "readme/retries.py":
            server.fail(503, times=2)


def after(program, server):
    """What a program has to have sent."""
    match program:
        case "readme/one_call.py":
            assert [request.status for request in server.requests][:2] == [200, 503]
            assert server.requests[0].headers["x-team"] == "rivers"
            assert "temperature" not in server.requests[0].json()
        case "readme/retries.py":
            assert [request.status for request in server.requests] == [503, 503, 200, 200]
        case "readme/custom_http_client.py":
            blocking, asynchronous = server.requests[:3], server.requests[3:]
            assert all(request.headers["x-custom-header"] == "someValue" for request in blocking)
            assert [request.headers["client-level-header"] for request in asynchronous] == ["added by client"]
        case "chat/chat_prediction.py":
            assert server.requests[0].json()["prediction"]["type"] == "content"
        case "chat/structured_outputs_with_json_schema.py":
            schemas = [request.json()["response_format"]["json_schema"] for request in server.requests]
            assert all(schema["schema"]["title"] == "Solution" for schema in schemas)
        case _:
            pass


def fitting(expected, printed):
    return re.fullmatch(".*".join(map(re.escape, expected.split("…"))), printed, re.DOTALL) is not None


@pytest.fixture
def place(monkeypatch, tmp_path):
    """A folder with the files that programs read."""
    with wave.open(str(tmp_path / "rain.wav"), "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(bytes(range(256)) * 375)
    said = {"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}]}
    (tmp_path / "training.jsonl").write_text(json.dumps(said) + "\n")
    (tmp_path / "moods.jsonl").write_text('{"text": "nice", "labels": {"mood": "good"}}\n' * 4)
    (tmp_path / "rhine.md").write_text("# The Rhine\n\nIt flows north.\n")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def settings(threaded_server, monkeypatch):
    """What programs find in their environment."""
    monkeypatch.setenv("MISTRAL_API_KEY", threaded_server.api_key)
    monkeypatch.setenv("FAKE_SERVER", threaded_server.url)


def test_every_program_is_checked():
    assert sorted(PRINTS) == PROGRAMS


@pytest.mark.parametrize("program", [name for name in PROGRAMS if name not in OWN_PROCESS])
def test_program(program, threaded_server, place, settings, monkeypatch, capsys):
    for name in _settings.SERVERS:
        monkeypatch.setitem(_settings.SERVERS, name, threaded_server.url)
    monkeypatch.setattr(sys, "argv", [program])
    monkeypatch.setattr(sys, "stdin", io.StringIO(STDIN.get(program, "")))
    before(program, threaded_server)
    with pytest.raises(SystemExit) if program in EXITS else contextlib.nullcontext():
        runpy.run_path(str(FOLDER / program), run_name="__main__")
    printed = capsys.readouterr()
    assert fitting(PRINTS[program], printed.out), printed.out
    assert printed.err == ""
    after(program, threaded_server)


@pytest.mark.parametrize(
    "program", [pytest.param(name, marks=pytest.mark.slow if name == SLOW else ()) for name in OWN_PROCESS]
)
def test_program_in_a_process(program, threaded_server, place, settings, request):
    if "mcp" in program:
        pytest.importorskip("mcp")
    if program.endswith("_remote.py"):
        os.environ["MCP_SERVER"] = request.getfixturevalue("weather")
    start = f"""
import runpy
from mistral_async._client import settings as _settings
_settings.SERVERS["global"] = {threaded_server.url!r}
runpy.run_path({str(FOLDER / program)!r}, run_name="__main__")
"""
    ran = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", start],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert fitting(PRINTS[program], ran.stdout), ran.stdout


@pytest.fixture
def weather(monkeypatch):
    """The address of an MCP server that sends events."""
    monkeypatch.setenv("MCP_SERVER", "")  # given back at the end
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, FOLDER / "mcp_servers" / "weather.py", str(port)], stderr=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/sse"
    finally:
        process.kill()
        process.wait()
