"""Which aspect of a procedure a question is about: papers, time, fee, place …, and whether it names no procedure."""

from enum import StrEnum
from functools import cache
from typing import Final

from knowledge.search.phrases import Phrases, Seen
from knowledge.search.reading import cut
from knowledge.search.thesaurus import short_forms
from knowledge.search.vocabulary import fillers, table
from knowledge.vietnamese import decode, fold, is_folded_syllable, syllables

# A follow-up is short: what is longer tells a situation even when every single word is a common one.
_LONGEST_FOLLOW_UP: Final = 14
_WEAK: Final = "~"


class Aspect(StrEnum):
    """What of a procedure one may ask for."""

    papers = "papers"
    steps = "steps"
    time = "time"
    fee = "fee"
    where = "where"
    online = "online"
    counter = "counter"
    post = "post"
    level = "level"
    result = "result"
    legal_basis = "legal_basis"
    form = "form"


@cache
def _phrases() -> Phrases:
    phrases = Phrases()
    for name, lists in table("aspects").items():
        if name in _rank():
            phrases.add(name, lists["phrases"])
            phrases.add(_WEAK + name, lists["weak"])
    return phrases


@cache
def _rank() -> dict[str, int]:
    return {name: i for i, name in enumerate(n for n in table("aspects") if n in Aspect.__members__)}


def _words(text: str) -> list[str]:
    """Fold a question for matching: raw typing decoded, chat spellings of one meaning written out."""
    words: list[str] = []
    for word in syllables(cut(text)):
        meanings = short_forms().get(word, ())
        raw = None if is_folded_syllable(fold(word)) or word in fillers() else decode(word)
        if len(meanings) == 1 and word not in _keys():
            words.extend(fold(part) for part in meanings[0])
        else:
            words.append(fold(raw or word))
    return words


@cache
def _keys() -> frozenset[str]:
    # Words that the lists themselves spell in chat fashion stay as they are.
    return frozenset({"ntn", "onl", "form", "post"})


def _found(words: list[str]) -> list[Seen]:
    """Every listed phrase at every place, so that a long one does not hide another that overlaps it."""
    seen = {hit for start in range(len(words)) for hit in _phrases().starting(words, start)}
    return sorted(seen, key=lambda hit: (hit.start, hit.end))


def _best(found: list[Seen]) -> Aspect | None:
    if not found:
        return None
    strong = [hit for hit in found if not hit.key.startswith(_WEAK)]
    best = max(
        strong or found,
        key=lambda hit: (hit.end - hit.start, -_rank()[hit.key.removeprefix(_WEAK)], hit.start),
    )
    return Aspect(best.key.removeprefix(_WEAK))


def aspect_of(text: str) -> Aspect | None:
    """Return the aspect that a question asks for, None when it asks for none in particular.

    text: Vietnamese with or without marks, in chat spelling or raw typing, or English.
    """
    return _best(_found(_words(text)))


def is_follow_up(text: str) -> Aspect | None:
    """Return the aspect of a question that names no procedure ("thế còn lệ phí?"); None for any other text."""
    words = _words(text)
    if not words or len(words) > _LONGEST_FOLLOW_UP:
        return None
    found = _found(words)
    aspect = _best(found)
    if aspect is None:
        return None
    told = {place for hit in found for place in range(hit.start, hit.end)}
    left = [word for place, word in enumerate(words) if place not in told and word not in _around()]
    return None if left else aspect


@cache
def _around() -> frozenset[str]:
    return frozenset(fold(word) for word in table("aspects")["follow_up_words"].split())
