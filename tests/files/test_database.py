"""SQLite files and forks: each test names the rule of `_files/database.py`."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading

import pytest

from mistral_async._files.database import Database, _after_fork, _before_fork

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning"),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork"),
]
COUNT = "SELECT count(*) FROM numbers"


def prepare(connection):
    connection.execute("CREATE TABLE IF NOT EXISTS numbers (number)")


def add(database):
    with database.use() as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO numbers VALUES (1)")
        connection.execute("COMMIT")


def in_child(work):
    """Return the status of a child that does something, and ends without closing anything."""
    pid = os.fork()
    if not pid:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.fixture
def database(tmp_path):
    database = Database(str(tmp_path / "file"), prepare, timeout=0.2)
    yield database
    database.close()


def test_a_fork_waits_for_a_transaction(database):
    # Rule 1: else the child takes the lock for one of its own process, which nobody will let go.
    begun = threading.Event()

    def write_slowly():
        with database.use() as connection:
            connection.execute("BEGIN IMMEDIATE")
            begun.set()
            for number in range(50_000):
                connection.execute("INSERT INTO numbers VALUES (?)", (number,))
            connection.execute("COMMIT")

    writing = threading.Thread(target=write_slowly)
    writing.start()
    begun.wait()
    assert in_child(lambda: add(database)) == 0
    writing.join()
    with database.use() as connection:
        assert connection.execute(COUNT).fetchone() == (50_001,)


def test_parent_and_child_write_and_close_in_turn(database, tmp_path):
    # Rule 1: the file that a child closes is still its parent's.
    for _ in range(3):
        add(database)
        assert in_child(lambda: (add(database), database.close())) == 0
    other = sqlite3.connect(tmp_path / "file")
    assert other.execute(COUNT).fetchone() == (6,)
    other.close()


def test_a_fork_does_not_wait_for_long(database, monkeypatch):
    # Rule 2: the child has a lock and a connection of its own.
    monkeypatch.setattr("mistral_async._files.database._PATIENCE", 0.05)
    add(database)
    with database.use():
        assert in_child(lambda: add(database)) == 0
    add(database)


def test_another_thread_makes_databases_while_they_are_closed(tmp_path):
    # Rule 1: an exception before a fork is ignored, and they stay open.
    ended = threading.Event()
    kept = [Database(str(tmp_path / "file"), prepare, timeout=0.2) for _ in range(100)]

    def make_others():
        while not ended.is_set():
            Database(str(tmp_path / "file"), prepare, timeout=0.2)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread = threading.Thread(target=make_others)
    thread.start()
    try:
        for _ in range(600):
            _before_fork()
            _after_fork()
    finally:
        ended.set()
        thread.join()
        sys.setswitchinterval(interval)
    assert not any(each._lock.locked() for each in kept)


JOB = """
import os, sys
from mistral_async import SyncMistral

client = SyncMistral("test-key", server_url=sys.argv[1])
texts = [f"text {n}" for n in range(30)]
for result in client.bulk.embed(texts, checkpoint=sys.argv[2], max_inputs_per_request=1, concurrency=1):
    if result.index == 9:
        pid = os.fork()
        if not pid:
            sys.exit(0)  # which closes what it can reach
        os.waitpid(pid, 0)
    if result.index == 25:
        os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
def test_a_child_deletes_nothing_of_its_parents_checkpoint(threaded_server, tmp_path):
    # Rule 2: what was paid for after the fork is there when the job goes on.
    path = tmp_path / "job"
    subprocess.run([sys.executable, "-W", "ignore", "-c", JOB, threaded_server.url, path], timeout=60, check=False)
    kept = sqlite3.connect(path)
    assert kept.execute("SELECT count(*) FROM results").fetchone()[0] >= 24
    kept.close()
