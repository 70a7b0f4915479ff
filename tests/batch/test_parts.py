"""The sans-I/O pieces: lines cut, put in order, named, and the file that keeps a run."""

from __future__ import annotations

import errno
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mistral_async._results.poll import Poll
from mistral_async.batch._job_monitor import is_ended
from mistral_async.batch._lines import LineSplitter
from mistral_async.batch._reorder_buffer import ReorderBuffer
from mistral_async.batch._rows import Line
from mistral_async.batch._run import BatchLimits, Part, RunRecord, custom_id, parse_custom_id
from mistral_async.batch._run_file import RunFile
from mistral_async.bulk import CheckpointError
from mistral_async.models import BatchJob


@given(st.binary(max_size=60).map(lambda text: text.replace(b"\r", b"\n")), st.data())
def test_lines_do_not_depend_on_how_the_bytes_are_cut(text, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    cutter, found = LineSplitter(), []
    for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True):
        found += cutter.feed(text[a:b])
    found += cutter.close()
    assert found == [line for line in text.split(b"\n") if line.strip()]


@given(st.permutations(range(12)), st.data())
def test_the_sorter_gives_every_line_once_in_order(order, data):
    with tempfile.TemporaryDirectory() as directory:
        given_out = []
        with closing(ReorderBuffer(12, Path(directory))) as sorter:
            while order:
                count = data.draw(st.integers(1, len(order)))
                some, order = order[:count], order[count:]
                given_out += sorter.take([Line(i, None, b'{"custom_id":"%d"}' % i, i % 3 - 1) for i in some])
                while sorter.is_waiting:
                    given_out += sorter.read()
        assert [(line.index, line.part) for line in given_out] == [(i, i % 3 - 1) for i in range(12)]
        assert not list(Path(directory).iterdir())


@given(st.integers(0, 99), st.none() | st.text())
def test_ids_say_where_they_belong(index, name):
    assert parse_custom_id(custom_id(index, name), 100) == (index, name)


@pytest.mark.parametrize("given_id", ["", "-1", "100", "x", "1x", "None", "\u0661", "1.0", ":1"])
def test_ids_of_others_are_told_apart(given_id):
    assert parse_custom_id(given_id, 100) is None


@given(st.sets(st.integers(0, 40)))
def test_a_part_knows_its_calls(indexes):
    ranges = []
    for index in sorted(indexes):
        if ranges and ranges[-1][1] == index:
            ranges[-1] = (ranges[-1][0], index + 1)
        else:
            ranges.append((index, index + 1))
    part = Part(number=0, ranges=ranges, size=0, digest="")
    assert set(part.indexes()) == indexes
    assert part.count == len(indexes)
    assert {index for index in range(41) if index in part} == indexes


def test_a_run_survives_json():
    parts = [
        Part(number=0, ranges=[(0, 5)], size=3, digest="d", job="j"),
        Part(number=1, again=True, ranges=[(1, 2)], size=1, digest="e"),
    ]
    run = RunRecord(created=5.0, limits=BatchLimits(requests=7), metadata={"a": "b"}, total=5, parts=parts, named=True)
    assert RunRecord.read(run.to_json()) == run


def test_the_file_is_whole_at_any_moment(tmp_path):
    run_file = RunFile(tmp_path / "a")
    run_file.write(b'{"newer": 1}', 2)
    run_file.write(b'{"older": 1}', 1)
    assert (tmp_path / "a").read_bytes() == b'{"newer": 1}'
    with pytest.raises(CheckpointError, match="can not be written"):
        RunFile(tmp_path / "none" / "a").write(b"{}", 1)


def test_the_lock_is_nobody_s_after_its_release(tmp_path):
    one, other = RunFile(tmp_path / "a"), RunFile(tmp_path / "a")
    one.acquire()
    one.acquire()
    one.release()
    with pytest.raises(CheckpointError, match="in use"):
        other.acquire()
    one.release()
    one.release()
    other.acquire()
    other.release()
    assert not list(tmp_path.iterdir())


def test_a_lock_that_can_not_be_taken_is_nobody_s(tmp_path, monkeypatch):
    def flock(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(CheckpointError, match=r"its lock can not be taken: .*No locks available"):
        RunFile(tmp_path / "a").acquire()


def test_states_that_nobody_knows_yet():
    assert not is_ended(BatchJob(status="PAUSED"))
    assert is_ended(BatchJob(status="EXPLODED", completed_at=5))
    assert not is_ended(BatchJob(status="RUNNING", completed_at=5))


@pytest.mark.parametrize("wrong", [{"initial": 0}, {"maximum": 1}, {"factor": 0.5}, {"patience": -1}])
def test_polls_that_never_pause_are_refused(wrong):
    with pytest.raises(ValueError, match="a Poll needs"):
        Poll(**wrong)
