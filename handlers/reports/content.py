"""What a report says: the figures of its period and everything around them, gathered in one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from handlers.catalogue import library
from knowledge.calendar import Calendar
from knowledge.catalogue import Differences, Edition, Procedure, national_part
from knowledge.catalogue import differences as compared
from knowledge.report import KEYS, Difference, Figures, count, differences, percentile
from knowledge.report import compared as compared_with
from knowledge.report_feedback import FeedbackFigures, count_feedback
from knowledge.report_judging import Cell, Filed, Judged
from knowledge.report_period import Misfit, Period, misfit
from storage import issued_reports, reports
from storage.database import Connection
from storage.issued_reports import Issued
from storage.people import surveys
from storage.reports import Editions

USUAL_PERCENT = 90  # handling time: nine of ten dossiers were done within it, which one long case does not move
BY_POST, UNSAID = 3, None
BACK_BY_POST = 1  # HinhThuc; 0 at the counter


@dataclass(frozen=True, slots=True)
class Compared:
    """The total row of another period, None where its data is not held, and the dossiers behind each of its figures.

    `issued`: as the issued report has it.
    """

    period: Period
    total: Mapping[str, int] | None
    issued: bool = False
    behind: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True)
class Findings:
    """Everything that a report says."""

    period: Period
    figures: Figures
    edition: Edition | None
    editions: tuple[Editions, ...]
    feedback: FeedbackFigures | None  # None: the register does not cover the period
    previous: Compared
    year_before: Compared
    questions: Sequence[tuple[int, datetime]] | None
    calendar: Calendar
    misfits: tuple[Misfit, ...] = ()
    differences: tuple[Difference, ...] = ()
    changes: Differences | None = None
    satisfaction: Mapping[str, Mapping[int, Sequence[int]]] = field(default_factory=dict)

    @cached_property
    def levels(self) -> Counter[int | None]:
        """Count the procedures by online level; None: not recorded."""
        handled = () if self.edition is None else self.edition.handled()
        return Counter(procedure.channels.online_level for procedure in handled)

    @cached_property
    def decided(self) -> list[Procedure]:
        """List the procedures whose decision is dated in the period."""
        handled = () if self.edition is None else self.edition.handled()
        first, last = self.period.first, self.period.last
        decisions = ((procedure, procedure.published_by) for procedure in handled)
        return [one for one, by in decisions if by is not None and by.date is not None and first <= by.date <= last]

    @cached_property
    def changed(self) -> dict[str, list[Procedure]] | None:
        """List what is new, changed and gone against the catalogue of the day before; None where one is not held."""
        if self.changes is None:
            return None
        changed = [change.new for change in self.changes.changed if change.told]
        some = {"new": self.changes.added, "changed": changed, "gone": self.changes.removed}
        return {key: [one for one in procedures if one.kind == "procedure"] for key, procedures in some.items()}

    @cached_property
    def received_by(self) -> Counter[int | None]:
        """Count the dossiers received in the period by channel; None: the source does not say."""
        return Counter(one.channel for one in self.received)

    @cached_property
    def returned_by(self) -> Counter[int | None]:
        """Count the resolved dossiers by the way their result goes back; None: the source does not say."""
        return Counter(one.return_way for one in self.resolved)

    @property
    def received(self) -> list[Judged]:
        """List the dossiers received in the period."""
        return [one for one in self.figures.dossiers if one.received_on >= self.period.first]

    @property
    def resolved(self) -> list[Judged]:
        """List the dossiers resolved in the period."""
        return [one for one in self.figures.dossiers if one.resolved_on is not None]

    @cached_property
    def days(self) -> dict[str, int]:
        """Tell in how many working days each resolved dossier was done, by its code."""
        spans = [(one.received_on, one.resolved_on) for one in self.resolved if one.resolved_on is not None]
        return dict(zip((one.code for one in self.resolved), _working_days(self.calendar, spans), strict=True))

    @property
    def usual_days(self) -> int | None:
        """Tell within how many working days 90 of 100 resolved dossiers were done; None where none was resolved."""
        return percentile(self.days.values(), USUAL_PERCENT)

    @cached_property
    def illustrative(self) -> bool:
        """Whether a dossier that counts is sample data."""
        return any(one.illustrative for one in self.figures.dossiers)

    @cached_property
    def late(self) -> list[Judged]:
        """List the dossiers that are late: resolved late or pending late."""
        return [one for one in self.figures.dossiers if one.result in (Cell.LATE, Cell.PENDING_LATE)]


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
        surveys.rated(tx, period.start, period.end),
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
        told = json.loads(issued.figures)
        total, traced = told["total"], told.get("trace", {}).get("total")
        behind = None if traced is None else {key: traced[key] for key in KEYS}
        return Compared(period, {key: total[key] for key in KEYS}, issued=True, behind=behind)
    first = reports.holds_since(tx)
    if first is None or first > period.start:
        return Compared(period, None)
    codes = compared_with(reports.filed(tx, period), period)
    return Compared(period, {key: len(some) for key, some in codes.items()}, behind=codes)


def _feedback(tx: Connection, period: Period, since: date | None) -> FeedbackFigures | None:
    """Count the feedback; None where the register began within the period or later."""
    if since is not None and since > period.first:
        return None
    return count_feedback(reports.feedback_register(tx, period.end), period)
