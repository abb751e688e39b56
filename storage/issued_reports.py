"""Reports as they were issued: figures and documents with a checksum, added and never changed.

A correction is another version with its reason; the earlier ones stay. Whatever is read is compared with its checksum.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, insert, select

from knowledge.errors import Wrong
from knowledge.report_period import Period
from storage import audit
from storage.database import lock
from storage.schema import report, report_file

SUMMED = ("first_day", "last_day", "year", "number", "version", "reason", "figures", "pending")
ISSUE_LOCK = 5_206_208  # any fixed number: two who issue at once do so one after the other


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report to issue: its number in its year, figures as JSON, the codes it leaves pending, its documents."""

    period: Period
    year: int
    number: str
    figures: str
    pending: frozenset[str]
    files: Mapping[str, bytes]
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A report that was issued, without its documents."""

    id: int
    period: Period
    year: int
    number: str
    version: int
    reason: str | None
    figures: str
    pending: frozenset[str]
    checksum: str
    issued_at: datetime


_COLUMNS = (
    report.c.id,
    report.c.first_day,
    report.c.last_day,
    report.c.year,
    report.c.number,
    report.c.version,
    report.c.reason,
    report.c.figures,
    report.c.pending,
    report.c.checksum,
    report.c.issued_at,
)
_newest = (
    select(report.c.first_day, report.c.last_day, func.max(report.c.version).label("version"))
    .group_by(report.c.first_day, report.c.last_day)
    .subquery()
)
_NEWEST = select(*_COLUMNS).join(
    _newest,
    and_(
        report.c.first_day == _newest.c.first_day,
        report.c.last_day == _newest.c.last_day,
        report.c.version == _newest.c.version,
    ),
)


def issue(tx: Connection, new: NewReport, now: datetime) -> Issued:
    """Keep a report for good. Raises `Wrong` for a number of another report, or a correction without a reason."""
    lock(tx, ISSUE_LOCK, wait=True)
    known = find(tx, new.period)
    _check(tx, new, known)
    files = {name: hashlib.sha256(content).hexdigest() for name, content in new.files.items()}
    row: dict[str, Any] = {
        "first_day": new.period.first,
        "last_day": new.period.last,
        "year": new.year,
        "number": new.number,
        "version": 1 if known is None else known.version + 1,
        "reason": new.reason,
        "figures": new.figures,
        "pending": json.dumps(sorted(new.pending)),
    }
    row |= {"checksum": _checksum(row, files), "issued_at": now}
    key = tx.execute(insert(report), row).inserted_primary_key
    assert key is not None
    rows = [
        {"report_id": key[0], "format": name, "content": content, "checksum": files[name]}
        for name, content in new.files.items()
    ]
    if rows:
        tx.execute(insert(report_file), rows)
    audit.add(tx, "report_issued", now, detail=f"{new.number}/{new.year} version {row['version']}")
    issued = find(tx, new.period)
    assert issued is not None
    return issued


def _check(tx: Connection, new: NewReport, known: Issued | None) -> None:
    same_number = select(report.c.first_day, report.c.last_day).where(
        report.c.year == new.year, report.c.number == new.number
    )
    days = {tuple(row) for row in tx.execute(same_number)}
    if days - {(new.period.first, new.period.last)}:
        raise Wrong(f"number {new.number} of {new.year} is that of another report")
    if known is not None and not new.reason:
        raise Wrong(
            f"the report of {known.period.first} to {known.period.last} was issued as number {known.number}; "
            "a correction is a new version and needs --reason"
        )


def find(tx: Connection, period: Period) -> Issued | None:
    """Find the newest version of the report of exactly these days. Raises `Wrong` when it was tampered with."""
    row = tx.execute(_NEWEST.where(report.c.first_day == period.first, report.c.last_day == period.last)).one_or_none()
    return None if row is None else _read(tx, row, period.zone)


def versions(tx: Connection, period: Period) -> list[Issued]:
    """List every version of the report of exactly these days, the first one first."""
    rows = tx.execute(
        select(*_COLUMNS)
        .where(report.c.first_day == period.first, report.c.last_day == period.last)
        .order_by(report.c.version)
    )
    return [_read(tx, row, period.zone) for row in rows]


def periods(tx: Connection, zone: ZoneInfo) -> list[Period]:
    """List the periods that were reported on, the earliest first."""
    rows = tx.execute(_NEWEST.order_by(report.c.first_day, report.c.last_day))
    return [Period(row.first_day, row.last_day, zone) for row in rows]


def files(tx: Connection, report_id: int) -> dict[str, bytes]:
    """Give a report's documents by their formats. Raises `Wrong` for one that is not as it was issued."""
    rows = tx.execute(
        select(report_file.c.format, report_file.c.content, report_file.c.checksum)
        .where(report_file.c.report_id == report_id)
        .order_by(report_file.c.format)
    )
    found: dict[str, bytes] = {}
    for name, content, checksum in rows:
        found[name] = bytes(content)
        if hashlib.sha256(found[name]).hexdigest() != checksum:
            raise Wrong(f"the {name} file of report {report_id} is not as it was issued: its checksum differs")
    return found


def _read(tx: Connection, row: Any, zone: ZoneInfo) -> Issued:
    values = row._asdict()
    sums = select(report_file.c.format, report_file.c.checksum).where(report_file.c.report_id == row.id)
    if _checksum(values, {one.format: one.checksum for one in tx.execute(sums)}) != row.checksum:
        raise Wrong(f"report {row.number} of {row.year} is not as it was issued: its checksum differs")
    period = Period(values.pop("first_day"), values.pop("last_day"), zone)
    return Issued(period=period, pending=frozenset(json.loads(values.pop("pending"))), **values)


def _checksum(row: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """Sum up a report and the checksums of its documents (SHA-256)."""
    whole = json.dumps([[str(row[name]) for name in SUMMED], sorted(files.items())], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()
