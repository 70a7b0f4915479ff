"""Tomorrow's answers: whatever the server adds, renames, empties or retypes, decoding does not raise."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from pathlib import Path

import msgspec
import mutations
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mistral_async._codec.open_union import decode
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


def mutated(examples):
    """The same property for a number of examples."""

    def of(test):
        test = given(data=st.data())(test)
        test = settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])(test)
        return pytest.mark.parametrize(("type_", "member"), ANSWERS, ids=lambda each: each.__name__)(test)

    return of


@mutated(30)
def test_no_mutation_of_an_answer_raises(type_, member, data, bodies):
    survives(type_, member, data, bodies)


@pytest.mark.slow
@mutated(300)
def test_no_mutation_of_many_raises(type_, member, data, bodies):
    survives(type_, member, data, bodies)


def survives(type_, member, data, bodies):
    """Decode and read an answer with up to three changes."""
    body = copy.deepcopy(data.draw(st.sampled_from(bodies(member)), "body"))
    for _ in range(data.draw(st.integers(1, 3), "changes")):
        spots = list(mutations.spots(body))
        if not spots:
            break
        spot = data.draw(st.sampled_from(spots), "spot")
        how = data.draw(st.sampled_from(mutations.HOW), "how")
        mutations.mutate(body, spot, how, data.draw(st.sampled_from(mutations.STRANGE), "value"))
    read = decode(json.dumps(body).encode(), type_)
    mutations.read_everything(read)
    msgspec.to_builtins(read, enc_hook=list)


MUTANTS = Path(__file__).parents[2] / "benchmarks" / "mutants.py"


@pytest.mark.skipif(not MUTANTS.exists(), reason="the benchmarks are not part of this archive")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("count", [500, pytest.param(15_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("own", [False, True], ids=["recorded", "own"])
def test_no_mutation_of_a_reply_raises_through_the_client(count, own):
    command = [sys.executable, MUTANTS, f"--count={count}", *["--own"] * own]
    assert subprocess.run(command, check=False, capture_output=True, text=True).returncode == 0


def test_the_rest_of_an_answer_survives_a_strange_part():
    body = {"id": 5, "created": "soon", "model": None, "usage": {"prompt_tokens": "many", "total_tokens": 3.0}}
    body["choices"] = [{"index": 0, "finish_reason": "bored", "message": {"content": [{"type": "text", "text": "hi"}]}}]
    answer = decode(json.dumps(body).encode(), ChatCompletionResponse)
    assert (answer.id, answer.created, answer.model, answer.created_datetime) == (5, "soon", "", None)
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == ("many", 3)
    assert answer.choices[0].finish_reason == "bored"
    assert answer.text == "hi"
