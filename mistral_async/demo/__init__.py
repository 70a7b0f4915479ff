"""The main job from end to end: embed many passages, then answer a question by the nearest of them.

Without `MISTRAL_API_KEY` it runs offline, against the embedded server.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from operator import mul
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

from mistral_async import Mistral, SyncMistral
from mistral_async.bulk import Progress
from mistral_async.demo._passages import read_passages
from mistral_async.models import UserMessage

if TYPE_CHECKING:
    from mistral_async.testing import FakeMistral

QUESTION = "Which river flows into the Black Sea?"
CHAT_MODEL, EMBED_MODEL = "mistral-small-latest", "mistral-embed"
NEAREST = 8


class Report:
    """Counts and times of one run."""

    def __init__(self) -> None:
        self.started: float = time.perf_counter()
        self.embedding: Progress | None = None

    def progress(self, progress: Progress) -> None:
        """Keep the progress of the embedding."""
        self.embedding = progress

    def __str__(self) -> str:
        did, seconds = self.embedding, time.perf_counter() - self.started
        if did is None:
            return f"nothing in {seconds:.2f} s"
        return (
            f"{did.done:,} passages in {did.elapsed:.2f} s ({did.done / did.elapsed:,.0f} passages/s), "
            f"{did.requests} requests, {did.tokens:,} tokens; {seconds:.2f} s in all"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        passages = read_passages(options.path)
    except (OSError, UnicodeDecodeError) as problem:
        print(f"{options.path} can not be read: {problem}", file=sys.stderr)
        return 2
    if not passages:
        print(f"no text found in {options.path}", file=sys.stderr)
        return 2
    live = options.live or (not options.fake and bool(os.environ.get("MISTRAL_API_KEY")))
    if live and not os.environ.get("MISTRAL_API_KEY"):
        print("--live needs the key in MISTRAL_API_KEY (https://console.mistral.ai)", file=sys.stderr)
        return 2
    print(f"{len(passages):,} passages from {options.path or 'the text that ships with the package'}")
    with _server(live=live) as server:
        settings: dict[str, Any] = {} if server is None else {"api_key": server.api_key, "server_url": server.url}
        print("live: the real API" if server is None else f"offline: the embedded server at {server.url}")
        for backend in _backends(options.backend):
            print(f"\n{backend}: {options.question} ", end="", flush=True)
            print(f"\n{backend}: {_run(backend, settings, passages, options.question)}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mistral_async demo", description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, help="a text file, or a folder of them (default: shipped text)")
    parser.add_argument("--question", default=QUESTION, help=f"what to ask (default: {QUESTION!r})")
    parser.add_argument("--backend", choices=["asyncio", "trio", "blocking", "all"], default="all")
    parser.add_argument("--live", action="store_true", help="use the real API (also when MISTRAL_API_KEY is set)")
    parser.add_argument("--fake", action="store_true", help="use the embedded server, also when MISTRAL_API_KEY is set")
    return parser


def _server(*, live: bool) -> AbstractContextManager[FakeMistral | None]:
    from mistral_async.testing import FakeMistral

    return nullcontext() if live else FakeMistral()


def _backends(choice: str) -> list[str]:
    wanted = ["asyncio", "trio", "blocking"] if choice == "all" else [choice]
    if "trio" in wanted and importlib.util.find_spec("trio") is None:
        print("trio is not installed: `pip install trio` to see it run there too")
        wanted.remove("trio")
    return wanted


def _run(backend: str, settings: dict[str, Any], passages: list[str], question: str) -> Report:
    if backend == "blocking":
        return _blocking(settings, passages, question)
    return anyio.run(_asynchronous, settings, passages, question, backend=backend)


async def _asynchronous(settings: dict[str, Any], passages: list[str], question: str) -> Report:
    report = Report()
    async with Mistral(**settings) as client:
        async with client.bulk.embed(passages, model=EMBED_MODEL, progress=report.progress) as results:
            vectors = [result.unwrap() async for result in results]
        query = await client.embeddings.create(model=EMBED_MODEL, inputs=question)
        messages = [_message(question, _nearest(query.data[0].embedding, vectors, passages))]
        async with client.chat.stream(model=CHAT_MODEL, messages=messages) as stream:
            async for chunk in stream:
                print(chunk.text, end="", flush=True)
    return report


def _blocking(settings: dict[str, Any], passages: list[str], question: str) -> Report:
    report = Report()
    with SyncMistral(**settings) as client:
        with client.bulk.embed(passages, model=EMBED_MODEL, progress=report.progress) as results:
            vectors = [result.unwrap() for result in results]
        query = client.embeddings.create(model=EMBED_MODEL, inputs=question)
        messages = [_message(question, _nearest(query.data[0].embedding, vectors, passages))]
        with client.chat.stream(model=CHAT_MODEL, messages=messages) as stream:
            for chunk in stream:
                print(chunk.text, end="", flush=True)
    return report


def _nearest(query: Sequence[float], vectors: Sequence[Sequence[float]], passages: list[str]) -> list[str]:
    """Return the passages with the largest dot product with the question (all vectors have length 1)."""
    scores = [sum(map(mul, query, vector)) for vector in vectors]
    best = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)[:NEAREST]
    return [passages[index] for index in best]


def _message(question: str, context: list[str]) -> UserMessage:
    listed = "\n".join(context)
    return UserMessage(f"Answer from these passages only.\n\n{listed}\n\nQuestion: {question}")
