"""A feedback as the groups of phrases that stand in it (`data/feedback_kinds.toml`), with and without marks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from knowledge.vietnamese import fold, is_marked, syllables

READ_MOST = 6000  # characters: a feedback is shorter (4000)
GAP = "…"
GAP_WORDS = 5
MARKED_LEAST = 0.2  # of the words of a text that was typed with marks more than these carry one
_PARTS = re.compile(r"[.,;:!?\n…]+|\s(?=(?:còn|đồng thời|ngoài ra|nên|nhưng|mà|đã vậy|cộng thêm|khiến|and|but)\s)")


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of phrases, and the short forms that are written out first."""

    short: Mapping[str, str]
    marked: Mapping[str, re.Pattern[str]]
    folded: Mapping[str, re.Pattern[str]]


@cache
def _groups() -> Groups:
    read = resources.files("knowledge").joinpath("data/feedback_kinds.toml").read_text(encoding="utf-8")
    data = tomllib.loads(read)
    words: dict[str, list[str]] = data["words"]
    marked = {name: _compiled(_spelt(phrase) for phrase in phrases) for name, phrases in words.items()}
    other = set(data["plain"]["not"])
    folded = {name: _compiled(fold(_spelt(one)) for one in some if one not in other) for name, some in words.items()}
    return Groups(data["short"], marked, folded)


def _spelt(phrase: str) -> str:
    return f" {GAP} ".join(" ".join(syllables(part)) for part in phrase.split(GAP))


def _compiled(phrases: Iterable[str]) -> re.Pattern[str]:
    """Make one pattern of phrases, the longest first; what is found may share its spaces with the next."""
    gap = rf"(?:\S+ ){{0,{GAP_WORDS}}}"
    patterns = [re.escape(phrase).replace(rf"\ {GAP}\ ", rf"\ {gap}") for phrase in phrases]
    return re.compile(r"(?<= )(?:" + "|".join(sorted(set(patterns), key=len, reverse=True)) + r")(?= )")


class Read:
    """A text, and how many different phrases of each group stand in it."""

    def __init__(self, text: str) -> None:
        groups = _groups()
        parts = [_words(part, groups.short) for part in _PARTS.split(text[:READ_MOST].replace("%", " phần trăm "))]
        words = [word for part in parts for word in part]
        is_plain = sum(map(is_marked, words)) <= MARKED_LEAST * len(words)
        self.parts = [part for part in parts if part]
        self._patterns = groups.folded if is_plain else groups.marked
        said = [" ".join(part) for part in self.parts]
        about = self._patterns["about"]
        self._parts = [about.sub(GAP, f" {fold(part) if is_plain else part} ") for part in said]
        self._said = " ".join(self._parts)
        self._ends_asking = text.rstrip().endswith("?")

    def is_question(self) -> bool:
        """Tell whether something is asked rather than told."""
        return self._ends_asking or self.has("asking")

    def groups(self) -> Iterator[str]:
        """Name the groups of which something stands here."""
        return (name for name, pattern in self._patterns.items() if pattern.search(self._said))

    def count(self, group: str) -> int:
        """Count how many different phrases of a group stand here."""
        return len(set(self._patterns[group].findall(self._said)))

    def has(self, *groups: str) -> bool:
        """Tell whether a phrase of one of these groups stands here."""
        return any(self._patterns[group].search(self._said) for group in groups)

    def apart(self, group: str, without: str) -> bool:
        """Tell whether some part of a sentence speaks of the one and not of the other."""
        one, other = self._patterns[group], self._patterns[without]
        return any(one.search(part) and not other.search(part) for part in self._parts)

    def together(self, group: str, others: Iterable[str]) -> bool:
        """Tell whether some part of a sentence speaks of the one and of one of the others."""
        one, rest = self._patterns[group], [self._patterns[other] for other in others]
        return any(one.search(part) and any(other.search(part) for other in rest) for part in self._parts)

    def moves_money(self) -> bool:
        """Tell whether money, or something of worth, goes from hand to hand in one part of a sentence."""
        return any(self._moves_money(part) for part in self._parts)

    def _moves_money(self, part: str) -> bool:
        if self._patterns["lawful"].search(part):
            return False
        part = self._patterns["person"].sub(GAP, part)  # nhân viên is no nhận
        move = self._patterns["moves"].search(part)
        return move is not None and self._patterns["worth"].search(part, move.end()) is not None


def _words(text: str, short: Mapping[str, str]) -> list[str]:
    """Cut a text into syllables, short forms written out."""
    return [word for typed in syllables(text) for word in syllables(short.get(typed, typed))]
