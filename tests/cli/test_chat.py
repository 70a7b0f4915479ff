"""`chat`: attachments, templates, conversations in the log, and JSON."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import stat
import sys
import wave
from base64 import b64decode

import pytest

from mistral_async.cli._log import Exchange, Log
from mistral_async.cli._templates import template_path

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
PDF = b"%PDF-1.7\n"


def wav():
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, 8000, 0, "NONE", ""))
        written.writeframes(bytes(8))
    return file.getvalue()


@pytest.fixture
def asked(threaded_server):
    """The messages of the last request."""

    def asked():
        return threaded_server.requests[-1].json()["messages"]

    return asked


def content(asked, *types):
    chunks = asked()[-1]["content"]
    assert [chunk["type"] for chunk in chunks] == list(types)
    return chunks


# attachments


def test_attachments_of_every_kind_in_their_order(at, asked, tmp_path):
    files = {"a.png": PNG, "b.pdf": PDF, "c.wav": wav(), "d.py": "print('é')\n".encode(), "e": b"BM is text too"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    options = [word for name in files for word in ("-a", name)]
    assert at("chat", "what", "are", "these?", *options, "-m", "mistral-medium-latest").code == 0
    question, picture, document, sound, code, text = content(
        asked, "text", "image_url", "document_url", "input_audio", "text", "text"
    )
    assert question["text"] == "what are these?"
    assert picture["image_url"].startswith("data:image/png;base64,")
    assert (document["document_name"], document["document_url"][:28]) == ("b.pdf", "data:application/pdf;base64,")
    assert b64decode(sound["input_audio"]) == wav()
    assert code["text"] == "d.py:\n\nprint('é')\n"
    assert text["text"] == "e:\n\nBM is text too"


def test_what_is_in_a_file_counts_and_not_its_name(at, asked, tmp_path):
    (tmp_path / "photo.txt").write_bytes(PNG)
    (tmp_path / "code.ts").write_text("const a = 1\n")  # which tables of types call video
    assert at("chat", "hi", "-a", "photo.txt", "-a", "code.ts").code == 0
    content(asked, "text", "image_url", "text")


def test_an_attachment_from_stdin(at, asked):
    assert at("chat", "what is it?", "-a", "-", stdin=PNG).code == 0
    assert content(asked, "text", "image_url")[0]["text"] == "what is it?"
    assert at("chat", "-a", "-", stdin=PNG).code == 0
    content(asked, "image_url")


@pytest.mark.parametrize(
    ("address", "kind", "field"),
    [
        ("https://h/a.png?x=1", "image_url", "image_url"),
        ("https://h/a.pdf", "document_url", "document_url"),
        ("https://h/", "document_url", "document_url"),
        ("https://h/a.mp3", "input_audio", "input_audio"),
        ("data:image/png;base64,iVBORw0KGgo=", "image_url", "image_url"),
    ],
)
def test_addresses_are_read_by_the_api(at, asked, threaded_server, address, kind, field):
    threaded_server.reply("chat.stream", status=400, json={"message": "no"})  # there is no such host here
    at("chat", "hi", "-a", address)
    assert content(asked, "text", kind)[1][field] == address


def test_attachments_too_large_are_not_read(run, tmp_path):
    with (tmp_path / "large.pdf").open("wb") as file:
        file.truncate(60 * 2**20)
    ran = run("chat", "hi", "-a", "large.pdf", "--fake")
    assert ran.code == 2
    assert "large.pdf has 60 MiB: at most 50 are sent" in ran.err


# json


def test_json_is_the_whole_response_on_a_line(run):
    ran = run("chat", "hi", "--json", "--fake")
    assert ran.out.count("\n") == 1
    assert json.loads(ran.out)["choices"][0]["message"]["content"] == "You said: hi"
    assert json.loads(ran.out)["usage"]["total_tokens"] > 0
    assert "conversation" not in json.loads(ran.out)
    told = json.loads(run("chat", "hi", "--json", "--log", "--fake").out)
    assert told["conversation"] == Log().conversation()[0].conversation


# templates


@pytest.fixture
def template(run):
    def template(name, text):
        template_path(name).parent.mkdir(parents=True, exist_ok=True)
        template_path(name).write_text(text, encoding="utf-8")

    return template


def test_a_template_fills_in_what_was_asked_and_variables(at, asked, threaded_server, template):
    template(
        "translate",
        'prompt = "In $language, for $$5: $input"\nsystem = "You speak $language."\nmodel = "mistral-large-latest"\n'
        'temperature = 0.2\nmax_tokens = 7\n[defaults]\nlanguage = "Frisian"\n',
    )
    assert at("chat", "-t", "translate", "hi $x", "-p", "language=Welsh", stdin="and this").code == 0
    assert asked() == [
        {"role": "system", "content": "You speak Welsh."},
        {"role": "user", "content": "In Welsh, for $5: hi $x\n\nand this"},
    ]
    body = threaded_server.requests[-1].json()
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("mistral-large-latest", 0.2, 7)
    assert (
        at("chat", "-t", "translate", "hi", "-m", "mistral-small-latest", "-s", "Brief.", "--temperature", "0").code
        == 0
    )
    assert [message["content"] for message in asked()] == ["Brief.", "In Frisian, for $5: hi"]
    assert threaded_server.requests[-1].json()["temperature"] == 0


def test_a_template_that_names_no_input_is_followed_by_it(at, asked, template):
    template("joke", 'prompt = "Tell a joke."\n')
    assert at("chat", "-t", "joke").code == 0
    assert asked()[-1]["content"] == "Tell a joke."
    assert at("chat", "-t", "joke", "On rivers.").code == 0
    assert asked()[-1]["content"] == "Tell a joke.\n\nOn rivers."


def test_a_file_is_a_template_too(at, asked, tmp_path):
    (tmp_path / "prompt.txt").write_text("Review:\n$input\n")
    assert at("chat", "-t", "prompt.txt", "-f", "prompt.txt").code == 0
    assert asked()[-1]["content"] == "Review:\nReview:\n$input"


def test_a_template_with_a_schema(at, threaded_server, template):
    template("city", 'prompt = "A city: $input"\n[schema]\ntype = "object"\n')
    assert at("chat", "-t", "city", "hi").code == 0
    assert threaded_server.requests[-1].json()["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_templates_are_listed_shown_and_edited(run, monkeypatch, template):
    assert run("templates", "list") == (0, "", "")
    template("b", 'prompt = "Two\\nlines"\n')
    template("a", "nonsense")
    listed = run("templates", "list").out.splitlines()
    assert listed[0].startswith("a\t(the template ")
    assert listed[1] == "b\tTwo lines"
    assert [json.loads(line)["name"] for line in run("templates", "list", "--json").out.splitlines()] == ["a", "b"]
    assert run("templates", "show", "b").out == 'prompt = "Two\\nlines"\n'
    assert run("templates", "show", "c").code == 2
    assert run("templates", "show", "../b").code == 2
    assert run("templates", "path", "b").out == f"{template_path('b')}\n"
    assert run("templates", "path").out == f"{template_path('b').parent}\n"
    script = f"{sys.executable} -c \"import sys; open(sys.argv[1], 'a').write('# seen')\""
    monkeypatch.setenv("EDITOR", script)
    assert run("templates", "edit", "new").code == 0
    assert run("templates", "show", "new").out.endswith("# seen")
    assert "$input" in run("templates", "show", "new").out
    assert run("templates", "edit", "a").code == 2  # and what is wrong in it is said
    monkeypatch.setenv("EDITOR", "no-such-editor")
    assert "set EDITOR" in run("templates", "edit", "new").err
    monkeypatch.setenv("EDITOR", "false")
    assert "failed with 1" in run("templates", "edit", "new").err


# the log


def test_nothing_is_logged_unless_it_is_wanted(run):
    assert run("chat", "a secret", "--fake").code == 0
    assert not Log().path.parent.exists()
    assert "nothing is logged" in run("logs", "list").err
    assert "the log is off" in run("logs", "path").err


def test_a_conversation_goes_on(at, asked, threaded_server):
    assert at("chat", "one", "--log", "-s", "Be brief.", "-m", "mistral-large-latest").code == 0
    assert at("chat", "two", "-c").code == 0
    assert [(each["role"], each["content"]) for each in asked()] == [
        ("system", "Be brief."),
        ("user", "one"),
        ("assistant", "You said: one"),
        ("user", "two"),
    ]
    assert threaded_server.requests[-1].json()["model"] == "mistral-large-latest"
    assert at("chat", "other", "--log").code == 0
    (_, last), (first, count) = Log().conversations(9)
    assert (last, count) == (1, 2)
    assert at("chat", "three", "--cid", first.conversation[:8], "--no-log").code == 0
    assert len(asked()) == 6
    assert len(Log().conversation(first.conversation)) == 2
    assert at("chat", "four", "--cid", first.conversation, "--no-stream").code == 0
    assert len(Log().conversation(first.conversation)) == 3


def test_the_beginning_of_an_id_may_be_that_of_several(run):
    log = Log()
    for name in ("abc1", "abc2"):
        log.add(Exchange(name, "m", "hi", "hi", "answer"))
    ran = run("chat", "hi", "--cid", "abc", "--fake")
    assert ran.code == 2
    assert "abc is the beginning of several conversations, give more of one: abc1, abc2" in ran.err
    assert run("chat", "hi", "--cid", "abc2", "-m", "mistral-small-latest", "--fake").code == 0


def test_attachments_are_part_of_a_conversation(at, asked, tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    assert at("chat", "look", "-a", "a.png", "--log").code == 0
    (tmp_path / "a.png").unlink()
    assert at("chat", "again", "-c").code == 0
    assert [chunk["type"] for chunk in asked()[0]["content"]] == ["text", "image_url"]


def test_the_log_is_searched_shown_and_emptied(run):
    run("logs", "on")
    run("chat", "Grüße aus", "Köln", "--fake")
    run("chat", "second 100%", "--fake")
    assert [line.split("\t")[3] for line in run("logs", "search", "GRÜSSE", "köln").out.splitlines()] == [
        "Grüße aus Köln"
    ]
    assert run("logs", "search", "100%").out.endswith("second 100%\n")
    assert run("logs", "search", "said", "second").code == 0  # in the answer
    assert run("logs", "search", "absent") == (1, "", "")
    assert run("logs", "search").code == 2
    newest, oldest = (json.loads(line) for line in run("logs", "list", "--json").out.splitlines())
    assert (oldest["exchanges"], oldest["first"]["prompt"]) == (1, "Grüße aus Köln")
    assert "## answer\n\nYou said: second 100%" in run("logs", "show").out
    shown = json.loads(run("logs", "show", oldest["conversation"][:6], "--json").out)
    assert (shown["answer"], shown["prompt_tokens"] > 0) == ("You said: Grüße aus Köln", True)
    assert run("logs", "delete").code == 2
    assert "1 questions" in run("logs", "delete", newest["conversation"]).err
    assert run("logs", "show", newest["conversation"]).code == 2
    assert run("logs", "delete", "--all").code == 0
    assert run("logs", "list").out == ""
    assert b"second" not in Log().path.read_bytes()  # nor what was deleted
    run("logs", "off")
    run("chat", "third", "--fake")
    assert run("logs", "list").out == ""


@pytest.mark.parametrize(
    ("state", "variable", "options", "kept"),
    [
        ("off", None, [], False),
        ("on", None, [], True),
        ("on", "off", [], False),
        ("off", "on", [], True),
        ("off", "off", ["--log"], True),
        ("on", "on", ["--no-log"], False),
    ],
)
def test_what_decides_whether_a_chat_is_logged(run, monkeypatch, state, variable, options, kept):
    """Rule 1 of the log."""
    run("logs", state)
    if variable is not None:
        monkeypatch.setenv("MISTRAL_CHAT_LOG", variable)
    run("chat", "hi", "--fake", *options)
    assert bool(run("logs", "list").out) is kept


def test_a_variable_that_is_neither(run, monkeypatch):
    monkeypatch.setenv("MISTRAL_CHAT_LOG", "maybe")
    assert "MISTRAL_CHAT_LOG is on or off, not 'maybe'" in run("chat", "hi", "--fake").err


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of Unix")
def test_the_log_is_its_owners_alone(run):
    """Rule 2 of the log."""
    before = os.umask(0)
    try:
        run("chat", "hi", "--log", "--fake")
    finally:
        os.umask(before)
    path = Log().path
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


def test_a_log_that_cannot_be_written_costs_nobody_the_answer(run):
    run("logs", "on")
    with sqlite3.connect(Log().path) as database:
        database.execute("DROP TABLE exchanges")
    database.close()
    ran = run("chat", "hi", "--fake")
    assert (ran.code, ran.out) == (0, "You said: hi\n")
    assert "the answer was not logged" in ran.err


def test_an_empty_id_is_that_of_no_conversation(run):
    run("chat", "hi", "--log", "--fake")
    for arguments in (("logs", "delete", ""), ("logs", "show", ""), ("chat", "hi", "--cid", "", "--fake")):
        ran = run(*arguments)
        assert (ran.code, "the log has no conversation" in ran.err) == (2, True)
    assert len(Log().conversation()) == 1


def test_absurd_values_are_refused(run, tmp_path):
    (tmp_path / "deep.toml").write_text("x = " + "[" * 100_000)
    for arguments in (
        ("logs", "list", "-n", 10**23),
        ("chat", "hi", "--fake", "--schema", "[" * 100_000),
        ("chat", "hi", "--fake", "-t", "deep.toml"),
    ):
        assert run(*arguments).code == 2


@pytest.mark.parametrize("damage", ["no database", "of a later version"])
def test_a_log_that_cannot_be_read_says_so(run, damage):
    run("logs", "on")
    if damage == "no database":
        Log().path.write_bytes(b"no database at all" * 100)
    else:
        with sqlite3.connect(Log().path) as database:
            database.execute("PRAGMA user_version = 9")
        database.close()
    ran = run("chat", "hi", "--fake")
    assert (ran.code, ran.out) == (2, "")
    assert str(Log().path) in ran.err
    assert "--no-log" in ran.err
    assert run("chat", "hi", "--no-log", "--fake").code == 0


def test_the_folder_is_where_platformdirs_has_it(run, monkeypatch, tmp_path):
    home = os.environ["HOME"]
    monkeypatch.setattr("sys.platform", "linux")
    assert str(Log().path) == f"{home}/.local/share/mistral-async/log.sqlite"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert str(Log().path.parent.parent) == f"{home}/.local/share"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Log().path.parent == tmp_path / "mistral-async"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setattr("sys.platform", "darwin")
    assert str(Log().path.parent) == f"{home}/Library/Application Support/mistral-async"
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert Log().path.parent == tmp_path / "mistral-async"
