"""Endpoints of audio, responses, fine-tuning, batch, conversations, agents and libraries over a socket."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import re
from collections import deque
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs

import anyio
import h11
import msgspec
import pytest
from anyio.abc import SocketAttribute

from mistral_async import Mistral, calls, models
from mistral_async._codec.open_union import members_of
from mistral_async.errors import IncompleteStreamError, StreamEventError

SHARED = Path(__file__).parents[2] / ".." / "shared" / "api"
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
STRANGE_ID = "a/b c?d%é"
ENCODED = "a%2Fb%20c%3Fd%25%C3%A9"
TOOLS = [models.WebSearchTool(), {"type": "code_interpreter"}]
TOOLS_SENT = [{"type": "web_search"}, {"type": "code_interpreter"}]
ARGS = models.CompletionArgs(temperature=0.5, stop=["x"])
ARGS_SENT = {"temperature": 0.5, "stop": ["x"]}
GUARDRAILS = [models.GuardrailConfig(block_on_error=True)]
COMMON = {"description": "d", "metadata": {"k": 1}}
REQUEST = {"body": {"messages": []}, "custom_id": "1"}
VOICE = {"languages": ["en"], "gender": "male", "age": 40, "tags": ["calm"], "description": "d", "retention_notice": 7}
TRAINING = {"learning_rate": 1e-4, "epochs": 2}
SHARE = {"share_with_uuid": "u", "share_with_type": "User", "org_id": "o", "level": "Viewer"}
AUDIO = {"model": "m", "voice_id": "v", "response_format": "wav", "expressiveness": 0.5, "prompt_cache_key": "c"}
INPUTS = {
    "instructions": "i", "parallel_tool_calls": True, "tool_choice": "auto", "truncation": "disabled",
    "previous_response_id": "p", "conversation": "c", "prompt": {"id": "p"},
}  # fmt: skip


def _case(method, path, call, returns, *, json=None, query=None):
    return pytest.param(method, path, call, returns, json, query or {}, id=f"{method} {path}")


CASES = [
    _case(
        "POST", "/v1/audio/speech",
        lambda c: c.audio.speech.complete(
            input="hi", **AUDIO, ref_audio=b"\0\1\2", phoneme_hints={"hi": ["h"]}, metadata={"k": 1},
            conversation_history=[models.SpeechUserTurn(models.RawAudio(b"\0"))],
        ),
        models.SpeechResponse,
        json={
            "input": "hi", **AUDIO, "ref_audio": "AAEC", "phoneme_hints": {"hi": ["h"]}, "metadata": {"k": 1},
            "conversation_history": [{"role": "user", "audio": {"data": "AA=="}}],
        },
    ),
    _case(
        "POST", "/v1/audio/voices",
        lambda c: c.audio.voices.create(
            name="n", sample_audio=b"\0\1\2", sample_filename="a.wav", color="red", slug="s", **VOICE
        ),
        models.VoiceResponse,
        json={"name": "n", "sample_audio": "AAEC", "sample_filename": "a.wav", "color": "red", "slug": "s", **VOICE},
    ),
    _case("GET", f"/v1/audio/voices/{ENCODED}", lambda c: c.audio.voices.get(STRANGE_ID), models.VoiceResponse),
    _case("DELETE", "/v1/audio/voices/..%2Fx", lambda c: c.audio.voices.delete("../x"), models.VoiceResponse),
    _case(
        "PATCH", "/v1/audio/voices/v", lambda c: c.audio.voices.update("v", **VOICE | {"age": None}, name="n"),
        models.VoiceResponse, json={**VOICE, "age": None, "name": "n"},
    ),
    _case(
        "POST", "/v1/responses",
        lambda c: c.responses.create(
            model="m", input=[models.ResponsesEasyInputMessage("hi", "user")], **INPUTS,
            tools=[models.ResponsesFunctionTool("f")], text=models.ResponsesTextConfig(verbosity="low"),
            reasoning=models.ResponsesSupportedReasoning("low"), max_output_tokens=5, temperature=0.5, top_p=0.9,
            top_logprobs=0, max_tool_calls=1, metadata={"k": "v"}, prompt_cache_key="c", background=False, store=False,
        ),
        models.CreateResponseResponse,
        json={
            "model": "m", "input": [{"type": "message", "role": "user", "content": "hi"}], **INPUTS,
            "tools": [{"type": "function", "name": "f"}], "text": {"verbosity": "low"}, "reasoning": {"effort": "low"},
            "max_output_tokens": 5, "temperature": 0.5, "top_p": 0.9, "top_logprobs": 0, "max_tool_calls": 1,
            "metadata": {"k": "v"}, "prompt_cache_key": "c", "background": False, "store": False,
        },
    ),
    _case(
        "POST", "/v1/responses/input_tokens",
        lambda c: c.responses.count_input_tokens(model="m", input="hi", **INPUTS),
        models.CountResponseInputTokensResponse, json={"model": "m", "input": "hi", **INPUTS},
    ),
    _case(
        "POST", "/v1/fine_tuning/jobs",
        lambda c: c.fine_tuning.jobs.create(
            model="m", dry_run=True, training_files=["f1", models.TrainingFile("f2", 2), {"file_id": "f3"}],
            validation_files=["f4", models.TrainingFile("f5"), {"file_id": "f6"}], suffix="s", auto_start=False,
            hyperparameters=models.CompletionTrainingParameters(**TRAINING), invalid_sample_skip_percentage=0.1,
            integrations=[models.WandbIntegration("p", "k")], job_type="completion",
            repositories=[models.GithubRepositoryIn("n", "o", "t")], classifier_targets=[{"name": "n", "labels": []}],
        ),
        models.CreateFineTuningJobResponse, query={"dry_run": ["true"]},
        json={
            "model": "m", "training_files": [{"file_id": "f1"}, {"file_id": "f2", "weight": 2}, {"file_id": "f3"}],
            "validation_files": ["f4", "f5", "f6"], "suffix": "s", "auto_start": False, "hyperparameters": TRAINING,
            "invalid_sample_skip_percentage": 0.1, "job_type": "completion",
            "integrations": [{"type": "wandb", "project": "p", "api_key": "k"}],
            "repositories": [{"type": "github", "name": "n", "owner": "o", "token": "t"}],
            "classifier_targets": [{"name": "n", "labels": []}],
        },
    ),
    _case(
        "POST", "/v1/fine_tuning/jobs", lambda c: c.fine_tuning.create(model="m", hyperparameters=None),
        models.CreateFineTuningJobResponse, json={"model": "m", "hyperparameters": {}},
    ),
    _case("GET", "/v1/fine_tuning/jobs/j", lambda c: c.fine_tuning.jobs.get("j"), models.FineTuningJobDetails),
    _case("GET", "/v1/fine_tuning/jobs/j", lambda c: c.fine_tuning.get("j"), models.FineTuningJobDetails),
    _case("POST", "/v1/fine_tuning/jobs/j/cancel", lambda c: c.fine_tuning.cancel("j"), models.FineTuningJobDetails),
    _case("POST", "/v1/fine_tuning/jobs/j/start", lambda c: c.fine_tuning.jobs.start("j"), models.FineTuningJobDetails),
    _case(
        "POST", "/v1/batch/jobs",
        lambda c: c.batch.jobs.create(
            endpoint="/v1/ocr", requests=[models.BatchRequest({"messages": []}, "1"), REQUEST], input_files=["f"],
            model="m", agent_id="a", metadata={"k": "v"}, timeout_hours=2,
        ),
        models.BatchJob,
        json={
            "endpoint": "/v1/ocr", "requests": [REQUEST, REQUEST], "input_files": ["f"], "model": "m", "agent_id": "a",
            "metadata": {"k": "v"}, "timeout_hours": 2,
        },
    ),
    _case(
        "POST", "/v1/batch/jobs",
        lambda c: c.batch.create(input_files=["f"], endpoint="/v1/embeddings", completion_window="24h"),
        models.BatchJob, json={"input_files": ["f"], "endpoint": "/v1/embeddings", "timeout_hours": 24},
    ),
    _case(
        "GET", "/v1/batch/jobs/j", lambda c: c.batch.jobs.get("j", inline=True), models.BatchJob,
        query={"inline": ["true"]},
    ),
    _case("GET", "/v1/batch/jobs/j", lambda c: c.batch.get(batch_id="j"), models.BatchJob),
    _case("GET", "/v1/batch/jobs/j", lambda c: c.batch.get("j"), models.BatchJob),
    _case("POST", "/v1/batch/jobs/j/cancel", lambda c: c.batch.jobs.cancel("j"), models.BatchJob),
    _case("POST", "/v1/batch/jobs/j/cancel", lambda c: c.batch.cancel(batch_id="j"), models.BatchJob),
    _case("DELETE", "/v1/batch/jobs/j", lambda c: c.batch.jobs.delete("j"), models.DeleteBatchJobResponse),
    _case(
        "POST", "/v1/conversations",
        lambda c: c.beta.conversations.start(
            inputs=models.MessageInputEntry("hi"), model="m", instructions="i", tools=TOOLS, completion_args=ARGS,
            guardrails=GUARDRAILS, name="n", store=True, handoff_execution="client", **COMMON,
        ),
        models.ConversationResponse,
        json={
            "inputs": [{"object": "entry", "type": "message.input", "role": "user", "content": "hi"}], "model": "m",
            "instructions": "i", "tools": TOOLS_SENT, "completion_args": ARGS_SENT,
            "guardrails": [{"block_on_error": True}], "name": "n", "store": True, "handoff_execution": "client",
            **COMMON,
        },
    ),
    _case(
        "POST", "/v1/conversations",
        lambda c: c.beta.conversations.start(inputs="hi", agent_id="a", agent_version="live"),
        models.ConversationResponse, json={"inputs": "hi", "agent_id": "a", "agent_version": "live"},
    ),
    _case(
        "POST", "/v1/conversations/c",
        lambda c: c.beta.conversations.append(
            "c", inputs=[models.FunctionResultEntry("t", "42")], completion_args={"response_format": "json_object"},
            store=False, handoff_execution="server", tool_confirmations=[models.ToolCallConfirmation("t", "allow")],
        ),
        models.ConversationResponse,
        json={
            "inputs": [{"object": "entry", "type": "function.result", "tool_call_id": "t", "result": "42"}],
            "completion_args": {"response_format": {"type": "json_object"}}, "store": False,
            "handoff_execution": "server", "tool_confirmations": [{"tool_call_id": "t", "confirmation": "allow"}],
        },
    ),
    _case(
        "POST", "/v1/conversations/c/restart",
        lambda c: c.beta.conversations.restart(
            "c", from_entry_id="e", inputs={"role": "user", "content": "hi"}, completion_args=ARGS, metadata={"k": 1},
            guardrails=GUARDRAILS, agent_version=2, store=True, handoff_execution="server",
        ),
        models.ConversationResponse,
        json={
            "from_entry_id": "e", "inputs": [{"role": "user", "content": "hi"}], "completion_args": ARGS_SENT,
            "metadata": {"k": 1}, "guardrails": [{"block_on_error": True}], "agent_version": 2, "store": True,
            "handoff_execution": "server",
        },
    ),
    _case("GET", f"/v1/conversations/{ENCODED}", lambda c: c.beta.conversations.get(STRANGE_ID), models.Conversation),
    _case(
        "GET", "/v1/conversations/c/history", lambda c: c.beta.conversations.get_history("c"),
        models.ConversationHistory,
    ),
    _case(
        "GET", "/v1/conversations/c/messages", lambda c: c.beta.conversations.get_messages("c"),
        models.ConversationMessages,
    ),
    _case("DELETE", "/v1/conversations/c", lambda c: c.beta.conversations.delete("c"), None),
    _case(
        "POST", "/v1/agents",
        lambda c: c.beta.agents.create(
            model="m", name="n", instructions="i", tools=TOOLS, completion_args=ARGS, guardrails=GUARDRAILS,
            handoffs=["a"], version_message="v", **COMMON,
        ),
        models.Agent,
        json={
            "model": "m", "name": "n", "instructions": "i", "tools": TOOLS_SENT, "completion_args": ARGS_SENT,
            "guardrails": [{"block_on_error": True}], "handoffs": ["a"], "version_message": "v", **COMMON,
        },
    ),
    _case(
        "GET", "/v1/agents/a", lambda c: c.beta.agents.get("a", agent_version="live"), models.Agent,
        query={"agent_version": ["live"]},
    ),
    _case(
        "PATCH", "/v1/agents/a",
        lambda c: c.beta.agents.update(
            "a", instructions=None, handoffs=None, metadata=None, tools=[], completion_args={}, deployment_chat=True,
            model="m", name="n", guardrails=None, description=None, version_message="v",
        ),
        models.Agent,
        json={
            "instructions": None, "handoffs": None, "metadata": None, "tools": [], "completion_args": {},
            "deployment_chat": True, "model": "m", "name": "n", "guardrails": None, "description": None,
            "version_message": "v",
        },
    ),
    _case(
        "PATCH", "/v1/agents/a", lambda c: c.beta.agents.update("a", tools=None, completion_args=None, name="n"),
        models.Agent, json={"name": "n"},
    ),
    _case("DELETE", "/v1/agents/a", lambda c: c.beta.agents.delete("a"), None),
    _case(
        "PATCH", "/v1/agents/a/version", lambda c: c.beta.agents.update_version("a", 2), models.Agent,
        query={"version": ["2"]},
    ),
    _case(
        "PATCH", "/v1/agents/a/version", lambda c: c.beta.agents.update_version("a", {"version": 0}), models.Agent,
        query={"version": ["0"]},
    ),
    _case(
        "PATCH", "/v1/agents/a/version", lambda c: c.beta.agents.update_version("a", version_data={"version": 3}),
        models.Agent, query={"version": ["3"]},
    ),
    _case("GET", "/v1/agents/a/versions/0", lambda c: c.beta.agents.get_version("a", 0), models.Agent),
    _case(
        "GET", "/v1/agents/a/aliases", lambda c: c.beta.agents.list_version_aliases("a"),
        list[models.AgentAliasResponse],
    ),
    _case(
        "PUT", "/v1/agents/a/aliases", lambda c: c.beta.agents.create_version_alias("a", alias="live", version=2),
        models.AgentAliasResponse, query={"alias": ["live"], "version": ["2"]},
    ),
    _case(
        "DELETE", "/v1/agents/a/aliases", lambda c: c.beta.agents.delete_version_alias("a", alias="live"), None,
        query={"alias": ["live"]},
    ),
    _case(
        "POST", "/v1/libraries",
        lambda c: c.beta.libraries.create(name="n", description="d", chunk_size=256, owner_type="User"),
        models.Library, json={"name": "n", "description": "d", "chunk_size": 256, "owner_type": "User"},
    ),
    _case("GET", "/v1/libraries/l", lambda c: c.beta.libraries.get("l"), models.Library),
    _case(
        "PATCH", "/v1/libraries/l", lambda c: c.beta.libraries.update("l", name="n", description=None), models.Library,
        json={"name": "n", "description": None},
    ),
    _case(
        "PUT", "/v1/libraries/l", lambda c: c.beta.libraries.libraries_update_v1("l", description=None),
        models.Library, json={"description": None},
    ),
    _case("DELETE", "/v1/libraries/l", lambda c: c.beta.libraries.delete("l"), models.Library),
    _case(
        "GET", "/v1/libraries/l/documents/d", lambda c: c.beta.libraries.documents.get("l", "d"), models.Document
    ),
    _case(
        "PATCH", "/v1/libraries/l/documents/d",
        lambda c: c.beta.libraries.documents.update("l", "d", name="n", attributes={"k": ["a"]}, expires_at=NOON),
        models.Document, json={"name": "n", "attributes": {"k": ["a"]}, "expires_at": "2026-01-01T12:00:00Z"},
    ),
    _case(
        "PUT", "/v1/libraries/l/documents/d",
        lambda c: c.beta.libraries.documents.libraries_documents_update_v1("l", "d", attributes=None, expires_at=None),
        models.Document, json={"attributes": None, "expires_at": None},
    ),
    _case("DELETE", "/v1/libraries/l/documents/d", lambda c: c.beta.libraries.documents.delete("l", "d"), None),
    _case(
        "GET", "/v1/libraries/l/documents/d/text_content",
        lambda c: c.beta.libraries.documents.text_content("l", "d", page_start=0, page_end=2),
        models.DocumentTextContent, query={"page_start": ["0"], "page_end": ["2"]},
    ),
    _case(
        "GET", "/v1/libraries/l/documents/d/status", lambda c: c.beta.libraries.documents.status("l", "d"),
        models.ProcessingStatus,
    ),
    _case(
        "GET", "/v1/libraries/l/documents/d/signed-url",
        lambda c: c.beta.libraries.documents.get_signed_url("l", "d"), str,
    ),
    _case(
        "GET", "/v1/libraries/l/documents/d/extracted-text-signed-url",
        lambda c: c.beta.libraries.documents.extracted_text_signed_url("l", "d"), str,
    ),
    _case(
        "POST", "/v1/libraries/l/documents/d/reprocess", lambda c: c.beta.libraries.documents.reprocess("l", "d"), None
    ),
    _case("GET", "/v1/libraries/l/share", lambda c: c.beta.libraries.accesses.list("l"), models.ListSharingResponse),
    _case(
        "PUT", "/v1/libraries/l/share", lambda c: c.beta.libraries.accesses.update_or_create("l", **SHARE),
        models.Sharing, json=SHARE,
    ),
    _case(
        "DELETE", "/v1/libraries/l/share", lambda c: c.beta.libraries.accesses.delete("l", **SHARE), models.Sharing,
        json=SHARE,
    ),
]  # fmt: skip


class Server:
    """Answers requests with what was put into `replies`, in that order, and keeps them."""

    def __init__(self):
        self.requests = []
        self.replies = deque()

    def reply(self, body=b"", status=200, content_type="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.replies.append((status, content_type, data))

    def stream(self, *events):
        frames = [f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events]
        self.reply("".join(frames).encode(), content_type="text/event-stream; charset=utf-8")

    async def handle(self, stream):
        async with stream:
            while True:
                connection = h11.Connection(h11.SERVER)
                head, body = None, b""
                while True:
                    event = connection.next_event()
                    if event is h11.NEED_DATA:
                        try:
                            connection.receive_data(await stream.receive())
                        except (anyio.EndOfStream, anyio.BrokenResourceError):
                            return
                    elif isinstance(event, h11.Request):
                        head = event
                    elif isinstance(event, h11.Data):
                        body += bytes(event.data)
                    else:
                        break
                self.keep(head, body)
                await stream.send(self.answer())

    def keep(self, head, body):
        path, _, query = head.target.decode().partition("?")
        headers = {name.decode(): value.decode() for name, value in head.headers}
        self.requests.append(
            SimpleNamespace(method=head.method.decode(), path=path, query=parse_qs(query), headers=headers, body=body)
        )

    def answer(self):
        status, content_type, data = self.replies.popleft()
        head = f"HTTP/1.1 {status} OK\r\n"
        if status != 204:
            head += f"content-type: {content_type}\r\ncontent-length: {len(data)}\r\n"
        return head.encode() + b"\r\n" + (data if status != 204 else b"")


@asynccontextmanager
async def served():
    server = Server()
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    port = listener.extra(SocketAttribute.local_port)
    async with listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, server.handle)
        async with Mistral("key", server_url=f"http://127.0.0.1:{port}") as client:
            yield client, server
        tasks.cancel_scope.cancel()


def _full(returns, bodies):
    """Bodies that fill every field of a type, and what each must be decoded to be."""
    if returns is str:
        return ["https://storage/x?y=z"]
    if getattr(returns, "__origin__", None) is list:
        return [[body] for body in _full(returns.__args__[0], bodies)]
    members = members_of(returns) if hasattr(returns, "variants") else (returns,)
    return [body for member in members for body in bodies(member)]


@pytest.mark.parametrize(("method", "path", "call", "returns", "body", "query"), CASES)
async def test_a_call_sends_everything_and_its_answer_arrives_whole(
    method, path, call, returns, body, query, bodies, lost
):
    answers = [None] if returns is None else _full(returns, bodies)[:3]
    async with served() as (client, server):
        for answer in answers:
            server.reply(answer, status=204 if answer is None else 200)
            read = await call(client)
            assert lost(answer, read) == []
    for request in server.requests:
        assert (request.method, request.path, request.query) == (method, path, query)
        assert (json.loads(request.body) if request.body else None) == body
        assert request.headers.get("content-type") == ("application/json" if body is not None else None)


async def test_a_deletion_without_an_answer_gives_none():
    async with served() as (client, server):
        server.reply(status=204)
        assert await client.beta.libraries.delete("l") is None
        server.reply(status=204)
        assert await client.beta.libraries.accesses.delete("l", share_with_uuid="u", share_with_type="User") is None


PAGED = [
    (lambda c: c.audio.voices.list(limit=2, type="custom"), "/v1/audio/voices", "offset"),
    (
        lambda c: c.fine_tuning.jobs.list(page_size=2, status="QUEUED", created_after=NOON),
        "/v1/fine_tuning/jobs",
        "page",
    ),
    (lambda c: c.fine_tuning.list(page_size=2), "/v1/fine_tuning/jobs", "page"),
    (lambda c: c.batch.jobs.list(page_size=2, status=["QUEUED", "RUNNING"]), "/v1/batch/jobs", "page"),
    (lambda c: c.batch.list(page_size=2), "/v1/batch/jobs", "page"),
    (lambda c: c.beta.conversations.list(page_size=2, metadata={"k": 1}), "/v1/conversations", "array"),
    (lambda c: c.beta.agents.list(page_size=2, sources=["api"], metadata={"k": 1}), "/v1/agents", "array"),
    (lambda c: c.beta.agents.list_versions("a", page_size=2), "/v1/agents/a/versions", "array"),
    (lambda c: c.beta.agents.list_pages(page_size=2), "/v1/agents/pages", "token"),
    (lambda c: c.audio.voices.search(page_size=2, gender=["male"]), "/v2/audio/voices", "token"),
    (lambda c: c.beta.libraries.list(page_size=2, search="x"), "/v1/libraries", "token"),
    (lambda c: c.beta.libraries.list(page_size=2), "/v1/libraries", "more"),
    (lambda c: c.beta.libraries.documents.list("l", page_size=2), "/v1/libraries/l/documents", "more"),
]


def _pages(style):
    """Three pages of 2, 1 and 2 items, as each style says that there is more; and the query that asks for each."""
    pages = [[{"id": "1"}, {"id": "2"}], [{"id": "3"}], [{"id": "4"}, {"id": "5"}]]
    match style:
        case "offset":
            bodies = [{"items": page, "total": 5} for page in pages]
            return bodies, [{}, {"offset": ["2"]}, {"offset": ["3"]}]
        case "page":
            return [{"data": page, "total": 5} for page in pages], [{}, {"page": ["1"]}, {"page": ["2"]}]
        case "array":
            return [*pages, []], [{}, {"page": ["1"]}, {"page": ["2"]}, {"page": ["3"]}]
        case "token":
            tokens = ["t 1", "t 2", None]
            bodies = [{"data": page, "next_page_token": token} for page, token in zip(pages, tokens, strict=True)]
            return bodies, [{}, {"page_token": ["t 1"]}, {"page_token": ["t 2"]}]
        case _:
            bodies = [{"data": page, "pagination": {"has_more": n < 2}} for n, page in enumerate(pages)]
            return bodies, [{}, {"page": ["1"]}, {"page": ["2"]}]


@pytest.mark.parametrize(("call", "path", "style"), PAGED)
async def test_a_list_is_read_to_its_end(call, path, style):
    bodies, queries = _pages(style)
    async with served() as (client, server):
        for body in bodies:
            server.reply(body)
        assert [item["id"] if isinstance(item, dict) else item.id async for item in call(client)] == list("12345")
        assert not server.replies
        fixed = parse_qs((call(calls).target + "?").split("?")[1])
        assert [request.path for request in server.requests] == [path] * len(queries)
        assert [request.query for request in server.requests] == [fixed | query for query in queries]


async def test_one_page_is_one_request():
    async with served() as (client, server):
        server.reply({"data": [{"id": "1"}], "next_page_token": "t", "pagination": {"has_more": True}})
        assert [library.id async for library in client.beta.libraries.list(page=3)] == ["1"]
        server.reply([{"id": "1"}])
        assert [agent.id async for agent in client.beta.agents.list(page=0)] == ["1"]
    assert [request.query for request in server.requests] == [{"page": ["3"]}, {"page": ["0"]}]


async def test_queries_in_their_wire_forms():
    async with served() as (client, server):
        server.reply({"data": []})
        await client.batch.jobs.list(
            page=0, page_size=2, model="m", agent_id="a", metadata={"team": "x", "page": 9}, created_after=NOON,
            created_by_me=True, status=["QUEUED", "RUNNING"], order_by="created",
        )  # fmt: skip
        server.reply([])
        await client.beta.agents.list(metadata={"k": [1]}, deployment_chat=False, sources=["api", "playground"], id="i")
        server.reply({"data": []})
        await client.beta.libraries.documents.list("l", filters_attributes={"k": "v"}, sort_by="name", sort_order="asc")
    batch, agents, documents = (request.query for request in server.requests)
    assert batch == {
        "page": ["0"], "page_size": ["2"], "model": ["m"], "agent_id": ["a"], "team": ["x"],
        "created_after": ["2026-01-01T12:00:00Z"], "created_by_me": ["true"], "status": ["QUEUED", "RUNNING"],
        "order_by": ["created"],
    }  # fmt: skip
    assert agents == {
        "metadata": ['{"k":[1]}'], "deployment_chat": ["false"], "sources": ["api", "playground"], "id": ["i"],
    }  # fmt: skip
    assert documents == {"filters_attributes": ['{"k":"v"}'], "sort_by": ["name"], "sort_order": ["asc"]}


def _parts(request):
    """The parts of a form: (name, file name, media type, content)."""
    boundary = re.search("boundary=(.+)", request.headers["content-type"])[1].encode()
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.strip(b"\r\n").partition(b"\r\n\r\n")
        lines = head.decode()
        name = re.search(r' name="([^"]*)"', lines)
        file = re.search(r'filename="([^"]*)"', lines)
        media = re.search(r"(?i)content-type: (.*)", lines)
        yield name[1], file and file[1], media and media[1].strip(), content


async def test_a_transcription_is_a_form(tmp_path):
    path = tmp_path / "speech.wav"
    path.write_bytes(b"RIFF")
    options = {
        "language": "en", "temperature": 0.5, "diarize": True, "context_bias": ["Ruby", "Python"],
        "timestamp_granularities": ["segment", "word"], "speaker_references": {"Ann": "AAEC"},
    }  # fmt: skip
    async with served() as (client, server):
        for file in (str(path), path, ("speech.wav", b"RIFF"), {"file_name": "speech.wav", "content": b"RIFF"}):
            server.reply({"text": "hi"})
            transcription = await client.audio.transcriptions.complete(model="m", file=file, **options)
            assert transcription.text == "hi"
        server.reply({"text": "hi"})
        await client.audio.transcribe(path, "m", **options)
    for request in server.requests:
        assert (request.method, request.path) == ("POST", "/v1/audio/transcriptions")
        parts = list(_parts(request))
        assert ("file", "speech.wav", "audio/wav", b"RIFF") in parts
        assert ("speaker_references", None, "application/json", b'{"Ann":"AAEC"}') in parts
        assert sorted((name, content) for name, file, media, content in parts if file is None and media is None) == [
            ("context_bias", b"Python"), ("context_bias", b"Ruby"), ("diarize", b"true"), ("language", b"en"),
            ("model", b"m"), ("temperature", b"0.5"), ("timestamp_granularities", b"segment"),
            ("timestamp_granularities", b"word"),
        ]  # fmt: skip


async def test_an_address_is_no_file():
    async with served() as (client, server):
        for call in (
            client.audio.transcribe("https://x/a.mp3", "m"),
            client.audio.transcriptions.complete(model="m", file="https://x/a.mp3"),
            client.audio.transcriptions.complete(model="m", file_url="https://x/a.mp3"),
        ):
            server.reply({"text": "hi"})
            await call
        server.reply({"text": "hi"})
        await client.audio.transcriptions.complete(model="m", file_id="f")
    sent = [{name: content for name, _, _, content in _parts(request)} for request in server.requests]
    assert sent == [{"model": b"m", "file_url": b"https://x/a.mp3"}] * 3 + [{"model": b"m", "file_id": b"f"}]


async def test_a_document_is_uploaded_and_a_sample_downloaded(tmp_path):
    async with served() as (client, server):
        server.reply({"id": "d", "process_status": "todo"}, status=201)
        document = await client.beta.libraries.documents.upload("l", file=("a.txt", b"text"))
        assert document.process_status == "todo"
        server.reply(b"RIFF", content_type="audio/wav")
        assert await client.audio.voices.get_sample_audio("v") == b"RIFF"
    upload, sample = server.requests
    assert upload.path == "/v1/libraries/l/documents"
    assert list(_parts(upload)) == [("file", "a.txt", "text/plain", b"text")]
    assert sample.path == "/v1/audio/voices/v/sample"


TRANSCRIBED = [
    ("transcription.language", {"type": "transcription.language", "audio_language": "en"}),
    ("transcription.text.delta", {"type": "transcription.text.delta", "text": "hi"}),
    ("transcription.segment", {"type": "transcription.segment", "text": "hi", "start": 0, "end": 1}),
    ("transcription.done", {"type": "transcription.done", "text": "hi", "usage": {"total_tokens": 3}}),
]
SPOKEN = [
    ("speech.audio.delta", {"audio_data": "AAEC"}),
    ("speech.audio.done", {"usage": {"total_tokens": 3}}),
]
CONVERSED = [
    ("conversation.response.started", {"type": "conversation.response.started", "conversation_id": "c"}),
    ("message.output.delta", {"type": "message.output.delta", "id": "m", "content": "4"}),
    ("conversation.response.done", {"type": "conversation.response.done", "usage": {"total_tokens": 3}}),
]
RESPONDED = [
    ("response.created", {"type": "response.created", "sequence_number": 0, "response": {"id": "r"}}),
    ("response.output_text.delta", {"type": "response.output_text.delta", "delta": "4", "sequence_number": 1}),
]
STREAMS = [
    (lambda c: c.audio.transcriptions.stream(model="m", file=b"RIFF"), TRANSCRIBED),
    (lambda c: c.audio.transcribe_stream(b"RIFF", "m"), TRANSCRIBED),
    (lambda c: c.audio.speech.stream(input="hi"), SPOKEN),
    (lambda c: c.audio.speech.stream(input="hi"), [(name, {"type": name, **data}) for name, data in SPOKEN]),
    (lambda c: c.beta.conversations.start_stream(inputs="hi", model="m"), CONVERSED),
    (lambda c: c.beta.conversations.append_stream("c", inputs="hi"), CONVERSED),
    (lambda c: c.beta.conversations.restart_stream("c", from_entry_id="e", inputs="hi"), CONVERSED),
    *[
        (lambda c: c.responses.stream(model="m", input="hi"), [*RESPONDED, (end, {"type": end, "response": {}})])
        for end in ("response.completed", "response.incomplete", "response.failed")
    ],
    (
        lambda c: c.responses.create_stream(model="m", input="hi"),
        [*RESPONDED, ("response.completed", {"type": "response.completed"})],
    ),
]


async def _read(stream, seen):
    async for event in stream:
        seen.append(event)


@pytest.mark.parametrize(("call", "events"), STREAMS)
async def test_a_stream_gives_its_events_and_ends(call, events):
    async with served() as (client, server):
        server.stream(*events)
        async with call(client) as stream:
            seen = [event async for event in stream]
        assert [event.type for event in seen] == [name for name, _ in events]
        (request,) = server.requests
        assert request.headers["accept"] == "text/event-stream"
        if request.headers["content-type"] == "application/json":
            assert json.loads(request.body)["stream"] is True
        else:
            assert ("stream", None, None, b"true") in list(_parts(request))


@pytest.mark.parametrize(("call", "events"), STREAMS)
async def test_a_stream_that_is_cut_raises_after_its_events(call, events):
    async with served() as (client, server):
        server.stream(*events[:-1])
        seen = []
        async with call(client) as stream:
            with pytest.raises(IncompleteStreamError):
                await _read(stream, seen)
        assert [event.type for event in seen] == [name for name, _ in events[:-1]]


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (STREAMS[4][0], {"type": "conversation.response.error", "message": "out of order", "code": 3800}),
        (STREAMS[7][0], {"type": "error", "message": "out of order", "code": "3800", "sequence_number": 1}),
    ],
    ids=["conversations", "responses"],
)
async def test_an_error_in_a_stream_is_raised(call, error):
    async with served() as (client, server):
        server.stream((error["type"], error))
        async with call(client) as stream:
            with pytest.raises(StreamEventError, match="out of order"):
                await _read(stream, [])


async def test_an_event_of_tomorrow_is_given_and_does_not_end_a_stream():
    tomorrow = ("conversation.mood", {"type": "conversation.mood", "mood": ["calm"]})
    async with served() as (client, server):
        server.stream(CONVERSED[0], tomorrow, *CONVERSED[1:])
        async with client.beta.conversations.start_stream(inputs="hi", model="m") as stream:
            seen = [event async for event in stream]
    assert seen[1] == tomorrow[1]
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: calls.beta.conversations.start(inputs="hi"), ValueError, "model="),
        (lambda: calls.beta.conversations.start(inputs="hi", model="m", agent_id="a"), ValueError, "not with both"),
        (lambda: calls.beta.conversations.start_stream(inputs="hi"), ValueError, "agent_id="),
        (lambda: calls.beta.conversations.start(inputs=5, model="m"), TypeError, "inputs"),
        (lambda: calls.beta.conversations.start(inputs="hi", modle="m"), TypeError, "did you mean 'model'"),
        (lambda: calls.audio.transcriptions.complete(model="m"), ValueError, "file_url="),
        (lambda: calls.audio.transcriptions.complete(model="m", file="/no/such/file.wav"), OSError, "file.wav"),
        (lambda: calls.batch.create(endpoint="e", completion_window="soon"), ValueError, "24h"),
        (lambda: calls.batch.create(endpoint="e", completion_window="24h", timeout_hours=1), ValueError, "the same"),
        (lambda: calls.batch.get(None), TypeError, "job_id="),
        (lambda: calls.batch.cancel("a", batch_id="b"), TypeError, "one id"),
        (lambda: calls.beta.agents.update_version("a"), ValueError, "version"),
        (lambda: calls.beta.agents.update_version("a", {"versoin": 2}), ValueError, "version"),
        (lambda: calls.beta.agents.update_version("a", "2"), TypeError, "version"),
        (lambda: calls.beta.libraries.get(""), ValueError, "empty"),
        (lambda: calls.responses.create(model="m", input="hi", stream=True), TypeError, r"responses\.(create_)?stream"),
        (lambda: calls.fine_tuning.jobs.create(model="m", training_files="f"), TypeError, "training_files"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_what_costs_and_what_creates():
    def safety(request):
        return request.safety.name

    assert safety(calls.audio.transcriptions.complete(model="m", file_id="f")) == "BILLED"
    assert safety(calls.audio.transcriptions.stream(model="m", file_id="f")) == "BILLED"
    assert safety(calls.audio.speech.complete(input="hi")) == "BILLED"
    assert safety(calls.audio.speech.stream(input="hi")) == "BILLED"
    assert safety(calls.responses.create(model="m", input="hi")) == "BILLED"
    assert safety(calls.responses.count_input_tokens(model="m", input="hi")) == "SAFE"
    assert safety(calls.batch.create(endpoint="e")) == "CREATES"
    assert safety(calls.beta.conversations.start(inputs="hi", model="m")) == "CREATES"
    assert safety(calls.beta.conversations.append_stream("c", inputs="hi")) == "CREATES"
    assert safety(calls.beta.agents.update("a")) == "CREATES"
    assert safety(calls.beta.libraries.accesses.update_or_create("l", **SHARE)) == "SAFE"


def test_a_key_of_an_integration_is_sent_and_not_shown():
    request = calls.fine_tuning.create(model="m", integrations=[models.WandbIntegration("p", "secret")])
    assert b"secret" in msgspec.json.encode(request.json)
    assert "secret" not in repr(request) + repr(request.json)


def _again(exchange):
    """The same request, made by our endpoint from the recorded body."""
    path = exchange["path"].partition("?")[0].partition("#")[0]
    body = {**(exchange["request_body"] or {})}
    stream = body.pop("stream", False)
    conversations = calls.beta.conversations
    match path.split("/")[2:]:
        case ["conversations"]:
            return (conversations.start_stream if stream else conversations.start)(**body)
        case ["conversations", id_]:
            return (conversations.append_stream if stream else conversations.append)(id_, **body)
        case ["conversations", id_, "restart"]:
            return (conversations.restart_stream if stream else conversations.restart)(id_, **body)
        case ["agents"]:
            return calls.beta.agents.create(**body)
        case ["audio", "speech"]:
            return (calls.audio.speech.stream if stream else calls.audio.speech.complete)(**body)
        case ["batch", "jobs"]:
            return calls.batch.jobs.create(**body)
        case ["batch", "jobs", id_]:
            return calls.batch.jobs.get(id_)
        case _:
            return None


def test_recorded_requests_are_made_by_our_endpoints(recorded):
    seen = 0
    for exchange in recorded:
        if (request := _again(exchange)) is None:
            continue
        sent = json.loads(msgspec.json.encode(request.json))
        wanted = exchange["request_body"] and {k: v for k, v in exchange["request_body"].items() if v is not False}
        assert (request.method, request.target, sent) == (
            exchange["method"],
            exchange["path"].partition("?")[0],
            wanted,
        )
        seen += 1
    assert seen >= 14


GROUPS = (
    "audio.transcriptions", "audio.speech", "audio.voices", "responses", "fine_tuning.jobs", "batch.jobs",
    "beta.conversations", "beta.agents", "beta.libraries", "beta.libraries.documents", "beta.libraries.accesses",
)  # fmt: skip


def _endpoint(name):
    found = calls
    for part in name.split("."):
        found = getattr(found, part)
    return found


def test_every_published_operation_has_its_endpoint_with_every_parameter():
    if not SHARED.exists():
        pytest.skip("no schemas beside the repository")
    text = (SHARED / "schemas.md").read_text()
    fields = {
        line[1]: set(re.findall(r"(?:^|; )`([a-z_]\w*)[*†‡◊]*`:", line[2]))
        for line in re.finditer(r"^- \*\*(\w+)\*\*(?: \([^)]*\))?: (`.*)$", text, re.MULTILINE)
    }
    seen = set()
    for found in re.finditer(r"^- \*\*`([\w.]+)`\*\* — (\w+) `([^`]+)`.*\n  (.*)$", text, re.MULTILINE):
        name, parameters = found[1], found[4].split("⇒")[0]
        if name.rpartition(".")[0] not in GROUPS:
            continue
        wanted = set(re.findall(r"`([a-z_]\w*)[*†‡◊]*`:", parameters))
        for schema in re.findall(r"→ \*\*(\w+)\*\*", parameters):
            wanted |= fields.get(schema) or fields[schema.replace("Stream", "")]
        wanted -= {"stream"}
        accepted = set(inspect.signature(_endpoint(name)).parameters)
        assert wanted <= accepted, name
        seen.add(name)
    operations = json.loads((SHARED / "operations.json").read_text())
    named = {
        each["sdk37"] or each["sdk193"]
        for each in operations
        if each["group"] in GROUPS and each["status"] == "current" and each["method"] != "WS"
    }
    assert named <= seen
    assert len(seen) > 55
