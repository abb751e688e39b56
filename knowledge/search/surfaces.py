"""What is searched: every wording of every entry, with the words and neighbouring words that it holds."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from knowledge.search.lists import Lists
from knowledge.search.places import PAIR_SHARE, Reading
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
# A word that carries any title along weighs so much less.
FILLING: Final = 0.5
# How many rows of titles and of told situations a question looks through.
MOST_TITLE_ROWS: Final = 3_000
MOST_TOLD_ROWS: Final = 800
_LONG_WORDING: Final = 0.3
# The order of a question's words is only looked at where both parts of a title are plainly there.
_PLAINLY: Final = 0.7
_ENOUGH: Final = 0.3


@dataclass(frozen=True, slots=True)
class Surface:
    """One wording (title, alias …) of one owner: the words and neighbouring words that it holds, each once.

    ``head`` and ``tail`` are the words that stand only in what a title is about or only in what narrows it,
    ``tail_pairs`` the neighbours in what narrows it; ``size`` is what all its words and pairs weigh.
    """

    owner: int
    kind: str
    words: tuple[int, ...]
    pairs: tuple[int, ...]
    head: tuple[int, ...]
    tail: tuple[int, ...]
    tail_pairs: tuple[int, ...]
    size: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A wording before its words are weighed: its words in order, and at which of them the narrowing part begins."""

    owner: int
    kind: str
    numbers: tuple[int, ...]
    narrowing: int


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
    """All wordings, with the lists that lead from a word to the wordings that hold it.

    ``pair_rarity`` tells how rare two neighbouring folded words are, of those that some wording holds.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.all: list[Surface] = []
        self._rows: list[_Row] = []
        self.titles = Lists(0, MOST_TITLE_ROWS)
        self.told = Lists(0, MOST_TOLD_ROWS)
        self._rarity: list[float] = []
        self.pair_rarity: dict[int, float] = {}
        self._word_weight: list[float] = []
        # Neighbours of which one only carries a title along, in every wording that has them.
        self._light: frozenset[int] = frozenset()

    def add(self, owner: int, kind: str, text: str) -> None:
        """Enter one wording."""
        head, rest = split_title(text) if kind == "title" else (text, "")
        numbers = [self.space.add(word) for word in spelled_out(syllables(head))]
        narrowing = len(numbers)
        numbers += [self.space.add(word) for word in spelled_out(syllables(rest))]
        if numbers:
            self._rows.append(_Row(owner, kind, tuple(numbers), narrowing))

    def rows(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Every wording's owner with the numbers of its words, until it is finished."""
        return ((row.owner, row.numbers) for row in self._rows)

    def finish(self, owners: int) -> None:
        """Work out how rare each word and pair is, and weigh every wording by it.

        owners: so many are entries; the wordings of further ones are told situations and no names of an entry. They
        come last.
        """
        boundary = sum(row.owner < owners for row in self._rows)
        self.told = Lists(boundary, MOST_TOLD_ROWS)
        self._count()
        whole = {pair: pair for pair in self.pair_rarity}  # one number object for each pair, however often it stands
        for number, row in enumerate(self._rows):
            surface = self._weighed(row, whole)
            self.all.append(surface)
            lists = self.titles if number < boundary else self.told
            lists.add(surface.words, surface.pairs, (surface.size + 3.0) ** -_LONG_WORDING)
        self.titles.finish()
        self.told.finish()
        self._rows.clear()

    def _count(self) -> None:
        folded = self.space.folded
        counts = [0] * len(self.space.plain)
        pair_counts: dict[int, int] = {}
        carries = [word in fillers() for word in self.space.words]
        weighty: set[int] = set()
        for row in self._rows:
            for p in {folded[n] for n in row.numbers}:
                counts[p] += 1
            keys = {folded[a] << 20 | folded[b]: carries[a] or carries[b] for a, b in pairwise(row.numbers)}
            for key, light in keys.items():
                pair_counts[key] = pair_counts.get(key, 0) + 1
                if not light:
                    weighty.add(key)
        total = len(self._rows) + 1
        top = math.log(1 + total / 0.5)
        rare = [math.log(1 + total / (count + 0.5)) / top for count in range(1 + max(counts, default=0))]
        self._rarity = [rare[count] for count in counts]
        self.pair_rarity = {key: rare[count] for key, count in pair_counts.items()}
        self._light = frozenset(pair_counts.keys() - weighty)
        self._word_weight = [
            self._rarity[key] * (FILLING if fills else 1.0) for key, fills in zip(folded, carries, strict=True)
        ]

    def _pair_weight(self, key: int) -> float:
        return self.pair_rarity[key] * PAIR_SHARE * (FILLING if key in self._light else 1.0)

    def _weighed(self, row: _Row, whole: dict[int, int]) -> Surface:
        folded = self.space.folded
        keys = [whole[folded[a] << 20 | folded[b]] for a, b in pairwise(row.numbers)]
        head, tail = frozenset(row.numbers[: row.narrowing]), frozenset(row.numbers[row.narrowing :])
        words, pairs = tuple(dict.fromkeys(row.numbers)), tuple(dict.fromkeys(keys))
        tail_pairs = frozenset(keys[max(row.narrowing - 1, 0) :]) - frozenset(keys[: max(row.narrowing - 1, 0)])
        size = sum(self._word_weight[n] * (QUALIFIER if n in tail and n not in head else 1.0) for n in words)
        size += sum(self._pair_weight(key) * (QUALIFIER if key in tail_pairs else 1.0) for key in pairs)
        if not tail:
            return Surface(row.owner, row.kind, words, pairs, (), (), (), size)
        about, narrowing = tuple(head - tail), tuple(tail - head)
        return Surface(row.owner, row.kind, words, pairs, about, narrowing, tuple(tail_pairs), size)

    def plain_words(self, number: int) -> Iterator[int]:
        """The folded words of one wording."""
        folded = self.space.folded
        return (folded[n] for n in self.all[number].words)

    def rarity(self, plain: int) -> float:
        """How rare a folded word is, 0 (everywhere) to 1 (nowhere)."""
        return self._rarity[plain] if plain < len(self._rarity) else 1.0

    def title_pair(self, key: int) -> float:
        """How rare a pair of neighbours is that names of entries hold; 0 when none does."""
        return self.pair_rarity[key] if self.titles.holds(key) else 0.0

    def compare(self, reading: Reading, surface: Surface) -> tuple[float, float]:
        """Return which share of the question a wording explains and which share of the wording is asked for."""
        matched = covered = 0.0
        got: dict[int, float] = {}
        meant, weights, tail = reading.by_word, self._word_weight, surface.tail
        for n in reading.meant.intersection(surface.words):
            best = 0.0
            for at, match, weight in meant[n]:
                before = got.get(at, 0.0)
                if match > before:
                    matched += weight * (match - before)
                    got[at] = match
                if match > best:
                    best = match
            covered += weights[n] * best * (QUALIFIER if n in tail else 1.0)
        tail = surface.tail_pairs
        for key in reading.neighbours.intersection(surface.pairs):
            matched += reading.pairs[key] * PAIR_SHARE
            covered += self._pair_weight(key) * (QUALIFIER if key in tail else 1.0)
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
