"""Followed dossiers: which account is told of which dossier, under which nickname, until when.

A person with several accounts has what was followed on any of them; a dossier followed on two is told of once.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, delete, func, insert, or_, select, update

from knowledge.status import Status
from storage.dossiers import records as dossiers
from storage.dossiers.records import Dossier
from storage.people.joined import same_person
from storage.schema import account, dossier, dossier_supplement, follow

RUNNING = tuple(int(status) for status in Status if status.clock_is_running)
FINAL = tuple(int(status) for status in Status if status.is_final)


@dataclass(frozen=True, slots=True)
class Follow:
    """An account that is told of a dossier's changes (see `storage/schema/follows.py`)."""

    id: int
    account_id: int
    dossier_id: int
    nickname: str | None
    detailed: bool
    followed_at: datetime
    expires_at: datetime | None
    archived_at: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Tell whether it expired and was not renewed."""
        return self.expires_at is not None and self.expires_at <= now

    def may_tell(self, now: datetime) -> bool:
        """Tell whether what is personal may be said in it."""
        return self.detailed and not self.is_over(now)


_COLUMNS = tuple(follow.c[name] for name in Follow.__dataclass_fields__)
_MINE_TOO = same_person(follow.c.account_id, bindparam("b_account"))
_OF = select(*_COLUMNS).where(_MINE_TOO, follow.c.dossier_id == bindparam("b_dossier")).order_by(follow.c.id)
_BY_ID = select(*_COLUMNS).where(follow.c.id == bindparam("b_id"))
_FOLLOWERS = select(*_COLUMNS).where(follow.c.dossier_id == bindparam("b_dossier")).order_by(follow.c.id)
_PERSONS = select(account.c.id, account.c.person_id).where(
    account.c.id.in_(bindparam("b_ids", expanding=True)), account.c.person_id.is_not(None)
)
_AMONG = select(follow.c.dossier_id).where(follow.c.dossier_id.in_(bindparam("b_ids", expanding=True)))
_MINE = (
    select(*_COLUMNS, *(column.label(f"d_{column.name}") for column in dossiers.COLUMNS))
    .join(dossier, dossier.c.id == follow.c.dossier_id)
    .where(_MINE_TOO)
)
_ARCHIVE = update(follow).where(follow.c.dossier_id == bindparam("b_dossier")).values(archived_at=bindparam("b_at"))
_OWN = (
    update(dossier)
    .where(dossier.c.id == bindparam("b_id"), dossier.c.account_id.is_(None))
    .values(account_id=bindparam("b_account"))
)


def find(tx: Connection, account_id: int, dossier_id: int) -> Follow | None:
    """Find the follow of a dossier by the person who has this account."""
    found = [_read(row) for row in tx.execute(_OF, {"b_account": account_id, "b_dossier": dossier_id})]
    return max(found, key=_worth, default=None)


def by_id(tx: Connection, follow_id: int) -> Follow | None:
    """Load a follow."""
    row = tx.execute(_BY_ID, {"b_id": follow_id}).one_or_none()
    return None if row is None else _read(row)


def _read(values: Sequence[Any]) -> Follow:
    return Follow(*values)


def _worth(one: Follow) -> tuple[object, ...]:
    """Order the follows of one dossier by one person: what tells more, then what lasts longer, then the older one."""
    return one.detailed, one.expires_at is None or one.expires_at.timestamp(), -one.id


def followers(tx: Connection, dossier_id: int, now: datetime) -> list[Follow]:
    """List who follows a dossier, each person once, first come first."""
    found = [(_read(row), now) for row in tx.execute(_FOLLOWERS, {"b_dossier": dossier_id})]
    return [one for one, _ in _once(tx, found, now)]


def _once(tx: Connection, found: Sequence[tuple[Follow, datetime]], now: datetime) -> list[tuple[Follow, datetime]]:
    """Leave of the follows of one dossier by one person the one that is worth most now."""
    persons: dict[int, int] = {}
    if len(found) > 1:
        rows = tx.execute(_PERSONS, {"b_ids": list({one.account_id for one, _ in found})})
        persons = {row.id: row.person_id for row in rows}
    best: dict[tuple[int, int, int], tuple[Follow, datetime]] = {}
    for one, at in found:
        whose = (0, persons[one.account_id]) if one.account_id in persons else (1, one.account_id)
        key = (*whose, one.dossier_id)
        known = best.get(key)
        if known is None or (not one.is_over(now), *_worth(one)) > (not known[0].is_over(now), *_worth(known[0])):
            best[key] = (one, at)
    return list(best.values())


def among(tx: Connection, dossier_ids: Collection[int]) -> frozenset[int]:
    """Tell which of these dossiers somebody follows: one look for a whole batch, of which most are followed by none."""
    return frozenset(tx.execute(_AMONG, {"b_ids": list(dossier_ids)}).scalars().all()) if dossier_ids else frozenset()


def count(tx: Connection, account_id: int) -> int:
    """Count the dossiers that the person who has this account follows."""
    whose = same_person(follow.c.account_id, account_id)
    return int(tx.execute(select(func.count(follow.c.dossier_id.distinct())).where(whose)).scalar_one())


def listed(tx: Connection, account_id: int, *, archived: bool) -> list[tuple[Follow, Dossier]]:
    """List what a person follows: the dossiers under way, or those that have come to their end; newest first."""
    is_archived = follow.c.archived_at.is_not(None) if archived else follow.c.archived_at.is_(None)
    rows = tx.execute(
        _MINE.where(is_archived).order_by(follow.c.followed_at.desc(), follow.c.id.desc()), {"b_account": account_id}
    )
    found: dict[int, tuple[Follow, Dossier]] = {}
    for row in rows:
        one, of = _read(row[: len(_COLUMNS)]), _dossier(row)
        if of.id not in found or _worth(one) > _worth(found[of.id][0]):
            found[of.id] = (one, of)
    return list(found.values())


def _dossier(row: Sequence[Any]) -> Dossier:
    values = dict(zip(Dossier.__dataclass_fields__, row[len(_COLUMNS) :], strict=True))
    return Dossier(**{**values, "status": Status(values["status"])})


def begin(
    tx: Connection, account_id: int, found: Dossier, now: datetime, *, detailed: bool, expires_at: datetime | None
) -> None:
    """Follow a dossier, or follow it with more or less than before; what was told of it before stays told.

    `account_id`: the account that proved to be the owner's, or that follows it already: when a person's accounts are
    parted, what one of them proved must not stay with the other.
    """
    values = {
        "detailed": detailed,
        "expires_at": expires_at,
        "expiry_told_at": None,
        "archived_at": now if found.status.is_final else None,
    }
    whose = and_(follow.c.account_id == account_id, follow.c.dossier_id == found.id)
    if tx.execute(update(follow).where(whose).values(values)).rowcount == 0:
        row = {"account_id": account_id, "dossier_id": found.id, "followed_at": now, **values}
        tx.execute(insert(follow), row)


def end(tx: Connection, follow_id: int) -> None:
    """Follow a dossier no longer, on any account of the person."""
    tx.execute(delete(follow).where(*_and_alike(tx, follow_id)))


def call(tx: Connection, follow_id: int, nickname: str | None) -> None:
    """Give a followed dossier a nickname, or take it away."""
    tx.execute(update(follow).where(follow.c.id == follow_id).values(nickname=nickname))


def _and_alike(tx: Connection, follow_id: int) -> tuple[ColumnElement[bool], ...]:
    """Select a follow, and those of the same dossier on the other accounts of its person."""
    found = by_id(tx, follow_id)
    if found is None:
        return (follow.c.id == follow_id,)
    return same_person(follow.c.account_id, found.account_id), follow.c.dossier_id == found.dossier_id


def archive(tx: Connection, dossier_id: int, at: datetime | None) -> None:
    """Put a dossier into the archive of all who follow it, or back with None."""
    tx.execute(_ARCHIVE, {"b_dossier": dossier_id, "b_at": at})


def own(tx: Connection, dossier_id: int, account_id: int) -> None:
    """Note that this account proved to be the owner's: erasing that person reaches what the dossier says of them."""
    tx.execute(_OWN, {"b_id": dossier_id, "b_account": account_id})


def overdue(tx: Connection, before: datetime) -> list[tuple[Follow, datetime]]:
    """List the follows of dossiers whose due time is before this, for certain, and that were not told so yet.

    It is certain while the agency's clock runs and the data is younger than the due time.
    """
    late = (
        dossier.c.status.in_(RUNNING),
        dossier.c.due_at < before,
        dossier.c.as_of > dossier.c.due_at,
        _untold(follow.c.overdue_told, dossier.c.due_at),
    )
    rows = select(*_COLUMNS, dossier.c.due_at).join(dossier, dossier.c.id == follow.c.dossier_id).where(*late)
    return _with_moment(tx, rows.order_by(follow.c.id), before)


def ending(tx: Connection, now: datetime, until: datetime) -> list[tuple[Follow, datetime]]:
    """List the follows of dossiers that still lack papers which are to be in by `until`, not yet told of that end."""
    asked = dossier_supplement
    near = (
        dossier.c.status == int(Status.NEED_SUPPLEMENT),
        asked.c.received_at.is_(None),
        asked.c.ends_at > now,
        asked.c.ends_at <= until,
        _untold(follow.c.end_told, asked.c.ends_at),
    )
    rows = (
        select(*_COLUMNS, func.min(asked.c.ends_at, type_=asked.c.ends_at.type))
        .join(dossier, dossier.c.id == follow.c.dossier_id)
        .join(asked, asked.c.dossier_id == dossier.c.id)
        .where(*near)
        .group_by(*_COLUMNS)
    )
    return _with_moment(tx, rows.order_by(follow.c.id), now)


def expiring(tx: Connection, until: datetime) -> list[tuple[Follow, datetime]]:
    """List the follows that expire by `until` and were not told so yet, but those in the archive."""
    near = (follow.c.expires_at <= until, follow.c.expiry_told_at.is_(None), follow.c.archived_at.is_(None))
    rows = select(*_COLUMNS, follow.c.expires_at.label("at")).where(*near).order_by(follow.c.id)
    return _with_moment(tx, rows, until)


def _untold(told: ColumnElement[Any], at: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(told.is_(None), told != at)


def _with_moment(tx: Connection, rows: Select[Any], now: datetime) -> list[tuple[Follow, datetime]]:
    return _once(tx, [(_read(row[:-1]), row[-1]) for row in tx.execute(rows)], now)


def told(tx: Connection, follow_id: int, what: str, at: datetime) -> None:
    """Note what the clock told of a follow: `overdue_told` or `end_told` of this date, `expiry_told_at` now."""
    tx.execute(update(follow).where(*_and_alike(tx, follow_id)).values({what: at}))
