"""Idioms of public programs: each gives the same under the official SDK, where it is installed, and under `compat`."""

from __future__ import annotations

import asyncio
import copy
import io
import json
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
    assert len(IDIOMS) >= 50
