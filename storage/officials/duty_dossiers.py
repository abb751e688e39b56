"""Dossiers as officials ask for them: what runs and since when nothing happened, counts by field."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from knowledge.status import Status
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier
from storage.officials.duty import orphaned
from storage.schema import claim, dossier, dossier_history

RUNNING = tuple(int(one) for one in Status if one.clock_is_running)
OPEN = (int(Status.SUBMITTED), *RUNNING)
_is_open = and_(dossier.c.status.in_(OPEN), dossier.c.finished_at.is_(None))


@dataclass(frozen=True, slots=True)
class Standing:
    """A dossier whose clock runs: when it is due, since when its status stands, whether its claimer is done with it."""

    id: int
    due_at: datetime | None
    since: datetime
    is_done: bool


def running(tx: Connection, ids: Collection[int] | None = None) -> list[Standing]:
    """List the dossiers whose clock runs, all or those of these ids, the most urgent first."""
    last = select(dossier_history.c.dossier_id, func.max(dossier_history.c.since).label("since"))
    latest = last.group_by(dossier_history.c.dossier_id).subquery()
    rows = (
        select(dossier.c.id, dossier.c.due_at, func.coalesce(latest.c.since, dossier.c.received_at), claim.c.done_at)
        .select_from(dossier.outerjoin(latest, latest.c.dossier_id == dossier.c.id).outerjoin(claim))
        .where(dossier.c.status.in_(RUNNING), dossier.c.finished_at.is_(None), dossier.c.illustrative.is_(False))
        .order_by(dossier.c.due_at, dossier.c.id)
    )
    if ids is not None:
        rows = rows.where(dossier.c.id.in_(ids))
    return [Standing(number, due, since, done is not None) for number, due, since, done in tx.execute(rows)]


def of_official(tx: Connection, official_id: int, most: int) -> list[Dossier]:
    """List what an official claimed and is not done with, the most urgent first."""
    return _listed(tx, _mine(official_id), most)


def count_of_official(tx: Connection, official_id: int) -> int:
    """Count what an official claimed and is not done with."""
    return _count(tx, _mine(official_id))


def unclaimed(tx: Connection, most: int) -> list[Dossier]:
    """List the open dossiers that nobody holds, the most urgent first."""
    return _listed(tx, _FREE, most)


def count_unclaimed(tx: Connection) -> int:
    """Count the open dossiers that nobody holds."""
    return _count(tx, _FREE)


_FREE = and_(_is_open, or_(claim.c.id.is_(None), orphaned), dossier.c.illustrative.is_(False))


def _mine(official_id: int) -> ColumnElement[bool]:
    return and_(_is_open, claim.c.official_id == official_id, claim.c.done_at.is_(None))


def _listed(tx: Connection, wanted: ColumnElement[bool], most: int) -> list[Dossier]:
    found = select(*dossiers.COLUMNS).outerjoin(claim, claim.c.dossier_id == dossier.c.id).where(wanted)
    ordered = found.order_by(dossier.c.due_at.is_(None), dossier.c.due_at, dossier.c.id).limit(most)
    return [dossiers.read(row) for row in tx.execute(ordered)]


def _count(tx: Connection, wanted: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(dossier.outerjoin(claim, claim.c.dossier_id == dossier.c.id))
    return tx.execute(counted.where(wanted)).scalar_one()


def counts(tx: Connection, now: datetime) -> Sequence[tuple[str | None, int, int]]:
    """Count by field: the open dossiers, and those of them that are over their due date."""
    late = func.count().filter(or_(dossier.c.due_at < now))
    rows = tx.execute(
        select(dossier.c.field_title, func.count(), late)
        .where(_is_open)
        .group_by(dossier.c.field_title)
        .order_by(func.count().desc(), dossier.c.field_title)
    )
    return [(field, int(count), int(overdue)) for field, count, overdue in rows]
