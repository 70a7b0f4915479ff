"""Models: a list as the API returns it, with aliases as entries of their own and one of them twice."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from mistral_async.testing._call import FakeCall
from mistral_async.testing._errors import FakeAPIError, invalid_model, not_found
from mistral_async.testing._json import JSONArray, JSONObject
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route
from mistral_async.testing._state import ServerState

_CHAT = ("completion_chat", "function_calling")
_CAPABILITY_NAMES = (
    "completion_chat function_calling reasoning completion_fim fine_tuning vision ocr classification moderation audio "
    "audio_transcription audio_transcription_realtime audio_speech unified_resources"
)
_CAPABILITIES = _CAPABILITY_NAMES.split()
# The names of one model, its context, temperature and capabilities; the first name is the model's own.
_CATALOGUE: tuple[tuple[str, int, float | None, tuple[str, ...]], ...] = (
    ("mistral-large-2512 mistral-large-latest", 262_144, 0.0645, (*_CHAT, "vision")),
    ("mistral-large-2411 pixtral-large-2411 pixtral-large-latest", 131_072, 0.7, (*_CHAT, "vision")),
    ("mistral-medium-3-5", 262_144, 0.7, (*_CHAT, "vision", "reasoning")),
    ("mistral-medium-2508 mistral-medium-latest mistral-medium", 131_072, 0.3, (*_CHAT, "vision")),
    ("mistral-medium-2505", 131_072, 0.3, (*_CHAT, "vision")),
    ("mistral-small-2603 mistral-small-latest", 262_144, 0.3, (*_CHAT, "vision", "reasoning")),
    ("mistral-small-2506", 131_072, 0.3, (*_CHAT, "vision", "fine_tuning")),
    ("magistral-medium-2509 magistral-medium-latest", 131_072, 0.7, (*_CHAT, "reasoning", "vision")),
    ("magistral-small-2509 magistral-small-latest", 131_072, 0.7, (*_CHAT, "reasoning", "vision")),
    ("ministral-14b-2512 ministral-14b-latest", 262_144, 0.3, (*_CHAT, "vision")),
    ("ministral-8b-2512 ministral-8b-latest", 262_144, 0.3, (*_CHAT, "vision", "fine_tuning")),
    ("ministral-3b-2512 ministral-3b-latest", 131_072, 0.3, (*_CHAT, "vision", "fine_tuning")),
    (
        "open-mistral-nemo open-mistral-nemo-2407 mistral-tiny-2407 mistral-tiny-latest",
        131_072,
        0.3,
        (*_CHAT, "fine_tuning"),
    ),
    ("open-mistral-7b mistral-tiny", 32_768, 0.7, _CHAT),
    ("codestral-2508 codestral-latest codestral-2405 codestral-2404", 256_000, 0.3, (*_CHAT, "completion_fim")),
    ("devstral-2512 devstral-latest devstral-medium-latest devstral-small-latest", 262_144, 0.15, _CHAT),
    ("voxtral-small-2507 voxtral-small-latest", 32_768, 0.2, ("completion_chat", "audio", "audio_transcription")),
    ("voxtral-mini-2602", 32_768, 0.0, ("audio", "audio_transcription")),
    ("voxtral-mini-2507 voxtral-mini-latest", 32_768, 0.0, ("completion_chat", "audio", "audio_transcription")),
    (
        "voxtral-mini-transcribe-realtime-2602 voxtral-mini-transcribe-realtime-latest",
        32_768,
        0.0,
        ("audio", "audio_transcription_realtime"),
    ),
    ("voxtral-mini-tts-2603 voxtral-mini-tts-latest", 4_096, None, ("audio_speech",)),
    ("mistral-embed mistral-embed-2312", 8_192, None, ()),
    ("codestral-embed codestral-embed-2505", 8_192, None, ()),
    ("mistral-ocr-2512 mistral-ocr-latest mistral-ocr-2505", 16_384, None, ("ocr",)),
    ("mistral-moderation-2603 mistral-moderation-latest", 131_072, None, ("moderation", "classification")),
    ("mistral-moderation-2411", 8_192, None, ("moderation", "classification")),
)
_REDIRECTED = {"pixtral-12b": "ministral-14b-latest", "pixtral-12b-2409": "ministral-14b-latest"}
_TWICE = ("voxtral-mini-2507", "voxtral-mini-latest")
# When a model ends, and what to use instead.
DEPRECATED = {"open-mistral-7b": ("2026-12-31T12:00:00+00:00", "ministral-8b-latest")}


class ModelStore:
    """The models of one account: the public ones and its fine-tuned ones."""

    def __init__(self, state: ServerState) -> None:
        self._created = state.calendar.unix()
        self.cards = [card for row in _CATALOGUE for card in self._base(*row)]
        self.cards += [dict(card) for card in self.cards if card["id"] in _TWICE]
        self._by_name = {card["id"]: card for card in reversed(self.cards)}
        # The targets of classifiers that were trained here; None for a trained chat model.
        self.targets: dict[str, JSONArray | None] = {}

    def find(self, name: str) -> JSONObject | None:
        """Return the first entry with an id, or None."""
        return self._by_name.get(name)

    def get(self, name: str) -> JSONObject:
        """Return the first entry with an id; raises 404 if there is none."""
        if (card := self.find(name)) is None:
            raise not_found("Model", name)
        return card

    def tuned(self, name: str) -> JSONObject:
        """Return a fine-tuned model; raises 404 for any other."""
        card = self.get(name)
        if card["type"] != "fine-tuned":
            raise not_found("Fine-tuned model", name)
        return card

    def add_tuned(self, name: str, *, root: str, job: str, targets: JSONArray | None) -> None:
        """Add the model of a fine-tuning job, a classifier if it has targets."""
        card = self._card(name, 32_768, 0.3, _CHAT if targets is None else ("classification",))
        card |= {"type": "fine-tuned", "job": job, "root": root, "archived": False, "name": None}
        self.cards.append(card)
        self._by_name[name] = card
        self.targets[name] = targets

    def remove(self, name: str) -> None:
        """Delete a fine-tuned model."""
        self.cards.remove(self.tuned(name))
        del self._by_name[name]

    def _base(
        self, names: str, context: int, temperature: float | None, abilities: tuple[str, ...]
    ) -> Iterator[JSONObject]:
        every = names.split()
        for name in every:
            card = self._card(name, context, temperature, abilities)
            deprecation, replacement = DEPRECATED.get(name, (None, None))
            card |= {"name": every[0], "aliases": [other for other in every if other != name], "type": "base"}
            yield {**card, "deprecation": deprecation, "deprecation_replacement_model": replacement}

    def _card(self, name: str, context: int, temperature: float | None, abilities: tuple[str, ...]) -> JSONObject:
        return {
            "id": name,
            "object": "model",
            "created": self._created,
            "owned_by": "mistralai",
            "capabilities": {ability: ability in abilities for ability in _CAPABILITIES},
            "name": name,
            "description": f"Official {name} Mistral AI model",
            "max_context_length": context,
            "aliases": [],
            "deprecation": None,
            "deprecation_replacement_model": None,
            "default_model_temperature": temperature,
        }


def resolve_model(state: ServerState, name: str, ability: str | None = None) -> str:
    """Return the model behind a name; raises 400 if there is none, or if it has not the ability that is needed."""
    name = _REDIRECTED.get(name, name)
    if not serves(state, name, ability):
        raise invalid_model(name)
    return name


def serves(state: ServerState, name: str, ability: str | None = None) -> bool:
    """Return whether there is a model of that name, with the ability that is needed."""
    if state.options.any_model:
        return True
    card = state.store(ModelStore).find(name)
    return card is not None and (ability is None or _can(card, ability))


def _can(card: JSONObject, ability: str) -> bool:
    # No capability says which models embed.
    return "embed" in card["id"] if ability == "embedding" else bool(card["capabilities"][ability])


@route("GET", "/v1/models", "models.list")
def list_models(call: FakeCall) -> Reply:
    """Return all entries, or those with the id `model`."""
    wanted = call.text("model")
    cards = call.state.store(ModelStore).cards
    return json_reply({"object": "list", "data": [card for card in cards if wanted in (None, card["id"])]})


@route("GET", "/v1/models/{}", "models.retrieve")
def retrieve(call: FakeCall) -> Reply:
    """Return one entry."""
    return json_reply(call.state.store(ModelStore).get(call.params[0]))


@route("DELETE", "/v1/models/{}", "models.delete")
def delete(call: FakeCall) -> Reply:
    """Delete a fine-tuned model; raises 403 for a public one."""
    name = call.params[0]
    models = call.state.store(ModelStore)
    if models.get(name)["type"] == "base":
        raise FakeAPIError(403, msgspec.json.encode({"message": f"Model {name} cannot be deleted."}))
    models.remove(name)
    return json_reply({"id": name, "object": "model", "deleted": True})


@route("PATCH", "/v1/fine_tuning/models/{}", "models.update", body="UpdateModelRequest")
def update(call: FakeCall) -> Reply:
    """Rename or describe a fine-tuned model."""
    card = call.state.store(ModelStore).tuned(call.params[0])
    card |= call.body
    return json_reply(_tuned_model(card, call.state.store(ModelStore).targets[card["id"]]))


@route("POST", "/v1/fine_tuning/models/{}/archive", "models.archive")
def archive(call: FakeCall) -> Reply:
    """Archive a fine-tuned model."""
    return _set_archived(call, archived=True)


@route("DELETE", "/v1/fine_tuning/models/{}/archive", "models.unarchive")
def unarchive(call: FakeCall) -> Reply:
    """Unarchive a fine-tuned model."""
    return _set_archived(call, archived=False)


def _set_archived(call: FakeCall, *, archived: bool) -> Reply:
    card = call.state.store(ModelStore).tuned(call.params[0])
    card["archived"] = archived
    return json_reply({"id": card["id"], "object": "model", "archived": archived})


def _tuned_model(card: JSONObject, targets: JSONArray | None) -> JSONObject:
    shared = "id object created owned_by name description max_context_length aliases archived job root"
    abilities = ("completion_chat", "completion_fim", "function_calling", "fine_tuning", "classification")
    model: JSONObject = {
        **{name: card[name] for name in shared.split()},
        "workspace_id": "00000000-0000-4000-8000-000000000001",
        "root_version": "1.0",
        "capabilities": {name: card["capabilities"][name] for name in abilities},
    }
    if targets is None:
        return {**model, "model_type": "completion"}
    return {**model, "model_type": "classifier", "classifier_targets": targets}
