"""The error-tolerant space of syllables: which known words may somebody have meant by what stands there."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import OSA

from knowledge.search.thesaurus import short_forms
from knowledge.search.vocabulary import alike
from knowledge.vietnamese import decode, fold, is_folded_syllable, split_tone

# How much a match counts, 1 for the very word. The steps follow how often each slip happens in running text: hỏi and
# ngã are one tone in the south, a forgotten mark is commoner than a wrong letter.
EXACT: Final = 1.0
HALF_MARKED: Final = 0.96
WRONG_TONE: Final = 0.75
WRONG_SHAPE: Final = 0.6
SOUND_ALIKE: Final = 0.72
ONE_SLIP: Final = 0.6
NEAR_KEY: Final = 0.68
# Another word of the same meaning; less where missing marks leave open which word was meant.
SAME_MEANING: Final = 0.8
PERHAPS_SAME: Final = 0.3
# A word that is itself known may still be a slip, but rarely.
KNOWN_SLIP: Final = 0.55

_LONGEST_WORD: Final = 24
_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_ONSETS: Final = (
    ("ngh", "N"), ("ng", "N"), ("nh", "n"), ("gh", "g"), ("gi", "z"), ("kh", "K"), ("ph", "f"), ("th", "T"),
    ("tr", "C"), ("ch", "C"), ("qu", "w"), ("x", "s"), ("s", "s"), ("d", "z"), ("r", "z"), ("j", "z"), ("z", "z"),
    ("l", "l"), ("n", "l"), ("c", "k"), ("k", "k"), ("q", "k"), ("f", "f"), ("w", "w"), ("y", "i"),
)  # fmt: skip
_CODAS: Final = (("ngh", "n"), ("ng", "n"), ("nh", "n"), ("ch", "t"), ("c", "t"), ("k", "t"), ("g", "n"))


@lru_cache(maxsize=4096)
def sound_key(folded: str) -> str:
    """Return a key that words share when regional speech or chat spelling confuses them.

    s/x, tr/ch, d/gi/r, l/n, c/k/q, ph/f, final c/t and n/ng, i/y fall together (``sây`` and ``xây``, ``fép`` and
    ``phép``).
    """
    head, rest = "", folded
    for onset, sound in _ONSETS:
        if folded.startswith(onset) and (len(folded) > len(onset) or onset == "y"):
            head, rest = sound, folded[len(onset) :]
            break
    if folded.startswith("gi") and len(folded) > 2 and folded[2] not in "aeiouy":
        rest = "i" + rest
    for coda, sound in _CODAS:
        if rest.endswith(coda) and len(rest) > len(coda):
            rest = rest[: -len(coda)] + sound
            break
    return head + rest.replace("y", "i")


def _neighbours() -> dict[str, str]:
    near: dict[str, str] = {}
    for r, row in enumerate(_ROWS):
        for c, key in enumerate(row):
            around = [row[i] for i in (c - 1, c + 1) if 0 <= i < len(row)]
            for other in (r - 1, r + 1):
                if 0 <= other < len(_ROWS):
                    around += [_ROWS[other][i] for i in (c - 1, c, c + 1) if 0 <= i < len(_ROWS[other])]
            near[key] = "".join(around)
    return near


_NEAR: Final = _neighbours()


# A piece of a run-together word: how it is spelt, what it costs, the number of the folded word that it is.
Piece = tuple[str, float, int | None]


class Space:
    """All known words, by spelling, by folded spelling, by sound and by spelling with one letter left out."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.folded: list[int] = []
        self.plain: list[str] = []
        self._ids: dict[str, int] = {}
        self._plain_ids: dict[str, int] = {}
        self._spellings: list[list[int]] = []
        self._sounds: dict[str, list[int]] = {}
        self._deletions: dict[str, tuple[int, ...]] = {}
        # What pieces of run-together words were found to be, kept by splitting.py.
        self.pieces: dict[str, Piece | None] = {}

    def add(self, word: str) -> int:
        """Enter one canonical word and return its number."""
        number = self._ids.get(word)
        if number is None:
            number = len(self.words)
            self._ids[word] = number
            self.words.append(word)
            self.folded.append(self._add_plain(fold(word)))
            self._spellings[self.folded[number]].append(number)
        return number

    def _add_plain(self, plain: str) -> int:
        number = self._plain_ids.get(plain)
        if number is None:
            number = len(self.plain)
            self._plain_ids[plain] = number
            self.plain.append(plain)
            self._spellings.append([])
            if plain.isalpha() and 1 < len(plain) <= _LONGEST_WORD:
                self._sounds.setdefault(sound_key(plain), []).append(number)
                alone = (number,)  # most are: one object serves them all
                for shorter in _shorter(plain):
                    before = self._deletions.get(shorter)
                    self._deletions[shorter] = alone if before is None else before + alone
        return number

    def plain_id(self, plain: str) -> int | None:
        """Return the number of a folded word, None when it is not known."""
        return self._plain_ids.get(plain)

    def clear(self, word: str) -> bool:
        """Whether a canonical word needs no taking apart: it is known, or one syllable, plain or in raw typing."""
        plain = fold(word)
        return plain in self._plain_ids or is_folded_syllable(plain) or decode(word) is not None

    def sounds_like(self, plain: str) -> int | None:
        """Return the number of a folded word that sounds like this one, None when there is none."""
        return next(iter(self._sounds.get(sound_key(plain), ())), None)

    def meant_by(self, word: str) -> dict[int, float]:
        """Return the known words that a canonical typed word may mean, each with how much it counts (0 to 1)."""
        if len(word) > _LONGEST_WORD:
            return {}
        found: dict[int, float] = {}
        plain = fold(word)
        number = self._plain_ids.get(plain)
        if number is not None:
            self._spell(found, number, word, EXACT)
        raw = decode(word) if number is None or not is_folded_syllable(plain) else None
        if raw is not None and (decoded := self._plain_ids.get(fold(raw))) is not None:
            self._spell(found, decoded, raw, HALF_MARKED)
        if (raw is None or not found) and plain not in short_forms():
            self._slips(found, fold(raw) if raw else plain, KNOWN_SLIP if found else 1.0)
        self._synonyms(found, raw or word)
        return found

    def _synonyms(self, found: dict[int, float], word: str) -> None:
        factor = PERHAPS_SAME if word.isascii() else SAME_MEANING
        for other in alike().get(word, ()):
            number = self._plain_ids.get(fold(other))
            if number is not None:
                self._spell(found, number, other, factor)

    def _spell(self, found: dict[int, float], number: int, word: str, factor: float) -> None:
        letters, tone = split_tone(word)
        bare = word.isascii()
        for spelling in self._spellings[number]:
            theirs, their_tone = split_tone(self.words[spelling])
            if bare or self.words[spelling] == word:
                weight = EXACT
            elif self.words[spelling].isascii():
                weight = HALF_MARKED if is_folded_syllable(self.words[spelling]) else EXACT
            elif theirs == letters:
                weight = HALF_MARKED if not tone or {tone, their_tone} == {"r", "x"} else WRONG_TONE
            else:
                weight = HALF_MARKED if _could_grow(letters, theirs, tone, their_tone) else WRONG_SHAPE
            found[spelling] = max(found.get(spelling, 0.0), weight * factor)

    def _slips(self, found: dict[int, float], plain: str, factor: float) -> None:
        if not plain.isalpha() or len(plain) < 2:
            return
        for number in self._sounds.get(sound_key(plain), ()):
            if self.plain[number] != plain:
                self._spell(found, number, self.plain[number], SOUND_ALIKE * factor)
        if factor < 1.0 or len(plain) < 3:
            return
        for number, weight in self._one_slip(plain):
            self._spell(found, number, self.plain[number], weight)

    def _one_slip(self, plain: str) -> Iterable[tuple[int, float]]:
        near: set[int] = set(self._deletions.get(plain, ()))
        for shorter in _shorter(plain):
            near.update(self._deletions.get(shorter, ()))
            if (number := self._plain_ids.get(shorter)) is not None:
                near.add(number)
        for number in sorted(near):
            other = self.plain[number]
            if other != plain and len(other) > 2 and OSA.distance(plain, other, score_cutoff=1) <= 1:
                yield number, NEAR_KEY if _near_key(plain, other) else ONE_SLIP


def _could_grow(mine: str, theirs: str, tone: str, their_tone: str) -> bool:
    """Whether a word typed with only some of its marks may still become the other one."""
    shapes = {"ă": "a", "â": "a", "ê": "e", "ô": "o", "ơ": "o", "ư": "u", "đ": "d"}
    same = all(a == b or shapes.get(b) == a for a, b in zip(mine, theirs, strict=False))
    return same and (not tone or tone == their_tone)


def _shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def _near_key(a: str, b: str) -> bool:
    if len(a) != len(b):
        return abs(len(a) - len(b)) == 1 and len(max(a, b, key=len)) > 4
    wrong = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(wrong) == 2 or (len(wrong) == 1 and wrong[0][1] in _NEAR.get(wrong[0][0], ""))
