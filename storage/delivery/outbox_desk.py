"""The outbox as an operator sees it: states and errors, never content. What failed is kept for a second chance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from storage.database import notify
from storage.delivery.outbox import FAILED, TOPIC
from storage.schema import account, outbox

DEAD_FOR = timedelta(days=7)  # our choice: so long an operator can have a message that failed sent again


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
    account_id: int
    event_id: int | None
    not_before: datetime | None
    settled_at: datetime | None
    external_id: str | None
    received_at: datetime | None
    seen_at: datetime | None


_FAILED = and_(
    outbox.c.state == FAILED,
    outbox.c.body.is_not(None),
    outbox.c.account_id.in_(select(account.c.id).where(account.c.gone_at.is_(None))),
)
_COLUMNS = tuple(outbox.c[name] for name in Row.__dataclass_fields__)


def listed(tx: Connection, state: str | None, most: int) -> list[Row]:
    """List the latest rows, of one state if given."""
    query = select(*_COLUMNS).order_by(outbox.c.id.desc()).limit(most)
    if state is not None:
        query = query.where(outbox.c.state == state)
    return [Row(*row) for row in tx.execute(query)]


def shown(tx: Connection, row_id: int) -> Row | None:
    """Give one row."""
    row = tx.execute(select(*_COLUMNS).where(outbox.c.id == row_id)).one_or_none()
    return None if row is None else Row(*row)


def retry(tx: Connection, row_id: int, now: datetime) -> bool:
    """Make a row due now that waits, or that failed and still has its content; False when it is neither.

    What failed begins anew, unless its account is gone.
    """
    return _again(tx, now, outbox.c.id == row_id, or_(outbox.c.state == "queued", _FAILED)) == 1


def retry_failed(tx: Connection, now: datetime) -> int:
    """Let everything that failed begin anew that still has its content and its account; returns how many rows."""
    return _again(tx, now, _FAILED)


def _again(tx: Connection, now: datetime, *which: ColumnElement[bool]) -> int:
    anew = {"state": "queued", "attempts": 0, "settled_at": None, "not_before": now}
    changed = tx.execute(update(outbox).where(*which).values(anew))
    notify(tx, TOPIC)
    return changed.rowcount


def count_failed(tx: Connection, channel: str, since: datetime) -> int:
    """Count the messages of a channel that were given up since then."""
    query = select(func.count()).where(
        outbox.c.channel == channel, outbox.c.state == FAILED, outbox.c.settled_at >= since
    )
    return tx.execute(query).scalar_one()


def empty_failed(tx: Connection, before: datetime) -> int:
    """Empty what failed before then: nobody had it sent again. Returns how many rows."""
    old = (outbox.c.state == FAILED, outbox.c.body.is_not(None), outbox.c.settled_at < before)
    return tx.execute(update(outbox).where(*old).values(body=None)).rowcount
