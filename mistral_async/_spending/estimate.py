"""Estimates: what a call will use at most, as far as its request and earlier calls of the model say."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from typing import Any, Final, cast

from mistral_async._codec.counts import LARGEST, read_count
from mistral_async._spending.media import AUDIO_RATE, IMAGE_TOKENS, Content
from mistral_async._spending.units import Units, field

# Rule 1: A prompt has a third of a token for each byte of its text, until the answers of the model say otherwise.
# Images and audio count as the API counts them (`media`), a document as if it were text; all together, as much as a
# context. OCR is not billed by tokens: media have none there.
# Rule 2: An answer has `max_tokens`; without it as many tokens as the longest of late, and `_FIRST_ANSWER` at first.
# Answers that are no text (vectors, judgements, pages) have none until one says otherwise.
# Rule 3: Pages and seconds are as many as in the largest call of late, and one page at first; a document whose `pages`
# are named has those.
# Rule 4: The largest of late rises at once, and falls by a twentieth of the way with each call.

_TOKENS_PER_BYTE: Final = 1 / 3
_FIRST_ANSWER: Final = 1024  # tokens
_FALL: Final = 0.05
_MAX_MODELS: Final = 256
_LONGEST_PROMPT: Final = 262_144  # tokens: the largest context of a model
_ENOUGH: Final = 1000  # bytes of media from which on an answer says how many tokens they have
_OCR: Final = "/v1/ocr"
_WRITES: Final = ("/completions", "/conversations", "/responses")  # routes whose answers are text
_LIMITS: Final = ("max_tokens", "max_output_tokens")


class _Peaks:
    """The largest of late, of one model (rule 4)."""

    __slots__ = ("audio_rate", "document_rate", "input_rate", "other", "output", "pages", "seconds")

    def __init__(self, route: str) -> None:
        self.input_rate = _TOKENS_PER_BYTE
        self.document_rate, self.audio_rate = (0.0, 0.0) if route == _OCR else (_TOKENS_PER_BYTE, AUDIO_RATE)
        self.output = _FIRST_ANSWER if _writes(route) else 0.0
        self.other = 0.0  # tokens that are neither prompt nor answer: audio, tools
        self.pages = float(route == _OCR)
        self.seconds = 0.0

    def prompt(self, content: Content, images: int) -> float:
        """Return the tokens of a prompt with so many of images."""
        media = images + content.documents * self.document_rate + content.audio * self.audio_rate
        return content.text * self.input_rate + media

    def observe_prompt(self, content: Content, images: int, tokens: int) -> None:
        """Learn the rate of the text, or of the one kind of media that has the rest."""
        text, rest = content.text * self.input_rate, tokens - images
        if content.documents > _ENOUGH:
            if content.audio <= _ENOUGH:
                self.document_rate = _fall(self.document_rate, max(0.0, rest - text) / content.documents)
        elif content.audio > _ENOUGH:
            self.audio_rate = _fall(self.audio_rate, max(0.0, rest - text) / content.audio)
        elif images:  # how many they were is not known
            self.input_rate = max(self.input_rate, rest / content.text)
        elif content.text:
            self.input_rate = _fall(self.input_rate, rest / content.text)


class Estimator:
    """The largest calls of each model, by which the next is estimated. Threads that race cost precision, no more."""

    def __init__(self) -> None:
        self._models: dict[str, _Peaks] = {}

    def estimate(self, model: str, route: str, content: Content, fields: Mapping[str, Any]) -> Units:
        """Estimate a request whose body has this content (nothing, for files) and these fields."""
        peaks = self._peaks(model, route)
        prompt = _up(peaks.prompt(content, _images(content, route)))
        if _writes(route):
            prompt = min(prompt, _LONGEST_PROMPT)
        stated = _stated_output(fields)
        output = _up(peaks.output) if stated is None else stated
        pages: Any = fields.get("pages")
        named = len(cast("Sized", pages)) if isinstance(pages, (list, tuple)) else 0
        return Units(
            prompt, 0, output, prompt + output + _up(peaks.other), named or _up(peaks.pages), _up(peaks.seconds)
        )

    def guesses(self, route: str, fields: Mapping[str, Any]) -> bool:
        """Return whether nothing but earlier answers says how long this one may be."""
        return _writes(route) and _stated_output(fields) is None

    def observe(self, model: str, route: str, content: Content, units: Units) -> None:
        """Learn from an answer."""
        peaks = self._peaks(model, route)
        peaks.observe_prompt(content, _images(content, route), units.input)
        peaks.output = _fall(peaks.output, units.output)
        peaks.other = _fall(peaks.other, units.total - units.input - units.output)
        peaks.pages = _fall(peaks.pages, units.pages)
        peaks.seconds = _fall(peaks.seconds, units.seconds)

    def _peaks(self, model: str, route: str) -> _Peaks:
        key = f"{route} {model}"
        if (peaks := self._models.get(key)) is None:
            if len(self._models) >= _MAX_MODELS:
                self._models.clear()
            peaks = self._models.setdefault(key, _Peaks(route))
        return peaks


def _images(content: Content, route: str) -> int:
    """Return the most tokens that the images of a request have."""
    return 0 if route == _OCR else content.images * IMAGE_TOKENS


def _writes(route: str) -> bool:
    return any(part in route for part in _WRITES)


def _stated_output(fields: Mapping[str, Any]) -> int | None:
    """Return the most tokens that the request allows its answers; None where it states no limit."""
    holder = fields.get("completion_args") or fields
    limits = (field(holder, name) for name in _LIMITS)
    stated = next((limit for limit in limits if isinstance(limit, (int, float)) and 0 <= limit <= LARGEST), None)
    return None if stated is None else _up(stated) * max(1, read_count(fields.get("n")))


def _fall(peak: float, seen: float) -> float:
    return max(seen, peak + (seen - peak) * _FALL)


def _up(value: float) -> int:
    return -int(-value // 1)
