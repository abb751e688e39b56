"""Feedback (phản ánh, kiến nghị – PAKN) in the periodic report: what of the register counts in a period, and as what.

The form knows two kinds, conduct and regulations; what is about both, or about something else, stands with regulations
there, and `by_kind` tells the four classes of the register apart. What was brought to an end before the period is of
the period before; what was opened again is pending.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from knowledge.feedback_kind import CLAUSES, FeedbackKind
from knowledge.report_period import Period
from knowledge.vietnamese import fold

KINDS = (FeedbackKind.REGULATION, FeedbackKind.CONDUCT, FeedbackKind.BOTH, FeedbackKind.OTHER)
CELLS = {
    "content": ("tn_hvhc", "tn_qdhc"),
    "time": ("tn_ky_truoc", "tn_trong_ky"),
    "handling": ("da_hvhc", "da_qdhc", "dang_hvhc", "dang_qdhc"),
    "public": ("cong_khai",),
}
"""The basic figures of the PAKN form; of each kind of them a feedback counts in one at most."""
KEYS = tuple(key for some in CELLS.values() for key in some)


class Heard(NamedTuple):
    """A feedback as of a period's end. `closed_at`: since when it is done with (answered, refused, forwarded, taken
    back), None while it is open. All times are aware.
    """

    number: str
    kind: str
    clause: int | None  # khoản of Điều 5, Nghị định 20/2008
    field: str | None
    received_at: datetime
    closed_at: datetime | None
    published_at: datetime | None


@dataclass(frozen=True)
class FeedbackFigures:
    """The feedback that counts in a period, with the figures of the form in total and by field."""

    period: Period
    heard: tuple[Heard, ...]

    @cached_property
    def total(self) -> dict[str, list[str]]:
        """List the numbers behind each basic figure."""
        return self._numbers(self.heard)

    @cached_property
    def by_field(self) -> Mapping[str | None, dict[str, list[str]]]:
        """List the numbers behind each basic figure by field, in the order of names; what has none comes last."""
        names = {one.field for one in self.heard}
        fields = sorted(names, key=lambda name: (name is None, fold(name or ""), name or ""))
        return {name: self._numbers(one for one in self.heard if one.field == name) for name in fields}

    @cached_property
    def by_kind(self) -> dict[str, list[str]]:
        """List the numbers by the register's four classes."""
        return {str(kind): [one.number for one in self.heard if one.kind == kind] for kind in KINDS}

    @cached_property
    def by_clause(self) -> dict[int | None, list[str]]:
        """List the numbers by the clauses of Điều 5, and those of none."""
        clauses: list[int | None] = [*CLAUSES, None]
        return {clause: [one.number for one in self.heard if one.clause == clause] for clause in clauses}

    def _numbers(self, heard: Iterable[Heard]) -> dict[str, list[str]]:
        numbers: dict[str, list[str]] = {key: [] for key in KEYS}
        for one in heard:
            for key in self.cells(one):
                numbers[key].append(one.number)
        return numbers

    def cells(self, one: Heard) -> set[str]:
        """Tell in which basic figures a feedback counts."""
        kind = "hvhc" if one.kind == FeedbackKind.CONDUCT else "qdhc"
        came = "tn_trong_ky" if one.received_at >= self.period.start else "tn_ky_truoc"
        found = {f"tn_{kind}", came, f"{'dang' if one.closed_at is None else 'da'}_{kind}"}
        published = one.published_at
        if one.closed_at is not None and published is not None and self.period.start <= published < self.period.end:
            found.add("cong_khai")
        return found


def count_feedback(register: Iterable[Heard], period: Period) -> FeedbackFigures:
    """Count the feedback that was received by the end of a period and not done with before it."""
    counted = (
        one
        for one in register
        if one.received_at < period.end and not (one.closed_at is not None and one.closed_at < period.start)
    )
    return FeedbackFigures(period, tuple(counted))
