"""Every time limit holds at every point of a call; the clock on the wall means nothing."""

from __future__ import annotations

import anyio
import anyio.lowlevel
import pytest

from mistral_async import RetryConfig, Timeout, errors


@pytest.mark.parametrize("limit", ["total", "read", "attempt"])
async def test_a_connection_that_changes_hands_keeps_the_time_of_its_next_user(
    start, connect, tools, tls, stream, limit
):
    """On one connection: the answer of the first call and the start of the next happen in the same turn of the loop."""

    def fault(peer, request):
        if b"silent" in request.body:
            return not peer.gone()
        peer.send(tools.answer(request))
        return True

    server = start(fault, tls=tls)
    client = connect(server, max_connections=1, retries=RetryConfig(retries=0))
    hasty = client.with_options(timeout=Timeout(**{limit: 0.1}))
    watch = tools.watch(client)
    await tools.perform(client, stream)
    for _ in range(2):
        ends = []

        async def work(view, text, ends=ends):
            chat = {"model": "m", "messages": [{"role": "user", "content": text}]}
            ends.append(await tools.perform(view, stream and view is client, chat))

        with anyio.fail_after(3):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(work, client, "hi")
                await anyio.lowlevel.checkpoint()
                tasks.start_soon(work, hasty, "silent")
        answered, late = ends
        assert answered == "Hello"
        assert isinstance(late, errors.APITimeoutError)
        assert late.phase == limit
        await watch.check(server)
    await watch.close(server)
