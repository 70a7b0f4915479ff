"""Every way to write a call that users of other versions know, on both clients."""

from __future__ import annotations

import contextlib
import io
import wave

import pytest

from mistral_async import Mistral, RetryConfig, SyncMistral
from mistral_async.models import (
    AudioChunk,
    CompletionEvent,
    DocumentLibraryTool,
    File,
    FileChunk,
    ImageURLChunk,
    MessageInputEntry,
    ReferenceChunk,
    ResponseFormat,
    TextChunk,
    ThinkChunk,
    ToolChoice,
    TrainingFile,
)

MODEL = "mistral-small-latest"
HI = [{"role": "user", "content": "hi"}]
SCHEMA = {"type": "object", "properties": {}}
FUNCTION = {"function": {"name": "f", "parameters": SCHEMA}}  # the API's default type is `function`
ROW = b'{"custom_id": "1", "body": {"messages": [{"role": "user", "content": "hi"}]}}\n'
EVERY_OPTION = {
    "temperature": 0.1,
    "top_p": 0.9,
    "max_tokens": 5,
    "stream": False,
    "stop": ["x"],
    "random_seed": 1,
    "response_format": {"type": "json_object"},
    "tools": [FUNCTION],
    "tool_choice": "auto",
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "n": 1,
    "prediction": {"type": "content", "content": "x"},
    "parallel_tool_calls": True,
    "prompt_mode": "reasoning",
    "safe_prompt": False,
}


def spoken() -> bytes:
    """A tenth of a second of silence as a WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as audio:
        audio.setnchannels(1)
        audio.setsampwidth(2)
        audio.setframerate(16_000)
        audio.writeframes(bytes(3_200))
    return file.getvalue()


def halves():
    data = spoken()
    return iter([data[:1_000], data[1_000:]])


CALLS = {
    "chat.complete with every option": lambda c: c.chat.complete(model=MODEL, messages=HI, **EVERY_OPTION),
    "chat.complete(stream=None)": lambda c: c.chat.complete(model=MODEL, messages=HI, stream=None),
    "chat.stream(stream=True)": lambda c: c.chat.stream(model=MODEL, messages=HI, stream=True),
    "ToolChoice": lambda c: c.chat.complete(model=MODEL, messages=HI, tools=[FUNCTION], tool_choice=ToolChoice("any")),
    "ToolChoice(function=)": lambda c: c.chat.complete(
        model=MODEL, messages=HI, tools=[FUNCTION], tool_choice=ToolChoice(type="any", function={"name": "f"})
    ),
    "ResponseFormat": lambda c: c.chat.complete(
        model=MODEL, messages=HI, response_format=ResponseFormat(type="json_object")
    ),
    "ResponseFormat(schema=)": lambda c: c.chat.complete(
        model=MODEL, messages=HI, response_format=ResponseFormat(type="json_object", schema=SCHEMA)
    ),
    "fim.complete": lambda c: c.fim.complete(model="codestral-latest", prompt="x", suffix="y"),
    "embeddings.create(inputs=)": lambda c: c.embeddings.create(model="mistral-embed", inputs=["a"]),
    "embeddings.create(input=)": lambda c: c.embeddings.create(model="mistral-embed", input=["a"]),
    "classifiers.moderate(texts)": lambda c: c.classifiers.moderate(["x"]),
    "classifiers.moderate(messages)": lambda c: c.classifiers.moderate(inputs=HI, model=None),
    "files.upload(File)": lambda c: c.files.upload(file=File(file_name="x.jsonl", content=ROW), purpose="batch"),
    "files.upload(dict)": lambda c: c.files.upload(file={"file_name": "x.jsonl", "content": ROW}, purpose="batch"),
    "files.upload(dict, open file)": lambda c: c.files.upload(
        file={"file_name": "x.jsonl", "content": io.BytesIO(ROW)}, purpose="batch"
    ),
    "files.list": lambda c: c.files.list(page=0, page_size=10, sample_type=["instruct"], source=["upload"], search="x"),
    "fine_tuning.list": lambda c: c.fine_tuning.list(page=0, page_size=10),
    "batch.list": lambda c: c.batch.list(page=0, page_size=10),
    "ocr.process(document_url)": lambda c: c.ocr.process(
        model="mistral-ocr-latest", document={"document_url": "https://x.test/a.pdf"}, pages=[0]
    ),
    "ocr.process(image_url)": lambda c: c.ocr.process(
        model="mistral-ocr-latest", document={"image_url": "https://x.test/a.png"}
    ),
    "ocr.process(text)": lambda c: c.ocr.process(model=None, document="https://x.test/a.pdf"),
    "audio.transcribe(file)": lambda c: c.audio.transcribe(
        file=io.BytesIO(spoken()), model="voxtral-mini-latest", language="fr"
    ),
    "audio.transcribe(url)": lambda c: c.audio.transcribe("https://x.test/a.wav", "voxtral-mini-latest"),
    "audio.transcribe_stream(stream=)": lambda c: c.audio.transcribe_stream(
        stream=halves(), model="voxtral-mini-latest"
    ),
    "audio.transcribe_stream by position": lambda c: c.audio.transcribe_stream(halves(), "voxtral-mini-latest"),
    "audio.transcriptions.complete(dict)": lambda c: c.audio.transcriptions.complete(
        model="voxtral-mini-latest", file={"file_name": "x.wav", "content": spoken()}
    ),
    "conversations.start(text)": lambda c: c.beta.conversations.start(
        inputs="x", model=MODEL, instructions="y", tools=[{"type": "web_search"}, FUNCTION]
    ),
    "conversations.start(dict)": lambda c: c.beta.conversations.start(
        inputs={"role": "user", "content": "x"}, model=MODEL, stream=False
    ),
    "conversations.start(entries)": lambda c: c.beta.conversations.start(
        inputs=[MessageInputEntry(role="user", content="x")], model=MODEL, store=True, name="n", description="d"
    ),
    "agents.create": lambda c: c.beta.agents.create(model=MODEL, name="x", tools=[FUNCTION]),
    "libraries.create": lambda c: c.beta.libraries.create(name="x", description="y"),
    "libraries.list": lambda c: c.beta.libraries.list(),
    "models.retrieve": lambda c: c.models.retrieve(model_id=MODEL),
}
"""Calls that need nothing made before."""


def chain(client, name):
    """The calls on what others made: agents, jobs and files, each by its older spelling."""
    purpose = "fine-tune" if name == "fine-tuning" else "batch"
    file = client.files.upload(file={"file_name": "x.jsonl", "content": ROW}, purpose=purpose, check=False)
    match name:
        case "files":
            yield client.files.retrieve(file_id=file.id)
            yield client.files.get_signed_url(file_id=file.id, expiry=24)
            yield client.files.download(file_id=file.id).read()
            yield client.ocr.process(model="mistral-ocr-latest", document={"file_id": file.id})
            yield client.ocr.process(model="mistral-ocr-latest", document=FileChunk(file=file.id))
        case "batch":
            job = client.batch.create(
                input_files=[file.id], endpoint="/v1/chat/completions", model=MODEL, completion_window="24h"
            )
            yield client.batch.get(job.id)
            yield client.batch.get(batch_id=job.id)
            yield client.batch.cancel(batch_id=job.id)
        case "fine-tuning":
            files = {
                "training_files": [TrainingFile(file_id=file.id, weight=1)],
                "validation_files": [{"file_id": file.id}],
            }
            job = client.fine_tuning.create(model="ministral-8b-latest", **files, suffix="x", integrations=[])
            yield client.fine_tuning.get(job_id=job.id)
            yield client.fine_tuning.cancel(job_id=job.id)
        case "agents":
            agent = client.beta.agents.create(model=MODEL, name="x")
            yield client.agents.complete(messages=HI, agent_id=agent.id)
            yield list(client.agents.stream(messages=HI, agent_id=agent.id))
            yield client.beta.agents.update_version(agent_id=agent.id, version_data={"version": 0})
            yield client.beta.agents.update_version(agent.id, 0)


async def test_every_spelling_is_taken_by_the_async_client(client):
    for name, call in CALLS.items():
        with naming(name):
            made = call(client)
            if hasattr(made, "__aenter__"):
                async with made as events:
                    assert [event async for event in events]
            elif hasattr(made, "__aiter__"):
                _ = [item async for item in made]
            else:
                assert await made is not None


def test_every_spelling_is_taken_by_the_blocking_client(sync_client):
    for name, call in CALLS.items():
        with naming(name):
            made = call(sync_client)
            if hasattr(made, "__enter__"):
                with made as events:
                    assert list(events)
            else:
                assert made is not None


@contextlib.contextmanager
def naming(spelling):
    try:
        yield
    except Exception as error:
        error.add_note(f"written as: {spelling}")
        raise


@pytest.mark.parametrize("name", ["files", "batch", "fine-tuning", "agents"])
def test_older_names_of_what_was_made_are_taken(sync_client, name):
    assert all(answer is not None for answer in chain(sync_client, name))


def test_the_type_that_was_left_out_is_sent(sync_client, threaded_server):
    sync_client.chat.complete(model=MODEL, messages=HI, tools=[FUNCTION, {**FUNCTION, "type": "function"}])
    assert [each["type"] for each in threaded_server.requests[-1].json()["tools"]] == ["function", "function"]
    assert "type" not in FUNCTION
    sync_client.ocr.process(document={"image_url": "https://x.test/a.png"})
    assert threaded_server.requests[-1].json()["document"]["type"] == "image_url"


def test_what_may_be_null_is_sent_as_null_and_nothing_else(sync_client, threaded_server):
    def last():
        return threaded_server.requests[-1].json()

    sync_client.ocr.process(model=None, document="https://x.test/a.pdf")
    assert last()["model"] is None
    library = sync_client.beta.libraries.create(name="x")
    sync_client.beta.libraries.update(library.id, name=None, description=None)
    assert last() == {"description": None}
    agent = sync_client.beta.agents.create(model=MODEL, name="x")
    sync_client.beta.agents.update(agent.id, tools=None, completion_args=None, description=None)
    assert last() == {"description": None}


def test_an_empty_model_is_not_the_default(sync_client, threaded_server):
    with pytest.raises(Exception, match="model"):
        sync_client.classifiers.moderate("x", model="")
    assert threaded_server.requests[-1].json()["model"] == ""


def test_events_are_read_as_older_versions_wrap_them(sync_client):
    with sync_client.chat.stream(model=MODEL, messages=HI) as events:
        first = next(events)
    assert first.data.choices is first.choices
    assert isinstance(first, CompletionEvent)


def test_chunks_are_made_by_older_names():
    assert FileChunk(file="a") == FileChunk("a") == FileChunk(file_id="a")
    assert FileChunk(file="a").to_dict() == {"type": "file", "file_id": "a"}
    assert ReferenceChunk(reference="1") == ReferenceChunk(["1"]) == ReferenceChunk(reference_ids=["1"])
    assert ThinkChunk(thinking="a") == ThinkChunk([TextChunk("a")])
    assert AudioChunk(input_audio={"data": b"x"}) == AudioChunk(b"x")
    assert DocumentLibraryTool(document_library={"library_ids": ["x"]}).library_ids == ["x"]
    assert ImageURLChunk(image_url={"url": "x"}).url == "x"
    with pytest.raises(TypeError, match="fil"):
        FileChunk(fil="a")


@pytest.mark.parametrize("client_class", [Mistral, SyncMistral])
def test_a_client_is_made_as_older_versions_make_it(client_class):
    backoff = {"initial_interval": 500, "max_interval": 60_000, "exponent": 1.5, "max_elapsed_time": 1_000}
    config = RetryConfig(strategy="backoff", backoff=backoff, retries=2)
    assert config.backoff.exponent == 1.5
    client_class(api_key="k", server="eu", server_url=None, timeout_ms=100, retry_config=config)


@pytest.mark.parametrize(
    ("backoff", "words"), [({"initial": 1}, "'initial': it takes initial_interval"), ({"exponent": "2"}, "exponent")]
)
def test_a_backoff_that_is_none_is_refused(backoff, words):
    with pytest.raises(ValueError, match=words):
        RetryConfig(backoff=backoff)
