"""What a draft still lacks or what in it must be checked, for whoever writes it: in documents and in chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from handlers.documents.content import Report, tells_returns
from handlers.documents.wording import number, short
from handlers.reports.content import Findings
from handlers.texts import DEFAULT, Words, words

NAMED_MOST = 20  # dossiers named in the notes; the others are counted


@dataclass(frozen=True, slots=True)
class Note:
    """A note: its text `report_note.<key>` and the values in it."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)

    def told(self, say: Words | None = None) -> str:
        """Word it, in Vietnamese unless told otherwise."""
        return (say or words(DEFAULT)).plain(f"report_note.{self.key}", **self.values)


def missing(report: Report) -> list[Note]:
    """List what the author still has to add or to check."""
    findings, letterhead = report.findings, report.letterhead
    lacks = {
        "illustrative": findings.illustrative,
        "no_catalogue": findings.edition is None,
        "no_changes": findings.edition is not None and findings.changes is None,
        "feedback_not_covered": findings.feedback is None,
        "satisfaction": not findings.satisfaction,
        "returned_by_post": not tells_returns(findings),
        "lateness_causes": bool(findings.late),
        "previous": findings.previous.total is None,
        "year_before": findings.year_before.total is None,
        "questions": findings.questions is None,
        "recommendations": True,
        "place": not (letterhead.place and letterhead.signer and letterhead.receivers),
    }
    told = [Note(name) for name, is_so in lacks.items() if is_so]
    forms = (sheet.form for sheet in report.sheets if not sheet.form.verified)
    told += [Note("unverified_form", {"form": form.label}) for form in forms]
    return [*told, *misfits(findings), *differing(findings)]


def misfits(findings: Findings) -> list[Note]:
    """Name the days that an issued report shares with this one, or that no report covers."""
    return [
        Note("overlap" if one.overlap else "gap", {"first": short(one.first), "last": short(one.last)})
        for one in findings.misfits
    ]


def differing(findings: Findings, most: int = NAMED_MOST) -> list[Note]:
    """Name the dossiers that the last report left pending and this one does not begin with, or the other way round."""
    told = [
        Note("was_pending" if one.was_pending else "not_pending", {"code": one.code})
        for one in findings.differences[:most]
    ]
    rest = len(findings.differences) - most
    return [*told, Note("more", {"count": number(rest)})] if rest > 0 else told
