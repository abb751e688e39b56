"""The duty roster as rows: rotations, leave, swaps. Whose turn it is by them: `knowledge/roster.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from sqlalchemy import Connection, delete, insert, select

from knowledge.calendar import Calendar
from knowledge.errors import Wrong
from knowledge.roster import WEEK, Days, Roster, Rotation, monday
from knowledge.roster_list import Line, changed
from storage.database import lock
from storage.officials import register as officials
from storage.officials.register import Official
from storage.schema import official, roster_change, roster_turn

AWAY, INSTEAD = "away", "instead"
ROSTER_LOCK = 5_206_210  # any fixed number: two who change the roster at once would each read what the other replaces


def load(tx: Connection) -> Roster:
    """Load the whole roster: it is short, and past days of it are asked for too."""
    turns = select(roster_turn.c.since, roster_turn.c.official_id).order_by(roster_turn.c.since, roster_turn.c.position)
    rotations = [
        Rotation(since, tuple(one for _, one in members))
        for since, members in groupby(tx.execute(turns), key=lambda row: row.since)
    ]
    changes = select(
        roster_change.c.kind, roster_change.c.official_id, roster_change.c.first_day, roster_change.c.last_day
    )
    days: dict[str, list[Days]] = {AWAY: [], INSTEAD: []}
    for kind, *rest in tx.execute(changes.order_by(roster_change.c.id)):
        days[kind].append(Days(*rest))
    standing = tx.execute(select(official.c.id).where(official.c.revoked_at.is_(None))).scalars()
    return Roster(rotations, days[AWAY], days[INSTEAD], frozenset(standing))


def on_duty(tx: Connection, calendar: Calendar, day: date) -> Official | None:
    """Tell who is on duty on a day of the office; None without a rotation, and where everybody is away.

    Their `account_id` is None while no chat of theirs is linked: then they cannot be written to.
    """
    found = load(tx).on_duty(calendar, day)
    return None if found is None else officials.by_id(tx, found)


def rotate(tx: Connection, since: date, members: Sequence[int]) -> None:
    """Let these officials take turns from the week of this day on, in this order. Raises `Wrong` for who is none."""
    lock(tx, ROSTER_LOCK, wait=True)
    standing = load(tx).standing
    if not members or len(set(members)) != len(members) or not set(members) <= standing:
        raise Wrong("a rotation is of officials who stand, each named once")
    first = monday(since)
    tx.execute(delete(roster_turn).where(roster_turn.c.since == first))
    rows = [{"since": first, "position": number, "official_id": one} for number, one in enumerate(members)]
    tx.execute(insert(roster_turn), rows)


def note(tx: Connection, kind: str, days: Days, now: datetime) -> None:
    """Note that an official is `AWAY`, or on duty `INSTEAD`, on these days."""
    row = {"kind": kind, "official_id": days.official, "first_day": days.first, "last_day": days.last, "made_at": now}
    tx.execute(insert(roster_change), row)


def take_in(tx: Connection, calendar: Calendar, asked: Iterable[Days], now: datetime) -> int:
    """Note stand-ins where these days are somebody else's, and say how many; of whoever stands no more, none."""
    lock(tx, ROSTER_LOCK, wait=True)
    found = load(tx)
    lines = [Line(0, one) for one in asked if one.official in found.standing]
    changes = changed(lines, found, calendar)
    for one in changes:
        note(tx, INSTEAD, one.days, now)
    return len(changes)


def swap(tx: Connection, calendar: Calendar, one: date, other: date, now: datetime) -> tuple[Official, Official] | None:
    """Let whoever is on duty in the weeks of these days change places; None where there are no two to change.

    Gives who is on duty then, in the order of the weeks. A week is its first worked day's.
    """
    lock(tx, ROSTER_LOCK, wait=True)
    roster = load(tx)
    mondays = (monday(one), monday(other))
    found = [next((week.officials for week in roster.weeks(calendar, day, 1)), ()) for day in mondays]
    if not all(found) or found[0][0] == found[1][0]:
        return None
    changed = (found[1][0], found[0][0])
    for first, who in zip(mondays, changed, strict=True):
        note(tx, INSTEAD, Days(who, first, first + WEEK - timedelta(days=1)), now)
    named = tuple(officials.by_id(tx, who) for who in changed)
    assert named[0] is not None
    assert named[1] is not None
    return named[0], named[1]
