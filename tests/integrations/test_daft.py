"""Daft: columns added to a DataFrame, and expressions, in the event loop of its workers."""

from __future__ import annotations

import subprocess
import sys

import pytest

daft = pytest.importorskip("daft", reason="`nox -s engines` installs it")
fleet = pytest.importorskip("fleet")

from mistral_async import calls  # noqa: E402 - nothing is tested without Daft
from mistral_async.errors import ConfigurationError  # noqa: E402 - the same
from mistral_async.integrations.daft import Embed, Map, sum_progress  # noqa: E402 - the same

pytestmark = pytest.mark.filterwarnings("default")
SIZE = {"output_dimension": fleet.DIMENSION, "max_inputs_per_request": fleet.INPUTS}


@pytest.fixture(scope="module")
def account():
    with fleet.account() as account:
        yield account


def test_batches_keep_to_one_limit_and_use_it(account):
    texts = fleet.texts()
    daft.from_pydict({"text": ["a"]}).transform(
        Embed(limits=account.limits, **SIZE)
    ).to_pylist()  # what it imports then
    account.ask("forget")
    rows = daft.from_pydict({"text": texts}).transform(Embed(limits=account.limits, batch_size=500, **SIZE))
    assert rows.schema()["embedding"].dtype == daft.DataType.embedding(daft.DataType.float32(), fleet.DIMENSION)
    found = rows.to_pylist()
    assert sorted(row["text"] for row in found) == sorted(texts)
    fleet.check_vectors(found)
    account.check(texts)


PROGRAM = """
import sys, daft, fleet
from mistral_async import RateLimits, RedisStore
from mistral_async.integrations.daft import Embed
limits = RateLimits(requests_per_second=fleet.RATE, burst=fleet.BURST, store=RedisStore(sys.argv[1]))
task = Embed(limits=limits, checkpoint=sys.argv[2], batch_size=500, output_dimension=fleet.DIMENSION,
             max_inputs_per_request=fleet.INPUTS)
fleet.check_vectors(daft.from_pydict({"text": fleet.texts()[int(sys.argv[3])::2]}).transform(task).to_pylist())
"""


def test_two_programs_share_a_limit_and_a_killed_one_pays_twice_what_was_in_flight(account, tmp_path):
    texts = fleet.texts()

    def start(half):
        command = [sys.executable, "-c", PROGRAM, account.redis, str(tmp_path), half]
        return subprocess.Popen(command, env={**fleet.os.environ, "PYTHONPATH": fleet.os.pathsep.join(fleet.PATHS)})

    killing = account.kill_one_at(len(texts) // fleet.INPUTS // 2)
    programs = {half: start(half) for half in "01"}
    killing.join()
    while all(each.poll() in {None, 0} for each in programs.values()):
        pass
    again = next(half for half, each in programs.items() if each.poll() not in {None, 0})
    programs[again] = start(again)
    assert [each.wait(200) for each in programs.values()] == [0, 0]
    account.check(texts, killed=1, batches=4)
    progress = sum_progress(tmp_path, total=len(texts))
    assert (progress.done, progress.failed, progress.seconds_left) == (len(texts), 0, 0.0)


def test_a_failed_text_is_a_row_with_its_error_and_null_is_null(account):
    rows = daft.from_pydict({"text": ["a", None, fleet.REFUSED]}).transform(Embed(**SIZE)).to_pylist()
    fleet.check_vectors(rows[:1])
    assert (rows[1]["embedding"], rows[1]["error_type"]) == (None, None)
    assert (rows[2]["embedding"], rows[2]["error_type"]) == (None, "TooManyInputsError")


def test_expressions_rows_and_columns_that_are_replaced(account):
    frame = daft.from_pydict({"n": [1, 2], "text": ["a", "b"]})
    account.ask("forget")
    asked = frame.with_column("result", Embed(**SIZE)(daft.col("text")))
    fleet.check_vectors([{"text": row["text"], **row["result"]} for row in asked.to_pylist()])
    assert account.ask("count") == 1
    task = Map(
        lambda row: calls.embeddings.create(model="mistral-embed", inputs=[row["text"]] * row["n"]),
        output="n",
        value=lambda answer: len(answer.data),
        dtype=daft.DataType.int64().to_arrow_dtype(),
    )
    assert [row["n"] for row in frame.transform(task).to_pylist()] == [1, 2]


def test_a_frame_without_the_column_is_told_its_names(account):
    with pytest.raises(ConfigurationError, match="no column 'body'"):
        daft.from_pydict({"text": ["a"]}).transform(Embed(column="body"))
