"""Both realtime WebSockets of the fake server, as a plain WebSocket client meets them."""

from __future__ import annotations

import ssl
import struct
import time
from base64 import b64decode, b64encode

import anyio
import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st
from websocket_client import RefusedError, connect

from mistral_async._codec.wav import WavParser
from mistral_async.testing import (
    Close,
    CloseFrame,
    Cut,
    Delay,
    Drip,
    FakeMistral,
    Fragments,
    Garbage,
    Html,
    Inject,
    NoPong,
    Reset,
    SlowReader,
    Stall,
    WebSocketLog,
    spoken,
)
from mistral_async.testing._handlers.realtime_speech import SpeechSession
from mistral_async.testing._handlers.realtime_transcription import TranscriptionSession
from mistral_async.testing._pcm import hear

HEAR = "/v1/audio/transcriptions/realtime?model=voxtral-mini-transcribe-realtime-latest"
SPEAK = "/v1/audio/speech/realtime?model=voxtral-mini-tts-latest"
FORMATS = ["pcm_s16le", "pcm_s32le", "pcm_f16le", "pcm_f32le", "pcm_mulaw", "pcm_alaw"]
END = {"type": "input_audio.end"}
one_loop = pytest.mark.parametrize("anyio_backend", ["asyncio"])  # what a session says is the same on all


def of(events, kind):
    return [event for event in events if event["type"] == kind]


def text_of(events):
    return "".join(event["text"] for event in of(events, "transcription.text.delta"))


async def heard(client, audio, *, piece=640, **session):
    """Return the events after `session.created` for this audio."""
    if session:
        await client.send({"type": "session.update", "session": session})
    for at in range(0, len(audio), piece):
        await client.audio(audio[at : at + piece])
    await client.send({"type": "input_audio.flush"})
    await client.send(END)
    return await client.rest()


# Transcription


@pytest.mark.parametrize("encoding", FORMATS)
@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 44_100])
def test_every_format_carries_every_level(encoding, rate):
    text = "".join(chr(level * 17) for level in range(16))
    audio = spoken(text, encoding, rate)
    size = len(audio) // len(text.encode())
    slots = [hear(audio[at : at + size], encoding) for at in range(0, len(audio), size)]
    assert bytes(slot.byte for slot in slots).decode() == text
    silence = spoken("", encoding, rate, silence=0.02)
    assert not hear(silence, encoding).voiced


def test_an_encoding_that_the_api_does_not_know():
    with pytest.raises(ValueError, match=r"encoding is one of pcm_s16le, .*, not 'mp3'"):
        spoken("x", "mp3")


@pytest.mark.parametrize(("encoding", "rate"), [("pcm_mulaw", 8_000), ("pcm_f32le", 48_000)])
@one_loop
async def test_speech_in_every_format_is_understood(server, encoding, rate):
    """Transcription, rule 1."""
    audio = spoken("Où est-il, Müller?", encoding, rate)
    async with connect(server, HEAR) as client:
        assert (await client.recv())["session"]["audio_format"] == {"encoding": "pcm_s16le", "sample_rate": 16_000}
        form = {"encoding": encoding, "sample_rate": rate}
        events = await heard(client, audio, piece=1_001, audio_format=form)
    assert events[0]["type"] == "session.updated"
    assert events[0]["session"]["audio_format"] == form
    assert text_of(events) == "Où est-il, Müller?" == events[-1]["text"]
    assert events[-1]["usage"]["prompt_audio_seconds"] == 1


@one_loop
async def test_utterances_segments_and_their_times(server):
    """Transcription, rules 2 and 4."""
    audio = spoken("One two.", silence=0.6) + spoken("Three!", silence=0.3) + spoken(" Four.")
    async with connect(server, HEAR) as client:
        await client.recv()
        events = await heard(client, audio, diarize=True, language="en")
    kinds = [event["type"].removeprefix("transcription.") for event in events]
    assert kinds == [
        *("session.updated", "language", "text.delta", "text.delta", "segment"),
        *("text.delta", "text.delta", "text.delta", "segment", "done"),
    ]
    assert [(each["text"], each["start"], each["end"], each["speaker_id"]) for each in events[-1]["segments"]] == [
        ("One two.", 0.0, 0.16, "speaker_1"),
        ("Three! Four.", 0.76, 1.3, "speaker_2"),
    ]
    assert [{**each, "type": "transcription_segment"} for each in of(events, "transcription.segment")] == events[-1][
        "segments"
    ]
    assert events[-1]["text"] == text_of(events) == "One two. Three! Four."
    assert client.closed_by == (1000, "")


@one_loop
async def test_turns_are_told_where_they_are_asked_for(server):
    """Transcription, rule 2."""
    audio = spoken("One", silence=0.3) + spoken(" two", silence=0.6) + spoken("three", silence=0.3)
    turns = {"min_silence_ms": 400}
    async with connect(server, HEAR) as client:
        await client.recv()
        events = await heard(client, audio, turn_detection=turns)
    assert events[0]["session"]["turn_detection"] == {
        "start_threshold": 0.5,
        "eager_end_threshold": 0.5,
        "end_threshold": 0.33,
        "min_silence_ms": 400,
        "end_timeout_ms": None,
    }
    assert [(each["type"], each["time_s"]) for each in events if each["type"].startswith("turn.")] == [
        ("turn.start", 0.0),
        ("turn.eager_end", 0.26),
        ("turn.resume", 0.36),
        ("turn.eager_end", 0.64),
        ("turn.end", 0.84),
        ("turn.start", 1.04),
        ("turn.eager_end", 1.34),
        ("turn.end", 1.44),
    ]
    assert {each["end_reason"] for each in of(events, "turn.end")} == {"threshold"}
    assert events[-1]["text"] == "One two three"


@one_loop
async def test_a_turn_ends_by_its_timeout(server):
    async with connect(server, HEAR) as client:
        await client.recv()
        events = await heard(client, spoken("Hi", silence=0.5), turn_detection={"end_timeout_ms": 100})
    assert [(each["time_s"], each["end_reason"]) for each in of(events, "turn.end")] == [(0.14, "timeout")]


@one_loop
async def test_text_is_held_back_until_a_flush(server):
    """Transcription, rule 3."""
    async with connect(server, HEAR) as client:
        await client.recv()
        await client.send({"type": "session.update", "session": {"target_streaming_delay_ms": 1_000}})
        await client.recv()
        await client.audio(spoken("One two ", silence=0.9))
        await client.send({"type": "input_audio.flush"})
        await client.audio(spoken("three ", silence=0.3))
        await client.send(END)
        events = await client.rest()
    assert [event["text"] for event in of(events, "transcription.text.delta")] == ["One ", "two ", "three "]
    assert [event["text"] for event in of(events, "transcription.segment")] == ["One two", "three"]


@one_loop
async def test_sound_that_is_no_speech_of_the_server_has_a_text_too(server):
    """Transcription, rule 3."""
    noise = bytes(range(256)) * 187  # a second and a half
    async with connect(server, HEAR) as client:
        await client.recv()
        events = await heard(client, noise)
    assert events[-1]["text"] == "This is second 1. This is second 2. "
    assert events[-1]["segments"][0]["end"] == 1.48
    async with connect(server, HEAR) as client:
        await client.recv()
        assert (await heard(client, spoken("Hi") + noise))[-1]["text"] == "Hi This is second 2. This is second 2. "


@pytest.mark.parametrize(("encoding", "code"), [("pcm_f32le", "<f"), ("pcm_f16le", "<e")])
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_samples_that_are_no_numbers_are_silence(encoding, code, number):
    assert not hear(struct.pack(code, number) * 320, encoding).voiced


@one_loop
async def test_an_audio_format_of_null_is_none(server):
    async with connect(server, HEAR) as client:
        await client.recv()
        form = {"encoding": "pcm_mulaw", "sample_rate": 8_000}
        await client.send({"type": "session.update", "session": {"audio_format": form}})
        await client.recv()
        events = await heard(client, spoken("fine", "pcm_mulaw", 8_000), audio_format=None)
    assert events[0]["session"]["audio_format"] == form
    assert events[-1]["text"] == "fine"


@one_loop
async def test_silence_has_no_text(server):
    async with connect(server, HEAR) as client:
        await client.recv()
        events = await heard(client, bytes(64_000), turn_detection={})
    assert [event["type"] for event in events] == ["session.updated", "transcription.done"]
    assert events[-1]["segments"] == []
    assert events[-1]["usage"]["prompt_audio_seconds"] == 2


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"type": "input_audio.append", "audio": "not base64!"}, "Audio is not base64"),
        ({"type": "input_audio.append"}, "audio: Field required"),
        ({"type": "input_audio.append", "audio": 7}, "audio: Input should be a valid string"),
        ({"type": "input_audio.surprise"}, "Unknown message type: input_audio.surprise"),
        ({"audio": ""}, "Unknown message type: None"),
        ([1], "Messages are JSON objects."),
        ("no JSON", "Messages are JSON objects."),
        pytest.param("[" * 200_000, "Messages are JSON objects.", id="deep"),
        ({"type": "\ud800"}, r"Unknown message type: \ud800"),
        (
            {"type": "session.update", "session": {"audio_format": {"encoding": "mp3", "sample_rate": 16_000}}},
            "audio_format.encoding: Input should be",
        ),
        (
            {"type": "session.update", "session": {"audio_format": {"encoding": "pcm_alaw", "sample_rate": 96_001}}},
            "sample_rate: Input should have a value of at most 96000",
        ),
        ({"type": "session.update", "session": {"speaker_references": {"a": ""}}}, "requires diarize"),
        ({"type": "session.update", "session": {"voice": "x"}}, "Extra inputs are not permitted"),
    ],
)
@one_loop
async def test_what_is_wrong_with_an_event_is_told_and_the_session_goes_on(server, event, message):
    """Realtime, rule 2."""
    async with connect(server, HEAR) as client:
        await client.recv()
        await client.send(event if isinstance(event, dict) else str(event).encode())
        answer = await client.recv()
        assert answer["type"] == "error"
        assert isinstance(answer["error"]["code"], int)
        assert message in str(answer["error"]["message"])
        assert (await heard(client, spoken("fine")))[-1]["text"] == "fine"


@one_loop
async def test_the_session_is_updated_before_audio_only(server):
    """Realtime, rule 2."""
    async with connect(server, HEAR) as client:
        await client.recv()
        await client.audio(b"")
        await client.send({"type": "session.update", "session": {"language": "fr"}})
        assert "cannot be updated" in (await client.recv())["error"]["message"]["detail"]


@pytest.mark.parametrize("path", ["/v1/audio/transcriptions/realtime?model=", "/v1/audio/speech/realtime?model="])
@one_loop
async def test_a_model_that_cannot_is_an_error_before_the_session(server, path):
    """Realtime, rule 1."""
    async with connect(server, f"{path}mistral-small-latest") as client:
        events = await client.rest()
    message = "Invalid model: mistral-small-latest"
    assert events == [{"type": "error", "error": {"message": message, "code": 1500}}]
    assert client.closed_by == (1008, "Invalid model")
    assert server.effects.total == 0


@settings(max_examples=25)
@given(st.lists(st.integers(1, 40_000), max_size=40))
def test_audio_may_be_cut_anywhere(cuts):
    """Transcription, rule 1."""
    session = TranscriptionSession(FakeMistral().state, "voxtral-mini-transcribe-realtime-latest")
    events = list(session.begin(WebSocketLog()))
    audio = spoken("One two.", silence=0.6) + spoken("Three!")
    start = 0
    for cut in sorted({each for each in cuts if each < len(audio)} | {len(audio)}):
        piece = b64encode(audio[start:cut]).decode()
        events += session.receive({"type": "input_audio.append", "audio": piece})
        start = cut
    events += session.receive(END)
    assert [event["text"] for event in of(events[:-1], "transcription.segment")] == ["One two.", "Three!"]
    assert events[-2]["usage"]["prompt_audio_seconds"] == 1


# Speech


async def said(client, *texts, **session):
    if session:
        await client.send({"type": "session.update", "session": session})
    for text in texts:
        await client.send({"type": "input_text.append", "text": text})
    await client.send({"type": "input_text.end"})
    events = await client.rest()
    return events, b"".join(b64decode(event["audio_data"]) for event in of(events, "speech.audio.delta"))


async def test_what_is_spoken_is_understood(server):
    """Speech, rules 1 and 3."""
    async with connect(server, SPEAK) as client:
        created = await client.recv()
        assert created["session"]["response_format"] == "wav"
        events, audio = await said(client, "Hello. How", " are you", voice="fr_marie_neutral", response_format="pcm")
    assert events[0]["session"]["voice"] == "fr_marie_neutral"
    assert [event["type"] for event in events][-1] == "speech.audio.done"
    assert events[-1]["usage"]["total_tokens"] > events[-1]["usage"]["prompt_tokens"] > 0
    async with connect(server, HEAR) as client:
        await client.recv()
        form = {"encoding": "pcm_f32le", "sample_rate": 24_000}
        assert (await heard(client, audio, piece=9_999, audio_format=form))[-1]["text"] == "Hello. How are you"
    assert [request.websocket.text for request in server.requests] == ["Hello. How are you", ""]
    assert bytes(server.requests[1].websocket.audio) == audio


@one_loop
async def test_speech_as_wav_is_one_file(server):
    """Speech, rule 3."""
    async with connect(server, SPEAK) as client:
        await client.recv()
        _, audio = await said(client, "Hello. ", "And more.")
    parser = WavParser()
    samples = parser.feed(audio)
    assert (parser.format.encoding, parser.format.sample_rate) == ("pcm_s16le", 24_000)
    assert samples == spoken("Hello. And more.", "pcm_s16le", 24_000)


@pytest.mark.parametrize("form", ["mp3", "flac", "opus"])
@one_loop
async def test_files_of_sentences_are_transcribed_as_one_text(server, http, form):
    """Speech, rule 3."""
    async with connect(server, SPEAK) as client:
        await client.recv()
        _, audio = await said(client, "Hello. ", "How ", "are you? ", "Bye", response_format=form)
    fields = {"model": "voxtral-mini-latest"}
    answer = await http.post("/v1/audio/transcriptions", files={"file": (f"a.{form}", audio)}, data=fields)
    assert answer.json()["text"] == "Hello. How are you? Bye"


@pytest.mark.parametrize("audio", [b"fake-speech:", bytes(4) + b"fake-speech:" * 2, bytes(3) + b"fake-speech:x"])
@one_loop
async def test_audio_that_only_looks_like_speech_of_the_server(http, audio):
    fields = {"model": "voxtral-mini-latest"}
    answer = await http.post("/v1/audio/transcriptions", files={"file": ("a.mp3", audio)}, data=fields)
    assert answer.status_code == 200


@pytest.mark.parametrize("form", ["pcm", "mp3"])
@one_loop
async def test_half_a_surrogate_pair_is_spoken_as_a_question_mark(server, form):
    async with connect(server, SPEAK) as client:
        await client.recv()
        _, audio = await said(client, "Hm \ud83d.", response_format=form)
    assert audio == spoken("Hm ?.", "pcm_f32le", 24_000) if form == "pcm" else b"Hm ?." in audio


@pytest.mark.parametrize("size", [40_000, 1])
def test_text_without_an_end_is_searched_once(size):
    session = SpeechSession(FakeMistral().state, "voxtral-mini-tts-latest")
    since = time.thread_time()
    for _ in range(40_000 // size):
        assert list(session.receive({"type": "input_text.append", "text": "a" * size})) == []
        assert time.thread_time() - since < 2


@one_loop
async def test_long_form_speaks_in_growing_pieces(server):
    """Speech, rule 1."""
    async with connect(server, SPEAK) as client:
        await client.recv()
        await client.send(
            {"type": "session.update", "session": {"streaming_mode": "long_form", "response_format": "mp3"}}
        )
        for text in ("One. ", "Two. ", "Three. "):
            await client.send({"type": "input_text.append", "text": text})
        await client.send({"type": "input_text.flush", "text": "Four."})
        await client.send({"type": "input_text.end"})
        events = await client.rest()
    pieces = [b64decode(event["audio_data"]) for event in of(events, "speech.audio.delta")]
    starts = [piece for piece in pieces if piece.startswith(b"ID3")]
    assert [each for each in ("One. ", "Two. Three. ", "Four.") if any(each.encode() in piece for piece in starts)] == [
        "One. ",
        "Two. Three. ",
        "Four.",
    ]


@pytest.mark.parametrize(
    ("session", "reason"),
    [
        ({"voice": "nope"}, "Voice 'nope' not found."),
        ({"ref_audio": "***"}, "Reference audio could not be decoded."),
        ({"voice": "\ud83d"}, "Voice '?' not found."),
        ({"voice": "ü" * 200}, "Voice '" + "ü" * 58),
    ],
)
@one_loop
async def test_an_unknown_voice_closes_the_connection(server, session, reason):
    """Speech, rule 2."""
    async with connect(server, SPEAK) as client:
        await client.recv()
        events, audio = await said(client, "Hi.", **session)
    assert (events, audio) == ([], b"")
    assert client.closed_by == (1008, reason)


@one_loop
async def test_a_voice_or_a_sample(server):
    async with connect(server, SPEAK) as client:
        await client.recv()
        await client.send({"type": "session.update", "session": {"voice": "fr_marie_neutral", "ref_audio": "AAAA"}})
        assert "mutually exclusive" in (await client.recv())["error"]["message"]["detail"]
        events, _ = await said(client, "Hi.", ref_audio="AAAA")
    assert events[0]["session"]["is_ref_audio"] is True


# Keys, limits, costs


@one_loop
async def test_keys_and_secrets(server, http, clock):
    created = await http.post("/v1/client/sessions", json={"model": "any", "ttl_seconds": 60})
    secret = created.json()["client_secret"]["value"]
    async with connect(server, HEAR, key=secret) as client:
        assert (await client.recv())["type"] == "session.created"
    assert (await http.get("/v1/models", headers={"authorization": f"Bearer {secret}"})).status_code == 401
    with pytest.raises(RefusedError) as refused:
        async with connect(server, HEAR, key="wrong"):
            pass
    assert (refused.value.status, refused.value.body) == (401, b'{"detail":"Invalid API Key"}\n')
    clock.advance(61)
    for key in (secret, False):
        with pytest.raises(RefusedError, match="401"):
            async with connect(server, HEAR, key=key):
                pass
    assert (await http.get("/v1/models", headers={"authorization": f"Bearer {secret}"})).status_code == 401


@one_loop
async def test_what_is_no_handshake(server, http):
    plain = await http.get(HEAR)
    assert (plain.status_code, plain.headers["content-type"]) == (426, "application/json")
    with pytest.raises(RefusedError) as refused:
        async with connect(server, HEAR.partition("?")[0]):
            pass
    assert refused.value.status == 422
    assert b'"model"' in refused.value.body
    assert server.effects.total == 0


@pytest.mark.parametrize("ending", ["end", "close", "break"])
async def test_a_session_is_charged_once_for_what_was_heard(server, eventually, ending):
    """WebSockets, rule 4."""
    async with connect(server, HEAR) as client:
        await client.recv()
        await client.audio(spoken("One two.", silence=2))
        for _ in range(3):  # two words and the segment
            await client.recv()
        if ending == "end":
            await client.send(END)
            await client.rest()
        elif ending == "close":
            await client.close()
    await eventually(lambda: server.requests[0].websocket.ended)
    assert [(each.operation, each.units) for each in server.effects.history] == [
        ("audio.realtime.connect", {"audio-seconds": 3})
    ]
    assert server.effects.total_tokens > 0
    log = server.requests[0].websocket
    assert log.close == {"end": Close(1000), "close": Close(1000), "break": None}[ending]
    assert log.types[0] == "input_audio.append"
    assert log.sent[0]["type"] == "session.created"
    await eventually(lambda: server.connections.open == 0)


async def test_requests_and_headers(server):
    async with connect(server, HEAR, compress=True) as client:
        await client.recv()
        assert "permessage-deflate" in client.response.headers["sec-websocket-extensions"]
        assert client.response.headers["mistral-correlation-id"] == server.requests[0].request_id
        assert (await heard(client, spoken("zipped " * 20)))[-1]["text"] == "zipped " * 20
    request = server.requests[0]
    assert (request.operation, request.status) == ("audio.realtime.connect", 101)
    assert bytes(request.websocket.audio) == spoken("zipped " * 20)


async def test_pings_are_answered(server):
    async with connect(server, HEAR) as client:
        await client.recv()
        await client.ping()
        frame = await client.frame()
        assert (frame.opcode.name, bytes(frame.data)) == ("PONG", b"here")
        assert server.requests[0].websocket.pings == 1


async def test_tls():
    authority = trustme.CA()
    theirs, ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(ours)
    async with FakeMistral(tls=theirs) as server, connect(server, HEAR, tls=ours) as client:
        await client.recv()
        assert (await heard(client, spoken("secret")))[-1]["text"] == "secret"
        assert client.closed_by == (1000, "")


@one_loop
async def test_without_websockets_the_server_says_so(server, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "mistral_async.testing._websocket", None)
    with pytest.raises(RefusedError) as refused:
        async with connect(server, HEAR):
            pass
    assert refused.value.status == 501
    assert b"pip install 'mistral-async[realtime]'" in refused.value.body


# Scripts and faults


@pytest.mark.parametrize(
    ("script", "status", "part"),
    [
        (lambda server: server.fail(429, operation="audio.realtime.connect"), 429, b"Rate limit exceeded"),
        (lambda server: server.fail(503, operation="audio"), 503, b"unavailable"),
        (lambda server: server.reply("audio.realtime.connect", status=403, json={"why": "no"}), 403, b'{"why":"no"}'),
        (lambda server: server.fault(Html(520), operation="audio.realtime.connect"), 520, b"<html>"),
    ],
)
@one_loop
async def test_refused_handshakes(server, script, status, part):
    script(server)
    with pytest.raises(RefusedError) as refused:
        async with connect(server, HEAR):
            pass
    assert refused.value.status == status
    assert part in refused.value.body
    server.assert_done()
    async with connect(server, HEAR) as client:
        assert (await client.recv())["type"] == "session.created"


async def test_a_scripted_conversation(server):
    server.reply(
        "audio.realtime.connect", messages=[{"type": "new.event", "x": 1}, "no JSON", b"\x00", Close(4000, "so")]
    )
    async with connect(server, HEAR) as client:
        assert [await client.message() for _ in range(3)] == [b'{"type": "new.event", "x": 1}', b"no JSON", b"\x00"]
        assert await client.rest() == []
        assert client.closed_by == (4000, "so")
    server.reply("audio.realtime_speech.connect", messages=[])
    async with connect(server, SPEAK) as client:
        assert await client.rest() == []
        assert client.closed_by == (1000, "")


async def test_an_error_before_the_session(server):
    """WebSockets, rule 3."""
    error = {"type": "error", "error": {"message": {"detail": "busy"}, "code": 7}}
    server.fault(Inject(error), CloseFrame(1013, "later"))
    async with connect(server, HEAR) as client:
        assert await client.rest() == [error]
        assert client.closed_by == (1013, "later")


async def test_messages_of_its_own_and_close_codes(server):
    """WebSockets, rules 2 and 3."""
    server.fault(
        Inject("[]", after_events=1), Inject(b"\xff", after_events=2), CloseFrame(1011, "oops", after_events=3)
    )
    async with connect(server, HEAR) as client:
        await client.recv()
        assert await client.message() == b"[]"
        await client.audio(spoken("One two three "))
        await client.send(END)
        assert (await client.recv())["text"] == "One "
        assert await client.message() == b"\xff"
        assert [event["text"] for event in await client.rest()] == ["two "]
        assert client.closed_by == (1011, "oops")
    assert [type(each).__name__ for each in server.requests[0].websocket.sent] == [
        "dict",
        "str",
        "dict",
        "bytes",
        "dict",
        "Close",
    ]


@pytest.mark.parametrize(
    ("code", "seen"), [(1005, (1005, "")), (3000, (3000, "why")), (4999, (4999, "why")), (0, None), (1006, None)]
)
@one_loop
async def test_close_frames_of_any_code(server, eventually, code, seen):
    """Clients refuse those that no server may send, as they should."""
    close = CloseFrame(code, "" if code == 1005 else "why", after_events=1)
    server.fault(close, Inject("what comes late", after_events=1))
    async with connect(server, HEAR) as client:
        assert [event["type"] for event in await client.rest()] == ["session.created"]
        assert client.closed_by == seen
    await eventually(lambda: server.requests[0].websocket.ended)
    assert server.requests[0].websocket.close.code == (seen[0] if seen else 1002)
    assert [type(message).__name__ for message in server.requests[0].websocket.sent] == ["dict", "Close"]


@pytest.mark.parametrize("kind", [Cut, Reset])
@pytest.mark.parametrize(
    ("stop", "messages"), [({"after_events": 2}, 2), ({"after_bytes": 9}, 0), ({}, 0), ({"where": "head"}, None)]
)
async def test_connections_that_break(server, kind, stop, messages):
    """WebSockets, rule 3."""
    server.fault(kind(**stop))
    if messages is None:
        with pytest.raises(anyio.EndOfStream):
            async with connect(server, HEAR):
                pass
        return
    async with connect(server, HEAR) as client:
        await client.audio(spoken("One two three "))
        try:
            assert len(await client.rest()) == messages
        except anyio.BrokenResourceError:
            assert kind is Reset
        assert client.closed_by is None


async def test_silence_of_the_server(server, eventually):
    """WebSockets, rule 3."""
    server.fault(Stall(after_events=1))
    async with connect(server, HEAR) as client:
        await client.recv()
        await client.ping()
        for _ in range(2):
            await client.audio(spoken("a " * 600))  # more than is kept to be sent
        with anyio.move_on_after(0.1) as scope:
            await client.frame()
        assert scope.cancelled_caught
    await eventually(lambda: server.requests[0].websocket.ended)


async def test_while_much_waits_to_be_sent_nothing_is_read(server):
    """WebSockets, rule 5."""
    server.fault(Delay(10, where="event"))
    async with connect(server, HEAR) as client:
        with anyio.move_on_after(0.3) as scope:
            for _ in range(200):
                await client.audio(spoken("a " * 100))
        assert scope.cancelled_caught
        assert len(server.requests[0].websocket.received) < 20


async def test_a_connection_that_breaks_while_nothing_is_said(server):
    server.fault(Cut(after_events=1))
    async with connect(server, HEAR) as client:
        assert [event["type"] for event in await client.rest()] == ["session.created"]
        assert client.closed_by is None


async def test_pings_that_go_unanswered(server):
    server.fault(NoPong())
    async with connect(server, HEAR) as client:
        await client.recv()
        await client.ping()
        await client.audio(spoken("One "))
        frame = await client.frame()
        assert frame.opcode.name == "TEXT"
        assert server.requests[0].websocket.pings == 1


@pytest.mark.parametrize("compress", [False, True])
async def test_fragments_with_pings_between(server, eventually, compress):
    server.fault(Fragments(7, pings=True))
    async with connect(server, HEAR, compress=compress) as client:
        created = await client.recv()
        assert created["type"] == "session.created"
        assert (await heard(client, spoken("One two ")))[-1]["text"] == "One two "
    await eventually(lambda: server.requests[0].websocket.pongs > 20)


async def test_a_slow_reader_holds_the_writer_up(server):
    server.fault(SlowReader(50_000))
    async with connect(server, HEAR) as client:
        await client.recv()
        with anyio.move_on_after(0.2) as scope:
            for _ in range(400):
                await client.audio(bytes(60_000))
        assert scope.cancelled_caught
        assert len(server.requests[0].websocket.audio) <= 60_000


@pytest.mark.parametrize("fault", [Delay(0.05, where="event"), Delay(0.05), Drip(4_000)])
async def test_slow_servers(server, fault):
    server.fault(fault)
    start = anyio.current_time()
    async with connect(server, HEAR) as client:
        await client.recv()
        assert anyio.current_time() - start > 0.04


async def test_garbage_in_place_of_a_handshake(server):
    server.fault(Garbage())
    with pytest.raises((anyio.EndOfStream, AssertionError)):
        async with connect(server, HEAR):
            pass


async def test_the_server_ends_while_clients_are_connected():
    async with FakeMistral() as server:
        client = connect(server, HEAR)
        opened = await client.__aenter__()
        await opened.recv()
        await opened.audio(spoken("One "))
        await opened.recv()
    assert await opened.rest() == []
    assert server.connections.open == 0
    assert server.effects["audio.realtime.connect"] == 1
    await client.__aexit__(None, None, None)
