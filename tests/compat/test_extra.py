"""Helpers of the official SDK that work without a client: `mistralai.extra.struct_chat`, `.utils` and `.run.tools`."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Annotated

import pydantic
import pytest

from mistral_async.compat import Mistral
from mistral_async.compat.extra import response_format_from_pydantic_model as from_extra
from mistral_async.compat.extra.exceptions import RunException
from mistral_async.compat.extra.observability.formatting import (
    format_input_message,
    format_output_message,
    format_tool_definition,
)
from mistral_async.compat.extra.observability.streaming import accumulate_chunks_to_response_dict, parse_sse_chunks
from mistral_async.compat.extra.run.tools import (
    RunCoroutine,
    RunFunction,
    create_function_result,
    create_tool_call,
    get_function_calls,
)
from mistral_async.compat.extra.struct_chat import (
    ParsedChatCompletionResponse,
    convert_to_parsed_chat_completion_response,
)
from mistral_async.compat.extra.utils import response_format_from_pydantic_model
from mistral_async.compat.extra.utils.response_format import pydantic_model_from_json, rec_strict_json_schema
from mistral_async.compat.models import (
    AssistantMessage,
    ChatCompletionChoice,
    ChatCompletionResponse,
    CompletionChunk,
    CompletionResponseStreamChoice,
    DeltaMessage,
    FunctionCall,
    FunctionCallEntry,
    JSONSchema,
    ResponseFormat,
    TextChunk,
    ThinkChunk,
    ToolCall,
)
from mistral_async.compat.types import UNSET


class River(pydantic.BaseModel):
    name: str
    length: int = pydantic.Field(ge=0)


def response(content):
    choice = ChatCompletionChoice(index=0, message=AssistantMessage(content=content), finish_reason="stop")
    return ChatCompletionResponse(id="1", model="m", choices=[choice])


THOUGHT = ThinkChunk(thinking=[TextChunk(text="The Rhine?")])
RHINE = '{"name": "Rhine", "length": 1233}'


@pytest.mark.parametrize(
    ("content", "parsed"),
    [
        (RHINE, River(name="Rhine", length=1233)),
        ([THOUGHT, TextChunk(text=RHINE[:9]), TextChunk(text=RHINE[9:])], River(name="Rhine", length=1233)),
        ([THOUGHT], None),
        (None, None),
    ],
)
def test_a_response_becomes_a_parsed_one(content, parsed):
    found = convert_to_parsed_chat_completion_response(response(content), River)
    assert isinstance(found, ParsedChatCompletionResponse)
    assert found.choices[0].message.parsed == parsed
    assert found.choices[0].finish_reason == "stop"


def test_a_text_that_does_not_fit_is_pydantics_error():
    with pytest.raises(pydantic.ValidationError):
        convert_to_parsed_chat_completion_response(response('{"name": "Rhine"}'), River)
    with pytest.raises(pydantic.ValidationError):
        pydantic_model_from_json({"name": "Rhine"}, River)


def test_the_response_format_of_a_class():
    assert from_extra is response_format_from_pydantic_model
    found = response_format_from_pydantic_model(River)
    schema = JSONSchema(name="River", schema_definition=found["json_schema"]["schema"], strict=True, description=UNSET)
    assert found == ResponseFormat(type="json_schema", json_schema=schema) == found
    assert found != ResponseFormat(type="json_object")
    assert found == dict(found)
    assert isinstance(found, dict)
    assert (found.type, found.json_schema.name, found.json_schema.strict) == ("json_schema", "River", True)
    assert found.json_schema.schema_definition == found["json_schema"]["schema"]
    assert found.model_dump() == json.loads(found.model_dump_json()) == json.loads(json.dumps(found)) == found
    assert copy.deepcopy(found) == pickle.loads(pickle.dumps(found)) == found
    assert found["type"] == "json_schema"
    assert found["json_schema"]["name"] == "River"
    assert found["json_schema"]["schema"] == rec_strict_json_schema(River.model_json_schema())
    assert found["json_schema"]["schema"]["additionalProperties"] is False


def test_a_schema_is_made_strict_in_depth():
    schema = {
        "anyOf": [{"type": "object", "properties": {"a": {"type": "object"}}}, {"type": "array", "minItems": 1.5}]
    }
    assert rec_strict_json_schema(schema)["anyOf"][0]["properties"]["a"]["additionalProperties"] is False
    with pytest.raises(ValueError, match="holds no object"):
        rec_strict_json_schema({"a": [object()]})


def test_a_function_is_described():
    def search(query: Annotated[str, pydantic.Field(description="annotated", min_length=1)], limit: int = 10) -> str:
        """Search the web.

        Args:
            query: What is sought.
        """

    function = create_tool_call(search).function
    assert (function.name, function.description, function.strict) == ("search", "Search the web.", True)
    assert function.parameters["properties"]["query"] == {
        "type": "string",
        "minLength": 1,
        "description": "What is sought.",
    }
    assert function.parameters["properties"]["limit"]["default"] == 10
    assert function.parameters["required"] == ["query"]


def test_the_function_calls_of_a_conversation():
    call = FunctionCallEntry(tool_call_id="1", name="f", arguments="{}")
    assert get_function_calls([TextChunk(text="hi"), call]) == [call]


def test_messages_and_tools_as_traces_have_them():
    content = [
        "a",
        {"type": "thinking", "thinking": [{"type": "text", "text": "b"}, {"type": "text", "text": "c"}]},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "input_audio"},
    ]
    calls = [{"id": "1", "function": {"name": "f", "arguments": "{}"}}, {"function": None}]
    assert format_input_message({"role": "user", "content": content}) == {
        "role": "user",
        "parts": [
            {"type": "text", "content": "a"},
            {"type": "reasoning", "content": "b\nc"},
            {"type": "uri", "modality": "image", "uri": "https://example.org/a.png"},
            {"type": "input_audio"},
        ],
    }
    assert format_output_message({"message": {"content": "", "tool_calls": calls}, "finish_reason": "stop"}) == {
        "role": "assistant",
        "parts": [
            {"type": "text", "content": ""},
            {"type": "tool_call", "name": "f", "id": "1", "arguments": "{}"},
            {"type": "tool_call", "name": ""},
        ],
        "finish_reason": "stop",
    }
    response = {"type": "tool_call_response", "response": "rain", "id": "1"}
    for message in (
        {"role": "tool", "content": "rain", "tool_call_id": "1"},
        {"type": "function.result", "result": "rain", "tool_call_id": "1"},
    ):
        assert format_input_message(message) == {"role": "tool", "parts": [response]}
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    assert format_tool_definition(tool) == {"type": "function", "name": "f", "parameters": {}}
    assert format_tool_definition({"type": "web_search"}) is None


def test_events_make_up_a_response():
    def event(delta, **choice):
        return {"id": "1", "model": "m", "choices": [{"index": 0, "delta": delta, **choice}]}

    calls = [{"id": "c", "index": 0, "function": {"name": "f", "arguments": '{"a"'}}]
    more = [{"index": 0, "function": {"name": "", "arguments": ": 1}"}}]
    events = [
        event({"role": "assistant", "content": "He"}, finish_reason=None),
        event({"content": [{"type": "text", "text": "llo"}], "tool_calls": calls}),
        event({"tool_calls": more}, finish_reason="tool_calls") | {"usage": {"prompt_tokens": 1}},
    ]
    lines = [f"data: {json.dumps(each)}\n\n" for each in events]
    chunks = parse_sse_chunks("".join([": hi\n", *lines, "data: {\n\n", "data: [DONE]\n\n"]).encode())
    assert len(chunks) == 3
    found = accumulate_chunks_to_response_dict(chunks)
    assert (found["id"], found["model"], found["usage"]["prompt_tokens"]) == ("1", "m", 1)
    [choice] = found["choices"]
    assert choice["message"]["content"] == "Hello"
    assert choice["message"]["tool_calls"] == [{"id": "c", "function": {"name": "f", "arguments": '{"a": 1}'}}]
    assert choice["finish_reason"] == "tool_calls"


def test_the_index_of_a_call_takes_no_memory():
    def call(index, arguments):
        return ToolCall(index=index, function=FunctionCall(name="", arguments=arguments))

    calls = [call(10**15, "last"), call(1, "fir"), call(1, "st"), call(None, "new")]
    choices = [CompletionResponseStreamChoice(index=0, delta=DeltaMessage(tool_calls=[each])) for each in calls]
    chunks = [CompletionChunk(id="1", model="m", choices=[each]) for each in choices]
    [choice] = accumulate_chunks_to_response_dict(chunks)["choices"]
    arguments = [each["function"]["arguments"] for each in choice["message"]["tool_calls"]]
    assert arguments == ["first", "last", "new"]


def test_whole_numbers_of_embeddings_are_floats(threaded_server):
    """The official SDK's type is `list[float]`, whatever is asked for."""
    with Mistral(api_key=threaded_server.api_key, server_url=threaded_server.url) as client:
        options = {"model": "codestral-embed", "inputs": ["a"], "output_dtype": "int8", "output_dimension": 4}
        [found] = client.embeddings.create(**options).data
    assert {type(each) for each in found.embedding} == {float}


CALL = FunctionCallEntry("call-1", "double", '{"n": 2}')


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_tool_is_called_and_its_result_is_an_entry():
    async def later(n):
        return {"n": 2 * n}

    def fails(n):
        raise ValueError("no")

    tool = create_tool_call(later)
    assert (await create_function_result(CALL, RunFunction("double", lambda n: f"{2 * n}", tool))).result == "4"
    found = await create_function_result(CALL, RunCoroutine("double", later, tool))
    assert (found.tool_call_id, found.result) == ("call-1", '{"n": 4}')
    told = await create_function_result(CALL, RunFunction("double", fails, tool), continue_on_fn_error=True)
    assert told.result == "Error while executing double: no"
    with pytest.raises(RunException, match="double: ValueError: no"):
        await create_function_result(CALL, RunFunction("double", fails, tool))
