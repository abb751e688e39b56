"""What the search is given and what it gives back, and how the evidence for one entry adds up."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

OPERATION: Final = 0.17
OTHER_OPERATION: Final = 0.25
SECOND_WORDING: Final = 0.12
SITUATION: Final = 0.97


class Decision(StrEnum):
    """What a question deserves: an answer, a choice between few, or the admission that it is not known."""

    answer = "answer"
    choose = "choose"
    unknown = "unknown"


@dataclass(frozen=True)
class Entry:
    """One procedure to be found: its identifier, official title, field and further names (any spelling)."""

    id: str
    title: str
    field: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """One procedure found, its score (0 to 1, comparable between questions); which evidence counted, if asked for."""

    id: str
    title: str
    score: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """The outcome: the decision, and the best procedures whatever the decision."""

    query: str
    decision: Decision
    hits: tuple[Hit, ...]


@dataclass(slots=True)
class Weighed:
    """What speaks for one entry.

    wordings: the scores of its names with their numbers. telling, concept: the told situation that fits it best. fit,
    denial: how the operation and a "not subject to" agree. left: the share of the question that no name explains.
    """

    wordings: list[tuple[float, int]] = field(default_factory=list)
    telling: float = 0.0
    concept: int = -1
    fit: float = 0.0
    denial: float = 0.0
    left: float = 0.0
    score: float = 0.0

    def settle(self) -> None:
        """Work out the score from its parts."""
        ranked = sorted(self.wordings, reverse=True)
        lexical = ranked[0][0] if ranked else 0.0
        if len(ranked) > 1:
            lexical += SECOND_WORDING * ranked[1][0] * (1 - lexical)
        lexical = min(1.0, lexical)
        # What the words say and what the situation says are two witnesses: each makes good what the other lacks.
        both = 1 - (1 - lexical) * (1 - SITUATION * self.telling)
        self.score = max(0.0, both * (1 + (OPERATION if self.fit > 0 else OTHER_OPERATION) * self.fit + self.denial))
