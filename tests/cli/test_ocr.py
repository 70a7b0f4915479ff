"""`ocr`: what stands in the folder of the results, what is read again, and images in terminals."""

from __future__ import annotations

import io
import json
import os
import threading
from base64 import b64encode
from pathlib import Path

import pytest

from mistral_async.cli._images import image_terminal, print_with_images
from mistral_async.cli._markdown import plain_text
from mistral_async.cli._ocr_documents import parse_pages
from mistral_async.cli.ocr import _document
from mistral_async.models import OCRImageObject, OCRPageObject, OCRResponse

PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
ANSWER = {
    "pages": [
        {
            "index": 0,
            "markdown": "# Title\n\n![img-0.png](img-0.png)\n\n[tbl-0.md](tbl-0.md)",
            "images": [{"id": "img-0.png", "image_base64": b64encode(PNG).decode()}],
            "tables": [{"id": "tbl-0.md", "content": "| a | b |\n|---|---|\n| 1 | 2 |", "format": "markdown"}],
        }
    ],
    "model": "mistral-ocr-latest",
    "usage_info": {"pages_processed": 1},
}


@pytest.fixture
def documents(tmp_path):
    for name in ("in/a.pdf", "in/deep er/b.png", "in/deep er/a.pdf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG if name.endswith(".png") else b"%PDF-1.7 " + name.encode())
    return tmp_path / "in"


@pytest.fixture
def read(at, threaded_server):
    """Run the command where every answer is `ANSWER`; the exit code and the number of requests."""

    def read(*arguments):
        threaded_server.requests.clear()
        threaded_server.reply("ocr.process", json=ANSWER, times=9)
        ran = at("ocr", *arguments)
        return ran, len(threaded_server.requests)

    return read


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file())


def test_folders_are_mirrored_with_images_and_tables_in_their_places(read, documents, threaded_server):
    ran, sent = read(documents, "-o", "out")
    assert (ran.code, ran.out, sent) == (0, "", 3)
    assert files("out") == [
        ".mistral-ocr.jsonl",
        "a.pdf.images/img-0.png",
        "a.pdf.md",
        "deep er/a.pdf.images/img-0.png",
        "deep er/a.pdf.md",
        "deep er/b.png.images/img-0.png",
        "deep er/b.png.md",
    ]
    text = Path("out/deep er/b.png.md").read_text()
    assert "![img-0.png](b.png.images/img-0.png)" in text
    assert "| 1 | 2 |" in text
    assert all(request.json()["include_image_base64"] for request in threaded_server.requests)


@pytest.mark.parametrize(
    ("options", "name", "part"),
    [
        (["--format", "text"], "a.pdf.txt", "Title\n\nimg-0.png\n"),
        (["--format", "json"], "a.pdf.json", '"markdown":"# Title'),
        (["--json"], "a.pdf.json", '"markdown":"# Title'),
        (["--format", "html"], "a.pdf.html", '<img src="a.pdf.images/img-0.png"'),
    ],
)
def test_formats(read, documents, options, name, part):
    if "html" in options:
        pytest.importorskip("nh3")
    assert read(documents / "a.pdf", "-o", "out", *options)[0].code == 0
    assert part in (Path("out") / name).read_text()


def test_text_and_json_on_stdout(read, documents):
    assert read(documents / "a.pdf", "--format", "text")[0].out == "Title\n\nimg-0.png\n\ntbl-0.md\n"
    assert json.loads(read(documents / "a.pdf", "--format", "json")[0].out)["source"] == str(documents / "a.pdf")


def test_what_was_read_is_not_read_again(read, documents):
    assert read(documents, "-o", "out")[1] == 3
    ran, sent = read(documents, "-o", "out")
    assert (ran.code, sent) == (0, 0)
    assert "3 of 3 documents were read before (--force reads them again)" in ran.err
    (documents / "a.pdf").write_bytes(b"%PDF-1.7 that changed")
    assert read(documents, "-o", "out")[1] == 1
    Path("out/deep er/b.png.md").unlink()
    assert read(documents, "-o", "out")[1] == 1
    assert read(documents, "-o", "out", "--pages", "1")[1] == 3  # other results
    assert read(documents, "-o", "out", "--pages", "1", "--force")[1] == 3


def test_a_document_that_changes_while_it_is_read_is_read_again(read, documents, monkeypatch):
    def send_and_change(source):
        sent = _document(source)
        Path(source).write_bytes(b"%PDF-1.7 of later")
        return sent

    document = documents / "a.pdf"
    with monkeypatch.context() as changing:
        changing.setattr("mistral_async.cli.ocr._document", send_and_change)
        assert read(document, "-o", "out")[0].code == 0
    assert read(document, "-o", "out")[1] == 1
    assert read(document, "-o", "out")[1] == 0


@pytest.mark.parametrize("end", ["..", ".", "%2E%2E"])
def test_an_address_that_ends_with_dots_has_its_result_in_the_folder(read, end):
    ran, sent = read(f"https://example.com/a/{end}", "-o", "out")
    assert (ran.code, sent) == (0, 1)
    assert "document.md" in files("out")


def test_a_document_of_the_same_name_is_another(read, documents):
    assert read(documents / "a.pdf", "-o", "out")[1] == 1
    assert read(documents / "deep er" / "a.pdf", "-o", "out")[1] == 1


def test_a_record_that_was_cut_off_costs_one_reading(read, documents):
    read(documents, "-o", "out")
    record = Path("out/.mistral-ocr.jsonl")
    record.write_bytes(record.read_bytes()[:-20])
    assert read(documents, "-o", "out")[1] == 1
    assert read(documents, "-o", "out")[1] == 0


def test_one_that_cannot_be_read_does_not_stop_the_others(read, documents):
    (documents / "empty.pdf").touch()
    (documents / "gone.pdf").symlink_to("nowhere")  # of which a folder takes no notice
    ran, sent = read(documents, "-o", "out")
    assert (ran.code, sent) == (1, 3)
    assert f"{documents / 'empty.pdf'}: {documents / 'empty.pdf'} is empty" in ran.err
    assert len([name for name in files("out") if name.endswith(".md")]) == 3


@pytest.mark.parametrize("output", ["in/out", "in", "."])
def test_results_are_no_documents(read, documents, output):
    assert read("in", "-o", output)[1] == 3
    ran, sent = read("in", "-o", output)
    assert (ran.code, sent) == (0, 0)
    assert "3 of 3 documents" in ran.err
    assert len([name for name in files(output) if name.endswith(".md")]) == 3


def test_a_document_from_stdin(at, threaded_server):
    threaded_server.reply("ocr.process", json=ANSWER, times=3)
    assert at("ocr", "-", stdin=PNG).code == 0
    assert threaded_server.requests[-1].json()["document"]["type"] == "image_url"
    for _ in range(2):  # it is never what it was before
        assert "-> out/stdin.md" in at("ocr", "-", "-o", "out", stdin=PNG).err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
def test_documents_attachments_and_templates_may_be_pipes(at, run, tmp_path, threaded_server):
    def write(data):
        threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(data,), daemon=True).start()

    os.mkfifo(tmp_path / "pipe")
    threaded_server.reply("ocr.process", json=ANSWER)
    write(PNG)
    assert at("ocr", "pipe").code == 0
    write(PNG)
    assert at("chat", "hi", "-a", "pipe").code == 0
    assert threaded_server.requests[-1].json()["messages"][0]["content"][1]["image_url"].startswith("data:image/png")
    write(b"Loud: $input")
    assert at("chat", "hi", "-t", "./pipe").code == 0
    assert threaded_server.requests[-1].json()["messages"][0]["content"] == "Loud: hi"


def test_a_document_that_is_named_twice_is_read_once(read, documents):
    assert read(documents, documents / "a.pdf", "-o", "out")[1] == 3


def test_pages(read, documents, threaded_server):
    assert read(documents / "a.pdf", "--pages", "1-3, 5")[0].code == 0
    assert threaded_server.requests[-1].json()["pages"] == [0, 1, 2, 4]
    with pytest.raises(ValueError, match="count from 1"):
        parse_pages("1-999999999999")
    with pytest.raises(ValueError, match="count from 1"):
        parse_pages(f"1-{10**30}")


def test_plain_text():
    text = plain_text(
        "# A *b* `c`\n\n1. one\n2. [two](https://x)\n\n- x\n- y\n\n| h | i |\n|---|---|\n| 1 | &lt;2 |\n\n"
        "```\ncode\n```\n\n<table><tr><td>1</td><td>2</td></tr></table>\n\na<b>b</b>  \nc\n"
    )
    assert text == ("A b c\n\n1. one\n2. two\n\n- x\n- y\n\nh\ti\t\n1\t<2\t\n\ncode\n\n1\t2\t\n\nab\nc\n")


def test_plain_text_keeps_rows_and_words_apart():
    assert plain_text("| a<br>b | c |\n|-|-|\n") == "a b\tc\t\n"
    rows = "<table><tr><td>a<br/>b</td><td>c</td></tr><tr><td>d</td></tr>\n<tr><td>e</td></tr></table>"
    assert plain_text(rows) == "a b\tc\t\nd\t\ne\t\n"


# images in terminals


class Tty(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    def terminal(**variables):
        for name in ("TERM", "TERM_PROGRAM", "LC_TERMINAL", "KITTY_WINDOW_ID", "TMUX"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("sys.stdout", Tty())
        return os.sys.stdout.getvalue

    return terminal


def document(data, name="img"):
    image = OCRImageObject(id=name, image_base64=b64encode(data).decode())
    return OCRResponse(pages=[OCRPageObject(markdown=f"a ![{name}]({name}) b \x1b[2J ![x](x)", images=[image])])


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "ghostty"}, "kitty"),
        ({"TERM_PROGRAM": "iTerm.app"}, "iterm2"),
        ({"LC_TERMINAL": "iTerm2"}, "iterm2"),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM": "tmux-256color", "TERM_PROGRAM": "iTerm.app"}, None),
        ({"TMUX": "x", "KITTY_WINDOW_ID": "1"}, None),
    ],
)
def test_which_terminals_show_images(terminal, variables, expected):
    terminal(**variables)
    assert image_terminal() == expected


def test_no_image_and_no_code_goes_into_a_pipe(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert image_terminal() is None
    print_with_images(document(PNG))
    assert os.sys.stdout.getvalue() == "a ![img](img) b \x1b[2J ![x](x)\n"  # as the API sent it


def test_iterm_shows_images_in_their_places(terminal):
    shown = terminal(TERM_PROGRAM="iTerm.app")
    print_with_images(document(PNG))
    code = f"\x1b]1337;File=inline=1;size={len(PNG)}:{b64encode(PNG).decode()}\x07"
    assert shown() == f"a {code} b \\x1b[2J ![x](x)\n"  # no other code reaches the terminal


def test_kitty_gets_png_in_pieces(terminal):
    shown = terminal(TERM="xterm-kitty")
    print_with_images(document(PNG + bytes(8000)))
    first, *_, last = shown().split("\x1b\\")[:-1]
    assert first.startswith("a \x1b_Ga=T,f=100,m=1;iVBOR")
    assert last.startswith("\x1b_Gm=0;")


def test_kitty_gets_other_images_as_png(terminal, monkeypatch):
    image = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    image.new("RGB", (2, 2)).save(file, "JPEG")
    shown = terminal(TERM="xterm-kitty")
    print_with_images(document(file.getvalue()))
    assert "\x1b_Ga=T,f=100,m=0;iVBOR" in shown()
    shown = terminal(TERM="xterm-kitty")
    print_with_images(document(b"no image"))
    assert shown().startswith("a ![img](img) b")
    monkeypatch.setattr(image, "MAX_IMAGE_PIXELS", 1)  # of which twice as many are an error of Pillow's own
    shown = terminal(TERM="xterm-kitty")
    print_with_images(document(file.getvalue()))
    assert shown().startswith("a ![img](img) b")


def test_a_terminal_that_shows_images_gets_them(at, terminal, threaded_server, documents, monkeypatch):
    threaded_server.reply("ocr.process", json=ANSWER)
    shown = terminal(TERM_PROGRAM="iTerm.app")
    at("ocr", documents / "a.pdf")
    assert "\x1b]1337;File=inline=1" in shown()
    assert threaded_server.requests[-1].json()["include_image_base64"] is True
