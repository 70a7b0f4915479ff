"""The time between two events of a stream: an event that is long in coming is not silence, a comment is."""

from __future__ import annotations

import anyio
import pytest

from mistral_async import Mistral, Timeout
from mistral_async.errors import APITimeoutError

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
FIRST = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}\n\n'
LAST = FIRST.replace(b"null", b'"stop"')


@pytest.fixture
async def answering(anyio_backend):
    """A client of a server that answers with these pieces, a tenth of a second apart."""
    async with anyio.create_task_group() as group:
        listeners = []

        async def start(pieces):
            async def serve(stream):
                async with stream:
                    try:
                        await stream.receive()
                        await stream.send(HEAD + FIRST)
                        for piece in pieces:
                            await anyio.sleep(0.1)
                            await stream.send(piece)
                    except (anyio.BrokenResourceError, anyio.EndOfStream):
                        pass  # the client left

            listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
            listeners.append(listener)
            group.start_soon(listener.serve, serve)
            port = listener.extra(anyio.abc.SocketAttribute.local_port)
            return Mistral("key", server_url=f"http://127.0.0.1:{port}", timeout=Timeout(idle=0.35))

        yield start
        group.cancel_scope.cancel()
    for listener in listeners:
        await listener.aclose()


async def read(client):
    async with client, client.chat.stream(model="m", messages=[]) as stream:
        return [chunk.text async for chunk in stream]


async def test_an_event_that_arrives_slowly_is_not_silence(answering):
    pieces = [LAST[start : start + 12] for start in range(0, len(LAST), 12)]
    assert await read(await answering([*pieces, b"data: [DONE]\n\n"])) == ["hi", "hi"]


async def test_comments_do_not_keep_a_stream_alive(answering):
    client = await answering([b": still here\n\n"] * 30)
    with pytest.raises(APITimeoutError) as caught, anyio.fail_after(2):
        await read(client)
    assert caught.value.phase == "idle"
    assert caught.value.partial.text == "hi"
