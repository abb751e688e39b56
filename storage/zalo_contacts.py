"""When people last made contact on Zalo, and the messages that wait for their next contact.

Zalo takes a message to a person freely for 48 hours after they wrote, for money up to 7 days, and then not at all. What
comes too late is put back for long with the words `WAITS` as its error; the next contact makes it due.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage import accounts
from storage.database import lock, lock_number
from storage.delivery.outbox import OPEN
from storage.delivery.outbox import WAITS as WAITS
from storage.schema import account, outbox, zalo_contact

# Written out, not bound: only then can an engine see that its index of the open rows will do.
_OPEN: list[ColumnElement[str]] = [literal_column(f"'{state}'") for state in OPEN]
_LAST = select(zalo_contact.c.at).join(account).where(account.c.lane == bindparam("b_lane"))
_DUE = (
    update(outbox)
    .where(
        outbox.c.account_id == bindparam("b_account"),
        outbox.c.state.in_(_OPEN),
        outbox.c.state == "queued",
        outbox.c.error == WAITS,
    )
    .values(not_before=None)
)


def note(tx: Connection, *, channel: str, address: str, lane: str, now: datetime) -> int:
    """Note that the person at this address made contact, and make due what waits for that; returns how many rows.

    The account is made when it is new, so that the first contact counts too.
    """
    lock(tx, lock_number("a", lane), wait=True)  # as who accepts an event does: of two at once one makes the account
    account_id = accounts.ensure(tx, channel=channel, address=address, lane=lane, now=now)
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    noting = insert(zalo_contact).values(account_id=account_id, at=now)
    later = noting.on_conflict_do_update(
        index_elements=["account_id"], set_={"at": noting.excluded.at}, where=zalo_contact.c.at < noting.excluded.at
    )
    tx.execute(later)
    return tx.execute(_DUE, {"b_account": account_id}).rowcount


def last(tx: Connection, lane: str) -> datetime | None:
    """Tell when the person of this lane last made contact; None when that is not known."""
    at: datetime | None = tx.execute(_LAST, {"b_lane": lane}).scalar_one_or_none()
    return at
