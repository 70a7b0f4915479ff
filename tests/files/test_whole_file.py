"""Files that are written: whole or not at all, with the permissions they should have, and nothing left beside them."""

from __future__ import annotations

import os
import stat
import threading
from contextlib import nullcontext
from pathlib import Path

import anyio
import pytest

from mistral_async import Mistral, calls
from mistral_async._files.whole_file import WholeFile
from mistral_async._results.file_lock import try_lock
from mistral_async._results.save import ChecksumError
from mistral_async.bulk import CheckpointError
from mistral_async.testing import CassetteError, record
from mistral_async.tools import Conversation


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(path, data=b"new", **options):
    with WholeFile(path, **options) as whole:
        whole.file.write(data)
        whole.finish()


def test_rule_1_the_target_appears_at_the_end(tmp_path):
    target = tmp_path / "f"
    target.write_bytes(b"old")
    with WholeFile(target) as whole:
        whole.file.write(b"new")
        whole.file.flush()
        assert target.read_bytes() == b"old"
        whole.finish()
    assert (names(tmp_path), target.read_bytes()) == (["f"], b"new")


@pytest.mark.parametrize("size", [900, 1100, 1 << 20])
@pytest.mark.full_disk(1000)
def test_rule_2_a_full_disk_leaves_nothing(tmp_path, size):
    """Whether the write fails, or only the close that writes what was buffered."""
    target = tmp_path / "f"
    target.write_bytes(b"old")
    with pytest.raises(OSError, match="large") if size > 1000 else nullcontext():
        write(target, b"x" * size)
    assert target.read_bytes() == (b"old" if size > 1000 else b"x" * size)
    assert names(tmp_path) == ["f"]


def _fail_after(_, error):
    raise error


def test_rule_2_any_exception_leaves_nothing(tmp_path):
    for error in (ValueError, KeyboardInterrupt, SystemExit):
        with pytest.raises(error), WholeFile(tmp_path / "f") as whole:
            _fail_after(whole.file.write(b"x"), error)
    assert not names(tmp_path)


def test_rule_3_permissions_stay(tmp_path):
    target = tmp_path / "f"
    target.write_bytes(b"old")
    target.chmod(0o640)
    write(target)
    assert mode(target) == 0o640
    write(tmp_path / "private", private=True)
    assert mode(tmp_path / "private") == 0o600


def test_rule_3_a_link_stays_a_link(tmp_path):
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "folder" / "f")
    write(link)
    write(link, b"newer")
    assert link.is_symlink()
    assert (tmp_path / "folder" / "f").read_bytes() == b"newer"


def test_rule_4_a_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write(pipe)
    reader.join(10)
    assert read == [b"new"]
    assert names(tmp_path) == ["pipe"]
    write("/dev/null")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_rule_4_a_folder_is_refused(tmp_path):
    with pytest.raises(IsADirectoryError, match="name a file"):
        write(tmp_path)


@pytest.mark.parametrize("name", ["x" * 250, "\udcff", "é" * 120])
def test_any_name_that_the_system_takes(tmp_path, name):
    write(tmp_path / name)
    assert names(tmp_path) == [name]


# Where files are written.


@pytest.mark.full_disk(1000)
async def test_a_download(client, tmp_path):
    file = await client.files.upload(("f", b"x" * 5000), "ocr")
    for options in ({}, {"checksum": "md5:" + "0" * 32}):
        with pytest.raises(ChecksumError if options else OSError):
            await client.files.download(file.id).save(tmp_path / "f", **options)
        assert not names(tmp_path)
    with pytest.raises(OSError, match=r"too large|space"):
        await client.files.download(file.id).save(tmp_path / "f", resume=True)
    (part,) = tmp_path.iterdir()
    assert part.name.endswith(".part")  # asked for: it is continued the next time


async def test_a_download_into_a_folder_of_that_name(client, tmp_path):
    file = await client.files.upload(("f", b"x"), "ocr")
    with pytest.raises(IsADirectoryError):
        await client.files.download(file.id).save(tmp_path)
    assert not names(tmp_path)


@pytest.mark.parametrize("resume", [False, True])
async def test_a_download_into_a_pipe(client, tmp_path, resume):
    data = os.urandom(300_000)
    file = await client.files.upload(("f", data), "ocr")
    pipe, read = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    assert await client.files.download(file.id).save(pipe, resume=resume) == len(data)
    await anyio.to_thread.run_sync(reader.join, 10)
    assert read == [data]
    assert names(tmp_path) == ["pipe"]


async def test_two_downloads_that_are_resumed_do_not_write_to_one_file(client, tmp_path):
    data = os.urandom(3 << 20)
    file = await client.files.upload(("f", data), "ocr")

    async def save():
        assert await client.files.download(file.id).save(tmp_path / "f", resume=True) == len(data)

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(save)
    assert names(tmp_path) == ["f"]
    assert (tmp_path / "f").read_bytes() == data


@pytest.mark.skipif(os.name == "nt", reason="an open file can not be replaced")
async def test_a_resumed_download_is_locked_until_it_is_in_its_place(client, tmp_path, monkeypatch):
    file = await client.files.upload(("f", b"data"), "ocr")
    replace, locked = Path.replace, []

    def replace_if_locked(part, target):
        with part.open("rb") as other:
            locked.append(not try_lock(other))
        return replace(part, target)

    monkeypatch.setattr(Path, "replace", replace_if_locked)
    await client.files.download(file.id).save(tmp_path / "f", resume=True)
    assert locked == [True]


@pytest.mark.full_disk(1000)
async def test_vectors(client, tmp_path):
    with pytest.raises(OSError, match=r"too large|space"):
        await client.bulk.embed(["a", "b"], model="mistral-embed").save_npy(tmp_path / "v.npy")
    assert not names(tmp_path)


@pytest.mark.full_disk(1000)
def test_a_conversation(tmp_path):
    conversation = Conversation([{"role": "user", "content": "x"}])
    conversation.save(tmp_path / "c")
    before = (tmp_path / "c").read_bytes()
    with pytest.raises(OSError, match=r"too large|space"):
        Conversation([{"role": "user", "content": "x" * 2000}]).save(tmp_path / "c")
    assert (mode(tmp_path / "c"), names(tmp_path), (tmp_path / "c").read_bytes()) == (0o600, ["c"], before)


async def test_checkpoints_are_private(client, tmp_path):
    assert len(await client.bulk.embed(["a"], model="mistral-embed", checkpoint=tmp_path / "bulk").collect()) == 1
    assert mode(tmp_path / "bulk") == 0o600


async def test_a_batch_checkpoint_is_private_and_whole(client, tmp_path):
    requests = [calls.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": "x"}])]
    handle = await client.batch.start(requests, checkpoint=tmp_path / "batch")
    assert handle.total == 1
    assert mode(tmp_path / "batch") == 0o600
    assert names(tmp_path) == ["batch"]


@pytest.mark.full_disk(1000)
async def test_a_batch_checkpoint_on_a_full_disk(client, tmp_path):
    messages = [{"role": "user", "content": "x"}]
    requests = [calls.chat.complete(model=f"m{n}", messages=messages) for n in range(3)]
    with pytest.raises((CheckpointError, OSError)):
        await client.batch.start(requests, checkpoint=tmp_path / "batch", metadata={"x": "y" * 900})
    assert [name for name in names(tmp_path) if name.endswith((".part", ".new"))] == []


@pytest.mark.full_disk(1000)
async def test_a_cassette_is_private_and_has_no_half_lines(server, tmp_path):
    path = tmp_path / "cassette"
    path.write_bytes(b"old")
    path.chmod(0o644)
    async with Mistral(server.api_key, server_url=server.url, transport=record(path)) as client:
        with pytest.raises(CassetteError, match="can not be written"):
            await client.models.list()
    assert len(server.requests) == 1
    assert mode(path) == 0o600
    assert path.read_bytes() == b""
