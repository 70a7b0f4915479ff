"""Audio that is still being recorded: raw samples or a WAV file, from stdin, a named pipe or a file."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import FileIO
from types import TracebackType
from typing import Final, Self

import anyio

from mistral_async._binding.background import BackgroundTask
from mistral_async._codec.wav import WavError, WavParser, is_wav
from mistral_async._http.threads import run_in_daemon
from mistral_async.cli._codes import print_error
from mistral_async.cli._text import read_stdin, readable
from mistral_async.models import AudioFormat

_HEAD: Final = 12  # bytes that tell a WAV file
_PIECE: Final = 1 << 15
# Beginnings of files that are often recorded, and are no raw samples.
_OTHERS: Final = {
    b"ID3": "MP3",
    b"OggS": "Ogg",
    b"fLaC": "FLAC",
    b"FORM": "AIFF",
    b"RIFX": "big-endian WAV",
    b"caff": "CAF",
    b"\x1aE\xdf\xa3": "WebM or Matroska",
}


class Recording:
    """A recording, in a block: `start` finds its format, then `pieces` gives its samples until the end, or `stop`."""

    def __init__(self, path: str, *, encoding: str | None, sample_rate: int | None) -> None:
        self._path = path
        self._name = "stdin" if path == "-" else readable(path)
        self._encoding = encoding
        self._sample_rate = sample_rate
        self._wav: WavParser | None = None
        self._first = b""
        self._file: FileIO | None = None
        self._read_more: Callable[[], Awaitable[bytes]] = read_stdin
        self._scope = anyio.CancelScope()
        self.stopped = False
        """Whether `stop` was called."""

    async def __aenter__(self) -> Self:
        if self._path == "-":
            if sys.stdin.isatty():
                raise ValueError("stdin is a terminal: pipe audio in, as with `arecord -f S16_LE -r 16000 | ...`")
        else:
            # No buffer, whose lock a read of a pipe would hold when the file is closed.
            self._file = file = await run_in_daemon(FileIO, self._path)
            self._read_more = lambda: run_in_daemon(file.read, _PIECE)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def stop(self) -> None:
        """End the recording here."""
        self.stopped = True
        self._scope.cancel()

    async def start(self) -> AudioFormat | None:
        """Read on until the format is known; None if the recording was stopped before.

        Raises:
            ValueError: There is no audio, or it is of a kind that the API does not take.
        """
        head = b""
        while len(head) < _HEAD and is_wav(head) and (piece := await self._read()):
            head += piece
        if self.stopped and not head:
            return None
        if not head:
            raise ValueError(f"there is no audio in {self._name}")
        if len(head) >= _HEAD and is_wav(head[:_HEAD]):
            return await self._start_wav(head)
        for beginning, kind in _OTHERS.items():
            if head.startswith(beginning):
                raise ValueError(
                    f"{self._name} is {kind}, not raw audio or WAV: convert it, as with "
                    "`ffmpeg -i FILE -ac 1 -ar 16000 -f s16le - | mistral-async transcribe --live -`"
                )
        self._first = head
        return AudioFormat(self._encoding or "pcm_s16le", 16_000 if self._sample_rate is None else self._sample_rate)

    async def _start_wav(self, head: bytes) -> AudioFormat:
        if self._encoding is not None or self._sample_rate is not None:
            raise ValueError(f"--encoding and --sample-rate are for raw audio: {self._name} is WAV, which says its own")
        self._wav = WavParser()
        self._first = self._wav.feed(head)
        while self._wav.format is None:
            if not (piece := await self._read()):
                raise WavError(f"{self._name} is a WAV file that ends before its audio")
            self._first = self._wav.feed(piece)
        found = self._wav.format
        if found.channels > 1:
            print_error(f"{self._name} has {found.channels} channels: the first is transcribed")
        return AudioFormat(found.encoding, found.sample_rate)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield samples as they come."""
        samples, piece = self._first, b"more"
        while True:
            if samples:
                yield samples
            if not (piece := await self._read()):
                return
            samples = self._wav.feed(piece) if self._wav else piece

    async def _read(self) -> bytes:
        if self.stopped:
            return b""
        with anyio.CancelScope() as self._scope:
            return await self._read_more()
        return b""


@asynccontextmanager
async def stopped_by_interrupt(recording: Recording) -> AsyncGenerator[None]:
    """Let the first Ctrl-C in the block end the recording; a second one interrupts the command."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    ready = anyio.Event()

    async def watch() -> None:
        with anyio.open_signal_receiver(signal.SIGINT) as signals:
            ready.set()
            async for _ in signals:
                recording.stop()
                return

    task = BackgroundTask(watch)
    try:
        await ready.wait()
        yield
    finally:
        await task.stop()
