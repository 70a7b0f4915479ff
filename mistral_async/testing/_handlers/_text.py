"""The text of a completion: what of the prompt fits the question best, or else the question. Never random."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any

from mistral_async.testing._handlers._prompt import content_text, last_text, question_of, sentences_of
from mistral_async.testing._handlers._words import COMMON, FREQUENT, STEM, stem_of, topics_of, words_of
from mistral_async.testing._json import JSONMapping, Messages

# A minus and a slash need spaces around them: dates and versions are not sums.
_ARITHMETIC = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:(?:\s*[+*×]\s*|\s+[-/]\s+)\d+(?:\.\d+)?)+")  # noqa: RUF001  a sign of times
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: left / right,
}
_LONGEST_SUM = 60
_QUOTE = 200


def reply_to(messages: Messages) -> str:
    """Return the assistant's next message."""
    last: JSONMapping = messages[-1] if messages else {}
    if last.get("role") == "tool":
        return _about_tools(messages)
    user = last_text(messages)
    question = question_of(user)
    if (found := calculation(question)) is not None:
        return found[1] if "just" in user.lower() else f"{found[0]} = {found[1]}."
    earlier = "\n".join(content_text(m.get("content")) for m in messages if m.get("role") in ("system", "user"))
    chosen = best_sentences(earlier, question)
    return " ".join(chosen) if chosen else f"You said: {_quoted(user)}"


def thoughts_on(messages: Messages) -> str:
    """Return the thinking of a reasoning model."""
    user = last_text(messages)
    question = _quoted(question_of(user))
    return f"The user asks: {question} I look for what the conversation says about it and answer briefly."


def best_sentences(context: str, question: str) -> list[str]:
    """Return the sentence of `context` that fits `question` best, and another of its line if that adds to it.

    Rule 1: a stem, its first letters, and two neighbouring words weigh the more the fewer sentences have them.
    Rule 2: common and frequent words weigh little.
    Rule 3: of equals the shorter, then the earlier is taken.
    Rule 4: one more sentence of the same line is taken if it has topics of the question that the first has not.
    """
    lines = [[s for s in sentences_of(line) if s != question and not s.endswith("?")] for line in context.split("\n")]
    sentences = list(dict.fromkeys(chain.from_iterable(lines)))
    scores = _scores(sentences, question)
    best = max(sentences, key=lambda each: (scores[each], -len(each)), default="")
    if not scores.get(best):
        return []
    missing = topics_of(question) - topics_of(best)
    line = next(line for line in lines if best in line)
    more = max((each for each in line if missing & topics_of(each)), key=scores.__getitem__, default=best)
    return [each for each in line if each in (best, more)]


def _scores(sentences: Iterable[str], question: str) -> dict[str, float]:
    wanted = _weights(question)
    found = {sentence: wanted.keys() & _weights(sentence).keys() for sentence in sentences}
    having = Counter(chain.from_iterable(found.values()))
    return {
        sentence: sum(wanted[feature] * math.log1p(len(found) / having[feature]) for feature in sorted(features))
        for sentence, features in found.items()
    }


@lru_cache(maxsize=4096)
def _weights(text: str) -> Mapping[str, float]:
    words = words_of(text)
    weights = {f"{first} {second}": _weight(first) * _weight(second) for first, second in pairwise(words)}
    for word in words:
        if word not in COMMON:
            stem = stem_of(word)
            weights[stem] = weights[f"{stem[:STEM]}-"] = _weight(word) / 2
    return weights


def _weight(word: str) -> float:
    return 0.1 if word in COMMON else 0.4 if word in FREQUENT else 1.0


def calculation(text: str) -> tuple[str, str] | None:
    """Find a calculation such as `21 * 2` in `text`; returns it and its value, or None."""
    match = _ARITHMETIC.search(text)
    if match is None or len(match[0]) > _LONGEST_SUM:
        return None
    code = match[0].replace("×", "*")  # noqa: RUF001  as above
    try:
        value = _value(ast.parse(code, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError):
        return None
    return code, f"{value:g}" if isinstance(value, float) else str(value)


def _value(node: ast.expr) -> Any:
    match node:
        case ast.Constant(value=int() | float()):
            return node.value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left), _value(right))
        case _:
            raise ValueError("not a sum")


def _about_tools(messages: Messages) -> str:
    results: list[str] = []
    for message in reversed(messages):
        if message.get("role") != "tool":
            break
        name = message.get("name") or "tool"
        results.append(f"{name} returned: {_quoted(content_text(message.get('content')))}")
    return " ".join(reversed(results))


def _quoted(text: str) -> str:
    text = text.strip()
    return text if len(text) <= _QUOTE else text[:_QUOTE] + "..."
