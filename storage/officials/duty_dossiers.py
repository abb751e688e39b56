"""Dossiers as officials ask for them: what runs and since when nothing happened, counts by field."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from knowledge.status import Status
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier
from storage.schema import claim, dossier, dossier_history

RUNNING = tuple(int(one) for one in Status if one.clock_is_running)
OPEN = (int(Status.SUBMITTED), *RUNNING)
_is_open = and_(dossier.c.status.in_(OPEN), dossier.c.finished_at.is_(None))


def running(tx: Connection) -> list[tuple[Dossier, datetime]]:
    """List the dossiers whose clock runs, each with the time since which its status stands."""
    since = select(func.max(dossier_history.c.since)).where(dossier_history.c.dossier_id == dossier.c.id)
    rows = tx.execute(
        select(*dossiers.COLUMNS, since.scalar_subquery().label("since"))
        .where(dossier.c.status.in_(RUNNING), dossier.c.finished_at.is_(None))
        .order_by(dossier.c.due_at, dossier.c.id)
    )
    found = []
    for row in rows:
        values = row._asdict()
        stands_since = values.pop("since")
        values["status"] = Status(values["status"])
        one = Dossier(**values)
        found.append((one, stands_since or one.received_at))
    return found


def of_official(tx: Connection, official_id: int, most: int) -> list[Dossier]:
    """List what an official claimed and is not done with, the most urgent first."""
    mine = select(*dossiers.COLUMNS).join(claim, claim.c.dossier_id == dossier.c.id)
    mine = mine.where(claim.c.official_id == official_id, claim.c.done_at.is_(None), _is_open)
    ordered = mine.order_by(dossier.c.due_at.is_(None), dossier.c.due_at, dossier.c.id).limit(most)
    return [dossiers.read(row) for row in tx.execute(ordered)]


def unclaimed(tx: Connection, most: int) -> list[Dossier]:
    """List the open dossiers that nobody claimed, the most urgent first."""
    free = select(*dossiers.COLUMNS).outerjoin(claim, claim.c.dossier_id == dossier.c.id)
    free = free.where(claim.c.id.is_(None), _is_open, dossier.c.illustrative.is_(False))
    ordered = free.order_by(dossier.c.due_at.is_(None), dossier.c.due_at, dossier.c.id).limit(most)
    return [dossiers.read(row) for row in tx.execute(ordered)]


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
