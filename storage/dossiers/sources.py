"""Where dossiers come from by themselves: when each source last gave good data, and why it does not now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.columns import vault_of
from storage.schema import source
from storage.vault import Vault

ERROR_CHARACTERS = 300  # of what a source answered that are kept


@dataclass(frozen=True, slots=True)
class Source:
    """A source: `good_at` is the time of its last good data, `failed_at` and `error` since when and why it fails.

    `cursor`: its changes up to this time were fetched; None for one that pushes, or was never fetched whole.
    """

    name: str
    kind: str
    tried_at: datetime
    good_at: datetime | None
    cursor: datetime | None
    failed_at: datetime | None
    error: str | None

    @property
    def is_down(self) -> bool:
        """Whether its last try failed."""
        return self.failed_at is not None


_ALL = select(*(source.c[name] for name in Source.__dataclass_fields__)).order_by(source.c.name)
_ONE = _ALL.where(source.c.name == bindparam("b_name"))


def known(tx: Connection) -> list[Source]:
    """List the sources that ever gave or were asked for data."""
    return [Source(*row) for row in tx.execute(_ALL)]


def find(tx: Connection, name: str) -> Source | None:
    """Load one source; None while it was never tried."""
    row = tx.execute(_ONE, {"b_name": name}).one_or_none()
    return None if row is None else Source(*row)


def lane_of(vault: Vault, name: str) -> str:
    """Give the lane of what is asked of a source."""
    return vault.digest("source", name)


def lane(tx: Connection, name: str) -> str:
    """Give the lane of what is asked of a source, inside a transaction."""
    return lane_of(vault_of(tx), name)


def heard(
    tx: Connection, name: str, kind: str, as_of: datetime, now: datetime, *, cursor: datetime | None = None
) -> None:
    """Note that a source gave good data of this time; `cursor` when all its changes up to then were fetched."""
    into = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = {"name": name, "kind": kind, "tried_at": now, "good_at": as_of, "cursor": cursor}
    adding = into(source).values(row)
    later = {
        "kind": kind,
        "tried_at": now,
        "good_at": case((source.c.good_at > as_of, source.c.good_at), else_=adding.excluded.good_at),
        "cursor": func.coalesce(adding.excluded.cursor, source.c.cursor),
        "failed_at": None,
        "error": None,
    }
    tx.execute(adding.on_conflict_do_update(index_elements=["name"], set_=later))


def failed(tx: Connection, name: str, kind: str, error: str, now: datetime) -> None:
    """Note that a source is down, since when it first was, and why now."""
    into = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    said = error[:ERROR_CHARACTERS]
    adding = into(source).values(name=name, kind=kind, tried_at=now, failed_at=now, error=said)
    later = {"tried_at": now, "failed_at": func.coalesce(source.c.failed_at, now), "error": said}
    tx.execute(adding.on_conflict_do_update(index_elements=["name"], set_=later))
