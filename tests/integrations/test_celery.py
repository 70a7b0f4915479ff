"""Celery: tasks in the processes that a worker forks, done again when one of these dies."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest

pytest.importorskip("celery", reason="`nox -s engines` installs it")
fleet = pytest.importorskip("fleet")

from mistral_async.errors import TooManyInputsError  # noqa: E402 - nothing is tested without Celery
from mistral_async.integrations.workers import sum_progress  # noqa: E402 - the same

pytestmark = pytest.mark.filterwarnings("default")


def test_a_killed_process_pays_twice_what_was_in_flight(tmp_path, monkeypatch):
    texts = fleet.texts()
    with fleet.account() as account:
        monkeypatch.setenv("TEST_REDIS", account.redis)
        monkeypatch.setenv("TEST_CHECKPOINTS", str(tmp_path))
        monkeypatch.setenv("C_FORCE_ROOT", "1")  # pickled results, as root
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(fleet.PATHS))
        tasks = importlib.import_module("celery_app")
        command = [sys.executable, "-m", "celery", "-A", "celery_app", "worker", "-c", "2", "-P", "prefork"]
        worker = subprocess.Popen(command, start_new_session=True)
        try:
            with pytest.raises(TooManyInputsError) as caught:
                tasks.failed.delay().get(timeout=60)
            assert caught.value.status == 400
            killing = account.kill_one_at(len(texts) // fleet.INPUTS // 2, parent=worker.pid)
            asked = [tasks.embedded.delay(texts[start : start + 500]) for start in range(0, len(texts), 500)]
            rows = [row for each in asked for row in each.get(timeout=200)]
            killing.join()
        finally:
            worker.terminate()
            worker.wait(30)
        assert [row["text"] for row in rows] == texts
        fleet.check_vectors(rows)
        account.check(texts, killed=1)
        assert sum_progress(tmp_path).done == len(texts) + 1
