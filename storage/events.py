"""Events: whatever happened, stored under a unique key before it is acknowledged, handled once, in order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, bindparam, exists, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

from storage import accounts
from storage.accounts import Account, Saved
from storage.columns import Moment
from storage.database import lock, lock_number
from storage.delivery import outbox
from storage.schema import account, conversation, event

OF_EVENT = 10  # the columns of `_OLDEST` that come before those of the account


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something that happened: unique by (channel, key); `address` is there when it came from a conversation."""

    channel: str
    key: str
    kind: str
    body: str
    lane: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """An event that waits for its turn, with what the turn needs of its conversation, if it is of one.

    `more`: another event waits in the lane behind it; `unsent`: something still has to reach the account before
    anything new may.
    """

    id: int
    channel: str
    lane: str
    kind: str
    body: str
    attempts: int
    received_at: datetime
    more: bool
    unsent: bool
    account: Account | None
    saved: Saved | None


def _adding(
    insert: Callable[[Table], sqlite.Insert] | Callable[[Table], postgresql.Insert],
) -> ReturningInsert[int, int | None]:
    of_lane = select(account.c.id).where(account.c.lane == bindparam("b_account_lane")).scalar_subquery()
    adding = insert(event).values(account_id=of_lane, state="pending", attempts=0)
    return adding.on_conflict_do_nothing(index_elements=["channel", "key"]).returning(event.c.id, event.c.account_id)


_SQLITE_ADD, _POSTGRES_ADD = _adding(sqlite.insert), _adding(postgresql.insert)
_OF = update(event).where(event.c.id == bindparam("b_id")).values(account_id=bindparam("b_account"))
# Written out, not bound: so an engine sees without planning anew that its index of the pending events will do.
_PENDING: ColumnElement[str] = literal_column("'pending'")
_later = event.alias("later")
_OLDEST = (
    select(
        event.c.not_before,
        event.c.id,
        event.c.channel,
        event.c.lane,
        event.c.kind,
        event.c.body,
        event.c.attempts,
        event.c.received_at,
        exists().where(_later.c.state == _PENDING, _later.c.lane == event.c.lane, _later.c.id > event.c.id),
        outbox.is_waiting(event.c.account_id, bindparam("b_now", type_=Moment())),
        *accounts.COLUMNS,
    )
    .select_from(event.outerjoin(account).outerjoin(conversation))
    .where(event.c.state == _PENDING, event.c.lane == bindparam("b_lane"))
    .order_by(event.c.id)
    .limit(1)
)
_DONE = (
    update(event)
    .where(event.c.id == bindparam("b_id"))
    .values(state=bindparam("b_state"), body=None, not_before=None, done_at=bindparam("b_now"))
)
_ATTEMPT = (
    update(event)
    .where(event.c.id == bindparam("b_id"), event.c.state == _PENDING)
    .values(attempts=event.c.attempts + 1, error=bindparam("b_error"), not_before=bindparam("b_again"))
    .returning(event.c.attempts)
)
_WAITING = (
    select(event.c.lane, func.min(event.c.id))
    # By the bare channel SQLite would walk through every event that was ever done.
    .where(event.c.state == _PENDING, event.c.channel.concat("").in_(bindparam("b_channels", expanding=True)))
    .group_by(event.c.lane)
    .order_by(func.min(event.c.id))
    .limit(bindparam("b_most"))
)


def accept(tx: Connection, new: NewEvent, now: datetime) -> int | None:
    """Store an event and return its id; None when it is a duplicate.

    Ids of one lane follow the order of commits, even across processes: whoever adds to a lane holds its lock. Nobody
    is woken: who accepts an event takes its turn, and what a dead process left behind is found by looking.
    """
    lock(tx, lock_number("a", new.lane), wait=True)
    row = {
        "channel": new.channel,
        "key": new.key,
        "lane": new.lane,
        "b_account_lane": None if new.address is None else new.lane,
        "kind": new.kind,
        "body": new.body,
        "received_at": now,
    }
    added = tx.execute(_SQLITE_ADD if tx.dialect.name == "sqlite" else _POSTGRES_ADD, row).one_or_none()
    if added is None:
        return None
    event_id, account_id = added
    if new.address is not None and account_id is None:
        account_id = accounts.add(tx, channel=new.channel, address=new.address, lane=new.lane, now=now)
        tx.execute(_OF, {"b_id": event_id, "b_account": account_id})
    return event_id


def hold_lane(tx: Connection, lane: str) -> bool:
    """Hold a lane until the end of the transaction; False when another process is at work on it."""
    return lock(tx, lock_number("t", lane), wait=False)


def oldest(tx: Connection, lane: str, now: datetime) -> Pending | None:
    """Give the next event of a lane that this transaction holds; None when nothing waits or its next try is later."""
    row = tx.execute(_OLDEST, {"b_lane": lane, "b_now": now}).one_or_none()
    if row is None:
        return None
    not_before, *of_event = row[:OF_EVENT]
    if not_before is not None and not_before > now:
        return None
    of_account = (None, None) if row[OF_EVENT] is None else accounts.found(*row[OF_EVENT:])
    return Pending(*of_event, *of_account)


def finish(tx: Connection, event_id: int, now: datetime, *, failed: bool = False) -> None:
    """Mark an event as done (or failed for good) and empty its body."""
    tx.execute(_DONE, {"b_id": event_id, "b_state": "failed" if failed else "done", "b_now": now})


def count_attempt(tx: Connection, event_id: int, error: str, again: datetime) -> int:
    """Count a turn that raised; the event waits until `again`. Returns the attempts so far, 0 when it is closed."""
    row = {"b_id": event_id, "b_error": error, "b_again": again}
    return tx.execute(_ATTEMPT, row).scalar_one_or_none() or 0


def waiting_lanes(tx: Connection, channels: Sequence[str], most: int) -> list[str]:
    """List the lanes in which events of these channels wait, oldest first."""
    rows = tx.execute(_WAITING, {"b_channels": list(channels), "b_most": most})
    return [row.lane for row in rows]
