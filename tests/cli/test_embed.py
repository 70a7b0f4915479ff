"""`embed`: every form in, every form out, resumed, and with rows that failed."""

from __future__ import annotations

import json
import math

import pytest

from mistral_async.testing import FakeMistral

numpy = pytest.importorskip("numpy")

TEXTS = ["one", "two, with a comma", "drei und dreißig", "one"]


@pytest.fixture(scope="module")
def expected():
    from mistral_async import SyncMistral

    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url) as client:
        return client.bulk.embed(TEXTS).to_list()


def written(path, form):
    match form:
        case "txt":
            path.write_text("\n".join(TEXTS) + "\n\n")
        case "jsonl":
            path.write_text("".join(json.dumps({"id": n, "text": text}) + "\n" for n, text in enumerate(TEXTS)))
        case "json":
            path.write_text(json.dumps([{"id": 0, "text": TEXTS[0]}, *TEXTS[1:]], indent=2))
        case "csv":
            path.write_text("id,text\n" + "".join(f'{n},"{text}"\n' for n, text in enumerate(TEXTS)))
        case "parquet":
            pyarrow = pytest.importorskip("pyarrow")
            parquet = pytest.importorskip("pyarrow.parquet")
            parquet.write_table(pyarrow.table({"id": [0, 1, 2, 3], "text": TEXTS}), path)
    return path


def printed(text):
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["index"] for line in lines] == list(range(len(lines)))
    return [numpy.array(line["embedding"], "float32").tolist() for line in lines]


@pytest.mark.parametrize("form", ["txt", "jsonl", "json", "csv", "parquet"])
def test_every_form_of_input(run, tmp_path, expected, form):
    ran = run("embed", written(tmp_path / f"texts.{form}", form), "--fake")
    assert (ran.code, ran.err) == (0, "")
    assert printed(ran.out) == expected


@pytest.mark.parametrize("form", ["txt", "jsonl", "json", "csv"])
def test_every_form_of_stdin(run, tmp_path, expected, form):
    text = written(tmp_path / "texts", form).read_text()
    assert printed(run("embed", "--format", form, "--fake", stdin=text).out) == expected


def test_several_files_are_one_list(run, tmp_path, expected):
    texts = written(tmp_path / "texts.csv", "csv")
    assert printed(run("embed", texts, texts, "--fake").out) == expected * 2


def test_npy(run, tmp_path, expected):
    assert run("embed", "-o", tmp_path / "out.npy", "--fake", stdin="\n".join(TEXTS)) == (0, "", "")
    assert numpy.load(tmp_path / "out.npy").tolist() == expected


def test_jsonl(run, tmp_path, expected):
    assert run("embed", "-o", tmp_path / "out.jsonl", "--fake", stdin="\n".join(TEXTS)) == (0, "", "")
    assert printed((tmp_path / "out.jsonl").read_text()) == expected


def test_parquet(run, tmp_path, expected):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert run("embed", "-o", tmp_path / "out.parquet", "--fake", stdin="\n".join(TEXTS)) == (0, "", "")
    assert parquet.read_table(tmp_path / "out.parquet")["embedding"].to_pylist() == expected


def test_the_field_can_be_named(run, tmp_path, expected):
    (tmp_path / "t.csv").write_text("body\none\n")
    assert printed(run("embed", tmp_path / "t.csv", "--text-field", "body", "--fake").out) == expected[:1]
    ran = run("embed", tmp_path / "t.csv", "--fake")
    assert ran.code == 2
    assert "'text'" in ran.err
    assert "body" in ran.err
    ran = run("embed", "--format", "jsonl", "--fake", stdin='{"text": "a"}\n{"txt": "b"}\n')
    assert ran.code == 2
    assert "object 2" in ran.err


def test_resume_sends_only_what_is_missing(at, threaded_server, tmp_path):
    texts = [f"text {n}" for n in range(600)]
    command = ["embed", "--checkpoint", tmp_path / "kept", "-o", tmp_path / "out.jsonl", "--concurrency", "1"]
    threaded_server.fail(401, after=1)
    ran = at(*command, stdin="\n".join(texts))
    assert ran.code == 3
    assert not (tmp_path / "out.jsonl").exists()
    kept = len(threaded_server.requests[0].json()["input"])
    threaded_server.requests.clear()
    ran = at(*command, stdin="\n".join(texts))
    assert (ran.code, ran.err) == (0, f"{kept} of 600 were embedded before: {tmp_path / 'kept'} has them\n")
    sent = [text for request in threaded_server.requests for text in request.json()["input"]]
    assert sorted(sent) == sorted(texts[kept:])
    assert len(printed((tmp_path / "out.jsonl").read_text())) == 600


def test_a_checkpoint_of_other_texts_is_refused(run, tmp_path):
    assert run("embed", "--checkpoint", tmp_path / "kept", "--fake", stdin="one\n").code == 0
    ran = run("embed", "--checkpoint", tmp_path / "kept", "--fake", stdin="another\n")
    assert ran.code == 2
    assert "other inputs" in ran.err


def test_dedupe_sends_equal_texts_once(at, threaded_server, tmp_path, expected):
    assert printed(at("embed", written(tmp_path / "t.txt", "txt"), "--dedupe").out) == expected
    sent = [text for request in threaded_server.requests for text in request.json()["input"]]
    assert sorted(sent) == sorted(set(TEXTS))


def test_rows_that_failed(at, threaded_server, tmp_path, expected):
    texts = "\n".join(["good"] * 512 + ["bad"])
    threaded_server.reply("embeddings.create", status=400, json={"message": "no"}, after=1)
    ran = at("embed", "--concurrency", "1", "-o", tmp_path / "out.npy", stdin=texts)
    assert ran.code == 1
    assert "512: 400" in ran.err
    rows = numpy.load(tmp_path / "out.npy")
    assert math.isnan(rows[512][0])
    assert not numpy.isnan(rows[:512]).any()


def test_a_row_that_failed_is_null_in_json(at, threaded_server):
    threaded_server.reply("embeddings.create", status=400, json={"message": "no"})
    ran = at("embed", stdin="bad\n")
    assert ran.code == 3
    line = json.loads(ran.out)
    assert line["embedding"] is None
    assert "400" in line["error"]


def test_an_output_that_can_not_be(run, tmp_path):
    ran = run("embed", "-o", tmp_path / "out.xlsx", "--fake", stdin="a")
    assert ran.code == 2
    assert ".parquet" in ran.err
    assert run("embed", "-o", tmp_path / "no" / "out.npy", "--fake", stdin="a").code == 2


def test_a_failed_command_leaves_no_file(at, tmp_path):
    assert at("embed", "-o", tmp_path / "out.jsonl", key="wrong", stdin="a").code == 3
    assert list(tmp_path.iterdir()) == []
