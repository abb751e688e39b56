"""What is searched: every wording of every entry, with the words and neighbouring words that it holds."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from knowledge.search.lists import Lists
from knowledge.search.reading import PAIR_SHARE, Reading
from knowledge.search.space import Space
from knowledge.search.thesaurus import short_forms
from knowledge.search.vocabulary import fillers
from knowledge.vietnamese import syllables

# What a title says after these words narrows it; people rarely repeat it, so it weighs less.
_NARROWING: Final = re.compile(
    r"\(|;|\bđối với\b|\btrường hợp\b|\bthuộc thẩm quyền\b|\btrên địa bàn\b|\btại Việt Nam\b|\btrong khu\b",
    re.IGNORECASE,
)
QUALIFIER: Final = 0.45
# How many rows of titles and of told situations a question looks through.
MOST_TITLE_ROWS: Final = 4_000
MOST_TOLD_ROWS: Final = 1_500
_LONG_WORDING: Final = 0.3
# The order of a question's words is only looked at where both parts of a title are plainly there.
_PLAINLY: Final = 0.7
_ENOUGH: Final = 0.3


@dataclass(slots=True)
class Surface:
    """One wording (title, alias …) of one owner, its words and pairs with their weights.

    ``head`` and ``tail`` are the words that stand only in what a title is about or only in what narrows it.
    """

    owner: int
    kind: str
    words: dict[int, float] = field(default_factory=dict)
    pairs: dict[int, float] = field(default_factory=dict)
    head: tuple[int, ...] = ()
    tail: tuple[int, ...] = ()
    size: float = 0.0


def split_title(text: str) -> tuple[str, str]:
    """Split a title into what it is about and what narrows it."""
    match = _NARROWING.search(text, 12)
    return (text, "") if match is None else (text[: match.start()], text[match.start() :])


def spelled_out(words: list[str]) -> list[str]:
    """Return the words with office short forms of a single meaning written out."""
    full: list[str] = []
    known = short_forms()
    for word in words:
        meanings = known.get(word)
        if meanings is not None and len(meanings) == 1 and len(word) > 2:
            full.extend(meanings[0])
        else:
            full.append(word)
    return full


class Surfaces:
    """All wordings, with the lists that lead from a word to the wordings that hold it."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.all: list[Surface] = []
        self._rows: list[tuple[list[int], list[float]]] = []
        self.titles = Lists(0, MOST_TITLE_ROWS)
        self.told = Lists(0, MOST_TOLD_ROWS)
        self._rarity: list[float] = []
        self._pair_rarity: dict[int, float] = {}

    def add(self, owner: int, kind: str, text: str) -> None:
        """Enter one wording."""
        head, rest = split_title(text) if kind == "title" else (text, "")
        numbers: list[int] = []
        shares: list[float] = []
        parts: list[frozenset[int]] = []
        for part, share in ((head, 1.0), (rest, QUALIFIER)):
            before = len(numbers)
            for word in spelled_out(syllables(part)):
                numbers.append(self.space.add(word))
                shares.append(share * (0.5 if word in fillers() else 1.0))
            parts.append(frozenset(numbers[before:]))
        if numbers:
            self.all.append(Surface(owner, kind, head=tuple(parts[0] - parts[1]), tail=tuple(parts[1] - parts[0])))
            self._rows.append((numbers, shares))

    def rows(self) -> Iterator[tuple[Surface, list[int]]]:
        """Every wording with the numbers of its words, until it is finished."""
        return zip(self.all, (numbers for numbers, _ in self._rows), strict=True)

    def finish(self, boundary: int) -> None:
        """Work out how rare each word and pair is, and weigh every wording by it.

        boundary: the number of the first wording that is a told situation and no name of an entry.
        """
        self.told = Lists(boundary, MOST_TOLD_ROWS)
        folded = self.space.folded
        counts = [0] * len(self.space.plain)
        pair_counts: dict[int, int] = {}
        for numbers, _ in self._rows:
            plain = [folded[n] for n in numbers]
            for p in set(plain):
                counts[p] += 1
            for key in {a << 20 | b for a, b in pairwise(plain)}:
                pair_counts[key] = pair_counts.get(key, 0) + 1
        total = len(self._rows) + 1
        top = math.log(1 + total / 0.5)
        self._rarity = [math.log(1 + total / (count + 0.5)) / top for count in counts]
        self._pair_rarity = {key: math.log(1 + total / (n + 0.5)) / top for key, n in pair_counts.items()}
        for number, surface in enumerate(self.all):
            self._weigh(surface, *self._rows[number])
            lists = self.titles if number < boundary else self.told
            lists.add(surface.words, surface.pairs, (surface.size + 3.0) ** -_LONG_WORDING)
        self.titles.finish()
        self.told.finish()
        self._rows.clear()

    def _weigh(self, surface: Surface, numbers: list[int], shares: list[float]) -> None:
        plain = [self.space.folded[n] for n in numbers]
        words, pairs, rarity = surface.words, surface.pairs, self._rarity
        for n, key, share in zip(numbers, plain, shares, strict=True):
            weight = rarity[key] * share
            if weight > words.get(n, 0.0):
                words[n] = weight
        for (a, b), share, before in zip(pairwise(plain), shares[1:], shares, strict=False):
            key = a << 20 | b
            weight = self._pair_rarity[key] * PAIR_SHARE * (share if share < before else before)
            if weight > pairs.get(key, 0.0):
                pairs[key] = weight
        surface.size = sum(words.values()) + sum(pairs.values())

    def plain_words(self, number: int) -> Iterator[int]:
        """The folded words of one wording."""
        folded = self.space.folded
        return (folded[n] for n in self.all[number].words)

    def rarity(self, plain: int) -> float:
        """How rare a folded word is, 0 (everywhere) to 1 (nowhere)."""
        return self._rarity[plain] if plain < len(self._rarity) else 1.0

    def pair_rarity(self, key: int) -> float:
        """How rare a pair of neighbours is; 0 when no wording holds it."""
        return self._pair_rarity.get(key, 0.0)

    def title_pair(self, key: int) -> float:
        """How rare a pair of neighbours is that names of entries hold; 0 when none does."""
        return self._pair_rarity[key] if self.titles.holds(key) else 0.0

    def compare(self, reading: Reading, surface: Surface) -> tuple[float, float]:
        """Return which share of the question a wording explains and which share of the wording is asked for."""
        matched = covered = 0.0
        got: dict[int, float] = {}
        meant = reading.by_word
        for n, share in surface.words.items():
            places = meant.get(n)
            if places is None:
                continue
            best = 0.0
            for at, match, weight in places:
                before = got.get(at, 0.0)
                if match > before:
                    matched += weight * (match - before)
                    got[at] = match
                if match > best:
                    best = match
            covered += share * best
        pairs = surface.pairs
        for key, weight in reading.pairs.items():
            if key in pairs:
                matched += weight * PAIR_SHARE
                covered += pairs[key]
        return min(1.0, matched / (reading.needed or 1.0)), min(1.0, covered / (surface.size or 1.0))

    @staticmethod
    def in_order(reading: Reading, surface: Surface) -> float:
        """Return whether a question says first what a title is about and then what narrows it (1) or not (-1).

        0 when it says only one of the two.
        """
        if not surface.tail:
            return 0.0
        about, narrowing = (_mean_place(reading, part) for part in (surface.head, surface.tail))
        if about is None or narrowing is None:
            return 0.0
        return 1.0 if about < narrowing else -1.0


def _mean_place(reading: Reading, words: tuple[int, ...]) -> float | None:
    """Where in a question some words stand on average; None when they are not plainly there."""
    weight = total = 0.0
    for n in words:
        for at, match, share in reading.by_word.get(n, ()):
            if match > _PLAINLY:
                weight += share
                total += share * at
    return total / weight if weight >= _ENOUGH else None
