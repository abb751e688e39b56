"""Giving the space of what was erased back, so that not even the file holds it any more."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from knowledge.errors import Unavailable
from storage.database import Database, border

WAIT_SECONDS = 10.0  # for whoever writes just now


def compact(database: Database) -> None:
    """Rewrite the database without what was freed; SQLite's log is emptied too.

    Raises `Unavailable` while somebody else holds it.
    """
    if not database.is_sqlite:
        with border(), database.engine.connect() as raw:
            raw.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM").close()
        return
    file = str(database.engine.url.database)
    try:
        with closing(sqlite3.connect(file, isolation_level=None, timeout=WAIT_SECONDS)) as own:
            for statement in ("PRAGMA secure_delete = ON", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                own.execute(statement).fetchall()
    except sqlite3.OperationalError as fault:
        raise Unavailable(str(fault)) from None
