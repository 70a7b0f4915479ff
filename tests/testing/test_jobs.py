"""Batch and fine-tuning jobs go through their states as the clock goes on, and leave files and models behind."""

from __future__ import annotations

import json

import pytest

from mistral_async.testing import FakeMistral, VirtualClock

MODEL = "mistral-small-latest"


def line(number, **body):
    messages = [{"role": "user", "content": f"What is {number} * 2? just the number"}]
    return {"custom_id": f"id-{number}", "body": {"messages": messages, **body}}


async def upload(http, lines, purpose="batch"):
    data = b"".join(json.dumps(each).encode() + b"\n" for each in lines)
    answer = await http.post("/v1/files", files={"file": ("in.jsonl", data)}, data={"purpose": purpose})
    return answer.json()["id"]


async def rows(http, file_id):
    return [json.loads(text) for text in (await http.get(f"/v1/files/{file_id}/content")).text.splitlines()]


async def test_a_job_of_a_file_succeeds_over_time(http, clock, server):
    file_id = await upload(http, [line(n) for n in range(1500)])
    body = {"endpoint": "/v1/chat/completions", "input_files": [file_id], "model": MODEL, "metadata": {"k": "v"}}
    job = (await http.post("/v1/batch/jobs", json=body)).json()
    assert (job["status"], job["total_requests"], job["errors"], job["started_at"]) == ("QUEUED", 0, [], None)
    url = f"/v1/batch/jobs/{job['id']}"
    assert (await http.get(url)).json()["status"] == "QUEUED"
    clock.advance(0.7)
    running = (await http.get(url)).json()
    assert (running["status"], running["total_requests"], running["completed_requests"]) == ("RUNNING", 1500, 500)
    clock.advance(1.0)
    done = (await http.get(url)).json()
    assert (done["status"], done["succeeded_requests"], done["outputs"], done["error_file"]) == (
        "SUCCESS",
        1500,
        None,
        None,
    )
    results = await rows(http, done["output_file"])
    assert [row["custom_id"] for row in results] == [f"id-{n}" for n in range(1500)]
    assert results[21]["response"]["body"]["choices"][0]["message"]["content"] == "42"
    assert server.effects["batch:chat.complete"] == 1500
    listed = (await http.get("/v1/batch/jobs", params={"status": "SUCCESS", "metadata": '{"k":"v"}'})).json()
    assert [each["id"] for each in listed["data"]] == [job["id"]]


async def test_inline_jobs_give_their_outputs_inline(http, clock):
    body = {"endpoint": "/v1/chat/completions", "requests": [line(1), line(2)], "model": MODEL}
    job = (await http.post("/v1/batch/jobs", json=body)).json()
    clock.advance(1)
    done = (await http.get(f"/v1/batch/jobs/{job['id']}")).json()
    assert [row["custom_id"] for row in done["outputs"]] == ["id-1", "id-2"]
    assert len(await rows(http, done["output_file"])) == 2


async def test_bad_lines_end_in_the_error_file(http, clock, server):
    lines = [line(1), line(2, nonsense=True), {"custom_id": "no-body"}, line(3, model="no-such-model")]
    file_id = await upload(http, lines)
    job = (
        await http.post(
            "/v1/batch/jobs", json={"endpoint": "/v1/chat/completions", "input_files": [file_id], "model": MODEL}
        )
    ).json()
    clock.advance(1)
    done = (await http.get(f"/v1/batch/jobs/{job['id']}")).json()
    assert (done["status"], done["succeeded_requests"], done["failed_requests"]) == ("SUCCESS", 1, 3)
    errors = {row["custom_id"]: row["error"] for row in await rows(http, done["error_file"])}
    assert set(errors) == {"id-2", "no-body", "id-3"}
    assert errors["id-3"]["code"] == "1500"
    assert sum(each["count"] for each in done["errors"]) == 3
    assert server.effects["batch:chat.complete"] == 1


async def test_cancelling_keeps_what_was_done(http, clock):
    file_id = await upload(http, [line(n) for n in range(1000)])
    job = (
        await http.post(
            "/v1/batch/jobs", json={"endpoint": "/v1/chat/completions", "input_files": [file_id], "model": MODEL}
        )
    ).json()
    url = f"/v1/batch/jobs/{job['id']}"
    clock.advance(0.3)
    assert (await http.delete(url)).status_code == 400
    assert (await http.post(f"{url}/cancel")).json()["status"] == "CANCELLATION_REQUESTED"
    cancelled = (await http.get(url)).json()
    assert (cancelled["status"], cancelled["completed_requests"]) == ("CANCELLED", 100)
    assert len(await rows(http, cancelled["output_file"])) == 100
    assert (await http.delete(url)).json() == {"id": job["id"], "object": "batch", "deleted": True}
    assert (await http.get(url)).status_code == 404


@pytest.mark.parametrize(("failures", "status"), [(1.0, "FAILED"), (0.5, "SUCCESS")])
async def test_failures_on_demand(anyio_backend_name, failures, status):
    import httpx

    clock = VirtualClock()
    async with (
        FakeMistral(clock=clock, batch_failures=failures, shuffle_batch=True) as server,
        httpx.AsyncClient(base_url=server.url, headers={"authorization": "Bearer test-key"}) as http,
    ):
        file_id = await upload(http, [line(n) for n in range(100)])
        body = {"endpoint": "/v1/chat/completions", "input_files": [file_id], "model": MODEL}
        job = (await http.post("/v1/batch/jobs", json=body)).json()
        clock.advance(1)
        done = (await http.get(f"/v1/batch/jobs/{job['id']}")).json()
        errors = await rows(http, done["error_file"])
    assert done["status"] == status
    assert done["failed_requests"] == len(errors) >= 30
    order = [row["custom_id"] for row in errors]
    assert order != sorted(order, key=lambda name: int(name[3:]))


async def test_a_job_that_takes_too_long_keeps_what_was_done(anyio_backend_name):
    import httpx

    clock = VirtualClock()
    async with (
        FakeMistral(clock=clock, batch_per_second=0.01) as server,
        httpx.AsyncClient(base_url=server.url, headers={"authorization": "Bearer test-key"}) as http,
    ):
        file_id = await upload(http, [line(n) for n in range(100)])
        body = {"endpoint": "/v1/chat/completions", "input_files": [file_id], "model": MODEL, "timeout_hours": 1}
        job = (await http.post("/v1/batch/jobs", json=body)).json()
        clock.advance(3601)
        done = (await http.get(f"/v1/batch/jobs/{job['id']}")).json()
    assert (done["status"], done["completed_requests"]) == ("TIMEOUT_EXCEEDED", 35)


async def test_results_expire(http, clock):
    body = {
        "endpoint": "/v1/embeddings",
        "requests": [{"custom_id": "a", "body": {"input": "x"}}],
        "model": "mistral-embed",
    }
    job = (await http.post("/v1/batch/jobs", json=body)).json()
    clock.advance(1)
    done = (await http.get(f"/v1/batch/jobs/{job['id']}")).json()
    clock.advance(31 * 24 * 3600)
    assert (await http.get(f"/v1/files/{done['output_file']}/content")).status_code == 404


async def test_fine_tuning_makes_a_model(http, clock):
    file_id = await upload(http, [{"messages": []}] * 3, purpose="fine-tune")
    body = {
        "model": "open-mistral-7b",
        "hyperparameters": {},
        "training_files": [{"file_id": file_id}],
        "suffix": "mine",
    }
    dry = (await http.post("/v1/fine_tuning/jobs", params={"dry_run": "true"}, json=body)).json()
    assert dry["object"] == "job.metadata"
    job = (await http.post("/v1/fine_tuning/jobs", json=body)).json()
    assert (job["status"], job["training_files"], job["job_type"]) == ("QUEUED", [file_id], "completion")
    url = f"/v1/fine_tuning/jobs/{job['id']}"
    seen = []
    for _ in range(12):
        seen.append((await http.get(url)).json()["status"])
        clock.advance(0.1)
    assert list(dict.fromkeys(seen)) == ["QUEUED", "VALIDATING", "VALIDATED", "RUNNING", "SUCCESS"]
    done = (await http.get(url)).json()
    assert done["checkpoints"][0]["step_number"] == 10
    name = done["fine_tuned_model"]
    assert name.startswith("ft:open-mistral-7b:mine:")
    assert (await http.get(f"/v1/models/{name}")).json()["type"] == "fine-tuned"
    assert (await http.patch(f"/v1/fine_tuning/models/{name}", json={"name": "n"})).json()["name"] == "n"
    assert (await http.post(f"/v1/fine_tuning/models/{name}/archive")).json()["archived"] is True
    assert (await http.delete(f"/v1/fine_tuning/models/{name}/archive")).json()["archived"] is False
    answer = await http.post(
        "/v1/chat/completions", json={"model": name, "messages": [{"role": "user", "content": "hi"}]}
    )
    assert answer.json()["model"] == name
    assert (await http.delete(f"/v1/models/{name}")).json()["deleted"] is True
    assert (await http.delete("/v1/models/mistral-embed")).status_code == 403


async def test_a_job_without_auto_start_waits_to_be_started(http, clock):
    body = {"model": "open-mistral-7b", "hyperparameters": {}, "auto_start": False}
    url = f"/v1/fine_tuning/jobs/{(await http.post('/v1/fine_tuning/jobs', json=body)).json()['id']}"
    clock.advance(10)
    assert (await http.get(url)).json()["status"] == "VALIDATED"
    await http.post(f"{url}/start")
    clock.advance(0.2)
    assert (await http.get(url)).json()["status"] == "RUNNING"
    cancelled = (await http.post(f"{url}/cancel")).json()
    assert cancelled["status"] == "CANCELLED"
    clock.advance(10)
    assert (await http.get(url)).json()["status"] == "CANCELLED"
    assert (await http.get("/v1/fine_tuning/jobs", params={"status": "CANCELLED"})).json()["total"] == 1


async def test_a_trained_classifier_classifies_by_its_labels(http, clock):
    target = {"name": "colour", "labels": ["red", "blue"]}
    body = {
        "model": "ministral-3b-latest",
        "hyperparameters": {},
        "job_type": "classifier",
        "classifier_targets": [target],
    }
    job = (await http.post("/v1/fine_tuning/jobs", json=body)).json()
    clock.advance(2)
    name = (await http.get(f"/v1/fine_tuning/jobs/{job['id']}")).json()["fine_tuned_model"]
    answer = (await http.post("/v1/classifications", json={"model": name, "input": ["a blue car"]})).json()
    scores = answer["results"][0]["colour"]["scores"]
    assert scores["blue"] > 0.8
    assert sum(scores.values()) == pytest.approx(1)
