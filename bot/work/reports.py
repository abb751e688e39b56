"""The job behind a report in chat: count, draw, write, keep the files, give the summary."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from bot.reporting import findings, letterhead
from bot.settings import Settings
from handlers.documents import charts
from handlers.documents.content import Report
from handlers.documents.files import write
from handlers.documents.notes import Note, missing
from handlers.reports.record import record
from knowledge.report import BrokenIdentity
from knowledge.report_period import Period
from storage import files, issued_reports
from storage.database import Database
from storage.files import KEPT_SHORTLY

SENT = ("docx", "xlsx", "html")  # what people open; the json is for programs


def work(database: Database, settings: Settings, clock: Callable[[], datetime], body: str) -> str:
    """Make the report that `body` orders; gives its summary and the kept files, or why there is none, as JSON."""
    order = json.loads(body)
    days = date.fromisoformat(order["from"]), date.fromisoformat(order["to"])
    period = Period(*days, settings.agency.timezone, order["name"])
    try:
        told, contents = _make(database, settings, period)
    except BrokenIdentity as fault:
        return json.dumps({"broken": fault.codes})
    until = clock() + KEPT_SHORTLY
    with database.transaction() as tx:
        kept = [
            (files.keep(tx, content, until, account_id=order["account"]), name) for name, content in contents.items()
        ]
    return json.dumps({**told, "files": kept, "due": order.get("due")}, ensure_ascii=False)


def _make(database: Database, settings: Settings, period: Period) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Give the summary and the files: as issued where the period's report was, else a draft counted now."""
    name = f"bao-cao-{period.name or f'{period.first}-{period.last}'}"
    with database.snapshot() as tx:
        issued = issued_reports.find(tx, period)
        if issued is not None:
            figures, contents, lacks = json.loads(issued.figures), issued_reports.files(tx, issued.id), []
        else:
            found = findings(tx, settings, period)
    if issued is None:
        report = Report(found, letterhead(settings))
        figures, contents, lacks = record(found), write(report, SENT), missing(report)
    chart = charts.summary(figures)
    drawn = {} if chart is None else {f"{name}.png": chart}
    number = "" if issued is None else f"{issued.number}/{settings.agency.symbol or 'BC'}"
    return _told(figures, period, number, lacks), {**drawn, **{f"{name}.{kind}": contents[kind] for kind in SENT}}


def _told(figures: Mapping[str, Any], period: Period, number: str, lacks: Sequence[Note]) -> dict[str, Any]:
    return {
        "first": f"{period.first:%d/%m/%Y}",
        "last": f"{period.last:%d/%m/%Y}",
        "total": figures["total"],
        "feedback": figures["feedback"]["received"],
        "illustrative": figures["illustrative"],
        "number": number,
        "missing": [(note.key, dict(note.values)) for note in lacks],
    }
