"""The outbox: whatever leaves is a row first, claimed under a lease, sent, and settled by itself.

States: `queued` → `sending` (leased) → `sent`, `uncertain` (the bytes left, no answer came), `failed` (refused, or
tried too often) or `gone` (the recipient left). Leases run on the database's clock. What was sent is emptied; what
failed is kept for an operator (`outbox_desk.py`).
Rows of a channel that fetches are not sent: they are `kept` for their reader (see `web_rows.py`), then `expired`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    and_,
    bindparam,
    case,
    exists,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from storage.columns import database_now
from storage.database import lock, notify
from storage.schema import account, outbox

TOPIC = "motcua_outbox"
REPLY, NOTICE = "reply", "notice"
OPEN = ("queued", "sending")
KEPT, EXPIRED = "kept", "expired"
WAITS = "kept until the person makes contact: Zalo takes nothing so long after the last time"
FAILED = "failed"
FETCHED = frozenset({"web"})  # the channels whose readers fetch their rows by themselves
_KEPT_LOCK = ord("k") << 56  # a space of its own beside those of `lock_number`
# Written out, not bound: only then can an engine see that its index of the open rows will do.
OPEN_STATES: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in OPEN]


@dataclass(frozen=True, slots=True)
class NewRow:
    """A message to send: unique by its key; a reply leaves with its turn, a notice within the channel's limits.

    `about`: what a notice is about, by which it is found again.
    """

    dedup_key: str
    account_id: int
    channel: str
    kind: str
    body: str
    event_id: int | None = None
    not_before: datetime | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row that this process may send until its lease ends. `repeats` counts sends that may have happened before."""

    id: int
    account_id: int
    channel: str
    address: str
    kind: str
    body: str
    attempts: int
    repeats: int


_ADD = insert(outbox).values(
    state=bindparam("b_state"),
    attempts=0,
    repeats=0,
    lease_owner=bindparam("b_owner"),
    lease_until=case((bindparam("b_leased"), database_now(bindparam("b_seconds"))), else_=None),
)
_other = outbox.alias("other")
_open = outbox.c.state.in_(OPEN_STATES)
_LOAD = (
    select(
        outbox.c.id,
        outbox.c.account_id,
        outbox.c.channel,
        account.c.address,
        outbox.c.kind,
        outbox.c.body,
        outbox.c.attempts,
        outbox.c.repeats,
    )
    .join(account)
    .where(outbox.c.id.in_(bindparam("b_ids", expanding=True)))
    .order_by(outbox.c.id)
)
_mine = and_(
    outbox.c.id == bindparam("b_id"),
    outbox.c.state == "sending",
    outbox.c.lease_owner == bindparam("b_owner"),
)
_SETTLE = (
    update(outbox)
    .where(_mine)
    .values(
        state=bindparam("b_state"),
        body=case((bindparam("b_state") == FAILED, outbox.c.body), else_=None),
        attempts=outbox.c.attempts + 1,
        error=bindparam("b_error"),
        external_id=bindparam("b_external"),
        lease_until=None,
        settled_at=bindparam("b_now"),
    )
    # By the parameters: SQLAlchemy drops the tables' names from what SQLite returns, so nothing can be correlated here.
    .returning(
        exists().where(
            _other.c.account_id == bindparam("b_account"),
            _other.c.id != bindparam("b_id"),
            _other.c.state.in_(OPEN_STATES),
        )
    )
)
_RELEASE = (
    update(outbox)
    .where(_mine)
    .values(
        state="queued",
        attempts=outbox.c.attempts + 1,
        repeats=outbox.c.repeats + bindparam("b_repeat"),
        error=bindparam("b_error"),
        not_before=bindparam("b_again"),
        lease_until=None,
    )
)
_GIVE_BACK = update(outbox).where(_mine).values(state="queued", lease_until=None)
_DROP = (
    update(outbox)
    .where(outbox.c.account_id == bindparam("b_account"), _open)
    .values(state="gone", body=None, lease_until=None, settled_at=bindparam("b_now"))
)


def is_waiting(account_id: ColumnElement[int], now: ColumnElement[datetime]) -> Exists:
    """Ask, within a query, whether something still has to reach this account before a new reply may.

    That is an earlier reply, or whatever is being sent just now; notices that wait are overtaken.
    """
    due = or_(outbox.c.attempts > 0, outbox.c.not_before.is_(None), outbox.c.not_before <= now)
    before = or_(outbox.c.state == "sending", and_(outbox.c.kind == REPLY, due))
    return exists().where(outbox.c.account_id == account_id, _open, before)


def hold_reader(tx: Connection, account_id: int) -> None:
    """Hold the rows of a reader to the end of the transaction. Whoever needs more than one takes them by their ids."""
    lock(tx, _KEPT_LOCK | account_id, wait=True)


def add(tx: Connection, new: NewRow, now: datetime, *, owner: str | None, lease_seconds: float) -> int:
    """Save a message to send and return its id; with an `owner` it is already leased to that process.

    In a channel that fetches it is kept instead, and the ids of one account follow the order of commits: its reader
    asks for what comes after the last one that it saw.
    """
    is_kept = new.channel in FETCHED
    if is_kept:
        owner = None
        hold_reader(tx, new.account_id)
    row = {
        "dedup_key": new.dedup_key,
        "event_id": new.event_id,
        "account_id": new.account_id,
        "channel": new.channel,
        "kind": new.kind,
        "body": new.body,
        "not_before": new.not_before,
        "about": new.about,
        "created_at": now,
        "b_state": KEPT if is_kept else "queued" if owner is None else "sending",
        "b_owner": owner,
        "b_leased": owner is not None,
        "b_seconds": lease_seconds,
    }
    key = tx.execute(_ADD, row).inserted_primary_key
    assert key is not None
    if owner is None and not is_kept:
        notify(tx, TOPIC)
    return int(key[0])


def load(tx: Connection, ids: Sequence[int]) -> list[Claimed]:
    """Load rows by id, in order."""
    if not ids:
        return []
    rows = tx.execute(_LOAD, {"b_ids": list(ids)})
    return [Claimed(*row) for row in rows]


def settle(
    tx: Connection,
    row: Claimed,
    owner: str,
    state: str,
    now: datetime,
    *,
    external_id: str | None = None,
    error: str | None = None,
) -> bool | None:
    """Record how a send ended and empty the body, unless it failed.

    Tells whether more waits for the same account; None, with nothing recorded, when the lease had passed to another
    process.
    """
    changes = {
        "b_id": row.id,
        "b_account": row.account_id,
        "b_owner": owner,
        "b_state": state,
        "b_error": error,
        "b_external": external_id,
        "b_now": now,
    }
    more: bool | None = tx.execute(_SETTLE, changes).scalar_one_or_none()
    return None if more is None else bool(more)


def release(
    tx: Connection, row_id: int, owner: str, again: datetime, error: str, *, may_have_arrived: bool = False
) -> bool:
    """Put a row back to be tried again at `again`; `may_have_arrived` marks the next send as a possible repeat."""
    changes = {"b_id": row_id, "b_owner": owner, "b_again": again, "b_error": error, "b_repeat": int(may_have_arrived)}
    return tx.execute(_RELEASE, changes).rowcount == 1


def give_back(tx: Connection, ids: Sequence[int], owner: str) -> None:
    """Put rows back that this process leased and never began to send."""
    if ids:
        tx.execute(_GIVE_BACK, [{"b_id": row_id, "b_owner": owner} for row_id in ids])


def is_open(tx: Connection, account_id: int) -> bool:
    """Tell whether something is still on its way to an account."""
    open_ = select(outbox.c.id).where(outbox.c.account_id == account_id, outbox.c.state.in_(("queued", "sending")))
    return tx.execute(open_.limit(1)).one_or_none() is not None


def drop(tx: Connection, account_id: int, now: datetime) -> int:
    """Give up what still waits for an account that is gone; returns how many rows."""
    return tx.execute(_DROP, {"b_account": account_id, "b_now": now}).rowcount
