"""Payloads both ways between this package and the official SDK, where that is installed with its extras."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path

import msgspec
import pytest

from mistral_async import SyncMistral
from mistral_async.payloads import PayloadCompression, PayloadEncryption, PayloadOffloading, WorkflowEncoding
from mistral_async.testing import FakeMistral

pytest.importorskip("mistralai.extra.workflows", reason="the official SDK is not installed")
pytest.importorskip("zstandard", reason="the official SDK's extra workflow-payload-compression is not installed")
pytest.importorskip("msgpack", reason="the official SDK's extra workflow-payload-compression is not installed")

from mistralai.client import Mistral as Official
from mistralai.extra.workflows import configure_workflow_encoding
from mistralai.extra.workflows.encoding import PayloadEncoder
from mistralai.extra.workflows.encoding.models import WorkflowContext

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the official client's methods
TOOL = Path(__file__).with_name("vectors.py")


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("payload_vectors", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.INPUTS["very large"] = {"text": "é" * 300_000, "token": module.secret("é")}
    module.INPUTS["text"] = "text"
    return module


class Blobs(dict[str, bytes]):
    exists, put = dict.__contains__, dict.__setitem__

    def get(self, key):
        return self[key]


def own(tool, name, blobs):
    given = tool.SETTINGS[name]
    keys = {each: tool.KEYS[given[each]] for each in ("main_key", "secondary_key") if each in given}
    offloading = {"prefix": given.get("prefix", ""), "min_size_bytes": given.get("offloading", 0)}
    return WorkflowEncoding(
        encryption=PayloadEncryption(mode=given["mode"], **keys) if keys else None,
        compression=PayloadCompression(min_size_bytes=given["compression"]) if "compression" in given else None,
        offloading=PayloadOffloading(store=blobs, **offloading) if "offloading" in given else None,
        namespace=tool.NAMESPACE,
    )


SETTINGS = ["none", "full", "partial", "compression", "offloading, full", "all, full", "all, partial"]


@pytest.mark.parametrize("settings", SETTINGS)
def test_payloads_go_both_ways(tool, settings):
    blobs, store = Blobs(), tool.Store(tool.SETTINGS[settings].get("prefix") or "")
    store.blobs = blobs
    ours, theirs = own(tool, settings, blobs), PayloadEncoder(tool.config(tool.SETTINGS[settings]))
    context = WorkflowContext(namespace=tool.NAMESPACE, execution_id="e")

    async def both(value):
        mine = await ours.encode(value, execution_id="e")
        assert await theirs.decode_network_result(mine) == value
        encoded = (await theirs.encode_network_input(value, context)).model_dump(mode="json")
        assert await ours.decode(encoded) == value
        assert encoded["encoding_options"] == mine["encoding_options"]

    for value in tool.INPUTS.values():
        with tool.fixed(settings, store):
            asyncio.run(both(value))


@pytest.mark.parametrize("settings", ["full", "partial", "compression"])
def test_clients_read_each_other(tool, settings):
    given = tool.INPUTS["marked"]
    with (
        FakeMistral() as server,
        SyncMistral(server.api_key, server_url=server.url, workflow_encoding=own(tool, settings, Blobs())) as mine,
        Official(api_key=server.api_key, server_url=server.url) as official,
    ):
        config = tool.config(tool.SETTINGS[settings])
        asyncio.run(configure_workflow_encoding(config, client=official, namespace=tool.NAMESPACE))
        made = mine.workflows.execute_workflow("echo", input=given, wait_for_result=True)
        theirs = official.workflows.execute_workflow(workflow_identifier="echo", input=given, wait_for_result=True)
        found = official.workflows.executions.get_workflow_execution(execution_id=made.execution_id)
        assert made.result == theirs.result == found.result == given
        assert mine.workflows.executions.get_workflow_execution(theirs.execution_id).result == given
        for client in (mine, official):
            client.workflows.schedules.schedule_workflow(workflow_identifier="echo", schedule={"input": given})
        ours, others = (json.loads(each.body)["schedule"]["input"] for each in server.requests[-2:])
        assert ours["input_hash"] == others["input_hash"]
        listed = official.workflows.schedules.get_schedules().result.schedules
        assert [each.input for each in listed] == [each.input for each in mine.workflows.schedules.get_schedules()]
        events = official.workflows.events.get_workflow_events(root_workflow_exec_id=made.execution_id).events
        for theirs, own_event in zip(
            events, mine.workflows.events.get_workflow_events(root_workflow_exec_id=made.execution_id), strict=True
        ):
            payload = getattr(own_event.attributes, "input", None) or own_event.attributes.result
            other = getattr(theirs.attributes, "input", None) or theirs.attributes.result
            assert msgspec.to_builtins(payload.value) == other.value


def test_the_vectors_are_those_of_this_version(tool):
    kept = json.loads(tool.TARGET.read_text(encoding="utf-8"))
    for number, case in enumerate(tool.SENT):
        assert json.loads(json.dumps(tool.sent_case(*case))) == kept["sent"][number]
