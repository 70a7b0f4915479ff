"""Lines of a file on the server, as they arrive: a download that fails is begun again, one cut short is noticed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from mistral_async._binding.job_engine import performed
from mistral_async._engine.engine import Engine
from mistral_async._results.poll import Poll, retry_until_done
from mistral_async.batch._endpoints import BatchEndpoints
from mistral_async.errors import StreamInterruptedError

_AT_ONCE: Final = 128  # lines handled between two looks at the event loop
_MAX_DOUBTS: Final = 3  # times that a file is read again because it is shorter than it should be

Take: TypeAlias = Callable[[list[bytes]], Awaitable[None]]


class LineSplitter:
    """Splits the pieces of a download into lines; lines of white space are left out."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that end in this piece."""
        first, *others = data.split(b"\n")
        self._rest.append(first)
        if not others:
            return []
        lines = [b"".join(self._rest), *others[:-1]]
        self._rest = [others[-1]]
        return [line for line in lines if line.strip()]

    def close(self) -> list[bytes]:
        """Return what follows the last line break."""
        line, self._rest = b"".join(self._rest), []
        return [line] if line.strip() else []


async def read_lines(engine: Engine, endpoints: BatchEndpoints, file_id: str, poll: Poll, take: Take) -> None:
    """Give every line of a file to `take`, up to 128 at a time; some come twice when the download was begun again."""
    doubts = 0

    async def give(lines: list[bytes]) -> None:
        for start in range(0, len(lines), _AT_ONCE):
            await take(lines[start : start + _AT_ONCE])

    async def read() -> None:
        nonlocal doubts
        splitter, received = LineSplitter(), 0
        async with performed(engine, endpoints.download_file(file_id)) as download:
            while data := await download.receive():
                received += len(data)
                await give(splitter.feed(data))
            size = download.size
        if size is None and doubts < _MAX_DOUBTS:  # a body in chunks can end too early in due form
            size = (await engine.call(endpoints.retrieve_file(file_id))).size_bytes
        if size is not None and received < size:
            doubts += 1
            raise StreamInterruptedError(f"{received} bytes of the file arrived, of {size}")
        await give(splitter.close())

    await retry_until_done(read, poll)
