"""A realtime connection: what is sent and comes, handshakes, time limits, back-pressure, and the ways out."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
import time

import anyio
import pytest
from live_server import CREATED, LiveServer, RawServer, delta, done, say, speak, switch, text

from mistral_async import Mistral, RateLimits, SyncMistral, errors
from mistral_async._engine.hooks import Hooks
from mistral_async.models import AudioFormat

CHUNK = bytes(640)


@pytest.fixture
def live():
    with LiveServer() as server:
        yield server


async def test_audio_goes_in_and_text_comes_out(live):
    async with Mistral("k", server_url=live.url) as client:
        async with client.audio.realtime.connect("m", AudioFormat("pcm_mulaw", 8000), language="fr") as connection:
            assert connection.request_id == "session-1"
            assert connection.response.status == 101
            await connection.send_audio(CHUNK)
            await connection.send_audio(memoryview(CHUNK))
            await connection.flush_audio()
            await connection.end_audio()
            events = [event async for event in connection]
            assert connection.session.language == "fr"
            assert connection.audio_format == AudioFormat("pcm_mulaw", 8000)
        assert connection.is_closed
    kinds = ["session.created", "session.updated", *["transcription.text.delta"] * 2, "transcription.done"]
    assert [event.type for event in events] == kinds
    assert connection.partial.text == "1280"
    (request,) = live.requests
    assert request.path == "/v1/audio/transcriptions/realtime?model=m"
    assert request.headers["Authorization"] == "Bearer k"
    assert request.headers["User-Agent"].startswith("mistral-async/")


async def test_awaiting_gives_the_last_event(live):
    async with Mistral("k", server_url=live.url) as client:
        last = await client.audio.realtime.transcribe_stream(iter([CHUNK]), "m")
        assert (last.text, last.usage.total_tokens) == ("640", 3)
        last = await client.audio.realtime.transcribe_stream(bytes(600_000), "m")
        assert last.text == "600000", "audio is cut into messages of 256 KiB"
        connection = await client.audio.realtime.connect("m")
        async with await connection:
            assert not connection.is_closed
        with pytest.raises(RuntimeError, match="connect again"):
            await connection.open()


async def test_of_several_keys_a_connection_has_the_first_or_that_of_its_view(live):
    async with Mistral(["key-one", "key-two"], server_url=live.url) as client:
        await client.audio.realtime.transcribe_stream([CHUNK], "m")
        await client.with_options(key=2).audio.realtime.transcribe_stream([CHUNK], "m")
    keys = [request.headers["authorization"] for request in live.requests]
    assert keys == ["Bearer key-one", "Bearer key-two"]


async def test_a_plain_loop_over_events(live):
    async with Mistral("k", server_url=live.url) as client:
        events = [event async for event in client.audio.realtime.transcribe_stream([CHUNK], "m")]
    assert events[-1].text == "640"


async def test_a_file_and_an_async_generator(live, tmp_path):
    path = tmp_path / "speech.raw"
    path.write_bytes(CHUNK * 200)
    closed = []

    async def microphone():
        try:
            while True:
                yield CHUNK
        finally:
            closed.append(True)

    async with Mistral("k", server_url=live.url) as client:
        with path.open("rb") as file:
            assert (await client.audio.realtime.transcribe_stream(file, "m")).text == str(640 * 200)
        async with client.audio.realtime.transcribe_stream(microphone(), "m") as events:
            async for event in events:
                if event.type == "transcription.text.delta":
                    break
    assert closed == [True]


async def test_speech():
    with LiveServer(speak) as server:
        async with Mistral("k", server_url=server.url) as client:
            spoken = await client.audio.realtime_speech.speak_stream(iter(["Hel", "lo"]), "m", voice_id="jane")
            assert spoken.audio == b"Hello"
            async with client.audio.realtime_speech.connect("m") as connection:
                await connection.send_text("Hi")
                await connection.flush("!")
                await connection.end()
                events = [event async for event in connection]
        assert events[1].audio == b"Hi"
        assert server.requests[0].path == "/v1/audio/speech/realtime?model=m"


async def test_a_voice_that_does_not_exist():
    with LiveServer(speak) as server:
        async with Mistral("k", server_url=server.url) as client:
            with pytest.raises(errors.ConnectionClosedError, match="unknown voice: nobody") as caught:
                await client.audio.realtime_speech.speak_stream(["x"], "m", voice_id="nobody")
    assert caught.value.close_code == 1008
    assert caught.value.partial.audio == b""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_blocking(live, backend):
    with SyncMistral("k", server_url=live.url, backend=backend) as client:
        assert client.audio.realtime.transcribe_stream(iter([CHUNK]), "m").result().text == "640"
        with client.audio.realtime.connect("m") as connection:
            connection.update_session(language="de")
            connection.send_audio(CHUNK)
            connection.end_audio()
            assert [event.type for event in connection.events()][-1] == "transcription.done"
            assert connection.session.language == "de"
    with (
        LiveServer(speak) as server,
        SyncMistral("k", server_url=server.url, backend=backend) as client,
        client.audio.realtime_speech.connect("m", response_format="pcm") as connection,
    ):
        connection.send_text("Hi")
        connection.end()
        assert b"".join(event.audio for event in connection if event.type == "speech.audio.delta") == b"Hi"


async def test_an_iterator_that_fails_is_told_at_once(live):
    def microphone():
        yield CHUNK
        raise OSError("unplugged")

    async with Mistral("k", server_url=live.url) as client:
        with anyio.fail_after(5), pytest.raises(OSError, match="unplugged"):
            await client.audio.realtime.transcribe_stream(microphone(), "m")
        with pytest.raises(TypeError, match="must give bytes, and gave str"):
            await client.audio.realtime.transcribe_stream(["x"], "m")
        with pytest.raises(TypeError, match="an iterator of bytes"):
            await client.audio.realtime.transcribe_stream(7, "m")


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_an_iterator_that_is_cancelled_does_not_leave_its_reader_waiting(live):
    async def microphone():
        yield CHUNK
        raise asyncio.CancelledError

    async with Mistral("k", server_url=live.url) as client:
        with anyio.fail_after(5), pytest.raises(errors.StreamInterruptedError, match="iterator was cancelled"):
            await client.audio.realtime.transcribe_stream(microphone(), "m")


async def test_an_error_event_is_raised_from_the_result():
    async def fail(ws):
        await say(ws, CREATED, delta("so far"), {"type": "error", "error": {"message": "overloaded", "code": 9}})
        await ws.wait_closed()

    with LiveServer(fail) as server:
        async with Mistral("k", server_url=server.url) as client:
            with pytest.raises(errors.StreamEventError, match="overloaded") as caught:
                await client.audio.realtime.transcribe_stream([CHUNK], "m")
    assert caught.value.partial.text == "so far"
    assert (caught.value.code, caught.value.request_id) == ("9", "session-1")


async def utterances(ws):
    """End an utterance at each flush."""
    await say(ws, CREATED)
    number = 0
    async for message in ws:
        match json.loads(message)["type"]:
            case "input_audio.append":
                await say(ws, delta(f"word {number}, "))
            case "input_audio.flush":
                number += 1
                await say(ws, done(f"word {number}. "))
            case "input_audio.end":
                await ws.close(1011, "too late")


async def test_done_after_a_flush_ends_an_utterance_and_not_the_connection():
    with LiveServer(utterances) as server:
        async with Mistral("k", server_url=server.url) as client, client.audio.realtime.connect("m") as connection:
            for number in range(1, 4):
                await connection.send_audio(CHUNK)
                await connection.flush_audio()
                async for event in connection:
                    if event.type == "transcription.done":
                        break
                assert event.text == f"word {number}. "
            assert connection.partial.text == "word 1. word 2. word 3. "
            await connection.send_audio(CHUNK)
            await connection.end_audio()
            with pytest.raises(errors.ConnectionClosedError, match="too late") as caught:
                [event async for event in connection]
    assert caught.value.partial.text == "word 1. word 2. word 3. word 3, ", "what came after done is cut, and said so"


async def test_an_error_need_not_be_the_end():
    async def go_on(ws):
        refused = {"type": "error", "error": {"message": "too late to change", "code": 1}}
        await say(ws, CREATED, refused, delta("on "))
        await ws.close(1011, "restart")

    with LiveServer(go_on) as server:
        async with Mistral("k", server_url=server.url) as client, client.audio.realtime.connect("m") as connection:
            first = await connection.receive()
            kinds = [event.type for event in first]
            while len(kinds) < 3:
                kinds += [event.type for event in await connection.receive()]
            with pytest.raises(errors.ConnectionClosedError, match="restart"):
                await connection.receive()
    assert kinds == ["session.created", "error", "transcription.text.delta"]


# The handshake.


async def test_a_handshake_is_a_call_like_any_other(live):
    told = []

    class Told(Hooks):
        def before_call(self, call):
            told.append(f"before {call.request.model}")
            call.headers["traceparent"] = "00-1-2-01"

        def after_attempt(self, call, attempt):
            told.append(f"attempt {attempt.status}")

        def after_call(self, call, error):
            told.append(f"after {error}")

    async with Mistral("k", server_url=f"{live.url}/gate", hooks=Told()) as client:
        view = client.with_options(headers={"X-Mine": "1"}, extra_query={"b": 2})
        await view.audio.realtime.transcribe_stream([CHUNK], "m", http_headers={"X-Other": "3"}, query={"a": 1})
    (request,) = live.requests
    assert request.path == "/gate/v1/audio/transcriptions/realtime?model=m&a=1&b=2"
    names = ("X-Mine", "X-Other", "traceparent")
    assert [request.headers[name] for name in names] == ["1", "3", "00-1-2-01"]
    assert told == ["before m", "attempt 101", "after None"]


async def test_hooks_are_told_of_the_error_that_ended_a_connection():
    told = []

    class Told(Hooks):
        def after_call(self, call, error):
            told.append(error)

    async def leave(ws):
        await say(ws, CREATED)
        await ws.close(1011, "restart")

    async def refuse(ws):
        await say(ws, CREATED, {"type": "error", "error": {"message": "overloaded", "code": 9}})
        await ws.wait_closed()

    for handler, kind in ((leave, errors.ConnectionClosedError), (refuse, errors.StreamEventError)):
        with LiveServer(handler) as server:
            async with Mistral("k", server_url=server.url, hooks=Told()) as client:
                with pytest.raises(kind) as caught:
                    await client.audio.realtime.transcribe_stream([CHUNK], "m")
        assert told.pop() is caught.value
        assert told == []


async def test_another_server_and_path(live):
    async with Mistral("k", server_url="http://127.0.0.1:9") as client:
        url = live.url.replace("http:", "ws:")
        connection = client.audio.realtime.connect("m", server_url=url, path="/v1/realtime")
        async with connection:
            await connection.end_audio()
    assert live.requests[0].path == "/v1/realtime?model=m"
    assert live.requests[0].headers["Authorization"] == "Bearer k"


async def test_a_new_key_after_a_401_and_a_repeated_503():
    async def answer(connection, request, count):
        if request.headers["Authorization"] != "Bearer new":
            return connection.respond(401, "old")
        return connection.respond(503, "later") if count < 3 else None

    keys = iter(["old", "new", "new"])
    with LiveServer(answer=answer) as server:
        retry = {"backoff": {"initial_interval": 1}}
        async with Mistral(lambda: next(keys), server_url=server.url, retry_config=retry) as client:
            assert (await client.audio.realtime.transcribe_stream([CHUNK], "m")).text == "640"
    assert len(server.requests) == 3


async def test_a_connection_counts_under_the_limits_until_it_ends(live):
    limits = RateLimits(concurrency=1)
    async with Mistral("k", server_url=live.url, rate_limits=limits) as client:
        async with client.audio.realtime.connect("m"):
            with pytest.raises(errors.APITimeoutError) as caught:
                await client.audio.realtime.connect("m", timeout_ms=50)
        assert caught.value.phase == "pace"
        async with client.audio.realtime.connect("m"):
            pass


async def test_what_can_not_be(live):
    import httpx

    async with Mistral("k", transport=httpx.MockTransport(lambda _: None)) as client:
        with pytest.raises(errors.ConfigurationError, match="transport="):
            await client.audio.realtime.connect("m")
    async with Mistral("k", server_url=live.url) as client:
        for wrong in (
            {"ping_interval": -1},
            {"server_url": "ftp://x"},
            {"close_timeout": "x"},
            {"http_headers": {"x": "a\r\nb: c"}},
            {"http_headers": {"Upgrade": "h2c"}},
            {"http_headers": {"Sec-WebSocket-Key": "x"}},
        ):
            with pytest.raises(errors.ConfigurationError):
                await client.audio.realtime.connect("m", **wrong)
        with pytest.raises(TypeError, match="langauge"):
            client.audio.realtime.connect("m", langauge="fr")
        with pytest.raises(TypeError, match="in a block"):
            await client.audio.realtime.connect("m").send_audio(CHUNK)
        async with client.audio.realtime.connect("m") as connection:
            with pytest.raises(ValueError, match="at least one"):
                await connection.update_session()
    assert live.requests[1:] == []


async def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "mistral_async._http.websocket.network", None)
    async with Mistral("k") as client:
        with pytest.raises(errors.MissingExtraError, match=r'pip install "mistral_async\[realtime\]"') as caught:
            await client.audio.realtime.connect("m")
    assert isinstance(caught.value, (ImportError, errors.ConfigurationError))


# Back-pressure, time limits and the ways out.


async def test_a_slow_server_stops_the_sender():
    go = threading.Event()

    def script(sock, head):
        sock.setsockopt(1, 8, 4096)  # SO_RCVBUF
        sock.sendall(switch(head) + text(CREATED))
        go.wait(10)

    with RawServer(script) as server:
        async with (
            Mistral("k", server_url=server.url) as client,
            client.audio.realtime.connect("m", close_timeout=0, ping_interval=0) as connection,
        ):
            sent = 0
            with anyio.move_on_after(0.3):
                while True:
                    await connection.send_audio(bytes(60_000))
                    sent += 80_000
            waiting = connection._link._socket._stream.backlog
            assert waiting < 512 * 1024, "what waits here is bounded"
            assert sent < 12_000_000, "and so is what the kernel takes"
        go.set()


@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_slow_reader_stops_the_server_and_is_not_taken_for_silence():
    written = []

    async def flood(ws):
        await say(ws, CREATED)
        for number in range(500):
            await say(ws, delta("x" * 50_000))
            written.append(number)
        await say(ws, done("all"))
        await ws.wait_closed()

    with LiveServer(flood, compression=None) as server:
        async with (
            Mistral("k", server_url=server.url) as client,
            client.audio.realtime.connect("m", ping_interval=0.02, ping_timeout=0.4) as connection,
        ):
            before = -1
            while before != len(written):
                before = len(written)
                await anyio.sleep(0.5)
            assert len(written) < 400, "25 MB do not fit"
            assert connection._link._socket._size < 8 * 1024 * 1024
            await connection.end_audio()
            texts = [event.text async for event in connection if hasattr(event, "text")]
    assert len(texts) == 501


class Steps:
    """Awaits a coroutine; cancels it at the suspension that is asked for."""

    def __init__(self, work, scope, at):
        self.work, self.scope, self.at = work, scope, at

    def __await__(self):
        steps = self.work.__await__()
        step, value = steps.send, None
        while True:
            try:
                trap = step(value)
            except StopIteration as end:
                return end.value
            self.at -= 1
            if self.at == 0:
                self.scope.cancel()
            try:
                value = yield trap
                step = steps.send
            except BaseException as error:  # noqa: BLE001 - handed on
                step, value = steps.throw, error


async def test_a_cancellation_at_any_checkpoint_leaves_nothing(live):
    async def work(client):
        async with client.audio.realtime.transcribe_stream(iter([CHUNK] * 3), "m") as events:
            async for _ in events:
                pass

    async with Mistral("k", server_url=live.url, retry_config={"retries": 0}) as client:
        at, passed = 0, 0
        while passed < 2:
            at += 1
            with anyio.fail_after(5), anyio.CancelScope() as scope:
                await Steps(work(client), scope, at)
            passed = 0 if scope.cancelled_caught else passed + 1
            await anyio.wait_all_tasks_blocked()
        assert at > 5  # how many depends on what comes together
        with anyio.fail_after(5):
            while any(ws.state.name != "CLOSED" for ws in live.connections):  # noqa: ASYNC110 - of another thread
                await anyio.sleep(0.01)
        left = [task for task in anyio.get_running_tasks() if "websocket" in repr(task) or "realtime" in repr(task)]
        assert left == []
        assert client._executor.engine.state.limiter.statistics(time.monotonic()).in_flight == 0


async def test_closing_ends_whoever_reads(live):
    async with Mistral("k", server_url=live.url) as client:
        connection = await client.audio.realtime.connect("m")
        events = []

        async def read():
            events.extend([event async for event in connection])

        async with anyio.create_task_group() as group:
            group.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            await connection.close(code=1001, reason="later")
        await connection.close()
        assert [event.type for event in events] == ["session.created"]
        with pytest.raises(errors.ConnectionClosedError, match="closed here"):
            await connection.send_audio(CHUNK)
        await connection.end_audio()


async def test_the_block_of_another_task_may_be_left_by_it(live):
    async with Mistral("k", server_url=live.url) as client:

        async def texts():
            async with client.audio.realtime.transcribe_stream([CHUNK] * 2, "m") as events:
                async for event in events:
                    yield event.type

        agen = texts()
        async with anyio.create_task_group() as group:
            group.start_soon(agen.__anext__)
        await agen.aclose()


async def test_a_reason_does_not_show_the_key():
    async def tell(ws):
        await say(ws, CREATED)
        await ws.close(4003, f"no: {ws.request.headers['Authorization']}")

    with LiveServer(tell) as server:
        async with Mistral("secret-key", server_url=server.url) as client:
            with pytest.raises(errors.ConnectionClosedError) as caught:
                await client.audio.realtime.transcribe_stream([CHUNK], "m")
    assert caught.value.reason.startswith("no: ")
    shown = f"{caught.value!r} {caught.value.reason} {caught.value.__cause__!r}"
    assert "secret-key" not in shown


async def test_nothing_is_logged(live, caplog):
    caplog.set_level(0)
    async with Mistral("secret-key", server_url=live.url) as client:
        await client.audio.realtime.transcribe_stream([b"secret audio"], "m", context_bias=["secret-word"])
    ours = [record.getMessage() for record in caplog.records if "live_server" not in record.name]
    assert "secret" not in "".join(ours)
    assert base64.b64encode(b"secret audio").decode() not in "".join(ours)
