"""The text of a prompt: its tokens, words and sentences, and the question at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, cast

from mistral_async.testing._json import JSONArray, JSONMapping, JSONObject, Messages

_WORD = re.compile(r"\w+", re.UNICODE)
_PIECE = re.compile(r"\s*(?:\w{1,5}|[^\w\s])|\s+$")
_SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$)|(?=\n)|[.!?]|$)")
_BYTES_PER_TOKEN = 4
_MESSAGE_TOKENS = 4
STEM = 5

_COMMON_TEXT = (
    "a about all also an and answer any are as at be been but by can context could did do does for from given had "
    "has have he her his how i if in into is it its just me more most my no not of on only or our out passages "
    "please question say says she should so some such tell than that the their them then there these they this "
    "those to us use using was we were what when where which who whom whose why will with would you your "
)
COMMON = frozenset(_COMMON_TEXT.split())


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


def words_of(text: str) -> list[str]:
    """Return the words of `text` in lower case."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=4096)
def topics_of(text: str) -> frozenset[str]:
    """Return the stems of the words of `text`, common words left out."""
    return frozenset(word[:STEM] for word in words_of(text) if word not in COMMON)


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
    return [sentence.strip() for sentence in _SENTENCE.findall(text) if _WORD.search(sentence)]


def last_text(messages: Messages, role: str = "user") -> str:
    """Return the text of the last message of a role."""
    last = next((message for message in reversed(messages) if message.get("role") == role), None)
    return content_text(last.get("content")) if last else ""


def question_of(text: str) -> str:
    """Return the last question of `text`, or its last sentence."""
    sentences = sentences_of(text)
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    return (questions or sentences or [text.strip()])[-1]
