"""Idioms of public programs: each gives the same under the official SDK, where it is installed, and under `compat`."""

from __future__ import annotations

import asyncio
import copy
import functools
import inspect
import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pydantic
import pytest

from mistral_async import compat
from mistral_async.compat import models
from mistral_async.testing import FakeMistral

try:
    import httpx2  # noqa: F401 - the newest official SDK has it
    from mistralai.client import Mistral as Official
    from mistralai.client import errors as their_errors
    from mistralai.client import models as their_models
    from mistralai.client import types as their_types
except ImportError:
    OFFICIAL = None
else:
    OFFICIAL = SimpleNamespace(Mistral=Official, models=their_models, errors=their_errors, types=their_types)

OURS = SimpleNamespace(Mistral=compat.Mistral, models=models, errors=compat.errors, types=compat.types)
MODEL = "mistral-small-latest"
HI = [{"role": "user", "content": "What is the best French cheese?"}]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "Tells the weather.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
        },
    }
]
ASKS = [{"role": "user", "content": "Get the weather in Paris."}]
DOCUMENT = {"type": "document_url", "document_url": "https://a.example/a.pdf"}
LINE = b'{"custom_id": "0", "body": {"messages": [{"role": "user", "content": "hi"}]}}\n'
VOLATILE = {"id", "created", "created_at", "completed_at", "updated_at", "conversation_id", "file_id", "input_files"}


class Sky(pydantic.BaseModel):
    blue: bool = True


IDIOMS: dict[str, Any] = {}


def idiom(function):
    IDIOMS[function.__name__] = function
    return function


def complete(client, **options):
    return client.chat.complete(**{"model": MODEL, "messages": HI, **options})


@idiom
def dumped_answer(sdk, client):
    return complete(client).model_dump()


@idiom
def dumped_as_json(sdk, client):
    return json.loads(complete(client).model_dump_json(indent=4))


@idiom
def usage_of_a_dump(sdk, client):
    dumped = complete(client).model_dump()
    return dumped["usage"] if isinstance(dumped, dict) and "usage" in dumped else None


@idiom
def usage_dumped(sdk, client):
    return complete(client).usage.model_dump(mode="json")


@idiom
def message_appended(sdk, client):
    message = complete(client).choices[0].message
    return complete(client, messages=[*HI, message, *HI]).choices[0].finish_reason


@idiom
def message_dumped_and_appended(sdk, client):
    message = complete(client).choices[0].message.model_dump()
    return message, complete(client, messages=[*HI, message, *HI]).choices[0].finish_reason


@idiom
def message_without_nulls(sdk, client):
    return complete(client).usage.model_dump(exclude_none=True)


@idiom
def choices_without_content(sdk, client):
    return complete(client).model_dump(exclude={"choices": {"__all__": {"message": {"prefix"}}}})["object"]


@idiom
def some_of_an_answer(sdk, client):
    return complete(client).model_dump(include={"model", "usage", "choices"}, exclude={"usage"})


@idiom
def fields_of_an_answer(sdk, client):
    answer = complete(client)
    return sorted({name for name, _ in answer if name in type(answer).model_fields} - {"guardrails"})


@idiom
def an_answer_as_a_dict(sdk, client):
    return sorted(dict(complete(client)).keys() & {"choices", "usage", "model", "object"})


@idiom
def an_answer_read_again(sdk, client):
    answer = complete(client)
    return type(answer).model_validate(json.loads(answer.model_dump_json())) == answer


@idiom
def an_answer_copied(sdk, client):
    answer = complete(client)
    changed = answer.model_copy(update={"model": "x"})
    return changed.model, copy.deepcopy(answer) == answer, answer.model_copy(deep=True) == answer


@idiom
def tool_calls_of_dicts(sdk, client):
    answer = complete(client, messages=ASKS, tools=TOOLS, tool_choice="any")
    call = answer.choices[0].message.tool_calls[0]
    arguments = call.function.arguments
    return call.function.name, json.loads(arguments) if isinstance(arguments, str) else arguments


@idiom
def tool_calls_dumped(sdk, client):
    calls = complete(client, messages=ASKS, tools=TOOLS).choices[0].message.tool_calls
    return [each.model_dump() for each in calls or ()]


@idiom
def tools_of_models(sdk, client):
    function = sdk.models.Function(name="get_weather", description="", parameters={"type": "object", "properties": {}})
    answer = complete(client, messages=ASKS, tools=[sdk.models.Tool(function=function)])
    return answer.choices[0].finish_reason


@idiom
def tool_results(sdk, client):
    message = complete(client, messages=ASKS, tools=TOOLS).choices[0].message
    result = sdk.models.ToolMessage(name="get_weather", content="sunny", tool_call_id=message.tool_calls[0].id)
    return complete(client, messages=[*ASKS, message, result], tools=TOOLS).choices[0].finish_reason


@idiom
def messages_of_models(sdk, client):
    asked = [
        sdk.models.SystemMessage(content="Be brief."),
        sdk.models.UserMessage(content=[sdk.models.TextChunk(text="What?"), {"type": "text", "text": "Now!"}]),
    ]
    return [each.model_dump() for each in asked], complete(client, messages=asked).object


@idiom
def a_message_by_its_role(sdk, client):
    kinds = {"user": sdk.models.UserMessage, "assistant": sdk.models.AssistantMessage}
    return [kinds[role](content="a").model_dump(exclude_none=True) for role in kinds]


@idiom
def json_answers(sdk, client):
    return json.loads(complete(client, response_format={"type": "json_object"}).choices[0].message.content)


@idiom
def json_schemas(sdk, client):
    schema = sdk.models.JSONSchema(name="sky", schema_definition=Sky.model_json_schema(), strict=True)
    form = sdk.models.ResponseFormat(type="json_schema", json_schema=schema)
    return form.model_dump(), json.loads(complete(client, response_format=form).choices[0].message.content)


@idiom
def parsed_answers(sdk, client):
    parsed = client.chat.parse(model=MODEL, messages=HI, response_format=Sky)
    return parsed.choices[0].message.parsed.model_dump(), parsed.choices[0].message.role


@idiom
def streamed_text(sdk, client):
    text = ""
    for chunk in client.chat.stream(model=MODEL, messages=HI):
        if chunk.data.choices[0].delta.content is not None:
            text += chunk.data.choices[0].delta.content
    return text


@idiom
def streamed_events_by_class(sdk, client):
    with client.chat.stream(model=MODEL, messages=HI) as events:
        return [
            event.data.choices[0].finish_reason for event in events if isinstance(event, sdk.models.CompletionEvent)
        ]


@idiom
def streamed_chunks_dumped(sdk, client):
    return [event.data.model_dump(exclude={"p"}) for event in client.chat.stream(model=MODEL, messages=HI)]


@idiom
def streamed_events_dumped(sdk, client):
    return [
        json.loads(each.model_dump_json(exclude={"data": {"p"}}))
        for each in client.chat.stream(model=MODEL, messages=HI)
    ]


@idiom
def streamed_text_of_coroutines(sdk, client):
    async def main():
        found = []
        async for chunk in await client.chat.stream_async(model=MODEL, messages=HI):
            found.append(chunk.data.choices[0].delta.content or "")  # noqa: PERF401 - as in programs
        return "".join(found)

    return asyncio.run(main())


@idiom
def many_at_once(sdk, client):
    async def main():
        asked = [client.chat.complete_async(model=MODEL, messages=HI) for _ in range(3)]
        return [each.choices[0].message.content for each in await asyncio.gather(*asked)]

    return asyncio.run(main())


@idiom
def ocr_saved(sdk, client):
    answer = client.ocr.process(model="mistral-ocr-latest", document=DOCUMENT, include_image_base64=True)
    return json.loads(answer.model_dump_json(indent=2))


@idiom
def ocr_pages(sdk, client):
    answer = client.ocr.process(
        model="mistral-ocr-latest", document=sdk.models.DocumentURLChunk(document_url="https://a.example/a.pdf")
    )
    pages = json.loads(answer.model_dump_json())["pages"]
    return [(page.get("index"), page.get("markdown"), page["dimensions"]) for page in pages]


@idiom
def ocr_of_images(sdk, client):
    chunk = sdk.models.ImageURLChunk(image_url="data:image/png;base64,iVBORw0KGgo=")
    return client.ocr.process(document=chunk, model="mistral-ocr-latest").usage_info.model_dump()


@idiom
def ocr_of_an_upload(sdk, client):
    file = client.files.upload(file={"file_name": "a.pdf", "content": b"%PDF-1.4 a"}, purpose="ocr")
    signed = client.files.get_signed_url(file_id=file.id, expiry=1)
    answer = client.ocr.process(
        model="mistral-ocr-latest", document={"type": "document_url", "document_url": signed.url}
    )
    return "\n\n".join(page.markdown for page in answer.pages), client.files.delete(file_id=file.id).deleted


@idiom
def embeddings_of_batches(sdk, client):
    answer = client.embeddings.create(model="mistral-embed", inputs=["a", "b"])
    return [(each.index, type(each.embedding).__name__, len(each.embedding)) for each in answer.data]


@idiom
def embeddings_dumped(sdk, client):
    answer = client.embeddings.create(model="mistral-embed", inputs=["a"])
    return [sorted(each) for each in answer.model_dump()["data"]], json.loads(json.dumps(answer.data[0].embedding))[:2]


@idiom
def embeddings_of_bytes(sdk, client):
    answer = client.embeddings.create(model="codestral-embed", inputs=["a"], output_dtype="int8", output_dimension=8)
    return json.dumps(answer.data[0].embedding)


@idiom
def moderations(sdk, client):
    return client.classifiers.moderate(model="mistral-moderation-latest", inputs=["a"]).results[0].model_dump()


@idiom
def files_of_buffers(sdk, client):
    file = client.files.upload(file={"file_name": "batch.jsonl", "content": io.BytesIO(LINE)}, purpose="batch")
    return file.model_dump(), client.files.download(file_id=file.id).read().decode()


@idiom
def files_of_models(sdk, client):
    file = client.files.upload(file=sdk.models.File(file_name="a.jsonl", content=LINE), purpose="batch")
    return client.files.retrieve(file_id=file.id).model_dump()


@idiom
def batches_of_files(sdk, client):
    file = client.files.upload(file={"file_name": "batch.jsonl", "content": LINE}, purpose="batch")
    job = client.batch.jobs.create(
        input_files=[file.id], model=MODEL, endpoint="/v1/chat/completions", metadata={"job_type": "test"}
    )
    return job.total_requests, job.metadata, sorted(job.model_dump())


@idiom
def batches_of_requests(sdk, client):
    job = client.batch.jobs.create(
        requests=[{"custom_id": "0", "body": {"messages": HI}}], model=MODEL, endpoint="/v1/chat/completions"
    )
    return client.batch.jobs.get(job_id=job.id).total_requests


@idiom
def agents_made(sdk, client):
    agent = client.beta.agents.create(
        model=MODEL, name="a", instructions="Be brief.", completion_args=sdk.models.CompletionArgs(temperature=0.3)
    )
    return isinstance(agent.created_at, datetime), agent.completion_args.temperature, agent.model_dump()


@idiom
def conversations_started(sdk, client):
    answer = client.beta.conversations.start(model=MODEL, inputs="hi")
    more = client.beta.conversations.append(conversation_id=answer.conversation_id, inputs="and?")
    return [each.content for each in (*answer.outputs, *more.outputs)], isinstance(
        answer.outputs[0].created_at, datetime
    )


@idiom
def conversations_streamed(sdk, client):
    with client.beta.conversations.start_stream(model=MODEL, inputs="hi") as events:
        return [(event.event, isinstance(event, sdk.models.ConversationEvents), event.data.type) for event in events]


@idiom
def errors_of_the_api(sdk, client):
    try:
        client.files.retrieve(file_id="00000000-0000-0000-0000-000000000000")
    except sdk.errors.SDKError as error:
        return error.status_code, json.loads(error.body), str(error.headers["content-type"]).split(";")[0]
    return None


@idiom
def options_that_are_unset(sdk, client):
    return complete(client, temperature=sdk.types.UNSET, top_p=None, max_tokens=5).choices[0].finish_reason


@idiom
def mocked_completions(sdk, client):
    with mock.patch.object(client.chat, "complete", return_value="mocked"):
        return complete(client), type(client.chat).__name__


@idiom
def mocked_coroutines(sdk, client):
    with mock.patch.object(client.chat, "complete_async", new_callable=mock.AsyncMock, return_value="mocked"):
        return asyncio.run(client.chat.complete_async(model=MODEL, messages=HI))


@idiom
def models_listed(sdk, client):
    found = client.models.list().data
    return sorted({each.id for each in found})[:3], found[0].capabilities.model_dump()


@idiom
def fim_completions(sdk, client):
    answer = client.fim.complete(model="codestral-latest", prompt="def f(", suffix="return a + b", temperature=0)
    return answer.choices[0].message.content, answer.model_dump(exclude={"usage"})


@idiom
def the_address_of_the_server(sdk, client):
    return client.sdk_configuration.get_server_details()[0].startswith("http://")


# Idioms of agents, servers and libraries: what they do with events, errors, lists, files and settings.


@idiom
def content_by_the_type_of_chunks(sdk, client):
    content = complete(client).choices[0].message.content
    return content if isinstance(content, str) else "".join(getattr(each, "text", "") for each in content)


@idiom
def thoughts_and_text_apart(sdk, client):
    content = complete(client, model="magistral-medium-latest", prompt_mode="reasoning").choices[0].message.content
    thoughts, text = "", ""
    for chunk in [content] if isinstance(content, str) else content:
        if isinstance(chunk, sdk.models.ThinkChunk):
            thoughts += "".join(each.text for each in chunk.thinking if isinstance(each, sdk.models.TextChunk))
        else:
            text += getattr(chunk, "text", chunk)
    return bool(thoughts), text


@idiom
def thoughts_sent_back(sdk, client):
    thought = sdk.models.ThinkChunk(type="thinking", thinking=[sdk.models.TextChunk(type="text", text="hm")])
    message = sdk.models.AssistantMessage(role="assistant", content=[thought, sdk.models.TextChunk(text="yes")])
    dumped = message.model_dump(exclude_none=True)
    return dumped, complete(client, messages=[*HI, message, *HI]).choices[0].finish_reason


@idiom
def calls_sent_back(sdk, client):
    call = sdk.models.ToolCall(
        id="123456789", type="function", function=sdk.models.FunctionCall(name="get_weather", arguments="{}"), index=0
    )
    message = sdk.models.AssistantMessage(content="", tool_calls=[call])
    result = sdk.models.ToolMessage(role="tool", content="rain", tool_call_id=call.id, name="get_weather")
    answer = complete(client, messages=[*ASKS, message, result], tools=TOOLS)
    return call.model_dump(), answer.choices[0].finish_reason


@idiom
def calls_gathered_from_a_stream(sdk, client):
    found = {}
    for event in client.chat.stream(model=MODEL, messages=ASKS, tools=TOOLS):
        for call in event.data.choices[0].delta.tool_calls or []:
            entry = found.setdefault(call.index, {"name": "", "arguments": ""})
            entry["name"] = call.function.name or entry["name"]
            arguments = call.function.arguments
            entry["arguments"] += arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {index: (each["name"], json.loads(each["arguments"])) for index, each in found.items()}


@idiom
def a_tool_by_its_name(sdk, client):
    choice = sdk.models.ToolChoice(type="function", function=sdk.models.FunctionName(name="get_weather"))
    answer = complete(client, messages=ASKS, tools=TOOLS, tool_choice=choice)
    return choice.model_dump(), answer.choices[0].message.tool_calls[0].function.name


@idiom
def several_answers(sdk, client):
    return [each.index for each in complete(client, n=2, temperature=1.0).choices]


@idiom
def text_cut_at_a_limit(sdk, client):
    answer = complete(client, max_tokens=1)
    return answer.choices[0].finish_reason, answer.choices[0].finish_reason == "length"


@idiom
def an_image_in_a_message(sdk, client):
    parts = [
        sdk.models.TextChunk(text="What is this?"),
        sdk.models.ImageURLChunk(image_url=sdk.models.ImageURL(url="data:image/png;base64,iVBORw0KGgo=")),
    ]
    message = sdk.models.UserMessage(content=parts)
    return message.model_dump(), complete(client, messages=[message]).object


@idiom
def a_document_in_a_message(sdk, client):
    parts = [{"type": "text", "text": "Sum it up."}, DOCUMENT]
    return complete(client, messages=[{"role": "user", "content": parts}]).choices[0].message.role


@idiom
def a_prefix_for_the_answer(sdk, client):
    asked = [*HI, {"role": "assistant", "content": "The best is", "prefix": True}]
    return complete(client, messages=asked).choices[0].message.content


@idiom
def a_message_compared(sdk, client):
    one, other = (sdk.models.UserMessage(content="a") for _ in range(2))
    return one == other, one == sdk.models.UserMessage(content="b"), one.role


@idiom
def a_message_validated(sdk, client):
    return sdk.models.UserMessage.model_validate({"role": "user", "content": "a"}).content


@idiom
def a_message_that_is_none(sdk, client):
    try:
        sdk.models.UserMessage()
    except (TypeError, ValueError) as error:
        return isinstance(error, Exception)
    return None


@idiom
def roles_of_a_dump(sdk, client):
    return [
        each["role"] for each in json.loads(json.dumps([m.model_dump() for m in [complete(client).choices[0].message]]))
    ]


@idiom
def attributes_with_defaults(sdk, client):
    usage = complete(client).usage
    return getattr(usage, "prompt_tokens", 0), getattr(usage, "nothing", 0), hasattr(usage, "total_tokens")


@idiom
def usage_added_up(sdk, client):
    usages = [complete(client).usage for _ in range(2)]
    return sum(each.total_tokens for each in usages), {k: v for k, v in usages[0].model_dump().items() if v}


@idiom
def usage_of_the_last_chunk(sdk, client):
    usage = None
    for event in client.chat.stream(model=MODEL, messages=HI):
        usage = event.data.usage or usage
    return usage.prompt_tokens, usage.completion_tokens


@idiom
def a_stream_left_early(sdk, client):
    with client.chat.stream(model=MODEL, messages=HI) as events:
        first = next(iter(events))
    return first.data.object, complete(client).object


@idiom
def a_stream_as_a_context_of_coroutines(sdk, client):
    async def main():
        async with await client.chat.stream_async(model=MODEL, messages=HI) as events:
            return [each.data.choices[0].finish_reason async for each in events]

    return asyncio.run(main())


@idiom
def a_client_as_a_context_of_coroutines(sdk, client):
    async def main():
        url = client.sdk_configuration.get_server_details()[0]
        async with sdk.Mistral(api_key="key", server_url=url) as other:
            try:
                await other.models.list_async()
            except sdk.errors.SDKError as error:
                return error.status_code
            return None

    return asyncio.run(main())


@idiom
def errors_by_their_base(sdk, client):
    try:
        client.files.delete(file_id="00000000-0000-0000-0000-000000000000")
    except sdk.errors.MistralError as error:
        return error.status_code, isinstance(error, Exception), isinstance(error.raw_response.status_code, int)
    return None


@idiom
def errors_of_validation(sdk, client):
    try:
        complete(client, temperature=7)
    except sdk.errors.HTTPValidationError as error:
        return error.status_code, [list(each.loc) for each in error.data.detail]
    except sdk.errors.SDKError as error:
        return error.status_code
    return None


@idiom
def errors_by_their_message(sdk, client):
    try:
        client.models.retrieve(model_id="nothing-of-the-kind")
    except Exception as error:  # noqa: BLE001 - as in programs
        text = str(error).lower()
        return "429" in text or "rate limit" in text, getattr(error, "status_code", None)
    return None


@idiom
def an_error_of_coroutines(sdk, client):
    async def main():
        results = await asyncio.gather(
            client.chat.complete_async(model=MODEL, messages=HI),
            client.files.retrieve_async(file_id="00000000-0000-0000-0000-000000000000"),
            return_exceptions=True,
        )
        return [isinstance(each, sdk.errors.SDKError) for each in results]

    return asyncio.run(main())


@idiom
def models_that_can_chat(sdk, client):
    found = [each.id for each in client.models.list().data if each.capabilities.completion_chat]
    return MODEL in found, "mistral-embed" in found


@idiom
def a_model_retrieved(sdk, client):
    found = client.models.retrieve(model_id=MODEL)
    return found.id, found.capabilities.vision, type(found.max_context_length).__name__


@idiom
def vectors_in_order(sdk, client):
    answer = client.embeddings.create(model="mistral-embed", inputs=["a", "b", "c"])
    ordered = sorted(answer.data, key=lambda each: each.index)
    return [each.index for each in ordered], sum(ordered[0].embedding) == sum(list(ordered[0].embedding))


@idiom
def vectors_compared(sdk, client):
    a, b = (each.embedding for each in client.embeddings.create(model="mistral-embed", inputs=["a", "a"]).data)
    return sum(x * y for x, y in zip(a, b, strict=True)) > 0, a == b, len(a[:10]), isinstance(a, list)


@idiom
def one_text_embedded(sdk, client):
    answer = client.embeddings.create(model="mistral-embed", inputs="a")
    return len(answer.data[0].embedding), answer.usage.prompt_tokens, answer.model


@idiom
def vectors_of_coroutines(sdk, client):
    answer = asyncio.run(client.embeddings.create_async(model="mistral-embed", inputs=["a", "b"]))
    return [len(each.embedding) for each in answer.data]


@idiom
def pages_of_a_scan(sdk, client):
    answer = client.ocr.process(
        model="mistral-ocr-latest",
        document={"type": "image_url", "image_url": "data:image/png;base64,iVBORw0KGgo="},
        include_image_base64=False,
    )
    return [(page.index, page.markdown, [image.id for image in page.images]) for page in answer.pages]


@idiom
def some_pages_of_a_document(sdk, client):
    answer = client.ocr.process(model="mistral-ocr-latest", document=DOCUMENT, pages=[0])
    return len(answer.pages), answer.usage_info.pages_processed, answer.pages[0].dimensions.dpi


@idiom
def a_file_read_back(sdk, client):
    file = client.files.upload(file={"file_name": "a.jsonl", "content": LINE}, purpose="batch")
    listed = client.files.list(page_size=5).data
    return file.filename, file.purpose, file.id in {each.id for each in listed}, file.size_bytes


@idiom
def a_file_of_a_handle(sdk, client):
    handle = io.BytesIO(LINE)
    file = client.files.upload(file={"file_name": "a.jsonl", "content": handle.read()}, purpose="batch")
    return json.loads(client.files.download(file_id=file.id).read())["custom_id"]


@idiom
def a_batch_watched(sdk, client):
    job = client.batch.jobs.create(
        requests=[{"custom_id": "0", "body": {"messages": HI}}], model=MODEL, endpoint="/v1/chat/completions"
    )
    for _ in range(10_000):
        job = client.batch.jobs.get(job_id=job.id)
        if job.status not in {"QUEUED", "RUNNING"}:
            break
    return job.status, job.succeeded_requests, job.failed_requests


@idiom
def batches_listed(sdk, client):
    listed = client.batch.jobs.list(page_size=1)
    return listed.total is not None, type(listed.data).__name__


@idiom
def a_transcription_of_bytes(sdk, client):
    answer = client.audio.transcriptions.complete(
        model="voxtral-mini-latest", file={"content": b"RIFF", "file_name": "rain.wav"}
    )
    return answer.text, answer.model, answer.language


@idiom
def a_moderation_read(sdk, client):
    result = client.classifiers.moderate(model="mistral-moderation-latest", inputs=["a", "b"]).results[0]
    flagged = [name for name, value in result.categories.items() if value]
    return flagged, max(result.category_scores.values()) < 1, isinstance(result.categories, dict)


@idiom
def an_agent_changed(sdk, client):
    agent = client.beta.agents.create(model=MODEL, name="a", tools=[{"type": "web_search"}])
    changed = client.beta.agents.update(agent_id=agent.id, description="b")
    return changed.version, changed.description, [each.type for each in changed.tools or []]


@idiom
def an_agent_asked(sdk, client):
    agent = client.beta.agents.create(model=MODEL, name="a")
    answer = client.beta.conversations.start(agent_id=agent.id, inputs=[{"role": "user", "content": "hi"}])
    return [isinstance(each, sdk.models.MessageOutputEntry) for each in answer.outputs], answer.usage.total_tokens


@idiom
def events_of_a_conversation_by_class(sdk, client):
    text = ""
    with client.beta.conversations.start_stream(model=MODEL, inputs="hi") as events:
        for event in events:
            match event.data:
                case sdk.models.MessageOutputEvent() as part:
                    text += part.content if isinstance(part.content, str) else ""
                case sdk.models.ResponseDoneEvent() as done:
                    return text, done.usage.total_tokens
    return text


@idiom
def a_conversation_remembered(sdk, client):
    started = client.beta.conversations.start(model=MODEL, inputs="hi", store=True)
    history = client.beta.conversations.get_history(conversation_id=started.conversation_id)
    return [(each.type, getattr(each, "role", None)) for each in history.entries]


@idiom
def a_schema_of_a_model(sdk, client):
    schema = sdk.models.UserMessage.model_json_schema()
    return schema["type"], sorted(schema["properties"])


@idiom
def a_field_of_a_model_of_mine(sdk, client):
    state = pydantic.create_model("State", usage=(sdk.models.UsageInfo, ...))(usage=complete(client).usage)
    return sorted(state.model_dump()), state.usage.total_tokens


@idiom
def a_header_for_one_call(sdk, client):
    return complete(client, http_headers={"x-team": "a"}, timeout_ms=5_000).object


@idiom
def a_call_that_is_spied_on(sdk, client):
    with mock.patch.object(client.chat, "complete", wraps=client.chat.complete) as spied:
        complete(client)
    return spied.call_count, spied.call_args.kwargs["model"]


@idiom
def the_request_of_an_error(sdk, client):
    try:
        client.models.retrieve(model_id="nothing-of-the-kind")
    except sdk.errors.MistralError as error:
        request = error.raw_response.request
        return request.method, request.url.path, error.raw_response.is_error
    return None


@idiom
def a_group_of_a_class_of_mine(sdk, client):
    class Counting(type(client.chat)):
        asked = 0

        def complete(self, **options):
            Counting.asked += 1
            return super().complete(**options)

    client.chat = Counting(client.sdk_configuration, parent_ref=client)
    return complete(client).choices[0].message.content, Counting.asked


@idiom
def a_client_of_a_class_of_mine(sdk, client):
    class Asking(sdk.Mistral):
        def ask(self, text):
            answer = self.chat.complete(model=MODEL, messages=[{"role": "user", "content": text}])
            return answer.choices[0].message.content

    url = client.sdk_configuration.get_server_details()[0]
    with Asking(api_key=client.sdk_configuration.security.api_key, server_url=url) as asking:
        return asking.ask("hi"), isinstance(asking, sdk.Mistral)


@idiom
def an_answer_with_fields_of_mine(sdk, client):
    class Measured(sdk.models.ChatCompletionResponse):
        joules: int = 0
        sky: Sky | None = None

    measured = Measured(**complete(client).model_dump(), joules=3, sky=Sky())
    return (
        measured.joules,
        measured.sky.blue,
        measured.choices[0].message.content,
        isinstance(measured, sdk.models.ChatCompletionResponse),
    )


@idiom
def a_method_with_some_arguments(sdk, client):
    ask = functools.partial(client.chat.complete, model=MODEL)
    with ThreadPoolExecutor(2) as pool:
        return [each.choices[0].message.content for each in pool.map(lambda _: ask(messages=HI), range(3))]


@idiom
def what_a_method_takes(sdk, client):
    taken = inspect.signature(client.chat.complete).parameters
    names = {"model", "messages", "temperature", "prompt_cache_key", "guardrails", "retries", "timeout_ms", "nothing"}
    return sorted(names & taken.keys()), asyncio.iscoroutinefunction(client.chat.complete_async)


def told(value: Any) -> Any:
    """Return a value without what differs from call to call."""
    match value:
        case dict():
            return {key: "..." if key in VOLATILE and each is not None else told(each) for key, each in value.items()}
        case list() | tuple():
            return [told(each) for each in value]
        case datetime():
            return "..."
        case _:
            return value


@pytest.fixture(scope="module")
def run():
    """Run an idiom under an SDK, on a server of its own."""
    with FakeMistral(any_model=True) as ours, FakeMistral(any_model=True) as theirs:

        def run(sdk, function):
            server = ours if sdk is OURS else theirs
            with sdk.Mistral(api_key=server.api_key, server_url=server.url) as client:
                return told(function(sdk, client))

        yield run


@pytest.mark.filterwarnings("ignore")  # of the official SDK
@pytest.mark.parametrize("name", IDIOMS)
def test_idiom(name, run):
    ours = run(OURS, IDIOMS[name])
    assert ours is not None
    if OFFICIAL is not None:
        assert ours == run(OFFICIAL, IDIOMS[name])


def test_there_are_as_many_as_are_promised():
    assert len(IDIOMS) >= 96
