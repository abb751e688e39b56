"""Accounts that go, come back, or move to another address."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, exists, literal_column, not_, or_, select, update

from storage import accounts, audit
from storage.database import lock, lock_number
from storage.delivery import outbox
from storage.officials import departures
from storage.people import joined as people
from storage.schema import account, event, handover, official
from storage.schema import outbox as outbox_table

_MOVE = (
    update(account)
    .where(account.c.id == bindparam("b_id"))
    .values(address=bindparam("b_address"), lane=bindparam("b_lane"))
)
_HAND_OVER = (
    update(outbox_table)
    .where(outbox_table.c.account_id == bindparam("b_from"), outbox_table.c.state.in_(outbox.OPEN))
    .values(account_id=bindparam("b_to"))
)
_there = official.alias("there")
_RELINK = (
    update(official)
    .where(official.c.account_id == bindparam("b_from"), ~exists().where(_there.c.account_id == bindparam("b_to")))
    .values(account_id=bindparam("b_to"))
)
"""Where nobody is linked at the new address yet, whoever was linked at the old one is."""


_silent = or_(
    and_(
        account.c.paused_until.is_not(None),
        account.c.paused_until > bindparam("b_now", type_=account.c.paused_until.type),
    ),
    exists().where(
        handover.c.closed_at.is_(None),
        or_(
            handover.c.account_id == account.c.id,
            handover.c.taken_by == account.c.id,
            handover.c.topic_id == account.c.id,
        ),
    ),
)
_AWAITED = (
    select(event.c.id)
    .join(account, account.c.id == event.c.account_id)
    # Written out, not bound: so an engine sees that its index of the pending events will do.
    .where(event.c.state == literal_column("'pending'"), event.c.lane == bindparam("b_lane"), not_(_silent))
    .limit(1)
)


def is_awaited(tx: Connection, lane: str, now: datetime) -> bool:
    """Tell whether something that was said in this lane still waits for an answer of the bot's own.

    None comes where a person of the agency speaks: in a hand-over, or while the bot makes way for them.
    """
    return tx.execute(_AWAITED, {"b_lane": lane, "b_now": now}).first() is not None


def leave(tx: Connection, lane: str, now: datetime) -> None:
    """Close the account of this lane, if there is one: what waits goes to its person elsewhere, or is dropped."""
    known = accounts.by_lane(tx, lane)
    if known is None or known[0].gone_at is not None:
        return
    gone = known[0]
    accounts.close(tx, gone.id, now)
    people.pass_on(tx, gone.id, now)
    outbox.drop(tx, gone.id, now)
    departures.note(tx, gone.id, now)
    audit.add(tx, "account_gone", now, detail=f"{gone.channel} account {gone.id}")


def come_back(tx: Connection, lane: str, now: datetime) -> None:
    """Open the account of this lane again, if it was closed."""
    known = accounts.by_lane(tx, lane)
    if known is None or known[0].gone_at is None:
        return
    accounts.close(tx, known[0].id, None)
    audit.add(tx, "account_back", now, detail=f"{known[0].channel} account {known[0].id}")


def pause(tx: Connection, *, channel: str, address: str, lane: str, until: datetime, now: datetime) -> None:
    """Let the bot be silent at this address until then at least: a person of the agency writes there themselves.

    The account is made when it is new: whoever answers that person is not answered by the bot.
    """
    lock(tx, lock_number("a", lane), wait=True)  # as who accepts an event does: of two at once one makes the account
    known = accounts.by_lane(tx, lane)
    if known is None:
        account_id = accounts.add(tx, channel=channel, address=address, lane=lane, now=now)
    elif known[0].is_paused(until):
        return  # the event of a later message came first
    else:
        account_id = known[0].id
    accounts.pause(tx, account_id, until)


def move(tx: Connection, lane: str, to_address: str, to_lane: str, now: datetime) -> int | None:
    """Move the account of a lane to another address and return the id of the account that is there now.

    Where somebody wrote from the new address already, what waits goes to that account and the old one is closed.
    None when nothing is known of the lane, as when the account was moved before.
    """
    known = accounts.by_lane(tx, lane)
    if known is None or known[0].address == to_address:
        return None
    moving, there = known[0], accounts.by_lane(tx, to_lane)
    audit.add(tx, "account_moved", now, detail=f"{moving.channel} account {moving.id}")
    if there is None:
        tx.execute(_MOVE, {"b_id": moving.id, "b_address": to_address, "b_lane": to_lane})
        return moving.id
    tx.execute(_HAND_OVER, {"b_from": moving.id, "b_to": there[0].id})
    tx.execute(_RELINK, {"b_from": moving.id, "b_to": there[0].id})
    accounts.close(tx, moving.id, moving.gone_at or now)
    return there[0].id
