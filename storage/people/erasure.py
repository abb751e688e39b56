"""Erasing a person, and what was kept long enough, by the declarations of the schema alone (see `columns.py`).

No table is named here: a table joins by saying in its `info` which column leads to the account a row is about
(`SUBJECT`) and, where a column is kept for a time, from which moment that counts (`AGE`), or which column holds the
date until which each row is kept (`UNTIL`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Table,
    delete,
    func,
    or_,
    select,
    update,
)

from storage import audit
from storage.columns import PERSON, PERSONAL, SUBJECT, UNTIL, Erasure, Personal
from storage.schema import AGE, metadata

DECLARED: Mapping[str, timedelta] = {}  # no table is kept for another time than the schema declares


def personal_columns(table: Table) -> dict[Column[object], Personal]:
    """List the personal columns of a table and their declarations. Raises KeyError for an undeclared column."""
    declared = {column: column.info[PERSONAL] for column in table.columns}
    return {column: personal for column, personal in declared.items() if personal is not None}


def holdings(tx: Connection, account_id: int, schema: MetaData = metadata) -> dict[str, list[dict[str, object]]]:
    """Give all that is held about the person behind an account, by table; columns that link tables are left out."""
    held: dict[str, list[dict[str, object]]] = {}
    whose = _joined(tx, account_id, schema)
    for table in schema.sorted_tables:
        if SUBJECT not in table.info:
            continue
        columns = [column for column in table.columns if not column.foreign_keys and column.name != "content_hash"]
        mine = or_(*(about(table, one) for one in whose))
        rows = tx.execute(select(*columns).where(mine)).mappings() if columns else ()
        found = [{name: value for name, value in row.items() if value is not None} for row in rows]
        if found:
            held[table.name] = found
    return held


def erase(
    tx: Connection,
    account_id: int,
    now: datetime,
    schema: MetaData = metadata,
    spared: Collection[str] = (),
) -> dict[str, int]:
    """Erase the person behind an account, with all accounts that they joined to it (`PERSON`).

    Whatever the schema declares to be about them is deleted or emptied.

    Returns how many rows of each table were deleted or emptied, only tables where there were any, and leaves one
    line in the trail with these numbers and nothing that leads back to the person. A table with a column whose
    erasure is `ROW` loses the row; in the others the personal columns become NULL. The account goes last, so that
    rows which refer to it by a foreign key follow that key's ON DELETE rule. `spared`: tables to be left for now.

    (Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Điều 14: deletion that cannot be undone.)
    """
    _overwrite(tx)
    done: dict[str, int] = {}
    for one in _joined(tx, account_id, schema):
        for table in reversed(schema.sorted_tables):  # who refers to a row comes before that row
            if SUBJECT in table.info and table.name not in spared:
                _count(done, table.name, _remove(tx, table, about(table, one)))
    audit.add(tx, "erased", now, detail=_said(done))
    return done


def _joined(tx: Connection, account_id: int, schema: MetaData) -> list[int]:
    """List the accounts of the person who has this one; it is among them."""
    found = {account_id}
    for table in schema.sorted_tables:
        if PERSON in table.info:
            one, whose = table.columns[table.info[SUBJECT]], table.columns[table.info[PERSON]]
            joined = select(one).where(whose == select(whose).where(one == account_id).scalar_subquery())
            found.update(tx.execute(joined).scalars())
    return sorted(found)


def about(table: Table, account_id: int) -> ColumnElement[bool]:
    """Select the rows of a table that are about an account: its subject column is the account's id or leads to it.

    Raises KeyError when the way there ends at a table without a subject.
    """
    subject = table.columns[table.info[SUBJECT]]
    if not subject.foreign_keys:
        return subject == account_id  # the account itself
    (key,) = subject.foreign_keys
    target = key.column.table
    if target.columns[target.info[SUBJECT]] is key.column and not key.column.foreign_keys:
        return subject == account_id
    return subject.in_(select(key.column).where(about(target, account_id)))


def overdue(
    tx: Connection, now: datetime, schema: MetaData = metadata, kept: Mapping[str, timedelta] = DECLARED
) -> dict[str, int]:
    """Count, by `table.column`, what is older than it may be kept; empty when nothing is.

    `kept`: by table, in place of what the schema declares.
    """
    found: dict[str, int] = {}
    for table, column, old in _aged(schema, now, kept):
        rows = tx.execute(select(func.count()).select_from(table).where(old)).scalar_one()
        _count(found, str(column), rows)
    return found


def purge(
    tx: Connection, now: datetime, schema: MetaData = metadata, kept: Mapping[str, timedelta] = DECLARED
) -> dict[str, int]:
    """Delete or empty what `overdue` counts, in the way in which erasure would; returns the numbers by table."""
    _overwrite(tx)
    done: dict[str, int] = {}
    for table, column, old in _aged(schema, now, kept):
        _count(done, table.name, _remove(tx, table, old, column))
    if done:
        audit.add(tx, "purged", now, detail=_said(done))
    return done


def _remove(tx: Connection, table: Table, rows: ColumnElement[bool], only: Column[object] | None = None) -> int:
    """Delete these rows, or empty their personal columns (or only one) that still hold something."""
    columns = {column: found for column, found in personal_columns(table).items() if only is None or column is only}
    if any(personal.erasure is Erasure.ROW for personal in columns.values()):
        return tx.execute(delete(table).where(rows)).rowcount
    if not columns:
        return 0
    holds = or_(*(column.is_not(None) for column in columns))
    return tx.execute(update(table).where(rows, holds).values(dict.fromkeys(columns))).rowcount


def _aged(
    schema: MetaData, now: datetime, kept: Mapping[str, timedelta]
) -> Iterator[tuple[Table, Column[object], ColumnElement[bool]]]:
    """List the columns that are kept for a time, with the rows where that time is over."""
    for table in reversed(schema.sorted_tables):
        for column, personal in personal_columns(table).items():
            if personal.kept:  # neither None (as long as the row) nor zero (emptied by whoever does the work)
                old = table.columns[table.info[AGE]] < now - kept.get(table.name, personal.kept)
                yield table, column, old if personal.erasure is Erasure.ROW else old & column.is_not(None)
            elif UNTIL in table.info and personal.erasure is Erasure.ROW:
                yield table, column, table.columns[table.info[UNTIL]] < now


def _overwrite(tx: Connection) -> None:
    """Let SQLite overwrite what it frees; PostgreSQL does so when it vacuums."""
    if tx.dialect.name == "sqlite":
        tx.exec_driver_sql("PRAGMA secure_delete = ON").close()


def _count(numbers: dict[str, int], name: str, rows: int) -> None:
    if rows:
        numbers[name] = numbers.get(name, 0) + rows


def _said(numbers: dict[str, int]) -> str:
    return ", ".join(f"{name} {rows}" for name, rows in numbers.items()) or "nothing"
