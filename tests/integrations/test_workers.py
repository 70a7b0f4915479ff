"""Tasks in processes: pickled without a key, one client each, errors as cells, and partitions that are done again."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
from concurrent.futures import ProcessPoolExecutor
from itertools import chain

import anyio
import pytest

from mistral_async import Account, Budget, RateLimits, SQLiteStore, calls
from mistral_async.errors import BudgetExceededError, ConfigurationError, MistralError, RateLimitError
from mistral_async.integrations import _task
from mistral_async.integrations.workers import Chat, Classify, Embed, Map, Moderate, sum_progress
from mistral_async.testing import FakeMistral

SIZE = {"output_dimension": 4}
NO_ERROR = {"error_type": None, "error_message": None}


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """Run a server that the environment names, for this process and its children."""
    with FakeMistral(api_key="the key of the account") as server:
        monkeypatch.setenv("MISTRAL_SERVER_URL", server.url)
        monkeypatch.setenv("MISTRAL_API_KEY", server.api_key)
        monkeypatch.setattr(_task, "_clients", {})
        yield server


def texts_sent(server):
    return [text for request in server.requests for text in request.json()["input"]]


def test_items_alone_and_in_records_and_null():
    rows = Embed(**SIZE)(["a", None, {"text": "a", "n": 1}])
    vector = rows[0]["embedding"]
    assert len(vector) == 4
    assert rows == [
        {"text": "a", "embedding": vector, **NO_ERROR},
        {"text": None, "embedding": None, **NO_ERROR},
        {"text": "a", "n": 1, "embedding": vector, **NO_ERROR},
    ]


async def test_the_same_in_an_event_loop(anyio_backend):
    task = Embed(**SIZE)
    assert await task.run(["a", None, "b"]) == task(["a", None, "b"])


@pytest.mark.parametrize(
    ("task", "output", "cell"),
    [
        (Chat(model="mistral-small-latest"), "answer", "You said: a"),
        (Moderate(value=lambda found: found.flagged), "moderation", []),
        (Moderate(output="judged", value=type), "judged", "ModerationObject"),
        (Classify(model="mistral-small-latest"), "classification", None),
        (Map(calls.models.retrieve, value=lambda card: card.id), "result", "a"),
    ],
)
def test_cells_of_each_kind(task, output, cell, environment):
    environment.reply("classifiers.classify", json={"results": [{"topic": {"scores": {"x": 0.5}}}]})
    environment.reply("models.retrieve", json={"id": "a"})
    (row,) = task(["a"])
    found = row[output]
    match task:
        case Classify():
            assert found == '{"topic": {"scores": {"x": 0.5}}}'
        case Moderate(output="judged"):
            assert found.__name__ == cell
        case _:
            assert found == cell


def test_a_failure_is_a_row_or_is_raised(environment):
    environment.fail(422, times=None)
    (row,) = Embed(errors="embedding_error", **SIZE)(["a"])
    assert row["embedding"] is None
    assert row["embedding_error_type"] == "UnprocessableEntityError"
    assert row["embedding_error_message"].startswith("422 from POST /v1/embeddings")
    with pytest.raises(MistralError, match="422"):
        Embed(on_error="raise", **SIZE)(["a"])


async def test_what_a_budget_leaves_over_is_a_row_too(anyio_backend):
    def task(**options):
        return Embed(budget=Budget(requests=2), max_inputs_per_request=2, **SIZE, **options)

    expected = [None] * 4 + ["BudgetExceededError"] * 3
    assert [row["error_type"] for row in task()(list("abcdefg"))] == expected
    assert [row["error_type"] for row in await task().run(list("abcdefg"))] == expected
    with pytest.raises(BudgetExceededError):
        task(on_error="raise")(list("abcdefg"))


def test_wrong_settings_are_refused_where_the_task_is_made():
    with pytest.raises(TypeError, match="did you mean 'model'"):
        Embed(modl="x")
    with pytest.raises(TypeError, match="no option 'timeout_m'"):
        Embed(client={"timeout_m": 1})
    for key in ("a key", ["a key"], [Account(api_key="a key")]):
        with pytest.raises(ConfigurationError, match="not sent to workers"):
            Embed(api_key=key)
    with pytest.raises(ConfigurationError, match="server must be one of"):
        Embed(client={"server": "mars"})


def test_a_record_without_the_column_is_told_its_names():
    with pytest.raises(ConfigurationError, match="no column 'body': set column= to one of text, n"):
        Embed(column="body", **SIZE)([{"text": "a", "n": 1}])


def test_a_key_is_not_pickled_and_its_lack_is_told(monkeypatch):
    task = Embed(client={"timeout_ms": 5_000}, **SIZE)
    assert b"the key" not in pickle.dumps(task)
    monkeypatch.delenv("MISTRAL_API_KEY")
    for work in (pickle.loads(pickle.dumps(task)), task):
        with pytest.raises(ConfigurationError, match="set MISTRAL_API_KEY where the workers run"):
            work(["a"])
    for keys in (key_of_the_account, [Account(api_key=key_of_the_account)]):
        copied = pickle.loads(pickle.dumps(Embed(api_key=keys, **SIZE)))
        assert copied(["a"])[0]["error_type"] is None


def key_of_the_account():
    return "the key of the account"


def test_equal_settings_share_a_client():
    limits = {"limits": RateLimits(requests_per_second=5, store=SQLiteStore("limits"))}
    tasks = [Embed(**limits, **SIZE), pickle.loads(pickle.dumps(Embed(**limits, **SIZE))), Moderate(**limits)]
    assert len({id(task._client(_task.SyncMistral)) for task in tasks}) == 1
    assert Embed(**SIZE)._client(_task.SyncMistral) is not tasks[0]._client(_task.SyncMistral)


@pytest.mark.slow
def test_a_pool_of_processes(environment, tmp_path):
    task = Embed(checkpoint=tmp_path, **SIZE)
    partitions = [[f"{name}{n}" for n in range(10)] for name in "abc"]
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        rows = list(chain(*pool.map(task, [*partitions, partitions[0]])))
    assert [row["text"] for row in rows] == [*chain(*partitions), *partitions[0]]
    assert all(len(row["embedding"]) == 4 for row in rows)
    assert sorted(texts_sent(environment)) == sorted(chain(*partitions))
    assert sum_progress(tmp_path).done == 30


# Rule 3: a partition that is done again


def test_a_partition_is_found_by_its_content(environment, tmp_path):
    task = Embed(checkpoint=tmp_path / "new" / "folder", **SIZE)
    first = task(["a", "b"])
    assert pickle.loads(pickle.dumps(task))(["a", "b"]) == first
    task(["b", "a"])  # another one
    assert len(texts_sent(environment)) == 4
    progress = sum_progress(tmp_path / "new" / "folder", total=8)
    assert (progress.done, progress.resumed, progress.requests, progress.tokens) == (4, 2, 2, 4)
    assert not progress.finished
    assert sum_progress(tmp_path / "new" / "folder").finished


def test_the_same_partition_in_several_threads_is_paid_once(environment, tmp_path):
    environment.latency = 0.3
    rows = []
    task = Embed(checkpoint=tmp_path, **SIZE)
    threads = [threading.Thread(target=lambda: rows.append(task(["a", "b"]))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows[0] == rows[1] == rows[2]
    assert sorted(texts_sent(environment)) == ["a", "b"]


async def test_the_same_partition_in_several_tasks_is_paid_once(anyio_backend, environment, tmp_path):
    environment.latency = 0.3
    task = Embed(checkpoint=tmp_path, **SIZE)
    async with anyio.create_task_group() as group:
        for _ in range(2):
            group.start_soon(task.run, ["a", "b"])
    assert sorted(texts_sent(environment)) == ["a", "b"]


async def test_waiting_for_a_partition_ends_when_it_is_cancelled(anyio_backend, environment, tmp_path):
    environment.latency = 30
    task = Embed(checkpoint=tmp_path, **SIZE)
    with anyio.move_on_after(0.4):
        async with anyio.create_task_group() as group:
            for _ in range(2):
                group.start_soon(task.run, ["a", "b"])
    environment.latency = 0
    assert [row["error_type"] for row in await task.run(["a", "b"])] == [None, None]


def test_a_checkpoint_of_other_options_is_refused(tmp_path):
    Embed(checkpoint=tmp_path, **SIZE)(["a"])
    with pytest.raises(MistralError, match="other output_dimension"):
        Embed(checkpoint=tmp_path, output_dimension=8)(["a"])


# Errors that another process sends


class ForwardingError(RateLimitError):
    """An error made as Ray makes them: of the class of its cause, to which it forwards what it lacks."""

    def __init__(self, cause):
        self.cause = cause

    def __getattr__(self, name):
        return getattr(self.cause, name)


def test_an_error_that_stands_for_another_has_its_attributes():
    cause = RateLimitError("refused")
    cause.status, cause.retry_after, cause.attempts = 429, 7.0, ("one",)
    error = ForwardingError(cause)
    assert (error.status, error.status_code, error.retry_after, error.attempts) == (429, 429, 7.0, ("one",))
    assert (error.message, error.partial) == ("refused", None)
    error.partial = "its own"
    assert (error.partial, cause.partial) == ("its own", None)
