"""Moments on the clock: one row for each planned time of a schedule, inserted in the transaction of its effect.

The primary key (name, planned time) is the whole of it: of any number of processes exactly one inserts the row, and
with it the event that the moment causes; a crash before the commit leaves neither.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import moment


def take(tx: Connection, name: str, planned_at: datetime, now: datetime) -> bool:
    """Take a moment; False when it was taken before."""
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = {"name": name, "planned_at": planned_at, "taken_at": now}
    taking = insert(moment).values(row).on_conflict_do_nothing().returning(moment.c.name)
    return tx.execute(taking).one_or_none() is not None


def last(tx: Connection, name: str) -> datetime | None:
    """Tell the latest planned time of a schedule that was taken."""
    latest: datetime | None = tx.execute(
        select(func.max(moment.c.planned_at)).where(moment.c.name == name)
    ).scalar_one()
    return latest
