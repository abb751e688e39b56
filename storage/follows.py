"""Followed dossiers: which account is told of which dossier, under which nickname, until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, func, insert, or_, select, update

from knowledge.status import Status
from storage import dossiers
from storage.dossiers import Dossier
from storage.schema import dossier, dossier_supplement, follow

RUNNING = tuple(int(status) for status in Status if status.clock_is_running)
FINAL = tuple(int(status) for status in Status if status.is_final)


@dataclass(frozen=True, slots=True)
class Follow:
    """An account that is told of a dossier's changes (see `schema_follows.follow`)."""

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
_OF = select(*_COLUMNS).where(
    follow.c.account_id == bindparam("b_account"), follow.c.dossier_id == bindparam("b_dossier")
)
_BY_ID = select(*_COLUMNS).where(follow.c.id == bindparam("b_id"))
_FOLLOWERS = select(*_COLUMNS).where(follow.c.dossier_id == bindparam("b_dossier")).order_by(follow.c.id)
_MINE = (
    select(*_COLUMNS, *(column.label(f"d_{column.name}") for column in dossiers.COLUMNS))
    .join(dossier, dossier.c.id == follow.c.dossier_id)
    .where(follow.c.account_id == bindparam("b_account"))
)
_ARCHIVE = update(follow).where(follow.c.dossier_id == bindparam("b_dossier")).values(archived_at=bindparam("b_at"))
_OWN = (
    update(dossier)
    .where(dossier.c.id == bindparam("b_id"), dossier.c.account_id.is_(None))
    .values(account_id=bindparam("b_account"))
)


def find(tx: Connection, account_id: int, dossier_id: int) -> Follow | None:
    """Find the follow of a dossier by an account."""
    return _one(tx.execute(_OF, {"b_account": account_id, "b_dossier": dossier_id}).one_or_none())


def by_id(tx: Connection, follow_id: int) -> Follow | None:
    """Load a follow."""
    return _one(tx.execute(_BY_ID, {"b_id": follow_id}).one_or_none())


def _one(row: Any) -> Follow | None:
    return None if row is None else _read(row)


def _read(values: Sequence[Any]) -> Follow:
    return Follow(*values)


def followers(tx: Connection, dossier_id: int) -> list[Follow]:
    """List who follows a dossier, first come first."""
    return [_read(row) for row in tx.execute(_FOLLOWERS, {"b_dossier": dossier_id})]


def count(tx: Connection, account_id: int) -> int:
    """Count the dossiers that an account follows."""
    return int(tx.execute(select(func.count()).where(follow.c.account_id == account_id)).scalar_one())


def listed(tx: Connection, account_id: int, *, archived: bool) -> list[tuple[Follow, Dossier]]:
    """List what an account follows: the dossiers under way, or those that have come to their end; newest first."""
    is_archived = follow.c.archived_at.is_not(None) if archived else follow.c.archived_at.is_(None)
    rows = tx.execute(
        _MINE.where(is_archived).order_by(follow.c.followed_at.desc(), follow.c.id.desc()), {"b_account": account_id}
    )
    return [(_read(row[: len(_COLUMNS)]), _dossier(row)) for row in rows]


def _dossier(row: Sequence[Any]) -> Dossier:
    values = dict(zip(Dossier.__dataclass_fields__, row[len(_COLUMNS) :], strict=True))
    return Dossier(**{**values, "status": Status(values["status"])})


def begin(
    tx: Connection, account_id: int, found: Dossier, now: datetime, *, detailed: bool, expires_at: datetime | None
) -> None:
    """Follow a dossier, or follow it with more or less than before; what was told of it before stays told."""
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
    """Follow a dossier no longer."""
    tx.execute(delete(follow).where(follow.c.id == follow_id))


def call(tx: Connection, follow_id: int, nickname: str | None) -> None:
    """Give a followed dossier a nickname, or take it away."""
    tx.execute(update(follow).where(follow.c.id == follow_id).values(nickname=nickname))


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
    return _with_moment(tx.execute(rows.order_by(follow.c.id)).all())


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
    return _with_moment(tx.execute(rows.order_by(follow.c.id)).all())


def expiring(tx: Connection, until: datetime) -> list[tuple[Follow, datetime]]:
    """List the follows that expire by `until` and were not told so yet, but those in the archive."""
    near = (follow.c.expires_at <= until, follow.c.expiry_told_at.is_(None), follow.c.archived_at.is_(None))
    rows = select(*_COLUMNS, follow.c.expires_at.label("at")).where(*near).order_by(follow.c.id)
    return _with_moment(tx.execute(rows).all())


def _untold(told: ColumnElement[Any], at: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(told.is_(None), told != at)


def _with_moment(rows: Iterable[Any]) -> list[tuple[Follow, datetime]]:
    return [(_read(row[:-1]), row[-1]) for row in rows]


def told(tx: Connection, follow_id: int, what: str, at: datetime) -> None:
    """Note what the clock told of a follow: `overdue_told` or `end_told` of this date, `expiry_told_at` now."""
    tx.execute(update(follow).where(follow.c.id == follow_id).values({what: at}))
