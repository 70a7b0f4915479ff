"""Documents that were read, written into folders: images beside the text, tables in their places, nothing outside."""

from __future__ import annotations

import base64
import sys

import pytest

from mistral_async.models import OCRImageObject, OCRPageObject, OCRResponse, OCRTableObject

PNG, JPEG = b"\x89PNG\r\n\x1a\n1", b"\xff\xd8\xff2"


def image(name: str, data: bytes, *, prefix: str = "data:image/jpeg;base64,") -> OCRImageObject:
    return OCRImageObject(id=name, image_base64=prefix + base64.b64encode(data).decode())


def response(*pages: OCRPageObject) -> OCRResponse:
    return OCRResponse(pages=list(pages))


TABLE = OCRTableObject(id="tbl-0.html", content="<table><tr><td>1</td></tr></table>", format="html")


def test_images_are_beside_the_text_and_tables_in_their_places(tmp_path):
    page = OCRPageObject(
        index=0,
        markdown="# Über\n\n![img-0.jpeg](img-0.jpeg)\n\n[tbl-0.html](tbl-0.html) end, ![gone](img-9.png) [a](https://x)",
        images=[image("img-0.jpeg", JPEG), OCRImageObject(id="img-9.png")],
        tables=[TABLE],
    )
    path = response(page, OCRPageObject(index=1, markdown="second")).save(tmp_path / "out" / "deep", name="scan")
    assert path == tmp_path / "out" / "deep" / "scan.md"
    assert path.read_text(encoding="utf-8") == (
        "# Über\n\n![img-0.jpeg](img-0.jpeg)\n\n\n\n<table><tr><td>1</td></tr></table>\n\n end, "
        "![gone](img-9.png) [a](https://x)\n\nsecond\n"
    )
    assert sorted(file.name for file in path.parent.iterdir()) == ["img-0.jpeg", "scan.md"]
    assert (path.parent / "img-0.jpeg").read_bytes() == JPEG


def test_images_of_one_name_on_two_pages_are_both_kept(tmp_path):
    def page(index: int, *datas: bytes) -> OCRPageObject:
        return OCRPageObject(index=index, markdown="![i](i.png)", images=[image("i.png", data) for data in datas])

    path = response(page(0, PNG), page(1, JPEG), page(2, PNG)).save(tmp_path)
    assert path.read_text() == "![i](i.png)\n\n![i](page-1-i.png)\n\n![i](i.png)\n"
    assert (tmp_path / "page-1-i.png").read_bytes() == JPEG


@pytest.mark.parametrize(
    "name", ["../../x.png", "/etc/x.png", "..\\\\x.png", ".hidden", "a/b.png", "\0.png", "", "x" * 300]
)
def test_no_id_of_an_image_leads_out_of_the_folder(name, tmp_path):
    folder = tmp_path / "a" / "b"
    response(OCRPageObject(markdown=f"![i]({name})", images=[image(name, PNG, prefix="")])).save(folder)
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 2
    assert {path.parent for path in written} == {folder}
    assert not any(path.name.startswith(".") for path in written)


def test_an_image_that_is_no_base64_is_left_out(tmp_path):
    for data in ("?!", "é"):
        page = OCRPageObject(markdown="![i](i.png)", images=[OCRImageObject(id="i.png", image_base64=data)])
        assert response(page).save(tmp_path).read_text() == "![i](i.png)\n"
        assert len(list(tmp_path.iterdir())) == 1


def test_no_image_takes_the_place_of_the_document(tmp_path):
    page = OCRPageObject(index=3, markdown="![i](scan.md)", images=[image("scan.md", PNG)])
    path = response(page).save(tmp_path, name="scan")
    assert path.read_text() == "![i](page-3-scan.md)\n"
    assert (tmp_path / "page-3-scan.md").read_bytes() == PNG


def test_html_has_the_same_and_runs_nothing(tmp_path):
    pytest.importorskip("nh3")
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))\n\n|a|\n|-|\n|b|"
    page = OCRPageObject(
        markdown=f"# T\n\n![i](i.png)\n\n[t]({TABLE.id})\n\n{hostile}", images=[image("i.png", PNG)], tables=[TABLE]
    )
    text = response(page).save(tmp_path, name="<b>"[1], format="html").read_text(encoding="utf-8")
    assert text.startswith('<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>b</title>')
    assert "<h1>T</h1>" in text
    assert 'src="i.png"' in text
    assert "<td>1</td>" in text
    assert "<td>b</td>" in text
    assert "<script" not in text
    assert 'href="javascript' not in text
    assert "onerror" not in text


def test_what_cannot_be_is_said(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="'markdown' or 'html', not 'pdf'"):
        response().save(tmp_path, format="pdf")
    with pytest.raises(ValueError, match="without its ending"):
        response().save(tmp_path, name="../x")
    with pytest.raises(ValueError, match="without its ending"):
        response().save(tmp_path, name="")
    monkeypatch.setitem(sys.modules, "nh3", None)
    with pytest.raises(ImportError, match=r"mistral_async\[html\]"):
        response().save(tmp_path / "new", format="html")
    assert not (tmp_path / "new").exists()
