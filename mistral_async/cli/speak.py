"""`mistral-async speak`: text to speech, into a file or a pipe."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Annotated, Any, Final, Self, get_args

from anyio import to_thread
from cyclopts import Parameter

from mistral_async import Mistral
from mistral_async._codec.wav import with_length
from mistral_async._files.whole_file import WholeFile, is_stream
from mistral_async._http.threads import run_in_daemon
from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._parameters import Flag, InputFiles, Model, OutputOrStdout
from mistral_async.cli._text import announce_wait, check_output, read_prompt, read_text, stdin_text
from mistral_async.models import RealtimeSpeechError, SpeechOutputFormat, SpeechStreamAudioDelta

_LONGEST_HEADER: Final = 4096
_NOTHING: Final = "nothing to speak: give words, -f FILE or piped input"


async def speak(
    *words: str,
    model: Model = "voxtral-mini-tts-latest",
    voice: str | None = None,
    file: InputFiles = None,
    output: OutputOrStdout = None,
    audio_format: Annotated[SpeechOutputFormat | None, Parameter(name="--format")] = None,
    live: Flag = False,
    connection: Connection = None,
) -> int:
    """Speak text: `mistral-async speak "Hello" -o hello.wav`, or `... | mistral-async speak --live | aplay`.

    Parameters
    ----------
    words
        The text to speak. Files and piped input are added to it.
    model
        The model.
    voice
        The id or name of a voice; `client.audio.voices.list()` has them.
    file
        Text to speak; may be repeated.
    output
        The file for the audio; without one it goes to stdout.
    audio_format
        The kind of file; that of the name of the output, or wav.
    live
        Speak what is piped in while it is still being written.
    """
    check_output(output, file or ())
    chosen = audio_format or _format_of(output)
    options: dict[str, Any] = {"model": model, "voice_id": voice, "response_format": chosen}
    text = "" if live else read_prompt(words, file or ())
    if not text and not live:
        raise ValueError(_NOTHING)
    with AudioSink(output, chosen) as sink:
        async with ClientContext(connection) as client:
            if live:
                await _speak_live(client, _texts(words, file or ()), sink, options)
            else:
                await _speak(client, text, sink, options)
        await to_thread.run_sync(sink.finish)
    return 0


async def _speak(client: Mistral, text: str, sink: AudioSink, options: dict[str, Any]) -> None:
    async with client.audio.speech.stream(input=text, **options) as events:
        async for event in events:
            if isinstance(event, SpeechStreamAudioDelta):
                await sink.write(event.audio)


async def _speak_live(client: Mistral, texts: AsyncIterator[str], sink: AudioSink, options: dict[str, Any]) -> None:
    async with client.audio.realtime_speech.speak_stream(texts, **options) as events:
        async for event in events:
            if isinstance(event, SpeechStreamAudioDelta):
                await sink.write(event.audio)
            elif isinstance(event, RealtimeSpeechError):
                await events.result()  # raises it


async def _texts(words: Iterable[str], files: Iterable[Path]) -> AsyncIterator[str]:
    """Yield the words, the files, and what is piped in as it comes; raises `ValueError` if all is blank."""
    is_blank = True
    for text in filter(None, (" ".join(words), *map(read_text, files))):
        is_blank = is_blank and not text.strip()
        yield f"{text}\n"
    announce_wait()
    async for text in stdin_text():
        is_blank = is_blank and not text.strip()
        yield text
    if is_blank:
        raise ValueError(_NOTHING)


def _format_of(output: Path | None) -> Any:
    suffix = output.suffix.lower().lstrip(".") if output is not None else ""
    if suffix and suffix not in get_args(SpeechOutputFormat) and not is_stream(str(output)):
        raise ValueError(
            f"cannot tell the format from -o {output}: name it .wav, .mp3, .flac, .opus or .pcm, or give --format"
        )
    return suffix if suffix in get_args(SpeechOutputFormat) else "wav"


class AudioSink:
    """The place for audio, in a block: a file, which appears when it is whole, or stdout, piece by piece."""

    def __init__(self, output: Path | None, audio_format: str) -> None:
        self._whole = WholeFile(output) if output is not None and str(output) != "-" else None
        self._is_wav = audio_format == "wav"
        self._head = b""
        self._size = 0
        if self._whole is None and sys.stdout.isatty():
            raise ValueError("cannot play audio in a terminal: give -o FILE, or pipe it to a player (`| aplay`)")

    def __enter__(self) -> Self:
        self._file: IO[bytes] = self._whole.open() if self._whole is not None else sys.stdout.buffer
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._whole is not None:
            self._whole.discard()

    async def write(self, audio: bytes) -> None:
        """Write audio in a thread: a player takes it as slowly as it plays."""
        await run_in_daemon(self._write, audio)

    def _write(self, audio: bytes) -> None:
        self._head += audio[: _LONGEST_HEADER - len(self._head)]
        self._size += len(audio)
        self._file.write(audio)
        self._file.flush()

    def finish(self) -> None:
        """Put the file in its place; a WAV file that was begun without its length gets it."""
        if self._whole is None:
            return
        if self._is_wav and (head := with_length(self._head, self._size)) is not None:
            with suppress(OSError):  # a pipe keeps what it has
                self._file.seek(0)
                self._file.write(head)
        self._whole.finish()
