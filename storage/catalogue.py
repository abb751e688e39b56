"""Editions of the catalogue: kept whole, one published edition in force on a day."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from storage.database import lock
from storage.schema import edition, edition_entry

FIRST_LOAD_LOCK = 5_206_202  # any fixed number: of processes that start together one loads the shipped editions
DRAFT, PUBLISHED = "draft", "published"


@dataclass(frozen=True, slots=True)
class InForce:
    """The edition in force: a changed `revision` tells that what was built from it is out of date."""

    id: int
    revision: int


_IN_FORCE = (
    select(edition.c.id, edition.c.revision)
    .where(
        edition.c.state == PUBLISHED,
        or_(edition.c.effective_from.is_(None), edition.c.effective_from <= bindparam("b_day")),
        or_(edition.c.effective_to.is_(None), edition.c.effective_to >= bindparam("b_day")),
    )
    .order_by(edition.c.effective_from.desc().nulls_last(), edition.c.id.desc())
    .limit(1)
)
_ANY = select(edition.c.id).limit(1)


def in_force(tx: Connection, day: date) -> InForce | None:
    """Tell which edition is in force on a day."""
    row = tx.execute(_IN_FORCE, {"b_day": day}).one_or_none()
    return None if row is None else InForce(row.id, row.revision)


def is_empty(tx: Connection) -> bool:
    """Tell whether no edition has been loaded yet; if so, others who ask wait until this transaction ends."""
    if tx.execute(_ANY).first() is not None:
        return False
    lock(tx, FIRST_LOAD_LOCK, wait=True)
    return tx.execute(_ANY).first() is None


def save_draft(
    tx: Connection, name: str, record: dict[str, Any], entries: list[tuple[str, dict[str, Any]]], now: datetime
) -> None:
    """Keep an edition as a draft: its own record and its entries' in order. A draft of that name is replaced."""
    tx.execute(delete(edition).where(edition.c.name == name, edition.c.state == DRAFT))
    row = {
        "name": name,
        "state": DRAFT,
        "record": json.dumps(record, ensure_ascii=False),
        "revision": 1,
        "created_at": now,
    }
    key = tx.execute(insert(edition), row).inserted_primary_key
    assert key is not None
    rows = [
        {
            "edition_id": key[0],
            "position": position,
            "entry_id": entry_id,
            "record": json.dumps(entry, ensure_ascii=False),
        }
        for position, (entry_id, entry) in enumerate(entries)
    ]
    if rows:
        tx.execute(insert(edition_entry), rows)


def publish(tx: Connection, name: str, since: date | None, until: date | None) -> bool:
    """Put an edition in force for a span of days (None: open); False when there is none of that name."""
    changed = tx.execute(
        update(edition)
        .where(edition.c.name == name)
        .values(state=PUBLISHED, effective_from=since, effective_to=until, revision=edition.c.revision + 1)
    )
    return changed.rowcount == 1


def load(tx: Connection, edition_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Load an edition: its own record, and its entries' records in order."""
    record = tx.execute(select(edition.c.record).where(edition.c.id == edition_id)).scalar_one()
    entries = tx.execute(
        select(edition_entry.c.record)
        .where(edition_entry.c.edition_id == edition_id)
        .order_by(edition_entry.c.position)
    ).scalars()
    return json.loads(record), [json.loads(entry) for entry in entries]
