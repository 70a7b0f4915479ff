"""Realtime through compat and, where it is installed, the official SDK: the same tests for both."""

from __future__ import annotations

import importlib
import json
from types import SimpleNamespace

import anyio
import pytest
from websockets.exceptions import ConnectionClosedError

from mistral_async import compat
from mistral_async.compat import extra
from mistral_async.testing import Close, CloseFrame, FakeMistral, Fragments, Inject, spoken

HEARS = "voxtral-mini-transcribe-realtime-latest"
SPEAKS = "voxtral-mini-tts-latest"


@pytest.fixture(params=["compat on asyncio", "compat on trio", "official on asyncio"])
def anyio_backend(request):
    request.node.sdk, _, backend = request.param.partition(" on ")
    return backend


@pytest.fixture
def sdk(request, anyio_backend):
    """The modules of one of the two."""
    if request.node.sdk == "compat":
        names = ("mistral_async.compat", "mistral_async.compat.extra")
    else:
        pytest.importorskip("mistralai.extra.realtime", reason="the official SDK is not installed")
        pytest.importorskip("httpx2", reason="the official SDK is an older one")
        names = ("mistralai.client", "mistralai.extra")
    client, models, realtime, exceptions = (
        importlib.import_module(name)
        for name in (names[0], f"{names[0]}.models", f"{names[1]}.realtime", f"{names[1]}.exceptions")
    )
    return SimpleNamespace(Mistral=client.Mistral, models=models, realtime=realtime, exceptions=exceptions)


@pytest.fixture
async def server(anyio_backend):
    async with FakeMistral() as server:
        yield server


@pytest.fixture
def audio(sdk, server):
    """`client.audio`."""
    return sdk.Mistral(api_key=server.api_key, server_url=server.url, timeout_ms=5_000).audio


async def pieces(audio, size=1_280):
    for at in range(0, len(audio), size):
        yield audio[at : at + size]


async def words(*texts):
    for text in texts:
        yield text


async def test_transcription(sdk, server, audio):
    sound = spoken("Where is it?", "pcm_mulaw", 8_000, silence=0.6) + spoken("Here.", "pcm_mulaw", 8_000)
    form = sdk.models.AudioFormat(encoding="pcm_mulaw", sample_rate=8_000)
    settings = {"turn_detection": sdk.models.TurnDetectionConfig(), "diarize": True, "language": "en"}
    events = [event async for event in audio.realtime.transcribe_stream(pieces(sound), HEARS, form, **settings)]
    assert not [event for event in events if isinstance(event, sdk.realtime.UnknownRealtimeEvent)]
    created, updated, *_, done = events
    assert isinstance(created, sdk.realtime.RealtimeTranscriptionSessionCreated)
    assert isinstance(updated, sdk.realtime.RealtimeTranscriptionSessionUpdated)
    assert updated.session.audio_format == form
    assert done.text == "Where is it? Here."
    assert [segment.speaker_id for segment in done.segments] == ["speaker_1", "speaker_2"]
    assert done.usage.prompt_audio_seconds == 1
    kinds = {event.type for event in events}
    assert {"turn.start", "turn.eager_end", "turn.end", "transcription.language", "transcription.segment"} <= kinds
    log = server.requests[0].websocket
    assert bytes(log.audio) == sound
    assert log.types[-2:] == ["input_audio.flush", "input_audio.end"]


async def test_a_connection_by_hand(sdk, server, audio):
    connection = await audio.realtime.connect(HEARS)
    async with connection:
        await connection.update_session(language="fr")
        await connection.send_audio(spoken("Bonjour "))
        async for event in connection:
            if event.type == "transcription.text.delta":
                assert event.text == "Bonjour "
                break
        assert connection.session.language == "fr"
        await connection.send_audio(spoken("Paris"))
        await connection.flush_audio()
        await connection.end_audio()
        await connection.close(code=1001, reason="enough")
    while not server.requests[0].websocket.ended:  # noqa: ASYNC110  the server tells nobody when a connection ends
        await anyio.sleep(0.01)
    assert server.requests[0].websocket.close == Close(1001, "enough")


async def test_speech_that_is_transcribed_again(sdk, server, audio):
    options = {"voice_id": "en_paul_neutral", "response_format": "pcm", "streaming_mode": "long_form"}
    stream = audio.realtime_speech.speak_stream(words("Hello ", "there. And", " bye."), SPEAKS, **options)
    events = [event async for event in stream]
    assert isinstance(events[-1], sdk.realtime.SpeechStreamDone)
    assert events[1].session.streaming_mode == "long_form"
    sound = b"".join(map(sdk.realtime.audio_bytes, events[2:-1]))
    form = sdk.models.AudioFormat(encoding="pcm_f32le", sample_rate=24_000)
    *_, done = [event async for event in audio.realtime.transcribe_stream(pieces(sound), HEARS, form)]
    assert done.text == "Hello there. And bye."


async def test_errors(sdk, server, audio):
    with pytest.raises(sdk.exceptions.RealtimeTranscriptionWSError, match="Invalid model") as error:
        await audio.realtime.connect("mistral-small-latest")
    assert error.value.code == 1500
    with pytest.raises(sdk.exceptions.RealtimeSpeechException, match="Voice 'nope' not found") as refused:
        [event async for event in audio.realtime_speech.speak_stream(words("Hi."), SPEAKS, voice_id="nope")]
    assert refused.value.code == 1008
    server.fail(403, operation="audio.realtime.connect")
    with pytest.raises(sdk.exceptions.RealtimeTranscriptionException, match="403"):
        await audio.realtime.connect(HEARS)
    server.fault(Inject({"type": "error", "error": {"message": {"detail": "busy"}, "code": 7}}), CloseFrame(1013))
    with pytest.raises(sdk.exceptions.RealtimeTranscriptionWSError, match="busy"):
        await audio.realtime.connect(HEARS)


async def test_strange_messages(sdk, server, audio):
    server.fault(Inject({"type": "new"}, after_events=1), Inject("{", after_events=1), Fragments(5, pings=True))
    events = [event async for event in audio.realtime.transcribe_stream(pieces(spoken("Fine.")), HEARS)]
    unknown = [event for event in events if isinstance(event, sdk.realtime.UnknownRealtimeEvent)]
    assert [event.type for event in unknown] == ["new", None]
    assert events[-1].text == "Fine."


async def test_a_secret_in_place_of_a_key(sdk, server, audio):
    async with sdk.Mistral(api_key=server.api_key, server_url=server.url) as client:
        created = await client.realtime.sessions.create_async(request={"model": HEARS})
    browser = sdk.Mistral(api_key=created.client_secret.value, server_url=server.url)
    connection = await browser.audio.realtime.connect(HEARS)
    assert connection.request_id
    await connection.close()


async def test_what_a_sender_raises_comes_out(sdk, server, audio):
    if sdk.Mistral is not compat.Mistral:
        pytest.skip("the official SDK may lose it")

    async def fails():
        yield "Hi. "
        raise LookupError("no more words")

    with pytest.raises(LookupError, match="no more words"):
        [event async for event in audio.realtime_speech.speak_stream(fails(), SPEAKS)]


async def test_a_server_that_closes(sdk, server, audio):
    server.fault(CloseFrame(1011, "oops", after_events=2))
    connection = await audio.realtime.connect(HEARS, language="en")
    with pytest.raises(ConnectionClosedError) as error:
        [event async for event in connection]
    assert (error.value.rcvd.code, error.value.rcvd.reason) == (1011, "oops")
    assert connection.is_closed
    with pytest.raises(RuntimeError, match="Connection is closed"):
        await connection.send_audio(b"..")
    await connection.end_audio()  # says nothing
    server.fault(CloseFrame(1000, after_events=1))
    connection = await audio.realtime_speech.connect(SPEAKS)
    assert [event.type async for event in connection] == ["session.created"]


async def test_settings(sdk, server, audio):
    with pytest.raises(ValueError, match="At least one session field"):
        await (await audio.realtime.connect(HEARS)).update_session()
    options = {"server_url": server.url, "timeout_ms": 3_000, "http_headers": {"x-mine": "1"}}
    async with await audio.realtime_speech.connect(SPEAKS, response_format="mp3", **options) as connection:
        async for event in connection:
            if event.type == "session.updated":
                break
        assert connection.session.response_format == "mp3"
        await connection.flush("Now. ")
        await connection.send_text("And then.")
        await connection.end()
        assert [event.type async for event in connection][-1] == "speech.audio.done"
    assert server.requests[-1].headers["x-mine"] == "1"
    assert server.requests[-1].websocket.text == "Now. And then."


class Socket:
    """What tests of programs make connections of."""

    def __init__(self, *incoming):
        self.sent = []
        self._incoming = [json.dumps(message) for message in incoming]

    async def send(self, message):
        self.sent.append(json.loads(message))

    async def close(self, code=1000, reason=""):
        self.sent.append((code, reason))

    async def __aiter__(self):
        for message in self._incoming:
            yield message


async def test_a_connection_over_any_websocket(sdk):
    form = {"encoding": "pcm_s16le", "sample_rate": 16_000}
    session = {"request_id": "ws-1", "model": HEARS, "audio_format": form}
    updated = {"type": "session.updated", "session": {**session, "language": "fr"}}
    socket = Socket(updated, {"type": "turn.start", "time_s": 1.5})
    found = sdk.models.RealtimeTranscriptionSession.model_validate(session)
    connection = sdk.realtime.RealtimeConnection(websocket=socket, session=found)
    assert connection.audio_format.sample_rate == 16_000
    await connection.update_session(sdk.models.AudioFormat(encoding="pcm_s16le", sample_rate=16_000))
    assert [event.type async for event in connection.events()] == ["session.updated", "turn.start"]
    assert connection.session.language == "fr"
    await connection.close()
    assert socket.sent == [{"type": "session.update", "session": {"audio_format": form}}, (1000, "")]


def test_what_a_message_is(sdk):
    connection, speech = (
        importlib.import_module(f"{sdk.realtime.__name__}.{name}") for name in ("connection", "speech")
    )
    event = connection.parse_realtime_event({"type": "turn.end", "time_s": 4.4, "end_reason": "threshold"})
    assert isinstance(event, sdk.realtime.TurnDetectionEndEvent)
    for payload in ({"type": "turn.end", "time_s": 4.4}, {"type": "new"}, {"x": 1}, ["no", "object"]):
        assert isinstance(connection.parse_realtime_event(payload), sdk.realtime.UnknownRealtimeEvent)
    delta = speech.parse_realtime_speech_event({"type": "speech.audio.delta", "audio_data": "AAAA"})
    assert sdk.realtime.audio_bytes(delta) == b"\0\0\0"
    assert speech.parse_realtime_speech_event({"type": "speech.audio.delta"}).type == "speech.audio.delta"


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_of_a_configuration_alone(server):
    client = compat.Mistral(api_key=server.api_key, server_url=server.url)
    hears = extra.RealtimeTranscription(client.sdk_configuration)
    async with await hears.connect(HEARS) as connection:
        assert connection.session.model == HEARS


class OtherSocket:
    """A WebSocket that a test puts in the place of ours, as those of websockets are."""

    def __init__(self, *messages):
        self.messages = [json.dumps(each) for each in messages]
        self.sent = []
        self.closed = False

    async def connect(self, url, **options):
        self.url, self.options = url, options
        return self

    async def recv(self):
        return self.messages.pop(0)

    async def send(self, message):
        self.sent.append(json.loads(message))

    async def close(self, *_code, **_reason):
        self.closed = True


CREATED = {"type": "session.created", "session": {"request_id": "ws-1", "model": HEARS}}


@pytest.mark.parametrize(("given", "key"), [("key", "Bearer key"), (lambda: "Bearer made", "Bearer made")])
async def test_a_connect_that_is_replaced_is_asked(monkeypatch, anyio_backend, given, key):
    if anyio_backend == "trio":
        pytest.skip("the package websockets is asyncio's")
    socket = OtherSocket({"type": "strange"}, CREATED)
    monkeypatch.setattr(extra.realtime.transcription, "connect", socket.connect)
    audio = compat.Mistral(given, server_url="https://api.test", timeout_ms=2_000).audio
    connection = await audio.realtime.connect(HEARS, language="fr", http_headers={"x-a": "1"})
    assert socket.url == f"wss://api.test/v1/audio/transcriptions/realtime?model={HEARS}"
    assert socket.options["additional_headers"] == {"x-a": "1", "Authorization": key}
    assert socket.options["open_timeout"] == 2
    assert socket.sent == [{"type": "session.update", "session": {"language": "fr"}}]
    assert connection.request_id == "ws-1"


@pytest.mark.parametrize("failure", [{"type": "error", "error": {"message": "no such model", "code": 1500}}, "no JSON"])
async def test_a_connect_that_is_replaced_may_fail(monkeypatch, anyio_backend, failure):
    if anyio_backend == "trio":
        pytest.skip("the package websockets is asyncio's")
    socket = OtherSocket(*([failure] if isinstance(failure, dict) else []))
    monkeypatch.setattr(extra.realtime.speech, "connect", socket.connect)
    audio = compat.Mistral("key", server_url="https://api.test").audio
    with pytest.raises(extra.exceptions.RealtimeSpeechException) as caught:
        await audio.realtime_speech.connect(SPEAKS)
    assert socket.closed
    assert caught.value.code == (1500 if isinstance(failure, dict) else None)


async def test_a_connect_that_is_replaced_is_closed_when_its_call_is_cancelled(monkeypatch):
    class Silent:
        closed = False

        async def connect(self, *_, **__):
            return self

        async def recv(self):
            await anyio.sleep_forever()

        async def close(self):
            await anyio.sleep(0.001)
            self.closed = True

    socket = Silent()
    monkeypatch.setattr(extra.realtime.speech, "connect", socket.connect)
    with anyio.move_on_after(0.01) as scope:
        await compat.Mistral("key", server_url="https://api.test").audio.realtime_speech.connect(SPEAKS)
    assert scope.cancelled_caught
    assert socket.closed
