"""Checkpoints: nothing lost, nothing paid twice but what was in flight, whatever ends the process."""

from __future__ import annotations

import random
import re
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections import Counter

import anyio
import pytest

from mistral_async import Mistral, SyncMistral, calls
from mistral_async.bulk import CheckpointError
from mistral_async.testing import FakeMistral

MODEL = "mistral-small-latest"
SIZE = {"output_dimension": 16, "max_inputs_per_request": 10}


def chat(text):
    return calls.chat.complete(model=MODEL, messages=[{"role": "user", "content": text}])


def texts_sent(server):
    return Counter(
        text
        for request in server.requests
        if request.path == "/v1/embeddings" and request.status == 200
        for text in request.json()["input"]
    )


def numbered(count):
    return [f"text {n}" for n in range(count)]


def items_in(path):
    with sqlite3.connect(path) as database:
        found = {row[0] for row in database.execute("SELECT item FROM results")}
    database.close()
    return found


async def test_a_second_run_sends_nothing(server, client, tmp_path):
    # Rule 7 of pipeline.
    path = tmp_path / "job.sqlite"
    first = await client.bulk.embed(numbered(100), checkpoint=path, **SIZE)
    sent = len(server.requests)
    async with client.bulk.embed(numbered(100), checkpoint=path, **SIZE) as results:
        second = [result async for result in results]
        progress = results.progress
    assert len(server.requests) == sent
    assert [list(result.value) for result in second] == [list(result.value) for result in first]
    assert [result.usage for result in second] == [result.usage for result in first]
    assert (progress.resumed, progress.done, progress.requests, progress.tokens) == (100, 100, 0, 0)


async def test_only_what_is_missing_is_sent_and_packed_together(server, client, tmp_path):
    path = tmp_path / "job.sqlite"
    await client.bulk.embed(numbered(100), checkpoint=path, **SIZE)
    with sqlite3.connect(path) as database:
        database.execute("DELETE FROM results WHERE item % 5 = 0")
    database.close()
    server.requests.clear()
    results = await client.bulk.embed(numbered(120), checkpoint=path, **SIZE)
    assert [result.index for result in results] == list(range(120))
    assert texts_sent(server) == Counter([*numbered(100)[::5], *numbered(120)[100:]])
    assert len(server.requests) == 4  # 40 texts, 10 in each


async def test_an_interrupted_job_goes_on(server, client, tmp_path):
    path = tmp_path / "job.sqlite"
    seen = []
    async with client.bulk.map(map(chat, numbered(60)), checkpoint=path, concurrency=4) as results:
        async for result in results:
            seen.append(result.index)
            if len(seen) == 20:
                break
    sent = len(server.requests)
    kept = items_in(path)
    assert kept >= set(seen)
    results = await client.bulk.map(map(chat, numbered(60)), checkpoint=path)
    assert [result.value.text for result in results] == [f"You said: {text}" for text in numbered(60)]
    assert len(server.requests) - sent == 60 - len(kept)


async def test_failures_are_tried_again(server, client, tmp_path):
    # Rule 7 of pipeline.
    path = tmp_path / "job.sqlite"
    server.fail(400, operation="chat.complete", times=1)
    first = await client.bulk.chat(["a", "b"], model=MODEL, checkpoint=path, concurrency=1)
    assert [result.ok for result in first] == [False, True]
    second = await client.bulk.chat(["a", "b"], model=MODEL, checkpoint=path, concurrency=1)
    assert all(result.ok for result in second)
    assert len(server.requests) == 3


async def test_every_kind_of_result_comes_back_as_it_was(server, client, tmp_path):
    talk = [{"role": "user", "content": "Hello"}]
    jobs = {
        "embed": lambda path: client.bulk.embed(["a", "b"], output_dtype="int8", checkpoint=path),
        "moderate": lambda path: client.bulk.moderate(["kill", talk], checkpoint=path),
        "classify": lambda path: client.bulk.classify(["a", talk], model="mistral-moderation-2603", checkpoint=path),
        "chat": lambda path: client.bulk.chat(["a", talk], model=MODEL, temperature=0.5, checkpoint=path),
        "map": lambda path: client.bulk.map([chat("a"), calls.models.list()], checkpoint=path),
    }
    for name, job in jobs.items():
        first = await job(tmp_path / name)
        sent = len(server.requests)
        second = await job(tmp_path / name)
        assert [result.value for result in second] == [result.value for result in first], name
        assert [type(result.value) for result in second] == [type(result.value) for result in first], name
        assert len(server.requests) == sent, name


async def test_another_jobs_file_is_refused(server, client, tmp_path):
    path = tmp_path / "job.sqlite"
    await client.bulk.embed(numbered(20), checkpoint=path, output_dimension=16)
    sent = len(server.requests)
    with pytest.raises(CheckpointError, match=r"model.*codestral-embed"):
        await client.bulk.embed(numbered(20), checkpoint=path, output_dimension=16, model="codestral-embed")
    with pytest.raises(CheckpointError, match="output_dimension"):
        await client.bulk.embed(numbered(20), checkpoint=path, output_dimension=32)
    view = client.with_options(extra_body={"beta": True})
    with pytest.raises(CheckpointError, match="extra_body"):
        await view.bulk.embed(numbered(20), checkpoint=path, output_dimension=16)
    with pytest.raises(CheckpointError, match=r"work.*embed"):
        await client.bulk.moderate(numbered(20), checkpoint=path)
    with pytest.raises(CheckpointError, match="other inputs: item 0"):
        await client.bulk.embed(["another", *numbered(20)], checkpoint=path, output_dimension=16)
    assert len(server.requests) == sent
    # how the numbers travel and how the work is fanned out do not matter
    await client.bulk.embed(numbered(20), checkpoint=path, output_dimension=16, encoding_format="float", concurrency=1)
    assert len(server.requests) == sent


async def test_closing_keeps_what_waits_to_be_kept(tmp_path):
    # Rule 10 of pipeline.
    from mistral_async.bulk._checkpoint import Row
    from mistral_async.bulk._checkpoint_writer import CheckpointWriter

    path = tmp_path / "job.sqlite"
    checkpoint = CheckpointWriter(str(path), {"work": "map"}, by_digest=False)
    await checkpoint.open()
    checkpoint.add([Row(0, b"digest", b"value", None)])
    with anyio.CancelScope() as scope:
        scope.cancel()
        await checkpoint.commit()
    await checkpoint.aclose()
    assert items_in(path) == {0}


async def test_what_is_no_checkpoint_is_refused(client, tmp_path):
    text, other, missing = tmp_path / "notes.txt", tmp_path / "other.sqlite", tmp_path / "nowhere" / "job.sqlite"
    text.write_text("notes " * 1000)
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE things (name)")
    database.close()
    for path, said in ((text, "not a checkpoint"), (other, "not a checkpoint"), (missing, "directory")):
        with pytest.raises(CheckpointError, match=said):
            await client.bulk.embed(["a"], checkpoint=path)
    assert text.read_text() == "notes " * 1000
    with sqlite3.connect(other) as database:
        assert [row[0] for row in database.execute("SELECT name FROM sqlite_master")] == ["things"]
    database.close()


@pytest.mark.parametrize(
    "crafted",
    [
        "CREATE TRIGGER t AFTER INSERT ON results BEGIN DELETE FROM results; END",
        "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n",
    ],
)
async def test_a_checkpoint_that_computes_is_refused(client, tmp_path, crafted):
    """A view may never end, and a trigger lose what is written."""
    path = tmp_path / "job.sqlite"
    await client.bulk.embed(["a"], checkpoint=path)
    with sqlite3.connect(path) as database:
        database.execute(crafted)
    database.close()
    with pytest.raises(CheckpointError, match="views or triggers"):
        await client.bulk.embed(["a"], checkpoint=path)


async def test_a_file_is_one_processs_at_a_time(client, tmp_path):
    path = tmp_path / "job.sqlite"
    async with client.bulk.embed(numbered(10), checkpoint=path) as results:
        await anext(results)
        with pytest.raises(CheckpointError, match="in use"):
            await client.bulk.embed(numbered(10), checkpoint=path)
    assert len(await client.bulk.embed(numbered(10), checkpoint=path)) == 10


async def test_the_file_says_what_it_holds(client, tmp_path):
    path = tmp_path / "job.sqlite"
    await client.bulk.embed(["a"], checkpoint=path, output_dimension=16)
    with sqlite3.connect(path) as database:
        assert dict(database.execute("SELECT name, json FROM job")) == {
            "work": '"embed"',
            "model": '"mistral-embed"',
            "output_dimension": "16",
        }
        ((digest, value),) = database.execute("SELECT digest, value FROM results")
    database.close()
    assert len(digest) == 16
    assert len(value) == 64


async def test_items_that_have_no_digest_fail_alone(client, tmp_path):
    (tmp_path / "a.txt").write_text("text")
    upload = calls.files.upload(file=tmp_path / "a.txt", purpose="ocr")
    results = await client.bulk.map([chat("a"), upload, chat("b")], checkpoint=tmp_path / "job")
    assert [result.ok for result in results] == [True, False, True]
    assert "without files" in str(results[1].error)


async def test_equal_texts_are_sent_once_over_runs(server, client, tmp_path):
    # Rule 9 of pipeline.
    path = tmp_path / "job.sqlite"
    texts = [f"text {n % 7}" for n in range(100)]
    async with client.bulk.embed(texts, checkpoint=path, dedupe=True, **SIZE) as results:
        async for result in results:
            if result.index == 5:
                break
    results = await client.bulk.embed(texts, checkpoint=path, dedupe=True, **SIZE)
    assert [result.index for result in results] == list(range(100))
    assert max(texts_sent(server).values()) == 1


async def test_raising_keeps_what_was_paid(server, client, tmp_path):
    # Rule 10 of pipeline.
    path = tmp_path / "job.sqlite"
    texts = [*numbered(50), "x" * 40_000]
    with pytest.raises(Exception, match="tokens"):
        await client.bulk.embed(texts, checkpoint=path, on_error="raise", concurrency=1, **SIZE)
    kept = items_in(path)
    assert len(kept) >= 40
    again = await client.bulk.embed(texts, checkpoint=path, **SIZE)
    assert [result.ok for result in again] == [True] * 50 + [False]
    assert max(texts_sent(server).values()) == 1


CHILD = """
import os, sys
from mistral_async import SyncMistral

url, path, work = sys.argv[1:]
texts = (f"text {n}" for n in range(300))
client = SyncMistral("test-key", server_url=url, headers={"x-process": str(os.getpid())})
if work == "embed":
    job = client.bulk.embed(texts, checkpoint=path, concurrency=4, max_in_flight=40, output_dimension=16,
                            max_inputs_per_request=10)
else:
    job = client.bulk.chat(texts, model="mistral-small-latest", checkpoint=path, concurrency=4, max_in_flight=40)
for result in job:
    result.unwrap()  # a failure is not kept
    print(result.index, result.ok, flush=True)
"""


def start(server, path, work="embed", code=CHILD, **options):
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), server.url, str(path), work],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.parametrize("work", ["embed", "chat"])
def test_killed_at_random_points_nothing_is_lost_or_paid_twice(tmp_path, work):
    # Rule 7 of pipeline.
    dice = random.Random(work)
    path = tmp_path / "job.sqlite"
    in_flight = 4 * (10 if work == "embed" else 1)  # requests at once, and the items of each
    with FakeMistral(latency=0.02) as server:
        seen, processes, kept = set(), [], [set()]
        for run in range(1, 7):
            child = start(server, path, work)
            for line in child.stdout:
                seen.add(int(line.split()[0]))
                if len(seen) >= run * 40 and run < 6:
                    time.sleep(dice.random() * 0.05)
                    child.kill()
                    break
            rest, errors = child.communicate(timeout=30)
            seen |= {int(number) for number in re.findall(r"^(\d+) True$", rest, re.MULTILINE)}  # the first may be cut
            assert child.returncode in (0, -signal.SIGKILL), errors
            processes.append(child)
            kept.append(items_in(path))
            assert seen <= kept[-1]  # nothing was handed out before it was in the file
        assert seen == kept[-1] == set(range(300))
        killed = [process for process in processes if process.returncode]
        assert len(killed) >= 2  # on a busy machine a process may end before it is killed
    assert set(numbers_sent(server.requests)) == seen
    # A busy server reads what a process sent when that is dead and the next one runs: the header tells whose it was.
    for process, before, after in zip(processes, kept[:-1], kept[1:], strict=True):
        sent = numbers_sent(each for each in server.requests if each.headers["x-process"] == str(process.pid))
        assert max(Counter(sent).values(), default=1) == 1
        assert not before & set(sent)  # what was in the file was not paid again
        assert len(set(sent) - after) <= in_flight  # and no more is paid again than what was in flight


def numbers_sent(requests):
    found = []
    for request in requests:
        if request.status == 200:
            body = request.json()
            texts = body["input"] if "input" in body else [body["messages"][0]["content"]]
            found += [int(text.split()[1]) for text in texts]
    return found


def test_interrupted_by_the_keyboard_the_file_is_whole(tmp_path):
    path = tmp_path / "job.sqlite"
    with FakeMistral(latency=0.02) as server:
        child = start(server, path)
        seen = [int(child.stdout.readline().split()[0]) for _ in range(50)]
        child.send_signal(signal.SIGINT)
        rest, errors = child.communicate(timeout=20)
        seen += [int(line.split()[0]) for line in rest.splitlines()]
        assert "KeyboardInterrupt" in errors
        assert "Task" not in errors
        assert items_in(path) >= set(seen)
        assert not path.with_name("job.sqlite-wal").exists()
        child = start(server, path)
        out, errors = child.communicate(timeout=20)
        assert child.returncode == 0, errors
        assert len(out.splitlines()) == 300


LIMITED = """
import resource, sys
from mistral_async import SyncMistral
from mistral_async.bulk import CheckpointError

url, path, work = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
client = SyncMistral("test-key", server_url=url)
seen = 0
try:
    for result in client.bulk.embed((f"text {n}" for n in range(300)), checkpoint=path, max_inputs_per_request=10):
        seen += 1
except CheckpointError as error:
    print(seen, error)
"""


def test_a_full_disk_is_a_clear_error_and_the_file_is_whole(tmp_path):
    # Rule 5 of pipeline.
    path = tmp_path / "job.sqlite"
    with FakeMistral() as server:
        child = start(server, path, code=LIMITED)
        out, errors = child.communicate(timeout=30)
        assert child.returncode == 0, errors
        seen = int(out.split()[0])
        assert "Is the disk full?" in out
        assert "run the same again" in out
        kept = items_in(path)
        assert len(kept) >= seen
        before = len(server.requests)
        with SyncMistral(server.api_key, server_url=server.url) as client:
            results = client.bulk.embed(numbered(300), checkpoint=path, max_inputs_per_request=10).collect()
        assert all(result.ok for result in results)
        assert not kept & set(numbers_sent(server.requests[before:]))


async def test_a_consumer_that_stops_early_loses_nothing_that_was_answered(anyio_backend, tmp_path):
    # Rule 10 of pipeline.
    path = tmp_path / "job.sqlite"
    async with FakeMistral(latency=0.01) as server, Mistral(server.api_key, server_url=server.url) as client:
        async with client.bulk.embed(numbered(400), checkpoint=path, concurrency=4, **SIZE) as results:
            await anext(results)
            await anyio.sleep(0.05)
        await anyio.sleep(0.05)
        answered = {text for text, count in texts_sent(server).items() if count}
        assert len(items_in(path)) >= len(answered) - 40
        await client.bulk.embed(numbered(400), checkpoint=path, **SIZE)
        assert sum(texts_sent(server).values()) <= 440


async def test_a_second_job_of_a_process_does_not_let_go_of_the_first_ones_locks(client, tmp_path):
    path = tmp_path / "work.checkpoint"
    other = f"import sqlite3; sqlite3.connect({str(path)!r}, timeout=0).execute('SELECT 1 FROM sqlite_master')"

    def is_locked():
        done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True, check=False)
        return "database is locked" in done.stderr

    async with client.bulk.embed(["a", "b"], checkpoint=path) as results:
        assert is_locked()
        again = client.bulk.embed(["a", "b"], checkpoint=path)
        for _ in range(2):  # what could not be opened may be tried again
            with pytest.raises(CheckpointError):
                async with again:
                    pass
        assert is_locked()
        assert len([result async for result in results]) == 2
