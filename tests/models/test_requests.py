"""What the endpoints of completions, embeddings, classifiers, documents, files and models describe."""

from __future__ import annotations

import dataclasses
import json
from collections import deque
from typing import TypedDict

import msgspec
import pytest

from mistral_async import calls
from mistral_async._codec.json_encode import encode
from mistral_async.models import (
    AssistantMessage,
    AudioChunk,
    CompletionArgs,
    DocumentLibraryTool,
    DocumentURLChunk,
    FileChunk,
    Function,
    FunctionName,
    FunctionTool,
    GuardrailConfig,
    ImageURLChunk,
    InstructRequest,
    JSONSchema,
    ModerationLlmv2Config,
    Prediction,
    ResponseFormat,
    TextChunk,
    ThinkChunk,
    ToolChoice,
    UserMessage,
)

HI = UserMessage("hi")
HI_SENT = {"role": "user", "content": "hi"}


def sent(call):
    return json.loads(encode(call.json))


def test_a_chat_sends_what_was_set_and_nothing_else():
    assert sent(calls.chat.complete(model="m", messages=[HI])) == {"model": "m", "messages": [HI_SENT]}
    assert sent(calls.chat.stream(model="m", messages=[HI_SENT], top_p=None)) == {
        "model": "m", "messages": [HI_SENT], "stream": True,
    }  # fmt: skip


def test_every_option_of_a_chat_is_sent():
    options = {
        "temperature": 0.25, "top_p": 0.5, "max_tokens": 3, "min_tokens": 2, "stop": ["a", "b"], "random_seed": 9,
        "metadata": {"k": [1]}, "presence_penalty": -1.5, "frequency_penalty": 1.25, "repetition_penalty": 1.75,
        "top_k": 11, "logprobs": True, "top_logprobs": 4, "prompt_logprobs": True, "top_prompt_logprobs": 6, "n": 2,
        "parallel_tool_calls": False, "reasoning_effort": "high", "prompt_mode": "reasoning", "safe_prompt": True,
        "prompt_cache_key": "key", "service_tier": "auto",
    }  # fmt: skip
    body = sent(
        calls.chat.complete(
            model="m",
            messages=[HI],
            tools=[FunctionTool(Function("f", {"type": "object"})), {"type": "web_search"}],
            prediction=Prediction("old"),
            guardrails=[GuardrailConfig(block_on_error=False, moderation_llm_v2=ModerationLlmv2Config(action="block"))],
            **options,
        )
    )
    assert body == {
        **options, "model": "m", "messages": [HI_SENT],
        "tools": [
            {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}, {"type": "web_search"},
        ],
        "prediction": {"type": "content", "content": "old"},
        "guardrails": [{"block_on_error": False, "moderation_llm_v2": {"action": "block"}}],
    }  # fmt: skip


def test_recorded_chats_can_be_asked_as_they_were(recorded):
    seen = 0
    for exchange in recorded:
        body = exchange["request_body"]
        if not exchange["path"].endswith("/completions") or not isinstance(body, dict):
            continue
        group = calls.agents if "agents" in exchange["path"] else calls.chat
        options = {k: v for k, v in body.items() if k != "stream"}
        call = group.stream(**options) if body.get("stream") else group.complete(**options)
        assert sent(call) == {k: v for k, v in body.items() if v is not None and (k, v) != ("stream", False)}
        seen += 1
    assert seen > 60


@pytest.mark.parametrize(
    ("choice", "wire"),
    [
        ("any", "any"),
        (ToolChoice(type="auto"), "auto"),
        (ToolChoice("required"), "required"),
        ({"type": "none"}, "none"),
        (ToolChoice(function=FunctionName(name="f")), {"type": "function", "function": {"name": "f"}}),
        (ToolChoice(type="any", function=FunctionName("f")), {"type": "function", "function": {"name": "f"}}),
        ({"function": {"name": "f"}}, {"type": "function", "function": {"name": "f"}}),
        ({"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {"name": "f"}}),
    ],
)
def test_a_tool_choice_is_a_word_or_names_the_function(choice, wire):
    assert sent(calls.chat.complete(model="m", messages=[HI], tool_choice=choice))["tool_choice"] == wire


class Point(msgspec.Struct):
    x: int
    y: int = 0


@dataclasses.dataclass
class Line:
    start: Point
    end: Point | None = None


class Tree(TypedDict):
    children: list[Tree]


def test_a_class_becomes_its_strict_schema():
    for format_ in (Line, ResponseFormat(schema=Line), ResponseFormat(type="json_object", schema=Line)):
        wire = sent(calls.chat.complete(model="m", messages=[HI], response_format=format_))["response_format"]
        assert wire["type"] == "json_schema"
        made = wire["json_schema"]
        assert (made["name"], made["strict"]) == ("Line", True)
        assert made["schema"]["required"] == ["start", "end"]
        assert made["schema"]["additionalProperties"] is False
        assert made["schema"]["$defs"]["Point"]["required"] == ["x", "y"]
    tree = sent(calls.chat.complete(model="m", messages=[HI], response_format=Tree))["response_format"]["json_schema"]
    assert tree["schema"]["properties"]["children"]["items"] == {"$ref": "#/$defs/Tree"}
    assert "Tree" in tree["schema"]["$defs"]


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ("json_object", {"type": "json_object"}),
        ({"type": "json_object"}, {"type": "json_object"}),
        (ResponseFormat(), {"type": "text"}),
        (
            {"schema": {"title": "A b"}},
            {"type": "json_schema", "json_schema": {"name": "A_b", "schema": {"title": "A b"}}},
        ),
        (
            {"type": "object"},
            {"type": "json_schema", "json_schema": {"name": "response", "schema": {"type": "object"}}},
        ),
        (
            ResponseFormat(json_schema=JSONSchema("n", {"type": "object"}, strict=True)),
            {"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True}},
        ),
    ],
)
def test_a_response_format_in_every_form(given, wire):
    assert sent(calls.chat.complete(model="m", messages=[HI], response_format=given))["response_format"] == wire
    read = sent(calls.ocr.process(document="https://a.b/c", bbox_annotation_format=given))
    assert read["bbox_annotation_format"] == wire
    if isinstance(given, (str, ResponseFormat)):
        assert json.loads(encode(CompletionArgs(response_format=given))) == {"response_format": wire}


def test_constructors_take_the_short_forms():
    assert json.loads(ThinkChunk("hm").to_json())["thinking"] == [{"type": "text", "text": "hm"}]
    for audio in (b"RIFF", bytearray(b"RIFF"), memoryview(b"RIFF"), {"data": b"RIFF"}, {"data": "UklGRg=="}):
        assert json.loads(AudioChunk(audio).to_json()) == {"type": "input_audio", "input_audio": "UklGRg=="}
    both = AudioChunk({"data": b"RIFF", "format": "wav"})
    assert both.input_audio == {"data": "UklGRg==", "format": "wav"}
    library = DocumentLibraryTool(document_library={"library_ids": ["a", "b"]})
    assert json.loads(library.to_json()) == {"type": "document_library", "library_ids": ["a", "b"]}
    assert TextChunk(text="x") == TextChunk(type="text", text="x") == TextChunk("x")


def test_text_leaves_thinking_out():
    message = AssistantMessage([ThinkChunk("well"), TextChunk("a"), ImageURLChunk("https://i"), TextChunk("b")])
    assert (message.text, message.thinking) == ("ab", "well")
    assert (AssistantMessage().text, AssistantMessage("plain").text) == ("", "plain")


@pytest.mark.parametrize(
    ("inputs", "route", "wire"),
    [
        ("a", "/v1/moderations", "a"),
        (["a", "b"], "/v1/moderations", ["a", "b"]),
        (deque(["a"]), "/v1/moderations", ["a"]),
        (HI, "/v1/chat/moderations", [HI_SENT]),
        ([HI_SENT], "/v1/chat/moderations", [HI_SENT]),
        ([[HI], [HI_SENT]], "/v1/chat/moderations", [[HI_SENT], [HI_SENT]]),
        (["hi", HI], "/v1/chat/moderations", [HI_SENT, HI_SENT]),
    ],
)
def test_moderation_goes_where_its_inputs_belong(inputs, route, wire):
    call = calls.classifiers.moderate(inputs)
    assert (call.route, sent(call)["input"]) == (route, wire)
    assert sent(call)["model"].startswith("mistral-moderation-")
    assert sent(calls.classifiers.moderate(inputs, "mine"))["model"] == "mine"


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ([HI], {"messages": [HI_SENT]}),
        (InstructRequest([HI]), {"messages": [HI_SENT]}),
        ([InstructRequest([HI]), {"messages": [HI_SENT]}], [{"messages": [HI_SENT]}, {"messages": [HI_SENT]}]),
    ],
)
def test_conversations_to_classify_in_every_form(given, wire):
    assert sent(calls.classifiers.classify_chat(model="m", input=given)) == {"model": "m", "input": wire}
    assert sent(calls.classifiers.classify_chat(model="m", inputs=given)) == {"model": "m", "input": wire}


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        ("https://a/b.pdf", {"type": "document_url", "document_url": "https://a/b.pdf"}),
        ("data:application/pdf;base64,", {"type": "document_url", "document_url": "data:application/pdf;base64,"}),
        ("data:image/png;base64,", {"type": "image_url", "image_url": "data:image/png;base64,"}),
        (
            DocumentURLChunk("https://a", "name"),
            {"type": "document_url", "document_url": "https://a", "document_name": "name"},
        ),
        (FileChunk("f"), {"type": "file", "file_id": "f"}),
        ({"type": "file", "file_id": "f"}, {"type": "file", "file_id": "f"}),
    ],
)
def test_a_document_in_every_form(given, wire):
    assert sent(calls.ocr.process(document=given)) == {"model": "mistral-ocr-latest", "document": wire}


def test_paths_and_queries():
    assert calls.files.retrieve("../models").target == "/v1/files/..%2Fmodels"
    assert calls.files.get_signed_url("f", 3).target == "/v1/files/f/url?expiry=3"
    listed = calls.files.list(page=2, include_total=False, source=["upload", "mistral"])
    assert listed.target == "/v1/files?page=2&include_total=false&source=upload&source=mistral"
    assert calls.models.list(provider="p").target == "/v1/models?provider=p"
    assert sent(calls.models.update("m", name=None, description="d")) == {"name": None, "description": "d"}
    assert [calls.models.archive("m").method, calls.models.unarchive("m").method] == ["POST", "DELETE"]
    upload = calls.files.upload(b"x", "batch", expiry=4, visibility="user")
    assert {key: upload.form.values[key] for key in ("purpose", "expiry", "visibility")} == {
        "purpose": "batch", "expiry": 4, "visibility": "user",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "error", "hint"),
    [
        (lambda: calls.chat.complete(model="m", messages="hi"), TypeError, "messages"),
        (lambda: calls.chat.complete(model="m", messages=HI_SENT), TypeError, "messages"),
        (lambda: calls.chat.complete(model="m", messages=[{"content": "no role"}]), TypeError, "messages"),
        (lambda: calls.chat.complete(model="m", messages=[HI], stream=True), TypeError, "chat.stream"),
        (lambda: calls.chat.complete(model="m", messages=[HI], temprature=1), TypeError, "temperature"),
        (lambda: calls.chat.complete(model="m", messages=[HI], response_format=5), TypeError, "response_format"),
        (
            lambda: calls.chat.complete(model="m", messages=[HI], response_format=ResponseFormat(schema=5)),
            TypeError, "response format",
        ),
        (lambda: calls.chat.complete(model="m", messages=[HI], tool_choice=ToolChoice()), ValueError, "FunctionName"),
        (lambda: calls.embeddings.create(model="m"), TypeError, "inputs="),
        (lambda: calls.embeddings.create(model="m", input="a", inputs="a"), TypeError, "inputs="),
        (lambda: calls.embeddings.create(model="m", inputs=[3]), TypeError, "inputs"),
        (lambda: calls.classifiers.moderate([HI], metadata={}), TypeError, "metadata"),
        (lambda: calls.classifiers.classify_chat(model="m"), TypeError, "input="),
        (lambda: calls.ocr.process(document="file-id"), ValueError, "FileChunk"),
        (lambda: calls.files.delete(""), ValueError, "empty"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_before_anything_is_sent(wrong, error, hint):
    with pytest.raises(error, match=hint):
        wrong()
