"""What kind of feedback a text is: about a regulation, about conduct, both, other – or a complaint or denunciation.

The classes are those of Nghị định 20/2008/NĐ-CP, Điều 5; complaints (Luật Khiếu nại 2011) and denunciations (Luật Tố
cáo 2018) are no feedback and go another way, so a text that may be a denunciation is taken for one. The words are in
`data/feedback_kinds.toml`; a text that was typed without marks is compared without them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from knowledge.vietnamese import fold, is_marked, syllables

READ_MOST = 6000  # characters: a feedback is shorter (4000)
GAP = "…"
GAP_WORDS = 5
MARKED_LEAST = 0.2  # of the words of a text that was typed with marks more than these carry one
_PARTS = re.compile(r"[.,;:!?\n…]+|\s(?=(?:còn|đồng thời|ngoài ra|nên|nhưng|mà|đã vậy|cộng thêm|khiến|and|but)\s)")
CLAUSES = range(1, 9)  # khoản of Điều 5


class FeedbackKind(StrEnum):
    """What a text is (Nghị định 20/2008/NĐ-CP; the last two are not its matter)."""

    REGULATION = "regulation"  # quy định hành chính
    CONDUCT = "conduct"  # hành vi hành chính
    BOTH = "both"
    OTHER = "other"
    COMPLAINT = "complaint"  # khiếu nại
    DENUNCIATION = "denunciation"  # tố cáo


_FAULTS = ("unfit", "inconsistent", "illegal", "treaty", "unclear")
REDIRECTED = frozenset({FeedbackKind.COMPLAINT, FeedbackKind.DENUNCIATION})


@dataclass(frozen=True, slots=True)
class Classed:
    """The kind of a text and the clause (khoản) of Điều 5 that fits best; None where Điều 5 has none."""

    kind: FeedbackKind
    clause: int | None


@dataclass(frozen=True, slots=True)
class _Groups:
    short: Mapping[str, str]
    marked: Mapping[str, re.Pattern[str]]
    folded: Mapping[str, re.Pattern[str]]


@cache
def _groups() -> _Groups:
    read = resources.files("knowledge").joinpath("data/feedback_kinds.toml").read_text(encoding="utf-8")
    data = tomllib.loads(read)
    words: dict[str, list[str]] = data["words"]
    marked = {name: _compiled(_spelt(phrase) for phrase in phrases) for name, phrases in words.items()}
    other = set(data["plain"]["not"])
    folded = {name: _compiled(fold(_spelt(one)) for one in some if one not in other) for name, some in words.items()}
    return _Groups(data["short"], marked, folded)


def _spelt(phrase: str) -> str:
    return f" {GAP} ".join(" ".join(syllables(part)) for part in phrase.split(GAP))


def _compiled(phrases: Iterable[str]) -> re.Pattern[str]:
    """Make one pattern of phrases, the longest first; what is found may share its spaces with the next."""
    gap = rf"(?:\S+ ){{0,{GAP_WORDS}}}"
    patterns = [re.escape(phrase).replace(rf"\ {GAP}\ ", rf"\ {gap}") for phrase in phrases]
    return re.compile(r"(?<= )(?:" + "|".join(sorted(set(patterns), key=len, reverse=True)) + r")(?= )")


class _Read:
    """A text, and how many different phrases of each group stand in it."""

    def __init__(self, text: str) -> None:
        groups = _groups()
        parts = [_words(part, groups.short) for part in _PARTS.split(text[:READ_MOST].replace("%", " phần trăm "))]
        words = [word for part in parts for word in part]
        is_plain = sum(map(is_marked, words)) <= MARKED_LEAST * len(words)
        self._patterns = groups.folded if is_plain else groups.marked
        said = [" ".join(part) for part in parts if part]
        about = self._patterns["about"]
        self._parts = [about.sub(GAP, f" {fold(part) if is_plain else part} ") for part in said]
        self._said = " ".join(self._parts)
        self._ends_asking = text.rstrip().endswith("?")

    def is_question(self) -> bool:
        """Tell whether something is asked rather than told."""
        return self._ends_asking or self.has("asking")

    def count(self, group: str) -> int:
        return len(set(self._patterns[group].findall(self._said)))

    def has(self, *groups: str) -> bool:
        return any(self._patterns[group].search(self._said) for group in groups)

    def apart(self, group: str, without: str) -> bool:
        """Tell whether some part of a sentence speaks of the one and not of the other."""
        one, other = self._patterns[group], self._patterns[without]
        return any(one.search(part) and not other.search(part) for part in self._parts)

    def together(self, group: str, others: Iterable[str]) -> bool:
        """Tell whether some part of a sentence speaks of the one and of one of the others."""
        one, rest = self._patterns[group], [self._patterns[other] for other in others]
        return any(one.search(part) and any(other.search(part) for other in rest) for part in self._parts)

    def moves_money(self) -> bool:
        """Tell whether money, or something of worth, goes from hand to hand in one part of a sentence."""
        return any(self._moves_money(part) for part in self._parts)

    def _moves_money(self, part: str) -> bool:
        if self._patterns["lawful"].search(part):
            return False
        part = self._patterns["person"].sub(GAP, part)  # nhân viên is no nhận
        move = self._patterns["moves"].search(part)
        return move is not None and self._patterns["worth"].search(part, move.end()) is not None


def _words(text: str, short: Mapping[str, str]) -> list[str]:
    """Cut a text into syllables, short forms written out."""
    return [word for typed in syllables(text) for word in syllables(short.get(typed, typed))]


def classify(text: str) -> Classed:
    """Tell the kind of a text, and its clause of Điều 5; what fits nothing is `other` without a clause."""
    read = _Read(text)
    if _is_denunciation(read):
        return Classed(FeedbackKind.DENUNCIATION, None)
    if _is_complaint(read):
        return Classed(FeedbackKind.COMPLAINT, None)
    about_rules, about_conduct = _about_rules(read), _about_conduct(read)
    if about_conduct:
        return Classed(FeedbackKind.BOTH if about_rules else FeedbackKind.CONDUCT, 1)
    if about_rules:
        return Classed(FeedbackKind.REGULATION, _clause(read))
    return Classed(FeedbackKind.OTHER, None)


def denounces_outright(text: str) -> bool:
    """Tell whether a text speaks of denouncing or bribes outright: outside a form anything less may be a question."""
    return _Read(text).has("outright")


def _is_denunciation(read: _Read) -> bool:
    if read.has("denunciation"):
        return True
    if read.has("private"):
        return False
    return (read.has("money") and read.has("power")) or (read.moves_money() and read.has("person", "power"))


def _is_complaint(read: _Read) -> bool:
    return read.has("complaint") or (read.has("decision") and read.has("objection"))


def _about_rules(read: _Read) -> bool:
    """Tell whether something is wrong with a rule, or wished of one."""
    has_fault, wishes = read.has(*_FAULTS), read.has("proposal") and read.has("change")
    if read.has("new_rule"):
        return True
    if read.has("private") or (read.is_question() and not has_fault):
        return False
    if read.together("law", _FAULTS) or (wishes and read.together("law_text", ("change",))):
        return True
    if read.has("conduct"):
        return False
    if read.has("law_text"):
        return has_fault or wishes or not read.has("person", "own_case", "thanks")
    return read.has("law") and (wishes or (has_fault and not read.has("own_case"))) and not read.has("person")


def _about_conduct(read: _Read) -> bool:
    """Tell whether something was done badly by an office: said outright, or told of its people or of one's own case."""
    strong = read.count("conduct")
    if read.has("private") and not read.has("person"):
        return False
    if strong:
        return strong > 1 or read.has("person", "own_case") or read.apart("conduct", "law_text")
    if read.has("other", "thanks") or read.is_question():
        return False
    if read.has("person"):
        return read.apart("person", "law") or not read.has(*_FAULTS, "change")
    return read.has("own_case") and read.has("unsettled") and not read.has("law_text")


def _clause(read: _Read) -> int:
    """Propose the clause: what is wrong comes before what is wished."""
    for group, clause in (("treaty", 5), ("inconsistent", 3), ("illegal", 4), ("new_rule", 8)):
        if read.has(group):
            return clause
    if read.has("proposal") and read.has("change"):
        return 7
    return 2 if read.has("unfit") else 6
