"""Reading a question: what every typed word may mean, as places that can be held against a title."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from knowledge.search import focus
from knowledge.search.space import Space
from knowledge.search.splitting import split
from knowledge.search.thesaurus import Initials, Other, listed_words, others, short_forms
from knowledge.search.vocabulary import fillers
from knowledge.vietnamese import decode, fold, is_folded_syllable, syllables

# A question may be a pasted document: what it is about stands at its beginning or at its end.
HEAD: Final = 600
TAIL: Final = 300
MOST_WORDS: Final = 60
LONGEST_WORD: Final = 120
# Taking words apart is the dearest step: a question may have so many letters of them.
MOST_SPLIT_LETTERS: Final = 120

FILLER: Final = 0.15
STRANGE_SYLLABLE: Final = 0.5
STRANGE_WORD: Final = 0.4
NUMBER: Final = 0.05
# A word that is only the short form of others keeps little weight of its own, so does a word read in English.
SHORT_FORM_ITSELF: Final = 0.3
_ENDINGS: Final = ("ing", "ed", "es", "s", "'s")
_CAPITALS: Final = re.compile(r"\b[A-ZĐƯ]{2,}\b")
PAIR_SHARE: Final = 1.2
_UNKNOWN_PAIR: Final = 0.35
_MOST_MEANINGS: Final = 5
_MOST_REMEMBERED: Final = 20_000


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a typed word: the words it may mean, the same folded, its weight, whether it is strange."""

    meant: dict[int, float]
    plain: dict[int, float]
    likeliest: tuple[tuple[int, float], ...]
    weight: float
    strange: bool


@dataclass(slots=True)
class Place:
    """One syllable of the question: its weight, the share of it that must be explained, and what it may mean."""

    weight: float
    needed: float
    known: Known

    @property
    def plain(self) -> dict[int, float]:
        """The folded words that may be meant, each with how much it counts."""
        return self.known.plain


@dataclass
class Reading:
    """A question taken apart.

    ``words`` are the best guesses at what was meant, folded, ``typed`` what was typed with raw typing decoded;
    ``sayings`` are other readings of some of the words; ``firm`` says which words are no mere story.
    ``pairs`` are neighbouring folded syllables known from titles, with their weights; ``by_word`` leads from a known
    word to the places that may mean it, with the match and the weight of each.
    """

    words: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    pairs: dict[int, float] = field(default_factory=dict)
    by_word: dict[int, list[tuple[int, float, float]]] = field(default_factory=dict)
    sayings: list[Other] = field(default_factory=list)
    firm: list[bool] = field(default_factory=list)
    needed: float = 0.0
    strange: float = 0.0
    content: float = 0.0


def cut(text: str) -> str:
    """Return at most the beginning and the end of a long text."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"


class Reader:
    """Turns questions into readings against one space of known words."""

    def __init__(
        self,
        space: Space,
        rarity: Callable[[int], float],
        pair_rarity: Callable[[int], float],
        title_pair: Callable[[int], float],
        initials: Initials,
    ) -> None:
        self._space = space
        self._rarity = rarity
        self._pair_rarity = pair_rarity
        self._title_pair = title_pair
        self._initials = initials
        self._fillers = fillers()
        self._known: dict[str, Known] = {}
        self._listed = listed_words()
        self._kept = self._listed | short_forms().keys()

    def read(self, text: str) -> Reading:
        """Take a question apart; any text gives a reading, if only an empty one."""
        words, sizes = self._words(text)
        guesses = [self._guess(word) for word in words]
        shares = focus.shares(focus.pieces(sizes), partial(self._named, words, guesses), MOST_WORDS)
        if len(words) > focus.SHORT_ENOUGH:
            kept = [at for at, share in enumerate(shares) if share]
            words, guesses, shares = [words[n] for n in kept], [guesses[n] for n in kept], [shares[n] for n in kept]
        reading = Reading(guesses, [_decoded(word, guess) for word, guess in zip(words, guesses, strict=True)])
        reading.firm = [share == 1.0 for share in shares]
        reading.sayings = others(words, reading.typed, reading.words, _capitals(text), self._initials)
        explained = self._explained(reading.sayings)
        by_start: dict[int, list[Other]] = {}
        for other in reading.sayings:
            by_start.setdefault(other.start, []).append(other)
        ends: list[list[int]] = [[] for _ in range(len(words) + 1)]
        seen: set[str] = set()
        for at, word in enumerate(words):
            fresh = word not in seen
            seen.add(word)
            share = shares[at]
            own = explained.get(at, 1.0) * fresh * share
            place = self._place(word, max(own, SHORT_FORM_ITSELF * fresh * share), own)
            ends[at + 1].append(self._enter(reading, ends[at], place, own))
            for other in by_start.get(at, ()):
                if not fresh and seen.issuperset(other.words):
                    continue  # said before
                before: Sequence[int] = ends[at]
                for syllable in other.words:
                    said = (syllable not in seen) * share
                    place = self._place(syllable, other.factor * said, other.share * said)
                    before = (self._enter(reading, before, place, other.share),)
                ends[other.end].extend(before)
            for other in by_start.get(at, ()):
                if other.share:
                    seen.update(other.words)
        return reading

    def _words(self, text: str) -> tuple[list[str], list[int]]:
        """Cut into words, the run-together ones taken apart; also how many words each clause has."""
        words: list[str] = []
        sizes: list[int] = []
        letters = MOST_SPLIT_LETTERS
        for clause in focus.clauses(cut(text)):
            before = len(words)
            for word in syllables(clause):
                if len(word) > LONGEST_WORD:
                    continue
                if 5 <= len(word) <= letters and word not in self._fillers and not self._space.clear(word):
                    letters -= len(word)
                    words.extend(split(word, self._space, self._pair_rarity) or (word,))
                else:
                    words.append(word)
            sizes.append(len(words) - before)
        return words, sizes

    def _named(self, words: Sequence[str], guesses: Sequence[str], begin: int, end: int) -> float:
        """How much some words of a question name official things: neighbours that titles have, and short forms."""
        total, before = 0.0, None
        for at in range(begin, end):
            number = self._space.plain_id(guesses[at])
            if number is not None and before is not None:
                total += self._title_pair(before << 20 | number)
            before = number
            if len(meanings := short_forms().get(words[at], ())) == 1 and len(meanings[0]) > 1:
                total += 1.0
        return total

    def _guess(self, word: str) -> str:
        plain = fold(word)
        if (self._space.plain_id(plain) is not None and is_folded_syllable(plain)) or plain in self._kept:
            return plain
        if word.isascii() and (root := self._root(plain)) is not None:
            return root
        meant = self._space.meant_by(word)
        if not meant:
            return plain
        best = max(meant, key=lambda n: (meant[n], -self._rarity(self._space.folded[n])))
        return self._space.plain[self._space.folded[best]]

    def _root(self, plain: str) -> str | None:
        """The listed English word of which an unlisted one is an everyday form, None when there is none."""
        for ending in _ENDINGS:
            stem = plain.removesuffix(ending)
            if stem != plain and len(stem) > 2:
                for root in (stem, stem + "e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem):
                    if root in self._listed and not is_folded_syllable(root):
                        return root
        return None

    @staticmethod
    def _explained(sayings: Sequence[Other]) -> dict[int, float]:
        """How much of each word is still to be explained where a sure other reading stands for it."""
        left: dict[int, float] = {}
        for other in sayings:
            if other.source in {"short form", "initials"}:
                left[other.start] = 0.0
            elif other.source == "english":
                left.update(dict.fromkeys(range(other.start, other.end), 0.15))
            else:
                left.update(dict.fromkeys(range(other.start, other.end), 0.6))
        return left

    def _place(self, word: str, factor: float, share: float) -> Place:
        known = self._known.get(word)
        if known is None:
            if len(self._known) > _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[word] = self._know(word)
        return Place(known.weight * factor, known.weight * share, known)

    def _know(self, word: str) -> Known:
        meant = self._space.meant_by(word)
        plain: dict[int, float] = {}
        for number, match in meant.items():
            key = self._space.folded[number]
            if match > plain.get(key, 0.0):
                plain[key] = match
        ranked = sorted(plain.items(), key=lambda item: (-item[1], item[0]))
        strange = not meant and not word.isdigit()
        return Known(meant, plain, tuple(ranked[:_MOST_MEANINGS]), self._weight(word, plain), strange)

    def _weight(self, word: str, plain: dict[int, float]) -> float:
        if word.isdigit():
            return NUMBER
        if plain:
            best = max(plain.values()) - 0.01
            weight = max(self._rarity(key) for key, match in plain.items() if match >= best)
        else:
            weight = STRANGE_SYLLABLE if is_folded_syllable(fold(word)) else STRANGE_WORD
        return weight * (FILLER if word in self._fillers else 1.0)

    def _enter(self, reading: Reading, before: Sequence[int], place: Place, share: float) -> int:
        at = len(reading.places)
        reading.places.append(place)
        if place.weight:
            for number, match in place.known.meant.items():
                reading.by_word.setdefault(number, []).append((at, match, place.weight))
        reading.needed += place.needed
        reading.content += place.needed
        if place.known.strange:
            reading.strange += place.needed
        for earlier in before:
            best = self._join(reading, reading.places[earlier], place)
            if share:
                unknown = _UNKNOWN_PAIR * min(reading.places[earlier].needed, place.needed)
                reading.needed += PAIR_SHARE * share * (best or unknown)
        return at

    def _join(self, reading: Reading, earlier: Place, place: Place) -> float:
        best = 0.0
        pairs = reading.pairs
        for a, x in earlier.known.likeliest:
            for b, y in place.known.likeliest:
                key = a << 20 | b
                rarity = self._pair_rarity(key)
                if rarity:
                    weight = rarity * min(x, y)
                    best = max(best, weight)
                    if weight > pairs.get(key, 0.0):
                        pairs[key] = weight
        return best


def _capitals(text: str) -> frozenset[str]:
    """The words of a text that stand out by their capitals; none where everything is in capitals."""
    text = cut(text)
    found = _CAPITALS.findall(text)
    return frozenset() if 2 * sum(map(len, found)) > len(text) + 8 else frozenset(word.lower() for word in found)


def _decoded(word: str, guess: str) -> str:
    """What was typed with its marks, where it is the word that was meant; else that word without marks."""
    raw = word if not word.isascii() or is_folded_syllable(word) else decode(word) or word
    return raw if fold(raw) == guess else guess
