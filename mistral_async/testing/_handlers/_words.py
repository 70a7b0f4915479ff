"""Words of a text: their stems, and how much they say about what it is about."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"\w+")
STEM = 5
_SHORTEST_STEM = 3

_COMMON_TEXT = (
    "a about all also an and answer any are as at be been but by can context could did do does for from given had "
    "has have he her his how i if in into is it its just me more most my no not of on only or our out passages "
    "please question say says she should so some such tell than that the their them then there these they this "
    "those to us use using was we were what when where which who whom whose why will with would you your "
)
COMMON = frozenset(_COMMON_TEXT.split())
_FREQUENT_TEXT = (
    "after another around away back be became become before being between both bring call called came case come "
    "contain contains country day different each end even example far few find form found get give go good group "
    "help important include including keep kind know known left less life line little look lot made main make "
    "makes making man many mean means member much must name named near need never new next number off often old "
    "once one other over own part people place point put right run same see several show side similar since "
    "something still take thing things think through time together type under until up used usually various very "
    "way well went while within without word work year "
)
FREQUENT = frozenset(_FREQUENT_TEXT.split())


def words_of(text: str) -> list[str]:
    """Return the words of `text` in lower case."""
    return _WORD.findall(text.lower())


@lru_cache(maxsize=20_000)
def stem_of(word: str) -> str:
    """Return a word of lower case without its endings: plural, `ing`, `ed`, `ly`, a mute `e`."""
    stem = _singular(word)
    for ending in ("ing", "ed", "ly", "e"):
        if len(stem) >= _SHORTEST_STEM + len(ending):
            stem = stem.removesuffix(ending)
    doubled = len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2] and stem[-1] not in "lsz"
    return stem[:-1] if doubled else stem  # run(n)ing


def _singular(word: str) -> str:
    if len(word) <= _SHORTEST_STEM or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("xes", "ches", "shes", "sses")) else word[:-1]


@lru_cache(maxsize=4096)
def topics_of(text: str) -> frozenset[str]:
    """Return the first letters of the stems of the words of `text`, common words left out."""
    return frozenset(stem_of(word)[:STEM] for word in words_of(text) if word not in COMMON)
