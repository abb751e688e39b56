"""Files kept for a while: by a hash of their content, encrypted, each until a date of its own.

What came in is kept only as long as the work on it takes, what the bot made until its reader has had time to fetch it;
the daily purge deletes every row whose date is past. A reply names files by their hashes (`messages.FileRef`), the
delivery loads them. The hash is keyed and holds the owner: the same content of two persons is two rows, so erasing one
of them leaves the other's, and nobody can tell from a hash what a file holds.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from knowledge.media import media_type
from storage.columns import vault_of
from storage.schema import file

KEPT_SHORTLY = timedelta(days=2)  # our choice: longer than the web page shows a reply and than delivery keeps trying


@dataclass(frozen=True, slots=True)
class Kept:
    """A file's bytes, and its media type as the content tells it."""

    content: bytes
    media_type: str


def keep(tx: Connection, content: bytes, until: datetime, *, account_id: int | None = None) -> str:
    """Keep these bytes until this time at least and return their hash; the same bytes again are the same row.

    `account_id`: whose they are, so that they go when that person is erased; None for what is about nobody.
    """
    key = vault_of(tx).digest("file", str(account_id or ""), hashlib.sha256(content).hexdigest())
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = {
        "hash": key,
        "account_id": account_id,
        "media_type": media_type(content),
        "size": len(content),
        "content": base64.b64encode(content).decode(),
        "kept_until": until,
    }
    adding = insert(file).values(row)
    later = case((file.c.kept_until > adding.excluded.kept_until, file.c.kept_until), else_=adding.excluded.kept_until)
    tx.execute(adding.on_conflict_do_update(index_elements=["hash"], set_={"kept_until": later}))
    return key


_LOAD = select(file.c.content, file.c.media_type).where(file.c.hash == bindparam("b_hash"))
_OWNED = select(file.c.hash).where(file.c.hash == bindparam("b_hash"), file.c.account_id == bindparam("b_account"))
_FORGET = delete(file).where(file.c.hash == bindparam("b_hash"))


def load(tx: Connection, key: str) -> Kept | None:
    """Give the file of this hash; None when it is no longer kept."""
    row = tx.execute(_LOAD, {"b_hash": key}).one_or_none()
    return None if row is None else Kept(base64.b64decode(row.content), row.media_type)


def belongs(tx: Connection, key: str, account_id: int) -> bool:
    """Tell whether a file is still kept and is this account's."""
    return tx.execute(_OWNED, {"b_hash": key, "b_account": account_id}).one_or_none() is not None


def forget(tx: Connection, key: str) -> None:
    """Delete a file before its date."""
    tx.execute(_FORGET, {"b_hash": key})
