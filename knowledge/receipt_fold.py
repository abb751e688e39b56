"""The writing of a receipt code reduced to a small alphabet, with the way back to the text as given.

The alphabet: ``0-9A-Z`` (upper case), ``.`` (also comma, underscore, middle dots), ``-`` (any dash), space, line
feed, ``/ : = @``, ``w`` for any other letter, mark or number, ``#`` for anything else. Characters without width
vanish. So a pattern need only know ASCII, and ``w`` next to a group shows that the group does not end there.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, repeat

OTHER_LETTER = "w"
OTHER_SIGN = "#"

_DOTS = frozenset(".,_·•‧∙⋅・。、")
_DASHES = frozenset("-\u2212\u2043\u02d7\u2500\u30fc")  # besides the category Pd: minus sign and look-alikes
_KEPT = frozenset("/:=@")
_BREAKS = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_WIDTHLESS = frozenset("\u034f\u115f\u1160\u3164\uffa0") | {chr(code) for code in range(0xFE00, 0xFE10)}

# NFKC also turns ² into 2, ① into 1 and ½ into three characters. Those would add digits to a code: only what is
# the same character in another width, font or spacing is folded.
_SAME_CHARACTER = ("<wide>", "<narrow>", "<font>", "<compat>", "<noBreak>", "<small>")

_CACHED_CHARACTERS = 4096


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `index[i]` is the position in the given text that `text[i]` comes from, None if all equal."""

    text: str
    index: list[int] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the given text of the non-empty folded span."""
        if self.index is None:
            return start, end
        return self.index[start], self.index[end - 1] + 1


def fold(text: str) -> Folded:
    """Reduce a text to the alphabet above; never raises, linear in its length."""
    pieces = list(map(_fold_character, text))
    folded = "".join(pieces)
    if len(folded) == len(text) and all(pieces):
        return Folded(folded, None)
    return Folded(folded, list(chain.from_iterable(map(repeat, range(len(pieces)), map(len, pieces)))))


@lru_cache(maxsize=_CACHED_CHARACTERS)
def _fold_character(char: str) -> str:
    if char.isascii() and char.isalnum():
        return char.upper()
    if char in _DOTS:
        return "."
    if char in _KEPT:
        return char
    if char.isspace():
        return "\n" if char in _BREAKS else " "
    category = unicodedata.category(char)
    if char in _WIDTHLESS or category == "Cf":
        return ""
    if char in _DASHES or category == "Pd":
        return "-"
    if unicodedata.decomposition(char).startswith(_SAME_CHARACTER):
        return "".join(map(_fold_character, unicodedata.normalize("NFKC", char)))
    return OTHER_LETTER if category[0] in "LMN" else OTHER_SIGN
