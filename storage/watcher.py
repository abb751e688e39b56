"""Noticing what other processes did: PostgreSQL tells (`LISTEN`), on SQLite the file is looked at.

Only to be quicker than the poll that stands behind everything: a wake-up missed costs a moment, never a message.
"""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Connection

from storage import jobs
from storage.database import Database, border
from storage.delivery import outbox

TOPICS = (outbox.TOPIC, jobs.TOPIC)
LOOK_SECONDS = 0.2  # between looks at SQLite's counter: 5 trivial reads a second


class Watcher:
    """Waits, in a thread of its own, until another connection committed something."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._version = 0

    def wait(self, seconds: float) -> bool:
        """Wait up to so many seconds; True when something happened. Raises `Unavailable`; call again later."""
        with border():
            if self._connection is None:
                self._connection = self._open()
            try:
                return self._look(seconds) if self._database.is_sqlite else self._listen(seconds)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _open(self) -> Connection:
        connection = self._database.connect()
        if self._database.is_sqlite:
            connection = connection.execution_options(reading=True)
            self._connection = connection
            self._version = self._counter()
            return connection
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        for topic in TOPICS:
            connection.exec_driver_sql(f"LISTEN {topic}")
        return connection

    def _counter(self) -> int:
        assert self._connection is not None
        number: int = self._connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        self._connection.rollback()
        return number

    def _look(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(LOOK_SECONDS)
            version = self._counter()
            if version != self._version:
                self._version = version
                return True
        return False

    def _listen(self, seconds: float) -> bool:
        assert self._connection is not None
        driver: Any = self._connection.connection.driver_connection
        return any(True for _ in driver.notifies(timeout=seconds, stop_after=1))
