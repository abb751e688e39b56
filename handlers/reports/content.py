"""What a report says: the figures of its period and everything around them, gathered in one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from handlers.catalogue import library
from knowledge.calendar import Calendar
from knowledge.catalogue import Differences, Edition, national_part
from knowledge.catalogue import differences as compared
from knowledge.report import KEYS, Difference, Figures, count, differences, percentile, totals
from knowledge.report_form import shipped_forms
from knowledge.report_judging import Filed
from knowledge.report_period import Misfit, Period, misfit
from storage import issued_reports, reports
from storage.database import Connection
from storage.issued_reports import Issued
from storage.people import surveys
from storage.reports import Editions

USUAL_PERCENT = 90  # handling time: nine of ten dossiers were done within it, which one long case does not move
TOTAL_NAME, NO_FIELD = "Tổng cộng", "Chưa rõ lĩnh vực"
BY_POST, UNSAID = 3, None
BACK_BY_POST = 1  # HinhThuc; 0 at the counter


@dataclass(frozen=True, slots=True)
class Feedback:
    """Feedback in the period: how much was received; None where the register does not cover the period.

    `empty`: the register holds nothing at all up to the cut-off, so every figure of the PAKN form is zero.
    """

    received: int | None
    empty: bool
    figures: Mapping[str, int] = field(default_factory=dict)

    def known(self) -> dict[str, int | None]:
        """Give the basic figures of the PAKN form; what is not held is None."""
        (form,) = (form for form in shipped_forms() if form.subject == "feedback")
        if self.empty:
            return {name: 0 for column in form.columns for name in column.of}
        return dict(self.figures) or {"tn_trong_ky": self.received}


@dataclass(frozen=True, slots=True)
class Compared:
    """The total row of another period, None where its data is not held; `issued`: as the issued report has it."""

    period: Period
    total: Mapping[str, int] | None
    issued: bool = False


@dataclass(frozen=True)
class Findings:
    """Everything that a report says."""

    period: Period
    figures: Figures
    edition: Edition | None
    editions: tuple[Editions, ...]
    feedback: Feedback
    previous: Compared
    year_before: Compared
    questions: int | None
    calendar: Calendar
    misfits: tuple[Misfit, ...] = ()
    differences: tuple[Difference, ...] = ()
    changes: Differences | None = None
    satisfaction: Mapping[str, Counter[int]] = field(default_factory=dict)

    @cached_property
    def levels(self) -> Counter[int | None]:
        """Count the procedures by online level; None: not recorded."""
        handled = () if self.edition is None else self.edition.handled()
        return Counter(procedure.channels.online_level for procedure in handled)

    @cached_property
    def received_by(self) -> Counter[int | None]:
        """Count the dossiers received in the period by channel; None: the source does not say."""
        first = self.period.first
        return Counter(one.channel for one in self.figures.dossiers if one.received_on >= first)

    @cached_property
    def returned_by(self) -> Counter[int | None]:
        """Count the resolved dossiers by the way their result goes back; None: the source does not say."""
        return Counter(one.return_way for one in self.figures.dossiers if one.resolved_on is not None)

    @cached_property
    def usual_days(self) -> int | None:
        """Tell within how many working days 90 of 100 resolved dossiers were done; None where none was resolved."""
        done = [(one.received_on, one.resolved_on) for one in self.figures.dossiers if one.resolved_on is not None]
        return percentile(_working_days(self.calendar, done), USUAL_PERCENT)

    @cached_property
    def illustrative(self) -> bool:
        """Whether a dossier that counts is sample data."""
        return any(one.illustrative for one in self.figures.dossiers)

    @property
    def late(self) -> int:
        """Count the dossiers that are late: resolved late or pending late."""
        return self.figures.total["da_qua_han"] + self.figures.total["dang_qua_han"]


def _working_days(calendar: Calendar, spans: list[tuple[date, date]]) -> list[int]:
    """Count the working days after the first day of each span, its last day included."""
    if not spans:
        return []
    day, last = min(first for first, _ in spans), max(end for _, end in spans)
    passed, until = 0, {}
    while day <= last:
        passed += calendar.is_working_day(day)
        until[day] = passed
        day += timedelta(days=1)
    return [max(until[end] - until[first], 0) if end >= first else 0 for first, end in spans]


def gather(tx: Connection, period: Period, calendar: Calendar, feedback_since: date | None = None) -> Findings:
    """Gather what the report of a period says. Raises `BrokenIdentity` when the figures do not add up."""
    edition = library.of_day(tx, period.last)
    figures = count(_named(reports.filed(tx, period), edition), period)
    before = _issued_before(tx, period)
    fits = [misfit(period, other) for other in _neighbours(tx, period)]
    return Findings(
        period,
        figures,
        edition,
        tuple(reports.editions_begun(tx, period)),
        _feedback(tx, period, feedback_since),
        _compared(tx, before.period if before is not None else period.before()),
        _compared(tx, period.a_year_before()),
        reports.questions_without_answer(tx, period),
        calendar,
        tuple(fit for fit in fits if fit is not None),
        () if before is None else tuple(differences(before.pending, figures.carried_over())),
        _changes(library.of_day(tx, period.first - timedelta(days=1)), edition),
        surveys.totals(tx, period.start, period.end),
    )


def _named(filed: Iterable[Filed], edition: Edition | None) -> Iterator[Filed]:
    """Give a dossier that came without its field or title those of its procedure in the edition of the time."""
    entries = () if edition is None else edition.procedures
    known = {national_part(entry.code): entry for entry in entries if entry.code}
    for one in filed:
        lacks = one.field_title is None or one.procedure_title is None
        entry = known.get(national_part(one.procedure_code)) if lacks and one.procedure_code else None
        if entry is not None:
            one = one._replace(
                field_title=one.field_title or entry.field, procedure_title=one.procedure_title or entry.title
            )
        yield one


def _changes(before: Edition | None, edition: Edition | None) -> Differences | None:
    """Compare the catalogue with that of the day before the period; None where one of both is not held."""
    return None if before is None or edition is None else compared(before, edition)


def _neighbours(tx: Connection, period: Period) -> list[Period]:
    """List the issued reports that must fit: those that share days with this one, and the last one before it."""
    issued = [one for one in issued_reports.periods(tx, period.zone) if not one.same(period)]
    sharing = [one for one in issued if one.first <= period.last and one.last >= period.first]
    earlier = [one for one in issued if one.last < period.first]
    return sharing or earlier[-1:]


def _issued_before(tx: Connection, period: Period) -> Issued | None:
    """Find the last issued report that ends before this period does and began before it."""
    issued = issued_reports.periods(tx, period.zone)
    earlier = [one for one in issued if one.first < period.first and one.last < period.last]
    return issued_reports.find(tx, max(earlier, key=lambda one: one.last)) if earlier else None


def _compared(tx: Connection, period: Period) -> Compared:
    """Give another period's totals: as issued, else counted now, else None where dossiers were not held then."""
    issued = issued_reports.find(tx, period)
    if issued is not None:
        return Compared(period, {key: json.loads(issued.figures)["total"][key] for key in KEYS}, issued=True)
    first = reports.holds_since(tx)
    if first is None or first > period.start:
        return Compared(period, None)
    return Compared(period, totals(reports.filed(tx, period), period))


def _feedback(tx: Connection, period: Period, since: date | None) -> Feedback:
    if since is not None and since > period.first:
        return Feedback(None, empty=False)
    received = reports.feedback_received(tx, period.start, period.end)
    if reports.feedback_received(tx, None, period.end) == 0:
        return Feedback(received, empty=True)
    return Feedback(received, empty=False, figures=reports.feedback_figures(tx, period.start, period.end))


def record(findings: Findings, *, trace: bool = False) -> dict[str, Any]:
    """Give the report as JSON keeps it; keys as the forms name them. With `trace` the codes behind each cell."""
    figures = findings.figures
    told: dict[str, Any] = {
        "period": _days(findings.period),
        "rows": [{"linh_vuc": name or NO_FIELD, **row.record()} for name, row in figures.by_field.items()],
        "total": {"linh_vuc": TOTAL_NAME, **figures.total.record()},
        "procedures": _procedures(findings),
        "feedback": {"received": findings.feedback.received, **_pakn(findings.feedback)},
        "by_procedure": [
            {"linh_vuc": field or NO_FIELD, "ma_tthc": code, "ten_tthc": title, **row.record()}
            for (field, code, title), row in figures.by_procedure.items()
        ],
        "received_by_channel": {
            name: findings.received_by[channel]
            for name, channel in (("counter", 1), ("online", 2), ("post", BY_POST), ("unknown", UNSAID))
        },
        "handling_working_days_p90": findings.usual_days,
        "previous": _compared_record(findings.previous),
        "year_before": _compared_record(findings.year_before),
        "questions_without_answer": findings.questions,
        "satisfaction": {
            subject: {str(level): levels[level] for level in (3, 2, 1)}
            for subject, levels in sorted(findings.satisfaction.items())
        },
        "differences": [{"code": one.code, "was_pending": one.was_pending} for one in findings.differences],
        "illustrative": findings.illustrative,
    }
    if trace:
        told["trace"] = _trace(figures)
    return told


def _days(period: Period) -> dict[str, str]:
    return {"from": period.first.isoformat(), "to": period.last.isoformat()}


def _procedures(findings: Findings) -> dict[str, Any]:
    if findings.edition is None:
        return {"total": None, "by_level": {}}
    levels = {"4": findings.levels[4], "3": findings.levels[3]}
    if findings.levels[None]:
        levels["unknown"] = findings.levels[None]
    return {"total": findings.levels.total(), "by_level": levels}


def _pakn(feedback: Feedback) -> dict[str, int | None]:
    (form,) = (form for form in shipped_forms() if form.subject == "feedback")
    return form.fill(feedback.known())


def _compared_record(compared: Compared) -> dict[str, Any]:
    return {**_days(compared.period), "total": compared.total, "issued": compared.issued}


def _trace(figures: Figures) -> dict[str, dict[str, list[str]]]:
    """List the codes behind each cell, by field: as many as the cell says."""
    traced: dict[str, dict[str, list[str]]] = {
        name or NO_FIELD: {str(key): [] for key in KEYS} for name in figures.by_field
    }
    for one in figures.dossiers:
        cells = traced[one.field_title or NO_FIELD]
        for key in ("tn_tong", one.received, "dang_tong" if one.resolved_on is None else "da_tong", one.result):
            if key is not None:
                cells[key].append(one.code)
    return traced


def written(told: Mapping[str, Any]) -> str:
    """Write the JSON of a report: one line, unescaped."""
    return json.dumps(told, ensure_ascii=False)
