"""Spark: columns added to a DataFrame by Python workers that share an account."""

from __future__ import annotations

import os
import sys

import pytest

pyspark = pytest.importorskip("pyspark", reason="`nox -s engines` installs it")
fleet = pytest.importorskip("fleet")

from pyspark.sql import SparkSession  # noqa: E402 - of Spark

from mistral_async.errors import ConfigurationError  # noqa: E402 - the same
from mistral_async.integrations.spark import Chat, Embed, sum_progress  # noqa: E402 - nothing is tested without Spark

pytestmark = pytest.mark.filterwarnings("default")
SIZE = {"output_dimension": fleet.DIMENSION, "max_inputs_per_request": fleet.INPUTS}


@pytest.fixture(scope="module")
def account():
    with fleet.account() as account:
        yield account


@pytest.fixture(scope="module")
def spark(account):
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(fleet.PATHS)
    session = (
        SparkSession.builder.master("local[2,4]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", 1000)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def frame(spark, texts):
    return spark.createDataFrame([(n, text) for n, text in enumerate(texts)], "n int, text string").repartition(4)


def test_two_workers_keep_to_one_limit_and_use_it(spark, account):
    texts = fleet.texts()
    frame(spark, ["a", "b", "c", "d"]).transform(Embed(limits=account.limits, **SIZE)).collect()  # workers start
    account.ask("forget")
    rows = frame(spark, texts).transform(Embed(limits=account.limits, **SIZE)).collect()
    assert sorted(row["text"] for row in rows) == sorted(texts)
    fleet.check_vectors(rows)
    account.check(texts)


def test_a_killed_worker_pays_twice_what_was_in_flight(spark, account, tmp_path):
    texts = fleet.texts()
    killing = account.kill_one_at(len(texts) // fleet.INPUTS // 2)
    rows = frame(spark, texts).transform(Embed(limits=account.limits, checkpoint=tmp_path, **SIZE)).collect()
    killing.join()
    fleet.check_vectors(rows)
    account.check(texts, killed=1)
    progress = sum_progress(tmp_path, total=len(texts))
    assert (progress.done, progress.failed, progress.seconds_left) == (len(texts), 0, 0.0)


def test_work_that_spark_does_twice_is_paid_once(spark, account, tmp_path):
    account.ask("forget")
    added = frame(spark, [f"text {n}" for n in range(100)]).transform(Embed(checkpoint=tmp_path, **SIZE))
    sent = []
    for action in (added.sort("n").collect, added.count):  # a sort looks at its rows before it sorts them
        action()
        sent.append(account.ask("count"))
    assert sent[0] == sent[1]
    account.check([f"text {n}" for n in range(100)])


def test_a_failed_text_is_a_row_with_its_error_and_null_is_null(spark, account):
    added = frame(spark, ["a", None, fleet.REFUSED]).transform(Embed(**SIZE))
    assert added.schema.simpleString() == (
        "struct<n:int,text:string,embedding:array<float>,error_type:string,error_message:string>"
    )
    first, null, refused = added.sort("n").collect()
    fleet.check_vectors([first])
    assert (null["embedding"], null["error_type"]) == (None, None)
    assert (refused["embedding"], refused["error_type"]) == (None, "TooManyInputsError")


def test_batches_of_pandas_and_a_column_that_is_replaced(spark, account):
    task = Chat(column="text", output="text", model="mistral-small-latest")
    given = frame(spark, ["a", "b"])
    rows = given.mapInPandas(task, task.schema(given.schema)).sort("n").collect()
    assert [(row["n"], row["text"]) for row in rows] == [(0, "You said: a"), (1, "You said: b")]


def test_an_error_that_is_raised_names_itself(spark, account):
    from pyspark.errors import PythonException

    with pytest.raises(PythonException, match="TooManyInputsError"):
        frame(spark, [fleet.REFUSED]).transform(Embed(on_error="raise")).collect()


def test_a_frame_without_the_column_is_told_its_names(account, spark):
    with pytest.raises(ConfigurationError, match="no column 'body'"):
        frame(spark, ["a"]).transform(Embed(column="body"))
