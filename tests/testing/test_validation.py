"""Request bodies are checked as the real server checks them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mistral_async.testing._routes import ROUTES
from mistral_async.testing._validation import validate

MESSAGES = [{"role": "user", "content": "hi"}]
BODIES = {route.name: route.body for route in ROUTES}
CHAT = {"model": "m", "messages": MESSAGES}


def found(operation, body):
    return [(detail.type, detail.loc) for detail in validate(BODIES[operation], body)]


def test_every_shape_can_be_read_and_only_what_is_a_shape():
    for route in ROUTES:
        assert isinstance(validate(route.body, {}), list)
    assert sum(route.body is not None for route in ROUTES) >= 32
    assert validate("name*: str; size: int", {"name": "n", "size": 1}) == []
    assert validate(None, {"anything": 1}) == []
    with pytest.raises(ValueError, match="CreateLibary"):
        validate("CreateLibaryRequest", {})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"foo": 1}, [("extra_forbidden", ("body", "foo"))]),
        ({"model": None}, [("string_type", ("body", "model"))]),
        ({"temperature": 2}, [("less_than_equal", ("body", "temperature"))]),
        ({"temperature": "hot"}, [("float_type", ("body", "temperature"))]),
        ({"max_tokens": -1}, [("greater_than_equal", ("body", "max_tokens"))]),
        ({"max_tokens": 1.5}, [("int_type", ("body", "max_tokens"))]),
        ({"max_tokens": True}, [("int_type", ("body", "max_tokens"))]),
        ({"stream": "yes"}, [("bool_type", ("body", "stream"))]),
        ({"service_tier": "free"}, [("enum", ("body", "service_tier"))]),
        ({"metadata": []}, [("dict_type", ("body", "metadata"))]),
        ({"messages": {}}, [("list_type", ("body", "messages"))]),
        ({"messages": ["x"]}, [("model_attributes_type", ("body", "messages", 0))]),
        ({"messages": [{"content": "x"}]}, [("union_tag_not_found", ("body", "messages", 0))]),
        ({"messages": [{"role": "bot"}]}, [("union_tag_invalid", ("body", "messages", 0))]),
        (
            {"messages": [{"role": "user", "content": "x", "name": "y"}]},
            [("extra_forbidden", ("body", "messages", 0, "user", "name"))],
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "text"}]}]},
            [
                ("string_type", ("body", "messages", 0, "user", "content", "str")),
                ("missing", ("body", "messages", 0, "user", "content", "list[Chunk]", 0, "text", "text")),
            ],
        ),
        (
            {"tools": [{"type": "function", "function": {"name": "f"}}]},
            [("missing", ("body", "tools", 0, "function", "function", "parameters"))],
        ),
        (
            {"tools": [{"type": "document_library", "library_ids": []}]},
            [("too_short", ("body", "tools", 0, "document_library", "library_ids"))],
        ),
        ({"response_format": {"type": "json"}}, [("enum", ("body", "response_format", "type"))]),
    ],
)
def test_faults_of_a_chat(change, expected):
    assert found("chat.complete", {**CHAT, **change}) == expected


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"temperature": None, "stop": ["a"], "tool_choice": "any", "reasoning_effort": "brand-new"},
        {"tool_choice": {"type": "function", "function": {"name": "f"}}},
        {"tools": [{"type": "web_search"}, {"type": "function", "function": {"name": "f", "parameters": {}}}]},
        {
            "messages": [
                {"role": "user", "content": [{"text": "no type"}, {"type": "image_url", "image_url": {"url": "u"}}]}
            ]
        },
        {"max_tokens": 5.0},
    ],
)
def test_what_is_fine(change):
    assert found("chat.complete", {**CHAT, **change}) == []


def test_all_faults_are_told_at_once():
    assert found("chat.complete", {"a": 1}) == [
        ("missing", ("body", "model")),
        ("missing", ("body", "messages")),
        ("extra_forbidden", ("body", "a")),
    ]
    assert found("chat.complete", []) == [("model_attributes_type", ("body",))]


async def test_the_body_of_a_422(http):
    answer = await http.post("/v1/chat/completions", json={**CHAT, "model": "mistral-small-latest", "user": "me"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/json")
    detail = {
        "type": "extra_forbidden",
        "loc": ["body", "user"],
        "msg": "Extra inputs are not permitted",
        "input": "me",
    }
    assert answer.json() == {"detail": [detail]}


def test_recorded_requests_that_were_accepted_pass():
    recording = Path(__file__).parents[3] / "shared" / "recorded" / "traffic.jsonl"
    if not recording.exists():
        pytest.skip("the recorded traffic is not at hand")
    operations = {
        "/v1/chat/completions": "chat.complete",
        "/v1/embeddings": "embeddings.create",
        "/v1/ocr": "ocr.process",
        "/v1/agents": "beta.agents.create",
        "/v1/agents/completions": "agents.complete",
        "/v1/conversations": "beta.conversations.start",
        "/v1/batch/jobs": "batch.jobs.create",
    }
    checked = 0
    for line in recording.read_text().splitlines():
        exchange = json.loads(line)
        operation = operations.get(exchange["path"])
        if operation and exchange["method"] == "POST" and exchange["status"] == 200:
            assert found(operation, exchange["request_body"]) == []
            checked += 1
    assert checked > 50


@pytest.mark.parametrize("number", ["²", "٣", "--5", "-", "+5", "1_0", " 5", "5.0", "1" * 5000])
@pytest.mark.parametrize(
    "target",
    ["/v1/files?page_size={}", "/v1/workflows/events/stream?last_event_id={}", "/v1/agents/{}?version={}"],
)
async def test_a_number_that_is_none_is_no_error_of_the_server(http, target, number):
    answer = await http.get(target.replace("{}", number))
    assert answer.status_code in {404, 422}
