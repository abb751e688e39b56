"""What a short message is about when it is not about a procedure: a greeting, the office's address, a look-up …

A list of phrases a matter (`data/matters.toml`), compared without marks and case. A phrase must fill the message, save
for words of politeness; phrases marked with `…` in front may also stand inside a longer message.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from knowledge.vietnamese import fold, syllables

LONGEST_WORDS = 40  # a longer message tells a story and is left to the search
LONGEST_READ = 2000  # characters: so many hold more than LONGEST_WORDS
CALL = "ơi"
INSIDE = "…"


class Matter(StrEnum):
    """What one may want besides a procedure."""

    greeting = "greeting"
    thanks = "thanks"
    bye = "bye"
    who = "who"
    menu = "menu"
    help = "help"
    cancel = "cancel"
    human = "human"
    lookup = "lookup"
    mine = "mine"
    feedback = "feedback"
    fields = "fields"
    address = "address"
    hours = "hours"
    phone = "phone"
    holidays = "holidays"
    vietnamese = "vietnamese"
    english = "english"


@dataclass(frozen=True, slots=True)
class _Phrases:
    whole: dict[str, Matter]
    bare: dict[str, Matter]
    spelt: frozenset[str]
    inside: tuple[tuple[str, Matter], ...]
    polite: frozenset[str]


@cache
def _phrases() -> _Phrases:
    text = resources.files("knowledge").joinpath("data/matters.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    polite = frozenset(fold(word) for word in data["polite"])
    listed = [(phrase, matter) for matter in Matter for phrase in data["matters"][matter]]
    inside = [(f" {_key(syllables(phrase))} ", matter) for phrase, matter in listed if phrase.startswith(INSIDE)]
    filling = [(syllables(phrase), matter) for phrase, matter in listed if not phrase.startswith(INSIDE)]
    return _Phrases(
        whole={_key(syllables(phrase)): matter for phrase, matter in listed},
        bare={_key(_bare(words, polite)): matter for words, matter in filling if _bare(words, polite)},
        spelt=frozenset(" ".join(_bare(words, polite)) for words, _ in filling),
        inside=tuple(sorted(inside, key=lambda entry: -len(entry[0]))),
        polite=polite,
    )


def _key(words: list[str]) -> str:
    return " ".join(fold(word) for word in words)


def _bare(words: list[str], polite: frozenset[str]) -> list[str]:
    return [word for word in words if fold(word) not in polite]


@dataclass(frozen=True, slots=True)
class Meant:
    """What a message is about.

    `wholly` tells that it says nothing else; `exact` that it does so letter for letter. Without its marks a phrase may
    be something else: "huy" and "dung" are names as well as huỷ and dừng.
    """

    matter: Matter
    wholly: bool
    exact: bool = False


def meant(text: str) -> Meant | None:
    """Tell what a message is about, or None when that is for the search to say."""
    words = syllables(text[:LONGEST_READ])
    if not words or len(words) > LONGEST_WORDS:
        return None
    known = _phrases()
    bare = _bare(words, known.polite)
    if not bare:
        return Meant(known.whole.get(_key(words)) or _politeness(words), wholly=True)
    found = known.whole.get(_key(words)) or known.bare.get(_key(bare))
    if found is not None:
        return Meant(found, wholly=True, exact=" ".join(bare) in known.spelt)
    padded = f" {_key(words)} "
    return next((Meant(matter, wholly=False) for phrase, matter in known.inside if phrase in padded), None)


def _politeness(words: list[str]) -> Matter:
    """Take words of politeness alone as a call ("ad ơi") or as a nod ("dạ")."""
    return Matter.greeting if CALL in words else Matter.menu
