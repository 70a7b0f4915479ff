"""The text of a prompt: its tokens and sentences, and the question at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from mistral_async.testing._handlers._words import words_of
from mistral_async.testing._json import JSONArray, JSONMapping, JSONObject, Messages

_PIECE = re.compile(r"\s*(?:\w{1,5}|[^\w\s])|\s+$")
_SENTENCE_END = re.compile(r"(?<=[.!?])[ \t]+")
_ABBREVIATIONS = frozenset(["dr.", "e.g.", "i.e.", "mr.", "mrs.", "mt.", "no.", "st.", "vs."])
_BYTES_PER_TOKEN = 4
_MESSAGE_TOKENS = 4


def section(value: JSONMapping, name: str) -> JSONObject:
    """Return the object under `name`, or an empty one."""
    inner: Any = value.get(name)
    return cast("JSONObject", inner) if isinstance(inner, dict) else {}


def entries(value: JSONMapping, name: str) -> JSONArray:
    """Return the list under `name`, or an empty one."""
    inner: Any = value.get(name)
    return cast("JSONArray", inner) if isinstance(inner, list) else []


def tokens_of(text: str) -> int:
    """Estimate the tokens of `text`, at four bytes each."""
    return 1 + len(text.encode("utf-8", "surrogatepass")) // _BYTES_PER_TOKEN


def pieces_of(text: str) -> list[str]:
    """Split `text` into pieces of the size of tokens; joined again they are `text`."""
    pieces = _PIECE.findall(text)
    return pieces if sum(map(len, pieces)) == len(text) else [text]


def content_text(content: Any) -> str:
    """Return the text of a message's content, a string or chunks."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return "".join(_chunk_texts(cast("Sequence[Any]", content)))


def _chunk_texts(chunks: Iterable[Any]) -> Iterator[str]:
    for chunk in chunks:
        match chunk:
            case str():
                yield chunk
            case {"text": str(text)}:
                yield text
            case {"content": content, "type": "resource"}:
                yield from _chunk_texts([content])
            case _:
                pass


def image_count(messages: Iterable[JSONMapping]) -> int:
    """Count the images in the messages."""
    return sum(_types(message).count("image_url") for message in messages)


def audio_count(messages: Iterable[JSONMapping]) -> int:
    """Count the audio chunks in the messages."""
    return sum(_types(message).count("input_audio") for message in messages)


def _types(message: Any) -> list[str]:
    return [str(chunk.get("type", "text")) for chunk in entries(message, "content")]


def prompt_tokens(messages: Messages) -> int:
    """Estimate the tokens of a whole conversation."""
    return sum(_MESSAGE_TOKENS + tokens_of(content_text(message.get("content"))) for message in messages)


def sentences_of(text: str) -> list[str]:
    """Split `text` into sentences."""
    return [sentence for line in text.split("\n") for sentence in _sentences(line) if words_of(sentence)]


def _sentences(line: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(line):
        last_word = line[start : end.start()].rpartition(" ")[2].lower().lstrip("(")
        if last_word not in _ABBREVIATIONS and not line[end.end() : end.end() + 1].islower():
            yield line[start : end.start()].strip()
            start = end.end()
    yield line[start:].strip()


def last_text(messages: Messages, role: str = "user") -> str:
    """Return the text of the last message of a role."""
    last = next((message for message in reversed(messages) if message.get("role") == role), None)
    return content_text(last.get("content")) if last else ""


def question_of(text: str) -> str:
    """Return the last question of `text`, or its last sentence."""
    sentences = sentences_of(text)
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    return (questions or sentences or [text.strip()])[-1]
