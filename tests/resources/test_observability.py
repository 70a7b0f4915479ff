"""Observability, through every face of the client: what it sees are the chats that were made on the fake server."""

from __future__ import annotations

import json

import pytest

from mistral_async import SyncMistral, calls
from mistral_async.errors import BadRequestError, ConflictError, NotFoundError, UnprocessableEntityError
from mistral_async.models import (
    FilterCondition,
    FilterGroup,
    FilterPayload,
    JudgeClassificationOutput,
    JudgeClassificationOutputOption,
    JudgeRegressionOutput,
    MetricDefinition,
    NumericStatistics,
    PipelineConfigSelector,
    SpanDatasetMapping,
    SpanDatasetMappingContract,
    SpanDatasetSourceReference,
    TelemetrySpanReference,
)
from mistral_async.testing import FakeMistral, VirtualClock

MODEL = "mistral-small-latest"
TOPICS = JudgeClassificationOutput(
    options=[
        JudgeClassificationOutputOption(value="parcels", description="delivery of parcels"),
        JudgeClassificationOutputOption(value="money", description="invoices and payment"),
    ]
)
JUDGE = {
    "name": "Topics",
    "description": "",
    "model_name": MODEL,
    "output": TOPICS,
    "instructions": "Name the topic",
    "tools": [],
}
EVERYTHING = FilterPayload()


@pytest.fixture
def clock():
    return VirtualClock(1_000.0)


@pytest.fixture
async def server(anyio_backend, clock):
    async with FakeMistral(clock=clock, processing_seconds=60) as server:
        yield server


async def say(client, *texts):
    for text in texts:
        await client.chat.complete(model=MODEL, messages=[{"role": "user", "content": text}])


def asks(text):
    return FilterCondition(field="last_user_message", op="contains", value=text)


async def test_judges_from_their_creation_to_their_end(client, server):
    judges = client.beta.observability.judges
    made = await judges.create(**JUDGE)
    assert made.output == TOPICS
    assert made.created_at_datetime is not None
    regression = JudgeRegressionOutput(min_description="bad", max_description="good", max=10)
    await judges.update(made.id, **{**JUDGE, "name": "Grades", "output": regression})
    assert (await judges.fetch(made.id)).output == regression
    await judges.create(**JUDGE)
    for number in range(3):
        await judges.create(**{**JUDGE, "name": f"Judge {number}", "model_name": "magistral-small-latest"})
    names = [each.name async for each in judges.list(page_size=2)]
    assert names == ["Judge 2", "Judge 1", "Judge 0", "Topics", "Grades"]
    assert [each.query.get("page") for each in server.requests[-3:]] == [None, ["2"], ["3"]]
    assert [each.name for each in await judges.list(type_filter=["REGRESSION"]).to_list()] == ["Grades"]
    assert [each.name for each in await judges.list(q="top", model_filter=[MODEL]).to_list()] == ["Topics"]
    await judges.delete(made.id)
    with pytest.raises(NotFoundError, match="Judge"):
        await judges.fetch(made.id)


async def test_judges_judge(client):
    judges = client.beta.observability.judges
    talk = [{"role": "user", "content": "My invoice?"}, {"role": "assistant", "content": "Your payment is late."}]
    topics = await judges.create(**JUDGE)
    assert (await judges.judge_conversation(topics.id, messages=talk)).answer == "money"
    output = {"type": "REGRESSION", "min_description": "-", "max_description": "+", "min": 0, "max": 10}
    grades = await judges.create(**{**JUDGE, "name": "Grades", "output": output})
    whole = [{"role": "user", "content": "parcels"}, {"role": "assistant", "content": "Parcels arrive."}]
    assert (await judges.judge_conversation(grades.id, messages=whole)).answer == 10
    assert (await judges.judge_conversation(grades.id, messages=talk)).answer == 0


async def test_errors_of_judges(client):
    judges = client.beta.observability.judges
    await judges.create(**JUDGE)
    with pytest.raises(ConflictError):
        await judges.create(**JUDGE)
    with pytest.raises(UnprocessableEntityError, match="name") as refused:
        await judges.create(**{**JUDGE, "name": "abc"})
    assert refused.value.code == "VALIDATION_ERROR"
    with pytest.raises(TypeError, match="instructions"):
        judges.create(name="abcde")


async def test_chats_are_found_by_nested_filters(client, server):
    events = client.beta.observability.chat_completion_events
    await say(client, "parcel one", "parcel two", "invoice", "weather")
    found = events.search(search_params=EVERYTHING, page_size=3, extra_fields=["last_user_message", "model"])
    shown = [each.extra_fields["last_user_message"] async for each in found]
    assert shown == ["weather", "invoice", "parcel two", "parcel one"]
    first, second = server.requests[-2:]
    assert json.loads(first.body) == json.loads(second.body)
    assert json.loads(first.body)["search_params"] == {"filters": None}
    assert ("cursor" in first.query, "cursor" in second.query) == (False, True)
    either = FilterGroup(or_=[FilterGroup(and_=[asks("parcel"), asks("two")]), asks("weather")])
    ids = (await events.search_ids(search_params=FilterPayload(filters=either))).completion_event_ids
    chats = [await events.fetch(name) for name in ids]
    assert [chat.request_messages[-1]["content"] for chat in chats] == ["weather", "parcel two"]
    assert chats[0].nb_output_tokens > 0
    assert chats[0].response_messages[0]["role"] == "assistant"
    with pytest.raises(BadRequestError):
        await events.search_ids(search_params={"filters": {"field": "color", "op": "eq", "value": 1}})


@pytest.mark.parametrize(
    ("field", "op", "value"),
    [
        ("nb_messages", "startswith", "1"),
        ("nb_messages", "len_eq", 1),
        ("model", "icontains", 5),
        ("response", "inotcontains", 5),
        ("nb_messages", "lt", "many"),
    ],
)
async def test_operators_that_a_field_does_not_have_and_values_of_another_type(client, field, op, value):
    await say(client, "parcel")
    with pytest.raises(BadRequestError, match=field):
        await client.beta.observability.chat_completion_events.search_ids(
            search_params={"filters": {"field": field, "op": op, "value": value}}
        )


@pytest.mark.parametrize(
    "filters",
    [
        {"AND": 1},
        {"OR": "x"},
        {"AND": [1]},
        {"AND": {"a": 1}},
        {"OR": [{"AND": [None]}]},
        {"AND": [], "OR": [{"OR": 5}]},
    ],
    ids=str,
)
async def test_filters_that_are_none_are_refused_whatever_there_is(client, filters):
    with pytest.raises(BadRequestError):
        await client.beta.observability.chat_completion_events.search(search_params={"filters": filters})
    await client.chat.complete(model="mistral-small-latest", messages=[{"role": "user", "content": "hi"}])
    with pytest.raises(BadRequestError):
        await client.beta.observability.chat_completion_events.search(search_params={"filters": filters})


async def test_chats_are_judged_and_compared(client):
    events = client.beta.observability.chat_completion_events
    await say(client, "the parcel is late", "where is the parcel", "bonjour")
    (late, *_) = (await events.search_ids(search_params=FilterPayload(filters=asks("late")))).completion_event_ids
    assert (await events.judge(late, judge_definition=JUDGE)).answer == "parcels"
    alike = (await events.fetch_similar_events(late)).completion_events.results
    assert late not in {each.event_id for each in alike}
    best = await events.fetch(alike[0].event_id)
    assert best.request_messages[0]["content"] == "where is the parcel"
    with pytest.raises(NotFoundError):
        await events.fetch("00000000-0000-4000-8000-00000000000f")


async def test_fields_of_chats_and_their_values(client):
    fields = client.beta.observability.chat_completion_events.fields
    await say(client, "one", "two")
    await client.chat.complete(model="ministral-8b-latest", messages=[{"role": "user", "content": "three"}])
    listed = await fields.list()
    assert "contains" in {each.name: each for each in listed.field_definitions}["model"].supported_operators
    assert {each.group for each in listed.field_definitions} == {each.name for each in listed.field_groups}
    assert len((await fields.fetch_options("model", operator="eq")).options) == 2
    assert (await fields.fetch_options("response", operator="eq")).options is None
    assert [each.count for each in (await fields.fetch_option_counts("model")).counts] == [2, 1]
    some = FilterPayload(filters=asks("three"))
    assert [each.count for each in (await fields.fetch_option_counts("model", filter_params=some)).counts] == [1]
    with pytest.raises(NotFoundError):
        await fields.fetch_options("color", operator="eq")


async def test_a_campaign_selects_chats_and_ends(client, clock):
    campaigns = client.beta.observability.campaigns
    await say(client, "parcel 1", "parcel 2", "parcel 3", "weather")
    judge = await client.beta.observability.judges.create(**JUDGE)
    search = FilterPayload(filters=FilterGroup(and_=[asks("parcel")]))
    options = {"search_params": search, "judge_id": judge.id, "name": "Parcels", "description": "", "max_nb_events": 2}
    made = await campaigns.create(**options)
    assert (made.search_params, made.judge.id) == (search, judge.id)
    assert (await campaigns.fetch_status(made.id)).status == "RUNNING"
    clock.advance(60)
    assert (await campaigns.fetch_status(made.id)).status == "COMPLETED"
    assert len(await campaigns.list_events(made.id, page_size=1).to_list()) == 2
    assert [each.id async for each in campaigns.list(q="parc")] == [made.id]
    assert (await campaigns.fetch(made.id)).max_nb_events == 2
    await campaigns.delete(made.id)
    with pytest.raises(NotFoundError):
        await campaigns.fetch_status(made.id)
    with pytest.raises(NotFoundError, match="Judge"):
        await campaigns.create(**{**options, "judge_id": "none"})


async def test_datasets_and_their_records(client, server):
    datasets = client.beta.observability.datasets
    made = await datasets.create(name="Good answers", description="d")
    assert made.slug == "good-answers"
    changed = await datasets.update(made.id, description=None, name="Best answers")
    assert json.loads(server.requests[-1].body) == {"description": None, "name": "Best answers"}
    assert changed.name == "Best answers"
    for number in range(3):
        await datasets.create_record(made.id, payload={"number": number}, properties={"odd": number % 2 == 1})
    records = [each async for each in datasets.list_records(made.id, page_size=2)]
    assert [each.payload["number"] for each in records] == [2, 1, 0]
    assert {each.source for each in records} == {"DIRECT_INPUT"}
    newest, middle, oldest = (each.id for each in records)
    await datasets.records.update_payload(newest, payload={"messages": [{"role": "user", "content": "My payment"}]})
    await datasets.records.update_properties(newest, properties={"good": True})
    record = await datasets.records.fetch(newest)
    assert (record.properties, "number" in record.payload) == ({"good": True}, False)
    assert (await datasets.records.judge(newest, judge_definition=JUDGE)).answer == "money"
    url = (await datasets.export_to_jsonl(made.id)).file_url
    assert url.startswith(server.url)
    await datasets.records.bulk_delete(dataset_record_ids=[oldest, middle])
    await datasets.records.delete(newest)
    assert await datasets.list_records(made.id).to_list() == []
    with pytest.raises(NotFoundError):
        await datasets.records.delete(newest)
    await datasets.delete(made.id)
    with pytest.raises(NotFoundError):
        await datasets.list_records(made.id).to_list()


async def test_imports_take_records_in_when_their_time_has_come(client, clock):
    datasets, events = client.beta.observability.datasets, client.beta.observability.chat_completion_events
    await say(client, "one", "two")
    talk = await client.beta.conversations.start(model=MODEL, inputs="Hello")
    file = await client.files.upload(
        ("a.jsonl", b'{"payload": {"a": 1}}\n{"b": 2}\nno JSON\n'), purpose="batch", check=False
    )
    made = await datasets.create(name="Chats", description="")
    ids = (await events.search_ids(search_params=EVERYTHING)).completion_event_ids
    task = await datasets.import_from_explorer(made.id, completion_event_ids=[*ids, "none"])
    assert (task.status, task.result) == ("RUNNING", None)
    await datasets.import_from_file(made.id, file_id=file.id)
    await datasets.import_from_playground(made.id, conversation_ids=[talk.conversation_id])
    assert await datasets.list_records(made.id).to_list() == []
    clock.advance(60)
    task = await datasets.fetch_task(made.id, task.id)
    assert (task.status, task.progress) == ("COMPLETED", 100)
    counts = task.result
    assert (counts.requested_record_count, counts.imported_record_count, counts.skipped_record_count) == (3, 2, 1)
    records = await datasets.list_records(made.id).to_list()
    assert sorted(each.source for each in records) == ["EXPLORER"] * 2 + ["PLAYGROUND"] + ["UPLOADED_FILE"] * 2
    copy = await datasets.create(name="Copies", description="")
    await datasets.import_from_dataset_records(copy.id, dataset_record_ids=[each.id for each in records])
    clock.advance(60)
    payloads = [each.payload for each in await datasets.list_records(copy.id).to_list()]
    assert {"a": 1} in payloads
    assert {"b": 2} in payloads
    assert len(await datasets.list_tasks(made.id, page_size=1).to_list()) == 3
    with pytest.raises(NotFoundError):
        await datasets.fetch_task(copy.id, task.id)


async def test_campaigns_and_spans_become_records(client, clock):
    observability = client.beta.observability
    await say(client, "one", "two")
    judge = await observability.judges.create(**JUDGE)
    campaign = await observability.campaigns.create(
        search_params=EVERYTHING, judge_id=judge.id, name="All chats", description="", max_nb_events=10
    )
    made = await observability.datasets.create(name="Spans", description="")
    await observability.datasets.import_from_campaign(made.id, campaign_id=campaign.id)
    span, *_ = await observability.spans.search_spans(search_expression='operation_name = "chat"').to_list()
    source = SpanDatasetSourceReference(namespace="span_attributes", key="gen_ai.response.model")
    await observability.datasets.import_from_spans(
        made.id,
        span_references=[TelemetrySpanReference(trace_id=span.trace_id, span_id=span.span_id)],
        mapping_contract=SpanDatasetMappingContract(
            mappings=[SpanDatasetMapping(target_field="model", source_field=source)]
        ),
    )
    clock.advance(60)
    records = await observability.datasets.list_records(made.id).to_list()
    assert [each.source for each in records] == ["TELEMETRY_SPAN", "EXPLORER", "EXPLORER"]
    assert records[0].payload == {"model": span.response_model}


async def test_traces_spans_and_logs_of_chats(client, server, clock):
    observability = client.beta.observability
    await say(client, "one")
    clock.advance(3600)
    await say(client, "two", "three")
    traces = await observability.traces.search(page_size=2).to_list()
    assert len(traces) == 3
    trace = await observability.traces.get_trace_by_id(traces[0].trace_id)
    assert (trace.span_count, trace.models_used) == (2, [trace.models_used[0]])
    root, model = await observability.traces.get_trace_spans(trace.trace_id, page_size=1).to_list()
    assert (root.parent_span_id, model.parent_span_id) == ("", root.span_id)
    assert await observability.traces.get_span_by_id(trace.trace_id, model.span_id) == model
    later = traces[1].start_time_datetime
    assert len(await observability.traces.search(from_=later).to_list()) == 2
    assert "from" in server.requests[-1].query
    assert len(await observability.logs.search(to=traces[-1].start_time, order="asc").to_list()) == 1
    names = [each.name for each in (await observability.logs.list()).field_definitions]
    assert "severity_text" in names
    assert (await observability.logs.fetch_options("severity_text")).options == ["INFO"]
    assert (await observability.traces.fetch_options("service_name")).options == ["fake-mistral"]
    assert (await observability.spans.fetch_span_field_options("span_kind")).options == ["Client", "Server"]
    with pytest.raises(BadRequestError):
        await observability.spans.search_spans(search_expression="?").to_list()
    with pytest.raises(NotFoundError, match="Span"):
        await observability.traces.get_span_by_id(trace.trace_id, "none")


async def test_numbers_of_spans_by_field_and_by_time(client, clock, server):
    observability = client.beta.observability
    await say(client, "one", "two")
    clock.advance(7200)
    await client.chat.complete(model="ministral-8b-latest", messages=[{"role": "user", "content": "three"}])
    count = await observability.spans.aggregate(
        metric=MetricDefinition(measure="span_id", aggregation="count"),
        dimensions=["request_model"],
        search_expression="operation_name = chat",
        order_by=[{"field": "count_span_id", "direction": "desc"}],
        from_="2000-01-01T00:00:00Z",
    )
    assert [(each.dimensions["request_model"], each.metric_value) for each in count.data] == [
        (MODEL, 2),
        ("ministral-8b-latest", 1),
    ]
    assert ("from" in server.requests[-1].query, "from" in json.loads(server.requests[-1].body)) == (True, False)
    tokens = await observability.traces.aggregate(
        metric={"measure": "input_tokens", "aggregation": "sum"}, time_dimension={"granularity": "hour"}
    )
    assert len(tokens.data) == 2
    assert all(each.time_bucket_datetime is not None for each in tokens.data)
    assert tokens.meta.granularity_seconds == 3600
    for unknown in ("median", "product"):
        with pytest.raises(UnprocessableEntityError, match="aggregation"):
            await observability.spans.aggregate(metric={"measure": "duration_ns", "aggregation": unknown})


async def test_pipelines_give_scores_to_spans(client, server):
    observability = client.beta.observability
    evaluations = observability.evaluations
    await observability.judges.create(**JUDGE)
    judges = [{"slug": "topics"}, {"slug": "other"}]
    made = await evaluations.create_pipeline(
        name="Live", selectors=[PipelineConfigSelector(source_kind="span")], definitions=judges
    )
    assert [each.slug for each in made.pipeline_configs] == ["topics", "other"]
    await say(client, "my invoice", "my parcels")
    scores = await observability.spans.search_span_evaluations(page_size=3).to_list()
    assert [each.score_label for each in scores if each.evaluation_name == "topics"] == ["parcels", "money"]
    assert len(await observability.spans.search_latest_span_evaluations().to_list()) == 4
    results = await observability.spans.search_pipeline_results(pipeline_config_slugs=["topics"]).to_list()
    assert [each.judge_labels for each in results] == [{"topics": "parcels"}, {"topics": "money"}]
    options = await observability.spans.fetch_span_eval_field_options("evaluation_name")
    assert options.options == ["other", "topics"]
    count = await observability.spans.aggregate_span_evaluations(
        metric={"measure": "evaluation_name", "aggregation": "count"}
    )
    assert count.data[0].metric_value == 4
    changed = await evaluations.update_pipeline(made.id, description=None, enabled=False)
    assert json.loads(server.requests[-1].body) == {"description": None, "enabled": False}
    assert (changed.enabled, len(changed.pipeline_configs)) == (False, 2)
    assert [each.id async for each in evaluations.list_pipelines(enabled=False)] == [made.id]
    assert (await evaluations.get_pipeline(made.id)).name == "Live"
    await evaluations.delete_pipeline(made.id)
    with pytest.raises(NotFoundError):
        await evaluations.get_pipeline(made.id)


def test_a_step_of_a_pipeline_is_known_by_its_keys():
    kinds = [
        {"destination": {"endpoint": "e"}},
        {"target_attributes": ["a"], "patterns": []},
        {"model": "m", "prompt": "p", "result_spec": {"type": "numeric", "min": 0, "max": 1}},
        {"model": "m", "target_attributes": ["a"]},
        {},
    ]
    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url) as client:
        for kind in kinds:
            answer = {"pipeline_configs": [{"definition": kind}]}
            server.reply("beta.observability.evaluations.get_pipeline", json=answer)
        get = client.beta.observability.evaluations.get_pipeline
        found = [type(get("1").pipeline_configs[0].definition).__name__ for _ in kinds]
    assert found == [
        "ExportDefinitionV1",
        "DetectionDefinitionV1",
        "JudgeDefinitionV1",
        "ModerationDefinitionV1",
        "ModerationDefinitionV1",
    ]


async def test_evaluations_their_runs_and_records(client):
    evaluations = client.beta.observability.evaluations
    project = await evaluations.projects.get("support")
    assert [each.id async for each in evaluations.projects.list(q="supp")] == [project.id]
    evaluation = await evaluations.get(project.evaluations[0].slug)
    assert [each.id async for each in evaluations.list(project.slug)] == [evaluation.id]
    runs = [each async for each in evaluations.runs.search(evaluation.slug, page_size=2)]
    assert [each.name for each in runs] == ["Run 3", "Run 2", "Run 1"]
    tagged = await evaluations.runs.search_all(tags={"combinator": "or", "values": ["v1", "v2"]}).to_list()
    assert [(each.name, each.project.slug) for each in tagged] == [("Run 2", "support"), ("Run 1", "support")]
    run = await evaluations.runs.get(runs[0].id)
    numbers = (await evaluations.runs.get_statistics(run.id)).statistics
    assert isinstance(numbers["accuracy"], NumericStatistics)
    assert numbers == run.statistics
    assert numbers["tone"].mode == ["kind"]
    good = {"filters": [{"evaluator_name": "accuracy", "metric": "avg", "operator": "gt", "value": 0.7}]}
    some = await evaluations.runs.compute_statistics(run.id, score_filters=good)
    assert (some.statistics["accuracy"].count, some.passed) == (1, True)
    sort = {"kind": "score", "evaluator_name": "accuracy", "metric": "avg", "direction": "asc"}
    records = await evaluations.records.search(run.id, sort=sort, page_size=2).to_list()
    assert [each.input["question"][:3] for each in records] == ["Can", "How", "Whe"]
    for other in ({"evaluator_name": "tone"}, {"evaluator_name": "none"}, {"metric": "p75"}):
        unsorted = await evaluations.records.search(run.id, sort={**sort, **other}).to_list()
        assert [each.input["question"][:3] for each in unsorted] == ["Whe", "How", "Can"]
    found = await evaluations.records.search(run.id, input_filters={"filters": [{"value": "invoice"}]}).to_list()
    assert found == [await evaluations.records.get(run.id, records[0].id)]
    with pytest.raises(NotFoundError):
        await evaluations.runs.get("none")


async def test_optimizations_and_their_trials(client):
    optimizations = client.beta.observability.evaluations.optimizations
    (found,) = await optimizations.list(project="support", tags=["support"]).to_list()
    assert await optimizations.list(status="running").to_list() == []
    assert (await optimizations.get(found.id)).evaluation.slug == "answers"
    trials = [each async for each in optimizations.list_trials(found.id, page_size=1)]
    assert [each.observations[0].run.name for each in trials] == ["Run 1", "Run 2", "Run 3"]


def test_blocking_and_with_response(sync_client):
    made = sync_client.beta.observability.judges.create(**JUDGE)
    answer = sync_client.with_response.beta.observability.judges.fetch(made.id)
    assert (answer.data, answer.unknown_fields()) == (made, {})
    assert [each.id for each in sync_client.beta.observability.judges.list()] == [made.id]
    assert answer.data.to_dict()["output"]["type"] == "CLASSIFICATION"


async def test_many_judges_at_once(client):
    describe = calls.beta.observability.judges.create
    names = [f"Judge {number}" for number in range(5)]
    async with client.bulk.map(describe(**{**JUDGE, "name": name}) for name in names) as made:
        assert sorted([each.unwrap().name async for each in made]) == names
