"""A recorded batch, replayed from a socket: an inline job whose outputs come with its state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mistral_async import calls

RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded" / "traffic.jsonl"
ROWS = [json.loads(line) for line in RECORDED.read_text().splitlines()] if RECORDED.exists() else []
BATCH = [row for row in ROWS if row["path"].startswith("/v1/batch/jobs")]
HOP = {"transfer-encoding", "content-length", "connection"}


@pytest.mark.skipif(not BATCH, reason="the recordings are not part of the project")
async def test_a_recorded_batch(client, server, poll, pauses):
    for row in BATCH:
        headers = {name: value for name, value in row["response_headers"].items() if name not in HOP}
        name = "batch.jobs.create" if row["method"] == "POST" else "batch.jobs.get"
        server.reply(name, status=row["status"], body=row["response_body"].encode(), headers=headers)
    sent = BATCH[0]["request_body"]
    todo = [
        calls.chat.complete(model=sent["model"], messages=request["body"]["messages"]) for request in sent["requests"]
    ]
    async with client.batch.run(todo, poll=poll, ordered=True) as results:
        got = [result async for result in results]
        (job,) = results.progress.jobs
    assert [result.unwrap().choices[0].message.content for result in got] == ["4", "Jupiter"]
    assert [result.usage.total_tokens for result in got] == [29, 30]
    assert job.status == "SUCCESS"
    assert len(pauses) == 2
    created = next(request.json() for request in server.requests if request.method == "POST")
    assert created["model"] == sent["model"]
    assert [row["custom_id"] for row in created["requests"]] == [row["custom_id"] for row in sent["requests"]]
    assert [row["body"]["messages"] for row in created["requests"]] == [
        row["body"]["messages"] for row in sent["requests"]
    ]
