"""Two persons who fill every personal column there is, and everything that a database holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, DateTime, Table, insert, select

from storage.columns import PERSONAL, SUBJECT, Moment
from storage.people import erasure as privacy
from storage.schema import ROW_ID, account, metadata

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PERSONS = ANNA, BINH = "Nguyễn Thị Dấu Vết An", "Trần Văn Còn Lại Bình"
SUBJECTS = [table for table in metadata.sorted_tables if SUBJECT in table.info]
HELD = [(table, column) for table in metadata.sorted_tables for column in table.c if column.info.get(PERSONAL)]


def fill(tx: Connection, person: str) -> int:
    """Put one row into every table, `person` in every personal column; returns the account's id."""
    ids: dict[str, int] = {}
    for table in metadata.sorted_tables:
        key = tx.execute(insert(table), _row(table, person, ids)).inserted_primary_key
        assert key is not None
        ids[table.name] = key[0]
    return ids[account.name]


def _row(table: Table, person: str, ids: dict[str, int]) -> dict[str, Any]:
    declared = privacy.personal_columns(table)
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.foreign_keys:
            (key,) = column.foreign_keys
            row[column.name] = ids[key.column.table.name]
        elif column in declared:
            row[column.name] = person
        elif column.type is not ROW_ID:
            row[column.name] = _filler(column, person)
    return row


def _filler(column: Column[Any], person: str) -> object:
    """Something harmless that differs between the two persons of the tests, where it must be unique."""
    if isinstance(column.type, Moment | DateTime):
        return NOW
    if isinstance(column.type, Date):
        return date(2026, 11, 23)
    if column.type.python_type in (int, bool, float):
        return 1
    if column.type.python_type is bytes:
        return b"x"
    return f"x{PERSONS.index(person)}"


def dump(tx: Connection) -> bytes:
    """Everything in the database as the driver gives it and, beside it, decrypted."""
    raw = [
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for table in metadata.tables
        for row in tx.exec_driver_sql(f'SELECT * FROM "{table}"')
        for value in row
    ]
    opened = [
        str(value).encode() for table in metadata.sorted_tables for row in tx.execute(select(table)) for value in row
    ]
    return b"\n".join(raw + opened)
