"""The send budgets that all replicas share: one row a channel, and of each account when it may be written to again.

A budget is a clock that runs ahead (GCRA): each message moves the time `free_at` on by one interval, and nothing leaves
while it is too far ahead of now. Replies may go further ahead than notices, so they go first: while they use up the
budget no notice finds room. All times are seconds since 1970 on the database's clock, which no host can disturb.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from math import ceil, floor, inf

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.accounts import Account
from storage.columns import database_seconds
from storage.schema import account as account_table
from storage.schema import budget

BURST_SECONDS = 0.2  # of the rate that may leave at once: in no second more than the rate and a fifth of it
NOTICES_SHARE = 0.6  # of that burst for notices; what is left is there for replies at any moment
DAY_SHARE = 0.9  # of a day's number for notices, for the same reason


Calls = Callable[[str, str], int]
"""Counts the calls that a message needs: by the channel, and the body of its row."""


def one_call(_channel: str, _body: str) -> int:
    """Count one call for every message."""
    return 1


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be sent on a channel; 0 means without this limit.

    `per_second`: on the whole channel; `chat_seconds`: from one message of a chat to the next, `group_seconds` the same
    in a group (its address begins with "-"); `per_day`: on the whole channel on a day of this zone.
    """

    per_second: float = 0.0
    chat_seconds: float = 0.0
    group_seconds: float = 0.0
    per_day: int = 0
    zone: tzinfo = UTC

    @property
    def interval(self) -> float:
        """Seconds from one message to the next."""
        return 1 / self.per_second if self.per_second else 0.0

    @property
    def burst(self) -> int:
        """How many messages may leave at once."""
        return max(2, ceil(self.per_second * BURST_SECONDS))

    @property
    def ahead(self) -> float:
        """How far ahead of now the budget may be when a reply leaves."""
        return (self.burst - 1) * self.interval

    @property
    def notices_ahead(self) -> float:
        """The same for a notice."""
        return (max(1, floor(self.burst * NOTICES_SHARE)) - 1) * self.interval

    def chat_pause(self, address: str) -> float:
        """How long a chat has to rest after a message."""
        return self.group_seconds if address.startswith("-") else self.chat_seconds


@dataclass(frozen=True, slots=True)
class Room:
    """How many replies and notices may be claimed at `now` (the database's seconds), and after how long one more."""

    replies: int
    notices: int
    again: float
    now: float


UNLIMITED = Room(2**31, 2**31, inf, inf)
"""Room where there is no budget: every account is rested."""


def later(one: ColumnElement[float], other: ColumnElement[float]) -> ColumnElement[float]:
    """Give the later of two times, on both engines."""
    return case((one > other, one), else_=other)


_now = database_seconds()
_cost: ColumnElement[float] = bindparam("b_cost", type_=budget.c.free_at.type)
_count = bindparam("b_count", type_=budget.c.used.type)
_day = bindparam("b_day", type_=budget.c.day.type)
_used = case((budget.c.day == _day, budget.c.used), else_=0)
_CHARGE = (
    update(budget)
    .where(budget.c.channel == bindparam("b_channel"))
    .values(free_at=later(budget.c.free_at, _now) + _cost, used=_used + _count, day=_day)
)
_rests_until = account_table.c.replies_from
_rested = exists().where(
    account_table.c.id == bindparam("b_account"), or_(_rests_until.is_(None), _rests_until <= _now)
)
_TAKE = _CHARGE.where(
    budget.c.free_at <= _now + bindparam("b_ahead", type_=budget.c.free_at.type),
    budget.c.replies_from <= _now,
    or_(bindparam("b_per_day", type_=budget.c.used.type) == 0, _used + _count <= bindparam("b_per_day")),
    _rested,
)
_LOOK = (
    select(budget.c.free_at, budget.c.notices_from, budget.c.replies_from, budget.c.day, budget.c.used, _now)
    .where(budget.c.channel == bindparam("b_channel"))
    .with_for_update()
)
_pause: ColumnElement[float] = bindparam("b_pause", type_=budget.c.free_at.type)
_STOP_CHANNEL = (
    update(budget)
    .where(budget.c.channel == bindparam("b_channel"))
    .values(
        notices_from=later(budget.c.notices_from, _now + _pause),
        replies_from=case(
            (
                and_(budget.c.notices_from > _now, budget.c.stopped_by != bindparam("b_account")),
                later(budget.c.replies_from, _now + _pause),
            ),
            else_=budget.c.replies_from,
        ),
        stopped_by=bindparam("b_account"),
    )
)


def take(tx: Connection, found: Budget, *, account: Account, count: int, now: datetime) -> bool:
    """Take so many calls of replies to an account out of a budget; False, with nothing taken, when they must wait.

    Where a channel never sent anything it has no row yet: then the first claim makes it.
    """
    if count == 0:
        return True
    given = {**_charge(account.channel, found, count, now), "b_account": account.id, "b_ahead": found.ahead}
    return tx.execute(_TAKE, {**given, "b_per_day": found.per_day}).rowcount == 1


def room(tx: Connection, found: Budget | None, channel: str, now: datetime) -> Room:
    """Tell how much may be claimed, and hold the channel's budget until the end of the transaction."""
    if found is None:
        return UNLIMITED
    row = tx.execute(_LOOK, {"b_channel": channel}).one_or_none()
    if row is None:
        _make(tx, channel)
        row = tx.execute(_LOOK, {"b_channel": channel}).one()
    free_at, notices_from, replies_from, day, used, at = row
    behind = max(free_at, at) - at
    left = inf if not found.per_day else found.per_day - (used if day == now.astimezone(found.zone).date() else 0)
    kept = found.per_day * (1 - DAY_SHARE)
    replies = _slots(found, found.ahead - behind, left) if replies_from <= at else 0
    notices = _slots(found, found.notices_ahead - behind, left - kept) if notices_from <= at else 0
    pauses = [pause for pause in (notices_from - at, replies_from - at) if pause > 0]
    slot = behind + notices * found.interval - found.notices_ahead if found.interval and left > kept else inf
    return Room(replies, notices, min([slot, *pauses]), at)


def _slots(found: Budget, ahead: float, left: float) -> int:
    if ahead < 0 or left <= 0:
        return 0
    slots = floor(ahead / found.interval + 1e-9) + 1 if found.interval else inf
    return int(min(slots, left, 2**31))


def _make(tx: Connection, channel: str) -> None:
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = {"channel": channel, "free_at": 0.0, "notices_from": 0.0, "replies_from": 0.0, "stopped_by": 0, "used": 0}
    tx.execute(insert(budget).values(row).on_conflict_do_nothing(index_elements=["channel"]))


def charge(tx: Connection, found: Budget, channel: str, count: int, now: datetime) -> None:
    """Take the calls of what was claimed out of the channel's budget."""
    if count:
        tx.execute(_CHARGE, _charge(channel, found, count, now))


def _charge(channel: str, found: Budget, count: int, now: datetime) -> dict[str, object]:
    day = now.astimezone(found.zone).date()
    return {"b_channel": channel, "b_cost": found.interval * count, "b_count": count, "b_day": day}


def stop_channel(tx: Connection, channel: str, account_id: int, seconds: float) -> None:
    """Send no notice on a channel for so many seconds, for it refused one to this account.

    Replies to others go on, for most often one chat had too much; when another one is refused in that time, it was the
    channel, and they wait as well.
    """
    tx.execute(_STOP_CHANNEL, {"b_channel": channel, "b_account": account_id, "b_pause": seconds})
