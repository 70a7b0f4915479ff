"""The lines of a file on the server, as they arrive: a download that fails is begun again, one cut short is noticed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from mistral_async._binding.resource import Async
from mistral_async._client.resources import Resources
from mistral_async._results.poll import Poll, persist
from mistral_async.batch._rows import Cutter
from mistral_async.errors import StreamInterruptedError

_AT_ONCE: Final = 128  # lines handled between two looks at the event loop
_DOUBTS: Final = 3  # times that a file is read again because it is shorter than it should be

Take = Callable[[list[bytes]], Awaitable[None]]


async def read_lines(client: Resources[Async], file_id: str, poll: Poll, take: Take) -> None:
    """Hand over every line, a few at a time; some come twice when the download had to be begun again."""
    doubts = 0

    async def give(lines: list[bytes]) -> None:
        for start in range(0, len(lines), _AT_ONCE):
            await take(lines[start : start + _AT_ONCE])

    async def read() -> None:
        nonlocal doubts
        cutter, received = Cutter(), 0
        async with client.files.download(file_id) as download:
            while data := await download.receive():
                received += len(data)
                await give(cutter.feed(data))
            size = download.size
        if size is None and doubts < _DOUBTS:  # a body in chunks can end too early in due form
            size = (await client.files.retrieve(file_id)).size_bytes
        if size is not None and received < size:
            doubts += 1
            raise StreamInterruptedError(f"{received} bytes of the file arrived, of {size}")
        await give(cutter.close())

    await persist(read, poll)
