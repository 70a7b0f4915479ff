"""Reconnecting a live transcription: what is sent again, what the reader is told, and when it is given up."""

from __future__ import annotations

import base64
import json
import time
from itertools import pairwise
from types import SimpleNamespace

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from live_server import CREATED, LiveServer, delta, done, say

from mistral_async import Mistral, SyncMistral, errors
from mistral_async.models import Reconnect
from mistral_async.realtime import _transcription
from mistral_async.realtime._resend import AudioLog

RATE = 32_000  # bytes a second
FRAME = 640  # bytes: 20 ms


def numbered(count, start=0):
    """Frames that each say their number in every sample."""
    return [number.to_bytes(2, "little") * (FRAME // 2) for number in range(start, start + count)]


class Breaking:
    """A server that hears frames by their numbers, and breaks some connections."""

    def __init__(self, *breaks, segments=True, code=1011):
        self.breaks, self.segments, self.code = list(breaks), segments, code
        self.heard: list[list[int]] = []
        self.settings: list[dict] = []

    async def __call__(self, ws):
        heard: list[int] = []
        self.heard.append(heard)
        at = self.breaks[len(self.heard) - 1] if len(self.heard) <= len(self.breaks) else None
        if at == 0:
            await ws.close(1013, "try again")
            return
        await say(ws, CREATED)
        async for message in ws:
            event = json.loads(message)
            match event["type"]:
                case "session.update":
                    self.settings.append(event["session"])
                case "input_audio.append":
                    audio = base64.b64decode(event["audio"])
                    heard += [int.from_bytes(audio[i : i + 2], "little") for i in range(0, len(audio), FRAME)]
                    if len(heard) % 10 == 0:
                        end = len(heard) * FRAME / RATE
                        words = f"{heard[-10]}-{heard[-1]} "
                        segment = {"type": "transcription.segment", "text": words, "start": end - 0.2, "end": end}
                        await say(ws, *[segment] * self.segments, delta(words))
                    if at is not None and len(heard) == at:
                        await ws.close(self.code, "restart")
                        return
                case "input_audio.end":
                    text = f"last {heard[-1] if heard else None}"
                    segments = [{"text": "tail", "start": 0.0, "end": 0.1, "type": "transcription_segment"}]
                    await say(ws, done(text, segments=segments))
                    return


async def transcribe(server, audio, **options):
    async with Mistral("k", server_url=server.url, retry_config={"retries": 0}) as client:
        options = {"reconnect": Reconnect(attempts=2, keep_seconds=5), **options}
        async with client.audio.realtime.transcribe_stream(audio, "m", **options) as live:
            return [event async for event in live], live


async def test_segments_say_from_where_audio_is_sent_again():
    breaking = Breaking(25)
    with LiveServer(breaking) as server:
        events, live = await transcribe(server, numbered(60), language="fr")
    first, second = breaking.heard
    assert first == list(range(25))
    assert second == list(range(20, 60)), "from the end of the last segment on: nothing twice, nothing lost"
    assert breaking.settings == [{"language": "fr"}] * 2
    (told,) = [event for event in events if event.type == "realtime.reconnected"]
    assert (told.close_code, told.reason, told.exact, told.lost) == (1011, "restart", True, 0.0)
    assert told.resumed_at == pytest.approx(0.4)
    assert 0.099 < told.resent < 0.801, "from 0.4 s to what had been sent when the end was seen"
    segments = [event for event in events if event.type == "transcription.segment"]
    assert all(before.end == pytest.approx(after.start) for before, after in pairwise(segments)), "one line of time"
    assert segments[-1].end == pytest.approx(60 * 0.02)
    assert events[-1].text == "0-9 10-19 last 59"
    assert [segment.text for segment in events[-1].segments] == ["0-9 ", "10-19 ", "tail"]
    assert events[-1].segments[-1].start == pytest.approx(0.4)
    assert live.partial.text == events[-1].text


async def test_text_without_times_is_told_as_inexact():
    breaking = Breaking(200, segments=False)
    with LiveServer(breaking) as server:
        events, _ = await transcribe(server, numbered(300), reconnect=Reconnect(keep_seconds=10))
    (told,) = [event for event in events if event.type == "realtime.reconnected"]
    assert not told.exact
    assert breaking.heard[1] == list(range(breaking.heard[1][0], 300)), "no hole"
    assert breaking.heard[1][0] == 0, "in that time nobody can have spoken so much"


async def test_text_without_times_leaves_a_margin(monkeypatch):
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() * 1000)  # nobody waits 4 seconds for it
    monkeypatch.setattr(_transcription, "time", clock)
    breaking = Breaking(200, segments=False)
    with LiveServer(breaking) as server:
        client = Mistral("k", server_url=server.url)
        async with client, client.audio.realtime.connect("m", reconnect=True) as connection:
            for start in (0, 100):
                for frame in numbered(100, start):
                    await connection.send_audio(frame)
                while f"{start + 90}-{start + 99}" not in connection.partial.text:
                    told = await connection.receive()
            while not any(event.type == "realtime.reconnected" for event in told):
                told = await connection.receive()
            await connection.end_audio()
            [event async for event in connection]
    first = breaking.heard[1][0]
    assert 25 <= first <= 125, "a second and the delay before what had been sent when text came"
    assert breaking.heard[1] == list(range(first, 200))


async def test_several_breaks_and_refused_handshakes_in_a_row():
    breaking = Breaking(15, 0, 25)
    with LiveServer(breaking) as server:
        events, _ = await transcribe(server, numbered(60), ping_interval=0)
    heard = [each for each in breaking.heard if each]
    assert heard[0] == list(range(15))
    assert heard[1] == list(range(10, 35))
    assert heard[2] == list(range(30, 60))
    assert [event.resumed_at for event in events if event.type == "realtime.reconnected"] == pytest.approx([0.2, 0.6])


async def test_after_the_last_attempt_it_is_given_up():
    with LiveServer(Breaking(15, 0, 0, 0, 0)) as server, pytest.raises(errors.ConnectionClosedError) as caught:
        await transcribe(server, numbered(60), reconnect=1)
    assert caught.value.partial.text == "0-9 "


@pytest.mark.parametrize("code", [1003, 1008])
async def test_what_is_refused_for_good_is_not_tried_again(code):
    breaking = Breaking(15, code=code)
    with LiveServer(breaking) as server, pytest.raises(errors.ConnectionClosedError) as caught:
        await transcribe(server, numbered(60))
    assert (caught.value.close_code, len(breaking.heard)) == (code, 1)


async def test_without_it_nothing_is_opened_again():
    breaking = Breaking(15)
    with LiveServer(breaking) as server, pytest.raises(errors.ConnectionClosedError):
        await transcribe(server, numbered(60), reconnect=None)
    assert len(breaking.heard) == 1


async def test_a_sender_waits_while_there_is_no_connection():
    breaking = Breaking(15)
    with LiveServer(breaking) as server:
        async with Mistral("k", server_url=server.url, retry_config={"retries": 0}) as client:
            rules = Reconnect(keep_seconds=1.0)
            async with client.audio.realtime.connect("m", reconnect=rules) as connection:
                sent = 0

                async def send():
                    nonlocal sent
                    for frame in numbered(400):
                        await connection.send_audio(frame)
                        sent += 1
                        if sent == 20:
                            await anyio.sleep(0.1)  # until the server has gone
                    await connection.end_audio()

                async with anyio.create_task_group() as group:
                    group.start_soon(send)
                    with anyio.move_on_after(0.4):  # nobody reads: nobody reconnects
                        await anyio.sleep_forever()
                    assert sent < 400
                    events = [event async for event in connection]
    assert breaking.heard[1] == list(range(breaking.heard[1][0], 400))
    assert events[-1].text.endswith("last 399")


def test_blocking():
    breaking = Breaking(25)
    with LiveServer(breaking) as server, SyncMistral("k", server_url=server.url) as client:
        last = client.audio.realtime.transcribe_stream(numbered(60), "m", reconnect=True).result()
    assert last.text == "0-9 10-19 last 59"
    assert breaking.heard[1] == list(range(20, 60))


# The log of audio (the rules in realtime/_resend.py).


def log_of(keep=5.0):
    log = AudioLog(keep)
    log.set_format(RATE, 2)
    return log


def sent(log):
    audio = b""
    while (piece := log.next()) is not None:
        audio += piece
        log.advance()
    return audio


def test_rule_2_a_segment_says_what_is_not_kept():
    log = log_of()
    for frame in numbered(50):
        log.add(frame)
    assert sent(log) == b"".join(numbered(50))
    log.segment(0.5)
    assert log.restart() == (pytest.approx(0.5), 0.0)
    assert sent(log) == b"".join(numbered(25, 25))
    assert log.base == 0.5
    log.segment(0.25)  # counts from there
    assert log.restart()[0] == pytest.approx(0.25)


def test_rule_3_text_without_times_leaves_a_margin():
    log = log_of()
    for frame in numbered(200):
        log.add(frame)
        log.advance()
    log.text(500, 4.0)
    assert log.restart()[0] == pytest.approx(1.5)
    assert not log.exact


def test_rule_4_done_says_that_what_was_flushed_is_text():
    log = log_of()
    for frame in numbered(100):
        log.add(frame)
    sent(log)
    log.add(b"")
    for frame in numbered(10, 100):
        log.add(frame)
    sent(log)
    log.done()
    assert log.restart()[0] == pytest.approx(0.2)


def test_rule_5_old_audio_is_not_kept_and_that_is_told():
    log = log_of(keep=1.0)
    for frame in numbered(150):
        log.add(frame)
        log.advance()
    again, lost = log.restart()
    assert (again, lost) == (pytest.approx(1.0), pytest.approx(2.0))


def test_rule_6_what_was_not_sent_is_not_dropped():
    log = log_of(keep=1.0)
    for frame in numbered(60):
        log.add(frame)
    assert log.is_full
    assert len(sent(log)) == 60 * FRAME


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("add"), st.integers(1, 3000)),
            st.tuples(st.just("send"), st.integers(0, 5)),
            st.tuples(st.just("segment"), st.floats(0, 1)),
            st.tuples(st.just("restart"), st.just(0)),
        ),
        max_size=20,
    )
)
@settings(max_examples=50)
def test_rule_7_audio_that_is_sent_again_is_whole(steps):
    log, given_audio, position = log_of(keep=0.2), bytearray(), 0
    for kind, value in steps:
        match kind:
            case "add":
                piece = bytes((len(given_audio) + i) % 251 for i in range(value))
                given_audio += piece
                log.add(piece)
            case "send":
                for _ in range(value):
                    if (piece := log.next()) is not None:
                        assert piece == given_audio[position : position + len(piece)]
                        position += len(piece)
                        log.advance()
            case "segment":
                log.segment(value * (position / RATE - log.base))
            case _:
                log.restart()
                again = round(log.base * RATE)
                assert again <= position, "what was not sent has no hole before it"
                position = again
    assert sent(log) == given_audio[position:]
