"""The outbox as an operator sees it: states and errors, never content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.database import notify
from storage.outbox import TOPIC
from storage.schema import outbox


@dataclass(frozen=True, slots=True)
class Row:
    """One message to send and how it stands."""

    id: int
    channel: str
    kind: str
    state: str
    attempts: int
    repeats: int
    error: str | None
    created_at: datetime


_COLUMNS = (
    outbox.c.id,
    outbox.c.channel,
    outbox.c.kind,
    outbox.c.state,
    outbox.c.attempts,
    outbox.c.repeats,
    outbox.c.error,
    outbox.c.created_at,
)


def listed(tx: Connection, state: str | None, most: int) -> list[Row]:
    """List the latest rows, of one state if given."""
    query = select(*_COLUMNS).order_by(outbox.c.id.desc()).limit(most)
    if state is not None:
        query = query.where(outbox.c.state == state)
    return [Row(*row) for row in tx.execute(query)]


def hurry(tx: Connection, row_id: int, now: datetime) -> bool:
    """Make a waiting row due now; False when it does not wait."""
    changed = tx.execute(update(outbox).where(outbox.c.id == row_id, outbox.c.state == "queued").values(not_before=now))
    notify(tx, TOPIC)
    return changed.rowcount == 1
