"""Text while somebody speaks, and speech while somebody writes: pipes of audio in and out."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import wave
from contextlib import suppress

import pytest

from mistral_async._codec.wav import wav_header
from mistral_async.testing import CloseFrame, FakeMistral, Inject, spoken

COMMAND = [sys.executable, "-m", "mistral_async"]
LIVE = ("transcribe", "--live", "-")
HELLO = spoken("Hello there.", silence=0.6) + spoken("And bye")


def wav(frames, *, channels=1, width=2, rate=16_000):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((channels, width, rate, 0, "NONE", ""))
        out.writeframes(frames)
    return file.getvalue()


def session_of(server):
    return next(event["session"] for event in server.requests[-1].websocket.sent if event["type"] == "session.updated")


# transcribe --live


@pytest.mark.parametrize(
    ("options", "audio"),
    [
        ([], HELLO),
        ([], wav(HELLO)),
        ([], wav_header(sample_rate=16_000) + HELLO),
        ([], wav(spoken("Hello there. And bye", "pcm_s32le", 8_000), width=4, rate=8_000)),
        (["--sample-rate", "24000"], spoken("Hello there. And bye", "pcm_s16le", 24_000)),
        (["--encoding", "pcm_mulaw", "--sample-rate", "8000"], spoken("Hello there. And bye", "pcm_mulaw", 8_000)),
    ],
)
def test_raw_audio_and_wav(at, options, audio):
    ran = at(*LIVE, *options, stdin=audio)
    assert (ran.code, ran.out, ran.err) == (0, "Hello there. And bye\n", "")


def test_a_file(at, threaded_server, tmp_path):
    (tmp_path / "hello.wav").write_bytes(wav(HELLO, rate=16_000))
    assert (
        at("transcribe", "--live", "hello.wav", "--delay-ms", "300", "--language", "en").out == "Hello there. And bye\n"
    )
    assert session_of(threaded_server)["target_streaming_delay_ms"] == 300
    assert bytes(threaded_server.requests[-1].websocket.audio) == HELLO


@pytest.mark.skipif(sys.platform == "win32", reason="named pipes")
def test_a_named_pipe(at, tmp_path):
    os.mkfifo(tmp_path / "microphone")
    writer = threading.Thread(target=(tmp_path / "microphone").write_bytes, args=[HELLO])
    writer.start()
    assert at("transcribe", "--live", "microphone").out == "Hello there. And bye\n"
    writer.join()


def test_of_several_channels_the_first_is_heard(at):
    both = b"".join(HELLO[at : at + 2] + b"\x11\x22" for at in range(0, len(HELLO), 2))
    ran = at(*LIVE, stdin=wav(both, channels=2))
    assert ran.out == "Hello there. And bye\n"
    assert ran.err == "stdin has 2 channels: the first is transcribed\n"


def test_a_line_for_each_turn_or_speaker(at):
    assert at(*LIVE, "--turns", stdin=HELLO).out == "Hello there.\nAnd bye\n"
    assert at(*LIVE, "--diarize", stdin=HELLO).out == "speaker_1: Hello there.\nspeaker_2: And bye\n"


def test_events_as_json_lines(at):
    ran = at(*LIVE, "--json", stdin=HELLO)
    events = [json.loads(line) for line in ran.out.splitlines()]
    assert events[0]["type"] == "session.created"
    assert events[-1]["type"] == "transcription.done"
    assert events[-1]["text"] == "Hello there. And bye"


@pytest.mark.parametrize(("beginning", "kind"), [(b"ID3\x04", "MP3"), (b"OggS\0", "Ogg"), (b"fLaC\0", "FLAC")])
def test_files_of_other_kinds_are_refused_before_anything_is_sent(at, threaded_server, beginning, kind):
    ran = at(*LIVE, stdin=beginning + bytes(100))
    assert (ran.code, ran.out) == (2, "")
    assert f"stdin is {kind}, not raw audio or WAV: convert it" in ran.err
    assert threaded_server.requests == []


def test_an_error_in_the_middle_comes_after_the_text(at, threaded_server):
    error = {"type": "error", "error": {"message": "out of breath", "code": 1}}
    threaded_server.fault(Inject(error, after_events=4))
    ran = at(*LIVE, stdin=HELLO)
    assert (ran.code, ran.out) == (3, "Hello there.\n")
    assert "out of breath" in ran.err


def test_a_lost_connection_is_told(at, threaded_server):
    threaded_server.fault(CloseFrame(1012, "restarting", after_events=3))
    ran = at(*LIVE, stdin=HELLO)
    assert ran.code == 0
    assert "the connection was lost and opened again" in ran.err
    assert "And bye" in ran.out
    threaded_server.fault(CloseFrame(1012, "restarting", after_events=3))
    ran = at(*LIVE, "--no-reconnect", stdin=HELLO)
    assert (ran.code, ran.out) == (4, "Hello \n")
    assert "restarting" in ran.err


@pytest.fixture
def process(env):
    """A command with pipes, at a server of its own."""
    running = []
    with FakeMistral() as server:

        def start(*arguments):
            running.append(
                subprocess.Popen(
                    [*COMMAND, *arguments, "--server-url", server.url],
                    env=env | {"MISTRAL_API_KEY": server.api_key},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                )
            )
            return running[-1]

        start.server = server
        yield start
        for each in running:
            each.kill()
            each.wait()
            for pipe in (each.stdin, each.stdout, each.stderr):
                with suppress(BrokenPipeError):
                    pipe.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("stop", [signal.SIGINT, "end"])
def test_text_comes_while_the_audio_does_and_ctrl_c_ends_the_recording(process, stop):
    """Ctrl-C is how one stops a microphone: what was said is transcribed to its end."""
    command = process(*LIVE)
    command.stdin.write(spoken("Hello there. And"))
    command.stdin.flush()
    assert command.stdout.read(13) == b"Hello there. "  # the pipe is open
    if stop == "end":
        command.stdin.close()
    else:
        command.send_signal(stop)
    assert command.stdout.read() == b"And\n"
    assert command.wait(30) == (0 if stop == "end" else 130)
    assert command.stderr.read() == b""
    assert process.server.requests[0].websocket.types[-1] == "input_audio.end"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes")
def test_a_reader_who_leaves_ends_it(process):
    command = process(*LIVE)
    command.stdin.write(spoken("Hello "))
    command.stdin.flush()
    assert command.stdout.read(6) == b"Hello "
    command.stdout.close()
    command.stdin.write(spoken("there "))
    command.stdin.flush()
    assert command.wait(30) == 0
    assert command.stderr.read() == b""


# speak


def test_speak_writes_a_file(at, threaded_server, tmp_path):
    assert at("speak", "Hello there.", "-o", "hello.mp3", "--voice", "fr_marie_neutral") == (0, "", "")
    assert (tmp_path / "hello.mp3").read_bytes().startswith(b"ID3")
    assert threaded_server.requests[0].json()["voice_id"] == "fr_marie_neutral"
    assert at("speak", "--format", "flac", "-o", "hello.bin", stdin="Hello.").code == 0
    assert (tmp_path / "hello.bin").read_bytes().startswith(b"fLaC")


@pytest.mark.parametrize("output", [[], ["-o", "-"]])
def test_speak_into_a_pipe(env, output):
    ran = subprocess.run(
        [*COMMAND, "speak", "--live", "--fake", *output],
        env=env,
        input=b"Hello there.\n",
        capture_output=True,
        check=True,
    )
    assert ran.stdout[:4] == b"RIFF"
    assert ran.stdout[44:] == spoken("Hello there.\n", "pcm_s16le", 24_000)


def test_live_speech_becomes_a_file_that_knows_its_length(at, threaded_server, tmp_path):
    (tmp_path / "more.txt").write_text("From a file.")
    assert at("speak", "Hello.", "-f", "more.txt", "--live", "-o", "out.wav", stdin="Piped.") == (0, "", "")
    assert threaded_server.requests[0].websocket.text == "Hello.\nFrom a file.\nPiped."
    with wave.open(str(tmp_path / "out.wav")) as file:
        frames = file.readframes(1 << 24)
        assert file.getframerate() == 24_000
        assert file.getnframes() * 2 == len(frames)
    assert frames == spoken("Hello.\nFrom a file.\nPiped.", "pcm_s16le", 24_000)


def test_a_speech_that_fails_leaves_the_last_one(at, threaded_server, tmp_path):
    (tmp_path / "out.wav").write_bytes(b"before")
    threaded_server.fault(CloseFrame(1011, "hoarse", after_events=3))
    ran = at("speak", "--live", "-o", "out.wav", stdin="One. " * 200)
    assert ran.code == 4
    assert "hoarse" in ran.err
    assert (tmp_path / "out.wav").read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["out.wav"]


@pytest.mark.parametrize("text", ["", " \n"])
def test_no_text_leaves_the_last_speech(at, tmp_path, text):
    (tmp_path / "out.wav").write_bytes(b"before")
    ran = at("speak", "--live", "-o", "out.wav", stdin=text)
    assert (ran.code, ran.out) == (2, "")
    assert "nothing to speak" in ran.err
    assert (tmp_path / "out.wav").read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["out.wav"]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes")
def test_speech_comes_while_the_text_does(process):
    command = process("speak", "--live")
    command.stdin.write(b"Hello. And")
    command.stdin.flush()
    first = len(spoken("Hello. ", "pcm_s16le", 24_000))
    assert len(command.stdout.read(44 + first)) == 44 + first
    command.stdin.close()
    assert command.stdout.read() == spoken("And", "pcm_s16le", 24_000)
    assert command.wait(30) == 0
