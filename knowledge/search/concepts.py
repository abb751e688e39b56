"""Concepts: matters (an object and what is done to it) with the many ways in which people tell of them.

A concept is keyed by what it means and finds its procedures in any catalogue by the words of their titles. A concept
without procedures in a catalogue is another body's matter there, and speaks against the answers that look similar.
"""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from knowledge.search.phrases import Phrases
from knowledge.search.places import Known, Reading
from knowledge.search.vocabulary import read

FILES: Final = ("concepts", "public_matters", "other_bodies")
# The files whose concepts lump several matters together.
_LUMPED: Final = ("other_bodies",)
# A longer title that says the same and more is a less likely meaning.
_LEAST_SHARE: Final = 0.8
# What a title says after these words it is not about.
_DENIED: Final = ("khong", "thuoc", "dien")
# A word counts nearly fully from its third wording on; fainter words and likenesses are left out.
_SATURATED: Final = 1.0
_FAINT: Final = 0.1
_LEAST_MATCH: Final = 0.55
_MOST_REMEMBERED: Final = 2_000
_MOST_SETS: Final = 100


@dataclass(frozen=True)
class Concept:
    """One matter: phrases that a title about it contains, and its operations; how people tell of it, see `wordings`.

    close: how near its titles are to each other; a matter that lumps several together proves less for each.
    """

    key: str
    objects: tuple[str, ...]
    operations: frozenset[str]
    without: tuple[str, ...]
    parent: str
    close: float


@cache
def _rows() -> list[tuple[str, dict[str, Any]]]:
    """Every listed concept with the file that lists it."""
    return [(name, row) for name in FILES for row in read(name)["concept"]]


@cache
def concepts() -> tuple[Concept, ...]:
    """Return all listed concepts in the order of their files."""
    return tuple(
        Concept(
            row["key"],
            tuple(row["object"]),
            frozenset(row.get("operation", ())),
            tuple(row.get("without", ())),
            row.get("parent", ""),
            max(1, len(row["object"])) ** -0.5 if name in _LUMPED else 1.0,
        )
        for name, row in _rows()
    )


def wordings(later: bool) -> Iterator[tuple[int, str]]:
    """Every wording of every concept with the concept's number, with or without those written later."""
    for number, (_, row) in enumerate(_rows()):
        for wording in (*row["object"], *row["telling"], *(row.get("later", ()) if later else ())):
            yield number, wording
    _rows.cache_clear()  # thousands of sentences, of which an index keeps what it needs


@dataclass(frozen=True)
class Title:
    """A title as a row of words, folded and as written; the first ``head`` of them say what it is about."""

    folded: tuple[str, ...]
    written: tuple[str, ...]
    head: int


class Owners:
    """Finds which entries of a catalogue each concept stands for."""

    def __init__(self) -> None:
        self._phrases = Phrases()
        self._found: dict[int, dict[int, tuple[bool, float]]] = {}
        for number, concept in enumerate(concepts()):
            self._phrases.add(f"+{number}", concept.objects)
            self._phrases.add(f"-{number}", concept.without)

    def enter(self, owner: int, title: Title, operations: frozenset[str], weight: float = 1.0) -> None:
        """Offer one title of an entry, and the operations that it names."""
        wanted: dict[int, tuple[bool, int]] = {}
        unwanted: set[int] = set()
        for start in range(len(title.folded)):
            denied = tuple(title.folded[max(0, start - 3) : start]) == _DENIED
            for seen in self._phrases.starting(title.folded, start, title.written):
                number = int(seen.key[1:])
                if seen.key[0] == "-":
                    unwanted.add(number)
                elif not denied:
                    found = (start < title.head, seen.end - seen.start)
                    wanted[number] = max(wanted.get(number, (False, 0)), found)
        for number, (in_head, length) in wanted.items():
            concept = concepts()[number]
            if number in unwanted or (concept.operations and not concept.operations & operations):
                continue
            share = (_LEAST_SHARE + (1 - _LEAST_SHARE) * length / max(len(title.folded), 1)) * weight * concept.close
            row = self._found.setdefault(number, {})
            row[owner] = max(row.get(owner, (False, 0.0)), (in_head, share))

    def _own(self, number: int) -> dict[int, float]:
        """The entries of one concept: those that it is about, else those that mention it in what narrows them."""
        row = self._found.get(number, {})
        about = {owner: share for owner, (in_head, share) in row.items() if in_head}
        return about or {owner: share for owner, (_, share) in row.items()}

    def settle(self) -> list[dict[int, float]]:
        """Return for every concept its entries with their shares; one without any takes those of its parent."""
        numbers = {concept.key: number for number, concept in enumerate(concepts())}
        rows: list[dict[int, float]] = []
        for number, concept in enumerate(concepts()):
            row, parent, depth = self._own(number), concept.parent, 0
            while not row and parent and depth < 4:
                row = self._own(numbers[parent])
                parent, depth = concepts()[numbers[parent]].parent, depth + 1
            rows.append(row)
        return rows


def _weights(counts: Sequence[Counter[int]]) -> list[dict[int, float]]:
    """Weigh the words of groups against each other: strong are those that many wordings of few groups hold."""
    spread: Counter[int] = Counter(word for count in counts for word in count)
    top = math.log(1 + len(counts))
    return [
        {w: math.log(1 + len(counts) / spread[w]) / top * (1 - math.exp(-n / _SATURATED)) for w, n in count.items()}
        for count in counts
    ]


class Bags:
    """Every word of every concept's wordings, and how strongly it points to that concept (0 to 1)."""

    def __init__(self, wordings: Iterable[tuple[int, Sequence[int]]]) -> None:
        counts: list[Counter[int]] = [Counter() for _ in concepts()]
        for concept, numbers in wordings:
            counts[concept].update(set(numbers))
        self._words = [array("I", count) for count in counts]
        self._by_word: dict[int, tuple[array[int], array[float]]] = {}
        for concept, weights in enumerate(_weights(counts)):
            for word, weight in weights.items():
                if weight >= _FAINT:
                    row = self._by_word.setdefault(word, (array("H"), array("f")))
                    row[0].append(concept)
                    row[1].append(weight)
        self._sets: dict[int, frozenset[int]] = {}
        self._pointed: dict[int, tuple[Known, tuple[tuple[int, float], ...]]] = {}

    def words(self, concept: int) -> frozenset[int]:
        """Every folded word of a concept's wordings; those of concepts asked for are kept."""
        found = self._sets.get(concept)
        if found is None:
            if len(self._sets) >= _MOST_SETS:
                self._sets.clear()
            found = self._sets[concept] = frozenset(self._words[concept])
        return found

    def scores(self, reading: Reading) -> dict[int, float]:
        """Return for every concept that a question touches which share of the question points to it."""
        sums: dict[int, float] = {}
        so_far = sums.get
        content = reading.content or 1.0
        for place in reading.places:
            if place.needed >= _FAINT:
                share = place.needed / content
                for concept, weight in self._pointing(place.known):
                    sums[concept] = so_far(concept, 0.0) + weight * share
        return sums

    def _pointing(self, known: Known) -> tuple[tuple[int, float], ...]:
        """The concepts that one word points to, remembered as long as the word is."""
        kept = self._pointed.get(id(known))
        if kept is not None and kept[0] is known:
            return kept[1]
        best: dict[int, float] = {}
        for key, match in known.plain:
            row = self._by_word.get(key)
            if match > _LEAST_MATCH and row is not None:
                for concept, weight in zip(*row, strict=True):
                    if match * weight > best.get(concept, 0.0):
                        best[concept] = match * weight
        found = tuple(best.items())
        if len(self._pointed) > _MOST_REMEMBERED:
            self._pointed.clear()
        self._pointed[id(known)] = (known, found)
        return found
