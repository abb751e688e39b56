"""Which papers of a procedure a person has ready: kept between visits, gone with the person."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.schema import checklist

_MINE = (checklist.c.account_id == bindparam("b_account"), checklist.c.entry_id == bindparam("b_entry"))
_LOAD = select(checklist.c.ticked).where(*_MINE)
_FORGET = delete(checklist).where(*_MINE)


def load(tx: Connection, account_id: int, entry_id: str) -> frozenset[str]:
    """Give the marks of the papers that are ticked."""
    ticked = tx.execute(_LOAD, {"b_account": account_id, "b_entry": entry_id}).scalar_one_or_none()
    return frozenset() if ticked is None else frozenset(json.loads(ticked))


def save(tx: Connection, account_id: int, entry_id: str, ticked: frozenset[str], now: datetime) -> None:
    """Keep which papers are ticked; none is as if nothing had ever been."""
    if not ticked:
        tx.execute(_FORGET, {"b_account": account_id, "b_entry": entry_id})
        return
    insert = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    row = {
        "account_id": account_id,
        "entry_id": entry_id,
        "ticked": json.dumps(sorted(ticked)),
        "updated_at": now,
    }
    adding = insert(checklist).values(row)
    new = {"ticked": adding.excluded.ticked, "updated_at": adding.excluded.updated_at}
    tx.execute(adding.on_conflict_do_update(index_elements=["account_id", "entry_id"], set_=new))
