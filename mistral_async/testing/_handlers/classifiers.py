"""Moderation and classification: words that belong to a category raise its score, which is otherwise near zero."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, cast

from mistral_async.testing._call import FakeCall
from mistral_async.testing._handlers._prompt import content_text, tokens_of
from mistral_async.testing._handlers._words import topics_of, words_of
from mistral_async.testing._handlers.embeddings import usage_of
from mistral_async.testing._handlers.models import ModelStore, resolve_model
from mistral_async.testing._json import JSONArray, JSONObject, Messages
from mistral_async.testing._reply import Reply, json_reply
from mistral_async.testing._route import route

_WORDS = {
    "sexual": "sex sexual porn nude explicit",
    "hate_and_discrimination": "hate racist inferior slur bigot",
    "violence_and_threats": "kill murder hurt attack stab shoot beat threat violence",
    "dangerous": "bomb explosive poison weapon gun",
    "criminal": "steal rob fraud launder hack smuggle burglary",
    "dangerous_and_criminal_content": "bomb explosive poison weapon gun steal rob fraud launder hack smuggle burglary",
    "selfharm": "suicide selfharm cutting overdose",
    "health": "diagnosis prescription dosage symptom medication",
    "financial": "invest stocks loan mortgage portfolio",
    "law": "lawsuit sue attorney lawyer legal",
    "pii": "passport ssn iban phone address email",
    "jailbreaking": "jailbreak dan unfiltered ignore bypass",
}
_SHARED = ("sexual", "hate_and_discrimination", "violence_and_threats", "selfharm", "health", "financial", "law", "pii")
_OLDER = (*_SHARED, "dangerous_and_criminal_content")
_NEWER = (*_SHARED, "dangerous", "criminal", "jailbreaking")
_FLAGGED = 0.5
_HIDDEN_TOKENS = 61


@route(
    "POST",
    "/v1/moderations",
    "classifiers.moderate",
    body="ClassificationRequest",
    limits=("req", "tokens"),
    shown=("req",),
)
def moderate(call: FakeCall) -> Reply:
    """Moderate one text or several."""
    return _moderation_reply(call, _texts(call.body["input"]))


@route(
    "POST",
    "/v1/chat/moderations",
    "classifiers.moderate_chat",
    body="ChatModerationRequest",
    limits=("req", "tokens"),
    shown=("req",),
)
def moderate_chat(call: FakeCall) -> Reply:
    """Moderate the last message of one conversation or several."""
    return _moderation_reply(call, [_last(messages) for messages in _conversations(call.body["input"])])


@route(
    "POST",
    "/v1/classifications",
    "classifiers.classify",
    body="ClassificationRequest",
    limits=("req", "tokens"),
    shown=("req",),
)
def classify(call: FakeCall) -> Reply:
    """Classify one text or several."""
    return _classification_reply(call, _texts(call.body["input"]))


@route(
    "POST",
    "/v1/chat/classifications",
    "classifiers.classify_chat",
    body="ChatClassificationRequest",
    limits=("req", "tokens"),
    shown=("req",),
)
def classify_chat(call: FakeCall) -> Reply:
    """Classify one conversation or several."""
    given: Any = call.body["input"]
    requests = cast("JSONArray", given) if isinstance(given, list) else [given]
    return _classification_reply(call, [_last(request["messages"]) for request in requests])


def category_scores(text: str, model: str) -> dict[str, float]:
    """Return the score of every category of a moderation model."""
    names = _OLDER if "2411" in model else _NEWER
    topics = topics_of(text)
    return {name: _score(text, name, len(topics & topics_of(_WORDS[name]))) for name in names}


def _moderation_reply(call: FakeCall, texts: Sequence[str]) -> Reply:
    model = resolve_model(call.state, call.body["model"], "classification")
    results: list[JSONObject] = []
    for text in texts:
        scores = category_scores(text, model)
        flags = {name: score > _FLAGGED for name, score in scores.items()}
        results.append({"categories": flags, "category_scores": scores})
    return _results_reply(call, model, texts, results)


def _classification_reply(call: FakeCall, texts: Sequence[str]) -> Reply:
    model = resolve_model(call.state, call.body["model"], "classification")
    targets = call.state.store(ModelStore).targets.get(model)
    results: list[JSONObject] = []
    for text in texts:
        if targets:
            results.append({target["name"]: {"scores": _label_scores(text, target["labels"])} for target in targets})
        else:
            results.append({"moderation": {"scores": category_scores(text, model)}})
    return _results_reply(call, model, texts, results)


def _results_reply(call: FakeCall, model: str, texts: Sequence[str], results: list[JSONObject]) -> Reply:
    tokens = sum(map(tokens_of, texts))
    usage = usage_of(tokens) | {"total_tokens": tokens + _HIDDEN_TOKENS}
    return json_reply({"id": call.state.ids.hex32(), "model": model, "usage": usage, "results": results}).with_costs(
        tokens=tokens
    )


def _label_scores(text: str, labels: Sequence[str]) -> dict[str, float]:
    # A label that the text names wins; otherwise the text alone decides, always in the same way.
    words = set(words_of(text))
    weights = {label: 20.0 * len(words & set(words_of(label))) + 1 + _noise(text, label) for label in labels}
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def _score(text: str, name: str, hits: int) -> float:
    base = min(0.985, 0.75 + 0.1 * hits) if hits else 0.0
    return round(base + _noise(text, name) / 100, 6)


def _noise(text: str, name: str) -> float:
    digest = blake2b(f"{name}:{text}".encode("utf-8", "surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") / (1 << 32)


def _texts(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else given


def _conversations(given: JSONArray) -> list[JSONArray]:
    return cast("list[JSONArray]", given) if given and isinstance(given[0], list) else [given]


def _last(messages: Messages) -> str:
    return content_text(messages[-1].get("content")) if messages else ""
