"""An hour of audio: memory stays what it was."""

from __future__ import annotations

import gc
import tracemalloc

import anyio
import pytest
from live_server import CREATED, RawServer, switch, text

from mistral_async import Mistral
from mistral_async.models import Reconnect

HALF_A_SECOND = bytes(640 * 25)
HOUR = 3_600
SECOND = 43_000  # bytes on the wire, about
GROWTH = 1_500_000  # bytes: the text of two thirds of an hour, which is kept, is half of it


def hear(sock, head):
    """Answer each second of audio with a segment."""
    sock.sendall(switch(head) + text(CREATED))
    size, told = 0, 0
    while data := sock.recv(1 << 20):
        size += len(data)
        while size > (told + 1) * SECOND:
            told += 1
            sock.sendall(text({"type": "transcription.segment", "text": "word", "start": told - 1, "end": told}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("anyio_backend", "reconnect"), [("asyncio", Reconnect(keep_seconds=30)), ("trio", None)], ids=["kept", "not kept"]
)
async def test_an_hour_of_audio_leaves_memory_flat(reconnect):
    levels = []
    with RawServer(hear) as server:
        async with (
            Mistral("k", server_url=server.url) as client,
            client.audio.realtime.connect("m", reconnect=reconnect, close_timeout=0) as connection,
            anyio.create_task_group() as group,
        ):

            async def read():
                async for _ in connection:
                    pass

            group.start_soon(read)
            for second in range(HOUR):
                for _ in range(2):
                    await connection.send_audio(HALF_A_SECOND)
                if second == HOUR // 3:
                    tracemalloc.start()
                if second in {HOUR // 3 + 60, HOUR - 1}:
                    gc.collect()
                    levels.append(tracemalloc.get_traced_memory()[0])
                    assert connection._link._socket._stream.backlog < 1_000_000
            group.cancel_scope.cancel()
    tracemalloc.stop()
    assert len(connection.partial.segments) > HOUR // 2
    assert levels[1] - levels[0] < GROWTH
