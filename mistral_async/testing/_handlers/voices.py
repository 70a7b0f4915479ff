"""Voices: some that come with the API, and those that the account makes from a sample."""

from __future__ import annotations

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import invalid_argument, not_found
from mistral_async.testing._handlers._paging import page_by_token
from mistral_async.testing._handlers._speech import decode_audio, duration, synthesize
from mistral_async.testing._json import JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_PRESETS = (("en_paul_neutral", "Paul", "male", "en"), ("fr_marie_neutral", "Marie", "female", "fr"))
_FIELDS: JSONObject = {
    "slug": None,
    "languages": [],
    "gender": None,
    "age": None,
    "tags": None,
    "color": None,
    "description": None,
    "retention_notice": 30,
}
_HIDDEN = ("sample_audio", "sample_filename")


class VoiceStore:
    """The voices of one account, presets first."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self.voices: dict[str, JSONObject] = {}
        self.samples: dict[str, bytes] = {}
        for slug, name, gender, language in _PRESETS:
            body = {"name": name, "slug": slug, "gender": gender, "languages": [language]}
            self.add(body, synthesize(f"I am {name}.", "wav"), kind="preset")

    def add(self, body: JSONObject, sample: bytes, *, kind: str) -> JSONObject:
        """Add a voice."""
        voice_id = self._state.ids.uuid4()
        shown = {name: value for name, value in body.items() if name not in _HIDDEN}
        self.samples[voice_id] = sample
        self.voices[voice_id] = {
            **_FIELDS,
            **shown,
            "id": voice_id,
            "created_at": self._state.calendar.iso(),
            "user_id": None if kind == "preset" else "00000000-0000-4000-8000-000000000002",
            "type": kind,
            "kind": "pvc" if kind == "preset" else "ivc",
            "trimmed_seconds": round(duration(sample), 2),
        }
        return self.voices[voice_id]

    def get(self, voice_id: str) -> JSONObject:
        """Return a voice by id; raises 404 if there is none."""
        if (voice := self.voices.get(voice_id)) is None:
            raise not_found("Voice", voice_id)
        return voice

    def find(self, name: str) -> JSONObject:
        """Return a voice by id or slug, as speech requests name it."""
        named = (voice for voice in self.voices.values() if voice["slug"] == name)
        return next(named, None) or self.get(name)

    def own(self, voice_id: str) -> JSONObject:
        """Return a voice that can be changed; raises 400 for a preset."""
        voice = self.get(voice_id)
        if voice["type"] == "preset":
            raise invalid_argument("Preset voices cannot be changed.")
        return voice

    def of_type(self, wanted: str | None) -> list[JSONObject]:
        """Return the `all`, `custom` or `preset` voices."""
        return [voice for voice in self.voices.values() if wanted in (None, "all", voice["type"])]


@route("GET", "/v1/audio/voices", "audio.voices.list")
def list_voices(call: FakeCall) -> Reply:
    """Return one page by `limit` and `offset`."""
    limit, offset = call.number("limit", 10, least=1, most=100), call.number("offset", 0)
    found = call.state.store(VoiceStore).of_type(call.text("type"))
    pages = -(-len(found) // limit)
    page = {"items": found[offset : offset + limit], "total": len(found), "page": offset // limit + 1}
    return json_reply({**page, "page_size": limit, "total_pages": pages})


@route("GET", "/v2/audio/voices", "audio.voices.search")
def search(call: FakeCall) -> Reply:
    """Return one page by token, of the voices that pass the filters."""
    query = (call.text("query") or "").lower()
    genders, languages = call.texts("gender"), call.texts("language")
    found = [
        voice
        for voice in call.state.store(VoiceStore).of_type(call.text("type"))
        if query in f"{voice['name']} {voice['description'] or ''}".lower()
        and (not genders or voice["gender"] in genders)
        and (not languages or set(languages) & set(voice["languages"]))
        and call.text("kind") in (None, voice["kind"])
    ]
    data, token = page_by_token(call, found, size=10, most=100)
    return json_reply({"data": data, "next_page_token": token})


@route("POST", "/v1/audio/voices", "audio.voices.create", body="VoiceCreateRequest")
def create(call: FakeCall) -> Reply:
    """Create a voice from a sample."""
    sample = decode_audio(call.body.get("sample_audio") or "")
    return json_reply(call.state.store(VoiceStore).add(call.body, sample, kind="custom"))


@route("GET", "/v1/audio/voices/{}", "audio.voices.get")
def get(call: FakeCall) -> Reply:
    """Return one voice."""
    return json_reply(call.state.store(VoiceStore).get(call.params[0]))


@route("PATCH", "/v1/audio/voices/{}", "audio.voices.update", body="VoiceUpdateRequest")
def update(call: FakeCall) -> Reply:
    """Change a custom voice; null brings back what a new voice has, but the name stays."""
    voice = call.state.store(VoiceStore).own(call.params[0])
    voice |= {key: _FIELDS.get(key, voice[key]) if value is None else value for key, value in call.body.items()}
    return json_reply(voice)


@route("DELETE", "/v1/audio/voices/{}", "audio.voices.delete")
def delete(call: FakeCall) -> Reply:
    """Delete a custom voice and return it."""
    voices = call.state.store(VoiceStore)
    voice = voices.own(call.params[0])
    del voices.voices[voice["id"]], voices.samples[voice["id"]]
    return json_reply(voice)


@route("GET", "/v1/audio/voices/{}/sample", "audio.voices.get_sample_audio")
def sample(call: FakeCall) -> Reply:
    """Return the sample's bytes."""
    voices = call.state.store(VoiceStore)
    voices.get(call.params[0])
    return Reply(body=voices.samples[call.params[0]], media="audio/wav")
