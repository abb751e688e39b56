"""How fast each asker may look dossiers up: one row for a person, a network, or everybody together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.columns import vault_of
from storage.schema import look_up_pace

KEPT = timedelta(days=1)  # after the last look-up; by then every miss is forgotten


@dataclass(frozen=True, slots=True)
class Pace:
    """What is remembered of an asker (see `storage/schema/follows.py`)."""

    asker: str
    missed_until: datetime
    counted_until: datetime
    free_at: datetime
    series: str | None = None
    number: int | None = None
    told_at: datetime | None = None


_LOAD = (
    select(*(look_up_pace.c[name] for name in Pace.__dataclass_fields__))
    .where(look_up_pace.c.asker.in_(bindparam("b_askers", expanding=True)))
    .order_by(look_up_pace.c.asker)  # the order in which they are locked: two turns never wait for each other
    .with_for_update()
)


def _saving(adding: sqlite.Insert | postgresql.Insert) -> sqlite.Insert | postgresql.Insert:
    changes = {name: adding.excluded[name] for name in Pace.__dataclass_fields__ if name != "asker"}
    return adding.on_conflict_do_update(index_elements=["asker"], set_=changes)


_SQLITE_SAVE, _POSTGRES_SAVE = _saving(sqlite.insert(look_up_pace)), _saving(postgresql.insert(look_up_pace))


def asker(tx: Connection, kind: str, *names: str) -> str:
    """Name an asker by a keyed hash, from which nobody can be told."""
    return vault_of(tx).digest("asker", kind, *names)


def series(tx: Connection, *names: str) -> str:
    """Name the codes of one agency and day by a keyed hash."""
    return vault_of(tx).digest("series", *names)


def load(tx: Connection, askers: Sequence[str], now: datetime) -> dict[str, Pace]:
    """Load what is remembered of these askers, and hold it to the end of the transaction; who is new is free."""
    known = {row.asker: Pace(*row) for row in tx.execute(_LOAD, {"b_askers": list(askers)})}
    return {name: known.get(name) or Pace(name, now, now, now) for name in askers}


def save(tx: Connection, paces: Sequence[Pace]) -> None:
    """Remember these askers."""
    rows = [asdict(pace) for pace in sorted(paces, key=lambda pace: pace.asker)]
    tx.execute(_SQLITE_SAVE if tx.dialect.name == "sqlite" else _POSTGRES_SAVE, rows)


def forget(tx: Connection, now: datetime) -> int:
    """Forget the askers that have not looked up for long and of whom nothing weighs any more; returns how many."""
    old = (look_up_pace.c.free_at < now - KEPT, look_up_pace.c.missed_until < now, look_up_pace.c.counted_until < now)
    return tx.execute(delete(look_up_pace).where(*old)).rowcount
