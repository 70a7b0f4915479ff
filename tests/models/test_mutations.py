"""Tomorrow's answers: whatever the server adds, renames, empties or retypes, decoding does not raise."""

from __future__ import annotations

import copy
import json
from types import MemberDescriptorType

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mistral_async._open import decode
from mistral_async.models import (
    ArchiveModelResponse,
    ChatCompletionResponse,
    ClassificationResponse,
    ClassifierFineTunedModel,
    CompletionChunk,
    EmbeddingResponse,
    FineTunedModel,
    FTModelCard,
    GetFileResponse,
    GetSignedURLResponse,
    ListFilesResponse,
    Message,
    ModelCard,
    ModelList,
    ModerationResponse,
    OCRResponse,
    ToolMessage,
)

ANSWERS = [
    (ArchiveModelResponse, ArchiveModelResponse),
    (ChatCompletionResponse, ChatCompletionResponse),
    (ClassificationResponse, ClassificationResponse),
    (CompletionChunk, CompletionChunk),
    (EmbeddingResponse, EmbeddingResponse),
    (FineTunedModel, ClassifierFineTunedModel),
    (GetFileResponse, GetFileResponse),
    (GetSignedURLResponse, GetSignedURLResponse),
    (ListFilesResponse, ListFilesResponse),
    (Message, ToolMessage),
    (ModelCard, FTModelCard),
    (ModelList, ModelList),
    (ModerationResponse, ModerationResponse),
    (OCRResponse, OCRResponse),
]
STRANGE = [None, True, 7, -1.5, 2.0, 1e300, "strange", "", "2031-01-01T00:00:00Z"]
TAGS = {"type", "role", "object", "finish_reason", "model_type", "purpose"}


def _spots(body, path=()):
    """Every key and index of a body."""
    items = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from _spots(value, (*path, key))


def _mutate(body, spot, how, value):
    """Change one spot the way an API does: fields come, go, become null; tags and scalars change."""
    *path, last = spot
    holder = body
    for key in path:
        holder = holder[key]
    here = holder[last]
    match how:
        case "add" if isinstance(holder, dict):
            holder["added tomorrow"] = {"deep": [value]}
        case "drop" if isinstance(holder, dict) and last != "id":
            del holder[last]
        case "rename" if last in TAGS:
            holder[last] = "tomorrow"
        case "change" if isinstance(here, (str, int, float)):
            holder[last] = value
        case "empty":
            holder[last] = None


def _read_everything(value):
    """Every property of every object, as a user reads them."""
    if isinstance(value, msgspec.Struct):
        for name in dir(type(value)):
            if not name.startswith("_") and not callable(vars(msgspec.Struct).get(name)):
                found = getattr(value, name)
                if isinstance(getattr(type(value), name), MemberDescriptorType):
                    _read_everything(found)
    elif isinstance(value, list):
        for each in value:
            _read_everything(each)
    elif isinstance(value, dict):
        for each in value.values():
            _read_everything(each)


@pytest.mark.parametrize(("type_", "member"), ANSWERS, ids=lambda each: each.__name__)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_mutation_of_an_answer_raises(type_, member, data, bodies):
    body = copy.deepcopy(data.draw(st.sampled_from(bodies(member)), "body"))
    for _ in range(data.draw(st.integers(1, 3), "changes")):
        spots = list(_spots(body))
        if not spots:
            break
        spot = data.draw(st.sampled_from(spots), "spot")
        how = data.draw(st.sampled_from(["add", "drop", "rename", "change", "empty"]), "how")
        _mutate(body, spot, how, data.draw(st.sampled_from(STRANGE), "value"))
    read = decode(json.dumps(body).encode(), type_)
    _read_everything(read)
    msgspec.json.encode(read, enc_hook=list)


def test_the_rest_of_an_answer_survives_a_strange_part():
    body = {"id": 5, "created": "soon", "model": None, "usage": {"prompt_tokens": "many", "total_tokens": 3.0}}
    body["choices"] = [{"index": 0, "finish_reason": "bored", "message": {"content": [{"type": "text", "text": "hi"}]}}]
    answer = decode(json.dumps(body).encode(), ChatCompletionResponse)
    assert (answer.id, answer.created, answer.model, answer.created_datetime) == (5, "soon", "", None)
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == ("many", 3)
    assert answer.choices[0].finish_reason == "bored"
    assert answer.text == "hi"
