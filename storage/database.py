"""One database, SQLite or PostgreSQL: engines, transactions, and what differs between the two.

SQLite writes with `BEGIN IMMEDIATE` (a read that turns into a write fails otherwise), WAL and `synchronous=FULL`,
because here a commit is a promise. Everything else of the product is the same on both.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Connection, Engine, bindparam, create_engine, event, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.pool import NullPool

from knowledge.errors import Unavailable, Wrong
from storage.columns import use_vault
from storage.vault import Vault

__all__ = ["Connection", "Database"]

BUSY_TIMEOUT_MS = 5_000  # a command beside a running `run` waits this long for its turn to write
BUSY_SECONDS = 0.001  # between looks whether it may: SQLite's own grow to 100 ms, and an import would always be quicker
NO_DATABASE = (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)
FILE_MODE = 0o600  # the database holds personal data; its journal files get the same mode
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # a commit is a promise: it must survive a loss of power
    "foreign_keys=ON",
    "secure_delete=ON",  # what was emptied must not stay readable in the file's free space
    f"busy_timeout={BUSY_TIMEOUT_MS}",
)


class Database:
    """The way to one database. Connections are made by `connect` and belong to one thread each."""

    def __init__(self, url: str, vault: Vault) -> None:
        self.engine = _engine(url)
        self.vault = vault
        use_vault(self.engine.dialect, vault)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._closed = False
        event.listen(self.engine, "checkin", self._let_go)

    def connect(self) -> Connection:
        """Open a connection; raises `Unavailable` when the database is out of reach."""
        with border():
            return self.engine.connect()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction on a connection of its own, for commands and tests."""
        with border(), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Read on a connection of its own: everything as of one moment, and no writer waits for it."""
        with border(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection = connection.execution_options(reading=True)
            else:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    def close(self) -> None:
        """Let go of every connection; one that a thread still uses is closed when that thread gives it back."""
        self._closed = True
        self.engine.dispose()

    def _let_go(self, _connection: Any, record: Any) -> None:
        if self._closed:  # its pool is gone: nobody else would close it
            record.invalidate()


@contextmanager
def border() -> Iterator[None]:
    """Turn the driver's "out of reach" into `Unavailable`, a file that is no database into `Wrong`."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlite_errorcode", None) in NO_DATABASE:
            raise Wrong(f"database.url: {error.orig}") from error
        if (
            isinstance(error, OperationalError)
            and getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
        ):
            raise Unavailable(str(error.orig).strip().splitlines()[0]) from error
        if error.connection_invalidated:
            raise Unavailable("the connection to the database broke") from error
        raise


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """A part of a transaction that may fail alone (SQLite; straight through the driver, nine times as fast)."""
    driver: Any = connection.connection.driver_connection
    driver.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        driver.execute("ROLLBACK TO SAVEPOINT part")
        driver.execute("RELEASE SAVEPOINT part")
        raise
    driver.execute("RELEASE SAVEPOINT part")


_NAME = bindparam("b_name", type_=BigInteger)
_WAIT_FOR_LOCK = select(func.pg_advisory_xact_lock(_NAME))
_TRY_LOCK = select(func.pg_try_advisory_xact_lock(_NAME))


def lock(connection: Connection, name: int, *, wait: bool) -> bool:
    """Take a named lock until the end of the transaction; on SQLite the writer already is alone."""
    if connection.dialect.name == "sqlite":
        return True
    taken = connection.execute(_WAIT_FOR_LOCK if wait else _TRY_LOCK, {"b_name": name}).scalar_one()
    return wait or bool(taken)


def lock_number(space: str, lane: str) -> int:
    """Number a lock by the purpose (one letter) and the lane: a signed 64-bit integer, stable across processes."""
    mixed = (int(lane[:16], 16) ^ (ord(space) << 56)) & (2**64 - 1)
    return mixed - 2**64 if mixed >= 2**63 else mixed


def notify(connection: Connection, topic: str) -> None:
    """Wake the other processes after the commit (PostgreSQL); on SQLite they watch `data_version`."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"NOTIFY {topic}")


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "postgresql":
            return create_engine(parsed, pool_pre_ping=False, pool_size=8, pool_recycle=1800, hide_parameters=True)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(parsed.database)
    except (ArgumentError, NoSuchModuleError):
        pass
    raise Wrong("database.url must be sqlite:///FILE or postgresql://USER@HOST/NAME")


def _sqlite(path: str | None) -> Engine:
    if path in (None, "", ":memory:"):
        raise Wrong("database.url needs a file: a database in memory would lose every message at the stop")
    file = Path(path).expanduser()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(FILE_MODE)
    engine = create_engine(f"sqlite:///{file}", poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_immediate, not by the driver
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_immediate(connection: Connection) -> None:
    if connection.get_execution_options().get("reading", False):
        connection.exec_driver_sql("BEGIN")
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0").close()
    try:
        for _ in range(BUSY_TIMEOUT_MS):
            try:
                driver.execute("BEGIN IMMEDIATE").close()
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    break
            time.sleep(BUSY_SECONDS)
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, for an error as those of other statements are
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}").close()


def checkpoint_at(connection: Connection, pages: int) -> None:
    """Let commits of this connection move SQLite's log into its file only when it has so many pages."""
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA wal_autocheckpoint={pages}").close()


def checkpoint(connection: Connection) -> None:
    """Move what SQLite's log holds into its file, as far as that holds nobody up."""
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA wal_checkpoint(PASSIVE)").close()
