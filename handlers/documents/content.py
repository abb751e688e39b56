"""The report as headings, sentences, tables and pictures, before it becomes a file of some kind.

The order is that of the Board's own report: what was published, feedback, the one-stop mechanism, online services,
public post. A part whose data is not held says so; no zero stands for “not known”.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from handlers.documents import wording
from handlers.documents.forms import Sheet, filled
from handlers.documents.letterhead import Letterhead, Stamp
from handlers.documents.wording import long, say, share, short
from handlers.reports.content import BACK_BY_POST, BY_POST, UNSAID, Compared, Findings
from knowledge.catalogue import Procedure
from knowledge.report import KEYS
from knowledge.report_feedback import FeedbackFigures
from knowledge.report_form import shipped_forms

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
COMPARED = ("tn_tong", "tn_truc_tuyen", "da_tong", "da_qua_han", "dang_tong", "dang_qua_han")
NAMED_MOST = 20  # procedures named in one sentence; the others are counted


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a part, numbered."""

    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A paragraph; `aside` is one that the author replaces or that says what is missing."""

    text: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table: its first row is the head."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Sentence | Grid


@dataclass(frozen=True)
class Report:
    """A report to be written: its findings, who writes it, and the stamp of an issued one (None: a draft)."""

    findings: Findings
    letterhead: Letterhead
    stamp: Stamp | None = None

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The forms of the annexes, filled in; one about late dossiers only where there are any."""
        forms = (form for form in shipped_forms() if form.subject != "late" or self.findings.late)
        return tuple(filled(form, self.findings) for form in forms)

    @property
    def title(self) -> str:
        """What the report is about."""
        return say("head.subject", period=wording.period(self.findings.period))

    @property
    def number(self) -> str:
        """The number, blank in a draft."""
        return say("head.blank_number") if self.stamp is None else self.stamp.number

    @property
    def dated(self) -> str:
        """The day in words, blank in a draft."""
        if self.stamp is None:
            return say("head.blank_date", year=str(self.findings.period.last.year))
        return long(self.stamp.day)

    def annex_of(self, subject: str) -> str:
        """Number the annex with the form of a subject."""
        return next(ROMAN[place] for place, sheet in enumerate(self.sheets) if sheet.form.subject == subject)

    @cached_property
    def body(self) -> tuple[Block, ...]:
        """The report from its first sentence to its last."""
        findings, days = self.findings, _days(self.findings)
        blocks: list[Block] = [Sentence(say("body.opening", agency=self.letterhead.agency, **days))]
        for number, part in enumerate(PARTS):
            heading, *rest = part(self, findings)
            assert isinstance(heading, Heading)
            blocks += [Heading(f"{ROMAN[number]}. {heading.text}"), *rest]
        return (*blocks, Sentence(say("body.closing", agency=self.letterhead.agency)))


def _days(findings: Findings) -> dict[str, object]:
    return {"first": short(findings.period.first), "last": short(findings.period.last)}


def _published(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("published.title"))
    told: list[Sentence] = []
    for one in findings.editions:
        key = "published.edition" if one.decision else "published.edition_plain"
        told.append(Sentence(say(key, decision=one.decision, title=one.title, since=short(one.since))))
    told += [*map(_decided, findings.decided), *_changed(findings)]
    yield from told or [Sentence(say("published.none"))]
    if findings.edition is None:
        yield Sentence(say("published.unknown"), aside=True)
        return
    if findings.changes is None:
        yield Sentence(say("published.not_compared"), aside=True)
    yield Sentence(say("published.total", **_levels(findings)))
    if findings.levels[None]:
        yield Sentence(say("published.level_unknown", count=findings.levels[None]), aside=True)


def _decided(procedure: Procedure) -> Sentence:
    """Tell the decision of a procedure, and that it is not verified where it is not."""
    by = procedure.published_by
    assert by is not None
    assert by.date is not None
    doubtful = not (procedure.is_verified("published_by") and procedure.is_verified("title"))
    key = "published.procedure_unverified" if doubtful else "published.procedure"
    return Sentence(say(key, title=procedure.title, decision=by.number, day=short(by.date)), aside=doubtful)


def _levels(findings: Findings) -> dict[str, object]:
    """Give the numbers of procedures by online level, in the terms of the time."""
    levels, last = findings.levels, findings.period.last
    names = {"term4": wording.level(4, last), "term3": wording.level(3, last)}
    return {"total": levels.total(), "level4": levels[4], "level3": levels[3], **names}


def _changed(findings: Findings) -> Iterator[Sentence]:
    """Tell which procedures are new, changed and gone against the catalogue of the day before the period."""
    for key, procedures in (findings.changed or {}).items():
        if procedures:
            titles = "; ".join(procedure.title for procedure in procedures[:NAMED_MOST])
            more = len(procedures) - NAMED_MOST
            titles += f"; {say('published.more', count=more)}" if more > 0 else "."
            yield Sentence(say(f"published.{key}", count=len(procedures), titles=titles))


def _feedback(report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("pakn.title"))
    figures = findings.feedback
    if figures is None:
        yield Sentence(say("body.no_data"), aside=True)
        return
    counts = {key: len(numbers) for key, numbers in figures.total.items()}
    received = counts["tn_trong_ky"]
    yield Sentence(say("pakn.some", received=received) if received else say("pakn.none"))
    if figures.heard:
        yield Sentence(say("pakn.counted", count=len(figures.heard), **counts))
        yield Sentence(say("pakn.by_kind", **{kind: len(numbers) for kind, numbers in figures.by_kind.items()}))
        yield Sentence(say("pakn.by_clause", clauses="; ".join(_clauses(figures))))
        yield Sentence(say("pakn.handled", **counts))
    yield Sentence(say("pakn.annex", number=report.annex_of("feedback")))


def _clauses(figures: FeedbackFigures) -> Iterator[str]:
    """Tell how many there are of each clause of Điều 5 of which there are some."""
    for clause, numbers in figures.by_clause.items():
        if numbers:
            key = "pakn.no_clause" if clause is None else "pakn.clause"
            yield say(key, clause=str(clause), count=len(numbers))


def _onestop(report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("onestop.title"))
    if report.letterhead.counter:
        yield Sentence(say("onestop.counter", counter=report.letterhead.counter))
    total = findings.figures.total.record()
    if not total["tn_tong"]:
        yield Sentence(say("onestop.empty"))
        return
    for key in ("received", "resolved", "pending"):
        yield Sentence(say(f"onestop.{key}", **total))
    if total["da_tong"]:
        in_time = share(total["da_truoc_han"] + total["da_dung_han"], total["da_tong"])
        yield Sentence(say("onestop.share", share=in_time))
    yield Sentence(say("onestop.annex", number=report.annex_of("dossiers")))


def _lateness(report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("lateness.title"))
    if not findings.late:
        yield Sentence(say("lateness.none"))
        return
    total, number = findings.figures.total, report.annex_of("late")
    resolved, pending = total["da_qua_han"], total["dang_qua_han"]
    count, sorry = len(findings.late), sum(one.apologised for one in findings.late)
    yield Sentence(say("lateness.some", count=count, resolved=resolved, pending=pending, number=number))
    yield Sentence(say("lateness.apologised", count=sorry) if sorry else say("lateness.no_apology"))
    yield Sentence(say("lateness.causes"), aside=True)


def _online(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("online.title"))
    if findings.edition is None:
        yield Sentence(say("published.unknown"), aside=True)
    else:
        yield Sentence(say("online.procedures", **_levels(findings)))
    online, whole = findings.figures.total["tn_truc_tuyen"], findings.received_by.total()
    if whole:
        yield Sentence(say("online.received", online=online, all=whole, share=share(online, whole)))


def _post(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("post.title"))
    yield Sentence(say("post.received", post=findings.received_by[BY_POST]))
    if findings.received_by[UNSAID]:
        yield Sentence(say("post.unsaid", count=findings.received_by[UNSAID]), aside=True)
    if tells_returns(findings):
        yield Sentence(say("post.back", post=findings.returned_by[BACK_BY_POST]))
        if findings.returned_by[None]:
            yield Sentence(say("post.back_unsaid", count=findings.returned_by[None]), aside=True)
    else:
        yield Sentence(say("post.returned"), aside=True)


def tells_returns(findings: Findings) -> bool:
    """Whether it is known of any resolved dossier how its result goes back."""
    return any(way is not None for way in findings.returned_by)


def _satisfaction(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("satisfaction.title"))
    if not findings.satisfaction:
        yield Sentence(say("body.no_data"), aside=True)
    for subject, levels in sorted(findings.satisfaction.items()):
        high, middle, low = (len(levels.get(level, ())) for level in (3, 2, 1))
        counts = {"high": high, "middle": middle, "low": low, "count": high + middle + low}
        yield Sentence(say(f"satisfaction.{subject}", **counts))


def _comparison(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("comparison.title"))
    this = Compared(findings.period, findings.figures.total.record())
    columns = (("this", this), ("previous", findings.previous), ("year_before", findings.year_before))
    head = [
        say(f"comparison.{name}", first=short(one.period.first), last=short(one.period.last)) for name, one in columns
    ]
    rows = [(say(f"comparison.row_{key}"), *(_compared(one, key) for _, one in columns)) for key in COMPARED]
    yield Grid(((say("comparison.figure"), *head), *rows))


def _compared(one: Compared, key: str) -> str:
    assert key in KEYS
    return say("comparison.no_data") if one.total is None else wording.number(one.total[key])


def _handling(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("handling.title"))
    if findings.usual_days is None:
        yield Sentence(say("handling.none"))
    else:
        yield Sentence(say("handling.usual", days=findings.usual_days))


def _questions(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("questions.title"))
    if findings.questions is None:
        yield Sentence(say("body.no_data"), aside=True)
    else:
        yield Sentence(say("questions.count", count=len(findings.questions)))


def _recommendations(_report: Report, _findings: Findings) -> Iterator[Block]:
    yield Heading(say("recommendations.title"))
    yield Sentence(say("body.author"), aside=True)


PARTS = (
    *(_published, _feedback, _onestop, _online, _post, _satisfaction, _lateness, _comparison, _handling, _questions),
    _recommendations,
)
"""The parts of the report in their order."""
