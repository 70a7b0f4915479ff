"""Verdicts of judges, which follow from the judge and the text alone."""

from __future__ import annotations

from mistral_async.testing._handlers._prompt import content_text
from mistral_async.testing._handlers._words import topics_of
from mistral_async.testing._json import JSONMapping, JSONObject, Messages


def text_of(messages: Messages) -> str:
    """Return what a conversation says."""
    return " ".join(content_text(each.get("content")) for each in messages)


def verdict(judge: JSONMapping, messages: Messages) -> JSONObject:
    """Judge a conversation: by the topics that a class shares with it, or that the answer takes up of the question."""
    output = judge["output"]
    if output["type"] == "CLASSIFICATION":
        return _classify(output["options"], topics_of(text_of(messages)))
    asked, answered = topics_of(text_of(messages[:-1])), topics_of(text_of(messages[-1:]))
    part = len(asked & answered) / len(asked) if asked else 0.0
    least, most = output.get("min", 0), output.get("max", 1)
    analysis = f"The answer takes up {len(asked & answered)} of {len(asked)} topics."
    return {"analysis": analysis, "answer": round(least + part * (most - least), 3)}


def _classify(options: list[JSONObject], topics: frozenset[str]) -> JSONObject:
    shared = [len(topics & topics_of(f"{each['value']} {each['description']}")) for each in options]
    if not shared:
        return {"analysis": "There is nothing to choose from.", "answer": ""}
    best = shared.index(max(shared))
    return {"analysis": f"{shared[best]} topics speak for it.", "answer": options[best]["value"]}
