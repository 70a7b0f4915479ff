"""The guardrail results of a chat: the scores of its last message, and which of them exceed their threshold."""

from __future__ import annotations

from mistral_async.testing._handlers._prompt import entries, last_text, section
from mistral_async.testing._handlers.classifiers import category_scores
from mistral_async.testing._json import JSONMapping, JSONObject, Messages

_THRESHOLD = 0.5
_MODELS = {"moderation_llm_v1": "mistral-moderation-2411", "moderation_llm_v2": "mistral-moderation-2603"}


def guardrail_results(messages: Messages, options: JSONMapping) -> list[JSONObject]:
    """Return one result for each guardrail of a request."""
    text = last_text(messages)
    return [_verdict(guardrail, text) for guardrail in entries(options, "guardrails")]


def _verdict(guardrail: JSONMapping, text: str) -> JSONObject:
    verdict: JSONObject = {}
    for name, model in _MODELS.items():
        if not (rules := section(guardrail, name)):
            continue
        thresholds = section(rules, "custom_category_thresholds")
        scores = category_scores(text, rules.get("model_name") or model)
        if rules.get("ignore_other_categories"):
            scores = {category: score for category, score in scores.items() if category in thresholds}
        categories = {
            category: {"score": score, "violated": score > (thresholds.get(category) or _THRESHOLD)}
            for category, score in scores.items()
        }
        verdict[name] = {"action": rules.get("action") or "none", "categories": categories}
    return verdict
