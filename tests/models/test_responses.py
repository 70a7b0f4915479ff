"""The Responses API: items and events are what their type says, and what came out goes back in."""

from __future__ import annotations

import json

import pytest

from mistral_async._codec.open_union import Unknown, decode
from mistral_async.models import responses_items as items
from mistral_async.models.responses import (
    CreateResponseResponse,
    ResponsesFormatTextJSONSchemaConfig,
    ResponsesTextConfig,
)
from mistral_async.models.responses_events import ResponsesStreamEvents

OUTPUT = [
    {"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
    {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}", "caller": {"type": "direct"}},
    {
        "type": "message",
        "id": "msg_1",
        "status": "completed",
        "role": "assistant",
        "content": [
            {
                "type": "output_text",
                "text": "Paris",
                "annotations": [{"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 5}],
            },
            {"type": "refusal", "refusal": "no"},
        ],
    },
    {"type": "image_generation_call", "id": "ig_1", "result": "…"},
]


def _decode(body, type_):
    return decode(json.dumps(body).encode(), type_)


def test_output_is_read_and_goes_back_as_it_came():
    response = _decode({"id": "resp_1", "output": OUTPUT}, CreateResponseResponse)
    assert [type(item) for item in response.output] == [
        items.ResponsesReasoningItem,
        items.ResponsesFunctionToolCall,
        items.ResponsesOutputMessage,
        Unknown,
    ]
    assert response.output_text == "Paris"
    assert [item if isinstance(item, Unknown) else item.to_dict() for item in response.output] == OUTPUT


def test_tool_choice_is_a_word_or_a_function():
    assert _decode({"tool_choice": "auto"}, CreateResponseResponse).tool_choice == "auto"
    chosen = _decode({"tool_choice": {"type": "function", "name": "f"}}, CreateResponseResponse).tool_choice
    assert chosen == items.ResponsesToolChoiceFunction("f")


def test_inputs_are_made_by_position():
    assert items.ResponsesInputText("hi").to_dict() == {"type": "input_text", "text": "hi"}
    assert items.ResponsesInputImage("https://x/a.png").to_dict() == {
        "type": "input_image",
        "image_url": "https://x/a.png",
        "detail": "auto",
    }
    assert items.ResponsesEasyInputMessage("hi", "user").to_dict() == {
        "type": "message",
        "role": "user",
        "content": "hi",
    }
    assert items.ResponsesFunctionCallOutput("c1", "42").to_dict() == {
        "type": "function_call_output",
        "call_id": "c1",
        "output": "42",
    }


def test_a_schema_keeps_its_wire_name():
    config = ResponsesTextConfig(ResponsesFormatTextJSONSchemaConfig("answer", {"type": "object"}, strict=True))
    assert config.to_dict() == {
        "format": {"type": "json_schema", "name": "answer", "schema": {"type": "object"}, "strict": True}
    }


@pytest.mark.parametrize(
    "type_",
    ["response.created", "response.in_progress", "response.completed", "response.incomplete", "response.failed"],
)
def test_events_carry_the_answer(type_):
    body = {"type": type_, "sequence_number": 3, "response": {"id": "resp_1", "status": "failed", "output": OUTPUT}}
    event = _decode(body, ResponsesStreamEvents)
    assert (event.type, event.sequence_number, event.response.output_text) == (type_, 3, "Paris")


def test_an_event_of_tomorrow_is_kept():
    body = {"type": "response.audio.delta", "delta": "…"}
    assert _decode(body, ResponsesStreamEvents) == Unknown(body)


def test_log_probabilities_have_bytes():
    part = {
        "type": "output_text",
        "text": "a",
        "annotations": [],
        "logprobs": [{"token": "a", "bytes": [97], "logprob": -1}],
    }
    event = _decode({"type": "response.content_part.done", "part": part}, ResponsesStreamEvents)
    assert event.part.logprobs[0].bytes_ == [97]
    assert event.part.logprobs[0].logprob == -1.0
