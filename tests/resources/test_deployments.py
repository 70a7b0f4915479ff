"""Deployments of workers: built, listed, changed, stopped, and their logs."""

from __future__ import annotations

import json

import pytest

from mistral_async import Mistral
from mistral_async.errors import ConflictError, NotFoundError
from mistral_async.models import DeploymentSecretBinding, DeploymentWorkerSpecInput
from mistral_async.testing import FakeMistral, VirtualClock

SPEC = DeploymentWorkerSpecInput(github_url="https://github.example/me/flows", revision="v1")


@pytest.fixture
async def clock(anyio_backend):
    return VirtualClock()


@pytest.fixture
async def server(clock):
    async with FakeMistral(clock=clock) as server:
        yield server


@pytest.fixture
async def deployments(server, clock):
    """A client's deployments, one of which runs."""
    async with Mistral(server.api_key, server_url=server.url) as client:
        made = await client.workflows.deployments.create_deployment(name="flows", spec=SPEC, hardened=True)
        assert (made.status.phase, made.spec.revision, made.spec.github_url) == ("building", "v1", SPEC.github_url)
        clock.advance(1)
        yield client.workflows.deployments


async def test_a_deployment_from_its_creation_to_its_end(deployments, server, clock):
    found = await deployments.get_deployment("flows")
    assert (found.is_active, found.worker_count, found.managed.status.phase) == (True, 1, "running")
    with pytest.raises(ConflictError):
        await deployments.create_deployment(name="flows", spec=SPEC)
    secret = DeploymentSecretBinding(env_var_name="A", reference="a")
    changes = {"spec": {"backend_spec": {"secrets": [secret]}}, "resources": {"replicas": 3}}
    changed = await deployments.update_deployment("flows", **changes)
    assert json.loads(server.requests[-1].body)["resources"] == {"replicas": 3}
    assert (changed.spec.revision, changed.spec.backend_spec.secrets, changed.status.phase) == (
        "v1",
        [secret],
        "building",
    )
    clock.advance(1)
    workers = await deployments.list_deployment_workers("flows", worker_status="active", limit=2).to_list()
    assert [worker.name for worker in workers] == ["flows-0", "flows-1", "flows-2"]
    assert (await deployments.stop_deployment("flows")).stopped
    assert await deployments.list_deployments().to_list() == []
    assert [each.name async for each in deployments.list_deployments(active_only=False)] == ["flows"]
    assert (await deployments.start_deployment("flows")).stopped is False
    assert (await deployments.restart_deployment("flows")).rollout_status == "building"
    await deployments.unharden_deployment(found.id)
    assert (await deployments.get_deployment("flows")).is_hardened is False
    assert (await deployments.get_deployment_archive("flows")).download_url is None
    await deployments.delete_deployment("flows")
    with pytest.raises(NotFoundError):
        await deployments.get_deployment("flows")


async def test_lists_page_by_page_in_an_order(deployments, clock):
    for name in "ab":
        await deployments.create_deployment(name=name, spec=SPEC)
        clock.advance(1)
    found = deployments.list_deployments(limit=2, order_by="created_at", order="asc")
    assert [each.name async for each in found] == ["flows", "a", "b"]
    assert [each.name async for each in deployments.list_deployments(is_hardened=True)] == ["flows"]


async def test_the_log_is_listed_and_streamed_on(deployments, clock):
    for _ in range(3):
        clock.advance(1)
        await deployments.restart_deployment("flows")
    await deployments.stop_deployment("flows")
    lines = await deployments.get_deployment_logs("flows", limit=2).to_list()
    assert [line.body for line in lines] == ["Build started", "Started", "Started", "Started", "Stopped"]
    runtime = deployments.get_deployment_logs("flows", log_type="runtime", order="desc")
    assert [line.body async for line in runtime] == ["Stopped"]
    later = deployments.get_deployment_logs("flows", after=lines[2].timestamp_datetime)
    assert len(await later.to_list()) == 3
    async with deployments.stream_deployment_logs("flows") as stream:
        first = await anext(stream)
        assert (first.body, first.timestamp_datetime) == ("Build started", lines[0].timestamp_datetime)
        assert [line.body async for line in stream] == ["Started", "Started", "Started", "Stopped"]
        assert stream.last_event_id == "4"
    async with deployments.stream_deployment_logs("flows", last_event_id="3") as stream:
        assert [line.body async for line in stream] == ["Stopped"]


def test_blocking(sync_client):
    deployments = sync_client.workflows.deployments
    deployments.create_deployment(name="flows", spec=SPEC)
    assert sync_client.with_response.workflows.deployments.get_deployment("flows").unknown_fields() == {}
    with deployments.stream_deployment_logs("flows") as stream:
        assert [line.body for line in stream] == ["Build started"]
        assert stream.last_event_id == "0"
