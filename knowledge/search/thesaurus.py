"""Other ways to read words: short forms, chat spellings, English and everyday words for official ones."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final, NamedTuple

from knowledge.search.phrases import Phrases
from knowledge.search.vocabulary import table
from knowledge.vietnamese import fold, is_folded_syllable, is_syllable, syllables

SHORT_FORM: Final = 0.95
DOUBTFUL: Final = 0.6
ENGLISH: Final = 0.95
EVERYDAY: Final = 0.6
INITIALS: Final = 0.8

_MOST_INITIALS: Final = 3
_MOST_FINDS: Final = 40
_LONGEST_ROW: Final = 60


class Other(NamedTuple):
    """Another reading of the words from ``start`` up to ``end``.

    Its syllables, how much they count, the share of them that must be explained, how likely it is, and its list.
    """

    start: int
    end: int
    words: tuple[str, ...]
    factor: float
    share: float
    likely: float
    source: str


@cache
def short_forms() -> dict[str, tuple[tuple[str, ...], ...]]:
    """Short forms, as written and folded, with their meanings as syllables."""
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    lists = table("abbreviations")
    for group in ("office", "chat"):
        for short, meanings in lists[group].items():
            rows = tuple(tuple(syllables(meaning)) for meaning in meanings)
            for key in dict.fromkeys((short, fold(short))):
                found[key] = tuple(dict.fromkeys((*found.get(key, ()), *rows)))
    return found


@cache
def _phrase_lists() -> tuple[Phrases, dict[str, tuple[str, ...]]]:
    phrases = Phrases()
    words: dict[str, tuple[str, ...]] = {}
    for source in ("english", "everyday"):
        for official, ways in table(source)["words"].items():
            key = f"{source}:{official}"
            phrases.add(key, ways)
            words[key] = tuple(syllables(official))
    return phrases, words


@cache
def listed_words() -> frozenset[str]:
    """Every folded word of the English and everyday lists: words that nobody should correct."""
    return frozenset(
        fold(word)
        for source in ("english", "everyday")
        for ways in table(source)["words"].values()
        for way in ways
        for word in syllables(way)
    )


@dataclass
class Initials:
    """The first letters of all titles in one long row, to find which words a short form may stand for."""

    _row: list[str] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _titles: list[tuple[str, ...]] = field(default_factory=list)
    _size: int = 0
    _joined: str | None = None

    def add(self, words: Sequence[str]) -> None:
        """Enter the canonical words of one title."""
        kept = tuple(words[:_LONGEST_ROW])
        self._titles.append(kept)
        self._starts.append(self._size)
        self._row.append("".join(fold(word)[:1] or "?" for word in kept) + "|")
        self._size += len(kept) + 1
        self._joined = None

    def meanings(self, short: str) -> list[tuple[str, ...]]:
        """Return the words that a folded short form may stand for, the commonest first."""
        if self._joined is None:
            self._joined = "".join(self._row)
        counts: Counter[tuple[str, ...]] = Counter()
        at = self._joined.find(short)
        while at >= 0 and counts.total() < _MOST_FINDS:
            title = bisect_right(self._starts, at) - 1
            offset = at - self._starts[title]
            counts[self._titles[title][offset : offset + len(short)]] += 1
            at = self._joined.find(short, at + 1)
        common = counts.most_common(_MOST_INITIALS)
        return [words for words, count in common if 2 * count >= common[0][1]]


def others(
    words: Sequence[str], typed: Sequence[str], folded: Sequence[str], capitals: Container[str], initials: Initials
) -> list[Other]:
    """Return every other reading of a question.

    words: canonical words as they stand; typed: the same with raw typing decoded; folded: the best guess at what was
    meant, folded; capitals: the words written in capitals.
    """
    found: list[Other] = []
    for at, word in enumerate(words):
        rows = short_forms().get(word) or ()
        if not rows and (word.isascii() or not is_syllable(word)):  # "hẻm" is no way of writing "hem"
            rows = short_forms().get(fold(word), ())
        if rows and len(word) > 1 and word not in capitals and is_syllable(word) and len(rows[0]) > 1:
            # "tu" may be short for something, but it is a word as well.
            rows = ()
        if rows:
            factor = SHORT_FORM if len(rows) == 1 else DOUBTFUL
            found += [
                Other(at, at + 1, row, factor, factor / len(rows), len(rows) ** -0.9, "short form") for row in rows
            ]
        elif _may_be_initials(word):
            guesses = initials.meanings(fold(word))
            factor = INITIALS if len(guesses) == 1 else DOUBTFUL
            found += [
                Other(at, at + 1, row, factor, factor / len(guesses), len(guesses) ** -0.9, "initials")
                for row in guesses
            ]
    phrases, official = _phrase_lists()
    for seen in phrases.find(folded, typed):
        if not seen.sure:
            continue
        factor = ENGLISH if seen.key.startswith("english:") else EVERYDAY
        share = factor * (0.9 if factor == ENGLISH else 0.0)
        found.append(Other(seen.start, seen.end, official[seen.key], factor, share, 1.0, seen.key.split(":")[0]))
    return found


def _may_be_initials(word: str) -> bool:
    plain = fold(word)
    return 3 <= len(plain) <= 12 and plain.isalpha() and not is_folded_syllable(plain)
