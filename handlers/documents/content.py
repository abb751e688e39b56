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
from knowledge.report import KEYS
from knowledge.report_form import shipped_forms

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
COMPARED = ("tn_tong", "tn_truc_tuyen", "da_tong", "da_qua_han", "dang_tong", "dang_qua_han")
NAMED_MOST = 20  # dossiers named in the notes; the others are counted


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
        parts = (_published, _feedback, _onestop, _lateness, _online, _post, _satisfaction, _comparison, _questions)
        blocks: list[Block] = [Sentence(say("body.opening", agency=self.letterhead.agency, **days))]
        for number, part in enumerate((*parts, _recommendations)):
            heading, *rest = part(self, findings)
            assert isinstance(heading, Heading)
            blocks += [Heading(f"{ROMAN[number]}. {heading.text}"), *rest]
        return (*blocks, Sentence(say("body.closing", agency=self.letterhead.agency)))


def _days(findings: Findings) -> dict[str, object]:
    return {"first": short(findings.period.first), "last": short(findings.period.last)}


def _published(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("published.title"))
    told = False
    for one in findings.editions:
        key = "published.edition" if one.decision else "published.edition_plain"
        yield Sentence(say(key, decision=one.decision, title=one.title, since=short(one.since)))
        told = True
    first, last = findings.period.first, findings.period.last
    for procedure in () if findings.edition is None else findings.edition.handled():
        decided = procedure.published_by
        if decided is not None and decided.date is not None and first <= decided.date <= last:
            doubtful = not (procedure.is_verified("published_by") and procedure.is_verified("title"))
            key = "published.procedure_unverified" if doubtful else "published.procedure"
            days = {"decision": decided.number, "day": short(decided.date)}
            yield Sentence(say(key, title=procedure.title, **days), aside=doubtful)
            told = True
    for sentence in _changed(findings):
        yield sentence
        told = True
    if not told:
        yield Sentence(say("published.none"))
    if findings.edition is None:
        yield Sentence(say("published.unknown"), aside=True)
    else:
        yield Sentence(say("published.total", total=findings.levels.total()))


def _changed(findings: Findings) -> Iterator[Sentence]:
    """Tell which procedures are new, changed and gone against the catalogue of the day before the period."""
    if findings.changes is None:
        return
    new, gone = (
        [p for p in some if p.kind == "procedure"] for some in (findings.changes.added, findings.changes.removed)
    )
    changed = [change.new for change in findings.changes.changed if change.told and change.new.kind == "procedure"]
    for key, procedures in (("new", new), ("changed", changed), ("gone", gone)):
        if procedures:
            titles = "; ".join(procedure.title for procedure in procedures[:NAMED_MOST])
            more = len(procedures) - NAMED_MOST
            titles += f"; {say('notes.more', count=more)}" if more > 0 else "."
            yield Sentence(say(f"published.{key}", count=len(procedures), titles=titles))


def _feedback(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("pakn.title"))
    received = findings.feedback.received
    if received is None:
        yield Sentence(say("body.no_data"), aside=True)
    elif received == 0:
        yield Sentence(say("pakn.none"))
    else:
        yield Sentence(say("pakn.some", received=received))
    if received is not None and not findings.feedback.empty:
        figures = findings.feedback.figures
        yield Sentence(say("pakn.by_class", **figures)) if figures else Sentence(say("body.no_data"), aside=True)


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
    if findings.usual_days is not None:
        yield Sentence(say("onestop.handling", days=findings.usual_days))
    yield Sentence(say("onestop.annex", number=report.annex_of("dossiers")))


def _lateness(report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("lateness.title"))
    if not findings.late:
        yield Sentence(say("lateness.none"))
        return
    total, number = findings.figures.total, report.annex_of("late")
    resolved, pending = total["da_qua_han"], total["dang_qua_han"]
    yield Sentence(say("lateness.some", count=findings.late, resolved=resolved, pending=pending, number=number))
    yield Sentence(say("body.author"), aside=True)


def _online(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("online.title"))
    levels, last = findings.levels, findings.period.last
    if findings.edition is None:
        yield Sentence(say("published.unknown"), aside=True)
    else:
        names = {"term4": wording.level(4, last), "term3": wording.level(3, last)}
        yield Sentence(say("online.procedures", total=levels.total(), level4=levels[4], level3=levels[3], **names))
        if levels[None]:
            yield Sentence(say("online.unknown", count=levels[None]), aside=True)
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
        counts = {"high": levels[3], "middle": levels[2], "low": levels[1], "count": levels.total()}
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


def _questions(_report: Report, findings: Findings) -> Iterator[Block]:
    yield Heading(say("questions.title"))
    if findings.questions is None:
        yield Sentence(say("body.no_data"), aside=True)
    else:
        yield Sentence(say("questions.count", count=findings.questions))


def _recommendations(_report: Report, _findings: Findings) -> Iterator[Block]:
    yield Heading(say("recommendations.title"))
    yield Sentence(say("body.author"), aside=True)


def missing(report: Report) -> list[str]:
    """List what the author still has to add or to check."""
    findings, letterhead = report.findings, report.letterhead
    lacks = {
        "illustrative": findings.illustrative,
        "no_catalogue": findings.edition is None,
        "feedback_not_covered": findings.feedback.received is None,
        "satisfaction": not findings.satisfaction,
        "returned_by_post": not tells_returns(findings),
        "lateness_causes": findings.late > 0,
        "previous": findings.previous.total is None,
        "year_before": findings.year_before.total is None,
        "questions": findings.questions is None,
        "recommendations": True,
        "place": not (letterhead.place and letterhead.signer and letterhead.receivers),
    }
    told = [say(f"notes.{name}") for name, is_so in lacks.items() if is_so]
    told += [say("notes.unverified_form", form=sheet.form.label) for sheet in report.sheets if not sheet.form.verified]
    return [*told, *misfits(findings), *differing(findings)]


def misfits(findings: Findings) -> list[str]:
    """Name the days that an issued report shares with this one, or that no report covers."""
    return [
        say("notes.overlap" if one.overlap else "notes.gap", first=short(one.first), last=short(one.last))
        for one in findings.misfits
    ]


def differing(findings: Findings, most: int = NAMED_MOST) -> list[str]:
    """Name the dossiers that the last report left pending and this one does not begin with, or the other way round."""
    told = [
        say("notes.was_pending" if one.was_pending else "notes.not_pending", code=one.code)
        for one in findings.differences[:most]
    ]
    rest = len(findings.differences) - most
    return [*told, say("notes.more", count=rest)] if rest > 0 else told
