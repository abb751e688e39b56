"""The lists that lead from the words of a question to the wordings that hold them."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final

from knowledge.search.places import PAIR_SHARE, Reading

# What adds less than this to a wording is not worth looking up, nor is a wording far behind the best.
_NEGLIGIBLE: Final = 0.1
_PROMISING: Final = 0.25


class Lists:
    """For one range of wordings, numbered from ``first`` on: where each word and pair of neighbours stands.

    most_rows: the lists of common words are long; a question looks through so many rows, the rarest words first.
    """

    def __init__(self, first: int, most_rows: int) -> None:
        self._first = first
        self._most_rows = most_rows
        self._shrink: list[float] = []
        self._words: dict[int, Sequence[int]] = {}
        self._pairs: dict[int, Sequence[int]] = {}
        self._growing_words: dict[int, list[int]] = {}
        self._growing_pairs: dict[int, list[int]] = {}

    def add(self, words: Iterable[int], pairs: Iterable[int], shrink: float) -> None:
        """Enter the next wording; long ones shrink in the first, rough comparison."""
        at = len(self._shrink)
        self._shrink.append(shrink)
        for word in words:
            self._growing_words.setdefault(word, []).append(at)
        for pair in pairs:
            self._growing_pairs.setdefault(pair, []).append(at)

    def finish(self) -> None:
        """Make the lists ready; tuples of numbers, unlike lists, are nothing that the garbage collector has to walk."""
        alone = [(at,) for at in range(len(self._shrink))]  # most pairs stand in one wording only
        self._words = {w: tuple(rows) if len(rows) > 1 else alone[rows[0]] for w, rows in self._growing_words.items()}
        self._pairs = {p: tuple(rows) if len(rows) > 1 else alone[rows[0]] for p, rows in self._growing_pairs.items()}
        self._growing_words, self._growing_pairs = {}, {}

    def holds(self, pair: int) -> bool:
        """Whether any wording has this pair of neighbours."""
        return pair in self._pairs

    def best(self, reading: Reading, most: int) -> list[int]:
        """Return the numbers of the wordings worth a closer look, the best first."""
        sums: dict[int, float] = {}
        so_far = sums.get
        left = self._most_rows
        for length, weight, rows in self._steps(reading):
            for row in rows if length <= left else rows[:left]:
                sums[row] = so_far(row, 0.0) + weight
            left -= length
            if left <= 0:
                break
        least = _PROMISING * max(sums.values(), default=0.0)
        shrink, first = self._shrink, self._first
        ranked = sorted([(-total * shrink[row], row) for row, total in sums.items() if total >= least])
        return [first + row for _, row in ranked[:most]]

    def _steps(self, reading: Reading) -> list[tuple[int, float, Sequence[int]]]:
        """The lists that a question leads to with what each adds, the shortest first."""
        steps: list[tuple[int, float, Sequence[int]]] = []
        for place in reading.places:
            for word, match in place.known.meant.items():
                weight = place.weight * match
                if weight >= _NEGLIGIBLE and (rows := self._words.get(word)):
                    steps.append((len(rows), weight, rows))
        for pair, weight in reading.pairs.items():
            if rows := self._pairs.get(pair):
                steps.append((len(rows), weight * PAIR_SHARE, rows))
        steps.sort(key=itemgetter(0))
        return steps
