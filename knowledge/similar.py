"""How alike short texts are by their rarer words, marks aside: enough to find an answer that is published already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import log

from knowledge.vietnamese import fold, syllables

READ_MOST = 2000  # characters of a text that are compared


def _pairs(text: str) -> set[str]:
    """Give the pairs of neighbouring syllables: Vietnamese words are mostly two."""
    words = [fold(word) for word in syllables(text[:READ_MOST])]
    return {f"{first} {second}" for first, second in pairwise(words)} or set(words)


def most_alike(text: str, others: Sequence[str], least: float, most: int) -> list[int]:
    """Give the places of the texts that are at least so alike (0 to 1), the most alike first, at most so many.

    Alike: the share of the shorter one's pairs that both hold, a pair counting by how rare it is among the texts.
    """
    known = [_pairs(other) for other in others]
    asked = _pairs(text)
    held = Counter(pair for pairs in [*known, asked] for pair in pairs)
    weigh = {pair: log(1 + (len(known) + 1) / count) for pair, count in held.items()}
    ranked = sorted(((_share(asked, pairs, weigh), -place) for place, pairs in enumerate(known)), reverse=True)
    return [-place for share, place in ranked[:most] if share >= least]


def _share(one: set[str], other: set[str], weigh: dict[str, float]) -> float:
    least = min(sum(weigh[pair] for pair in one), sum(weigh[pair] for pair in other))
    return sum(weigh[pair] for pair in one & other) / least if least else 0.0
