"""The text of a completion: the sentences of the prompt that fit the question, or else the question. Never random."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from typing import Any

from mistral_async.testing._handlers._prompt import content_text, last_text, question_of, sentences_of, topics_of
from mistral_async.testing._json import JSONMapping, Messages

# A minus and a slash need spaces around them: dates and versions are not sums.
_ARITHMETIC = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:(?:\s*[+*×]\s*|\s+[-/]\s+)\d+(?:\.\d+)?)+")  # noqa: RUF001  a sign of times
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: left / right,
}
_MOST_SENTENCES = 2
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
    text = " ".join(chosen) if chosen else f"You said: {_quoted(user)}"
    return content_text(last.get("content")) + text if last.get("prefix") else text


def thoughts_on(messages: Messages) -> str:
    """Return the thinking of a reasoning model."""
    user = last_text(messages)
    question = _quoted(question_of(user))
    return f"The user asks: {question} I look for what the conversation says about it and answer briefly."


def best_sentences(context: str, question: str) -> list[str]:
    """Return the one or two sentences of `context` that share most words with `question`, in their order."""
    wanted = topics_of(question)
    sentences = [s for s in dict.fromkeys(sentences_of(context)) if s != question and not s.endswith("?")]
    scores = [(len(wanted & topics_of(s)), -len(s), -index, s) for index, s in enumerate(sentences)]
    ranked = sorted((score for score in scores if score[0]), reverse=True)
    if not ranked:
        return []
    threshold = ranked[0][0] / 2
    best = [score for score in ranked[:_MOST_SENTENCES] if score[0] > threshold]
    return [score[3] for score in sorted(best, key=lambda score: -score[2])]


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
