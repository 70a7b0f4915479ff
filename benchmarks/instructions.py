"""How many instructions does each of six scenarios take? Counted by callgrind, so that a busy machine does not matter.

    python benchmarks/instructions.py            # count, and show
    python benchmarks/instructions.py --check    # fail when more than 5 % above instructions.json
    python benchmarks/instructions.py --update   # keep the new figures

One process under callgrind runs all scenarios against the server of canned answers, which is not counted. Each scenario
begins with a call of `getppid`, which sets the counter to zero, and ends with one of `getpgrp`, which writes it down.

Rate limits are read from an answer four times a second. That is one of thousands of calls, and under callgrind one of
ten or of five, as busy as the machine is: it is left out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Coroutine
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIGURES = Path(__file__).with_name("instructions.json")
TOLERANCE = 0.05
CALLS, EVENTS, ANSWERS = 50, 2000, 3
WARM = 20  # calls before those that are counted: heads that come often are known by then
MESSAGES = [{"role": "user", "content": "Why is the sky blue?"}]


@contextmanager
def counted():
    os.getppid()
    yield
    os.getpgrp()


def scenarios(url: str) -> None:
    """What is counted, in the order of `COUNTS`."""
    with counted():
        import mistral_async
    with counted():
        from mistral_async import Mistral

        Mistral("test-key", server_url=url).chat.complete(model="chat", messages=MESSAGES).close()

    async def chats(count: int) -> None:
        for _ in range(count):
            await client.chat.complete(model="chat", messages=MESSAGES, temperature=0.5)

    async def stream() -> None:
        async with client.chat.stream(model="stream-buffers", messages=MESSAGES) as events:
            async for _ in events:
                pass

    async def embed() -> None:
        await client.embeddings.create(model="embed-64-base64", inputs=["text"], encoding_format="base64")

    async def warm_then_counted(warm: Coroutine[Any, Any, None], then: list[Coroutine[Any, Any, None]]) -> None:
        await warm
        with counted():
            for each in then:
                await each
        await client.aclose()

    from mistral_async._ratelimit import model_limits

    vars(model_limits)["_LOOK_SECONDS"] = 3600.0
    client = Mistral("test-key", server_url=url)
    asyncio.run(warm_then_counted(chats(WARM), [chats(CALLS)]))
    import trio

    trio.run(warm_then_counted, chats(WARM), [chats(CALLS)])
    asyncio.run(warm_then_counted(stream(), [stream()]))
    asyncio.run(warm_then_counted(embed(), [embed() for _ in range(ANSWERS)]))
    assert mistral_async


COUNTS: dict[str, int] = {
    "import": 1,
    "client ready, call described": 1,
    "chat, asyncio": CALLS,
    "chat, trio": CALLS,
    "event of a stream": EVENTS,
    "64 x 1024 embeddings, base64": ANSWERS,
}


def count() -> dict[str, int]:
    """Instructions of each scenario, for one call, event or answer."""
    from harness import server

    with tempfile.TemporaryDirectory() as folder, server() as url:
        out = Path(folder, "out")
        command = [
            *("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", "--quiet"),
            *("--zero-before=getppid", "--dump-before=getpgrp"),
            *(sys.executable, __file__, "--child", url),
        ]
        environment = {**os.environ, "PYTHONHASHSEED": "0"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        # Its bytecode is kept.
        subprocess.run([sys.executable, __file__, "--child", url], check=True, env=environment)
        subprocess.run(command, check=True, env=environment)
        return {
            name: _total(out.with_name(f"out.{number}")) // each
            for number, (name, each) in enumerate(COUNTS.items(), start=1)
        }


def _total(file: Path) -> int:
    for line in file.read_text().splitlines():
        if line.startswith(("totals:", "summary:")):
            return int(line.split()[1])
    raise SystemExit(f"{file.name} has no total")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="fail where there are too many")
    parser.add_argument("--update", action="store_true", help="keep the figures")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        scenarios(options.child)
        return
    from harness import show

    python = ".".join(platform.python_version_tuple()[:2])
    key = f"CPython {python}, {platform.machine()}"
    kept = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    before, now = kept.get(key, {}), count()
    rows = [[n, v, before.get(n), f"{v / before[n] - 1:+.1%}" if n in before else None] for n, v in now.items()]
    show(f"Instructions, {key}", rows, ["scenario", "now", "committed", "change"])
    if options.update:
        FIGURES.write_text(json.dumps({**kept, key: now}, indent=1) + "\n")
    if options.check and not before:
        print(f"There are no figures for {key}: nothing is checked.")
    worse = [name for name, value in now.items() if name in before and value > before[name] * (1 + TOLERANCE)]
    if options.check and worse:
        raise SystemExit(f"more than {TOLERANCE:.0%} above the committed figures: {', '.join(worse)}")


if __name__ == "__main__":
    main()
