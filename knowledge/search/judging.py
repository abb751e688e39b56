"""Whether to answer: a confidence between 0 and 1 from few figures, and the three outcomes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from knowledge.search.vocabulary import table

# A gap wider than this says no more than one so wide.
_WIDE: Final = 0.25
_LEAST: Final = 1e-6
_FAINT: Final = 0.05
_STEEPEST: Final = 30.0
_NOTHING_SAID: Final = 0.2  # below it a question holds only words that carry any question ("hồ sơ", "giấy tờ")

Outcome = Literal["answer", "choose", "unknown"]


@dataclass(frozen=True)
class Signs:
    """The figures of one question, all 0 to 1 but the last.

    best, second: scores of the two best entries. lexical, telling: what the best entry owes to its own words and to
    a told situation. foreign: how well another body's matter fits. left: the share of the question that nothing of
    the best entry explains, and the heaviest single word of it; foreign_left: the same share for the other body's
    matter. fit: how well the operation agrees (-1 to 1). strange: the share of unknown words. weight: how much the
    question says (0 for nothing).
    """

    best: float = 0.0
    second: float = 0.0
    lexical: float = 0.0
    telling: float = 0.0
    foreign: float = 0.0
    left: float = 1.0
    largest: float = 0.0
    foreign_left: float = 1.0
    fit: float = 0.0
    strange: float = 0.0
    weight: float = 0.0


@dataclass(frozen=True)
class Verdict:
    """The confidence that the best entry is meant (0 to 1), and what to do."""

    confidence: float
    decision: Outcome


def features(signs: Signs) -> dict[str, float]:
    """Return the figures as the model of confidence takes them, by name."""
    # Only the stronger of words and situation counts: a catalogue of matters that no list knows has its words alone.
    own = max(signs.lexical, signs.telling)
    return {
        "always": 1.0,
        "best": signs.best,
        "own": own,
        "foreign_beyond_own": max(0.0, signs.foreign - own),
        "foreign_to_own": min(2.0, signs.foreign / max(own, _FAINT)),
        "foreign_and_left": signs.foreign * signs.left,
        "left": signs.left,
        "left_squared": signs.left * signs.left,
        "largest": signs.largest,
        "left_beyond_foreign": max(0.0, signs.left - signs.foreign_left),
        "foreign_left": signs.foreign_left,
        "fit": signs.fit,
        "strange": signs.strange,
        "weight": math.log1p(signs.weight),
    }


def confidence_of(weights: Mapping[str, float], signs: Signs) -> float:
    """Return the confidence (0 to 1) that weights give to the figures of a question; a missing weight is 0."""
    if signs.best <= 0 or signs.weight < _NOTHING_SAID:
        return 0.0
    total = sum(weights.get(name, 0.0) * value for name, value in features(signs).items())
    return 1 / (1 + math.exp(-max(-_STEEPEST, min(_STEEPEST, total))))


def plainness(confidence: float, gap: float, gap_weight: float) -> float:
    """Return how plainly one entry is meant: the log-odds of the confidence, more where the second is far behind.

    confidence: 0 to 1. gap: how far the second entry is behind, as a share of the first one's score.
    """
    clipped = min(max(confidence, _LEAST), 1 - _LEAST)
    return math.log(clipped / (1 - clipped)) + gap_weight * min(_WIDE, gap)


def judge(signs: Signs) -> Verdict:
    """Weigh the figures of a question with the stored weights and thresholds."""
    stored = table("thresholds")
    confidence = confidence_of(stored["weights"], signs)
    if confidence < stored["unknown"]:
        return Verdict(confidence, "unknown")
    gap = (signs.best - signs.second) / signs.best
    plain = gap >= stored["least_gap"] and plainness(confidence, gap, stored["gap_weight"]) >= stored["answer"]
    return Verdict(confidence, "answer" if plain else "choose")
