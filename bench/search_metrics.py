"""How good ranked answers are: recall, MRR, false answers at a loss, direct answers, each with its interval.

Every kind of question weighs the same in a figure over several kinds, however many questions it has.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.search_records import DEPTH, Answer, Question

KINDS: Final = {
    "clean": "clean",
    "nomarks": "no marks, or some missing",
    "aspect": "one aspect only",
    "telex": "raw Telex",
    "vni": "raw VNI",
    "abbrev": "abbreviations",
    "misspelling": "misspelling (initials, finals, hỏi/ngã, i/y)",
    "typo": "typo",
    "teencode": "teencode",
    "run_together": "words run together",
    "polite": "long and polite",
    "english": "English",
    "situation": "situation, without the title's words",
    "two_at_once": "two kinds of noise at once",
}
GROUPS: Final = {
    "clean, no marks, aspect": ("clean", "nomarks", "aspect"),
    "Telex, VNI, abbreviations": ("telex", "vni", "abbrev"),
    "misspelled, typo, teencode, run together, polite": ("misspelling", "typo", "teencode", "run_together", "polite"),
    "English": ("english",),
    "situation": ("situation",),
    "two kinds of noise at once": ("two_at_once",),
}
LOSSES: Final = (5.0, 0.5)  # points of recall
_Z: Final = 1.959964  # 95 % of the normal distribution
_DRAWS: Final = 2000
_SEED: Final = 4


@dataclass(frozen=True)
class Asked:
    """A question with its answer."""

    question: Question
    answer: Answer

    @property
    def in_scope(self) -> bool:
        """Whether any answer would be right."""
        return bool(self.question.expect)

    @property
    def cluster(self) -> int:
        """The forms of one golden question are not independent: they are drawn together."""
        return self.question.source

    def right_within(self, top: int) -> float:
        """1 when a right id is among the first ``top``."""
        return float(any(one in self.question.expect for one in self.answer.ids[:top]))

    def reciprocal_rank(self) -> float:
        """One over the place of the first right id, 0 when none is among the first ten."""
        for place, one in enumerate(self.answer.ids[:DEPTH], 1):
            if one in self.question.expect:
                return 1 / place
        return 0.0


@dataclass(frozen=True)
class Figure:
    """A share (0 to 1) with the ends of its 95 % confidence interval."""

    value: float
    low: float
    high: float


MEASURES: Final[Mapping[str, Callable[[Asked], float]]] = {
    "recall@1": lambda one: one.right_within(1),
    "recall@3": lambda one: one.right_within(3),
    "MRR": Asked.reciprocal_rank,
}


def wilson(hits: float, count: int) -> Figure:
    """A share of independent trials with Wilson's score interval; 0 to 1 where there was no trial."""
    if not count:
        return Figure(0.0, 0.0, 1.0)
    share = hits / count
    middle = (share + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z / (1 + _Z**2 / count) * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    return Figure(share, max(0.0, middle - reach), min(1.0, middle + reach))


def figure(asked: Sequence[Asked], kinds: Iterable[str], measure: Callable[[Asked], float]) -> Figure | None:
    """The mean over kinds of a measure over the questions in scope; None when no question is of these kinds.

    One kind and hits or misses only: Wilson's interval. Otherwise a bootstrap that draws golden questions.
    """
    wanted = frozenset(kinds)
    rows = [one for one in asked if one.in_scope and one.question.kind in wanted]
    if not rows:
        return None
    values = [measure(one) for one in rows]
    if len({one.question.kind for one in rows}) == 1 and set(values) <= {0.0, 1.0}:
        return wilson(sum(values), len(values))
    return _bootstrapped(rows, values, [1.0] * len(rows))


def ratio(asked: Sequence[Asked], of: Callable[[Asked], bool], good: Callable[[Asked], float]) -> Figure | None:
    """Of the questions in scope that ``of`` holds for, the share that is ``good`` (1 or 0); kinds weigh the same."""
    rows = [one for one in asked if one.in_scope]
    if not any(of(one) for one in rows):
        return None
    given = [float(of(one)) for one in rows]
    values = [float(of(one)) * good(one) for one in rows]
    return _bootstrapped(rows, values, given, whole=True)


def _bootstrapped(
    rows: Sequence[Asked], values: Sequence[float], given: Sequence[float], *, whole: bool = False
) -> Figure:
    """Draw clusters with replacement; whole: one quotient over all kinds, not the mean of one for each kind."""
    kinds = sorted({one.question.kind for one in rows})
    clusters = sorted({one.cluster for one in rows})
    at_kind = {kind: j for j, kind in enumerate(kinds)}
    at_cluster = {cluster: i for i, cluster in enumerate(clusters)}
    top, bottom, count = (np.zeros((len(clusters), len(kinds))) for _ in range(3))
    for one, value, weight in zip(rows, values, given, strict=True):
        place = at_cluster[one.cluster], at_kind[one.question.kind]
        top[place] += value
        bottom[place] += weight
        count[place] += 1
    draws = np.random.default_rng(_SEED).multinomial(len(clusters), [1 / len(clusters)] * len(clusters), _DRAWS)
    found = []
    for weights in (np.ones((1, len(clusters))), draws):
        asked = np.maximum(weights @ count, 1e-9)
        if whole:
            share = ((weights @ top) / asked).sum(1) / np.maximum(((weights @ bottom) / asked).sum(1), 1e-9)
        else:
            there = (weights @ bottom) > 0
            share = ((weights @ top) / np.maximum(weights @ bottom, 1e-9)).sum(1) / np.maximum(there.sum(1), 1)
        found.append(share)
    low, high = np.quantile(found[1], (0.025, 0.975))
    return Figure(float(found[0][0]), float(low), float(high))


def threshold_at_loss(asked: Sequence[Asked], points: float) -> float:
    """The highest threshold on the first score that turns away right first answers worth at most so many points.

    Points are of recall@1 over all questions in scope, every kind weighing the same. Infinite when all may be lost.
    """
    inside = [one for one in asked if one.in_scope]
    counts = Counter(one.question.kind for one in inside)
    right = sorted((one.answer.score, one.question.kind) for one in inside if one.right_within(1))
    lost = 0.0
    for score, kind in right:
        lost += 1 / counts[kind] / len(counts)
        if lost > points / 100 + 1e-12:
            return score
    return math.inf


def is_false(one: Asked, threshold: float) -> bool:
    """Whether a question out of scope gets an answer at this threshold."""
    return bool(one.answer.ids) and one.answer.score >= threshold


def false_answers(sets: Iterable[Sequence[Asked]], points: float) -> Figure:
    """The share of questions out of scope that are answered; each set (one catalogue) has its own threshold."""
    hits = count = 0
    for asked in sets:
        threshold = threshold_at_loss(asked, points)
        outside = [one for one in asked if not one.in_scope]
        hits += sum(is_false(one, threshold) for one in outside)
        count += len(outside)
    return wilson(hits, count)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share (0 to 1) of the values does not exceed: the nearest rank; 0 for no values."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else 0.0
