"""A connection while it is opened again: cancelled, closed, aborted, flushed and refused."""

from __future__ import annotations

import asyncio
import io
import json
import traceback

import anyio
import pytest
from live_server import CREATED, LiveServer, done, say, speak, transcribe
from websockets.protocol import State

from mistral_async import Mistral, errors
from mistral_async.models import Reconnect
from mistral_async.models.transcriptions import TranscriptionStreamDone, TranscriptionStreamTextDelta
from mistral_async.realtime._messages import END_AUDIO, FLUSH_AUDIO
from mistral_async.realtime._resend import AudioLog
from mistral_async.realtime._transcript import Transcript

CHUNK = bytes(640)
PIECE = bytes(256 * 1024)


class Connections:
    """A handler for each connection in turn; the last one is that of all that follow."""

    def __init__(self, *handlers):
        self.handlers = list(handlers)

    async def __call__(self, ws):
        await (self.handlers.pop(0) if len(self.handlers) > 1 else self.handlers[0])(ws)


async def leave(ws):
    await say(ws, CREATED)
    await ws.close(1011, "restart")


async def take_nothing(ws):
    await say(ws, CREATED)
    await ws.wait_closed()


def connecting(server, **options):
    client = Mistral("k", server_url=server.url, retry_config={"retries": 0})
    return client.audio.realtime.connect("m", **{"reconnect": True, "close_timeout": 0.05, **options})


async def until(condition):
    with anyio.fail_after(5):
        while not condition():  # noqa: ASYNC110 (of a server in another thread)
            await anyio.sleep(0.01)


async def lose(connection):
    """Send until the connection is known to be lost, and nothing is on its way."""
    with anyio.fail_after(5):
        while not connection._lost:
            await connection.send_audio(CHUNK)
            await anyio.sleep(0.01)


async def test_rule_5_a_read_that_is_cancelled_while_it_sends_again_leaves_the_connection_lost():
    with LiveServer(Connections(leave, take_nothing, transcribe), max_queue=1) as server:
        async with connecting(server, reconnect=Reconnect(keep_seconds=1000)) as connection:
            await lose(connection)
            for _ in range(40):
                await connection.send_audio(PIECE)
            async with anyio.create_task_group() as group:

                async def read():
                    while await connection.receive():
                        pass

                group.start_soon(read)
                await until(lambda: len(server.connections) == 2)
                await anyio.sleep(0.1)
                group.cancel_scope.cancel()
            await connection.end_audio()
            with anyio.fail_after(5):
                events = [event async for event in connection]
    assert len(server.requests) == 3
    assert int(events[-1].text) >= 40 * len(PIECE)


async def test_rule_5_a_cancelled_send_has_sent_nothing():
    async def stop(ws):
        await say(ws, CREATED)
        await asyncio.sleep(0.4)
        await ws.close(1011)

    sent = 0
    with LiveServer(Connections(stop, transcribe), max_queue=1) as server:
        async with connecting(server, reconnect=Reconnect(keep_seconds=1000)) as connection:
            with anyio.move_on_after(0.2) as scope:
                for _ in range(60):
                    await connection.send_audio(PIECE)
                    sent += len(PIECE)
            assert scope.cancelled_caught
            await anyio.sleep(0.3)
            await connection.end_audio()
            with anyio.fail_after(5):
                events = [event async for event in connection]
    assert events[-1].text == str(sent)


async def test_closing_while_it_is_opened_again_leaves_nothing_open():
    async def slowly(connection, request, count):
        if count > 1:
            await asyncio.sleep(0.2)

    with LiveServer(Connections(leave, take_nothing), answer=slowly) as server:
        connection = await connecting(server)
        async with anyio.create_task_group() as group:

            async def read():
                with anyio.fail_after(5):
                    while await connection.receive():
                        pass

            group.start_soon(read)
            await until(lambda: len(server.requests) == 2)
            await connection.close()
        await anyio.sleep(0.3)
        assert all(ws.state is State.CLOSED for ws in server.connections)


async def test_closing_wakes_whoever_waits_to_send():
    with LiveServer(leave) as server:
        async with connecting(server, reconnect=Reconnect(keep_seconds=0.1)) as connection:
            await lose(connection)

            async def send():
                while True:
                    await connection.send_audio(CHUNK)

            async def end_of_sending():
                with pytest.raises(errors.ConnectionClosedError), anyio.fail_after(3):
                    await send()

            async with anyio.create_task_group() as group:
                group.start_soon(end_of_sending)
                await anyio.sleep(0.05)
                await connection.close()


@pytest.mark.parametrize("code", [1011, 1008])
async def test_after_the_last_event_a_sender_is_told(code):
    async def refuse(ws):
        await say(ws, CREATED)
        await ws.recv()
        if code == 1011:
            await say(ws, {"type": "error", "error": {"message": "no", "code": 1}})
        await ws.close(code)

    with LiveServer(refuse) as server:
        async with connecting(server, reconnect=Reconnect(keep_seconds=0.1)) as connection:
            await lose(connection)
            try:
                events = [event.type async for event in connection]
            except errors.ConnectionClosedError:
                assert code == 1008
            else:
                assert events[-1] == "error"
            for send in (lambda: connection.send_audio(CHUNK), connection.flush_audio, connection.end_audio):
                with pytest.raises(errors.ConnectionClosedError), anyio.fail_after(3):
                    await send()
    assert len(server.requests) == 1


async def test_an_iterator_that_fails_opens_no_other_connection():
    async def broken():
        yield CHUNK
        raise ValueError("the microphone")

    with LiveServer() as server:
        async with Mistral("k", server_url=server.url) as client:
            with pytest.raises(ValueError, match="microphone"):
                await client.audio.realtime.transcribe_stream(broken(), "m", reconnect=True)
    assert len(server.requests) == 1


async def test_an_iterator_that_fails_while_handshakes_are_refused_is_told_at_once():
    async def refuse(connection, request, count):
        return connection.respond(503, "later") if count > 1 else None

    async def broken():
        yield CHUNK
        await until(lambda: len(server.requests) == 2)
        raise ValueError("the microphone")

    with LiveServer(leave, answer=refuse) as server:
        async with Mistral("k", server_url=server.url, retry_config={"retries": 0}) as client:
            with pytest.raises(ValueError, match="microphone"):
                await client.audio.realtime.transcribe_stream(broken(), "m", reconnect=True)
    assert len(server.requests) < 5


async def drop_after_done(ws):
    await say(ws, CREATED)
    async for message in ws:
        if json.loads(message)["type"] == "input_audio.flush":
            await say(ws, done("first "))
            await asyncio.sleep(0.05)
            ws.transport.abort()


async def test_a_connection_that_is_lost_after_a_flush_is_not_its_end():
    with LiveServer(drop_after_done) as server:
        async with connecting(server, reconnect=None) as connection:
            await connection.send_audio(CHUNK)
            await connection.flush_audio()
            with pytest.raises(errors.ConnectionClosedError) as caught:
                [event async for event in connection]
    assert (caught.value.close_code, caught.value.partial.text) == (1006, "first ")


async def test_a_connection_that_is_lost_after_a_flush_is_opened_again():
    with LiveServer(Connections(drop_after_done, transcribe)) as server:
        async with connecting(server) as connection:
            await connection.send_audio(CHUNK)
            await connection.flush_audio()
            async for event in connection:
                if event.type == "realtime.reconnected":
                    await connection.send_audio(CHUNK)
                    await connection.end_audio()
    assert event.text == "640"
    assert connection.partial.text == "first 640"


async def test_a_flush_of_a_lost_connection_is_asked_in_its_place():
    kinds = []

    async def note(ws):
        await say(ws, CREATED)
        async for message in ws:
            event = json.loads(message)
            kinds.append((event["type"].partition(".")[2], event.get("audio")))
            if event["type"] == "input_audio.end":
                await say(ws, done("x"))

    with LiveServer(Connections(leave, note)) as server:
        async with connecting(server) as connection:
            await lose(connection)
            for audio in (b"one ", b"two "):
                await connection.send_audio(audio)
                await connection.flush_audio()
            await connection.send_audio(b"tri ")
            await connection.end_audio()
            with anyio.fail_after(5):
                [event async for event in connection]
    assert [kind for kind, _ in kinds[-6:]] == ["append", "flush", "append", "flush", "append", "end"]


async def test_rule_3_audio_that_comes_while_other_audio_is_sent_again_goes_before_the_end():
    with LiveServer(Connections(leave, transcribe)) as server:
        async with connecting(server) as connection:
            await lose(connection)
            await connection.flush_audio()
            await connection.send_audio(PIECE)
            send = connection._send

            async def send_as_another_speaks(message):
                if message == FLUSH_AUDIO:
                    await connection.send_audio(PIECE)
                if message == END_AUDIO:
                    await connection.flush_audio()
                await send(message)

            connection._send = send_as_another_speaks
            await connection.end_audio()
            with anyio.fail_after(5):
                events = [event async for event in connection]
            assert connection._log.next() is None
    assert int(events[-1].text) >= 2 * len(PIECE)


async def test_a_text_file_has_an_end():
    with LiveServer(speak) as server:
        async with Mistral("k", server_url=server.url) as client:
            with anyio.fail_after(5):
                speech = await client.audio.realtime_speech.speak_stream(io.StringIO("hello"), "m")
    assert speech.audio == b"hello"


async def test_the_size_of_audio_is_that_of_its_bytes():
    sizes = []

    async def measure(ws):
        await say(ws, CREATED)
        async for message in ws:
            sizes.append(len(message))
            if "input_audio.end" in message:
                await say(ws, done("x"))

    with LiveServer(measure) as server:
        async with connecting(server, reconnect=None) as connection:
            await connection.send_audio(memoryview(bytes(600_000)).cast("i"))
            await connection.end_audio()
            [event async for event in connection]
    assert len(sizes) == 4
    assert max(sizes) < 400_000


async def test_a_close_that_can_not_be_sent():
    with LiveServer() as server:
        async with connecting(server) as connection:
            for fields in ({"code": 1006}, {"code": 2000}, {"reason": "é" * 62}):
                with pytest.raises(ValueError, match="code of 1000 or of 3000 to 4999"):
                    await connection.close(**fields)
            assert not connection.is_closed
            await connection.close(code=3000, reason="x" * 123)
            assert connection.is_closed


# The log of audio, and the text, without a connection.


def log_of(*, keep=30.0, sample=2, rate=100):
    log = AudioLog(keep)
    log.set_format(rate, sample)
    return log


def give(log, *pieces):
    for piece in pieces:
        log.add(piece)
        log.advance()


def test_rule_3_audio_that_was_sent_faster_than_it_is_spoken_is_not_yet_heard():
    log = log_of()
    give(log, *[bytes(100)] * 20)
    log.text(500, 1.0)
    assert log.restart() == (20.0, 0.0)
    give(log, *[bytes(100)] * 20)
    log.text(500, 4.5)
    assert log.restart() == (17.0, 0.0)


def test_rule_4_the_first_done_is_that_of_the_first_flush():
    log = log_of()
    give(log, bytes(500), b"", bytes(500), b"")
    log.done()
    assert log.restart() == (5.0, 0.0)
    assert (log.next(), log.advance()) == (bytes(500), None)
    assert (log.next(), log.advance()) == (b"", None)
    log.done()
    assert log.restart() == (0.0, 0.0)
    assert log.next() is None


@pytest.mark.parametrize("heard", range(1, 24))
def test_rule_7_samples_that_the_pieces_cut(heard):
    log = log_of(sample=4)
    give(log, *[bytes(6)] * 4)
    log.segment(heard / 100)
    log.restart()
    assert round(log.base * 100) == heard - heard % 4
    assert len(b"".join(log._waiting)) == 24 - (heard - heard % 4)


def test_a_second_restart_tells_the_same_until_it_was_told():
    log = log_of(keep=5.0)
    give(log, *[bytes(100)] * 8)
    assert log.restart() == log.restart() == (5.0, 3.0)
    log.resume()
    assert log.restart() == (5.0, 0.0)


def test_rule_2_after_the_utterance_of_two_connections_the_next_has_its_own_text():
    transcript = Transcript()
    transcript.take(TranscriptionStreamTextDelta(text="a "), 0.0)
    transcript.take(TranscriptionStreamTextDelta(text="b "), 0.0)
    transcript.begin_again()
    transcript.take(TranscriptionStreamTextDelta(text="c "), 1.0)
    for text in ("c ", "d e "):
        last = TranscriptionStreamDone(text=text, model="m")
        transcript.take(last, 1.0)
        for word in ("d ", "e "):
            transcript.take(TranscriptionStreamTextDelta(text=word), 1.0)
    assert last.text == "d e "
    assert transcript.response("m").text == "a b c d e d e "


async def test_audio_after_a_done_is_not_lost_when_the_read_that_opens_again_is_cancelled():
    async def one_utterance(ws):
        await say(ws, CREATED)
        async for message in ws:
            if json.loads(message)["type"] == "input_audio.flush":
                await say(ws, done("one"))
                await asyncio.sleep(0.05)
                ws.transport.abort()
                return

    async def slowly(connection, request, count):
        if count == 2:
            await asyncio.sleep(0.3)

    with LiveServer(Connections(one_utterance, transcribe), answer=slowly) as server:
        async with connecting(server) as connection:
            await connection.send_audio(CHUNK)
            await connection.flush_audio()
            read = await connection.receive()
            with anyio.move_on_after(0.2):
                while True:
                    read += await connection.receive()
            assert isinstance(read[-1], TranscriptionStreamDone)
            await connection.send_audio(CHUNK)
            await connection.end_audio()
            with anyio.fail_after(5):
                events = [event async for event in connection]
    assert isinstance(events[-1], TranscriptionStreamDone)
    assert int(events[-1].text.split()[-1]) >= len(CHUNK)


async def test_what_a_closed_connection_raises_holds_nothing_of_what_was_sent():
    audio, depths = bytearray(CHUNK), []
    with LiveServer(leave) as server:
        async with connecting(server, reconnect=False) as connection:

            async def send():
                while True:
                    await connection.send_audio(audio)
                    await anyio.sleep(0.01)

            for _ in range(4):
                with anyio.fail_after(5), pytest.raises(errors.ConnectionClosedError) as raised:
                    await send()
                depths.append(len(traceback.extract_tb(raised.value.__traceback__)))
    assert depths[1:] == depths[1:2] * 3
    audio.clear()  # nobody looks at it any more
