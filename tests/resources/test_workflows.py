"""Workflows: executions, what is sent to them, their events, logs and traces; schedules."""

from __future__ import annotations

import json

import pytest

from mistral_async import Mistral
from mistral_async._codec.open_union import Unknown
from mistral_async.batch import WaitTimeoutError
from mistral_async.errors import (
    APIConnectionError,
    ConflictError,
    NotFoundError,
    StreamEventError,
    UnprocessableEntityError,
    WorkflowExecutionError,
)
from mistral_async.models import (
    ActivityTaskStartedResponse,
    ConnectorSlot,
    PartialScheduleDefinition,
    ScheduleDefinition,
    ScheduleInterval,
    SchedulePolicy,
    TempoTraceAttributeIntValue,
    TempoTraceAttributeStringValue,
    WorkflowExecutionCompletedResponse,
    WorkflowExecutionResponse,
    WorkflowExecutionStartedResponse,
    WorkflowExecutionSyncResponse,
    WorkflowExecutionTraceEvent,
)
from mistral_async.testing import Cut, FakeMistral, Reset, VirtualClock


@pytest.fixture
async def clock(anyio_backend):
    return VirtualClock()


@pytest.fixture
async def server(clock):
    async with FakeMistral(clock=clock) as server:
        yield server


@pytest.fixture
async def client(server):
    async with Mistral(server.api_key, server_url=server.url) as client:
        yield client


@pytest.fixture
async def workflows(client):
    return client.workflows


async def started(workflows, name="approval", **options):
    return (await workflows.execute_workflow(name, **options)).execution_id


async def test_an_execution_runs_and_ends_with_a_result(workflows, clock):
    made = await workflows.execute_workflow("echo", input={"a": 1}, deployment_name="d")
    assert isinstance(made, WorkflowExecutionResponse)
    assert (made.status, made.result, made.end_time, made.deployment_name) == ("RUNNING", None, None, "d")
    clock.advance(0.2)
    found = await workflows.executions.get_workflow_execution(made.execution_id, include_search_keys=True)
    assert (found.status, found.result, found.total_duration_ms, found.search_keys) == ("COMPLETED", {"a": 1}, 200, {})
    assert (found.end_time_datetime - found.start_time_datetime).total_seconds() == pytest.approx(0.2, abs=1e-4)
    assert (await workflows.runs.get_run(found.run_id)).execution_id == made.execution_id


async def test_an_execution_whose_result_is_waited_for(workflows):
    made = await workflows.execute_workflow("echo", input=[1], wait_for_result=True)
    assert isinstance(made, WorkflowExecutionSyncResponse)
    assert made.result == [1]


async def test_two_executions_can_not_have_one_id(workflows):
    await started(workflows, execution_id="mine")
    with pytest.raises(ConflictError):
        await started(workflows, execution_id="mine")


async def test_what_starts_or_tells_something_is_never_sent_twice(workflows, server):
    execution = await started(workflows)
    for call in (
        lambda: workflows.execute_workflow("echo"),
        lambda: workflows.executions.signal_workflow_execution(execution, name="approve"),
        lambda: workflows.executions.update_workflow_execution(execution, name="set"),
        lambda: workflows.schedules.schedule_workflow(
            schedule=ScheduleDefinition(input=None), workflow_identifier="echo"
        ),
    ):
        sent = len(server.requests)
        server.fault(Reset(where="head"))
        with pytest.raises(APIConnectionError):
            await call()
        assert len(server.requests) == sent + 1


async def test_signals_updates_and_queries(workflows):
    executions, execution = workflows.executions, await started(workflows)
    changed = await executions.update_workflow_execution(execution, name="set", input={"colour": "blue"})
    assert (changed.update_name, changed.result) == ("set", {"colour": "blue"})
    assert (await executions.signal_workflow_execution(execution, name="other")).message == "Signal accepted"
    state = await executions.query_workflow_execution(execution, name="state")
    assert state.result["values"] == {"colour": "blue"}
    await executions.signal_workflow_execution(execution, name="approve", input={"by": "me"})
    assert (await executions.get_workflow_execution(execution)).result == {"by": "me"}
    with pytest.raises(ConflictError):
        await executions.signal_workflow_execution(execution, name="approve")


async def test_executions_that_are_ended_from_without(workflows):
    executions = workflows.executions
    ids = [await started(workflows) for _ in range(4)]
    await executions.cancel_workflow_execution(ids[0])
    await executions.terminate_workflow_execution(ids[1])
    assert (await executions.batch_cancel_workflow_executions(execution_ids=ids[:3])).results[ids[0]].error
    done = await executions.batch_terminate_workflow_executions(execution_ids=[ids[3], "none"])
    assert {key: each.status for key, each in done.results.items()} == {ids[3]: "success", "none": "failure"}
    states = [(await executions.get_workflow_execution(each)).status for each in ids]
    assert states == ["CANCELED", "TERMINATED", "CANCELED", "TERMINATED"]
    await executions.reset_workflow(ids[0], event_id=1)
    assert (await executions.get_workflow_execution(ids[0])).status == "RUNNING"


async def test_events_are_listed_and_streamed_on(workflows, clock):
    execution = await started(workflows, "echo", input=1)
    await started(workflows)
    clock.advance(1)
    listed = await workflows.events.get_workflow_events(workflow_exec_id=execution, limit=3).to_list()
    assert [event.event_type for event in listed] == [
        "WORKFLOW_EXECUTION_STARTED",
        "ACTIVITY_TASK_STARTED",
        "ACTIVITY_TASK_COMPLETED",
        "WORKFLOW_EXECUTION_COMPLETED",
    ]
    async with workflows.executions.stream(execution) as stream:
        first = await anext(stream)
        assert isinstance(first.data, WorkflowExecutionStartedResponse)
        assert first.data.attributes.input.value == 1
        rest = [event async for event in stream]
        assert isinstance(rest[-1].data, WorkflowExecutionCompletedResponse)
        last_event_id = stream.last_event_id
    assert last_event_id == str(rest[-1].broker_sequence)
    async with workflows.executions.stream(execution, last_event_id=str(first.broker_sequence)) as stream:
        assert [event.data.event_type async for event in stream] == [each.data.event_type for each in rest]
    options = {"root_workflow_exec_id": execution, "scope": "activity"}
    async with workflows.events.get_stream_events(**options, start_seq=1) as stream:
        kinds = [type(event.data) async for event in stream]
    assert kinds[0] is ActivityTaskStartedResponse
    async with workflows.events.get_stream_events(last_event_id=last_event_id) as stream:
        assert [event async for event in stream] == []


async def test_filters_of_events_are_one_parameter_and_the_place_is_a_header(workflows, server):
    async with workflows.events.get_stream_events(metadata_filters={"a": 1}, last_event_id="7") as stream:
        assert [event async for event in stream] == []
    sent = server.requests[-1]
    assert json.loads(sent.query["metadata_filters"][-1]) == {"a": 1}
    assert sent.headers["last-event-id"] == "7"
    assert "last_event_id" not in sent.query


async def test_the_log_is_listed_and_streamed_on(workflows, clock):
    execution = await started(workflows, "fail")
    clock.advance(1)
    executions = workflows.executions
    lines = await executions.get_workflow_execution_logs(execution, limit=2).to_list()
    assert [line.severity_text for line in lines] == ["INFO", "INFO", "ERROR", "ERROR"]
    newest = executions.get_workflow_execution_logs(execution, order="desc")
    assert (await anext(aiter(newest))).body == lines[-1].body
    async with executions.stream_workflow_execution_logs(execution, last_event_id="1") as stream:
        assert [line.body async for line in stream] == [line.body for line in lines[2:]]


async def test_the_trace_in_all_its_forms(workflows, clock):
    executions = workflows.executions
    execution = await started(workflows, "echo", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    clock.advance(1)
    assert (await executions.get_workflow_execution_trace_info(execution)).otel_trace_id == "a" * 32
    events = (await executions.get_workflow_execution_trace_events(execution)).events
    assert {type(event) for event in events} == {WorkflowExecutionTraceEvent}
    tree = (await executions.get_workflow_execution_trace_summary(execution)).span_tree
    assert (tree.name, len(tree.events), tree.children) == ("workflow:echo", 4, [])
    otel = await executions.get_workflow_execution_trace_otel(execution)
    span = otel.otel_trace_data.batches[0].scope_spans[0].spans[0]
    assert [each.value for each in span.attributes] == [
        TempoTraceAttributeStringValue(string_value="echo"),
        TempoTraceAttributeIntValue(int_value="1"),
    ]
    history = await executions.get_workflow_execution_history(execution)
    assert [each["eventId"] for each in history["events"]] == ["1", "2", "3", "4"]
    assert await workflows.runs.get_run_history(otel.run_id) == history


async def test_workflows_are_listed_changed_and_archived(workflows):
    assert [each.name async for each in workflows.get_workflows(limit=3)] == ["approval", "echo", "fail", "sign_in"]
    changed = await workflows.update_workflow("echo", description="Says it again", display_name="Again")
    assert (changed.workflow.description, changed.workflow.display_name) == ("Says it again", "Again")
    changed = await workflows.update_workflow("echo", description=None)
    assert (changed.workflow.description, changed.workflow.display_name) == (None, "Again")
    await workflows.add_workflow_tags("echo", tags=["a", "b"])
    (tagged,) = await workflows.get_workflows(tags=["a", "b"]).to_list()
    assert (await workflows.get_workflow(tagged.id)).workflow.active
    assert (await workflows.archive_workflow("echo")).workflow.archived
    assert (await workflows.unarchive_workflow("echo")).workflow.archived is False
    done = await workflows.bulk_archive_workflows(workflow_ids=[tagged.id, "none"])
    assert ([each.name for each in done.archived], done.errored[0].workflow_id) == (["echo"], "none")
    assert [each.name async for each in workflows.get_workflows(archived=True)] == ["echo"]
    assert (await workflows.bulk_unarchive_workflows(workflow_ids=[tagged.id])).unarchived[0].archived is False
    with pytest.raises(NotFoundError):
        await workflows.get_workflow("none")


async def test_registrations(workflows):
    found = await workflows.get_workflow_registrations(workflow_name="approval").to_list()
    registration = (await workflows.get_workflow_registration(found[0].id, with_workflow=True)).workflow_registration
    assert (registration.active, registration.workflow.name) == (True, "approval")
    assert [each.name for each in registration.definition.signals] == ["approve"]
    assert (await workflows.execute_workflow_registration(registration.id)).workflow_name == "approval"


async def test_runs_and_metrics(workflows, clock):
    for name in ("echo", "echo", "fail", "approval"):
        await started(workflows, name)
        clock.advance(1)
    runs = await workflows.runs.list_runs(page_size=2).to_list()
    assert [run.workflow_name for run in runs] == ["approval", "fail", "echo", "echo"]
    some = workflows.runs.list_runs(status=["FAILED", "RUNNING"], order="asc")
    assert [run.workflow_name async for run in some] == ["fail", "approval"]
    assert [run.workflow_name async for run in workflows.runs.list_runs(workflow_identifier="fail")] == ["fail"]
    metrics = await workflows.metrics.get_workflow_metrics("echo", end_time=runs[-1].start_time_datetime)
    assert (metrics.execution_count.value, metrics.success_count.value, metrics.average_latency_ms.value) == (1, 1, 200)


async def test_a_schedule_starts_executions(workflows, clock, server):
    schedules, definition = workflows.schedules, ScheduleDefinition(input={"n": 1}, max_executions=3)
    definition.intervals = [ScheduleInterval(every="PT1M")]
    made = await schedules.schedule_workflow(schedule=definition, workflow_identifier="echo", schedule_id="s")
    assert json.loads(server.requests[-1].body)["schedule"] == {
        "input": {"n": 1},
        "intervals": [{"every": "PT1M"}],
        "max_executions": 3,
    }
    clock.advance(120)
    schedule = await schedules.get_schedule(made.schedule_id)
    assert (schedule.remaining_executions, len(schedule.recent_executions)) == (1, 2)
    assert len(schedule.future_executions) == 1
    await schedules.trigger_schedule("s", overlap=6)
    clock.advance(600)
    runs = await workflows.runs.list_runs(workflow_identifier="echo").to_list()
    assert [run.status for run in runs] == ["COMPLETED"] * 3
    events = await workflows.events.get_workflow_events(root_workflow_exec_id=runs[0].execution_id).to_list()
    assert {event.schedule_id for event in events} == {"s"}


MONDAY = "2032-01-05T00:00:00Z"  # a Monday


def ranges(start, end=0, step=0):
    return [{"start": start, "end": end, "step": step}]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ({"cron_expressions": ["30 9 * * MON-FRI"]}, ["05T09:30", "06T09:30", "07T09:30", "08T09:30", "09T09:30"]),
        ({"cron_expressions": ["0 */8 * * 1,sun"]}, ["05T00:00", "05T08:00", "05T16:00", "11T00:00"]),
        ({"cron_expressions": ["@weekly", "0 12 8 1 * 2032"]}, ["08T12:00", "11T00:00"]),
        ({"cron_expressions": ["15 0 0 6 1 * 2032"]}, ["06T00:00:15"]),
        ({"calendars": [{"hour": ranges(9, 17, 4)}], "skip": [{"hour": ranges(13)}]}, ["05T09:00", "05T17:00"]),
        ({"calendars": [{"day_of_week": ranges(7), "hour": ranges(1)}]}, ["11T01:00"]),
        ({"calendars": [{"hour": ranges(9)}], "time_zone_name": "America/New_York"}, ["05T14:00", "06T14:00"]),
        ({"calendars": [{"hour": ranges(0)}], "intervals": [{"every": "PT12H"}]}, ["05T00:00", "05T12:00", "06T00:00"]),
        ({"calendars": [{"month": ranges(2), "day_of_month": ranges(30)}]}, []),
    ],
    ids=str,
)
async def test_times_of_calendars_and_cron_expressions(workflows, times, expected):
    await workflows.schedules.schedule_workflow(
        schedule={"input": None, "start_at": MONDAY, "end_at": "2032-01-12T00:00:00Z", **times},
        workflow_identifier="echo",
        schedule_id="s",
    )
    found = await workflows.schedules.get_schedule("s")
    got = [each.scheduled_at.removeprefix("2032-01-") for each in found.future_executions]
    assert [each.startswith(wanted) for each, wanted in zip(got, expected, strict=False)] == [True] * len(expected)


async def test_a_cron_expression_starts_executions_as_the_clock_goes_on(workflows, clock):
    await workflows.schedules.schedule_workflow(
        schedule={"input": 1, "cron_expressions": ["0 * * * *"], "max_executions": 5},
        workflow_identifier="echo",
        schedule_id="s",
    )
    clock.advance(3 * 3600)
    assert [run.status async for run in workflows.runs.list_runs()] == ["COMPLETED"] * 3
    assert (await workflows.schedules.get_schedule("s")).remaining_executions == 2


async def test_a_schedule_of_an_id_that_is_taken_is_refused(workflows):
    one = {"schedule": {"input": 1}, "workflow_identifier": "echo"}
    await workflows.schedules.schedule_workflow(**one, schedule_id="s")
    with pytest.raises(ConflictError):
        await workflows.schedules.schedule_workflow(**one, schedule_id="s")
    await workflows.schedules.unschedule_workflow("s")
    await workflows.schedules.schedule_workflow(**one, schedule_id="s")


@pytest.mark.parametrize(
    "times",
    [
        *(
            {"cron_expressions": [each]}
            for each in ("", "* * * *", "60 * * * *", "* * * * MOO", "*/0 * * * *", "5-1 * * * *")
        ),
        {"calendars": [{"hour": ranges(24)}]},
        {"skip": [{"month": ranges(0)}]},
        {"time_zone_name": "Mars/Olympus"},
        {"time_zone_name": "../../etc/passwd"},
    ],
    ids=str,
)
async def test_calendars_and_cron_expressions_that_are_none(workflows, times):
    with pytest.raises(UnprocessableEntityError):
        await workflows.schedules.schedule_workflow(schedule={"input": 1, **times}, workflow_identifier="echo")


async def test_a_schedule_is_changed_paused_and_deleted(workflows, clock, server):
    schedules = workflows.schedules
    every = [ScheduleInterval(every="PT1M")]
    await schedules.schedule_workflow(
        schedule=ScheduleDefinition(input=None, intervals=every, cron_expressions=["0 9 * * 1"]),
        workflow_identifier="approval",
        schedule_id="s",
    )
    await schedules.update_schedule("s", schedule=PartialScheduleDefinition(policy=SchedulePolicy(overlap=4)))
    assert json.loads(server.requests[-1].body) == {"schedule": {"policy": {"overlap": 4}}}
    changed = await schedules.get_schedule("s")
    assert (changed.policy.overlap, changed.intervals, changed.cron_expressions) == (4, every, ["0 9 * * 1"])
    clock.advance(120)
    states = [run.status async for run in workflows.runs.list_runs(order="asc")]
    assert states == ["CANCELED", "RUNNING"]
    await schedules.pause_schedule("s", note="holidays")
    assert [(each.note, each.future_executions) async for each in schedules.get_schedules(status="paused")] == [
        ("holidays", [])
    ]
    clock.advance(600)
    assert len(await workflows.runs.list_runs().to_list()) == 2
    await schedules.resume_schedule("s")
    await schedules.unschedule_workflow("s")
    assert await schedules.get_schedules().to_list() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("every", [ScheduleInterval(every="PT0S")]),
        ("every", [ScheduleInterval(every=f"P{'9' * 400}D")]),
        ("offset", [ScheduleInterval(every="PT1M", offset="soon")]),
        ("start_at", "soon"),
        ("end_at", "2026-13-01"),
    ],
)
async def test_times_of_a_schedule_that_are_none(workflows, field, value):
    schedules = workflows.schedules
    wrong = {"intervals" if isinstance(value, list) else field: value}
    with pytest.raises(UnprocessableEntityError, match=field):
        await schedules.schedule_workflow(
            schedule=ScheduleDefinition(input=None, **wrong), workflow_identifier="echo", schedule_id="s"
        )
    await schedules.schedule_workflow(
        schedule=ScheduleDefinition(input=None), workflow_identifier="echo", schedule_id="s"
    )
    with pytest.raises(UnprocessableEntityError, match=field):
        await schedules.update_schedule("s", schedule=PartialScheduleDefinition(**wrong))
    assert [each.schedule_id async for each in schedules.get_schedules()] == ["s"]


async def test_an_error_frame_is_raised(workflows, server):
    execution = await started(workflows)
    lost = ("error", {"error": "the tail was lost", "reason": "read_error"})
    server.reply(sse=[b'id: 4\ndata: {"stream": "s", "broker_sequence": 4}\n\n', lost], done=False)
    async with workflows.executions.stream(execution) as stream:
        assert (await anext(stream)).broker_sequence == 4
        with pytest.raises(StreamEventError, match="the tail was lost") as raised:
            await anext(stream)
        assert stream.last_event_id == "4"
    assert raised.value.reason == "read_error"


async def test_an_event_of_a_newer_kind_is_unknown(workflows, server):
    frame = {"stream": "s", "data": {"event_type": "SOMETHING_NEW"}, "broker_sequence": 1}
    server.reply(sse=[("event", frame)], done=False)
    async with workflows.events.get_stream_events() as stream:
        (event,) = [event async for event in stream]
    assert isinstance(event.data, Unknown)


async def test_an_execution_is_waited_for(workflows, clock, server):
    """Rules 1 and 2 of the waits."""
    execution, told = await started(workflows, "echo", input={"a": 1}), []

    def progress(state):
        told.append(state.status)
        clock.advance(0.1)

    ended = await workflows.wait_for_workflow_completion(execution, polling_interval=0.001, progress=progress)
    assert (ended.result, told[0], told[-1]) == ({"a": 1}, "RUNNING", "COMPLETED")
    assert await workflows.execute_workflow_and_wait("echo", input="x", use_api_sync=True) == "x"


async def test_an_execution_is_started_and_waited_for():
    async with FakeMistral(processing_seconds=0) as server, Mistral(server.api_key, server_url=server.url) as client:
        run = client.workflows.execute_workflow_and_wait
        assert await run("echo", input=[1], polling_interval=0.001) == [1]
        with pytest.raises(WorkflowExecutionError, match="ended as FAILED") as raised:
            await run("fail", polling_interval=0.001)
        starts = [sent for sent in server.requests if sent.path.endswith("/execute")]
    assert raised.value.execution.status == "FAILED"
    assert len(starts) == 2


@pytest.mark.parametrize("limit", [{"max_attempts": 3}, {"timeout": 0.1}])
async def test_what_goes_on_is_not_waited_for_longer(workflows, limit):
    execution = await started(workflows)
    with pytest.raises(WaitTimeoutError) as raised:
        await workflows.wait_for_workflow_completion(execution, polling_interval=0.001, **limit)
    assert raised.value.state.status == "RUNNING"


@pytest.mark.parametrize("status", ["RETRYING_AFTER_ERROR", "SOMETHING_NEW"])
async def test_states_in_which_an_execution_goes_on(workflows, server, status):
    """Rule 2 of the waits."""
    server.reply(json={"execution_id": "e", "status": status})
    server.reply(json={"execution_id": "e", "status": "COMPLETED", "result": 1})
    assert (await workflows.wait_for_workflow_completion("e", polling_interval=0.001)).result == 1


@pytest.mark.parametrize("is_async", [True, False])
async def test_sign_ins_are_told_and_the_execution_goes_on(workflows, clock, server, is_async):
    """Rules 3 and 4 of the waits."""
    asked = []

    def sign_in(state):
        asked.append((state.connector_name, state.credentials_name, state.auth_url.partition("/authorize/")[2]))
        if len(asked) == 2:
            clock.advance(1)

    async def sign_in_later(state):
        sign_in(state)

    ended = await workflows.execute_with_connector_auth(
        "sign_in",
        input="mail",
        connectors=[
            ConnectorSlot(connector_name="gmail", credentials_name="mine"),
            ConnectorSlot(connector_name="git"),
        ],
        on_auth_required=sign_in_later if is_async else sign_in,
    )
    assert asked == [("gmail", "mine", "gmail"), ("git", None, "git")]
    assert (ended.status, ended.result) == ("COMPLETED", "mail")
    (start,) = [sent for sent in server.requests if sent.path.endswith("/execute")]
    assert json.loads(start.body)["extensions"]["mistralai"]["connectors"]["bindings"][1] == {"connector_name": "git"}


async def test_events_are_followed_over_streams_that_break(workflows, clock, server):
    """Rules 3 and 4 of the waits."""
    asked = []
    server.fault(Cut(after_events=2), operation="workflows.events.get_stream_events")

    def sign_in(state):
        asked.append(state.connector_name)
        clock.advance(len(asked) - 1)

    ended = await workflows.execute_with_connector_auth(
        "sign_in",
        connectors=[ConnectorSlot(connector_name="a"), ConnectorSlot(connector_name="b")],
        on_auth_required=sign_in,
        polling_interval=0.001,
    )
    assert (ended.status, asked) == ("COMPLETED", ["a", "b"])


async def test_questions_after_the_events_are_counted(workflows, server):
    server.fault(Cut(after_events=1), operation="workflows.events.get_stream_events", times=9)
    with pytest.raises(TimeoutError, match="not done after 2 questions"):
        await workflows.execute_with_connector_auth(
            "sign_in",
            connectors=[ConnectorSlot(connector_name="a")],
            on_auth_required=str,
            polling_interval=0.001,
            max_attempts=2,
        )


async def test_an_error_of_the_callback_is_raised(workflows):
    def sign_in(state):
        raise ZeroDivisionError

    slots = [ConnectorSlot(connector_name="a")]
    with pytest.raises(ZeroDivisionError):
        await workflows.execute_with_connector_auth("sign_in", connectors=slots, on_auth_required=sign_in)


async def test_the_place_of_a_worker(workflows, server):
    assert (await workflows.workers.get_scheduler_namespace()).scheduler_url == server.url


def test_blocking(sync_client):
    workflows = sync_client.workflows
    execution = workflows.execute_workflow("approval").execution_id
    workflows.executions.signal_workflow_execution(execution, name="approve")
    with workflows.executions.stream(execution) as stream:
        assert [event.data.event_type for event in stream][-1] == "WORKFLOW_EXECUTION_COMPLETED"
    whole = sync_client.with_response.workflows.executions
    assert whole.get_workflow_execution(execution).unknown_fields() == {}
    assert whole.get_workflow_execution_trace_otel(execution).unknown_fields() == {}
