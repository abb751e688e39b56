"""Whether something is said to be needed or not: titles differ by a mere "không thuộc diện" (is not subject to)."""

from collections.abc import Sequence
from enum import Enum
from typing import Final

_NOT: Final = frozenset(("khong", "ko", "k", "kg", "hong", "hok", "khoi", "chang", "hem", "khum"))
_NEEDED: Final = frozenset(("thuoc", "can", "phai", "co", "xin", "cap"))
_EVEN_ALONE: Final = frozenset(("khoi",))
_SUBJECT: Final = ("thuoc", "dien")

AGREES: Final = 0.05
DIFFERS: Final = -0.05


class Said(Enum):
    """What a text says of being subject to something."""

    nothing = 0
    subject = 1
    exempt = 2


def said(words: Sequence[str]) -> Said:
    """Return what folded words say; a denial counts wherever it stands."""
    found = Said.nothing
    for at, word in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        if word in _NOT and after in _NEEDED:
            return Said.exempt
        if tuple(words[at : at + 2]) == _SUBJECT:
            found = Said.subject
    return found


def agreement(asked: Said, titled: Said) -> float:
    """Return by which share a title gains or loses; 0 where the question or the title says nothing of it."""
    if asked is Said.nothing or (titled is Said.nothing and asked is Said.subject):
        return 0.0
    return AGREES if asked is titled else DIFFERS
