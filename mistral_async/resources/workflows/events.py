"""The events of workflows."""

from __future__ import annotations

from typing_extensions import Unpack

from mistral_async._binding.resource import M, Resource, endpoint, keeping_arguments
from mistral_async._codec.json_encode import encode
from mistral_async._codec.json_faults import check_text
from mistral_async._engine.paging import PageToken
from mistral_async._engine.request import Pages, RetrySafety, Stream, pages, stream
from mistral_async.models.workflows.events import (
    GetStreamEventsOptions,
    GetWorkflowEventsOptions,
    ListWorkflowEventResponse,
    StreamEventSsePayload,
    WorkflowEvent,
)


class Events(Resource[M]):
    """The events of workflows: what executions, their activities and their custom tasks did."""

    @endpoint
    def get_workflow_events(
        self, **options: Unpack[GetWorkflowEventsOptions]
    ) -> Pages[WorkflowEvent, ListWorkflowEventResponse]:
        """List events."""
        returns, by = ListWorkflowEventResponse, PageToken("cursor", "next_cursor")
        return pages("/v1/workflows/events/list", query=options, returns=returns, by=by, items="events")

    @endpoint
    @keeping_arguments
    def get_stream_events(self, **options: Unpack[GetStreamEventsOptions]) -> Stream[StreamEventSsePayload]:
        """Stream events as they come; `start_seq` or `last_event_id` goes on with a stream that broke."""
        last_event_id, filters = options.pop("last_event_id", None), options.pop("metadata_filters", None)
        json = None if filters is None else encode(filters).decode()
        request = stream(
            "/v1/workflows/events/stream",
            method="GET",
            query={**options, "metadata_filters": json},
            yields=StreamEventSsePayload,
            ends=frozenset(),
            safety=RetrySafety.SAFE,
        )
        if last_event_id is not None:
            check_text(last_event_id, "last_event_id")
            request.headers = {"last-event-id": last_event_id}
        return request
