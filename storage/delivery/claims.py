"""Claims: leasing what is due to one process, in order, within the budgets, in one transaction.

Replies go first, everywhere: on a channel before its notices, in a chat before the notices that wait for it. Of each
chat only one row is under way. Leases run on the database's clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import inf

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Exists,
    String,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from storage.columns import Moment, database_now
from storage.delivery import budgets
from storage.delivery.budgets import UNLIMITED, Budget, Calls, Room, one_call
from storage.delivery.outbox import NOTICE, OPEN_STATES, REPLY, WAITS, Claimed, load
from storage.schema import account, outbox


@dataclass(frozen=True, slots=True)
class Claims:
    """What was claimed, and after how many seconds the budgets let more be (infinite where they hold nothing back)."""

    rows: list[Claimed] = field(default_factory=list)
    again: float = inf

    def __bool__(self) -> bool:
        return bool(self.rows)


@dataclass(frozen=True, slots=True)
class Claimer:
    """Who claims, for how long, how much at most; with an `address` only what goes there.

    A terminal must not show what waits for somebody else.
    """

    owner: str
    lease_seconds: float
    most: int
    address: str | None = None
    budgets: Mapping[str, Budget] = field(default_factory=dict)
    calls: Calls = one_call


_other = outbox.alias("other")
_now = bindparam("b_now", type_=Moment())
_seconds = bindparam("b_rested", type_=account.c.notices_from.type)
_free = or_(outbox.c.state == "queued", outbox.c.lease_until < database_now(0))
_due = or_(outbox.c.not_before.is_(None), outbox.c.not_before <= _now)
_in_line = and_(outbox.c.state.in_(OPEN_STATES), outbox.c.channel == bindparam("b_channel"))
_anyone: BindParameter[str | None] = bindparam("b_address", type_=String())
_there = or_(_anyone.is_(None), outbox.c.account_id.in_(select(account.c.id).where(account.c.address == _anyone)))
_under_way = and_(_other.c.state == "sending", _other.c.lease_until >= database_now(0))
# A row that waits for its hour, or for a contact, holds nothing up; one that was tried and waits for its next try does.
_was_tried = and_(_other.c.attempts > 0, _other.c.error.is_distinct_from(WAITS))
_is_due = or_(_was_tried, _other.c.not_before.is_(None), _other.c.not_before <= _now)


def _first(*before: ColumnElement[bool]) -> ColumnElement[bool]:
    """Ask that nothing is under way to the account of a row, and none of these waits."""
    return ~_exists(or_(_under_way, and_(_is_due, or_(*before))))


def _exists(what: ColumnElement[bool]) -> Exists:
    same = (_other.c.account_id == outbox.c.account_id, _other.c.id != outbox.c.id, _other.c.state.in_(OPEN_STATES))
    return exists().where(*same, what)


_reply_waits = _other.c.kind == REPLY
_earlier = _other.c.id < outbox.c.id
_FIRST = {REPLY: _first(and_(_reply_waits, _earlier)), NOTICE: _first(_reply_waits, _earlier)}
_PACE = {
    kind: select(func.coalesce(column, literal(0.0))).where(account.c.id == outbox.c.account_id).scalar_subquery()
    for kind, column in ((REPLY, account.c.replies_from), (NOTICE, account.c.notices_from))
}


def _claiming(kind: str) -> ReturningUpdate[int]:
    candidates = (
        select(outbox.c.id)
        .where(_in_line, outbox.c.kind == kind, _free, _due, _there, _PACE[kind] <= _seconds, _FIRST[kind])
        .order_by(outbox.c.created_at, outbox.c.id)  # by the bare id an engine would walk through all that was sent
        .limit(bindparam("b_most"))
        .with_for_update(skip_locked=True, of=outbox)
    )
    return (
        update(outbox)
        .where(outbox.c.id.in_(candidates.scalar_subquery()), _free)
        .values(
            # A lease that ran out belonged to a process that died, perhaps after the platform had answered.
            repeats=outbox.c.repeats + case((outbox.c.state == "sending", 1), else_=0),
            state="sending",
            lease_owner=bindparam("b_owner"),
            lease_until=database_now(bindparam("b_lease")),
        )
        .returning(outbox.c.id)
    )


_CLAIM = {kind: _claiming(kind) for kind in (REPLY, NOTICE)}
_RESTING = {
    kind: select(func.min(_PACE[kind])).where(_in_line, outbox.c.kind == kind, _free, _due, _PACE[kind] > _seconds)
    for kind in (REPLY, NOTICE)
}


def claim(tx: Connection, channels: Sequence[str], claimer: Claimer, now: datetime) -> Claims:
    """Lease rows of these channels that are due, at most the oldest of each account, and charge the budgets.

    The budgets are held first, all of them and in one order: a turn takes its budget before it waits for a row as well.
    """
    rooms = {channel: budgets.room(tx, claimer.budgets.get(channel), channel, now) for channel in sorted(channels)}
    rows: list[Claimed] = []
    again = inf
    for channel in channels:
        found, room = claimer.budgets.get(channel), rooms[channel]
        ids, soon = _of_channel(tx, channel, claimer, room, claimer.most - len(rows), now)
        claimed = load(tx, ids)
        if found is not None:
            budgets.charge(tx, found, channel, sum(claimer.calls(channel, row.body) for row in claimed), now)
        rows += claimed
        again = min(again, soon)
    return Claims(rows, again)


def _of_channel(
    tx: Connection, channel: str, claimer: Claimer, room: Room, most: int, now: datetime
) -> tuple[list[int], float]:
    given = {
        "b_channel": channel,
        "b_owner": claimer.owner,
        "b_lease": claimer.lease_seconds,
        "b_address": claimer.address,
        "b_now": now,
        "b_rested": room.now,
    }
    claimed: list[int] = []
    again = inf
    for kind, allowed in ((REPLY, room.replies), (NOTICE, room.notices)):
        wanted = min(allowed, most) - len(claimed)
        got = list(tx.execute(_CLAIM[kind], {**given, "b_most": wanted}).scalars()) if wanted > 0 else []
        claimed += got
        if len(got) < wanted and room is not UNLIMITED:  # nothing more is due, but some may only be resting
            rested = tx.execute(_RESTING[kind], given).scalar_one()
            again = min(again, inf if rested is None else rested - room.now)
        elif len(got) >= wanted:
            again = min(again, room.again)
    return claimed, again
