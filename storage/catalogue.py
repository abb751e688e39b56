"""Editions of the catalogue: kept whole, one published edition in force on a day.

An edition is a draft, which may still be replaced; published, which stays as it is, so that a report of last year finds
the edition of its time; or withdrawn, as a roll-back leaves it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from storage.database import lock
from storage.schema import announcement, edition, edition_entry

FIRST_LOAD_LOCK = 5_206_202  # any fixed number: of processes that start together one loads the shipped editions
DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"


@dataclass(frozen=True, slots=True)
class InForce:
    """The edition in force: a changed `revision` tells that what was built from it is out of date."""

    id: int
    revision: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An edition as the list of editions tells it; `refused` entries of its file had faults."""

    id: int
    name: str
    state: str
    effective_from: date | None
    effective_to: date | None
    refused: int
    created_at: datetime
    published_at: datetime | None


_IN_FORCE = (
    select(edition.c.id, edition.c.revision)
    .where(
        edition.c.state == PUBLISHED,
        or_(edition.c.effective_from.is_(None), edition.c.effective_from <= bindparam("b_day")),
        or_(edition.c.effective_to.is_(None), edition.c.effective_to >= bindparam("b_day")),
    )
    .order_by(
        edition.c.effective_from.desc().nulls_last(), edition.c.published_at.desc().nulls_last(), edition.c.id.desc()
    )
    .limit(1)
)
_ANY = select(edition.c.id).limit(1)
_KEPT = select(
    edition.c.id,
    edition.c.name,
    edition.c.state,
    edition.c.effective_from,
    edition.c.effective_to,
    edition.c.refused,
    edition.c.created_at,
    edition.c.published_at,
)


def in_force(tx: Connection, day: date) -> InForce | None:
    """Tell which edition is in force on a day: of those published for it the one that began last."""
    row = tx.execute(_IN_FORCE, {"b_day": day}).one_or_none()
    return None if row is None else InForce(row.id, row.revision)


def is_empty(tx: Connection) -> bool:
    """Tell whether no edition has been loaded yet; if so, others who ask wait until this transaction ends."""
    if tx.execute(_ANY).first() is not None:
        return False
    lock(tx, FIRST_LOAD_LOCK, wait=True)
    return tx.execute(_ANY).first() is None


def listed(tx: Connection) -> list[Kept]:
    """List the editions, the latest first."""
    return [Kept(*row) for row in tx.execute(_KEPT.order_by(edition.c.id.desc()))]


def find(tx: Connection, name: str) -> Kept | None:
    """Find an edition by its name."""
    row = tx.execute(_KEPT.where(edition.c.name == name)).one_or_none()
    return None if row is None else Kept(*row)


def name_of(tx: Connection, edition_id: int) -> str:
    """Give the name of an edition."""
    return str(tx.execute(select(edition.c.name).where(edition.c.id == edition_id)).scalar_one())


def save_draft(
    tx: Connection,
    name: str,
    record: dict[str, Any],
    entries: Sequence[tuple[str, dict[str, Any]]],
    now: datetime,
    *,
    refused: int = 0,
) -> None:
    """Keep an edition as a draft: its own record and its entries' in order. A draft of that name is replaced."""
    tx.execute(delete(edition).where(edition.c.name == name, edition.c.state == DRAFT))
    row = {
        "name": name,
        "state": DRAFT,
        "record": json.dumps(record, ensure_ascii=False),
        "revision": 1,
        "refused": refused,
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


def publish(tx: Connection, name: str, since: date | None, until: date | None, now: datetime | None = None) -> bool:
    """Put an edition in force for a span of days (None: open); False when there is none of that name."""
    changed = tx.execute(
        update(edition)
        .where(edition.c.name == name)
        .values(
            state=PUBLISHED,
            effective_from=since,
            effective_to=until,
            published_at=now,
            revision=edition.c.revision + 1,
        )
    )
    return changed.rowcount == 1


def published_last(tx: Connection) -> Kept | None:
    """Give the edition that was published last, whatever day it is for."""
    order = (edition.c.published_at.desc().nulls_last(), edition.c.id.desc())
    row = tx.execute(_KEPT.where(edition.c.state == PUBLISHED).order_by(*order).limit(1)).one_or_none()
    return None if row is None else Kept(*row)


def withdraw(tx: Connection, edition_id: int) -> None:
    """Take a published edition out of force; it stays as it was and can be published again."""
    tx.execute(
        update(edition)
        .where(edition.c.id == edition_id, edition.c.state == PUBLISHED)
        .values(state=WITHDRAWN, revision=edition.c.revision + 1)
    )


def load(tx: Connection, edition_id: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Load an edition: its own record, and its entries' records in order."""
    record = tx.execute(select(edition.c.record).where(edition.c.id == edition_id)).scalar_one()
    entries = tx.execute(
        select(edition_entry.c.record)
        .where(edition_entry.c.edition_id == edition_id)
        .order_by(edition_entry.c.position)
    ).scalars()
    return json.loads(record), [json.loads(entry) for entry in entries]


def count(tx: Connection, edition_id: int) -> int:
    """Count the entries of an edition."""
    rows = select(func.count()).select_from(edition_entry).where(edition_entry.c.edition_id == edition_id)
    return tx.execute(rows).scalar_one()


def span(tx: Connection, edition_id: int) -> tuple[date | None, date | None]:
    """Give the days for which an edition was published, None where that is open."""
    row = tx.execute(select(edition.c.effective_from, edition.c.effective_to).where(edition.c.id == edition_id)).one()
    return row.effective_from, row.effective_to


def add_announcement(tx: Connection, edition_id: int, text: str, now: datetime) -> int:
    """Keep the draft of an announcement of what an edition brings, and return its number."""
    row = {"edition_id": edition_id, "state": DRAFT, "text": text, "created_at": now}
    key = tx.execute(insert(announcement), row).inserted_primary_key
    assert key is not None
    return int(key[0])
