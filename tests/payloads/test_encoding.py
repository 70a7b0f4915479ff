"""Payloads of workflows on their way: requests, answers, events and schedules, in all forms of the client."""

from __future__ import annotations

import json
import logging
import pickle
import threading
from functools import partial

import anyio
import httpx
import msgspec
import pytest
from obstore.store import MemoryStore

from mistral_async import Mistral, SyncMistral, calls
from mistral_async.errors import (
    APITimeoutError,
    ConfigurationError,
    PayloadEncryptionError,
    PayloadError,
    PayloadOffloadingError,
    ServerError,
)
from mistral_async.models import NetworkEncodedInput, PartialScheduleDefinition
from mistral_async.payloads import (
    EncryptedStrField,
    ObjectStore,
    PayloadCompression,
    PayloadEncryption,
    PayloadOffloading,
    WorkflowEncoding,
)
from mistral_async.testing import Stall

KEY, OTHER_KEY = "0f" * 32, "1e" * 32
SECRET = "the secret of the input"


def encryption(mode="full", main_key=KEY, **more):
    return PayloadEncryption(mode=mode, main_key=main_key, **more)


def encrypted(mode="full", main_key=KEY, **more):
    return WorkflowEncoding(encryption=encryption(mode, main_key), **more)


def everything(mode="full"):
    return WorkflowEncoding(
        encryption=encryption(mode),
        compression=PayloadCompression(min_size_bytes=1),
        offloading=PayloadOffloading(store=ObjectStore(MemoryStore()), min_size_bytes=1),
    )


@pytest.fixture
def given():
    return {"token": EncryptedStrField(data=SECRET), "text": "x" * 200}


READ = {"token": {"field_type": "__encrypted_str__", "data": SECRET}, "text": "x" * 200}


@pytest.fixture(params=[encrypted, lambda: everything("partial")], ids=["full", "everything"])
def encoding(request):
    return request.param()


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param


def no_secret_in(requests):
    return not any(SECRET.encode() in request.body for request in requests)


async def test_inputs_and_results_of_executions_are_encoded_on_their_way(client, server, encoding, given):
    workflows = client.with_options(workflow_encoding=encoding).workflows
    made = await workflows.execute_workflow("echo", input=given, wait_for_result=True)
    found = await workflows.executions.get_workflow_execution(made.execution_id)
    assert made.result == found.result == READ
    plain = (await client.workflows.executions.get_workflow_execution(made.execution_id)).result
    assert plain.keys() >= {"b64payload", "encoding_options"}
    assert no_secret_in(server.requests)
    assert len(made.execution_id) == 64


async def test_signals_queries_and_updates_are_encoded(client, server, encoding, given):
    workflows = client.with_options(workflow_encoding=encoding).workflows
    started = await workflows.execute_workflow("approval", input={"n": 1}, execution_id="mine")
    queried = await workflows.executions.query_workflow_execution("mine", name="q", input=given)
    updated = await workflows.executions.update_workflow_execution("mine", name="u", input=given)
    await workflows.executions.signal_workflow_execution("mine", name="approve", input=given)
    ended = await workflows.wait_for_workflow_completion("mine", polling_interval=0.01)
    assert started.execution_id == "mine"
    assert queried.result == updated.result == ended.result == READ
    assert no_secret_in(server.requests)


def test_the_blocking_client_encodes(threaded_server, given):
    with SyncMistral(threaded_server.api_key, server_url=threaded_server.url, workflow_encoding=everything()) as client:
        assert client.workflows.execute_workflow_and_wait("echo", input=given, polling_interval=0.01) == READ
        made = client.with_response.workflows.execute_workflow("echo", input=given, wait_for_result=True)
        with client.workflows.executions.stream(made.data.execution_id) as stream:
            event = next(iter(stream))
    assert made.json()["result"] == made.data.result == event.data.attributes.input.value == READ
    assert no_secret_in(threaded_server.requests)


def recording(answer=None, status=200):
    """Return a transport in memory, and the bodies that it is sent."""
    sent = []

    def handle(request):
        sent.append(json.loads(request.content or b"null"))
        return httpx.Response(status, json=answer or {})

    return httpx.MockTransport(handle), sent


async def test_requests_as_values_are_encoded_when_they_are_performed(client, server, given):
    view = client.with_options(workflow_encoding=encrypted())
    call = calls.workflows.execute_workflow("echo", input=given, wait_for_result=True)
    answers = [(await view.send(call)).data.result for _ in range(2)]
    async with view.bulk.map([call]) as results:
        answers += [result.value.result async for result in results]
    assert answers == [READ] * 3
    assert call.json["input"] == given
    assert no_secret_in(server.requests)


@pytest.mark.parametrize(
    "route",
    [("/v1/workflows/{}/execute", "echo"), ("/v1/workflows/echo/execute",), ("/v1//workflows/echo/execut%65/",)],
    ids=str,
)
async def test_requests_of_any_kind_are_known_by_their_path(anyio_backend, given, route):
    transport, sent = recording()
    async with Mistral("key", transport=transport, workflow_encoding=encrypted()) as client:
        await client.request("POST", *route, json={"input": given})
    assert sent[0]["input"] is None
    assert sent[0]["encoded_input"]["encoding_options"] == ["encrypted"]


@pytest.mark.parametrize(
    "route", ["/v1/workflows%2Fecho/execute", "/v1/workflows/echo%2Fexecute", "/v1/workflows/registrations%5Ce/execute"]
)
async def test_a_path_is_known_however_its_slashes_are_written(anyio_backend, given, route):
    transport, sent = recording()
    async with Mistral("key", transport=transport, workflow_encoding=encrypted()) as client:
        await client.request("POST", route, json={"input": given})
    assert (sent[0]["input"], SECRET in json.dumps(sent)) == (None, False)


@pytest.mark.parametrize(
    "route",
    [
        "/v1/workflows/./echo/execute",
        "/v1/workflows/echo/execute/.",
        "/v1/x/../workflows/echo/execute",
        "/v1/workflows/x/%2E%2e/echo/execute",
        "/v1/workflows/x%2F..%2Fecho/execute",
        "/v1//workflows//%2e//echo/execute",
    ],
)
async def test_a_path_that_may_lead_elsewhere_is_refused(anyio_backend, given, route):
    transport, sent = recording()
    async with Mistral("key", transport=transport, workflow_encoding=encrypted()) as client:
        with pytest.raises(PayloadError, match=r"no segments `\.` and `\.\.`"):
            await client.request("POST", route, json={"input": given})
        await client.request("POST", "/v1/x/../files", json={"a": 1})
        await client.request("POST", "/v1/workflows/{}/echo", "a.b..c", json={"a": 1})
    assert sent == [{"a": 1}] * 2


async def test_an_extra_body_is_encoded_too(anyio_backend, given):
    transport, sent = recording()
    async with Mistral("key", transport=transport, workflow_encoding=encrypted()) as client:
        await client.with_options(extra_body={"input": given, "more": 1}).workflows.execute_workflow("w", input=1)
        await client.with_options(extra_body={"more": 1}).workflows.get_workflows(limit=1).page()
    assert SECRET not in json.dumps(sent)
    assert sent[0]["input"] is None
    assert (sent[0]["more"], sent[1]) == (1, {"more": 1})


async def test_what_is_none_or_encoded_already_is_sent_as_it_is(anyio_backend):
    transport, sent = recording()
    done = NetworkEncodedInput(b64payload="e30=", encoding_options=["encrypted"])
    async with Mistral("key", transport=transport, workflow_encoding=encrypted()) as client:
        await client.workflows.execute_workflow("w")
        await client.workflows.executions.signal_workflow_execution("e", name="n", input=done)
        await client.workflows.schedules.update_schedule("s", schedule={"cron_expressions": ["* * * * *"]})
    assert sent[0].keys() == {"traceparent"}
    assert sent[1:] == [
        {"name": "n", "input": {"b64payload": "e30=", "encoding_options": ["encrypted"]}},
        {"schedule": {"cron_expressions": ["* * * * *"]}},
    ]


@pytest.mark.parametrize("schedule", [PartialScheduleDefinition, dict])
async def test_the_input_of_a_schedule_that_is_encoded_already_is_sent_as_it_is(anyio_backend, schedule):
    transport, sent = recording()
    done = NetworkEncodedInput(b64payload="e30=", encoding_options=["encrypted"])
    async with Mistral("key", transport=transport, workflow_encoding=encrypted()) as client:
        await client.workflows.schedules.update_schedule("s", schedule=schedule(input=done))
        await client.workflows.schedules.update_schedule("s", schedule=schedule(input={"n": 1}))
    given, own = (each["schedule"]["input"] for each in sent)
    assert given == {"b64payload": "e30=", "encoding_options": ["encrypted"]}
    assert (await encrypted().decode(given | own)) == {"n": 1}


@pytest.mark.parametrize(
    "number", [b"1" * 5000, b"no json", b"[" * 100_000 + b"]" * 100_000], ids=["long", "no json", "deep"]
)
async def test_what_can_not_be_looked_through_is_not_sent(anyio_backend, number):
    transport, sent = recording()
    async with Mistral("key", transport=transport, workflow_encoding=encrypted("partial")) as client:
        with pytest.raises(PayloadEncryptionError):
            await client.workflows.execute_workflow(
                "w", input={"t": EncryptedStrField(data=SECRET), "n": msgspec.Raw(number)}
            )
        with pytest.raises(PayloadEncryptionError):
            await client.workflows.schedules.schedule_workflow(
                workflow_identifier="w", schedule={"input": msgspec.Raw(number)}
            )
    assert not sent


async def test_partial_encryption_leaves_the_rest_readable(anyio_backend, given):
    transport, sent = recording()
    async with Mistral("key", transport=transport, workflow_encoding=encrypted("partial")) as client:
        await client.workflows.execute_workflow("w", input=given)
        await client.workflows.execute_workflow("w", input={"text": "nothing is marked"})
    first, second = (each["encoded_input"] for each in sent)
    shown = await WorkflowEncoding().decode({**first, "encoding_options": []})
    assert (first["encoding_options"], shown["text"]) == (["encrypted-partial"], READ["text"])
    assert shown["token"]["data"] != SECRET
    assert second["encoding_options"] == []
    assert await WorkflowEncoding().decode(second) == {"text": "nothing is marked"}


def compressed(mode):
    return encrypted(mode, compression=PayloadCompression(min_size_bytes=1))


REPEATED = {
    "full": encrypted,
    "partial": partial(encrypted, "partial"),
    "full, compressed": partial(compressed, "full"),
    "partial, compressed": partial(compressed, "partial"),
}


@pytest.mark.parametrize("make", REPEATED.values(), ids=REPEATED)
async def test_a_repeated_request_is_the_same_encrypted_anew(client, server, given, make):
    """Rule 1 of `_encoding`."""
    encoding = make()
    retrying = client.with_options(workflow_encoding=encoding)
    made = await client.workflows.execute_workflow("approval")
    server.fail(503, operation="workflows.executions.query_workflow_execution", times=2)
    await retrying.workflows.executions.query_workflow_execution(made.execution_id, name="n", input=given)
    sent = [json.loads(each.body) for each in server.requests if each.path.endswith("/queries")]
    inputs = [each.pop("input") for each in sent]
    assert len({each["b64payload"] for each in inputs}) == len(inputs) == 3
    assert [await encoding.decode(each) for each in inputs] == [READ] * 3
    assert sent[0] == sent[1] == sent[2]
    assert no_secret_in(server.requests)


@pytest.mark.parametrize("mode", ["full", "partial"])
async def test_a_repeated_request_has_the_execution_and_the_blob_of_the_first(client, server, store, given, mode):
    """Rule 1 of `_encoding`."""
    encoding = offloading(store, namespace="n", encryption=encryption(mode))
    server.fail(429, headers={"retry-after": "0"})
    retrying = client.with_options(workflow_encoding=encoding)
    made = await retrying.workflows.execute_workflow("echo", input=given, wait_for_result=True)
    assert made.result == READ
    first, second = (json.loads(each.body) for each in server.requests)
    assert first["execution_id"] == second["execution_id"] == made.execution_id
    assert (first["encoded_input"] != second["encoded_input"]) is (mode == "full")
    (_,) = store


class Failing(WorkflowEncoding):
    """Encodes, but not anew."""

    def reencoder(self, request):
        async def fail(body):
            raise PayloadError("it is nested too deeply")

        return fail


class Hanging(WorkflowEncoding):
    """Never ends to encode anew."""

    def reencoder(self, request):
        return lambda body: anyio.sleep_forever()


async def test_what_can_not_be_encrypted_anew_is_repeated_as_it_is(client, server, given):
    retrying = client.with_options(workflow_encoding=Failing(encryption=encryption()))
    server.fail(429, headers={"retry-after": "0"})
    await retrying.workflows.execute_workflow("echo", input=given)
    first, second = (each.body for each in server.requests)
    assert first == second


async def test_the_time_of_the_call_ends_the_encryption_anew(client, server, given):
    hanging = client.with_options(workflow_encoding=Hanging(encryption=encryption()), timeout=0.2)
    server.fail(429, headers={"retry-after": "0"})
    with anyio.fail_after(5), pytest.raises(APITimeoutError) as raised:
        await hanging.workflows.execute_workflow("echo", input=given)
    assert (raised.value.phase, raised.value.may_have_executed) == ("encode", False)
    assert [each.status for each in raised.value.attempts] == [429]
    assert len(server.requests) == 1


async def test_events_are_decoded_in_lists_and_streams(client, server, encoding, given):
    workflows = client.with_options(workflow_encoding=encoding).workflows
    made = await workflows.execute_workflow("echo", input=given, wait_for_result=True)
    listed = [each async for each in workflows.events.get_workflow_events(root_workflow_exec_id=made.execution_id)]
    async with workflows.executions.stream(made.execution_id) as stream:
        streamed = [event.data async for event in stream]
    async with workflows.events.get_stream_events(root_workflow_exec_id=made.execution_id) as stream:
        assert [event.data async for event in stream] == streamed == listed
    started, ended = listed[0].attributes.input, listed[-1].attributes.result
    assert (started.value, started.encoding_options) == (ended.value, ended.encoding_options) == (READ, [])


async def test_events_of_with_response_are_shown_decoded(client, server, given):
    view = client.with_options(workflow_encoding=encrypted())
    made = await view.workflows.execute_workflow("echo", input=given, wait_for_result=True)
    async with view.with_response.workflows.executions.stream(made.execution_id) as stream:
        event = await anext(stream)
        assert stream.json(event)["data"]["attributes"]["input"]["value"] == READ


async def test_a_key_that_does_not_fit_is_an_error_that_shows_nothing(client, server, given, caplog):
    made = await client.with_options(workflow_encoding=encrypted()).workflows.execute_workflow(
        "echo", input=given, wait_for_result=True
    )
    workflows = client.with_options(workflow_encoding=encrypted(main_key=OTHER_KEY)).workflows
    with pytest.raises(PayloadEncryptionError, match=r"executions/\{\}.*main_key does not decrypt it") as raised:
        await workflows.executions.get_workflow_execution(made.execution_id)
    assert raised.value.may_have_executed
    assert raised.value.attempts[-1].status == 200
    assert raised.value.request_id
    with pytest.raises(PayloadEncryptionError):
        await workflows.events.get_workflow_events().page()
    async with workflows.executions.stream(made.execution_id) as stream:
        with pytest.raises(PayloadEncryptionError):
            await anext(stream)
    with pytest.raises(PayloadEncryptionError, match="has no key"):
        await client.with_options(workflow_encoding=WorkflowEncoding()).workflows.executions.get_workflow_execution(
            made.execution_id
        )
    shown = f"{raised.value!r} {raised.value.__cause__!r} {caplog.text}"
    assert not any(each in shown for each in (SECRET, KEY, OTHER_KEY))


async def test_a_key_before_this_one_still_decrypts(client, server, given):
    made = await client.with_options(workflow_encoding=encrypted()).workflows.execute_workflow(
        "echo", input=given, wait_for_result=True
    )
    rotated = WorkflowEncoding(encryption=encryption(main_key=OTHER_KEY, secondary_key=KEY))
    workflows = client.with_options(workflow_encoding=rotated).workflows
    assert (await workflows.executions.get_workflow_execution(made.execution_id)).result == READ


async def test_events_of_others_can_be_kept(client, server, given, caplog):
    made = await client.with_options(workflow_encoding=encrypted()).workflows.execute_workflow(
        "echo", input=given, wait_for_result=True
    )
    keeping = encrypted(main_key=OTHER_KEY, keep_undecodable=True)
    with caplog.at_level(logging.WARNING, logger="mistral_async"):
        async with client.with_options(workflow_encoding=keeping).workflows.executions.stream(
            made.execution_id
        ) as stream:
            events = [event async for event in stream]
    assert events[0].data.attributes.input.encoding_options == ["encrypted"]
    assert "main_key does not decrypt it" in caplog.text


@pytest.mark.parametrize(
    "result",
    [
        {"b64payload": "not base64!", "foo": "bar"},
        {"b64payload": "//4=", "encoding_options": []},
        {"b64payload": "e30=", "encoding_options": ["a newer step"]},
        {"b64payload": 1},
        [{"b64payload": "e30="}],
        "text",
        None,
    ],
)
async def test_what_only_looks_encoded_is_left_as_it_is(anyio_backend, result):
    transport, _ = recording({"result": result, "execution_id": "e", "more": 12345678901234567890123})
    async with Mistral("key", transport=transport, workflow_encoding=encrypted()) as client:
        found = await client.with_response.workflows.executions.get_workflow_execution("e")
    assert found.data.result == result
    assert found.json()["more"] == 12345678901234567890123


class Listening(dict[str, bytes]):
    """A store that counts, and fails if it is told to."""

    def __init__(self):
        self.failure = None
        self.threads = set()

    def exists(self, key):
        self.threads.add(threading.current_thread())
        if self.failure is not None:
            raise self.failure
        return key in self

    def get(self, key):
        return self[key]

    def put(self, key, content):
        self[key] = content


@pytest.fixture
def store():
    return Listening()


def offloading(store, **more):
    return WorkflowEncoding(offloading=PayloadOffloading(store=store, min_size_bytes=100, prefix="team"), **more)


async def test_large_payloads_are_kept_in_the_store(client, server, store, given):
    workflows = client.with_options(workflow_encoding=offloading(store)).workflows
    await workflows.execute_workflow("echo", input="small", wait_for_result=True)
    assert not store
    assert not any(each.path.endswith("/whoami") for each in server.requests)
    for _ in range(2):
        made = await workflows.execute_workflow("echo", input=given, execution_id="an id/é", wait_for_result=True)
        assert made.result == READ
    (key,) = store  # equal contents are kept once
    namespace = (await client.workflows.workers.get_scheduler_namespace()).namespace
    assert key.startswith(f"team/temporal-payload/{namespace}/an%20id%2F%C3%A9/sha256:")
    assert [each.path.endswith("/whoami") for each in server.requests].count(True) == 2  # one is this test's
    assert threading.current_thread() not in store.threads
    assert no_secret_in(server.requests)


async def test_the_question_for_the_namespace_has_nothing_of_the_execution(client, server, store, given):
    view = client.with_options(
        workflow_encoding=offloading(store), extra_body={"input": given}, extra_query={"of": "the execution"}
    )
    await view.workflows.execute_workflow("echo")
    asked, executed = server.requests
    assert (asked.path, asked.body, asked.query) == ("/v1/workflows/workers/whoami", b"", {})
    assert executed.path.endswith("/execute")
    assert no_secret_in(server.requests)


def asked_in(server):
    return [each.path.endswith("/whoami") for each in server.requests].count(True)


async def has_asked(server):
    with anyio.fail_after(10):
        while not asked_in(server):  # noqa: ASYNC110 - the server has no event for that
            await anyio.sleep(0.001)


async def test_executions_at_once_share_one_question_for_the_namespace(client, server, store, given):
    workflows = client.with_options(workflow_encoding=offloading(store)).workflows
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(partial(workflows.execute_workflow, "echo", input=given))
    assert (len(store), asked_in(server)) == (10, 1)


async def test_a_cancelled_question_for_the_namespace_is_left_to_the_next(client, server, store, given):
    workflows = client.with_options(workflow_encoding=offloading(store)).workflows
    server.fault(Stall(), operation="workflows.workers.get_scheduler_namespace")
    async with anyio.create_task_group() as group:
        with anyio.CancelScope() as first:
            async with anyio.create_task_group() as inner:
                inner.start_soon(partial(workflows.execute_workflow, "echo", input=given))
                await has_asked(server)
                group.start_soon(partial(workflows.execute_workflow, "echo", input=given))
                await anyio.wait_all_tasks_blocked()
                first.cancel()
    assert (len(store), asked_in(server)) == (1, 2)


async def test_after_a_question_that_failed_those_that_wait_ask_for_themselves(client, server, store, given):
    workflows = client.with_options(workflow_encoding=offloading(store), retries=0).workflows
    server.fail(500, operation="workflows.workers.get_scheduler_namespace", times=None)
    failures = []

    async def execute():
        with pytest.raises(ServerError) as raised:
            await workflows.execute_workflow("echo", input=given)
        failures.append(raised.value)

    async with anyio.create_task_group() as group:
        for _ in range(3):
            group.start_soon(execute)
    assert (len({id(each) for each in failures}), asked_in(server)) == (3, 3)
    assert not store


async def test_a_blob_that_is_no_bytes_is_an_error(client, store, given):
    workflows = client.with_options(workflow_encoding=offloading(store)).workflows
    made = await workflows.execute_workflow("echo", input=given, wait_for_result=True)
    for blob in (None, 5, "text"):
        store.get = lambda key, blob=blob: blob
        with pytest.raises(PayloadOffloadingError, match=f"returned {type(blob).__name__}, not bytes"):
            await workflows.executions.get_workflow_execution(made.execution_id)


class Waiting(Listening):
    async def exists(self, key):
        return False

    async def put(self, key, content):
        raise AssertionError


async def test_a_store_of_coroutines_is_refused(client, server, store, given):
    with pytest.raises(ConfigurationError, match=r"exists, put must not be async.*threads"):
        offloading(Waiting())
    store.exists = lambda key: Waiting().exists(key)
    with pytest.raises(PayloadOffloadingError, match="`exists` of the store of payloads returned an awaitable"):
        await client.with_options(workflow_encoding=offloading(store, namespace="n")).workflows.execute_workflow(
            "echo", input=given
        )
    assert not server.requests


async def test_a_store_that_fails_keeps_the_request_from_being_sent(client, server, store, given):
    store.failure = OSError("the store's own words")
    view = client.with_options(workflow_encoding=offloading(store, namespace="n"))
    with pytest.raises(PayloadOffloadingError, match="failed with OSError") as raised:
        await view.workflows.execute_workflow("echo", input=given)
    assert not raised.value.may_have_executed
    assert raised.value.__cause__ is store.failure
    assert not server.requests


async def test_a_blob_that_is_gone_or_changed_is_an_error(client, server, store, given):
    workflows = client.with_options(workflow_encoding=offloading(store)).workflows
    made = await workflows.execute_workflow("echo", input=given)
    (key,) = store
    store[key] = store[key].replace(b"x", b"y")
    with pytest.raises(PayloadOffloadingError, match="not the one that was put there"):
        await workflows.wait_for_workflow_completion(made.execution_id, polling_interval=0.01)
    del store[key]
    with pytest.raises(PayloadOffloadingError, match="failed with KeyError"):
        await workflows.wait_for_workflow_completion(made.execution_id, polling_interval=0.01)
    with pytest.raises(PayloadOffloadingError, match="has none: set offloading="):
        await client.with_options(workflow_encoding=encrypted()).workflows.wait_for_workflow_completion(
            made.execution_id
        )


async def test_a_store_that_hangs_ends_with_the_time_of_the_call(client, server, store, given):
    hang = threading.Event()
    store.exists = lambda key: hang.wait(10)
    view = client.with_options(workflow_encoding=offloading(store, namespace="n"), timeout=0.05)
    try:
        with pytest.raises(APITimeoutError, match="before its payload was encoded") as raised:
            await view.workflows.execute_workflow("echo", input=given)
    finally:
        hang.set()
    assert (raised.value.phase, raised.value.may_have_executed) == ("encode", False)
    assert not server.requests


async def test_schedules_have_their_input_encoded_and_a_hash_of_it(client, server, store, given):
    both = WorkflowEncoding(encryption=encryption(), offloading=PayloadOffloading(store=store, min_size_bytes=1))
    schedules = client.with_options(workflow_encoding=both).workflows.schedules
    turned = dict(reversed(given.items()))
    for each in (given, turned, {"n": 1}):
        await schedules.schedule_workflow(
            workflow_identifier="echo", schedule={"input": each, "intervals": [{"every": "PT1H"}]}
        )
    assert [each.input async for each in schedules.get_schedules()] == [READ, READ, {"n": 1}]
    first, second, third = (json.loads(each.body)["schedule"]["input"] for each in server.requests[:3])
    assert first["input_hash"] == second["input_hash"] != third["input_hash"]
    assert first["b64payload"] != second["b64payload"]
    assert not store
    assert no_secret_in(server.requests)


async def test_a_changed_schedule_is_read_back(client, server, given):
    schedules = client.with_options(workflow_encoding=encrypted()).workflows.schedules
    made = await schedules.schedule_workflow(
        workflow_identifier="echo", schedule={"input": 1, "intervals": [{"every": "PT1H"}]}
    )
    await schedules.update_schedule(made.schedule_id, schedule={"input": given})
    assert (await schedules.get_schedule(made.schedule_id)).input == READ
    assert "input_hash" not in json.loads(server.requests[1].body)["schedule"]["input"]


async def test_inputs_of_the_schedules_of_others_are_left_as_they_are(client, server, given, caplog):
    for key in (KEY, OTHER_KEY):
        await client.with_options(workflow_encoding=encrypted(main_key=key)).workflows.schedules.schedule_workflow(
            workflow_identifier="echo", schedule={"input": given, "intervals": [{"every": "PT1H"}]}
        )
    schedules = client.with_options(workflow_encoding=encrypted()).workflows.schedules
    own, foreign = [each.input async for each in schedules.get_schedules()]
    assert (own, foreign["encoding_options"]) == (READ, ["encrypted"])
    assert "the input of a schedule is left as it is" in caplog.text


async def test_other_operations_are_left_alone(client, server, encoding):
    view = client.with_options(workflow_encoding=encoding)
    answer = await view.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": "hi"}])
    async with view.chat.stream(model="mistral-small-latest", messages=[{"role": "user", "content": "hi"}]) as stream:
        assert [chunk async for chunk in stream]
    assert answer.choices


@pytest.mark.parametrize("key", ["", "0f", "x" * 32, KEY[:-1], "é" * 32, None, b"0" * 32])
def test_a_key_that_is_none_is_refused_and_not_shown(key):
    with pytest.raises(ConfigurationError, match="main_key must be 16, 24 or 32 bytes") as raised:
        PayloadEncryption(mode="full", main_key=key)
    assert not key or str(key) not in str(raised.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: PayloadEncryption(mode="half", main_key=KEY),
        lambda: PayloadCompression(level=23),
        lambda: PayloadCompression(level=0),
        lambda: PayloadOffloading(store=object()),
        lambda: PayloadOffloading(store=Listening(), min_size_bytes=-1),
        lambda: Mistral("key", workflow_encoding="full"),
        lambda: Mistral("key").with_options(workflow_encoding={}),
    ],
)
def test_settings_that_can_not_be_are_refused(make):
    with pytest.raises(ValueError, match=r"mode|level|BlobStore|min_size_bytes|workflow_encoding"):
        make()


def test_keys_are_neither_shown_nor_pickled():
    encoding = WorkflowEncoding(encryption=encryption(secondary_key=OTHER_KEY), namespace="n")
    client = Mistral("key", workflow_encoding=encoding)
    assert repr(encoding) == "WorkflowEncoding(encryption=PayloadEncryption(mode='full'), namespace='n')"
    for each in (encoding, client, client.with_options(timeout=1)):
        with pytest.raises(TypeError, match="keys of encryption are not pickled"):
            pickle.dumps(each)
    compressing = Mistral("key", workflow_encoding=WorkflowEncoding(compression=PayloadCompression(level=5)))
    assert pickle.loads(pickle.dumps(compressing))._executor.engine.options.workflow_encoding is not None


async def test_an_input_that_is_no_json_is_refused_before_it_is_sent(client, server):
    view = client.with_options(workflow_encoding=encrypted("partial"))
    with pytest.raises(TypeError, match="can not be written as JSON"):
        await view.workflows.execute_workflow("echo", input=object())
    with pytest.raises(PayloadError, match="has no text"):
        await view.workflows.execute_workflow("echo", input={"field_type": "__encrypted_str__", "data": 1})
    assert not server.requests
