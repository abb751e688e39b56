"""`report`: the periodic report of a period, as a draft or issued for good."""

from __future__ import annotations

import gc
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.app import real_clock
from bot.cli.common import opened, settings
from bot.cli.output import tell
from bot.settings import Settings
from handlers.documents import tracing
from handlers.documents.content import Report
from handlers.documents.files import FORMATS, write
from handlers.documents.letterhead import Stamp
from handlers.documents.notes import differing, misfits
from handlers.reports.content import Findings
from handlers.reports.record import record, written
from knowledge.errors import Wrong
from knowledge.report_period import Period, free, named
from knowledge.vietnamese import nfc
from storage import issued_reports
from storage.database import Database
from storage.issued_reports import Issued, NewReport

DATES = ["%Y-%m-%d", "%d/%m/%Y"]
NUMBER = re.compile(r"[0-9]{1,6}[A-Za-z]?")
TRACE = "trace.txt"  # report.trace.txt, beside the documents
DIFFERENCES_TOLD = 1_000  # dossiers listed one by one on a terminal; the json file has all of them

Day = datetime | None


def report(
    period: Annotated[str, typer.Argument(help="A period such as 2020-Q3, 2020-H1 or 2020, by report.preset.")] = "",
    first: Annotated[Day, typer.Option("--from", formats=DATES, help="The first day, inclusive.")] = None,
    last: Annotated[Day, typer.Option("--to", formats=DATES, help="The last day, inclusive.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="The folder for report.<format>.")] = None,
    formats: Annotated[str, typer.Option("--format", help=f"Any of {','.join(FORMATS)}.")] = "",
    trace: Annotated[bool, typer.Option("--trace", help="Name what is behind each figure.")] = False,
    issue: Annotated[bool, typer.Option("--issue", help="Keep figures and documents for good.")] = False,
    number: Annotated[str, typer.Option("--number", help="The number of the issued report, such as 281.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why an issued report is corrected.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Count anew although the period's report was issued.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Go on although days overlap or are left out.")] = False,
) -> None:
    """Report on a period; both dates are inclusive. A report that was issued is given back as it was issued.

    Example: motcua report --from 2020-05-28 --to 2020-08-28 --out reports
    """
    wanted = _formats(formats, out)
    if issue != bool(number) or (number and not NUMBER.fullmatch(number)):
        raise typer.BadParameter("--issue goes with --number and a number such as 281")
    given = settings()
    days = _period(period, first, last, given)
    order = _Order(trace, trace and out is not None, number, nfc(reason).strip(), yes)
    with opened(given) as database:
        issued = _issued(database, days)
        if issued is not None and not issue and not again:
            files = _as_issued(database, issued, wanted, order)
        elif issued is not None and issue and not reason:
            raise Wrong(f"this period was issued as number {issued.number}; a correction is a new version: --reason")
        else:
            files = _made(database, given, days, wanted, order)
    _put(files, out)


class _Order:
    """What is asked beside the period; `in_words`: the trace also as a text."""

    def __init__(self, trace: bool, in_words: bool, number: str, reason: str, yes: bool) -> None:
        self.trace = trace
        self.in_words = in_words
        self.number = number
        self.reason = reason
        self.yes = yes


def _formats(given: str, out: Path | None) -> tuple[str, ...]:
    wanted = tuple(one.strip().lower() for one in given.split(",") if one.strip())
    unknown = sorted(set(wanted) - set(FORMATS))
    if unknown:
        raise typer.BadParameter(f"no format {', '.join(unknown)}; there are {', '.join(FORMATS)}")
    if out is None and set(wanted) - {"json"}:
        raise typer.BadParameter("only json goes to standard output; name a folder with --out")
    return wanted or (FORMATS if out is not None else ("json",))


def _period(name: str, first: Day, last: Day, given: Settings) -> Period:
    zone = given.agency.timezone
    if bool(name) == (first is not None or last is not None) or (first is None) != (last is None):
        raise typer.BadParameter("give a PERIOD such as 2020-Q3, or both --from and --to")
    if first is None or last is None:
        return named(name, given.report.preset, zone)
    return free(first.date(), last.date(), zone)


def _issued(database: Database, days: Period) -> Issued | None:
    with database.snapshot() as tx:
        return issued_reports.find(tx, days)


def _as_issued(database: Database, issued: Issued, wanted: Sequence[str], order: _Order) -> dict[str, bytes]:
    """Give the files back as they were issued, byte by byte."""
    with database.snapshot() as tx:
        kept = issued_reports.files(tx, issued.id)
    tell(
        f"issued as number {issued.number} of {issued.year}, version {issued.version}, checksum {issued.checksum}; "
        "--again counts anew"
    )
    files = {name: kept[name] for name in wanted}
    return files | _traced(json.loads(issued.figures), wanted, order) if order.trace else files


def _made(database: Database, given: Settings, days: Period, wanted: Sequence[str], order: _Order) -> dict[str, bytes]:
    """Make the report, ask where something must be confirmed, and issue it when that was asked."""
    from bot.reporting import findings, letterhead

    with database.snapshot() as tx, _uncollected():
        found = findings(tx, given, days)
    _confirm(found, order)
    today = real_clock().astimezone(given.agency.timezone).date()
    stamp = Stamp(order.number, today) if order.number else None
    made = Report(found, letterhead(given), stamp)
    files = write(made, wanted if stamp is None else FORMATS)
    traced = _traced(record(found, trace=True), wanted, order) if order.trace else {}
    if stamp is not None:
        _keep(database, _new(made, files, order))
    return {name: files[name] for name in wanted} | traced


def _new(made: Report, files: dict[str, bytes], order: _Order) -> NewReport:
    """Give the report to keep: its year is that of the day on which it is issued."""
    assert made.stamp is not None
    found = made.findings
    return NewReport(
        period=found.period,
        year=made.stamp.day.year,
        number=order.number,
        figures=written(record(found, trace=True)),
        pending=found.figures.pending(),
        files=files,
        reason=order.reason or None,
    )


def _keep(database: Database, new: NewReport) -> None:
    with database.transaction() as tx:
        issued = issued_reports.issue(tx, new, real_clock())
    tell(f"issued as number {issued.number}, version {issued.version}, checksum {issued.checksum}")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do not look for cycles meanwhile: among a hundred thousand dossiers, all kept, it is a sixth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _traced(told: Mapping[str, Any], wanted: Sequence[str], order: _Order) -> dict[str, bytes]:
    """Give what is behind each figure: in the json, and in words beside the documents."""
    in_json = {"json": written(told).encode() + b"\n"} if "json" in wanted else {}
    return in_json | ({TRACE: tracing.written(told)} if order.in_words else {})


def _confirm(found: Findings, order: _Order) -> None:
    """Name what does not fit the last issued report; days must be confirmed, and differences when issuing."""
    unfit, differences = misfits(found), differing(found, DIFFERENCES_TOLD)
    for note in (*unfit, *differences):
        tell(note.told())
    if order.yes or not (unfit or (differences and order.number)):
        return
    if not sys.stdin.isatty():
        raise typer.BadParameter("this must be confirmed (see above): add --yes")
    typer.confirm("Go on?", err=True, abort=True)


def _put(files: dict[str, bytes], out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(files["json"])
        sys.stdout.buffer.flush()
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = out / f"report.{name}"
        path.write_bytes(content)
        tell(str(path))
