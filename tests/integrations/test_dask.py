"""Dask: bags, DataFrames and futures, over worker processes that share an account."""

from __future__ import annotations

import copy
import os
import pickle

import pytest

db = pytest.importorskip("dask.bag", reason="the extra test has it")
fleet = pytest.importorskip("fleet")

from mistral_async import calls  # noqa: E402 - nothing is tested without Dask
from mistral_async.errors import ConfigurationError, RateLimitError  # noqa: E402 - the same
from mistral_async.integrations.dask import Chat, Embed, Map, sum_progress  # noqa: E402 - the same
from mistral_async.testing import FakeMistral  # noqa: E402 - the same

pytestmark = pytest.mark.filterwarnings("default")
SIZE = {"output_dimension": fleet.DIMENSION, "max_inputs_per_request": fleet.INPUTS}


@pytest.fixture
def server(monkeypatch):
    """Run a server that the environment names, for Dask's own scheduler of threads."""
    with FakeMistral() as server:
        monkeypatch.setenv("MISTRAL_SERVER_URL", server.url)
        monkeypatch.setenv("MISTRAL_API_KEY", server.api_key)
        yield server


@pytest.fixture(scope="module")
def account():
    with fleet.account() as account:
        yield account


@pytest.fixture(scope="module")
def client(account):
    variables = {name: os.environ[name] for name in ("MISTRAL_SERVER_URL", "MISTRAL_API_KEY")}
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=2,
            dashboard_address=None,
            env=variables | {"PYTHONPATH": os.pathsep.join(fleet.PATHS)},
        ) as cluster,
        cluster.get_client() as client,
    ):
        yield client


@pytest.mark.slow
def test_two_workers_keep_to_one_limit_and_use_it(client, account):
    texts = fleet.texts()
    bag = db.from_sequence(texts, npartitions=max(4, len(texts) // 500))
    rows = bag.map_partitions(Embed(limits=account.limits, **SIZE)).compute()
    assert [row["text"] for row in rows] == texts
    fleet.check_vectors(rows)
    account.check(texts)


@pytest.mark.slow
def test_a_killed_worker_pays_twice_what_was_in_flight(client, account, tmp_path):
    texts = fleet.texts()
    killing = account.kill_one_at(len(texts) // fleet.INPUTS // 2)
    bag = db.from_sequence([{"body": text} for text in texts], npartitions=max(4, len(texts) // 500))
    rows = Embed(column="body", output="vector", limits=account.limits, checkpoint=tmp_path, **SIZE)(bag).compute()
    killing.join()
    assert [row["body"] for row in rows] == texts
    fleet.check_vectors(rows, text="body", column="vector")
    account.check(texts, killed=1, batches=2)
    progress = sum_progress(tmp_path, total=len(texts))
    assert (progress.done, progress.failed, progress.seconds_left) == (len(texts), 0, 0.0)


@pytest.mark.slow
def test_futures_in_threads_and_in_the_event_loop_of_the_workers(client, account):
    lists = [[f"text {n}" for n in range(start, start + 20)] for start in range(0, 80, 20)]
    task = Embed(limits=account.limits, **SIZE)
    for rows in client.gather([*client.map(task, lists), *client.map(task.run, lists)]):
        fleet.check_vectors(rows)


def test_a_call_for_each_record(server):
    task = Map(lambda row: calls.embeddings.create(model="mistral-embed", inputs=row["a"]), value=lambda a: a.model)
    rows = db.from_sequence([{"a": "x"}, {"a": "y"}], npartitions=2).map_partitions(task).compute(scheduler="threads")
    assert rows == [{"a": a, "result": "mistral-embed", "error_type": None, "error_message": None} for a in "xy"]


def test_a_worker_without_a_key_says_how_to_give_it_one(monkeypatch, server):
    monkeypatch.delenv("MISTRAL_API_KEY")
    task = pickle.loads(pickle.dumps(Embed(client={"timeout_ms": 5_000})))
    with pytest.raises(ConfigurationError, match="dask worker"):
        task(["a"])


def test_a_bag_of_texts_and_one_of_records(server):
    texts = [f"text {n}" for n in range(20)]
    rows = db.from_sequence(texts, npartitions=3).map_partitions(Embed(**SIZE)).compute(scheduler="threads")
    assert [row["text"] for row in rows] == texts
    fleet.check_vectors(rows)
    records = db.from_sequence([{"body": text} for text in texts], npartitions=3)
    rows = Embed(column="body", output="vector", **SIZE)(records).compute(scheduler="threads")
    fleet.check_vectors(rows, text="body", column="vector")


def test_a_dataframe(server):
    pd = pytest.importorskip("pandas", reason="`nox -s engines` installs it")
    dd = pytest.importorskip("dask.dataframe")
    texts = [f"text {n}" for n in range(20)] + [None, fleet.REFUSED]
    frame = dd.from_pandas(pd.DataFrame({"text": texts, "n": range(22)}), npartitions=2)
    task = Embed(**SIZE)
    lazy = task(frame)
    mapped = frame.map_partitions(task, meta=task.meta(frame))
    assert list(lazy.columns) == list(mapped.columns) == ["text", "n", "embedding", "error_type", "error_message"]
    assert not server.requests  # the columns are known without a call
    rows = lazy.compute(scheduler="threads").sort_values("n").to_dict("records")
    fleet.check_vectors(rows[:20])
    assert [(row["embedding"], row["error_type"]) for row in rows[20:]] == [(None, None), (None, "TooManyInputsError")]
    with pytest.raises(ConfigurationError, match="no column 'body'"):
        Embed(column="body")(frame)
    answers = Chat(column="text", model="mistral-small-latest")(frame.head(1))
    assert list(answers["answer"]) == ["You said: text 0"]


def test_a_copy_of_an_error_has_attributes_of_its_own():
    # Dask has tblib pickle all exceptions, in its way, and copies are made as pickles are.
    error = RateLimitError("too many")
    error.attempts, error.retry_after = [1], 2.0
    for other in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert (str(other), other.attempts, other.retry_after) == ("too many", [1], 2.0)
        other.attempts = ()
    assert error.attempts == [1]
