"""The official SDK's names for the encoding of payloads."""

from __future__ import annotations

import gc
import json

import httpx
import pytest
import zstandard
from pydantic import SecretStr

from mistral_async.compat import Mistral
from mistral_async.compat._hooks import workflow_encoding_hook as hooks
from mistral_async.compat._hooks.types import HookContext
from mistral_async.compat.extra import exceptions
from mistral_async.compat.extra.workflows import (
    BlobStorageConfig,
    ConnectorSlot,
    EncryptedStrField,
    PayloadCompressionConfig,
    PayloadEncryptionConfig,
    PayloadEncryptionMode,
    PayloadOffloadingConfig,
    StorageProvider,
    WorkflowEncodingConfig,
    ZstdCompressionConfig,
    configure_workflow_encoding,
    execute_with_connector_auth_async,
    generate_two_part_id,
)
from mistral_async.compat.extra.workflows.encoding import PayloadEncoder, _own, payload_encoder
from mistral_async.compat.extra.workflows.encoding.models import EncodedPayloadOptions, WorkflowContext
from mistral_async.compat.extra.workflows.encoding.payload_encoder import CompressedPayloadData
from mistral_async.payloads import ObjectStore

KEY = "0f" * 32


def config(mode=PayloadEncryptionMode.FULL, main_key=KEY, **more):
    return WorkflowEncodingConfig(
        payload_encryption=PayloadEncryptionConfig(mode=mode, main_key=SecretStr(main_key)), **more
    )


async def test_a_client_encodes_from_then_on(server):
    async with Mistral(api_key=server.api_key, server_url=server.url) as client:
        plain = await client.workflows.execute_workflow_async(
            workflow_identifier="echo", input={"a": 1}, wait_for_result=True
        )
        await configure_workflow_encoding(config(), client=client)
        assert server.requests[-1].path.endswith("/whoami")
        made = await client.workflows.execute_workflow_async(
            workflow_identifier="echo", input={"a": 1}, wait_for_result=True
        )
        events = await client.workflows.events.get_workflow_events_async(root_workflow_exec_id=made.execution_id)
        await configure_workflow_encoding(config(main_key="1e" * 32), client=client, namespace="n")
        with pytest.raises(exceptions.WorkflowPayloadEncryptionException):
            await client.workflows.executions.get_workflow_execution_async(execution_id=made.execution_id)
    assert plain.result == made.result == {"a": 1}
    assert events.events[0].attributes.input.value == {"a": 1}
    assert [b"encoded_input" in each.body for each in server.requests if each.path.endswith("/execute")] == [
        False,
        True,
    ]


def test_blocking_calls_are_encoded_too(threaded_server):
    with Mistral(api_key=threaded_server.api_key, server_url=threaded_server.url) as client:
        client.encode_workflows(_own.encoding_of(config(PayloadEncryptionMode.PARTIAL), "n"))
        secret = EncryptedStrField(data="s3cr3t")
        made = client.workflows.execute_workflow(workflow_identifier="echo", input={"a": secret}, wait_for_result=True)
    assert made.result == {"a": {"field_type": "__encrypted_str__", "data": "s3cr3t"}}
    assert b"s3cr3t" not in threaded_server.requests[-1].body


async def test_an_encoder_of_payloads(anyio_backend):
    compression = PayloadCompressionConfig(min_size_bytes=1, algorithm_config=ZstdCompressionConfig(level=5))
    encoder = PayloadEncoder(config(payload_compression=compression))
    encoded = await encoder.encode_network_input({"a": "x" * 500}, WorkflowContext(namespace="n", execution_id="e"))
    assert encoded.encoding_options == [EncodedPayloadOptions.COMPRESSED, EncodedPayloadOptions.ENCRYPTED]
    assert encoder.check_is_payload_encoded(encoded.model_dump(mode="json"))
    assert await encoder.decode_network_result(encoded.model_dump(mode="json")) == {"a": "x" * 500}
    data, steps = await encoder.encode_event_payload_content(b'{"b": 1}')
    assert json.loads(await encoder.decode_payload_content(data, steps)) == {"b": 1}
    payload = {"type": "json", "value": encoded.b64payload, "encoding_options": encoded.encoding_options}
    assert (await encoder.decode_event_payload(payload))["value"] == {"a": "x" * 500}
    assert not encoder.check_is_payload_encoded({"b64payload": "", "encoding_options": ["newer"]})


def test_settings_show_no_secret():
    given = config(payload_offloading={"storage_config": {"bucket_name": "b", "aws_secret_access_key": "s3cr3t"}})
    assert isinstance(given.payload_offloading.storage_config, BlobStorageConfig)
    assert given.payload_encryption.main_key.get_secret_value() == KEY
    assert not any(each in repr(given) for each in (KEY, "s3cr3t"))


@pytest.mark.parametrize(
    "given",
    [
        PayloadOffloadingConfig(),
        PayloadOffloadingConfig(storage_config=BlobStorageConfig()),
        PayloadOffloadingConfig(storage_config=BlobStorageConfig(storage_provider=StorageProvider.GCS)),
        PayloadOffloadingConfig(storage_config=BlobStorageConfig(storage_provider="azure", container_name="c")),
        PayloadOffloadingConfig(storage_config=BlobStorageConfig(storage_provider="ftp")),
        PayloadOffloadingConfig(storage_config=BlobStorageConfig(bucket_name="b", aws_access_key_id="a")),
    ],
)
def test_settings_without_a_store_are_refused(given):
    with pytest.raises(exceptions.WorkflowPayloadOffloadingException):
        _own.encoding_of(WorkflowEncodingConfig(payload_offloading=given))
    with pytest.raises(exceptions.WorkflowPayloadEncryptionException):
        _own.encoding_of(WorkflowEncodingConfig(payload_encryption=PayloadEncryptionConfig(mode="full")))


KEYS = {"aws_access_key_id": "a", "aws_secret_access_key": SecretStr("b")}
ACCOUNT = "AccountName=name;AccountKey=a2V5"
LOCAL = "http://127.0.0.1:10000/name"


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            {"bucket_name": "b", "region_name": "eu", "endpoint_url": "http://minio", **KEYS},
            {"bucket": "b", "region": "eu", "endpoint": "http://minio", "access_key_id": "a"},
        ),
        (
            {"storage_provider": "azure", "container_name": "c", "azure_connection_string": ACCOUNT},
            {"container_name": "c", "account_name": "name", "endpoint": "https://name.blob.core.windows.net"},
        ),
        (
            {
                "storage_provider": "azure",
                "container_name": "c",
                "azure_connection_string": f"{ACCOUNT};BlobEndpoint={LOCAL}",
            },
            {"endpoint": LOCAL},
        ),
        (
            {
                "storage_provider": "azure",
                "container_name": "c",
                "azure_storage_account_url": "https://name.blob.core.windows.net",
            },
            {"account_name": "name", "endpoint": "https://name.blob.core.windows.net"},
        ),
    ],
)
def test_stores_of_the_clouds_are_set_up(given, wanted):
    made = _own.store_of(BlobStorageConfig(**given))
    assert wanted.items() <= made._store.config.items()


def test_an_address_of_a_store_that_is_none_shows_no_password():
    url = "https://me:secret@host\u2100.com"
    given = BlobStorageConfig(storage_provider="azure", container_name="c", azure_storage_account_url=url)
    with pytest.raises(exceptions.WorkflowPayloadOffloadingException, match="is not a URL") as caught:
        _own.store_of(given)
    assert "secret" not in str(caught.value)


def test_ids_have_two_parts():
    assert generate_two_part_id("a", "b") == generate_two_part_id("a", "b")
    assert generate_two_part_id("a")[:32] == generate_two_part_id("a")[:32]
    assert len({generate_two_part_id(), generate_two_part_id()}) == 2


async def test_an_execution_with_connectors(server):
    seen = []

    async def sign_in(state):
        seen.append(state.connector_name)

    async with Mistral(api_key=server.api_key, server_url=server.url) as client:
        ended = await execute_with_connector_auth_async(
            client,
            "sign_in",
            {"a": 1},
            on_auth_required=sign_in,
            connectors=[ConnectorSlot(connector_name="gmail")],
            polling_interval=0.01,
        )
    assert (ended.status, ended.result, seen) == ("COMPLETED", {"a": 1}, ["gmail"])


def event(kind, execution, **attributes):
    """An event of an execution, or of one that it started."""
    return {
        "event_type": kind,
        "workflow_exec_id": execution,
        "root_workflow_exec_id": "root",
        "attributes": attributes,
    }


@pytest.mark.parametrize("status", ["COMPLETED", "TERMINATED"])
async def test_the_events_of_an_execution_that_has_ended_are_followed_to_the_last(status):
    """The first stream ends with a child's end; an execution that was terminated has no last event."""
    sign_in = {"connector_name": "gmail", "connector_id": "g", "auth_url": "https://a.example"}
    payload = {"type": "json", "value": sign_in}
    log = [
        event("WORKFLOW_EXECUTION_COMPLETED", "child", task_id="t", result={"type": "json", "value": None}),
        event("CUSTOM_TASK_STARTED", "other", custom_task_id="c", custom_task_type="connector_auth", payload=payload),
        event("WORKFLOW_EXECUTION_COMPLETED", "root", task_id="t", result={"type": "json", "value": None}),
    ]
    starts, seen = [], []

    def handle(request):
        if request.url.path.endswith("/stream"):
            starts.append(int(request.url.params["start_seq"]))
            sent = [{"data": log[at], "broker_sequence": at} for at in range(starts[-1], 3 if starts[-1] else 1)]
            body = "".join(f"event: workflow.event\ndata: {json.dumps(each)}\n\n" for each in sent)
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)
        state = "RUNNING" if request.method == "POST" else status
        return httpx.Response(200, json={"workflow_name": "w", "execution_id": "root", "status": state})

    async def tell(state):
        seen.append(state.connector_name)

    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as http:
        client = Mistral(api_key="key", server_url="https://api.example", async_client=http)
        if status == "COMPLETED":
            ended = await execute_with_connector_auth_async(client, "w", on_auth_required=tell)
            assert (ended.status, seen, starts) == ("COMPLETED", ["gmail"], [0, 1])
        else:
            with pytest.raises(RuntimeError, match="TERMINATED"):
                await execute_with_connector_auth_async(client, "w", on_auth_required=tell)
            assert (seen, starts) == ([], [0])


async def test_a_damaged_payload_is_an_error_of_zstandard_too():
    damaged = CompressedPayloadData.from_payload(b"damaged", ZstdCompressionConfig(level=3)).to_msgpack()
    encoder = PayloadEncoder(WorkflowEncodingConfig())
    for kind in (zstandard.ZstdError, exceptions.WorkflowPayloadCompressionException):
        with pytest.raises(kind, match="damaged"):
            await encoder.decode_payload_content(damaged, ["compressed"])


class Blobs:
    """A store with the official SDK's methods."""

    def __init__(self):
        self.kept = {}

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def upload_blob(self, key, content):
        self.kept[key] = content

    async def get_blob(self, key):
        return self.kept[key]

    async def get_blob_properties(self, key):
        return {} if key in self.kept else None


async def test_a_store_that_is_replaced_is_asked(monkeypatch, anyio_backend):
    blobs = Blobs()
    monkeypatch.setattr(payload_encoder, "get_blob_storage", lambda _: blobs)
    store = BlobStorageConfig(storage_provider=StorageProvider.S3, bucket_name="b", prefix="p")
    offloading = PayloadOffloadingConfig(min_size_bytes=1, storage_config=store)
    encoder = PayloadEncoder(config(payload_offloading=offloading))
    context = WorkflowContext(namespace="n", execution_id="e")
    for _ in range(2):
        encoded = await encoder.encode_network_input({"a": 1}, context)
    assert len(blobs.kept) == 1
    assert await encoder.decode_network_result(encoded.model_dump()) == {"a": 1}


async def test_a_store_with_the_official_methods(anyio_backend, monkeypatch):
    memory = pytest.importorskip("obstore.store").MemoryStore()
    monkeypatch.setattr(_own, "store_of", lambda _: ObjectStore(memory))
    async with payload_encoder.get_blob_storage(BlobStorageConfig(bucket_name="b")) as storage:
        assert not await storage.blob_exists("k")
        assert await storage.upload_blob("k", b"v") == "k"
        assert await storage.blob_exists("k")
        assert await storage.get_blob("k") == b"v"


def test_a_compressed_payload_by_itself():
    level = ZstdCompressionConfig(level=22)
    payload = CompressedPayloadData.from_payload(b"bytes", level)
    read = CompressedPayloadData.from_msgpack(payload.to_msgpack())
    assert (read.get_payload(), read.compression) == (b"bytes", level)
    assert level.model_dump() == {"algorithm": "zstd", "level": 22}
    with pytest.raises(exceptions.WorkflowPayloadCompressionException):
        CompressedPayloadData.from_msgpack(b"bytes")


def hooked(client, operation_id):
    return HookContext(client.sdk_configuration, "https://api.test", operation_id, None, None, None, None)


async def test_the_hook_encodes_and_decodes_messages_of_httpx(anyio_backend):
    client = Mistral("key")
    hook, url = hooks.WorkflowEncodingHook(), "https://api.test/v1/workflows/w/execute"
    request = httpx.Request("POST", url, json={"input": {"a": 1}})
    context = hooked(client, hooks.EXECUTE_WORKFLOW_OPERATION_ID)
    assert hook.before_request(context, request) is request
    hooks.configure_workflow_encoding(config(), "n", client.sdk_configuration)
    sent = hook.before_request(context, request)
    body = json.loads(sent.content)
    assert body["encoded_input"]["encoding_options"] == ["encrypted"]
    assert int(sent.headers["content-length"]) == len(sent.content)
    answer = httpx.Response(200, json={"result": body["encoded_input"]}, request=request)
    assert hook.after_success(context, answer).json() == {"result": {"a": 1}}
    other = hooked(client, "list_executions_v1_workflows__workflow_identifier__executions_get")
    assert hook.after_success(other, answer) is answer
    with pytest.raises(ValueError, match="no schedule object"):
        hook.before_request(hooked(client, hooks.SCHEDULE_WORKFLOW_OPERATION_ID), request)
    key = vars(client.sdk_configuration)[hooks._ENCODING_CONFIG_ID_ATTR]
    assert hooks._workflow_configs[key].namespace == "n"
    del client, context, other
    gc.collect()
    assert key not in hooks._workflow_configs
