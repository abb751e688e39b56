"""How a column is declared: what it holds about a person, how long that is kept, what erasure does to it.

Every column of `schema/` is made by `plain` or `personal`; a test fails for one that is not. The eraser
(`people/erasure.py`) walks these declarations, so a new personal column is erased from the day it exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Column, Connection, DateTime, Dialect, Double, LargeBinary
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.vault import Vault

PERSONAL = "personal"  # the key of the declaration in Column.info
SUBJECT = "subject"  # the key in Table.info of the column that leads to the account a row is about
PERSON = "person"  # the key in Table.info of the column that joins the accounts of one person
UNTIL = "until"  # the key in Table.info of the column that says until when each row is kept


class Erasure(StrEnum):
    """What erasing a person does to a column."""

    EMPTY = "empty"  # set to NULL; the row stays for order, counts and audit
    ROW = "row"  # the whole row goes


@dataclass(frozen=True, slots=True)
class Personal:
    """One personal column: encrypted at rest or not (and why not), how long kept, what erasure does."""

    encrypted: bool
    kept: timedelta | None  # None: as long as the row; timedelta(0): only until the work on it is done
    erasure: Erasure
    why_plain: str = ""


_VAULTS: WeakKeyDictionary[Dialect, Vault] = WeakKeyDictionary()


def use_vault(dialect: Dialect, vault: Vault) -> None:
    """Let the sealed columns of the engine with this dialect use this vault."""
    _VAULTS[dialect] = vault


def vault_of(connection: Connection) -> Vault:
    """Give the vault of the database behind a connection, for keyed hashes inside a transaction."""
    return _VAULTS[connection.dialect]


class Sealed(TypeDecorator[str]):
    """Text that is encrypted in the database; `place` names table and column."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        return None if value is None else _VAULTS[dialect].seal(value, self.place)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        return None if value is None else _VAULTS[dialect].open(bytes(value), self.place)


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without zone: it would be read as another hour elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give every time back in UTC, whatever zone the server speaks."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class database_now(GenericFunction[datetime]):  # noqa: N801 - it reads as the SQL function that it is
    """The database's own clock, plus a number of seconds: leases must not depend on a host's clock."""

    type = Moment()
    inherit_cache = True
    name = "database_now"


@compiles(database_now, "sqlite")
def _sqlite_now(element: database_now, compiler: SQLCompiler, **kw: Any) -> str:
    # The three zeros make it the six digits that SQLAlchemy writes, so that times compare as texts.
    seconds = compiler.process(element.clauses, **kw)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', ({seconds}) || ' seconds')"


@compiles(database_now, "postgresql")
def _postgresql_now(element: database_now, compiler: SQLCompiler, **kw: Any) -> str:
    seconds = compiler.process(element.clauses, **kw)
    return f"(clock_timestamp() + ({seconds}) * interval '1 second')"


class database_seconds(GenericFunction[float]):  # noqa: N801 - it reads as the SQL function that it is
    """The database's own clock as seconds since 1970, to a thousandth: for reckoning with, which both engines can."""

    type = Double()
    inherit_cache = True
    name = "database_seconds"


@compiles(database_seconds, "sqlite")
def _sqlite_seconds(_element: database_seconds, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_seconds, "postgresql")
def _postgresql_seconds(_element: database_seconds, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"


def plain(name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]], *args: Any, **kw: Any) -> Column[Any]:
    """Declare a column that says nothing about a person."""
    return Column(name, type_, *args, info={PERSONAL: None}, **kw)


def personal(
    name: str,
    type_: TypeEngine[Any] | type[TypeEngine[Any]],
    *args: Any,
    erasure: Erasure,
    kept: timedelta | None = None,
    why_plain: str = "",
    **kw: Any,
) -> Column[Any]:
    """Declare a column about a person; one that is not `Sealed` must say why it is plain."""
    encrypted = isinstance(type_, Sealed)
    return Column(name, type_, *args, info={PERSONAL: Personal(encrypted, kept, erasure, why_plain)}, **kw)
