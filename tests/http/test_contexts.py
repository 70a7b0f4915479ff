"""The context of a caller is free when its call is over, however long connections, timers and threads go on."""

from __future__ import annotations

import gc
import weakref
from contextvars import ContextVar, copy_context

import anyio
import pytest

from mistral_async import Mistral, SyncMistral
from mistral_async.testing import FakeMistral

HI = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "hi"}]}
HELD: ContextVar[Held] = ContextVar("HELD")


class Held:
    """What a caller keeps in its context: a request, a session, a span."""


async def call(client, what):
    match what:
        case "call":
            await client.chat.complete(**HI)
        case "stream":
            async with client.chat.stream(**HI) as stream:
                await stream.until_done()
        case "upload":
            await client.files.upload(("a", b"x" * 3_000_000), "ocr")
        case "bulk":
            assert len(await client.bulk.chat(["a", "b"], model=HI["model"]).collect()) == 2


@pytest.mark.parametrize("what", ["call", "stream", "upload", "bulk"])
async def test_of_a_task(threaded_server, what):
    server, held = threaded_server, []

    async def first():
        HELD.set(mine := Held())
        held.append(weakref.ref(mine))
        await call(client, what)

    url = server.url.replace("127.0.0.1", "localhost")  # a name, for which a thread is asked
    async with Mistral(lambda: server.api_key, server_url=url) as client:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(first)
        await anyio.sleep(0.01)
        gc.collect()
        assert held[0]() is None
        await call(client, what)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_of_code_that_blocks(backend):
    def first():
        HELD.set(mine := Held())
        client.chat.complete(**HI)
        return weakref.ref(mine)

    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url, backend=backend) as client:
        held = copy_context().run(first)
        client.models.list()  # by then the thread has let go of the call before
        gc.collect()
        assert held() is None
