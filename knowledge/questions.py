"""Questions that nothing answered: scrubbed of what is about a person, and grouped by likeness.

Scrubbing takes out too much rather than too little: what matters for the catalogue is what was wanted, not by whom.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from knowledge.search.vocabulary import fillers
from knowledge.vietnamese import fold, nfc, syllables

KEPT_MOST: Final = 300
"""Characters kept of a question; the need is told in the first ones."""

ALIKE: Final = 0.5
"""Share of common words from which two questions count as one; chosen by looking at groups of the golden questions."""

GONE: Final = "…"

_UPPER: Final = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
_NAMED: Final = rf"[{_UPPER}][^\W\d_]*(?:\s+[{_UPPER}][^\W\d_]*){{0,4}}"
_SURNAMES: Final = (
    "Nguyễn|Trần|Lê|Phạm|Huỳnh|Hoàng|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương|Lý|Đinh|Trương|Đoàn|Lâm|Mai|Tô|Cao|Châu|Tạ|"
    "Thái|Trịnh|Đào|Nguyen|Tran|Le|Pham|Huynh|Hoang|Phan|Vu|Vo|Dang|Bui|Do|Ho|Ngo|Duong|Truong|Doan"
)
_CUES: Final = (
    r"(?i:tên(?: tôi| em| mình)?(?: là)?|ten(?: toi| em| minh)?(?: la)?|(?:tôi|em|mình|tui|toi|minh) (?:là|la)"
    r"|anh|chị|chi|ông|bà|cô|chú|mr|mrs|ms|my name is|i am|công ty|cong ty|cty|company)"
)
_PATTERNS: Final = (
    re.compile(r"\S+@\S+|https?://\S+|www\.\S+", re.IGNORECASE),
    re.compile(r"\b[A-Z]?\d[\w.\-/]*(?:\d[\w.\-/]*){4,}"),  # codes, telephones, tax and identity numbers, passports
    re.compile(r"(?:\+?\d[\s.\-]?){7,}"),
    re.compile(r"(?i:địa chỉ|dia chi|address|số nhà|so nha)\s*(?:là|la|is|:)?\s*[^,;.?!\n]+"),
    re.compile(rf"\b(?:{_SURNAMES})(?:\s+[{_UPPER}][^\W\d_]*){{1,4}}"),
    re.compile(r"(?i:\b(?:tên|ten)\s+(?:tôi|em|mình|toi|minh)?\s*(?:là|la))\s+\w+(?:\s+\w+){0,3}"),
    re.compile(rf"(?<=\s){_CUES}\s+{_NAMED}|^{_CUES}\s+{_NAMED}"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that ask the same: their ids and texts, in the order asked; `id` is that of the first."""

    ids: tuple[int, ...]
    texts: tuple[str, ...]

    @property
    def id(self) -> int:
        """By what the group is called."""
        return self.ids[0]

    @property
    def wordings(self) -> tuple[str, ...]:
        """The different texts, each once."""
        return tuple(dict.fromkeys(self.texts))


def scrub(text: str) -> str:
    """The question without codes, numbers, addresses, names and links, cut to what is kept; "" when nothing is left."""
    clean = nfc(" ".join(text.split()))
    for pattern in _PATTERNS:
        clean = pattern.sub(GONE, clean)
    clean = re.sub(rf"(?:{GONE}[\s,.]*)+", f"{GONE} ", clean).strip()
    clean = clean[:KEPT_MOST].strip()
    return clean if any(char.isalpha() for char in clean) else ""


def group(asked: Iterable[tuple[int, str]]) -> list[Group]:
    """Group questions, given as (id, text) in order, by the words that they share; the largest group first."""
    found: list[tuple[frozenset[str], list[tuple[int, str]]]] = []
    for number, text in asked:
        words = _words(text)
        best = max(found, key=lambda one: _likeness(one[0], words), default=None)
        if best is not None and _likeness(best[0], words) >= ALIKE:
            best[1].append((number, text))
        else:
            found.append((words, [(number, text)]))
    groups = [Group(tuple(n for n, _ in rows), tuple(t for _, t in rows)) for _, rows in found]
    return sorted(groups, key=lambda one: (-len(one.ids), one.id))


def _words(text: str) -> frozenset[str]:
    words = [fold(word) for word in syllables(text)]
    return frozenset(word for word in words if word not in fillers()) or frozenset(words)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)
