"""Files up and down: checked before they are sent, gone on with where they broke, written whole or not at all."""

from __future__ import annotations

import base64
import errno
import hashlib
import os

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async import Mistral, RetryConfig, calls
from mistral_async._codec.headers import Headers
from mistral_async._results.save import ChecksumError, _version_mark, save
from mistral_async._uploads.checked import IncompleteUploadError
from mistral_async._uploads.jsonl import JSONLError, LineChecker
from mistral_async.batch import read_calls
from mistral_async.errors import APIStatusError, StreamInterruptedError
from mistral_async.testing import Cut, Reset

DATA = os.urandom(1_000_000)
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
async def stored(client):
    return (await client.files.upload(("a.bin", DATA), "ocr")).id


class Pieces:
    """A download whose pieces are known."""

    headers, target, validator = Headers(()), "/v1/files/f/content", '"1"'

    def __init__(self, pieces, size=None):
        self.pieces = iter(pieces)
        self.size = size

    async def skip(self, count):
        raise AssertionError(count)

    async def receive(self):
        return next(self.pieces, b"")


def ranges(server):
    return [request.headers.get("range") for request in server.requests if request.operation == "files.download"]


async def test_a_cut_download_goes_on_by_range(client, server, stored, tmp_path):
    # Rules 1 and 2 of download.
    server.fault(Cut(after_bytes=300_000), operation="files.download", times=2)
    server.fault(Reset(after_bytes=0), operation="files.download", times=1)
    seen = []
    download = client.files.download(stored)
    assert await download.save(tmp_path / "a", progress=lambda *at: seen.append(at)) == len(DATA)
    assert (tmp_path / "a").read_bytes() == DATA
    assert ranges(server) == [None, "bytes=300000-", "bytes=600000-", "bytes=600000-"]
    sent = [request.headers.get("if-range") for request in server.requests if request.operation == "files.download"]
    assert sent[1] == f'"{hashlib.md5(DATA).hexdigest()}"'
    assert [at for at, _ in seen] == sorted({at for at, _ in seen})
    assert seen[-1] == (len(DATA), len(DATA))


async def test_reading_goes_on_too(client, server, stored):
    # Rule 2 of download.
    server.fault(Cut(after_bytes=10), operation="files.download", times=1)
    assert await client.files.download(stored) == DATA
    server.fault(Cut(after_bytes=10), operation="files.download", times=1)
    async with client.files.download(stored) as download:
        assert b"".join([piece async for piece in download]) == DATA
        assert [attempt.error for attempt in download.response.attempts] == ["StreamInterruptedError", None]


async def test_many_cuts_are_borne_while_bytes_come(client, server, stored):
    # Rule 2 of download.
    server.fault(Cut(after_bytes=60_000), operation="files.download", times=9)
    assert await client.files.download(stored) == DATA


async def test_no_progress_is_given_up(client, server, stored, tmp_path):
    # Rule 2 of download; rule 1 of save.
    server.fault(Cut(after_bytes=100), operation="files.download", times=1)
    server.fault(Cut(after_bytes=0), operation="files.download", times=None)
    with pytest.raises(StreamInterruptedError) as caught:
        await client.files.download(stored).save(tmp_path / "a")
    assert len(caught.value.attempts) == 4
    assert list(tmp_path.iterdir()) == []


async def test_without_retries_a_cut_is_an_error(server, stored):
    # Rule 2 of download.
    async with Mistral(server.api_key, server_url=server.url, retry_config=RetryConfig(strategy="none")) as client:
        server.fault(Cut(after_bytes=100), operation="files.download", times=1)
        with pytest.raises(StreamInterruptedError):
            await client.files.download(stored)


OCTETS = {"content-type": "application/octet-stream"}


async def test_a_server_without_ranges_sends_it_again(client, server):
    # Rule 3 of download.
    server.reply("files.download", body=DATA, headers=OCTETS, times=2)
    server.fault(Cut(after_bytes=400_000), operation="files.download", times=1)
    assert await client.files.download("f") == DATA


@pytest.mark.parametrize(
    "changed",
    [
        {"body": DATA[:-1], "headers": {**OCTETS, "etag": '"1"', "content-length": "999999"}},
        {"body": DATA, "headers": {**OCTETS, "etag": '"2"'}},
        {"body": DATA[5:], "status": 206, "headers": {**OCTETS, "etag": '"1"', "content-range": "bytes 5-999999/*"}},
        {"body": DATA[9:], "status": 206, "headers": {**OCTETS, "content-range": "bytes 400000-1400000/1400001"}},
        {"body": b"", "status": 206, "headers": {**OCTETS, "etag": '"1"'}},
    ],
)
async def test_another_version_of_the_file_is_never_mixed_in(client, server, changed):
    # Rules 1 and 3 of download.
    server.reply("files.download", body=DATA, headers={**OCTETS, "etag": '"1"', "content-length": str(len(DATA))})
    server.reply("files.download", **changed)
    server.fault(Cut(after_bytes=400_000), operation="files.download", times=1)
    with pytest.raises(StreamInterruptedError, match=r"changed|another place"):
        await client.files.download("f")


@pytest.mark.parametrize("locks", [True, False])
async def test_what_arrived_is_kept_for_the_next_time(client, server, stored, tmp_path, monkeypatch, locks):
    # Rules 2 and 4 of save; not every file system has locks.
    def flock(*_):
        raise OSError(errno.ENOTSUP, "Operation not supported")

    if not locks:
        monkeypatch.setattr("fcntl.flock", flock)
    server.fault(Cut(after_bytes=600_000), operation="files.download", times=1)
    server.fault(Cut(after_bytes=0), operation="files.download", times=3)
    with pytest.raises(StreamInterruptedError):
        await client.files.download(stored).save(tmp_path / "a", resume=True)
    (part,) = tmp_path.iterdir()
    assert part.read_bytes() == DATA[:600_000]
    asked = len(ranges(server))
    assert await client.files.download(stored).save(tmp_path / "a", resume=True, checksum=f"sha256:{SHA}") == len(DATA)
    assert ranges(server)[asked:] == [None, "bytes=600000-"]
    assert [each.name for each in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_bytes() == DATA


async def test_a_part_of_another_file_is_not_gone_on_with(client, server, stored, tmp_path):
    # Rule 2 of save.
    other = (await client.files.upload(("a.bin", DATA[::-1]), "ocr")).id
    server.fault(Cut(after_bytes=600_000), operation="files.download", times=1)
    server.fault(Cut(after_bytes=0), operation="files.download", times=3)
    with pytest.raises(StreamInterruptedError):
        await client.files.download(stored).save(tmp_path / "a", resume=True)
    await client.files.download(other).save(tmp_path / "a", resume=True)
    assert (tmp_path / "a").read_bytes() == DATA[::-1]


async def test_cancelled_downloads_leave_nothing(client, stored, tmp_path):
    # Rule 1 of save.
    for after in range(10):
        with anyio.CancelScope() as scope:
            count = iter(range(after))
            await client.files.download(stored).save(
                tmp_path / "a",
                progress=lambda *_, count=count, scope=scope: next(count, None) is None and scope.cancel(),
            )
        assert list(tmp_path.iterdir()) in ([], [tmp_path / "a"])
        (tmp_path / "a").unlink(missing_ok=True)


async def test_an_older_file_stays_until_the_new_one_is_whole(client, server, stored, tmp_path):
    # Rule 1 of save.
    target = tmp_path / "a"
    target.write_bytes(b"older")
    server.fault(Cut(after_bytes=0), operation="files.download", times=None)
    with pytest.raises(StreamInterruptedError):
        await client.files.download(stored).save(target)
    assert target.read_bytes() == b"older"
    server.scripts._faults.clear()
    with pytest.raises(ChecksumError):
        await client.files.download(stored).save(target, size=5)
    assert target.read_bytes() == b"older"
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


GOOD = [
    {},
    {"checksum": f"sha256:{SHA}"},
    {"checksum": f"sha256:{SHA.upper()}"},
    {"checksum": f"md5:{hashlib.md5(DATA).hexdigest()}"},
    {"size": len(DATA)},
]


@pytest.mark.parametrize("checks", GOOD)
async def test_what_is_as_promised_is_written(client, stored, tmp_path, checks):
    # Rule 3 of save.
    assert await client.files.download(stored).save(tmp_path / "a", **checks) == len(DATA)


@pytest.mark.parametrize("checks", [{"checksum": "sha256:" + "0" * 64}, {"size": 7}, {"size": len(DATA) + 1}])
async def test_what_is_not_as_promised_is_not_written(client, stored, tmp_path, checks):
    # Rules 1 and 3 of save.
    with pytest.raises(ChecksumError, match="was not written"):
        await client.files.download(stored).save(tmp_path / "a", **checks)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("checksum", ["sha256:12", "12", "none:12", "sha256"])
async def test_checksums_that_are_none_are_refused(client, stored, tmp_path, checksum):
    with pytest.raises(ValueError, match="checksum is written"):
        await client.files.download(stored).save(tmp_path / "a", checksum=checksum)


DIGEST = base64.b64encode(hashlib.sha256(DATA).digest()).decode()
WRONG = base64.b64encode(hashlib.sha256(b"").digest()).decode()


@pytest.mark.parametrize(
    "form", ["repr-digest: sha-256=:{}:", "content-digest: md5=:AA==:, sha-256=:{}:", "digest: SHA-256={}"]
)
async def test_digests_in_the_headers_are_checked(client, server, tmp_path, form):
    # Rule 3 of save.
    for encoded, good in ((DIGEST, True), (WRONG, False)):
        name, _, value = form.format(encoded).partition(": ")
        value = value.replace("md5=:AA==:, ", "")
        server.reply("files.download", body=DATA, headers={**OCTETS, name: value})
        if good:
            await client.files.download("f").save(tmp_path / "a")
        else:
            with pytest.raises(ChecksumError):
                await client.files.download("f").save(tmp_path / "b")
    assert [each.name for each in tmp_path.iterdir()] == ["a"]


async def test_a_chunked_body_that_is_too_short_is_noticed_by_its_size(client, server, tmp_path):
    # Rule 3 of save.
    server.reply("files.download", body=DATA[:1000], headers=OCTETS)
    with pytest.raises(ChecksumError, match="1000 bytes arrived, of 1000000"):
        await client.files.download("f").save(tmp_path / "a", size=len(DATA))


async def test_a_body_that_is_too_long_is_noticed_however_it_is_cut(tmp_path):
    # Rule 3 of save.
    with pytest.raises(ChecksumError, match="2000 bytes arrived, of 1000"):
        await save(Pieces([DATA[:1000], DATA[1000:2000]]), tmp_path / "a", None, size=1000, checksum=None, resume=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("before", [1000, 1500])
async def test_a_part_that_was_whole_is_only_checked_and_moved(tmp_path, before):
    # Rules 2 and 3 of save.
    pieces = Pieces([], size=1000)
    (tmp_path / f".a.{_version_mark(pieces)}.part").write_bytes(DATA[:before])
    if before > 1000:
        with pytest.raises(ChecksumError):
            await save(pieces, tmp_path / "a", None, size=None, checksum=None, resume=True)
        assert list(tmp_path.iterdir()) == []
    else:
        assert await save(pieces, tmp_path / "a", None, size=None, checksum=None, resume=True) == 1000
        assert (tmp_path / "a").read_bytes() == DATA[:1000]


def test_the_blocking_client_saves_alike(sync_client, threaded_server, tmp_path):
    stored = sync_client.files.upload(("a.bin", DATA), "ocr").id
    threaded_server.fault(Cut(after_bytes=300_000), operation="files.download", times=1)
    assert sync_client.files.download(stored).save(tmp_path / "a", checksum=f"sha256:{SHA}") == len(DATA)
    with pytest.raises(ChecksumError):
        sync_client.files.download(stored).save(tmp_path / "b", size=1)


# uploads

LINE = b'{"custom_id": "%d", "body": {"model": "m"}}\n'


async def test_uploads_report_progress(client, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(LINE % number for number in range(50_000)))
    seen = []
    await client.files.upload(path, "batch", progress=lambda *at: seen.append(at))
    size = path.stat().st_size
    assert seen[-1] == (size, size)
    assert len(seen) > 5


async def test_an_upload_that_was_not_taken_is_repeated_from_its_start(client, server, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(LINE % number for number in range(50_000)))
    server.fail(429, operation="files.upload", times=2)
    sent = await client.files.upload(path, "batch")
    assert await client.files.download(sent.id) == path.read_bytes()
    assert server.effects["files.upload"] == 1


async def test_a_size_that_is_not_what_was_sent_is_an_error(client, server):
    # Rule 3 of checked.
    server.reply("files.upload", json={"id": "f1", "object": "file", "bytes": 3, "filename": "a.bin"})
    with pytest.raises(IncompleteUploadError, match=r"3 bytes of 'a.bin' arrived as file f1, and 4 were sent"):
        await client.files.upload(("a.bin", b"four"), "ocr")


BROKEN = {
    "not JSON": (b'{"body": {}}\n\n{"body": {}\n', 3, "not JSON"),
    "no object": (b"[1]\n", 1, "not an object"),
    "no body": (b'{"body": {}}\n{"custom_id": "1"}\n', 2, "no 'body'"),
    "id of another type": (b'{"custom_id": 1, "body": {}}\n', 1, "'custom_id' is a int"),
    "id used twice": (b'{"custom_id": "1", "body": {}}\n' * 2, 2, "was used before"),
    "empty": (b"\n\n", 3, "empty"),
    "byte order mark": (b"\xef\xbb\xbf" + b'{"body": {}}\n', 1, "byte order mark"),
    "not UTF-8": (b'{"body": {"a": "\xff"}}\n', 1, "not JSON"),
    "last line": (b'{"body": {}}\n{"body"', 2, "not JSON"),
}


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_batch_file_is_not_sent(client, server, tmp_path, name, large):
    # Rule 2 of checked; rules 1, 2 and 4 of jsonl.
    text, line, message = BROKEN[name]
    if large and name not in {"empty", "byte order mark"}:
        text, line = LINE.replace(b"%d", b"x%d") * 0 + b'{"body": {"model": "m"}}\n' * 20_000 + text, line + 20_000
    path = tmp_path / "a.jsonl"
    path.write_bytes(text)
    for source in (path, ("a.jsonl", text), ("a.jsonl", path.open("rb"))):
        with pytest.raises(JSONLError, match=message) as caught:
            await client.files.upload(source, "batch")
        assert caught.value.line == line
        if isinstance(source, tuple) and not isinstance(source[1], bytes):
            source[1].close()
    assert server.effects.total == 0


async def test_what_can_be_read_once_is_checked_on_its_way(client, server):
    # Rule 2 of checked.
    async def source():
        for start in range(0, 30_000, 100):
            yield b"".join(LINE % number for number in range(start, start + 100))
        yield b"oops\n"

    with pytest.raises(JSONLError) as caught:
        await client.files.upload(("a.jsonl", source()), "batch")
    assert caught.value.line == 30_001
    assert server.effects.total == 0


async def test_the_check_can_be_left_out(client):
    # Rule 1 of checked.
    sent = await client.files.upload(("a.jsonl", b"{}\n"), "batch", check=False)
    assert sent.size_bytes == 3


SAMPLES = {
    b'{"messages": [{"role": "user", "content": "a"}]}': None,
    b'{"messages": [{"role": "user", "content": "a"}], "labels": {"a": "b"}}': None,
    b'{"text": "a"}': None,
    b'{"prompt": "a", "completion": "b"}': None,
    b'{"messages": []}': "not a list with messages",
    b'{"messages": "a"}': "not a list with messages",
    b'{"messages": [{"content": "a"}]}': r"messages\[0\] has no 'role'",
    b'{"message": []}': None,
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_training_data_is_checked(sample):
    # Rule 3 of jsonl.
    upload = ("a.jsonl", b'{"text": "first"}\n' + sample)
    if SAMPLES[sample] is None:
        calls.files.upload(upload, "fine-tune")
        return
    with pytest.raises(JSONLError, match=SAMPLES[sample]) as caught:
        calls.files.upload(upload, "fine-tune")
    assert caught.value.line == 2


@given(st.lists(st.sampled_from([b'{"body":{}}', b"", b" ", b'{"body":1}', b"x"]), max_size=8), st.data())
def test_the_check_does_not_depend_on_how_the_bytes_are_cut(lines, data):
    # Rule 4 of jsonl.
    text = b"\n".join(lines)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    found = []
    for pieces in ([text], [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]):
        checker = LineChecker("batch")
        try:
            for piece in pieces:
                checker.feed(piece)
            checker.close()
            found.append(checker.lines)
        except JSONLError as error:
            found.append(str(error))
    assert found[0] == found[1]


# waiting


async def test_waiting_for_a_batch_job(client, poll, pauses):
    request = {"custom_id": "a", "body": {"input": "x"}}
    job = await client.batch.jobs.create(endpoint="/v1/embeddings", requests=[request], model="mistral-embed")
    seen = []
    done = await client.batch.jobs.wait(job.id, poll=poll, progress=seen.append)
    assert done.status == "SUCCESS"
    assert seen[0].status == "QUEUED"
    assert pauses


@pytest.mark.parametrize("status", [403, 501, 505])
async def test_waiting_ends_where_a_question_ends(client, poll, server, status):
    # Rule 2 of poll.
    server.fail(status, operation="batch.jobs.get", times=None)
    kinds = []
    for ask in (client.batch.jobs.get, lambda job_id: client.batch.jobs.wait(job_id, poll=poll)):
        with pytest.raises(APIStatusError) as caught:
            await ask("a")
        kinds.append(type(caught.value))
    assert kinds[0] is kinds[1]
    assert len(server.requests) == 2


@pytest.mark.parametrize(("auto", "status"), [(True, "SUCCESS"), (False, "VALIDATED")])
async def test_waiting_for_fine_tuning(client, poll, server, auto, status):
    server.state.options = type(server.state.options)(tuning_seconds=600)
    sample = b'{"messages": [{"role": "user", "content": "a"}]}\n'
    file = await client.files.upload(("a.jsonl", sample), "fine-tune")
    job = await client.fine_tuning.jobs.create(
        model="ministral-8b-latest", training_files=[file.id], auto_start=auto, hyperparameters={"training_steps": 10}
    )
    server.fail(500, operation="fine_tuning.jobs.get", after=1, times=2)
    done = await client.fine_tuning.jobs.wait(job.id, poll=poll)
    assert done.status == status


async def test_waiting_for_a_document(client, poll, server):
    server.state.options = type(server.state.options)(processing_seconds=100)
    library = await client.beta.libraries.create(name="l")
    document = await client.beta.libraries.documents.upload(
        library.id, file=("a.txt", b"text"), progress=lambda *_: None
    )
    done = await client.beta.libraries.documents.wait(library.id, document.id, poll=poll)
    assert done.process_status == "done"


def test_waiting_without_async(sync_client, threaded_server, clock):
    from mistral_async.batch import Poll

    async def sleep(seconds):
        clock.advance(seconds)

    job = sync_client.batch.jobs.create(
        endpoint="/v1/embeddings", requests=[{"custom_id": "a", "body": {"input": "x"}}], model="mistral-embed"
    )
    assert sync_client.batch.jobs.wait(job.id, poll=Poll(sleep=sleep)).status == "SUCCESS"


def test_requests_may_begin_with_a_byte_order_mark(tmp_path):
    lines = b"".join(b'{"custom_id": "%d", "body": {"model": "m", "messages": []}}\n' % n for n in range(2))
    (tmp_path / "plain").write_bytes(lines)
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbf" + lines)
    (tmp_path / "empty").write_bytes(b"")
    plain, marked = (list(read_calls(tmp_path / name)) for name in ("plain", "marked"))
    assert [(name, call.json) for name, call in plain] == [(name, call.json) for name, call in marked]
    assert len(plain) == 2
    assert list(read_calls(tmp_path / "empty")) == []
