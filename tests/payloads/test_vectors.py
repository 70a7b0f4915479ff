"""The official SDK's own bytes: `vectors.json` was made by running it (`tests/payloads/vectors.py`)."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import httpx
import pytest

from mistral_async import Mistral
from mistral_async.payloads import PayloadCompression, PayloadEncryption, PayloadOffloading, WorkflowEncoding

NONCE = 12  # bytes
urandom = os.urandom
VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))


@pytest.fixture
def anyio_backend():
    return "asyncio"  # nothing here depends on the loop


class Blobs(dict[str, bytes]):
    exists, put = dict.__contains__, dict.__setitem__

    def get(self, key):
        return self[key]


def encoding(name, blobs=None):
    given = VECTORS["settings"][name]
    keys = {each: VECTORS["keys"][given[each]] for each in ("main_key", "secondary_key") if each in given}
    return WorkflowEncoding(
        encryption=PayloadEncryption(mode=given["mode"], **keys) if keys else None,
        compression=PayloadCompression(min_size_bytes=given["compression"]) if "compression" in given else None,
        offloading=PayloadOffloading(
            store=Blobs() if blobs is None else blobs,
            prefix=given.get("prefix", ""),
            min_size_bytes=given["offloading"],
        )
        if "offloading" in given
        else None,
        namespace=VECTORS["namespace"],
    )


def of_base64(blobs):
    return Blobs({key: base64.b64decode(content) for key, content in blobs.items()})


def named(cases):
    return [pytest.param(each, id=f"{number}-{each['settings']}") for number, each in enumerate(cases)]


def transport(answer, sent=None):
    def handle(request):
        if sent is not None:
            sent.append(json.loads(request.content))
        return httpx.Response(200, json=answer)

    return httpx.MockTransport(handle)


def method_of(client, name):
    for part in name.split("."):
        client = getattr(client, part)
    return client


@pytest.mark.parametrize("case", named(VECTORS["sent"]))
async def test_sends_what_the_official_client_sends(case, monkeypatch):
    nonces, sent, blobs = iter(case["nonces"]), [], Blobs()
    used = encoding(case["settings"], blobs)
    async with Mistral("key", transport=transport({}, sent), workflow_encoding=used) as client:
        monkeypatch.setattr(os, "urandom", lambda size: bytes.fromhex(next(nonces)) if size == NONCE else urandom(size))
        await method_of(client, case["call"])(**case["options"])
    assert {name: sent[0][name] for name in case["sent"]} == case["sent"]
    assert blobs == of_base64(case["blobs"])


@pytest.mark.parametrize("case", named(VECTORS["read"]))
async def test_reads_what_the_official_client_reads(case):
    used = encoding(case["settings"], of_base64(case["blobs"]))
    async with Mistral("key", transport=transport({"result": case["result"]}), workflow_encoding=used) as client:
        execution = await client.workflows.executions.get_workflow_execution("e")
    assert execution.result == case["read"]


@pytest.mark.parametrize("case", named(VECTORS["events"]))
async def test_reads_data_of_events_as_the_official_client_does(case):
    event = {"event_type": "ACTIVITY_TASK_STARTED", "attributes": {"input": case["data"]}}
    answer = transport({"events": [event], "next_cursor": None})
    async with Mistral("key", transport=answer, workflow_encoding=encoding(case["settings"])) as client:
        page = await client.with_response.workflows.events.get_workflow_events().page()
    assert page.json()["events"][0]["attributes"]["input"] == case["read"]
