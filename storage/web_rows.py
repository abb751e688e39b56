"""The web page's own rows: kept in the outbox, read by whoever holds the session, emptied after a day.

A row belongs to the account that its turn answered; every query here names the lane of that account, so that one
session can never read what another one was told, whatever id it asks for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, exists, func, literal_column, select, update

from storage.columns import database_now
from storage.delivery.outbox import EXPIRED
from storage.schema import account, outbox

# Written out, not bound: only then can an engine see that its index of the kept rows will do.
_IS_KEPT = outbox.c.state == literal_column("'kept'")


@dataclass(frozen=True, slots=True)
class WebRow:
    """A reply as it was saved, under the id that the page names as the last one it saw."""

    id: int
    body: str


_held = outbox.alias("held")
# What is held back holds up what comes behind it: the page asks for what follows the last row that it saw.
_IS_HELD = exists().where(
    _held.c.account_id == outbox.c.account_id,
    _held.c.state == literal_column("'kept'"),
    _held.c.id > bindparam("b_after"),
    _held.c.id <= outbox.c.id,
    _held.c.not_before > database_now(0),
)
_AFTER = (
    select(outbox.c.id, outbox.c.body)
    .join(account)
    .where(_IS_KEPT, account.c.lane == bindparam("b_lane"), outbox.c.id > bindparam("b_after"), ~_IS_HELD)
    .order_by(outbox.c.id)
    .limit(bindparam("b_most"))
)
_ONE = (
    select(outbox.c.body)
    .join(account)
    .where(_IS_KEPT, account.c.lane == bindparam("b_lane"), outbox.c.id == bindparam("b_id"))
)
_LANGUAGE = select(account.c.language).where(account.c.lane == bindparam("b_lane"))
_NEWEST = select(func.coalesce(func.max(outbox.c.id), 0))
_SINCE = select(outbox.c.id, account.c.lane).join(account).where(outbox.c.id > bindparam("b_after"), _IS_KEPT)
_EMPTY = update(outbox).where(_IS_KEPT, outbox.c.created_at < bindparam("b_before")).values(state=EXPIRED, body=None)


def after(tx: Connection, lane: str, row_id: int, most: int) -> list[WebRow]:
    """Give the first `most` rows of this lane's account behind the row `row_id`, in order."""
    found = tx.execute(_AFTER, {"b_lane": lane, "b_after": row_id, "b_most": most})
    return [WebRow(*row) for row in found]


def one(tx: Connection, lane: str, row_id: int) -> str | None:
    """Give the body of one row of this lane's account; None when there is none, or no longer."""
    body: str | None = tx.execute(_ONE, {"b_lane": lane, "b_id": row_id}).scalar_one_or_none()
    return body


def language(tx: Connection, lane: str) -> str | None:
    """Tell in which language this lane's conversation is held, None while nothing is known."""
    spoken: str | None = tx.execute(_LANGUAGE, {"b_lane": lane}).scalar_one_or_none()
    return spoken


def newest(tx: Connection) -> int:
    """Give the highest id of any row, 0 where there is none."""
    return int(tx.execute(_NEWEST).scalar_one())


def since(tx: Connection, row_id: int) -> Sequence[tuple[int, str]]:
    """List id and lane of every row kept behind the row `row_id`, for whoever wakes the readers."""
    return [(found.id, found.lane) for found in tx.execute(_SINCE, {"b_after": row_id})]


def empty_old(tx: Connection, before: datetime) -> int:
    """Empty the rows that were said before this time and let nobody read them; returns how many."""
    return tx.execute(_EMPTY, {"b_before": before}).rowcount
