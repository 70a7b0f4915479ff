"""The modules of a user, as far as pickles name them, and the values that are pickled: made with public names alone."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from mistral_async import (
    Attempt,
    BackoffStrategy,
    Err,
    Hooks,
    Mistral,
    Ok,
    RateLimit,
    RateLimits,
    RateLimitStatus,
    RedisStore,
    RetryConfig,
    SQLiteStore,
    SyncMistral,
    Timeout,
    Transport,
    Unknown,
    batch,
    bulk,
    calls,
    errors,
    models,
    structured,
    testing,
    tools,
)

URL = "http://127.0.0.1:65432"  # a test puts the port of its server in its place: of five digits, as this one
MODEL = "mistral-small-latest"
QUICK = RetryConfig(backoff=BackoffStrategy(initial_interval=5, max_interval=20))
POLL = batch.Poll(initial=0.05, maximum=0.5)
LIMITS = batch.BatchLimits(requests=4, inline_requests=0)
DATA = bytes(range(256)) * 40


def give_key() -> str:
    return "test-key"


async def give_key_later() -> str:
    return "test-key"


@dataclass
class Person:
    name: str
    age: int


class Counted(Hooks):
    """Counts calls."""

    def __init__(self) -> None:
        self.calls = 0

    def before_call(self, call: Any) -> None:
        self.calls += 1


@tools.tool(requires_confirmation=True)
def delete_file(path: str) -> str:
    """Delete a file."""
    return f"deleted {path}"


@tools.tool
def list_files() -> list[str]:
    """List files."""
    return ["a", "b"]


def ask(number: int) -> Any:
    text = f"What is {number} * 2? just the number"
    return calls.chat.complete(model=MODEL, messages=[{"role": "user", "content": text}])


def asked() -> list[Any]:
    return [(f"n{number}", ask(number)) for number in range(10)]


def asks_for_tools() -> dict[str, Any]:
    """A completion that asks for both tools."""
    wanted = [("delete_file", '{"path": "x"}'), ("list_files", "{}")]
    made = [
        {"id": f"id{place:07d}", "function": {"name": name, "arguments": arguments}}
        for place, (name, arguments) in enumerate(wanted)
    ]
    message = {"role": "assistant", "content": "", "tool_calls": made}
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
    choice = {"index": 0, "finish_reason": "tool_calls", "message": message}
    return {"id": "1", "object": "chat.completion", "model": MODEL, "created": 1, "usage": usage, "choices": [choice]}


# Values

ATTEMPTS = (
    Attempt(503, "ServerError", "first", 0.5, 0.0, may_have_executed=True),
    Attempt(None, "APITimeoutError", None, 1.5, 0.25, may_have_executed=False),
)
_ATTRIBUTES: dict[str, Any] = {
    "attempts": ATTEMPTS,
    "body": b'{"message": "\xc3\xa4"}',
    "code": "1500",
    "detail": [{"loc": ["body", "model"], "msg": "wrong", "type": "value_error"}],
    "index": 3,
    "job_id": "job-1",
    "job_status": "FAILED",
    "may_have_executed": True,
    "param": "model",
    "partial": {"text": "so far"},
    "path": "$.name",
    "phase": "connect",
    "rate_limits": RateLimitStatus((RateLimit("requests", "minute", 60.0, limit=60, remaining=7),)),
    "request_id": "0199",
    "response": models.ChatCompletionResponse(id="1"),
    "retry_after": 1.5,
    "state": {"status": "RUNNING"},
    "status": 418,
    "text": "said",
    "type": "invalid_model",
}


_LATER: dict[type, set[str]] = {errors.StreamError: {"body"}}
"""Attributes that classes did not have in 0.1."""


def _error(kind: type[Exception]) -> Exception:
    """An error with every attribute that its class had."""
    error = kind("what is wrong")
    names = {
        name
        for each in kind.__mro__
        for name in vars(each).get("__annotations__", ())
        if name not in _LATER.get(each, ())
    }
    for name in sorted(names & _ATTRIBUTES.keys()):
        setattr(error, name, _ATTRIBUTES[name])
    return error


def all_errors() -> dict[str, Exception]:
    return {
        f"error {module.__name__.removeprefix('mistral_async.')}.{name}": _error(kind)
        for module in (errors, batch, bulk, tools, testing)
        for name in dir(module)
        if isinstance(kind := getattr(module, name), type) and issubclass(kind, Exception)
        if kind.__name__ == name
    }


def all_requests() -> dict[str, Any]:
    talk = [{"role": "user", "content": "hi"}]
    typed = [models.SystemMessage("be kind"), models.UserMessage([models.TextChunk("hi")])]
    return {
        "call": calls.chat.complete(model=MODEL, messages=talk, temperature=0.5),
        "call of structs": calls.chat.complete(model=MODEL, messages=typed, tools=[models.WebSearchTool()]),
        "call with then": calls.embeddings.create(model="codestral-embed", inputs=["a"], output_dtype="int8"),
        "call of ids": calls.beta.libraries.documents.get(library_id="a/b", document_id="ä"),
        "call of a query": calls.beta.libraries.list(page_size=5),
        "call that deletes": calls.files.delete("1"),
        "call that may be repeated": calls.models.list(),
        "stream": calls.chat.stream(model=MODEL, messages=talk),
        "pages by number": calls.files.list(purpose="batch"),
        "pages by token": calls.batch.jobs.list(created_after=dt.datetime(2026, 1, 2, tzinfo=dt.UTC)),
        "pages by offset": calls.audio.voices.list(),
        "download": calls.files.download("1"),
    }


def values() -> dict[str, Any]:
    """What can be pickled and be told to be equal, by a name each."""
    usage = models.UsageInfo(prompt_tokens=1, completion_tokens=2, total_tokens=3)
    message = models.AssistantMessage(
        [models.TextChunk("a"), models.ThinkChunk([models.TextChunk("b")]), Unknown(type="hologram", x=[1, None])],
        [models.ToolCall(models.FunctionCall("f", '{"a": 1}'), id="abc123abc")],
    )
    job = models.BatchJob(id="job-1", status="RUNNING", total_requests=3, input_files=["f"], metadata={"a": "b"})
    deferred = tools.Deferred(
        kind="conversation",
        calls=[tools.DeferredCall("a", "f", {"x": 1}, "server", "allow")],
        conversation_id="conv_1",
        order=["a"],
        steps=2,
        usage={"total_tokens": 3},
    )
    response = models.ChatCompletionResponse(id="1", model=MODEL, usage=usage)
    return {
        "attempt": ATTEMPTS[1],
        "backoff": BackoffStrategy(initial_interval=1, max_interval=2, exponent=3, max_elapsed_time=4),
        "retries": RetryConfig(retries=2, statuses=frozenset({500}), backoff=BackoffStrategy(exponent=1.5)),
        "no retries": RetryConfig(strategy="none"),
        "timeout": Timeout(connect=1, read=None, total=9),
        "poll": batch.Poll(initial=1, maximum=2, factor=3, patience=4, sleep=_sleep, now=time.time),
        "poll by default": batch.Poll(),
        "rate limits": RateLimits(
            requests_per_second=2,
            tokens_per_minute=5000,
            burst=3,
            concurrency=4,
            models={MODEL: RateLimits(requests_per_minute=30)},
            store=SQLiteStore("limits.sqlite", timeout=2.5),
        ),
        "redis": RedisStore("redis://localhost:1/0", prefix="p", timeout=0.5),
        "rate limit status": _ATTRIBUTES["rate_limits"],
        "unknown": Unknown(type="hologram", nested={"a": [1, 2]}),
        "ok": Ok(models.Vector(b"\0\0\x80?"), 3, usage, "name"),
        "err": Err(_error(errors.InvalidModelError), 4),
        "vector": models.Vector(b"\0\0\x80?\0\0\0@"),
        "vector of int8": models.Vector(b"\x01\xff", "int8"),
        "vector of bits": models.Vector(b"\x01\xff", "ubinary"),
        "matrix": [models.Vector(b"\0\0\x80?"), models.Vector(b"\0\0\0@")],
        "messages": [
            models.SystemMessage("be kind"),
            models.UserMessage([models.ImageURLChunk("https://a/b.png"), models.DocumentURLChunk("https://a/b.pdf")]),
            message,
            models.ToolMessage("1", "abc123abc", "f"),
        ],
        "completion": models.ChatCompletionResponse(
            id="1", usage=usage, choices=[models.ChatCompletionChoice(finish_reason="stop", message=message)]
        ),
        "tools": [
            models.FunctionTool(models.Function("f", {"type": "object"}, "does", strict=True)),
            models.CodeInterpreterTool(),
            models.DocumentLibraryTool(library_ids=["a"]),
        ],
        "job": job,
        "batch limits": batch.BatchLimits(requests=5),
        "batch progress": batch.BatchProgress(
            total=3,
            done=1,
            failed=1,
            jobs=(job,),
            finished=False,
            expires_at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
        ),
        "progress": bulk.Progress(
            done=1,
            failed=2,
            in_flight=3,
            resumed=0,
            total=None,
            tokens=5,
            requests=6,
            rejected=0,
            rate=1.5,
            elapsed=2.5,
            seconds_left=None,
            finished=True,
        ),
        "deferred": deferred,
        "run": tools.RunResult(
            output=Person("Ada", 36),
            text="{}",
            usage=usage,
            steps=[tools.StepFinished(step=1, text="a", finish_reason="stop", calls=2, usage=usage)],
            messages=[message],
            deferred=deferred,
        ),
        "events": [
            tools.TextDelta(step=1, text="a"),
            tools.ThinkingDelta(step=1, text="a"),
            tools.ToolStarted(step=1, id="a", name="f", arguments={"x": 1}),
            tools.ToolFinished(step=1, id="a", name="f", content="1", error=tools.ToolError("no"), seconds=0.5),
            tools.ServerToolStarted(step=1, id="a", name="f"),
            tools.ServerToolFinished(step=1, id="a", name="f", info={"x": 1}),
            tools.Handoff(step=1, agent_id="a", agent_name="f"),
            tools.RunFinished(step=1, result=tools.RunResult(output=None, text="", usage=None, steps=[])),
        ],
        "chat that is kept": tools.Conversation([models.UserMessage("hi")], system="be kind", usage=usage),
        "parsed": structured.Parsed(Person("Ada", 36), response, [Person("Ada", 36)], usage, 1),
        "snapshot": structured.Snapshot({"name": "A"}, '"A', "", models.CompletionChunk(id="1")),
        "parsed document": structured.ParsedDocument(models.OCRResponse(model="m"), Person("Ada", 36), []),
        "fakes": [testing.RateLimit(requests=3), testing.Reset(), testing.VirtualClock(3.0)],
        "hooks": Hooks(),
        "transport": Transport(),
        **all_errors(),
        **all_requests(),
    }


async def _sleep(seconds: float) -> None:
    """Not at all."""


def clients() -> dict[str, Mistral | SyncMistral]:
    client = Mistral(
        give_key,
        server_url=URL,
        timeout_ms=20_000,
        timeout=Timeout(connect=1.5),
        retry_config=QUICK,
        rate_limits=RateLimits(requests_per_second=500, models={MODEL: RateLimits(burst=5, requests_per_second=400)}),
        hooks=Counted(),
        max_connections=7,
        keepalive_expiry=3.0,
        verify=False,
    )
    view = client.with_options(
        timeout=Timeout(total=11.0),
        retries=4,
        headers={"X-Theirs": "yes", "X-API-Key": "hidden"},
        extra_body={"new_option": 1},
        extra_query={"beta": "true"},
        background=True,
        log_bodies=True,
    )
    blocking = SyncMistral(give_key, server_url=URL, backend="trio", retry_config={"strategy": "none"})
    return {
        "client": client,
        "view": view,
        "view of a view": view.with_options(headers={"X-More": "1"}, retries=QUICK),
        "client of a coroutine": Mistral(give_key_later, server_url=URL, rate_limits={"requests_per_minute": 600}),
        "client without a key": Mistral("a-key-that-is-not-written", server_url=URL),
        "blocking client": blocking,
        "blocking view": blocking.with_options(timeout=7.5, headers={"X-Theirs": "yes"}),
    }


def tried() -> dict[str, Any]:
    """What can not be told to be equal, only tried: forms have random boundaries, and `calls` keeps what was used.

    Files whose size is checked afterwards can not be pickled.
    """
    complete, model = calls.audio.transcriptions.complete, "voxtral-mini-latest"
    return {
        "calls": calls,
        "an endpoint of calls": calls.files,
        "form": complete(model=model, file_url="https://a/b.mp3", diarize=True, timestamp_granularities=["segment"]),
        "form with a file": complete(model=model, file=("a.mp3", [b"one ", b"two"], "audio/mpeg"), language="en"),
    }


def view(value: Any) -> Any:
    """A value as something that `==` compares, with the types and all attributes of what it is made of."""
    kind = type(value)
    if isinstance(value, models.Vector):
        return kind, value.typecode, value.tolist()
    if isinstance(value, dict):
        return kind, {key: view(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return kind, [view(each) for each in value]
    if isinstance(value, msgspec.Struct):
        fields = {name: view(getattr(value, name)) for name in value.__struct_fields__}
        return kind, fields, view(getattr(value, "__dict__", {}))
    if isinstance(value, Exception):
        return kind, value.args, view(vars(value))
    if isinstance(value, Counted):
        return kind, vars(value)
    if isinstance(value, SQLiteStore):
        return kind, value.path, value.timeout
    if kind.__module__.startswith("mistral_async.") and not isinstance(value, type):
        if kind.__reduce__ is not object.__reduce__:
            return kind, view(value.__reduce__()[1:])
        return kind, view(getattr(value, "__dict__", {}))
    if hasattr(value, "func") and hasattr(value, "keywords"):
        return kind, value.func, view(value.args), view(value.keywords)
    return value


_TOLD = (
    *("status", "code", "type", "param", "detail", "path", "phase", "retry_after", "request_id", "may_have_executed"),
    *("message", "text", "location"),
)


_ATTEMPT = ("status", "error", "request_id", "elapsed", "waited", "may_have_executed")  # newer fields have defaults


def facts_of(met: Any) -> dict[str, Any]:
    """What an answer or an error tells, as JSON has it."""
    names = _TOLD if isinstance(met, Exception) else ("status", "request_id")
    facts: dict[str, Any] = {name: getattr(met, name) for name in names if hasattr(met, name)}
    facts |= {
        "class": type(met).__name__,
        "said": str(met) if isinstance(met, Exception) else msgspec.to_builtins(met.data),
    }
    facts["attempts"] = [{name: getattr(each, name) for name in _ATTEMPT} for each in met.attempts]
    if (headers := getattr(met, "headers", None)) is not None:
        facts["headers"] = dict(headers)
    if (limits := getattr(met, "rate_limits", None)) is not None:
        facts["limits"] = [msgspec.structs.asdict(each) for each in limits]
    if (body := getattr(met, "body", None)) is not None and (body or not isinstance(met, errors.StreamError)):
        facts["body"] = body if isinstance(body, str) else body.decode()
    if (timings := getattr(met, "timings", None)) is not None:
        facts["timings"] = msgspec.structs.asdict(timings)
    if (partial := getattr(met, "partial", None)) is not None:
        facts["partial"] = msgspec.to_builtins(getattr(partial, "text", partial))
    return facts
