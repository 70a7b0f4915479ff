"""What holds for every command, by a walk through the tree of commands: none can be added and forgotten here."""

from __future__ import annotations

import importlib
import io
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from mistral_async.cli import _codes, app

SCHEMA = '{"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}'


def leaves(node=app, path=()):
    """Every command, with the node that carries it out."""
    names = [name for name in node if not name.startswith("-")]
    if not names:
        yield path, node
    for name in names:
        yield from leaves(node[name], (*path, name))


LEAVES = dict(leaves())
LOCAL = {path for path in LEAVES if path[0] in {"serve-fake", "migrate", "completion", "logs", "templates"}}
"""They call no API: the fake itself, and what reads programs and writes files of the user's own."""
COMMANDS = [path for path in LEAVES if path not in LOCAL]

RUNS = {
    ("chat",): ["hello"],
    ("embed",): ["texts.txt", "-o", "out.npy"],
    ("moderate",): ["-f", "texts.txt", "--json"],
    ("classify",): ["a text", "-m", "mistral-moderation-latest"],
    ("ocr",): ["paper.pdf", "-o", "out"],
    ("transcribe",): ["rain.wav"],
    ("speak",): ["hello", "-o", "out.wav"],
    ("batch", "run"): ["requests.jsonl"],
    ("batch", "status"): ["kept"],
    ("batch", "resume"): ["kept"],
    ("batch", "cancel"): ["kept"],
    ("files", "list"): [],
    ("files", "upload"): ["requests.jsonl", "--purpose", "batch"],
    ("files", "download"): ["an-id", "-o", "copy"],
    ("files", "delete"): ["an-id"],
    ("files", "url"): ["an-id"],
    ("models",): [],
    ("limits",): [],
    ("demo",): ["texts.txt", "--backend", "asyncio"],
}
"""Arguments with which each command does something."""

ELSEWHERE = {
    ("batch", "status"): "was not found",
    ("batch", "resume"): "was not found",
    ("batch", "cancel"): "was not found",
    ("files", "download"): "File an-id was not found",
    ("files", "delete"): "File an-id was not found",
    ("files", "url"): "File an-id was not found",
}
"""What is said of things that a server, fresh for each command, does not have: exit code 3."""


def named(path):
    return " ".join(path)


every = pytest.mark.parametrize("path", COMMANDS, ids=named)


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Files to work on."""
    (tmp_path / "texts.txt").write_text("The Rhine flows north.\nThe Danube flows east.\n")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.4\n")
    (tmp_path / "rain.wav").write_bytes(b"RIFF0000WAVE")
    body = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
    (tmp_path / "requests.jsonl").write_text(json.dumps({"custom_id": "1", "body": body}) + "\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty").touch()
    (tmp_path / "schema.json").write_text(SCHEMA)
    (tmp_path / "wrong.toml").write_text('promt = "hi"\n')
    (tmp_path / "dollar.txt").write_text("It costs $5.\n")
    (tmp_path / "needs.txt").write_text("Say it in $language: $input\n")
    (tmp_path / "no-body.jsonl").write_text(f"\n{json.dumps({'body': body})}\n{json.dumps(body)}\n")
    (tmp_path / "streams.jsonl").write_text("\n" + json.dumps({"body": body | {"stream": True}}) + "\n")
    return tmp_path


def test_every_command_is_here():
    assert set(RUNS) == set(COMMANDS)
    assert len(COMMANDS) >= 18


# --fake


@every
def test_it_runs_on_the_embedded_server(run, path):
    if path[0] == "batch" and path != ("batch", "run"):
        assert run("batch", "run", "requests.jsonl", "--detach", "--checkpoint", "kept", "--fake").code == 0
    ran = run(*path, *RUNS[path], "--fake")
    assert "Traceback" not in ran.err
    if path in ELSEWHERE:
        assert (ran.code, ran.out) == (3, "")
        assert ELSEWHERE[path] in ran.err
    else:
        assert ran.code == 0, ran.err
        written = any((Path.cwd() / name).exists() for name in ("out.npy", "out.wav"))
        assert ran.out or written or path in {("ocr",), ("files", "list")}


@every
def test_without_a_key_it_says_how_to_get_one(run, path):
    if path == ("demo",):
        assert "offline" in run(*path, *RUNS[path]).out  # it needs none
        return
    Path("kept").write_text("{}")
    ran = run(*path, *RUNS[path])
    assert (ran.code, ran.out) == (2, "")
    assert all(part in ran.err for part in ("MISTRAL_API_KEY", "https://console.mistral.ai", "--fake"))


# --help


@pytest.mark.parametrize("path", LEAVES, ids=named)
def test_help_tells_of_every_option(run, path):
    """Each name that can be given stands in the help, with a text that is more than its default."""
    assert run(*path, "--help").code == 0
    wide = Console(width=400, file=io.StringIO())  # a line each
    app.help_print(path, console=wide)
    printed = wide.file.getvalue()
    lines = [line.strip("│* \t") for line in printed.splitlines() if line.startswith("│")]
    shown = [argument for argument in LEAVES[path].assemble_argument_collection() if argument.show]
    assert shown or path[0] == "logs"
    for argument in shown:
        line = next((each for each in lines if set(argument.names) <= set(each.split())), None)
        assert line is not None, f"{argument.names} is not in the help"
        told = re.sub(r"\[(default|required|choices).*", "", line.split("  ", 1)[1]).strip()
        assert len(told) > 5, f"{argument.names} has no help"
        assert told[-1] == ".", told
    summary = LEAVES[path].help
    assert summary
    assert "130 interrupted" in printed
    if path not in LOCAL:
        assert any("--fake" in argument.names for argument in shown)


def test_every_group_says_what_it_is(run):
    for group in ("batch", "files"):
        ran = run(group, "--help")
        assert ran.code == 0
        for path in COMMANDS:
            if path[0] == group:
                line = next(each for each in ran.out.splitlines() if f" {path[1]} " in each)
                assert len(line.split()) > 4


# exit codes


def test_exit_codes_are_the_documented_ones(run):
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text()
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    used = {value for name, value in vars(_codes).items() if name.isupper() and isinstance(value, int)}
    assert documented == used | {0}
    said = run("--help").out
    assert {
        int(code) for code in re.findall(r"\b(\d+) (?:done|some|wrong|refused|no answer|interrupted)", said)
    } == documented
    assert all(f"{code} " in importlib.import_module("mistral_async.cli").__doc__ for code in documented)


WRONG = [
    (["chat", "hi", "-m", "nonsense"], 3, ["nonsense", "`mistral-async models`"]),
    (["embed", "texts.txt", "-m", "nonsense"], 3, ["nonsense", "`mistral-async models`"]),
    (["chat", "hi", "-f", "nothing"], 2, ["nothing: No such file"]),
    (["chat", "hi", "-f", "."], 2, ["Is a directory"]),
    (["chat", "hi", "-f", "binary"], 2, ["binary is not text in UTF-8"]),
    (["embed", "binary"], 2, ["binary is not text in UTF-8"]),
    (["embed", "binary", "--format", "csv"], 2, ["binary is not text in UTF-8"]),
    (["moderate", "-f", "binary"], 2, ["binary is not text in UTF-8"]),
    (["embed", "nothing"], 2, ["nothing: No such file"]),
    (["embed", "texts.txt", "--format", "jsonl"], 2, ["texts.txt, object 1 is not JSON"]),
    (["embed", "schema.json"], 2, ["schema.json is not an array in JSON", "--format jsonl"]),
    (["embed", "texts.txt", "--format", "csv"], 2, ["has no column 'text'", "--text-field"]),
    (["embed", "texts.txt", "-o", "nowhere/out.npy"], 2, ["there is no folder nowhere"]),
    (["embed", "texts.txt", "-o", "out.xlsx"], 2, [".jsonl, .npy, .parquet or .arrow"]),
    (["embed", "texts.txt", "--json", "-o", "out.npy"], 2, ["--json prints to stdout"]),
    (["embed", "texts.txt", "--concurrency", "0"], 2, ["concurrency must be at least 1"]),
    (["chat", "hi", "--schema", "{nonsense"], 2, ["--schema is not a JSON schema", "line 1"]),
    (["chat", "hi", "--schema", "[1]"], 2, ["--schema is not a JSON schema", "a list"]),
    (["chat", "hi", "--schema", "nothing.json"], 2, ["nothing.json: No such file"]),
    (["chat", "hi", "--json-schema", "binary"], 2, ["binary is not text in UTF-8"]),
    (["chat", "hi", "--json", '{"type": "object"}'], 2, ["--json takes no value", "--schema"]),
    (["chat", "hi", "--json", "schema.json"], 2, ["--json takes no value", "--schema"]),
    (["chat", "hi", "-a", "nothing.png"], 2, ["nothing.png: No such file"]),
    (["chat", "hi", "-a", "empty"], 2, ["empty is empty"]),
    (["chat", "hi", "-a", "binary"], 2, ["cannot attach binary"]),
    (["chat", "hi", "-a", "-"], 2, ["stdin is empty"]),
    (["chat", "hi", "-c"], 2, ["the log has no conversation", "--log", "`logs on`"]),
    (["chat", "hi", "--cid", "12"], 2, ["the log has no conversation 12"]),
    (["chat", "hi", "-t", "nothing"], 2, ["there is no template nothing", "`templates edit nothing`"]),
    (["chat", "hi", "-t", "wrong.toml"], 2, ["wrong.toml is wrong", "promt"]),
    (["chat", "hi", "-t", "dollar.txt"], 2, ["dollar.txt is wrong", "$$"]),
    (["chat", "hi", "-t", "needs.txt"], 2, ["the template needs $language", "-p language=..."]),
    (["chat", "hi", "-t", "needs.txt", "-p", "language"], 2, ["-p is NAME=VALUE", "'language'"]),
    (["chat", "hi", "--temperature", "9"], 3, ["temperature", "1.5"]),
    (["chat", "hi", "--rps", "0"], 2, ["requests_per_second must be a positive number"]),
    (["ocr", "nothing.pdf"], 2, ["nothing.pdf: there is no such file"]),
    (["ocr", "paper.pdf", "--pages", "0-2"], 2, ["--pages has '0-2'", "count from 1"]),
    (["ocr", "paper.pdf", "--pages", "3-1"], 2, ["a range goes up"]),
    (["ocr", "paper.pdf", "--pages", "one"], 2, ["--pages is numbers and ranges", "1-3,5"]),
    (["ocr", "paper.pdf", "--format", "html"], 2, ["--format html is for -o FOLDER"]),
    (["ocr", "rain.wav"], 2, ["rain.wav: it is a recording", "transcribe"]),
    (["ocr", "empty"], 2, ["empty is empty"]),
    (["ocr"], 2, ["no documents", "name files, folders"]),
    (["transcribe", "nothing.mp3"], 2, ["nothing.mp3: there is no such file"]),
    (["transcribe"], 2, ["no recordings", "name audio files"]),
    (["transcribe", "-"], 2, ["- is stdin, which is for --live"]),
    (["transcribe", "rain.wav", "--turns"], 2, ["are for --live"]),
    (["transcribe", "rain.wav", "--no-reconnect"], 2, ["are for --live"]),
    (["transcribe", "rain.wav", "--delay-ms", "0"], 2, ["are for --live"]),
    (["transcribe", "--live", "texts.txt", "--sample-rate", "0"], 2, ["--sample-rate", "> 0"]),
    (["transcribe", "--live", "-", "rain.wav"], 2, ["--live takes one recording"]),
    (["transcribe", "--live", "https://example.com/rain.wav"], 2, ["--live takes one recording"]),
    (["transcribe", "--live", "nothing.wav"], 2, ["nothing.wav: No such file"]),
    (["transcribe", "--live", "-"], 2, ["there is no audio in stdin"]),
    (["transcribe", "--live", "rain.wav"], 2, ["rain.wav is a WAV file that ends before its audio"]),
    (["transcribe", "--live", "rain.wav", "--sample-rate", "8000"], 2, ["for raw audio: rain.wav is WAV"]),
    (["transcribe", "--live", "texts.txt", "-m", "mistral-small-latest"], 3, ["Invalid model"]),
    (["transcribe", "--live", "texts.txt", "--sample-rate", "7"], 3, ["sample_rate"]),
    (["speak"], 2, ["nothing to speak"]),
    (["speak", "--live", "-o", "out.wav"], 2, ["nothing to speak"]),
    (["speak", "hi", "-o", "out.doc"], 2, ["cannot tell the format", "--format"]),
    (["speak", "hi", "-o", "out.mp3", "--voice", "nope"], 3, ["nope"]),
    (["speak", "hi", "--live", "-o", "out.mp3", "--voice", "nope"], 4, ["Voice 'nope' not found."]),
    (["speak", "-f", "texts.txt", "-o", "texts.txt"], 2, ["would overwrite what is read"]),
    (["speak", "hi", "-o", "--fak"], 2, ["there is no option --fak, and no file"]),
    (["files", "upload", "--purpose", "batch"], 2, ["no files", "name those to upload"]),
    (["files", "upload", "nothing", "--purpose", "batch"], 2, ["nothing: there is no such file"]),
    (["files", "delete"], 2, ["no files", "`files list`"]),
    (["models", "nonsense"], 3, ["nonsense was not found"]),
    (["batch", "run", "texts.txt"], 2, ["texts.txt, line 1, is not a request", "not JSON"]),
    (["batch", "run", "empty"], 2, ["empty is empty"]),
    (["batch", "run", "no-body.jsonl"], 2, ["no-body.jsonl, line 3, is not a request", "`body`"]),
    (["batch", "run", "streams.jsonl"], 2, ["streams.jsonl, line 2: call 0", "stream"]),
    (["batch", "status", "texts.txt"], 2, ["texts.txt is not the handle of a batch"]),
    (["demo", "nothing"], 2, ["nothing can not be read"]),
    (["demo", "texts.txt", "--backend", "nonsense"], 2, ["asyncio"]),
]


@pytest.mark.parametrize(("arguments", "code", "parts"), WRONG, ids=[" ".join(each) for each, _, _ in WRONG])
def test_errors_say_what_to_do(run, arguments, code, parts):
    ran = run(*arguments, "--fake")
    assert (ran.code, ran.out) == (code, ""), ran
    assert all(part in ran.err for part in parts), ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("arguments", [["--port", "99999"], ["--host", "192.0.2.1", "--port", "0"]])
def test_a_server_that_can_not_listen_is_2(run, arguments):
    ran = run("serve-fake", *arguments)
    assert ran.code == 2
    assert "port" in ran.err or "listen" in ran.err


# completions


def complete(run, shell):
    ran = run("completion", shell)
    assert ran.code == 0
    Path("script").write_text(ran.out)
    return ran.out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completions_know_every_command_and_option(run, shell):
    text = complete(run, shell)
    for path, node in LEAVES.items():
        assert all(name in text for name in path)
        for argument in node.assemble_argument_collection():
            for name in argument.names:
                if argument.show and name.startswith("--"):
                    assert (name if shell != "fish" else name[2:]) in text
    if shutil.which(shell) is not None:
        checked = subprocess.run([shell, "-n", "script"], capture_output=True, text=True, timeout=30, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["em"], {"embed"}),
        (["batch", "res"], {"resume"}),
        (["chat", "--sys"], {"--system"}),
        (["files", "upload", "--fa"], {"--fake"}),
        (["ocr", "pa"], {"paper.pdf"}),
        (["transcribe", "ra"], {"rain.wav"}),
        (["chat", "-a", "pa"], {"paper.pdf"}),
        (["embed", "te"], {"texts.txt"}),
        (["ocr", "--format", "h"], {"html"}),
        (["completion", "z"], {"zsh"}),
    ],
)
def test_bash_completes(run, words, found):
    complete(run, "bash")
    line = " ".join(["mistral-async", *words])
    program = f"""
        source ./script
        function=$(complete -p mistral-async | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        COMP_WORDS=({line}); COMP_CWORD={len(words)}; COMP_LINE="{line}"; COMP_POINT=${{#COMP_LINE}}
        $function; echo "${{COMPREPLY[@]}}"
        """
    ran = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert set(ran.stdout.split()) == found, ran.stderr


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
def test_zsh_completes(run):
    """By what is set up, since a completion itself needs a terminal."""
    text = complete(run, "zsh")
    assert re.search(r"'\*-a\[.*:_files'", text)
    for before in ("", "autoload -U compinit; compinit -u;"):
        program = f'{before} eval "$(cat script)"; echo $_comps[mistral-async]'
        ran = subprocess.run(["zsh", "-f", "-c", program], capture_output=True, text=True, timeout=30, check=False)
        assert (ran.stdout, ran.stderr) == ("_cyclopts_mistral-async\n", "")


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("mistral-async em", {"embed"}),
        ("mistral-async ocr pa", {"paper.pdf"}),
        ("mistral-async chat -a pa", {"paper.pdf"}),
        ("mistral-async logs se", {"search"}),
    ],
)
def test_fish_completes(run, line, found):
    complete(run, "fish")
    program = f"source ./script; complete -C '{line}'"
    ran = subprocess.run(["fish", "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert found <= {each.split("\t")[0] for each in ran.stdout.splitlines()}, ran.stderr


# --json


def test_json_means_one_thing(run):
    """Every command that prints has it, as a flag, and prints a line of JSON for each item."""
    prints = {path for path in LEAVES if path not in LOCAL} - {("speak",), ("demo",), ("files", "download")}
    for path in prints | {("logs", "list"), ("logs", "search"), ("logs", "show"), ("templates", "list")}:
        found = [each for each in LEAVES[path].assemble_argument_collection() if "--json" in each.names]
        assert [each.hint for each in found] == [bool], path


@pytest.mark.parametrize(
    "path", [("chat",), ("embed",), ("moderate",), ("ocr",), ("transcribe",), ("models",)], ids=named
)
def test_json_is_a_line_an_item(run, path):
    words = [word for word in RUNS[path] if word not in {"-o", "out", "out.npy", "--json"}]
    ran = run(*path, *words, "--json", "--fake")
    assert ran.code == 0
    assert all(isinstance(json.loads(line), dict) for line in ran.out.splitlines())
    assert ran.out.endswith("\n")
