"""The error that the API ends a stream of workflows with, in a response of httpx; calls raise it by themselves."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from mistral_async._codec.json_encode import encode
from mistral_async._codec.sse import Event, EventDecoder, load_field_decoder
from mistral_async.compat._hooks.types import AfterSuccessContext, AfterSuccessHook
from mistral_async.compat._official import names
from mistral_async.compat.errors import add_official_class
from mistral_async.errors import from_event

STREAM_OPERATIONS_WITH_ERROR_EVENT: Final = frozenset(
    {
        "get_stream_events_v1_workflows_events_stream_get",
        "stream_v1_workflows_executions__execution_id__stream_get",
        "stream_deployment_logs",
        "stream_workflow_execution_logs",
    }
)
_METHODS: Final = frozenset(
    {
        "workflows.events.get_stream_events",
        "workflows.executions.stream",
        "workflows.deployments.stream_deployment_logs",
        "workflows.executions.stream_workflow_execution_logs",
    }
)
"""The same operations, as hooks of calls know them."""


class WorkflowStreamErrorHook(AfterSuccessHook):
    """Has a stream of workflows raise `StreamDisconnectedError` for an event that is an error."""

    def after_success(self, hook_ctx: AfterSuccessContext, response: Any) -> Any:
        """Return a response whose stream is looked through, or the same one."""
        streams = hook_ctx.operation_id in STREAM_OPERATIONS_WITH_ERROR_EVENT | _METHODS
        plain = "content-encoding" not in response.headers
        if not (streams and plain and "text/event-stream" in response.headers.get("content-type", "")):
            return response
        checked = _stream_class(type(response).__module__.partition(".")[0])(response.stream)
        kept = {"headers": response.headers, "request": response.request, "extensions": response.extensions}
        return type(response)(response.status_code, stream=checked, **kept)


class _Checked:
    """A stream of events until one that is an error, which is raised in its place; comments are left out."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        load_field_decoder()
        self._decoder = EventDecoder()

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            yield from _frames(self._decoder.feed(chunk))
        yield from _frames(self._decoder.close())

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            for frame in _frames(self._decoder.feed(chunk)):
                yield frame
        for frame in _frames(self._decoder.close()):
            yield frame

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()

    async def aclose(self) -> None:
        """Close the stream."""
        await self._stream.aclose()


@functools.cache
def _stream_class(package: str) -> type[_Checked]:
    """Return the class for httpx or httpx2, which know streams by their classes."""
    known: Any = sys.modules[package]
    return type("Checked", (_Checked, known.AsyncByteStream, known.SyncByteStream), {})


def _frames(events: Sequence[Event]) -> Iterator[bytes]:
    for event in events:
        if event.event == "error":
            error = from_event(_strict(event.data), route="workflows", request_id=None)
            add_official_class(error, disconnects=True)
            raise error
        yield _frame(event)


def _frame(event: Event) -> bytes:
    fields = {"event": event.event, "id": event.id, "retry": event.retry}
    named = [f"{name}: {value}".encode() for name, value in fields.items() if value not in {None, ""}]
    return b"\n".join([*named, *(b"data: " + line for line in event.data.split(b"\n")), b"\n"])


def _strict(data: bytes) -> bytes:
    """Return JSON in which the line ends of data in several lines are escaped; anything else as it is."""
    try:
        return encode(json.loads(data, strict=False))
    except ValueError:
        return data


if not TYPE_CHECKING:
    __getattr__ = names(__name__)
