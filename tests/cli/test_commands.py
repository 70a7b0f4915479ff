"""Each command in this process, on the embedded server."""

from __future__ import annotations

import json
import random
import socket

import pytest

import mistral_async
from mistral_async import ModelDeprecationWarning
from mistral_async.cli import COMMANDS, main
from mistral_async.testing import FakeMistral

SCHEMA = {"title": "A city", "type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}


# help


def test_help_names_every_command_and_what_it_does(run):
    ran = run("--help")
    assert ran.code == 0
    for name, (_, told) in COMMANDS.items():
        line = next(line for line in ran.out.splitlines() if f" {name} " in line)
        assert told[:20] in line
    assert "130 interrupted" in ran.out


def test_version(run):
    assert run("--version").out.strip() == mistral_async.__version__


# exit codes


@pytest.mark.parametrize(
    "command", [["nonsense"], ["chat", "--nonsense"], ["classify", "hi"], ["ocr", "--fake"], ["batch", "status"]]
)
def test_wrong_usage_is_2(run, command):
    ran = run(*command)
    assert ran.code == 2
    assert ran.err


@pytest.mark.parametrize("command", [["chat", "hi"], ["moderate", "hi"], ["models"], ["embed"]])
def test_a_wrong_key_is_3(at, command):
    ran = at(*command, key="wrong", stdin="one text")
    assert ran.code == 3
    assert "401" in ran.err


@pytest.mark.parametrize("command", ["moderate", "embed"])
def test_what_every_item_would_meet_is_said_once(at, command):
    ran = at(command, key="wrong", stdin="".join(f"text {n}\n" for n in range(2000)))
    assert ran.code == 3
    assert len(ran.err.splitlines()) == 1


def test_a_model_that_is_not_there_is_3(run):
    ran = run("chat", "hi", "--fake", "-m", "nonsense")
    assert (ran.code, ran.out) == (3, "")
    assert "nonsense" in ran.err


@pytest.mark.parametrize("command", [["chat", "hi"], ["moderate", "hi"], ["models"]])
def test_no_answer_is_4(run, monkeypatch, command):
    monkeypatch.setattr(random, "random", lambda: 0.01)  # the jitter of the waits between attempts
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        monkeypatch.setenv("MISTRAL_API_KEY", "key")
        ran = run(*command, "--server-url", f"http://127.0.0.1:{port}", "--timeout", "0.3")
    assert ran.code == 4
    assert "127.0.0.1" in ran.err or "time" in ran.err


def test_a_time_limit_is_4(run, monkeypatch):
    with FakeMistral(latency=5) as server:
        monkeypatch.setenv("MISTRAL_API_KEY", server.api_key)
        assert run("models", "--server-url", server.url, "--timeout", "0.2").code == 4


def test_some_failed_is_1(at, threaded_server, tmp_path):
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(b"%PDF-1.4")
    threaded_server.fail(400)
    ran = at("ocr", tmp_path, "--concurrency", "1")
    assert ran.code == 1
    assert "b.pdf" in ran.out
    assert "a.pdf: 400" in ran.err
    threaded_server.assert_done()


def test_a_bug_is_not_hidden(monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("mistral_async.cli.app", broken)
    with pytest.raises(ZeroDivisionError):
        main([])


def test_an_interrupt_is_130(monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("mistral_async.cli.app", interrupted)
    assert main([]) == 130


# chat


def test_chat_answers(run):
    assert run("chat", "hello", "there", "--fake") == (0, "You said: hello there\n", "")


def test_chat_with_a_model_that_ends(run):
    with pytest.warns(ModelDeprecationWarning):
        ran = run("chat", "hi", "--fake", "--model", "open-mistral-7b")
    assert ran.code == 0
    assert "the model open-mistral-7b is deprecated, and ends on 2026-12-31" in ran.err


def test_a_service_account_is_a_key(run, threaded_server, tmp_path, monkeypatch):
    token = tmp_path / "token"
    token.write_text(threaded_server.api_key)
    monkeypatch.setenv("MISTRAL_SA_TOKEN_PATH", str(token))
    monkeypatch.setenv("MISTRAL_SERVER_URL", threaded_server.url)
    assert run("models").code == 0
    assert threaded_server.requests


def test_chat_takes_words_files_and_stdin_together(at, threaded_server, tmp_path):
    (tmp_path / "a.txt").write_text("from a file\n")
    ran = at(
        "chat",
        "sum",
        "up",
        "-f",
        tmp_path / "a.txt",
        "--system",
        "be brief",
        "-m",
        "mistral-large-latest",
        stdin="piped\n",
    )
    assert ran.code == 0
    body = threaded_server.requests[-1].json()
    assert body["model"] == "mistral-large-latest"
    assert body["stream"] is True
    assert [message["content"] for message in body["messages"]] == ["be brief", "sum up\n\nfrom a file\n\npiped"]


def test_chat_without_streaming(at, threaded_server):
    ran = at("chat", "hi", "--no-stream", "--temperature", "0.5", "--max-tokens", "9")
    assert ran.out == "You said: hi\n"
    body = threaded_server.requests[-1].json()
    assert not body.get("stream")
    assert (body["temperature"], body["max_tokens"]) == (0.5, 9)


@pytest.mark.parametrize("as_file", [True, False])
def test_chat_answers_in_json_by_a_schema(at, threaded_server, tmp_path, as_file):
    schema = json.dumps(SCHEMA)
    if as_file:
        (tmp_path / "schema.json").write_text(schema)
    ran = at("chat", "a city", "--schema", tmp_path / "schema.json" if as_file else schema)
    assert ran.code == 0
    assert isinstance(json.loads(ran.out)["name"], str)
    assert threaded_server.requests[-1].json()["response_format"]["json_schema"]["schema"] == SCHEMA


def test_chat_with_nothing_to_ask(run):
    ran = run("chat", "--fake")
    assert ran.code == 2
    assert "nothing was asked" in ran.err


def test_chat_with_a_schema_that_is_none(run):
    ran = run("chat", "hi", "--fake", "--schema", "{nonsense")
    assert ran.code == 2
    assert "--schema" in ran.err


# lists, limits, verdicts


def test_models(run):
    ran = run("models", "--fake")
    assert "mistral-small-latest\t" in ran.out
    listed = [json.loads(line)["id"] for line in run("models", "--fake", "--json").out.splitlines()]
    assert listed == [line.split("\t")[0] for line in ran.out.splitlines()]
    assert json.loads(run("models", "mistral-embed", "--fake").out)["id"] == "mistral-embed"


def test_limits(run):
    rows = [line.split("\t") for line in run("limits", "--fake").out.splitlines()]
    assert rows[0] == ["resource", "window", "limit", "remaining"]
    assert {row[0] for row in rows[1:]} >= {"requests", "tokens"}
    told = json.loads(run("limits", "--fake", "--json").out)
    assert len(told["limits"]) == len(rows) - 1


def test_moderate_reads_arguments_files_and_stdin(run, tmp_path):
    (tmp_path / "texts.txt").write_text("one\n\ntwo\n")
    assert run("moderate", "one", "two", "--fake").out == "0\tok\n1\tok\n"
    assert run("moderate", "-f", tmp_path / "texts.txt", "--fake").out == "0\tok\n1\tok\n"
    ran = run("moderate", "--json", "--fake", stdin="one\ntwo\n\nthree\n")
    results = [json.loads(line) for line in ran.out.splitlines()]
    assert [each["index"] for each in results] == [0, 1, 2]
    assert all("categories" in each["result"] for each in results)


def test_classify(at, threaded_server):
    scores = {"tone": {"scores": {"kind": 0.9, "rude": 0.1}}}
    threaded_server.reply(
        "/v1/classifications", json={"id": "1", "model": "mine", "results": [scores, scores]}, times=2
    )
    ran = at("classify", "a", "b", "-m", "mine")
    assert (ran.code, ran.out) == (0, "0\ttone=kind\n1\ttone=kind\n")
    told = [json.loads(line) for line in at("classify", "a", "b", "-m", "mine", "--json").out.splitlines()]
    assert told == [{"index": index, "result": scores} for index in (0, 1)]


# documents and recordings


def test_ocr_writes_a_file_for_each_document(run, tmp_path):
    source, target = tmp_path / "in", tmp_path / "out"
    (source / "deep").mkdir(parents=True)
    (source / "a.pdf").write_bytes(b"%PDF-1.4")
    (source / "deep" / "b.png").write_bytes(b"\x89PNG")
    (source / "notes.txt").write_text("not a document")
    ran = run("ocr", source, "-o", target, "--fake")
    assert ran.code == 0
    assert sorted(str(path.relative_to(target)) for path in target.rglob("*.md")) == ["a.pdf.md", "deep/b.png.md"]
    assert (target / "a.pdf.md").read_text()
    ran = run("ocr", source / "a.pdf", "--json", "--fake")
    assert json.loads(ran.out)["pages"]


def test_ocr_of_what_is_not_there(run):
    ran = run("ocr", "nowhere.pdf", "--fake")
    assert ran.code == 2
    assert "nowhere.pdf" in ran.err


def test_transcribe(run, at, threaded_server, tmp_path):
    (tmp_path / "a.wav").write_bytes(b"RIFF0000WAVE")
    ran = run("transcribe", tmp_path / "a.wav", "--json", "--fake")
    assert ran.code == 0
    assert json.loads(ran.out)["source"].endswith("a.wav")
    threaded_server.reply(json={"text": "said this", "model": "voxtral-mini-latest"})
    ran = at("transcribe", "https://x.test/b.mp3", "--language", "fr")
    assert (ran.code, ran.out) == (0, "said this\n")
    assert threaded_server.requests[-1].form.complete


# files and batches, kept on a server between commands


def test_files_from_upload_to_delete(at, tmp_path):
    source = tmp_path / "data.jsonl"
    source.write_text('{"custom_id": "1", "body": {"model": "m", "messages": []}}\n')
    ran = at("files", "upload", source, "--purpose", "batch")
    assert ran.code == 0
    file_id = ran.out.split("\t")[0]
    assert at("files", "list").out.startswith(f"{file_id}\tbatch\t")
    assert json.loads(at("files", "list", "--purpose", "batch", "--json").out)["id"] == file_id
    assert at("files", "url", file_id, "--hours", "2").out.startswith("http")
    assert at("files", "download", file_id, "-o", tmp_path / "copy.jsonl").code == 0
    assert (tmp_path / "copy.jsonl").read_bytes() == source.read_bytes()
    assert at("files", "delete", file_id).code == 0
    assert at("files", "list").out == ""
    assert at("files", "download", file_id, "-o", tmp_path / "gone").code == 3


@pytest.fixture
def requests(tmp_path):
    path = tmp_path / "requests.jsonl"
    lines = [
        {"custom_id": f"q{n}", "body": {"messages": [{"role": "user", "content": f"question {n}"}]}} for n in range(3)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def answers(text):
    lines = map(json.loads, text.splitlines())
    return {line["custom_id"]: line["body"]["choices"][0]["message"]["content"] for line in lines}


EXPECTED = {f"q{n}": f"You said: question {n}" for n in range(3)}


def test_batch_run(run, requests, tmp_path):
    ran = run("batch", "run", requests, "-m", "mistral-small-latest", "-o", tmp_path / "out.jsonl", "--fake")
    assert ran == (0, "", "")
    assert answers((tmp_path / "out.jsonl").read_text()) == EXPECTED
    assert not requests.with_name("requests.jsonl.batch").exists()


def test_batch_detached_watched_and_resumed(at, requests, tmp_path):
    kept = tmp_path / "kept"
    ran = at("batch", "run", requests, "-m", "mistral-small-latest", "--checkpoint", kept, "--detach")
    assert ran.code == 0
    assert "3 requests in 1 jobs" in ran.err
    told = json.loads(at("batch", "status", kept, "--json").out)
    assert told["total"] == 3
    assert at("batch", "status", kept).out.splitlines()[1].split("\t")[0] == told["jobs"][0]["id"]
    ran = at("batch", "resume", kept)
    assert ran.code == 0
    assert answers(ran.out) == EXPECTED


def test_batch_cancel(at, requests, tmp_path):
    kept = tmp_path / "kept"
    at("batch", "run", requests, "-m", "mistral-small-latest", "--checkpoint", kept, "--detach")
    ran = at("batch", "cancel", kept)
    assert ran.code == 0
    assert ran.out.splitlines()[0].split("\t") == ["job", "status", "requests", "succeeded", "failed"]
    assert "CANCEL" in ran.out or "SUCCESS" in ran.out


def test_batch_of_a_file_that_is_wrong(run, tmp_path):
    (tmp_path / "wrong.jsonl").write_text('{"custom_id": "1"}\n')
    ran = run("batch", "run", tmp_path / "wrong.jsonl", "--fake")
    assert ran.code == 2
    assert "line 1" in ran.err
    assert run("batch", "status", tmp_path / "nothing", "--fake").code == 2


def test_batch_says_how_to_go_on(at, requests, tmp_path, threaded_server):
    lines = requests.read_text() + json.dumps({"custom_id": "bad", "body": {"messages": "none"}}) + "\n"
    requests.write_text(lines)
    command = ["batch", "run", requests, "-m", "mistral-small-latest", "-o", tmp_path / "a file.jsonl"]
    ran = at(*command)
    assert ran.code == 1
    again = f"`mistral-async batch resume {requests}.batch --retry-failed -o '{tmp_path}/a file.jsonl'`"
    assert f"1 requests failed; this sends them again: {again}" in ran.err
    requests.with_name("requests.jsonl.batch").unlink()
    threaded_server.fail(401, operation="batch.jobs.get")
    ran = at(*command)
    assert ran.code == 3
    assert f"goes on without this command: `mistral-async batch resume {requests}.batch -o " in ran.err


# without the API


def test_demo(run, tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("The Rhine flows into the North Sea.\n\nThe Danube flows into the Black Sea.\n")
    ran = run("demo", tmp_path / "a.txt", "--backend", "asyncio", "--question", "Where does the Rhine end?", "--fake")
    assert ran.code == 0
    assert "offline" in ran.out
    monkeypatch.setenv("MISTRAL_API_KEY", "a key that must not be used")
    assert "offline" in run("demo", tmp_path / "a.txt", "--backend", "blocking", "--fake").out
