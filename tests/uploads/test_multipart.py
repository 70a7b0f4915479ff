"""Forms, parsed again by the standard library's `email`; files from everything that holds bytes."""

from __future__ import annotations

import array
import email
import io
import json
import mmap
import os
import pickle
import re
import tempfile
import tracemalloc
from enum import Enum
from pathlib import Path
from types import SimpleNamespace

import anyio
import anyio.lowlevel
import msgspec
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from mistral_async import calls
from mistral_async._files.media_type import media_type
from mistral_async._uploads.multipart import Form, FormBody
from mistral_async._uploads.source import PIECE, SourceChangedError, Upload
from mistral_async.errors import MistralError, RateLimitError

MIB = 1024 * 1024
DESCRIPTORS = Path("/proc/self/fd")
BIG = os.urandom(64 * 1024) * 40 + b"end"  # ten pieces and a bit
UNESCAPES = {b"%22": b'"', b"%0D": b"\r", b"%0A": b"\n"}


class Field(msgspec.Struct):
    name: str
    filename: str | None
    media: str | None
    content: bytes


def parse(content_type: str, body: bytes) -> list[Field]:
    """Read a form as another program would."""
    message = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    assert message.is_multipart()
    assert not message.defects
    return [parse_part(part) for part in message.get_payload()]


def parse_part(part) -> Field:
    headers = {name.lower(): value.encode("ascii", "surrogateescape") for name, value in part.raw_items()}
    disposition = re.fullmatch(
        rb'form-data; name="([^"\r\n]*)"(?:; filename="([^"\r\n]*)")?', headers.pop("content-disposition")
    )
    name, filename = (each if each is None else unescape(each) for each in disposition.groups())
    media = headers.pop("content-type", None)
    assert not headers
    return Field(name, filename, media and media.decode(), part.get_payload(decode=True))


def unescape(name: bytes) -> str:
    return re.sub(b"%22|%0D|%0A", lambda match: UNESCAPES[match[0]], name).decode()


async def read(source) -> bytes:
    pieces = [piece async for piece in source.open()]
    assert all(pieces)  # an empty one would end a chunked body
    return b"".join(pieces)


async def sent(form: Form) -> list[Field]:
    body = form.encode()
    if isinstance(body, FormBody):
        content = await read(body)
        assert body.length in {None, len(content)}
        body = content
    return parse(form.content_type, body)


async def file_of(value) -> Field:
    (field,) = await sent(Form({"file": value}))
    return field


# what a form looks like

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
header_text = text.filter(lambda each: "%" not in each)  # WHATWG escapes are not reversible where there is a %


@settings(deadline=None)
@given(st.lists(st.tuples(header_text, text | st.lists(text, max_size=3)), max_size=4), header_text, st.binary())
def test_fields_and_file_come_out_as_they_went_in(fields, filename, content):
    form = Form({**dict(fields), "\0file": (filename or "f", content, "a/b")}, files=["\0file"])
    expected = [
        Field(name, None, None, item.encode())
        for name, value in dict(fields).items()
        for item in (value if isinstance(value, list) else [value])
    ]
    expected.append(Field("\0file", filename or "f", "a/b", content))
    assert parse(form.content_type, form.encode()) == expected


class Purpose(Enum):
    BATCH = "batch"


class Item(msgspec.Struct):
    value: int


def test_the_bytes_of_a_form():
    form = Form(
        {
            "purpose": Purpose.BATCH,
            "expiry": 24,
            "diarize": True,
            "temperature": 0.5,
            "language": None,
            "timestamp_granularities": ["segment", None, "word"],
            "context_bias": (),
            "speaker_references": {"Zoé": "UklG"},
            "item": Item(1),
            "file": ("a.jsonl", b'{"a": 1}\r\n'),
        },
        boundary="B",
    )
    assert form.content_type == "multipart/form-data; boundary=B"
    plain = '--B\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    typed = '--B\r\nContent-Disposition: form-data; name="{}"{}\r\nContent-Type: {}\r\n\r\n{}\r\n'
    assert form.encode().decode() == "".join(
        [
            plain.format("purpose", "batch"),
            plain.format("expiry", "24"),
            plain.format("diarize", "true"),
            plain.format("temperature", "0.5"),
            plain.format("timestamp_granularities", "segment"),
            plain.format("timestamp_granularities", "word"),
            typed.format("speaker_references", "", "application/json", '{"Zoé":"UklG"}'),
            typed.format("item", "", "application/json", '{"value":1}'),
            typed.format("file", '; filename="a.jsonl"', "application/jsonl", '{"a": 1}\r\n'),
            "--B--\r\n",
        ]
    )


def test_names_are_escaped_as_browsers_do():
    # Rule 3 of multipart.
    form = Form({'a"\r\n': "x", "file": ('é"\r\nX-Evil: 1\udc80.txt', b"")}, boundary="B")
    body = form.encode()
    assert b'name="a%22%0D%0A"' in body
    assert 'filename="é%22%0D%0AX-Evil: 1?.txt"'.encode() in body


@pytest.mark.parametrize("values", [{}, {"model": "m", "file": None}, {"file_url": "https://x/y"}])
def test_a_form_without_a_file_is_still_multipart(values):
    form = Form(values, boundary="B")
    assert form.content_type.startswith("multipart/form-data")
    assert form.encode().endswith(b"--B--\r\n")
    assert form.encode().count(b"Content-Disposition") == len([value for value in values.values() if value])


def test_more_fields_are_added_or_replace_or_remove():
    form = Form({"a": 1, "b": 2, "file": ("f", b"x")}, boundary="B")
    fields = parse(form.content_type, form.encode({"a": [5, 6], "b": None, "new": {"k": "v"}}))
    assert [(field.name, field.content) for field in fields] == [
        ("a", b"5"), ("a", b"6"), ("file", b"x"), ("new", b'{"k":"v"}'),
    ]  # fmt: skip
    assert [field.content for field in parse(form.content_type, form.encode())] == [b"1", b"2", b"x"]
    assert form.values["b"] == 2


def test_boundaries_are_not_predictable():
    # Rule 3 of multipart.
    boundaries = {Form({}).content_type.partition("boundary=")[2] for _ in range(1000)}
    assert len(boundaries) == 1000
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in boundaries)


@pytest.mark.parametrize("boundary", ["", "a b", "a\r\nb", "x" * 71, 'a"b', "é"])
def test_a_bad_boundary_is_refused(boundary):
    with pytest.raises(ValueError, match="boundary"):
        Form({}, boundary=boundary)


@pytest.mark.parametrize("value", [b"x", object(), [["a"]], ["a", b"b"], io.BytesIO()])
def test_a_field_that_is_not_a_file_takes_no_bytes(value):
    # Rules 1 and 2 of multipart.
    with pytest.raises(TypeError, match="form field 'purpose' can not be"):
        Form({"purpose": value})


def test_the_repr_shows_no_content():
    form = Form({"prompt": "secret words", "file": ("a.pdf", b"secret bytes")})
    assert repr(form) == "Form(prompt, file=<'a.pdf', application/pdf, 12 bytes>)"
    assert "secret" not in repr(Form({"file": ("a", iter([b"secret"]))}).encode())


# what holds a file


class Again:
    """An async iterable that starts anew every time."""

    def __init__(self, data):
        self.data = data

    async def __aiter__(self):
        for start in range(0, len(self.data), 100_000):
            yield self.data[start : start + 100_000]
            yield b""


class Trickle(io.RawIOBase):
    """A file that gives less than it is asked for and can not go back."""

    def __init__(self, data):
        self.inner = io.BytesIO(data)

    def readable(self):
        return True

    def read(self, size=-1):
        return self.inner.read(min(size, 1000) if size >= 0 else size)


class AsyncOnly:
    """What has an async `read` and nothing else."""

    def __init__(self, data):
        self.inner = io.BytesIO(data)

    async def read(self, size=-1):
        return self.inner.read(size)


def pieces_of(data):
    return [data[start : start + 70_000] for start in range(0, len(data), 70_000)]


async def agenerate(data):
    for piece in pieces_of(data):
        yield piece


def spooled(data):
    file = tempfile.SpooledTemporaryFile(max_size=1000)  # noqa: SIM115 - closed by its end
    file.write(data)
    file.seek(0)
    return file


class Uploaded:
    """As web frameworks give an uploaded file: an async face over a file object."""

    def __init__(self, data):
        self.file = spooled(data)
        self.filename = "photo.png"
        self.content_type = "image/x-own"

    async def read(self, size=-1):
        return self.file.read(size)


HOLDERS = {
    "bytes": (lambda data, _: data, "upload", True, True),
    "bytearray": (lambda data, _: bytearray(data), "upload", True, True),
    "memoryview": (lambda data, _: memoryview(data), "upload", True, True),
    "array": (lambda data, _: array.array("B", data), "upload", True, True),
    "str path": (lambda _, path: str(path), "data.bin", True, True),
    "path": (lambda _, path: path, "data.bin", True, True),
    "anyio path": (lambda _, path: anyio.Path(path), "data.bin", True, True),
    "trio path": (lambda _, path: trio.Path(path), "data.bin", True, True),
    "BytesIO": (lambda data, _: io.BytesIO(data), "upload", True, True),
    "file": (lambda _, path: path.open("rb"), "data.bin", True, True),
    "raw file": (lambda _, path: path.open("rb", buffering=0), "data.bin", True, True),
    "spooled file": (lambda data, _: spooled(data), "upload", True, True),
    "anyio file": (lambda _, path: anyio.wrap_file(path.open("rb")), "data.bin", True, True),
    "trio file": (lambda _, path: trio.wrap_file(path.open("rb")), "data.bin", True, True),
    "web framework": (lambda data, _: Uploaded(data), "photo.png", True, True),
    "trickle": (lambda data, _: Trickle(data), "upload", False, False),
    "async read": (lambda data, _: AsyncOnly(data), "upload", False, False),
    "async generator": (lambda data, _: agenerate(data), "upload", False, False),
    "async iterable": (lambda data, _: Again(data), "upload", False, True),
    "generator": (lambda data, _: (piece for piece in pieces_of(data)), "upload", False, False),
    "list": (lambda data, _: pieces_of(data), "upload", True, True),
    "dict": (lambda data, _: {"file_name": "n.csv", "content": data}, "n.csv", True, True),
    "dict with a path": (lambda _, path: {"content": path, "content_type": "x/y"}, "data.bin", True, True),
    "object": (lambda data, _: SimpleNamespace(file_name="o.pdf", content=io.BytesIO(data)), "o.pdf", True, True),
    "tuple": (lambda data, _: ("t.jsonl", data), "t.jsonl", True, True),
    "tuple of three": (lambda _, path: ("t", path, "x/y"), "t", True, True),
}
MEDIA = {"dict": "text/csv", "object": "application/pdf", "tuple": "application/jsonl", "web framework": "image/x-own"}
MEDIA |= {"dict with a path": "x/y", "tuple of three": "x/y"}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(BIG)
    return path


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("data", [b"", b"x", BIG], ids=["empty", "small", "big"])
async def test_a_file_may_be_held_by(holder, data, tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(data)
    make, name, sized, repeatable = HOLDERS[holder]
    value = make(data, path)
    try:
        form = Form({"file": value})
        body = FormBody(form._segments(form._fields), None)
        first = await read(body)
        assert parse(form.content_type, first) == [
            Field("file", name, MEDIA.get(holder, "application/octet-stream"), data)
        ]
        assert body.length == (len(first) if sized else None)
        assert body.repeatable is bool(repeatable)
        if repeatable:
            assert await read(body) == first
        else:
            with pytest.raises(RuntimeError):
                await read(body)
    finally:
        for each in (value, getattr(value, "wrapped", None), getattr(value, "file", None)):
            if isinstance(each, io.IOBase):
                each.close()


def test_memory_that_is_not_contiguous_is_sent_as_it_reads():
    view = memoryview(b"a-b-c-")[::2]
    assert b"\r\n\r\nabc\r\n" in Form({"file": ("x", view)}).encode()


async def test_a_file_object_is_sent_from_where_it_stands(path):
    # Rule 2 of source.
    with path.open("rb") as file:
        file.seek(len(BIG) - 5)
        form = Form({"file": file})
        assert file.tell() == len(BIG) - 5
        assert (await sent(form))[0].content == BIG[-5:]
        assert (await sent(form))[0].content == BIG[-5:]
        assert not file.closed


def test_small_forms_in_memory_are_bytes_at_once(path):
    assert isinstance(Form({"file": b"x" * 1000}).encode(), bytes)
    assert isinstance(Form({"file": b"x" * 2 * MIB}).encode(), FormBody)
    assert isinstance(Form({"file": path}).encode(), FormBody)
    assert isinstance(Form({"file": b"x"}, progress=lambda *_: None).encode(), FormBody)


async def test_the_bytes_at_once_are_those_that_would_be_streamed():
    form = Form({"a": "b", "file": ("n", b"x" * 1000), "c": ["d"]})
    assert await read(FormBody(form._segments(form._fields), None)) == form.encode()


@pytest.mark.parametrize(
    ("name", "media"),
    [
        ("a.jsonl", "application/jsonl"),
        ("A.JSONL", "application/jsonl"),
        ("a.pdf", "application/pdf"),
        ("a.json", "application/json"),
        ("a.mp3", "audio/mpeg"),
        ("a.wav", "audio/wav"),
        ("a.tar.gz", "application/octet-stream"),
        ("data:text/html,x", "application/octet-stream"),
        ("noending", "application/octet-stream"),
        (".jsonl", "application/octet-stream"),
    ],
)
def test_media_types_are_told_from_names(name, media):
    assert media_type(name) == media


# what is refused, before anything is sent


def fifo(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    return tmp_path / "fifo"


def closed(_):
    file = io.BytesIO()
    file.close()
    return file


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda tmp: tmp / "absent.txt", FileNotFoundError, "no such file to upload.*absent.txt"),
        (lambda tmp: str(tmp / "absent.txt"), FileNotFoundError, "absent.txt"),
        (lambda tmp: ("n", tmp / "absent.txt"), FileNotFoundError, "absent.txt"),
        (lambda tmp: tmp, IsADirectoryError, "only the files in it"),
        (lambda _: "/", IsADirectoryError, "only the files in it"),
        (fifo, ValueError, "not a regular file: open it"),
        (lambda _: "", ValueError, "path of a file must not be empty"),
        (lambda _: ("", b"x"), ValueError, "needs a name"),
        (lambda _: {"file_name": "", "content": b"x"}, ValueError, "needs a name"),
        (lambda _: {"file_name": 1, "content": b"x"}, TypeError, "name of a file is a str, not int"),
        (lambda _: {"content": b"x", "content_type": 5}, TypeError, "media type of a file is a str, not int"),
        (lambda _: {"filename": "x", "content": b"x"}, TypeError, "'file_name', 'content' and.*not 'filename'"),
        (lambda _: {"file_name": "x"}, TypeError, "'content' is missing"),
        (lambda _: ("x",), TypeError, r"\(name, content\)"),
        (lambda _: (b"x", "name"), TypeError, r"\(name, content\)"),
        (lambda _: ("x", "text"), TypeError, r"text.encode\(\)"),
        (lambda _: ("x", {"content": b""}), TypeError, "not a mapping"),
        (lambda _: ("x", b"", "a/b\r\nX-Evil: 1"), ValueError, "not a media type"),
        (lambda _: ("x", b"", "é/b"), ValueError, "not a media type"),
        (lambda _: io.StringIO("text"), TypeError, "open it with mode 'rb'"),
        (lambda _: anyio.wrap_file(io.StringIO("text")), TypeError, "open it with mode 'rb'"),
        (closed, ValueError, "closed"),
        (lambda _: 5, TypeError, "not int"),
        (lambda _: [b"x", "y"], TypeError, "made of bytes, and its iterator gave str"),
        (lambda _: [1, 2], TypeError, "gave int"),
    ],
)
def test_what_is_no_file_is_refused_when_the_form_is_made(make, error, words, tmp_path):
    # Rule 1 of multipart; rule 5 of source.
    with pytest.raises(error, match=words):
        Form({"file": make(tmp_path)})


def test_a_file_that_may_not_be_read_is_refused_when_the_form_is_made(path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, who may read all
    with pytest.raises(PermissionError):
        Form({"file": path})


# what goes wrong while it is sent


def grow(path):
    with path.open("ab") as file:
        file.write(b"x")


def replace(path):
    other = path.with_suffix(".new")
    other.write_bytes(BIG[::-1])
    stamp = path.stat()
    os.utime(other, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    other.replace(path)


def rewrite(path):
    with path.open("r+b") as file:
        file.write(b"y")
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("change", [grow, lambda path: os.truncate(path, 5), replace, rewrite])
@pytest.mark.parametrize("when", [0, 1, 1 + len(BIG) // PIECE + 1])  # at first, after the head, before the end
async def test_a_file_that_changes_is_noticed(change, when, path):
    # Rule 1 of source.
    body = Form({"file": path}).encode()
    pieces = body.open()
    for _ in range(when):
        await anext(pieces)
    change(path)
    with pytest.raises(SourceChangedError, match=r"data.bin changed.*make the request again"):
        async for _ in pieces:
            pass


async def test_a_file_that_vanishes_is_noticed(path):
    # Rule 1 of source.
    body = Form({"file": path}).encode()
    path.unlink()
    with pytest.raises(FileNotFoundError):
        await read(body)


async def test_a_relative_path_is_that_of_the_time_when_it_was_given(path, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    body = Form({"file": "data.bin"}).encode()
    monkeypatch.chdir("/")
    assert BIG in await read(body)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda file: file.truncate(PIECE + 5), "size of the file changed"),
        (lambda file: file.seek(0), "used elsewhere"),
    ],
)
async def test_a_file_object_that_others_use_is_noticed(change, what):
    # Rule 2 of source.
    file = io.BytesIO(BIG)
    pieces = Form({"file": file}).encode().open()
    for _ in range(3):
        await anext(pieces)
    change(file)
    with pytest.raises(SourceChangedError, match=what):
        async for _ in pieces:
            pass


async def test_a_file_object_that_grew_is_noticed():
    # Rule 2 of source.
    file = io.BytesIO(BIG)
    body = Form({"file": file}).encode()
    file.seek(0, io.SEEK_END)
    file.write(b"x")
    with pytest.raises(SourceChangedError):
        await read(body)


async def test_an_iterator_of_something_else_is_told_what_to_give():
    with pytest.raises(TypeError, match="made of bytes, and its iterator gave str"):
        await read(Form({"file": ("x", iter(["text"]))}).encode())


async def test_an_error_of_the_source_comes_out_as_it_is():
    async def broken():
        yield b"x"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await read(Form({"file": broken()}).encode())


async def test_leaving_early_closes_the_generator():
    ended = []

    async def generate():
        try:
            yield b"x"
            yield b"y"
        finally:
            ended.append("closed")

    pieces = Form({"file": generate()}).encode().open()
    assert [await anext(pieces), await anext(pieces)][1] == b"x"
    await pieces.aclose()
    assert ended == ["closed"]
    with pytest.raises(StopAsyncIteration):
        await anext(pieces)


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="this system does not list open files")
async def test_leaving_early_leaves_no_file_open(path):
    # Rule 6 of multipart; rule 4 of source.
    pieces = Form({"file": path}).encode().open()
    await anext(pieces)
    await anext(pieces)
    assert path not in open_files()
    with path.open():
        assert path in open_files()


def open_files():
    return {each.resolve() for each in DESCRIPTORS.iterdir()}


async def test_a_silent_pipe_does_not_hold_up_cancellation():
    # Rule 4 of source.
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb", buffering=0) as file, os.fdopen(writer, "wb", buffering=0) as other:
        body = Form({"file": ("x", file)}).encode()
        assert (body.length, body.repeatable) == (None, False)
        pieces = body.open()
        await anext(pieces)
        with anyio.move_on_after(0.05) as scope:
            await anext(pieces)
        assert scope.cancelled_caught
        other.write(b"end")  # lets the thread go
        await anyio.sleep(0.05)


# progress, memory, order


@pytest.mark.parametrize("sized", [True, False])
async def test_progress_tells_what_was_taken(sized, path):
    # Rule 5 of multipart.
    calls = []
    form = Form({"a": "b", "file": path if sized else Again(BIG)}, progress=lambda *call: calls.append(call))
    total = len(BIG) if sized else None
    for _ in range(2):  # a second attempt begins anew
        calls.clear()
        taken = 0
        async for piece in form.encode().open():
            assert not calls or calls[-1] == (taken, total)
            taken += 0 if b"--" + form.content_type.rpartition("=")[2].encode() in piece else len(piece)
        assert calls[-1] == (len(BIG), total)
        assert len(calls) >= len(BIG) // PIECE


async def test_a_file_of_256_mb_takes_the_memory_of_a_few_pieces(tmp_path):
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(256 * MIB)
    total = 0
    tracemalloc.start()
    try:
        body = Form({"file": path}).encode()
        async for piece in body.open():
            total += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert total == body.length > 256 * MIB
    assert peak < 4 * MIB


async def test_two_readings_at_once_do_not_disturb_each_other(path):
    # Rule 4 of multipart.
    body = Form({"file": path}).encode()
    one, two = body.open(), body.open()
    first, second = b"", b""
    async for piece in one:
        first += piece
        second += await anext(two, b"")
    assert first == second + b"".join([piece async for piece in two])


async def test_reading_does_not_hold_up_the_loop(path):
    # Rule 4 of source.
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as group:
        group.start_soon(tick)
        await read(Form({"file": path}).encode())
        group.cancel_scope.cancel()
    assert ticks > len(BIG) // PIECE  # others ran during every piece


async def test_json_parts_are_json():
    # Rule 2 of multipart.
    fields = await sent(Form({"speaker_references": {"a": "x"}, "file": b""}))
    assert json.loads(fields[0].content) == {"a": "x"}
    assert (fields[0].media, fields[0].filename) == ("application/json", None)


def test_an_upload_is_accepted_as_a_file_of_any_name():
    upload = Upload.of(("a.txt", b"x"))
    form = Form({"sample": upload})
    assert parse(form.content_type, form.encode()) == [Field("sample", "a.txt", "text/plain", b"x")]


# through a client, on a real socket


@pytest.mark.parametrize("holder", HOLDERS)
async def test_the_server_gets_what_a_file_holds(holder, client, path):
    make, name, *_ = HOLDERS[holder]
    value = make(BIG, path)
    try:
        uploaded = await client.files.upload(value, "ocr")
        assert (uploaded.filename, uploaded.size_bytes) == (name, len(BIG))
        assert await client.files.download(uploaded.id) == BIG
    finally:
        for each in (value, getattr(value, "wrapped", None), getattr(value, "file", None)):
            if isinstance(each, io.IOBase):
                each.close()


@pytest.mark.parametrize("holder", ["path", "BytesIO", "async iterable"])
async def test_a_repeated_attempt_sends_the_file_from_its_start(holder, client, server, path):
    # Rule 4 of multipart.
    server.fail(429, times=2)  # what was refused is repeated, whatever it would have done
    uploaded = await client.files.upload(("name", HOLDERS[holder][0](BIG, path)), "ocr")
    assert await client.files.download(uploaded.id) == BIG
    assert [request.path for request in server.requests].count("/v1/files") == 3


async def test_what_can_be_read_once_is_sent_once(client, server):
    # Rules 2 and 3 of source.
    server.fail(429)
    with pytest.raises(RateLimitError):
        await client.files.upload(("name", agenerate(BIG)), "ocr")
    assert len(server.requests) == 1


async def test_a_file_that_changes_is_an_error_of_ours_and_the_client_goes_on(client, server, path):
    upload = calls.files.upload(path, "ocr")
    grow(path)
    with pytest.raises(MistralError, match="changed after the request was made"):
        await client.send(upload)
    assert (await client.files.upload(path, "ocr")).size_bytes == len(BIG) + 1


async def test_an_error_of_the_source_reaches_the_caller_and_the_client_goes_on(client):
    async def broken():
        yield b"x" * PIECE
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await client.files.upload(("name", broken()), "ocr")
    assert (await client.files.upload(("name", b"x"), "ocr")).size_bytes == 1


async def test_cancelling_an_upload_leaves_nothing_behind(client, path):
    started, ended = anyio.Event(), []

    async def silent():
        try:
            yield b"x"
            started.set()
            await anyio.sleep_forever()
        finally:
            ended.append("closed")

    async with anyio.create_task_group() as group:
        group.start_soon(client.files.upload, ("name", silent()), "ocr")
        await started.wait()
        group.cancel_scope.cancel()
    assert ended == ["closed"]
    assert (await client.files.upload(path, "ocr")).size_bytes == len(BIG)


def test_a_blocking_client_uploads_from_paths_and_open_files(sync_client, path):
    with path.open("rb") as file:
        for value in (path, file, str(path), BIG, pieces_of(BIG)):
            uploaded = sync_client.files.upload(("n", value) if not isinstance(value, str) else value, "ocr")
            assert sync_client.files.download(uploaded.id).read() == BIG


def test_an_upload_from_memory_can_be_pickled():
    call = calls.files.upload(file=("a.txt", memoryview(b"abc")[1:]))
    again = pickle.loads(pickle.dumps(call))
    assert again.form.values["file"].in_memory == b"bc"


class LikeDjango:
    """An uploaded file of a web framework, whose methods are those of the file that it wraps."""

    def __init__(self, file):
        self.file = file
        self.name = "report.pdf"
        self.content_type = ""

    read = property(lambda self: self.file.read)
    seek = property(lambda self: self.file.seek)
    tell = property(lambda self: self.file.tell)


class AsyncSeekable:
    """A file that is read and sought asynchronously, and shows no other."""

    def __init__(self, data):
        self._data = at_its_end(io.BytesIO(data))

    async def read(self, size=-1):
        return self._data.read(size)

    async def seek(self, position):
        return self._data.seek(position)


def mapped(data):
    """Make memory of a file, whose seek returned nothing before Python 3.13."""
    memory = mmap.mmap(-1, len(data))
    memory.write(data)
    return memory


def at_its_end(file, further=0):
    file.seek(further, io.SEEK_END)
    return file


AT_THEIR_END = {
    "BytesIO": lambda data, _: at_its_end(io.BytesIO(data)),
    "spooled file": lambda data, _: at_its_end(spooled(data)),
    "file": lambda _, path: at_its_end(path.open("rb")),
    "anyio file": lambda _, path: anyio.wrap_file(at_its_end(path.open("rb"))),
    "web framework": lambda data, _: LikeDjango(at_its_end(io.BytesIO(data))),
    "mmap": lambda data, _: mapped(data),
    "past its end": lambda data, _: at_its_end(io.BytesIO(data), 9),
    "async file": lambda data, _: AsyncSeekable(data),
}


@pytest.mark.parametrize("holder", AT_THEIR_END)
async def test_a_file_at_its_end_is_sent_whole(holder, path):
    # Rule 2 of source.
    file = AT_THEIR_END[holder](BIG, path)
    form = Form({"file": ("a.pdf", file)})
    assert (await sent(form))[0].content == BIG
    for each in (file, getattr(file, "wrapped", None), getattr(file, "file", None)):
        if isinstance(each, (io.IOBase, mmap.mmap)):
            each.close()


def test_a_file_that_can_not_be_read_says_so(tmp_path):
    # Rules 2 and 5 of source.
    with (tmp_path / "out").open("wb") as file, pytest.raises(ValueError, match="can not be read: open it with mode"):
        Form({"file": file})
    with pytest.raises(ValueError, match="the file is closed"):
        Form({"file": file})
    with pytest.raises(ValueError, match=r"'a\.pdf' is not a media type"):
        Form({"file": ("application/pdf", b"x", "a.pdf")})
    with (tmp_path / "out").open("rb") as named:
        assert "'out'" in repr(Form({"file": SimpleNamespace(read=named.read, name=b"/tmp/out")}))


@pytest.mark.parametrize("value", [float("nan"), "half \ud83d"])
def test_a_field_that_can_not_be_sent_is_named(value):
    with pytest.raises(ValueError, match=r"the form field 'temperature' (is nan|has a lone surrogate)"):
        Form({"temperature": value})
