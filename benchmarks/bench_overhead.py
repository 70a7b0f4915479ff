"""What does what every call can have cost? Metadata, a logger, limits that are stated, a total time, hooks, tracing.

    python benchmarks/bench_overhead.py [--runs 5] [--json overhead.json]

Blocks of calls take turns in one process, so that what disturbs one disturbs the others; each number is the median of
the differences from a plain call in the same turn. `tracing off` is what the places for hooks cost a client that has
none: against the same engine without those places, both without a network, because it is less than a socket's whims.
"""

from __future__ import annotations

import ast
import inspect
import logging
import statistics
import time
import types
from contextlib import suppress

from harness import Case, Clock, main, run_cases, server, show
from peers import MESSAGES

TURNS, BLOCK = 40, 100


def child(case: Case) -> dict[str, float]:
    import anyio

    return anyio.run(measure, case["url"], backend=case["loop"])


class Silent:
    """Answers at once, in place of the network."""

    def __init__(self, body: bytes) -> None:
        from mistral_async._http.protocol import Timings, WireResponse

        self.answer = WireResponse(200, [(b"mistral-correlation-id", b"1")], body, Timings())

    async def send(self, *_):
        return self.answer


class Strip(ast.NodeTransformer):
    """Takes out every `if … is not None` about hooks and traces."""

    def visit_If(self, node):
        about = {getattr(each, "attr", getattr(each, "id", "")) for each in ast.walk(node.test)}
        return None if about & {"hooks", "trace"} else self.generic_visit(node)

    def visit_ImportFrom(self, node):
        return None if node.module == "mistral_async._engine.sender" else node


def stripped():
    """The engine without the places where hooks are told."""
    from mistral_async._engine import engine, sender

    module = types.ModuleType("stripped")
    for part in (sender, engine):
        tree = ast.fix_missing_locations(Strip().visit(ast.parse(inspect.getsource(part))))
        exec(compile(tree, part.__file__, "exec", dont_inherit=True), module.__dict__)
    assert "hooks" not in module.Engine.call.__code__.co_names
    return module.Engine


def tracing_off(body: bytes) -> float:
    """Microseconds."""
    from mistral_async import Mistral, calls

    client, wire = Mistral("test-key"), Silent(body)
    engine = client._executor.engine  # noqa: SLF001 - what is measured is inside
    engine.state.network.current = lambda: wire
    bare = stripped()(engine.state, engine.options)
    request = calls.chat.complete(model="chat", messages=MESSAGES, temperature=0.5)
    differences = []
    for turn in range(300):
        spent = {}
        for each in (engine, bare) if turn % 2 else (bare, engine):
            start = time.process_time_ns()
            for _ in range(200):
                with suppress(StopIteration):
                    each.call(request).send(None)
            spent[each] = time.process_time_ns() - start
        differences.append((spent[engine] - spent[bare]) / 200_000)
    return statistics.median(differences)


def hooked(url: str) -> dict[str, object]:
    """Clients with hooks: one that does nothing six times, OpenTelemetry without an exporter."""
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.trace import TracerProvider

    from mistral_async import Hooks, Mistral
    from mistral_async.integrations.otel import OpenTelemetryHooks

    class Idle(Hooks):
        def nothing(self, *_):
            pass

        before_call = activate = rate_wait = before_attempt = after_attempt = after_call = nothing

    traced = OpenTelemetryHooks(tracer_provider=TracerProvider(), meter_provider=MeterProvider())
    return {
        "no-op hook": Mistral("test-key", server_url=url, hooks=Idle()),
        "OpenTelemetry": Mistral("test-key", server_url=url, hooks=traced),
    }


async def measure(url: str) -> dict[str, float]:
    from mistral_async import Mistral, RateLimits

    silent = logging.getLogger("silent")
    silent.setLevel(logging.WARNING)
    arguments = {"model": "chat", "messages": MESSAGES, "temperature": 0.5}
    plain = Mistral("test-key", server_url=url)
    logged = Mistral("test-key", server_url=url, debug_logger=silent)
    limited = Mistral("test-key", server_url=url, rate_limits=RateLimits(requests_per_second=1e6, burst=100_000))
    traced = hooked(url)
    kinds = {
        "plain": plain.chat.complete,
        "metadata": plain.with_response.chat.complete,
        "silent logger": logged.chat.complete,
        "stated limits": limited.chat.complete,
        "total time-out": plain.with_options(timeout=60).chat.complete,
        **{kind: client.chat.complete for kind, client in traced.items()},
    }
    spent: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(TURNS):
        for kind, call in kinds.items():
            with Clock() as clock:
                for _ in range(BLOCK):
                    answer = await call(**arguments)
            spent[kind].append(clock.cpu / BLOCK * 1e6)
            assert kind != "metadata" or (answer.request_id and len(answer.attempts) == 1)
    body = (await plain.with_response.chat.complete(**arguments)).body
    for client in (plain, logged, limited, *traced.values()):
        await client.aclose()
    base = spent["plain"]
    more = {kind: statistics.median(a - b for a, b in zip(times, base, strict=True)) for kind, times in spent.items()}
    return {**more, "tracing off": tracing_off(body), "plain": statistics.median(base)}


def parent(runs: int) -> list[Case]:
    with server() as url:
        results = run_cases(__file__, [{"loop": loop, "url": url} for loop in ("asyncio", "trio")], runs)
    kinds = [key for key in results[0] if key != "loop"]
    rows = [[r["loop"], *[r[kind] for kind in kinds]] for r in results]
    show("µs of CPU of a plain call, one at a time, and what is added", rows, ["loop", *kinds])
    return results


if __name__ == "__main__":
    main(__file__, child, parent, repetitions=5)
