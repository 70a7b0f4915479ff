"""The main job from end to end: many passages in, embeddings out, then a question answered by the nearest of them.

Without `MISTRAL_API_KEY` it runs against the embedded server, offline, and says so.
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
from typing import TYPE_CHECKING, Any, Literal

import anyio
import msgspec

from mistral_async._client import Mistral, SyncMistral
from mistral_async.demo._passages import read_passages

if TYPE_CHECKING:
    from mistral_async.testing import FakeMistral

QUESTION = "What is a comet made of?"
CHAT_MODEL, EMBED_MODEL = "mistral-small-latest", "mistral-embed"
NEAREST = 4


class Report(msgspec.Struct):
    """What one run did."""

    passages: int = 0
    requests: int = 0
    tokens: int = 0
    embed_seconds: float = 0.0
    answer: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo and return the exit code."""
    options = _parser().parse_args(arguments)
    passages = read_passages(options.path)
    if not passages:
        print(f"no text found in {options.path}", file=sys.stderr)
        return 2
    live = options.live or bool(os.environ.get("MISTRAL_API_KEY"))
    if live and not os.environ.get("MISTRAL_API_KEY"):
        print("--live needs the key in MISTRAL_API_KEY (https://console.mistral.ai)", file=sys.stderr)
        return 2
    print(f"{len(passages):,} passages from {options.path or 'the text that ships with the package'}")
    with _server(live=live) as server:
        settings: dict[str, Any] = {} if server is None else {"api_key": server.api_key, "server_url": server.url}
        print("live: the real API" if server is None else f"offline: the embedded server at {server.url}")
        for backend in _backends(options.backend):
            _show(backend, _run(backend, settings, passages, options.question))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mistral_async demo", description=__doc__)
    parser.add_argument("path", nargs="?", type=Path, help="a text file, or a folder of them (default: shipped text)")
    parser.add_argument("--question", default=QUESTION, help=f"what to ask (default: {QUESTION!r})")
    parser.add_argument("--backend", choices=["asyncio", "trio", "blocking", "all"], default="all")
    parser.add_argument("--live", action="store_true", help="use the real API (also when MISTRAL_API_KEY is set)")
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
    print(f"\n{backend}: {question} ", end="", flush=True)
    match backend:
        case "asyncio" | "trio":
            return anyio.run(_asynchronous, settings, passages, question, backend=backend)
        case _:
            return _blocking(settings, passages, question)


async def _asynchronous(settings: dict[str, Any], passages: list[str], question: str) -> Report:
    report, started = Report(passages=len(passages)), time.perf_counter()
    async with Mistral(**settings) as client:
        async with client.bulk.embed(passages, model=EMBED_MODEL) as results:
            vectors = [result.unwrap() async for result in results]
        report.embed_seconds = time.perf_counter() - started
        asked = await client.embeddings.create(model=EMBED_MODEL, inputs=question)
        prompt = _prompt(question, _nearest(asked.data[0].embedding, vectors, passages))
        async with client.chat.stream(model=CHAT_MODEL, messages=[{"role": "user", "content": prompt}]) as stream:
            async for chunk in stream:
                _say(report, chunk.text)
    return report


def _blocking(settings: dict[str, Any], passages: list[str], question: str) -> Report:
    report, started = Report(passages=len(passages)), time.perf_counter()
    with SyncMistral(**settings) as client:
        with client.bulk.embed(passages, model=EMBED_MODEL) as results:
            vectors = [result.unwrap() for result in results]
        report.embed_seconds = time.perf_counter() - started
        asked = client.embeddings.create(model=EMBED_MODEL, inputs=question)
        prompt = _prompt(question, _nearest(asked.data[0].embedding, vectors, passages))
        with client.chat.stream(model=CHAT_MODEL, messages=[{"role": "user", "content": prompt}]) as stream:
            for chunk in stream:
                _say(report, chunk.text)
    return report


def _nearest(asked: Sequence[float], vectors: Sequence[Sequence[float]], passages: list[str]) -> list[str]:
    """The passages whose vectors point most nearly where the question's does (all have length 1)."""
    scores = [sum(map(mul, asked, vector)) for vector in vectors]
    best = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)[:NEAREST]
    return [passages[index] for index in best]


def _prompt(question: str, context: list[str]) -> str:
    listed = "\n".join(f"- {passage}" for passage in context)
    return f"Answer from these passages only.\n\n{listed}\n\nQuestion: {question}"


def _say(report: Report, text: str) -> None:
    report.answer += text
    print(text, end="", flush=True)


def _show(backend: str, report: Report) -> None:
    rate = report.passages / report.embed_seconds
    print(
        f"\n{backend}: embedded {report.passages:,} passages in {report.embed_seconds:.2f} s, {rate:,.0f} passages/s, "
        f"{report.requests} requests, {report.tokens:,} tokens"
    )
