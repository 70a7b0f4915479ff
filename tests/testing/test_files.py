"""Files: what goes in comes out, whole, by range, by signed URL, however the form was cut into pieces."""

from __future__ import annotations

import json
import tempfile
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async.testing._content import MEMORY_LIMIT, Content
from mistral_async.testing._multipart import MultipartReader, boundary_of


async def upload(http, data=b"{}\n", name="a.jsonl", **fields):
    answer = await http.post("/v1/files", files={"file": (name, data)}, data={"purpose": "batch", **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_file_and_what_is_told_of_it(http):
    made = await upload(http, b'{"a":1}\n{"b":2}\n')
    assert (made["bytes"], made["num_lines"], made["sample_type"], made["source"]) == (16, 2, "batch_request", "upload")
    found = (await http.get(f"/v1/files/{made['id']}")).json()
    assert found == {**made, "deleted": False}
    assert (await http.get(f"/v1/files/{made['id']}/content")).content == b'{"a":1}\n{"b":2}\n'
    assert (await http.delete(f"/v1/files/{made['id']}")).json() == {
        "id": made["id"],
        "object": "file",
        "deleted": True,
    }
    assert (await http.get(f"/v1/files/{made['id']}")).status_code == 404


async def test_json_of_files_is_spaced_and_says_its_charset(http):
    answer = await http.get("/v1/files")
    assert answer.text == '{"data": [], "object": "list", "total": 0}'
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


async def test_pages_and_filters(http):
    for number in range(5):
        await upload(http, name=f"f{number}.jsonl")
    await upload(http, name="doc.pdf", purpose="ocr")
    page = (await http.get("/v1/files", params={"page": 1, "page_size": 2})).json()
    assert ([file["filename"] for file in page["data"]], page["total"]) == (["f3.jsonl", "f2.jsonl"], 6)
    assert (await http.get("/v1/files", params={"include_total": "false"})).json()["total"] is None
    found = (await http.get("/v1/files", params={"purpose": "ocr"})).json()["data"]
    assert [file["filename"] for file in found] == ["doc.pdf"]
    assert len((await http.get("/v1/files", params={"search": "f1"})).json()["data"]) == 1
    assert (
        len((await http.get("/v1/files", params={"sample_type": ["ocr_input", "batch_request"]})).json()["data"]) == 6
    )
    assert (await http.get("/v1/files", params={"page": "x"})).json()["detail"][0]["type"] == "int_parsing"


@pytest.mark.parametrize(
    ("wanted", "status", "expected", "content_range"),
    [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-99", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("lines=1-2", 200, b"0123456789", None),
    ],
)
async def test_ranges(http, wanted, status, expected, content_range):
    made = await upload(http, b"0123456789", name="a.bin", purpose="ocr")
    answer = await http.get(f"/v1/files/{made['id']}/content", headers={"range": wanted})
    assert (answer.status_code, answer.content, answer.headers.get("content-range")) == (
        status,
        expected,
        content_range,
    )


async def test_signed_urls_need_no_key_and_expire(http, clock):
    made = await upload(http, b"secret", name="a.bin", purpose="ocr")
    url = (await http.get(f"/v1/files/{made['id']}/url", params={"expiry": 2})).json()["url"]
    assert (await http.get(url, headers={"authorization": ""})).content == b"secret"
    assert (await http.get(url.replace("signature=", "signature=0"))).status_code == 403
    clock.advance(2 * 3600 + 1)
    assert (await http.get(url)).status_code == 403
    assert urlsplit(url).path == f"/signed/{made['id']}"
    assert (await http.get(f"/v1/files/{made['id']}/url", params={"expiry": 200})).status_code == 422


async def test_files_expire(http, clock):
    made = await upload(http, expiry="1")
    assert made["expires_at"] == made["created_at"] + 3600
    clock.advance(3601)
    assert (await http.get(f"/v1/files/{made['id']}/content")).status_code == 404


@pytest.mark.parametrize(
    ("files", "data", "status"),
    [
        ({"file": ("a.txt", b"x")}, {"purpose": "fine-tune"}, 400),
        ({"other": ("a.jsonl", b"x")}, {}, 422),
        ({"file": ("a.jsonl", b"x")}, {"nonsense": "1"}, 422),
        ({"file": ("a.jsonl", b"x")}, {"expiry": "soon"}, 422),
    ],
)
async def test_bad_uploads(http, files, data, status):
    answer = await http.post("/v1/files", files=files, data=data)
    assert answer.status_code == status


async def test_a_form_that_is_cut_off(http):
    headers = {"content-type": "multipart/form-data; boundary=b"}
    answer = await http.post(
        "/v1/files", content=b'--b\r\nContent-Disposition: form-data; name="file"', headers=headers
    )
    assert answer.status_code == 422


async def test_large_files_go_to_disk_and_back(http, server, monkeypatch):
    opened = []
    real = tempfile.TemporaryFile
    monkeypatch.setattr("mistral_async.testing._content.TemporaryFile", lambda: opened.append(real()) or opened[-1])
    data = bytes(range(256)) * 256 * (MEMORY_LIMIT // 65536 + 3)
    made = await upload(http, data, name="big.bin", purpose="ocr")
    assert len(opened) == 1
    assert made["bytes"] == len(data)
    assert server.requests[-1].body == b""
    assert server.requests[-1].size > len(data)
    assert (await http.get(f"/v1/files/{made['id']}/content")).content == data
    await http.delete(f"/v1/files/{made['id']}")
    assert opened[0].closed


NASTY = st.lists(
    st.sampled_from([b"\r\n--x", b"\r\n--", b"--x--", b"\r", b"\n", b"-", b"\r\n\r\n", b"data", b"\x00\xff"])
).map(b"".join)


@given(NASTY.filter(lambda data: b"\r\n--xyz" not in data), st.lists(st.integers(1, 40)))
def test_forms_arrive_in_any_pieces(data, cuts):
    form = (
        b'--xyz\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nocr\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="file"; filename="\xc3\xa9.bin"\r\nContent-Type: a/b\r\n\r\n'
        + data
        + b"\r\n--xyz--\r\n"
    )
    reader = MultipartReader("xyz")
    start = 0
    for cut in [*cuts, len(form)]:
        reader.feed(form[start : start + cut])
        start += cut
    purpose, file = reader.parts
    assert reader.complete
    assert (purpose.name, purpose.text, purpose.filename) == ("purpose", "ocr", None)
    assert (file.filename, file.media, file.content.read()) == ("é.bin", "a/b", data)


@pytest.mark.parametrize(
    ("text", "boundary"), [('multipart/form-data; boundary="a b"', "a b"), ("multipart/form-data", None)]
)
def test_boundaries(text, boundary):
    assert boundary_of(text) == boundary


@given(st.lists(st.binary(max_size=50)))
def test_content_counts_what_it_holds(pieces):
    content = Content()
    for piece in pieces:
        content.write(piece)
    data = b"".join(pieces)
    assert (content.read(), content.size, content.lines) == (data, len(data), data.count(b"\n"))
    assert b"".join(content.chunks(1)) == data[1:]


async def test_models_are_listed_with_aliases_and_doubles(http):
    cards = (await http.get("/v1/models")).json()["data"]
    names = [card["id"] for card in cards]
    assert len(names) > len(set(names))
    assert any(card["name"] != card["id"] for card in cards)
    one = (await http.get("/v1/models/mistral-embed")).json()
    assert one["type"] == "base"
    assert json.dumps(one)
    missing = await http.get("/v1/models/none")
    assert (missing.status_code, missing.json()) == (404, {"message": "Model none was not found."})
