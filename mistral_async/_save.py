"""Writes a download to a file that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from mistral_async._stream import AsyncDownload

_WRITE = 1024 * 1024  # bytes collected for each hop to the thread that writes


async def save(
    download: AsyncDownload, path: str | os.PathLike[str], progress: Callable[[int, int | None], None] | None
) -> int:
    """Write beside the target, and move it there when it is complete; returns its size in bytes."""
    import anyio

    target = Path(path)
    part = target.with_name(f".{target.name}.{uuid4().hex[:8]}.part")
    written, size, held = 0, download.size, bytearray()
    try:
        async with await anyio.open_file(part, "xb") as file:
            while data := await download.receive():
                held += data
                written += len(data)
                if len(held) >= _WRITE:
                    await file.write(bytes(held))
                    held.clear()
                if progress is not None:
                    progress(written, size)
            await file.write(bytes(held))
            await file.flush()
        await anyio.to_thread.run_sync(os.replace, part, target)
    except BaseException:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(lambda: part.unlink(missing_ok=True))
        raise
    return written
