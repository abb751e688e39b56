"""Changing the key: what stands under an older one is sealed and hashed anew with the newest.

It goes through every sealed column in small transactions, so people are served meanwhile; one that is stopped, by a
kill too, is simply begun again: what the newest key made is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, LargeBinary, Row, Table, select, tuple_, type_coerce, update

from storage.columns import Sealed
from storage.database import Connection, Database
from storage.dossiers.records import identity_hash, phone_hash
from storage.schema import dossier, metadata
from storage.vault import Vault

BATCH = 200  # rows of one transaction: some milliseconds
HASHED: dict[str, tuple[str, Callable[[Connection, str], str | None]]] = {
    "owner_identity": ("owner_identity_hash", identity_hash),
    "owner_phone": ("owner_phone_hash", phone_hash),
}
"""Columns of `dossier` that are kept as a hash as well."""


def rotate(database: Database, batch: int = BATCH) -> dict[str, int]:
    """Seal everything with the newest key; gives how many rows of each table were still under an older one.

    Raises `Wrong` at a value that no key opens: an older key file is missing.
    """
    done: dict[str, int] = {}
    for table in metadata.sorted_tables:
        columns = sealed(table)
        last: Sequence[Any] | None = None
        while columns:
            with database.transaction() as tx:
                last, count = _batch(tx, database.vault, table, columns, last, batch)
            if count:
                done[table.name] = done.get(table.name, 0) + count
            if last is None:
                break
    return done


def sealed(table: Table) -> list[Column[Any]]:
    """List the columns of a table that are encrypted."""
    return [column for column in table.columns if isinstance(column.type, Sealed)]


def _batch(
    tx: Connection,
    vault: Vault,
    table: Table,
    columns: Sequence[Column[Any]],
    last: Sequence[Any] | None,
    batch: int,
) -> tuple[Sequence[Any] | None, int]:
    """Do the rows behind `last`; gives the key of the last one, None at the end, and how many were changed."""
    key = list(table.primary_key.columns)
    raw = [type_coerce(column, LargeBinary).label(column.name) for column in columns]
    found = select(*key, *raw).order_by(*key).limit(batch).with_for_update()
    if last is not None:
        found = found.where(tuple_(*key) > tuple_(*last))
    rows = tx.execute(found).all()
    count = sum(_renew(tx, vault, table, columns, row) for row in rows)
    return (tuple(rows[-1][: len(key)]) if len(rows) == batch else None), count


def _renew(tx: Connection, vault: Vault, table: Table, columns: Sequence[Column[Any]], row: Row[Any]) -> bool:
    key = list(table.primary_key.columns)
    values: dict[str, str | None] = {}
    for column in columns:
        held = getattr(row, column.name)
        place = column.type.place  # type: ignore[attr-defined]
        if held is not None and not vault.is_newest(bytes(held), place):
            values[column.name] = vault.open(bytes(held), place)
    if not values:
        return False
    if table is dossier:
        values |= {hashed: make(tx, values[name] or "") for name, (hashed, make) in HASHED.items() if name in values}
    mine = [column == value for column, value in zip(key, row, strict=False)]
    tx.execute(update(table).where(*mine).values(**values))
    return True
