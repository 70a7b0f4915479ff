"""What replaces a method is asked by all else that performs its calls: bulk work, batches, views. Nothing is sent."""

from __future__ import annotations

import json
import threading
from unittest import mock

import pytest
import wrapt

from mistral_async import Budget, RetryConfig, SyncMistral, calls, errors, models
from mistral_async._binding import replaced
from mistral_async.batch import BatchLimits
from mistral_async.resources.batch_jobs import BatchJobs
from mistral_async.resources.chat import Chat

NOWHERE = "http://127.0.0.1:1"
HI = [{"role": "user", "content": "hi"}]
CALL = {"model": "m", "messages": HI}


def answer(**_):
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": '{"value": [1]}'}}
    return models.ChatCompletionResponse.model_validate({"id": "mocked", "choices": [choice]})


def chunks(**_):
    parts = [('{"value": [', None), ("1]}", "stop")]
    choices = [[{"index": 0, "delta": {"content": text}, "finish_reason": reason}] for text, reason in parts]
    return [models.CompletionChunk.model_validate({"id": "mocked", "choices": each}) for each in choices]


def vectors(*, inputs, **_):
    data = [{"index": index, "embedding": [1.0, 2.0]} for index, _ in enumerate(inputs)]
    return models.EmbeddingResponse.model_validate({"data": data})


def judged(*, inputs, **_):
    results = [{"categories": {"pii": True}, "topic": {"scores": {"a": 1}}} for _ in inputs]
    return models.ModerationResponse.model_validate({"results": results})


def job(**fields):
    return models.BatchJob.model_validate({"id": "job", "total_requests": 1, "succeeded_requests": 1, **fields})


def execution(*_, **__):
    return models.WorkflowExecutionResponse.model_validate({"execution_id": "e", "status": "COMPLETED", "result": 1})


@pytest.mark.parametrize("of_the_class", [True, False])
async def test_bulk_work_asks(nowhere, of_the_class):
    """Rule 1."""
    made = [calls.chat.complete(**CALL), calls.chat.parse(response_format=list[int], **CALL)]
    with mock.patch.object(Chat if of_the_class else nowhere.chat, "complete", mock.AsyncMock(side_effect=answer)):
        chats = await nowhere.bulk.chat(["a", "b"], model="m").collect()
        mapped = await nowhere.bulk.map(made).collect()
        sent = await nowhere.send(made[0])
    assert [each.value.id for each in chats] == ["mocked", "mocked"]
    assert (mapped[0].value.id, mapped[1].value.value) == ("mocked", [1])
    assert (sent.data.id, sent.json()["id"]) == ("mocked", "mocked")
    first = (await nowhere.bulk.chat(["a"], model="m").collect())[0]
    assert isinstance(first.error, errors.APIConnectionError)


def test_bulk_work_of_code_that_blocks(blocking):
    """Rule 3."""
    blocking.embeddings.create = mock.Mock(side_effect=vectors)
    blocking.classifiers.moderate = mock.Mock(side_effect=judged)
    assert [list(each.value) for each in blocking.bulk.embed(["a", "b"]).collect()] == [[1.0, 2.0]] * 2
    assert [each.value.categories for each in blocking.bulk.moderate(["a"]).collect()] == [{"pii": True}]
    assert blocking.embeddings.create.call_args.kwargs["inputs"] == ["a", "b"]
    with mock.patch.object(Chat, "complete", autospec=True, side_effect=lambda _chat, **options: answer(**options)):
        assert blocking.bulk.chat(["a"], model="m").collect()[0].value.id == "mocked"


async def test_bulk_work_that_asks_keeps_and_restores_answers(nowhere, tmp_path):
    nowhere.chat.complete = mock.AsyncMock(side_effect=answer)
    for _ in range(2):
        (result,) = await nowhere.bulk.chat(["a"], model="m", checkpoint=tmp_path / "done").collect()
        assert result.value.choices[0].message.content == '{"value": [1]}'
    assert nowhere.chat.complete.await_count == 1


@pytest.mark.parametrize("failure", [errors.MistralError("no"), KeyError("no")])
async def test_a_failure_of_a_mock_is_that_of_the_item(nowhere, failure):
    nowhere.chat.complete = mock.AsyncMock(side_effect=failure)
    (result,) = await nowhere.bulk.chat(["a"], model="m").collect()
    assert result.error is failure


def test_an_answer_with_mocks_in_it_is_given_as_it_is(blocking):
    blocking.chat.complete = mock.Mock(return_value={"choices": [mock.Mock()]})
    (result,) = blocking.bulk.chat(["a"], model="m").collect()
    assert result.value is blocking.with_response.chat.complete(**CALL).data is blocking.chat.complete.return_value


def test_no_job_looks_for_replacements_item_by_item(blocking, monkeypatch):
    """Rule 1: whether anything is replaced is looked up once a job."""
    looked = []
    monkeypatch.setattr(replaced.Register, "find", lambda *_: looked.append(1))
    assert len(blocking.bulk.chat(["a"] * 3, model="m").collect()) == 3
    assert not looked


@pytest.mark.parametrize("of_jobs", [True, False])
async def test_batches_ask(nowhere, of_jobs):
    row = {"custom_id": "0", "response": {"status_code": 200, "body": {"id": "mocked", "choices": []}}}
    batch, files = nowhere.batch, nowhere.files
    jobs = batch.jobs if of_jobs else batch
    files.upload = mock.AsyncMock(return_value=models.CreateFileResponse(id="in"))
    files.download = mock.AsyncMock(return_value=json.dumps(row).encode())
    files.retrieve = mock.AsyncMock(return_value=models.GetFileResponse(id="out"))
    jobs.create = mock.AsyncMock(return_value=job(status="QUEUED"))
    jobs.get = mock.AsyncMock(return_value=job(status="SUCCESS", output_file="out"))
    async with batch.run([calls.chat.complete(**CALL)], limits=BatchLimits(inline_requests=0)) as results:
        values = [result.value.id async for result in results]
    assert values == ["mocked"]
    assert jobs.create.call_args.kwargs["input_files"] == ["in"]


def test_batches_of_code_that_blocks(blocking):
    blocking.batch.jobs.create = mock.Mock(return_value=job(status="QUEUED"))
    blocking.batch.jobs.get = mock.Mock(return_value=job(status="FAILED"))
    handle = blocking.batch.start([calls.chat.complete(**CALL)])
    assert handle.status().jobs[0].status == "FAILED"
    attached = blocking.batch.attach(handle.to_json())
    assert attached.status().jobs[0].id == "job"
    assert blocking.batch.jobs.wait("job").status == "FAILED"


@pytest.mark.parametrize("of_the_class", [True, False])
def test_what_waits_asks(blocking, of_the_class):
    """Rule 3, of groups of a group too."""
    executions = blocking.workflows.executions
    target = type(executions) if of_the_class else executions
    with (
        mock.patch.object(blocking.workflows, "execute_workflow", side_effect=execution),
        mock.patch.object(target, "get_workflow_execution", side_effect=execution),
        mock.patch.object(BatchJobs if of_the_class else blocking.batch.jobs, "get", return_value=job(status="FAILED")),
    ):
        assert blocking.workflows.execute_workflow_and_wait("w") == 1
        assert blocking.batch.jobs.wait("job").status == "FAILED"


async def test_views_and_responses_ask(nowhere):
    """Rules 1 and 2."""
    view, response = nowhere.with_options(timeout=9), nowhere.with_response  # made before the mock
    replaced = nowhere.chat.complete = mock.AsyncMock(side_effect=answer)
    assert (await view.chat.complete(**CALL)).id == "mocked"
    replaced.assert_awaited_once_with(**CALL)
    given = await response.chat.complete(**CALL)
    assert (given.status, given.data.id, given.json()["id"], given.headers) == (200, "mocked", "mocked", {})
    assert (await view.with_options(retries=0).chat.parse(response_format=list[int], **CALL)).value == [1]
    assert (await response.chat.parse(response_format=list[int], **CALL)).data.value == [1]
    assert (await response.chat.run("hi", model="m")).value == '{"value": [1]}'
    await view.chat.complete(fallback="other", **CALL)
    assert replaced.call_args.kwargs["fallback"] == "other"
    del nowhere.chat.complete
    with pytest.raises(errors.APIConnectionError):
        await view.chat.complete(**CALL)


def test_views_of_code_that_blocks(blocking):
    view = blocking.with_options(timeout=9)
    with mock.patch.object(blocking.chat, "complete", side_effect=answer):
        assert view.chat.complete(**CALL).id == blocking.with_response.chat.complete(**CALL).data.id == "mocked"
        assert view.chat.run("hi", model="m").result().value == '{"value": [1]}'
    with mock.patch.object(blocking.chat, "run", return_value="ran"):
        assert view.chat.run("hi", model="m") == "ran"


def test_what_is_replaced_on_a_view_is_so_on_that_view_and_those_made_of_it(blocking):
    view = blocking.with_options(timeout=9)
    view.chat.complete = answer
    assert view.with_options(retries=0).bulk.chat(["a"], model="m").collect()[0].value.id == "mocked"
    with pytest.raises(errors.APIConnectionError):
        blocking.chat.complete(**CALL)


def test_a_group_that_is_replaced_is_asked(blocking):
    group = mock.Mock()
    group.complete.side_effect = answer
    view = blocking.with_options(timeout=9)
    with mock.patch.object(blocking, "chat", group):
        assert view.chat.complete(**CALL).id == "mocked"
        assert blocking.bulk.chat(["a"], model="m").collect()[0].value.id == "mocked"
    with mock.patch.object(blocking, "beta") as group:
        group.conversations.start.return_value = "started"
        assert view.beta.conversations.start(inputs="hi", model="m") == "started"
    with pytest.raises(errors.APIConnectionError):
        view.chat.complete(**CALL)


@pytest.mark.parametrize("manager", [True, False])
def test_streams_of_code_that_blocks(blocking, manager):
    """Rule 3."""

    def events(**_):
        given = mock.MagicMock()
        given.__enter__.return_value = given
        given.__iter__.return_value = chunks()
        return given if manager else iter(chunks())

    replaced = blocking.chat.stream = mock.Mock(side_effect=events)
    with blocking.chat.parse_stream(response_format=list[int], **CALL) as stream:
        assert stream.result().value == [1]
    with blocking.chat.run("hi", model="m") as run:
        assert list(run)[-1].result.value == '{"value": [1]}'
    assert blocking.chat.until_done(**CALL).result().text == '{"value": [1]}'
    assert blocking.chat.continue_("so: ", **CALL).result().text == 'so: {"value": [1]}'
    assert "stream" not in replaced.call_args.kwargs


@pytest.mark.parametrize("is_entered", [True, False])
def test_a_block_that_was_entered_is_left(blocking, is_entered):
    given = mock.MagicMock()
    given.__enter__.side_effect = None if is_entered else KeyError("mine")
    given.__enter__.return_value = 3
    blocking.chat.stream = mock.Mock(return_value=given)
    with pytest.raises(TypeError if is_entered else KeyError, match=r"gives int: no events|mine"):
        blocking.chat.until_done(**CALL).result()
    assert given.__exit__.called == is_entered


def test_a_block_is_left_when_the_run_that_reads_it_is_cancelled(blocking):
    given, left = mock.MagicMock(), threading.Event()
    given.__enter__.return_value = chunks()
    given.__exit__.side_effect = lambda *_: left.set()
    blocking.chat.stream = mock.Mock(return_value=given)
    with blocking.chat.run("hi", model="m") as run:
        next(iter(run))
    assert left.wait(5)


async def test_streams(nowhere):
    nowhere.chat.stream = mock.Mock(side_effect=chunks)
    async with nowhere.chat.parse_stream(response_format=list[int], **CALL) as stream:
        assert (await stream.result()).value == [1]
    assert (await nowhere.chat.until_done(**CALL)).text == '{"value": [1]}'
    nowhere.chat.stream = mock.Mock(return_value=3)
    with pytest.raises(TypeError, match=r"`Chat\.stream` is replaced, and gives int: no events"):
        await nowhere.chat.until_done(**CALL)


async def test_what_is_not_awaited_says_so(nowhere):
    """Rule 5."""
    nowhere.chat.complete = answer
    with pytest.raises(TypeError, match=r"`Chat\.complete` is replaced by function.*AsyncMock"):
        await nowhere.chat.run("hi", model="m")


def test_what_nobody_awaits_says_so(blocking):
    """Rule 5."""
    blocking.chat.complete = mock.AsyncMock(side_effect=answer)
    with pytest.raises(TypeError, match="gives a coroutine to code that blocks"):
        blocking.chat.parse(response_format=list[int], **CALL)
    with pytest.raises(TypeError, match="gives a coroutine to code that blocks"):
        blocking.chat.run("hi", model="m").result()


@pytest.mark.parametrize("of_the_class", [True, False])
async def test_a_wrapper_performs_for_who_asked(client, server, of_the_class):
    """Rule 4: with the options of the view, and in the budget of the job."""
    seen = []

    async def wrapper(function, _instance, args, options):
        seen.append(options["model"])
        return await function(*args, **options)

    target, budget = Chat if of_the_class else client.chat, Budget(tokens=10_000_000)
    wrapped = wrapt.FunctionWrapper(target.complete, wrapper)
    with mock.patch.object(target, "complete", wrapped):
        view = client.with_options(headers={"x-team": "blue"})
        await view.chat.complete(model="mistral-small-latest", messages=HI)
        assert server.requests[-1].headers["x-team"] == "blue"
        async with view.bulk.chat(["a"], model="mistral-small-latest", budget=budget) as results:
            assert [result.error async for result in results if not result.ok] == []
        assert server.requests[-1].headers["x-team"] == "blue"
        assert results.usage.requests == 1
    assert len(server.requests) == len(seen) == 2


async def test_a_wrapper_may_ask_another_client(client, server, nowhere):
    """Rule 4: that sends with its own key to its own server, and asks what replaces its own methods."""
    nowhere.chat.complete = client.with_options(timeout=9).chat.complete
    view, call = nowhere.with_options(timeout=9), {**CALL, "model": "mistral-small-latest"}
    client.models.list = mock.AsyncMock()
    assert (await view.chat.complete(**call)).model == "mistral-small-latest"
    client.chat.complete = mock.AsyncMock(side_effect=answer)
    assert (await view.chat.complete(**call)).id == "mocked"
    assert len(server.requests) == 1


def test_calls_that_wait_in_threads_take_none_that_others_need(blocking):
    """Rule 3: event loops share forty."""
    all_are_here = threading.Barrier(41, timeout=5)

    def wait(**options):
        all_are_here.wait()
        return answer(**options)

    blocking.chat.complete = wait
    results = blocking.bulk.chat(["a"] * 41, model="m", concurrency=41).collect()
    assert {result.ok for result in results} == {True}


async def test_a_wrapper_of_a_method_that_asks_another_has_its_arguments(client, server):
    """Rule 2: its request does not have them all."""
    written, seen = client.chat.parse, []

    async def wrapper(**options):
        seen.append(options)
        return await written(**options)

    client.chat.parse = wrapper
    call = {"model": "mistral-small-latest", "messages": HI, "response_format": dict[str, str], "repair": 1}
    request = calls.chat.parse(**call)
    (result,) = await client.bulk.map([request]).collect()
    assert result.value.value == (await client.send(request)).data.value == {}
    assert seen == [call, call]
    assert len(server.requests) == 2


def test_what_a_test_puts_back_is_no_replacement(blocking, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(blocking.chat, "complete", answer)
        assert blocking.bulk.chat(["a"], model="m").collect()[0].value.id == "mocked"
    assert "complete" not in vars(blocking.chat)
    with pytest.raises(errors.APIConnectionError):
        blocking.chat.parse(response_format=list[int], **CALL)


async def test_requests_with_many_answers_that_are_sent_ask(nowhere):
    nowhere.chat.stream = mock.Mock(side_effect=chunks)
    nowhere.batch.jobs.list = mock.Mock(return_value=[job(status="QUEUED")])
    sent = await nowhere.send(calls.chat.stream(**CALL))
    assert [chunk.id for chunk in sent] == ["mocked", "mocked"]
    assert (await nowhere.send(calls.batch.jobs.list()))[0].id == "job"
    with pytest.raises(errors.APIConnectionError):
        async with await nowhere.send(calls.agents.stream(HI, "a")):
            pass


@pytest.mark.parametrize("name", ["realtime", "realtime_speech"])
async def test_live_work_asks_for_its_connection(nowhere, name):
    group = getattr(nowhere.audio, name)
    opened = mock.Mock()
    opened.open, opened.close = mock.AsyncMock(side_effect=KeyError("mine")), mock.AsyncMock()
    group.connect = mock.Mock(return_value=opened)
    live = group.transcribe_stream([b""], "m") if name == "realtime" else group.speak_stream(["a"], "m")
    with pytest.raises(KeyError, match="mine"):
        async with live:
            pass
    assert group.connect.call_args.args[0] == "m"


def test_a_group_of_the_users_own_has_what_it_has():
    class Own(SyncMistral):
        def __init__(self):
            self.chat = mock.Mock(spec=["greet"])
            super().__init__("key", server_url=NOWHERE, retry_config=RetryConfig(strategy="none"))
            self.files = mock.Mock(spec=["greet"])

    client = Own()
    assert client.chat.greet is not None
    for view in (client.with_response, client.with_options(timeout=9).with_response):
        with pytest.raises(errors.APIConnectionError):
            view.files.retrieve("f")
