"""What kind of feedback a text is: about a regulation, about conduct, both, other – or a complaint or denunciation.

The classes are those of Nghị định 20/2008/NĐ-CP, Điều 5; complaints (Luật Khiếu nại 2011) and denunciations (Luật Tố
cáo 2018) are no feedback and go another way, so a text that may be a denunciation is taken for one. The words are in
`data/feedback_kinds.toml`; a text that was typed without marks is compared without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from knowledge.feedback_model import Weighed, judge
from knowledge.feedback_words import Read

DENOUNCED_LEAST = 0.18  # so likely, a text is taken for a denunciation: one that is missed does more harm
DENOUNCED_BY_WORDS = 0.10  # the same where a phrase of the lists says so as well
DENOUNCED_WITHOUT = 0.4  # the same where nothing of the lists hints at it: most texts are plain questions
_HINTS = ("kin", "worth_hint", "fake", "secret", "witness", "tip_off", "quick", "hinting", "money", "private")
CLAUSES = range(1, 9)  # khoản of Điều 5


class FeedbackKind(StrEnum):
    """What a text is (Nghị định 20/2008/NĐ-CP; the last two are not its matter)."""

    REGULATION = "regulation"  # quy định hành chính
    CONDUCT = "conduct"  # hành vi hành chính
    BOTH = "both"
    OTHER = "other"
    COMPLAINT = "complaint"  # khiếu nại
    DENUNCIATION = "denunciation"  # tố cáo


REDIRECTED = frozenset({FeedbackKind.COMPLAINT, FeedbackKind.DENUNCIATION})


@dataclass(frozen=True, slots=True)
class Classed:
    """The kind of a text and the clause (khoản) of Điều 5 that fits best; None where Điều 5 has none."""

    kind: FeedbackKind
    clause: int | None


def classify(text: str) -> Classed:
    """Tell the kind of a text, and its clause of Điều 5; what fits nothing is `other` without a clause."""
    read = Read(text)
    kind = _kind(read, judge(text, read)) if read.parts else FeedbackKind.OTHER
    match kind:
        case FeedbackKind.REGULATION:
            return Classed(kind, _clause(read))
        case FeedbackKind.CONDUCT | FeedbackKind.BOTH:
            return Classed(kind, 1)
    return Classed(kind, None)


def _kind(read: Read, told: Weighed) -> FeedbackKind:
    """Choose: whatever may be a denunciation is taken for one, else the likeliest."""
    least = DENOUNCED_LEAST if read.has(*_HINTS) else DENOUNCED_WITHOUT
    least = DENOUNCED_BY_WORDS if _denounces(read) else least
    if told.kinds[FeedbackKind.DENUNCIATION] >= least:
        return FeedbackKind.DENUNCIATION
    return FeedbackKind(max(told.kinds, key=told.kinds.__getitem__))


def why(text: str, most: int = 5) -> tuple[dict[str, float], list[str]]:
    """Explain: how likely each kind is, and which features spoke most for the likeliest."""
    told = judge(text, Read(text), most)
    return dict(told.kinds), list(told.because)


def denounces_outright(text: str) -> bool:
    """Tell whether a text speaks of denouncing or bribes outright: outside a form anything less may be a question."""
    return Read(text).has("outright")


def _denounces(read: Read) -> bool:
    """Tell whether phrases speak of a denunciation: one of its own, or money or worth going to somebody in office."""
    if read.has("denunciation"):
        return True
    if read.has("private"):
        return False
    return (read.has("money") and read.has("power")) or (read.moves_money() and read.has("person", "power"))


def _clause(read: Read) -> int:
    """Propose the clause: what is wrong comes before what is wished."""
    for group, clause in (("treaty", 5), ("inconsistent", 3), ("illegal", 4), ("new_rule", 8)):
        if read.has(group):
            return clause
    if read.has("proposal") and read.has("change"):
        return 7
    return 2 if read.has("unfit") else 6
