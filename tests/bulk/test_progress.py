"""Progress: true numbers, seldom and cheap, and a bar for the terminal."""

from __future__ import annotations

import io
import itertools
import time

import anyio
import pytest

from mistral_async import BackoffStrategy, Mistral, RetryConfig
from mistral_async.bulk import Progress, ProgressBar
from mistral_async.bulk._progress import ProgressCounter
from mistral_async.testing import FakeMistral


async def test_the_last_report_has_all_numbers(server, client):
    reports = []
    server.fail(429, operation="embeddings.create", times=1)
    texts = [*(f"text {n}" for n in range(99)), "x" * 40_000]
    results = await client.bulk.embed(texts, progress=reports.append, max_inputs_per_request=20)
    last = reports[-1]
    assert isinstance(last, Progress)
    assert last.finished
    assert not any(report.finished for report in reports[:-1])
    assert (last.done, last.failed, last.in_flight, last.total) == (99, 1, 0, 100)
    assert last.tokens == server.effects.total_tokens == sum(r.usage.total_tokens for r in results if r.ok)
    assert last.requests == len(server.requests)
    assert last.rejected == 1
    assert last.seconds_left == 0.0
    assert last.rate > 0


async def test_reports_are_seldom_and_come_while_the_work_goes_on(anyio_backend):
    async with FakeMistral(latency=0.01) as server, Mistral(server.api_key, server_url=server.url) as client:
        times, reports = [], []

        def told(progress):
            times.append(time.monotonic())
            reports.append(progress)

        source = (f"text {n}" for n in range(2000))
        await client.bulk.embed(
            source, progress=told, progress_every=0.05, max_inputs_per_request=20, concurrency=2, output_dimension=8
        )
    assert len(reports) >= 3
    assert all(later - earlier >= 0.045 for earlier, later in itertools.pairwise(times[:-1]))
    done = [report.done for report in reports]
    assert done == sorted(done)
    assert reports[0].total is None
    assert all(report.in_flight <= 8192 for report in reports)


async def test_a_listener_that_fails_ends_the_work(anyio_backend):
    # Rule 5 of pipeline.
    def fails(progress):
        raise LookupError("the screen is gone")

    async with FakeMistral(latency=0.02) as server, Mistral(server.api_key, server_url=server.url) as client:
        with pytest.raises(LookupError, match="the screen is gone"):
            await client.bulk.chat(
                (f"{n}" for n in range(500)),
                model="mistral-small-latest",
                progress=fails,
                progress_every=0.02,
                concurrency=2,
            )
        assert len(server.requests) < 100


async def test_the_last_report_comes_however_the_work_ends(client):
    reports = []

    async def fail():
        async with client.bulk.embed((f"{n}" for n in range(1000)), progress=reports.append) as results:
            await anext(results)
            raise KeyError

    with pytest.raises(KeyError):
        await fail()
    with anyio.move_on_after(0.01):
        async with client.bulk.embed((f"{n}" for n in range(1000)), progress=reports.append):
            await anyio.sleep(5)
    assert [report.finished for report in reports].count(True) == 2


async def test_rejected_requests_are_counted(anyio_backend):
    retry = RetryConfig(backoff=BackoffStrategy(initial_interval=5, max_interval=20))
    async with FakeMistral() as server:
        server.fail(429, times=3, operation="chat.complete")
        client = Mistral(server.api_key, server_url=server.url, retry_config=retry)
        async with client, client.bulk.chat(["a", "b"], model="mistral-small-latest", concurrency=1) as results:
            assert [result.ok async for result in results] == [True, True]
            assert results.progress.rejected == 3
            assert results.progress.requests == 5


def test_time_left_follows_the_recent_rate(monkeypatch):
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    counter = ProgressCounter(total=1000)
    for _ in range(60):
        now += 1.0
        counter.done += 10
        report = counter.report()
    assert report.rate == pytest.approx(10.0)
    assert report.seconds_left == pytest.approx(40.0)
    for _ in range(40):
        now += 1.0
        counter.done += 1
        report = counter.report()
    assert report.rate == pytest.approx(1.0, rel=0.3)
    assert report.seconds_left == pytest.approx(360 / report.rate)


def test_what_was_resumed_is_not_speed():
    counter = ProgressCounter(total=None)
    counter.done = counter.resumed = 1000
    assert counter.report().rate == 0.0
    assert counter.report().seconds_left is None


def test_a_bar_in_the_terminal(sync_client):
    rich = pytest.importorskip("rich.console")
    screen = io.StringIO()
    console = rich.Console(file=screen, force_terminal=True, width=150)
    texts = [f"{n}" for n in range(50)]
    sync_client.bulk.embed(texts, progress=ProgressBar("texts", console=console), output_dimension=8).collect()
    shown = screen.getvalue()
    assert "50/50" in shown
    assert "texts" in shown
    assert "tokens" in shown
