"""What a reading of a question is made of: places, each with the words that may be meant there."""

from dataclasses import dataclass, field
from typing import Final

from knowledge.search.thesaurus import Other

# Neighbouring words count so much beside single ones.
PAIR_SHARE: Final = 1.2


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a typed word: the words it may mean, the same folded, its weight, whether it is strange.

    ``plain`` comes likeliest first; ``likeliest`` is its beginning. ``guess`` is the best guess at what was meant,
    folded, ``typed`` what was typed with raw typing decoded.
    """

    meant: dict[int, float]
    plain: tuple[tuple[int, float], ...]
    likeliest: tuple[tuple[int, float], ...]
    weight: float
    strange: bool
    guess: str
    typed: str


@dataclass(slots=True)
class Place:
    """One syllable of the question: its weight, the share of it that must be explained, and what it may mean."""

    weight: float
    needed: float
    known: Known


@dataclass
class Reading:
    """A question taken apart.

    ``words`` are the best guesses at what was meant, folded, ``typed`` what was typed with raw typing decoded;
    ``sayings`` are other readings of some of the words; ``firm`` says which words are no mere story.
    ``pairs`` are neighbouring folded syllables known from titles, with their weights; ``by_word`` leads from a known
    word to the places that may mean it, with the match and the weight of each; ``meant`` and ``neighbours`` are the
    keys of the two. ``asked`` are the places that must be explained, ``folded`` the folded words that they may mean.
    """

    words: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    pairs: dict[int, float] = field(default_factory=dict)
    by_word: dict[int, list[tuple[int, float, float]]] = field(default_factory=dict)
    sayings: list[Other] = field(default_factory=list)
    firm: list[bool] = field(default_factory=list)
    asked: list[Place] = field(default_factory=list)
    folded: frozenset[int] = frozenset()
    meant: frozenset[int] = frozenset()
    neighbours: frozenset[int] = frozenset()
    needed: float = 0.0
    strange: float = 0.0
    content: float = 0.0
