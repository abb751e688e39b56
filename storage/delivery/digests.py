"""Digests: notices to one account that wait for the same time are one row of the outbox until it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from storage.columns import vault_of
from storage.database import lock, lock_number
from storage.schema import outbox

_FIND = (
    select(outbox.c.id, outbox.c.body, outbox.c.state, outbox.c.attempts)
    .where(outbox.c.dedup_key == bindparam("b_key"))
    .with_for_update()
)
_REWRITE = update(outbox).where(outbox.c.id == bindparam("b_id")).values(body=bindparam("b_body"))


@dataclass(frozen=True, slots=True)
class Digest:
    """A row that holds a digest. `body` is None when it left, or was tried: then nothing can be added any more."""

    id: int
    body: str | None


def key_of(account_id: int, name: str, not_before: datetime) -> str:
    """Give the key under which the outbox holds this digest of this account."""
    return f"digest:{account_id}:{name}:{not_before.timestamp():.0f}"


def find(tx: Connection, key: str) -> Digest | None:
    """Give the row of a digest, held until the end of the transaction: no claim takes it, nobody else adds to it.

    None when there is none yet; whoever makes it is alone in doing so.
    """
    lock(tx, lock_number("d", vault_of(tx).digest("digest", key)), wait=True)
    row = tx.execute(_FIND, {"b_key": key}).one_or_none()
    if row is None:
        return None
    return Digest(row.id, row.body if row.state == "queued" and row.attempts == 0 else None)


def rewrite(tx: Connection, row_id: int, body: str) -> None:
    """Put another body into a row that `find` holds."""
    tx.execute(_REWRITE, {"b_id": row_id, "b_body": body})
