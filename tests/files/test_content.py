"""Chunks made of files: what is sent of paths, bytes, open files, images and arrays, and what is refused."""

from __future__ import annotations

import base64
import io
import struct
import wave
import zlib

import pytest

from mistral_async import calls
from mistral_async.models import AudioChunk, DocumentURLChunk, FileChunk, ImageURLChunk, UploadFileOut, UserMessage

PDF = b"%PDF-1.7\n%binary"


def png(width: int = 2, height: int = 1) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\x10\x20\x30" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wav(frames: bytes = b"\1\0\2\0", rate: int = 8000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(frames)
    return file.getvalue()


def unpacked(url: str) -> tuple[str, bytes]:
    head, _, data = url.partition(";base64,")
    return head, base64.b64decode(data, validate=True)


@pytest.mark.parametrize("how", ["path", "text", "bytes", "bytearray", "memoryview", "file", "buffer"])
def test_an_image_is_sent_as_a_data_url_whatever_holds_it(how, tmp_path):
    path = tmp_path / "a photo.bin"
    path.write_bytes(png())
    with path.open("rb") as file:
        source = {
            "path": path, "text": str(path), "bytes": png(), "bytearray": bytearray(png()),
            "memoryview": memoryview(png()), "file": file, "buffer": io.BytesIO(png()),
        }[how]  # fmt: skip
        chunk = ImageURLChunk.from_file(source, detail="high")
    assert unpacked(chunk.url) == ("data:image/png", png())
    assert chunk.to_dict()["image_url"]["detail"] == "high"
    sent = calls.chat.complete(model="m", messages=[UserMessage([chunk])]).json["messages"][0].to_dict()
    assert sent["content"][0]["type"] == "image_url"


@pytest.mark.parametrize(
    ("beginning", "type_"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\0\0\0\0WEBP", "image/webp"),
        (b"\0\0\0\x1cftypavif", "image/avif"),
        (b"II*\0", "image/tiff"),
    ],
)
def test_the_type_of_an_image_is_told_from_how_it_begins_and_not_from_a_wrong_name(beginning, type_, tmp_path):
    path = tmp_path / "wrong.png"
    path.write_bytes(beginning + bytes(20))
    assert ImageURLChunk.from_file(path).url.startswith(f"data:{type_};base64,")
    assert ImageURLChunk.from_file(path, media_type="image/x").url.startswith("data:image/x;")


def test_a_document_keeps_its_name(tmp_path):
    path = tmp_path / "Angebot für März.pdf"
    path.write_bytes(PDF)
    chunk = DocumentURLChunk.from_file(path)
    assert unpacked(chunk.document_url) == ("data:application/pdf", PDF)
    assert chunk.document_name == "Angebot für März.pdf"
    assert DocumentURLChunk.from_file(PDF).document_name is None
    assert DocumentURLChunk.from_file(PDF, name="x.pdf").document_name == "x.pdf"
    (tmp_path / "a.docx").write_bytes(b"PK\3\4" + bytes(9))
    assert "wordprocessingml" in DocumentURLChunk.from_file(tmp_path / "a.docx").document_url


@pytest.mark.parametrize(
    ("name", "text", "type_"),
    [
        ("a.txt", b"BMW makes cars", "text/plain"),
        ("b.md", b"THE NEW WAVE of things", "text/markdown"),
        ("b.docx", b"THE NEW WEBP", "wordprocessingml"),
        ("c.csv", b"ID3,ID4", "text/csv"),
        ("d.json", b"\xff\xfb", "application/json"),
    ],
)
def test_text_is_no_media_because_of_its_first_letters(name, text, type_, tmp_path):
    (tmp_path / name).write_bytes(text)
    assert type_ in unpacked(DocumentURLChunk.from_file(tmp_path / name).document_url)[0]


@pytest.mark.parametrize(
    "beginning", [b"BM", b"ID3\4", b"\xff\xfb\x90", b"RIFF\0\0\0\0WAVE", b"RF64\xff\xff\xff\xffWAVE"]
)
def test_media_without_a_name_are_told_from_how_they_begin(beginning):
    with pytest.raises(ValueError, match=r"no document but (image/bmp|audio/mpeg|audio/wav): use"):
        DocumentURLChunk.from_file(beginning + bytes(20))


def test_audio_is_sent_as_base64(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav())
    assert base64.b64decode(AudioChunk.from_file(tmp_path / "a.wav").input_audio) == wav()
    assert base64.b64decode(AudioChunk.from_file(b"unknown").input_audio) == b"unknown"


def test_an_array_of_samples_becomes_wav():
    numpy = pytest.importorskip("numpy")
    chunk = AudioChunk.from_file(numpy.array([0.0, 1.0, -2.0]), sample_rate=16_000)
    with wave.open(io.BytesIO(base64.b64decode(chunk.input_audio))) as read:
        assert (read.getframerate(), read.getnchannels(), read.getsampwidth()) == (16_000, 1, 2)
        assert struct.unpack("<3h", read.readframes(3)) == (0, 32767, -32767)
    halves = AudioChunk.from_file(numpy.array([1.0, -1.0], "float16"), sample_rate=8_000)
    with wave.open(io.BytesIO(base64.b64decode(halves.input_audio))) as read:
        assert struct.unpack("<2h", read.readframes(2)) == (32767, -32767)
    with pytest.raises(ValueError, match="no NaN"):
        AudioChunk.from_file(numpy.array([float("nan")]), sample_rate=8_000)
    stereo = AudioChunk.from_file(numpy.array([[1, 2], [3, 4]], dtype="int16"), sample_rate=8_000)
    with wave.open(io.BytesIO(base64.b64decode(stereo.input_audio))) as read:
        assert (read.getnchannels(), struct.unpack("<4h", read.readframes(2))) == (2, (1, 2, 3, 4))
    with pytest.raises(ValueError, match="sample_rate="):
        AudioChunk.from_file(numpy.array([0.0]))
    with pytest.raises(ValueError, match="16-bit numbers, not int64"):
        AudioChunk.from_file(numpy.array([1]), sample_rate=1)


@pytest.mark.parametrize(
    ("shape", "value", "rate", "message"),
    [
        ((2, 1000), 0.0, 8_000, r"samples x channels are not \(2, 1000\): array.T"),
        ((0,), 0.0, 8_000, "has no samples"),
        ((9,), 0.0, 0, "a number of hertz, such as 16000, not 0"),
        ((9,), 3000.0, 8_000, "these reach 3000: scale them"),
    ],
)
def test_an_array_that_is_no_sound_is_refused(shape, value, rate, message):
    numpy = pytest.importorskip("numpy")
    with pytest.raises(ValueError, match=message):
        AudioChunk.from_file(numpy.full(shape, value), sample_rate=rate)


def test_images_of_pillow_and_arrays_become_png():
    image = pytest.importorskip("PIL.Image")
    numpy = pytest.importorskip("numpy")
    pixels = numpy.arange(24, dtype="uint8").reshape(2, 4, 3)
    for source in (pixels, image.fromarray(pixels)):
        kind, data = unpacked(ImageURLChunk.from_file(source).url)
        assert kind == "data:image/png"
        assert (numpy.asarray(image.open(io.BytesIO(data))) == pixels).all()
    assert unpacked(ImageURLChunk.from_file(image.new("CMYK", (2, 2))).url)[0] == "data:image/png"
    grey = unpacked(ImageURLChunk.from_file(pixels[:, :, :1]).url)[1]
    assert (numpy.asarray(image.open(io.BytesIO(grey))) == pixels[:, :, 0]).all()
    with pytest.raises(ValueError, match="uint8"):
        ImageURLChunk.from_file(pixels.astype("float32"))
    with pytest.raises(ValueError, match=r"not \(3, 20, 30\): array.transpose\(1, 2, 0\) is"):
        ImageURLChunk.from_file(numpy.zeros((3, 20, 30), "uint8"))
    with pytest.raises(ValueError, match=r"height x width, .* not \(1, 2, 4, 3\)"):
        ImageURLChunk.from_file(pixels[None])
    for empty in (pixels[:0], image.new("RGB", (0, 4))):
        with pytest.raises(ValueError, match="the image is empty: "):
            ImageURLChunk.from_file(empty)


@pytest.mark.parametrize(
    ("chunk", "source", "error", "message"),
    [
        (ImageURLChunk, PDF, ValueError, "no image but application/pdf: use DocumentURLChunk.from_file"),
        (ImageURLChunk, b"hello", ValueError, "give media_type="),
        (ImageURLChunk, "https://x/y.png", ValueError, "an address goes into the chunk as it is"),
        (ImageURLChunk, 7, TypeError, "not int"),
        (ImageURLChunk, io.StringIO("x"), TypeError, "'rb'"),
        (ImageURLChunk, "no/such.png", FileNotFoundError, "such.png"),
        (DocumentURLChunk, png(), ValueError, "use ImageURLChunk.from_file"),
        (DocumentURLChunk, b"hello", ValueError, "give media_type="),
        (AudioChunk, PDF, ValueError, "use DocumentURLChunk.from_file"),
        (AudioChunk, b"", ValueError, "is empty"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(chunk, source, error, message):
    with pytest.raises(error, match=message.replace("(", r"\(")):
        chunk.from_file(source)


def test_too_much_is_refused_before_it_is_sent_unless_asked_for():
    with pytest.raises(ValueError, match=r"FileChunk\), or give max_bytes=None"):
        DocumentURLChunk.from_file(PDF, max_bytes=len(PDF) - 1)
    assert DocumentURLChunk.from_file(PDF, max_bytes=len(PDF)) == DocumentURLChunk.from_file(PDF, max_bytes=None)


def test_a_file_that_is_too_large_is_not_even_read(tmp_path):
    with (tmp_path / "large.pdf").open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(ValueError, match=r"large.pdf has 1,000,000,000,000 bytes \(953,674.3 MiB\), more than"):
        DocumentURLChunk.from_file(tmp_path / "large.pdf")


def test_an_uploaded_file_is_taken_for_its_id():
    assert FileChunk(UploadFileOut(id="f-1")).to_dict() == {"file_id": "f-1", "type": "file"}
    assert FileChunk(file=UploadFileOut(id="f-2")).file_id == "f-2"
