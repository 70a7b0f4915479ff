"""What commands write: no two results to one name, nothing that is read, and whole files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mistral_async.cli._ocr_documents import Document, result_paths
from mistral_async.cli._text import check_output


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_documents_of_one_name_have_a_result_each(run, tmp_path):
    for folder in ("2023", "2024"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "invoice.pdf").write_text(folder)
    ran = run("ocr", tmp_path / "2023", tmp_path / "2024", "-o", tmp_path / "out", "--fake")
    assert ran.code == 0
    both = ["invoice.pdf (2).md", "invoice.pdf.md"]
    assert names(tmp_path / "out") == [".mistral-ocr.jsonl", *both]
    assert all(f"-> {tmp_path / 'out' / name}" in ran.err for name in both)


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        (["a.pdf", "A.PDF"], ["a.pdf.md", "A.PDF (2).md"]),
        (["a", "a.md", "b/a"], ["a (2).md", "a.md.md", "a (3).md"]),
        (["https://h/x/a.pdf?sig=1", "https://h/y/a.pdf?sig=2"], ["a.pdf.md", "a.pdf (2).md"]),
        (["https://me:secret@[h/a.pdf"], ["document.md"]),
        (["https://h/a%2Fb%20c.pdf", "https://h/", "https://h"], ["a_b c.pdf.md", "h.md", "h (2).md"]),
        (["https://h/" + "x" * 500], ["x" * 100 + ".md"]),
        (["https://h/" + "\U0001f389" * 100], ["\U0001f389" * 60 + ".md"]),
        (["x" * 248 + ".pdf", "x" * 249 + ".pdf"], ["x" * 240 + ".md", "x" * 240 + " (2).md"]),
        (["e\u0301.pdf", "\u00e9.pdf"], ["e\u0301.pdf.md", "\u00e9.pdf (2).md"]),
        (["https://user:secret@h/"], ["h.md"]),
    ],
)
def test_names_of_results(tmp_path, monkeypatch, sources, expected):
    monkeypatch.chdir(tmp_path)
    documents = [Document(source) for source in sources]
    assert [path.name for path in result_paths(documents, tmp_path, ".md")] == expected


def test_results_need_a_folder(run, tmp_path):
    (tmp_path / "a.pdf").write_text("a")
    ran = run("ocr", "a.pdf", "-o", tmp_path / "a.pdf", "--fake")
    assert ran.code == 2
    assert "is a folder for the results" in ran.err


@pytest.mark.parametrize("link", [False, True])
def test_embed_does_not_overwrite_what_it_reads(run, tmp_path, link):
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n')
    if link:
        (tmp_path / "b.jsonl").symlink_to(tmp_path / "a.jsonl")
    ran = run("embed", "a.jsonl", "-o", "b.jsonl" if link else "./a.jsonl", "--fake")
    assert ran.code == 2
    assert "would overwrite what is read" in ran.err
    assert (tmp_path / "a.jsonl").read_text() == '{"text": "a"}\n'


@pytest.mark.parametrize("output", ["./kept.jsonl", "link.jsonl"])
@pytest.mark.parametrize("there", [False, True])
def test_a_checkpoint_is_not_overwritten(run, tmp_path, output, there):
    (tmp_path / "link.jsonl").symlink_to("kept.jsonl")
    (tmp_path / "requests.jsonl").write_text('{"custom_id": "1", "body": {"messages": []}}\n')
    if there:
        (tmp_path / "kept.jsonl").write_text("{}")
    for words in (("embed",), ("batch", "run", "requests.jsonl")):
        ran = run(*words, "--checkpoint", "kept.jsonl", "-o", output, "--fake", stdin="a")
        assert (ran.code, ran.out) == (2, "")
        assert "would overwrite what is read" in ran.err
    assert (tmp_path / "kept.jsonl").exists() is there


def test_the_checkpoint_that_a_batch_has_by_default_is_not_overwritten(run, tmp_path):
    (tmp_path / "requests.jsonl").write_text('{"custom_id": "1", "body": {"messages": []}}\n')
    ran = run("batch", "run", "requests.jsonl", "-o", "requests.jsonl.batch", "--fake")
    assert ran.code == 2
    assert "would overwrite what is read" in ran.err
    assert names(tmp_path) == ["requests.jsonl"]


def test_what_is_read_and_written_may_be_one_terminal():
    check_output(Path("/dev/null"), [Path("/dev/null")])


def test_embed_into_a_folder(run, tmp_path):
    (tmp_path / "a.jsonl").mkdir()
    assert "is a folder" in run("embed", "-o", "a.jsonl", "--fake", stdin="a").err


@pytest.mark.parametrize("output", ["requests.jsonl", "kept"])
def test_batch_does_not_overwrite_what_it_reads(run, tmp_path, output):
    (tmp_path / "requests.jsonl").write_text('{"custom_id": "1", "body": {"messages": []}}\n')
    (tmp_path / "kept").write_text("{}")
    before = (tmp_path / output).read_text()
    ran = run("batch", "run", "requests.jsonl", "--checkpoint", "kept", "-o", output, "--fake")
    assert ran.code == 2
    assert "would overwrite what is read" in ran.err
    assert (tmp_path / output).read_text() == before


def test_a_batch_that_fails_leaves_the_results_of_the_last_one(run, tmp_path):
    (tmp_path / "requests.jsonl").write_text('{"custom_id": "1"}\n')
    (tmp_path / "out.jsonl").write_text("the last results\n")
    assert run("batch", "run", "requests.jsonl", "-o", "out.jsonl", "--fake").code == 2
    assert (tmp_path / "out.jsonl").read_text() == "the last results\n"
    assert not [name for name in names(tmp_path) if name.endswith(".part")]


@pytest.mark.parametrize("suffix", ["jsonl", "npy", "parquet"])
@pytest.mark.full_disk(1000)
def test_a_full_disk_leaves_nothing(run, tmp_path, suffix):
    assert run("embed", "-o", f"out.{suffix}", "--fake", stdin="a").code == 2
    assert not names(tmp_path)
