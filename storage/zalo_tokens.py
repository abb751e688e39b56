"""The pair of tokens of an application on Zalo: renewed by exactly one process, kept encrypted before it is used.

A refresh token works once: the answer to it holds the next pair, and the old ones die at that moment (Zalo OAuth v4).
So whoever renews first takes the lease of the row, on the database's clock, and whoever comes meanwhile waits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.columns import database_now, vault_of
from storage.schema import zalo_token

PLACE = "zalo_token.pair"


@dataclass(frozen=True, slots=True)
class Pair:
    """What Zalo gave: the token that is sent along, and the one that renews both."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Life:
    """The life of a pair: when the access token ends and when it is renewed ahead of that; when both were given."""

    expires_at: datetime
    renew_at: datetime
    renewed_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept. Without a `pair` nothing was obtained yet; `fault`: what Zalo said when it would not renew."""

    pair: Pair | None
    life: Life | None
    fault: str | None


_ROW = select(
    zalo_token.c.pair,
    zalo_token.c.expires_at,
    zalo_token.c.renew_at,
    zalo_token.c.renewed_at,
    zalo_token.c.fault,
).where(zalo_token.c.app_id == bindparam("b_app"))
_LEASE = (
    update(zalo_token)
    .where(
        zalo_token.c.app_id == bindparam("b_app"),
        or_(zalo_token.c.lease_until.is_(None), zalo_token.c.lease_until < database_now(0)),
    )
    .values(lease_owner=bindparam("b_owner"), lease_until=database_now(bindparam("b_seconds")))
)
_MINE = (zalo_token.c.app_id == bindparam("b_app"), zalo_token.c.lease_owner == bindparam("b_owner"))
_FAULT = update(zalo_token).where(*_MINE).values(fault=bindparam("b_fault"), lease_owner=None, lease_until=None)
_LET_GO = update(zalo_token).where(*_MINE).values(lease_owner=None, lease_until=None)
_KEEP = (
    update(zalo_token)
    .where(zalo_token.c.app_id == bindparam("b_app"))
    .values(
        pair=bindparam("b_pair"),
        expires_at=bindparam("b_expires"),
        renew_at=bindparam("b_renew"),
        renewed_at=bindparam("b_renewed"),
        fault=None,
        lease_owner=None,
        lease_until=None,
    )
)


def load(tx: Connection, app_id: str) -> Kept | None:
    """Load what is kept for an application; None when nothing ever was. Raises `Wrong` with another key file."""
    row = tx.execute(_ROW, {"b_app": app_id}).one_or_none()
    if row is None:
        return None
    pair = None if row.pair is None else Pair(*json.loads(vault_of(tx).open(bytes(row.pair), PLACE)))
    life = None if row.expires_at is None else Life(row.expires_at, row.renew_at, row.renewed_at)
    return Kept(pair, life, row.fault)


def begin(tx: Connection, app_id: str, seed: str) -> None:
    """Make the row of an application that is new; a first token that was never seen takes a fault's place.

    `seed` is the refresh token of the settings, "" without one; only its keyed hash is kept, so that the same one is
    not tried again once it was used.
    """
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    tx.execute(insert(zalo_token).values(app_id=app_id).on_conflict_do_nothing())
    known = tx.execute(select(zalo_token.c.seed).where(zalo_token.c.app_id == app_id)).scalar_one()
    digest = vault_of(tx).digest("zalo_seed", seed)
    if seed and digest != known:
        given = Pair("", seed)
        mine = update(zalo_token).where(zalo_token.c.app_id == app_id)
        tx.execute(mine.values(pair=_sealed(tx, given), seed=digest, expires_at=None, renew_at=None, fault=None))


def claim(tx: Connection, app_id: str, owner: str, stale: str, seconds: float) -> str | None:
    """Take the right to renew for so many seconds, and return the refresh token to do it with.

    None when another process holds it, when the access token is no longer the `stale` one, or after a fault that only
    a person can repair.
    """
    if not tx.execute(_LEASE, {"b_app": app_id, "b_owner": owner, "b_seconds": seconds}).rowcount:
        return None
    kept = load(tx, app_id)
    if kept is None or kept.pair is None or kept.fault is not None or kept.pair.access != stale:
        let_go(tx, app_id, owner)
        return None
    return kept.pair.refresh


def let_go(tx: Connection, app_id: str, owner: str) -> None:
    """Give the right to renew back without having renewed."""
    tx.execute(_LET_GO, {"b_app": app_id, "b_owner": owner})


def keep(tx: Connection, app_id: str, pair: Pair, life: Life) -> None:
    """Keep a new pair in place of the old one, whoever holds the lease: the old one is dead in any case."""
    changes = {
        "b_app": app_id,
        "b_pair": _sealed(tx, pair),
        "b_expires": life.expires_at,
        "b_renew": life.renew_at,
        "b_renewed": life.renewed_at,
    }
    tx.execute(_KEEP, changes)


def spoil(tx: Connection, app_id: str, owner: str, fault: str) -> bool:
    """Note that Zalo would not renew; False when the lease had passed to another process, whose answer counts."""
    return tx.execute(_FAULT, {"b_app": app_id, "b_owner": owner, "b_fault": fault}).rowcount == 1


def _sealed(tx: Connection, pair: Pair) -> bytes:
    return vault_of(tx).seal(json.dumps([pair.access, pair.refresh]), PLACE)
