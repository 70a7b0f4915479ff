"""Chat completions: answers that depend on the question, and streams that say the same as the whole."""

from __future__ import annotations

import json

import msgspec
import pytest

from mistral_async.testing._handlers._schema_instance import instance_of

MODEL = "mistral-small-latest"
URL = "/v1/chat/completions"
PROMPT = "Assam grows tea. Brazil grows coffee. Paris is the capital of France.\n\nWhat grows in Brazil?"
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def body(content=PROMPT, **options):
    return {"model": MODEL, "messages": [{"role": "user", "content": content}], **options}


async def ask(http, *args, **options):
    answer = await http.post(URL, json=body(*args, **options))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def chunks_of(http, *args, **options):
    answer = await http.post(URL, json=body(*args, stream=True, **options))
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    *frames, done, rest = answer.text.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    assert all(frame.startswith("data: ") and "\n" not in frame for frame in frames)
    return [json.loads(frame.removeprefix("data: ")) for frame in frames]


def merged(chunks, index=0):
    text, thoughts, calls = "", "", []
    for chunk in chunks:
        for choice in chunk["choices"]:
            if choice["index"] != index:
                continue
            content = choice["delta"].get("content", "")
            parts = [{"type": "text", "text": content}] if isinstance(content, str) else content
            text += "".join(part["text"] for part in parts if part["type"] == "text")
            thoughts += "".join(t["text"] for part in parts if part["type"] == "thinking" for t in part["thinking"])
            calls += choice["delta"].get("tool_calls", [])
    return text, thoughts, calls


async def test_the_answer_is_the_sentence_that_fits_the_question(http):
    assert (await ask(http))["choices"][0]["message"]["content"] == "Brazil grows coffee."


async def test_the_context_may_stand_in_other_messages(http):
    messages = [
        {"role": "system", "content": "Assam grows tea."},
        {"role": "user", "content": [{"type": "text", "text": "Where is tea from?"}]},
    ]
    answer = await http.post(URL, json={"model": MODEL, "messages": messages})
    assert answer.json()["choices"][0]["message"]["content"] == "Assam grows tea."


async def test_without_context_the_message_is_quoted(http):
    assert "purple elephants" in (await ask(http, "purple elephants"))["choices"][0]["message"]["content"]


async def test_shape_of_the_whole_answer(http):
    answer = await ask(http)
    assert set(answer) == {"id", "created", "model", "usage", "object", "choices"}
    assert len(answer["id"]) == 32
    assert answer["model"] == MODEL
    usage = answer["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert answer["choices"][0]["message"]["tool_calls"] is None


async def test_stream_and_whole_agree(http):
    whole, chunks = await ask(http), await chunks_of(http)
    assert merged(chunks)[0] == whole["choices"][0]["message"]["content"]
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert "p" not in chunks[0]
    assert all(chunk["p"] for chunk in chunks[1:])
    assert [chunk.get("usage") for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1]["usage"] == whole["usage"]
    assert chunks[-1]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"][0]["delta"]["content"]


async def test_choices_of_a_stream_take_turns(http):
    chunks = await chunks_of(http, n=2)
    order = [choice["index"] for chunk in chunks for choice in chunk["choices"]]
    assert order[:4] == [0, 1, 0, 1]
    finishes = [index for index, chunk in enumerate(chunks) if chunk["choices"][0]["finish_reason"]]
    assert len(finishes) == 2
    assert [index for index, chunk in enumerate(chunks) if "usage" in chunk] == [finishes[-1]]
    assert merged(chunks, 0)[0] != merged(chunks, 1)[0]


async def test_reasoning_comes_first_and_in_lists(http):
    whole, chunks = await ask(http, reasoning_effort="high"), await chunks_of(http, reasoning_effort="high")
    thinking, text = whole["choices"][0]["message"]["content"]
    assert (thinking["type"], thinking["closed"]) == ("thinking", True)
    assert merged(chunks)[:2] == (text["text"], thinking["thinking"][0]["text"])
    kinds = [type(chunk["choices"][0]["delta"].get("content")).__name__ for chunk in chunks]
    assert kinds[:3] == ["str", "str", "list"]
    assert kinds[-1] == "str"
    mixed = [c for chunk in chunks if isinstance(c := chunk["choices"][0]["delta"]["content"], list) and len(c) == 2]
    assert [part["type"] for part in mixed[0]] == ["thinking", "text"]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_message_that_names_a_tool_calls_it_with_fitting_arguments(http, stream):
    question = "What is the weather in Paris?"
    if stream:
        (call,) = merged(chunks := await chunks_of(http, question, tools=[WEATHER]))[2]
        finish = chunks[-1]["choices"][0]["finish_reason"]
    else:
        choice = (await ask(http, question, tools=[WEATHER]))["choices"][0]
        (call,), finish = choice["message"]["tool_calls"], choice["finish_reason"]
        assert choice["message"]["content"] == ""
    assert finish == "tool_calls"
    assert (call["type"], call["index"], len(call["id"])) == ("function", 0, 9)
    assert call["function"] == {"name": "get_weather", "arguments": '{"city": "Paris"}'}


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ("auto", False),
        ("none", False),
        ("any", True),
        ("required", True),
        ({"type": "function", "function": {"name": "get_weather"}}, True),
    ],
)
async def test_tool_choice(http, choice, called):
    message = (await ask(http, "Good morning", tools=[WEATHER], tool_choice=choice))["choices"][0]["message"]
    assert bool(message["tool_calls"]) is called


async def test_two_tools_in_one_message_unless_forbidden(http):
    other = {"type": "function", "function": {"name": "getTime", "parameters": {"type": "object", "properties": {}}}}
    for parallel, count in ((True, 2), (False, 1)):
        answer = await ask(http, "weather and time?", tools=[WEATHER, other], parallel_tool_calls=parallel)
        assert len(answer["choices"][0]["message"]["tool_calls"]) == count


async def test_the_result_of_a_tool_is_answered_in_text(http):
    messages = [
        {"role": "user", "content": "weather in Oslo?"},
        {"role": "assistant", "tool_calls": [{"id": "a", "function": {"name": "get_weather", "arguments": "{}"}}]},
        {"role": "tool", "content": "12 degrees", "tool_call_id": "a", "name": "get_weather"},
    ]
    answer = await http.post(URL, json={"model": MODEL, "messages": messages, "tools": [WEATHER], "tool_choice": "any"})
    message = answer.json()["choices"][0]["message"]
    assert message["tool_calls"] is None
    assert "12 degrees" in message["content"]


async def test_max_tokens_and_stop(http):
    cut = (await ask(http, max_tokens=2))["choices"][0]
    assert (cut["finish_reason"], cut["message"]["content"]) == ("length", "Brazil"[:5] + "l")
    assert (await ask(http, stop=[" coffee"]))["choices"][0]["message"]["content"] == "Brazil grows"
    called = (await ask(http, "weather in Paris", tools=[WEATHER], max_tokens=3))["choices"][0]
    assert called["finish_reason"] == "length"
    with pytest.raises(json.JSONDecodeError):
        json.loads(called["message"]["tool_calls"][0]["function"]["arguments"])


async def test_cached_tokens_are_not_charged(http):
    first, second = [await http.post(URL, json=body(PROMPT * 10, prompt_cache_key="k")) for _ in range(2)]
    assert first.json()["usage"]["prompt_tokens_details"]["cached_tokens"] == 0
    usage = second.json()["usage"]
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    assert cached > 0
    cost = int(second.headers["x-ratelimit-tokens-query-cost"])
    assert cost == usage["prompt_tokens"] + usage["completion_tokens"] - cached


async def test_audio_is_counted(http):
    content = [{"type": "text", "text": "What is said?"}, {"type": "input_audio", "input_audio": "UklGRg=="}]
    answer = await http.post(URL, json={**body(content), "model": "voxtral-small-latest"})
    usage = answer.json()["usage"]
    assert usage["prompt_tokens_details"]["audio_tokens"] == 375
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] + 375
    assert answer.headers["x-ratelimit-audio-seconds-query-cost"] == "3"


async def test_json_object(http):
    content = (await ask(http, "Give me the key `colour`", response_format={"type": "json_object"}))["choices"][0]
    assert set(json.loads(content["message"]["content"])) == {"colour"}


class Address(msgspec.Struct):
    street: str
    number: int
    extra: str | None = None


class Person(msgspec.Struct):
    name: str
    age: int
    addresses: list[Address]
    kind: str
    score: float
    manager: Person | None = None


@pytest.mark.parametrize("kind", [Address, Person, dict[str, int], list[Address], tuple[int, str]])
def test_instances_fit_their_schema(kind):
    if kind in (dict[str, int], list[Address], tuple[int, str]):
        schema = msgspec.json.schema(kind)
    else:
        schema = {"$ref": f"#/$defs/{kind.__name__}", "$defs": msgspec.json.schema(kind)["$defs"]}
    assert msgspec.convert(instance_of(schema, "Ann is 41"), kind) is not None


@pytest.mark.parametrize(
    ("schema", "holds"),
    [
        ({"type": "integer", "minimum": 5, "multipleOf": 4}, lambda v: v == 8),
        ({"type": "integer", "exclusiveMaximum": 0}, lambda v: v == -1),
        ({"type": "number", "minimum": 0.25, "maximum": 0.5}, lambda v: 0.25 <= v <= 0.5),
        ({"type": "string", "minLength": 40}, lambda v: len(v) >= 40),
        ({"type": "string", "maxLength": 2}, lambda v: len(v) <= 2),
        ({"type": "string", "pattern": r"^\d{5}$"}, lambda v: v == "12345"),
        ({"type": "string", "format": "date"}, lambda v: v == "2026-01-31"),
        ({"type": ["null", "boolean"]}, lambda v: v is True),
        ({"const": 7}, lambda v: v == 7),
        ({"enum": ["x", "y"]}, lambda v: v == "x"),
        ({"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 2, "uniqueItems": True}, lambda v: v == [1, 2]),
        (
            {"allOf": [{"properties": {"a": {"type": "integer"}}}, {"required": ["a"]}]},
            lambda v: isinstance(v["a"], int),
        ),
        ({"anyOf": [{"type": "boolean"}, {"type": "null"}]}, lambda v: v is True),
    ],
)
def test_rules_of_schemas(schema, holds):
    assert holds(instance_of(schema))


def test_a_schema_that_holds_itself_ends():
    schema = {"$ref": "#/$defs/N", "$defs": {"N": {"type": "object", "properties": {"n": {"$ref": "#/$defs/N"}}}}}
    assert instance_of(schema)


async def test_json_schema_with_words_of_the_prompt(http):
    schema = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
    }
    form = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}
    content = (await ask(http, "A person named Bob who is 30", response_format=form))["choices"][0]["message"][
        "content"
    ]
    assert json.loads(content) == {"name": "Bob", "age": 30}


async def test_errors_of_a_request_for_a_stream_are_json(http):
    answer = await http.post(URL, json={**body(stream=True), "model": "no-such-model"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")
    expected = {"object": "error", "message": "Invalid model: no-such-model", "type": "invalid_model", "param": None}
    assert answer.json() == {**expected, "code": "1500", "raw_status_code": 400}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"logprobs": True}, "3051"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "3230"),
        ({"messages": []}, "3230"),
    ],
)
async def test_what_cannot_be_served(http, change, code):
    answer = await http.post(URL, json={**body(), **change})
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_guardrails_are_judged(http):
    rules = {
        "custom_category_thresholds": {"law": 0.1, "pii": 0.999},
        "ignore_other_categories": True,
        "action": "block",
    }
    answer = await ask(http, "My lawyer has my passport", guardrails=[{"moderation_llm_v2": rules}])
    (verdict,) = answer["guardrails"]
    assert verdict["moderation_llm_v2"]["action"] == "block"
    violated = {name: each["violated"] for name, each in verdict["moderation_llm_v2"]["categories"].items()}
    assert violated == {"law": True, "pii": False}
    assert "guardrails" not in await ask(http)


async def test_a_prefix_is_continued(http):
    messages = [*body()["messages"], {"role": "assistant", "content": "Well: ", "prefix": True}]
    answer = await http.post(URL, json={"model": MODEL, "messages": messages})
    assert answer.json()["choices"][0]["message"]["content"] == "Well: Brazil grows coffee."


async def test_a_redirected_alias_is_told(http):
    answer = await http.post(URL, json={**body(), "model": "pixtral-12b"})
    assert answer.json()["model"] == "ministral-14b-latest"


@pytest.mark.parametrize("stream", [False, True])
async def test_fim(http, stream):
    request = {"model": "codestral-latest", "prompt": "def area(r):", "suffix": "return a", "stream": stream}
    answer = await http.post("/v1/fim/completions", json=request)
    assert "area" in answer.text
    assert ("[DONE]" in answer.text) is stream
