"""Silences of sources that were announced: one row a source, with the time since which it is silent."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import silence


def announce(tx: Connection, source: str, since: datetime, now: datetime) -> bool:
    """Note that a silence is announced; False when this one, since the same time, was announced before."""
    into = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    adding = into(silence).values(source=source, since=since, announced_at=now)
    noting = adding.on_conflict_do_update(
        index_elements=["source"], set_={"since": since, "announced_at": now}, where=silence.c.since != since
    )
    return tx.execute(noting.returning(silence.c.source)).one_or_none() is not None
