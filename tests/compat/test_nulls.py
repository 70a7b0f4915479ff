"""Constants that were sent as null are null, as in the official SDK."""

from __future__ import annotations

import json

import pytest

from mistral_async._codec.open_union import decode
from mistral_async.compat import models
from mistral_async.compat.extra.observability.streaming import parse_sse_chunks

SENT = {"id": "a", "model": "m", "choices": [], "created": 1}
CHUNK, CARD, JOB, EMBEDDING = (
    models.CompletionChunk,
    models.BaseModelCard,
    models.BatchJob,
    models.EmbeddingResponseData,
)


@pytest.mark.parametrize(
    "kind", [CHUNK, CARD, models.ModelList, JOB, EMBEDDING, models.Agent, models.ConversationResponse]
)
def test_an_object_that_was_null_is_null(kind):
    answer = decode(b'{"object": null}', kind)
    assert answer.object is None
    assert answer.model_dump()["object"] is None
    assert json.loads(answer.model_dump_json())["object"] is None
    assert decode(b"{}", kind).object
    assert decode(b"{}", kind) != answer


def test_chunks_are_those_that_were_dumped():
    chunk = models.CompletionChunk(**SENT, object=None)
    text = f"data: {json.dumps(chunk.model_dump(mode='json'))}\n\ndata: [DONE]\n\n"
    assert parse_sse_chunks(text.encode()) == [chunk]
    assert parse_sse_chunks(f"data: {json.dumps(SENT)}\n\n".encode())[0].object == "chat.completion.chunk"


def test_what_selects_or_is_sent_back_stays_a_constant():
    assert decode(b'{"type": null, "text": "a"}', models.TextChunk).type == "text"
    assert decode(b'{"role": null, "content": "a"}', models.AssistantMessage).role == "assistant"
    assert decode(b'{"object": null, "content": "a"}', models.MessageOutputEntry).object == "entry"
