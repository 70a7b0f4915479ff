"""The errors that `docs/guide/errors.md` shows are those that users meet: what happened, to what, and what to do."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trustme

from mistral_async import RetryConfig, SyncMistral, SyncMistralAzure, Timeout, calls
from mistral_async.batch import Poll
from mistral_async.testing import Cut, FakeMistral, Stall

PAGE = Path(__file__).parents[1] / "docs" / "guide" / "errors.md"
ROW = re.compile(r"^\| (?P<met>[^|]+) \| `(?P<error>\w+)` \| (?P<said>.+) \|$", re.MULTILINE)
ONCE = RetryConfig(strategy="none")
QUESTION: dict[str, Any] = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
SCENARIOS: dict[str, Callable[[Here], object]] = {}


@dataclass
class Here:
    """A server, a client of it that makes one attempt, and a folder."""

    server: FakeMistral
    client: SyncMistral
    folder: Path
    opened: contextlib.ExitStack

    def other(self, kind: type[Any], *key: str, **settings: Any) -> Any:
        """Return a client of its own, which is closed with the test."""
        return self.opened.enter_context(kind(*key, **settings))

    def says(self, content: str, finish_reason: str = "stop") -> None:
        choice = {"finish_reason": finish_reason, "message": {"role": "assistant", "content": content}}
        self.server.reply("chat.complete", json={"choices": [choice]})

    def file(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def answers(self, status: int) -> object:
        self.server.fail(status)
        return self.client.models.list()


class Number(msgspec.Struct):
    n: int


def met(what: str) -> Callable[[Callable[[Here], object]], Callable[[Here], object]]:
    def keep(scenario: Callable[[Here], object]) -> Callable[[Here], object]:
        SCENARIOS[what] = scenario
        return scenario

    return keep


def met_by(what: str, scenario: Callable[[Here], object]) -> None:
    SCENARIOS[what] = scenario


met_by("no key", lambda here: here.other(SyncMistral, server_url=here.server.url).models.list())
met_by("a key with a line end", lambda here: here.other(SyncMistral, "a\nb", server_url=here.server.url).models.list())
met_by("a server that is none", lambda here: here.other(SyncMistral, "key", server="mars"))
met_by("an address without `https://`", lambda here: here.other(SyncMistral, "key", server_url="api.mistral.ai"))
met_by("a setting of another client", lambda here: here.other(SyncMistral, "key", base_url=here.server.url))
met_by("a misspelt setting", lambda here: here.other(SyncMistral, "key", time_out=3))
met_by("a proxy of another kind", lambda here: here.other(SyncMistral, "key", proxy="ftp://proxy.example.org"))
met_by(
    "certificates that are not there",
    lambda here: here.other(SyncMistral, "key", server_url="https://127.0.0.1:1", verify="ca.pem").models.list(),
)
met_by("a misspelt option", lambda here: here.client.chat.complete(**QUESTION, temprature=1))
met_by("no model", lambda here: here.client.chat.complete(messages=[]))
met_by("arguments by position", lambda here: here.client.chat.complete("mistral-small-latest", []))
met_by("a text for messages", lambda here: here.client.chat.complete(model="mistral-small-latest", messages="hi"))
met_by(
    "a message without a role",
    lambda here: here.client.chat.complete(model="mistral-small-latest", messages=[{"content": "hi"}]),
)
met_by("no texts", lambda here: here.client.embeddings.create(model="mistral-embed"))
met_by("an empty id", lambda here: here.client.files.retrieve(""))
met_by("neither model nor agent", lambda here: here.client.beta.conversations.start(inputs="hi"))
met_by("a type without a schema", lambda here: here.client.chat.parse(response_format=3, **QUESTION))
met_by("bulk work that is no calls", lambda here: here.client.bulk.map(["hi"]).values())
met_by("a batch of what can be none", lambda here: here.client.batch.run([calls.models.list()]).collect())
met_by("a file that is not there", lambda here: here.client.files.upload(here.folder / "none.pdf", purpose="ocr"))
met_by("a fault of a test, misspelt", lambda here: here.server.fail(429, operation="chat.compelte"))
met_by(
    "a model that is none",
    lambda here: here.client.chat.complete(model="no-such-model", messages=QUESTION["messages"]),
)
met_by("402", lambda here: here.answers(402))
met_by("403", lambda here: here.answers(403))
met_by("a file id that is none", lambda here: here.client.files.retrieve("0f0f0f0f-0000-0000-0000-000000000000"))
met_by("408", lambda here: here.answers(408))
met_by("409", lambda here: here.answers(409))
met_by("413", lambda here: here.answers(413))
met_by("a value out of range", lambda here: here.client.chat.complete(**QUESTION, temperature=9.0))
met_by("429", lambda here: here.answers(429))
met_by("503", lambda here: here.answers(503))


@met("a wrong key")
def _(here: Here) -> object:
    with FakeMistral(api_key="another") as server:
        return here.other(SyncMistral, "wrong", server_url=server.url).models.list()


@met("lines that are no JSON")
def _(here: Here) -> object:
    return here.client.files.upload(here.file("in.jsonl", "nonsense\n"), purpose="batch")


@met("a checkpoint of other work")
def _(here: Here) -> object:
    path = here.folder / "work.sqlite"
    here.client.bulk.embed(["a"], checkpoint=path).collect()
    return here.client.bulk.embed(["b"], checkpoint=path).collect()


@met("what a cloud does not have")
def _(here: Here) -> object:
    client = here.other(SyncMistralAzure, "key", server_url=here.server.url)
    return client.embeddings.create(model="mistral-embed", inputs=["a"])


@met("a redirect")
def _(here: Here) -> object:
    here.server.reply("models.list", status=302, headers={"location": "https://elsewhere.example"})
    return here.client.models.list()


@met("nobody listens")
def _(here: Here) -> object:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return here.other(SyncMistral, "key", server_url=f"http://127.0.0.1:{port}", retry_config=ONCE).models.list()


@met("a proxy that does not listen")
def _(here: Here) -> object:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client = here.other(
        SyncMistral, "key", server_url=here.server.url, proxy=f"http://127.0.0.1:{port}", retry_config=ONCE
    )
    return client.models.list()


@met("a certificate that is not trusted")
def _(here: Here) -> object:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with FakeMistral(tls=context) as server:
        return here.other(SyncMistral, "key", server_url=server.url, retry_config=ONCE).models.list()


@met("no answer in time")
def _(here: Here) -> object:
    here.server.fault(Stall())
    return here.client.with_options(timeout=Timeout(read=0.05)).models.list()


@met("a call that takes too long")
def _(here: Here) -> object:
    here.server.fault(Stall())
    return here.client.with_options(timeout=0.05).models.list()


@met("an answer that is cut")
def _(here: Here) -> object:
    here.server.fault(Cut(after_bytes=300))
    return here.client.models.list()


@met("a stream that is cut")
def _(here: Here) -> object:
    here.server.fault(Cut(after_events=2), operation="chat.stream")
    return list(here.client.chat.stream(**QUESTION))


@met("a stream without its end")
def _(here: Here) -> object:
    here.server.reply("chat.stream", sse=[{"choices": [{"index": 0, "delta": {"content": "a"}}]}], done=False)
    return list(here.client.chat.stream(**QUESTION))


@met("an answer cut at its limit of tokens")
def _(here: Here) -> object:
    here.says('{"n": ', "length")
    return here.client.chat.parse(response_format=Number, **QUESTION)


@met("prose in place of a value")
def _(here: Here) -> object:
    here.says("I would rather not.")
    return here.client.chat.parse(response_format=Number, **QUESTION)


@met("a value of another type")
def _(here: Here) -> object:
    here.says('{"n": "three"}')
    return here.client.chat.parse(response_format=Number, **QUESTION)


@met("a run that finds no end")
def _(here: Here) -> object:
    def look() -> str:
        """Look."""
        return "nothing"

    call = {"id": "aaaaaaaaa", "function": {"name": "look", "arguments": "{}"}}
    choice = {"finish_reason": "tool_calls", "message": {"role": "assistant", "content": "", "tool_calls": [call]}}
    here.server.reply("chat.complete", json={"choices": [choice]})
    return here.client.chat.run("hi", model="mistral-small-latest", tools=[look], max_steps=1).result()


@met("a download that is not as it should be")
def _(here: Here) -> object:
    file = here.client.files.upload(("a.txt", b"abc"), purpose="ocr")
    return here.client.files.download(file.id).save(here.folder / "a.txt", checksum="sha256:" + "0" * 64)


@met("a job that is not done in time")
def _(here: Here) -> object:
    job = here.client.batch.jobs.create(endpoint="/v1/embeddings", model="mistral-embed", requests=[{"body": {}}])
    return here.client.batch.jobs.wait(job.id, timeout=30, poll=Poll(initial=60.0))  # the next question is too late


def shown() -> dict[str, tuple[str, str]]:
    """Return what the page shows, by what happened: the class of the error, and the message, with … for what varies."""
    rows = ROW.finditer(PAGE.read_text(encoding="utf-8"))
    return {row["met"]: (row["error"], row["said"].replace(r"\|", "|")) for row in rows}


@pytest.fixture(scope="module")
def pair():
    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url, retry_config=ONCE) as client:
        yield server, client


def test_the_page_shows_forty_errors_and_each_is_tried():
    assert len(SCENARIOS) >= 40
    assert shown().keys() == SCENARIOS.keys()


@pytest.mark.parametrize("what", SCENARIOS)
def test_an_error_says_what_the_page_says(what, pair, tmp_path, monkeypatch):
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    with contextlib.ExitStack() as opened, pytest.raises(Exception) as caught:  # noqa: PT011 - the page says which
        SCENARIOS[what](Here(*pair, tmp_path, opened))
    expected, said = shown()[what]
    pattern = ".*".join(re.escape(part) for part in said.split("…"))
    assert type(caught.value).__name__ == expected
    assert re.fullmatch(pattern, str(caught.value)), str(caught.value)
