"""Finding listed phrases in a row of folded syllables, the longest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from knowledge.vietnamese import fold, split_tone, syllables


class Seen(NamedTuple):
    """One phrase found: which list it belongs to and the syllables from ``start`` up to ``end`` that say it.

    ``sure`` is False where a single syllable stands without the marks that the list writes: it may be another word.
    """

    key: str
    start: int
    end: int
    sure: bool = True


@dataclass
class Phrases:
    """A dictionary of phrases by their folded syllables; one phrase may belong to several keys."""

    _keys: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = field(default_factory=dict)
    # How long phrases get that begin with one syllable ("") or with these two: most places are passed by at once.
    _longest: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, key: str, phrases: Iterable[str]) -> None:
        """Enter phrases under a key, written in any spelling."""
        for phrase in phrases:
            spelt = tuple(syllables(phrase))
            words = tuple(fold(word) for word in spelt)
            if not words:
                continue
            rows = self._keys.setdefault(words, [])
            if (key, spelt) not in rows:
                rows.append((key, spelt))
            after = self._longest.setdefault(words[0], {})
            second = words[1] if len(words) > 1 else ""
            after[second] = max(after.get(second, 0), len(words))

    def find(self, words: Sequence[str], typed: Sequence[str] = ()) -> list[Seen]:
        """Return what is found in folded words from left to right; no word serves two phrases.

        typed: the same words with their marks, where a mark that was typed must be the phrase's own.
        """
        seen: list[Seen] = []
        at = 0
        while at < len(words):
            found = self.longest(words, at, typed)
            seen.extend(found)
            at = found[0].end if found else at + 1
        return seen

    def longest(self, words: Sequence[str], at: int, typed: Sequence[str] = ()) -> list[Seen]:
        """Return the longest phrase that begins at one place of the folded words, once for every key it belongs to."""
        for length in range(self._reach(words, at), 0, -1):
            rows = self._keys.get(tuple(words[at : at + length]))
            if rows and (found := self._fitting(rows, at, typed[at : at + length])):
                return found
        return []

    def _reach(self, words: Sequence[str], at: int) -> int:
        after = self._longest.get(words[at])
        if after is None:
            return 0
        longest = after.get(words[at + 1], 0) if at + 1 < len(words) else 0
        return min(longest, len(words) - at) if longest else after.get("", 0)

    @staticmethod
    def _fitting(rows: Sequence[tuple[str, tuple[str, ...]]], at: int, typed: Sequence[str]) -> list[Seen]:
        found: dict[str, Seen] = {}
        for key, spelt in rows:
            if all(_agrees(mine, theirs) for mine, theirs in zip(typed, spelt, strict=False)):
                sure = not typed or len(spelt) > 1 or typed[0] == spelt[0]
                if key not in found or sure:
                    found[key] = Seen(key, at, at + len(spelt), sure)
        return list(found.values())

    def starting(self, words: Sequence[str], start: int, typed: Sequence[str] = ()) -> list[Seen]:
        """Return every phrase, long or short, that begins at one place of the folded words."""
        found: list[Seen] = []
        for length in range(1, self._reach(words, start) + 1):
            rows = self._keys.get(tuple(words[start : start + length]))
            if rows:
                found.extend(self._fitting(rows, start, typed[start : start + length]))
        return found


def _agrees(mine: str, theirs: str) -> bool:
    """Whether a typed word may be a phrase's: without marks always, else with the same ones (hỏi is ngã)."""
    if mine.isascii() or mine == theirs or theirs.isascii():
        return True
    letters, tone = split_tone(mine)
    their_letters, their_tone = split_tone(theirs)
    return letters == their_letters and (not tone or {tone, their_tone} == {"r", "x"})
