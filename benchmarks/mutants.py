"""Does tomorrow's API break today's client? 50,000 mutated answers and events, read by the client as it is by default.

    python benchmarks/mutants.py [--count 50000] [--seed 1] [--own]

The answers are those recorded beside the repository where there are any (`--own`: not those), else the fake server's.
Each mutant has up to three changes of `tests/mutations.py`. It goes through a client, every property of what comes out
is read, and it is made dicts and lists again. What raises is printed and makes the exit status 1. A stream whose end
was mutated away is incomplete, and says so, as an upload of fewer bytes: these are counted apart.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "tests"))
sys.path.append(str(Path(__file__).parents[1] / "tests" / "resources"))

import anyio
import httpx
import msgspec
import mutations
from test_replay import ROWS, call_of

from mistral_async import Mistral, calls
from mistral_async._uploads.checked import IncompleteUploadError
from mistral_async.errors import APIStatusError, IncompleteStreamError
from mistral_async.testing import FakeMistral

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
CHANGES = 3
SHOWN = 20


# What is mutated: rows as they are recorded, or as the fake server answers.


def own_rows() -> list[dict[str, Any]]:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    asked = [
        ("/v1/chat/completions", HI),
        ("/v1/chat/completions", {**HI, "tools": [tool], "tool_choice": "any"}),
        ("/v1/chat/completions", {**HI, "stream": True}),
        ("/v1/chat/completions", {**HI, "tools": [tool], "tool_choice": "any", "stream": True}),
        ("/v1/chat/completions", {**HI, "model": "no-such-model"}),
        ("/v1/embeddings", {"model": "mistral-embed", "input": ["a", "b"]}),
        ("/v1/conversations", {"model": "mistral-small-latest", "inputs": "hi"}),
        ("/v1/conversations", {"model": "mistral-small-latest", "inputs": "hi", "stream": True}),
        (
            "/v1/ocr",
            {"model": "mistral-ocr-latest", "document": {"type": "document_url", "document_url": "https://x/a"}},
        ),
        ("/v1/agents", {"model": "mistral-small-latest", "name": "a"}),
    ]
    with FakeMistral() as server, httpx.Client(base_url=server.url) as http:
        key = {"authorization": f"Bearer {server.api_key}"}
        return [row_of(http.post(path, json=body, headers=key), path, body) for path, body in asked]


def row_of(answer: httpx.Response, path: str, body: dict[str, Any]) -> dict[str, Any]:
    is_sse = answer.headers["content-type"].startswith("text/event-stream")
    row = {"method": "POST", "path": path, "request_body": body, "status": answer.status_code}
    return {**row, "response_body": answer.text, "is_sse": is_sse}


class Reply:
    """An answer, and mutants of it: of one of its events, where it is a stream."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.status, self.is_sse = row["status"], row["is_sse"]
        self.request = call_of(calls, row)
        self.pieces = row["response_body"].split("\n\n") if self.is_sse else [row["response_body"]]
        self.bodies = {at: body for at, piece in enumerate(self.pieces) if (body := self._body(piece)) is not None}

    def _body(self, piece: str) -> Any:
        try:
            return json.loads(piece.rpartition("data: ")[2] if self.is_sse else piece)
        except ValueError:
            return None

    def mutant(self, dice: random.Random) -> tuple[str, str]:
        """A body, and what was done to it."""
        at = dice.choice(list(self.bodies))
        body, done = copy.deepcopy(self.bodies[at]), []
        for _ in range(dice.randint(1, CHANGES)):
            found = list(mutations.spots(body))
            if not found:
                break
            spot, how, value = dice.choice(found), dice.choice(mutations.HOW), dice.choice(mutations.STRANGE)
            if mutations.mutate(body, spot, how, value):
                done.append(f"{how} {'.'.join(map(str, spot))} {value!r}")
        pieces, text = list(self.pieces), json.dumps(body)
        pieces[at] = pieces[at].rpartition("data: ")[0] + "data: " + text if self.is_sse else text
        return "\n\n".join(pieces), f"{self.request!r} event {at}: {'; '.join(done)}"


# How it is read.


class Reader:
    def __init__(self) -> None:
        self.body, self.status, self.media = b"", 200, ""
        transport = httpx.MockTransport(self._answer)
        self.client = Mistral("test-key", transport=transport, retry_config={"strategy": "none"})

    def _answer(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(self.status, headers={"content-type": self.media}, content=self.body)

    async def read(self, reply: Reply, body: str) -> str:
        """How it ends; what it should not raise comes through."""
        self.body, self.status = body.encode(), reply.status
        self.media = "text/event-stream" if reply.is_sse else "application/json"
        try:
            return await (self._read_events(reply) if reply.is_sse else self._read_answer(reply))
        except APIStatusError as error:
            if error.status != reply.status or error.body != self.body:
                raise
            return "errors"
        except IncompleteStreamError:
            return "streams without end"
        except IncompleteUploadError:
            return "uploads that came short"

    async def _read_answer(self, reply: Reply) -> str:
        answer = (await self.client.send(reply.request)).data
        mutations.read_everything(answer)
        msgspec.to_builtins(answer, enc_hook=list)
        return "answers"

    async def _read_events(self, reply: Reply) -> str:
        async with await self.client.send(reply.request) as stream:
            async for event in stream:
                mutations.read_everything(event)
                msgspec.to_builtins(event, enc_hook=list)
            for name in ("text", "thinking", "tool_calls", "usage"):
                mutations.read_everything(getattr(stream.partial, name, None))
            mutations.read_everything(stream.partial.response())
        return "streams"


async def run(replies: list[Reply], count: int, seed: int) -> int:
    reader, dice = Reader(), random.Random(seed)
    ends, raised = Counter(), Counter()
    start = time.perf_counter()
    for number in range(count):
        reply = replies[number % len(replies)]
        body, done = reply.mutant(dice)
        try:
            ends[await reader.read(reply, body)] += 1
        except Exception as error:  # noqa: BLE001 - this is what is counted
            if sum(raised.values()) < SHOWN:
                print(f"{type(error).__name__}: {str(error)[:300]}\n    {done}")
            raised[type(error).__name__] += 1
    seconds = time.perf_counter() - start
    ends_said = ", ".join(f"{many:,} {name}" for name, many in ends.most_common())
    print(f"{count:,} mutants of {len(replies)} replies: {ends_said}; {raised.total()} exceptions; {seconds:.0f} s")
    return raised.total()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--own", action="store_true", help="the fake server's answers, whatever is recorded")
    options = parser.parse_args()
    rows = ROWS if ROWS and not options.own else own_rows()
    replies = [reply for reply in map(Reply, rows) if reply.bodies]
    sys.exit(bool(anyio.run(run, replies, options.count, options.seed)))


if __name__ == "__main__":
    main()
