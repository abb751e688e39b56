"""Reading a question: what every typed word may mean, as places that can be held against a title."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from knowledge.search import focus
from knowledge.search.places import PAIR_SHARE, Known, Place, Reading
from knowledge.search.space import EXACT, Space
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
_UNKNOWN_PAIR: Final = 0.35
_MOST_MEANINGS: Final = 5
_MOST_REMEMBERED: Final = 4_000


def cut(text: str) -> str:
    """Return at most the beginning and the end of a long text."""
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"


class Reader:
    """Turns questions into readings against one space of known words."""

    def __init__(
        self,
        space: Space,
        rarity: Callable[[int], float],
        pair_rarity: Mapping[int, float],
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
        known = [self._knows(word) for word in words]
        shares = focus.shares(focus.pieces(sizes), partial(self._named, words, known), MOST_WORDS)
        if len(words) > focus.SHORT_ENOUGH:
            kept = [at for at, share in enumerate(shares) if share]
            words, known, shares = [words[n] for n in kept], [known[n] for n in kept], [shares[n] for n in kept]
        reading = Reading([one.guess for one in known], [one.typed for one in known])
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
            weight = known[at].weight
            place = Place(weight * max(own, SHORT_FORM_ITSELF * fresh * share), weight * own, known[at])
            ends[at + 1].append(self._enter(reading, ends[at], place, own))
            for other in by_start.get(at, ()):
                if not fresh and seen.issuperset(other.words):
                    continue  # said before
                before: Sequence[int] = ends[at]
                for syllable in other.words:
                    one = self._knows(syllable)
                    said = one.weight * (syllable not in seen) * share
                    place = Place(other.factor * said, other.share * said, one)
                    before = (self._enter(reading, before, place, other.share),)
                    if other.share and other.source != "everyday":
                        _stand_for(reading, known[other.start : other.end], before[0], place)
                ends[other.end].extend(before)
            for other in by_start.get(at, ()):
                if other.share:
                    seen.update(other.words)
        reading.asked = [place for place in reading.places if place.needed]
        reading.folded = frozenset(key for place in reading.asked for key, _ in place.known.plain)
        reading.meant, reading.neighbours = frozenset(reading.by_word), frozenset(reading.pairs)
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

    def _named(self, words: Sequence[str], known: Sequence[Known], begin: int, end: int) -> float:
        """How much some words of a question name official things: neighbours that titles have, and short forms."""
        total, before = 0.0, None
        for at in range(begin, end):
            number = self._space.plain_id(known[at].guess)
            if number is not None and before is not None:
                total += self._title_pair(before << 20 | number)
            before = number
            if len(meanings := short_forms().get(words[at], ())) == 1 and len(meanings[0]) > 1:
                total += 1.0
        return total

    def _guess(self, word: str, plain: str, meant: Mapping[int, float]) -> str:
        if (self._space.plain_id(plain) is not None and is_folded_syllable(plain)) or plain in self._kept:
            return plain
        if word.isascii() and (root := self._root(plain)) is not None:
            return root
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

    def _knows(self, word: str) -> Known:
        known = self._known.get(word)
        if known is None:
            if len(self._known) > _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[word] = self._know(word)
        return known

    def _know(self, word: str) -> Known:
        meant = self._space.meant_by(word)
        best: dict[int, float] = {}
        for number, match in meant.items():
            key = self._space.folded[number]
            if match > best.get(key, 0.0):
                best[key] = match
        plain = tuple(sorted(best.items(), key=lambda item: (-item[1], item[0])))
        folded = fold(word)
        guess = self._guess(word, folded, meant)
        strange = not meant and not word.isdigit()
        weight = self._weight(word, folded, plain)
        return Known(meant, plain, plain[:_MOST_MEANINGS], weight, strange, guess, _decoded(word, guess))

    def _weight(self, word: str, folded: str, plain: Sequence[tuple[int, float]]) -> float:
        if word.isdigit():
            return NUMBER
        if plain:
            best = plain[0][1] - 0.01
            weight = max(self._rarity(key) for key, match in plain if match >= best)
        else:
            weight = STRANGE_SYLLABLE if is_folded_syllable(folded) else STRANGE_WORD
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
        pairs, rarities = reading.pairs, self._pair_rarity
        for a, x in earlier.known.likeliest:
            first = a << 20
            for b, y in place.known.likeliest:
                rarity = rarities.get(first | b)
                if rarity is not None:
                    weight = rarity * (x if x < y else y)
                    if weight > best:
                        best = weight
                    if weight > pairs.get(first | b, 0.0):
                        pairs[first | b] = weight
        return best


def _stand_for(reading: Reading, known: Sequence[Known], at: int, place: Place) -> None:
    """Let a wording that holds the very words typed ("visa") explain as well what they were read as ("thị thực")."""
    if place.weight:
        for one in known:
            for number, match in one.meant.items():
                if match == EXACT:
                    reading.by_word.setdefault(number, []).append((at, match / len(known), place.weight))


def _capitals(text: str) -> frozenset[str]:
    """The words of a text that stand out by their capitals; none where everything is in capitals."""
    text = cut(text)
    found = _CAPITALS.findall(text)
    return frozenset() if 2 * sum(map(len, found)) > len(text) + 8 else frozenset(word.lower() for word in found)


def _decoded(word: str, guess: str) -> str:
    """What was typed with its marks, where it is the word that was meant; else that word without marks."""
    raw = word if not word.isascii() or is_folded_syllable(word) else decode(word) or word
    return raw if fold(raw) == guess else guess
