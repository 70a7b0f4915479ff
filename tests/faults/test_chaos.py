"""A server that misbehaves at random: every answer is right or one of our errors, and nothing is left behind.

`CHAOS_SECONDS=60 python -m pytest -m slow tests/faults/test_chaos.py` runs each combination for a minute.
"""

from __future__ import annotations

import contextlib
import gc
import os
import random
import resource
import threading
import time
from pathlib import Path

import anyio
import pytest
from faults.chaos import ECHO, ChaosServer
from faults.conftest import descriptors, soon

from mistral_async import BackoffStrategy, Mistral, RetryConfig, SyncMistral, Timeout
from mistral_async.errors import MistralError

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SECONDS = float(os.environ.get("CHAOS_SECONDS", "2"))
RETRIES = RetryConfig(retries=2, backoff=BackoffStrategy(initial_interval=1, max_interval=5))
LIMITS = Timeout(connect=2, read=0.5, idle=0.5, attempt=1, total=2)
WORKERS = 12


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop"),
        pytest.param(("trio", {}), id="trio"),
    ]
)
def anyio_backend(request):
    return request.param


class Tally:
    def __init__(self):
        self.right = self.errors = 0
        self.wrong = []

    @contextlib.contextmanager
    def counting(self):
        try:
            yield
        except MistralError:
            self.errors += 1
        except Exception as error:  # noqa: BLE001 - which is what is asked here
            self.wrong.append(repr(error))

    def check(self, what, got, wanted):
        if got == wanted:
            self.right += 1
        else:
            self.wrong.append(f"{what}: {got!r} is not {wanted!r}")

    def outcome(self):
        assert self.wrong[:5] == []
        assert self.right > self.errors / 4
        assert self.errors > 0


def _question(chance):
    return "".join(chance.choice("abc é🙂 ") for _ in range(chance.randint(1, 40)))


def _messages(question):
    return {"model": "m", "messages": [{"role": "user", "content": question}]}


async def one(client, chance, tally):
    """One call of any kind, with its answer looked at."""
    question = _question(chance)
    match chance.randrange(4):
        case 0 | 1:
            answer = await client.chat.complete(**_messages(question))
            tally.check("chat", answer.choices[0].message.content, ECHO + question)
        case 2:
            async with client.chat.stream(**_messages(question)) as events:
                said = "".join([event.choices[0].delta.content or "" async for event in events])
            tally.check("stream", said, ECHO + question)
        case _:
            texts = [_question(chance) for _ in range(8)]
            async with client.bulk.embed(texts, model="m", encoding_format="float") as results:
                indexes = []
                async for result in results:
                    indexes.append(result.index)
                    if result.ok:
                        tally.check("embed", list(result.value), [len(texts[result.index])])
                    elif not isinstance(result.error, MistralError):
                        tally.wrong.append(repr(result.error))
                if sorted(indexes) != list(range(len(texts))):
                    tally.wrong.append(f"results for {indexes}")


def one_blocking(client, chance, tally):
    question = _question(chance)
    if chance.random() < 0.6:
        answer = client.chat.complete(**_messages(question))
        tally.check("chat", answer.choices[0].message.content, ECHO + question)
        return
    with client.chat.stream(**_messages(question)) as events:
        said = "".join([event.choices[0].delta.content or "" for event in events])
    tally.check("stream", said, ECHO + question)


def _memory():
    """Resident bytes, as the kernel sees them."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
async def test_chaos(secure, server_tls, client_tls):
    tally = Tally()
    settings = {"retry_config": RETRIES, "timeout": LIMITS, "verify": client_tls}
    with ChaosServer(0, calm=1) as server:
        async with Mistral("key", server_url=server.url) as client:
            await client.chat.complete(**_messages("hi"))  # uvloop opens a descriptor of its own with a connection
    before = descriptors()
    with ChaosServer(1, server_tls if secure else None) as server:
        async with Mistral("key", server_url=server.url, **settings) as client:
            end = time.monotonic() + SECONDS
            sizes = []

            async def work(seed):
                chance = random.Random(seed)
                while time.monotonic() < end:
                    with tally.counting(), anyio.move_on_after(chance.choice([0.005, 0.05, 5, 5, 5, 5])):
                        await one(client, chance, tally)

            async def watch():
                await anyio.sleep(SECONDS / 2)
                sizes.append(_memory())

            async with anyio.create_task_group() as group:
                group.start_soon(watch)
                for seed in range(WORKERS):
                    group.start_soon(work, seed)
            sizes.append(_memory())
    tally.outcome()
    assert sizes[1] - sizes[0] < 30e6, "memory grows"
    assert await soon(lambda: _closed(before)), "descriptors are left"


def _closed(before):
    gc.collect()
    return descriptors() <= before


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("secure", [False, True], ids=["plain", "tls"])
def test_chaos_for_code_that_blocks(secure, backend, server_tls, client_tls):
    tally = Tally()
    settings = {"retry_config": RETRIES, "timeout": LIMITS, "verify": client_tls, "backend": backend}
    with ChaosServer(0, calm=1) as server, SyncMistral("key", server_url=server.url, backend=backend) as client:
        client.chat.complete(**_messages("hi"))  # starts the thread with the event loop, which all clients share
    before = descriptors()
    with (
        ChaosServer(2, server_tls if secure else None) as server,
        SyncMistral("key", server_url=server.url, **settings) as client,
    ):
        end = time.monotonic() + SECONDS

        def work(seed):
            chance = random.Random(seed)
            while time.monotonic() < end:
                with tally.counting():
                    one_blocking(client, chance, tally)

        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    tally.outcome()
    end = time.monotonic() + 2
    while not _closed(before):
        assert time.monotonic() < end, "descriptors are left"
        time.sleep(0.01)
