"""The figures of the periodic report: a period's dossiers by field, by procedure and in total, and checked.

What one dossier counts as is said in `report_judging.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from knowledge.errors import Wrong
from knowledge.report_judging import PENDING, RECEIVED, RESOLVED, Cell, Filed, Judged, judge
from knowledge.report_period import Period
from knowledge.vietnamese import fold

NAMED_MOST = 20  # dossiers named in one error; their number is told beside them
TOTALS: Mapping[str, Sequence[Cell]] = {"tn_tong": RECEIVED, "da_tong": RESOLVED, "dang_tong": PENDING}
KEYS = ("tn_tong", *RECEIVED, "da_tong", *RESOLVED, "dang_tong", *PENDING)
"""The figures of one row, in the order of the form."""

Kind: TypeAlias = tuple[Cell | None, Cell | None, bool]
"""What a dossier counts as: how it came in, how it stands, whether it is resolved."""


class BrokenIdentity(Wrong):
    """Figures that do not add up: no report may be made of them; `codes` are the dossiers behind it."""

    def __init__(self, what: str, codes: Sequence[str]) -> None:
        named = ", ".join(codes[:NAMED_MOST])
        more = f" and {len(codes) - NAMED_MOST} more" if len(codes) > NAMED_MOST else ""
        super().__init__(f"the figures do not add up: {what}; look at {named or 'no dossier'}{more}")
        self.codes = tuple(codes)


@dataclass(slots=True)
class Row:
    """The figures of one field, one procedure or all; each total is counted for itself and not summed up."""

    counts: Counter[str] = field(default_factory=Counter)

    def add(self, kind: Kind, number: int) -> None:
        """Count so many dossiers of one kind."""
        received, result, is_resolved = kind
        self.counts["tn_tong"] += number
        self.counts["da_tong" if is_resolved else "dang_tong"] += number
        for cell in (received, result):
            if cell is not None:
                self.counts[cell] += number

    def __getitem__(self, key: str) -> int:
        return self.counts[key]

    def record(self) -> dict[str, int]:
        """Give every figure in the order of the form."""
        return {str(key): self.counts[key] for key in KEYS}


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period: by field, by procedure and in total, and the dossiers behind them."""

    period: Period
    total: Row
    by_field: Mapping[str | None, Row]
    by_procedure: Mapping[tuple[str | None, str | None, str | None], Row]  # field, code, title
    dossiers: tuple[Judged, ...]

    def pending(self) -> frozenset[str]:
        """Give the codes that the next period must begin with."""
        return frozenset(one.code for one in self.dossiers if one.result in PENDING)

    def carried_over(self) -> frozenset[str]:
        """Give the codes that came over from the period before."""
        return frozenset(one.code for one in self.dossiers if one.received is Cell.CARRIED_OVER)


def count(filed: Iterable[Filed], period: Period) -> Figures:
    """Count the dossiers of a period, checked. Raises `BrokenIdentity` when the figures do not add up."""
    dossiers = [judged for one in filed if (judged := judge(one, period)) is not None]
    total = Row()
    by_field: dict[str | None, Row] = {}
    by_procedure: dict[tuple[str | None, str | None, str | None], Row] = {}
    alike = Counter(
        (one.field_title, one.procedure, one.received, one.result, one.resolved_on is None) for one in dossiers
    )
    for (field_title, procedure, received, result, is_pending), number in alike.items():
        kind = received, result, not is_pending
        total.add(kind, number)
        by_field.setdefault(field_title, Row()).add(kind, number)
        by_procedure.setdefault((field_title, *procedure), Row()).add(kind, number)
    in_order = dict(sorted(by_procedure.items(), key=_order))
    figures = Figures(period, total, _sorted_rows(by_field), in_order, tuple(dossiers))
    check(figures)
    return figures


def codes(dossiers: Iterable[Judged]) -> dict[str, list[str]]:
    """List the dossiers behind each figure of a row: as many codes as the figure says."""
    behind: dict[str, list[str]] = {str(key): [] for key in KEYS}
    for one in dossiers:
        for key in ("tn_tong", one.received, "dang_tong" if one.resolved_on is None else "da_tong", one.result):
            if key is not None:
                behind[key].append(one.code)
    return behind


def compared(filed: Iterable[Filed], period: Period) -> dict[str, list[str]]:
    """List what is behind each figure of the total row of a period to compare with; unchecked."""
    judged = (judge(one, period) for one in filed)
    return codes(one for one in judged if one is not None)


def _sorted_rows(rows: Mapping[str | None, Row]) -> dict[str | None, Row]:
    """Put fields into the order of their names; dossiers without one come last."""
    return dict(sorted(rows.items(), key=lambda item: (item[0] is None, fold(item[0] or ""), item[0] or "")))


def _order(item: tuple[tuple[str | None, ...], Row]) -> tuple[tuple[bool, str, str], ...]:
    return tuple((part is None, fold(part or ""), part or "") for part in item[0])


def check(figures: Figures) -> None:
    """Check the identities of form II.06a on every row and on the sum of the rows. Raises `BrokenIdentity`."""
    named: list[tuple[str, Row]] = [(name or "?", row) for name, row in figures.by_field.items()]
    for name, row in [*named, ("total", figures.total)]:
        broken = [key for key, cells in TOTALS.items() if row[key] != sum(row[cell] for cell in cells)]
        if row["tn_tong"] != row["da_tong"] + row["dang_tong"]:
            broken.append("tn_tong = da_tong + dang_tong")
        if broken:
            codes = sorted(one.code for one in figures.dossiers if one.received is None or one.result is None)
            raise BrokenIdentity(f"{', '.join(broken)} ({name})", codes)
    for key in KEYS:
        if figures.total[key] != sum(row[key] for _, row in named):
            raise BrokenIdentity(f"{key} over all fields", [])


@dataclass(frozen=True, slots=True)
class Difference:
    """A dossier that is pending at the end of the last report and not carried over, or the other way round."""

    code: str
    was_pending: bool


def differences(pending_before: Iterable[str], carried_over: Iterable[str]) -> list[Difference]:
    """Compare what the last report left pending with what this one begins with: both must be the same dossiers."""
    before, now = set(pending_before), set(carried_over)
    return [Difference(code, code in before) for code in sorted(before ^ now)]


def percentile(values: Iterable[int], percent: int) -> int | None:
    """Give the least value that `percent` per cent of the values do not exceed (nearest rank); None of nothing."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return ordered[max(rank, 1) - 1] if ordered else None
