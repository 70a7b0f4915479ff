"""Search indexes that the server keeps, and those of your own with their pipelines."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mistral_async import Mistral
from mistral_async.errors import ConflictError, NotFoundError, StreamEventError, UnprocessableEntityError
from mistral_async.models import (
    And,
    Equal,
    KeywordFieldDefinition,
    KeywordRetriever,
    ManagedIndexConfig,
    ManagedIndexFields,
    MistralEmbeddingModel,
    Not,
    RRFRetriever,
    SummaryChunk,
    SummaryMetadata,
    UpdateMetricsRequestDeploymentMetricsOffline,
    UpdateMetricsRequestDeploymentMetricsOnline,
    UpdateMetricsRequestIndexMetrics,
)
from mistral_async.testing import FakeMistral, VirtualClock

CONFIG = ManagedIndexConfig(embedding=MistralEmbeddingModel(name="mistral-embed", dimensions=1024))
SCHEMA = ManagedIndexFields(document_fields={"lang": KeywordFieldDefinition(required=True)})
TEA = {"id": "tea", "lang": "en", "content": "Tea is hot. Tea is green! Is it?"}
WEIN = {"id": "wein", "lang": "de", "content": "Tea? Wein ist rot."}


@pytest.fixture
async def indexes(client):
    await client.beta.context.search_indexes.create(name="drinks", config=CONFIG, schema=SCHEMA)
    added = await client.beta.context.search_indexes.ingest_documents("drinks", documents=[TEA, WEIN, {"content": "x"}])
    assert (added.accepted, added.rejected) == (2, 1)
    assert [each.status for each in added.results] == ["accepted", "accepted", "rejected"]
    assert (added.results[0].chunk_count, added.results[2].errors[0].location) == (3, ["lang"])
    return client.beta.context.search_indexes


async def test_an_index_from_its_creation_to_its_end(anyio_backend):
    clock = VirtualClock()
    async with FakeMistral(clock=clock) as server, Mistral(server.api_key, server_url=server.url) as client:
        indexes = client.beta.context.search_indexes
        index = await indexes.create(name="drinks", config=CONFIG, schema=SCHEMA)
        assert (index.status, index.config, index.schema) == ("provisioning", CONFIG, SCHEMA)
        clock.advance(1)
        assert (await indexes.get("drinks")).status == "ready"
        assert [(each.name, each.status) async for each in indexes.list(status="ready")] == [("drinks", "ready")]
        assert await indexes.list(status="failed").to_list() == []
        with pytest.raises(ConflictError):
            await indexes.create(name="drinks", config=CONFIG)
        changed = await indexes.update("drinks", schema={"document_fields": {}})
        assert (changed.schema, changed.status) == (ManagedIndexFields(), "ready")
        assert (await indexes.delete("drinks")).status == "deleting"
        with pytest.raises(NotFoundError):
            await indexes.get("drinks")


async def test_search_by_words_with_conditions(indexes):
    async def found(retriever):
        return [
            (hit.chunk.source_id, hit.chunk.content)
            for hit in (await indexes.search("drinks", retriever=retriever)).hits
        ]

    green = KeywordRetriever(query="green tea", operator="and")
    assert await found(green) == [("tea", "Tea is green!")]
    english = Equal(field="lang", value="en")
    german = And(matches=[Not(match=english), {"type": "in", "field": "lang", "values": ["de", "fr"]}])
    assert await found(KeywordRetriever(query="tea", filter=german)) == [("wein", "Tea?")]
    both = RRFRetriever(retrievers=[green, KeywordRetriever(query="hot")], weights=[2.0, 1.0])
    assert [text for _, text in await found(both)] == ["Tea is green!", "Tea is hot."]
    ranged = {"type": "range", "field": "lang", "gte": "d", "lt": "e"}
    assert await found({"type": "keyword", "query": "tea", "filter": ranged}) == [("wein", "Tea?")]
    assert await found({"type": "keyword", "query": "tea", "filter": {**ranged, "gte": 1}}) == []


async def test_documents_are_read_piece_by_piece(indexes):
    read = (await indexes.read("drinks", source_id="tea")).chunks
    assert [chunk.content for chunk in read] == ["Tea is hot.", "Tea is green!", "Is it?"]
    assert (await indexes.get_chunk("drinks", read[1].id)).chunks == [read[1]]
    assert (await indexes.grep("drinks", source_id="tea", pattern="is hot")).chunks == [read[0]]
    place = {"source_id": "tea", "start_offset": read[1].start_offset, "end_offset": read[1].end_offset}
    assert (await indexes.navigate("drinks", direction="next", **place)).chunks == [read[2]]
    assert (await indexes.navigate("drinks", direction="previous", **place)).chunks == [read[0]]
    gone = await indexes.delete_documents("drinks", document_ids=["tea", "coffee"])
    assert (gone.deleted_document_ids, gone.missing) == (["tea"], ["coffee"])
    with pytest.raises(NotFoundError):
        await indexes.read("drinks", source_id="tea")


async def test_a_summary_comes_line_by_line(indexes, client):
    with pytest.raises(NotFoundError):
        await indexes.get_index_summary("drinks", "en")
    async with indexes.generate_index_summary("drinks", "en") as stream:
        *parts, last = [event async for event in stream]
    assert {type(part) for part in parts} == {SummaryChunk}
    assert last == SummaryMetadata(status="generated")
    kept = await indexes.get_index_summary("drinks", "en")
    assert (kept.content, kept.status) == ("".join(part.content for part in parts), "generated")
    await indexes.set_index_summary("drinks", "en", content="Drinks.", status="handwritten", translated=False)
    assert (await indexes.get_index_summary("drinks", "en")).content == "Drinks."
    with pytest.raises(UnprocessableEntityError, match="language"):
        await indexes.get_index_summary("drinks", "xx")


async def test_a_summary_that_can_not_be_is_an_error_of_the_stream(client):
    await client.beta.context.search_indexes.create(name="empty", config=CONFIG)
    async with client.beta.context.search_indexes.generate_index_summary("empty", "en", force=True) as stream:
        with pytest.raises(StreamEventError, match="no documents"):
            await stream.until_done()


def test_blocking_and_in_bulk(sync_client):
    indexes = sync_client.beta.context.search_indexes
    indexes.create(name="drinks", config=CONFIG)
    indexes.ingest_documents("drinks", documents=[TEA])
    with indexes.generate_index_summary("drinks", "fr") as stream:
        assert len(list(stream)) > 1
    assert sync_client.with_response.beta.context.search_indexes.get("drinks").unknown_fields() == {}


async def test_deployments_of_your_own(client):
    own = client.beta.rag.search_indexes
    index = {"name": "i", "fields": [], "sd": "i"}
    deployment = {"vespa_version": "8", "indexes": [index], "query_url": "https://vespa.example"}
    made = await own.register_deployment(name="d", deployment=deployment)
    renamed = {**deployment, "indexes": [{**index, "name": "j"}]}
    assert (await own.register_deployment(name="d", deployment=renamed, status="online")).id == made.id
    (shown,) = (await own.get_deployment_summaries()).deployments
    assert (shown.status, [each.name for each in shown.deployment.indexes]) == ("online", ["j"])
    await own.register_deployment(name="d", deployment=deployment)
    counts = [UpdateMetricsRequestIndexMetrics(name="i", document_count=3)]
    online = UpdateMetricsRequestDeploymentMetricsOnline(document_count=3, index_metrics=counts)
    await own.update_index_metrics(made.id, request_body=online)
    (shown,) = (await own.get_deployment_summaries()).deployments
    assert (shown.status, shown.document_count, shown.deployment.indexes[0].document_count) == ("online", 3, 3)
    await own.update_index_metrics(
        made.id, request_body=UpdateMetricsRequestDeploymentMetricsOffline(clear_metrics=True)
    )
    (shown,) = (await own.get_deployment_summaries()).deployments
    assert (shown.status, shown.document_count) == ("offline", 0)
    await own.unregister_deployment(made.id)
    assert (await own.get_deployment_summaries()).deployments == []


async def test_pipelines_and_their_runs(client):
    pipelines = client.beta.rag.ingestion_pipeline_configurations
    made = await pipelines.register(name="p", pipeline_composition={"split": "sentences"})
    at = datetime(2026, 1, 2, tzinfo=UTC)
    await pipelines.update_run_info(made.id, execution_time=at, chunks_count=3)
    await pipelines.update_run_info(made.id, execution_time=at, chunks_count=4)
    (shown,) = await pipelines.list()
    assert (shown.last_run_time_datetime, shown.last_run_chunks_count, shown.total_chunks_count) == (at, 4, 7)
    again = await pipelines.register(name="p", pipeline_composition={"split": "words"})
    assert (await pipelines.list(), again.pipeline_composition) == ([again], {"split": "words"})
